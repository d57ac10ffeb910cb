"""An OCSP answer as values, and its reading (RFC 6960, section 4.2)."""

from __future__ import annotations

from datetime import datetime  # noqa: TC003 - msgspec reads the annotations while the program runs
from typing import TYPE_CHECKING, Literal

from msgspec import Struct

from simulator.errors import CertificateError
from simulator.pki import der
from simulator.pki.crl.reasons import REASON_NAMES
from simulator.pki.ocsp.certificate_id import CertificateId, read_certificate_id
from simulator.pki.ocsp.extensions import NONCE, read_extensions
from simulator.pki.reading.fields import exactly
from simulator.pki.reading.strings import read_time
from simulator.pki.signatures import SignatureParameters, read_signature_algorithm

if TYPE_CHECKING:
    from simulator.pki.reading.fields import RawExtension

CertificateStatus = Literal["good", "revoked", "unknown"]
ResponseStatus = Literal[
    "successful", "malformedRequest", "internalError", "tryLater", "sigRequired", "unauthorized"
]

# OpenSSL's own limit for what comes over HTTP (OSSL_HTTP_DEFAULT_MAX_RESP_LEN). An answer has some 300 octets
# for a certificate, and a thousand more for its responder's certificate.
MOST_OCTETS = 100 * 1024
BASIC = "1.3.6.1.5.5.7.48.1.1"
RESPONSE_STATUSES: dict[int, ResponseStatus] = {
    0: "successful",
    1: "malformedRequest",
    2: "internalError",
    3: "tryLater",
    5: "sigRequired",
    6: "unauthorized",
}
_STATUSES: dict[int, CertificateStatus] = {0x80: "good", 0xA1: "revoked", 0x82: "unknown"}


class SingleAnswer(Struct, frozen=True):
    """The answer about one certificate.

    Attributes:
        certificate: the certificate it speaks of.
        status: ``good``, ``revoked`` or ``unknown``: the responder does not know the certificate.
        this_update: the moment at which the status was known to be right.
        next_update: the moment by which newer information will be there; None for at any time.
        revoked_at: the moment of the revocation, or None.
        reason: RFC 5280 name of the reason for it, or None if the answer gives none.
    """

    certificate: CertificateId
    status: CertificateStatus
    this_update: datetime
    next_update: datetime | None = None
    revoked_at: datetime | None = None
    reason: str | None = None


class BasicAnswer(Struct, frozen=True):
    """A signed answer: BasicOCSPResponse.

    Attributes:
        responder: DER of the responder's name, or the SHA-1 hash of its public key.
        responder_by: how it names its responder: by ``name`` or ``key``.
        produced_at: the moment at which it was signed.
        answers: the answer about each certificate.
        extensions: those of the whole answer, in order.
        signed: the signed octets.
        signature: the signature over them.
        signature_unused_bits: unused bits in the signature's last octet; malformed if not 0.
        signature_algorithm: RFC name, or dotted if it has none.
        signature_parameters: padding and hash as the library takes them, or None if unknown.
        certificates: DER of the certificates that came with it, which may hold the responder's.
    """

    responder: bytes
    responder_by: Literal["name", "key"]
    produced_at: datetime
    answers: tuple[SingleAnswer, ...]
    extensions: tuple[RawExtension, ...]
    signed: bytes
    signature: bytes
    signature_unused_bits: int
    signature_algorithm: str
    signature_parameters: SignatureParameters
    certificates: tuple[bytes, ...]

    @property
    def nonce(self) -> bytes | None:
        """The nonce that it repeats, or None."""
        return next((value for dotted, _, value in self.extensions if dotted == NONCE), None)


class OcspAnswer(Struct, frozen=True):
    """A responder's answer.

    Attributes:
        status: ``successful``, or the error, which is not signed: ``tryLater``, ``unauthorized`` and so on.
        basic: the signed answer, or None for an error.
    """

    status: ResponseStatus
    basic: BasicAnswer | None


def read_ocsp_answer(data: bytes) -> OcspAnswer:
    """Read an answer; nothing of it is verified.

    Raises:
        CertificateError: the bytes are no answer, or longer than any sound one.
    """
    try:
        return _read(data)
    except ValueError as error:
        message = f"This cannot be read as an OCSP answer: {error}."
        got = f"{len(data)} bytes that begin {data[:8].hex(' ') or '(nothing)'}"
        expected = "a DER OCSPResponse with a basic response in it (RFC 6960)"
        advice = "Look at what the address of the responder really serves."
        raise CertificateError(message, got=got, expected=expected, advice=advice) from None


