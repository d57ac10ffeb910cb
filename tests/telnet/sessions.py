"""A telnet server and a telnet client talking in memory, and the streams of both."""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING

from simulator.telnet.client import Terminal
from simulator.telnet.events import TelnetEvent, TelnetSent
from simulator.telnet.logon import LogonScreen
from simulator.telnet.server import TelnetServerConfig
from simulator.telnet.states import TelnetState

if TYPE_CHECKING:
    from collections.abc import Callable

    from simulator.telnet.client import TelnetClient
    from simulator.telnet.machine import TelnetMachine
    from simulator.telnet.server import TelnetServer

LOGON = LogonScreen(
    "telnet.example.com",
    "alice (CN=alice)",
    "the client proved who it is and is a known user",
    "CLIENT_IDENTIFIED",
)
ANSWER = LogonScreen(
    LOGON.host, LOGON.client, LOGON.standing, LOGON.level, message="ALICE IS LOGGED ON", asks=False
)

OLD = Terminal(device="")  # s3270 without TN3270E, as with the prefix N:
DECLINING = Terminal(start_tls=False)
EXPRESS = Terminal(application="TSOPROD")
SERVERS = {
    "tn3270e": TelnetServerConfig(),
    "tn3270e without BIND": TelnetServerConfig(functions=()),
    "tn3270": TelnetServerConfig(tn3270e=False),
    "START-TLS": TelnetServerConfig(start_tls="required"),
    "START-TLS, tn3270": TelnetServerConfig(start_tls="required", tn3270e=False),
    "START-TLS offered": TelnetServerConfig(start_tls="offered"),
    "plain": TelnetServerConfig(screens=False),
    "Express Logon": TelnetServerConfig(express_logon=True),
    "START-TLS, Express Logon": TelnetServerConfig(start_tls="required", express_logon=True),
}


class Session:
    """Two machines and what each of them sent, split where TLS begins.

    Args:
        client: the client's machine.
        server: the server's machine.
        size: bytes that arrive at once, or None for all that was sent at once.
    """

    def __init__(self, client: TelnetClient, server: TelnetServer, size: int | None = None) -> None:
        self.machines: dict[str, TelnetMachine] = {"client": client, "server": server}
        self.client, self.server, self.size = client, server, size
        self.told: list[tuple[str, TelnetEvent]] = []
        self.streams: dict[str, list[bytes]] = {"client": [b""], "server": [b""]}
        self.under_way: deque[tuple[str, bytes]] = deque()
        self.do("client", client.start)
        self.do("server", server.start)

    def do(self, side: str, call: Callable[..., list[TelnetEvent]], *args: object) -> None:
        """Call a machine, and send what it says."""
        for event in call(*args):
            self.told.append((side, event))
            if isinstance(event, TelnetSent):
                self.streams[side][-1] += event.wire
                size = self.size or len(event.wire)
                peer = "server" if side == "client" else "client"
                pieces = (event.wire[at : at + size] for at in range(0, len(event.wire), size))
                self.under_way.extend((peer, piece) for piece in pieces)

    def run(self) -> Session:
        """Deliver until nothing is under way; where both wait for TLS, go on under it."""
        waits = TelnetState.WAIT_TLS
        while True:
            if self.under_way:
                side, piece = self.under_way.popleft()
                self.do(side, self.machines[side].receive, piece)
            elif all(machine.state is waits for machine in self.machines.values()):
                for side, machine in self.machines.items():
                    self.streams[side].append(b"")
                    self.do(side, machine.tls_ready)
            else:
                return self

    def log_on(self, user: str = "alice", password: str = "secret") -> Session:
        """The whole story: the logon screen, user and password, and the answer."""
        self.run()
        self.do("server", self.server.show, LOGON)
        self.run()
        if self.server.mode == "nvt":
            self.do("client", self.client.send_line, user)
            self.run()
            self.do("client", self.client.send_line, password)
        else:
            self.do("client", self.client.log_on, user, password)
        self.run()
        self.do("server", self.server.show, ANSWER)
        return self.run()

    def of(self, side: str, kind: type[TelnetEvent]) -> list[TelnetEvent]:
        """The events of a kind that one side told."""
        return [event for teller, event in self.told if teller == side and isinstance(event, kind)]
