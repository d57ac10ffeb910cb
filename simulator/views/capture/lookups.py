"""Questions to OCSP responders in a capture: each is a TCP connection of its own, with HTTP in the clear."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from simulator.tls.wire.version import SIDES
from simulator.trace.facts import Received, Sent, Unanswered
from simulator.views.capture.packets import Flag, Segment
from simulator.views.story.words import clean

if TYPE_CHECKING:
    from collections.abc import Iterator

    from simulator.trace.facts import Event, Setup
    from simulator.trace.trace import Trace

# Addresses set aside for documentation (RFC 5737, RFC 3849), in a net of their own; the last octet is the
# responder's place among the lanes.
RESPONDERS = {4: bytes([203, 0, 113, 0]), 16: bytes.fromhex("20010db8000000000000000000ca0000")}
HTTP_PORT = 80


@dataclass(frozen=True, slots=True)
class ResponderHost:
    """The host of a responder in a capture.

    Attributes:
        name: the host in its address.
        address: four bytes, or sixteen.
        port: its TCP port.
    """

    name: str
    address: bytes
    port: int


def responder_host(setup: Setup, lane: str, length: int) -> ResponderHost:
    """The host of a responder, by the address that its CA's lane has.

    Args:
        setup: the world.
        lane: the CA's.
        length: bytes of an address.
    """
    place, actor = next((place, one) for place, one in enumerate(setup.actors, 1) if one.name == lane)
    url = urlsplit(dict(actor.policy).get("OCSP responder", ""))
    address = RESPONDERS[length][:-1] + bytes([place])
    return ResponderHost(url.hostname or lane, address, url.port or HTTP_PORT)


def lookups(trace: Trace) -> Iterator[tuple[str, list[Segment]]]:
    """The segments of each connection to a responder, in order, with the responder's lane."""
    for request, sent in trace.facts(Sent):
        if sent.protocol == "ocsp" and request.actor in SIDES:
            yield sent.to, _segments(trace, request, sent)


def _segments(trace: Trace, request: Event, sent: Sent) -> list[Segment]:
    """The opening, which takes a way there and back; the request; the answer, if one comes; the end."""
    asker, lane, latency = request.actor, sent.to, trace.setup.latency
    data, fin = Flag.PSH | Flag.ACK, Flag.FIN | Flag.ACK
    segments = [
        Segment(request.at - 2 * latency, asker, Flag.SYN, comment="TCP opens, to the OCSP responder"),
        Segment(request.at - latency, lane, Flag.SYN | Flag.ACK),
        Segment(request.at, asker, Flag.ACK),
        Segment(request.at, asker, data, sent.wire, _words(request, sent)),
    ]
    answer = next(_answers(trace, request, lane), None)
    given_up = next((event.at for event in _endings(trace, request) if type(event.fact) is Unanswered), None)
    if answer is not None:
        event, fact = answer
        segments.append(Segment(event.at, lane, data, fact.wire, _words(event, fact)))
    if given_up is None:  # "Connection: close": the responder ends it with its answer
        first, second, at = lane, asker, segments[-1].at
    else:
        first, second, at = asker, lane, given_up
    reply = max(at + latency, *(one.at for one in segments if one.sender == second))
    segments += [
        Segment(at, first, fin, comment="TCP closes"),
        Segment(reply, second, fin),
        Segment(reply + latency, first, Flag.ACK),
    ]
    return sorted(segments, key=lambda segment: segment.at)  # stable: at one moment the order stays


def _answers(trace: Trace, request: Event, lane: str) -> Iterator[tuple[Event, Sent]]:
    """The answers of the responder to this request: sent because of its reading."""
    read = {event.seq for event in trace.of(Received) if event.cause == request.seq}
    for event, fact in trace.facts(Sent):
        if event.actor == lane and event.cause in read:
            yield event, fact


def _endings(trace: Trace, request: Event) -> Iterator[Event]:
    """The readings of answers and the failures of the asker after its request, in order."""
    for event in trace.events:
        if event.seq > request.seq and event.actor == request.actor:
            fact = event.fact
            if isinstance(fact, Unanswered) or (isinstance(fact, Received) and fact.protocol == "ocsp"):
                yield event
                return


def _words(event: Event, fact: Sent) -> str:
    return f"{clean(fact.name)} ({clean(fact.words)}; event {event.seq})"
