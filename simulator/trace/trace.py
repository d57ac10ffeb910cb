"""A trace: the ordered events of a run and its outcome.

A :class:`Trace` is the only thing views read. It begins with a :class:`Setup` event, knows for every event
which earlier one made it happen, and goes to JSON and back without loss. It holds no private key, password
or traffic secret.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence  # noqa: TC003 - see below
from typing import Any, Protocol, TypeVar

from simulator.errors import TraceError
from simulator.release import RELEASE

# msgspec reads the annotations of Trace while the program runs, so the names must be there.
from simulator.security import SecurityCard  # noqa: TC001 - see above
from simulator.trace.facts import SCHEMA_VERSION, Event, Setup
from simulator.trace.json import TraceValue, json_text, plain, typed, wrong
from simulator.trace.level import card_of
from simulator.trace.outcome import TELLING, outcome_of
from simulator.trace.result import Outcome  # noqa: TC001 - msgspec reads it, see above
from simulator.trace.soundness import must_be_sound

AFact = TypeVar("AFact")


class Trace(TraceValue, frozen=True):
    """The whole of one run; with several connections, outcome and card are those of the last."""

    events: tuple[Event, ...]
    outcome: Outcome
    card: SecurityCard

    def __repr__(self) -> str:
        setup = self.setup
        what = f"{len(self.events)} events, {self.outcome.level.value}"
        return f"<Trace of {setup.scenario!r}, TLS {setup.tls}: {what}>"

    @property
    def setup(self) -> Setup:
        """The world before the first message."""
        fact = self.events[0].fact
        assert isinstance(fact, Setup)
        return fact

    @property
    def setups(self) -> tuple[Setup, ...]:
        """The world before each connection, in order."""
        return tuple(event.fact for event in self.events if isinstance(event.fact, Setup))

    def of(self, *kinds: type) -> Iterator[Event]:
        """The events whose fact is of one of these kinds, in order."""
        return (event for event in self.events if isinstance(event.fact, kinds))

    def facts(self, kind: type[AFact]) -> Iterator[tuple[Event, AFact]]:
        """The events of one kind in order, each with its fact."""
        return ((event, event.fact) for event in self.events if isinstance(event.fact, kind))

    def to_json(self) -> str:
        """The trace as JSON text, the same on every machine."""
        return trace_to_json(self)

    @staticmethod
    def from_json(text: str) -> Trace:
        """Read a trace from its JSON text.

        Raises:
            TraceError: it is not a whole and sound trace of this schema.
        """
        return trace_from_json(text)


def trace_of(events: Sequence[Event]) -> Trace:
    """The whole run: its events with what came out of them, or of the last of several connections."""
    last = max([event.connection for event in events])
    telling = [event for event in events if type(event.fact) in TELLING and event.connection == last]
    outcome = outcome_of(telling)
    setup = next(event.fact for event in events if event.connection == last and type(event.fact) is Setup)
    return Trace(tuple(events), outcome, card_of(telling, outcome, setup))


class HasTrace(Protocol):
    """A run, or anything else that has a trace."""

    @property
    def trace(self) -> Trace:
        """The trace."""
        ...


def trace_to_dict(trace: Trace) -> dict[str, Any]:
    """The trace as plain JSON values: dictionaries, lists, text, numbers, booleans and None."""
    document: dict[str, Any] = plain(_document(trace))
    return document


def trace_to_json(trace: Trace) -> str:
    """The trace as JSON text, ending with a line break; the same text on every machine."""
    return json_text(_document(trace))


def _document(trace: Trace) -> dict[str, Any]:
    """The keys of a trace file."""
    fields = {name: getattr(trace, name) for name in Trace.__struct_fields__}
    return {"schema_version": SCHEMA_VERSION, "release": RELEASE, **fields}


def trace_from_dict(document: object) -> Trace:
    """Read what :func:`trace_to_dict` wrote.

    Raises:
        TraceError: it is of another schema version, or not a whole and sound trace.
    """
    rest = typed(dict[str, Any], document)
    version, release = rest.pop("schema_version", None), rest.pop("release", None)
    if version != SCHEMA_VERSION or isinstance(version, bool):
        raise TraceError(
            "This trace is written in another schema.",
            got=f"schema_version {version!r}",
            expected=f"schema_version {SCHEMA_VERSION}",
            advice="Run the scenario again with this release, or read the trace with the one that wrote it.",
        )
    if not isinstance(release, str):  # any release: the schema's version says whether it can be read
        raise wrong("release", repr(release), "text")
    trace = typed(Trace, rest)
    must_hang_together(trace)
    return trace


def must_hang_together(trace: Trace) -> None:
    """Check what the types of a trace cannot say: its events are sound, and its outcome is what they tell.

    Raises:
        TraceError: it does not hang together.
    """
    must_be_sound(trace.events)
    told = trace_of(trace.events)
    for part in ("outcome", "card"):
        read, found = getattr(trace, part), getattr(told, part)
        for name in found.__struct_fields__:
            if getattr(read, name) != getattr(found, name):
                expected = f"what the events tell: {plain(getattr(found, name))!r}"
                raise wrong(f"{part}.{name}", repr(plain(getattr(read, name))), expected)


def trace_from_json(text: str) -> Trace:
    """Read what :func:`trace_to_json` wrote.

    Raises:
        TraceError: it is not JSON, or not a trace.
    """
    try:
        document = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise TraceError(
            "This is not JSON.",
            got=str(error),
            expected="the JSON text of a trace",
            advice="Check that the file is whole and is one that this program exported.",
        ) from error
    return trace_from_dict(document)
