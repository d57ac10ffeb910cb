"""One of our own actors as one side of a conversation, byte for byte as on a socket."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from simulator.actors.client import Client
from simulator.actors.effects import HandshakeEnded, Judged, bytes_to_send
from simulator.oracle.observed import PlayedSide
from simulator.oracle.reasons import reason_of_verdict
from simulator.tls.events import AlertSent, DataReceived, MessageReceived, MessageSent
from simulator.tls.wire.version import Protection

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from simulator.actors.effects import Effect
    from simulator.actors.server import Server
    from simulator.oracle.observed import HandshakeLog
    from simulator.trace.facts import Side


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

    def _carry_on(self, effects: list[Effect]) -> bytes:
        """Let the actor decide as it would, until it has to read again."""
        while (pending := self.actor.pending) is not None:
            effects = [*effects, *self.actor.decide(pending.choice, self._now)]
        self._write_down(effects)
        return bytes_to_send(effects)

    def _write_down(self, effects: Iterable[Effect]) -> None:
        for effect in effects:
            if isinstance(effect, MessageSent) and effect.name != "ChangeCipherSpec":
                encrypted = effect.protection is not Protection.CLEAR
                self._log.message_sent(self.side, effect.raw, encrypted=encrypted)
            elif isinstance(effect, MessageReceived) and effect.name != "ChangeCipherSpec":
                self._log.message_read(self.side, effect.name)
            elif isinstance(effect, AlertSent):
                encrypted = effect.protection is not Protection.CLEAR
                self._log.alert_sent(self.side, int(effect.description), encrypted=encrypted)
            elif isinstance(effect, Judged):
                self._log.found(self.side, reason_of_verdict(effect))
            elif isinstance(effect, DataReceived):
                self.data += effect.data
            elif isinstance(effect, HandshakeEnded):
                self.returned = effect.result
