"""Somebody on the line: two honest machines, and what one of them sends may be changed on the way."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from simulator.tls.events import AlertSent, DataReceived, DataSent, MachineMoved, MessageSent, TlsEvent
from simulator.tls.states import State
from simulator.tls.wire.messages import HandshakeType
from simulator.tls.wire.version import Version
from tests.attack import PLAYS, Attack, apply
from tests.tls.machines import CLIENT_CREDENTIAL, Pair

if TYPE_CHECKING:
    from simulator.tls.wire.version import Side

GREETING = b"telnet speaks here"
MOST_STEPS = 400
FINISHED = bytes((HandshakeType.FINISHED,))


class Tampered(Pair):
    """Two honest machines with somebody on the line who changes what one of them sends."""

    def __init__(self, attack: Attack) -> None:
        super().__init__(Version(attack.version), **PLAYS[attack.play])
        self.attack = attack
        self.passed = 0
        self.sent: dict[Side, bytes] = {"client": b"", "server": b""}
        self.greeted: set[Side] = set()

    def take(self, role: Side, events: list[TlsEvent]) -> None:
        """Note what a machine reported; what it sends passes the one on the line."""
        before = len(self.on_the_way)
        super().take(role, events)
        if role == self.attack.role and self.attack.kind == "stream":
            for place in range(before, len(self.on_the_way)):
                to, wire = self.on_the_way[place]
                self.on_the_way[place] = (to, apply(self.attack.edits, wire, self.passed))
                self.passed += len(wire)
        for event in events:
            if isinstance(event, DataSent):
                self.sent[role] += event.data

    def choose(self) -> list[TlsEvent]:
        """The client's answer to a request; without a certificate where it cannot sign as asked."""
        usable = self.sends and self.client.signing_scheme(CLIENT_CREDENTIAL) is not None
        return self.client.send_certificate(CLIENT_CREDENTIAL if usable else None)

    def step(self) -> bool:
        """One thing happens; a machine that is connected greets the other, once."""
        if super().step():
            return True
        for role in ("client", "server"):
            machine = self.machine(role)  # type: ignore[arg-type]  # the loop's own literals
            if machine.state is State.CONNECTED and role not in self.greeted:
                self.greeted.add(role)  # type: ignore[arg-type]
                self.take(role, machine.write(GREETING))  # type: ignore[arg-type]
                return True
        return False

    def play_on(self) -> None:
        """Play to the end, which comes."""
        for _ in range(MOST_STEPS):
            if not self.step():
                return
        raise AssertionError("the machines talk without end")

    def was_connected(self, role: Side) -> bool:
        """The machine has been connected."""
        return any(
            isinstance(event, MachineMoved) and event.after == State.CONNECTED.value
            for who, event in self.told
            if who == role
        )

    def confirmed(self, role: Side) -> bytes:
        """The handshake as a side saw it, up to the Finished of its peer: what that Finished vouches for."""
        messages = self.machine(role).transcript.raw_messages
        first = next(place for place, raw in enumerate(messages) if raw[:1] == FINISHED)
        is_last = role == ("server" if self.version is Version.TLS13 else "client")
        return b"".join(messages if is_last else messages[: first + 1])

    def has_said(self, role: Side, handshake: bytes) -> bool:
        """A side has seen this handshake, too, and perhaps more."""
        return b"".join(self.machine(role).transcript.raw_messages).startswith(handshake)

    def received(self, role: Side) -> bytes:
        """The data that a machine read."""
        return b"".join(
            event.data for who, event in self.told if who == role and isinstance(event, DataReceived)
        )


@cache
def genuine(version: str, play: str) -> Tampered:
    """The play that nobody tampers with."""
    pair = Tampered(Attack("stream", version, play, "client", "", ()))
    pair.play_on()
    return pair


@cache
def genuine_stream(version: str, play: str, role: Side) -> bytes:
    """All that a side sends in an honest play."""
    return b"".join(
        event.wire
        for who, event in genuine(version, play).told
        if who == role and isinstance(event, MessageSent | AlertSent | DataSent)
    )


@cache
def genuine_messages(version: str, play: str, role: Side) -> dict[str, bytes]:
    """The handshake messages of a side in an honest play, by name."""
    return {
        event.name: event.raw
        for who, event in genuine(version, play).told
        if who == role and isinstance(event, MessageSent) and event.name != "ChangeCipherSpec"
    }
