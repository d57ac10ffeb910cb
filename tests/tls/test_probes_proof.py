"""Proofs of possession gone wrong: what the server answers, and what OpenSSL answers to the same bytes.

After the client-certificate scripts of tlsfuzzer, as cases of our own.
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding

from simulator.entropy import SeededEntropy
from simulator.tls.crypto.signatures import sign
from simulator.tls.wire.messages import CertificateVerify, Message
from simulator.tls.wire.transcript import certificate_verify_content
from simulator.tls.wire.version import Version
from tests.tls.changes import flip, proof_content
from tests.tls.openssl import identity
from tests.tls.probes import (
    CONNECTED,
    Change,
    Machine,
    Probe,
    Said,
    answered_otherwise,
    openssl_answers_otherwise,
)

if TYPE_CHECKING:
    from pathlib import Path

TLS12, TLS13 = Version.TLS12, Version.TLS13
ENTROPY = SeededEntropy("probes of proofs")
P256_SHA256, P384_SHA384, ED25519 = 0x0403, 0x0503, 0x0807
PSS_SHA256, PSS_SHA384 = 0x0804, 0x0805
PKCS1_SHA256, PKCS1_SHA1 = 0x0401, 0x0201


# What a proof is made over, and how ------------------------------------------------------------------------


def named(scheme: int) -> Change:
    """The genuine signature under the name of another scheme."""
    return lambda proof, _: (CertificateVerify(scheme, proof.signature),)


def made_with(scheme: int, kind: str) -> Change:
    """A true signature of the client's key by another scheme than the one it would choose."""

    def change(_: Message, machine: Machine) -> tuple[Said, ...]:
        key = identity(kind, "client").private_key
        return (CertificateVerify(scheme, sign(key, scheme, proof_content(machine), ENTROPY)),)

    return change


def signature(change: Any) -> Change:
    """The genuine scheme with the signature's bytes changed."""
    return lambda proof, _: (CertificateVerify(proof.algorithm, change(proof.signature)),)


def over(other: Any) -> Change:
    """A signature of the right key over other content."""

    def change(proof: CertificateVerify, machine: Machine) -> tuple[Said, ...]:
        key = identity("P-256", "client").private_key
        return (
            CertificateVerify(
                proof.algorithm, sign(key, proof.algorithm, other(proof_content(machine), machine), ENTROPY)
            ),
        )

    return change


def pss_with(salt_length: int, digest: hashes.HashAlgorithm, mask: hashes.HashAlgorithm) -> Change:
    """An RSA-PSS signature with parameters of its own under the name rsa_pss_rsae_sha256."""

    def change(_: Message, machine: Machine) -> tuple[Said, ...]:
        key = identity("RSA", "client").private_key
        scheme = padding.PSS(padding.MGF1(mask), salt_length)
        return (CertificateVerify(PSS_SHA256, key.sign(proof_content(machine), scheme, digest)),)

    return change


EARLIER_SESSION = hashlib.sha256(b"another session").digest()
SHA256, SHA384 = hashes.SHA256(), hashes.SHA384()
ONE_PROOF: dict[str, tuple[Change, dict[str, Any]]] = {
    "signature with its first bit turned": (signature(flip(0)), {}),
    "signature with its last bit turned": (signature(flip(-1)), {}),
    "signature cut off": (signature(lambda data: data[:-1]), {}),
    "empty signature": (signature(lambda _: b""), {}),
    "signature with a byte behind it": (signature(lambda data: data + b"\x00"), {}),
    "signature of 16,000 bytes": (signature(lambda data: data.ljust(16000, b"\x00")), {}),
    "signature of all zeros": (signature(lambda data: bytes(len(data))), {}),
    "signature of r = s = 0": (signature(lambda _: bytes.fromhex("3006020100020100")), {}),
    "signature over nothing": (over(lambda *_: b""), {}),
    "signature of the whole transcript but its end": (over(lambda data, _: data[:-1]), {}),
    "RSA-PSS signature changed": (signature(flip(9)), {"client_key": "RSA"}),
    "RSA-PSS signature cut off": (signature(lambda data: data[:-1]), {"client_key": "RSA"}),
    "RSA-PSS signature with no salt": (pss_with(0, SHA256, SHA256), {"client_key": "RSA"}),
    "RSA-PSS signature with a salt of 20 bytes": (pss_with(20, SHA256, SHA256), {"client_key": "RSA"}),
    "RSA-PSS signature with the longest salt": (pss_with(222, SHA256, SHA256), {"client_key": "RSA"}),
    "RSA-PSS signature with another hash": (pss_with(32, SHA384, SHA256), {"client_key": "RSA"}),
    "RSA-PSS signature with another mask": (pss_with(32, SHA256, SHA384), {"client_key": "RSA"}),
    "Ed25519 signature changed": (signature(flip(40)), {"client_key": "Ed25519"}),
    "Ed25519 signature cut off": (signature(lambda data: data[:-1]), {"client_key": "Ed25519"}),
}

