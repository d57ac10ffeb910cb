"""Private keys made from a seed, and the names that keys go by.

An elliptic-curve key is a number, so a seed yields it at once. RSA key generation in the library cannot be
seeded: here the primes are searched from seeded starting points. The keys are for teaching: the seed reveals
them. The keys of one handshake are made in ``tls/crypto/key_exchange.py``.
"""

from __future__ import annotations

import hashlib
import re
from functools import lru_cache
from math import gcd
from typing import TYPE_CHECKING, TypeAlias

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import dsa, ec, ed448, ed25519, rsa
from cryptography.hazmat.primitives.serialization import load_der_public_key

from simulator.pki import der
from simulator.pki.files.library import library_call
from simulator.pki.key_types import KeyType as KeyType  # re-exported: the kind belongs to the making of a key
from simulator.pki.signatures import SIGNATURE_NAMES

try:
    from gmpy2 import powmod  # eight times as quick as pow, same numbers; the extra "speed" brings it
except ImportError:
    powmod = pow

if TYPE_CHECKING:
    from simulator.entropy import Entropy

PrivateKey: TypeAlias = (
    ec.EllipticCurvePrivateKey | ed25519.Ed25519PrivateKey | ed448.Ed448PrivateKey | rsa.RSAPrivateKey
)
PublicKey: TypeAlias = (
    ec.EllipticCurvePublicKey | ed25519.Ed25519PublicKey | ed448.Ed448PublicKey | rsa.RSAPublicKey
)

PRIVATE_KEY_TYPES = (
    *(ec.EllipticCurvePrivateKey, rsa.RSAPrivateKey),
    *(ed25519.Ed25519PrivateKey, ed448.Ed448PrivateKey),
)
PUBLIC_KEY_TYPES = (
    *(ec.EllipticCurvePublicKey, rsa.RSAPublicKey),
    *(ed25519.Ed25519PublicKey, ed448.Ed448PublicKey),
)
# A key of another kind is known by its name alone.
ML_DSA_CLASS = re.compile(r"MLDSA(44|65|87)")
PSS_ONLY = "RSA-PSS"  # the kind of an RSA key that may make no other signature (RFC 4055, section 1.2)
UNUSABLE = "unusable key"

RSA_PUBLIC_EXPONENT = 65537  # the default of OpenSSL and of every tool in use
SIEVE_BOUND = 1 << 16  # from 2**12 to 2**18 an RSA-2048 key takes 0.3 to 0.4 seconds: nothing to gain
CACHED_KEYS = 512  # the whole catalogue has 31; a fleet has hundreds
# For candidates of 512 random bits six rounds err less than once in 2**80 (Damgard and others, 1993).
MILLER_RABIN_BASES = (2, 3, 5, 7, 11, 13)

_CURVES: dict[KeyType, ec.EllipticCurve] = {
    KeyType.P256: ec.SECP256R1(),
    KeyType.P384: ec.SECP384R1(),
    KeyType.P521: ec.SECP521R1(),
}
_CURVE_ORDERS = {
    KeyType.P256: 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551,
    KeyType.P384: int(
        "FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFC7634D81F4372DDF581A0DB248B0A77AECEC196ACCC52973", 16
    ),
    KeyType.P521: (1 << 521) - 0x5AE79787C40D069948033FEB708F65A2FC44A36477663B851449048E16EC79BF7,
}
_RSA_BITS = {
    KeyType.RSA1024: 1024,
    KeyType.RSA2048: 2048,
    KeyType.RSA3072: 3072,
    KeyType.RSA4096: 4096,
}
# 64 bits more than the order has, so that the remainder favours no number (FIPS 186-5, A.2.1)
_SEED_LENGTHS = {KeyType.P256: 32 + 8, KeyType.P384: 48 + 8, KeyType.P521: 66 + 8, KeyType.ED448: 57}
_CURVE_NAMES = {"secp256r1": "P-256", "secp384r1": "P-384", "secp521r1": "P-521"}


def generate_key(key_type: KeyType, entropy: Entropy, label: str) -> PrivateKey:
    """Make the private key that belongs to a seed and a label; the same two give the same key again.

    Args:
        key_type: the kind of key.
        entropy: the source of random bytes.
        label: the use of this key; distinct keys need distinct labels.
    """
    return _key_from(key_type, entropy(label, _SEED_LENGTHS.get(key_type, 32)))


@lru_cache(maxsize=CACHED_KEYS)
def _key_from(key_type: KeyType, seed: bytes) -> PrivateKey:
    """Make the key of these bytes; remembered, because every run of a scenario needs the same keys."""
    if key_type is KeyType.ED25519:
        return ed25519.Ed25519PrivateKey.from_private_bytes(seed)
    if key_type is KeyType.ED448:
        return ed448.Ed448PrivateKey.from_private_bytes(seed)
    if key_type in _CURVES:
        number = int.from_bytes(seed, "big") % (_CURVE_ORDERS[key_type] - 1) + 1
        return ec.derive_private_key(number, _CURVES[key_type])
    return _rsa_key(_RSA_BITS[key_type], seed)


