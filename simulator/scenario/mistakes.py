"""What is wrong with a scenario: cross-references that lead nowhere and combinations nobody can play.

One function looks, :func:`scenario_problems`; whoever changes or reads a scenario asks it. A refused
certificate is no problem, it is a lesson: only what cannot be set up at all is found here.
"""

from __future__ import annotations

from math import isfinite
from typing import TYPE_CHECKING

from simulator.scenario.certificate_mistakes import certificates_problems
from simulator.scenario.mistake import Problem, not_one_of
from simulator.scenario.setup import TLS_VERSIONS
from simulator.scenario.side_mistakes import client_problems, server_problems
from simulator.scenario.words import ALERT_NAMES, CHECK_NAMES

if TYPE_CHECKING:
    from collections.abc import Iterator

    from simulator.scenario.setup import Scenario

LONGEST_WAIT_MS = 86_400_000  # one day


def scenario_problems(scenario: Scenario) -> list[Problem]:
    """Everything that keeps a scenario from being played; an empty list where nothing does.

    Args:
        scenario: a scenario whose values have the right types.
    """
    return [
        *_text_problems(scenario),
        *_network_problems(scenario),
        *certificates_problems(scenario),
        *client_problems(scenario),
        *server_problems(scenario),
        *_expectation_problems(scenario),
    ]


def _text_problems(scenario: Scenario) -> Iterator[Problem]:
    for key in ("name", "title", "topic", "lesson", "seed"):
        text = getattr(scenario, key)
        if not text.strip() and key in ("name", "title", "topic"):
            yield Problem((key,), "must not be empty", repr(text))
        if not text.replace("\n", " ").isprintable() or ("\n" in text and key != "lesson"):
            yield Problem(
                (key,), "must be printable text" + ("" if key == "lesson" else " on one line"), repr(text)
            )
    if scenario.clock.utcoffset() is None:
        yield Problem(("clock",), "needs a time zone, as in 2030-03-04T09:00:00Z", str(scenario.clock))


def _network_problems(scenario: Scenario) -> Iterator[Problem]:
    network = scenario.network
    for key in ("latency_ms", "thinking_ms"):
        value = getattr(network, key)
        if not isfinite(value) or not 0 <= value <= LONGEST_WAIT_MS:
            yield Problem(("network", key), f"must be from 0 to {LONGEST_WAIT_MS} milliseconds", str(value))
    if not 1 <= network.port <= 65535:
        yield Problem(("network", "port"), "must be a TCP port, 1 to 65535", str(network.port))


def _expectation_problems(scenario: Scenario) -> Iterator[Problem]:
    for version, expectation in scenario.expect.items():
        path = ("expect", version)
        if version not in TLS_VERSIONS:
            yield not_one_of(path, version, TLS_VERSIONS)
        for key, words in (("decisive_check", CHECK_NAMES), ("alert", ALERT_NAMES)):
            word = getattr(expectation, key)
            if word is not None and word not in words:
                yield not_one_of((*path, key), word, words)
