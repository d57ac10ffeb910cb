"""Signatures of the handshake: which key signs how, repeatably, and what is refused with which reason."""

from __future__ import annotations

from typing import Any

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed448, padding, rsa, x448
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given, settings
from hypothesis import strategies as st

from simulator.entropy import SeededEntropy
from simulator.errors import SimulatorError
from simulator.tls.crypto import rsa_pss
from simulator.tls.crypto.signatures import (
    SCHEMES,
    common_scheme,
    kind_of,
    schemes_for_key,
    sign,
    verify,
)
from simulator.tls.wire.registry import SIGNATURE_SCHEMES
from simulator.tls.wire.transcript import certificate_verify_content
from simulator.tls.wire.version import Version
from tests.played import for_each

ENTROPY = SeededEntropy("signatures")
CODES = {name: code for code, name in SIGNATURE_SCHEMES.items()}
KEYS: dict[str, Any] = {
    "P-256": ec.derive_private_key(7**50, ec.SECP256R1()),
    "P-384": ec.derive_private_key(7**100, ec.SECP384R1()),
    "P-521": ec.derive_private_key(7**150, ec.SECP521R1()),
    "Ed25519": Ed25519PrivateKey.from_private_bytes(bytes(range(32))),
    "Ed448": ed448.Ed448PrivateKey.from_private_bytes(bytes(range(57))),
    "RSA-1024": rsa.generate_private_key(65537, 1024),
    "RSA-1025": rsa.generate_private_key(65537, 1025),
    "RSA-2048": rsa.generate_private_key(65537, 2048),
}
RSA_PSS = ["rsa_pss_rsae_sha256", "rsa_pss_rsae_sha384", "rsa_pss_rsae_sha512"]
RSA_PKCS1 = ["rsa_pkcs1_sha256", "rsa_pkcs1_sha384", "rsa_pkcs1_sha512"]
ECDSA = ["ecdsa_secp256r1_sha256", "ecdsa_secp384r1_sha384", "ecdsa_secp521r1_sha512"]
EXPECTED = {
    ("Ed448", Version.TLS13): ["ed448"],
    ("Ed448", Version.TLS12): ["ed448"],
    ("P-256", Version.TLS13): ECDSA[:1],
    ("P-384", Version.TLS13): ECDSA[1:2],
    ("P-521", Version.TLS13): ECDSA[2:],
    ("P-256", Version.TLS12): ECDSA,
    ("P-384", Version.TLS12): ECDSA,
    ("P-521", Version.TLS12): ECDSA,
    ("Ed25519", Version.TLS13): ["ed25519"],
    ("Ed25519", Version.TLS12): ["ed25519"],
    ("RSA-1024", Version.TLS13): RSA_PSS[:2],
    ("RSA-1024", Version.TLS12): RSA_PSS[:2] + RSA_PKCS1,
    ("RSA-1025", Version.TLS13): RSA_PSS[:2],
    ("RSA-1025", Version.TLS12): RSA_PSS[:2] + RSA_PKCS1,
    ("RSA-2048", Version.TLS13): RSA_PSS,
    ("RSA-2048", Version.TLS12): RSA_PSS + RSA_PKCS1,
}
SIGNABLE = [(key, version, name) for (key, version), names in EXPECTED.items() for name in names]


@for_each("key, version", EXPECTED)
def test_schemes_for_key(key: str, version: Version) -> None:
    """Each kind of key has the schemes of its version, the one OpenSSL picks first, private or public."""
    expected = tuple(CODES[name] for name in EXPECTED[key, version])
    assert schemes_for_key(KEYS[key], version) == expected
    assert schemes_for_key(KEYS[key].public_key(), version) == expected
    assert str(kind_of(KEYS[key])) == key


def test_common_scheme() -> None:
    """The key's preference among what the peer accepts is taken; None where nothing fits."""
    key = KEYS["RSA-2048"]
    assert common_scheme(key, (0x0401, 0x0805, 0x0403), Version.TLS12) == 0x0805
    assert common_scheme(key, (0x0401, 0x0403), Version.TLS12) == 0x0401
    assert common_scheme(key, (0x0401, 0x0403), Version.TLS13) is None
    assert common_scheme(KEYS["P-384"], (0x0403,), Version.TLS12) == 0x0403
    assert common_scheme(KEYS["P-384"], (0x0403,), Version.TLS13) is None


