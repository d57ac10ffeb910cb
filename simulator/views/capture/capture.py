"""A run as a capture file, as Wireshark would have written it on the link.

The records are the run's own bytes. Around them are the TCP connection that carries them (virtual time, one
segment for each record, as they leave their sender) and, on request, the key log. A message that was never
read is on the wire like every other.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import TYPE_CHECKING

from simulator.release import RELEASE
from simulator.tls.wire.records import records_of
from simulator.tls.wire.version import Protection
from simulator.trace.connections import connections_of
from simulator.trace.facts import Alert
from simulator.views.capture import pcapng
from simulator.views.capture.packets import Endpoint, Flag, Segment, packets
from simulator.views.story.lanes import whole_title
from simulator.views.story.reading import sendings
from simulator.views.story.words import PROTECTION_WORDS, clean

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from simulator.trace.facts import Event, Sent, Setup
    from simulator.trace.trace import Trace

# Addresses set aside for documentation (RFC 5737), one net for each side.
ADDRESSES = {"client": bytes([192, 0, 2, 1]), "server": bytes([198, 51, 100, 1])}
FIRST_DYNAMIC_PORT = 49152  # RFC 6335 section 6


def capture(trace: Trace, keylog: Sequence[str] = ()) -> bytes:
    """The connections of a run as a pcapng file, a TCP stream for each.

    Args:
        trace: the run.
        keylog: the connections' secrets as NSS key log lines, to be put into the file. Every reader of the
            file can then decrypt it. Without them it shows what an eavesdropper sees.
    """
    blocks = [
        pcapng.section_header(f"client-auth-simulator {RELEASE}", clean(_about(trace))),
        pcapng.interface("simulated link", "bare IP packets as they leave their sender, in virtual time"),
        pcapng.names({address: side for side, address in ADDRESSES.items()}),
    ]
    if keylog:
        blocks.append(pcapng.tls_secrets("".join(f"{line}\n" for line in keylog).encode()))
    for one in connections_of(trace):
        blocks += _stream(one, telling=bool(keylog))
    return b"".join(blocks)


def _stream(trace: Trace, *, telling: bool) -> Iterator[bytes]:
    """The packets of one connection."""
    setup = trace.setup
    segments = connection(trace, telling=telling)
    hosts = {side: _host(setup, side) for side in ADDRESSES}
    start = _epoch_microseconds(setup.clock)
    for segment, packet in zip(segments, packets(segments, hosts, setup.latency), strict=True):
        yield pcapng.packet(packet, start + segment.at, segment.comment)


def _about(trace: Trace) -> str:
    """The settings that are enough to make the same file again."""
    setup = trace.setup
    return (
        f"{whole_title(trace)}. A simulated handshake: scenario {setup.scenario}, TLS {setup.tls} asked for, "
        f"seed {setup.seed}, release {RELEASE}. For teaching; nothing here is secret."
    )


def connection(trace: Trace, *, telling: bool = True) -> list[Segment]:
    """The TCP segments of a run in the order of their sending.

    The three that open the connection end where virtual time begins. The side that
    said goodbye or refused first closes first.

    Args:
        trace: the run.
        telling: comments also name what is encrypted. A capture without keys must not reveal it.
    """
    latency = trace.setup.latency
    opening = [
        Segment(-2 * latency, "client", Flag.SYN, comment="TCP opens"),
        Segment(-latency, "server", Flag.SYN | Flag.ACK),
        Segment(0, "client", Flag.ACK),
    ]
    data = list(_data(trace, telling=telling))
    segments = [*opening, *data, *_closing(trace, data)]
    return sorted(segments, key=lambda segment: segment.at)  # stable: at one moment the order stays


def _data(trace: Trace, *, telling: bool) -> Iterator[Segment]:
    """A segment for each record. A record may hold several messages, and a message several records."""
    waiting: dict[str, list[str]] = {side: [] for side in ADDRESSES}
    for event, fact in sendings(trace):
        if event.actor not in ADDRESSES or fact.protocol == "enrolment":
            continue
        waiting[event.actor].append(_words(event, fact, telling=telling))
        for record in records_of(fact.wire):
            comment = ", ".join(waiting[event.actor])
            yield Segment(event.at, event.actor, Flag.PSH | Flag.ACK, record, comment)
        if fact.wire:
            waiting[event.actor].clear()


def _words(event: Event, fact: Sent | Alert, *, telling: bool) -> str:
    if fact.protection is not Protection.CLEAR and not telling:
        return f"encrypted (event {event.seq})"
    kind = "alert " if isinstance(fact, Alert) else ""
    return f"{kind}{clean(fact.name)} ({PROTECTION_WORDS[fact.protection]}; event {event.seq})"


def _closing(trace: Trace, data: list[Segment]) -> list[Segment]:
    """FIN from the side that ended first, FIN from the other on its arrival, the last acknowledgement."""
    latency = trace.setup.latency
    last = {side: max((s.at for s in data if s.sender == side), default=0) for side in ADDRESSES}
    first, at = _first_to_close(trace, last)
    other = "server" if first == "client" else "client"
    answer = max(last[other], at + latency)
    fin = Flag.FIN | Flag.ACK
    return [
        Segment(at, first, fin, comment="TCP closes"),
        Segment(answer, other, fin),
        Segment(answer + latency, first, Flag.ACK),
    ]


def _first_to_close(trace: Trace, last: dict[str, int]) -> tuple[str, int]:
    """The side that closes and its time: its first alert that ends the session, else the client's end."""
    for event, alert in trace.facts(Alert):
        ends = alert.direction == "sent" and (alert.level == "fatal" or alert.name == "close_notify")
        if ends and event.actor in last:
            return event.actor, last[event.actor]
    return "client", max(trace.events[-1].at, *last.values())


def _host(setup: Setup, side: str) -> Endpoint:
    """One end. Its port and first sequence number differ from run to run."""
    digest = sha256(f"{setup.seed}\0{setup.scenario}\0{setup.tls}\0{side}".encode(errors="replace")).digest()
    first = int.from_bytes(digest[:4])
    dynamic = FIRST_DYNAMIC_PORT + int.from_bytes(digest[4:6]) % (65536 - FIRST_DYNAMIC_PORT)
    return Endpoint(ADDRESSES[side], setup.port if side == "server" else dynamic, first)


def _epoch_microseconds(clock: str) -> int:
    """An ISO 8601 time as microseconds since 1970."""
    moment = datetime.fromisoformat(clock)
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    return (moment - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(microseconds=1)
