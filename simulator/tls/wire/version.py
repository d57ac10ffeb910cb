"""Protocol versions, and whose keys protect a record: the values that every other room shares."""

from __future__ import annotations

from enum import Enum


class Version(Enum):
    """Protocol versions, by the names people use."""

    TLS12 = "1.2"
    TLS13 = "1.3"

    @property
    def wire(self) -> int:
        """The ProtocolVersion on the wire: 0x0303 or 0x0304."""
        return 0x0303 if self is Version.TLS12 else 0x0304


class Protection(Enum):
    """Whose keys protect a record."""

    CLEAR = "clear"
    HANDSHAKE_TRAFFIC = "handshake traffic keys"  # TLS 1.3 until Finished
    APPLICATION_TRAFFIC = "application traffic keys"  # TLS 1.3 after Finished
    CONNECTION = "connection keys"  # TLS 1.2 after ChangeCipherSpec
