"""A certificate, read once and completely into plain values (RFC 5280, section 4.1).

The library reads lazily, so a broken field may raise long after loading. Here everything is read at once, in
one place: no field of a :class:`Certificate` that exists can raise.
"""

from __future__ import annotations

import hashlib
import warnings
from functools import lru_cache
from typing import TYPE_CHECKING

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from msgspec import Struct

from simulator.errors import CertificateError
from simulator.pki import der as asn1
from simulator.pki import extensions as ext
from simulator.pki.key_types import EXTENSION_OIDS
from simulator.pki.keys import PUBLIC_KEY_TYPES, PublicKey, describe_key
from simulator.pki.signatures import (
    SIGNATURE_NAMES,
    SignatureParameters,
    signature_parameters,
)

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from simulator.pki.distinguished_name import DistinguishedName

# The whole catalogue has 35 certificates and 37 pairs; a fleet has many more. 2048 take some 20 MB.
CACHED_CERTIFICATES = 2048

RawExtension = tuple[str, bool, bytes]  # dotted identifier, critical, the DER value


class Certificate(Struct, frozen=True, eq=False):
    """One certificate as plain values; two are equal if their DER is equal.

    Attributes:
        der: the whole certificate.
        tbs_bytes: the signed part.
        signature: the signature over it.
        signature_unused_bits: unused bits in the signature's last octet; malformed if not 0.
        version: 1, 2 or 3.
        serial_number: the issuer's number for it.
        subject_name, issuer_name: the names in their parts.
        not_before, not_after: validity, aware datetimes in UTC.
        public_key: the subject's key, or None if it is broken or of a kind that this program cannot use.
        public_key_info: DER of the SubjectPublicKeyInfo.
        key_type_name: the key in words: ``P-256``, ``RSA-2048``, ``DSA-2048``.
        signature_algorithm: RFC name (``ecdsa-with-SHA256``, ``ed25519``), or dotted if it has none.
        signature_hash: ``sha256`` and the like, or None if the algorithm has none or is unknown.
        signature_parameters: padding and hash as the library takes them, or None if unknown.
        signature_algorithms_agree: the algorithm inside the signed part equals the one outside.
        criticality: the dotted identifiers of its extensions in order, each with its critical flag.
        basic_constraints: whether it is a CA, and its path length; None if absent, as for the next ten.
        key_usage: RFC names of the bits that are set.
        extended_key_usage: RFC names of the purposes, dotted if unknown.
        subject_alternative_name: further names of the subject.
        subject_key_identifier: a short name of the subject's key.
        authority_key_identifier: names the key that signed.
        name_constraints: the names that may be used below this CA.
        policies: dotted identifiers of the certificate policies.
        policy_constraints: how far certificates below may go without a policy.
        inhibit_any_policy: how many certificates below may still use anyPolicy.
        crl_distribution_points: addresses of the revocation list.
        authority_information_access: (``OCSP`` or ``caIssuers``, address).
        fingerprint: SHA-256 of the DER, hexadecimal.
    """

    der: bytes
    tbs_bytes: bytes
    signature: bytes
    signature_unused_bits: int
    version: int
    serial_number: int
    subject_name: DistinguishedName
    issuer_name: DistinguishedName
    not_before: datetime
    not_after: datetime
    public_key: PublicKey | None
    public_key_info: bytes
    key_type_name: str
    signature_algorithm: str
    signature_hash: str | None
    signature_parameters: SignatureParameters
    signature_algorithms_agree: bool
    criticality: Mapping[str, bool]
    basic_constraints: ext.BasicConstraints | None
    key_usage: frozenset[str] | None
    extended_key_usage: tuple[str, ...] | None
    subject_alternative_name: ext.GeneralNames | None
    subject_key_identifier: bytes | None
    authority_key_identifier: ext.AuthorityKeyIdentifier | None
    name_constraints: ext.NameConstraints | None
    policies: tuple[str, ...] | None
    policy_constraints: ext.PolicyConstraints | None
    inhibit_any_policy: int | None
    crl_distribution_points: tuple[str, ...] | None
    authority_information_access: tuple[tuple[str, str], ...] | None
    fingerprint: str

    @staticmethod
    def parse(der: bytes) -> Certificate:
        """Read a DER certificate; the same bytes give the same object again.

        Raises:
            CertificateError: the bytes are not one whole certificate, or a part of it cannot be read.
        """
        if not isinstance(der, bytes | bytearray | memoryview):
            raise _unreadable(f"a {type(der).__name__}", "it is not bytes")
        return _parse(bytes(der))

    def __eq__(self, other: object) -> bool:
        return self.der == other.der if isinstance(other, Certificate) else NotImplemented

    def __hash__(self) -> int:
        return hash(self.der)

    def __repr__(self) -> str:
        return (
            f"<Certificate {self.subject!r} issued by {self.issuer!r}, serial number {self.serial_number:x}>"
        )

    def __reduce__(self) -> tuple[object, ...]:
        return Certificate.parse, (self.der,)

    @property
    def subject(self) -> str:
        """The subject as an RFC 4514 string; empty if the certificate has none."""
        return self.subject_name.text

    @property
    def issuer(self) -> str:
        """The issuer as an RFC 4514 string."""
        return self.issuer_name.text

    @property
    def subject_der(self) -> bytes:
        """The exact encoding of the subject's name."""
        return self.subject_name.der

    @property
    def issuer_der(self) -> bytes:
        """The exact encoding of the issuer's name."""
        return self.issuer_name.der

    @property
    def common_name(self) -> str | None:
        """The subject's most specific common name, or None."""
        return self.subject_name.common_name

    @property
    def is_ca(self) -> bool:
        """Return True if its basicConstraints say cA=TRUE."""
        return self.basic_constraints is not None and self.basic_constraints.ca

    @property
    def self_issued(self) -> bool:
        """Return True if subject and issuer are one name (RFC 5280, sections 6.1 and 7.1).

        Any key may have signed. OpenSSL compares the two in the same way.
        """
        return self.subject_name.same_as(self.issuer_name)

    @property
    def self_signed(self) -> bool:
        """Return True if it names itself as its issuer and its own key made the signature."""
        return self.self_issued and self.signature_problem(self) is None

    @property
    def extensions(self) -> tuple[RawExtension, ...]:
        """All extensions as (dotted identifier, critical, DER value), in order; read when first asked for."""
        return _raw_extensions(self.der)

    def has_extension(self, name: str) -> bool:
        """Return True if it has an extension of that name (``keyUsage``) or dotted identifier."""
        return EXTENSION_OIDS.get(name, name) in self.criticality

    def is_critical(self, name: str) -> bool:
        """Return True if it has an extension of that name or dotted identifier that is critical."""
        return self.criticality.get(EXTENSION_OIDS.get(name, name), False)

    def signature_problem(self, issuer: Certificate) -> str | None:
        """The reason why the signature does not verify under ``issuer``'s key, or None.

        Only the cryptography is checked, neither the names nor what the issuer may do. The answer for a pair
        is remembered. Never raises.
        """
        return _signature_problem(self, issuer)


