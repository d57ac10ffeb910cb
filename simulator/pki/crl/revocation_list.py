"""A certificate revocation list as a value, and its reader (RFC 5280, section 5).

The reader is as tolerant as OpenSSL's. An extension that it cannot decode counts as one that it does not
understand.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any, TypeAlias

from simulator.errors import CertificateError
from simulator.pki import der as asn1
from simulator.pki.crl.reasons import REASON_FLAGS, REASON_NAMES
from simulator.pki.extensions import READERS, read_flag
from simulator.pki.reading.fields import exactly, read_extension_list
from simulator.pki.reading.misencoding import Remarks
from simulator.pki.reading.names import read_general_names, read_name
from simulator.pki.reading.strings import TIME_TAGS, read_time
from simulator.pki.signatures import read_signature_algorithm

if TYPE_CHECKING:
    from datetime import datetime

    from simulator.pki.certificate import Certificate
    from simulator.pki.distinguished_name import DistinguishedName
    from simulator.pki.extensions import AuthorityKeyIdentifier
    from simulator.pki.reading.fields import RawExtension
    from simulator.pki.signatures import SignatureParameters

CRL_EXTENSIONS = {
    "cRLNumber": "2.5.29.20",
    "deltaCRLIndicator": "2.5.29.27",
    "issuingDistributionPoint": "2.5.29.28",
    "authorityKeyIdentifier": "2.5.29.35",
    "freshestCRL": "2.5.29.46",
}
ENTRY_EXTENSIONS = {"reasonCode": "2.5.29.21", "certificateIssuer": "2.5.29.29"}
# Those that change the meaning of a list when they are critical, and that a verifier here takes into account.
UNDERSTOOD_WHEN_CRITICAL = frozenset(
    {
        CRL_EXTENSIONS["deltaCRLIndicator"],
        CRL_EXTENSIONS["issuingDistributionPoint"],
        CRL_EXTENSIONS["authorityKeyIdentifier"],
        ENTRY_EXTENSIONS["certificateIssuer"],
    }
)
KEPT_LISTS = 256


@dataclass(frozen=True, slots=True)
class IssuingDistributionPoint:
    """The scope of a list (RFC 5280, section 5.2.5).

    Attributes:
        uris: the addresses that it is published at; empty if the extension names none.
        only_users: it lists certificates of users alone, not of CAs.
        only_authorities: it lists certificates of CAs alone.
        only_attributes: it lists attribute certificates alone.
        only_reasons: the reasons that it covers, or None for all.
        indirect: it may list certificates of other issuers.
    """

    uris: tuple[str, ...]
    only_users: bool
    only_authorities: bool
    only_attributes: bool
    only_reasons: frozenset[str] | None
    indirect: bool


@dataclass(frozen=True, slots=True)
class RevokedEntry:
    """One revoked certificate.

    Attributes:
        serial_number: the certificate's.
        issuer: the name of the certificate's issuer; in an indirect list it may differ from the list's.
        date: the moment of its revocation.
        reason: name of the reason; ``unspecified`` if the list gives none.
    """

    serial_number: int
    issuer: DistinguishedName
    date: datetime
    reason: str


@dataclass(frozen=True, slots=True, eq=False)
class RevocationList:
    """A revocation list. Two are equal if their bytes are.

    Attributes:
        der: the whole list.
        tbs_bytes: the signed part.
        signature: its signature.
        signature_algorithm: RFC name, or dotted.
        signature_parameters: padding and hash as the library takes them, or None if unknown.
        issuer_name: the name of its issuer.
        this_update: the moment from which it holds.
        next_update: the moment by which the next one will be there, or None.
        entries: the certificates that it lists.
        number: its cRLNumber, or None.
        base_number: of a delta: the number of the list that it adds to; None for a complete list.
        key_identifier: its authorityKeyIdentifier, or None.
        scope: its issuingDistributionPoint, or None for all certificates of its issuer.
        has_deltas: it has freshestCRL, which says where deltas are.
        not_understood: critical extensions, of the list or of an entry, without a meaning here; each by name
            or dotted.
    """

    der: bytes
    tbs_bytes: bytes
    signature: bytes
    signature_algorithm: str
    signature_parameters: SignatureParameters
    issuer_name: DistinguishedName
    this_update: datetime
    next_update: datetime | None
    entries: tuple[RevokedEntry, ...]
    number: int | None
    base_number: int | None
    key_identifier: AuthorityKeyIdentifier | None
    scope: IssuingDistributionPoint | None
    has_deltas: bool
    not_understood: tuple[str, ...]

    @staticmethod
    def parse(der: bytes) -> RevocationList:
        """Read a DER revocation list; the same bytes give the same object again.

        Raises:
            CertificateError: the bytes are not one whole revocation list.
        """
        return _parse(bytes(der))

    def __eq__(self, other: object) -> bool:
        return self.der == other.der if isinstance(other, RevocationList) else NotImplemented

    def __ne__(self, other: object) -> bool:
        return not self == other  # a Struct has a != of its own, which compares by identity

    def __hash__(self) -> int:
        return hash(self.der)

    def __repr__(self) -> str:
        return f"<RevocationList of {self.issuer_name.text!r}, number {self.number}>"

    def __reduce__(self) -> tuple[object, ...]:
        return RevocationList.parse, (self.der,)

    @property
    def is_indirect(self) -> bool:
        """Return True if it may list certificates of other issuers."""
        return self.scope is not None and self.scope.indirect

    def entry_for(self, certificate: Certificate) -> RevokedEntry | None:
        """The entry of a certificate, found by serial number and issuer, or None."""
        for entry in self.entries:
            if entry.serial_number == certificate.serial_number and entry.issuer.same_as(
                certificate.issuer_name
            ):
                return entry
        return None

    def signature_problem(self, issuer: Certificate) -> str | None:
        """The reason why the signature does not verify under a certificate's key, or None."""
        return issuer.verification_problem(
            self.tbs_bytes, self.signature, self.signature_algorithm, self.signature_parameters
        )


