"""The extensions of OCSP messages; the nonce has a meaning here (RFC 6960, section 4.4.1; RFC 9654)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from simulator.pki import der
from simulator.pki.reading.fields import exactly, read_extension_list
from simulator.pki.reading.misencoding import Remarks

if TYPE_CHECKING:
    from simulator.pki.reading.fields import RawExtension

NONCE = "1.3.6.1.5.5.7.48.1.2"


def write_nonce(nonce: bytes) -> bytes:
    """Extensions with a nonce alone: the extension's value is an OCTET STRING with the nonce in it."""
    value = der.encode(der.OCTET_STRING, der.encode(der.OCTET_STRING, nonce))
    return der.sequence(der.sequence(der.object_identifier(NONCE), value))


def read_extensions(data: bytes, holder: der.Element) -> tuple[RawExtension, ...]:
    """Read the extensions in an explicitly tagged value; a nonce is taken out of its OCTET STRING.

    Raises:
        ValueError: they are broken.
    """
    (entries,) = exactly(der.children(data, holder), 1)
    found = []
    for dotted, critical, value in read_extension_list(data, entries, Remarks()):
        content = value
        if dotted == NONCE:
            element = der.whole(value, der.OCTET_STRING)
            content = value[element.content : element.end]
        found.append((dotted, critical, content))
    return tuple(found)
