"""OpenSSL's own trust settings, which follow a certificate in a block ``TRUSTED CERTIFICATE``.

``openssl x509 -trustout -addtrust clientAuth`` writes them. OpenSSL 3.0 was measured to apply them wherever
it loads such a file as trusted: a use that is rejected, or missing where uses are listed, gives error 28,
"certificate rejected". RFC 5280 knows nothing like it: a trust anchor is a name and a key.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import islice

from simulator.pki.der import OBJECT_IDENTIFIER, SEQUENCE, UTF8_STRING, dotted
from simulator.pki.files.ber import content_of, parts_of, read_part
from simulator.pki.key_types import EXTENDED_KEY_USAGES

_REJECTED = 0xA0
_MOST_USES = 100
_NAMES = {identifier: name for name, identifier in EXTENDED_KEY_USAGES.items()}


@dataclass(frozen=True, slots=True)
class TrustSettings:
    """The uses for which OpenSSL trusts a certificate of a file.

    Attributes:
        trusted: the uses it is trusted for, as in ``extendedKeyUsage``; None if no list was written.
        rejected: the uses it is not trusted for.
        alias: the name that was given to it, or an empty text.
    """

    trusted: tuple[str, ...] | None = None
    rejected: tuple[str, ...] = ()
    alias: str = ""

    def allow(self, use: str) -> bool:
        """Return True if OpenSSL goes on trusting the certificate for this use: ``clientAuth``."""
        if use in self.rejected or "anyExtendedKeyUsage" in self.rejected:
            return False
        return self.trusted is None or use in self.trusted or "anyExtendedKeyUsage" in self.trusted

    def __str__(self) -> str:
        """The settings in words."""
        trusted = "every use" if self.trusted is None else ", ".join(self.trusted) or "no use"
        rejected = f"; rejected for {', '.join(self.rejected)}" if self.rejected else ""
        return f"trusted for {trusted}{rejected}"


def read_trust_settings(der: bytes) -> TrustSettings | None:
    """Read the settings behind a certificate, or None if there are none that can be read."""
    try:
        certificate = read_part(der, 0, len(der))
        if certificate.end == len(der):
            return None
        settings = read_part(der, certificate.end, len(der))
        trusted: tuple[str, ...] | None = None
        rejected: tuple[str, ...] = ()
        alias = ""
        for part in islice(parts_of(der, settings), 6):
            if part.tag in (SEQUENCE, _REJECTED):
                uses = tuple(
                    _NAMES.get(name := dotted(content_of(der, one)), name)
                    for one in islice(parts_of(der, part), _MOST_USES)
                    if one.tag == OBJECT_IDENTIFIER
                )
                trusted, rejected = (uses, rejected) if part.tag == SEQUENCE else (trusted, uses)
            elif part.tag == UTF8_STRING:
                alias = content_of(der, part).decode("utf-8", "replace")
    except ValueError:
        return None
    return TrustSettings(trusted, rejected, alias)