PROOFS = [
    Probe(claim, version, {"CertificateVerify": change}, "decrypt_error", **more)
    for version in (TLS13, TLS12)
    for claim, (change, more) in ONE_PROOF.items()
] + [
    Probe(
        "proof of the server's context",
        TLS13,
        {"CertificateVerify": over(lambda _, m: certificate_verify_content(m.transcript.digest(), "server"))},
        "decrypt_error",
    ),
    Probe(
        "proof of another session",
        TLS13,
        {"CertificateVerify": over(lambda *_: certificate_verify_content(EARLIER_SESSION, "client"))},
        "decrypt_error",
    ),
    Probe(
        "proof in the form of TLS 1.3",
        TLS12,
        {"CertificateVerify": over(lambda *_: certificate_verify_content(EARLIER_SESSION, "client"))},
        "decrypt_error",
    ),
]

SCHEMES = [
    Probe(
        "scheme that was not offered",
        TLS13,
        {"CertificateVerify": made_with(PSS_SHA384, "RSA")},
        "illegal_parameter",
        openssl=CONNECTED,
        why="OpenSSL's server was not told to offer fewer schemes",
        client_key="RSA",
        setup={"server_changes": {"signature_schemes": (PSS_SHA256,)}},
    ),
    Probe("scheme unknown to all", TLS13, {"CertificateVerify": named(0xFEFE)}, "illegal_parameter"),
    Probe(
        "scheme for RSA with a key on P-256",
        TLS13,
        {"CertificateVerify": named(PSS_SHA256)},
        "illegal_parameter",
    ),
    Probe(
        "scheme for P-384 with a key on P-256",
        TLS13,
        {"CertificateVerify": named(P384_SHA384)},
        "illegal_parameter",
    ),
    Probe(
        "scheme Ed25519 with a key on P-256",
        TLS13,
        {"CertificateVerify": named(ED25519)},
        "illegal_parameter",
    ),
    Probe(
        "scheme for P-256 with an RSA key",
        TLS13,
        {"CertificateVerify": named(P256_SHA256)},
        "illegal_parameter",
        client_key="RSA",
    ),
    Probe(
        "scheme for another hash with an RSA key",
        TLS13,
        {"CertificateVerify": named(PSS_SHA384)},
        "decrypt_error",
        client_key="RSA",
    ),
    Probe(
        "PKCS#1 v1.5 in TLS 1.3",
        TLS13,
        {"CertificateVerify": made_with(PKCS1_SHA256, "RSA")},
        "illegal_parameter",
        client_key="RSA",
    ),
    Probe(
        "PKCS#1 v1.5 with SHA-1",
        TLS13,
        {"CertificateVerify": named(PKCS1_SHA1)},
        "illegal_parameter",
        client_key="RSA",
    ),
    Probe("scheme unknown to all", TLS12, {"CertificateVerify": named(0xFEFE)}, "illegal_parameter"),
    Probe(
        "scheme for RSA with a key on P-256",
        TLS12,
        {"CertificateVerify": named(PSS_SHA256)},
        "illegal_parameter",
    ),
    Probe("scheme for another hash", TLS12, {"CertificateVerify": named(P384_SHA384)}, "decrypt_error"),
    Probe(
        "scheme ECDSA with an RSA key",
        TLS12,
        {"CertificateVerify": named(P256_SHA256)},
        "illegal_parameter",
        client_key="RSA",
    ),
    Probe(
        "PKCS#1 v1.5 in TLS 1.2",
        TLS12,
        {"CertificateVerify": made_with(PKCS1_SHA256, "RSA")},
        CONNECTED,
        client_key="RSA",
    ),
    Probe(
        "another scheme of the key", TLS12, {"CertificateVerify": made_with(P384_SHA384, "P-256")}, CONNECTED
    ),
    Probe(
        "another scheme of the key",
        TLS13,
        {"CertificateVerify": made_with(PSS_SHA384, "RSA")},
        CONNECTED,
        client_key="RSA",
    ),
]


def test_a_proof_that_does_not_hold_is_a_decrypt_error() -> None:
    """A signature that is not the key's own, over this very handshake, is a decrypt_error."""
    assert answered_otherwise(PROOFS) == {}


def test_a_scheme_must_be_offered_and_fit() -> None:
    """A scheme not offered, or not of the key, is an illegal_parameter; any that fits is taken."""
    assert answered_otherwise(SCHEMES) == {}


def test_openssl_answers_the_same_proofs(tmp_path: Path) -> None:
    """OpenSSL's server answers the same bytes with the same alert, or with the one named beside the case."""
    assert openssl_answers_otherwise(PROOFS + SCHEMES, tmp_path) == {}
