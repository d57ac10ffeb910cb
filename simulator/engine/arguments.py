"""The arguments of a simulation, checked: each is returned, or refused in words."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from simulator.errors import ArgumentError, ScenarioError
from simulator.scenario import TLS_VERSIONS, Scenario

if TYPE_CHECKING:
    from simulator.scenario import TlsVersion


def checked_scenario(scenario: Scenario) -> Scenario:
    """Return the scenario.

    Raises:
        ScenarioError: it is something else.
    """
    if isinstance(scenario, Scenario):
        return scenario
    advice = 'Take one from the catalogue, as in catalogue["valid-certificate"].'
    if isinstance(scenario, str):
        advice = f'If that is its name, say catalogue["{scenario}"].'
    elif isinstance(getattr(scenario, "scenario", None), Scenario):
        advice = "It has one: say .scenario behind it."
    raise ScenarioError("This is not a scenario.", got=repr(scenario), expected="a scenario", advice=advice)


def checked_script(script: Mapping[int, str]) -> Mapping[int, str]:
    """Return the script.

    Raises:
        ArgumentError: it does not map numbers of decisions to choices.
    """
    pairs = script.items() if isinstance(script, Mapping) else ((None, None),)
    if all(type(number) is int and isinstance(choice, str) for number, choice in pairs):
        return script
    expected = "numbers of decisions, counted from 0, with their choices"
    advice = 'Write it as in script={2: "refuse"}.'
    raise ArgumentError("This is not a script.", got=repr(script), expected=expected, advice=advice)


def checked_version(tls: str) -> TlsVersion:
    """Return the version.

    Raises:
        ScenarioError: it is not one of the two.
    """
    for version in TLS_VERSIONS:
        if tls == version:
            return version
    expected = "'1.2' or '1.3'"
    advice = "Choose one of the two."
    raise ScenarioError("This TLS version is not simulated.", got=repr(tls), expected=expected, advice=advice)
