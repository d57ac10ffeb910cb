"""An OCSP request: the question for the status of certificates (RFC 6960, section 4.1)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct

from simulator.errors import CertificateError
from simulator.pki import der
from simulator.pki.ocsp.certificate_id import CertificateId, read_certificate_id
from simulator.pki.ocsp.extensions import NONCE, read_extensions, write_nonce
from simulator.pki.reading.fields import exactly

if TYPE_CHECKING:
    from simulator.pki.reading.fields import RawExtension

# A request for one certificate has 68 octets, with a nonce about 120; `openssl ocsp` asks for any number.
MOST_OCTETS = 16_384
_VERSION, _REQUESTOR, _EXTENSIONS = 0xA0, 0xA1, 0xA2


class OcspRequest(Struct, frozen=True):
    """A request as its responder reads it.

    Attributes:
        certificates: the certificates it asks for.
        extensions: its extensions in order.
        signed: it carries a signature. Few responders ask for one, and none is verified here.
    """

    certificates: tuple[CertificateId, ...]
    extensions: tuple[RawExtension, ...] = ()
    signed: bool = False

    @property
    def nonce(self) -> bytes | None:
        """The octets that the answer shall repeat, or None."""
        return next((value for dotted, _, value in self.extensions if dotted == NONCE), None)


def write_ocsp_request(*certificates: CertificateId, nonce: bytes | None = None) -> bytes:
    """Write a request without a signature.

    Args:
        certificates: the certificates to ask for, at least one.
        nonce: fresh octets for the answer to repeat, so that no older answer will do; None for none.
    """
    listed = der.sequence(*(der.sequence(one.der) for one in certificates))
    extensions = [] if nonce is None else [der.encode(_EXTENSIONS, write_nonce(nonce))]
    return der.sequence(der.sequence(listed, *extensions))


def read_ocsp_request(data: bytes) -> OcspRequest:
    """Read a request.

    Raises:
        CertificateError: the bytes are no request, or longer than any sound one.
    """
    try:
        return _read(data)
    except ValueError as error:
        message = f"This cannot be read as an OCSP request: {error}."
        got = f"{len(data)} bytes that begin {data[:8].hex(' ') or '(nothing)'}"
        expected = "a DER OCSPRequest (RFC 6960)"
        advice = "Send the DER itself in the body of a POST, without PEM or base64."
        raise CertificateError(message, got=got, expected=expected, advice=advice) from None


def _read(data: bytes) -> OcspRequest:
    """Read the structure.

    Raises:
        ValueError: it is broken, longer than any sound one.
    """
    if len(data) > MOST_OCTETS:
        raise ValueError(f"it has {len(data)} octets, and at most {MOST_OCTETS} are read")
    tbs, *signature = der.children(data, der.whole(data, der.SEQUENCE)) or [der.whole(data, der.SEQUENCE)]
    if [part.tag for part in signature] not in ([], [0xA0]):
        raise ValueError("behind the request stands what does not belong there")
    parts = der.children_of(data, tbs, der.SEQUENCE)
    while parts and parts[0].tag in (_VERSION, _REQUESTOR):
        parts.pop(0)
    extensions: tuple[RawExtension, ...] = ()
    if len(parts) == 2 and parts[1].tag == _EXTENSIONS:
        extensions = read_extensions(data, parts.pop())
    (listed,) = exactly(parts, 1)
    asked = [der.children_of(data, one, der.SEQUENCE) for one in der.children_of(data, listed, der.SEQUENCE)]
    if not asked or not all(asked):
        raise ValueError("it asks for no certificate")
    found = tuple(read_certificate_id(data, one[0]) for one in asked)
    return OcspRequest(found, extensions, signed=bool(signature))
