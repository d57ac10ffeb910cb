"""One scenario made from another: a table of changes applied to it, and what differs between two.

Files, ``--set`` and :meth:`Scenario.but` all come this way, so they mean the same.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import is_dataclass, replace
from datetime import datetime, timedelta
from enum import Enum
from typing import TYPE_CHECKING, Any, TypeVar, get_origin

from simulator.errors import ScenarioError
from simulator.scenario.mistakes.mistake import (
    KEY_PATH,
    Path,
    Problem,
    ScenarioProblemsError,
    check_depth,
    split_path,
    written_path,
)
from simulator.scenario.mistakes.scenario import scenario_problems
from simulator.scenario.responder_setup import ResponderSetup
from simulator.scenario.revocation_setup import CrlSetup
from simulator.scenario.setup import CertificateSetup, ScheduleEntry
from simulator.scenario.values import field_types, read_table, type_at, without_none
from simulator.scenario.whole import ScenarioSetup, good_certificates
from simulator.scenario.words import SPECIAL_WORDS, write_duration, write_time

if TYPE_CHECKING:
    from collections.abc import Iterator

    AScenario = TypeVar("AScenario", bound=ScenarioSetup)

CHANGED = ", changed"  # ends the title of a changed scenario: what the title says may be no longer true
# What stands in an entry of the schedule beside its moment, connect, set and expect.
ENTRY_SETTINGS = (
    *("renew", "same_key", "lifetime", "revoke", "refresh", "reason", "release"),
    *("publish_crl", "next_update", "fetch_crls"),
)
_GOOD_OF_ROLE = {"ca": "client-ca", "client": "alice", "server": "server"}


def new_certificate(name: str, role: Any = "client") -> CertificateSetup:
    """A certificate that the good handshake does not have, made like its certificate of the same role."""
    like = good_certificates()[_GOOD_OF_ROLE[role]]
    return replace(like, subject=f"CN={name}", issuer=name if role == "ca" else like.issuer)


def _new(key: str, name: str, role: Any) -> Any:
    """A certificate, a revocation list or a responder that the scenario does not have yet."""
    if key == "certificates":
        return new_certificate(name, role)
    return CrlSetup() if key == "crls" else ResponderSetup()


def apply_table(base: AScenario, table: Mapping[str, Any]) -> AScenario:
    """The scenario that differs from ``base`` by a table that :func:`read_table` has read.

    It expects what the table expects. Without ``expect`` in the table it expects the same as ``base`` if the
    two worlds are equal, and nothing otherwise.
    """
    settings = dict(table)
    for key in ("network", "client", "server", "between"):
        if key in settings:
            settings[key] = _with_table(getattr(base, key), settings[key])
    for key in ("certificates", "crls", "responders"):
        named = dict(getattr(base, key))
        for name, part in settings.get(key, {}).items():
            if part is None:
                named.pop(name, None)
            else:
                like = named.get(name) or _new(key, name, part.get("role", "client"))
                named[name] = replace(like, **part)
        settings[key] = named
    changed = replace(base, **settings)
    if "expect" in table or next(differences(base, changed), None) is None:
        return changed
    schedule = changed.schedule if "schedule" in table else _unexpecting(changed.schedule)
    between = changed.between if "expect" in table.get("between", {}) else replace(changed.between, expect={})
    return replace(changed, expect={}, between=between, schedule=schedule)


def _with_table(part: Any, table: Mapping[str, Any]) -> Any:
    """A part of a scenario with the settings of a table; a part of it likewise."""
    inner = {
        key: _with_table(getattr(part, key), value) if is_dataclass(getattr(part, key)) else value
        for key, value in table.items()
    }
    return replace(part, **inner)


def differences(base: ScenarioSetup, other: ScenarioSetup) -> Iterator[tuple[Path, Any]]:
    """The settings in which the world of ``other`` differs from ``base``, as (path, value) pairs.

    The teaching text and the expectation are no part of the world. A removed certificate has the value None.
    """
    for key in ("seed", "clock"):
        if getattr(base, key) != getattr(other, key):
            yield (key,), getattr(other, key)
    if _unexpecting(base.schedule) != _unexpecting(other.schedule):
        yield ("schedule",), other.schedule
    yield from _part_differences(("network",), base.network, other.network)
    for name in base.certificates:
        if name not in other.certificates:
            yield ("certificates", name), None
    for name, certificate in other.certificates.items():
        path = ("certificates", name)
        if name in base.certificates:
            yield from _part_differences(path, base.certificates[name], certificate)
        else:
            yield (*path, "role"), certificate.role
            yield from _part_differences(path, new_certificate(name, certificate.role), certificate)
    yield from ((("crls", name), None) for name in base.crls if name not in other.crls)
    for name, crl in other.crls.items():
        if name not in base.crls:
            yield ("crls", name, "issuer"), crl.issuer
        yield from _part_differences(("crls", name), base.crls.get(name, CrlSetup(crl.issuer)), crl)
    yield from ((("responders", name), None) for name in base.responders if name not in other.responders)
    for name, responder in other.responders.items():
        if name not in base.responders:
            yield ("responders", name, "answers"), responder.answers
        usual = base.responders.get(name, ResponderSetup(answers=responder.answers))
        yield from _part_differences(("responders", name), usual, responder)
    yield from _part_differences(("client",), base.client, other.client)
    yield from _part_differences(("server",), base.server, other.server)
    for here, value in _part_differences(("between",), base.between, other.between):
        if is_dataclass(value):
            yield from _part_differences(here, getattr(base.between, here[-1]), value)
        elif here[-1] != "expect":
            yield here, value


def _unexpecting(schedule: tuple[ScheduleEntry, ...]) -> tuple[ScheduleEntry, ...]:
    """The same schedule without what is expected of its connections."""
    return tuple(replace(entry, expect={}) for entry in schedule)


def _part_differences(path: Path, base: Any, other: Any) -> Iterator[tuple[Path, Any]]:
    if base is other:  # most parts of a changed scenario are those of its base
        return
    kind: type = type(other)
    for key in field_types(kind):
        value = getattr(other, key)
        if getattr(base, key) != value:
            yield (*path, key), value


def plain_value(path: Path, value: Any) -> Any:
    """A setting's value as a file writes it: text, number, list or table; a word where it is None."""
    if value is None and len(path) == 2 and path[0] in ("certificates", "crls", "responders"):
        return "none"
    for word, meaning in SPECIAL_WORDS.get(path[-1], {}).items():
        if value == meaning:
            return word
    if isinstance(value, timedelta):
        return write_duration(value)
    if isinstance(value, ScheduleEntry):
        return _plain_entry(value)
    if path == ("schedule",):
        return [_plain_entry(entry) for entry in value]
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, tuple):
        return list(value)
    return dict(value) if isinstance(value, Mapping) else value


