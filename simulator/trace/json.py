"""The values of a trace as plain JSON values and back, without loss and without surprises.

The text follows from the event types alone: one object per event, bytes as hexadecimal, names as the RFCs
have them. It is identical on every machine. Reading is strict: a key too many, a key too few, a value of
the wrong kind, an event that names a cause after itself: each is a :class:`~simulator.errors.TraceError` that
says where.
"""

from __future__ import annotations

import types
from dataclasses import fields, is_dataclass
from enum import Enum
from functools import lru_cache
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints

from simulator.errors import TraceError
from simulator.trace import facts

#: The kinds of fact, by the word that stands for each in JSON.
KINDS: dict[str, type] = {
    "setup": facts.Setup,
    "sent": facts.Sent,
    "received": facts.Received,
    "alert": facts.Alert,
    "checked": facts.Checked,
    "decided": facts.Decided,
    "state_changed": facts.StateChanged,
    "handshake_returned": facts.HandshakeReturned,
    "belief_changed": facts.BeliefChanged,
    "noted": facts.Noted,
}
WORDS = {kind: word for word, kind in KINDS.items()}


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
    if expected is facts.Fact:
        return _fact(value, where)
    if origin in (Union, types.UnionType):
        if value is None and type(None) in get_args(expected):
            return None
        (inner,) = (option for option in get_args(expected) if option is not type(None))
        return typed(inner, value, where)
    if origin is Literal:
        if value not in get_args(expected):
            raise wrong(where, repr(value), " or ".join(map(repr, get_args(expected))))
        return value
    if origin is tuple:
        return _tuple(get_args(expected), value, where)
    if isinstance(expected, type) and issubclass(expected, Enum):
        return _enum(expected, value, where)
    if is_dataclass(expected):
        return _object(expected, value, where)
    return _scalar(expected, value, where)


def _fact(value: object, where: str) -> facts.Fact:
    """A fact, by its kind."""
    word = value.get("kind") if isinstance(value, dict) else None
    if not isinstance(value, dict) or not isinstance(word, str) or word not in KINDS:
        raise wrong(f"{where}.kind", repr(word), ", ".join(KINDS))
    rest = {key: item for key, item in value.items() if key != "kind"}
    fact: facts.Fact = _object(KINDS[word], rest, where)
    return fact


def _object(expected: Any, value: object, where: str) -> Any:
    """A dataclass from a JSON object with exactly its fields."""
    if not isinstance(value, dict):
        raise wrong(where, kind_of(value), "an object")
    hints = hints_of(expected)
    for key in value:
        if key not in hints:
            raise wrong(f"{where}.{key}", "an unknown key", ", ".join(hints))
    for key in hints:
        if key not in value:
            raise wrong(f"{where}.{key}", "no such key", "a value")
    return expected(**{key: typed(hint, value[key], f"{where}.{key}") for key, hint in hints.items()})


@lru_cache
def hints_of(expected: type) -> dict[str, Any]:
    """The fields of an event type with their types."""
    hints = get_type_hints(expected)
    return {field.name: hints[field.name] for field in fields(expected)}


def _tuple(inner: tuple[Any, ...], value: object, where: str) -> tuple[Any, ...]:
    """A tuple from a JSON list: of any length, or with one type for each place."""
    if not isinstance(value, list):
        raise wrong(where, kind_of(value), "a list")
    if inner[-1] is Ellipsis:
        inner = (inner[0],) * len(value)
    if len(inner) != len(value):
        raise wrong(where, f"{len(value)} values", f"{len(inner)} values")
    pairs = zip(inner, value, strict=True)
    return tuple(typed(hint, item, f"{where}[{place}]") for place, (hint, item) in enumerate(pairs))


def _enum(expected: type[Enum], value: object, where: str) -> Enum:
    """A member by its value."""
    for member in expected:
        if member.value == value:
            return member
    raise wrong(where, repr(value), " or ".join(repr(member.value) for member in expected))


def _scalar(expected: type, value: object, where: str) -> object:
    """Text, a number, a truth value, or bytes written as hexadecimal."""
    if expected is bytes:
        try:
            if isinstance(value, str) and value == value.lower() and value.isalnum() | (value == ""):
                return bytes.fromhex(value)
        except ValueError:
            pass
        raise wrong(where, repr(value)[:60], "bytes as lower-case hexadecimal")
    if type(value) is not expected:  # a bool is an int to isinstance, and not to a reader
        raise wrong(
            where, kind_of(value), {str: "text", int: "a whole number"}.get(expected, expected.__name__)
        )
    return value


def kind_of(value: object) -> str:
    """What a JSON value is, in words."""
    words = {dict: "an object", list: "a list", str: "text", bool: "true or false", int: "a whole number"}
    return "null" if value is None else words.get(type(value), "a number")


def wrong(where: str, got: str, expected: str) -> TraceError:
    """The one error of reading: where, what was found, what belongs there."""
    return TraceError(
        f"The trace is damaged at {where.lstrip('.') or 'its top'}.",
        got=got,
        expected=expected,
        advice="Export the run again.",
    )
