"""CertID: a certificate named by hashes of its issuer and its serial number (RFC 6960, section 4.1.1)."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from msgspec import Struct

from simulator.pki import der
from simulator.pki.reading.fields import exactly

if TYPE_CHECKING:
    from simulator.pki.certificate import Certificate

# SHA-1 only names a certificate here, it protects nothing; nginx, JSSE and `openssl ocsp` ask with it.
USUAL_HASH = "sha1"
_IDENTIFIERS = {
    "sha1": "1.3.14.3.2.26",
    "sha256": "2.16.840.1.101.3.4.2.1",
    "sha384": "2.16.840.1.101.3.4.2.2",
    "sha512": "2.16.840.1.101.3.4.2.3",
}
_HASH_NAMES = {dotted: name for name, dotted in _IDENTIFIERS.items()}


class CertificateId(Struct, frozen=True):
    """The certificate that an OCSP message speaks of.

    Attributes:
        hash_name: the hash, as ``hashlib`` calls it; dotted if it is unknown here.
        issuer_name_hash: of the issuer's name in DER.
        issuer_key_hash: of the issuer's public key, the octets in its BIT STRING.
        serial_number: the issuer's number for the certificate.
    """

    hash_name: str
    issuer_name_hash: bytes
    issuer_key_hash: bytes
    serial_number: int

    @property
    def der(self) -> bytes:
        """Its encoding; the hash's parameters are NULL, as OpenSSL writes them."""
        dotted = _IDENTIFIERS.get(self.hash_name, self.hash_name)
        return der.sequence(
            der.sequence(der.object_identifier(dotted), der.encode(der.NULL)),
            der.encode(der.OCTET_STRING, self.issuer_name_hash),
            der.encode(der.OCTET_STRING, self.issuer_key_hash),
            der.integer(self.serial_number),
        )


def identify(certificate: Certificate, issuer: Certificate, hash_name: str = USUAL_HASH) -> CertificateId:
    """The CertID of a certificate.

    Args:
        certificate: the certificate to name.
        issuer: the certificate of its issuer.
        hash_name: ``sha1``, ``sha256``, ``sha384`` or ``sha512``.
    """
    name_hash = hashlib.new(hash_name, issuer.subject_der).digest()
    return CertificateId(hash_name, name_hash, key_hash(issuer, hash_name), certificate.serial_number)


def key_hash(certificate: Certificate, hash_name: str = USUAL_HASH) -> bytes:
    """The hash of a certificate's public key: of the octets in its BIT STRING."""
    info = certificate.public_key_info
    _, key = exactly(der.children(info, der.whole(info, der.SEQUENCE)), 2)
    return hashlib.new(hash_name, der.read_bits(info, key)[1]).digest()


def read_certificate_id(data: bytes, element: der.Element) -> CertificateId:
    """Read a CertID.

    Raises:
        ValueError: it is broken.
    """
    parts = exactly(der.children_of(data, element, der.SEQUENCE), 4)
    algorithm, name_hash, issuer_key, serial_number = parts
    identifier, *_ = der.children_of(data, algorithm, der.SEQUENCE) or [algorithm]
    dotted = der.read_dotted(data, identifier)
    for octets in (name_hash, issuer_key):
        der.expect(octets, der.OCTET_STRING)
    der.expect(serial_number, der.INTEGER)
    return CertificateId(
        _HASH_NAMES.get(dotted, dotted),
        data[name_hash.content : name_hash.end],
        data[issuer_key.content : issuer_key.end],
        der.read_integer(data, serial_number),
    )
