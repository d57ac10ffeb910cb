"""What happened: the ordered events of a run and what came out of it.

A :class:`Trace` is the only thing views read. It begins with a :class:`Setup` event, knows for every event
which earlier one made it happen, and goes to JSON and back without loss. It holds no private key, password
or traffic secret.
"""

from __future__ import annotations

import json
from collections.abc import Iterator  # noqa: TC003 - see below
from dataclasses import dataclass
from typing import Any, Protocol

from simulator.errors import TraceError
from simulator.release import RELEASE

# The JSON reader reads the annotations of these types while the program runs, so the names must be there.
from simulator.security import SecurityCard  # noqa: TC001 - see above
from simulator.trace.facts import SCHEMA_VERSION, Event, Outcome, Setup
from simulator.trace.json import kind_of, plain, typed, wrong


@dataclass(frozen=True, slots=True, repr=False)
class Trace:
    """The whole of one run."""

    events: tuple[Event, ...]
    outcome: Outcome
    card: SecurityCard

    def __repr__(self) -> str:
        setup = self.setup
        what = f"{len(self.events)} events, {self.outcome.level.value}"
        return f"<Trace of {setup.scenario!r}, TLS {setup.tls}: {what}>"

    @property
    def setup(self) -> Setup:
        """The world as it stood before the first message."""
        fact = self.events[0].fact
        assert isinstance(fact, Setup)
        return fact

    def of(self, *kinds: type) -> Iterator[Event]:
        """The events whose fact is of one of these kinds, in order."""
        return (event for event in self.events if isinstance(event.fact, kinds))

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


class HasTrace(Protocol):
    """A run, or whatever else knows its trace."""

    @property
    def trace(self) -> Trace:
        """What happened."""
        ...


def trace_to_dict(trace: Trace) -> dict[str, Any]:
    """The trace as plain JSON values: dictionaries, lists, text, numbers, booleans and None."""
    return {"schema_version": SCHEMA_VERSION, "release": RELEASE, **plain(trace)}


def trace_to_json(trace: Trace) -> str:
    """The trace as JSON text, ending with a line break; the same text on every machine."""
    return json.dumps(trace_to_dict(trace), indent=1, ensure_ascii=False) + "\n"


def trace_from_dict(document: object) -> Trace:
    """Read what :func:`trace_to_dict` wrote.

    Raises:
        TraceError: it is of another schema version, or not a whole and sound trace.
    """
    if not isinstance(document, dict):
        raise wrong("", kind_of(document), "a JSON object")
    version = document.get("schema_version")
    if version != SCHEMA_VERSION or isinstance(version, bool):
        raise TraceError(
            "This trace is written in another schema.",
            got=f"schema_version {version!r}",
            expected=f"schema_version {SCHEMA_VERSION}",
            advice="Run the scenario again with this release, or read the trace with the one that wrote it.",
        )
    typed(str, document.get("release"), ".release")  # whichever release wrote it
    rest = {key: value for key, value in document.items() if key not in ("schema_version", "release")}
    trace = typed(Trace, rest, "")
    assert isinstance(trace, Trace)
    must_be_sound(trace)
    return trace


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


def must_be_sound(trace: Trace) -> None:
    """What the types cannot say: the setup first, events numbered, causes before what they cause."""
    if not trace.events or not isinstance(trace.events[0].fact, Setup):
        raise wrong("events[0]", "no setup event", "the setup as the first event")
    for place, event in enumerate(trace.events):
        if event.seq != place:
            raise wrong(f"events[{place}].seq", str(event.seq), str(place))
        if event.cause is not None and not 0 <= event.cause < place:
            raise wrong(f"events[{place}].cause", str(event.cause), f"an earlier event than {place}, or null")
