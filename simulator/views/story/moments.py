"""What the player says at each event: a headline and a few plain sentences, and where a step stops."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from simulator.tls.wire.version import Protection
from simulator.trace.facts import (
    Alert,
    BeliefChanged,
    Checked,
    Decided,
    Event,
    HandshakeReturned,
    Noted,
    Received,
    Sent,
    Setup,
    StateChanged,
)
from simulator.trust.verdict import CheckOutcome
from simulator.views.story.reading import gap, gap_words, is_refusal, news, sent_name, unread_since
from simulator.views.story.words import (
    PROTECTION_WORDS,
    clean,
    level_name,
    moment,
    question,
    size,
)

if TYPE_CHECKING:
    from simulator.trace.trace import Trace
    from simulator.trust.verdict import Verdict

Words = tuple[str, list[str]]

KINDS = {
    Setup: "setup",
    Sent: "message",
    Received: "message",
    Alert: "message",
    Checked: "ledger",
    Decided: "decision",
    StateChanged: "state",
    HandshakeReturned: "belief",
    BeliefChanged: "belief",
    Noted: "note",
}


def moments(trace: Trace) -> list[dict[str, Any]]:
    """Every event of a run in words, in order, as plain values.

    ``stop`` says that a step of the player halts there; state changes and plain readings go along with the
    stop before them. ``later`` has sentences that belong to an event and can be known only since another one,
    each with the ``seq`` of that.
    """
    lost, late = unread_since(trace), gap(trace)
    ledgers: dict[str, Verdict] = {}
    found = []
    for event in trace.events:
        headline, sentences = _words(event, ledgers)
        if late is not None and late.end.seq == event.seq:
            sentences.append(gap_words(late))
        entry = {
            "seq": event.seq,
            "at": moment(event.at),
            "actor": clean(event.actor),
            "step": event.step.value,
            "cause": event.cause,
            "kind": KINDS[type(event.fact)],
            "stop": _stops(event) or event is trace.events[-1],
            "headline": headline,
            "sentences": sentences,
            "later": [[lost[event.seq], "It is never read."]] if event.seq in lost else [],
        }
        if entry["kind"] == "message":
            entry["message"] = _message_of(event)
        found.append(entry)
        if isinstance(event.fact, Checked):
            ledgers[event.actor] = event.fact.verdict
    return found


def _stops(event: Event) -> bool:
    fact = event.fact
    if isinstance(fact, Alert):
        return fact.direction == "sent" or is_refusal(fact)
    return not isinstance(fact, Received | StateChanged)


def _message_of(event: Event) -> int | None:
    """The ``seq`` of the sending of the message that an event sends or reads."""
    fact = event.fact
    reading = isinstance(fact, Received) or (isinstance(fact, Alert) and fact.direction == "received")
    return event.cause if reading else event.seq


def name_of(actor: str) -> str:
    """An actor at the beginning of a sentence: ``The client``, ``client-ca``."""
    return f"The {actor}" if actor in ("client", "server") else clean(actor)


def _words(event: Event, ledgers: dict[str, Verdict]) -> Words:
    fact, who = event.fact, name_of(event.actor)
    match fact:
        case Setup():
            return "The set-up", [
                "Before the first message: who holds what, and whom each side trusts.",
                f"What is simulated begins at {clean(fact.clock)}.",
            ]
        case Sent():
            return f"{who} sends {sent_name(fact)}", [_travel(fact)]
        case Received():
            return f"{who} reads {clean(fact.name)}", []
        case Alert():
            return _alert(fact, who)
        case Checked(verdict=verdict):
            return _ledger(verdict, news(ledgers.get(event.actor), verdict), who)
        case Decided():
            outside = ["A person decided this in the actor's place."] if fact.taken_by == "outside" else []
            return f"{who} decides: {clean(fact.choice)}", [
                question(fact.decision),
                clean(fact.reason),
                *outside,
            ]
        case StateChanged():
            return f"{who} is now in the state {clean(fact.after)}", [f"It was in {clean(fact.before)}."]
        case HandshakeReturned():
            return _returned(fact, who)
        case BeliefChanged():
            return _belief(fact, who, event.actor)
        case Noted(text=text):
            return "Meanwhile", [clean(text)]


def protected(protection: Protection) -> str:
    """How a message is protected on its way."""
    words = PROTECTION_WORDS[protection]
    return words if protection is Protection.CLEAR else f"protected with the {words}"


def _travel(fact: Sent) -> str:
    if fact.protocol == "enrolment":
        return f"To {clean(fact.to)}, before and outside the connection."
    return f"{size(len(fact.raw))}, {protected(fact.protection)}."


def _alert(alert: Alert, who: str) -> Words:
    verb = "sends" if alert.direction == "sent" else "reads"
    headline = f"{who} {verb} the alert {clean(alert.name)}"
    sentences = [f"Code {alert.code}, {alert.level}, {protected(alert.protection)}."]
    if alert.reason:
        sentences.append(f"Why: {clean(alert.reason)}")
    if is_refusal(alert) and alert.direction == "sent":
        sentences.append("The code is all that is sent, not the reason.")
    return headline, sentences


def _ledger(verdict: Verdict, checks: tuple[Any, ...], who: str) -> Words:
    if len(checks) < len(verdict.checks):
        return f"{who} checks the {verdict.role}'s proof", [clean(check.sentence) for check in checks]
    passed = sum(check.outcome is CheckOutcome.PASS for check in checks)
    if verdict.decisive is None:
        said = [f"Each of the {passed} checks that were made passed."]
    else:
        said = [f"The check {clean(verdict.decisive.name)} failed.", clean(verdict.decisive.sentence)]
    return f"{who} checks the {verdict.role}'s certificate", said


def _returned(fact: HandshakeReturned, who: str) -> Words:
    if fact.result == "failed":
        return f"{who}'s handshake call fails", ["The program above is told that there is no connection."]
    agreed = [clean(text) for text in (fact.cipher_suite, fact.group) if text]
    version = f"TLS {fact.negotiated}" if fact.negotiated else "no version"
    return f"{who}'s handshake call returns without error", [
        f"Agreed: {', '.join([version, *agreed])}.",
        "The program above now takes the connection for open.",
    ]


def _belief(fact: BeliefChanged, who: str, actor: str) -> Words:
    verb = "knows" if actor == "server" else "believes"
    sentences = [clean(fact.reason)]
    if fact.assumed:
        sentences.append("This is an assumption: nothing it read says so.")
    return f"{who} now {verb}: {level_name(fact.level)}", sentences
