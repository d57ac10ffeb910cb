"""The grant of a server after the handshake: the user, the level, and whether that is enough.

Authentication says who the client is. Whether that is a known user, and whether this user may use the
resource, are two further questions; TLS answers neither. The level of the session: ``trace/level.py``.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from simulator.actors.greeting import refusal_line, welcome_line
from simulator.actors.mapping import has_plain_rules_alone, user_sought
from simulator.security import SecurityLevel, Standing

if TYPE_CHECKING:
    from collections.abc import Mapping

    from simulator.pki.certificate import Certificate
    from simulator.scenario import ServerSetup
    from simulator.security import RefusalLayer
    from simulator.trace.facts import UserSought
    from simulator.trace.header_read import HeaderRead

GUEST = "guest"
CANNOT_KNOW = "Whether the client verified the server, it cannot know."
# nginx tells a client that it refuses above TLS no more than this; the failed check stands in its log.
NONE_SENT = "No required SSL certificate was sent"
NOT_ACCEPTED = "The SSL certificate error"
DEFERRED_WORDS = (NONE_SENT, NOT_ACCEPTED)


@dataclass(frozen=True, slots=True)
class Grant:
    """The server's final view of the client, and whether it opens the session.

    Attributes:
        standing: the client's standing after the look for a user.
        user: the user that the certificate is mapped to, or None.
        name: the server's form of address for the client.
        words: the standing as the server's first line says it.
        refused: the server's rules close the session.
        refusal_layer: the layer that a refusal falls on.
        reason: why it is granted or refused, in one sentence.
        told: the name that a header tells, in the words of the first line; empty where none does.
        shown: what a host shows of a logon on its screen; empty without one.
        told_reason: the reason as the client is told it, if it is not told the whole; else empty.
        sought: the look for the user, or None where none was looked for or the table needs no words.
    """

    standing: Standing
    user: str | None
    name: str
    words: str
    refused: bool
    refusal_layer: RefusalLayer
    reason: str
    sought: UserSought | None = None
    told: str = ""
    shown: str = ""
    told_reason: str = ""

    @property
    def known(self) -> str:
        """The standing in words, with the part of the certificate by which a user was found."""
        found = self.sought.fitting[:1] if self.sought else ()
        return self.words + "".join(f" by {one.compares}" for one in found)

    @property
    def objection(self) -> str | None:
        """The reason that a refused client is told, or None for one that is let in."""
        return (self.told_reason or self.reason) if self.refused else None

    def line(self, objection: str | None) -> bytes:
        """The server's first line: a welcome, or a refusal for this reason."""
        if objection is None:
            return welcome_line(self.name, self.told or self.words, self.standing.worth)
        return refusal_line(self.name, self.told or self.words, objection)


def grant_of(
    standing: Standing,
    client: Certificate | None,
    rules: ServerSetup,
    known: Mapping[str, Certificate] | None = None,
) -> Grant:
    """Map the client to a user, and hold its standing against the server's rules.

    Args:
        standing: the client's standing after the handshake.
        client: the client's certificate, or None.
        rules: the server's settings: users, authorised users and lowest level.
        known: the certificates that rules have scenario names for.

    Only a proved identity is mapped: a name that is merely claimed must not open anything.
    """
    proved = standing is Standing.AUTHENTICATED
    subject = None if client is None else client.subject
    sought = user_sought(client, rules, known or {}) if proved and client is not None else None
    user = sought.user if sought else None
    may = rules.authorized_users
    if user is not None:
        standing = Standing.AUTHORISED if may is not None and user in may else Standing.IDENTIFIED
    objection = objection_to(standing.worth, user, rules)
    granted = f"{standing.plain_words[0].upper()}{standing.plain_words[1:]}, so the server grants"
    unknown = "" if standing is Standing.IN_CLEAR else f" {CANNOT_KNOW}"
    return Grant(
        standing=standing,
        user=user,
        name=user or ((client and client.common_name) or "client" if proved else GUEST),
        words=words_for(standing, subject),
        refused=objection is not None,
        refusal_layer="identity" if user is None and needs_user(rules) else "application",
        reason=objection or f"{granted} {standing.worth.value}.{unknown}",
        sought=None if has_plain_rules_alone(rules) else sought,
    )


def deferred_grant(grant: Grant) -> Grant:
    """The refusal that was put off until the handshake was finished, in place of this grant."""
    sent, words = grant.standing is Standing.CLAIMED, grant.words
    fault = "The client's certificate is not accepted" if sent else "The client sent no certificate"
    return replace(
        grant,
        refused=True,
        refusal_layer="application",
        reason=f"{fault}. The handshake is finished, so the server refuses above TLS.",
        words=f"{words.removesuffix('; not verified')}; not accepted" if sent else words,
        told_reason=NOT_ACCEPTED if sent else NONE_SENT,
    )


def as_told(grant: Grant, read: HeaderRead) -> Grant:
    """The same grant, in which the server addresses the client by the name that a header tells.

    The standing stays as it is: it speaks of the client that the server talks to.
    """
    if read.names is None:
        return grant
    told = f"{read.names} by the header {read.header}, not proved to this server"
    return replace(grant, name=read.user or read.names, told=told)


def needs_user(rules: ServerSetup) -> bool:
    """Return True if the rules cannot be met without a known user."""
    least = rules.minimum_level
    return rules.authorized_users is not None or least in (
        SecurityLevel.CLIENT_IDENTIFIED,
        SecurityLevel.CLIENT_AUTHORIZED,
    )


def objection_to(level: SecurityLevel, user: str | None, rules: ServerSetup) -> str | None:
    """The server's objection to this session, or None."""
    if needs_user(rules) and user is None:
        return "The server opens this session to known users only, and the client is mapped to none."
    if rules.authorized_users is not None and user not in rules.authorized_users:
        return f"The client is the user {user}, and this user may not use the resource."
    least = rules.minimum_level
    if least is not None and (level.rung or 0) < (least.rung or 0):
        return f"The server could grant {level.value}, and it asks for {least.value} at least."
    return None


def words_for(standing: Standing, subject: str | None) -> str:
    """The client's standing in the words of the server's first line."""
    match standing:
        case Standing.CLAIMED:
            return f"claims {f'to be {subject}' if subject else 'a name that cannot be read'}; not verified"
        case Standing.AUTHENTICATED:
            return f"{subject}; no user mapped"
        case Standing.IDENTIFIED | Standing.AUTHORISED:
            return f"{subject}; user mapped"
        case Standing.IN_CLEAR:
            return "in clear, where nothing can be proved"
        case _:
            return "no certificate"
