"""From the facts that actors return to trace events: number, time, actor, step and cause are added here.

The recorder is handed every fact in the order in which they happened. For each actor it keeps the event that
moves it (the last thing it read, judged or decided, or the return of its handshake call): that is the cause
of what the actor does next. For each direction it keeps the messages under way: the byte stream is reliable
and ordered, so what is read next is what was sent next.
"""

from __future__ import annotations

from collections import defaultdict, deque
from typing import TYPE_CHECKING

from simulator.trace.choosing.certificate_sought import CertificateSought
from simulator.trace.facts import (
    Alert,
    BeliefChanged,
    Checked,
    Decided,
    Event,
    Noted,
    Received,
    Sent,
    StandingChanged,
    StateChanged,
    Step,
    TransportEnded,
    Unanswered,
    UserSought,
)
from simulator.trace.header_read import HeaderRead
from simulator.trace.latest import NO_REFUSAL
from simulator.trace.steps import DECISION_STEPS, LOOKUP_STEPS, VERDICT_STEPS, step_of_alert, step_of_message

if TYPE_CHECKING:
    from collections.abc import Sequence

    from simulator.trace.facts import Fact, Setup

Carried = Alert | TransportEnded  # the kinds of facts that are a sending or a reading by their direction
_ENROLMENT, _REQUEST = Step.ENROLMENT, Step.REQUEST  # looked up once, and not for every event
SEEN_FROM_INSIDE = frozenset({StateChanged, BeliefChanged, StandingChanged})  # they move no actor


