"""A trace of several connections, and each of them as a trace of its own.

Every connection begins with a setup event: the world as it stands then. So one connection cut out is a whole
trace, told from its own moment, and every view of a run can show it.
"""

from __future__ import annotations

from collections import defaultdict
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from msgspec.structs import replace

from simulator.errors import OutputError
from simulator.trace.facts import Setup, Step
from simulator.trace.trace import trace_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from simulator.trace.facts import Event
    from simulator.trace.trace import Trace


def connections_of(trace: Trace) -> tuple[Trace, ...]:
    """Each connection of a trace as a trace of its own, in order; a trace of one is itself.

    The connections of a party in between overlap in time. In each trace, events are numbered from 0, virtual
    time 0 is the moment at which the client begins, and the
    setup's clock is that moment.
    """
    if len(trace.setups) == 1:
        return (trace,)
    parts: defaultdict[int, list[Event]] = defaultdict(list)
    for event in trace.events:
        parts[event.connection].append(event)
    return tuple(trace_of(_told_from_its_start(events)) for events in parts.values())


def must_be_one(trace: Trace) -> None:
    """Check that a trace is of one connection, as most views need.

    Raises:
        OutputError: it has several.
    """
    first, last = trace.events[0].connection, max(event.connection for event in trace.events)
    if first != last:
        raise OutputError(
            "This form shows one connection.",
            got=f"a run with the connections {first} to {last}",
            expected="one of them",
            advice=f"Choose one: --connection {last} in a command, run.connections[{last - 1}] in Python.",
        )


def start_of(events: Iterable[Event]) -> int:
    """The moment at which a connection begins: the first event that is no part of what came before it."""
    return next((event.at for event in events if event.step is not Step.ENROLMENT), 0)


def placed(events: Sequence[Event], first: int, start: int) -> list[Event]:
    """The events of one connection as they stand in the whole.

    Args:
        events: with numbers and times of their own.
        first: the number that the first of them gets.
        start: the connection's moment in the whole, in microseconds.
    """
    if first == 0 and start == 0:
        return list(events)
    return [_moved(event, first, start) for event in events]


def _told_from_its_start(events: Sequence[Event]) -> list[Event]:
    """The events of one connection; what another connection made happen is a beginning here."""
    start, places = start_of(events), {event.seq: place for place, event in enumerate(events)}
    told = (_moved(event, 0, -start) for event in events)
    return [
        replace(event, seq=place, cause=None if event.cause is None else places.get(event.cause))
        for place, event in enumerate(told)
    ]


def _moved(event: Event, numbers: int, microseconds: int) -> Event:
    """The same event with other numbers and times; a setup's clock shows the same moments as before."""
    fact = event.fact
    if isinstance(fact, Setup):
        clock = datetime.fromisoformat(fact.clock) - timedelta(microseconds=microseconds)
        fact = replace(fact, clock=clock.astimezone(UTC).isoformat().replace("+00:00", "Z"))
    cause = None if event.cause is None else event.cause + numbers
    return replace(event, seq=event.seq + numbers, at=event.at + microseconds, cause=cause, fact=fact)
