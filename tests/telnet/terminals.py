"""Our telnet server on a loopback socket, for terminals that other people wrote."""

from __future__ import annotations

import os
import socket
import ssl
import subprocess
import threading
from typing import TYPE_CHECKING, Self

from simulator.telnet.events import (
    LogonTyped,
    ScreenWanted,
    TelnetEvent,
    TelnetRefused,
    TelnetSent,
    TlsWanted,
)
from simulator.telnet.server import TelnetServer, TelnetServerConfig
from tests.telnet.sessions import ANSWER, LOGON

if TYPE_CHECKING:
    from simulator.telnet.logon import LogonScreen

PATIENCE = 8  # seconds for anything a terminal does


class OneConnection:
    """A server of one connection on a loopback socket, in a thread."""

    def __init__(self) -> None:
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.listener.settimeout(PATIENCE)
        self.port = self.listener.getsockname()[1]
        self.thread = threading.Thread(target=self._serve, daemon=True)

    def __enter__(self) -> Self:
        self.thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.thread.join(PATIENCE)
        self.listener.close()

    def _serve(self) -> None:
        """Take the connection, until one side closes it."""
        raise NotImplementedError

    def _taken(self) -> socket.socket:
        """The connection; a second one would be another story: s3270 reconnects after a refusal."""
        connection, _ = self.listener.accept()
        self.listener.close()
        return connection


class LoopbackServer(OneConnection):
    """One connection of a telnet server, in a thread.

    Args:
        config: what the server offers.
        tls: the context of TLS, by START-TLS if the configuration has it, else at once; None: in clear.
        shows: the screens that it shows, one after the other.

    Attributes:
        streams: the bytes of each side as telnet sees them, split where START-TLS begins TLS.
        told: the events of the machine.
        problem: the reason why TLS failed, or empty.
    """

    def __init__(
        self,
        config: TelnetServerConfig,
        tls: ssl.SSLContext | None = None,
        shows: tuple[LogonScreen, ...] = (LOGON, ANSWER),
    ) -> None:
        self.machine = TelnetServer(config)
        self.tls, self.shows = tls, list(shows)
        self.streams: dict[str, list[bytes]] = {"client": [b""], "server": [b""]}
        self.told: list[TelnetEvent] = []
        self.problem = ""
        super().__init__()

    def _serve(self) -> None:
        """Take one connection, until the terminal leaves, TLS fails or the machine ends."""
        self.connection: socket.socket = self._taken()
        self.connection.settimeout(PATIENCE)
        try:
            if self.tls is not None and self.machine.config.start_tls == "no":
                self._protect()
            self._do(self.machine.start())
            while data := self.connection.recv(65536):
                self.streams["client"][-1] += data
                self._do(self.machine.receive(data))
        except (OSError, ssl.SSLError) as error:
            self.problem = str(error)
        finally:
            self.connection.close()

    def _protect(self) -> None:
        """Put TLS round the connection."""
        assert self.tls is not None
        self.connection = self.tls.wrap_socket(self.connection, server_side=True)

    def _do(self, events: list[TelnetEvent]) -> None:
        """Send what the machine says, and take the decisions it waits for."""
        self.told += events
        for event in events:
            if isinstance(event, TelnetSent):
                self.streams["server"][-1] += event.wire
                self.connection.sendall(event.wire)
            elif isinstance(event, TlsWanted):
                assert event.unread == b""  # a client sends nothing before the server's FOLLOWS
                self._protect()
                for side in self.streams.values():
                    side.append(b"")
                self._do(self.machine.tls_ready())
            elif isinstance(event, ScreenWanted | LogonTyped) and self.shows:
                self._do(self.machine.show(self.shows.pop(0)))
            elif isinstance(event, TelnetRefused):
                self.connection.shutdown(socket.SHUT_RDWR)


def s3270(path: str, *arguments: str, script: tuple[str, ...], application: str = "") -> str:
    """Run s3270 with a script, and return what it printed.

    Args:
        path: the program.
        arguments: its options.
        script: its actions, one a line.
        application: the application ID that it names with Express Logon, if it knows that.
    """
    done = subprocess.run(
        [path, "-utf8", *arguments],
        input="".join(f"{action}\n" for action in script).encode(),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        timeout=4 * PATIENCE,
        check=False,
        env=os.environ | ({"IBMAPPLID": application} if application else {}),
    )
    return done.stdout.decode(errors="replace")  # behind "Connection failed:" s3270 4.1 prints stray bytes