@for_each("key, version, name", SIGNABLE)
def test_signatures_verify_and_repeat(key: str, version: Version, name: str) -> None:
    """Each signature verifies, is the same when made again, and fails for other content, changed or cut."""
    private, code = KEYS[key], CODES[name]
    public = private.public_key()
    signature = sign(private, code, b"content", ENTROPY)
    wrong = "the signature does not verify under the key of the certificate"
    changed = bytes((signature[0] ^ 1,)) + signature[1:]
    assert sign(private, code, b"content", ENTROPY) == signature
    assert verify(public, code, b"content", signature, version) is None
    assert verify(public, code, b"other", signature, version) == wrong
    assert verify(public, code, b"content", changed, version) == wrong
    assert verify(public, code, b"content", signature[:-1], version) == wrong
    assert verify(public, code, b"content", b"", version) == wrong


@pytest.mark.parametrize("key", ["RSA-1024", "RSA-1025", "RSA-2048"])
@pytest.mark.parametrize("name", RSA_PSS)
def test_pss_with_our_salt_is_accepted_by_the_library_with_the_exact_salt_length(key: str, name: str) -> None:
    """Twenty of our RSA-PSS signatures, moduli of 8n and 8n+1 bits, satisfy the library's strict verifier."""
    if name not in EXPECTED[key, Version.TLS13]:
        with pytest.raises(SimulatorError, match="too small"):
            sign(KEYS[key], CODES[name], b"content", ENTROPY)
        return
    algorithm = {"256": hashes.SHA256(), "384": hashes.SHA384(), "512": hashes.SHA512()}[name[-3:]]
    for number in range(20):
        content = number.to_bytes(4)
        signature = sign(KEYS[key], CODES[name], content, ENTROPY)
        pss = padding.PSS(padding.MGF1(algorithm), algorithm.digest_size)
        KEYS[key].public_key().verify(signature, content, pss, algorithm)


def test_pss_with_another_salt_length_is_refused() -> None:
    """TLS fixes the salt to the length of the hash; the library's signature with another does not count."""
    pss = padding.PSS(padding.MGF1(hashes.SHA256()), 20)
    signature = KEYS["RSA-2048"].sign(b"content", pss, hashes.SHA256())
    public = KEYS["RSA-2048"].public_key()
    wrong = "the signature does not verify under the key of the certificate"
    assert verify(public, 0x0804, b"content", signature, Version.TLS13) == wrong


@pytest.mark.parametrize(("bits", "fits"), [(1033, False), (1034, True)])
def test_the_smallest_key_for_pss_is_where_the_library_has_it(bits: int, fits: bool) -> None:
    """SHA-512 needs a modulus of 1,034 bits: one bit less and the library refuses too."""
    key = rsa.generate_private_key(65537, bits)
    assert (0x0806 in schemes_for_key(key, Version.TLS13)) is fits
    pss = padding.PSS(padding.MGF1(hashes.SHA512()), 64)
    if fits:
        assert len(key.sign(b"content", pss, hashes.SHA512())) == (bits + 7) // 8
    else:
        with pytest.raises(ValueError, match="too long for key size"):
            key.sign(b"content", pss, hashes.SHA512())


def test_pss_salt_is_the_entropy() -> None:
    """Another seed gives another RSA-PSS signature, and it is valid too."""
    private = KEYS["RSA-2048"]
    one, other = (sign(private, 0x0804, b"content", SeededEntropy(seed)) for seed in ("one", "other"))
    assert one != other
    assert verify(private.public_key(), 0x0804, b"content", other, Version.TLS13) is None


def test_ecdsa_is_rfc6979() -> None:
    """The signature of "sample" under the key of RFC 6979 A.2.5 is the RFC's."""
    number = 0xC9AFA9D845BA75166B5C215767B1D6934E50C3DB36E89B127B8A622B120F6721
    signature = sign(ec.derive_private_key(number, ec.SECP256R1()), 0x0403, b"sample", ENTROPY)
    assert signature.hex() == (
        "3046022100efd48b2aacb6a8fd1140dd9cd45e81d69d2c877b56aaf991c34d0ea84eaf3716"
        "022100f7cb1c942d657c41d436c7a1b6e29f65f3e900dbb9aff4064dc4ab2f843acda8"
    )


