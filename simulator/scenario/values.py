"""The one reader of scenario values: files, ``--set`` and :meth:`Scenario.but` all come here.

A *table* says what differs from some scenario: ``{"server": {"client_authentication": "optional"}}``. It is
read by the types of the settings it names. A setting that cannot be read is reported and left out, and the
rest is still read, so that all mistakes are reported at once. :mod:`simulator.scenario.changes` applies the
result to a scenario.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields, is_dataclass
from datetime import date, datetime, time, timedelta
from enum import Enum
from functools import cache
from types import NoneType, UnionType
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints

from simulator.scenario.frozen import FrozenMapping
from simulator.scenario.mistakes.mistake import (
    Path,
    Problem,
    ScenarioProblemsError,
    nearest_word,
    not_one_of,
    split_path,
    written_path,
)
from simulator.scenario.presets.table import with_preset
from simulator.scenario.responder_setup import ResponderSetup
from simulator.scenario.revocation_setup import CrlSetup
from simulator.scenario.setup import CertificateSetup, Connect, Expectation, ScheduleEntry
from simulator.scenario.whole import ScenarioSetup
from simulator.scenario.words import DURATION, DURATION_ADVICE, LISTED_WORDS, SPECIAL_WORDS, read_duration
from simulator.tls.wire.version import TLS_VERSIONS

MOST_COMPARED = 200  # mistakes whose nearest word is looked for: four times as many as are ever reported
LONGEST_SHOWN = 60  # characters of a wrong value in a message: enough to recognise it
NAMED_TABLES = (CertificateSetup, CrlSetup, ResponderSetup)  # what stands under a name of the user's own
SCHEDULED = ("client", "server", "network", "certificates")  # the parts that a schedule may change


@dataclass(frozen=True, slots=True)
class SettingType:
    """The written form of one setting's values; the reader and the JSON Schema both follow it.

    Attributes:
        wanted: the end of the message "must be …".
        words: words with a meaning of their own: choices, and those that stand for nothing.
        items: the names that a list may hold; empty for any.
        convert: makes the value of anything but a word; raises ValueError, TypeError or OverflowError if it
            is no such value.
        schema: the JSON Schema of anything but a word; empty if only words are allowed.
    """

    wanted: str
    words: Mapping[str, Any]
    items: tuple[str, ...]
    convert: Callable[[Any], Any]
    schema: Mapping[str, Any]


@cache
def field_types(kind: type) -> Mapping[str, Any]:
    """The settings of a part of the scenario, by name, with their types."""
    hints = get_type_hints(kind)
    return {field.name: hints[field.name] for field in fields(kind)}


def without_none(hint: Any) -> Any:
    """The type of a setting that is present."""
    if get_origin(hint) not in (Union, UnionType):
        return hint
    return next(part for part in get_args(hint) if part is not NoneType)


def entry_type(hint: Any) -> Any:
    """The type of a mapping's values, or None for any other type."""
    table = without_none(hint)
    return get_args(table)[1] if get_origin(table) is Mapping else None


def type_at(path: Path) -> Any:
    """The type of the setting at a path, the class of a part for a table, or None."""
    hint: Any = ScenarioSetup
    for key in path:
        hint = field_types(hint).get(key) if is_dataclass(hint) else entry_type(hint)  # type: ignore[arg-type]
    return hint


@cache
def setting_type(kind: type, key: str) -> SettingType:
    """The way in which a setting of a part is written."""
    hint = field_types(kind)[key]
    expected = without_none(hint)
    listed = LISTED_WORDS.get(key, ())
    words: dict[str, Any] = {}
    if get_origin(expected) is Literal or (listed and expected is str):
        words = {word: word for word in listed or get_args(expected)}
    elif isinstance(expected, type) and issubclass(expected, Enum):
        words = {member.value: member for member in expected}
    special = SPECIAL_WORDS.get(key, {}) if hint is not expected else {}
    if words:
        words |= special
        return SettingType(f"one of {', '.join(words)}", words, (), _only_words, {})
    wanted, convert, schema = _PLAIN_TYPES[get_origin(expected) or expected]
    wanted += "".join(f" or '{word}'" for word in special)
    items = listed if get_origin(expected) is tuple else ()
    return SettingType(wanted, special, items, convert, schema)


def read_table(table: Mapping[str, Any], problems: list[Problem]) -> dict[str, Any]:
    """Read a table of what differs from some scenario.

    Args:
        table: settings as people, files or programs write them; parts as tables or as objects.
        problems: gets a problem for everything that cannot be read and is left out.

    Returns:
        The settings that could be read, as nested tables of typed values.
    """
    return _read_part(ScenarioSetup, table, (), problems)


