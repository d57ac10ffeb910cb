"""Where a key is kept: in a file, in a file under a password, in a security device; and what a thief has."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from simulator import SecurityLevel, simulate
from simulator.actors.device import TRIES, SecurityDevice, new_pin, wrong_pin
from simulator.command.certificate_files import issue_for_real_tools
from simulator.engine.world import World, issue_world
from simulator.entropy import SeededEntropy
from simulator.errors import CertificateError, ScenarioError, SimulatorError
from simulator.pki.issuing import read_request
from simulator.pki.key_types import KeyType
from simulator.scenario import TLS_VERSIONS, Scenario
from simulator.tls.crypto.signatures import schemes_for_key, verify
from simulator.tls.wire.version import Version
from simulator.trace.connections import start_of
from simulator.trace.facts import Decided, Noted, Sent
from simulator.trace.trace import trace_from_json
from simulator.views.capture.capture import capture
from simulator.views.view_table import VIEWS

if TYPE_CHECKING:
    from simulator.scenario import TlsVersion

SEED = SeededEntropy("1")
PIN = new_pin(SEED)
IN_DEVICE = {"certificates.alice.kept_in": "device"}
UNDER_PASSWORD = {"certificates.alice.kept_in": "protected-file"}
AS_PKCS12 = {"certificates.alice.delivery": "pkcs12"}
AUTHENTICATED, REFUSED = SecurityLevel.CLIENT_AUTHENTICATED, SecurityLevel.REFUSED

# What a thief has and knows: the settings that play it, the level, and whether it connects at all.
THEFTS = {
    "a plain file": ({}, AUTHENTICATED, True),
    "the certificate alone": ({"client.holds_key": False}, REFUSED, True),
    "a protected file with its password": (UNDER_PASSWORD, AUTHENTICATED, True),
    "a protected file alone": (UNDER_PASSWORD | {"client.password": "wrong"}, REFUSED, False),
    "a PKCS#12 file with its password": (AS_PKCS12, AUTHENTICATED, True),
    "a PKCS#12 file alone": (AS_PKCS12 | {"client.password": "wrong"}, REFUSED, False),
    "a device with its PIN": (IN_DEVICE, AUTHENTICATED, True),
    "a device alone": (IN_DEVICE | {"client.pin": "wrong"}, REFUSED, True),
}


def test_what_a_thief_has_decides() -> None:
    """Whoever can use the key is taken for Alice; a password or a PIN that is not known keeps others out."""
    for tls in TLS_VERSIONS:
        for theft in THEFTS:
            changes, level, connects = THEFTS[theft]
            trace = simulate(Scenario().but(changes), tls).trace
            something = any(trace.of(Sent))  # at enrolment
            assert (trace.outcome.level, something) == (level, True), (tls, theft)
            assert any(fact.protocol == "handshake" for _, fact in trace.facts(Sent)) is connects, (
                tls,
                theft,
            )


@pytest.mark.parametrize("tls", TLS_VERSIONS)
@pytest.mark.parametrize("changes", [IN_DEVICE, UNDER_PASSWORD], ids=["device", "protected file"])
def test_the_network_shows_no_difference(changes: dict[str, str], tls: TlsVersion) -> None:
    """Every record of the connection is the same, wherever the key is kept."""

    def wire(changes: dict[str, str]) -> list[bytes]:
        trace = simulate(Scenario().but(changes), tls).trace
        return [fact.wire for _, fact in trace.facts(Sent) if fact.protocol != "enrolment"]

    assert wire(changes) == wire({})


@pytest.mark.parametrize("key_type", [KeyType.P256, KeyType.ED25519, KeyType.RSA2048], ids=str)
def test_a_device_signs_after_its_pin_and_hands_nothing_out(key_type: KeyType) -> None:
    """Requests and signatures verify under its public key; no attribute is the private key."""
    device = SecurityDevice(key_type, SEED, "alice", PIN)
    with pytest.raises(SimulatorError, match="locked"):
        device.request("CN=alice")

    assert device.enter(PIN)
    asked = read_request(device.request("CN=alice"))
    assert asked.public_key() == device.public_key
    for code in schemes_for_key(device, Version.TLS13):
        assert (
            verify(device.public_key, code, b"words", device.sign(code, b"words", SEED), Version.TLS13)
            is None
        )
    values = [getattr(device, name) for name in dir(device) if not name.startswith("_")]
    assert not any(hasattr(value, "private_bytes") for value in values)
    assert PIN not in repr(device)


def test_a_device_counts_the_tries_of_its_pin() -> None:
    """The right PIN gives all tries back; after the last wrong one the right PIN opens it no more."""
    device = SecurityDevice(KeyType.P256, SEED, "alice", PIN)
    wrong = wrong_pin(PIN)

    assert [device.enter(pin) for pin in (wrong, wrong, PIN)] == [False, False, True]
    assert TRIES == device.tries_left
    assert [device.enter(pin) for pin in (wrong, wrong, wrong, PIN)] == [False] * 4
    assert 0 == device.tries_left
    with pytest.raises(SimulatorError, match="blocked"):
        device.sign(0x0403, b"words", SEED)
    assert device.inserted().enter(PIN)


@pytest.mark.parametrize("tls", TLS_VERSIONS)
def test_a_run_with_a_device_is_repeatable(tls: TlsVersion) -> None:
    """Tries that one run used up are there again in the next."""
    scenario = Scenario().but(IN_DEVICE | {"client.pin": "wrong"})
    first, second = simulate(scenario, tls), simulate(scenario, tls)

    assert first.trace == second.trace
    assert PIN not in first.trace.to_json()


@pytest.mark.parametrize(("pin", "level"), [("right", AUTHENTICATED), ("wrong", REFUSED)])
def test_a_further_certificate_can_be_in_a_device(pin: str, level: SecurityLevel) -> None:
    """The client enters the PIN where the certificate that it sends is in a device, whichever it is."""
    further = {
        "certificates.other-ca": {"role": "ca"},
        "certificates.card": {"issuer": "other-ca", "kept_in": "device"},
        "client.also_holds": ["card"],
        "client.obeys_ca_list": True,
        "client.pin": pin,
        "server.trusts": ["other-ca"],
        "server.ca_list": ["other-ca"],
    }
    assert simulate(Scenario().but(further)).outcome.level is level


def test_a_servers_key_can_be_in_a_device_too() -> None:
    """The server's proof holds as before, and the setup says where its key is."""
    trace = simulate(Scenario().but({"certificates.server.kept_in": "device"})).trace
    server = next(actor for actor in trace.setup.actors if actor.name == "server")

    assert trace.outcome.level is AUTHENTICATED
    assert ("key kept in", "a security device") in server.policy


