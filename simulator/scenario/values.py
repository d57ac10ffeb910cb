"""Scenario values as people and files write them.

A *table* says what differs from some scenario: ``{"server": {"client_authentication": "optional"}}``. Here it
is read by the types of the settings it names; :mod:`simulator.scenario.changes` lays it over a scenario.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import fields
from datetime import date, datetime, time, timedelta
from enum import Enum
from functools import lru_cache
from types import MappingProxyType, NoneType, UnionType
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints

from simulator.scenario.mistake import Problem, ScenarioProblemsError, not_one_of
from simulator.scenario.setup import (
    TLS_VERSIONS,
    CertificateSetup,
    ClientSetup,
    Expectation,
    Network,
    Scenario,
    ServerSetup,
)
from simulator.scenario.words import (
    DURATION_ADVICE,
    LISTED_WORDS,
    SPECIAL_WORDS,
    nearest_word,
    read_duration,
)

Path = tuple[str, ...]

PARTS: Mapping[str, type] = MappingProxyType(
    {"network": Network, "client": ClientSetup, "server": ServerSetup}
)
_PLAIN_TYPES = {str: "text", bool: "true or false", int: "a whole number", float: "a number"}
KEY = r"""(?:[A-Za-z0-9_-]+|"[^"\\\n]*"|'[^'\n]*')"""
KEY_PATH = re.compile(rf"\s*{KEY}(?:\s*\.\s*{KEY})*\s*")


@lru_cache
def field_types(kind: type) -> Mapping[str, Any]:
    """The settings of a part of the scenario, by name, with their types."""
    hints = get_type_hints(kind)
    return MappingProxyType({field.name: hints[field.name] for field in fields(kind)})


def may_be_none(hint: Any) -> bool:
    """A setting of this type can be absent."""
    return get_origin(hint) in (Union, UnionType) and NoneType in get_args(hint)


def without_none(hint: Any) -> Any:
    """The type of a setting where it is not absent."""
    return next(part for part in get_args(hint) if part is not NoneType) if may_be_none(hint) else hint


def special_words(key: str, hint: Any) -> Mapping[str, tuple[str, ...] | None]:
    """The words that stand for nothing in this setting: ``none``, ``absent``, ``default``."""
    return SPECIAL_WORDS.get(key, {}) if may_be_none(hint) else {}


def split_path(text: str) -> Path:
    """The keys of a dotted path; a key with other characters than letters, digits, - and _ is quoted.

    Raises:
        ScenarioProblemsError: the text is no such path.
    """
    if not isinstance(text, str) or not KEY_PATH.fullmatch(text):
        message = "must be keys joined by dots, as in server.client_authentication"
        raise ScenarioProblemsError([Problem((), message, repr(text))])
    return tuple(key[1:-1] if key[0] in "\"'" else key for key in re.findall(KEY, text))


def read_table(table: Mapping[str, Any], problems: list[Problem]) -> dict[str, Any]:
    """Read a table of what differs; what cannot be read is left out and told in ``problems``."""
    read: dict[str, Any] = {}
    hints = field_types(Scenario)
    for key, value in table.items():
        path = (key,)
        if key == "certificates" and isinstance(value, Mapping):
            read[key] = {
                name: _read_part(CertificateSetup, part, (key, name), problems)
                for name, part in value.items()
            }
        elif key == "expect" and isinstance(value, Mapping):
            read[key] = read_expectations(value, problems)
        elif key in PARTS:
            read[key] = _read_part(PARTS[key], value, path, problems)
        elif key in ("certificates", "expect"):
            problems.append(Problem(path, f"must be a table, as in [{key}]", _shown(value)))
        elif key in hints:
            _read_into(read, key, hints[key], value, path, problems)
        else:
            problems.append(unknown_key(path, value, hints))
    return read


def read_expectations(table: Mapping[str, Any], problems: list[Problem]) -> dict[str, Expectation]:
    """Read ``[expect]``: what holds for both versions, and tables ``"1.2"`` and ``"1.3"`` that differ."""
    if all(isinstance(part, Expectation) for part in table.values()):
        return dict(table)
    both = {key: value for key, value in table.items() if key not in TLS_VERSIONS}
    told_before = len(problems)
    common = _read_part(Expectation, both, ("expect",), problems)
    expectations: dict[str, Expectation] = {}
    for version in TLS_VERSIONS:
        merged = {**common, **_read_part(Expectation, table.get(version, {}), ("expect", version), problems)}
        if "level" in merged:
            expectations[version] = Expectation(**merged)
        elif merged and len(problems) == told_before:
            problems.append(Problem(("expect", version), "needs a level"))
    return expectations


