"""PEM (RFC 7468) as it is found: blocks in any text, in UTF-16, with headers, or base64 without labels."""

from __future__ import annotations

import base64
import binascii
import re
from dataclasses import dataclass, field

from simulator.errors import ArgumentError, CertificateError

# The CA bundles of Mozilla and Windows are below 1 MB, all CAs of the public web below 10 MB.
MOST_BYTES = 16 << 20
MOST_BLOCKS = 20_000  # all CAs of the public web are some 6,000

# RFC 7468, section 3: a label is made of printable characters without "-". OpenSSL's lines have 254 at most.
_MARK = re.compile(rb"-----(BEGIN|END) ([\x20-\x2c\x2e-\x7e]{1,80})-----")
_HEADER = re.compile(rb"[ \t]*([A-Za-z][A-Za-z0-9-]*):[ \t]*(.*)")
_MOST_HEADERS = 32  # an encrypted key has two
_SEEN = 64  # octets from which UTF-16 without its mark is recognised


@dataclass(frozen=True, slots=True)
class PemBlock:
    """One block of a PEM file.

    Attributes:
        label: the words after BEGIN.
        text: the whole block with both its lines.
        headers: the lines of RFC 1421 before the base64, as ``DEK-Info``.
        der: the decoded bytes, or None if the base64 is damaged.
        damage: the reason why it could not be decoded, or an empty text.
    """

    label: str
    text: bytes = field(repr=False)
    headers: tuple[tuple[str, str], ...]
    der: bytes | None = field(repr=False)
    damage: str = ""


@dataclass(frozen=True, slots=True)
class PemText:
    """The blocks of a text, in order.

    Attributes:
        blocks: those that are complete.
        unclosed: the labels of those whose END is missing.
    """

    blocks: tuple[PemBlock, ...]
    unclosed: tuple[str, ...]

    @property
    def labels(self) -> tuple[str, ...]:
        """The labels of all blocks, complete ones first."""
        return (*(block.label for block in self.blocks), *self.unclosed)


def pem_block(label: str, der: bytes) -> bytes:
    """Write one PEM block: ``CERTIFICATE``, ``CERTIFICATE REQUEST``."""
    text = base64.b64encode(der).decode()
    lines = [text[start : start + 64] for start in range(0, len(text), 64)]
    return "\n".join([f"-----BEGIN {label}-----", *lines, f"-----END {label}-----", ""]).encode()


def plain_bytes(data: bytes) -> tuple[bytes, str]:
    """Undo what editors and shells do to a file of certificates.

    Args:
        data: the file's bytes.

    Returns:
        The bytes without it, and its name: ``UTF-16 text``, ``UTF-8 with a byte order mark``, ``base64
        without BEGIN and END lines``; or an empty text if the file is as it should be.

    Raises:
        ArgumentError: ``data`` is not bytes.
        CertificateError: the file is too long.
    """
    if not isinstance(data, bytes | bytearray | memoryview):
        advice = "Read the file first: Path(…).read_bytes()."
        got = f"a {type(data).__name__}"
        raise ArgumentError("A file's bytes are needed.", got=got, expected="bytes", advice=advice)
    data = bytes(data)
    if len(data) > MOST_BYTES:
        got, expected = f"{len(data):,} bytes", f"at most {MOST_BYTES:,} bytes"
        advice = "Give a file that holds certificates and keys alone."
        raise CertificateError("The file is too long.", got=got, expected=expected, advice=advice)
    text, form = _without_encoding(data)
    bare = _bare_base64(text)
    return (text, form) if bare is None else (bare, "base64 without BEGIN and END lines")


def _without_encoding(data: bytes) -> tuple[bytes, str]:
    """The text as ASCII or UTF-8, and the encoding it had."""
    codec = {b"\xff\xfe": "utf-16-le", b"\xfe\xff": "utf-16-be"}.get(data[:2])
    start = data[:_SEEN]
    if codec is None and len(start) > 3:  # ASCII in UTF-16 has a zero in every second octet
        if not any(start[1::2]) and all(start[0::2]):
            codec = "utf-16-le"
        elif not any(start[0::2]) and all(start[1::2]):
            codec = "utf-16-be"
    if codec is not None:
        return data.decode(codec, "replace").lstrip("\ufeff").encode("utf-8", "replace"), "UTF-16 text"
    if data.startswith(b"\xef\xbb\xbf"):
        return data[3:], "UTF-8 with a byte order mark"
    return data, ""


def _bare_base64(text: bytes) -> bytes | None:
    """The bytes that a text of base64 alone stands for, or None. Every DER value in use begins with ``M``."""
    if not text[:_SEEN].lstrip().startswith(b"M"):
        return None
    try:
        return base64.b64decode(b"".join(text.split()), validate=True)
    except binascii.Error:
        return None


def read_pem(text: bytes) -> PemText:
    """Find the blocks of a text. The cost grows with its length alone, whatever it holds.

    A BEGIN before the END of the block above ends that block as incomplete, as in OpenSSL; an END of
    another label does the same.

    Raises:
        CertificateError: there are too many blocks.
    """
    blocks: list[PemBlock] = []
    unclosed: list[str] = []
    open_label, start, body = b"", 0, 0
    for mark in _MARK.finditer(text):
        word, label = mark.groups()
        if open_label and (word == b"BEGIN" or label != open_label):
            unclosed.append(_shown(open_label))
        elif open_label:
            blocks.append(_block(text, start, body, mark))
        open_label = label if word == b"BEGIN" else b""
        start, body = mark.span()
        if len(blocks) + len(unclosed) > MOST_BLOCKS:
            got, expected = f"more than {MOST_BLOCKS:,}", f"at most {MOST_BLOCKS:,} PEM blocks"
            advice = "Give a file with fewer certificates and keys."
            raise CertificateError("The file is too long.", got=got, expected=expected, advice=advice)
    if open_label:
        unclosed.append(_shown(open_label))
    return PemText(tuple(blocks), tuple(unclosed))


def _block(text: bytes, start: int, body: int, end: re.Match[bytes]) -> PemBlock:
    """The block between a BEGIN line and its END line."""
    lines = text[body : end.start()].splitlines()
    headers: list[tuple[str, str]] = []
    base64_lines: list[bytes] = []
    for line in lines:
        header = None if base64_lines or len(headers) == _MOST_HEADERS else _HEADER.fullmatch(line)
        if header:
            headers.append((header[1].decode(), header[2].decode("ascii", "replace").strip()))
        elif line.strip():
            base64_lines.append(line)
    label, whole = _shown(end[2]), text[start : end.end()] + b"\n"
    try:
        der = base64.b64decode(b"".join(b"".join(base64_lines).split()), validate=True)
    except binascii.Error as error:
        return PemBlock(label, whole, tuple(headers), None, str(error))
    return PemBlock(label, whole, tuple(headers), der)


def _shown(label: bytes) -> str:
    """A label as text."""
    return label.decode("ascii")