def _read_part(kind: type, table: Any, path: Path, problems: list[Problem]) -> dict[str, Any]:
    hints = field_types(kind)
    if isinstance(table, kind):
        table = {key: getattr(table, key) for key in hints}
    if not isinstance(table, Mapping):
        problems.append(Problem(path, f"is a table; set one of {', '.join(hints)}", shown(table)))
        return {}
    if "preset" in hints and is_word_of(setting_type(kind, "preset"), table.get("preset")):
        table = with_preset(table, table["preset"], {key: is_dataclass(hint) for key, hint in hints.items()})
    read: dict[str, Any] = {}
    for key, value in table.items():
        here = (*path, str(key))
        hint = hints.get(key)
        if hint is None:
            problems.append(_unknown_setting(here, value, hints, among=problems))
        elif key == "schedule":
            read[key] = _read_schedule(value, here, problems)
        elif is_dataclass(hint):
            read[key] = _read_part(hint, value, here, problems)  # type: ignore[arg-type]
        elif entry_type(hint):
            is_word = isinstance(value, str) and value in SPECIAL_WORDS.get(key, {})
            absent = hint is not without_none(hint) and (value is None or is_word)
            read[key] = None if absent else _read_mapping(entry_type(hint), value, here, problems)
        else:
            result = _read_value(setting_type(kind, key), value, here)
            if isinstance(result, Problem):
                problems.append(result)
            else:
                read[key] = result
    return read


def _read_mapping(inner: type, table: Any, path: Path, problems: list[Problem]) -> dict[str, Any]:
    """A table with keys of the user's own: certificates, lists, users; or the versions of ``[expect]``."""
    if not isinstance(table, Mapping):
        example = "{ key = value }" if inner is str else f"[{path[-1]}]"
        problems.append(Problem(path, f"must be a table, as in {example}", shown(table)))
        return {}
    if inner is Expectation:
        return _read_expectations(table, path, problems)
    read: dict[str, Any] = {}
    for name, value in table.items():
        here = (*path, str(name))
        if not isinstance(name, str) or (inner is str and not isinstance(value, str)):
            problems.append(Problem(here, "must be text", shown(value)))
        elif inner in NAMED_TABLES:  # "none" takes the certificate or list away
            read[name] = None if value in (None, "none") else _read_part(inner, value, here, problems)
        else:
            read[name] = value
    return read


def _read_schedule(entries: Any, path: Path, problems: list[Problem]) -> tuple[ScheduleEntry, ...]:
    """``[[schedule]]``: a list of tables, each with a moment and the one thing that happens then."""
    if not isinstance(entries, list | tuple):
        problems.append(Problem(path, "is a list of tables, each under [[schedule]]", shown(entries)))
        return ()
    numbered = enumerate(entries, start=1)
    return tuple(_read_entry(entry, (*path, str(number)), problems) for number, entry in numbered)


def _read_entry(entry: Any, path: Path, problems: list[Problem]) -> ScheduleEntry:
    if isinstance(entry, ScheduleEntry):
        entry = {
            key: value for key in field_types(ScheduleEntry) if (value := getattr(entry, key)) is not None
        }
    table = dict(entry) if isinstance(entry, Mapping) else entry
    connects, settings = None, {}
    if isinstance(table, dict):
        if (given := table.pop("connect", None)) is not None:
            _read_part(Connect, given, (*path, "connect"), problems)
            connects = Connect()
        settings = _read_settings(table.pop("set", {}), (*path, "set"), problems)
    return ScheduleEntry(connect=connects, set=settings, **_read_part(ScheduleEntry, table, path, problems))


def _read_settings(table: Any, path: Path, problems: list[Problem]) -> dict[str, Any]:
    """Settings that change: dotted paths, or nested tables as TOML makes of unquoted dots, with values."""
    if not isinstance(table, Mapping):
        example = '{ "server.trusts" = ["new-ca"] }'
        problems.append(Problem(path, f"must be a table of settings, as in {example}", shown(table)))
        return {}
    read: dict[str, Any] = {}
    # A preset comes first: what stands beside it wins.
    for dotted, value in sorted(table.items(), key=lambda one: not str(one[0]).endswith("preset")):
        here = (*path, str(dotted))
        try:
            keys = split_path(dotted)
        except ScenarioProblemsError as error:
            problems += [Problem(here, one.message, one.got) for one in error.problems]
            continue
        if keys[0] not in SCHEDULED:
            problems.append(not_one_of(here, keys[0], SCHEDULED, "a setting of"))
            continue
        nested: Any = value
        for key in reversed(keys):
            nested = {key: nested}
        found: list[Problem] = []
        read |= flat(_read_part(ScenarioSetup, nested, (), found))
        problems += [
            Problem((*path, written_path(one.path)), one.message, one.got, one.nearest) for one in found
        ]
    return read


