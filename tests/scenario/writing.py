"""Scenarios written as TOML, so that reading the text gives an equal scenario."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from simulator.scenario.changes import differences, plain_value
from simulator.scenario.mistakes.mistake import written_path
from simulator.scenario.setup import Expectation, ScenarioSetup
from simulator.scenario.values import field_types
from simulator.scenario.writer import toml
from simulator.tls.wire.version import TLS_VERSIONS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from simulator.scenario.mistakes.mistake import Path

TEXT_KEYS = ("name", "title", "topic", "lesson")  # they describe the world and change nothing in it


def dump(scenario: ScenarioSetup) -> str:
    """Write a scenario as TOML: its text, what differs from the good handshake, and what it expects.

    Reading the text again gives an equal scenario.
    """
    tables: dict[Path, list[str]] = {(): []}
    for key in TEXT_KEYS:
        tables[()].append(f"{key} = {toml(getattr(scenario, key))}")
    for path, value in differences(ScenarioSetup(), scenario):
        line = f"{written_path(path[-1:])} = {toml(plain_value(path, value))}"
        tables.setdefault(path[:-1], []).append(line)
    if not scenario.expect:
        tables[()].append("expect = {}")
    for path, line in _expectation_lines(scenario):
        tables.setdefault(path, []).append(line)
    blocks = ["\n".join([f"[{written_path(path)}]"] * bool(path) + lines) for path, lines in tables.items()]
    return "\n\n".join(blocks) + "\n"


def _expectation_lines(scenario: ScenarioSetup) -> Iterator[tuple[Path, str]]:
    """The lines of ``[expect]``: first the settings that both versions share, then those of each."""
    keys = tuple(field_types(Expectation))
    written = {
        version: {key: plain_value((key,), getattr(expectation, key)) for key in keys}
        for version, expectation in scenario.expect.items()
    }
    shared: dict[str, Any] = {}
    if len(written) == len(TLS_VERSIONS):
        first, *others = written.values()
        shared = {key: first[key] for key in keys if all(other[key] == first[key] for other in others)}
    for key, value in shared.items():
        if value != "none":
            yield ("expect",), f"{key} = {toml(value)}"
    for version in sorted(written):
        for key, value in written[version].items():
            if key not in shared and value != "none":
                yield ("expect", version), f"{key} = {toml(value)}"
