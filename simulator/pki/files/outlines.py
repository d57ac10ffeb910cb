"""The kind of a DER or BER value, from its outline alone: no key is used and nothing is decrypted."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum
from itertools import islice
from typing import TYPE_CHECKING

from simulator.pki.der import NULL, OBJECT_IDENTIFIER, OCTET_STRING, SEQUENCE, dotted
from simulator.pki.files.ber import UNTIL_THE_END_MARK, BerValue, content_of, octets_of, parts_of, read_part

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

_CONTEXT_0 = 0xA0
_INTEGER = 0x02
_BMP_STRING = 0x1E
_FRIENDLY_NAME = "1.2.840.113549.1.9.20"
_DATA, _SIGNED_DATA = "1.2.840.113549.1.7.1", "1.2.840.113549.1.7.2"
_KEY_BAG, _SHROUDED_KEY_BAG = "1.2.840.113549.1.12.10.1.1", "1.2.840.113549.1.12.10.1.2"
_CERTIFICATE_BAG = "1.2.840.113549.1.12.10.1.3"
_PBKDF2, _SCRYPT = "1.2.840.113549.1.5.12", "1.3.6.1.4.1.11591.4.11"
_PBES2, _PBMAC1 = "1.2.840.113549.1.5.13", "1.2.840.113549.1.5.14"
_ROUNDS_OF_SCRYPT = 4  # one of its steps takes as long, and 128 octets of memory
_MOST_DIGITS = 8  # octets of an iteration count; a longer one is beyond every bound anyway


class FileKind(Enum):
    """The kinds of file that are told apart; the value is the name in a message."""

    EMPTY = "an empty file"
    PEM = "a PEM file"
    CERTIFICATE = "a DER certificate"
    REQUEST = "a certification request"
    REVOCATION_LIST = "a certificate revocation list"
    OCSP_RESPONSE = "an OCSP response"
    RSA_KEY = "an RSA private key (PKCS#1)"
    EC_KEY = "an EC private key (SEC 1)"
    DSA_KEY = "a DSA private key"
    PRIVATE_KEY = "a private key (PKCS#8)"
    ENCRYPTED_KEY = "an encrypted private key (PKCS#8)"
    PUBLIC_KEY = "a public key"
    PKCS7 = "a PKCS#7 file"
    PKCS12 = "a PKCS#12 file"
    JAVA_STORE = "a Java key store (JKS)"
    JAVA_CRYPTO_STORE = "a Java key store (JCEKS)"
    BOUNCY_CASTLE_STORE = "a Bouncy Castle key store (BKS)"
    DATABASE = "an SQLite database, as NSS and Firefox keep their keys in"
    PUTTY_KEY = "a PuTTY private key"
    SSH_PUBLIC_KEY = "an SSH public key"
    OPENPGP = "OpenPGP data"
    CAPTURE = "a capture (pcap or pcapng)"
    ARCHIVE = "an archive (ZIP or gzip)"
    WEB_PAGE = "a web page"
    JSON = "a JSON document"
    TEXT = "text without PEM blocks"
    CUT_OFF = "DER whose end is missing"
    OTHER_DER = "DER of another kind"
    OTHER = "bytes of an unknown kind"


PRIVATE_KEYS = frozenset(
    {FileKind.RSA_KEY, FileKind.EC_KEY, FileKind.DSA_KEY, FileKind.PRIVATE_KEY, FileKind.ENCRYPTED_KEY}
)


@dataclass(frozen=True, slots=True)
class KeyEntry:
    """A private key inside a PKCS#12 file that can be seen without the password.

    Attributes:
        name: its friendly name, or an empty text.
        encrypted: it needs the password.
        der: PKCS#8, encrypted or not.
    """

    name: str
    encrypted: bool
    der: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class Outline:
    """The outline of a DER or BER value.

    Attributes:
        kind: the kind of value.
        end: the offset behind it; octets may follow.
        certificates: DER of the certificates that can be seen.
        keys: the private keys that can be seen.
        encrypted: a part needs a password; the checksum of a PKCS#12 file is none.
        hidden: parts are encrypted and may hold more certificates and keys.
        rounds: the work that its password asks for, in rounds of a hash function; 0 without a password.
    """

    kind: FileKind
    end: int
    certificates: tuple[bytes, ...] = field(default=(), repr=False)
    keys: tuple[KeyEntry, ...] = field(default=(), repr=False)
    encrypted: bool = False
    hidden: bool = False
    rounds: int = 0


def read_outline(data: bytes) -> Outline | None:
    """Find out the kind of a value from the tags at its top, or None if it is no SEQUENCE.

    Never raises.
    """
    if data[:1] != bytes((SEQUENCE,)):
        return None
    try:
        outer = read_part(data, 0, len(data))
        parts = list(islice(parts_of(data, outer), 10))
    except ValueError:
        return Outline(FileKind.CUT_OFF, len(data)) if _begins_like_der(data) else None
    try:
        return _outline_of(data, outer, parts)
    except (ValueError, IndexError):
        return Outline(FileKind.OTHER_DER, outer.end)


def _begins_like_der(data: bytes) -> bool:
    """Return True for the first octets of a SEQUENCE whose length fits no text: ``0`` is its tag too."""
    return len(data) < 2 or data[1] >= UNTIL_THE_END_MARK or len(data) < data[1] + 2


def _outline_of(data: bytes, outer: BerValue, parts: list[BerValue]) -> Outline:
    """The outline of a SEQUENCE with these parts."""
    tags, whole = bytes(part.tag for part in parts), data[outer.start : outer.end]
    first = content_of(data, parts[0]) if parts else b""
    if tags == b"\x30\x30\x03":
        return _signed(data, outer, parts[0])
    if tags[:2] == b"\x06\xa0":
        return _content_info(data, outer, parts)
    if tags[:2] == b"\x02\x30" and first == b"\x03":
        return _pkcs12(data, outer, parts)
    if tags[:3] == b"\x02\x30\x04":
        return Outline(FileKind.PRIVATE_KEY, outer.end, keys=(KeyEntry("", False, whole),))
    if tags == b"\x30\x04":
        rounds = _rounds(data, parts[0])
        entry = KeyEntry("", True, whole)
        return Outline(FileKind.ENCRYPTED_KEY, outer.end, keys=(entry,), encrypted=True, rounds=rounds)
    if tags[:2] == b"\x02\x04" and first == b"\x01":
        return Outline(FileKind.EC_KEY, outer.end, keys=(KeyEntry("", False, whole),))
    if tags[:9] == b"\x02" * 9 or tags == b"\x02" * 6:
        kind = FileKind.DSA_KEY if len(tags) == 6 else FileKind.RSA_KEY
        return Outline(kind, outer.end, keys=(KeyEntry("", False, whole),))
    if tags in (b"\x30\x03", b"\x02\x02"):
        return Outline(FileKind.PUBLIC_KEY, outer.end)
    if tags[:1] == b"\x0a":
        return Outline(FileKind.OCSP_RESPONSE, outer.end)
    return Outline(FileKind.OTHER_DER, outer.end)


def _signed(data: bytes, outer: BerValue, inner: BerValue) -> Outline:
    """A certificate, request or revocation list: the three are signed in one way."""
    tags = bytes(part.tag for part in islice(parts_of(data, inner), 7))
    if tags.removeprefix(b"\xa0")[:6] == b"\x02\x30\x30\x30\x30\x30":
        certificate = data[outer.start : outer.end]
        return Outline(FileKind.CERTIFICATE, outer.end, certificates=(certificate,))
    if tags[:3] == b"\x02\x30\x30" and tags[3:] in (b"", b"\xa0"):
        return Outline(FileKind.REQUEST, outer.end)
    if tags.removeprefix(b"\x02")[:2] == b"\x30\x30" and tags.removeprefix(b"\x02")[2:3] in b"\x17\x18":
        return Outline(FileKind.REVOCATION_LIST, outer.end)
    return Outline(FileKind.OTHER_DER, outer.end)


def _content_info(data: bytes, outer: BerValue, parts: list[BerValue]) -> Outline:
    """A PKCS#7 file (RFC 5652); the certificates of signed data lie open in it."""
    certificates: list[bytes] = []
    if dotted(content_of(data, parts[0])) == _SIGNED_DATA:
        signed = next(parts_of(data, parts[1]))
        for part in parts_of(data, signed):
            if part.tag == _CONTEXT_0:
                inside = [one for one in parts_of(data, part) if one.tag == SEQUENCE]
                certificates += (data[one.start : one.end] for one in inside)
    return Outline(FileKind.PKCS7, outer.end, certificates=tuple(certificates))


