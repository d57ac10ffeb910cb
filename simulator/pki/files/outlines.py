"""The kind of a DER or BER value, from its outline alone: no key is used and nothing is decrypted."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum
from itertools import islice

from simulator.pki.der import SEQUENCE, dotted
from simulator.pki.files.ber import UNTIL_THE_END_MARK, BerValue, content_of, first_of, parts_of, read_part
from simulator.pki.files.safes import KeyEntry, read_safes, rounds_of

_CONTEXT_0 = 0xA0
_FIRST_OF_TEXT = 0x09  # the tabulator
_SIGNED_DATA = "1.2.840.113549.1.7.2"


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
class Outline:
    """The outline of a DER or BER value.

    Attributes:
        kind: the kind of value.
        end: the offset behind it; octets may follow.
        certificates: DER of the certificates that can be seen.
        keys: the private keys that can be seen.
        encrypted: a part needs a password; the checksum of a PKCS#12 file is none.
        hidden: parts are encrypted and may hold more certificates and keys.
        damaged: it is damaged further inside, so its work is unknown.
        rounds: the work that its password asks for, in rounds of a hash function; 0 without a password.
    """

    kind: FileKind
    end: int
    certificates: tuple[bytes, ...] = field(default=(), repr=False)
    keys: tuple[KeyEntry, ...] = field(default=(), repr=False)
    encrypted: bool = False
    hidden: bool = False
    damaged: bool = False
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
    """Return True if the first octets are those of DER and not of a text that begins with the digit 0."""
    return any(octet >= UNTIL_THE_END_MARK or octet < _FIRST_OF_TEXT for octet in data[1:16])


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
        rounds = rounds_of(data, parts[0])
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
        signed = first_of(data, parts[1])
        for part in parts_of(data, signed):
            if part.tag == _CONTEXT_0:
                inside = [one for one in parts_of(data, part) if one.tag == SEQUENCE]
                certificates += (data[one.start : one.end] for one in inside)
    return Outline(FileKind.PKCS7, outer.end, certificates=tuple(certificates))


def _pkcs12(data: bytes, outer: BerValue, parts: list[BerValue]) -> Outline:
    """A PKCS#12 file; one that is damaged inside is still one, and nothing of it is seen."""
    try:
        safes = read_safes(data, parts)
    except ValueError:
        return Outline(FileKind.PKCS12, outer.end, encrypted=True, hidden=True, damaged=True)
    return Outline(
        FileKind.PKCS12,
        outer.end,
        certificates=tuple(safes.certificates),
        keys=tuple(safes.keys),
        encrypted=safes.hidden or any(key.encrypted for key in safes.keys),
        hidden=safes.hidden,
        rounds=safes.rounds,
    )
