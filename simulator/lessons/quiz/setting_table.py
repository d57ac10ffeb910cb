"""The settings of a scenario: each setting of a part with its value and its meaning.

``settings.toml`` holds the meanings; the page on scenario files (``docs/scenarios.md``) has the same ones.
"""

from __future__ import annotations

import json
import tomllib
from functools import cache
from importlib.resources import files
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from simulator.lessons.arguments import a_scenario, wrong_argument
from simulator.lessons.page import Lead, Table, page
from simulator.scenario import Scenario
from simulator.scenario.changes import plain_value
from simulator.scenario.values import field_types

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from simulator.views.drawing.notebook import Exhibit

PARTS = ("network", "client", "server")
# The tables of which a scenario has any number, each with a name, and what one of them is.
NAMED = {"certificates": "certificate", "crls": "crl", "responders": "responder"}


@cache
def setting_words() -> Mapping[str, Mapping[str, str]]:
    """The kind of a part, ``server`` or ``certificate`` or another → setting → its meaning in words."""
    text = files(__package__).joinpath("settings.toml").read_text(encoding="utf-8")
    return MappingProxyType(tomllib.loads(text))


def settings(part: str, scenario: Scenario | str | None = None) -> Exhibit:
    """The settings of a part of a scenario, with their values.

    Args:
        part: ``network``, ``client``, ``server``, or a table with a name: ``certificates.alice``.
        scenario: the scenario that has the values, or its name; the good handshake by default.

    Raises:
        ArgumentError: unknown part, or not a scenario.
        UnknownScenarioError: unknown scenario.
    """
    world = Scenario() if scenario is None else a_scenario(scenario)
    kind: type = type(_part(world, part))
    paths = [f"{part}.{name}" for name in field_types(kind)]
    return page(Lead(f"What can be set: {part}"), setting_table(world, paths))


def setting_table(world: Scenario, paths: Iterable[str]) -> Table:
    """A row for each of these settings, as in ``client.trusts``: its value in a scenario, and its meaning."""
    rows = []
    for path in paths:
        part, _, name = path.rpartition(".")
        kind = part.partition(".")[0]
        words = setting_words()[NAMED.get(kind, part)]
        value = as_python(plain_value((part, name), getattr(_part(world, part), name)))
        rows.append((path, value, words[name].replace("`", "")))
    return Table(rows, ("setting", "value here", "what it is"))


def as_python(value: Any) -> str:
    """A plain value as Python writes it: ``["server-ca"]``, ``True``."""
    return str(value) if isinstance(value, bool) else json.dumps(value, ensure_ascii=False)


def _part(world: Scenario, part: str) -> Any:
    """The part of this name."""
    if part in PARTS:
        return getattr(world, part)
    kind, _, name = str(part).partition(".")
    if kind in NAMED and name in getattr(world, kind):
        return getattr(world, kind)[name]
    named = (f"{kind}.{name}" for kind in NAMED for name in getattr(world, kind))
    expected = ", ".join([*PARTS, *named])
    raise wrong_argument(
        "Unknown part of a scenario.", part, expected, 'Name one of them, as in settings("server").'
    )
