"""A trace as JSON text and back, without loss and without surprises.

The text follows from the event types alone: one object per event, bytes as hexadecimal, names as the RFCs
have them. It is identical on every machine. Reading is strict: a key too many, a key too few, a value of
the wrong kind, an event that names a cause after itself: each is a :class:`~simulator.errors.TraceError` that
says where.
"""

from __future__ import annotations

import json
import types
from dataclasses import fields, is_dataclass
from enum import Enum
from functools import lru_cache
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints

from simulator import trace as t
from simulator.errors import TraceError
from simulator.release import RELEASE

#: The kinds of fact, by the word that stands for each in JSON.
KINDS: dict[str, type] = {
    "setup": t.Setup,
    "sent": t.Sent,
    "received": t.Received,
    "alert": t.Alert,
    "checked": t.Checked,
    "decided": t.Decided,
    "state_changed": t.StateChanged,
    "handshake_returned": t.HandshakeReturned,
    "belief_changed": t.BeliefChanged,
    "noted": t.Noted,
}
WORDS = {kind: word for word, kind in KINDS.items()}


def trace_to_dict(trace: t.Trace) -> dict[str, Any]:
    """The trace as plain JSON values: dictionaries, lists, text, numbers, booleans and None."""
    return {"schema_version": t.SCHEMA_VERSION, "release": RELEASE, **plain(trace)}


def trace_to_json(trace: t.Trace) -> str:
    """The trace as JSON text, ending with a line break; the same text on every machine."""
    return json.dumps(trace_to_dict(trace), indent=1, ensure_ascii=False) + "\n"


def trace_from_dict(document: object) -> t.Trace:
    """Read what :func:`trace_to_dict` wrote.

    Raises:
        TraceError: it is of another schema version, or not a whole and sound trace.
    """
    if not isinstance(document, dict):
        raise _wrong("", kind_of(document), "a JSON object")
    version = document.get("schema_version")
    if version != t.SCHEMA_VERSION or isinstance(version, bool):
        raise TraceError(
            "This trace is written in another schema.",
            got=f"schema_version {version!r}",
            expected=f"schema_version {t.SCHEMA_VERSION}",
            advice="Run the scenario again with this release, or read the trace with the one that wrote it.",
        )
    typed(str, document.get("release"), ".release")  # whichever release wrote it
    rest = {key: value for key, value in document.items() if key not in ("schema_version", "release")}
    trace = typed(t.Trace, rest, "")
    assert isinstance(trace, t.Trace)
    _must_be_sound(trace)
    return trace


def trace_from_json(text: str) -> t.Trace:
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


# Writing ---------------------------------------------------------------------------------------------


def plain(value: object) -> Any:
    """A value of the trace as plain JSON values."""
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, bytes):
        return value.hex()
    if isinstance(value, tuple):
        return [plain(item) for item in value]
    if is_dataclass(value) and not isinstance(value, type):
        kind = {"kind": WORDS[type(value)]} if type(value) in WORDS else {}
        return kind | {field.name: plain(getattr(value, field.name)) for field in fields(value)}
    return value


# Reading ---------------------------------------------------------------------------------------------


def typed(expected: Any, value: object, where: str) -> Any:
    """The value of that type that stands at ``where``.

    Raises:
        TraceError: something else stands there.
    """
    origin = get_origin(expected)
    if expected is t.Fact:
        return _fact(value, where)
    if origin in (Union, types.UnionType):
        if value is None and type(None) in get_args(expected):
            return None
        (inner,) = (option for option in get_args(expected) if option is not type(None))
        return typed(inner, value, where)
    if origin is Literal:
        if value not in get_args(expected):
            raise _wrong(where, repr(value), " or ".join(map(repr, get_args(expected))))
        return value
    if origin is tuple:
        return _tuple(get_args(expected), value, where)
    if isinstance(expected, type) and issubclass(expected, Enum):
        return _enum(expected, value, where)
    if is_dataclass(expected):
        return _object(expected, value, where)
    return _scalar(expected, value, where)


