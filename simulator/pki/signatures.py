"""The signatures on certificates: the names of their algorithms, and what these are made with."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding

from simulator.pki import der

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric import rsa

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
    "2.16.840.1.101.3.4.3.17": "id-ml-dsa-44",
    "2.16.840.1.101.3.4.3.18": "id-ml-dsa-65",
    "2.16.840.1.101.3.4.3.19": "id-ml-dsa-87",
    "1.3.101.110": "x25519",
    "1.3.101.111": "x448",
    "1.3.101.112": "ed25519",
    "1.3.101.113": "ed448",
}

_MGF1 = "1.2.840.113549.1.1.8"
_HASH_NAMES = {
    "1.2.840.113549.2.5": "md5",
    "1.3.14.3.2.26": "sha1",
    "2.16.840.1.101.3.4.2.4": "sha224",
    "2.16.840.1.101.3.4.2.1": "sha256",
    "2.16.840.1.101.3.4.2.2": "sha384",
    "2.16.840.1.101.3.4.2.3": "sha512",
}
_NOTHING = der.Element(der.NULL, 0, 0, 0)  # stands for an identifier that is absent

HASHES: dict[str, hashes.HashAlgorithm] = {
    "md5": hashes.MD5(),
    "sha1": hashes.SHA1(),
    "sha224": hashes.SHA224(),
    "sha256": hashes.SHA256(),
    "sha384": hashes.SHA384(),
    "sha512": hashes.SHA512(),
}


# OpenSSL verifies nothing with larger ones (rsa.h: OPENSSL_RSA_MAX_MODULUS_BITS, _SMALL_MODULUS_BITS and
# _MAX_PUBEXP_BITS). Up to the small modulus an exponent may be as long as the modulus.
MAX_MODULUS_BITS, SMALL_MODULUS_BITS, MAX_EXPONENT_BITS = 16384, 3072, 64


def excess_of_rsa_key(key: rsa.RSAPublicKey) -> str | None:
    """The part of an RSA key that is too large for OpenSSL to verify with, in words, or None."""
    exponent = key.public_numbers().e.bit_length()
    if key.key_size > MAX_MODULUS_BITS:
        return f"its {key.key_size} bits are more than {MAX_MODULUS_BITS}"
    if key.key_size > SMALL_MODULUS_BITS and exponent > MAX_EXPONENT_BITS:
        return f"its exponent of {exponent} bits is longer than {MAX_EXPONENT_BITS}"
    return None


@lru_cache  # a world's certificates name the same one or two
def read_signature_algorithm(encoded: bytes) -> tuple[str, SignatureParameters]:
    """Read an AlgorithmIdentifier: the algorithm's name, dotted if it has none, and its padding and hash.

    Raises:
        ValueError: it is not a SEQUENCE that begins with an identifier.
    """
    identifier, *rest = der.children(encoded, der.whole(encoded, der.SEQUENCE)) or [_NOTHING]
    dotted = der.read_dotted(encoded, identifier)
    name = SIGNATURE_NAMES.get(dotted, dotted)
    if name in ("ed25519", "ed448"):
        return name, (None, None)
    if name == "RSASSA-PSS":
        parameters = encoded[rest[0].start : rest[0].end] if rest else b""
        try:
            pss = read_pss_parameters(parameters)
        except ValueError:
            return name, None
        return name, (padding.PSS(padding.MGF1(HASHES[pss.mask_hash]), pss.salt_length), HASHES[pss.hash])
    if name.endswith("WithRSAEncryption"):
        return name, (padding.PKCS1v15(), HASHES[name.removesuffix("WithRSAEncryption")])
    if name.startswith("ecdsa-with-"):
        return name, (None, HASHES[name.removeprefix("ecdsa-with-").lower()])
    return name, None


class PssParameters(NamedTuple):
    """RSASSA-PSS-params: of a signature, or the limits that a key carries (RFC 4055, section 3.1).

    Attributes:
        hash: of the content, as ``hashlib`` calls it.
        mask_hash: of the mask generation function MGF1.
        salt_length: in octets; the least one in a key.
    """

    hash: str
    mask_hash: str
    salt_length: int


def read_pss_parameters(encoded: bytes) -> PssParameters:
    """Read RSASSA-PSS-params (RFC 4055, section 3.1).

    Raises:
        ValueError: they are absent, broken, or name a hash or mask that is unknown here.
    """
    digest = mask = "sha1"
    salt_length = 20
    for part in der.children(encoded, der.whole(encoded, der.SEQUENCE)):
        value = encoded[part.content : part.end]
        if part.tag == 0xA0:
            digest = _hash_of(value)
        elif part.tag == 0xA1:
            identifier, *inner = der.children(value, der.whole(value, der.SEQUENCE))
            if der.read_dotted(value, identifier) != _MGF1 or not inner:
                raise ValueError("the mask generation function is unknown")
            mask = _hash_of(value[inner[0].start : inner[0].end])
        elif part.tag == 0xA2:
            salt_length = der.read_integer(value, der.whole(value, der.INTEGER))
        elif (part.tag, value) != (0xA3, b"\x02\x01\x01"):
            raise ValueError("the trailer is unknown")
    if salt_length < 0:
        raise ValueError("the salt has a negative length")
    return PssParameters(digest, mask, salt_length)


def _hash_of(encoded: bytes) -> str:
    """The hash that an AlgorithmIdentifier names, as ``hashlib`` calls it.

    Raises:
        ValueError: it is unknown.
    """
    parts = der.children(encoded, der.whole(encoded, der.SEQUENCE))
    dotted = der.read_dotted(encoded, parts[0] if parts else _NOTHING)
    if dotted not in _HASH_NAMES:
        raise ValueError(f"the hash {dotted} is unknown")
    return _HASH_NAMES[dotted]
