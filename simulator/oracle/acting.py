"""One of our own actors as one side of a conversation, byte for byte as on a socket."""

from __future__ import annotations

from typing import TYPE_CHECKING

from simulator.actors.client import Client
from simulator.actors.reporting import bytes_to_send

if TYPE_CHECKING:
    from datetime import datetime

    from simulator.actors.server import Server
    from simulator.oracle.observed import HandshakeLog
    from simulator.tls.wire.version import Side
    from simulator.trace.facts import Fact


class ActorSide:
    """A client or server of ours that takes its own decisions.

    Args:
        actor: it has not begun.
        log: records its messages.
        now: the time at which it does everything; a conversation in memory takes none.
    """

    def __init__(self, actor: Client | Server, log: HandshakeLog, now: datetime) -> None:
        self.actor = actor
        self.side: Side = "client" if isinstance(actor, Client) else "server"
        self._log = log
        self._now = now

    @property
    def finished(self) -> bool:
        """Return True if the actor will neither send nor read anything more."""
        return self.actor.finished

    @property
    def peer(self) -> str | None:
        """RFC 4514 subject of the certificate that the actor ends with, or None."""
        return self.actor.belief.peer

    def begin(self) -> bytes:
        """A client's ClientHello; nothing for a server."""
        return self._carry_on(self.actor.start(self._now)) if isinstance(self.actor, Client) else b""

    def receive(self, record: bytes) -> bytes:
        """Read one record and return the answer."""
        return self._carry_on(self.actor.receive(record, self._now))

    def _carry_on(self, facts: list[Fact]) -> bytes:
        """Let the actor decide as it would, until it has to read again."""
        while (pending := self.actor.pending) is not None:
            facts = [*facts, *self.actor.decide(pending.choice, self._now)]
        if self.actor.unsaid and not self.actor.finished:  # no time passes here in which to write slowly
            facts = [*facts, *self.actor.say_the_rest()]
        for fact in facts:
            self._log.note(self.side, fact)
        return bytes_to_send(facts)
