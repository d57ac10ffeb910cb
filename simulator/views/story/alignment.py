"""Two runs laid beside each other: which event of the one stands beside which of the other.

What does not depend on the first divergence comes before it, then the two events that part, then what
follows from them. Each part is aligned so that as much as possible stands beside its like.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from simulator.trace.compare import Divergence, first_divergence, likeness
from simulator.trace.facts import Alert, BeliefChanged, Checked, Decided, HandshakeReturned, Sent
from simulator.views.story.reading import news

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from simulator.trace.facts import Event
    from simulator.trace.trace import Trace
    from simulator.trust.verdict import Check, Verdict

Relation = Literal["alike", "differs", "only a", "only b"]

SHOWN = (Sent, Alert, Checked, Decided, HandshakeReturned, BeliefChanged)


@dataclass(frozen=True, slots=True)
class Row:
    """One event of each run side by side, or one with nothing beside it.

    Attributes:
        a, b: the event of the first and of the second run; None where that run has no such event.
        relation: ``alike`` (same side, same thing, same result; bytes and moments may differ), ``differs``
            (same side, same question, another result), ``only a`` or ``only b``.
        parts: this is where the runs part.
        follows: it follows from where they parted.
    """

    a: Event | None
    b: Event | None
    relation: Relation
    parts: bool = False
    follows: bool = False


@dataclass(frozen=True, slots=True)
class Alignment:
    """Two runs row by row, with the place where they part; None where they go the same way throughout."""

    a: Trace
    b: Trace
    divergence: Divergence | None
    rows: tuple[Row, ...]


def align(a: Trace, b: Trace) -> Alignment:
    """Lay two runs beside each other, from the beginning of the connection on."""
    divergence = first_divergence(a, b)
    if divergence is None:
        return Alignment(a, b, None, tuple(_pair(_told(a), _told(b))))
    first_a = None if divergence.seq_a is None else a.events[divergence.seq_a]
    first_b = None if divergence.seq_b is None else b.events[divergence.seq_b]
    after_a, after_b = set(divergence.follows_a), set(divergence.follows_b)
    before = _pair(_told(a, lambda seq: seq not in after_a), _told(b, lambda seq: seq not in after_b))
    after = _pair(
        _told(a, lambda seq: seq in after_a and seq != divergence.seq_a),
        _told(b, lambda seq: seq in after_b and seq != divergence.seq_b),
    )
    parting = Row(first_a, first_b, _relation(first_a, first_b), parts=True, follows=True)
    later = [Row(row.a, row.b, row.relation, follows=True) for row in after]
    return Alignment(a, b, divergence, (*before, parting, *later))


def _told(trace: Trace, chosen: Callable[[int], bool] = lambda seq: True) -> list[Event]:  # noqa: ARG005 - all are chosen
    """The events of the connection that a comparison tells of."""
    fresh = fresh_checks(trace)
    return [
        event
        for event in trace.of(*SHOWN)
        if event.at >= 0 and event.actor in ("client", "server") and chosen(event.seq)
        if not (isinstance(event.fact, Alert) and event.fact.direction == "received")
        if not isinstance(event.fact, Checked) or fresh[event.seq]
    ]


def fresh_checks(trace: Trace) -> dict[int, tuple[Check, ...]]:
    """For every ledger, by ``seq``: the lines that the one before it did not have."""
    known: dict[str, Verdict] = {}
    fresh = {}
    for event in trace.of(Checked):
        if isinstance(event.fact, Checked):
            fresh[event.seq] = news(known.get(event.actor), event.fact.verdict)
            known[event.actor] = event.fact.verdict
    return fresh


def _relation(a: Event | None, b: Event | None) -> Relation:
    if a is None:
        return "only b"
    if b is None:
        return "only a"
    return "alike" if likeness(a.fact) == likeness(b.fact) else "differs"


def _kinship(a: Event, b: Event) -> int:
    """How well two events stand beside each other; 0 where they have nothing to do with each other."""
    if a.actor != b.actor or type(a.fact) is not type(b.fact):
        return 0
    if likeness(a.fact) == likeness(b.fact):
        return 4
    match a.fact, b.fact:
        case Decided(decision=one), Decided(decision=other):
            return 3 if one == other else 0
        case Checked(verdict=verdict), Checked(verdict=other_verdict):
            return 2 if verdict.role == other_verdict.role else 0
        case HandshakeReturned(), HandshakeReturned():
            return 3
        case Sent(protocol=protocol), Sent(protocol=other_protocol):
            return 2 if protocol == other_protocol == "application_data" else 0
        case (BeliefChanged(), BeliefChanged()) | (Alert(), Alert()):
            return 1
        case _:
            return 0


def _pair(a: Sequence[Event], b: Sequence[Event]) -> list[Row]:
    """The alignment with the greatest sum of kinship (Needleman and Wunsch), each run in its own order."""
    same = 0
    while (
        same < min(len(a), len(b)) and _relation(a[same], b[same]) == "alike" and _kinship(a[same], b[same])
    ):
        same += 1
    rows = [Row(one, other, "alike") for one, other in zip(a[:same], b[:same], strict=True)]
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
            rows.append(Row(a[i], b[j], _relation(a[i], b[j])))
            i, j = i + 1, j + 1
        elif j == len(b) or (i < len(a) and best[i][j] == best[i + 1][j]):
            rows.append(Row(a[i], None, "only a"))
            i += 1
        else:
            rows.append(Row(None, b[j], "only b"))
            j += 1
    return rows
