"""What actors did → trace events, with their step and their cause.

The recorder is told of every effect in the order in which it happened. It keeps for every actor what moves
it at the moment (the last thing it read, judged or decided, or the return of its handshake call): that is the
cause of what the actor does next. And it keeps for every direction the messages under way: the byte stream is
reliable and ordered, so what is read next is what was sent next.
"""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING

from simulator.actors import effects as c
from simulator.tls import events as tls
from simulator.tls.wire.alerts import WARNINGS, AlertLevel
from simulator.tls.wire.version import Protection
from simulator.trace import facts as t
from simulator.trace.steps import DECISION_STEPS, VERDICT_STEPS, step_of_alert, step_of_message

if TYPE_CHECKING:
    from collections.abc import Sequence

    from simulator.actors.effects import Effect
    from simulator.tls.wire.alerts import AlertDescription

PEER = {"client": "server", "server": "client"}
Sending = tls.MessageSent | tls.AlertSent | tls.DataSent
Reading = tls.MessageReceived | tls.AlertReceived | tls.DataReceived


class Recorder:
    """Writes the events of one run.

    Args:
        version: the protocol version of the connection, ``1.2`` or ``1.3``; some steps depend on it.

    Attributes:
        events: what was recorded so far.
    """

    def __init__(self, version: str) -> None:
        self.version = version
        self.events: list[t.Event] = []
        self._cause: dict[str, int | None] = {}
        self._step: dict[str, t.Step] = {}
        self._under_way: dict[tuple[str, str], deque[t.Event]] = {}

    def begin(self, setup: t.Setup, at: int) -> None:
        """Write the setup, the first event of every trace."""
        self._add("world", at, t.Step.ENROLMENT, None, setup)

    def record(self, actor: str, at: int, effects: Sequence[Effect], *, fresh: bool = False) -> list[t.Event]:
        """Write what an actor did.

        Args:
            actor: whose effects they are.
            at: virtual time in microseconds.
            effects: in the order in which they happened.
            fresh: nothing made it happen: a beginning.

        Returns:
            The events that this added.
        """
        first = len(self.events)
        if fresh:
            self._cause[actor] = None
        for place, effect in enumerate(effects):
            if isinstance(effect, Sending):
                self._sent(actor, at, effect, effects[place + 1 :])
            elif isinstance(effect, Reading):
                self._read(actor, at, effect)
            elif isinstance(effect, c.Posted | c.Collected | c.Remarked):
                self._enrolled(actor, at, effect)
            else:
                self._thought(actor, at, effect)
        return self.events[first:]

    # What passes between client and server ----------------------------------------------------------------

    def _sent(self, actor: str, at: int, effect: Sending, later: Sequence[Effect]) -> None:
        """Something left for the peer."""
        fact: t.Fact
        if isinstance(effect, tls.AlertSent):
            step = step_of_alert(actor, self._current(actor), goodbye=effect.description in WARNINGS)
            fact = alert_sent(PEER[actor], effect)
        elif isinstance(effect, tls.DataSent):
            step = t.Step.SESSION
            fact = t.Sent(
                PEER[actor],
                "application_data",
                "application data",
                effect.data,
                effect.protection,
                effect.wire,
            )
        else:
            step = self._message_step(actor, effect.name, later)
            protocol = protocol_of(effect.name)
            fact = t.Sent(PEER[actor], protocol, effect.name, effect.raw, effect.protection, effect.wire)
        event = self._add(actor, at, step, self._cause.get(actor), fact)
        self._queue(actor, PEER[actor]).append(event)

    def _message_step(self, actor: str, name: str, later: Sequence[Effect]) -> t.Step:
        """The step of a message; one that means nothing by itself goes with its neighbour."""
        step = step_of_message(self.version, actor, name)
        if step is not None:
            return step
        if actor == "client":  # the client says it before what it announces, the server after its ServerHello
            for effect in later:
                if isinstance(effect, tls.MessageSent):
                    return step_of_message(self.version, actor, effect.name) or self._current(actor)
        return self._current(actor)

    def _read(self, actor: str, at: int, effect: Reading) -> None:
        """Something of the peer's was read: it is the next that the peer sent."""
        sending = self._take(PEER[actor], actor, effect)
        fact: t.Fact
        if isinstance(effect, tls.AlertReceived):
            fact = alert_read(PEER[actor], effect)
        elif isinstance(effect, tls.DataReceived):
            fact = t.Received(
                PEER[actor], "application_data", "application data", effect.data, effect.protection
            )
        else:
            protocol = protocol_of(effect.name)
            fact = t.Received(PEER[actor], protocol, effect.name, effect.raw, effect.protection)
        step, cause = (sending.step, sending.seq) if sending else (self._foreign_step(actor, effect), None)
        self._cause[actor] = self._add(actor, at, step, cause, fact).seq

    def _take(self, sender: str, reader: str, effect: Reading) -> t.Event | None:
        """The sending that this reading completes.

        What the reader's machine drops without a word is passed over. None where the sender is not recorded
        here, as with a peer on a socket.
        """
        queue = self._queue(sender, reader)
        raw = effect.data if isinstance(effect, tls.DataReceived) else effect.raw
        while queue:
            event = queue.popleft()
            if isinstance(event.fact, t.Sent | t.Alert) and event.fact.raw == raw:
                return event
        return None

    def _foreign_step(self, actor: str, effect: Reading) -> t.Step:
        """The step of something whose sending was not recorded."""
        sender = PEER[actor]
        if isinstance(effect, tls.DataReceived):
            return t.Step.SESSION
        if isinstance(effect, tls.AlertReceived):
            return step_of_alert(sender, self._current(actor), goodbye=effect.description in WARNINGS)
        return step_of_message(self.version, sender, effect.name) or self._current(actor)

    # What passes before, and what happens within an actor --------------------------------------------------

    def _enrolled(self, actor: str, at: int, effect: c.Posted | c.Collected | c.Remarked) -> None:
        """A part of the enrolment, or a remark about the world."""
        if isinstance(effect, c.Remarked):
            event = self._add(actor, at, t.Step.ENROLMENT, self._cause.get(actor), t.Noted(effect.text))
            self._cause[actor] = event.seq
        elif isinstance(effect, c.Posted):
            sent = t.Sent(effect.to, "enrolment", effect.name, effect.raw, Protection.CLEAR, b"")
            event = self._add(actor, at, t.Step.ENROLMENT, self._cause.get(actor), sent)
            self._queue(actor, effect.to).append(event)
        else:
            sending = self._queue(effect.sender, actor).popleft()
            fact = t.Received(effect.sender, "enrolment", effect.name, effect.raw, Protection.CLEAR)
            self._cause[actor] = self._add(actor, at, t.Step.ENROLMENT, sending.seq, fact).seq

    def _thought(
        self,
        actor: str,
        at: int,
        effect: c.Judged | c.DecisionTaken | c.Believed | c.HandshakeEnded | tls.StateChanged,
    ) -> None:
        """A verdict, a decision, a belief, or the handshake call's return."""
        step, cause = self._current(actor), self._cause.get(actor)
        if isinstance(effect, tls.StateChanged):
            self._add(actor, at, step, cause, t.StateChanged(effect.before, effect.after))
        elif isinstance(effect, c.Believed):
            fact = t.BeliefChanged(effect.level, effect.assumed, effect.peer, effect.reason, effect.user)
            self._add(actor, at, step, cause, fact)
        elif isinstance(effect, c.Judged):
            step = VERDICT_STEPS[effect.verdict.role]
            self._cause[actor] = self._add(actor, at, step, cause, t.Checked(effect.verdict)).seq
        elif isinstance(effect, c.DecisionTaken):
            decided = t.Decided(
                effect.name, effect.choice, effect.options, effect.reason, effect.taken_by, effect.layer
            )
            self._cause[actor] = self._add(actor, at, DECISION_STEPS[effect.name], cause, decided).seq
        else:
            returned = t.HandshakeReturned(
                effect.result, effect.negotiated, effect.cipher_suite, effect.group
            )
            self._cause[actor] = self._add(actor, at, step, cause, returned).seq

    # Bookkeeping --------------------------------------------------------------------------------------------

    def _add(self, actor: str, at: int, step: t.Step, cause: int | None, fact: t.Fact) -> t.Event:
        """Write one event; what says nothing of its own later takes its step."""
        event = t.Event(len(self.events), at, actor, step, cause, fact)
        self.events.append(event)
        self._step[actor] = step
        return event

    def _current(self, actor: str) -> t.Step:
        """The step the actor is in."""
        step = self._step.get(actor, t.Step.REQUEST)
        return t.Step.REQUEST if step is t.Step.ENROLMENT else step

    def _queue(self, sender: str, reader: str) -> deque[t.Event]:
        """What is under way in one direction."""
        return self._under_way.setdefault((sender, reader), deque())


def protocol_of(name: str) -> t.ContentProtocol:
    """The record content type that carries a message of that name."""
    return "change_cipher_spec" if name == "ChangeCipherSpec" else "handshake"


def alert_name(description: AlertDescription | None) -> str:
    """The RFC's name, or a word for a code that has none."""
    return description.rfc_name if description is not None else "unknown"


def alert_sent(peer: str, effect: tls.AlertSent) -> t.Alert:
    """The fact of an alert that went out."""
    level = "warning" if effect.level is AlertLevel.WARNING else "fatal"
    return t.Alert(
        "sent",
        peer,
        effect.description.rfc_name,
        int(effect.description),
        "warning" if level == "warning" else "fatal",
        effect.raw,
        effect.protection,
        effect.wire,
        effect.reason,
    )


def alert_read(peer: str, effect: tls.AlertReceived) -> t.Alert:
    """The fact of an alert that was read."""
    return t.Alert(
        "received",
        peer,
        alert_name(effect.description),
        effect.code,
        "warning" if effect.level == AlertLevel.WARNING else "fatal",
        effect.raw,
        effect.protection,
        b"",
        "",
    )
