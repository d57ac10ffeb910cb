"""How an issuer signs: the usual hash of its key, and hashes the library no longer signs with."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding

from simulator.errors import CertificateError
from simulator.pki import der
from simulator.pki.key_types import SIGNATURE_HASHES

if TYPE_CHECKING:
    from simulator.pki.keys import PrivateKey, PublicKey

HASHES: dict[str, hashes.HashAlgorithm] = {name: getattr(hashes, name.upper())() for name in SIGNATURE_HASHES}
_RSA_WITH = {
    "sha1": "1.2.840.113549.1.1.5",
    "sha224": "1.2.840.113549.1.1.14",
    "sha256": "1.2.840.113549.1.1.11",
    "sha384": "1.2.840.113549.1.1.12",
    "sha512": "1.2.840.113549.1.1.13",
}
_ECDSA_WITH = {
    "sha1": "1.2.840.10045.4.1",
    "sha224": "1.2.840.10045.4.3.1",
    "sha256": "1.2.840.10045.4.3.2",
    "sha384": "1.2.840.10045.4.3.3",
    "sha512": "1.2.840.10045.4.3.4",
}


def usual_hash(public_key: PublicKey) -> hashes.SHA256 | hashes.SHA384 | None:
    """The hash that goes with a key: as strong as its curve; Ed25519 has its own and takes none."""
    if isinstance(public_key, ed25519.Ed25519PublicKey):
        return None
    if isinstance(public_key, ec.EllipticCurvePublicKey) and public_key.curve.key_size > 256:
        return hashes.SHA384()
    return hashes.SHA256()


def deterministic(private_key: PrivateKey) -> bool | None:
    """The library's option for RFC 6979; it may be given for ECDSA keys alone."""
    return True if isinstance(private_key, ec.EllipticCurvePrivateKey) else None


def signed_again(certificate: bytes, issuer_key: PrivateKey, hash_name: str) -> bytes:
    """The same certificate, signed with another hash: SHA-1 above all, which the library refuses to write.

    Args:
        certificate: DER of a certificate.
        issuer_key: signs.
        hash_name: ``sha1``, ``sha224``, ``sha256``, ``sha384`` or ``sha512``.

    Raises:
        CertificateError: there is no such hash, or the key takes none.
    """
    if hash_name not in HASHES or isinstance(issuer_key, ed25519.Ed25519PrivateKey):
        raise CertificateError(
            "The issuer's key cannot sign with this hash.",
            got=hash_name,
            expected=f"one of {', '.join(HASHES)}, and an RSA or ECDSA key",
            advice="An Ed25519 key has its own hash: leave the hash out.",
        )
    algorithm = _algorithm(issuer_key, hash_name)
    tbs = der.children(certificate, der.read_element(certificate))[0]
    parts = [certificate[part.start : part.end] for part in der.children(certificate, tbs)]
    parts[2] = algorithm  # after version and serial number (RFC 5280, section 4.1)
    changed = der.sequence(*parts)
    return der.sequence(changed, algorithm, der.bit_string(_signature(issuer_key, hash_name, changed)))


def _algorithm(key: PrivateKey, hash_name: str) -> bytes:
    """The AlgorithmIdentifier; RSA's has a NULL parameter, ECDSA's none (RFC 4055, RFC 5758)."""
    if isinstance(key, ec.EllipticCurvePrivateKey):
        return der.sequence(der.object_identifier(_ECDSA_WITH[hash_name]))
    return der.sequence(der.object_identifier(_RSA_WITH[hash_name]), der.encode(der.NULL))


def _signature(key: PrivateKey, hash_name: str, signed: bytes) -> bytes:
    """Sign with the bare key; the same input gives the same signature."""
    algorithm = HASHES[hash_name]
    if isinstance(key, ec.EllipticCurvePrivateKey):
        return key.sign(signed, ec.ECDSA(algorithm, deterministic_signing=True))
    if isinstance(key, ed25519.Ed25519PrivateKey):
        return key.sign(signed)
    return key.sign(signed, padding.PKCS1v15(), algorithm)
