"""The moments at which somebody's belief changes: what the security ladder and its text are made of."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from simulator.security import SecurityLevel
from simulator.trace import BeliefChanged, HandshakeReturned
from simulator.views.words import clean

if TYPE_CHECKING:
    from simulator.trace import Event, Side, Trace

SIDES: tuple[Side, Side] = ("client", "server")


@dataclass(frozen=True, slots=True)
class Belief:
    """What a side believes from one moment on; ``seq`` is 0 before its first observation."""

    level: SecurityLevel
    assumed: bool
    seq: int


NOTHING = Belief(SecurityLevel.CLEARTEXT, assumed=False, seq=0)


@dataclass(slots=True)
class Moment:
    """One moment at which something changes.

    Attributes:
        at: virtual time in microseconds.
        beliefs: what each side believes from then on.
        changed: the sides whose belief changes here.
        words: what happened, as (side, sentence, ``seq``).
    """

    at: int
    beliefs: dict[Side, Belief]
    changed: set[Side] = field(default_factory=set)
    words: list[tuple[Side, str, int]] = field(default_factory=list)


def moments(trace: Trace) -> list[Moment]:
    """All moments in order; the first is the beginning of the connection, where both know of nothing."""
    found = [Moment(0, {"client": NOTHING, "server": NOTHING})]
    for event in trace.of(BeliefChanged, HandshakeReturned):
        side = next((side for side in SIDES if side == event.actor), None)
        if side is None or event.at < 0:
            continue
        here = found[-1]
        if event.at != here.at or (isinstance(event.fact, BeliefChanged) and side in here.changed):
            here = Moment(event.at, dict(here.beliefs))
            found.append(here)
        _note(here, event, side)
    return found


def _note(here: Moment, event: Event, side: Side) -> None:
    match event.fact:
        case BeliefChanged(level=level, assumed=assumed, reason=reason):
            here.beliefs[side] = Belief(level, assumed, event.seq)
            here.changed.add(side)
            here.words.append((side, clean(reason), event.seq))
        case HandshakeReturned(result=result):
            here.words.append((side, f"Its handshake call returns: {result}.", event.seq))
        case _:
            pass
