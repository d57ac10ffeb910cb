"""Revocation lists: real DER that others read as meant, read back without loss, the same bytes each time."""

from __future__ import annotations

import subprocess
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from cryptography import x509

from simulator.entropy import SeededEntropy
from simulator.errors import CertificateError
from simulator.pki.bundles import write_pem
from simulator.pki.contents import Contents, parse_name
from simulator.pki.crl.distribution_points import distribution_points, point_of_issuer
from simulator.pki.crl.files import load_revocation_lists, write_revocation_lists
from simulator.pki.crl.reasons import REVOCATION_REASONS
from simulator.pki.crl.revocation_list import CRL_EXTENSIONS, RevocationList
from simulator.pki.crl.writing import ListContents, ListedCertificate, write_list
from simulator.pki.issuing import Issuer
from simulator.pki.key_types import KeyType
from simulator.pki.keys import generate_key
from tests.peers import program

if TYPE_CHECKING:
    from pathlib import Path

NOW = datetime(2030, 3, 4, 9, 0, tzinfo=UTC)
YEARS = NOW - timedelta(days=900), NOW + timedelta(days=900)
KEY = generate_key(KeyType.P256, SeededEntropy("lists"), "ca")
CA = Issuer.self_signed(KEY, Contents("CN=CA", "ca", *YEARS, serial_number=1)).own.certificate
OTHER = parse_name("CN=Another CA").public_bytes()
FULL = ListContents(
    issuer_der=CA.subject_der,
    this_update=NOW,
    next_update=NOW + timedelta(days=7),
    entries=(
        ListedCertificate(5, NOW - timedelta(days=1), "keyCompromise"),
        ListedCertificate(0x80, NOW - timedelta(days=2)),
        ListedCertificate(5, NOW - timedelta(days=3), "superseded", OTHER),
        ListedCertificate(6, NOW - timedelta(days=3), issuer_der=OTHER),
        ListedCertificate(6, NOW - timedelta(days=4)),
    ),
    number=300,
    base_number=299,
    key_identifier=CA.subject_key_identifier,
    scope="users",
    only_reasons=("keyCompromise", "aACompromise"),
    indirect=True,
    delta_uri="http://crl.example.com/delta.crl",
)


def test_all_that_was_written_is_read_back() -> None:
    """Every field of a list with everything in it comes back, each entry with its own issuer."""
    crl = RevocationList.parse(write_list(FULL, KEY))
    assert crl.issuer_name.same_as(CA.subject_name)
    assert (NOW, NOW + timedelta(days=7), 300, 299) == (
        crl.this_update,
        crl.next_update,
        crl.number,
        crl.base_number,
    )
    told = [(one.serial_number, one.reason) for one in crl.entries]
    assert [(5, "keyCompromise"), (0x80, "unspecified"), (5, "superseded")] == told[:3]
    assert [(6, "unspecified"), (6, "unspecified")] == told[3:]
    other = "CN=Another CA"
    assert ["CN=CA", "CN=CA", other, other, "CN=CA"] == [one.issuer.text for one in crl.entries]
    assert crl.scope is not None
    assert (True, False, False, True) == (
        crl.scope.only_users,
        crl.scope.only_authorities,
        crl.scope.only_attributes,
        crl.scope.indirect,
    )
    assert {"keyCompromise", "aACompromise"} == crl.scope.only_reasons
    assert crl.key_identifier is not None
    assert crl.key_identifier.key_identifier == CA.subject_key_identifier
    assert crl.has_deltas
    assert crl.not_understood == ()
    assert crl.signature_problem(CA) is None


def test_the_library_reads_the_same() -> None:
    """Pyca finds the same list and the same entries, and the signature is good."""
    crl = x509.load_der_x509_crl(write_list(FULL, KEY))
    assert crl.is_signature_valid(KEY.public_key())
    assert NOW == crl.last_update_utc
    assert 300 == crl.extensions.get_extension_for_class(x509.CRLNumber).value.crl_number
    scope = crl.extensions.get_extension_for_class(x509.IssuingDistributionPoint)
    assert scope.critical
    assert scope.value.only_contains_user_certs
    assert scope.value.indirect_crl
    assert {x509.ReasonFlags.key_compromise, x509.ReasonFlags.aa_compromise} == scope.value.only_some_reasons
    reasons = [
        one.extensions.get_extension_for_class(x509.CRLReason).value.reason.value
        for one in crl
        if any(extension.oid == x509.CRLEntryExtensionOID.CRL_REASON for extension in one.extensions)
    ]
    assert ["keyCompromise", "superseded"] == reasons
    issuers = [
        one.extensions.get_extension_for_class(x509.CertificateIssuer).value[0].value.rfc4514_string()
        for one in crl
        if any(extension.oid == x509.CRLEntryExtensionOID.CERTIFICATE_ISSUER for extension in one.extensions)
    ]
    assert ["CN=Another CA", "CN=CA"] == issuers


@pytest.mark.parametrize("reason", [name for name in REVOCATION_REASONS if name != "unspecified"])
def test_every_reason_has_its_number(reason: str) -> None:
    """A reason is written with the number that RFC 5280 gives it, and read back by name."""
    contents = replace(FULL, entries=(ListedCertificate(7, NOW, reason),))
    der = write_list(contents, KEY)
    (theirs,) = x509.load_der_x509_crl(der)
    assert reason == theirs.extensions.get_extension_for_class(x509.CRLReason).value.reason.value
    assert [reason] == [one.reason for one in RevocationList.parse(der).entries]


