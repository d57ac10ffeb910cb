"""TCP over IPv4 or IPv6, as much of it as a connection without losses needs: numbers, flags and checksums.

Sources: RFC 9293 (TCP) section 3.1, RFC 791 (IPv4) section 3.1, RFC 8200 (IPv6) sections 3 and 8.1,
RFC 1071 (the checksum).
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from enum import IntFlag

HEADER_WORDS = 5  # both headers are five 32-bit words long: no options
WINDOW = 65535
TIME_TO_LIVE = 64
DO_NOT_FRAGMENT = 0x4000
TCP = 6


class Flag(IntFlag):
    """The control bits of a TCP segment."""

    FIN = 0x01
    SYN = 0x02
    RST = 0x04
    PSH = 0x08
    ACK = 0x10


@dataclass(frozen=True, slots=True)
class Endpoint:
    """One end of the connection.

    Attributes:
        address: four bytes, or sixteen.
        port: its TCP port.
        first: its initial sequence number.
    """

    address: bytes
    port: int
    first: int


@dataclass(frozen=True, slots=True)
class Segment:
    """One segment of one end.

    Attributes:
        at: when, in microseconds of virtual time.
        sender: ``client`` or ``server``.
        flags: control bits.
        payload: bytes of the stream.
        comment: its contents in words.
    """

    at: int
    sender: str
    flags: Flag
    payload: bytes = b""
    comment: str = ""

    @property
    def room(self) -> int:
        """The number of sequence numbers it takes: one for each byte, one each for SYN and FIN."""
        return len(self.payload) + bool(self.flags & Flag.SYN) + bool(self.flags & Flag.FIN)


def packets(segments: list[Segment], hosts: dict[str, Endpoint], latency: int) -> list[bytes]:
    """The segments of one connection as IP packets.

    Each acknowledges what had arrived when it was sent.

    Args:
        segments: in the order in which they were sent.
        hosts: the two ends by name.
        latency: one-way delay of the network in microseconds.
    """
    made = []
    for place, segment in enumerate(segments):
        source = hosts[segment.sender]
        target = next(host for name, host in hosts.items() if name != segment.sender)
        before = segments[:place]
        own = [other for other in before if other.sender == segment.sender]
        arrived = [
            other for other in before if other.sender != segment.sender and other.at + latency <= segment.at
        ]
        sequence = source.first + sum(other.room for other in own)
        acknowledges = arrived and segment.flags & Flag.ACK
        acknowledged = target.first + sum(other.room for other in arrived) if acknowledges else 0
        tcp = tcp_segment(source, target, segment, sequence, acknowledged)
        made.append(ip_packet(source.address, target.address, tcp, identification=len(own)))
    return made


def tcp_segment(
    source: Endpoint, target: Endpoint, segment: Segment, sequence: int, acknowledged: int
) -> bytes:
    """A TCP segment with its checksum, which also covers both addresses."""
    ports, numbers = (source.port, target.port), (sequence & 0xFFFFFFFF, acknowledged & 0xFFFFFFFF)
    control = HEADER_WORDS << 4, segment.flags, WINDOW

    def head(checksum: int) -> bytes:
        return struct.pack(">HHIIBBHHH", *ports, *numbers, *control, checksum, 0)

    length = 4 * HEADER_WORDS + len(segment.payload)
    # The same sum over both kinds of pseudo-header: the fields of IPv6's are wider, and filled with zeros.
    pseudo_header = source.address + target.address + struct.pack(">BBH", 0, TCP, length)
    return head(internet_checksum(pseudo_header + head(0) + segment.payload)) + segment.payload


def ip_packet(source: bytes, target: bytes, payload: bytes, *, identification: int) -> bytes:
    """An IP packet that carries TCP, in the version of the addresses; only IPv4 numbers its packets."""
    if len(source) == 4:
        return ipv4_packet(source, target, payload, identification=identification)
    return struct.pack(">IHBB16s16s", 6 << 28, len(payload), TCP, TIME_TO_LIVE, source, target) + payload


def ipv4_packet(source: bytes, target: bytes, payload: bytes, *, identification: int) -> bytes:
    """An IPv4 packet that carries TCP."""
    version_and_length, length = 4 << 4 | HEADER_WORDS, 4 * HEADER_WORDS + len(payload)
    control = identification, DO_NOT_FRAGMENT, TIME_TO_LIVE, TCP

    def head(checksum: int) -> bytes:
        fields = version_and_length, 0, length, *control, checksum, source, target
        return struct.pack(">BBHHHBBH4s4s", *fields)

    return head(internet_checksum(head(0))) + payload


def internet_checksum(data: bytes) -> int:
    """The ones' complement of the ones' complement sum of 16-bit words (RFC 1071)."""
    if len(data) % 2:
        data += b"\0"
    total: int = sum(struct.unpack(f">{len(data) // 2}H", data))
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return total ^ 0xFFFF
