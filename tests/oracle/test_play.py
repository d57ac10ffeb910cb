"""What OpenSSL does by itself, held against what was measured elsewhere and what the catalogue expects."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from simulator.oracle import Played, play
from simulator.scenario import TLS_VERSIONS, Scenario
from simulator.scenario.catalogue.catalogue import catalogue
from tests.played import NAMES, for_each

if TYPE_CHECKING:
    from simulator.scenario import TlsVersion

# facts/tls-client-authentication-measured.md, 1.1: valid client certificate; encrypted in braces.
GOOD = {
    "1.2": "C ClientHello"
    " | S ServerHello, Certificate, ServerKeyExchange, CertificateRequest, ServerHelloDone"
    " | C Certificate, ClientKeyExchange, CertificateVerify, {Finished} | S NewSessionTicket, {Finished}",
    "1.3": "C ClientHello | S ServerHello, {EncryptedExtensions}, {CertificateRequest}, {Certificate},"
    " {CertificateVerify}, {Finished} | C {Certificate}, {CertificateVerify}, {Finished}"
    " | S {NewSessionTicket}, {NewSessionTicket}",
}
SKIPPED = {
    "1.2": GOOD["1.2"].replace(" CertificateVerify, {Finished} |", " {Finished} |"),
    "1.3": GOOD["1.3"].replace("C {Certificate}, {CertificateVerify}", "C {Certificate}"),
}
NOT_ASKED = {
    "1.2": SKIPPED["1.2"].replace(" CertificateRequest,", "").replace("C Certificate, ", "C "),
    "1.3": SKIPPED["1.3"].replace(" {CertificateRequest},", "").replace("C {Certificate}, ", "C "),
}


def flights(played: Played) -> str:
    """The messages in one line, a bar wherever the sender changes."""
    told = ""
    sender = ""
    for one in played.messages:
        name = f"{{{one.name}}}" if one.encrypted else one.name
        if one.sender != sender:
            told += f"{' | ' if told else ''}{one.sender[0].upper()} {name}"
        else:
            told += f", {name}"
        sender = one.sender
    return told


@for_each("tls", TLS_VERSIONS)
@for_each("name", NAMES)
def test_the_expectation_is_what_openssl_does(name: str, tls: TlsVersion) -> None:
    """The alert that a built-in scenario expects is the alert that OpenSSL sends; level REFUSED means one."""
    expectation = catalogue[name].expectation(tls)
    assert expectation is not None
    alert = play(catalogue[name], tls).alert
    assert expectation.alert == (alert.name if alert else None)
    assert (expectation.level.value == "REFUSED") == (alert is not None)


@pytest.mark.parametrize("tls", TLS_VERSIONS)
@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("valid-certificate", GOOD),
        ("no-certificate-lower-level", SKIPPED),
        ("server-does-not-ask", NOT_ASKED),
    ],
)
def test_the_messages_measured_elsewhere(name: str, expected: dict[TlsVersion, str], tls: TlsVersion) -> None:
    """The sequences are those that were measured with default contexts and the machine's own clock."""
    assert expected[tls] == flights(play(catalogue[name], tls))


@pytest.mark.parametrize("tls", TLS_VERSIONS)
def test_a_server_decides_at_certificate(tls: TlsVersion) -> None:
    """OpenSSL gives up at Certificate; the client's handshake call has returned by then in TLS 1.3 only."""
    played = play(catalogue["certificate-expired"], tls)
    returned = {"1.2": "failed", "1.3": "ok"}[tls]
    assert ("Certificate", "failed", returned) == (
        played.decided_after,
        played.server.handshake,
        played.client.handshake,
    )


def test_the_refused_data_is_never_read() -> None:
    """In TLS 1.3 a refused client has written already, and its line never reaches the application."""
    assert play(catalogue["certificate-expired"], "1.3").server.data == ""


def test_the_refusal_of_a_server_is_in_the_clear() -> None:
    """OpenSSL's TLS 1.3 client refuses a server in the clear, and its server refuses a client encrypted."""
    encrypted = {
        name: alert.encrypted
        for name in ("server-untrusted", "untrusted-ca")
        if (alert := play(catalogue[name], "1.3").alert)
    }
    assert encrypted == {"server-untrusted": False, "untrusted-ca": True}


def test_time_is_the_scenarios() -> None:
    """A world of the year 1999 and one of 2150 play as well as today's: OpenSSL is told the time."""
    for clock in ("1999-06-01T00:00:00Z", "2150-06-01T00:00:00Z"):
        moved = Scenario().but(clock=_read(clock))
        expired = moved.but({"certificates.alice.not_after": "-1s"})
        alert = play(expired, "1.3").alert
        assert play(moved, "1.3").server.handshake == "ok"
        assert alert is not None
        assert alert.name == "certificate_expired"


def _read(clock: str) -> object:
    from datetime import datetime

    return datetime.fromisoformat(clock)
