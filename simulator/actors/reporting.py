"""From what a handshake machine reports to the facts of a trace.

An actor returns facts in the order in which they happened. Its driver (the simulation with a recorder, or the
oracle in front of OpenSSL) sends :func:`bytes_to_send` of them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from simulator.tls import events
from simulator.tls.wire.alerts import AlertLevel
from simulator.trace.facts import Alert, Received, Sent, StateChanged

if TYPE_CHECKING:
    from collections.abc import Iterable

    from simulator.trace.facts import ContentProtocol, Fact

#: The events of a machine that a trace has a fact for; the others are questions to the actor.
Reportable = (
    events.MessageSent
    | events.MessageReceived
    | events.AlertSent
    | events.AlertReceived
    | events.MachineMoved
    | events.DataSent
    | events.DataReceived
)


def fact_of(event: Reportable, peer: str) -> Fact:
    """The fact of an event, at a side whose peer has this name."""
    match event:
        case events.MessageSent():
            name = event.name
            return Sent(peer, protocol_of(name), name, event.raw, event.protection, event.wire)
        case events.MessageReceived():
            return Received(peer, protocol_of(event.name), event.name, event.raw, event.protection)
        case events.MachineMoved():
            return StateChanged(event.before, event.after)
        case events.DataSent():
            name = "application data"
            return Sent(peer, "application_data", name, event.data, event.protection, event.wire)
        case events.DataReceived():
            return Received(peer, "application_data", "application data", event.data, event.protection)
        case _:
            return _alert(event, peer)


def _alert(event: events.AlertSent | events.AlertReceived, peer: str) -> Alert:
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


def bytes_to_send(facts: Iterable[Fact]) -> bytes:
    """The bytes that these facts put on the wire, in order."""
    return b"".join(fact.wire for fact in facts if isinstance(fact, Sent | Alert))
