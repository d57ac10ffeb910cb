"""Where in a trace a learner looks: messages by sender, the client's certificate, a side's last ledger."""

from __future__ import annotations

from typing import TYPE_CHECKING

from simulator.trace.facts import Checked, Sent

if TYPE_CHECKING:
    from simulator.trace.facts import Event
    from simulator.trace.trace import Trace
    from simulator.trust.verdict import Verdict


def messages_of(trace: Trace, sender: str) -> list[Event]:
    """The handshake messages that a side sent during the connection, in order."""
    return [
        event
        for event in trace.of(Sent)
        if event.actor == sender
        and event.at >= 0
        and isinstance(event.fact, Sent)
        and event.fact.protocol == "handshake"
    ]


def names_of(trace: Trace, sender: str) -> tuple[str, ...]:
    """Their names."""
    return tuple(event.fact.name for event in messages_of(trace, sender) if isinstance(event.fact, Sent))


def client_certificate(trace: Trace) -> Sent | None:
    """The client's Certificate message; None where it sent none."""
    for event in messages_of(trace, "client"):
        if isinstance(event.fact, Sent) and event.fact.name == "Certificate":
            return event.fact
    return None


def last_verdict(trace: Trace, judge: str) -> Verdict | None:
    """A side's ledger as it stood in the end; None where that side judged nobody."""
    verdicts = [
        event.fact.verdict
        for event in trace.of(Checked)
        if event.actor == judge and isinstance(event.fact, Checked)
    ]
    return verdicts[-1] if verdicts else None


def evidence(trace: Trace) -> str:
    """The sentence of the check that decided; empty where none failed."""
    decisive = (event.fact.verdict.decisive for event in trace.of(Checked) if isinstance(event.fact, Checked))
    return next((check.sentence for check in decisive if check is not None), "")
