"""A certificate, read once and completely into plain values (RFC 5280, section 4.1).

Everything is read at once and each field for itself, as tolerantly as OpenSSL reads it: what cannot be
decoded is remembered with the reason, and the judge decides what to make of it. The library would refuse the
whole certificate for one underscore in a PrintableString, with words for its own developers.
"""

from __future__ import annotations

import hashlib
from functools import lru_cache
from typing import TYPE_CHECKING

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import ec, ed448, ed25519, rsa
from msgspec import Struct

from simulator.errors import CertificateError
from simulator.pki import der as asn1
from simulator.pki import extensions as ext
from simulator.pki.key_types import EXTENSION_OIDS
from simulator.pki.keys import PSS_ONLY, UNUSABLE, PublicKey, read_public_key
from simulator.pki.reading.fields import (
    RawExtension,
    exactly,
    read_extensions,
    read_raw_extensions,
    read_validity,
    read_version,
)
from simulator.pki.reading.misencoding import Remarks
from simulator.pki.reading.names import read_name
from simulator.pki.signatures import SignatureParameters, excess_of_rsa_key, read_signature_algorithm

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from simulator.pki.distinguished_name import DistinguishedName
    from simulator.pki.reading.misencoding import Misencoding

# The whole catalogue has 66 certificates and 70 pairs; a fleet has many more. 2048 take some 20 MB.
CACHED_CERTIFICATES = 2048
EDWARDS_KEYS = (ed25519.Ed25519PublicKey, ed448.Ed448PublicKey)


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
        not_before, not_after: validity, aware datetimes in UTC; None if not decodable (see ``misencoded``).
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
        policy_mappings: (the issuer's policy, the subject's policy), dotted; None if absent, as the next.
        netscape_certificate_type: the uses that Netscape's own extension names: ``SSL client``, ``SSL CA``.
        extensions: all of them as (dotted identifier, critical, DER value), in order.
        misencoded: the fields and extensions that are not encoded as RFC 5280 prescribes, in the order of
            reading. Where one has ``decoded=False``, its attribute here is None although it is present.
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
    not_before: datetime | None
    not_after: datetime | None
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
    policy_mappings: tuple[tuple[str, str], ...] | None
    netscape_certificate_type: tuple[str, ...] | None
    extensions: tuple[RawExtension, ...]
    misencoded: tuple[Misencoding, ...]
    fingerprint: str

    @staticmethod
    def parse(der: bytes) -> Certificate:
        """Read a DER certificate; the same bytes give the same object again.

        Raises:
            CertificateError: the bytes are not one whole certificate. A single field that cannot be decoded
                is no reason: it is listed in ``misencoded``.
        """
        if not isinstance(der, bytes | bytearray | memoryview):
            raise _unreadable(f"a {type(der).__name__}", "it is not bytes")
        return _parse(bytes(der))

    def __eq__(self, other: object) -> bool:
        return self.der == other.der if isinstance(other, Certificate) else NotImplemented

    def __ne__(self, other: object) -> bool:
        return not self == other  # a Struct has a != of its own, which compares by identity

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
    def key_is_of_foreign_kind(self) -> bool:
        """Return True if this program has no use for keys of that kind (DSA, ML-DSA): it judges none."""
        return self.public_key is None and not self.key_type_name.startswith(UNUSABLE)

    def misencoding(self, field: str) -> Misencoding | None:
        """The reason why a present field could not be decoded, or None if it could or is absent."""
        return next((one for one in self.misencoded if one.field == field and not one.decoded), None)

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

    def verification_problem(
        self, signed: bytes, signature: bytes, algorithm: str, parameters: SignatureParameters
    ) -> str | None:
        """The reason why a signature on other content does not verify under this certificate's key, or None.

        It serves whatever an issuer signs: certificates, revocation lists, OCSP answers. Never raises.

        Args:
            signed: the signed octets.
            signature: the signature over them.
            algorithm: RFC name, or dotted if it has none.
            parameters: padding and hash as the library takes them, or None if unknown.
        """
        return _verification_problem(self, signed, signature, algorithm, parameters)


@lru_cache(maxsize=CACHED_CERTIFICATES)
def _signature_problem(certificate: Certificate, issuer: Certificate) -> str | None:
    """Verify a pair of certificates once; the reason why the signature does not verify, or None."""
    if not certificate.signature_algorithms_agree:
        return "the signature algorithm inside the certificate is not the one outside"
    if certificate.signature_unused_bits:
        return "the signature is not made of whole octets"
    algorithm, parameters = certificate.signature_algorithm, certificate.signature_parameters
    return _verification_problem(issuer, certificate.tbs_bytes, certificate.signature, algorithm, parameters)