@lru_cache(maxsize=CACHED_CERTIFICATES)
def _signature_problem(certificate: Certificate, issuer: Certificate) -> str | None:
    """Verify a pair of certificates once; the reason why the signature does not verify, or None."""
    if not certificate.signature_algorithms_agree:
        return "the signature algorithm inside the certificate is not the one outside"
    if certificate.signature_unused_bits:
        return "the signature is not made of whole octets"
    key, key_type_name = issuer.public_key, issuer.key_type_name
    algorithm, parameters = certificate.signature_algorithm, certificate.signature_parameters
    signature, signed = certificate.signature, certificate.tbs_bytes
    if key is None:
        return f"the issuer's key ({key_type_name}) is not one this program can verify with"
    if parameters is None:
        return f"the signature algorithm {algorithm} is not one this program can verify"
    scheme, digest = parameters
    try:
        if isinstance(key, ed25519.Ed25519PublicKey) and algorithm == "ed25519":
            key.verify(signature, signed)
        elif isinstance(key, ec.EllipticCurvePublicKey) and algorithm.startswith("ecdsa") and digest:
            key.verify(signature, signed, ec.ECDSA(digest))
        elif isinstance(key, rsa.RSAPublicKey) and scheme and digest:
            key.verify(signature, signed, scheme, digest)
        else:
            return f"the issuer's key ({key_type_name}) cannot have made a signature of the kind {algorithm}"
    except InvalidSignature:
        return "the signature does not fit the issuer's key: another key made it, or the content was changed"
    except (ValueError, TypeError, UnsupportedAlgorithm) as error:
        return f"the signature cannot be verified: {error}"
    return None


