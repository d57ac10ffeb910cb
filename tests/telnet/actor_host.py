"""A scenario's server on a loopback socket: the actor of the simulation, with our own telnet and TLS."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING

from simulator.actors.reporting import bytes_to_send
from simulator.actors.server import Server
from simulator.engine.roles import server_role
from simulator.entropy import SeededEntropy
from tests.telnet.terminals import PATIENCE, OneConnection

if TYPE_CHECKING:
    import socket

    from simulator.engine.world import World
    from simulator.tls.wire.version import Version
    from simulator.trace.facts import Fact


class ActorHost(OneConnection):
    """One connection of a scenario's server, in a thread. Its timers are real.

    Args:
        world: the certificates and the scenario.
        version: the version of TLS that it speaks.

    Attributes:
        facts: what the actor reported.
    """

    def __init__(self, world: World, version: Version) -> None:
        scenario = world.scenario
        entropy = SeededEntropy(scenario.seed).child("server")
        self.actor = Server(server_role(scenario, world, version), entropy)
        self.now = scenario.clock
        self.facts: list[Fact] = []
        super().__init__()

    def _serve(self) -> None:
        """Take one connection, until one side closes it."""
        connection = self._taken()
        with connection, contextlib.suppress(ConnectionError):  # s3270 closes at once after a refusal
            self._do(connection, self.actor.open(self.now))
            while not self.actor.finished:
                patience = self.actor.patience
                connection.settimeout(PATIENCE if patience is None else patience.total_seconds())
                try:
                    data = connection.recv(65536)
                except TimeoutError:
                    if patience is None:
                        return
                    self._do(connection, self.actor.out_of_patience(self.now))
                    continue
                if not data:
                    return
                self._do(connection, self.actor.receive(data, self.now))

    def _do(self, connection: socket.socket, facts: list[Fact]) -> None:
        """Let the actor decide as it would, and send what it says."""
        while self.actor.pending is not None:
            facts = facts + self.actor.decide(self.actor.pending.choice, self.now)
        self.facts += facts
        connection.sendall(bytes_to_send(facts))
