"""The common half of client and server: a handshake machine, a belief, and a decision to wait for.

A peer takes bytes and the time, and returns trace facts in the order in which they happened. Subclasses add
what to decide and what to believe; nothing here knows which side it is.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Literal

from msgspec.structs import replace

from simulator.actors.decisions import PendingDecision
from simulator.actors.inquiry import NO_RESPONDERS, Inquiry
from simulator.actors.reporting import FACTS, alert_of
from simulator.errors import DecisionError
from simulator.pki.certificate import leaf_of
from simulator.tls.connection import MOST_UNREAD_BYTES
from simulator.tls.events import (
    AlertReceived,
    AlertSent,
    CertificateChoiceWanted,
    ClientVerdictWanted,
    HandshakeDone,
    ProofChecked,
    RequestChoiceWanted,
    ServerVerdictWanted,
    TlsEvent,
)
from simulator.tls.states import State
from simulator.tls.wire.alerts import WARNINGS, AlertDescription
from simulator.tls.wire.records import next_record_size
from simulator.trace.facts import Checked, Decided, HandshakeReturned, Noted
from simulator.trust.checks.candidate import ProofRead
from simulator.trust.judge import judge, with_proof
from simulator.trust.ocsp import next_question, with_replies
from simulator.trust.unjudged import unjudged

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from simulator.actors.application import Application
    from simulator.actors.decisions import TakenBy
    from simulator.actors.inquiry import ResponderAddress
    from simulator.pki.certificate import Certificate
    from simulator.security import RefusalLayer
    from simulator.tls.connection import Connection
    from simulator.tls.wire.version import Side, Version
    from simulator.trace.facts import BeliefChanged, Fact, StandingChanged
    from simulator.trust.policy import TrustPolicy
    from simulator.trust.verdict import Verdict

NOTHING_SAID = "Nothing has been said yet."
ACCEPT_OR_REFUSE = ("accept", "refuse")
CUT_OFF = "The connection ended without a goodbye, after the session was granted: that is no refusal."
PASSED = "Every check that looks at the {}'s certificate passed; its proof is checked apart."

Question = (
    ServerVerdictWanted | CertificateChoiceWanted | RequestChoiceWanted | ClientVerdictWanted | ProofChecked
)


class Peer(ABC):
    """One side of a connection; drive it with ``receive`` and, while ``pending`` is set, ``decide``.

    Args:
        name: its name in the trace: ``client`` or ``server``.
        peer: the name of the other side.
        version: the one protocol version it speaks.
        responders: hash of a CA's key → address of its OCSP responder.

    Attributes:
        pending: the decision it waits for, or None while it reads.
        inquiry: its questions to OCSP responders; while one has no answer, it reads nothing either.
        belief: a client's belief about the session; the client's standing with a server.
        returned: its handshake call has returned.
        unsaid: the rest of its first words, which it has still to write.
    """

    machine: Connection
    belief: BeliefChanged | StandingChanged

    def __init__(
        self,
        name: Side,
        peer: Side,
        version: Version,
        responders: Mapping[bytes, ResponderAddress] = NO_RESPONDERS,
    ) -> None:
        self.name = name
        self.peer = peer
        self.version = version
        self.pending: PendingDecision | None = None
        self.inquiry = Inquiry(responders)
        self.returned = False
        self.unsaid = b""
        self._verdict: Verdict | None = None
        self._proof: ProofRead | None = None  # one that was read before the certificate was judged
        self._under_judgement: tuple[tuple[bytes, ...], TrustPolicy]
        self._peer_certificate: Certificate | None = None
        self._unread = bytearray()
        self._unread_lost = False
        self._gone = False  # the transport ended, or was closed in clear
        self._now = datetime.min.replace(tzinfo=UTC)  # the time of the last call
        self._said_goodbye = False
        self._negotiated = 0  # bytes that the application said by itself
        self._agreed: str | None = None
        self._just_connected = False

    @property
    def _subject(self) -> str | None:
        """The subject of the peer's certificate as text, or None."""
        return None if self._peer_certificate is None else self._peer_certificate.subject

    @property
    def waits(self) -> bool:
        """It reads nothing: a decision is pending, or a responder has not answered yet."""
        return self.pending is not None or self.inquiry.question is not None

    @property
    def finished(self) -> bool:
        """It will neither send nor read anything more."""
        return self._gone or self.machine.finished

    def receive(self, data: bytes, now: datetime) -> list[Fact]:
        """Take bytes that came from the peer, and read them record by record.

        While a decision is pending nothing is read: what comes then waits until it is taken, and after a
        refusal is never read. Of what waits a limit is kept; a peer that sends more is refused after the
        decision.

        Args:
            data: any number of bytes; a socket may cut the stream anywhere.
            now: the time at this side, with a time zone.
        """
        self._now = now
        if not self.finished and not self._unread_lost:
            self._unread += data
        return self._read_on()

    def disconnected(self, how: str = "ended without a word") -> list[Fact]:
        """The transport ended: a refusal without a word, unless the session had been granted before."""
        if self.finished:
            return []
        self._gone, self._unread = True, bytearray()  # what had arrived is never read
        self.pending = self.inquiry.question = None  # nothing can be told any more
        if self._session_granted():
            return [Noted(CUT_OFF)]
        reason = f"The connection {how}: the {self.name} never learned why."
        return self._refused(reason) + self._ended("failed")

    @property
    def reads(self) -> bool:
        """It reads what arrives; a client that writes on without looking does not."""
        return True

    def say_the_rest(self) -> list[Fact]:
        """Write what it has still to write."""
        words, self.unsaid = self.unsaid, b""
        return self._say(words)

    def decide(self, choice: str, now: datetime, taken_by: TakenBy = "actor") -> list[Fact]:
        """Take the pending decision and go on with what had been read.

        Args:
            choice: one of the options of ``pending``.
            now: the time at this side.
            taken_by: ``outside`` where a person decides in the actor's place.

        Raises:
            DecisionError: nothing is pending, or the choice is not on offer.
        """
        self._now = now
        pending = self.pending
        if pending is None:
            message = f"The {self.name} is not waiting for a decision."
            advice = "Go on until one is pending; it lists its options."
            raise DecisionError(message, got=choice, expected="a pending decision", advice=advice)
        taken = Decided(
            pending.name,
            pending.checked(choice),
            pending.options,
            pending.reason_for(choice, taken_by),
            taken_by,
            self._layer(pending.name, choice),
        )
        self.pending = None
        return [taken, *self._carry_out(taken), *self._read_on()]

    def responder_reached(self) -> list[Fact]:
        """Send the question, now that the responder is connected to."""
        return self.inquiry.ask()

    def responder_answered(self, data: bytes, now: datetime) -> list[Fact]:
        """Read a responder's answer, and go on judging."""
        self._now = now
        return self.inquiry.answered(data) + self._judge_or_ask()

    def responder_failed(self, problem: str, now: datetime) -> list[Fact]:
        """Give a question up, and go on judging without an answer.

        Args:
            problem: the reason, as the end of a sentence: ``the connection was refused``.
            now: the time at this side.
        """
        self._now = now
        return self.inquiry.failed(problem) + self._judge_or_ask()

    @abstractmethod
    def _judged(self, verdict: Verdict) -> list[Fact]:
        """Wait for the decision that follows from a verdict on the peer."""

    @abstractmethod
    def _answer(self, question: Question) -> list[Fact]:
        """Take up a question of the machine: judge, and wait for the decision."""

    @abstractmethod
    def _notice(self, fact: Fact) -> list[Fact]:
        """Return the facts that follow from one of the machine's, which stands before them."""

    @abstractmethod
    def _carry_out(self, taken: Decided) -> list[Fact]:
        """Do what was decided."""

    @abstractmethod
    def _layer(self, decision: str, choice: str) -> RefusalLayer | None:
        """The layer that this choice refuses at, or None if it refuses nothing."""

    @abstractmethod
    def _connected(self) -> list[Fact]:
        """Return what this side believes or knows when its handshake call returns, if that is new."""

    @abstractmethod
    def _refused(self, reason: str) -> list[Fact]:
        """Note that there is no session, and why."""

    @abstractmethod
    def _after_connecting(self) -> list[Fact]:
        """Do what comes first once the handshake call has returned."""

    @abstractmethod
    def _goodbye_heard(self) -> list[Fact]:
        """React to the peer's close_notify."""

    @abstractmethod
    def _session_granted(self) -> bool:
        """Return True if this side knows that the server opened the session."""

    def _read_on(self) -> list[Fact]:
        """Read record by record until a decision is pending, all is over, or no whole record is left."""
        facts: list[Fact] = []
        machine, unread = self.machine, self._unread
        while unread and not machine.finished and not self.waits:
            size = next_record_size(unread)
            if not size:
                break
            record = bytes(unread[:size])
            del unread[:size]  # moves the beginning and copies nothing
            facts += self._settle(machine.receive(record))
        if self._unread_lost and not self.waits and not self.finished:
            machine.unread_lost = True  # it gives up as if the bytes had been lost inside it
            facts += self._settle(machine.receive(b""))
        if machine.finished:
            unread.clear()
        elif len(unread) > MOST_UNREAD_BYTES:
            del unread[MOST_UNREAD_BYTES:]
            self._unread_lost = True
        return facts

    def _settle(self, events: Iterable[TlsEvent]) -> list[Fact]:
        """Turn a machine's events into facts, each with those that follow from it at this side.

        What comes first after the handshake call's return follows once all of them are out.
        """
        facts: list[Fact] = []
        for event in events:
            make = FACTS.get(type(event))
            if make is None:
                facts += self._take_up(event)
                continue
            fact = make(event, self.peer)
            facts.append(fact)
            facts += self._notice(fact)
        connected, self._just_connected = self._just_connected, False
        if self.machine.finished:
            self.pending = self.inquiry.question = None  # what came behind ended the connection
        elif connected:
            facts += self._after_connecting()
        return facts

    def _take_up(self, event: TlsEvent) -> list[Fact]:
        """Return from the handshake call, end at an alert, or take up a question of the machine."""
        if type(event) is AlertSent or type(event) is AlertReceived:
            return [alert_of(event, self.peer), *self._alert(event)]
        if not isinstance(event, HandshakeDone):
            assert isinstance(event, Question)
            return self._answer(event)
        self._just_connected = True
        self._agreed = event.version.value
        return self._connected() + self._ended("ok", event.cipher_suite, event.group)

    def _judge(self, chain: tuple[bytes, ...], policy: TrustPolicy, *, judged: bool) -> list[Fact]:
        """Judge the peer's certificate; what follows from the verdict is the subclass's.

        Args:
            chain: the peer's certificates, DER, the leaf first.
            policy: how they are judged.
            judged: judge them; otherwise every check of the ledger is left open.
        """
        self._peer_certificate = leaf_of(chain)
        if judged:
            self._under_judgement = chain, policy
            return self._judge_or_ask()
        role, profile, presented = policy.role, policy.profile, bool(chain)
        self._verdict = unjudged(role, profile, self._subject, presented=presented, tls=self.version.value)
        if self._proof is not None:
            self._verdict = with_proof(self._verdict, **self._proof._asdict(), tls=self.version.value)
        return [Checked(self._verdict), *self._judged(self._verdict)]

    def _judge_or_ask(self) -> list[Fact]:
        """Judge by what is known; where the ledger waits for a responder, ask that first."""
        chain, policy = self._under_judgement
        policy = with_replies(policy, self.inquiry.replies)
        verdict = judge(chain, policy, self._now, tls=self.version.value, proof=self._proof)
        self.inquiry.question = next_question(verdict, policy, chain)
        if self.inquiry.question is not None:
            return []
        self._verdict = verdict
        return [Checked(verdict), *self._judged(verdict)]

    def _proof_read(self, proof: ProofChecked) -> list[Fact]:
        """Complete the ledger: the peer signed the handshake, or tried to. One that comes first is kept."""
        read = ProofRead(proof.ok, proof.scheme, proof.problem)
        if self._verdict is None:
            self._proof = read
            return []
        self._verdict = with_proof(self._verdict, **read._asdict(), tls=self.version.value)
        return [Checked(self._verdict)]

    def _refusal_alert(self, otherwise: AlertDescription) -> AlertDescription:
        """The alert of the failed check, or another where none failed."""
        alert = self._verdict.alert if self._verdict is not None else None
        return AlertDescription.from_name(alert) if alert else otherwise

    def _alert(self, event: AlertSent | AlertReceived) -> list[Fact]:
        """End the session at an alert that refuses, sent or read.

        The machine says which alerts refuse when they are read: after a warning the connection goes on.
        """
        if isinstance(event, AlertReceived) and event.description is AlertDescription.CLOSE_NOTIFY:
            return self._goodbye_heard()
        if not (event.refuses if isinstance(event, AlertReceived) else event.description not in WARNINGS):
            return []
        name = event.description.rfc_name if event.description else f"number {event.raw[1]}"
        if isinstance(event, AlertSent):
            reason = f"The {self.name} refused: {event.reason}"
        else:
            reason = f"The {self.name} read the alert {name}: the other side refused."
        return self._refused(reason) + self._ended("failed")

    def _ended(
        self, result: Literal["ok", "failed"], cipher_suite: str | None = None, group: str | None = None
    ) -> list[Fact]:
        """Return from the handshake call, once."""
        if self.returned:
            return []
        self.returned = True
        return [HandshakeReturned(result, self._agreed, cipher_suite, group)]

    def _adopt(self, belief: BeliefChanged | StandingChanged) -> list[Fact]:
        """Take over a belief; a new reason for an old belief is no fact."""
        if replace(belief, reason=self.belief.reason) == self.belief:
            return []
        self.belief = belief
        return [belief]

    def _wait_for(self, name: str, options: tuple[str, ...], choice: str, reason: str) -> None:
        """Wait for a decision."""
        self.pending = PendingDecision(self.name, name, options, choice, reason)

    def _say(self, words: bytes) -> list[Fact]:
        """Send application data; an empty record says nothing, and none is sent."""
        return self._settle(self.machine.write(words)) if words else []

    def _negotiate(self, application: Application, heard: bytes) -> list[Fact]:
        """Say what the application says by itself once it has heard this."""
        words = application.says(self.name, heard)[self._negotiated :]
        self._negotiated += len(words)
        return self._say(words)

    def _say_goodbye(self) -> list[Fact]:
        """Send close_notify, once; nothing is written after it."""
        if self._said_goodbye or self.machine.state is State.FAILED:
            return []
        self._said_goodbye, self.unsaid = True, b""
        return self._settle(self.machine.close())
