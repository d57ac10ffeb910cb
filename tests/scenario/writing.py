"""Scenarios written as TOML, so that reading the text gives an equal scenario; and what refuses them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from simulator.errors import ScenarioError
from simulator.scenario.changes import differences, plain_value
from simulator.scenario.mistakes.mistake import written_path
from simulator.scenario.setup import Expectation
from simulator.scenario.values import field_types
from simulator.scenario.whole import ScenarioSetup
from simulator.scenario.writer import toml
from simulator.tls.wire.version import TLS_VERSIONS

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from simulator.scenario.mistakes.mistake import Path
    from simulator.tls.wire.version import TlsVersion

TEXT_KEYS = ("name", "title", "topic", "lesson")  # they describe the world and change nothing in it


def refusal(read: Callable[[Any], object], given: object) -> str:
    """The words in which a scenario, or a change of one, is refused; empty if it is not."""
    try:
        read(given)
    except ScenarioError as error:
        return str(error)
    return ""


def dump(scenario: ScenarioSetup) -> str:
    """Write a scenario as TOML: its text, what differs from the good handshake, and what it expects.

    Reading the text again gives an equal scenario.
    """
    tables: dict[Path, list[str]] = {(): []}
    for key in TEXT_KEYS:
        tables[()].append(f"{key} = {toml(getattr(scenario, key))}")
    for path, value in differences(ScenarioSetup(), scenario):
        plain = _plain_schedule(scenario) if path == ("schedule",) else plain_value(path, value)
        line = f"{written_path(path[-1:])} = {toml(plain)}"
        tables.setdefault(path[:-1], []).append(line)
    if not scenario.expect:
        tables[()].append("expect = {}")
    for path, expected in ((("expect",), scenario.expect), (("between", "expect"), scenario.between.expect)):
        for key, value in _plain_expectations(expected).items():
            tables.setdefault(path, []).append(f"{toml(key)} = {toml(value)}")
    blocks = ["\n".join([f"[{written_path(path)}]"] * bool(path) + lines) for path, lines in tables.items()]
    return "\n\n".join(blocks) + "\n"


def _plain_expectations(expect: Mapping[TlsVersion, Expectation]) -> dict[str, Any]:
    """The table ``expect``: first the settings that both versions share, then a table for those of each."""
    keys = tuple(field_types(Expectation))
    written = {
        version: {key: plain_value((key,), getattr(expectation, key)) for key in keys}
        for version, expectation in expect.items()
    }
    shared: dict[str, Any] = {}
    if len(written) == len(TLS_VERSIONS):
        first, *others = written.values()
        shared = {key: first[key] for key in keys if all(other[key] == first[key] for other in others)}
    table: dict[str, Any] = {key: value for key, value in shared.items() if value != "none"}
    for version in sorted(written):
        own = {key: one for key, one in written[version].items() if key not in shared and one != "none"}
        table |= {version: own} if own else {}
    return table


def _plain_schedule(scenario: ScenarioSetup) -> list[dict[str, Any]]:
    """The entries of the schedule, each with what is expected of it."""
    entries = plain_value(("schedule",), scenario.schedule)
    expected = [_plain_expectations(entry.expect) for entry in scenario.schedule]
    return [
        entry | ({"expect": table} if table else {}) for entry, table in zip(entries, expected, strict=True)
    ]
