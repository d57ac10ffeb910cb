"""Doubles of certificates: the same contents with other keys, for a handshake whose real key is not at hand.

A double has every field and extension of its original, byte for byte. Only its public key is another, which
was made here, and the signature with its algorithm. So a verifier that accepts a chain accepts its doubles.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from simulator.entropy import SeededEntropy
from simulator.pki import der
from simulator.pki.certificate import Certificate
from simulator.pki.crl.revocation_list import RevocationList
from simulator.pki.keys import KeyType, generate_key
from simulator.pki.signing import algorithm_and_signature

if TYPE_CHECKING:
    from collections.abc import Iterable

    from simulator.pki.keys import PrivateKey

VERSION = 0xA0  # the tag of a version field; certificates of version 1 have none


class Doubles:
    """Certificates with keys of their own in place of those that are not at hand.

    Args:
        leaf: the certificate whose key has to sign.
        others: those above it. A signature that no key among all these verifies is left as it is.

    Attributes:
        leaf_key: the private key of the leaf's double.
    """

    def __init__(self, leaf: Certificate, others: Iterable[Certificate]) -> None:
        self._keys: dict[bytes, PrivateKey] = {}
        certificates = tuple(dict.fromkeys((leaf, *others)))
        self._issuers = {one: _issuer_of(one, certificates) for one in certificates}
        self.leaf_key = self._key_of(leaf)

    def of(self, certificate: Certificate) -> Certificate:
        """The double of one of the certificates; any other certificate as it is."""
        if certificate not in self._issuers:
            return certificate
        tbs = der.children(certificate.der, der.read_element(certificate.der))[0]
        fields = der.children(certificate.der, tbs)
        parts = [certificate.der[one.start : one.end] for one in fields]
        first = int(fields[0].tag == VERSION)  # RFC 5280, section 4.1: serial, signature, issuer, validity, …
        parts[first + 5] = _public(self._key_of(certificate))
        issuer = self._issuers[certificate]
        if issuer is None:
            *_, algorithm, signature = der.children(certificate.der, der.read_element(certificate.der))
            unchanged = certificate.der[algorithm.start : signature.end]
            return Certificate.parse(der.sequence(der.sequence(*parts), unchanged))
        return Certificate.parse(_signed(parts, first + 1, self._key_of(issuer)))

    def of_list(self, crl: RevocationList) -> RevocationList:
        """A revocation list signed with the key of its issuer's double; that of another issuer as it is."""
        issuers = (one for one in self._issuers if one.subject_der == crl.issuer_name.der)
        issuer = next(issuers, None)
        if issuer is None:
            return crl
        tbs = der.children(crl.der, der.read_element(crl.der))[0]
        fields = der.children(crl.der, tbs)
        parts = [crl.der[one.start : one.end] for one in fields]
        has_version = int(fields[0].tag == der.INTEGER)  # RFC 5280, section 5.1
        return RevocationList.parse(_signed(parts, has_version, self._key_of(issuer)))

    def _key_of(self, certificate: Certificate) -> PrivateKey:
        """The key in place of a certificate's own; certificates for one key share it."""
        own = certificate.public_key_info
        if own not in self._keys:
            self._keys[own] = stand_in_key(certificate)
        return self._keys[own]


def _issuer_of(certificate: Certificate, others: Iterable[Certificate]) -> Certificate | None:
    """The first of some certificates whose key verifies the signature on one, or None."""
    named = (one for one in others if one.subject_der == certificate.issuer_der)
    return next((one for one in named if certificate.signature_problem(one) is None), None)


def stand_in_key(certificate: Certificate) -> PrivateKey:
    """A key of the family of a certificate's own, the same for the same certificate."""
    label = f"stand-in/{certificate.fingerprint}"
    return generate_key(_kind_of(certificate.key_type_name), SeededEntropy("explain"), label)


def _kind_of(name: str) -> KeyType:
    """The nearest kind that can be made here: RSA keys of any size become 2,048 bits, for speed."""
    if name.startswith("RSA"):
        return KeyType.RSA2048
    return next((kind for kind in KeyType if kind.value == name), KeyType.P256)


def _public(key: PrivateKey) -> bytes:
    return key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)


def _signed(parts: list[bytes], algorithm_place: int, key: PrivateKey) -> bytes:
    """A signed structure of X.509 from the parts of its signed half, one of which names the algorithm."""
    parts[algorithm_place], _ = algorithm_and_signature(b"", key)
    signed = der.sequence(*parts)
    return der.sequence(signed, *algorithm_and_signature(signed, key))
