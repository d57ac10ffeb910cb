"""A certificate, read once and completely: what every room sees of it (RFC 5280, section 4.1).

The library reads lazily, so a broken field may raise long after loading. Here everything is read at once,
in one place, and is plain data afterwards: a :class:`Certificate` that exists can be asked anything.
"""

from __future__ import annotations

import hashlib
import warnings
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.x509.oid import ExtensionOID

from simulator.errors import CertificateError
from simulator.pki import der as asn1
from simulator.pki import extensions as ext
from simulator.pki.keys import PUBLIC_KEY_TYPES, PublicKey, describe_key
from simulator.pki.signatures import (
    SIGNATURE_NAMES,
    SignatureParameters,
    signature_parameters,
    verify_problem,
)

if TYPE_CHECKING:
    from datetime import datetime

CACHED_CERTIFICATES = 2048

RawExtension = tuple[str, bool, bytes]  # dotted identifier, critical, the DER value


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Certificate:
    """One certificate as plain values; two are equal when their DER is.

    Attributes:
        der: the whole certificate.
        tbs_bytes: the part that is signed.
        signature: the signature over it.
        signature_unused_bits: bits of the signature's last octet that do not count; 0, or it is malformed.
        version: 1, 2 or 3.
        serial_number: the issuer's number for it.
        subject_name, issuer_name: the names, taken apart.
        not_before, not_after: validity, aware datetimes in UTC.
        public_key: the subject's key; None where it is of a kind this program cannot use, or broken.
        public_key_info: DER of the SubjectPublicKeyInfo.
        key_type_name: the key in words: ``P-256``, ``RSA-2048``, ``DSA-2048``.
        signature_algorithm: RFC name (``ecdsa-with-SHA256``, ``ed25519``), dotted where it has none.
        signature_hash: ``sha256`` and the like; None where the algorithm has none or is unknown.
        signature_algorithms_agree: the algorithm inside the signed part equals the one outside.
        extensions: all of them as (dotted identifier, critical, DER value), in order.
        basic_constraints: None where absent; the same goes for the next eleven.
        key_usage: RFC names of the bits that are set.
        extended_key_usage: RFC names of the purposes, dotted where unknown.
        subject_alternative_name: the names the subject also goes by.
        subject_key_identifier: a short name of the subject's key.
        authority_key_identifier: which key signed.
        name_constraints: which names may stand below this CA.
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
    subject_name: ext.DistinguishedName
    issuer_name: ext.DistinguishedName
    not_before: datetime
    not_after: datetime
    public_key: PublicKey | None
    public_key_info: bytes
    key_type_name: str
    signature_algorithm: str
    signature_hash: str | None
    signature_parameters: SignatureParameters
    signature_algorithms_agree: bool
    extensions: tuple[RawExtension, ...]
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
        return f"<Certificate {self.subject!r} issued by {self.issuer!r}, serial number {self.serial_number}>"

    def __reduce__(self) -> tuple[object, ...]:
        return Certificate.parse, (self.der,)

    @property
    def subject(self) -> str:
        """The subject as an RFC 4514 string; empty where the certificate names nobody."""
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
        """The subject's most specific common name; None without one."""
        names = [value for rdn in self.subject_name.rdns for kind, value in rdn if kind == "2.5.4.3"]
        return names[-1] if names else None

    @property
    def is_ca(self) -> bool:
        """It says of itself that it is a CA's (basicConstraints, cA=TRUE)."""
        return self.basic_constraints is not None and self.basic_constraints.ca

    @property
    def self_issued(self) -> bool:
        """Subject and issuer are the same name (RFC 5280, section 3.2); says nothing of the signature."""
        return self.subject_der == self.issuer_der

    @property
    def self_signed(self) -> bool:
        """It names itself as its issuer, and its own key made the signature: a root, or nobody's child."""
        return self.self_issued and self.signature_problem(self) is None

    def has_extension(self, dotted: str) -> bool:
        """An extension of that dotted identifier is there."""
        return any(identifier == dotted for identifier, _, _ in self.extensions)

    def is_critical(self, dotted: str) -> bool:
        """An extension of that dotted identifier is there and critical."""
        return any(identifier == dotted and critical for identifier, critical, _ in self.extensions)

    def signature_problem(self, issuer: Certificate) -> str | None:
        """Why the signature does not verify under ``issuer``'s key; None when it does.

        Only the cryptography is looked at, neither names nor what the issuer may do. The answer for a pair
        is remembered. Never raises.
        """
        return _signature_problem(self, issuer)