class Recorder:
    """Writes the events of one connection, and of what came before it.

    Args:
        version: the protocol version of the connection, ``1.2`` or ``1.3``; some steps depend on it.
        number: of the connection.
        events: those of the connections that go on beside it, or None where there are none.

    Attributes:
        events: what was recorded so far.
    """

    def __init__(self, version: str, number: int = 1, events: list[Event] | None = None) -> None:
        self.version = version
        self.number = number
        self.events: list[Event] = [] if events is None else events
        self._cause: dict[str, int | None] = {}
        self._step: defaultdict[str, Step] = defaultdict(lambda: Step.REQUEST)  # that an actor is in
        self._under_way: defaultdict[tuple[str, str], deque[tuple[bytes, Event]]] = defaultdict(deque)

    def begin(self, setup: Setup, at: int) -> Event:
        """Write the setup, the first event of every trace."""
        return self._add("world", at, Step.ENROLMENT, None, setup)

    def repeat(self, events: Sequence[Event]) -> None:
        """Write events of the time before the connection again; nothing in the connection refers to them."""
        self.events += events

    def cause_of(self, actor: str) -> int | None:
        """The event that moves an actor at this moment."""
        return self._cause.get(actor)

    def moved_by(self, actor: str, cause: int | None) -> None:
        """Take an event, of another connection perhaps, for what makes an actor do what it does next."""
        self._cause[actor] = cause

    def record(self, actor: str, at: int, facts: Sequence[Fact], *, fresh: bool = False) -> list[Event]:
        """Write what an actor did, and return the events.

        Args:
            actor: whose facts they are.
            at: virtual time in microseconds.
            facts: in the order in which they happened.
            fresh: nothing made it happen: a beginning.
        """
        first = len(self.events)
        if fresh:
            self._cause[actor] = None
        for place, fact in enumerate(facts):
            if type(fact) is Sent:
                step = self._step_of(actor, fact) or self._step_of_neighbour(actor, facts[place + 1 :])
                self._sent(actor, fact.to, at, step, fact)
            elif type(fact) is Received:
                self._read(actor, fact.sender, at, fact)
            elif type(fact) in SEEN_FROM_INSIDE:
                self._add(actor, at, self._step[actor], self._cause.get(actor), fact)
            elif not isinstance(fact, Alert | TransportEnded):
                self._moved(actor, at, fact)
            elif fact.direction == "sent":
                step = step_of_alert(actor, self._step[actor], goodbye=_is_goodbye(fact))
                self._sent(actor, fact.peer, at, step, fact)
            else:
                self._read(actor, fact.peer, at, fact)
        return self.events[first:]

    def _sent(self, actor: str, peer: str, at: int, step: Step, fact: Sent | Carried) -> None:
        """Something left for another party."""
        event = self._add(actor, at, step, self._cause.get(actor), fact)
        self._under_way[actor, peer].append((fact.raw, event))

    def _read(self, actor: str, peer: str, at: int, fact: Received | Carried) -> None:
        """Something was read: it is the next that its sender sent, and moves the reader."""
        sending = self._sending_of(peer, actor, fact)
        if sending is None:
            step, cause = self._step_without_sending(actor, peer, fact), None
        else:
            step, cause = sending.step, sending.seq
        self._cause[actor] = self._add(actor, at, step, cause, fact).seq

    def _moved(self, actor: str, at: int, fact: Fact) -> None:
        """A verdict, a decision, a remark, or the handshake call's return: it moves the actor."""
        step = self._step[actor]
        match fact:
            case Checked():
                step = VERDICT_STEPS[fact.verdict.role]
            case Decided():
                step = DECISION_STEPS[fact.decision]
            case UserSought() | HeaderRead():
                step = Step.TRUST_DECISION
            case CertificateSought():
                step = Step.SEND_OR_SKIP
            case Noted() if at < 0:
                step = Step.ENROLMENT
            case Unanswered():
                step = LOOKUP_STEPS.get(actor, step)
        self._cause[actor] = self._add(actor, at, step, self._cause.get(actor), fact).seq

    def _step_of(self, sender: str, fact: Sent | Received) -> Step | None:
        """The step of a message, or None if it means nothing by itself."""
        if fact.protocol == "handshake" or fact.protocol == "change_cipher_spec":
            return step_of_message(self.version, sender, fact.name)
        if fact.protocol == "cleartext":
            return step_of_message(self.version, sender, fact.name) or Step.SESSION
        if fact.protocol == "ocsp":  # a side judges its peer meanwhile; a responder does what it is asked
            return LOOKUP_STEPS.get(sender) or self._step[sender]
        return Step.ENROLMENT if fact.protocol == "enrolment" else Step.SESSION

    def _step_of_neighbour(self, actor: str, later: Sequence[Fact]) -> Step:
        """The step of a message that means nothing by itself."""
        # The client sends ChangeCipherSpec before what it announces, the server after its ServerHello.
        following = next((one.name for one in later if isinstance(one, Sent)), "")
        announced = step_of_message(self.version, actor, following) if actor == "client" else None
        return announced or self._step[actor]

    def _sending_of(self, sender: str, reader: str, fact: Received | Carried) -> Event | None:
        """The sending that this reading completes.

        A message that the reader's machine drops without a word is passed over, and so is one that its
        program never comes to read. Return None if the sender is not recorded here, as with a peer on a
        socket.
        """
        queue = self._under_way[sender, reader]
        while queue:
            raw, event = queue.popleft()
            if raw == fact.raw:
                return event
        return None

    def _step_without_sending(self, actor: str, sender: str, fact: Received | Carried) -> Step:
        """The step of something whose sending was not recorded."""
        if isinstance(fact, Alert | TransportEnded):
            return step_of_alert(sender, self._step[actor], goodbye=_is_goodbye(fact))
        return self._step_of(sender, fact) or self._step[actor]

    def _add(self, actor: str, at: int, step: Step, cause: int | None, fact: Fact) -> Event:
        """Write one event; a later fact without a step of its own takes this step."""
        event = Event(len(self.events), at, self.number, actor, step, cause, fact)
        self.events.append(event)
        self._step[actor] = _REQUEST if step is _ENROLMENT else step
        return event


def _is_goodbye(fact: Carried) -> bool:
    """Return True for an alert that refuses nothing."""
    return isinstance(fact, Alert) and fact.name in NO_REFUSAL
