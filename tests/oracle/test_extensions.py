"""Extensions are compared with OpenSSL's, in order and content; every accepted difference is a true one."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from click.testing import CliRunner

from simulator import catalogue
from simulator.command.cli import clientauth
from simulator.oracle import check
from simulator.oracle import observed as observing
from simulator.oracle.extensions import (
    ACCEPTED_EXTENSIONS,
    ALL_SCHEMES,
    AcceptedExtension,
    extensions_in_words,
)
from simulator.oracle.playing import play
from simulator.runs.run import simulate
from simulator.tls.client12 import ClientHandshake12
from simulator.tls.client13 import ClientHandshake13
from simulator.tls.wire import extension_forms as forms
from simulator.tls.wire.extensions import Extension, ExtensionType, extension_name
from simulator.tls.wire.messages import CertificateRequest12, decode_handshake, message_name
from simulator.tls.wire.version import TlsVersion, Version
from simulator.trace.facts import Sent
from tests.oracle.variations import CHANGES, varied

if TYPE_CHECKING:
    from collections.abc import Callable

    from simulator.scenario import Scenario

GOOD = catalogue["valid-certificate"]
FEWER_GROUPS = forms.SUPPORTED_GROUPS.build((0x1D, 0x18))
#: Where a difference shows that a good handshake has not.
ELSEWHERE = {
    "padding": catalogue["hello-retry"],
    "supported_groups": varied(CHANGES["client prefers another group"]),
}
# Nothing in the catalogue makes a ClientHello of TLS 1.2 long enough to be padded.
CASES = [
    (one, tls)
    for one in ACCEPTED_EXTENSIONS
    for tls in one.versions
    if (one.extension, tls) != ("padding", "1.2")
]


def openssl_messages(scenario: Scenario, tls: TlsVersion, monkeypatch: pytest.MonkeyPatch) -> list[bytes]:
    """The messages with extensions that OpenSSL sends when it plays both sides of a scenario."""
    sent: list[bytes] = []

    def noted(raw: bytes, version: TlsVersion) -> tuple[str, ...]:
        sent.append(raw)
        return extensions_in_words(raw, version)

    monkeypatch.setattr(observing, "extensions_in_words", noted)
    play(scenario, tls)
    return sent


def our_messages(scenario: Scenario, tls: TlsVersion) -> list[bytes]:
    """The handshake messages of the simulation."""
    trace = simulate(scenario, tls=tls).trace
    return [fact.raw for _, fact in trace.facts(Sent) if fact.protocol == "handshake"]


def contents(messages: list[bytes], one: AcceptedExtension, tls: TlsVersion) -> list[bytes]:
    """The data of an extension in the last message of its name; none where it is left out."""
    raw = [message for message in messages if message_name(message) == one.message][-1]
    message = decode_handshake(raw, Version(tls))
    if isinstance(message, CertificateRequest12):
        fields = {
            "certificate_types": message.certificate_types,
            "signature_algorithms": message.supported_signature_algorithms,
        }
        return [repr(fields[one.extension]).encode()]
    extensions: tuple[Extension, ...] = message.extensions  # type: ignore[attr-defined]
    return [item.data for item in extensions if extension_name(item.type) == one.extension]


@pytest.mark.parametrize(("one", "tls"), CASES, ids=lambda value: getattr(value, "extension", str(value)))
def test_no_accepted_extension_is_idle(
    one: AcceptedExtension, tls: TlsVersion, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Every line of the table is a difference that OpenSSL shows, of the kind that the line says."""
    scenario = ELSEWHERE.get(one.extension, GOOD)
    theirs = contents(openssl_messages(scenario, tls, monkeypatch), one, tls)
    ours = contents(our_messages(scenario, tls), one, tls)
    assert theirs != ours
    assert (len(theirs) != len(ours)) is one.presence
    assert one.reason.endswith(".")


@pytest.mark.parametrize(
    "change",
    [
        lambda offers: offers[::-1],
        lambda offers: [one for one in offers if one.type != ExtensionType.SUPPORTED_GROUPS],
        lambda offers: [*offers, Extension(0xFACE, b"more")],
        lambda offers: [
            forms.SUPPORTED_GROUPS.build((0x1D, 0x18)) if one.type == 10 else one for one in offers
        ],
    ],
    ids=["order", "one left out", "one more", "content"],
)
@pytest.mark.parametrize("machine", [ClientHandshake12, ClientHandshake13])
def test_another_client_hello_is_found(
    machine: type[ClientHandshake12 | ClientHandshake13],
    change: Callable[[list[Extension]], list[Extension]],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A hello in another order, or with another extension or content, is a difference."""
    genuine = machine.offers
    monkeypatch.setattr(machine, "offers", lambda self: change(genuine(self)))
    row = check(GOOD, machine.machine.version.value)
    assert "extensions of ClientHello" in [one.what for one in row.differences]
    assert row.result == "differs"


def certificate_request(scenario: Scenario) -> bytes:
    """The CertificateRequest of a simulation in TLS 1.3."""
    return next(raw for raw in our_messages(scenario, "1.3") if message_name(raw) == "CertificateRequest")


def test_schemes_are_compared_as_far_as_the_scenario_names_them() -> None:
    """A list that a scenario sets is compared name by name; of another only that nothing is missing."""
    chosen = GOOD.but({"server.signature_schemes": ["ecdsa_secp384r1_sha384", "ecdsa_secp256r1_sha256"]})
    assert check(chosen, "1.3").result == "agrees"
    assert extensions_in_words(certificate_request(chosen), "1.3") == (
        "signature_algorithms ecdsa_secp384r1_sha384 ecdsa_secp256r1_sha256",
    )
    assert extensions_in_words(certificate_request(GOOD), "1.3") == (f"signature_algorithms {ALL_SCHEMES}",)


def test_check_takes_settings() -> None:
    """``--set`` changes what is compared, and a bad one is told."""
    result = CliRunner().invoke(clientauth, ["check", "valid-certificate", "--set", "server.tickets=0"])
    assert result.exit_code == 0
    assert "valid-certificate, with server.tickets=0  TLS 1.3  agrees" in result.stdout
    assert "Accepted in extensions" in result.stdout
    bad = CliRunner().invoke(clientauth, ["check", "valid-certificate", "--set", "server.ticket=0"])
    assert bad.exit_code != 0
