"""Settings of OCSP responders: what is wrong is reported in words, and what is right comes back."""

from __future__ import annotations

from datetime import timedelta

import pytest

from simulator.scenario import ResponderSetup, Scenario
from simulator.scenario.catalogue.catalogue import catalogue
from simulator.scenario.changes import differences, parse_assignment, plain_value
from simulator.scenario.file import loads
from simulator.scenario.mistakes.mistake import written_path
from tests.scenario.writing import refusal

MISTAKES = [
    ("[responders.alice]\n", "responders.alice: must be the name of a CA, one of client-ca, server-ca"),
    ("[responders.client-ca]\nadress = 'http://x/'\n", "Did you mean 'address'"),
    (
        "[responders.client-ca]\naddress = 'https://x/'\n",
        "must be an address as in http://ocsp.example/ca",
    ),
    ("[responders.client-ca]\naddress = 'http://x:70000/'\n", "must be an address"),
    ("[responders.client-ca]\naddress = 'http://x/ a'\n", "must be an address"),
    ("[responders.client-ca]\nanswers = 'trylater'\n", "Did you mean 'tryLater'"),
    ("[responders.client-ca]\nstatus = 'fine'\n", "must be one of good, revoked, unknown, register"),
    ("[responders.client-ca]\ndelay = '2h'\n", "delay: must be from 0s to 3600s"),
    ("[responders.client-ca]\ndelay = '-1s'\n", "delay: must be from 0s to 3600s"),
    ("[responders.client-ca]\nnext_update = '-2h'\n", "next_update: must not be before this_update"),
    ("[responders.client-ca]\nsigned_by = 'bob'\n", "signed_by"),
    ("[server]\nocsp_timeout = '2h'\n", "server.ocsp_timeout: must be from 0s to 3600s"),
    ("[client]\nocsp_timeout = '-1s'\n", "client.ocsp_timeout: must be from 0s to 3600s"),
    ("[server]\nrevocation = 'oscp'\n", "Did you mean 'ocsp'"),
]


def test_a_mistake_is_reported_with_its_remedy() -> None:
    """Each mistake names the setting and what it takes, or the nearest right word."""
    for table, words in MISTAKES:
        assert words in refusal(loads, table), table


@pytest.mark.parametrize("name", [name for name in catalogue if catalogue[name].server.revocation == "ocsp"])
def test_what_differs_makes_the_same_scenario(name: str) -> None:
    """The settings of a scenario, told as differences from the good handshake, make that scenario again."""
    scenario = catalogue[name]
    told = {written_path(path): plain_value(path, value) for path, value in differences(Scenario(), scenario)}
    again = Scenario().but(told)
    assert again.responders == scenario.responders
    assert (again.server, again.certificates) == (scenario.server, scenario.certificates)


def test_a_responder_is_set_from_the_command_and_taken_away() -> None:
    """``--set`` makes a responder unusual; ``none`` makes it usual again."""
    changed = catalogue["ocsp-slow"].but(dict([parse_assignment("responders.client-ca.answers=tryLater")]))
    expected = ResponderSetup(answers="tryLater", delay=timedelta(seconds=4))
    assert changed.responders == {"client-ca": expected}
    assert changed.but({"responders.client-ca": "none"}).responders == {}
