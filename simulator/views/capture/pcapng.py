"""The pcapng file format: blocks that say who wrote it, over which link, with which secrets, and the packets.

Source: draft-ietf-opsawg-pcapng. Only what a capture of one connection needs. A file of several captures is
their files put behind each other: each begins a section of its own.
"""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

SECTION_HEADER = 0x0A0D0D0A
INTERFACE_DESCRIPTION = 0x00000001
NAME_RESOLUTION = 0x00000004
ENHANCED_PACKET = 0x00000006
DECRYPTION_SECRETS = 0x0000000A

LINKTYPE_RAW = 101  # the packet begins with its IP header
TLS_KEY_LOG = 0x544C534B  # "TLSK"

COMMENT = 1
USER_APPLICATION = 4
INTERFACE_NAME = 2
INTERFACE_DESCRIPTION_TEXT = 3
TIMESTAMP_RESOLUTION = 9
MICROSECONDS = b"\x06"  # ten to the power of minus six
NAME_RECORDS = {4: 1, 16: 2}  # nrb_record_ipv4 and nrb_record_ipv6, by the length of the address


def section_header(application: str, comment: str) -> bytes:
    """The beginning of a section: the program that wrote it, and a comment."""
    options = {COMMENT: comment.encode(), USER_APPLICATION: application.encode()}
    byte_order, unknown_length = 0x1A2B3C4D, -1
    return block(SECTION_HEADER, struct.pack("<IHHq", byte_order, 1, 0, unknown_length), options)


def interface(name: str, description: str) -> bytes:
    """The link that the packets were seen on: bare IP packets, times in microseconds."""
    options = {
        INTERFACE_NAME: name.encode(),
        INTERFACE_DESCRIPTION_TEXT: description.encode(),
        TIMESTAMP_RESOLUTION: MICROSECONDS,
    }
    no_limit = 0
    return block(INTERFACE_DESCRIPTION, struct.pack("<HHI", LINKTYPE_RAW, 0, no_limit), options)


def names(addresses: Mapping[bytes, str]) -> bytes:
    """The names of IPv4 and IPv6 addresses."""
    records = b"".join(
        _record(NAME_RECORDS[len(address)], address + name.encode() + b"\0")
        for address, name in addresses.items()
    )
    end_of_records = struct.pack("<HH", 0, 0)
    return block(NAME_RESOLUTION, records + end_of_records)


def _record(kind: int, value: bytes) -> bytes:
    return struct.pack("<HH", kind, len(value)) + padded(value)


def tls_secrets(key_log: bytes) -> bytes:
    """The secrets of TLS connections in the NSS key log format, before the packets that they decrypt."""
    return block(DECRYPTION_SECRETS, struct.pack("<II", TLS_KEY_LOG, len(key_log)) + padded(key_log))


def packet(data: bytes, at: int, comment: str = "") -> bytes:
    """One packet of the section's only interface.

    Args:
        data: the packet, from its IP header on.
        at: when it was seen, in microseconds since 1970.
        comment: shown beside the packet; none where it is empty.
    """
    high, low = at >> 32, at & 0xFFFFFFFF
    head = struct.pack("<IIIII", 0, high, low, len(data), len(data))
    return block(ENHANCED_PACKET, head + padded(data), {COMMENT: comment.encode()} if comment else {})


def block(kind: int, body: bytes, options: Mapping[int, bytes] | None = None) -> bytes:
    """One block: its kind, its whole length before and after, and options by their code."""
    listed = b"".join(
        struct.pack("<HH", code, len(value)) + padded(value) for code, value in (options or {}).items()
    )
    end_of_options = struct.pack("<HH", 0, 0) if listed else b""
    contents = body + listed + end_of_options
    length = struct.pack("<I", len(contents) + 12)
    return struct.pack("<I", kind) + length + contents + length


def padded(value: bytes) -> bytes:
    """The value filled up with zeros to a multiple of four bytes."""
    return value + b"\0" * (-len(value) % 4)
