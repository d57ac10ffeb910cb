"""The security of a session: one level, and the card that takes it apart.

The level answers "how secure is it?" in one word. The card answers what the word hides: a session may be
encrypted to a server that was not checked, or the client may have shown a certificate that was not judged.
"""

from __future__ import annotations

from enum import Enum
from typing import Literal

from msgspec import Struct

RefusalLayer = Literal["tcp", "telnet", "tls", "identity", "application"]
ClientStanding = Literal["no", "claimed", "yes"]


class SecurityLevel(Enum):
    """The ladder of levels, lowest first, and ``REFUSED``, which stands beside it."""

    CLEARTEXT = "CLEARTEXT"  # no TLS at all
    ENCRYPTED = "ENCRYPTED"  # the client did not verify the server
    SERVER_AUTHENTICATED = "SERVER_AUTHENTICATED"  # client anonymous, or its identity only claimed
    CLIENT_AUTHENTICATED = "CLIENT_AUTHENTICATED"  # trusted certificate and proof of possession
    CLIENT_IDENTIFIED = "CLIENT_IDENTIFIED"  # the certificate is mapped to a user
    CLIENT_AUTHORIZED = "CLIENT_AUTHORIZED"  # that user may use this resource
    REFUSED = "REFUSED"  # no session: not a rung of the ladder

    @property
    def rung(self) -> int | None:
        """Height on the ladder, 0 for ``CLEARTEXT`` to 5; ``None`` for ``REFUSED``."""
        return None if self is SecurityLevel.REFUSED else _LADDER.index(self)

    @property
    def plain_words(self) -> str:
        """The meaning of the level, in words for a person who has never seen the ladder."""
        return _PLAIN_WORDS[self]


_LADDER = tuple(level for level in SecurityLevel if level is not SecurityLevel.REFUSED)

_PLAIN_WORDS = {
    SecurityLevel.CLEARTEXT: "nothing is encrypted",
    SecurityLevel.ENCRYPTED: "encrypted, but the client did not verify the server",
    SecurityLevel.SERVER_AUTHENTICATED: "encrypted to a verified server; who the client is, is not proved",
    SecurityLevel.CLIENT_AUTHENTICATED: "both sides proved who they are",
    SecurityLevel.CLIENT_IDENTIFIED: "the client proved who it is and is a known user",
    SecurityLevel.CLIENT_AUTHORIZED: "the client is a known user who may use this resource",
    SecurityLevel.REFUSED: "there is no session",
}


class SecurityCard(Struct, frozen=True, forbid_unknown_fields=True):
    """The level taken apart, one answer for each question.

    Attributes:
        level: the level that came out of the run.
        encrypted: the session runs (or ran) under TLS.
        server_authenticated: the client verified the server's certificate and its proof.
        server_name_matched: the certificate names the host the client asked for, or None if not compared.
        client_authenticated: ``yes`` (trusted certificate and proof), ``claimed`` (a certificate that was
            not judged, or accepted against the ledger), or ``no``.
        client_identity: RFC 4514 subject that the server ended with, claimed or proved, or None.
        user: the user that the certificate was mapped to, or None.
        access_granted: the server opened the session.
        refused_at: the layer that refused, or None.
        client_believes: the client's last belief about the level.
        server_knows: the server's last belief about the level.
    """

    level: SecurityLevel
    encrypted: bool
    server_authenticated: bool
    server_name_matched: bool | None
    client_authenticated: ClientStanding
    client_identity: str | None
    user: str | None
    access_granted: bool
    refused_at: RefusalLayer | None
    client_believes: SecurityLevel
    server_knows: SecurityLevel