def flat(table: Mapping[str, Any], path: Path = ()) -> dict[str, Any]:
    """Nested tables of settings as dotted paths with values."""
    found: dict[str, Any] = {}
    for key, value in table.items():
        here = (*path, key)
        if isinstance(value, dict) and entry_type(type_at(here)) is not str:
            found |= flat(value, here)
        else:
            found[written_path(here)] = FrozenMapping(value) if isinstance(value, dict) else value
    return found


def _read_expectations(table: Mapping[str, Any], path: Path, problems: list[Problem]) -> dict[str, Any]:
    """``[expect]``: settings for both versions, and tables ``"1.2"`` and ``"1.3"`` for what differs."""
    mistakes_before = len(problems)
    hints = field_types(Expectation)
    both = {key: value for key, value in table.items() if key in hints}
    for key, value in table.items():
        if key not in (*hints, *TLS_VERSIONS):
            allowed = [*hints, *TLS_VERSIONS]
            problems.append(_unknown_setting((*path, str(key)), value, allowed, among=problems))
    common = _read_part(Expectation, both, path, problems)
    expectations: dict[str, Expectation] = {}
    for version in TLS_VERSIONS:
        here = (*path, version)
        merged = {**common, **_read_part(Expectation, table.get(version, {}), here, problems)}
        if "level" in merged:
            expectations[version] = Expectation(**merged)
        elif merged and len(problems) == mistakes_before:
            problems.append(Problem(here, "needs a level"))
    return expectations


def _read_value(setting: SettingType, value: Any, path: Path) -> Any:
    """The value of one setting, or the Problem that there is none."""
    if isinstance(value, str) and value in setting.words:
        return setting.words[value]
    if not isinstance(value, str) and value in setting.words.values():  # a program writes the meaning itself
        return value
    try:
        result = setting.convert(value)
    except (ValueError, TypeError, OverflowError):
        return Problem(path, f"must be {setting.wanted}", shown(value), nearest_word(value, setting.words))
    strangers = [item for item in result if item not in setting.items] if setting.items else ()
    return not_one_of(path, strangers[0], setting.items) if strangers else result


def is_word_of(setting: SettingType, value: Any) -> bool:
    """Return True if a value is a word of a setting that stands for something."""
    return isinstance(value, str) and setting.words.get(value) is not None


def _unknown_setting(
    path: Path, value: Any, allowed: Mapping[str, Any] | list[str], among: list[Problem]
) -> Problem:
    message = f"there is no such setting here; there are {', '.join(allowed)}"
    elsewhere = ["server.client_authentication"] if len(path) == 1 else []
    near = nearest_word(path[-1], [*allowed, *elsewhere]) if len(among) < MOST_COMPARED else None
    return Problem(path, message, shown(value), near)


def shown(value: Any) -> str:
    """A wrong value in a message, cut where it is long."""
    if isinstance(value, date | time):
        return str(value)
    try:
        text = repr(list(value) if isinstance(value, tuple) else value)
    except RecursionError:
        return f"a {type(value).__name__} that is nested too deeply"
    return text if len(text) <= LONGEST_SHOWN else f"{text[: LONGEST_SHOWN - 3]}..."


def _only_words(value: Any) -> Any:
    raise ValueError(value)


def _instance(kind: Any) -> Callable[[Any], Any]:
    """Accept a value of this type. True is a number to Python; it is none in a scenario."""
    return lambda value: (
        value if isinstance(value, kind) and isinstance(value, bool) == (kind is bool) else _only_words(value)
    )


def _number(value: Any) -> float:
    return float(_instance((int, float))(value))


def _span(value: Any) -> timedelta:
    return value if isinstance(value, timedelta) else read_duration(_instance(str)(value))


def _texts(value: Any) -> tuple[str, ...]:
    return tuple(map(_instance(str), _instance((list, tuple))(value)))


_PLAIN_TYPES: Mapping[Any, tuple[str, Callable[[Any], Any], Mapping[str, Any]]] = {
    str: ("text", _instance(str), {"type": "string"}),
    bool: ("true or false", _instance(bool), {"type": "boolean"}),
    int: ("a whole number", _instance(int), {"type": "integer"}),
    float: ("a number", _number, {"type": "number"}),
    datetime: (
        "a date and time, as in 2030-03-04T09:00:00Z",
        _instance(datetime),
        {"type": "string", "format": "date-time"},
    ),
    timedelta: (DURATION_ADVICE, _span, {"type": "string", "pattern": f"^{DURATION}$"}),
    tuple: ('a list of texts, as in ["a", "b"]', _texts, {"type": "array", "items": {"type": "string"}}),
}