@lru_cache(maxsize=CACHED_CERTIFICATES)
def _signature_problem(certificate: Certificate, issuer: Certificate) -> str | None:
    """Verify once for each pair of certificates."""
    if not certificate.signature_algorithms_agree:
        return "the signature algorithm inside the certificate is not the one outside"
    if certificate.signature_unused_bits:
        return "the signature is not made of whole octets"
    return verify_problem(
        issuer.public_key,
        issuer.key_type_name,
        certificate.signature,
        certificate.tbs_bytes,
        certificate.signature_algorithm,
        certificate.signature_parameters,
    )


@lru_cache(maxsize=CACHED_CERTIFICATES)
def _parse(der: bytes) -> Certificate:
    """Read everything at once: the one place where the library may find fault with the bytes."""
    try:
        with warnings.catch_warnings():
            # The library warns of odd serial numbers and parameters; judging them is not its business here.
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
    return CertificateError(
        f"This cannot be read as a certificate: {why.strip().rstrip('.')}.",
        got=got,
        expected="one whole DER certificate (X.509)",
        advice="Check where the bytes come from; a PEM file has to be decoded first.",
    )


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
        extensions=_raw_extensions(der, tbs),
        fingerprint=hashlib.sha256(der).hexdigest(),
        **_read_extensions(library),
    )


def _read_public_key(library: x509.Certificate) -> tuple[PublicKey | None, str]:
    """The key and its name; a key that cannot be used does not make the certificate unreadable."""
    try:
        key = library.public_key()
    except (ValueError, UnsupportedAlgorithm):
        dotted = library.public_key_algorithm_oid.dotted_string
        return None, f"unusable key ({SIGNATURE_NAMES.get(dotted, dotted)})"
    return (key if isinstance(key, PUBLIC_KEY_TYPES) else None), describe_key(key)


def _raw_extensions(der: bytes, tbs: asn1.Element) -> tuple[RawExtension, ...]:
    """Every extension as it stands in the certificate."""
    found: list[RawExtension] = []
    holders = [part for part in asn1.children(der, tbs) if part.tag == 0xA3]
    for holder in holders:
        for entry in asn1.children(der, asn1.children(der, holder)[0]):
            identifier, *flags, value = asn1.children(der, entry)
            critical = any(der[flag.content] != 0 for flag in flags)
            name = asn1.dotted(der[identifier.content : identifier.end])
            found.append((name, critical, der[value.content : value.end]))
    return tuple(found)


def _read_extensions(library: x509.Certificate) -> dict[str, Any]:
    """The typed extensions, by the name of their field."""
    by_oid = {extension.oid: extension for extension in library.extensions}

    def value(oid: x509.ObjectIdentifier) -> Any:
        return by_oid[oid].value if oid in by_oid else None

    def read(oid: x509.ObjectIdentifier, reader: Any) -> Any:
        return reader(by_oid[oid].value) if oid in by_oid else None

    def read_whole(oid: x509.ObjectIdentifier, reader: Any) -> Any:
        return reader(by_oid[oid]) if oid in by_oid else None

    skip = value(ExtensionOID.INHIBIT_ANY_POLICY)
    key_identifier = value(ExtensionOID.SUBJECT_KEY_IDENTIFIER)
    return {
        "basic_constraints": read_whole(ExtensionOID.BASIC_CONSTRAINTS, ext.read_basic_constraints),
        "key_usage": read(ExtensionOID.KEY_USAGE, ext.read_key_usage),
        "extended_key_usage": read(ExtensionOID.EXTENDED_KEY_USAGE, ext.read_extended_key_usage),
        "subject_alternative_name": read(ExtensionOID.SUBJECT_ALTERNATIVE_NAME, ext.read_general_names),
        "subject_key_identifier": None if key_identifier is None else key_identifier.digest,
        "authority_key_identifier": read_whole(
            ExtensionOID.AUTHORITY_KEY_IDENTIFIER, ext.read_authority_key_identifier
        ),
        "name_constraints": read_whole(ExtensionOID.NAME_CONSTRAINTS, ext.read_name_constraints),
        "policies": read(ExtensionOID.CERTIFICATE_POLICIES, ext.read_policies),
        "policy_constraints": read_whole(ExtensionOID.POLICY_CONSTRAINTS, ext.read_policy_constraints),
        "inhibit_any_policy": None if skip is None else skip.skip_certs,
        "crl_distribution_points": read(ExtensionOID.CRL_DISTRIBUTION_POINTS, ext.read_crl_uris),
        "authority_information_access": read(
            ExtensionOID.AUTHORITY_INFORMATION_ACCESS, ext.read_authority_information
        ),
    }
