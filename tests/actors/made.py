"""Certificates for tests of what a server makes of them."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from simulator.entropy import SeededEntropy
from simulator.pki.contents import Contents
from simulator.pki.issuing import Issuer
from simulator.pki.key_types import KeyType
from simulator.pki.keys import generate_key

if TYPE_CHECKING:
    from simulator.pki.certificate import Certificate

YEAR = datetime(2030, 1, 1, tzinfo=UTC), datetime(2031, 1, 1, tzinfo=UTC)
KEY = generate_key(KeyType.P256, SeededEntropy("made"), "the one key")


def certificate(
    subject: str, issuer: str = "CN=Client CA,O=Example", serial_number: int = 0x3F0A, **names: Any
) -> Certificate:
    """A client's certificate of this subject; ``names`` are alternative ones, as in :class:`Contents`."""
    authority = Issuer.self_signed(KEY, Contents(issuer, "ca", *YEAR, serial_number=1))
    return authority.issue(KEY, Contents(subject, "client", *YEAR, serial_number, **names)).certificate
