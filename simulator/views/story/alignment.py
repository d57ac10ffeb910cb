"""Two runs beside each other: which beat of the first belongs to which of the second.

What came before the first divergence stands above it. Below it stands what the other side does meanwhile,
which does not depend on it, then what follows from it. Each part is aligned so that like stands by like.
"""

from __future__ import annotations

from itertools import takewhile
from typing import TYPE_CHECKING, Literal

from msgspec import Struct
from msgspec.structs import replace

from simulator.tls.wire.version import SIDES
from simulator.trace.compare import Divergence, first_bookkeeping, first_divergence, told
from simulator.trace.facts import (
    Alert,
    BeliefChanged,
    Checked,
    Decided,
    HandshakeReturned,
    Sent,
    StandingChanged,
)
from simulator.views.story.beat_kinds import Ledger, Remark
from simulator.views.story.beats import beats, with_proofs

if TYPE_CHECKING:
    from collections.abc import Sequence

    from simulator.trace.trace import Trace
    from simulator.views.story.beat_kinds import Beat

SAID = ("application_data", "cleartext")
ALIKE = 4  # the greatest kinship
Relation = Literal["alike", "differs", "only a", "only b"]


class AlignedBeats(Struct, frozen=True):
    """One beat of each run side by side, or one with nothing beside it.

    Attributes:
        a, b: the beat of the first and of the second run, or None.
        relation: ``alike`` (same side, same thing, same result; bytes and moments may differ), ``differs``
            (same side, same question, another result), ``only a`` or ``only b``.
        parts: this is where the runs part.
        follows: it follows from where they parted.
        meanwhile: it stands below that, but does not follow from it: the other side does it later.
    """

    a: Beat | None
    b: Beat | None
    relation: Relation
    parts: bool = False
    follows: bool = False
    meanwhile: bool = False


class Alignment(Struct, frozen=True):
    """Two runs row by row.

    Attributes:
        a, b: the two runs.
        divergence: their first divergence for a reader, or None.
        bookkeeping: the two beats that differ earlier than that, in what no reader goes by, or None.
        rows: the rows in order.
    """

    a: Trace
    b: Trace
    divergence: Divergence | None
    bookkeeping: tuple[Beat | None, Beat | None] | None
    rows: tuple[AlignedBeats, ...]


def align(a: Trace, b: Trace) -> Alignment:
    """Lay two runs beside each other, from the beginning of the connection on."""
    found = first_divergence(a, b)
    one, other = (with_proofs(beats(trace)) for trace in (a, b))
    earlier = _earlier(a, b, found)
    if found is None:
        return Alignment(a, b, None, earlier, tuple(_pair(_shown(one), _shown(other))))
    first_a, first_b = _beat_of(one, found.seq_a), _beat_of(other, found.seq_b)
    before_a, after_a = _parted(_shown(one), found.follows_a, first_a)
    before_b, after_b = _parted(_shown(other), found.follows_b, first_b)
    parting = AlignedBeats(first_a, first_b, _relation(first_a, first_b), parts=True, follows=True)
    above = _pair(before_a, before_b)
    when = min(trace.events[seq].at for trace, seq in ((a, found.seq_a), (b, found.seq_b)) if seq is not None)
    aside = next((n for n, row in enumerate(above) if _is_aside(row, found.actor, when)), len(above))
    own = [row for row in above[aside:] if _actor(row) == found.actor]
    other_side = [replace(row, meanwhile=True) for row in above[aside:] if row not in own]
    later = [replace(row, follows=True) for row in _pair(after_a, after_b)]
    return Alignment(a, b, found, earlier, (*above[:aside], *own, parting, *other_side, *later))


def _actor(row: AlignedBeats) -> str:
    """The side that a row speaks of; like stands by like, so both its beats have the same."""
    beat = row.a or row.b
    assert beat is not None
    return beat.event.actor


def _is_aside(row: AlignedBeats, actor: str, when: int) -> bool:
    """The other side does it after the moment at which the runs part, or does it otherwise."""
    late = all(beat.event.at > when for beat in (row.a, row.b) if beat)
    return _actor(row) != actor and (late or row.relation != "alike")


