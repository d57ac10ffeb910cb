"""The fact that a server read in a header who the client is: a name that no handshake proved to it."""

from __future__ import annotations

from simulator.trace.json import KindOfFact


class HeaderRead(KindOfFact, frozen=True, tag="header_read"):
    """The server read in a header of the request who the client is, as it is set up to believe.

    Attributes:
        header: the name of the header.
        names: RFC 4514 subject that the header names, or None: it is missing, or names no one.
        user: the user that this name is mapped to, or None.
        told_by: RFC 4514 subject of the client that sent the request, proved in the handshake, or None.
        text: what stands there, and what that is worth, in two sentences.
    """

    header: str
    names: str | None
    user: str | None
    told_by: str | None
    text: str
