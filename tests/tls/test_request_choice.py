"""The server's choice whether to ask for a certificate: what depends on it does not exist before it."""

from __future__ import annotations

import pytest

from simulator import SecurityLevel
from simulator.engine.simulation import Simulation
from simulator.errors import DecisionError
from simulator.scenario import Scenario, TlsVersion
from simulator.tls.events import MessageSent, RequestChoiceWanted
from simulator.tls.states import State
from simulator.tls.wire.records import RecordStyle
from simulator.tls.wire.version import Version
from simulator.trace.facts import Sent
from tests.tls.machines import Pair

BEFORE = {
    Version.TLS12: ["ServerHello", "Certificate", "ServerKeyExchange"],
    Version.TLS13: ["ServerHello", "ChangeCipherSpec", "EncryptedExtensions"],
}
SECRETS_BEFORE = {
    Version.TLS12: [],
    Version.TLS13: ["CLIENT_HANDSHAKE_TRAFFIC_SECRET", "SERVER_HANDSHAKE_TRAFFIC_SECRET"],
}
FIRST_AFTER = {  # by version and answer
    (Version.TLS12, True): "CertificateRequest",
    (Version.TLS12, False): "ServerHelloDone",
    (Version.TLS13, True): "CertificateRequest",
    (Version.TLS13, False): "Certificate",
}
VERSIONS = tuple(BEFORE)


def waiting(version: Version, *, asks: bool = True, **changes: object) -> Pair:
    """A pair whose server waits for the choice, with the answer it will get and its changed settings."""
    pair = Pair(version, asks=asks, server_changes=changes)
    while pair.server.state is not State.WAIT_REQUEST_CHOICE:
        assert pair.step()
    return pair


def sent_by_server(pair: Pair) -> list[str]:
    """The names of what the server has sent."""
    return [event.name for role, event in pair.told if role == "server" and isinstance(event, MessageSent)]


def labels(keylog: tuple[str, ...] | list[str]) -> list[str]:
    """The names of the secrets in a key log."""
    return [line.split()[0] for line in keylog]


@pytest.mark.parametrize("version", VERSIONS, ids=lambda version: version.value)
def test_the_flight_stops_before_the_request(version: Version) -> None:
    """While the choice is open, what precedes the request is sent, and no secret after it is derived."""
    pair = waiting(version)
    assert sent_by_server(pair) == BEFORE[version]
    assert labels(pair.server.keylog) == SECRETS_BEFORE[version]
    assert pair.told[-1] == ("server", RequestChoiceWanted())
    before = pair.server.transcript.digest()
    assert pair.server.receive(b"\x17\x03\x03\x00\x01x") == []
    assert pair.server.transcript.digest() == before


@pytest.mark.parametrize("version", VERSIONS, ids=lambda version: version.value)
@pytest.mark.parametrize("asks", [True, False])
def test_the_answer_completes_the_flight(version: Version, asks: bool) -> None:
    """Both answers go on with the same machine, the request first or left out, to a session."""
    pair = waiting(version, asks=asks)
    server = pair.server
    while pair.wanted:
        assert pair.step()
    assert sent_by_server(pair)[len(BEFORE[version])] == FIRST_AFTER[version, asks]
    pair.steps()
    assert server is pair.server
    assert server.state is pair.client.state is State.CONNECTED


@pytest.mark.parametrize("version", VERSIONS, ids=lambda version: version.value)
def test_a_shared_record_waits_for_the_whole_flight(version: Version) -> None:
    """A server that puts a flight into shared records sends it only when it is complete."""
    pair = waiting(version, record_style=RecordStyle(coalesce=True))
    begun = {Version.TLS12: [], Version.TLS13: BEFORE[Version.TLS13][:2]}[version]
    assert sent_by_server(pair) == begun
    pair.steps()
    assert sent_by_server(pair)[: len(BEFORE[version])] == BEFORE[version]
    flight = [
        event.wire
        for role, event in pair.told
        if role == "server" and isinstance(event, MessageSent) and event.name not in begun
    ]
    assert flight[0] == b""
    assert pair.server.state is State.CONNECTED


@pytest.mark.parametrize("version", VERSIONS, ids=lambda version: version.value)
def test_the_choice_is_taken_once(version: Version) -> None:
    """A second answer, or one before the ClientHello, is a mistake of the caller."""
    with pytest.raises(DecisionError, match="START"):
        Pair(version).server.ask_client()
    pair = waiting(version)
    pair.server.do_not_ask()
    with pytest.raises(DecisionError, match="WAIT_REQUEST_CHOICE"):
        pair.server.ask_client()


@pytest.mark.parametrize("tls", ["1.2", "1.3"])
@pytest.mark.parametrize(("policy", "choice"), [("required", "do not ask"), ("none", "ask")])
def test_a_person_decides_against_the_policy(tls: TlsVersion, policy: str, choice: str) -> None:
    """The server's machine waits for the person, then does what the person chose, with the same machine."""
    scenario = Scenario().but({"server.client_authentication": policy})
    simulation = Simulation(scenario, tls, interactive="request-certificate")
    simulation.run()
    assert simulation.pending is not None
    assert simulation.pending.choice != choice
    machine = simulation.server.machine
    assert machine.state is State.WAIT_REQUEST_CHOICE
    assert labels(machine.keylog) == SECRETS_BEFORE[Version(tls)]
    simulation.decide(choice)
    simulation.run()
    assert simulation.server.machine is machine
    names = [event.fact.name for event in simulation.events if isinstance(event.fact, Sent)]
    assert ("CertificateRequest" in names) == (choice == "ask")
    assert simulation.trace.outcome.level is SecurityLevel.SERVER_AUTHENTICATED
