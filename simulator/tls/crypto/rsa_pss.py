"""RSA-PSS with a salt that is given, so that the same handshake gives the same bytes.

The library draws the salt itself and accepts none. So the encoding EMSA-PSS is done here, and the
private-key operation with the Chinese remainder theorem. The result is an ordinary RSA-PSS signature that
any library verifies. It takes as long as its numbers ask for: no protection against side channels.

Source: RFC 8017 sections 5.1.2, 8.1.1, 9.1.1 and B.2.1.
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

try:
    from gmpy2 import powmod  # eight times as quick as pow, same numbers; the extra "speed" brings it
except ImportError:
    powmod = pow

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateNumbers


def fits_pss(modulus_bits: int, hash_name: str) -> bool:
    """A key of that size has room for the hash and a salt as long as the hash."""
    return (modulus_bits + 6) // 8 >= 2 * hashlib.new(hash_name).digest_size + 2


def mask(seed: bytes, length: int, hash_name: str) -> bytes:
    """MGF1: bytes that look random, from a seed (RFC 8017 section B.2.1)."""
    output = b""
    counter = 0
    while len(output) < length:
        output += hashlib.new(hash_name, seed + counter.to_bytes(4)).digest()
        counter += 1
    return output[:length]


def encode_pss(digest: bytes, encoded_bits: int, hash_name: str, salt: bytes) -> bytes:
    """EMSA-PSS-ENCODE (RFC 8017 section 9.1.1).

    Args:
        digest: the hash of the message.
        encoded_bits: one less than the modulus has.
        hash_name: as ``hashlib`` calls it.
        salt: as long as the hash.
    """
    length = (encoded_bits + 7) // 8
    salted = hashlib.new(hash_name, bytes(8) + digest + salt).digest()
    block_length = length - len(salted) - 1
    block = bytes(block_length - len(salt) - 1) + b"\x01" + salt
    masked = int.from_bytes(block) ^ int.from_bytes(mask(salted, block_length, hash_name))
    masked &= (1 << (encoded_bits - 8 * (len(salted) + 1))) - 1  # the number must stay below the modulus
    return masked.to_bytes(block_length) + salted + b"\xbc"


def sign_pss(key: RSAPrivateNumbers, digest: bytes, hash_name: str, salt: bytes) -> bytes:
    """RSASSA-PSS-SIGN over a digest, with a given salt.

    Args:
        key: the numbers of the private key.
        digest: the hash of the message.
        hash_name: as ``hashlib`` calls it; also the hash of the mask, as TLS asks.
        salt: as long as the hash.
    """
    modulus = key.public_numbers.n
    encoded = int.from_bytes(encode_pss(digest, modulus.bit_length() - 1, hash_name, salt))
    part_p = int(powmod(encoded, key.dmp1, key.p))
    part_q = int(powmod(encoded, key.dmq1, key.q))
    signature = part_q + key.iqmp * (part_p - part_q) % key.p * key.q
    return signature.to_bytes((modulus.bit_length() + 7) // 8)