def _fact(value: object, where: str) -> t.Fact:
    """A fact, by its kind."""
    word = value.get("kind") if isinstance(value, dict) else None
    if not isinstance(value, dict) or not isinstance(word, str) or word not in KINDS:
        raise _wrong(f"{where}.kind", repr(word), ", ".join(KINDS))
    rest = {key: item for key, item in value.items() if key != "kind"}
    fact: t.Fact = _object(KINDS[word], rest, where)
    return fact


def _object(expected: Any, value: object, where: str) -> Any:
    """A dataclass from a JSON object with exactly its fields."""
    if not isinstance(value, dict):
        raise _wrong(where, kind_of(value), "an object")
    hints = hints_of(expected)
    for key in value:
        if key not in hints:
            raise _wrong(f"{where}.{key}", "an unknown key", ", ".join(hints))
    for key in hints:
        if key not in value:
            raise _wrong(f"{where}.{key}", "no such key", "a value")
    return expected(**{key: typed(hint, value[key], f"{where}.{key}") for key, hint in hints.items()})


@lru_cache
def hints_of(expected: type) -> dict[str, Any]:
    """The fields of an event type with their types."""
    hints = get_type_hints(expected)
    return {field.name: hints[field.name] for field in fields(expected)}


def _tuple(inner: tuple[Any, ...], value: object, where: str) -> tuple[Any, ...]:
    """A tuple from a JSON list: of any length, or with one type for each place."""
    if not isinstance(value, list):
        raise _wrong(where, kind_of(value), "a list")
    if inner[-1] is Ellipsis:
        inner = (inner[0],) * len(value)
    if len(inner) != len(value):
        raise _wrong(where, f"{len(value)} values", f"{len(inner)} values")
    pairs = zip(inner, value, strict=True)
    return tuple(typed(hint, item, f"{where}[{place}]") for place, (hint, item) in enumerate(pairs))


def _enum(expected: type[Enum], value: object, where: str) -> Enum:
    """A member by its value."""
    for member in expected:
        if member.value == value:
            return member
    raise _wrong(where, repr(value), " or ".join(repr(member.value) for member in expected))


def _scalar(expected: type, value: object, where: str) -> object:
    """Text, a number, a truth value, or bytes written as hexadecimal."""
    if expected is bytes:
        try:
            if isinstance(value, str) and value == value.lower() and value.isalnum() | (value == ""):
                return bytes.fromhex(value)
        except ValueError:
            pass
        raise _wrong(where, repr(value)[:60], "bytes as lower-case hexadecimal")
    if type(value) is not expected:  # a bool is an int to isinstance, and not to a reader
        raise _wrong(
            where, kind_of(value), {str: "text", int: "a whole number"}.get(expected, expected.__name__)
        )
    return value


def _must_be_sound(trace: t.Trace) -> None:
    """What the types cannot say: the setup first, events numbered, causes before what they cause."""
    if not trace.events or not isinstance(trace.events[0].fact, t.Setup):
        raise _wrong("events[0]", "no setup event", "the setup as the first event")
    for place, event in enumerate(trace.events):
        if event.seq != place:
            raise _wrong(f"events[{place}].seq", str(event.seq), str(place))
        if event.cause is not None and not 0 <= event.cause < place:
            raise _wrong(
                f"events[{place}].cause", str(event.cause), f"an earlier event than {place}, or null"
            )


def kind_of(value: object) -> str:
    """What a JSON value is, in words."""
    words = {dict: "an object", list: "a list", str: "text", bool: "true or false", int: "a whole number"}
    return "null" if value is None else words.get(type(value), "a number")


def _wrong(where: str, got: str, expected: str) -> TraceError:
    """The one error of reading: where, what was found, what belongs there."""
    return TraceError(
        f"The trace is damaged at {where.lstrip('.') or 'its top'}.",
        got=got,
        expected=expected,
        advice="Export the run again.",
    )
