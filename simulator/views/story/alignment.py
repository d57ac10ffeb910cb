"""Two runs beside each other: which beat of the first belongs to which of the second.

What does not depend on the first divergence comes before it, then the two events that part, then what
follows from them. Each part is aligned so that as much as possible stands beside its like.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal

from simulator.tls.wire.version import SIDES
from simulator.trace.compare import Divergence, first_divergence, likeness
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
from simulator.views.story.beats import beats

if TYPE_CHECKING:
    from collections.abc import Sequence

    from simulator.trace.trace import Trace
    from simulator.views.story.beat_kinds import Beat

Relation = Literal["alike", "differs", "only a", "only b"]


@dataclass(frozen=True, slots=True)
class AlignedBeats:
    """One beat of each run side by side, or one with nothing beside it.

    Attributes:
        a, b: the beat of the first and of the second run, or None.
        relation: ``alike`` (same side, same thing, same result; bytes and moments may differ), ``differs``
            (same side, same question, another result), ``only a`` or ``only b``.
        parts: this is where the runs part.
        follows: it follows from where they parted.
    """

    a: Beat | None
    b: Beat | None
    relation: Relation
    parts: bool = False
    follows: bool = False


@dataclass(frozen=True, slots=True)
class Alignment:
    """Two runs row by row, and their first divergence, or None."""

    a: Trace
    b: Trace
    divergence: Divergence | None
    rows: tuple[AlignedBeats, ...]


def align(a: Trace, b: Trace) -> Alignment:
    """Lay two runs beside each other, from the beginning of the connection on."""
    divergence = first_divergence(a, b)
    one, other = beats(a), beats(b)
    if divergence is None:
        return Alignment(a, b, None, tuple(_pair(_shown(one), _shown(other))))
    seq_a, seq_b = divergence.seq_a, divergence.seq_b
    first_a, first_b = None if seq_a is None else one[seq_a], None if seq_b is None else other[seq_b]
    after_a, after_b = set(divergence.follows_a), set(divergence.follows_b)
    before = _pair(
        [beat for beat in _shown(one) if beat.event.seq not in after_a],
        [beat for beat in _shown(other) if beat.event.seq not in after_b],
    )
    after = _pair(
        [beat for beat in _shown(one) if beat.event.seq in after_a and beat is not first_a],
        [beat for beat in _shown(other) if beat.event.seq in after_b and beat is not first_b],
    )
    parting = AlignedBeats(first_a, first_b, _relation(first_a, first_b), parts=True, follows=True)
    later = [replace(row, follows=True) for row in after]
    return Alignment(a, b, divergence, (*before, parting, *later))


def _shown(told: Sequence[Beat]) -> list[Beat]:
    """The beats of the connection that a comparison shows."""
    return [
        beat
        for beat in told
        if beat.event.at >= 0 and beat.event.actor in SIDES and not isinstance(beat, Remark)
        if not (isinstance(beat, Ledger) and beat.is_empty)
    ]


def _relation(a: Beat | None, b: Beat | None) -> Relation:
    if a is None:
        return "only b"
    if b is None:
        return "only a"
    return "alike" if likeness(a.event.fact) == likeness(b.event.fact) else "differs"


def _kinship(one: Beat, other: Beat) -> int:
    """The kinship of two beats, from 4 for the same happening with the same result to 0 for none."""
    a, b = one.event, other.event
    if a.actor != b.actor or type(a.fact) is not type(b.fact):
        return 0
    if likeness(a.fact) == likeness(b.fact):
        return 4
    match a.fact, b.fact:
        case Decided(decision=asked), Decided(decision=other_asked):
            return 3 if asked == other_asked else 0
        case Checked(verdict=verdict), Checked(verdict=other_verdict):
            return 2 if verdict.role == other_verdict.role else 0
        case HandshakeReturned(), HandshakeReturned():
            return 3
        case Sent(protocol=protocol), Sent(protocol=other_protocol):
            return 2 if protocol == other_protocol == "application_data" else 0
        case (BeliefChanged() | StandingChanged(), _) | (Alert(), _):  # of the same type, as said above
            return 1
        case _:
            return 0


def _pair(a: Sequence[Beat], b: Sequence[Beat]) -> list[AlignedBeats]:
    """The alignment with the greatest sum of kinship (Needleman and Wunsch), each run in its own order."""
    same = 0
    while (
        same < min(len(a), len(b)) and _relation(a[same], b[same]) == "alike" and _kinship(a[same], b[same])
    ):
        same += 1
    rows = [AlignedBeats(one, other, "alike") for one, other in zip(a[:same], b[:same], strict=True)]
    a, b = a[same:], b[same:]
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
