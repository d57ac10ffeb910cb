"""The kind of a file, decided in this one place for every reader and every message."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

from simulator.errors import joined
from simulator.pki.files.java_store import read_java_store
from simulator.pki.files.outlines import FileKind, Outline, read_outline
from simulator.pki.files.pem import PemBlock, PemText, plain_bytes, read_pem
from simulator.pki.files.trust_settings import TrustSettings, read_trust_settings

CERTIFICATE_LABELS = ("CERTIFICATE", "X509 CERTIFICATE", "TRUSTED CERTIFICATE")  # those of OpenSSL
PKCS7_LABELS = ("PKCS7", "PKCS #7 SIGNED DATA", "CMS")
JAVA_STORES = (FileKind.JAVA_STORE, FileKind.JAVA_CRYPTO_STORE)
_MOST_LABELS_SHOWN = 6

# The first octets of files that are not DER, and the kind of each. A text may begin with "0" as DER does, so
# texts are recognised last.
_BEGINNINGS: tuple[tuple[bytes, FileKind], ...] = (
    (b"\xfe\xed\xfe\xed", FileKind.JAVA_STORE),
    (b"\xce\xce\xce\xce", FileKind.JAVA_CRYPTO_STORE),
    (b"\x00\x00\x00\x01\x00\x00\x00\x14", FileKind.BOUNCY_CASTLE_STORE),  # its version, a salt of 20 octets
    (b"\x00\x00\x00\x02\x00\x00\x00\x14", FileKind.BOUNCY_CASTLE_STORE),
    (b"\xd4\xc3\xb2\xa1", FileKind.CAPTURE),
    (b"\xa1\xb2\xc3\xd4", FileKind.CAPTURE),
    (b"\x4d\x3c\xb2\xa1", FileKind.CAPTURE),  # with nanoseconds
    (b"\xa1\xb2\x3c\x4d", FileKind.CAPTURE),
    (b"\x0a\x0d\x0d\x0a", FileKind.CAPTURE),  # pcapng
    (b"PK\x03\x04", FileKind.ARCHIVE),
    (b"\x1f\x8b", FileKind.ARCHIVE),
    (b"SQLite format 3\x00", FileKind.DATABASE),
    (b"PuTTY-User-Key-File-", FileKind.PUTTY_KEY),
    (b"ssh-", FileKind.SSH_PUBLIC_KEY),
    (b"ecdsa-sha2-", FileKind.SSH_PUBLIC_KEY),
    (b"---- BEGIN SSH2 PUBLIC KEY", FileKind.SSH_PUBLIC_KEY),
)
_TEXTS: tuple[tuple[bytes, FileKind], ...] = (
    (b"<!doctype html", FileKind.WEB_PAGE),
    (b"<html", FileKind.WEB_PAGE),
    (b"{", FileKind.JSON),
)
_TEXT_OCTETS = frozenset(range(0x20, 0x7F)) | {0x09, 0x0A, 0x0D} | frozenset(range(0x80, 0x100))


@dataclass(frozen=True, slots=True)
class FileFacts:
    """A file's kind, and what can be seen in it without a password.

    Attributes:
        kind: the kind of file.
        size: its length in octets.
        encoding: the text encoding that was undone (``UTF-16 text``), or an empty text.
        labels: of a PEM file, each label in the order of its first block, with the number of its blocks.
        certificates: the number of certificates.
        keys: the number of private keys.
        encrypted: True if a private key or another part needs a password.
        hidden: True if encrypted parts may hold more certificates and keys.
        settings: OpenSSL's trust settings, each with the DER of the certificate that they follow.
        data: the octets, with the text encoding undone.
        pem: the blocks of a PEM file, or None.
        outline: the outline of a DER file, or None.
    """

    kind: FileKind
    size: int
    encoding: str = ""
    labels: tuple[tuple[str, int], ...] = ()
    certificates: int = 0
    keys: int = 0
    encrypted: bool = False
    hidden: bool = False
    settings: tuple[tuple[bytes, TrustSettings], ...] = field(default=(), repr=False)
    data: bytes = field(default=b"", repr=False)
    pem: PemText | None = field(default=None, repr=False)
    outline: Outline | None = field(default=None, repr=False)

    def __str__(self) -> str:
        """The kind and the contents in words, as the ``got`` of an error; it repeats no octet of a key."""
        text = self.kind.value
        if self.labels:
            shown = [label if count == 1 else f"{label} ({count})" for label, count in self.labels]
            if len(shown) > _MOST_LABELS_SHOWN:
                shown[_MOST_LABELS_SHOWN - 1 :] = [f"{len(shown) - _MOST_LABELS_SHOWN + 1} labels more"]
            text += f" with {joined(shown, 'and')}"
        elif self.outline is not None and self.outline.damaged:
            text += " that is damaged inside"
        elif self.kind in (FileKind.PKCS7, FileKind.PKCS12, *JAVA_STORES):
            text += f" with {self._holdings()}"
        elif self.kind in (FileKind.OTHER, FileKind.OTHER_DER, FileKind.CUT_OFF):
            text += f" ({self.size} bytes that begin {self.data[:4].hex(' ')})"
        return f"{text}, as {self.encoding}" if self.encoding else text

    def _holdings(self) -> str:
        """The certificates and keys that can be seen, and the fact that more are hidden."""
        seen = []
        if self.certificates or not self.hidden:
            noun = "trusted certificate" if self.kind in JAVA_STORES and self.keys else "certificate"
            seen.append(counted(self.certificates, noun))
        if self.kind is not FileKind.PKCS7:
            seen.append(counted(self.keys, "private key"))
        words = joined(seen, "and")
        return f"{words}; more is encrypted" if self.hidden else words


def file_facts(data: bytes) -> FileFacts:
    """Say which kind of file this is, and what can be seen in it without a password.

    It never fails for what a file holds, and its cost grows with the file's length alone.

    Raises:
        ArgumentError: ``data`` is not bytes.
        CertificateError: the file is too long.
    """
    plain, encoding = plain_bytes(data)
    size = len(data)
    kind = _kind_by_beginning(plain)
    outline = read_outline(plain) if kind is None else None
    # A certificate may hold the words of PEM, and a text before PEM may begin like DER: with the digit 0.
    certain = outline is not None and outline.kind not in (FileKind.CUT_OFF, FileKind.OTHER_DER)
    if b"-----BEGIN " in plain and not certain:
        return _pem_facts(plain, size, encoding)
    if outline is not None:
        found = read_trust_settings(plain) if outline.kind is FileKind.CERTIFICATE else None
        settings = [(outline.certificates[0], found)] if found else []
        return FileFacts(
            outline.kind,
            size,
            encoding,
            certificates=len(outline.certificates),
            keys=len(outline.keys),
            encrypted=outline.encrypted,
            hidden=outline.hidden,
            settings=tuple(settings),
            data=plain,
            outline=outline,
        )
    kind = kind or _kind_of_text(plain)
    certificates, keys = _counts_of_java_store(plain) if kind in JAVA_STORES else (0, 0)
    keys = 1 if kind is FileKind.PUTTY_KEY else keys
    return FileFacts(kind, size, encoding, certificates=certificates, keys=keys, data=plain)


def is_private_key(block: PemBlock) -> bool:
    """Return True for a PEM block with a private key, encrypted or not."""
    return block.label.endswith("PRIVATE KEY")


def is_encrypted(block: PemBlock) -> bool:
    """Return True for a private key that needs a password."""
    return block.label == "ENCRYPTED PRIVATE KEY" or any(name == "DEK-Info" for name, _ in block.headers)


def certificates_of(block: PemBlock) -> tuple[bytes, ...]:
    """DER of the certificates in a PEM block: one, or those of a PKCS#7 block; none if it is damaged."""
    if block.der is None:
        return ()
    if block.label in CERTIFICATE_LABELS:
        outline = read_outline(block.der) if block.label == "TRUSTED CERTIFICATE" else None
        return (block.der[: outline.end] if outline else block.der,)
    if block.label in PKCS7_LABELS:
        outline = read_outline(block.der)
        return outline.certificates if outline else ()
    return ()


