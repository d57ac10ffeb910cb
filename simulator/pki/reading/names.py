"""Distinguished names and general names from their encoding (RFC 5280, sections 4.1.2.4 and 4.2.1.6)."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from typing import TYPE_CHECKING, TypeAlias

from simulator.pki import der
from simulator.pki.distinguished_name import DOMAIN_COMPONENT, DistinguishedName
from simulator.pki.key_types import USER_PRINCIPAL_NAME
from simulator.pki.reading.misencoding import Remarks
from simulator.pki.reading.strings import read_string

if TYPE_CHECKING:
    from collections.abc import Iterable

    from simulator.pki.der import Element
    from simulator.pki.reading.misencoding import Misencoding

IpAddress: TypeAlias = IPv4Address | IPv6Address
IpNetwork: TypeAlias = IPv4Network | IPv6Network

KEPT_NAMES = 4096  # two for each certificate that is kept
_IA5_STRING = 0x16
# RFC 4514, section 3: the types with a short name; all others are written dotted.
_SHORT_NAMES = {
    "2.5.4.3": "CN",
    "2.5.4.6": "C",
    "2.5.4.7": "L",
    "2.5.4.8": "ST",
    "2.5.4.9": "STREET",
    "2.5.4.10": "O",
    "2.5.4.11": "OU",
    "0.9.2342.19200300.100.1.1": "UID",
    DOMAIN_COMPONENT: "DC",
}
_ESCAPES = str.maketrans({char: f"\\{char}" for char in '\\"+,;<>'} | {"\0": "\\00"})
_TEXT_KINDS = {0x81: "rfc822_names", 0x82: "dns_names", 0x86: "uris"}
_OTHER_NAME = 0xA0
_OTHER_KINDS = {_OTHER_NAME: "otherName", 0xA3: "x400Address", 0xA5: "ediPartyName", 0x88: "registeredID"}
_DIRECTORY_NAME, _IP_ADDRESS = 0xA4, 0x87


@dataclass(frozen=True, slots=True)
class GeneralNames:
    """Names of several kinds: a subjectAltName, or one side of name constraints.

    ``ip_addresses`` are single addresses in a subjectAltName; constraints have ``ip_networks``. ``others``
    holds the kind (``otherName``, ``registeredID``) of each name that no rule for names applies to; what the
    otherNames among them say as user principal names is in ``upns`` as well.
    """

    dns_names: tuple[str, ...] = ()
    ip_addresses: tuple[IpAddress, ...] = ()
    ip_networks: tuple[IpNetwork, ...] = ()
    rfc822_names: tuple[str, ...] = ()
    uris: tuple[str, ...] = ()
    directory_names: tuple[DistinguishedName, ...] = ()
    others: tuple[str, ...] = ()
    upns: tuple[str, ...] = ()

    def __len__(self) -> int:
        return sum(len(getattr(self, kind)) for kind in self.__slots__ if kind != "upns")


def read_name(encoded: bytes, remarks: Remarks | None = None) -> DistinguishedName:
    """Read a distinguished name.

    A value that is no text, or not text in its type's encoding, is its octets in hexadecimal.

    Raises:
        ValueError: it is not a SEQUENCE of SETs of pairs.
    """
    name, found = _read_name(encoded)
    if remarks is not None:
        for one in found:
            remarks.add(one.problem, decoded=one.decoded)
    return name


@lru_cache(maxsize=KEPT_NAMES)  # an issuer's name stands in every certificate below it
def _read_name(encoded: bytes) -> tuple[DistinguishedName, tuple[Misencoding, ...]]:
    """Read a name and what is to remark on it."""
    remarks = Remarks()
    rdns: list[tuple[tuple[str, str], ...]] = []
    texts: list[str] = []
    for rdn in der.children(encoded, der.whole(encoded, der.SEQUENCE)):
        pairs = [der.children(encoded, pair) for pair in der.children_of(encoded, rdn, der.SET)]
        if not pairs:
            remarks.add("has an empty relative name")
        values, written = [], []
        for pair in pairs:
            kind, value, is_text = _attribute(encoded, pair, remarks)
            values.append((kind, value))
            written.append(f"{_SHORT_NAMES.get(kind, kind)}={_escaped(value) if is_text else f'#{value}'}")
        rdns.append(tuple(values))
        texts.append("+".join(written))
    name = DistinguishedName(",".join(reversed(texts)), encoded, tuple(rdns))
    return name, tuple(remarks.found)


def _attribute(encoded: bytes, pair: list[Element], remarks: Remarks) -> tuple[str, str, bool]:
    """The dotted type of an attribute, its value, and whether the value is text."""
    if len(pair) != 2:
        raise ValueError("a part of a name is not a pair of type and value")
    kind, element = pair
    dotted = der.read_dotted(encoded, kind)
    content = encoded[element.content : element.end]
    try:
        text = read_string(element.tag, content, remarks)
    except ValueError as error:
        remarks.undecodable(error)
        text = None
    return (dotted, content.hex(), False) if text is None else (dotted, text, True)


def _escaped(value: str) -> str:
    """A value in RFC 4514 form (section 2.4)."""
    escaped = value.translate(_ESCAPES)
    if escaped[:1] == "#" or (escaped[:1] == " " and len(escaped) > 1):
        escaped = f"\\{escaped}"
    return f"{escaped[:-1]}\\ " if escaped[-1:] == " " else escaped


def read_general_names(
    data: bytes, names: Iterable[Element], remarks: Remarks, *, constraints: bool = False
) -> GeneralNames:
    """Sort general names by kind; the order within a kind is kept.

    Args:
        data: the bytes that hold them.
        names: their places.
        remarks: for names that are not encoded as prescribed.
        constraints: they are the bases of name constraints, whose IP addresses have masks.

    Raises:
        ValueError: a name has a tag that no kind has, or a directory name or a range of addresses is broken.
    """
    kinds: dict[str, list[object]] = {kind: [] for kind in GeneralNames.__slots__}
    for name in names:
        kind, value = _general_name(data, name, remarks, constraints=constraints)
        kinds[kind].append(value)
        if (upn := _principal_name(data, name)) is not None:
            kinds["upns"].append(upn)
    return GeneralNames(**{kind: tuple(values) for kind, values in kinds.items()})  # type: ignore[arg-type]  # each list holds what its kind says


def _general_name(data: bytes, name: Element, remarks: Remarks, *, constraints: bool) -> tuple[str, object]:
    """The field of :class:`GeneralNames` that one name belongs to, and its value there."""
    content = data[name.content : name.end]
    if name.tag in _TEXT_KINDS:
        text = read_string(_IA5_STRING, content, remarks)
        if constraints and name.tag == 0x82 and "*" in (text or ""):
            remarks.add(f"constrains DNS names to {text}, and a constraint has no wildcard")
        return _TEXT_KINDS[name.tag], text
    if name.tag == _IP_ADDRESS:
        return _range(content) if constraints else _address(content, remarks)
    if name.tag == _DIRECTORY_NAME:
        return "directory_names", read_name(content, remarks)
    if name.tag not in _OTHER_KINDS:
        raise ValueError(f"there is a name of an unknown kind (tag {name.tag:02x})")
    return "others", _OTHER_KINDS[name.tag]


def _principal_name(data: bytes, name: Element) -> str | None:
    """The user principal name that a general name is, or None; an otherName may hold anything else."""
    if name.tag != _OTHER_NAME:
        return None
    try:
        kind, value = der.children(data, name)
        text = der.read_element(data, value.content)
        if der.read_dotted(data, kind) != USER_PRINCIPAL_NAME or text.tag != der.UTF8_STRING:
            return None
        return data[text.content : text.end].decode()
    except ValueError:
        return None


def _address(content: bytes, remarks: Remarks) -> tuple[str, object]:
    """An IP address of 4 or 16 octets; a range, or one of another length, is no address and matches none."""
    if len(content) in (4, 16):
        return "ip_addresses", ip_address(content)
    try:
        return _range(content)
    except ValueError:
        remarks.add(f"has an IP address of {len(content)} octets")
        return "others", "iPAddress"


def _range(content: bytes) -> tuple[str, object]:
    """A range of IP addresses: an address and a mask of equal length."""
    if len(content) not in (8, 32):
        raise ValueError(f"there is a range of IP addresses of {len(content)} octets")
    half = len(content) // 2
    mask = int.from_bytes(content[half:], "big")
    ones = mask.bit_count()
    if mask != ((1 << ones) - 1) << (half * 8 - ones):
        raise ValueError("there is a range of IP addresses whose mask has gaps")
    return "ip_networks", ip_network((content[:half], ones), strict=False)