def _read(data: bytes) -> OcspAnswer:
    """Read the outermost structure.

    Raises:
        ValueError: it is broken, longer than any sound one, or of a kind other than basic.
    """
    if len(data) > MOST_OCTETS:
        raise ValueError(f"it has {len(data)} octets, and at most {MOST_OCTETS} are read")
    status, *rest = der.children(data, der.whole(data, der.SEQUENCE)) or [der.whole(data, der.SEQUENCE)]
    der.expect(status, der.ENUMERATED)
    number = der.read_integer(data, status)
    if number not in RESPONSE_STATUSES:
        raise ValueError(f"its status is {number}, which has no meaning")
    name = RESPONSE_STATUSES[number]
    if name != "successful":
        exactly(rest, 0)
        return OcspAnswer(name, None)
    (holder,) = exactly(rest, 1)
    der.expect(holder, 0xA0)
    (response,) = exactly(der.children(data, holder), 1)
    kind, octets = exactly(der.children_of(data, response, der.SEQUENCE), 2)
    if (dotted := der.read_dotted(data, kind)) != BASIC:
        raise ValueError(f"it is of the kind {dotted}, and not basic")
    der.expect(octets, der.OCTET_STRING)
    return OcspAnswer(name, _read_basic(data[octets.content : octets.end]))


def _read_basic(data: bytes) -> BasicAnswer:
    """Read a BasicOCSPResponse.

    Raises:
        ValueError: it is broken.
    """
    parts = der.children(data, der.whole(data, der.SEQUENCE))
    certificates: tuple[bytes, ...] = ()
    if len(parts) == 4 and parts[3].tag == 0xA0:
        (listed,) = exactly(der.children(data, parts.pop()), 1)
        certificates = tuple(data[one.start : one.end] for one in der.children_of(data, listed, der.SEQUENCE))
    tbs, algorithm, signature = exactly(parts, 3)
    inner = der.children_of(data, tbs, der.SEQUENCE)
    if inner and inner[0].tag == 0xA0:
        inner.pop(0)  # the version, which is always 1
    extensions: tuple[RawExtension, ...] = ()
    if len(inner) == 4 and inner[3].tag == 0xA1:
        extensions = read_extensions(data, inner.pop())
    responder, produced_at, responses = exactly(inner, 3)
    if responder.tag not in (0xA1, 0xA2):
        raise ValueError("it does not name its responder")
    (called,) = exactly(der.children(data, responder), 1)
    der.expect(called, der.SEQUENCE if responder.tag == 0xA1 else der.OCTET_STRING)
    der.expect(signature, der.BIT_STRING)
    unused_bits, octets = der.read_bits(data, signature)
    name, parameters = read_signature_algorithm(data[algorithm.start : algorithm.end])
    return BasicAnswer(
        responder=data[called.start if responder.tag == 0xA1 else called.content : called.end],
        responder_by="name" if responder.tag == 0xA1 else "key",
        produced_at=_read_time(data, produced_at),
        answers=tuple(_read_single(data, one) for one in der.children_of(data, responses, der.SEQUENCE)),
        extensions=extensions,
        signed=data[tbs.start : tbs.end],
        signature=octets,
        signature_unused_bits=unused_bits,
        signature_algorithm=name,
        signature_parameters=parameters,
        certificates=certificates,
    )


def _read_single(data: bytes, element: der.Element) -> SingleAnswer:
    """Read the answer about one certificate.

    Raises:
        ValueError: it is broken.
    """
    parts = der.children_of(data, element, der.SEQUENCE)
    tags = [part.tag for part in parts[3:]]
    if (
        len(parts) < 3
        or tags != [tag for tag in (0xA0, 0xA1) if tag in tags]
        or parts[1].tag not in _STATUSES
    ):
        raise ValueError("the answer about a certificate is broken")
    next_update = revoked_at = reason = None
    if 0xA0 in tags:
        (time,) = exactly(der.children(data, parts[3]), 1)
        next_update = _read_time(data, time)
    status = _STATUSES[parts[1].tag]
    if status == "revoked":
        at, *why = der.children(data, parts[1]) or [parts[1]]
        revoked_at = _read_time(data, at)
        reason = _read_reason(data, why)
    return SingleAnswer(
        read_certificate_id(data, parts[0]),
        status,
        _read_time(data, parts[2]),
        next_update,
        revoked_at,
        reason,
    )


def _read_reason(data: bytes, why: list[der.Element]) -> str | None:
    """The reason of a revocation: its name, its number if it has none, or None.

    Raises:
        ValueError: it is broken.
    """
    if not why:
        return None
    (holder,) = exactly(why, 1)
    der.expect(holder, 0xA0)
    (element,) = exactly(der.children(data, holder), 1)
    der.expect(element, der.ENUMERATED)
    number = der.read_integer(data, element)
    return REASON_NAMES.get(number, f"reason {number}")


def _read_time(data: bytes, element: der.Element) -> datetime:
    """Read a GeneralizedTime.

    Raises:
        ValueError: it is another value, or no date of the calendar.
    """
    der.expect(element, der.GENERALIZED_TIME)
    return read_time(element.tag, data[element.content : element.end])
