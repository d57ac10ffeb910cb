"""One of our own actors as one side of a conversation, byte for byte as on a socket."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from simulator.actors.client import Client
from simulator.actors.reporting import bytes_to_send
from simulator.oracle.observed import PlayedSide
from simulator.oracle.reasons import reason_of_verdict
from simulator.tls.wire.version import Protection
from simulator.trace.facts import Alert, Checked, HandshakeReturned, Received, Sent

if TYPE_CHECKING:
    from datetime import datetime

    from simulator.actors.server import Server
    from simulator.oracle.observed import HandshakeLog
    from simulator.trace.facts import Fact, Side


class ActorSide:
    """A client or server of ours that takes its own decisions.

    Args:
        actor: it has not begun.
        log: where its messages are written down.
        now: the time at which it does everything; a conversation in memory takes none.

    Attributes:
        returned: what its handshake call would have returned; None while it runs.
    """

    def __init__(self, actor: Client | Server, log: HandshakeLog, now: datetime) -> None:
        self.actor = actor
        self.side: Side = "client" if isinstance(actor, Client) else "server"
        self.returned: Literal["ok", "failed"] | None = None
        self.data = b""
        self._log = log
        self._now = now

    @property
    def finished(self) -> bool:
        """The actor will neither say nor read anything more."""
        return self.actor.finished

    def begin(self) -> bytes:
        """A client's ClientHello; nothing for a server."""
        return self._carry_on(self.actor.start(self._now)) if isinstance(self.actor, Client) else b""

    def receive(self, record: bytes) -> bytes:
        """Read one record and give what it answers."""
        return self._carry_on(self.actor.receive(record, self._now))

    def played(self) -> PlayedSide:
        """How this side ended."""
        return PlayedSide(
            self.returned or "failed",
            self.actor.belief.peer,
            self._log.last_read(self.side),
            self.data.decode(errors="replace"),
        )

    def _carry_on(self, facts: list[Fact]) -> bytes:
        """Let the actor decide as it would, until it has to read again."""
        while (pending := self.actor.pending) is not None:
            facts = [*facts, *self.actor.decide(pending.choice, self._now)]
        for fact in facts:
            self._write_down(fact)
        return bytes_to_send(facts)

    def _write_down(self, fact: Fact) -> None:
        match fact:
            case Sent(protocol="handshake"):
                encrypted = fact.protection is not Protection.CLEAR
                self._log.message_sent(self.side, fact.raw, encrypted=encrypted)
            case Received(protocol="handshake"):
                self._log.message_read(self.side, fact.name)
            case Received(protocol="application_data"):
                self.data += fact.raw
            case Alert(direction="sent"):
                encrypted = fact.protection is not Protection.CLEAR
                self._log.alert_sent(self.side, fact.code, encrypted=encrypted)
            case Checked():
                self._log.found(self.side, reason_of_verdict(fact))
            case HandshakeReturned():
                self.returned = fact.result
