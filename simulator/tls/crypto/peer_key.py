"""The public key inside a certificate: all that the protocol itself needs of it.

Whether the certificate is to be trusted is judged elsewhere. Here it only has to be readable.
"""

from __future__ import annotations

import warnings
from functools import lru_cache
from typing import TYPE_CHECKING

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.serialization import load_der_public_key

from simulator.tls.crypto.pss_keys import PssKey, restricted
from simulator.tls.wire.alerts import AlertDescription, ProtocolViolation

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.types import PublicKeyTypes

    from simulator.tls.crypto.signatures import PrivateKey, SigningKey
    from simulator.tls.crypto.signing_device import SigningDevice

_SEQUENCE, _VERSION = 0x30, 0xA0


@lru_cache(maxsize=256)
def peer_public_key(der: bytes) -> PublicKeyTypes | PssKey:
    """The subject public key of a certificate.

    Args:
        der: the certificate.

    Raises:
        ProtocolViolation: ``bad_certificate`` for bytes that are no certificate,
            ``unsupported_certificate`` for a key this implementation does not know.
    """
    try:
        info = public_key_info(der)
    except ValueError as error:
        raise ProtocolViolation(
            AlertDescription.BAD_CERTIFICATE, f"The certificate cannot be read: {error}."
        ) from None
    try:
        with warnings.catch_warnings():
            # The library warns of odd keys; judging them is done elsewhere.
            warnings.simplefilter("ignore")
            return restricted(load_der_public_key(info), info)
    except UnsupportedAlgorithm:
        message = "The certificate's key is of a kind that this program does not know."
        raise ProtocolViolation(AlertDescription.UNSUPPORTED_CERTIFICATE, message) from None
    except (ValueError, TypeError):
        message = "The certificate's key cannot be read."
        raise ProtocolViolation(AlertDescription.BAD_CERTIFICATE, message) from None


def signing_key(private_key: PrivateKey | SigningDevice, chain: tuple[bytes, ...]) -> SigningKey:
    """The private key, with the limits of the leaf: the library keeps those of neither.

    Args:
        private_key: need not belong to the leaf.
        chain: DER certificates, leaf first; none, or one that cannot be read, sets no limits.
    """
    if not (chain and isinstance(private_key, RSAPrivateKey)):
        return private_key
    try:
        return restricted(private_key, public_key_info(chain[0]))
    except ValueError:
        return private_key


def public_key_info(der: bytes) -> bytes:
    """The SubjectPublicKeyInfo of a certificate, found by counting fields (RFC 5280, section 4.1).

    The library would refuse the whole certificate for a single letter that a string type does not allow.

    Raises:
        ValueError: there are not as many fields, or something stands around the certificate.
    """
    outer, place, end = _value(der, 0, len(der))
    if outer != _SEQUENCE or end != len(der):
        raise ValueError("it is not one sequence, with nothing behind it")
    _, place, end = _value(der, place, end)
    tag, _, behind = _value(der, place, end)
    fields = 5 if tag == _VERSION else 4  # serial number, algorithm, issuer, dates and subject come first
    for _ in range(fields):
        _, _, behind = _value(der, behind, end)
    _, _, last = _value(der, behind, end)
    return der[behind:last]


def _value(der: bytes, start: int, end: int) -> tuple[int, int, int]:
    """The tag of the value at ``start``, and the offsets of its content and its end.

    Raises:
        ValueError: it does not end before ``end``.
    """
    if start + 2 > end:
        raise ValueError("a field is missing")
    length, content = der[start + 1], start + 2
    if length & 0x80:
        content += length & 0x7F
        length = int.from_bytes(der[start + 2 : content], "big")
    if content + length > end:
        raise ValueError("a field does not end")
    return der[start], content, content + length