def _beat_of(told: Sequence[Beat], seq: int | None) -> Beat | None:
    """The beat that shows an event: of a ledger, the decision that rests on it."""
    shows = [beat for beat in told if seq in [event.seq for event in beat.events]]
    return shows[-1] if shows else None


def _earlier(a: Trace, b: Trace, found: Divergence | None) -> tuple[Beat | None, Beat | None] | None:
    """The two beats that part in bookkeeping, unless they are those of ``found``."""
    pair = first_bookkeeping(a, b)
    if pair is None:
        return None
    one, other = pair
    if found and (one and one.seq, other and other.seq) == (found.seq_a, found.seq_b):
        return None
    return None if one is None else beats(a)[one.seq], None if other is None else beats(b)[other.seq]


def _parted(shown: list[Beat], follows: Sequence[int], first: Beat | None) -> tuple[list[Beat], list[Beat]]:
    """The beats that do not follow from the parting, and those that do, without the first."""
    after = [beat for beat in shown if beat.events[-1].seq in follows and beat is not first]
    return [beat for beat in shown if beat.events[-1].seq not in follows], after


def _shown(story: Sequence[Beat]) -> list[Beat]:
    """The beats of the connection that a reader goes by; a ledger stands in the decision that rests on it."""
    return [
        beat
        for beat in story
        if beat.event.at >= 0 and beat.event.actor in SIDES
        if not isinstance(beat, Remark) or beat.kind == "end"
        if any(told(event.fact) for event in beat.events)
        if not (isinstance(beat, Ledger) and (beat.is_empty or beat.decided))
    ]


def _relation(a: Beat | None, b: Beat | None) -> Relation:
    if a is None:
        return "only b"
    if b is None:
        return "only a"
    return "alike" if _told(a) == _told(b) else "differs"


def _told(beat: Beat) -> tuple[object, ...]:
    """The parts of all that a beat shows which a reader goes by."""
    return tuple(told(event.fact) for event in beat.events)


def _kinship(one: Beat, other: Beat) -> int:
    """The kinship of two beats, from ALIKE for the same happening with the same result to 0 for none."""
    a, b = one.event, other.event
    if a.actor != b.actor or type(a.fact) is not type(b.fact):
        return 0
    if _told(one) == _told(other):
        return ALIKE
    match a.fact, b.fact:
        case Decided(decision=asked), Decided(decision=other_asked):
            return 3 if asked == other_asked else 0
        case Checked(verdict=verdict), Checked(verdict=other_verdict):
            return 2 if verdict.role == other_verdict.role else 0
        case HandshakeReturned(), HandshakeReturned():
            return 3
        case Sent(protocol=protocol), Sent(protocol=other_protocol):
            return 2 if protocol == other_protocol and protocol in SAID else 0
        case (BeliefChanged() | StandingChanged(), _) | (Alert(), _):  # of the same type, as said above
            return 1
        case _:
            return 0


def _pair(a: Sequence[Beat], b: Sequence[Beat]) -> list[AlignedBeats]:
    """The alignment with the greatest sum of kinship (Needleman and Wunsch), each run in its own order."""
    same = list(takewhile(lambda pair: _kinship(*pair) == ALIKE, zip(a, b, strict=False)))
    rows = [AlignedBeats(one, other, "alike") for one, other in same]
    a, b = a[len(same) :], b[len(same) :]
    best = [[0] * (len(b) + 1) for _ in range(len(a) + 1)]
    for i in range(len(a) - 1, -1, -1):
        for j in range(len(b) - 1, -1, -1):
            kin = _kinship(a[i], b[j])
            joined = best[i + 1][j + 1] + kin if kin else 0
            best[i][j] = max(joined, best[i + 1][j], best[i][j + 1])
    i = j = 0
    while i < len(a) or j < len(b):
        kin = _kinship(a[i], b[j]) if i < len(a) and j < len(b) else 0
        if kin and best[i][j] == best[i + 1][j + 1] + kin:
            rows.append(AlignedBeats(a[i], b[j], _relation(a[i], b[j])))
            i, j = i + 1, j + 1
        elif j == len(b) or (i < len(a) and best[i][j] == best[i + 1][j]):
            rows.append(AlignedBeats(a[i], None, "only a"))
            i += 1
        else:
            rows.append(AlignedBeats(None, b[j], "only b"))
            j += 1
    return rows
