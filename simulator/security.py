"""The security of a session: its level, the client's standing with the server, and the card with the details.

The level answers "how secure is it?" in one word, as an observer of both sides would. Neither side can: the
client holds a belief about the level, and the server knows the standing of the client, never whether the
client verified it. The card answers what the level hides: the client may have shown a certificate that was
not judged. Both are found from the events of a run in ``trace/level.py``.
"""

from __future__ import annotations

from enum import Enum
from typing import Literal

from msgspec import Struct

RefusalLayer = Literal["tcp", "telnet", "tls", "identity", "application"]
ClientProof = Literal["no", "claimed", "yes"]
RefusalSeen = Literal["alert", "connection reset", "end of file"]


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


class Standing(Enum):
    """The client's standing: what the server knows of the client."""

    NOTHING_YET = "nothing yet"
    IN_CLEAR = "in clear"
    NOT_ASKED = "not asked"
    ASKED = "asked"
    ANONYMOUS = "anonymous"
    CLAIMED = "claimed"
    AUTHENTICATED = "authenticated"
    IDENTIFIED = "identified"
    AUTHORISED = "authorised"
    REFUSED = "refused"

    @property
    def worth(self) -> SecurityLevel:
        """The level that the session has if the client verified the server."""
        return _WORTH.get(self, SecurityLevel.SERVER_AUTHENTICATED)

    @property
    def plain_words(self) -> str:
        """The meaning of the standing, in words for a person who has never seen the list."""
        return _STANDING_WORDS[self]


_WORTH = {
    Standing.IN_CLEAR: SecurityLevel.CLEARTEXT,
    Standing.AUTHENTICATED: SecurityLevel.CLIENT_AUTHENTICATED,
    Standing.IDENTIFIED: SecurityLevel.CLIENT_IDENTIFIED,
    Standing.AUTHORISED: SecurityLevel.CLIENT_AUTHORIZED,
    Standing.REFUSED: SecurityLevel.REFUSED,
}

_STANDING_WORDS = {
    Standing.NOTHING_YET: "nothing is known of the client",
    Standing.IN_CLEAR: "nothing protects the connection, and the client can prove nothing",
    Standing.NOT_ASKED: "the client was not asked for a certificate",
    Standing.ASKED: "the client was asked for a certificate and has not answered",
    Standing.ANONYMOUS: "the client was asked and sent no certificate",
    Standing.CLAIMED: "the client sent a certificate, but its name is not proved",
    Standing.AUTHENTICATED: "the client's certificate is trusted and the client proved its key",
    Standing.IDENTIFIED: "the client proved who it is and is a known user",
    Standing.AUTHORISED: "the client is a known user who may use this resource",
    Standing.REFUSED: "there is no session",
}


class SecurityCard(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
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
        server_knows: the client's standing with the server at the end.
        header_names: RFC 4514 subject that a header of the request names and the server believes, or None.
        header_user: the user that this name is mapped to, or None.
        mapped_by: the rule that led to the user, or None; a table of subjects alone needs no such word.
        return_code: the number by which the server reports its refusal to its administrator; None where it
            has no such numbers, or none for this refusal.
        client_saw: the sign by which the client learned of the refusal. None where the server refused
            nothing, and where the network loses nothing (``network.close = "alert"``).
    """

    level: SecurityLevel
    encrypted: bool
    server_authenticated: bool
    server_name_matched: bool | None
    client_authenticated: ClientProof
    client_identity: str | None
    user: str | None
    access_granted: bool
    refused_at: RefusalLayer | None
    client_believes: SecurityLevel
    server_knows: Standing
    mapped_by: str | None = None
    client_saw: RefusalSeen | None = None
    return_code: int | None = None
    header_names: str | None = None
    header_user: str | None = None
