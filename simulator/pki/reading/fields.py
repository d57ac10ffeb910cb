"""The parts of a certificate beside names and key: version, dates, extensions (RFC 5280, section 4.1)."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any, TypeAlias

from simulator.pki import der
from simulator.pki.extensions import READERS, read_flag
from simulator.pki.key_types import EXTENSION_NAMES, EXTENSION_OIDS
from simulator.pki.reading.strings import TIME_TAGS, read_time

if TYPE_CHECKING:
    from datetime import datetime

    from simulator.pki.reading.misencoding import Remarks

RawExtension: TypeAlias = tuple[str, bool, bytes]  # dotted identifier, critical, the DER value


def exactly(parts: list[der.Element], count: int) -> list[der.Element]:
    """The same values.

    Raises:
        ValueError: there are more, or fewer.
    """
    if len(parts) != count:
        raise ValueError(f"{len(parts)} values stand where {count} belong")
    return parts


def read_version(data: bytes, holder: der.Element, remarks: Remarks) -> int:
    """The version: 1 more than the number that stands for it."""
    (element,) = exactly(der.children(data, holder), 1)
    der.expect(element, der.INTEGER)
    version = der.read_integer(data, element) + 1
    remarks.on("version", "RFC 5280 §4.1.2.1")
    if version not in (1, 2, 3):
        remarks.add(f"is {version}, and versions are 1, 2 and 3")
    elif version == 1:
        remarks.add("is written out, though 1 is the default")
    return version


def read_validity(
    data: bytes, validity: der.Element, remarks: Remarks
) -> tuple[datetime | None, datetime | None]:
    """Both dates, each None if it cannot be decoded."""
    dates: list[datetime | None] = []
    for field, element in zip(
        ("notBefore", "notAfter"), exactly(der.children_of(data, validity, der.SEQUENCE), 2), strict=True
    ):
        remarks.on(field, "RFC 5280 §4.1.2.5")
        try:
            dates.append(read_time(element.tag, data[element.content : element.end]))
        except ValueError as error:
            if element.tag not in TIME_TAGS:
                raise
            remarks.undecodable(error)
            dates.append(None)
    return dates[0], dates[1]


def read_raw_extensions(data: bytes, behind: list[der.Element], remarks: Remarks) -> tuple[RawExtension, ...]:
    """Every extension in its exact encoding, from what stands behind the key: unique identifiers, and these.

    Raises:
        ValueError: an extension is not an identifier, a flag, and an OCTET STRING.
    """
    tags = [part.tag for part in behind]
    if tags != [tag for tag in (0x81, 0x82, 0xA3) if tag in tags]:
        raise ValueError("behind the public key stands what does not belong there")
    if 0xA3 not in tags:
        return ()
    (entries,) = exactly(der.children(data, behind[-1]), 1)
    found = read_extension_list(data, entries, remarks)
    if not found:
        remarks.on("extensions", "RFC 5280 §4.2").add("are an empty list")
    return found


def read_extension_list(data: bytes, entries: der.Element, remarks: Remarks) -> tuple[RawExtension, ...]:
    """Every extension of a list, as certificates, revocation lists and OCSP messages have it.

    Raises:
        ValueError: an extension is not an identifier, a flag, and an OCTET STRING.
    """
    found: list[RawExtension] = []
    for entry in der.children_of(data, entries, der.SEQUENCE):
        identifier, *flags, value = der.children_of(data, entry, der.SEQUENCE) or [entry, entry]
        dotted = der.read_dotted(data, identifier)
        der.expect(value, der.OCTET_STRING)
        for flag in flags:
            der.expect(flag, der.BOOLEAN)
        remarks.on(EXTENSION_NAMES.get(dotted, dotted), "RFC 5280 §4.2")
        critical = read_flag(data, flags[0] if flags else None, remarks)
        found.append((dotted, critical, data[value.content : value.end]))
    return tuple(found)


def read_extensions(raw: tuple[RawExtension, ...], remarks: Remarks) -> dict[str, Any]:
    """The attributes that extensions give values to; None for one that is absent or not decodable."""
    contents = {dotted: content for dotted, _, content in raw}
    counts = Counter(dotted for dotted, _, _ in raw) if len(contents) < len(raw) else {}
    twice = {dotted for dotted, count in counts.items() if count > 1}
    for dotted in contents:
        if dotted in twice:
            remarks.on(EXTENSION_NAMES.get(dotted, dotted), "RFC 5280 §4.2").add(
                "is there more than once", decoded=False
            )
    values: dict[str, Any] = dict.fromkeys(READERS)
    for field, (name, read, reference) in READERS.items():
        dotted = EXTENSION_OIDS[name]
        content = contents.get(dotted)
        if content is None or dotted in twice:
            continue
        try:
            values[field] = read(_first_value(content, remarks.on(name, reference)), remarks)
        except ValueError as error:
            remarks.undecodable(error)
    return values


def _first_value(content: bytes, remarks: Remarks) -> bytes:
    """The value that the octets of an extension begin with; OpenSSL ignores what follows.

    Raises:
        ValueError: no value begins there.
    """
    end = der.read_element(content).end
    if end < len(content):
        remarks.add("has octets behind its value")
    return content[:end]
