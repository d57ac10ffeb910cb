"""Signatures of the handshake: which scheme a key can make, making one, and checking one.

A signature scheme names the key's kind, the hash and the padding in one number. TLS 1.3 binds each ECDSA
scheme to one curve and forbids PKCS#1 v1.5 in the handshake; in TLS 1.2 the number 0x0403 only means ECDSA
with SHA-256, on any curve (RFC 8446 section 4.2.3, RFC 8422 section 5.1.1).

Making one is repeatable: ECDSA takes its nonce from key and message (RFC 6979), Ed25519 always does, and
RSA-PSS takes its salt from the :class:`~simulator.entropy.Entropy` it is given.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import TYPE_CHECKING, Any, Literal

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding
from cryptography.hazmat.primitives.asymmetric.ed448 import Ed448PrivateKey, Ed448PublicKey
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, RSAPublicKey
from msgspec import Struct

from simulator.errors import SimulatorError
from simulator.tls.crypto.pss_keys import PssKey, bare, problem_of_limits
from simulator.tls.crypto.rsa_pss import fits_pss, sign_pss
from simulator.tls.crypto.signing_device import SigningDevice
from simulator.tls.wire.registry import signature_scheme_name
from simulator.tls.wire.version import Version

if TYPE_CHECKING:
    from collections.abc import Container

    from simulator.entropy import Entropy
    from simulator.pki.signatures import PssParameters

    PrivateKey = ec.EllipticCurvePrivateKey | Ed25519PrivateKey | Ed448PrivateKey | RSAPrivateKey
    SigningKey = PrivateKey | PssKey | SigningDevice

HASHES: dict[str, hashes.HashAlgorithm] = {
    "sha256": hashes.SHA256(),
    "sha384": hashes.SHA384(),
    "sha512": hashes.SHA512(),
}
FAMILIES: dict[str, tuple[type, type]] = {
    "ec": (ec.EllipticCurvePrivateKey, ec.EllipticCurvePublicKey),
    "rsa": (RSAPrivateKey, RSAPublicKey),
    "ed25519": (Ed25519PrivateKey, Ed25519PublicKey),
    "ed448": (Ed448PrivateKey, Ed448PublicKey),
}
# Which families of schemes go with a family of keys; one for RSASSA-PSS alone has its own (RFC 8446 §4.2.3).
SCHEMES_OF_FAMILIES: dict[str, tuple[str, ...]] = {
    "ec": ("ecdsa",),
    "rsa": ("rsa_pss_rsae", "rsa_pkcs1"),
    "rsa_pss": ("rsa_pss_pss",),
    "ed25519": ("ed25519",),
    "ed448": ("ed448",),
}
KEPT_MISFITS = 1024  # all kinds of keys in use with all schemes are some 200; a peer may name any number
# Made once: the library examines their arguments each time.
ECDSA_SIGNING = {name: ec.ECDSA(digest, deterministic_signing=True) for name, digest in HASHES.items()}
ECDSA_VERIFYING = {name: ec.ECDSA(digest) for name, digest in HASHES.items()}
RSA_SIGN, ECDSA_SIGN = 1, 64  # ClientCertificateType; Edwards curves count as ecdsa_sign
CURVE_NAMES = {"secp256r1": "P-256", "secp384r1": "P-384", "secp521r1": "P-521"}


@dataclass(frozen=True, slots=True)
class Scheme:
    """The meaning of a signature scheme's number.

    Attributes:
        family: the kind of key and padding.
        hash_name: as ``hashlib`` calls it; empty for Ed25519 and Ed448, which have their own.
        curve: the curve that TLS 1.3 binds it to, or empty.
    """

    family: Literal["ecdsa", "rsa_pss_rsae", "rsa_pss_pss", "rsa_pkcs1", "ed25519", "ed448"]
    hash_name: str
    curve: str = ""


# In the order in which a key that can make several prefers them.
SCHEMES: dict[int, Scheme] = {
    0x0403: Scheme("ecdsa", "sha256", "secp256r1"),
    0x0503: Scheme("ecdsa", "sha384", "secp384r1"),
    0x0603: Scheme("ecdsa", "sha512", "secp521r1"),
    0x0807: Scheme("ed25519", ""),
    0x0808: Scheme("ed448", ""),
    0x0804: Scheme("rsa_pss_rsae", "sha256"),
    0x0805: Scheme("rsa_pss_rsae", "sha384"),
    0x0806: Scheme("rsa_pss_rsae", "sha512"),
    0x0809: Scheme("rsa_pss_pss", "sha256"),
    0x080A: Scheme("rsa_pss_pss", "sha384"),
    0x080B: Scheme("rsa_pss_pss", "sha512"),
    0x0401: Scheme("rsa_pkcs1", "sha256"),
    0x0501: Scheme("rsa_pkcs1", "sha384"),
    0x0601: Scheme("rsa_pkcs1", "sha512"),
}


class KeyKind(Struct, frozen=True, gc=False):
    """The kind of a key, private or public.

    Attributes:
        family: ``ec``, ``rsa``, ``rsa_pss``, ``ed25519`` or ``ed448``; empty for any other.
        curve: the library's name of the curve, or empty.
        bits: the size of an RSA key, or 0.
        limits: those of a key for RSASSA-PSS alone, or None.
    """

    family: str
    curve: str = ""
    bits: int = 0
    limits: PssParameters | None = None

    def __str__(self) -> str:
        """In a few words: ``RSA-2048``, ``P-256``, ``Ed25519``."""
        if self.family.startswith("rsa"):
            return f"RSA-{self.bits}" if self.family == "rsa" else f"RSA-PSS-{self.bits}"
        if self.family == "ec":
            return CURVE_NAMES.get(self.curve, self.curve)
        return self.family.capitalize() or "another kind of key"


@cache
def family_of(key_class: type) -> str:
    """The family of a class of keys; remembered, because the library's abstract classes are slow to ask."""
    return next((family for family, classes in FAMILIES.items() if issubclass(key_class, classes)), "")


