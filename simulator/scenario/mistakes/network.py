"""Mistakes in the settings of the network, and in the time that a client takes to write."""

from __future__ import annotations

from math import isfinite
from typing import TYPE_CHECKING

from simulator.scenario.mistakes.mistake import Problem

if TYPE_CHECKING:
    from collections.abc import Iterator

    from simulator.scenario.whole import ScenarioSetup

LONGEST_WAIT_MS = 86_400_000  # one day: longer than any network, and a run stays within the years of a date
TCP_PORTS = range(1, 65_536)


def network_problems(scenario: ScenarioSetup) -> Iterator[Problem]:
    """The mistakes in how long things take, and in the port."""
    network = scenario.network
    waits = {("network", key): getattr(network, key) for key in ("latency_ms", "thinking_ms")}
    waits["client", "writing_ms"] = scenario.client.writing_ms
    for path, value in waits.items():
        if not isfinite(value) or not 0 <= value <= LONGEST_WAIT_MS:
            yield Problem(path, f"must be from 0 to {LONGEST_WAIT_MS} milliseconds", str(value))
    if scenario.client.writing_ms == 0 and not scenario.client.looks_first:
        rule = "has no effect on a client that writes all at once; set client.writing_ms as well"
        yield Problem(("client", "looks_first"), rule, "false")
    if network.port not in TCP_PORTS:
        yield Problem(("network", "port"), "must be a TCP port, 1 to 65535", str(network.port))