def _verification_problem(
    issuer: Certificate, signed: bytes, signature: bytes, algorithm: str, parameters: SignatureParameters
) -> str | None:
    """Verify a signature under a certificate's key; the reason why it does not verify, or None."""
    key, key_type_name = issuer.public_key, issuer.key_type_name
    if key is None:
        return f"the issuer's key ({key_type_name}) is not one this program can verify with"
    if parameters is None:
        return f"the signature algorithm {algorithm} is not one this program can verify"
    scheme, digest = parameters
    if isinstance(key, rsa.RSAPublicKey) and (excess := excess_of_rsa_key(key)) is not None:
        return f"the issuer's key ({key_type_name}) is too large to verify with: {excess}"
    try:
        if key_type_name.startswith(PSS_ONLY) and algorithm != "RSASSA-PSS":
            return f"the issuer's key ({key_type_name}) may make no signature but RSASSA-PSS"
        if isinstance(key, EDWARDS_KEYS) and algorithm == key_type_name.lower():
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
    """Read everything at once."""
    try:
        return _read(der)
    except ValueError as error:
        got = f"{len(der)} bytes that begin {der[:8].hex(' ') or '(nothing)'}"
        raise _unreadable(got, f"its structure is broken or incomplete: {error}") from None


def _unreadable(got: str, why: str) -> CertificateError:
    """The one error of this module."""
    message = f"This cannot be read as a certificate: {why}."
    advice = "Check where the bytes come from; a PEM file has to be decoded first."
    return CertificateError(message, got=got, expected="one whole DER certificate (X.509)", advice=advice)


def _read(der: bytes) -> Certificate:
    """Make the value from the raw structure.

    Raises:
        ValueError: the structure is broken; OpenSSL refuses the bytes then, too.
    """
    tbs, outer_algorithm, signature = exactly(asn1.children(der, asn1.whole(der, asn1.SEQUENCE)), 3)
    remarks = Remarks()
    inner = asn1.children_of(der, tbs, asn1.SEQUENCE)
    version = read_version(der, inner.pop(0), remarks) if inner and inner[0].tag == 0xA0 else 1
    serial_number, inner_algorithm, issuer, validity, subject, key_info = exactly(inner[:6], 6)
    asn1.expect(serial_number, asn1.INTEGER)
    asn1.expect(signature, asn1.BIT_STRING)
    unused_bits, signature_octets = asn1.read_bits(der, signature)
    issuer_name = read_name(der[issuer.start : issuer.end], remarks.on("issuer", "RFC 5280 §4.1.2.4"))
    subject_name = read_name(der[subject.start : subject.end], remarks.on("subject", "RFC 5280 §4.1.2.6"))
    not_before, not_after = read_validity(der, validity, remarks)
    public_key, key_type_name = read_public_key(der[key_info.start : key_info.end])
    algorithm, parameters = read_signature_algorithm(der[inner_algorithm.start : inner_algorithm.end])
    digest = parameters[1] if parameters else None
    raw = read_raw_extensions(der, inner[6:], remarks)
    values = read_extensions(raw, remarks)
    critical = {dotted for dotted, flag, _ in raw if flag}  # of several of one kind, one is enough
    return Certificate(
        der=der,
        tbs_bytes=der[tbs.start : tbs.end],
        signature=signature_octets,
        signature_unused_bits=unused_bits,
        version=version,
        serial_number=asn1.read_integer(der, serial_number),
        subject_name=subject_name,
        issuer_name=issuer_name,
        not_before=not_before,
        not_after=not_after,
        public_key=public_key,
        public_key_info=der[key_info.start : key_info.end],
        key_type_name=key_type_name,
        signature_algorithm=algorithm,
        signature_hash=digest.name if digest else None,
        signature_parameters=parameters,
        signature_algorithms_agree=der[inner_algorithm.start : inner_algorithm.end]
        == der[outer_algorithm.start : outer_algorithm.end],
        criticality={dotted: dotted in critical for dotted, _, _ in raw},
        extensions=raw,
        misencoded=tuple(remarks.found),
        fingerprint=hashlib.sha256(der).hexdigest(),
        **values,
    )


def leaf_of(chain: tuple[bytes, ...]) -> Certificate | None:
    """The leaf of a chain of DER certificates, or None if there is none or it cannot be read."""
    try:
        return Certificate.parse(chain[0]) if chain else None
    except CertificateError:
        return None