def kind_of(key: Any) -> KeyKind:
    """The kind of a key, private or public."""
    if isinstance(key, PssKey):
        return KeyKind("rsa_pss", bits=key.key.key_size, limits=key.limits)
    family = family_of(type(key))  # type: ignore[arg-type]  # a class can be hashed
    if not family and isinstance(key, SigningDevice):
        return kind_of(key.public_key)
    return KeyKind(family, key.curve.name if family == "ec" else "", key.key_size if family == "rsa" else 0)


def certificate_type_of(key: object) -> int:
    """The ClientCertificateType that a key counts as in TLS 1.2: rsa_sign or ecdsa_sign (RFC 8422 §5.5)."""
    return RSA_SIGN if kind_of(key).family.startswith("rsa") else ECDSA_SIGN


def curve_of(key: object) -> str:
    """The curve of an elliptic-curve key, by the name that TLS has for it; empty for other keys."""
    return kind_of(key).curve


def problem_of_scheme(key: object, code: int, version: Version) -> str | None:
    """The reason why a key, private or public, cannot be used with a scheme in a version, or None."""
    return misfit(kind_of(key), code, version)


@lru_cache(maxsize=KEPT_MISFITS)
def misfit(kind: KeyKind, code: int, version: Version) -> str | None:
    """The reason why a kind of key cannot be used with a scheme in a version, or None."""
    scheme = SCHEMES.get(code)
    name = signature_scheme_name(code)
    if scheme is None:
        return f"the signature scheme {name} is not one this side can check"
    if scheme.family == "rsa_pkcs1" and version is Version.TLS13:
        return f"TLS 1.3 forbids {name} in the handshake"
    fits = scheme.family in SCHEMES_OF_FAMILIES.get(kind.family, ())
    if kind.family == "ec" and version is Version.TLS13:
        fits = kind.curve == scheme.curve
    if not fits:
        return f"{name} does not go with the key, which is {kind}"
    if scheme.family.startswith("rsa_pss") and not fits_pss(kind.bits, scheme.hash_name):
        return f"{kind} is too small for {name}"
    limited = problem_of_limits(kind.limits, scheme.hash_name)
    return limited and f"{name} does not go with the key, which is {kind} {limited}"


