"""The grant of a server after the handshake: the user, the level, and whether that is enough.

Authentication says who the client is. Whether that is a known user, and whether this user may use the
resource, are two further questions; TLS answers neither.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING

from simulator.actors.greeting import refusal_line, welcome_line
from simulator.security import SecurityLevel

if TYPE_CHECKING:
    from simulator.scenario import ServerSetup
    from simulator.security import RefusalLayer

GUEST = "guest"

# The server's own words where those of the ladder say more than a server can know.
WORTH = {
    SecurityLevel.SERVER_AUTHENTICATED: "who the client is, is not proved, "
    "and whether the client verified the server, the server cannot know",
    SecurityLevel.CLIENT_AUTHENTICATED: "the client's certificate is trusted and it proved its key; "
    "whether the client verified the server, the server cannot know",
}


class ClientProof(Enum):
    """The client, as far as the handshake showed it."""

    ANONYMOUS = "no certificate"
    CLAIMED = "a certificate that was not judged"
    PROVED = "a trusted certificate and proof of its key"


@dataclass(frozen=True, slots=True)
class Grant:
    """The level of the session to the server, and whether it opens the session.

    Attributes:
        level: the level that the facts allow.
        user: the user that the certificate is mapped to, or None.
        name: the server's form of address for the client.
        standing: the server's knowledge of the client, in words.
        refused: the server's rules close the session.
        refusal_layer: the layer that a refusal falls on.
        reason: why it is granted or refused, in one sentence.
    """

    level: SecurityLevel
    user: str | None
    name: str
    standing: str
    refused: bool
    refusal_layer: RefusalLayer
    reason: str

    def line(self, objection: str | None) -> bytes:
        """The server's first line: a welcome, or a refusal for this reason."""
        if objection is None:
            return welcome_line(self.name, self.standing, self.level)
        return refusal_line(self.name, self.standing, objection)


def grant_of(standing: ClientProof, subject: str | None, rules: ServerSetup) -> Grant:
    """Map the client to a user, find the level, and hold it against the server's rules.

    Args:
        standing: the client, as far as the handshake showed it.
        subject: RFC 4514 subject of the client's certificate, or None.
        rules: the server's settings: users, authorised users and lowest level.

    Only a proved identity is mapped: a name that is merely claimed must not open anything.
    """
    user = rules.users.get(subject or "") if standing is ClientProof.PROVED else None
    may = rules.authorized_users
    if standing is not ClientProof.PROVED:
        level = SecurityLevel.SERVER_AUTHENTICATED
    elif user is None:
        level = SecurityLevel.CLIENT_AUTHENTICATED
    elif may is not None and user in may:
        level = SecurityLevel.CLIENT_AUTHORIZED
    else:
        level = SecurityLevel.CLIENT_IDENTIFIED
    objection = objection_to(level, user, rules)
    return Grant(
        level=level,
        user=user,
        name=user or (common_name(subject) if standing is ClientProof.PROVED else GUEST),
        standing=words_for(standing, subject, user),
        refused=objection is not None,
        refusal_layer="identity" if user is None and needs_user(rules) else "application",
        reason=objection or f"This makes the session {level.value}: {WORTH.get(level, level.plain_words)}.",
    )


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
        return f"The session is worth {level.value}, and the server asks for {least.value} at least."
    return None


def words_for(standing: ClientProof, subject: str | None, user: str | None) -> str:
    """The client's standing in words."""
    if standing is ClientProof.ANONYMOUS:
        return "no certificate"
    if standing is ClientProof.CLAIMED:
        return f"claims {f'to be {subject}' if subject else 'a name that cannot be read'}; not verified"
    return f"{subject}; {'user mapped' if user else 'no user mapped'}"


def common_name(subject: str | None) -> str:
    """The common name in an RFC 4514 subject as written, or ``client``."""
    for part in split_names(subject or ""):
        if part.upper().startswith("CN="):
            return part[3:]
    return "client"


def split_names(subject: str) -> list[str]:
    """The attributes of an RFC 4514 subject: split at commas and plus signs that no backslash escapes."""
    parts, part, escaped = [], "", False
    for character in subject:
        if character in ",+" and not escaped:
            parts.append(part)
            part = ""
        else:
            part += character
        escaped = character == "\\" and not escaped
    return [*parts, part]
