"""The server at the beginning of a connection: what its port allows, and how long it waits."""

from __future__ import annotations

from typing import TYPE_CHECKING

from simulator.actors.opening import words
from simulator.actors.opening.in_clear import InClear
from simulator.security import Standing
from simulator.telnet.events import TelnetReceived
from simulator.telnet.server import TelnetServer, TelnetServerConfig
from simulator.telnet.states import TelnetState
from simulator.trace.facts import Noted, StandingChanged
from simulator.trace.timer import TimerExpired

if TYPE_CHECKING:
    from datetime import datetime, timedelta

    from simulator.actors.application import Application
    from simulator.scenario import ServerSetup
    from simulator.security import RefusalLayer
    from simulator.trace.facts import Decided, Fact

ADMIT_OR_REFUSE = ("admit", "refuse")
CLOSES = "The server closes the connection. In clear there is no alert that could say why."
GOODBYE = "The server has said why, and closes the connection."
TAKES_NONE = "The server closes the connection before it has read a byte."


class ServerOpening(InClear):
    """A server whose port says how connections to it may begin.

    Attributes:
        setup: the scenario's settings.
        application: what it speaks.
    """

    goodbye = GOODBYE
    setup: ServerSetup
    application: Application
    belief: StandingChanged

    @property
    def patience(self) -> timedelta | None:
        """The time that it waits from now on, or None while no timer runs."""
        waits = self.awaits and not self.waits and not self.finished
        return self.setup.handshake_timeout if waits else None

    @property
    def may_be_in_clear(self) -> bool:
        """Connections to its port may begin in clear, so it acts before it reads."""
        return self.application.server_opens or self.setup.port_security != "secure"

    def open(self, now: datetime) -> list[Fact]:
        """Take the connection of a client: wait for TLS, ask for it, go on in clear, or close."""
        self._now = now
        self.in_clear = True
        match self.setup.port_security:
            case "secure" | "any":
                self.awaits = "the beginning of TLS"
                return []
            case "negtsecure":
                return self._ask_for_tls()
            case "basic":
                return self._consider(admits=True, reason=words.ADMISSIONS["basic"])
            case _:
                return self._consider(admits=False, reason=words.ADMISSIONS["none"])

    def out_of_patience(self, now: datetime) -> list[Fact]:
        """The timer has expired: ask for TLS where it was only waited for, else give the client up."""
        self._now = now
        expired = TimerExpired(self.awaits, round(self.setup.handshake_timeout.total_seconds() * 1e6))
        if self.awaits == "the beginning of TLS":
            return [expired, *self._ask_for_tls()]
        return [expired, *self._consider(admits=False, reason=words.NO_ANSWER)]

    def _ask_for_tls(self) -> list[Fact]:
        """Ask for TLS in telnet."""
        self.awaits = "the answer to START-TLS"
        self.telnet = TelnetServer(TelnetServerConfig(start_tls="required"))
        return self._telnet_said(self.telnet.start())

    def _take_in_clear(self, data: bytes) -> list[Fact]:
        """Hand to TLS what comes where TLS is waited for; read anything else in clear."""
        if self.awaits == "the beginning of TLS":
            self.awaits, self.in_clear = "", False
            self._unread[:0] = data
            return []
        if words.is_tls(data):  # telnet would find commands in it by chance alone: none is looked for
            return [Noted(words.NOT_TELNET.format(data[:3].hex(" ")))]
        return super()._take_in_clear(data)

    def _heard_in_clear(self, data: bytes) -> list[Fact]:
        """Go on with START-TLS, or with the session in clear."""
        if self.telnet is None:
            return self._client_words(data)
        events = self.telnet.receive(data)
        facts = self._telnet_said(events)
        if self.telnet.state is TelnetState.REFUSED:
            declined = any(type(e) is TelnetReceived and e.words == "WONT START-TLS" for e in events)
            self.telnet = None
            security = self.setup.port_security
            reason = words.ADMISSIONS[security] if declined else words.NO_TELNET
            facts += self._consider(admits=declined and security == "any", reason=reason)
        return facts

    def _consider(self, *, admits: bool, reason: str) -> list[Fact]:
        """Wait for the decision on a client in clear."""
        self.awaits = ""
        options = ("refuse",) if self.setup.port_security == "none" else ADMIT_OR_REFUSE
        self._wait_for("admit", options, "admit" if admits else "refuse", reason)
        return []

    def _admit_or_refuse(self, taken: Decided) -> list[Fact]:
        """Serve the client in clear, or close."""
        if taken.choice == "refuse":
            closes = TAKES_NONE if self.setup.port_security == "none" else CLOSES
            return [*self._refused(taken.reason), *self._close(closes)]
        self.telnet = None
        self.awaits = "the client's next word"
        known = StandingChanged(Standing.IN_CLEAR, None, words.IN_CLEAR, None)
        return [*self._adopt(known), *self._after_connecting()]

    def _admission_layer(self) -> RefusalLayer:
        """The layer on which a client in clear is refused."""
        return "tcp" if self.setup.port_security == "none" else "telnet"

    def _client_words(self, data: bytes) -> list[Fact]:
        """Read what the client says in its application."""
        raise NotImplementedError
