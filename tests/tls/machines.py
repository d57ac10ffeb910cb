"""A client and a server machine on one table: driven message by message, with every decision at hand."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from simulator.engine.world import issue_world
from simulator.entropy import SeededEntropy
from simulator.scenario import Scenario
from simulator.tls.config import ClientConfig, ServerConfig
from simulator.tls.crypto.protection import Tls12Protector, Tls13Protector
from simulator.tls.events import (
    AlertSent,
    CertificateChoiceWanted,
    ClientVerdictWanted,
    DataSent,
    MachineMoved,
    MessageSent,
    RequestChoiceWanted,
    ServerVerdictWanted,
    TlsEvent,
)
from simulator.tls.handshake import ClientHandshake, ServerHandshake, client_handshake, server_handshake
from simulator.tls.wire.records import ContentType, record_header

if TYPE_CHECKING:
    from collections.abc import Callable

    from simulator.tls.wire.version import Side, Version

SEED = SeededEntropy("machines")
WORLD = issue_world(Scenario(), SEED)


(CLIENT_CREDENTIAL,) = WORLD.client.credentials
(SERVER_CREDENTIAL,) = WORLD.server.credentials


@dataclass
class Pair:
    """A client and a server that have not spoken yet.

    Args:
        version: which TLS.
        asks: the server asks for a certificate.
        sends: the client sends its certificate when asked; else it goes on without.
        client_changes, server_changes: settings that differ.
    """

    version: Version
    sends: bool = True
    asks: bool = True
    client_changes: dict[str, object] = field(default_factory=dict)
    server_changes: dict[str, object] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Make the machines."""
        client = ClientConfig(self.version, server_name="telnet.example.com")
        server = ServerConfig(self.version, SERVER_CREDENTIAL)
        self.client: ClientHandshake = client_handshake(
            replace(client, **self.client_changes),  # type: ignore[arg-type]  # settings by name
            SEED.child("client"),
        )
        self.server: ServerHandshake = server_handshake(
            replace(server, **self.server_changes),  # type: ignore[arg-type]
            SEED.child("server"),
        )
        self.on_the_way: list[tuple[Side, bytes]] = []
        self.told: list[tuple[Side, TlsEvent]] = []
        self.wanted: list[tuple[Side, Callable[[], list[TlsEvent]]]] = []

    def machine(self, role: Side) -> ClientHandshake | ServerHandshake:
        """The machine of a role."""
        return self.client if role == "client" else self.server

    def take(self, role: Side, events: list[TlsEvent]) -> None:
        """Note what a machine reported: bytes go on the way, questions wait."""
        for event in events:
            self.told.append((role, event))
            if isinstance(event, MessageSent | AlertSent | DataSent) and event.wire:
                self.on_the_way.append(("server" if role == "client" else "client", event.wire))
            elif isinstance(event, ServerVerdictWanted):
                self.wanted.append((role, self.client.accept_server))
            elif isinstance(event, CertificateChoiceWanted):
                self.wanted.append((role, self.choose))
            elif isinstance(event, RequestChoiceWanted):
                self.wanted.append((role, self.server.ask_client if self.asks else self.server.do_not_ask))
            elif isinstance(event, ClientVerdictWanted):
                self.wanted.append((role, self.server.accept_client))

    def choose(self) -> list[TlsEvent]:
        """The client's answer to a request."""
        return self.client.send_certificate(CLIENT_CREDENTIAL if self.sends else None)

    def steps(self) -> int:
        """Play to the end; how many steps it took."""
        count = 0
        while self.step():
            count += 1
        return count

    def step(self) -> bool:
        """One thing happens: the client starts, a decision is taken, or one record is delivered."""
        if not self.told:
            self.take("client", self.client.start())
        elif self.wanted:
            role, answer = self.wanted.pop(0)
            self.take(role, answer())
        elif self.on_the_way:
            role, wire = self.on_the_way.pop(0)
            self.take(role, self.machine(role).receive(wire))
        else:
            return False
        return True

    def moves(self, role: Side) -> list[tuple[str, str]]:
        """The states that a machine went through, as (before, after)."""
        return [
            (event.before, event.after)
            for who, event in self.told
            if who == role and isinstance(event, MachineMoved)
        ]

    def alerts(self) -> list[tuple[Side, str]]:
        """The alerts that were sent, with their senders."""
        return [
            (role, event.description.rfc_name) for role, event in self.told if isinstance(event, AlertSent)
        ]


def record_for(
    machine: ClientHandshake | ServerHandshake, content_type: ContentType, content: bytes
) -> bytes:
    """A record that a machine can open at this moment, as its peer would have made it."""
    current = machine.read_protector
    if isinstance(current, Tls13Protector):
        maker: Tls13Protector | Tls12Protector = machine.protector(machine.read_secret)  # type: ignore[union-attr, arg-type]
    elif isinstance(current, Tls12Protector):
        maker = machine.protector(machine.peer)  # type: ignore[arg-type, assignment]
    else:
        return record_header(content_type, len(content)) + content
    maker.sequence_number = current.sequence_number
    return maker.seal(content_type, content)
