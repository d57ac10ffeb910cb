"""What a side believes while the handshake runs, and that a message is checked before it is believed."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from simulator.actors.reporting import bytes_to_send
from simulator.scenario import TLS_VERSIONS, Scenario
from simulator.security import SecurityLevel as L
from simulator.security import Standing
from simulator.tls.states import State
from simulator.tls.wire.records import ContentType
from simulator.tls.wire.version import Version
from simulator.trace.facts import Alert, BeliefChanged, HandshakeReturned, StandingChanged, StateChanged
from tests.actors.test_peers import NOW, pair, sent, settle, talk, whole
from tests.played import for_each, run_of
from tests.tls.changes import body, flip
from tests.tls.machines import record_for
from tests.tls.probes import bend

if TYPE_CHECKING:
    from simulator.actors.client import Client
    from simulator.actors.server import Server
    from simulator.scenario import TlsVersion
    from simulator.trace.facts import Fact

VERSIONS = list(Version)


def levels(name: str, tls: TlsVersion) -> list[L]:
    """The levels that the client believed in, one after the other."""
    found = [fact.level for _, fact in run_of(name, tls).trace.facts(BeliefChanged)]
    return [level for place, level in enumerate(found) if level not in found[:place]]


def believed(effects: list[Fact]) -> list[L]:
    """The levels in a list of effects."""
    return [effect.level for effect in effects if isinstance(effect, BeliefChanged)]


CASES: list[tuple[str, TlsVersion, list[L]]] = [
    ("valid-certificate", "1.3", [L.ENCRYPTED, L.SERVER_AUTHENTICATED, L.CLIENT_AUTHENTICATED]),
    ("valid-certificate", "1.2", [L.SERVER_AUTHENTICATED, L.CLIENT_AUTHENTICATED]),
    ("server-not-checked", "1.3", [L.ENCRYPTED]),
    ("server-not-checked", "1.2", [L.ENCRYPTED]),
    ("certificate-expired", "1.2", [L.SERVER_AUTHENTICATED, L.REFUSED]),
    ("server-untrusted", "1.2", [L.REFUSED]),
]


@pytest.mark.parametrize(("name", "tls", "expected"), CASES)
def test_beliefs_rise_with_the_handshake(name: str, tls: TlsVersion, expected: list[L]) -> None:
    """In both versions the client believes in encryption and in the server as soon as it knows of them."""
    assert levels(name, tls) == expected


@pytest.mark.parametrize("tls", TLS_VERSIONS)
def test_an_anonymous_client_is_said_to_have_sent_nothing(tls: TlsVersion) -> None:
    """No standing has a reason that speaks of a certificate where none came."""
    trace = run_of("no-certificate-lower-level", tls).trace
    reasons = {fact.standing: fact.reason for _, fact in trace.facts(StandingChanged)}
    assert reasons[Standing.ANONYMOUS].startswith("The client sent no certificate")


@pytest.mark.parametrize("scenario", [Scenario(), Scenario().but({"client.verify_server": False})])
def test_in_tls12_a_client_believes_when_its_keys_are_on(scenario: Scenario) -> None:
    """A TLS 1.2 client has a belief before the server's Finished: it has checked the signed key exchange."""
    client, server = pair(Version.TLS12, scenario)
    effects = settle(server, server.receive(bytes_to_send(client.start(NOW)), NOW))
    effects = settle(client, client.receive(bytes_to_send(effects), NOW))
    verified = scenario.client.verify_server
    assert believed(effects) == [L.SERVER_AUTHENTICATED if verified else L.ENCRYPTED]
    assert client.returned is False


@pytest.mark.parametrize("tls", TLS_VERSIONS)
def test_what_a_client_assumes_is_said_truly(tls: TlsVersion) -> None:
    """A TLS 1.2 client has heard the server's Finished, so it does not say that the server is silent."""
    trace = run_of("valid-certificate", tls).trace
    (reason,) = [
        event.fact.reason
        for event in trace.of(BeliefChanged)
        if isinstance(event.fact, BeliefChanged) and event.fact.assumed
    ]
    assert ("until the server speaks" in reason) == (tls == "1.3")
    assert ("finished the handshake after it had the client's certificate" in reason) == (tls == "1.2")


