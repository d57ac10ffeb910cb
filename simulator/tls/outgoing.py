"""The output of a machine: messages wait for their flight, then become records under the keys in force."""

from __future__ import annotations

from typing import TYPE_CHECKING

from simulator.tls.events import AlertSent, DataSent, MessageSent, TlsEvent
from simulator.tls.wire.alerts import AlertDescription, level_of
from simulator.tls.wire.records import (
    FIRST_RECORD_VERSION,
    RECORD_VERSION,
    ContentType,
    Protector,
    RecordWriter,
)
from simulator.tls.wire.version import Protection

if TYPE_CHECKING:
    from collections.abc import Callable

    from simulator.tls.wire.records import RecordStyle

CHANGE_CIPHER_SPEC = b"\x01"


class Outgoing:
    """The output of one side, in order.

    Args:
        style: the layout of messages in records.
        tell: is called with an event for everything that is sent.

    Attributes:
        protection: whose keys protect what leaves now.
    """

    def __init__(self, style: RecordStyle, tell: Callable[[TlsEvent], None]) -> None:
        self.tell = tell
        self.writer = RecordWriter(style)
        self.protection = Protection.CLEAR
        self.unsent: list[tuple[str, bytes]] = []

    def queue(self, name: str, raw: bytes) -> None:
        """Add a handshake message to the flight."""
        self.unsent.append((name, raw))

    def flush(self) -> None:
        """Send the queued messages under the keys in force."""
        if not self.unsent:
            return
        queued, self.unsent = self.unsent, []
        wires = self.writer.write_messages([raw for _, raw in queued])
        for (name, raw), wire in zip(queued, wires, strict=True):
            self.tell(MessageSent(name, raw, self.protection, wire))

    def pause(self) -> None:
        """Send the queued messages before a wait, unless later messages may share their last record."""
        if not self.writer.style.coalesce:
            self.flush()

    def flush_opening(self) -> None:
        """Send a first ClientHello in a record that servers of every age can read."""
        self.writer.legacy_version = FIRST_RECORD_VERSION
        self.flush()
        self.writer.legacy_version = RECORD_VERSION

    def protect(self, protector: Protector | None, protection: Protection) -> None:
        """Use these keys from here on; queued messages are sent under the old ones."""
        self.flush()
        self.writer.protector = protector
        self.protection = protection

    def change_cipher_spec(self) -> None:
        """Send ChangeCipherSpec, always in the clear: in TLS 1.2 it comes before the first keys."""
        self.flush()
        wire = self.in_the_clear(ContentType.CHANGE_CIPHER_SPEC, CHANGE_CIPHER_SPEC)
        self.tell(MessageSent("ChangeCipherSpec", CHANGE_CIPHER_SPEC, Protection.CLEAR, wire))

    def data(self, data: bytes) -> None:
        """Send application data."""
        wire = self.writer.write(ContentType.APPLICATION_DATA, data)
        self.tell(DataSent(data, self.protection, wire))

    def alert(self, description: AlertDescription, reason: str, *, in_clear: bool = False) -> None:
        """Send an alert.

        Args:
            description: which.
            reason: the cause, for the trace; it is not sent.
            in_clear: leave the protection off, as some stacks do.
        """
        level = level_of(description)
        raw = bytes((level, description))
        write = self.in_the_clear if in_clear else self.writer.write
        protection = Protection.CLEAR if in_clear else self.protection
        self.tell(AlertSent(level, description, raw, protection, write(ContentType.ALERT, raw), reason))

    def in_the_clear(self, content_type: ContentType, content: bytes) -> bytes:
        """The record of some content, whatever keys are in force."""
        protector, self.writer.protector = self.writer.protector, None
        try:
            return self.writer.write(content_type, content)
        finally:
            self.writer.protector = protector

    def discard(self) -> None:
        """Drop the queued messages."""
        self.unsent.clear()
