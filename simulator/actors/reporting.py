"""From what a handshake machine reports to the facts of a trace.

An actor returns facts in the order in which they happened. Its driver (the simulation with a recorder, or the
oracle in front of OpenSSL) sends :func:`bytes_to_send` of them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from simulator.tls import events
from simulator.tls.wire.alerts import AlertLevel
from simulator.trace.facts import Alert, Received, Sent, StateChanged

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from simulator.trace.facts import ContentProtocol, Fact


def alert_of(event: events.AlertSent | events.AlertReceived, peer: str) -> Alert:
    """The fact of an alert; a code that no RFC names is ``unknown``."""
    sent = event if isinstance(event, events.AlertSent) else None
    return Alert(
        direction="sent" if sent else "received",
        peer=peer,
        name=event.description.rfc_name if event.description is not None else "unknown",
        code=event.raw[1],
        level="warning" if event.level == AlertLevel.WARNING else "fatal",
        raw=event.raw,
        protection=event.protection,
        wire=sent.wire if sent else b"",
        reason=sent.reason if sent else "",
    )


def protocol_of(name: str) -> ContentProtocol:
    """The record content type that carries a message of that name."""
    return "change_cipher_spec" if name == "ChangeCipherSpec" else "handshake"


#: Makes the fact of an event at a side whose peer has that name. Kinds that an actor reacts to are missing:
#: alerts, questions, and the end of its handshake call.
FACTS: dict[type, Callable[[Any, str], Fact]] = {
    events.MessageSent: lambda event, peer: Sent(
        peer, protocol_of(event.name), event.name, event.raw, event.protection, event.wire
    ),
    events.MessageReceived: lambda event, peer: Received(
        peer, protocol_of(event.name), event.name, event.raw, event.protection
    ),
    events.MachineMoved: lambda event, _: StateChanged(event.before, event.after),
    events.DataSent: lambda event, peer: Sent(
        peer, "application_data", "application data", event.data, event.protection, event.wire
    ),
    events.DataReceived: lambda event, peer: Received(
        peer, "application_data", "application data", event.data, event.protection
    ),
}


def bytes_to_send(facts: Iterable[Fact]) -> bytes:
    """The bytes that these facts put on the wire to the peer, in order."""
    return b"".join(
        [
            fact.wire
            for fact in facts
            if (type(fact) is Sent or type(fact) is Alert) and fact.protocol != "ocsp"
        ]
    )


def pieces_to_send(facts: Iterable[Fact]) -> list[bytes]:
    """The same bytes in pieces: each message in clear by itself, and the records of TLS between them."""
    pieces: list[bytes] = []
    before = None
    for fact in facts:
        if not (type(fact) is Sent or type(fact) is Alert) or fact.protocol == "ocsp" or not fact.wire:
            continue
        kind = "cleartext" if fact.protocol == "cleartext" else "records"
        if kind == "records" == before:
            pieces[-1] += fact.wire
        else:
            pieces.append(fact.wire)
        before = kind
    return pieces


def bytes_on_ocsp_wire(facts: Iterable[Fact]) -> bytes:
    """The bytes that these facts put on the wire between a side and a responder, in order."""
    return b"".join([fact.wire for fact in facts if type(fact) is Sent and fact.protocol == "ocsp"])
