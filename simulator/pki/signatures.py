"""The signatures on certificates: the names of their algorithms, and what these are made with."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding

if TYPE_CHECKING:
    from cryptography import x509

# (padding, hash) as the library takes them, each None if it does not apply; None for an unknown algorithm
SignatureParameters: TypeAlias = (
    tuple[padding.PKCS1v15 | padding.PSS | None, hashes.HashAlgorithm | None] | None
)

SIGNATURE_NAMES = {
    "1.2.840.113549.1.1.1": "rsaEncryption",
    "1.2.840.113549.1.1.4": "md5WithRSAEncryption",
    "1.2.840.113549.1.1.5": "sha1WithRSAEncryption",
    "1.2.840.113549.1.1.10": "RSASSA-PSS",
    "1.2.840.113549.1.1.11": "sha256WithRSAEncryption",
    "1.2.840.113549.1.1.12": "sha384WithRSAEncryption",
    "1.2.840.113549.1.1.13": "sha512WithRSAEncryption",
    "1.2.840.113549.1.1.14": "sha224WithRSAEncryption",
    "1.2.840.10045.2.1": "id-ecPublicKey",
    "1.2.840.10045.4.1": "ecdsa-with-SHA1",
    "1.2.840.10045.4.3.1": "ecdsa-with-SHA224",
    "1.2.840.10045.4.3.2": "ecdsa-with-SHA256",
    "1.2.840.10045.4.3.3": "ecdsa-with-SHA384",
    "1.2.840.10045.4.3.4": "ecdsa-with-SHA512",
    "1.2.840.10040.4.1": "id-dsa",
    "1.2.840.10040.4.3": "dsa-with-sha1",
    "2.16.840.1.101.3.4.3.1": "dsa-with-sha224",
    "2.16.840.1.101.3.4.3.2": "dsa-with-sha256",
    "1.3.101.110": "x25519",
    "1.3.101.111": "x448",
    "1.3.101.112": "ed25519",
    "1.3.101.113": "ed448",
}

HASHES: dict[str, hashes.HashAlgorithm] = {
    "md5": hashes.MD5(),
    "sha1": hashes.SHA1(),
    "sha224": hashes.SHA224(),
    "sha256": hashes.SHA256(),
    "sha384": hashes.SHA384(),
    "sha512": hashes.SHA512(),
}


def signature_parameters(certificate: x509.Certificate, algorithm: str) -> SignatureParameters:
    """Padding and hash of a certificate's signature, from its algorithm's name.

    Only RSASSA-PSS has parameters of its own (RFC 4055, section 3.1), which the library reads.
    """
    if algorithm == "ed25519":
        return None, None
    if algorithm == "RSASSA-PSS":
        try:
            scheme = certificate.signature_algorithm_parameters
            digest = certificate.signature_hash_algorithm
        except (ValueError, TypeError, UnsupportedAlgorithm):
            return None
        return (scheme, digest) if isinstance(scheme, padding.PSS) else None
    if algorithm.endswith("WithRSAEncryption"):
        return padding.PKCS1v15(), HASHES[algorithm.removesuffix("WithRSAEncryption")]
    if algorithm.startswith("ecdsa-with-"):
        return None, HASHES[algorithm.removeprefix("ecdsa-with-").lower()]
    return None
