"""The client at the beginning of a connection: it begins TLS, or waits for telnet's first word."""

from __future__ import annotations

from typing import TYPE_CHECKING

from simulator.actors.opening import words
from simulator.actors.opening.in_clear import InClear
from simulator.security import SecurityLevel
from simulator.telnet.client import TelnetClient, Terminal
from simulator.telnet.codes import Command, TelnetOption
from simulator.telnet.stream import negotiation
from simulator.trace.facts import BeliefChanged, Noted

if TYPE_CHECKING:
    from simulator.actors.application import Application
    from simulator.scenario import ClientSetup
    from simulator.tls.handshake import ClientHandshake
    from simulator.trace.facts import Decided, Fact

ASKED = negotiation(Command.DO, TelnetOption.START_TLS)
AGREE_OR_DECLINE = ("agree", "decline")
GOODBYE = "The client has read the server's answer, and closes the connection."


class ClientOpening(InClear):
    """A client that begins TLS at once, when it is asked by START-TLS, or never.

    Attributes:
        setup: the scenario's settings.
        application: what it speaks.
    """

    goodbye = GOODBYE
    machine: ClientHandshake
    setup: ClientSetup
    application: Application
    belief: BeliefChanged
    _server_said: bytes

    def _open(self) -> list[Fact]:
        """Begin the connection: with TLS, or with silence, or with the application's first words in clear."""
        if self.setup.starts_tls == "at-once":
            return self._begin_tls()
        self.in_clear = True
        opening = self.application.opening(self.setup.server_name)
        if opening:
            return [*self._know_clear(), *self._after_connecting()]
        return [Noted(words.SILENT)]

    def _heard_in_clear(self, data: bytes) -> list[Fact]:
        """Agree to START-TLS or decline it, or take the server's words as they are."""
        if self.telnet is not None:
            return self._telnet_said(self.telnet.receive(data))
        if ASKED in data and not self._server_said:
            agrees = self.setup.starts_tls == "when-asked"
            choice, reason = ("agree", words.AGREES) if agrees else ("decline", words.DECLINES)
            self._asked = data
            self._wait_for("start-tls", AGREE_OR_DECLINE, choice, reason)
            return []
        return [*self._know_clear(), *self._server_words(data)]

    def _answer_start_tls(self, taken: Decided) -> list[Fact]:
        """Carry out the decision on START-TLS."""
        asked = self._asked
        if taken.choice == "decline":
            # The application has not been asked yet: what it says now is that it declines.
            return self._server_words(asked)
        self.telnet = TelnetClient(Terminal())
        self.telnet.start()
        return self._telnet_said(self.telnet.receive(asked))

    def _begin_tls(self) -> list[Fact]:
        return self._settle(self.machine.start())

    def _know_clear(self) -> list[Fact]:
        """Know that nothing protects the connection."""
        known = BeliefChanged(SecurityLevel.CLEARTEXT, False, None, words.STAYS_IN_CLEAR)
        return [] if known == self.belief else self._believe_anew(known)

    def _believe_anew(self, known: BeliefChanged) -> list[Fact]:
        """Take over a belief that differs from the first one in its reason alone."""
        self.belief = known
        return [known]

    def _learn_in_clear(self, level: SecurityLevel) -> list[Fact]:
        """Believe a refusal; of any other word that nothing protects it, which is known already."""
        if level is SecurityLevel.CLEARTEXT:
            return []
        said = f"The server said: {level.value}."
        if level is SecurityLevel.REFUSED:
            return self._believe_anew(BeliefChanged(level, False, None, said))
        reason = f"{said} {words.STAYS_IN_CLEAR}"
        return self._believe_anew(BeliefChanged(SecurityLevel.CLEARTEXT, False, None, reason))

    def _server_words(self, data: bytes) -> list[Fact]:
        """Read what the server says in its application."""
        raise NotImplementedError
