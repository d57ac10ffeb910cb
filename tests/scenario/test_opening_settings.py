"""The settings of how a connection begins: read, and refused in words where they cannot be played."""

from __future__ import annotations

from datetime import timedelta

import pytest

from simulator.errors import ScenarioError
from simulator.scenario import Scenario
from simulator.scenario.catalogue.catalogue import catalogue
from simulator.scenario.changes import differences, parse_assignment, plain_value
from simulator.scenario.file import loads
from simulator.scenario.mistakes.mistake import written_path

TELNET = "[network]\napplication = 'tn3270'\n"


@pytest.mark.parametrize(
    ("table", "words"),
    [
        (
            "[server]\nport_security = 'negtsecure'\n",
            "server.port_security: needs network.application",
        ),
        ("[server]\nport_security = 'any'\n", "without telnet a connection begins with TLS"),
        (
            "[server]\nport_security = 'basic'\n",
            "server.port_security: needs client.starts_tls = 'never', or network.application = 'telnet'",
        ),
        ("[client]\nstarts_tls = 'never'\n", "client.starts_tls: needs network.application"),
        ("[client]\nstarts_tls = 'when-asked'\n", "client.starts_tls: needs network.application"),
        ("[server]\nhandshake_timeout = '4s'\n", "server.handshake_timeout: needs network.application"),
        (TELNET + "[server]\nhandshake_timeout = '0s'\n", "handshake_timeout: must be longer than 0s"),
        (TELNET + "[server]\nhandshake_timeout = '2h'\n", "3600s at most"),
        (TELNET + "[server]\nport_security = 'negsecure'\n", "Did you mean 'negtsecure'"),
        (TELNET + "[client]\nstarts_tls = 'asked'\n", "must be one of at-once, when-asked, never"),
    ],
)
def test_a_mistake_is_reported_with_its_remedy(table: str, words: str) -> None:
    """Each mistake names the setting and what it takes, or the nearest right word."""
    with pytest.raises(ScenarioError) as caught:
        loads(table)
    assert words in str(caught.value)


def test_a_clear_port_needs_no_telnet() -> None:
    """Where neither side ever speaks of TLS, nothing is negotiated."""
    scenario = loads("[server]\nport_security = 'basic'\n[client]\nstarts_tls = 'never'\n")
    assert (scenario.server.port_security, scenario.client.starts_tls) == ("basic", "never")


@pytest.mark.parametrize("name", ["starttls", "clear-port", "starttls-declined-in-clear"])
def test_what_differs_makes_the_same_scenario(name: str) -> None:
    """The settings of a scenario, told as differences from the good handshake, make that scenario again."""
    scenario = catalogue[name]
    told = {written_path(path): plain_value(path, value) for path, value in differences(Scenario(), scenario)}
    again = Scenario().but(told)
    assert (again.server, again.client, again.network) == (scenario.server, scenario.client, scenario.network)


def test_the_timeout_is_set_from_the_command() -> None:
    """``--set`` takes a duration."""
    changed = catalogue["starttls"].but(dict([parse_assignment("server.handshake_timeout=1m30s")]))
    assert changed.server.handshake_timeout == timedelta(seconds=90)