def _plain_entry(entry: ScheduleEntry) -> dict[str, Any]:
    """An entry of the schedule as a file writes it, without its expectation: what is not said is left out."""
    told = {"at": write_duration(entry.at), **({} if entry.connect is None else {"connect": {}})}
    usual = ScheduleEntry()
    for key in ENTRY_SETTINGS:
        if (value := getattr(entry, key)) != getattr(usual, key):
            told[key] = plain_value((key,), value)
    if entry.set:
        told["set"] = {path: plain_value(split_path(path), value) for path, value in entry.set.items()}
    return told


def changed_scenario(base: AScenario, *changes: Mapping[str, Any]) -> AScenario:
    """The scenario that differs from ``base``; its name says in what.

    Args:
        base: the scenario to start from.
        *changes: nested tables, or dotted paths with their values, or both.

    Raises:
        ScenarioError: the changes are not given as a mapping.
        ScenarioProblemsError: a change cannot be read, or the resulting scenario cannot be played.
    """
    for group in changes:
        if not isinstance(group, Mapping):
            message = "Changes are settings with their new values."
            expected = "dotted paths with values, between braces"
            advice = 'Write them as in .but({"server.client_authentication": "optional"}).'
            raise ScenarioError(message, got=repr(group), expected=expected, advice=advice)
    problems: list[Problem] = []
    table = read_table(_nested(changes), problems)
    if problems:
        raise ScenarioProblemsError(problems)
    changed = apply_table(base, table)
    if problems := scenario_problems(changed):
        raise ScenarioProblemsError(problems)
    marks = [f"{written_path(path)}={_marked(path, value)}" for path, value in differences(base, changed)]
    if "name" in table or not marks:
        return changed
    joint = " and " if ", with " in base.name else ", with "
    name = base.name + joint + " and ".join(marks)
    title = table.get("title", base.title.removesuffix(CHANGED) + CHANGED)
    return replace(changed, name=name, title=title, lesson=table.get("lesson", ""))


