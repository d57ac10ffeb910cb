"""A party between client and server: the server of one connection and the client of the next.

TLS ends at it. It lets a client through by its own rules, says to the server what the client said, and to the
client what the server answers.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from simulator.actors.application import Application
from simulator.actors.client import Client
from simulator.actors.identity_header import with_identity
from simulator.actors.server import Server
from simulator.pki.certificate import leaf_of
from simulator.security import SecurityLevel, Standing

if TYPE_CHECKING:
    from simulator.actors.application import Answer
    from simulator.actors.client import ClientRole
    from simulator.actors.grant import Grant
    from simulator.actors.server import ServerRole
    from simulator.entropy import Entropy
    from simulator.scenario.setup import IdentityHeader, PartyBetween
    from simulator.trace.facts import Fact
    from simulator.trust.policy import TrustPolicy

AT_THE_END = (Standing.AUTHENTICATED, Standing.IDENTIFIED, Standing.AUTHORISED)  # of a client that is named


@dataclass(frozen=True, slots=True)
class HandedOn(Application):
    """An application of others that a party in between hands on.

    Attributes:
        inner: what client and server speak.
        said: what the client said; None on its own connection.
    """

    inner: Application
    said: bytes | None = None

    @property
    def server_opens(self) -> bool:
        """As client and server have it."""
        return self.inner.server_opens

    def opening(self, host: str) -> bytes:
        """The client's own first bytes."""
        return self.inner.opening(host) if self.said is None else self.said

    def is_whole(self, heard: bytes) -> bool:
        """Return True if the client has said all that the server may want to hear first."""
        return self.inner.is_whole(heard)

    def may_answer(self, heard: bytes) -> bool:
        """Return True once there is something to hand on."""
        return self.inner.is_whole(heard)

    def answer(self, heard: bytes, grant: Grant, objection: str | None) -> bytes:
        """The party's own answer, to a client that it does not let through."""
        return self.inner.answer(heard, grant, objection)

    def read(self, said: bytes) -> Answer | None:
        """Read the server's answer."""
        return self.inner.read(said)


class FrontServer(Server):
    """The party in between as the server of the client's connection.

    Args:
        role: what it holds and how it decides there.
        entropy: where its random bytes come from.
        party: what it is called.
        header: the header in which it names the client, or None.
    """

    def __init__(
        self, role: ServerRole, entropy: Entropy, party: PartyBetween, header: IdentityHeader | None
    ) -> None:
        super().__init__(replace(role, application=HandedOn(role.application)), entropy)
        self._party = party
        self._header = header
        self._chain: tuple[bytes, ...] = ()

    def _judge(self, chain: tuple[bytes, ...], policy: TrustPolicy, *, judged: bool) -> list[Fact]:
        self._chain = chain
        return super()._judge(chain, policy, judged=judged)

    def _find_grant(self) -> Grant:
        """The grant of this connection: the way to the server."""
        grant = super()._find_grant()
        if grant.refused:
            return grant
        known = f"{grant.standing.plain_words[0].upper()}{grant.standing.plain_words[1:]}"
        return replace(grant, reason=f"{known}. The {self._party} lets it through to the server.")

    def _open_or_close(self, *, granted: bool, reason: str) -> list[Fact]:
        """Let the client through without a word of its own, or refuse it."""
        if not granted:
            return super()._open_or_close(granted=granted, reason=reason)
        assert self._grant is not None
        self._granted = self._answered = True  # by the server behind it
        self.awaits = ""
        return self._know(self._grant.standing, self._grant.words, self._grant.user)

    @property
    def to_hand_on(self) -> bytes | None:
        """The message to the server behind, once this client may go through; None until then."""
        if not self._granted:
            return None
        if self._header is None:
            return self._client_said
        proved = self.belief.standing in AT_THE_END
        chain = [one for der in self._chain if (one := leaf_of((der,))) is not None] if proved else []
        return with_identity(self._client_said, self._header, chain)

    @property
    def pipes(self) -> bool:
        """It hands on each word as it comes, both ways, since the server speaks first."""
        return self.application.server_opens

    @property
    def said(self) -> bytes:
        """All that the client said."""
        return self._client_said

    def _client_words(self, data: bytes) -> list[Fact]:
        """Read what the client says; once it is let through, that is only handed on."""
        if not (self.pipes and self._granted):
            return super()._client_words(data)
        self._client_said += data
        return []

    def pass_back(self, words: bytes, *, closes: bool) -> list[Fact]:
        """Say what the server said, and close the session if there is none with the server."""
        return self._say(words) + (self._say_goodbye() if closes else [])

    def hand_back(self, answer: bytes | None) -> list[Fact]:
        """Say what the server answered; after a refusal, or without an answer, close the session."""
        facts = self._say(answer) if answer else []
        read = self.role.application.read(answer) if answer else None
        opened = read is not None and read.level is not SecurityLevel.REFUSED
        return facts if opened else facts + self._say_goodbye()


class OnwardClient(Client):
    """The party in between as the client of the server's connection.

    Args:
        role: what it holds and how it decides there.
        entropy: where its random bytes come from.
        said: what it hands on.
    """

    def __init__(self, role: ClientRole, entropy: Entropy, said: bytes) -> None:
        super().__init__(replace(role, application=HandedOn(role.application, said)), entropy)

    @property
    def is_answered(self) -> bool:
        """The server's answer is there whole, or none will come."""
        return self._answer_read or self.finished or self.belief.level is SecurityLevel.REFUSED

    @property
    def may_write(self) -> bool:
        """It can hand words on: its handshake call has returned, or there is no TLS."""
        return (self.returned or (self.in_clear and self.telnet is None)) and not self.finished

    @property
    def has_no_session(self) -> bool:
        """The server refused, or went away without an answer."""
        refused = self.belief.level is SecurityLevel.REFUSED
        return refused or (self.finished and not self._answer_read)

    @property
    def heard(self) -> bytes:
        """All that the server said."""
        return self._server_said

    def pass_on(self, words: bytes) -> list[Fact]:
        """Say what the client said."""
        return self._say(words)

    @property
    def answer(self) -> bytes | None:
        """The server's answer, or None where there is none."""
        return self._server_said if self._answer_read else None
