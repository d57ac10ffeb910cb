"""The settings in which a part differs from the preset that it names."""

from __future__ import annotations

from dataclasses import is_dataclass
from typing import TYPE_CHECKING, Any

from simulator.scenario.changes import plain_value, written

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from simulator.scenario.presets.table import Preset


def departures(preset: Preset, part: Any) -> tuple[str, ...]:
    """The settings that a scenario has otherwise than its preset, each with its value, in words.

    Args:
        preset: the preset that the part names.
        part: the part.
    """
    return tuple(_differing(preset.sets, part))


def _differing(sets: Mapping[str, Any], part: Any, within: str = "") -> Iterator[str]:
    for key, value in sets.items():
        own, path = getattr(part, key), within + key
        if is_dataclass(own):
            yield from _differing(value, own, f"{path}.")
        elif plain_value((key,), own) != value:
            yield f"{path} is {written(key, own)}"
