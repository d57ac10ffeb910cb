"""Mistakes in a scenario: names that do not exist, and combinations that cannot be played.

One function looks, :func:`scenario_problems`; every reading and every change of a scenario asks it. A refused
certificate is no mistake, it is a lesson: only what cannot be set up at all is reported here.
"""

from __future__ import annotations

from math import isfinite
from typing import TYPE_CHECKING

from simulator.scenario.mistakes.between import between_problems
from simulator.scenario.mistakes.certificates import certificates_problems
from simulator.scenario.mistakes.mistake import Problem
from simulator.scenario.mistakes.responders import responders_problems
from simulator.scenario.mistakes.revocation import crls_problems
from simulator.scenario.mistakes.schedule import schedule_problems
from simulator.scenario.mistakes.sides import client_problems, server_problems
from simulator.visible import is_visible

if TYPE_CHECKING:
    from collections.abc import Iterator

    from simulator.scenario.whole import ScenarioSetup

LONGEST_WAIT_MS = 86_400_000  # one day: longer than any network, and a run stays within the years of a date
# Every text is drawn, wrapped and measured many times for a picture. A heading of 1,000 characters fills a
# slide, a lesson of 20,000 ten pages; a name is longer where `but` has joined many changes to it.
LONGEST_TEXTS = {"name": 50_000, "title": 1_000, "topic": 1_000, "lesson": 20_000, "seed": 1_000}
TCP_PORTS = range(1, 65_536)


def scenario_problems(scenario: ScenarioSetup) -> list[Problem]:
    """Everything that prevents a scenario from being played.

    Args:
        scenario: a scenario whose values have the right types.
    """
    found = [
        *_text_problems(scenario),
        *_network_problems(scenario),
        *certificates_problems(scenario),
        *crls_problems(scenario),
        *responders_problems(scenario),
        *client_problems(scenario),
        *server_problems(scenario),
    ]
    return found or [*between_problems(scenario), *schedule_problems(scenario)]


def _text_problems(scenario: ScenarioSetup) -> Iterator[Problem]:
    for key in LONGEST_TEXTS:
        text = getattr(scenario, key)
        if not text.strip() and key in ("name", "title", "topic"):
            yield Problem((key,), "must not be empty", repr(text))
        if len(text) > LONGEST_TEXTS[key]:
            got = f"{len(text)}"
            yield Problem((key,), f"must have at most {LONGEST_TEXTS[key]} characters", got)
        if not is_visible(text.replace("\n", " ")) or ("\n" in text and key != "lesson"):
            where = "" if key == "lesson" else " on one line"
            yield Problem((key,), f"must be printable text{where}", repr(text))
    if scenario.clock.utcoffset() is None:
        yield Problem(("clock",), "needs a time zone, as in 2030-03-04T09:00:00Z", str(scenario.clock))


def _network_problems(scenario: ScenarioSetup) -> Iterator[Problem]:
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
