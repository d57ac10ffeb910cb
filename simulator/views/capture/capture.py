"""A run as a capture file, as Wireshark would have written it on the link.

The records are the run's own bytes. Around them are the TCP connection that carries them (virtual time, one
segment for each record, as they leave their sender) and, on request, the key log. A message that was never
read is on the wire like every other.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from ipaddress import ip_address
from typing import TYPE_CHECKING

from simulator.release import RELEASE
from simulator.tls.wire.records import records_of
from simulator.tls.wire.version import Protection
from simulator.trace.connections import connections_of
from simulator.trace.facts import Alert, Sent, TransportEnded
from simulator.trace.setup import PASSES_ON
from simulator.views.capture import pcapng
from simulator.views.capture.lookups import RESPONDERS, lookups, responder_host
from simulator.views.capture.packets import Endpoint, Flag, Segment, packets
from simulator.views.capture.ports import port_remarks
from simulator.views.story.lanes import scenario_words, whole_title
from simulator.views.story.reading import sendings
from simulator.views.story.words import PROTECTION_WORDS, clean

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from simulator.trace.facts import Event, Setup
    from simulator.trace.setup import ActorSetup
    from simulator.trace.trace import Trace

    Stream = tuple[list[Segment], dict[str, Endpoint], int]  # with its ends, and one way between them

# Addresses set aside for documentation (RFC 5737), one net for each side.
ADDRESSES = {"client": bytes([192, 0, 2, 1]), "server": bytes([198, 51, 100, 1])}
# The client's address beside a server that is asked for by address: two each, lest it be the server's own.
CLIENTS = {
    4: (ADDRESSES["client"], bytes([192, 0, 2, 2])),
    16: (ip_address("2001:db8::c").packed, ip_address("2001:db8::c:c").packed),  # RFC 3849
}
FIRST_DYNAMIC_PORT = 49152  # RFC 6335 section 6
KEYS_INSIDE = "The keys of the session are in this file: every reader can decrypt it."
KEYS_LEFT_OUT = "Without keys, it shows what an eavesdropper sees."


def capture(trace: Trace, keylog: Sequence[str] = ()) -> bytes:
    """The connections of a run as a pcapng file, a TCP stream for each.

    Args:
        trace: the run.
        keylog: the connections' secrets as NSS key log lines, to be put into the file. Every reader of the
            file can then decrypt it. Without them it shows what an eavesdropper sees.
    """
    blocks = [
        pcapng.section_header(
            f"client-auth-simulator {RELEASE}", clean(_about(trace, with_keys=bool(keylog)))
        ),
        pcapng.interface("simulated link", "bare IP packets as they leave their sender, in virtual time"),
        pcapng.names({address: name for setup in trace.setups for address, name in _names(setup).items()}),
    ]
    if keylog:
        blocks.append(pcapng.tls_secrets("".join(f"{line}\n" for line in keylog).encode()))
    made = [packet for one in connections_of(trace) for packet in _packets(one, telling=bool(keylog))]
    made.sort(key=lambda one: one[0])  # stable; the connections of a party in between overlap
    return b"".join([*blocks, *(pcapng.packet(packet, at, comment) for at, packet, comment in made)])


def _packets(trace: Trace, *, telling: bool) -> Iterator[tuple[int, bytes, str]]:
    """The packets of one connection, and of the questions to OCSP responders in it, each with its moment."""
    setup = trace.setup
    hosts = {side: _host(setup, side) for side in ADDRESSES}
    streams = list(_connections(trace, hosts, telling=telling))
    for number, (lane, segments) in enumerate(lookups(trace), start=1):
        asker, responder = segments[0].sender, responder_host(setup, lane, len(hosts["client"].address))
        first = replace(_host(setup, f"{asker} asks, {number}"), address=hosts[asker].address)
        last = replace(_host(setup, f"{lane} answers, {number}"), address=responder.address)
        streams.append((segments, {asker: first, lane: replace(last, port=responder.port)}, setup.latency))
    start = _epoch_microseconds(setup.clock)
    for segments, ends, latency in streams:
        for segment, packet in zip(segments, packets(segments, ends, latency), strict=True):
            yield start + segment.at, packet, segment.comment


def _connections(trace: Trace, hosts: dict[str, Endpoint], *, telling: bool) -> Iterator[Stream]:
    """The TCP connection that carries TLS, if any; two beside a party that passes records through.

    The party accepts the client's connection once its own to the server is open, and closes as they close.
    """
    if not (any(sent.wire for _, sent in trace.facts(Sent)) or any(trace.of(TransportEnded))):
        return  # the client did not connect
    segments, setup = connection(trace, telling=telling), trace.setup
    if not _passes_through(setup):
        yield segments, hosts, setup.latency
        return
    half = setup.latency // 2
    for far, port in (("server", setup.port), ("client", _host(setup, PASSES_ON).port)):
        party = replace(_host(setup, f"{PASSES_ON}, {far}"), address=_address_between(setup), port=port)
        moved = [replace(one, at=one.at + half) if one.sender == far else one for one in segments]
        yield sorted(moved, key=lambda one: one.at), {**hosts, far: party}, half


def _passes_through(setup: Setup) -> bool:
    return any(actor.role == PASSES_ON for actor in setup.actors)


def _address_between(setup: Setup) -> bytes:
    """The address of a party in between, in the net of the responders and behind them all."""
    length = 4 if (server := _address_in(_wanted_host(setup))) is None else len(server)
    return RESPONDERS[length][:-1] + b"\xfa"


def _about(trace: Trace, *, with_keys: bool) -> str:
    """The settings that make the same file again, and what a reader has to know and do."""
    setup = trace.setup
    about = (
        f"{whole_title(trace)}. A simulated handshake: scenario {setup.scenario}, TLS {setup.tls} asked for, "
        f"seed {setup.seed}, release {RELEASE}. For teaching; nothing here is secret."
    )
    return " ".join([about, KEYS_INSIDE if with_keys else KEYS_LEFT_OUT, *port_remarks(trace)])


def _names(setup: Setup) -> dict[bytes, str]:
    """The names of all hosts by address; the server has the name that the client asks for, if it is one."""
    wanted = _wanted_host(setup)
    server = "server" if _address_in(wanted) else wanted.removesuffix(".") or "server"
    sides = _addresses(setup)
    length, lanes = len(sides["client"]), [one.name for one in setup.actors if _answers_ocsp(one)]
    responders = (responder_host(setup, lane, length) for lane in lanes)
    played = {actor.name: clean(actor.party) for actor in setup.actors}
    passing = {_address_between(setup): PASSES_ON} if _passes_through(setup) else {}
    both = (played.get("client") or "client", server)
    return (
        dict(zip(sides.values(), both, strict=True))
        | {one.address: clean(one.name) for one in responders}
        | passing
    )


def _answers_ocsp(actor: ActorSetup) -> bool:
    return "OCSP responder" in dict(actor.policy)


def _addresses(setup: Setup) -> dict[str, bytes]:
    """The address of each side. A server that is asked for by address has that one."""
    server, sides = _address_in(_wanted_host(setup)), ADDRESSES
    if server is not None:
        beside = CLIENTS[len(server)]
        sides = {"client": next(address for address in beside if address != server), "server": server}
    played = [actor.name for actor in setup.actors if actor.party and actor.name in sides][:1]
    return sides | dict.fromkeys(played, _address_between(setup))


def _wanted_host(setup: Setup) -> str:
    """The host that the client asks for, as its lane in the setup says."""
    lanes = (dict(actor.policy) for actor in setup.actors if actor.name == "client")
    return next((settings.get("server name", "") for settings in lanes), "")


def _address_in(host: str) -> bytes | None:
    """The octets of an address, which may be in brackets, or None for a name."""
    try:
        return ip_address(host.strip("[]")).packed
    except ValueError:
        return None


def connection(trace: Trace, *, telling: bool = True) -> list[Segment]:
    """The TCP segments of a run in the order of their sending.

    The three that open the connection end where virtual time begins. The side that
    said goodbye or refused first closes first, unless the run itself says how the connection ended.

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
    """A segment for each record, or message in clear. Messages share records, or are cut into several."""
    waiting: dict[str, list[str]] = {side: [] for side in ADDRESSES}
    for event, fact in sendings(trace):
        if event.actor not in ADDRESSES or fact.protocol in ("enrolment", "ocsp"):
            continue
        waiting[event.actor].append(_words(event, fact, telling=telling))
        for record in [fact.wire] if fact.protocol == "cleartext" else records_of(fact.wire):
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
    """FIN from the side that ended first, FIN from the other on its arrival, the last acknowledgement.

    A reset ends the connection for both, without an answer.
    """
    latency = trace.setup.latency
    last = {side: max((s.at for s in data if s.sender == side), default=0) for side in ADDRESSES}
    fin = Flag.FIN | Flag.ACK
    ends = [(event, fact) for event, fact in trace.facts(TransportEnded) if fact.direction == "sent"]
    if ends and ends[-1][1].how == "connection reset":
        late = len(ends) > 1  # behind a FIN: an answer to data, which takes its number from that data
        reset = Segment(ends[-1][0].at, ends[-1][0].actor, Flag.RST if late else Flag.RST | Flag.ACK)
        resets = [replace(reset, comment="TCP resets")]
        return [Segment(event.at, event.actor, fin, comment="TCP closes") for event, _ in ends[:-1]] + resets
    first, at = (ends[0][0].actor, ends[0][0].at) if ends else _first_to_close(trace, last)
    other = "server" if first == "client" else "client"
    answer = max(last[other], at + latency)
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
    """One end, without an address for a third party. Port and first number differ from run to run."""
    address, words = (
        _addresses(setup).get(side, b""),
        f"{setup.seed}\0{scenario_words(setup)}\0{setup.tls}\0{side}",
    )
    digest = sha256(words.encode(errors="replace")).digest()
    first = int.from_bytes(digest[:4])
    dynamic = FIRST_DYNAMIC_PORT + int.from_bytes(digest[4:6]) % (65536 - FIRST_DYNAMIC_PORT)
    return Endpoint(address, setup.port if side == "server" else dynamic, first)


def _epoch_microseconds(clock: str) -> int:
    """An ISO 8601 time as microseconds since 1970."""
    moment = datetime.fromisoformat(clock)
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    return (moment - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(microseconds=1)