def test_openssl_reads_the_same(tmp_path: Path) -> None:
    """``openssl crl`` verifies the list with the CA's certificate and prints every part of it."""
    (tmp_path / "ca.pem").write_bytes(write_pem([CA]))
    (tmp_path / "crl.pem").write_bytes(write_revocation_lists(RevocationList.parse(write_list(FULL, KEY))))
    command = [program("openssl"), "crl", "-in", "crl.pem", "-CAfile", "ca.pem", "-noout", "-text"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=True)
    assert "verify OK" in done.stdout + done.stderr
    for words in ("Delta CRL Indicator: critical", "Only User Certificates", "Indirect CRL", "AA Compromise"):
        assert words in done.stdout


def test_the_same_contents_give_the_same_bytes() -> None:
    """Nothing in a list is random, for keys of every kind of signature."""
    for kind in (KeyType.P256, KeyType.P384, KeyType.ED25519, KeyType.RSA2048):
        key = generate_key(kind, SeededEntropy("lists"), "ca")
        assert write_list(FULL, key) == write_list(FULL, key)


def test_what_is_left_out_is_absent() -> None:
    """A list without entries, number, nextUpdate and extensions has none of these, and is still read."""
    crl = RevocationList.parse(write_list(ListContents(CA.subject_der, NOW, None), KEY))
    assert (None, (), None, None, None, None) == (
        crl.next_update,
        crl.entries,
        crl.number,
        crl.base_number,
        crl.key_identifier,
        crl.scope,
    )
    assert not crl.has_deltas


@pytest.mark.parametrize(
    ("asked", "found"),
    [(CRL_EXTENSIONS["cRLNumber"], "cRLNumber"), ("1.3.6.1.4.1.55738.9", "1.3.6.1.4.1.55738.9")],
)
def test_a_misplaced_critical_flag_is_not_understood(asked: str, found: str) -> None:
    """A list whose number is critical, or that has a critical extension of its own, says so."""
    assert (found,) == RevocationList.parse(write_list(replace(FULL, critical=(asked,)), KEY)).not_understood


def test_a_date_after_2049_is_written_in_full() -> None:
    """From 2050 on dates are GeneralizedTime, as RFC 5280 has it."""
    late = datetime(2050, 1, 1, tzinfo=UTC)
    der = write_list(ListContents(CA.subject_der, late, None), KEY)
    assert b"20500101000000Z" in der
    assert late == RevocationList.parse(der).this_update


def test_another_key_did_not_sign_it() -> None:
    """The reason why a signature does not verify is said in words."""
    forged = generate_key(KeyType.P256, SeededEntropy("lists"), "forger")
    problem = RevocationList.parse(write_list(FULL, forged)).signature_problem(CA)
    assert problem is not None
    assert "another key made it" in problem


def test_files_have_one_list_or_several() -> None:
    """PEM may hold several, DER holds one; what was read is what was written."""
    one, two = (RevocationList.parse(write_list(replace(FULL, number=n), KEY)) for n in (1, 2))
    assert (one, two) == load_revocation_lists(write_revocation_lists(one, two))
    assert (two,) == load_revocation_lists(two.der)


def test_a_wrong_file_is_named() -> None:
    """A file of certificates, and a damaged list, are errors with words."""
    with pytest.raises(CertificateError, match="There is no revocation list inside"):
        load_revocation_lists(write_pem([CA]))
    whole = write_list(FULL, KEY)
    with pytest.raises(CertificateError, match="cannot be read as a revocation list"):
        RevocationList.parse(whole[:-1])
    with pytest.raises(CertificateError, match="A PEM block is damaged"):
        load_revocation_lists(b"-----BEGIN X509 CRL-----\n!!!\n-----END X509 CRL-----\n")


def test_every_cut_and_every_flipped_octet_is_an_error_or_a_list() -> None:
    """Whatever the bytes are, reading raises nothing but its own error."""
    whole = write_list(FULL, KEY)
    for place in range(len(whole)):
        for damaged in (whole[:place], whole[:place] + bytes([whole[place] ^ 0x21]) + whole[place + 1 :]):
            try:
                RevocationList.parse(damaged)
            except CertificateError:
                continue


def test_a_certificate_names_the_publisher_of_its_list() -> None:
    """A point of distribution with another issuer is written and read back; pyca sees the same."""
    contents = Contents(
        "CN=alice", "client", *YEARS, serial_number=5, further_extensions=(point_of_issuer(OTHER),)
    )
    alice = Issuer.self_signed(KEY, contents).own.certificate
    (point,) = distribution_points(alice)
    assert ["CN=Another CA"] == [name.text for name in point.issuers]
    (theirs,) = (
        x509.load_der_x509_certificate(alice.der)
        .extensions.get_extension_for_class(x509.CRLDistributionPoints)
        .value
    )
    assert theirs.crl_issuer is not None
    assert parse_name("CN=Another CA") == theirs.crl_issuer[0].value
