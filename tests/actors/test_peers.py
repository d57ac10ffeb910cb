"""Client and server as they would stand on a socket: bytes and the time in, facts out, no simulation."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from simulator.actors.client import Client
from simulator.actors.reporting import bytes_to_send
from simulator.actors.server import Server
from simulator.engine.roles import client_role, server_role
from simulator.engine.world import issue_world
from simulator.entropy import SeededEntropy
from simulator.scenario import Scenario
from simulator.security import SecurityLevel, Standing
from simulator.tls.config import ClientConfig
from simulator.tls.events import DataSent, MessageSent
from simulator.tls.handshake import client_handshake
from simulator.tls.states import State
from simulator.tls.wire.version import Version
from simulator.trace.facts import BeliefChanged, Checked, Decided, HandshakeReturned, Received, Sent

if TYPE_CHECKING:
    from collections.abc import Callable

    from simulator.actors.peer import Peer
    from simulator.entropy import Entropy
    from simulator.tls.events import TlsEvent
    from simulator.trace.facts import Fact

SCENARIO = Scenario()
NOW = SCENARIO.clock
VERSIONS = list(Version)


def pair(
    version: Version, scenario: Scenario = SCENARIO, entropy: Entropy | None = None
) -> tuple[Client, Server]:
    """A client and a server of a scenario."""
    seeded = SeededEntropy(scenario.seed)
    world = issue_world(scenario, seeded)
    client = Client(client_role(scenario, world, version), entropy or seeded.child("client"))
    return client, Server(server_role(scenario, world, version), entropy or seeded.child("server"))


def settle(actor: Peer, effects: list[Fact]) -> list[Fact]:
    """Let the actor take whatever decision it waits for."""
    while actor.pending is not None:
        effects = effects + actor.decide(actor.pending.choice, NOW)
    return effects


def talk(client: Client, server: Server, cut: Callable[[bytes], list[bytes]]) -> dict[str, list[Fact]]:
    """Carry bytes to and fro until nobody says anything more; ``cut`` says in which pieces."""
    done: dict[str, list[Fact]] = {"client": settle(client, client.start(NOW)), "server": []}
    to_server, to_client = bytes_to_send(done["client"]), b""
    while to_server or to_client:
        effects: list[Fact] = []
        for piece in cut(to_server):
            effects += settle(server, server.receive(piece, NOW))
        done["server"] += effects
        to_client += bytes_to_send(effects)
        effects = []
        for piece in cut(to_client):
            effects += settle(client, client.receive(piece, NOW))
        done["client"] += effects
        to_server, to_client = bytes_to_send(effects), b""
    return done


def whole(data: bytes) -> list[bytes]:
    """All at once."""
    return [data] if data else []


def bytewise(data: bytes) -> list[bytes]:
    """Byte by byte."""
    return [data[place : place + 1] for place in range(len(data))]


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("cut", [whole, bytewise])
def test_the_pieces_do_not_matter(version: Version, cut: Callable[[bytes], list[bytes]]) -> None:
    """However a socket cuts the stream, both sides come to the same conclusions and end the session."""
    client, server = pair(version)
    done = talk(client, server, cut)
    assert client.finished
    assert server.finished
    assert client.belief.level is SecurityLevel.CLIENT_AUTHENTICATED
    assert client.belief.assumed is False
    assert server.belief.standing is Standing.AUTHENTICATED
    lines = [
        fact.raw
        for fact in done["server"]
        if isinstance(fact, Received) and fact.protocol == "application_data"
    ]
    assert b"".join(lines) == b"HELLO telnet.example.com\r\n"


@pytest.mark.parametrize("version", VERSIONS)
def test_nothing_is_read_while_a_decision_waits(version: Version) -> None:
    """What comes while an actor thinks is read after the decision, and after a refusal never."""
    for choice, reads in (("accept", True), ("refuse", False)):
        client, server = pair(version)
        flight = bytes_to_send(settle(server, server.receive(bytes_to_send(client.start(NOW)), NOW)))
        effects: list[Fact] = []
        for piece in bytewise(flight):
            effects += client.receive(piece, NOW)
        assert client.pending is not None
        assert received(effects)[-1] == "Certificate"
        effects = client.decide(choice, NOW, "outside")
        assert (received(effects) != []) == reads


def received(effects: list[Fact]) -> list[str]:
    """The names of the messages that were read."""
    return [effect.name for effect in effects if isinstance(effect, Received)]


@pytest.mark.parametrize("version", VERSIONS)
def test_asking_otherwise_works_with_entropy_that_never_repeats(version: Version) -> None:
    """The flight that is made anew fits what went out before, even where every draw is another."""
    drawn = 0

    def fresh(label: str, length: int) -> bytes:
        nonlocal drawn
        drawn += 1
        return SeededEntropy(f"draw {drawn}")(label, length)

    client, server = pair(version, entropy=fresh)
    effects = server.receive(bytes_to_send(client.start(NOW)), NOW)
    effects += server.decide("do not ask", NOW, "outside")
    said = settle(client, client.receive(bytes_to_send(effects), NOW))
    assert [effect.name for effect in effects if isinstance(effect, Sent)].count("ServerHello") == 1
    assert client.belief.level is not SecurityLevel.REFUSED
    settle(server, server.receive(bytes_to_send(said), NOW))
    assert server.belief.standing is Standing.NOT_ASKED


@pytest.mark.parametrize("choice", ["ask", "do not ask"])
def test_after_a_retry_the_question_comes_with_the_second_hello(choice: str) -> None:
    """A HelloRetryRequest goes out undecided; whether to ask is decided once, at the second ClientHello."""
    _, server = pair(Version.TLS13)
    config = ClientConfig(version=Version.TLS13, server_name="telnet.example.com", key_shares=0)
    machine = client_handshake(config, SeededEntropy("a client without a key share"))
    retry = server.receive(sent(machine.start()), NOW)
    assert "HelloRetryRequest" in [effect.name for effect in retry if isinstance(effect, Sent)]
    assert server.pending is None
    effects = server.receive(sent(machine.receive(bytes_to_send(retry))), NOW)
    effects += server.decide(choice, NOW, "outside")
    machine.receive(bytes_to_send(effects))
    assert machine.state is State.WAIT_VERDICT_ON_SERVER
    names = [effect.name for effect in effects if isinstance(effect, Sent)]
    assert ("CertificateRequest" in names) == (choice == "ask")


def sent(events: list[TlsEvent]) -> bytes:
    """What a bare machine puts on the wire."""
    return b"".join(event.wire for event in events if isinstance(event, MessageSent | DataSent))


@pytest.mark.parametrize("version", VERSIONS)
def test_the_verdict_is_for_the_moment_of_reading(version: Version) -> None:
    """The same certificate is good now and expired in two years: the time is an argument."""
    client, server = pair(version)
    flight = settle(server, server.receive(bytes_to_send(client.start(NOW)), NOW))
    later = NOW.replace(year=NOW.year + 2)
    effects = client.receive(bytes_to_send(flight), later)
    (judged,) = [effect for effect in effects if isinstance(effect, Checked)]
    assert judged.verdict.decisive is not None
    assert judged.verdict.decisive.name == "validity"


@pytest.mark.parametrize("version", VERSIONS)
def test_a_connection_that_breaks_is_a_failed_handshake(version: Version) -> None:
    """A transport that ends without a word ends the handshake, and the side believes in no session."""
    client, _ = pair(version)
    client.start(NOW)
    effects = client.disconnected()
    assert [type(effect) for effect in effects] == [BeliefChanged, HandshakeReturned]
    assert client.belief.level is SecurityLevel.REFUSED


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize(
    "rubbish", [b"GET / HTTP/1.1\r\n\r\n", b"\x16\x03\x01\x00\x04\x01\x00\x00\x00", bytes(40)]
)
def test_rubbish_is_an_alert_and_no_traceback(version: Version, rubbish: bytes) -> None:
    """A peer that does not speak TLS gets an alert; no decision is asked for its sake."""
    _, server = pair(version)
    effects = server.receive(rubbish, NOW)
    assert server.pending is None
    assert server.finished
    assert server.belief.standing is Standing.REFUSED
    assert bytes_to_send(effects)[0] == 21


def test_versions_that_do_not_meet_end_with_protocol_version() -> None:
    """A TLS 1.2 client at a TLS 1.3 server is refused before anything is decided."""
    client, _ = pair(Version.TLS12)
    _, server = pair(Version.TLS13)
    effects = server.receive(bytes_to_send(client.start(NOW)), NOW)
    assert server.pending is None
    effects = client.receive(bytes_to_send(effects), NOW)
    assert client.belief.level is SecurityLevel.REFUSED
    assert "protocol_version" in client.belief.reason
    assert HandshakeReturned("failed", None, None, None) in effects


def test_hints_are_obeyed_by_stacks_that_obey_them() -> None:
    """Where the server named another issuer, a strict client sends no certificate; OpenSSL sends it."""
    for profile, choice in (("openssl", "send"), ("rfc5280", "skip")):
        scenario = SCENARIO.but({"client.profile": profile, "server.ca_list": ["server-ca"]})
        client, server = pair(Version.TLS13, scenario)
        taken = [e for e in talk(client, server, whole)["client"] if isinstance(e, Decided)]
        assert [(e.decision, e.choice) for e in taken][-1] == ("send-certificate", choice)


def test_another_greeting_confirms_nothing() -> None:
    """From a server with a greeting of its own, the client learns no level: it goes on assuming."""
    client, server = pair(Version.TLS13)
    effects = server.receive(bytes_to_send(client.start(NOW)), NOW)
    while server.pending is None or server.pending.name != "grant":
        effects += server.decide(server.pending.choice, NOW) if server.pending else []
        if server.pending is None:
            said = settle(client, client.receive(bytes_to_send(effects), NOW))
            effects = server.receive(bytes_to_send(said), NOW)
    client.receive(bytes_to_send(effects) + sent(server.machine.write(b"login: \r\n")), NOW)
    assert (client.belief.level, client.belief.assumed) == (SecurityLevel.CLIENT_AUTHENTICATED, True)
