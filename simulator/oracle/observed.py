"""A handshake as an observer outside sees it: the values that are compared.

A :class:`HandshakeLog` is written while two sides talk; a :class:`Played` is its result. OpenSSL reports its
messages through a callback, our actors through their effects, a simulation through its trace.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

from simulator.oracle.agreed import Agreed
from simulator.oracle.extensions import WITH_EXTENSIONS, extensions_in_words
from simulator.oracle.reasons import NEGOTIATION, reason_of_verdict
from simulator.tls.wire.alerts import WARNINGS, AlertDescription
from simulator.tls.wire.messages import message_name
from simulator.tls.wire.records import ContentType
from simulator.tls.wire.version import Protection
from simulator.trace.facts import Alert, Checked, Decided, HandshakeReturned, Received, Sent

if TYPE_CHECKING:
    from collections.abc import Callable

    from simulator.scenario import TlsVersion
    from simulator.tls.wire.version import Side
    from simulator.trace.facts import Fact

Mode = Literal["both", "openssl-server", "openssl-client", "simulated"]

RECORD_HEADER = 0x100  # SSL3_RT_HEADER: OpenSSL reports a record header in place of a content type


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
    """The end of one side.

    Attributes:
        handshake: what its handshake call returned.
        peer: RFC 4514 subject of the certificate that it ends with, or None without one or after a failure.
        last_read: the last handshake message that it read, or None.
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
        mode: the players: two stock OpenSSL objects (``both``), one of them and our actor (named after
            OpenSSL's side), or our actors alone (``simulated``).
        messages: the handshake messages in the order of sending.
        alert: the first alert that ended something, or None.
        decided_after: the message that the alert's sender had read last: where its decision fell.
        reason: why the alert's sender refused, or a server that defers its refusal, in the words of
            :data:`simulator.oracle.reasons.REASONS`; None if neither did.
        agreed: what was negotiated.
        extensions: the messages that carry extensions, in the order of sending, each with these in words.
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
    extensions: tuple[tuple[str, tuple[str, ...]], ...]
    client: PlayedSide
    server: PlayedSide


@dataclass(slots=True)
class HandshakeLog:
    """The messages sent and read so far; both sides of a conversation write into the same log."""

    messages: list[SentMessage] = field(default_factory=list)
    alert: SentAlert | None = None
    decided_after: str | None = None
    agreed: Agreed = field(default_factory=Agreed)
    extensions: list[tuple[str, tuple[str, ...]]] = field(default_factory=list)
    reasons: dict[Side, str] = field(default_factory=dict)
    last_read: dict[Side, str] = field(default_factory=dict)
    data: dict[Side, bytes] = field(default_factory=lambda: {"client": b"", "server": b""})
    returned: dict[Side, Literal["ok", "failed"]] = field(default_factory=dict)
    deferred_by: Side | None = None

    def message_sent(self, sender: Side, raw: bytes, *, encrypted: bool) -> None:
        """Note a handshake message that went out: its bytes with their header."""
        name = message_name(raw)
        self.messages.append(SentMessage(sender, name, encrypted))
        self.agreed = self.agreed.after(sender, raw)
        if name in WITH_EXTENSIONS:
            self.extensions.append((name, extensions_in_words(raw, self.agreed.tls)))

    def alert_sent(self, sender: Side, code: int, *, encrypted: bool) -> None:
        """Note an alert that went out; only the first that ends something is kept."""
        if self.alert is not None or code in WARNINGS:
            return
        known = AlertDescription.from_code(code)
        self.alert = SentAlert(sender, known.rfc_name if known else f"alert {code}", code, encrypted)
        self.decided_after = self.last_read.get(sender)

    def note(self, side: Side, fact: Fact) -> None:
        """Note one fact of our own actor, or of a simulation's trace."""
        match fact:
            case Sent(protocol="handshake"):
                self.message_sent(side, fact.raw, encrypted=fact.protection is not Protection.CLEAR)
            case Received(protocol="handshake"):
                self.last_read[side] = fact.name
            case Received(protocol="application_data"):
                self.data[side] += fact.raw
            case Alert(direction="sent"):
                self.alert_sent(side, fact.code, encrypted=fact.protection is not Protection.CLEAR)
            case Checked():
                self.reasons[side] = reason_of_verdict(fact)  # the last trust decision counts
            case Decided(choice="defer"):
                self.deferred_by = side
            case HandshakeReturned():
                self.returned[side] = fact.result

    def played(
        self, scenario: str, tls: TlsVersion, mode: Mode, client_peer: str | None, server_peer: str | None
    ) -> Played:
        """The play that this log is of.

        Args:
            scenario: its name.
            tls: the version asked for.
            mode: the players.
            client_peer: the peer that the client ends with, as in :class:`PlayedSide`.
            server_peer: the peer that the server ends with.
        """
        alert = self.alert
        refusing = self.deferred_by if alert is None else alert.sender
        reason = None if refusing is None else self.reasons.get(refusing, NEGOTIATION.words)
        client, server = self._side("client", client_peer), self._side("server", server_peer)
        messages, extensions = tuple(self.messages), tuple(self.extensions)
        return Played(
            scenario=scenario,
            tls=tls,
            mode=mode,
            messages=messages,
            alert=alert,
            decided_after=self.decided_after,
            reason=reason,
            agreed=self.agreed,
            extensions=extensions,
            client=client,
            server=server,
        )

    def _side(self, side: Side, peer: str | None) -> PlayedSide:
        data = self.data[side].decode(errors="replace")
        return PlayedSide(self.returned.get(side, "failed"), peer, self.last_read.get(side), data)


def openssl_observer(side: Side, tls: TlsVersion, log: HandshakeLog) -> Callable[..., None]:
    """A message callback for one OpenSSL context that writes into the log.

    OpenSSL reports each record's header just before its content. In TLS 1.3 a record of the outer type
    application data is encrypted; in TLS 1.2 every record after this side's ChangeCipherSpec is.
    """
    outer_type = 0
    ciphers_changed = False

    def observe(
        _connection: object, direction: str, _version: int, content_type: int, _message_type: int, data: bytes
    ) -> None:
        nonlocal outer_type, ciphers_changed
        if direction == "read":
            if content_type == ContentType.HANDSHAKE:
                log.last_read[side] = message_name(data)
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
