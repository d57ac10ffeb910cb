"""The safes of a PKCS#12 file (RFC 7292) and the bags in those that are open or can be opened."""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import islice
from typing import TYPE_CHECKING

from simulator.pki.der import NULL, OBJECT_IDENTIFIER, OCTET_STRING, dotted
from simulator.pki.files.ber import BerValue, content_of, first_of, octets_of, parts_of, read_part

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    #: Opens a safe: the algorithm's DER and the encrypted octets give the plain ones.
    Opening = Callable[[bytes, bytes], bytes]

_INTEGER = 0x02
_BMP_STRING = 0x1E
_FRIENDLY_NAME = "1.2.840.113549.1.9.20"
_DATA = "1.2.840.113549.1.7.1"
_KEY_BAG, _SHROUDED_KEY_BAG = "1.2.840.113549.1.12.10.1.1", "1.2.840.113549.1.12.10.1.2"
_CERTIFICATE_BAG = "1.2.840.113549.1.12.10.1.3"
_SCRYPT = "1.3.6.1.4.1.11591.4.11"
_PBES2, _PBMAC1 = "1.2.840.113549.1.5.13", "1.2.840.113549.1.5.14"
_ROUNDS_OF_SCRYPT = 4  # one of its steps takes as long, and 128 octets of memory
_MOST_DIGITS = 8  # octets of an iteration count; a longer one is beyond every bound anyway


@dataclass(frozen=True, slots=True)
class KeyEntry:
    """A private key that can be seen without the password.

    Attributes:
        name: its friendly name, or an empty text.
        encrypted: it needs the password.
        der: PKCS#8, encrypted or not; of a file with one key, as it is in the file.
    """

    name: str
    encrypted: bool
    der: bytes = field(repr=False)


@dataclass
class Safes:
    """The contents of a PKCS#12 file.

    Attributes:
        certificates: DER of the certificates in the safes that are open.
        keys: the private keys in them.
        hidden: safes are encrypted and were not opened.
        rounds: the work that the password asks for, in rounds of a hash function.
    """

    certificates: list[bytes] = field(default_factory=list)
    keys: list[KeyEntry] = field(default_factory=list)
    hidden: bool = False
    rounds: int = 0


def read_safes(data: bytes, parts: list[BerValue], opening: Opening | None = None) -> Safes:
    """Read the safes of a PKCS#12 file.

    Args:
        data: the file.
        parts: the values at its top: version, safes, and the checksum if there is one.
        opening: opens the safes that are encrypted; without it they stay closed.

    Raises:
        ValueError: the file is damaged, or a safe cannot be opened.
    """
    found = Safes()
    if len(parts) > 2:
        found.rounds += _mac_rounds(data, list(islice(parts_of(data, parts[2]), 3)))
    _, safes = _plain_content(data, parts[1])
    for safe in _inside(safes):
        name, content = _plain_content(safes, safe)
        if name != _DATA:
            algorithm, encrypted = _encrypted_content(safes, safe)
            found.rounds += rounds_of(safes, algorithm)
            if opening is None:
                found.hidden = True
                continue
            content = opening(safes[algorithm.start : algorithm.end], encrypted)
        for bag in _inside(content):
            _add_bag(found, content, bag)
    return found


def _add_bag(found: Safes, content: bytes, bag: BerValue) -> None:
    """Add what is in a bag; lists of revoked certificates and secrets of other kinds are passed over."""
    kind, value, *attributes = parts_of(content, bag)
    held = first_of(content, value)
    name = dotted(content_of(content, kind))
    if name in (_KEY_BAG, _SHROUDED_KEY_BAG):
        shrouded = name == _SHROUDED_KEY_BAG
        entry = KeyEntry(_friendly_name(content, attributes), shrouded, content[held.start : held.end])
        found.keys.append(entry)
        found.rounds += rounds_of(content, first_of(content, held)) if shrouded else 0
    elif name == _CERTIFICATE_BAG:
        _, wrapped = parts_of(content, held)
        found.certificates.append(octets_of(content, first_of(content, wrapped)))


def _plain_content(data: bytes, info: BerValue) -> tuple[str, bytes]:
    """The type of a ContentInfo, and its octets if they are plain data."""
    kind, *content = parts_of(data, info)
    name = dotted(content_of(data, kind))
    if name != _DATA or not content:
        return name, b""
    return name, octets_of(data, first_of(data, content[0]))


def _encrypted_content(data: bytes, info: BerValue) -> tuple[BerValue, bytes]:
    """The algorithm and the octets of a ContentInfo with EncryptedData."""
    _, wrapped = parts_of(data, info)
    _, content, *_ = parts_of(data, first_of(data, wrapped))
    _, algorithm, encrypted = parts_of(data, content)
    return algorithm, octets_of(data, encrypted)


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
    iterations = _integer(data, parts[2]) if len(parts) > 2 else 1
    return iterations + rounds_of(data, first_of(data, parts[0]))


def rounds_of(data: bytes, algorithm: BerValue) -> int:
    """The work of a password-based algorithm: PBES1, PKCS#12's own, PBES2 and PBMAC1, PBKDF2, scrypt.

    Raises:
        ValueError: the algorithm is damaged.
    """
    name, *parameters = parts_of(data, algorithm)
    if not parameters or parameters[0].tag in (NULL, OBJECT_IDENTIFIER):
        return 0
    kind = dotted(content_of(data, name))
    inner = list(islice(parts_of(data, parameters[0]), 5))
    if kind in (_PBES2, _PBMAC1):
        return rounds_of(data, first_of(data, parameters[0]))
    if kind == _SCRYPT:
        _, cost, block, parallel, *_ = inner
        return _ROUNDS_OF_SCRYPT * _integer(data, cost) * _integer(data, block) * _integer(data, parallel)
    if len(inner) > 1 and inner[0].tag == OCTET_STRING and inner[1].tag == _INTEGER:
        return _integer(data, inner[1])
    return 0


def _integer(data: bytes, part: BerValue) -> int:
    """An INTEGER that is not negative; a very long one counts as very large."""
    return int.from_bytes(content_of(data, part).lstrip(b"\0")[:_MOST_DIGITS], "big")
