"""The common half of client and server while a connection is in clear: before TLS, or instead of it.

What arrives is read as it comes, piece by piece, and each piece is a message of the trace. START-TLS is
agreed by the telnet machines; where it is, the next byte is TLS's. Where the connection stays in clear, the
application goes on as it would inside TLS, and no handshake call ever returns.
"""

from __future__ import annotations

from abc import abstractmethod
from typing import TYPE_CHECKING, ClassVar, Literal

from simulator.actors.opening.words import name_of
from simulator.actors.peer import Peer
from simulator.telnet.events import TelnetSent, TlsWanted
from simulator.tls.wire.version import Protection
from simulator.trace.facts import Received, Sent, TransportEnded

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime, timedelta

    from simulator.actors.inquiry import ResponderAddress
    from simulator.telnet.client import TelnetClient
    from simulator.telnet.events import TelnetEvent
    from simulator.telnet.server import TelnetServer
    from simulator.tls.wire.version import Side, Version
    from simulator.trace.facts import Fact

Awaits = Literal["", "the beginning of TLS", "the answer to START-TLS", "the client's next word"]


class InClear(Peer):
    """A side of a connection that may begin, or stay, in clear.

    Attributes:
        in_clear: what it reads and writes is in no record of TLS.
        telnet: the machine that agrees on START-TLS, once it is needed.
        awaits: what it waits for with a timer, in words; empty for nothing.
    """

    telnet: TelnetClient | TelnetServer | None
    awaits: Awaits = ""
    goodbye: ClassVar[str]  # the reason with which it closes when all is said

    def __init__(
        self, name: Side, peer: Side, version: Version, responders: Mapping[bytes, ResponderAddress]
    ) -> None:
        super().__init__(name, peer, version, responders)
        self.in_clear = False
        self.telnet = None

    @property
    def patience(self) -> timedelta | None:
        """The time that it waits from now on, or None while no timer runs."""
        return None

    def out_of_patience(self, now: datetime) -> list[Fact]:  # noqa: ARG002 - of a side that has a timer
        """Act on a timer that has expired."""
        return []

    @abstractmethod
    def _heard_in_clear(self, data: bytes) -> list[Fact]:
        """React to what was read in clear."""

    def _read_on(self) -> list[Fact]:
        """Read what has come, all of it; under TLS record by record."""
        facts: list[Fact] = []
        while self.in_clear and self._unread and not self.waits and not self.finished:
            data = bytes(self._unread)
            self._unread.clear()
            facts += self._take_in_clear(data)
        return facts if self.in_clear else facts + super()._read_on()

    def _take_in_clear(self, data: bytes) -> list[Fact]:
        """Read one piece."""
        read = Received(self.peer, "cleartext", name_of(data), data, Protection.CLEAR)
        return [read, *self._heard_in_clear(data)]

    def _telnet_said(self, events: list[TelnetEvent]) -> list[Fact]:
        """Send what the telnet machine says, as one message; go over to TLS where it is agreed."""
        facts = self._say(b"".join(event.wire for event in events if isinstance(event, TelnetSent)))
        wanted = next((event for event in events if isinstance(event, TlsWanted)), None)
        if wanted is not None:
            self.in_clear, self.awaits = False, ""  # the timer is for the answer: TLS has none
            self._unread += wanted.unread  # came behind the agreement: TLS's, and never telnet's
            facts += self._begin_tls()
        return facts

    def _begin_tls(self) -> list[Fact]:
        """Say the first word of TLS, if it is this side's."""
        return []

    def _say(self, words: bytes) -> list[Fact]:
        """Send application data, in clear or under TLS."""
        if not self.in_clear:
            return super()._say(words)
        return [Sent(self.peer, "cleartext", name_of(words), words, Protection.CLEAR, words)] if words else []

    def _say_goodbye(self) -> list[Fact]:
        """End the session: under TLS with close_notify, in clear with the end of the connection."""
        return self._close(self.goodbye) if self.in_clear else super()._say_goodbye()

    def _close(self, reason: str) -> list[Fact]:
        """Close the connection: in clear TCP says it, and there is no other goodbye."""
        if self._gone:
            return []
        self._gone, self.unsaid = True, b""
        self._unread.clear()
        return [TransportEnded("sent", self.peer, "end of file", reason)]

    def disconnected(self, how: str = "ended without a word") -> list[Fact]:
        """The transport ended: in clear that is the goodbye of a session that was granted."""
        if not self.in_clear:
            return super().disconnected(how)
        if self.finished:
            return []
        self._gone = True
        self.pending = None
        if self._session_granted():
            return []
        return self._refused(f"The connection {how}: the {self.name} never learned why.")