def parse_assignment(text: str) -> tuple[str, Any]:
    """Read one ``--set``: ``server.client_authentication=optional``.

    Args:
        text: a dotted path, ``=``, and a value as in a scenario file, or the bare word. A list may be
            written ``client-ca,other-ca``.

    Returns:
        The path and the typed value, as :meth:`Scenario.but` takes them.

    Raises:
        ScenarioProblemsError: the setting does not exist, it cannot have this value, or a list does not end.
    """
    match = re.match(KEY_PATH, text)
    if match is None or text[match.end() : match.end() + 1] != "=":
        message = "must be a path, '=' and a value, as in server.client_authentication=optional"
        raise ScenarioProblemsError([Problem((), message, repr(text))], ["--set"])
    path = split_path(match[0])
    problems: list[Problem] = []
    if path[0] == "expect":
        problems.append(Problem(path, "cannot be set: what is expected belongs to a scenario file"))
    if path[0] == "schedule":
        message = (
            "cannot be set in a line: write [[schedule]] in a scenario file, or but(schedule=[...]) in Python"
        )
        raise ScenarioProblemsError([Problem(path, message)], ["--set"])
    value = _assigned_value(path, text[match.end() + 1 :].strip())
    read: Any = read_table(_nested_value(path, value), problems)
    if problems:
        raise ScenarioProblemsError(problems, ["--set"] * len(problems))
    for key in path:
        read = read[key]
    return written_path(path), read


def _assigned_value(path: Path, written: str) -> Any:
    """A value from the command line: as TOML where the setting wants that, else the bare words."""
    try:
        parsed = tomllib.loads(f"value = {written}")
        value = parsed["value"] if len(parsed) == 1 else written
    except (ValueError, RecursionError):
        value = written
    wanted = without_none(type_at(path))
    if get_origin(wanted) is tuple and not isinstance(value, list):
        if written in SPECIAL_WORDS.get(path[-1], ()):
            return written
        if written.startswith("[") != written.endswith("]"):
            message = "must be a list in brackets, as in [client-ca, other-ca], or its words without brackets"
            raise ScenarioProblemsError([Problem(path, message, repr(written))], ["--set"])
        inside = written.removeprefix("[").removesuffix("]")
        return [word.strip().strip("\"'") for word in inside.split(",") if word.strip()]
    if wanted in (bool, int, float, datetime) or isinstance(value, str | list | dict):
        return value
    return written  # a text that looks like a number: seed=2


def written(path: str, value: Any) -> str:
    """A setting's value in one line, as a reader knows it from a scenario file."""
    return _marked(split_path(path), value)


def _marked(path: Path, value: Any) -> str:
    plain = plain_value(path, value)
    if path == ("schedule",):
        return ", ".join(" ".join(entry) for entry in plain) or "one connection"
    if isinstance(plain, datetime):
        return write_time(plain)
    if isinstance(plain, list):
        return f"[{', '.join(plain)}]"
    if isinstance(plain, dict):
        return "{" + ", ".join(f"{name}: {text}" for name, text in plain.items()) + "}"
    return str(plain).lower() if isinstance(plain, bool) else str(plain)


def _nested(changes: tuple[Mapping[str, Any], ...]) -> dict[str, Any]:
    table: dict[str, Any] = {}
    for dotted, value in (change for group in changes for change in group.items()):
        _merge(table, _nested_value(split_path(dotted), value), ())
    return table


def _nested_value(path: Path, value: Any) -> dict[str, Any]:
    """A table that holds one value at a path."""
    *outer, key = path
    table = {key: value}
    for above in reversed(outer):
        table = {above: table}
    return table


def _merge(table: dict[str, Any], more: Mapping[str, Any], path: Path) -> None:
    """Put ``more`` into ``table``, table by table, without touching the caller's own."""
    check_depth(path)
    for key, value in more.items():
        here = (*path, key)
        if key in table and not (isinstance(table[key], dict) and isinstance(value, Mapping)):
            raise ScenarioProblemsError([Problem(here, "is changed twice; say it once")])
        if isinstance(value, Mapping):
            _merge(table.setdefault(key, {}), value, here)
        else:
            table[key] = value
