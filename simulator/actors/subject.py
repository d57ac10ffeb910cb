"""Who a presented certificate says it is."""

from __future__ import annotations

from simulator.errors import CertificateError
from simulator.pki.certificate import Certificate


def subject_of(chain: tuple[bytes, ...]) -> str | None:
    """RFC 4514 subject of the leaf; None without a certificate, or where it cannot be read."""
    try:
        return Certificate.parse(chain[0]).subject if chain else None
    except CertificateError:
        return None
