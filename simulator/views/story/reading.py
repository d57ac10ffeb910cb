"""Look-ups over the causes and beliefs of a trace: messages read and unread, the client's error, idle CAs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from simulator.errors import SimulatorError
from simulator.security import SecurityLevel
from simulator.tls.states import MACHINES, SERVER_13, SERVER_13_PROOF_FIRST, State
from simulator.tls.wire.messages import decode_handshake
from simulator.tls.wire.version import Version
from simulator.trace.facts import (
    Alert,
    BeliefChanged,
    Decided,
    Event,
    HandshakeReturned,
    Received,
    Sent,
    StateChanged,
    TransportEnded,
    Unanswered,
)
from simulator.trace.latest import NO_REFUSAL
from simulator.views.story.words import clean, duration, level_name

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from simulator.tls.states import StateMachine
    from simulator.tls.wire.messages import Message
    from simulator.tls.wire.version import Side
    from simulator.trace.facts import Fact
    from simulator.trace.trace import Trace
    from simulator.trust.verdict import Check, Verdict


@dataclass(frozen=True, slots=True)
class Gap:
    """The time in which a TLS 1.3 client takes a session for open that the server refuses.

    Attributes:
        start: the client's handshake call returns ``ok``.
        end: the client reads the refusal.
        believed: the level it believes in meanwhile.
    """

    start: Event
    end: Event
    believed: SecurityLevel

    @property
    def length(self) -> int:
        """Its length in microseconds."""
        return self.end.at - self.start.at


def version_of(trace: Trace) -> Version:
    """The version that was agreed, else the one that was asked for."""
    return Version(trace.outcome.negotiated or trace.setup.tls)


def machine_of(trace: Trace, side: Side) -> StateMachine:
    """The table of a side's handshake machine: a server that read the proof first has one of its own."""
    machine = MACHINES[side, version_of(trace)]
    first = (State.WAIT_CERT.value, State.WAIT_CV.value)
    moves = (event.fact for event in trace.events if event.actor == side)
    proof_first = any(type(fact) is StateChanged and (fact.before, fact.after) == first for fact in moves)
    return SERVER_13_PROOF_FIRST if proof_first and machine is SERVER_13 else machine


def sendings(trace: Trace) -> Iterator[tuple[Event, Sent | Alert]]:
    """Every message and every alert that was sent, in order, each with its event."""
    for event in trace.events:
        match event.fact:
            case Sent() | Alert(direction="sent") as fact:
                yield event, fact


def message_in(raw: bytes, version: Version) -> Message | None:
    """The handshake message that these bytes are, or None: a trace may hold anything a peer sent."""
    try:
        return decode_handshake(raw, version)
    except SimulatorError:
        return None


def reads(trace: Trace) -> Mapping[int, Event]:
    """For every message that was read: ``seq`` of its sending → the event of its reading.

    An end of the connection counts as read where a program noticed it.
    """
    sent = {event.seq for event, _ in sendings(trace)}
    sent |= {event.seq for event, end in trace.facts(TransportEnded) if end.direction == "sent"}
    read = (event for event in trace.of(Received, Alert, TransportEnded) if event.seq not in sent)
    return {event.cause: event for event in read if event.cause is not None}


def is_refusal(fact: Sent | Alert) -> bool:
    """Return True for an alert that refuses; a warning such as close_notify does not."""
    return isinstance(fact, Alert) and fact.name not in NO_REFUSAL


def sent_name(fact: Sent | Alert) -> str:
    """The name of what was sent."""
    if isinstance(fact, Sent) and fact.is_empty_certificate:
        return f"{clean(fact.name)} (empty)"
    return message_name(fact.name)


def message_name(name: str) -> str:
    """The name of a message; the one that RFC 2986 gives a CSR is too like CertificateRequest."""
    return "signing request (CSR)" if name == "CertificationRequest" else clean(name)


def is_small_talk(fact: Fact, version: Version) -> bool:
    """Return True for what an overview leaves out, because nothing in the story depends on it."""
    if isinstance(fact, Sent):
        idle = fact.protocol == "change_cipher_spec" and version is Version.TLS13
        return idle or fact.name in ("EncryptedExtensions", "NewSessionTicket")
    return isinstance(fact, Alert) and not is_refusal(fact)


def gap(trace: Trace) -> Gap | None:
    """The time in which the client is in error about the session, or None.

    A server whose own handshake call returned ``ok`` has accepted the connection: what it refuses after that
    is access, and the client was not in error about the session. But one that defers the refusal of a
    certificate accepts nothing.
    """
    start: Event | None = None
    deferred = False
    believed = SecurityLevel.CLEARTEXT
    for event in trace.events:
        match event.actor, event.fact:
            case "client", HandshakeReturned(result="ok"):
                start = event
            case _, Decided(choice="defer"):
                deferred = True
            case _, HandshakeReturned(result="ok") if not deferred:
                return None
            case "client", BeliefChanged(level=level):
                if level is SecurityLevel.REFUSED and start is not None:
                    return Gap(start, event, believed)
                believed = level
    return None


def gap_words(late: Gap) -> str:
    """The client's error in words: its length, the belief, and what the server never said."""
    return (
        f"For {duration(late.length)} the client took the session for open and believed "
        f"“{level_name(late.believed)}”. The server never said that it is open."
    )


def idle_authorities(trace: Trace) -> frozenset[str]:
    """The CAs without any event during the connection, which begins at virtual time 0."""
    names = {actor.name for actor in trace.setup.actors if actor.role == "authority"}
    busy = {event.actor for event in trace.events if event.at >= 0}
    busy |= {sent.to for event, sent in trace.facts(Sent) if event.at >= 0}
    return frozenset(names - busy)


def news(before: Verdict | None, verdict: Verdict) -> tuple[Check, ...]:
    """The checks that the earlier ledger did not have; all of them if it was of another peer, or None."""
    if before is None or before.peer != verdict.peer or before.role != verdict.role:
        return verdict.checks
    return tuple(check for check in verdict.checks if check not in before.checks)


def unread_since(trace: Trace) -> dict[int, int]:
    """For every message that is never read: ``seq`` of its sending → of the event that makes it certain.

    That is the failure of its reader, or the end of the connection as the reader notices it, after which it
    reads no more; for a responder's answer, that the asker gave its question up; or its own sending where
    that came later. Until then it may still be on its way.
    What passes between an actor and a CA is not part of the connection, and a ChangeCipherSpec in TLS 1.3 is
    dropped without being read whenever it comes (RFC 8446, appendix D.4); neither counts.
    """
    known, failed = reads(trace), {}
    for event, move in trace.facts(StateChanged):
        if move.after == State.FAILED.value:
            failed[event.actor] = event.seq  # a state that a machine never leaves
    for event in trace.of(TransportEnded):
        failed.setdefault(event.actor, event.seq)
    gave_up = {event.actor: event.seq for event, _ in trace.facts(Unanswered)}
    skipped = {"enrolment"} | ({"change_cipher_spec"} if version_of(trace) is Version.TLS13 else set())
    found = {}
    for event, fact in sendings(trace):
        reader = fact.to if isinstance(fact, Sent) else fact.peer
        since = (gave_up if fact.protocol == "ocsp" else failed).get(reader)
        if fact.protocol not in skipped and event.seq not in known and since is not None:
            found[event.seq] = max(event.seq, since)
    return found