@pytest.mark.parametrize("tls", TLS_VERSIONS)
def test_no_connection_can_be_shown(tls: TlsVersion) -> None:
    """No message, no alert, no refusal by a server: every view says so, from the stored trace too."""
    run = simulate(Scenario().but(AS_PKCS12 | {"client.password": "wrong"}), tls)
    outcome, card = run.outcome, run.card

    assert (REFUSED, None, None, None) == (
        outcome.level,
        outcome.refused_at,
        outcome.alert,
        outcome.decisive_check,
    )
    assert ("failed", "failed", REFUSED) == (
        outcome.client.handshake,
        outcome.server.handshake,
        card.client_believes,
    )
    assert run.messages() == []
    assert run.keylog == ()
    assert 0 == start_of(run.trace.events)
    last = [fact for _, fact in run.trace.facts(Decided)][-1]
    assert ("connect", "stay away") == (last.decision, last.choice)
    again = trace_from_json(run.trace.to_json())
    for view in VIEWS.keys() - {"bytes"}:
        assert VIEWS[view].picture(again, "messages").items, view
        assert VIEWS[view].text(again, 80, "messages"), view


def test_a_capture_of_no_connection_has_no_packet() -> None:
    """A reader of the file sees the next connection's stream alone."""
    whole = simulate("pkcs12-wrong-password")
    packet = b"\x06\x00\x00\x00"  # the type of an enhanced packet block (pcapng, section 4.3)

    def packets(capture_file: bytes) -> int:
        place, count = 0, 0
        while place < len(capture_file):
            count += capture_file[place : place + 4] == packet
            place += int.from_bytes(capture_file[place + 4 : place + 8], "little")
        return count

    none, one = (packets(capture(run.trace)) for run in whole.connections)
    assert (none, one > 0, packets(capture(whole.trace))) == (0, True, one)