def _pem_facts(text: bytes, size: int, encoding: str) -> FileFacts:
    """The facts of a file with PEM blocks."""
    pem = read_pem(text)
    settings = [
        (certificates_of(block)[0], found)
        for block in pem.blocks
        if block.label == "TRUSTED CERTIFICATE" and block.der and (found := read_trust_settings(block.der))
    ]
    labels = Counter(pem.labels)  # a Counter keeps the order of first appearance
    if labels and all(label.startswith("PGP ") for label in labels):
        return FileFacts(FileKind.OPENPGP, size, encoding, tuple(labels.items()), data=text, pem=pem)
    return FileFacts(
        FileKind.PEM if labels else FileKind.TEXT,
        size,
        encoding,
        tuple(labels.items()),
        certificates=sum(len(certificates_of(block)) for block in pem.blocks),
        keys=sum(map(is_private_key, pem.blocks)),
        encrypted=any(map(is_encrypted, pem.blocks)),
        settings=tuple(settings),
        data=text,
        pem=pem,
    )


def _counts_of_java_store(data: bytes) -> tuple[int, int]:
    """The numbers of trusted certificates and of private keys; none of a store that is damaged."""
    try:
        store = read_java_store(data)
    except ValueError:
        return 0, 0
    return len(store.trusted), store.keys


def _kind_by_beginning(data: bytes) -> FileKind | None:
    """The kind of a file with known first octets, or None."""
    if not data.strip():
        return FileKind.EMPTY
    return next((kind for start, kind in _BEGINNINGS if data.startswith(start)), None)


def _kind_of_text(data: bytes) -> FileKind:
    """The kind of a file that is neither PEM nor DER."""
    start = data[:512].lstrip().lower()
    if any(octet not in _TEXT_OCTETS for octet in data[:512]):
        return FileKind.OTHER
    return next((kind for words, kind in _TEXTS if start.startswith(words)), FileKind.TEXT)


def counted(number: int, noun: str) -> str:
    """A number of things: ``no private key``, ``1 certificate``, ``2 certificates``."""
    return f"{number or 'no'} {noun}{'' if number <= 1 else 's'}"