def unknown_key(path: Path, value: Any, allowed: Mapping[str, Any]) -> Problem:
    """The problem of a setting that does not exist; lists those that do."""
    message = f"there is no such setting here; there are {', '.join(allowed)}"
    return Problem(path, message, _shown(value), nearest_word(path[-1], allowed))


def _shown(value: Any) -> str:
    if isinstance(value, date | time):
        return str(value)
    text = repr(list(value) if isinstance(value, tuple) else value)
    return text if len(text) <= 60 else f"{text[:57]}..."


def _read_part(kind: type, value: Any, path: Path, problems: list[Problem]) -> Any:
    """A part's settings, or the part itself where it was given whole, or None for a removed certificate."""
    if isinstance(value, kind):
        return value
    if kind is CertificateSetup and value in (None, "none"):
        return None
    if not isinstance(value, Mapping):
        message = f"is a table; set one of {', '.join(field_types(kind))}"
        problems.append(Problem(path, message, _shown(value)))
        return {}
    read: dict[str, Any] = {}
    hints = field_types(kind)
    for key, setting in value.items():
        if key in hints:
            _read_into(read, key, hints[key], setting, (*path, key), problems)
        else:
            problems.append(unknown_key((*path, key), setting, hints))
    return read


def _read_into(
    read: dict[str, Any], key: str, hint: Any, value: Any, path: Path, problems: list[Problem]
) -> None:
    result = read_value(key, hint, value, path)
    if isinstance(result, Problem):
        problems.append(result)
    else:
        read[key] = result


def read_value(key: str, hint: Any, value: Any, path: Path) -> Any:
    """One setting's value by its type, from what a file, a command line or a program wrote.

    Args:
        key: the setting's name; it decides which words stand for nothing.
        hint: its type.
        value: what was written.
        path: where it was written, for the problem.

    Returns:
        The value, or the Problem that it is.
    """
    words = special_words(key, hint)
    if isinstance(value, str) and value in words:
        return words[value]
    if value is None and may_be_none(hint):
        return None
    if key in LISTED_WORDS:
        return value if value in LISTED_WORDS[key] else not_one_of(path, value, [*LISTED_WORDS[key], *words])
    expected = without_none(hint)
    if expected is timedelta:
        return _read_span(value, path)
    if get_origin(expected) is Literal:
        allowed = get_args(expected)
        return value if value in allowed else not_one_of(path, value, [*allowed, *words])
    if isinstance(expected, type) and issubclass(expected, Enum):
        if isinstance(value, expected):
            return value
        named = {member.value: member for member in expected}
        found = named.get(value) if isinstance(value, str) else None
        return found or not_one_of(path, value, [*named, *words])
    return _read_plain(expected, words, value, path)


def _read_span(value: Any, path: Path) -> Any:
    if isinstance(value, timedelta):
        return value
    try:
        return read_duration(value)
    except (ValueError, AttributeError):
        return Problem(path, f"must be {DURATION_ADVICE}", _shown(value))


def _read_plain(expected: Any, words: Mapping[str, Any], value: Any, path: Path) -> Any:
    alternatives = "".join(f" or '{word}'" for word in words)
    if expected is float and type(value) in (int, float):
        return float(value)
    if expected in _PLAIN_TYPES:
        wanted = _PLAIN_TYPES[expected] + alternatives
        return value if type(value) is expected else Problem(path, f"must be {wanted}", _shown(value))
    if expected is datetime:
        if isinstance(value, datetime):
            return value
        return Problem(path, "must be a date and time, as in 2030-03-04T09:00:00Z", _shown(value))
    if get_origin(expected) is tuple:
        if isinstance(value, list | tuple) and all(isinstance(item, str) for item in value):
            return tuple(value)
        nearest = nearest_word(value, words) if isinstance(value, str) else None
        return Problem(
            path, f'must be a list of texts, as in ["a", "b"]{alternatives}', _shown(value), nearest
        )
    if isinstance(value, Mapping):
        wrong = (
            Problem((*path, str(name)), "must be text", _shown(text))
            for name, text in value.items()
            if not isinstance(text, str)
        )
        return next(wrong, dict(value))
    return Problem(path, 'must be a table of texts, as in {"CN=alice" = "ALICE"}', _shown(value))
