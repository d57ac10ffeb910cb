"""The points at which a certificate says that its revocation lists are (RFC 5280, section 4.2.1.13)."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

from simulator.pki import der
from simulator.pki.crl.reasons import ALL_REASONS
from simulator.pki.crl.revocation_list import read_reason_flags
from simulator.pki.key_types import EXTENSION_OIDS
from simulator.pki.reading.misencoding import Remarks
from simulator.pki.reading.names import read_general_names

if TYPE_CHECKING:
    from simulator.pki.certificate import Certificate
    from simulator.pki.distinguished_name import DistinguishedName
    from simulator.pki.reading.fields import RawExtension

_DOTTED = EXTENSION_OIDS["cRLDistributionPoints"]


@dataclass(frozen=True, slots=True)
class DistributionPoint:
    """One point.

    Attributes:
        uris: its addresses; empty if it has none.
        reasons: the reasons that its lists cover.
        issuers: the names of the issuer of its lists; empty for the certificate's own.
    """

    uris: tuple[str, ...] = ()
    reasons: frozenset[str] = ALL_REASONS
    issuers: tuple[DistinguishedName, ...] = ()


@lru_cache(maxsize=256)
def distribution_points(certificate: Certificate) -> tuple[DistributionPoint, ...]:
    """The points of a certificate; none where it has no such extension, or one that cannot be decoded."""
    content = next((value for dotted, _, value in certificate.extensions if dotted == _DOTTED), None)
    if content is None:
        return ()
    try:
        parts = der.children(content, der.whole(content, der.SEQUENCE))
        return tuple(_read_point(content, part) for part in parts)
    except ValueError:
        return ()


def _read_point(data: bytes, element: der.Element) -> DistributionPoint:
    parts = {part.tag: part for part in der.children_of(data, element, der.SEQUENCE)}
    remarks = Remarks()
    uris: tuple[str, ...] = ()
    for name in der.children(data, parts[0xA0]) if 0xA0 in parts else []:
        if name.tag == 0xA0:
            uris = read_general_names(data, der.children(data, name), remarks).uris
    reasons = read_reason_flags(data, parts[0x81]) if 0x81 in parts else ALL_REASONS
    issuers: tuple[DistinguishedName, ...] = ()
    if 0xA2 in parts:
        issuers = read_general_names(data, der.children(data, parts[0xA2]), remarks).directory_names
    return DistributionPoint(uris, reasons, issuers)


def point_of_issuer(issuer_der: bytes) -> RawExtension:
    """The extension of a certificate whose revocation list another than its own issuer publishes."""
    point = der.sequence(der.encode(0xA2, der.encode(0xA4, issuer_der)))
    return _DOTTED, False, der.sequence(point)