@lru_cache(maxsize=CACHED_CERTIFICATES)
def _parse(der: bytes) -> Certificate:
    """Read everything at once: the one place where the library may reject the bytes."""
    try:
        with warnings.catch_warnings():
            # The library warns of odd serial numbers and parameters; here the strict checks judge them.
            warnings.simplefilter("ignore")
            return _read(der)
    except Exception as error:  # the library raises many kinds, from ValueError to its own
        raise _unreadable(
            f"{len(der)} bytes that begin {der[:8].hex(' ') or '(nothing)'}", str(error)
        ) from error


def _unreadable(got: str, why: str) -> CertificateError:
    """The one error of this module."""
    if not why or why.startswith("error parsing asn1 value"):  # the library's words for its own developers
        why = "its structure is broken or incomplete"
    message = f"This cannot be read as a certificate: {why.strip().rstrip('.')}."
    advice = "Check where the bytes come from; a PEM file has to be decoded first."
    return CertificateError(message, got=got, expected="one whole DER certificate (X.509)", advice=advice)


def _read(der: bytes) -> Certificate:
    """Make the value from the library's reading and the raw structure."""
    library = x509.load_der_x509_certificate(der)
    tbs, outer_algorithm, bits = asn1.children(der, asn1.read_element(der))
    # The version field may be left out; without it the serial number stands first.
    fields = [part for part in asn1.children(der, tbs) if part.tag != 0xA0]
    _, inner_algorithm, issuer, _, subject, key_info = fields[:6]
    public_key, key_type_name = _read_public_key(library)
    dotted = library.signature_algorithm_oid.dotted_string
    algorithm = SIGNATURE_NAMES.get(dotted, dotted)
    parameters = signature_parameters(library, algorithm)
    digest = parameters[1] if parameters else None
    extensions = {extension.oid.dotted_string: extension for extension in library.extensions}
    return Certificate(
        der=der,
        tbs_bytes=der[tbs.start : tbs.end],
        signature=library.signature,
        signature_unused_bits=der[bits.content],
        version=library.version.value + 1,
        serial_number=library.serial_number,
        subject_name=ext.read_name(library.subject, der[subject.start : subject.end]),
        issuer_name=ext.read_name(library.issuer, der[issuer.start : issuer.end]),
        not_before=library.not_valid_before_utc,
        not_after=library.not_valid_after_utc,
        public_key=public_key,
        public_key_info=der[key_info.start : key_info.end],
        key_type_name=key_type_name,
        signature_algorithm=algorithm,
        signature_hash=digest.name if digest else None,
        signature_parameters=parameters,
        signature_algorithms_agree=der[inner_algorithm.start : inner_algorithm.end]
        == der[outer_algorithm.start : outer_algorithm.end],
        criticality={dotted: extension.critical for dotted, extension in extensions.items()},
        fingerprint=hashlib.sha256(der).hexdigest(),
        **{
            field: read(extensions[dotted].value) if (dotted := EXTENSION_OIDS[name]) in extensions else None
            for field, (name, read) in ext.READERS.items()
        },
    )


def _read_public_key(library: x509.Certificate) -> tuple[PublicKey | None, str]:
    """The key and its name. A key that cannot be used does not make the certificate unreadable."""
    try:
        key = library.public_key()
    except (ValueError, UnsupportedAlgorithm):
        dotted = library.public_key_algorithm_oid.dotted_string
        return None, f"unusable key ({SIGNATURE_NAMES.get(dotted, dotted)})"
    return (key if isinstance(key, PUBLIC_KEY_TYPES) else None), describe_key(key)


@lru_cache(maxsize=CACHED_CERTIFICATES)
def _raw_extensions(der: bytes) -> tuple[RawExtension, ...]:
    """Every extension in its exact encoding."""
    found: list[RawExtension] = []
    tbs = asn1.children(der, asn1.read_element(der))[0]
    holders = [part for part in asn1.children(der, tbs) if part.tag == 0xA3]
    for holder in holders:
        for entry in asn1.children(der, asn1.children(der, holder)[0]):
            identifier, *flags, value = asn1.children(der, entry)
            critical = any(der[flag.content] != 0 for flag in flags)
            name = asn1.dotted(der[identifier.content : identifier.end])
            found.append((name, critical, der[value.content : value.end]))
    return tuple(found)
