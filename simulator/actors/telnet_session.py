"""Telnet and TN3270 inside the session: two machines negotiate, then the server shows a logon screen."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from simulator.actors.application import Answer, Application, Logon
from simulator.security import SecurityLevel
from simulator.telnet.client import PLAIN_TERMINAL, TelnetClient, Terminal
from simulator.telnet.events import ApplicationNamed, LogonTyped, ScreenShown, TelnetEvent, TelnetSent
from simulator.telnet.logon import LogonScreen, level_on
from simulator.telnet.server import TelnetServer, TelnetServerConfig
from simulator.telnet.states import TelnetState

if TYPE_CHECKING:
    from simulator.actors.grant import Grant
    from simulator.tls.wire.version import Side

NO_TELNET = b"This is no telnet that this server speaks.\r\n"
ASKS = "Type your user ID and your password."  # the host's screen knows nothing of a certificate


@dataclass(frozen=True, slots=True)
class TelnetApplication(Application):
    """A telnet server that speaks first, and a terminal.

    It holds no state, as every application: a machine says the same bytes whenever it hears the same, so each
    question is answered by one that hears all from the beginning.

    Attributes:
        host: the name in the heading of the logon screen.
        screens: the server shows 3270 screens and the client is a 3270 terminal; without, both speak plain
            telnet.
        express_logon: the server asks which application the terminal's macro logs on to.
        application: the ID of that application, or empty.
        macro: the user and the password that the macro types, so that the session begins with a logon at the
            host; None: it begins with a screen that says who the client is by its certificate.
    """

    host: str
    screens: bool
    express_logon: bool = False
    application: str = ""
    macro: tuple[str, str] | None = None

    @property
    def server_opens(self) -> bool:
        """The server speaks first."""
        return True

    def opening(self, _: str) -> bytes:
        """Return nothing: the server speaks first."""
        return b""

    def says(self, side: Side, heard: bytes) -> bytes:
        """The negotiation of one side."""
        return _sent(self._server(heard)[1] if side == "server" else self._client(heard)[1])

    def is_whole(self, _: bytes) -> bool:
        """Return True: the client says nothing first."""
        return True

    def may_decide(self, heard: bytes) -> bool:
        """Return True: the certificate is known before the terminal is. With a logon: when it is typed."""
        return self.macro is None or self.may_answer(heard)

    def may_answer(self, heard: bytes) -> bool:
        """Return True when the mode is negotiated, or the client said what no telnet client says.

        With a logon: when user and password are typed.
        """
        return self._server(heard)[0].state in (TelnetState.WAIT_SCREEN, TelnetState.REFUSED)

    def logon(self, heard: bytes) -> Logon | None:
        """The application that the terminal named, and what its macro typed."""
        if self.macro is None:
            return None
        application = typed = None
        for event in self._server(heard)[1]:
            if isinstance(event, ApplicationNamed):
                application = event.application
            elif isinstance(event, LogonTyped):
                typed = event.user, event.password
        return Logon(application, typed)

    def answer(self, heard: bytes, grant: Grant, objection: str | None) -> bytes:
        """The screen with the level; at a refusal its reason, and nothing to type in."""
        server, _ = self._server(heard)
        if server.state is TelnetState.REFUSED:
            return NO_TELNET
        level = grant.standing.worth if objection is None else SecurityLevel.REFUSED
        as_ruled = (objection is not None) is grant.refused  # else it was decided from outside
        message = grant.shown if grant.shown and as_ruled else objection or ""
        asks = objection is None and self.macro is None
        screen = LogonScreen(self.host, grant.name, grant.words, level.value, message, asks=asks)
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
        server = TelnetServer(TelnetServerConfig(screens=self.screens, express_logon=self.express_logon))
        told = server.start() + server.receive(heard)
        if self.macro is not None and server.state is TelnetState.WAIT_SCREEN:
            told += server.show(LogonScreen(self.host, message=ASKS))
        return server, told

    def _client(self, heard: bytes) -> tuple[TelnetClient, list[TelnetEvent]]:
        """The client's machine when it has heard this, and all that it told."""
        # TLS protects the session already, so the terminal would decline START-TLS, as s3270 does.
        terminal = Terminal(start_tls=False, application=self.application, macro=self.macro)
        client = TelnetClient(terminal if self.screens else PLAIN_TERMINAL)
        return client, client.start() + client.receive(heard)


def _sent(events: list[TelnetEvent]) -> bytes:
    """The bytes that went out."""
    return b"".join(event.wire for event in events if isinstance(event, TelnetSent))
