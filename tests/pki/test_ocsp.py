"""OCSP requests and answers, held against OpenSSL's and pyca's readers and writers."""

from __future__ import annotations

from datetime import UTC
from typing import TYPE_CHECKING

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509 import ocsp
from hypothesis import given
from hypothesis import strategies as st

from simulator.errors import CertificateError
from simulator.pki.bundles import write_pem
from simulator.pki.crl.reasons import REVOCATION_REASONS
from simulator.pki.key_types import KeyType
from simulator.pki.ocsp.answer import MOST_OCTETS, read_ocsp_answer
from simulator.pki.ocsp.certificate_id import identify
from simulator.pki.ocsp.over_http import (
    read_http,
    read_http_answer,
    read_http_request,
    write_http_answer,
    write_http_request,
)
from simulator.pki.ocsp.request import read_ocsp_request, write_ocsp_request
from tests.pki.ocsp_samples import MACHINE_NOW, NONCE, answer, hierarchy, odd_answers, single
from tests.pki.samples import openssl
from tests.played import EVERYTHING

if TYPE_CHECKING:
    from pathlib import Path

LIBRARY_HASHES = {"sha1": hashes.SHA1(), "sha256": hashes.SHA256(), "sha384": hashes.SHA384()}
DAMAGES = 20_000 if EVERYTHING else 500


def library_certificates() -> tuple[x509.Certificate, x509.Certificate]:
    """The leaf and its CA, as the library has them."""
    of = hierarchy()
    leaf, ca = (
        x509.load_der_x509_certificate(one.der) for one in (of.leaf.certificate, of.ca.own.certificate)
    )
    return leaf, ca


@pytest.mark.parametrize("hash_name", LIBRARY_HASHES)
def test_a_request_is_the_library_s_byte_for_byte(hash_name: str) -> None:
    """The same certificate, asked for with the same hash, makes the same octets."""
    leaf, ca = library_certificates()
    built = ocsp.OCSPRequestBuilder().add_certificate(leaf, ca, LIBRARY_HASHES[hash_name]).build()
    of = hierarchy()
    ours = write_ocsp_request(identify(of.leaf.certificate, of.ca.own.certificate, hash_name))
    assert ours == built.public_bytes(Encoding.DER)
    assert read_ocsp_request(ours).certificates == (
        identify(of.leaf.certificate, of.ca.own.certificate, hash_name),
    )


def test_a_request_with_a_nonce_is_read_by_the_library() -> None:
    """The nonce stands in the request's extensions, in the OCTET STRING that RFC 9654 has."""
    raw = write_ocsp_request(hierarchy().asked, nonce=NONCE)
    read = ocsp.load_der_ocsp_request(raw)
    assert read.extensions.get_extension_for_class(x509.OCSPNonce).value.nonce == NONCE
    assert read_ocsp_request(raw).nonce == NONCE


def test_a_request_of_openssl_is_read(tmp_path: Path) -> None:
    """OpenSSL's own request: SHA-1, and a nonce unless it is told otherwise."""
    of = hierarchy()
    ca, leaf, asked = tmp_path / "ca.pem", tmp_path / "leaf.pem", tmp_path / "request.der"
    ca.write_bytes(write_pem([of.ca.own.certificate]))
    leaf.write_bytes(write_pem([of.leaf.certificate]))
    openssl("ocsp", "-issuer", ca, "-cert", leaf, "-reqout", asked)
    read = read_ocsp_request(asked.read_bytes())
    assert read.certificates == (of.asked,)
    assert read.nonce is not None
    openssl("ocsp", "-no_nonce", "-issuer", ca, "-cert", leaf, "-reqout", asked)
    assert asked.read_bytes() == write_ocsp_request(of.asked)


def test_a_request_for_several_certificates_and_a_signed_one_are_read(tmp_path: Path) -> None:
    """OpenSSL asks for several at once, and signs when it is told to; both are read in order."""
    of = hierarchy()
    second = identify(of.responder.certificate, of.ca.own.certificate)
    raw = write_ocsp_request(of.asked, second)
    assert read_ocsp_request(raw).certificates == (of.asked, second)
    ca, key, asked = tmp_path / "ca.pem", tmp_path / "key.pem", tmp_path / "request.der"
    ca.write_bytes(write_pem([of.ca.own.certificate]))
    openssl("genpkey", "-algorithm", "ed25519", "-out", key)
    certificate = tmp_path / "signer.pem"
    openssl("req", "-x509", "-new", "-key", key, "-subj", "/CN=asker", "-out", certificate)
    serial = hex(of.asked.serial_number)
    done = openssl(
        *("ocsp", "-no_nonce", "-issuer", ca, "-serial", serial, "-signer", certificate, "-signkey", key),
        *("-reqout", asked),
    )
    assert done.returncode == 0, done.stderr
    read = read_ocsp_request(asked.read_bytes())
    assert (read.certificates, read.signed) == ((of.asked,), True)


