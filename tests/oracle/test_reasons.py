"""Why a side refused and what two sides agreed on, as both are read from OpenSSL and from our runs."""

from __future__ import annotations

import ssl
from collections import Counter
from typing import TYPE_CHECKING

import pytest

from simulator.oracle import play
from simulator.oracle.agreed import Agreed
from simulator.oracle.observed import HandshakeLog
from simulator.oracle.reasons import NEGOTIATION, REASONS, reason_of_error, reason_of_verdict
from simulator.scenario import TLS_VERSIONS, Scenario
from simulator.scenario.catalogue.catalogue import catalogue
from simulator.tls.wire.alerts import AlertDescription
from simulator.trace.facts import Checked
from simulator.trust.verdict import Check, CheckOutcome, Verdict
from simulator.trust.vocabulary import QUESTIONS
from tests.oracle.variations import CHANGES, varied
from tests.played import for_each

if TYPE_CHECKING:
    from simulator.scenario import TlsVersion

# What OpenSSL 3.0 was measured to find, by its verify code or by the reason of its error.
MEASURED = {
    "missing-intermediate": "no path to a trusted root",
    "self-signed": "no path to a trusted root",
    "certificate-expired": "expired",
    "certificate-not-yet-valid": "not valid yet",
    "wrong-purpose": "another purpose",
    "key-usage-without-signing": "another purpose",
    "issuer-is-not-a-ca": "an issuer that may not issue",
    "path-too-long": "longer than an issuer allows",
    "name-constraint-violated": "a name that is not allowed",
    "weak-rsa-key": "the leaf's key is too weak",
    "sha1-signature": "a weak signature algorithm",
    "server-wrong-name": "issued for another host",
    "no-certificate-refused": "no certificate came",
    "corrupted-proof": "the proof of possession failed",
    "version-mismatch": "nothing about a certificate",
    "valid-certificate": None,
}


def verify_error(code: int) -> ssl.SSLCertVerificationError:
    """The error that ``ssl`` raises for a certificate."""
    error = ssl.SSLCertVerificationError(1, "certificate verify failed")
    error.verify_code, error.verify_message = code, "in words"
    return error


def judged(*failed: tuple[str, str, int]) -> Checked:
    """A trust decision in which these checks failed: name, field and depth."""
    checks = (
        Check(name, CheckOutcome.FAIL, "", depth, field, "", "", "", "") for name, field, depth in failed
    )
    return Checked(Verdict("client", "openssl", "CN=alice", (), tuple(checks), None))


@for_each("tls", TLS_VERSIONS)
@for_each("name", MEASURED)
def test_openssls_reason(name: str, tls: TlsVersion) -> None:
    """What OpenSSL finds in a built-in scenario is what it was measured to find."""
    assert MEASURED[name] == play(catalogue[name], tls).reason


def test_no_reason_stands_twice() -> None:
    """Each check, verify code and error reason means one thing."""
    counted = Counter[object]()
    for one in REASONS:
        counted.update([*one.checks, *one.codes, *one.errors])
    assert [] == [what for what, times in counted.items() if times > 1]


def test_the_table_names_checks_that_exist() -> None:
    """A check that the table misspells would agree with nothing; every name is one of the vocabulary."""
    named = {name for one in REASONS for name, _field in one.checks}
    assert set() == named - QUESTIONS.keys()


def test_a_weak_key_is_the_leafs_or_an_issuers() -> None:
    """OpenSSL has two codes for a weak key; whose key it is tells which of them ours means."""
    ours = [reason_of_verdict(judged(("key-strength", "subjectPublicKeyInfo", depth))) for depth in (0, 1)]
    assert [reason_of_error(verify_error(code)) for code in (66, 67)] == ours


def test_what_is_not_in_the_table_agrees_with_nothing() -> None:
    """A code, an error and a check that no line knows are told as they are."""
    unknown = ssl.SSLError(1, "something new")
    unknown.reason = "SOMETHING_NEW"
    told = [
        reason_of_error(verify_error(99)),
        reason_of_error(unknown),
        reason_of_verdict(judged(("revocation", "CRL, OCSP", 0))),
    ]
    words = {one.words for one in REASONS}
    assert (3, set()) == (len(set(told)), words & set(told))


def test_without_a_failed_check_no_certificate_is_at_fault() -> None:
    """A refusal that no check explains is one of the negotiation."""
    assert reason_of_verdict(judged()) == NEGOTIATION.words


@for_each("description", AlertDescription)
def test_a_warning_is_no_refusal(description: AlertDescription) -> None:
    """Every alert is noted as a refusal, apart from the three that end nothing or say goodbye."""
    log = HandshakeLog()
    log.alert_sent("client", int(description), encrypted=False)
    warnings = ("close_notify", "user_canceled", "no_renegotiation")
    assert (description.rfc_name not in warnings) == (log.alert is not None)


@pytest.mark.parametrize(
    ("changes", "tls", "expected"),
    [
        ({}, "1.2", ("TLS 1.2", "x25519", "ecdsa_secp256r1_sha256", "ecdsa_secp256r1_sha256")),
        ({}, "1.3", ("TLS 1.3", "x25519", "ecdsa_secp256r1_sha256", "ecdsa_secp256r1_sha256")),
        (
            CHANGES["keys of many kinds"],
            "1.3",
            ("TLS 1.3", "x25519", "ecdsa_secp384r1_sha384", "ed25519"),
        ),
        (
            CHANGES["retry with secp384r1"],
            "1.3",
            ("TLS 1.3", "secp384r1", "ecdsa_secp256r1_sha256", "ecdsa_secp256r1_sha256"),
        ),
    ],
)
def test_what_openssl_agrees_on(
    changes: dict[str, object], tls: TlsVersion, expected: tuple[str, ...]
) -> None:
    """Version, group and both schemes are read from OpenSSL's own messages."""
    version, group, server, client = expected
    assert (
        Agreed(version, group, (f"server {server}", f"client {client}")) == play(varied(changes), tls).agreed
    )


def test_without_a_server_hello_nothing_is_agreed() -> None:
    """Where the versions do not meet there is no version, no group and no signature."""
    refused = play(Scenario().but({"server.speaks": "1.3"}), "1.2").agreed
    assert Agreed() == refused


def test_a_message_that_cannot_be_read_tells_nothing() -> None:
    """A CertificateVerify without a body leaves what is agreed as it was."""
    assert Agreed("TLS 1.3") == Agreed("TLS 1.3").after("client", b"\x0f\x00\x00\x00")
