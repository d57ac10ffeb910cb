"""Two actors with somebody on the line, or one of them saying a message wrongly.

An actor has questions, beliefs and the application on top of its machine; these have to stand whatever the
machine reports: nothing raises, nothing hangs.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

from simulator.actors.client import Client
from simulator.actors.reporting import bytes_to_send
from simulator.actors.server import Server
from simulator.engine.preparation import prepare
from simulator.entropy import SeededEntropy
from simulator.scenario import Scenario
from simulator.tls.wire.messages import encode_handshake
from simulator.tls.wire.records import records_of
from tests.attack import Attack, apply
from tests.tls.probes import bend

if TYPE_CHECKING:
    from collections.abc import Mapping

    from simulator.actors.peer import Peer
    from simulator.tls.wire.version import Side, TlsVersion
    from simulator.trace.facts import Fact

ACTOR_PLAYS: Mapping[str, Scenario] = {
    "line": Scenario(),
    "http": Scenario().but({"network.application": "http"}),
    "tn3270": Scenario().but({"network.application": "tn3270"}),
    "not asked": Scenario().but({"server.client_authentication": "none"}),
    "START-TLS": Scenario().but(
        {
            "network.application": "tn3270",
            "server.port_security": "negtsecure",
            "client.starts_tls": "when-asked",
            "client.express_logon": "TSO",
            "server.express_logon": True,
            "server.users": {"CN=alice": "alice"},
        }
    ),
    "in clear": Scenario().but(
        {
            "network.application": "tn3270",
            "server.port_security": "any",
            "client.starts_tls": "never",
            "client.express_logon": "TSO",
            "server.express_logon": True,
        }
    ),
    "refused in the application": Scenario().but({"server.minimum_level": "CLIENT_IDENTIFIED"}),
}
MOST_RECORDS = 400
BEHIND = 2**24  # the offset of an edit that stands behind the message, whatever its length


class Conversation:
    """Two actors; what one of them says or sends is changed as an attack has it.

    Attributes:
        facts: what each side reported.
        sent: all that each side put on the wire, before any change.
    """

    def __init__(self, attack: Attack) -> None:
        scenario = ACTOR_PLAYS[attack.play]
        tls: TlsVersion = "1.3" if attack.version == "1.3" else "1.2"
        ready, entropy = prepare(scenario, tls), SeededEntropy(scenario.seed)
        self.now = scenario.clock
        self.attack = attack
        self.client = Client(ready.client, entropy.child("client"))
        self.server = Server(ready.server, entropy.child("server"))
        self.facts: dict[Side, list[Fact]] = {"client": [], "server": []}
        self.sent: dict[Side, bytes] = {"client": b"", "server": b""}
        self._under_way: list[tuple[Side, bytes]] = []
        if attack.place:
            bend(self.actor(attack.role).machine, attack.place, self._change)

    def actor(self, side: Side) -> Peer:
        """The actor of a side."""
        return self.client if side == "client" else self.server

    def _change(self, message: Any, _: Any) -> list[bytes]:
        """The message with the attack's edits, in one record with what stands behind it."""
        raw = encode_handshake(message)
        behind = b"".join(bytes.fromhex(more) for at, _, more in self.attack.edits if at == BEHIND)
        said = apply(self.attack.edits, raw) + behind
        return [said] if said else []

    def play(self) -> None:
        """Talk until no byte is under way and no timer runs; then the transport ends at both sides."""
        if self.server.may_be_in_clear:
            self._take("server", self.server.open(self.now))
        self._take("client", self.client.start(self.now))
        for _ in range(MOST_RECORDS):
            if self._under_way:
                side, record = self._under_way.pop(0)
                self._take(side, self.actor(side).receive(record, self.now))
            elif self.server.patience is not None:  # in clear it waits with a timer
                self._take("server", self.server.out_of_patience(self.now))
            else:
                break
        else:
            raise AssertionError("the actors talk without end")
        for side in self.facts:
            self._take(side, self.actor(side).disconnected())

    def _take(self, side: Side, facts: list[Fact]) -> None:
        """Let an actor decide, note what it reported, and send its records as the attack changes them."""
        actor = self.actor(side)
        while actor.pending is not None:
            facts = facts + actor.decide(actor.pending.choice, self.now)
        self.facts[side] += facts
        wire = bytes_to_send(facts)
        passed = len(self.sent[side])
        self.sent[side] += wire
        if side == self.attack.role and not self.attack.place:
            wire = apply(self.attack.edits, wire, passed)
        other: Side = "server" if side == "client" else "client"
        self._under_way += [(other, record) for record in records_of(wire)]


def of_actors(attack: Attack) -> str | None:
    """Whatever one side says, both come to an end: without a question that hangs, or a call that raises."""
    talk = Conversation(attack)
    talk.play()
    for side in ("client", "server"):
        actor = talk.actor(side)  # type: ignore[arg-type]  # the loop's own literals
        if actor.pending is not None:
            return f"the {side} waits for a decision after the end"
        if not actor.finished:
            return f"the {side} goes on after the end"
        if not actor.returned and not actor.in_clear:  # without TLS no handshake call was made
            return f"the {side}'s handshake call never returns"
    return None


@cache
def stream_of_actor(version: str, play: str, role: Side) -> bytes:
    """All that a side sends in an honest conversation."""
    talk = Conversation(Attack("actors", version, play, role, "", ()))
    talk.play()
    return talk.sent[role]