def test_the_library_reads_the_same_in_an_answer() -> None:
    """Status, times, reason, names and hashes of each answer are those that pyca's reader finds."""
    for name in [name for name, raw in odd_answers().items() if name != "garbage"]:
        raw = odd_answers()[name]
        ours, theirs = read_ocsp_answer(raw), ocsp.load_der_ocsp_response(raw)
        assert ours.status.lower() == theirs.response_status.name.replace("_", "").lower(), name
        if ours.basic is None:
            continue
        (found,) = ours.basic.answers
        assert found.status == theirs.certificate_status.name.lower(), name
        assert found.this_update == theirs.this_update_utc, name
        assert found.next_update == theirs.next_update_utc, name
        assert found.revoked_at == theirs.revocation_time_utc, name
        assert found.reason == (theirs.revocation_reason.value if theirs.revocation_reason else None), name
        assert ours.basic.produced_at == theirs.produced_at_utc, name
        assert ours.basic.signed == theirs.tbs_response_bytes, name
        assert ours.basic.signature == theirs.signature, name
        assert found.certificate.issuer_name_hash == theirs.issuer_name_hash, name
        assert found.certificate.issuer_key_hash == theirs.issuer_key_hash, name
        assert found.certificate.serial_number == theirs.serial_number, name
        assert len(ours.basic.certificates) == len(theirs.certificates), name
        key = theirs.responder_key_hash
        assert ours.basic.responder == (key if key is not None else theirs.responder_name.public_bytes()), (
            name
        )


@pytest.mark.parametrize("status", ["good", "revoked", "unknown"])
def test_an_answer_of_the_library_is_read(status: str) -> None:
    """The library's own answers, which name the responder by its key and enclose a nonce, are read whole."""
    leaf, ca = library_certificates()
    revoked = status == "revoked"
    builder = (
        ocsp.OCSPResponseBuilder()
        .add_response(
            cert=leaf,
            issuer=ca,
            algorithm=hashes.SHA1(),
            cert_status=ocsp.OCSPCertStatus[status.upper()],
            this_update=MACHINE_NOW,
            next_update=None,
            revocation_time=MACHINE_NOW if revoked else None,
            revocation_reason=x509.ReasonFlags.superseded if revoked else None,
        )
        .responder_id(ocsp.OCSPResponderEncoding.HASH, ca)
        .add_extension(x509.OCSPNonce(NONCE), critical=False)
    )
    built = builder.sign(hierarchy().ca.own.private_key, hashes.SHA256())
    read = read_ocsp_answer(built.public_bytes(Encoding.DER)).basic
    assert read is not None
    assert read.answers == (
        single(
            status,
            this_update=MACHINE_NOW,
            next_update=None,
            revoked_at=MACHINE_NOW if revoked else None,
            reason="superseded" if revoked else None,
        ),
    )
    assert read.nonce == NONCE


@pytest.mark.parametrize("reason", REVOCATION_REASONS)
def test_every_reason_comes_back(reason: str) -> None:
    """A reason is written with the number that pyca knows it by."""
    raw = answer(single("revoked", reason=reason))
    theirs = ocsp.load_der_ocsp_response(raw).revocation_reason
    assert theirs is not None
    assert theirs.value == reason
    basic = read_ocsp_answer(raw).basic
    assert basic is not None
    assert basic.answers[0].reason == reason


@pytest.mark.parametrize("kind", [KeyType.P256, KeyType.P521, KeyType.ED448, KeyType.RSA2048])
def test_the_same_answer_is_the_same_bytes(kind: KeyType) -> None:
    """No clock and no randomness is in an answer, whatever the kind of the key."""
    of = hierarchy(kind)
    about = single(certificate=of.asked)
    assert answer(about, of.ca.own, nonce=NONCE) == answer(about, of.ca.own, nonce=NONCE)