def test_the_story_says_how_the_file_is_opened() -> None:
    """A protected file before each connection, a PKCS#12 file at its delivery or with a new password."""

    def notes(changes: dict[str, str]) -> str:
        return " ".join(fact.text for _, fact in simulate(Scenario().but(changes)).trace.facts(Noted))

    assert "opens its key file with the right password" in notes(UNDER_PASSWORD)
    assert "cannot open its key file" in notes(UNDER_PASSWORD | {"client.password": "wrong"})
    assert "tells the client the password by another way" in notes(AS_PKCS12)
    second = simulate("pkcs12-wrong-password").connections[1].trace
    assert "opens its PKCS#12 file with the right password" in " ".join(
        fact.text for _, fact in second.facts(Noted)
    )


def test_a_key_in_a_device_cannot_be_written_to_a_file() -> None:
    """The world has no file for it, and asking for the key names the reason."""
    world = issue_world(Scenario().but(IN_DEVICE), SEED)

    assert {"alice.key", "client-signs-with.key"}.isdisjoint(file.name for file in world.files())
    with pytest.raises(CertificateError, match="never leaves it"):
        world["alice"].private_key.public_key()


@pytest.mark.parametrize("seeded", [True, False])
def test_the_command_writes_no_key_of_a_device(seeded: bool) -> None:
    """``clientauth certificates`` names the key, the reason and the remedy; a key in a file is written."""
    for name in ("alice", "server"):
        scenario = Scenario().but({f"certificates.{name}.kept_in": "device"})
        with pytest.raises(ScenarioError, match=f"--set certificates.{name}.kept_in=file"):
            issue_for_real_tools(scenario, seeded=seeded)
    protected = issue_for_real_tools(Scenario().but(UNDER_PASSWORD), seeded=seeded)
    assert "alice.key" in [file.name for file in protected.files()]


def test_a_device_with_fresh_entropy_opens_with_its_own_pin() -> None:
    """Entropy of the machine never gives a PIN twice; the world remembers the one it drew."""
    world = World(Scenario().but(IN_DEVICE), lambda _label, length: os.urandom(length))
    assert world.device("alice").inserted().enter(world.pin)


@pytest.mark.parametrize(
    ("changes", "path", "words"),
    [
        ({"client.password": "wrong"}, "client.password", "kept_in 'protected-file'"),
        ({"client.pin": "wrong"}, "client.pin", "kept_in 'device'"),
        (IN_DEVICE | AS_PKCS12, "certificates.alice.kept_in", "makes its own"),
        (IN_DEVICE | {"certificates.alice.issuer": "alice"}, "certificates.alice.kept_in", "self-signed"),
        ({"certificates.client-ca.kept_in": "device"}, "certificates.client-ca.kept_in", "server's key"),
        ({"certificates.alice.kept_in": "smartcard"}, "certificates.alice.kept_in", "device"),
    ],
)
def test_what_cannot_be_kept_or_opened_is_a_mistake(changes: dict[str, str], path: str, words: str) -> None:
    """Each with its setting, and what to set instead."""
    with pytest.raises(ScenarioError) as caught:
        Scenario().but(changes)

    assert path in str(caught.value)
    assert words in str(caught.value)
