"""A simulated run as a bystander on the wire would tell it, for comparing with what was measured."""

from __future__ import annotations

from typing import TYPE_CHECKING

from simulator.tls.wire.messages import decode_handshake
from simulator.tls.wire.version import Version
from simulator.trace.facts import Alert, HandshakeReturned, Received, Sent
from simulator.trace.latest import last_verdict

if TYPE_CHECKING:
    from simulator.runs.run import Run
    from simulator.tls.wire.messages import Message
    from simulator.tls.wire.version import Side
    from simulator.trace.trace import Trace
    from simulator.trust.verdict import Check

APPLICATION_DATA = 23  # the outer type of an encrypted TLS 1.3 record
RECORD_HEADER = 5
PROTECTION_13 = 17  # inner content type and tag (RFC 8446 section 5.2)


def story(trace: Trace) -> list[str]:
    """What went over the wire, one line for each change of speaker.

    Handshake messages, ChangeCipherSpec and alerts (with a ``!``), in braces where the record says that it
    is application data; ``ok`` and ``failed`` are the returns of the speaker's handshake call. Application
    data and the goodbyes are left out.
    """
    lines: list[tuple[str, list[str]]] = []
    for event in trace.events:
        word = _word(event.fact)
        if word and (not lines or lines[-1][0] != event.actor):
            lines.append((event.actor, []))
        if word:
            lines[-1][1].append(word)
    return [f"{actor}: {' '.join(words)}" for actor, words in lines]


def _word(fact: object) -> str:
    if isinstance(fact, HandshakeReturned):
        return fact.result
    if isinstance(fact, Alert) and fact.direction == "sent" and fact.level == "fatal":
        name = f"{fact.name}!"
    elif isinstance(fact, Sent) and fact.protocol in ("handshake", "change_cipher_spec"):
        name = fact.name
    else:
        return ""
    return f"{{{name}}}" if fact.wire[0] == APPLICATION_DATA else name


def sent(trace: Trace, name: str, sender: Side | None = None) -> list[Sent]:
    """The messages of a name, as sent."""
    return [
        event.fact
        for event in trace.of(Sent)
        if isinstance(event.fact, Sent) and event.fact.name == name and event.actor == (sender or event.actor)
    ]


def message(run: Run, name: str, sender: Side | None = None) -> Message:
    """The first message of a name, read."""
    return decode_handshake(sent(run.trace, name, sender)[0].raw, Version(run.tls))


def never_read(trace: Trace, sender: Side) -> list[str]:
    """What a side sent to the other that the other never read: names in the order of sending."""
    read = {event.cause for event in trace.of(Received)}
    return [
        event.fact.name
        for event in trace.of(Sent)
        if isinstance(event.fact, Sent)
        and (event.actor == sender and event.fact.protocol != "enrolment")
        and event.seq not in read
    ]


def read_before_alert(trace: Trace) -> tuple[str, str]:
    """The side that sent the first fatal alert, and the last message that it had read before."""
    last = {"client": "", "server": ""}
    for event in trace.events:
        fact = event.fact
        if isinstance(fact, Received) and fact.protocol == "handshake":
            last[event.actor] = fact.name
        if isinstance(fact, Alert) and (fact.direction, fact.level) == ("sent", "fatal"):
            return event.actor, last[event.actor]
    return "", ""


def fatal_alert(trace: Trace) -> Alert | None:
    """The first fatal alert that was sent; None without one."""
    facts = (event.fact for event in trace.of(Alert))
    return next(
        (
            fact
            for fact in facts
            if isinstance(fact, Alert) and (fact.direction, fact.level) == ("sent", "fatal")
        ),
        None,
    )


def decisive(run: Run) -> Check | None:
    """The check that decided; None where none did."""
    side = run.outcome.judged_by
    verdict = last_verdict(run.trace.events, side) if side else None
    return verdict.decisive if verdict else None


def common_name(subject: str | None) -> str | None:
    """The common name at the beginning of a subject, without the mark of seeded certificates."""
    return None if subject is None else subject.partition(",")[0].removeprefix("CN=")
