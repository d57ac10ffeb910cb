"""One scenario made from another: a table laid over it, and what differs between two.

Files, ``--set`` and :meth:`Scenario.but` all come this way, so they mean the same.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from enum import Enum
from typing import TYPE_CHECKING, Any

from simulator.errors import ScenarioError
from simulator.scenario.mistake import Problem, ScenarioProblemsError, written_path
from simulator.scenario.setup import CertificateSetup, Scenario, good_certificates
from simulator.scenario.values import PARTS, Path, field_types, read_table, split_path
from simulator.scenario.words import SPECIAL_WORDS, write_duration, write_time

if TYPE_CHECKING:
    from collections.abc import Iterator

TEXT_KEYS = ("name", "title", "topic", "lesson")  # they tell of the world and change nothing in it
CHANGED = ", changed"  # what the title of a changed scenario adds: what it says may be so no more
_GOOD_OF_ROLE = {"ca": "client-ca", "client": "alice", "server": "server"}


def new_certificate(name: str, role: Any = "client") -> CertificateSetup:
    """A certificate that the good handshake does not have: like its certificate of the same role."""
    like = good_certificates()[_GOOD_OF_ROLE[role]]
    return replace(like, subject=f"CN={name}", issuer=name if role == "ca" else like.issuer)


def lay_over(base: Scenario, table: Mapping[str, Any]) -> Scenario:
    """The scenario that differs from ``base`` by a table that :func:`read_table` has read.

    It expects what the table expects. Where the table says nothing of that, it expects what ``base`` does as
    long as the two worlds are equal, and nothing otherwise.
    """
    settings = dict(table)
    for key in PARTS:
        if isinstance(settings.get(key), dict):
            settings[key] = replace(getattr(base, key), **settings[key])
    certificates = dict(base.certificates)
    for name, part in settings.get("certificates", {}).items():
        if part is None:
            certificates.pop(name, None)
        elif isinstance(part, CertificateSetup):
            certificates[name] = part
        else:
            like = certificates.get(name) or new_certificate(name, part.get("role", "client"))
            certificates[name] = replace(like, **part)
    settings["certificates"] = certificates
    changed = replace(base, **settings)
    same_world = next(differences(base, changed), None) is None
    return changed if "expect" in table or same_world else replace(changed, expect={})


def scenario_from_table(table: Mapping[str, Any], name: str) -> Scenario:
    """The scenario that a file describes: the good handshake with a table laid over it.

    Args:
        table: what :func:`simulator.scenario.values.read_table` has read; an empty one is the good handshake.
        name: the scenario's name where the table gives none.
    """
    good = Scenario()
    scenario = lay_over(good, table)
    if not table:
        return scenario
    name = table.get("name", name)
    texts = {"name": name}
    if next(differences(good, scenario), None) is not None:  # the good handshake's teaching would be untrue
        texts |= {"title": name, "topic": "your scenarios", "lesson": ""}
    return replace(scenario, **{key: table.get(key, text) for key, text in texts.items()})


def differences(base: Scenario, other: Scenario) -> Iterator[tuple[Path, Any]]:
    """What the world of ``other`` has differently, as (path, value) pairs that :func:`lay_over` would take.

    The teaching text and the expectation are no part of the world. A removed certificate has the value None.
    """
    for key in ("seed", "clock"):
        if getattr(base, key) != getattr(other, key):
            yield (key,), getattr(other, key)
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
    yield from _part_differences(("client",), base.client, other.client)
    yield from _part_differences(("server",), base.server, other.server)


def _part_differences(path: Path, base: Any, other: Any) -> Iterator[tuple[Path, Any]]:
    kind: type = type(other)
    for key in field_types(kind):
        value = getattr(other, key)
        if getattr(base, key) != value:
            yield (*path, key), value


def plain_value(path: Path, value: Any) -> Any:
    """A setting's value as a file writes it: text, number, list or table, and a word for nothing."""
    if value is None and len(path) == 2 and path[0] == "certificates":
        return "none"
    for word, meaning in SPECIAL_WORDS.get(path[-1], {}).items():
        if value == meaning:
            return word
    if isinstance(value, timedelta):
        return write_duration(value)
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, tuple):
        return list(value)
    return dict(value) if isinstance(value, Mapping) else value


def changed_scenario(base: Scenario, *changes: Mapping[str, Any]) -> Scenario:
    """The scenario that differs from ``base``; its name says in what.

    Args:
        base: where it starts.
        *changes: nested tables, or dotted paths with their values, or both.

    Raises:
        ScenarioError: these are no changes.
        ScenarioProblemsError: a change cannot be read, or the scenario they make cannot be played.
    """
    for group in changes:
        if not isinstance(group, Mapping):
            raise ScenarioError(
                "Changes are settings with their new values.",
                got=repr(group),
                expected="dotted paths with values, between braces",
                advice='Write them as in .but({"server.client_authentication": "optional"}).',
            )
    problems: list[Problem] = []
    table = read_table(_nested(changes), problems)
    if problems:
        raise ScenarioProblemsError(problems)
    changed = lay_over(base, table)
    # Here, not above: what looks for mistakes needs the library, and the built-in scenarios are read without.
    from simulator.scenario.mistakes import scenario_problems

    problems = scenario_problems(changed)
    if problems:
        raise ScenarioProblemsError(problems)
    marks = [f"{written_path(path)}={_marked(path, value)}" for path, value in differences(base, changed)]
    if "name" in table or not marks:
        return changed
    joint = " and " if ", with " in base.name else ", with "
    name = base.name + joint + " and ".join(marks)
    title = table.get("title", base.title.removesuffix(CHANGED) + CHANGED)
    return replace(changed, name=name, title=title, lesson=table.get("lesson", ""))


def _marked(path: Path, value: Any) -> str:
    plain = plain_value(path, value)
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
        path = split_path(dotted)
        for key in reversed(path):
            value = {key: value}
        _merge(table, value, ())
    return table


def _merge(table: dict[str, Any], more: Mapping[str, Any], path: tuple[str, ...]) -> None:
    """Put ``more`` into ``table``, table by table, without touching the caller's own."""
    for key, value in more.items():
        here = (*path, key)
        if key in table and not (isinstance(table[key], dict) and isinstance(value, Mapping)):
            raise ScenarioProblemsError([Problem(here, "is changed twice; say it once")])
        if isinstance(value, Mapping):
            _merge(table.setdefault(key, {}), value, here)
        else:
            table[key] = value