@pytest.mark.parametrize("version", VERSIONS)
def test_a_server_hello_is_believed_only_when_it_is_good(version: Version) -> None:
    """A cipher suite that was never offered agrees on nothing: no keys, no version."""
    client, server = pair(version)
    flight = bytearray(bytes_to_send(server.receive(bytes_to_send(client.start(NOW)), NOW)))
    place = 5 + 4 + 2 + 32  # record header, message header, version, random: the session id's length
    place += 1 + flight[place]
    flight[place : place + 2] = b"\x13\x05" if version is Version.TLS13 else b"\x00\x2f"
    effects = client.receive(bytes(flight), NOW)
    assert believed(effects) == [L.REFUSED]
    assert HandshakeReturned("failed", None, None, None) in effects


def test_a_finished_is_believed_only_when_it_is_good() -> None:
    """A TLS 1.3 Finished with a wrong MAC leaves the client with encryption and a refusal, nothing more."""
    client, server = pair(Version.TLS13)
    bend(server.machine, "Finished", body(flip(0)))
    done = talk(client, server, whole)
    assert believed(done["client"]) == [L.ENCRYPTED, L.REFUSED]
    assert StateChanged("WAIT_FINISHED", "FAILED") in done["client"]


@pytest.mark.parametrize(
    ("version", "alert", "refuses"),
    [
        (Version.TLS12, b"\x01\x70", False),  # unrecognized_name, a warning (RFC 6066 section 3)
        (Version.TLS12, b"\x02\x70", True),
        (Version.TLS12, b"\x01\x64", False),  # no_renegotiation
        (Version.TLS12, b"\x01\xfe", True),  # no alert that is known
        (Version.TLS13, b"\x01\x5a", False),  # user_canceled
        (Version.TLS13, b"\x01\x70", True),  # the level means nothing
        (Version.TLS13, b"\x01\x64", True),  # nor is this one among the alerts of TLS 1.3
    ],
)
def test_the_machine_says_which_alert_is_a_refusal(version: Version, alert: bytes, *, refuses: bool) -> None:
    """After a warning the connection goes on, and the client believes in no refusal; else it does."""
    client, server = pair(version)
    hello = bytes_to_send(client.start(NOW))
    effects = client.receive(record_for(client.machine, ContentType.ALERT, alert), NOW)
    assert (client.belief.level is L.REFUSED, client.returned) == (refuses, refuses)
    assert client.finished is refuses
    assert ([L.REFUSED] if refuses else []) == believed(effects)
    if not refuses:
        flight = bytes_to_send(settle(server, server.receive(hello, NOW)))
        settle(client, client.receive(flight, NOW))
        assert client.belief.level is not L.REFUSED


@for_each("version", VERSIONS)
@for_each("sends", [True, False])
@for_each("level", list(L))
def test_a_welcome_that_cannot_be_true_is_not_believed(version: Version, level: L, *, sends: bool) -> None:
    """A client that verified the server and showed no certificate is told nothing by a level beyond that."""
    changes = {"client.withholds": not sends, "server.client_authentication": "optional"}
    client, server = pair(version, Scenario().but(changes))
    talk_until_grant(client, server)
    before = client.belief
    word = "REFUSED" if level is L.REFUSED else "WELCOME"
    line = f"{word} x (y). Level: {level.value}\r\n".encode()
    client.receive(sent(server.machine.write(line)), NOW)
    shown = (L.CLIENT_AUTHENTICATED, L.CLIENT_IDENTIFIED, L.CLIENT_AUTHORIZED) if sends else ()
    credible = level in (L.REFUSED, L.SERVER_AUTHENTICATED, *shown)
    assert client.belief.level is (level if credible else before.level)
    assert client.belief.assumed is (before.assumed and not credible)


def talk_until_grant(client: Client, server: Server) -> None:
    """Both handshake calls return, and the server has not yet said a word of its own."""
    to_server = bytes_to_send(client.start(NOW))
    while server.pending is None or server.pending.name != "grant":
        effects = server.receive(to_server, NOW)
        while server.pending is not None and server.pending.name != "grant":
            effects += server.decide(server.pending.choice, NOW)
        to_server = bytes_to_send(settle(client, client.receive(bytes_to_send(effects), NOW)))


def test_a_tls13_client_with_keys_takes_no_alert_in_the_clear() -> None:
    """Once keys protect what the server says, an alert in the clear is anybody's: it is not believed."""
    client, server = pair(Version.TLS13)
    effects = server.receive(bytes_to_send(client.start(NOW)), NOW)
    hello = bytes_to_send(effects)
    client.receive(hello[: 5 + int.from_bytes(hello[3:5])], NOW)
    assert client.machine.state is State.WAIT_EE
    effects = client.receive(b"\x15\x03\x03\x00\x02\x02\x28", NOW)
    alerts = [(fact.direction, fact.name) for fact in effects if isinstance(fact, Alert)]
    assert alerts == [("sent", "unexpected_message")]
