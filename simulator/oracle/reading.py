"""A simulated run in the terms in which OpenSSL's is observed."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from simulator.oracle.observed import HandshakeLog, Played, PlayedSide
from simulator.oracle.playing import JudgedAt, clocks
from simulator.oracle.reasons import reason_of_verdict
from simulator.tls.wire.version import Protection
from simulator.trace.facts import Alert, Checked, Received, Sent

if TYPE_CHECKING:
    from simulator.scenario import Scenario, TlsVersion
    from simulator.trace.facts import Event, Side
    from simulator.trace.trace import Trace


def observed(trace: Trace, tls: TlsVersion) -> Played:
    """What could be seen of a simulated run from outside.

    Args:
        trace: the run.
        tls: the version that was asked for.
    """
    log = HandshakeLog()
    data: dict[str, bytes] = {"client": b"", "server": b""}
    for event in trace.events:
        fact = event.fact
        if event.actor in data:
            _note(event, "client" if event.actor == "client" else "server", log)
            if isinstance(fact, Received) and fact.protocol == "application_data":
                data[event.actor] += fact.raw
    client, server = trace.outcome.client, trace.outcome.server
    return Played(
        scenario=trace.setup.scenario,
        tls=tls,
        mode="simulated",
        messages=tuple(log.messages),
        alert=log.alert,
        decided_after=log.decided_after,
        reason=log.reason,
        agreed=log.agreed,
        client=PlayedSide(client.handshake, client.peer, log.last_read("client"), data["client"].decode()),
        server=PlayedSide(server.handshake, server.peer, log.last_read("server"), data["server"].decode()),
    )


def judged_at(trace: Trace, scenario: Scenario) -> JudgedAt:
    """When each side of a simulated run judged the other, by its own clock; its beginning where it did not.

    Args:
        trace: the run.
        scenario: what was set up.
    """
    start = clocks(scenario)
    moments = {"client": start.client, "server": start.server}
    for event in reversed(trace.events):
        if isinstance(event.fact, Checked):
            beginning = start.client if event.actor == "client" else start.server
            moments[event.actor] = beginning + timedelta(microseconds=event.at)
    return JudgedAt(moments["client"], moments["server"])


def _note(event: Event, side: Side, log: HandshakeLog) -> None:
    """Write one event of a side into the log."""
    fact = event.fact
    if isinstance(fact, Sent) and fact.protocol == "handshake":
        log.message_sent(side, fact.raw, encrypted=fact.protection is not Protection.CLEAR)
    elif isinstance(fact, Received) and fact.protocol == "handshake":
        log.message_read(side, fact.name)
    elif isinstance(fact, Alert) and fact.direction == "sent":
        log.alert_sent(side, fact.code, encrypted=fact.protection is not Protection.CLEAR)
    elif isinstance(fact, Checked):
        log.found(side, reason_of_verdict(fact))
