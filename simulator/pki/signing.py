"""The signature of an issuer: the usual hash of its key, and hashes the library no longer signs with."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed448, ed25519, padding
from cryptography.hazmat.primitives.serialization import Encoding

from simulator.errors import CertificateError
from simulator.pki import der
from simulator.pki.key_types import SIGNATURE_HASHES
from simulator.pki.signatures import HASHES, SIGNATURE_NAMES

if TYPE_CHECKING:
    from cryptography import x509

    from simulator.pki.keys import PrivateKey, PublicKey

_DOTTED = {name: dotted for dotted, name in SIGNATURE_NAMES.items()}


def usual_hash(public_key: PublicKey) -> hashes.SHA256 | hashes.SHA384 | hashes.SHA512 | None:
    """The hash that goes with a key, as strong as its curve, or None: an Edwards curve has its own."""
    if isinstance(public_key, ed25519.Ed25519PublicKey | ed448.Ed448PublicKey):
        return None
    if isinstance(public_key, ec.EllipticCurvePublicKey) and public_key.curve.key_size > 256:
        return hashes.SHA384() if public_key.curve.key_size <= 384 else hashes.SHA512()
    return hashes.SHA256()


def signed_der(
    builder: x509.CertificateBuilder | x509.CertificateSigningRequestBuilder, private_key: PrivateKey
) -> bytes:
    """DER of a certificate or a request, signed with the usual hash and without randomness (RFC 6979)."""
    # Keys other than ECDSA's do not take the library's option, not even False.
    deterministic = True if isinstance(private_key, ec.EllipticCurvePrivateKey) else None
    usual = usual_hash(private_key.public_key())
    return builder.sign(private_key, usual, ecdsa_deterministic=deterministic).public_bytes(Encoding.DER)


def signed_again(certificate: bytes, issuer_key: PrivateKey, hash_name: str) -> bytes:
    """The same certificate signed with another hash, such as SHA-1, which the library refuses to write.

    Args:
        certificate: DER of a certificate.
        issuer_key: signs.
        hash_name: ``sha1``, ``sha224``, ``sha256``, ``sha384`` or ``sha512``.

    Raises:
        CertificateError: the hash is unknown, or the key takes none.
    """
    if hash_name not in SIGNATURE_HASHES or isinstance(
        issuer_key, ed25519.Ed25519PrivateKey | ed448.Ed448PrivateKey
    ):
        message = "The issuer's key cannot sign with this hash."
        expected = f"one of {', '.join(SIGNATURE_HASHES)}, and an RSA or ECDSA key"
        advice = "A key on an Edwards curve has its own hash: leave the hash out."
        raise CertificateError(message, got=hash_name, expected=expected, advice=advice)
    algorithm = _algorithm(issuer_key, hash_name)
    tbs = der.children(certificate, der.read_element(certificate))[0]
    parts = [certificate[part.start : part.end] for part in der.children(certificate, tbs)]
    parts[2] = algorithm  # after version and serial number (RFC 5280, section 4.1)
    changed = der.sequence(*parts)
    return der.sequence(changed, algorithm, _signature(issuer_key, hash_name, changed))


def algorithm_and_signature(signed: bytes, private_key: PrivateKey) -> tuple[bytes, bytes]:
    """DER of an AlgorithmIdentifier and of the BIT STRING with the signature, made with the usual hash."""
    usual = usual_hash(private_key.public_key())
    name = "" if usual is None else usual.name
    return _algorithm(private_key, name), _signature(private_key, name, signed)


def _algorithm(key: PrivateKey, hash_name: str) -> bytes:
    """The AlgorithmIdentifier; RSA's has a NULL parameter, no other has any (RFC 4055, 5758 and 8410)."""
    if isinstance(key, ed25519.Ed25519PrivateKey | ed448.Ed448PrivateKey):
        kind = "ed25519" if isinstance(key, ed25519.Ed25519PrivateKey) else "ed448"
        return der.sequence(der.object_identifier(_DOTTED[kind]))
    if isinstance(key, ec.EllipticCurvePrivateKey):
        return der.sequence(der.object_identifier(_DOTTED[f"ecdsa-with-{hash_name.upper()}"]))
    return der.sequence(der.object_identifier(_DOTTED[f"{hash_name}WithRSAEncryption"]), der.encode(der.NULL))


def _signature(key: PrivateKey, hash_name: str, signed: bytes) -> bytes:
    """Sign with the bare key; the same input gives the same signature, as a BIT STRING."""
    if isinstance(key, ed25519.Ed25519PrivateKey | ed448.Ed448PrivateKey):
        return der.bit_string(key.sign(signed))
    algorithm = HASHES[hash_name]
    if isinstance(key, ec.EllipticCurvePrivateKey):
        return der.bit_string(key.sign(signed, ec.ECDSA(algorithm, deterministic_signing=True)))
    return der.bit_string(key.sign(signed, padding.PKCS1v15(), algorithm))
