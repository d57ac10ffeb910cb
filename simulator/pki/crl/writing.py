"""A certificate revocation list written in DER and signed (RFC 5280, section 5).

Own DER, and not the library's builder: that writes no list without nextUpdate and no misplaced critical flag.
Nothing here is random, so the same contents give the same bytes.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from simulator.pki import der
from simulator.pki.crl.reasons import REASON_FLAGS, REVOCATION_REASONS
from simulator.pki.crl.revocation_list import CRL_EXTENSIONS, ENTRY_EXTENSIONS
from simulator.pki.signing import algorithm_and_signature

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from simulator.pki.keys import PrivateKey

ListScope = Literal["all", "users", "authorities", "attributes"]

_VERSION_2 = der.integer(1)
_TRUE = b"\xff"
_SCOPE_TAGS = {"users": 0x81, "authorities": 0x82, "attributes": 0x85}
_URI = 0x86
_DIRECTORY_NAME = 0xA4


@dataclass(frozen=True, slots=True)
class ListedCertificate:
    """A certificate to list as revoked.

    Attributes:
        serial_number: its own.
        date: when it was revoked.
        reason: a name of :data:`~simulator.pki.crl.reasons.REVOCATION_REASONS`; ``unspecified`` is left out.
        issuer_der: the name of its issuer, where that is not the list's; else None.
    """

    serial_number: int
    date: datetime
    reason: str = "unspecified"
    issuer_der: bytes | None = None


@dataclass(frozen=True, slots=True)
class ListContents:
    """The contents of a revocation list.

    Attributes:
        issuer_der: the name of its issuer.
        this_update: the moment from which it holds.
        next_update: the moment by which the next one will be there, or None to leave it out.
        entries: the certificates that it lists.
        number: its cRLNumber, or None to leave it out.
        base_number: of a delta: the number of the list that it adds to.
        key_identifier: identifies the key that signs it, or None to leave the extension out.
        scope: the certificates that it covers: ``all``, or those of ``users``, ``authorities`` or
            ``attributes`` alone.
        only_reasons: the reasons that it covers; empty for all.
        indirect: it may list certificates of other issuers.
        delta_uri: the address of its deltas, or None.
        critical: identifiers of extensions to write as critical; one that no list has is added.
    """

    issuer_der: bytes
    this_update: datetime
    next_update: datetime | None
    entries: tuple[ListedCertificate, ...] = ()
    number: int | None = None
    base_number: int | None = None
    key_identifier: bytes | None = None
    scope: ListScope = "all"
    only_reasons: tuple[str, ...] = ()
    indirect: bool = False
    delta_uri: str | None = None
    critical: tuple[str, ...] = ()


def write_list(contents: ListContents, private_key: PrivateKey) -> bytes:
    """Write a revocation list and sign it with the key's usual hash."""
    algorithm, _ = algorithm_and_signature(b"", private_key)
    next_update = [] if contents.next_update is None else [der.time(contents.next_update)]
    entries = [der.sequence(*_entries(contents))] if contents.entries else []  # §5.1.2.6: else absent
    extensions = list(_extensions(contents))
    behind = [der.encode(0xA0, der.sequence(*extensions))] if extensions else []
    signed = der.sequence(
        _VERSION_2,
        algorithm,
        contents.issuer_der,
        der.time(contents.this_update),
        *next_update,
        *entries,
        *behind,
    )
    return der.sequence(signed, *algorithm_and_signature(signed, private_key))


def _entries(contents: ListContents) -> Iterator[bytes]:
    """The entries; a certificate's issuer holds for those behind it, too (§5.3.3), until another is named."""
    before = contents.issuer_der
    for one in contents.entries:
        issuer = one.issuer_der or contents.issuer_der
        yield _entry(one, None if issuer == before else issuer)
        before = issuer


def _entry(one: ListedCertificate, issuer: bytes | None) -> bytes:
    """An entry; §5.3.1: a reason that is unspecified is left out.

    Args:
        one: the certificate.
        issuer: the name of its issuer, where the entry has to say it; else None.
    """
    extensions = []
    if one.reason != "unspecified":
        number = der.integer(REVOCATION_REASONS[one.reason], der.ENUMERATED)
        extensions.append(_extension(ENTRY_EXTENSIONS["reasonCode"], number))
    if issuer is not None:
        name = der.sequence(der.encode(_DIRECTORY_NAME, issuer))
        extensions.append(_extension(ENTRY_EXTENSIONS["certificateIssuer"], name, critical=True))
    behind = [der.sequence(*extensions)] if extensions else []
    return der.sequence(der.integer(one.serial_number), der.time(one.date), *behind)


def _extensions(contents: ListContents) -> Iterator[bytes]:
    """The extensions of the list, each critical where RFC 5280 says so or the contents ask for it."""
    values: dict[str, tuple[bytes, bool]] = {}
    if contents.key_identifier is not None:
        identifier = der.sequence(der.encode(0x80, contents.key_identifier))
        values[CRL_EXTENSIONS["authorityKeyIdentifier"]] = identifier, False
    if contents.number is not None:
        values[CRL_EXTENSIONS["cRLNumber"]] = der.integer(contents.number), False
    if contents.base_number is not None:
        values[CRL_EXTENSIONS["deltaCRLIndicator"]] = der.integer(contents.base_number), True
    if contents.scope != "all" or contents.only_reasons or contents.indirect:
        values[CRL_EXTENSIONS["issuingDistributionPoint"]] = _scope(contents), True
    if contents.delta_uri is not None:
        uri = der.encode(_URI, contents.delta_uri.encode("ascii"))
        point = der.sequence(der.encode(0xA0, der.encode(0xA0, uri)))
        values[CRL_EXTENSIONS["freshestCRL"]] = der.sequence(point), False
    for dotted in contents.critical:
        values[dotted] = values.get(dotted, (der.encode(der.NULL), True))[0], True
    for dotted, (value, critical) in values.items():
        yield _extension(dotted, value, critical=critical)


def _scope(contents: ListContents) -> bytes:
    """The issuingDistributionPoint; a flag that is FALSE is left out, since that is the default."""
    parts = []
    if contents.scope != "all":
        parts.append(der.encode(_SCOPE_TAGS[contents.scope], _TRUE))
    if contents.only_reasons:
        places = [REASON_FLAGS.index(name) for name in contents.only_reasons]
        parts.append(der.encode(0x83, _named_bits(places)))
    if contents.indirect:
        parts.append(der.encode(0x84, _TRUE))
    return der.sequence(*sorted(parts))  # in the order of their tags, which is the order of the SEQUENCE


def _named_bits(places: list[int]) -> bytes:
    """The content of a BIT STRING in which these bits are set, without zeros at its end (X.690 §11.2.2)."""
    octets = max(places) // 8 + 1
    bits = sum(1 << (octets * 8 - 1 - place) for place in places)
    unused = octets * 8 - 1 - max(places)
    return bytes((unused,)) + bits.to_bytes(octets, "big")


def _extension(dotted: str, value: bytes, *, critical: bool = False) -> bytes:
    flag = [der.encode(der.BOOLEAN, _TRUE)] if critical else []
    return der.sequence(der.object_identifier(dotted), *flag, der.encode(der.OCTET_STRING, value))