def _pkcs12(data: bytes, outer: BerValue, parts: list[BerValue]) -> Outline:
    """A PKCS#12 file (RFC 7292): its safes, and in those that are not encrypted the bags."""
    certificates: list[bytes] = []
    keys: list[KeyEntry] = []
    hidden, rounds = False, 0
    if len(parts) > 2:
        rounds += _mac_rounds(data, list(parts_of(data, parts[2])))
    _, safes = _open_content(data, parts[1])
    for safe in _inside(safes):
        name, content = _open_content(safes, safe)
        if name != _DATA:
            hidden = True
            rounds += _rounds_anywhere(safes, safe)
            continue
        for bag in _inside(content):
            kind, value, *attributes = parts_of(content, bag)
            held = next(parts_of(content, value))
            if (bag_name := dotted(content_of(content, kind))) in (_KEY_BAG, _SHROUDED_KEY_BAG):
                friendly = _friendly_name(content, attributes)
                shrouded = bag_name == _SHROUDED_KEY_BAG
                keys.append(KeyEntry(friendly, shrouded, content[held.start : held.end]))
            elif bag_name == _CERTIFICATE_BAG:
                wrapped = list(parts_of(content, held))[1]
                certificates.append(octets_of(content, next(parts_of(content, wrapped))))
            if bag_name == _SHROUDED_KEY_BAG:
                rounds += _rounds(content, next(parts_of(content, held)))
    encrypted = hidden or any(key.encrypted for key in keys)
    return Outline(FileKind.PKCS12, outer.end, tuple(certificates), tuple(keys), encrypted, hidden, rounds)