REFUSED = [
    ("RSA-2048", "rsa_pkcs1_sha256", Version.TLS13, "TLS 1.3 forbids rsa_pkcs1_sha256 in the handshake"),
    ("P-384", ECDSA[0], Version.TLS13, "ecdsa_secp256r1_sha256 does not go with the key, which is P-384"),
    ("P-256", ECDSA[1], Version.TLS13, "ecdsa_secp384r1_sha384 does not go with the key, which is P-256"),
    ("P-256", "ed25519", Version.TLS12, "ed25519 does not go with the key, which is P-256"),
    ("P-256", RSA_PSS[0], Version.TLS12, "rsa_pss_rsae_sha256 does not go with the key, which is P-256"),
    (
        "RSA-2048",
        ECDSA[0],
        Version.TLS12,
        "ecdsa_secp256r1_sha256 does not go with the key, which is RSA-2048",
    ),
    ("Ed25519", ECDSA[0], Version.TLS13, "ecdsa_secp256r1_sha256 does not go with the key, which is Ed25519"),
    ("RSA-1024", RSA_PSS[2], Version.TLS13, "RSA-1024 is too small for rsa_pss_rsae_sha512"),
    ("P-256", "ecdsa_sha1", Version.TLS12, "the signature scheme ecdsa_sha1 is not one this side can check"),
    (
        "RSA-2048",
        "rsa_pss_pss_sha256",
        Version.TLS13,
        "rsa_pss_pss_sha256 does not go with the key, which is RSA-2048",
    ),
]


@pytest.mark.parametrize(("key", "name", "version", "reason"), REFUSED)
def test_why_a_scheme_is_refused(key: str, name: str, version: Version, reason: str) -> None:
    """A scheme that does not go with key or version is refused in plain words, whatever the signature."""
    assert verify(KEYS[key].public_key(), CODES[name], b"content", b"signature", version) == reason


def test_a_good_signature_under_the_wrong_scheme_is_refused_in_tls13_only() -> None:
    """ECDSA with SHA-256 by a P-384 key is fine in TLS 1.2 and not in TLS 1.3."""
    private = KEYS["P-384"]
    signature = sign(private, 0x0403, b"content", ENTROPY)
    assert verify(private.public_key(), 0x0403, b"content", signature, Version.TLS12) is None
    assert verify(private.public_key(), 0x0403, b"content", signature, Version.TLS13) is not None


def test_keys_of_other_kinds_are_refused_without_a_traceback() -> None:
    """X448, a private key, nonsense: each is answered with a reason."""
    other = "ed25519 does not go with the key, which is another kind of key"
    assert verify(x448.X448PrivateKey.generate().public_key(), 0x0807, b"", b"", Version.TLS13) == other
    assert verify(None, 0x0807, b"", b"", Version.TLS13) == other
    assert verify(KEYS["Ed25519"], 0x0807, b"", b"", Version.TLS13) == "Ed25519 is not a public key"
    assert schemes_for_key(object(), Version.TLS12) == ()


def test_signing_with_a_scheme_that_does_not_fit_is_misuse() -> None:
    """The error says what the key could have signed with."""
    with pytest.raises(SimulatorError, match="ed25519"):
        sign(KEYS["Ed25519"], 0x0403, b"content", ENTROPY)


@given(
    st.sampled_from(sorted(KEYS)),
    st.one_of(st.sampled_from(sorted(SCHEMES)), st.integers(0, 65535)),
    st.binary(max_size=150),
    st.sampled_from(list(Version)),
)
@settings(deadline=None)
def test_no_random_signature_verifies_or_raises(
    key: str, code: int, signature: bytes, version: Version
) -> None:
    """Whatever the scheme and the bytes, there is a reason why they are no proof."""
    assert isinstance(verify(KEYS[key].public_key(), code, b"content", signature, version), str)


def test_content_of_a_certificate_verify() -> None:
    """64 spaces, the context string, a zero and the hash, as in the example of RFC 8446 section 4.4.3."""
    expected = (
        "20" * 64 + "544c5320312e332c207365727665722043657274696669636174655665726966790001" + "01" * 31
    )
    assert certificate_verify_content(b"\x01" * 32, "server").hex() == expected
    assert b"TLS 1.3, client CertificateVerify\x00" in certificate_verify_content(bytes(32), "client")


@pytest.mark.parametrize("scheme", RSA_PSS)
def test_rsa_pss_is_the_same_with_and_without_gmpy2(scheme: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The quick power gives the bytes that Python's own gives."""
    pytest.importorskip("gmpy2", reason="the package gmpy2 (the extra speed) is absent")
    quick = sign(KEYS["RSA-2048"], CODES[scheme], b"content", ENTROPY)
    monkeypatch.setattr(rsa_pss, "powmod", pow)
    assert quick == sign(KEYS["RSA-2048"], CODES[scheme], b"content", ENTROPY)
