"""The events of a handshake machine: values, in the order in which they happened.

A machine (``ClientHandshake`` or ``ServerHandshake`` of :mod:`simulator.tls.handshake`) takes bytes and
answers, and returns a list of these. It owns no socket, clock or trust store. Where the
story needs a decision it reports a ``…Wanted`` event, stops in a waiting state, and goes on when answered.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct

if TYPE_CHECKING:
    from simulator.tls.wire.alerts import AlertDescription, AlertLevel
    from simulator.tls.wire.version import Protection, Version


class MachineEvent(Struct, frozen=True, gc=False):
    """Base of every event. It cannot come to hold itself, so the garbage collector need not look at it."""


class MessageSent(MachineEvent, frozen=True):
    """A handshake message or ChangeCipherSpec went out.

    Attributes:
        name: the RFC's name: ``ClientHello``, ``HelloRetryRequest``, ``ChangeCipherSpec``.
        raw: the whole plaintext message, its 4-byte handshake header included.
        protection: whose keys protect it.
        wire: the records that this message completed, as sent; empty for a message that shares a record
            with a later one. The concatenation over all events is the byte stream.
    """

    name: str
    raw: bytes
    protection: Protection
    wire: bytes


class MessageReceived(MachineEvent, frozen=True):
    """A handshake message or ChangeCipherSpec was read (fields as in :class:`MessageSent`)."""

    name: str
    raw: bytes
    protection: Protection


class AlertSent(MachineEvent, frozen=True):
    """An alert went out; ``raw`` is its two bytes in the clear, ``wire`` the record."""

    level: AlertLevel
    description: AlertDescription
    raw: bytes
    protection: Protection
    wire: bytes
    reason: str  # what the peer did, or which check failed; not on the wire


class AlertReceived(MachineEvent, frozen=True):
    """An alert was read.

    Attributes:
        level: the level byte as it came.
        code: the description byte as it came.
        description: its meaning, or None for an unknown code.
        raw: the two bytes.
        protection: whose keys protect it.
        refuses: the connection fails with it: it is neither a warning nor a goodbye.
    """

    level: int
    code: int
    description: AlertDescription | None
    raw: bytes
    protection: Protection
    refuses: bool = True


class MachineMoved(MachineEvent, frozen=True):
    """The machine moved. Names are RFC 8446 Appendix A's, for TLS 1.2 the same pattern."""

    before: str
    after: str


class ServerVerdictWanted(MachineEvent, frozen=True):
    """The client read the server's Certificate; the machine waits for ``accept_server``/``refuse_server``.

    ``chain`` is what was presented, DER, leaf first.
    """

    chain: tuple[bytes, ...]


class CertificateChoiceWanted(MachineEvent, frozen=True):
    """The client was asked for a certificate; the machine waits for ``send_certificate``.

    Attributes:
        signature_schemes: code points the server accepts in CertificateVerify, in its order.
        certificate_authorities: DER names the server hints at; empty means no hint.
        certificate_types: TLS 1.2 only, the raw ClientCertificateType codes; empty in TLS 1.3.
    """

    signature_schemes: tuple[int, ...]
    certificate_authorities: tuple[bytes, ...]
    certificate_types: tuple[int, ...]


class RequestChoiceWanted(MachineEvent, frozen=True):
    """The server comes to its CertificateRequest; the machine waits for ``ask_client`` or ``do_not_ask``."""


class ClientVerdictWanted(MachineEvent, frozen=True):
    """The server read the client's Certificate; the machine waits for ``accept_client``/``refuse_client``.

    ``chain`` is what was presented, DER, leaf first; empty where the client has none.
    """

    chain: tuple[bytes, ...]


class ProofChecked(MachineEvent, frozen=True):
    """A CertificateVerify (or the signature over a TLS 1.2 ServerKeyExchange) was checked.

    Attributes:
        signer: ``client`` or ``server``.
        ok: the signature verifies under the public key of the certificate.
        scheme: the SignatureScheme's RFC name, or its number where unknown.
        problem: the reason why it does not hold, or empty.
    """

    signer: str
    ok: bool
    scheme: str
    problem: str


class HandshakeDone(MachineEvent, frozen=True):
    """The handshake call of an API would return here.

    Attributes:
        version: what was negotiated.
        cipher_suite: its RFC name.
        group: the named group of the key exchange.
    """

    version: Version
    cipher_suite: str
    group: str


class DataSent(MachineEvent, frozen=True):
    """Application data went out."""

    data: bytes
    protection: Protection
    wire: bytes


class DataReceived(MachineEvent, frozen=True):
    """Application data was read."""

    data: bytes
    protection: Protection


Traffic = MessageSent | MessageReceived | AlertSent | AlertReceived | DataSent | DataReceived
Wanted = ServerVerdictWanted | CertificateChoiceWanted | RequestChoiceWanted | ClientVerdictWanted
TlsEvent = Traffic | Wanted | MachineMoved | ProofChecked | HandshakeDone
