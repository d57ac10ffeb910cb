"""Java's own key store, JKS: its certificates, which lie open in it, and a trust store in that form.

The format is described in ``sun.security.provider.JavaKeyStore`` of OpenJDK alone. Keys in it are hidden by a
scheme of Java's own, so they are counted and not read; ``keytool -importkeystore`` converts them.
"""

from __future__ import annotations

import hashlib
import hmac
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from simulator.pki.certificate import Certificate

JKS, JCEKS = b"\xfe\xed\xfe\xed", b"\xce\xce\xce\xce"
_VERSION = 2
_PRIVATE_KEY, _TRUSTED_CERTIFICATE = 1, 2
_SALT = b"Mighty Aphrodite"  # it stands between password and content in the checksum
_CHECKSUM_OCTETS = 20
_MOST_ENTRIES = 20_000


class JavaStore(NamedTuple):
    """The contents of a JKS file that can be seen without its password.

    Attributes:
        trusted: DER of the certificates that are trusted.
        chains: for each private key, DER of its certificate and of those above it.
    """

    trusted: tuple[bytes, ...]
    chains: tuple[tuple[bytes, ...], ...]

    @property
    def keys(self) -> int:
        """The number of private keys."""
        return len(self.chains)


class _Cursor:
    """Reads numbers and texts one after the other."""

    def __init__(self, data: bytes, offset: int) -> None:
        self.data = data
        self.offset = offset

    def take(self, length: int) -> bytes:
        """The next octets."""
        end = self.offset + length
        if end > len(self.data):
            raise ValueError("the file ends too early")
        taken, self.offset = self.data[self.offset : end], end
        return taken

    def number(self, octets: int = 4) -> int:
        """The next number."""
        return int.from_bytes(self.take(octets), "big")

    def certificate(self) -> bytes:
        """The next certificate, after the name of its kind."""
        self.take(self.number(2))
        return self.take(self.number())


def read_java_store(data: bytes) -> JavaStore:
    """Read the entries of a JKS file, or of a JCEKS file without secret keys.

    Raises:
        ValueError: the file is damaged, or of another version.
    """
    cursor = _Cursor(data[:-_CHECKSUM_OCTETS], len(JKS))
    if cursor.number() != _VERSION:
        raise ValueError("a version of the format that nothing writes any more")
    trusted: list[bytes] = []
    chains: list[tuple[bytes, ...]] = []
    for _ in range(min(cursor.number(), _MOST_ENTRIES)):
        kind = cursor.number()
        cursor.take(cursor.number(2))  # its alias
        cursor.take(8)  # its date
        if kind == _TRUSTED_CERTIFICATE:
            trusted.append(cursor.certificate())
        elif kind == _PRIVATE_KEY:
            cursor.take(cursor.number())
            length = min(cursor.number(), _MOST_ENTRIES)
            chains.append(tuple(cursor.certificate() for _ in range(length)))
        else:
            raise ValueError("an entry that is neither key nor certificate")
    return JavaStore(tuple(trusted), tuple(chains))


def java_password_fits(data: bytes, password: str) -> bool:
    """Return True if the checksum at the end of a JKS file was made with this password."""
    content, checksum = data[:-_CHECKSUM_OCTETS], data[-_CHECKSUM_OCTETS:]
    return hmac.compare_digest(_checksum(content, password), checksum)


def write_java_store(trusted: Iterable[tuple[str, Certificate]], password: str, now: datetime) -> bytes:
    """Write a trust store as JKS, for Java programs that take no other.

    Args:
        trusted: an alias and the certificate, for each; Java does not distinguish letter case in aliases.
        password: the checksum is made with it; nothing is encrypted.
        now: the date that the entries bear.
    """
    entries = []
    for alias, certificate in trusted:
        head = _TRUSTED_CERTIFICATE.to_bytes(4, "big") + _text(alias)
        date = round(now.timestamp() * 1000).to_bytes(8, "big")
        der = len(certificate.der).to_bytes(4, "big") + certificate.der
        entries.append(head + date + _text("X.509") + der)
    start = JKS + _VERSION.to_bytes(4, "big") + len(entries).to_bytes(4, "big")
    content = start + b"".join(entries)
    return content + _checksum(content, password)


def _text(text: str) -> bytes:
    """A text with its length; the same as Java's own encoding for names without NUL or emoji."""
    octets = text.encode("utf-8", "replace")
    return len(octets).to_bytes(2, "big") + octets


def _checksum(content: bytes, password: str) -> bytes:
    """The checksum over a store: SHA-1 of password, salt and content, as the format demands."""
    secret = password.encode("utf-16-be", "surrogatepass")
    return hashlib.sha1(secret + _SALT + content, usedforsecurity=False).digest()