def schemes_for_key(key: object, version: Version) -> tuple[int, ...]:
    """The schemes a key, private or public, can sign with in that version, the preferred one first."""
    return tuple(code for code in SCHEMES if problem_of_scheme(key, code, version) is None)


def common_scheme(key: object, accepted: Container[int], version: Version) -> int | None:
    """The first scheme of the key's that the peer accepts, or None."""
    kind = kind_of(key)
    return next((code for code in SCHEMES if code in accepted and misfit(kind, code, version) is None), None)


def sign(private_key: SigningKey, code: int, content: bytes, entropy: Entropy) -> bytes:
    """Sign, the same way every time for the same entropy.

    Args:
        private_key: signs, or a device that has one.
        code: the signature scheme; any that goes with the key in TLS 1.2 or 1.3.
        content: the bytes to sign, not hashed yet.
        entropy: the salt of RSA-PSS.

    Raises:
        SimulatorError: the scheme does not go with the key.
    """
    problem = problem_of_scheme(private_key, code, Version.TLS12)
    if problem is not None:
        raise SimulatorError(
            f"This key cannot sign so: {problem}.",
            got=signature_scheme_name(code),
            advice="Choose a scheme that goes with the key.",
            expected=", ".join(map(signature_scheme_name, schemes_for_key(private_key, Version.TLS12))),
        )
    if isinstance(private_key, SigningDevice):
        return private_key.sign(code, content, entropy)
    scheme = SCHEMES[code]
    key: PrivateKey = bare(private_key)
    if isinstance(key, Ed25519PrivateKey | Ed448PrivateKey):
        return key.sign(content)
    if isinstance(key, ec.EllipticCurvePrivateKey):
        return key.sign(content, ECDSA_SIGNING[scheme.hash_name])
    if scheme.family == "rsa_pkcs1":
        return key.sign(content, padding.PKCS1v15(), HASHES[scheme.hash_name])
    digest = hashlib.new(scheme.hash_name, content).digest()
    salt = entropy(f"rsa-pss salt/{signature_scheme_name(code)}/{digest.hex()}", len(digest))
    return sign_pss(key.private_numbers(), digest, scheme.hash_name, salt)


def verify(public_key: object, code: int, content: bytes, signature: bytes, version: Version) -> str | None:
    """Check a signature of the handshake.

    Args:
        public_key: of the signer's certificate; any kind of key.
        code: the scheme the signer named.
        content: the signed bytes, not hashed yet.
        signature: what came.
        version: decides which schemes may be used, and whether a scheme binds the curve.

    Returns:
        The reason why it does not hold, or None.
    """
    problem = problem_of_scheme(public_key, code, version)
    if problem is not None:
        return problem
    scheme = SCHEMES[code]
    key = bare(public_key)
    try:
        if isinstance(key, Ed25519PublicKey | Ed448PublicKey):
            key.verify(signature, content)
        elif isinstance(key, ec.EllipticCurvePublicKey):
            key.verify(signature, content, ECDSA_VERIFYING[scheme.hash_name])
        elif isinstance(key, RSAPublicKey):
            algorithm = HASHES[scheme.hash_name]
            pss = padding.PSS(padding.MGF1(algorithm), algorithm.digest_size)
            used = padding.PKCS1v15() if scheme.family == "rsa_pkcs1" else pss
            key.verify(signature, content, used, algorithm)
        else:  # a private key, which says what it can sign but checks nothing
            return f"{kind_of(public_key)} is not a public key"
    except (InvalidSignature, UnsupportedAlgorithm, ValueError):  # ValueError: a key too small for the hash
        return "the signature does not verify under the key of the certificate"
    return None