def _open_content(data: bytes, info: BerValue) -> tuple[str, bytes]:
    """The type of a ContentInfo, and its octets if they are plain data."""
    kind, *content = parts_of(data, info)
    name = dotted(content_of(data, kind))
    if name != _DATA or not content:
        return name, b""
    return name, octets_of(data, next(parts_of(data, content[0])))


def _inside(content: bytes) -> Iterator[BerValue]:
    """The parts of the one value that these octets are."""
    return parts_of(content, read_part(content, 0, len(content)))


def _friendly_name(data: bytes, attributes: Iterable[BerValue]) -> str:
    """The friendly name among the attributes of a bag, or an empty text."""
    for holder in attributes:
        for attribute in parts_of(data, holder):
            name, values = parts_of(data, attribute)
            value = next(parts_of(data, values), None)
            if dotted(content_of(data, name)) == _FRIENDLY_NAME and value and value.tag == _BMP_STRING:
                return content_of(data, value).decode("utf-16-be", "replace")
    return ""


def _mac_rounds(data: bytes, parts: list[BerValue]) -> int:
    """The rounds of the checksum over a PKCS#12 file; one where the number is left out."""
    algorithm = next(parts_of(data, parts[0]))
    iterations = _integer(data, parts[2]) if len(parts) > 2 else 1
    return iterations + _rounds(data, algorithm)


def _rounds_anywhere(data: bytes, parent: BerValue) -> int:
    """The rounds of the encryption algorithm in an EncryptedData, which lies four levels down."""
    info = list(parts_of(data, parent))
    encrypted = next(parts_of(data, info[1]))
    content = next(part for part in parts_of(data, encrypted) if part.tag == SEQUENCE)
    return _rounds(data, list(parts_of(data, content))[1])


def _rounds(data: bytes, algorithm: BerValue) -> int:
    """The work of a password-based algorithm: PBES1, PKCS#12's own, PBES2 and PBMAC1, PBKDF2, scrypt."""
    name, *parameters = parts_of(data, algorithm)
    if not parameters or parameters[0].tag in (NULL, OBJECT_IDENTIFIER):
        return 0
    kind = dotted(content_of(data, name))
    inner = list(islice(parts_of(data, parameters[0]), 5))
    if kind in (_PBES2, _PBMAC1):
        return _rounds(data, inner[0])
    if kind == _SCRYPT:
        cost, block, parallel = (_integer(data, part) for part in inner[1:4])
        return cost * block * parallel * _ROUNDS_OF_SCRYPT
    if len(inner) > 1 and inner[0].tag == OCTET_STRING and inner[1].tag == _INTEGER:
        return _integer(data, inner[1])
    return 0


def _integer(data: bytes, part: BerValue) -> int:
    """An INTEGER that is not negative; a very long one counts as very large."""
    return int.from_bytes(content_of(data, part)[:_MOST_DIGITS], "big")
