"""The presets, and the settings that a table of a scenario gets from the one that it names.

A preset is another name for settings that exist: it sets them, and what the same table sets itself wins.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any, Literal

ServerPreset = Literal[
    "at-tls-passthru",
    "at-tls-passthru-9285i",
    "at-tls-full",
    "at-tls-required",
    "at-tls-safcheck",
    "communications-server-level-1",
    "communications-server-level-2",
    "communications-server-level-3",
    "racf-filters",
    "racf-filters-not-refreshed",
]
BetweenPreset = Literal["redirector-passthrough", "redirector-both", "communications-server-redirector"]


@dataclass(frozen=True, slots=True)
class Preset:
    """A server, or a party in between, as a product sets it up.

    Attributes:
        name: its name here.
        part: the part whose setting ``preset`` may name it: ``server`` or ``between``.
        title: the product and its own word.
        words: what it does, as the end of a sentence.
        source: where the product describes it.
        sets: the settings of that part, as a scenario file writes them.
        reports: the return codes by which it reports a refusal; empty for none.
    """

    name: str
    part: str
    title: str
    words: str
    source: str
    sets: Mapping[str, Any]
    reports: Literal["", "at-tls-passthru", "at-tls", "at-tls-safcheck"] = ""


@cache
def presets() -> Mapping[str, Preset]:
    """Every preset by its name, in the order of the file."""
    read = tomllib.loads(Path(__file__).with_name("presets.toml").read_text(encoding="utf-8"))
    return MappingProxyType(
        {name: Preset(name, part, **one) for part, table in read.items() for name, one in table.items()}
    )


def with_preset(table: Mapping[Any, Any], name: str, parts: Mapping[str, bool]) -> dict[Any, Any]:
    """A table of a part with the settings of the preset that it names; its own settings win.

    Args:
        table: the part's settings, as a user writes them.
        name: of the preset.
        parts: the settings of the part, and whether each is a part itself: only those are joined. A table of
            users is one setting.
    """
    joined = {"preset": name, **presets()[name].sets}
    for key, own in table.items():
        both = parts.get(key) and isinstance(own, Mapping) and isinstance(joined.get(key), Mapping)
        joined[key] = {**joined[key], **own} if both else own
    return joined