@lru_cache(maxsize=KEPT_LISTS)
def _parse(der: bytes) -> RevocationList:
    try:
        return _read(der)
    except (ValueError, IndexError) as error:
        raise CertificateError(
            f"This cannot be read as a revocation list: {error}.",
            got=f"{len(der)} bytes that begin {der[:8].hex(' ') or '(nothing)'}",
            expected="one whole DER revocation list (CRL, RFC 5280 §5)",
            advice="Check where the bytes come from; a PEM file has to be decoded first.",
        ) from None


def _read(der: bytes) -> RevocationList:
    """Make the value from the raw structure.

    Raises:
        ValueError: the structure is broken.
    """
    tbs, _, signature = exactly(asn1.children(der, asn1.whole(der, asn1.SEQUENCE)), 3)
    parts = asn1.children_of(der, tbs, asn1.SEQUENCE)
    if parts and parts[0].tag == asn1.INTEGER:
        del parts[0]
    algorithm, issuer, this_update, *rest = parts
    asn1.expect(signature, asn1.BIT_STRING)
    remarks = Remarks()
    name = read_name(der[issuer.start : issuer.end], remarks.on("issuer", "RFC 5280 §5.1.2.3"))
    next_update = _time(der, rest.pop(0)) if rest and rest[0].tag in TIME_TAGS else None
    listed = rest.pop(0) if rest and rest[0].tag == asn1.SEQUENCE else None
    extensions: tuple[RawExtension, ...] = ()
    if rest:
        (holder,) = rest
        (inside,) = exactly(asn1.children_of(der, holder, 0xA0), 1)
        extensions = read_extension_list(der, inside, remarks)
    signed_with, parameters = read_signature_algorithm(der[algorithm.start : algorithm.end])
    values, not_understood = _values_of(extensions, _LIST_READERS, remarks)
    entries, also_not_understood = _read_entries(der, listed, name, remarks)
    return RevocationList(
        der=der,
        tbs_bytes=der[tbs.start : tbs.end],
        signature=asn1.read_bits(der, signature)[1],
        signature_algorithm=signed_with,
        signature_parameters=parameters,
        issuer_name=name,
        this_update=_time(der, this_update),
        next_update=next_update,
        entries=entries,
        number=values.get("cRLNumber"),
        base_number=values.get("deltaCRLIndicator"),
        key_identifier=values.get("authorityKeyIdentifier"),
        scope=values.get("issuingDistributionPoint"),
        has_deltas="freshestCRL" in values,
        not_understood=tuple(dict.fromkeys((*not_understood, *also_not_understood))),
    )


def _time(data: bytes, element: asn1.Element) -> datetime:
    return read_time(element.tag, data[element.content : element.end])


