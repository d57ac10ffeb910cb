"""The values that every other room shares: protocol versions, sides, and the protection of records."""

from __future__ import annotations

from enum import Enum
from typing import Literal

#: A protocol version as scenarios, commands and JSON spell it: the value of a :class:`Version`.
TlsVersion = Literal["1.2", "1.3"]
TLS_VERSIONS: tuple[TlsVersion, ...] = ("1.2", "1.3")

#: A side of a TLS handshake: the role in which a party speaks on one connection.
Side = Literal["client", "server"]
SIDES: tuple[Side, Side] = ("client", "server")
PEER: dict[Side, Side] = {"client": "server", "server": "client"}


class Version(Enum):
    """Protocol versions, by the names people use."""

    __hash__ = object.__hash__  # tables are asked for every message, and Enum's own hash is a Python function

    TLS12 = "1.2"
    TLS13 = "1.3"

    @property
    def wire(self) -> int:
        """The ProtocolVersion on the wire: 0x0303 or 0x0304."""
        return 0x0303 if self is Version.TLS12 else 0x0304


class Protection(Enum):
    """The keys that protect a record."""

    CLEAR = "clear"
    HANDSHAKE_TRAFFIC = "handshake traffic keys"  # TLS 1.3 until Finished
    APPLICATION_TRAFFIC = "application traffic keys"  # TLS 1.3 after Finished
    CONNECTION = "connection keys"  # TLS 1.2 after ChangeCipherSpec