def test_an_answer_says_its_own_times(tmp_path: Path) -> None:
    """OpenSSL prints producedAt, thisUpdate and nextUpdate as they were given."""
    given = tmp_path / "answer.der"
    given.write_bytes(answer(single("revoked")))
    printed = openssl("ocsp", "-noverify", "-respin", given, "-resp_text").stdout.decode()
    about = single("revoked")
    assert about.next_update is not None
    for title, time in (
        ("Produced At", about.this_update),
        ("This Update", about.this_update),
        ("Next Update", about.next_update),
        ("Revocation Time", about.revoked_at),
    ):
        assert time is not None
        assert f"{title}: {time.astimezone(UTC):%b %e %H:%M:%S %Y} GMT" in printed, printed
    assert "Revocation Reason: keyCompromise (0x1)" in printed


def test_errors_are_the_five_octets_of_the_library() -> None:
    """An error has nothing but its number (RFC 6960, section 4.2.1)."""
    for name, library in (
        ("malformedRequest", ocsp.OCSPResponseStatus.MALFORMED_REQUEST),
        ("internalError", ocsp.OCSPResponseStatus.INTERNAL_ERROR),
        ("tryLater", ocsp.OCSPResponseStatus.TRY_LATER),
        ("sigRequired", ocsp.OCSPResponseStatus.SIG_REQUIRED),
        ("unauthorized", ocsp.OCSPResponseStatus.UNAUTHORIZED),
    ):
        built = ocsp.OCSPResponseBuilder.build_unsuccessful(library).public_bytes(Encoding.DER)
        assert odd_answers()[name] == built


def test_what_is_too_long_is_refused() -> None:
    """Nothing longer than OpenSSL's own limit is read."""
    with pytest.raises(CertificateError, match="at most"):
        read_ocsp_answer(answer() + bytes(MOST_OCTETS))
    with pytest.raises(CertificateError, match="at most"):
        read_ocsp_request(bytes(MOST_OCTETS))


def test_damaged_messages_raise_the_documented_error() -> None:
    """Requests and answers with an octet changed or cut off are read, or refused in words; nothing else."""
    refusals = set()
    samples = [write_ocsp_request(hierarchy().asked, nonce=NONCE), answer(single("revoked"), nonce=NONCE)]
    for number in range(DAMAGES):
        for raw, read in zip(samples, (read_ocsp_request, read_ocsp_answer), strict=True):
            place = number * 7919 % len(raw)
            octet = (raw[place] + 1 + number // len(raw) * 31) % 256
            changed = raw[:place] + bytes((octet,)) + raw[place + 1 :]
            try:
                read(changed if number % 3 else changed[:place])
            except CertificateError as error:
                refusals.add(error.message)
    assert len(refusals) > 10
    assert all(refusal.endswith(".") for refusal in refusals)


@given(st.binary(max_size=300))
def test_http_comes_back(body: bytes) -> None:
    """What is written over HTTP is read again, whatever the body is."""
    assert read_http_request(write_http_request("ocsp.example", "/", body)) == body
    assert read_http_answer(write_http_answer(body)) == body


@pytest.mark.parametrize(
    ("raw", "word"),
    [
        (write_http_answer(b"", 500), "500"),
        (write_http_answer(b"x", kind="text/html"), "text/html"),
        (write_http_answer(b"x")[:-1], "Content-Length|octets"),
        (write_http_answer(b"x") + b"y", "octets"),
        (b"HTTP/1.1 200 OK\r\nno colon\r\n\r\n", "colon"),
        (b"HTTP/1.1 200 OK\r\n" + b"a" * 100_000, "no end"),
        (b"", "no end"),
        (b"SSH-2.0-OpenSSH_9\r\nContent-Length: 0\r\n\r\n", "SSH"),
    ],
)
def test_an_answer_that_is_no_answer(raw: bytes, word: str) -> None:
    """Another status, another kind, a body cut off, or no HTTP at all is refused in words."""
    with pytest.raises(ValueError, match=word):
        read_http_answer(raw)


def test_a_get_is_no_post() -> None:
    """A responder here reads requests in a POST alone."""
    with pytest.raises(ValueError, match="no POST"):
        read_http_request(b"GET / HTTP/1.1\r\nContent-Length: 0\r\n\r\n")
    assert read_http(b"GET / HTTP/1.1\r\nContent-Length: 0\r\n\r\n").body == b""