def _values_of(
    extensions: tuple[RawExtension, ...], readers: Mapping[str, tuple[str, Reader]], remarks: Remarks
) -> tuple[dict[str, Any], list[str]]:
    """The values of the extensions that have a meaning, and the critical ones that are not understood."""
    values: dict[str, Any] = {}
    not_understood: list[str] = []
    for dotted, critical, content in extensions:
        name, reader = readers.get(dotted, (dotted, None))
        try:
            if reader is not None:
                values[name] = reader(content, remarks)
        except ValueError:
            reader = None  # as OpenSSL, which does not go by what it cannot decode
        if critical and (reader is None or dotted not in UNDERSTOOD_WHEN_CRITICAL):
            not_understood.append(name)
    return values, not_understood


def _read_entries(
    data: bytes, listed: asn1.Element | None, issuer: DistinguishedName, remarks: Remarks
) -> tuple[tuple[RevokedEntry, ...], list[str]]:
    """The entries, each with its certificate's issuer, and the critical extensions not understood in them."""
    found: list[RevokedEntry] = []
    not_understood: list[str] = []
    for entry in [] if listed is None else asn1.children(data, listed):
        number, date, *rest = asn1.children_of(data, entry, asn1.SEQUENCE)
        extensions = read_extension_list(data, rest[0], remarks) if rest else ()
        values, strange = _values_of(extensions, _ENTRY_READERS, remarks)
        not_understood += strange
        issuer = values.get("certificateIssuer") or issuer  # it holds for the entries behind it, too (§5.3.3)
        serial_number = asn1.read_integer(data, number)
        reason = values.get("reasonCode", "unspecified")
        found.append(RevokedEntry(serial_number, issuer, _time(data, date), reason))
    return tuple(found), not_understood


def _read_integer(data: bytes, _remarks: Remarks) -> int:
    return asn1.read_integer(data, asn1.whole(data, asn1.INTEGER))


def _read_reason(data: bytes, _remarks: Remarks) -> str:
    number = asn1.read_integer(data, asn1.whole(data, asn1.ENUMERATED))
    return REASON_NAMES.get(number, f"reason {number}")


def _read_certificate_issuer(data: bytes, remarks: Remarks) -> DistinguishedName:
    names = read_general_names(data, asn1.children(data, asn1.whole(data, asn1.SEQUENCE)), remarks)
    if not names.directory_names:
        raise ValueError("a certificate's issuer has no distinguished name")
    return names.directory_names[0]


def _read_scope(data: bytes, remarks: Remarks) -> IssuingDistributionPoint:
    """The scope: a distribution point, flags and reasons, each with a tag of its own."""
    parts = {part.tag: part for part in asn1.children(data, asn1.whole(data, asn1.SEQUENCE))}
    if not parts.keys() <= {0xA0, 0x81, 0x82, 0x83, 0x84, 0x85}:
        raise ValueError("an issuing distribution point has a value that does not belong there")
    only_users, only_authorities, indirect, only_attributes = (
        read_flag(data, parts.get(tag), remarks) for tag in (0x81, 0x82, 0x84, 0x85)
    )
    if (only_users, only_authorities, only_attributes).count(True) > 1:
        raise ValueError("an issuing distribution point has two scopes that exclude each other")
    reasons = read_reason_flags(data, parts[0x83]) if 0x83 in parts else None
    uris: tuple[str, ...] = ()
    for name in asn1.children(data, parts[0xA0]) if 0xA0 in parts else []:
        if name.tag == 0xA0:
            uris = read_general_names(data, asn1.children(data, name), remarks).uris
    return IssuingDistributionPoint(uris, only_users, only_authorities, only_attributes, reasons, indirect)


def read_reason_flags(data: bytes, element: asn1.Element) -> frozenset[str]:
    """The names of the reasons whose bits are set."""
    unused, octets = asn1.read_bits(data, element)
    bits, length = int.from_bytes(octets, "big") >> unused, len(octets) * 8 - unused
    flags = enumerate(REASON_FLAGS[:length])
    return frozenset(flag for bit, flag in flags if bits >> (length - 1 - bit) & 1)


def _read_present(_data: bytes, _remarks: Remarks) -> bool:
    return True


Reader: TypeAlias = Callable[[bytes, Remarks], Any]
_READERS: Mapping[str, Reader] = {
    "cRLNumber": _read_integer,
    "deltaCRLIndicator": _read_integer,
    "issuingDistributionPoint": _read_scope,
    "authorityKeyIdentifier": READERS["authority_key_identifier"][1],
    "freshestCRL": _read_present,
    "reasonCode": _read_reason,
    "certificateIssuer": _read_certificate_issuer,
}
_LIST_READERS = {dotted: (name, _READERS[name]) for name, dotted in CRL_EXTENSIONS.items()}
_ENTRY_READERS = {dotted: (name, _READERS[name]) for name, dotted in ENTRY_EXTENSIONS.items()}
