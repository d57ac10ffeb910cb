"""Mistakes in a scenario: names that do not exist, and combinations that cannot be played.

One function looks, :func:`scenario_problems`; every reading and every change of a scenario asks it. A refused
certificate is no mistake, it is a lesson: only what cannot be set up at all is reported here.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from simulator.scenario.mistakes.between import between_problems
from simulator.scenario.mistakes.certificates import certificates_problems
from simulator.scenario.mistakes.mistake import Problem
from simulator.scenario.mistakes.network import network_problems
from simulator.scenario.mistakes.opening import opening_problems
from simulator.scenario.mistakes.responders import responders_problems
from simulator.scenario.mistakes.revocation import crls_problems
from simulator.scenario.mistakes.schedule import schedule_problems
from simulator.scenario.mistakes.sides import client_problems, server_problems
from simulator.scenario.mistakes.terminal import logon_problems
from simulator.visible import is_visible

if TYPE_CHECKING:
    from collections.abc import Iterator

    from simulator.scenario.whole import ScenarioSetup

# Every text is drawn, wrapped and measured many times for a picture. A heading of 1,000 characters fills a
# slide, a lesson of 20,000 ten pages; a name is longer where `but` has joined many changes to it.
LONGEST_TEXTS = {"name": 50_000, "title": 1_000, "topic": 1_000, "lesson": 20_000, "seed": 1_000}


def scenario_problems(scenario: ScenarioSetup) -> list[Problem]:
    """Everything that prevents a scenario from being played.

    Args:
        scenario: a scenario whose values have the right types.
    """
    found = [
        *_text_problems(scenario),
        *network_problems(scenario),
        *certificates_problems(scenario),
        *crls_problems(scenario),
        *responders_problems(scenario),
        *client_problems(scenario),
        *server_problems(scenario),
        *logon_problems(scenario),
    ]
    return found or [*between_problems(scenario), *opening_problems(scenario), *schedule_problems(scenario)]


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
