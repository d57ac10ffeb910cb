"""A handshake as an observer outside sees it: the values that are compared.

A :class:`HandshakeLog` is written while two sides talk; a :class:`Played` is its result. OpenSSL reports its
messages through a callback, our actors through their effects, a simulation through its trace.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

from simulator.oracle.agreed import Agreed
from simulator.oracle.reasons import NEGOTIATION
from simulator.tls.wire.alerts import WARNINGS, AlertDescription
from simulator.tls.wire.messages import message_name
from simulator.tls.wire.records import ContentType

if TYPE_CHECKING:
    from collections.abc import Callable

    from simulator.scenario import TlsVersion
    from simulator.trace.facts import Side

Mode = Literal["both", "openssl-server", "openssl-client", "simulated"]

RECORD_HEADER = 0x100  # OpenSSL's name for "here is a record header" where a content type is expected


@dataclass(frozen=True, slots=True)
class SentMessage:
    """A handshake message as sent."""

    sender: Side
    name: str
    encrypted: bool


@dataclass(frozen=True, slots=True)
class SentAlert:
    """The first alert sent that is no warning (:data:`simulator.tls.wire.alerts.WARNINGS`)."""

    sender: Side
    name: str
    code: int
    encrypted: bool


@dataclass(frozen=True, slots=True)
class PlayedSide:
    """How one side ended.

    Attributes:
        handshake: what its handshake call returned.
        peer: RFC 4514 subject of the certificate that it ends with; None without one, or after a failure.
        last_read: the last handshake message that it read.
        data: the application data that it read, as text.
    """

    handshake: Literal["ok", "failed"]
    peer: str | None
    last_read: str | None
    data: str


@dataclass(frozen=True, slots=True)
class Played:
    """A scenario as it was played.

    Attributes:
        scenario: its name.
        tls: the version asked for.
        mode: who played: two stock OpenSSL objects (``both``), one of them against our actor, or nobody but
            our actors (``simulated``).
        messages: the handshake messages in the order of sending.
        alert: the first alert that ended something; None where none was sent.
        decided_after: the message that the alert's sender had read last: where its decision fell.
        reason: why the alert's sender refused, in the words of :data:`simulator.oracle.reasons.REASONS`; None
            where no alert was sent.
        agreed: what was negotiated.
        client, server: how each side ended.
    """

    scenario: str
    tls: TlsVersion
    mode: Mode
    messages: tuple[SentMessage, ...]
    alert: SentAlert | None
    decided_after: str | None
    reason: str | None
    agreed: Agreed
    client: PlayedSide
    server: PlayedSide


@dataclass(slots=True)
class HandshakeLog:
    """What was sent and read so far; both sides of a conversation write into the same log."""

    messages: list[SentMessage] = field(default_factory=list)
    alert: SentAlert | None = None
    decided_after: str | None = None
    agreed: Agreed = field(default_factory=Agreed)
    reasons: dict[Side, str] = field(default_factory=dict)
    read: dict[Side, list[str]] = field(default_factory=lambda: {"client": [], "server": []})

    @property
    def reason(self) -> str | None:
        """Why the alert's sender refused; None where no alert was sent."""
        return None if self.alert is None else self.reasons.get(self.alert.sender, NEGOTIATION.words)

    def message_sent(self, sender: Side, raw: bytes, *, encrypted: bool) -> None:
        """A handshake message went out: its bytes with their header."""
        self.messages.append(SentMessage(sender, message_name(raw), encrypted))
        self.agreed = self.agreed.after(sender, raw)

    def found(self, side: Side, reason: str) -> None:
        """A side has found something that it may refuse for; the last counts."""
        self.reasons[side] = reason

    def message_read(self, reader: Side, name: str) -> None:
        """A handshake message was read."""
        self.read[reader].append(name)

    def alert_sent(self, sender: Side, code: int, *, encrypted: bool) -> None:
        """An alert went out; only the first that ends something is kept."""
        if self.alert is not None or code in WARNINGS:
            return
        self.alert = SentAlert(sender, alert_name(code), code, encrypted)
        self.decided_after = self.last_read(sender)

    def last_read(self, reader: Side) -> str | None:
        """The last handshake message that a side has read."""
        return self.read[reader][-1] if self.read[reader] else None


def alert_name(code: int) -> str:
    """The RFC's name of an alert."""
    try:
        return AlertDescription(code).rfc_name
    except ValueError:
        return f"alert {code}"


def openssl_observer(side: Side, tls: TlsVersion, log: HandshakeLog) -> Callable[..., None]:
    """A message callback for one OpenSSL context that writes into the log.

    OpenSSL reports each record's header just before what the record carries. In TLS 1.3 a record that calls
    itself application data is encrypted; in TLS 1.2 every record is after this side's ChangeCipherSpec.
    """
    outer_type = 0
    ciphers_changed = False

    def observe(
        _connection: object, direction: str, _version: int, content_type: int, _message_type: int, data: bytes
    ) -> None:
        nonlocal outer_type, ciphers_changed
        if direction == "read":
            if content_type == ContentType.HANDSHAKE:
                log.message_read(side, message_name(data))
        elif content_type == RECORD_HEADER:
            outer_type = data[0]
        elif content_type == ContentType.CHANGE_CIPHER_SPEC:
            ciphers_changed = True
        elif content_type in (ContentType.HANDSHAKE, ContentType.ALERT):
            encrypted = ciphers_changed if tls == "1.2" else outer_type == ContentType.APPLICATION_DATA
            if content_type == ContentType.HANDSHAKE:
                log.message_sent(side, data, encrypted=encrypted)
            else:
                log.alert_sent(side, data[1], encrypted=encrypted)

    return observe
