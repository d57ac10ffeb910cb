"""Telnet and TN3270 inside the session: two machines negotiate, then the server shows a logon screen."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from simulator.actors.application import Answer, Application
from simulator.security import SecurityLevel
from simulator.telnet.client import PLAIN_TERMINAL, TelnetClient, Terminal
from simulator.telnet.events import ScreenShown, TelnetEvent, TelnetSent
from simulator.telnet.logon import LogonScreen, level_on
from simulator.telnet.server import TelnetServer, TelnetServerConfig
from simulator.telnet.states import TelnetState

if TYPE_CHECKING:
    from simulator.actors.grant import Grant
    from simulator.tls.wire.version import Side

NO_TELNET = b"This is no telnet that this server speaks.\r\n"


@dataclass(frozen=True, slots=True)
class TelnetApplication(Application):
    """A telnet server that speaks first, and a terminal.

    It holds no state, as every application: a machine says the same bytes whenever it hears the same, so each
    question is answered by one that hears all from the beginning.

    Attributes:
        host: the name in the heading of the logon screen.
        screens: the server shows 3270 screens and the client is a 3270 terminal; without, both speak plain
            telnet.
    """

    host: str
    screens: bool
    server_opens = True

    def opening(self, _: str) -> bytes:
        """Return nothing: the server speaks first."""
        return b""

    def says(self, side: Side, heard: bytes) -> bytes:
        """The negotiation of one side."""
        return _sent(self._server(heard)[1] if side == "server" else self._client(heard)[1])

    def is_whole(self, _: bytes) -> bool:
        """Return True: the client says nothing first."""
        return True

    def may_decide(self, _: bytes) -> bool:
        """Return True: the certificate is known before the terminal is."""
        return True

    def may_answer(self, heard: bytes) -> bool:
        """Return True when the mode is negotiated, or the client said what no telnet client says."""
        return self._server(heard)[0].state in (TelnetState.WAIT_SCREEN, TelnetState.REFUSED)

    def answer(self, heard: bytes, grant: Grant, objection: str | None) -> bytes:
        """The logon screen; at a refusal its reason, and nothing to type in."""
        server, _ = self._server(heard)
        if server.state is TelnetState.REFUSED:
            return NO_TELNET
        level = grant.standing.worth if objection is None else SecurityLevel.REFUSED
        screen = LogonScreen(
            self.host, grant.name, grant.words, level.value, objection or "", asks=objection is None
        )
        return _sent(server.show(screen))

    def read(self, said: bytes) -> Answer | None:
        """Read the level on the terminal's screen."""
        client, told = self._client(said)
        if client.state is TelnetState.REFUSED:
            return Answer(None)
        shown = [event.screen for event in told if isinstance(event, ScreenShown)]
        named = level_on(shown[-1]) if shown else None
        # Half a line of plain telnet may look like a level that does not exist: the rest is to come.
        return Answer(SecurityLevel(named)) if named in SecurityLevel.__members__ else None

    def _server(self, heard: bytes) -> tuple[TelnetServer, list[TelnetEvent]]:
        """The server's machine when it has heard this, and all that it told."""
        server = TelnetServer(TelnetServerConfig(screens=self.screens))
        return server, server.start() + server.receive(heard)

    def _client(self, heard: bytes) -> tuple[TelnetClient, list[TelnetEvent]]:
        """The client's machine when it has heard this, and all that it told."""
        # TLS protects the session already, so the terminal would decline START-TLS, as s3270 does.
        client = TelnetClient(Terminal(start_tls=False) if self.screens else PLAIN_TERMINAL)
        return client, client.start() + client.receive(heard)


def _sent(events: list[TelnetEvent]) -> bytes:
    """The bytes that went out."""
    return b"".join(event.wire for event in events if isinstance(event, TelnetSent))
