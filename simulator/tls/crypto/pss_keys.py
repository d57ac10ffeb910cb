"""RSA keys that may make no signature but RSASSA-PSS, and the limits that such a key carries.

The library reads one as any other RSA key and forgets both. So they are read here, from the
SubjectPublicKeyInfo. Source: RFC 4055 sections 1.2 and 3.1; RFC 8446 section 4.2.3.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Any, TypeVar

from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, RSAPublicKey

from simulator.pki import der
from simulator.pki.signatures import SIGNATURE_NAMES, PssParameters, read_pss_parameters

Key = TypeVar("Key")


@dataclass(frozen=True, slots=True)
class PssKey:
    """An RSA key, private or public, that may make no signature but RSASSA-PSS.

    Attributes:
        key: as the library has it.
        limits: the one hash and mask, and the least salt; None for a key without limits.
    """

    key: RSAPrivateKey | RSAPublicKey
    limits: PssParameters | None


def restricted(key: Key, info: bytes) -> Key | PssKey:
    """The key, with its limits if it is an RSA key and the SubjectPublicKeyInfo says id-RSASSA-PSS.

    Raises:
        ValueError: the limits cannot be read.
    """
    if not isinstance(key, RSAPrivateKey | RSAPublicKey):
        return key
    is_pss, limits = _read_kind(info)
    return PssKey(key, limits) if is_pss else key


def bare(key: Any) -> Any:
    """The key as the library has it."""
    return key.key if isinstance(key, PssKey) else key


def problem_of_limits(limits: PssParameters | None, hash_name: str) -> str | None:
    """The reason why a key with these limits cannot make the PSS signature of TLS with a hash, or None.

    TLS uses the hash for the mask too, and a salt as long as the hash (RFC 8446 section 4.2.3).
    """
    if limits is None:
        return None
    if limits.hash != hash_name or limits.mask_hash != hash_name:
        return f"for {limits.hash} with a mask of {limits.mask_hash} alone"
    length = int(hash_name.removeprefix("sha")) // 8
    if limits.salt_length > length:
        return f"for salts longer than the {length} bytes that TLS has"
    return None


@lru_cache(maxsize=256)
def _read_kind(info: bytes) -> tuple[bool, PssParameters | None]:
    """Read the algorithm of a SubjectPublicKeyInfo: is it id-RSASSA-PSS, and with which limits."""
    parts = der.children(info, der.whole(info, der.SEQUENCE))
    if not parts:
        raise ValueError("the public key has no algorithm")
    algorithm = der.children_of(info, parts[0], der.SEQUENCE)
    if not algorithm:
        raise ValueError("the public key's algorithm has no identifier")
    if SIGNATURE_NAMES.get(der.read_dotted(info, algorithm[0])) != "RSASSA-PSS":
        return False, None
    written = [read_pss_parameters(info[part.start : part.end]) for part in algorithm[1:2]]
    return True, written[0] if written else None