@lru_cache(maxsize=CACHED_KEYS)
def read_public_key(info: bytes) -> tuple[PublicKey | None, str]:
    """Read a SubjectPublicKeyInfo: the key, or None if it cannot be used here, and its name.

    Raises:
        ValueError: the bytes are not an algorithm and a BIT STRING.
    """
    parts = der.children(info, der.whole(info, der.SEQUENCE))
    algorithm = der.children_of(info, parts[0], der.SEQUENCE) if len(parts) == 2 else []
    if not algorithm:
        raise ValueError("the public key is not an algorithm and a BIT STRING")
    der.expect(parts[1], der.BIT_STRING)
    dotted = der.read_dotted(info, algorithm[0])
    name = SIGNATURE_NAMES.get(dotted, dotted)
    try:
        with library_call():
            key = load_der_public_key(info)
    except UnsupportedAlgorithm:
        return None, f"a key of the kind {name}"
    except (ValueError, TypeError):
        return None, f"{UNUSABLE} ({name})"
    if name == "RSASSA-PSS" and isinstance(key, rsa.RSAPublicKey):
        return key, f"{PSS_ONLY}-{key.key_size}"
    return (key if isinstance(key, PUBLIC_KEY_TYPES) else None), describe_key(key)


def describe_key(public_key: object) -> str:
    """The name of a public key: ``P-256``, ``RSA-2048``, ``Ed25519``, ``EC brainpoolP256r1``."""
    if isinstance(public_key, ec.EllipticCurvePublicKey):
        return _CURVE_NAMES.get(public_key.curve.name, f"EC {public_key.curve.name}")
    kind = ML_DSA_CLASS.sub(r"ML-DSA-\1", type(public_key).__name__.removesuffix("PublicKey"))
    return (
        f"{kind}-{public_key.key_size}"
        if isinstance(public_key, rsa.RSAPublicKey | dsa.DSAPublicKey)
        else kind
    )


def _rsa_key(bits: int, seed: bytes) -> rsa.RSAPrivateKey:
    """Build the RSA key of a seed."""
    p = _prime(bits // 2, seed, b"p")
    q = _prime(bits // 2, seed, b"q")
    d = pow(RSA_PUBLIC_EXPONENT, -1, (p - 1) * (q - 1) // gcd(p - 1, q - 1))
    public = rsa.RSAPublicNumbers(RSA_PUBLIC_EXPONENT, p * q)
    remainders = rsa.rsa_crt_dmp1(d, p), rsa.rsa_crt_dmq1(d, q), rsa.rsa_crt_iqmp(p, q)
    return rsa.RSAPrivateNumbers(p, q, d, *remainders, public).private_key()


def _prime(bits: int, seed: bytes, name: bytes) -> int:
    """Find the first prime above a seeded start of ``bits`` bits that suits the public exponent."""
    material = hashlib.shake_256(b"rsa prime|" + name + b"|" + seed).digest(bits // 8)
    # The two top bits make the product of two such primes exactly twice as long; the last makes it odd.
    start = int.from_bytes(material, "big") | (3 << (bits - 2)) | 1
    while True:
        for candidate in _sieved(start, 4 * bits):
            if _is_prime(candidate) and gcd(candidate - 1, RSA_PUBLIC_EXPONENT) == 1:
                return candidate
        start += 8 * bits


def _sieved(start: int, count: int) -> list[int]:
    """Of the ``count`` odd numbers from ``start``, those that no small prime divides."""
    alive = bytearray([1]) * count
    for prime in _small_primes():
        # first index i with start + 2i divisible by the prime; half of it modulo an odd prime
        first = (-start * ((prime + 1) // 2)) % prime
        alive[first::prime] = bytes(len(range(first, count, prime)))
    return [start + 2 * index for index in range(count) if alive[index]]


@lru_cache(maxsize=1)
def _small_primes() -> tuple[int, ...]:
    """The odd primes below the bound of the sieve."""
    alive = bytearray([1]) * SIEVE_BOUND
    for number in range(3, int(SIEVE_BOUND**0.5) + 1, 2):
        if alive[number]:
            alive[number * number :: number] = bytes(len(range(number * number, SIEVE_BOUND, number)))
    return tuple(number for number in range(3, SIEVE_BOUND, 2) if alive[number])


def _is_prime(candidate: int) -> bool:
    """The Miller-Rabin test. No adversary chooses the candidates, so six fixed bases are enough."""
    odd, twos = candidate - 1, 0
    while odd % 2 == 0:
        odd, twos = odd // 2, twos + 1
    return all(_passes(candidate, base, odd, twos) for base in MILLER_RABIN_BASES)


def _passes(candidate: int, base: int, odd: int, twos: int) -> bool:
    """Return True if one base does not disprove the candidate, where candidate − 1 = odd · 2^twos."""
    power = powmod(base, odd, candidate)
    if power in (1, candidate - 1):
        return True
    for _ in range(twos - 1):
        power = power * power % candidate
        if power == candidate - 1:
            return True
    return False
