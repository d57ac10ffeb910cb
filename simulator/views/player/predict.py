"""Questions for a viewer: what happens next? They are made from the run, the state tables and the ledgers.

No question has a stored answer. What could come is read from what the actors may do (the options of a
decision, the table of what a peer may send, the checks of the ledger, the alerts of the stack); what is right
is what the run did.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar

from simulator.security import SecurityLevel, Standing
from simulator.tls.states import State
from simulator.trace.facts import (
    Alert,
    BeliefChanged,
    Checked,
    Decided,
    Event,
    HandshakeReturned,
    Received,
    Sent,
    StandingChanged,
    StateChanged,
)
from simulator.trust.profiles import PROFILES
from simulator.trust.verdict import CheckOutcome
from simulator.trust.vocabulary import QUESTIONS, CheckName
from simulator.views.story.lanes import names_of
from simulator.views.story.reading import is_refusal, machine_of, news
from simulator.views.story.words import OUTCOME_WORDS, clean, level_name, question

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from simulator.tls.states import StateMachine
    from simulator.trace.trace import Trace
    from simulator.trust.verdict import Check, Verdict

Question = dict[str, Any]
Value = TypeVar("Value")
Worth = TypeVar("Worth", SecurityLevel, Standing)

MOST_OPTIONS = 4
STATES = frozenset(state.value for state in State)
#: Checks that a guess may name beside the one that decided, the best known first.
LIKELY = (CheckName.VALIDITY, CheckName.TRUST_ANCHOR, CheckName.EXTENDED_KEY_USAGE, CheckName.SIGNATURE)
LIKELY_TO_ALERT = {*LIKELY, CheckName.CERTIFICATE_PRESENTED}
ALL_PASS = "Every check that is made passes"
RETURNED_OK = "For this side the handshake is complete; for the other side it may not be."
LIKELY_LEVELS = (
    SecurityLevel.ENCRYPTED,
    SecurityLevel.SERVER_AUTHENTICATED,
    SecurityLevel.CLIENT_AUTHENTICATED,
    SecurityLevel.REFUSED,
)
LIKELY_STANDINGS = (Standing.ANONYMOUS, Standing.CLAIMED, Standing.AUTHENTICATED, Standing.REFUSED)


def questions(trace: Trace) -> dict[int, Question]:
    """The question that an event answers, by its ``seq``: ``ask``, and ``options`` of text, right and why.

    Events that leave nothing to guess have none; nor has what came before the connection.
    """
    asker = _Asker(trace)
    asked = {event.seq: asker.see(event) for event in trace.events}
    there = {seq: found for seq, found in asked.items() if found and trace.events[seq].at >= 0}
    return {seq: found for seq, found in there.items() if len(found["options"]) > 1}


def asked_with(
    ask: str,
    values: Iterable[Value],
    right: Value,
    because: str,
    otherwise: Callable[[Value], str],
    show: Callable[[Value], str] = str,
) -> Question:
    """A question as plain values; its options are text, whether it is right, and why.

    Args:
        ask: the question.
        values: what could be answered, in order.
        right: the value that is right.
        because: why it is right.
        otherwise: why another value is not.
        show: a value in words.
    """

    def why(value: Value) -> str:
        return clean(because if value == right else otherwise(value))

    options = [{"text": clean(show(one)), "right": one == right, "why": why(one)} for one in values]
    return {"ask": ask, "options": options}


def few(first: str, nearest: Iterable[str], order: Sequence[str]) -> list[str]:
    """As many names as a question has options, the first and then the nearest, put into an order."""
    return sorted([*dict.fromkeys((first, *nearest))][:MOST_OPTIONS], key=order.index)


class _Asker:
    """Goes through the events and keeps what a question needs: tables, ledgers and beliefs so far."""

    def __init__(self, trace: Trace) -> None:
        self.names = names_of(trace.setup)
        self.readers = {
            "server": _Reader(machine_of(trace, "client"), (State.WAIT_SH,)),
            "client": _Reader(machine_of(trace, "server"), (State.START,)),
        }
        self.stood = _states_when_read(trace)
        self.ledgers: dict[str, Verdict] = {}
        self.level, self.standing = SecurityLevel.CLEARTEXT, Standing.NOTHING_YET

    def see(self, event: Event) -> Question | None:
        """The question this event answers, from what was seen before it."""
        fact = event.fact
        match fact:
            case Sent() if event.actor in self.readers:
                return self._sent(event, fact)
            case Alert(direction="sent") if is_refusal(fact):
                return self._alert(event, fact)
            case Decided():
                return _decision(self.names.subject(event.actor), fact)
            case Checked(verdict=verdict):
                before, self.ledgers[event.actor] = self.ledgers.get(event.actor), verdict
                return _checked(event, verdict, news(before, verdict))
            case HandshakeReturned():
                return _returned(event, fact)
            case BeliefChanged(level=level):
                likely, self.level = {*LIKELY_LEVELS, self.level, level}, level
                ask = "What does the client now believe about the session?"
                return _belief(ask, [one for one in SecurityLevel if one in likely], level, fact.reason)
            case StandingChanged(standing=standing):
                expected, self.standing = {*LIKELY_STANDINGS, self.standing, standing}, standing
                ask = "What does the server now know of the client?"
                return _belief(ask, [one for one in Standing if one in expected], standing, fact.reason)
            case _:
                return None

    def _sent(self, event: Event, fact: Sent) -> Question | None:
        reader = self.readers[event.actor]
        if fact.protocol not in ("handshake", "change_cipher_spec") or fact.name not in reader.vocabulary:
            return None
        if event.seq in self.stood:
            reader.states = (self.stood[event.seq],)
        return reader.read(fact.name, f"What does the {event.actor} send next?")

    def _alert(self, event: Event, alert: Alert) -> Question | None:
        """The question for an alert; the wrong options are alerts of other checks that this stack makes."""
        verdict = self.ledgers.get(event.actor)
        if verdict is None or verdict.profile not in PROFILES:
            return None
        decisive = verdict.decisive.name if verdict.decisive else ""
        meant: dict[str, list[str]] = {alert.name: []}
        looked_up = any(one.name == "revocation" and one.depth is not None for one in verdict.checks)
        for entry, name in PROFILES[verdict.profile].alerts.items():
            check = entry.partition("/")[0]
            if check == "revocation" and not looked_up and name != "certificate_revoked":
                continue  # there is no list or answer that could be at fault
            if check != decisive:  # a check may have several alerts, and here one of them is right
                meant.setdefault(name, []).append(check)
        order = sorted(meant, key=lambda name: (LIKELY_TO_ALERT.isdisjoint(meant[name]), name))
        return asked_with(
            f"Which alert does the {event.actor} send?",
            few(alert.name, order, order),
            alert.name,
            alert.reason,
            lambda name: (
                f"That is what it sends when one of these fails: {', '.join(dict.fromkeys(meant[name]))}."
            ),
        )


def _states_when_read(trace: Trace) -> dict[int, State]:
    """For each message that was read, by the ``seq`` of its sending: the state in which its reader stood.

    What a state's table allows in general may be ruled out in a run: after a certificate there must come its
    proof. The reader's own state knows.
    """
    now: dict[str, State] = {}
    found: dict[int, State] = {}
    for event in trace.events:
        if isinstance(event.fact, StateChanged) and event.fact.after in STATES:
            now[event.actor] = State(event.fact.after)
        elif isinstance(event.fact, Received) and event.cause is not None and event.actor in now:
            found[event.cause] = now[event.actor]
    return found


@dataclass(slots=True)
class _Reader:
    """The states in which the reader of a side's messages may stand, by its table.

    The sender is ahead of the reader by what is on its way, so this follows what is sent.
    """

    machine: StateMachine
    states: tuple[State, ...]

    @property
    def vocabulary(self) -> tuple[str, ...]:
        """Every message that the table knows, in its order."""
        rows = self.machine.messages.values()
        return tuple(dict.fromkeys(name for row in rows for name in row))

    def waiting(self) -> tuple[State, ...]:
        """The states in which it reads, once its actor has answered whatever it was asked."""
        found: list[State] = []
        todo = list(self.states)
        while todo:
            state = todo.pop(0)
            for after in self.machine.answers.get(state, {}).values():
                todo += [next_state for next_state in after if next_state not in todo]
            if self.machine.messages.get(state) and state not in found:
                found.append(state)
        return tuple(found)

    def read(self, actual: str, ask: str) -> Question:
        """Follow a message, and ask which it is: one that could be sent, or a near one that could not.

        A message that the table does not allow moves nothing.
        """
        role, rows = self.machine.role, [self.machine.messages[state] for state in self.waiting()]
        after = [state for row in rows for state in row.get(actual, ())]
        self.states = tuple(dict.fromkeys(after)) or self.states
        allowed = dict.fromkeys(name for row in rows for name in row)
        may, order = " or ".join(allowed), self.vocabulary
        place = order.index(actual)
        near = sorted(order, key=lambda name: (name not in allowed, abs(order.index(name) - place)))

        def otherwise(name: str) -> str:
            if name in allowed:
                return f"It could: the {role} would read it here. In this run, something else comes."
            return f"The {role} would answer unexpected_message: at this point it reads {may}."

        because = f"At this point the {role} reads {may}."
        return asked_with(ask, few(actual, near, order), actual, because, otherwise)


def _decision(who: str, fact: Decided) -> Question:
    otherwise = f"{who} decides otherwise. {fact.reason}"
    return asked_with(question(fact.decision), fact.options, fact.choice, fact.reason, lambda _: otherwise)


def _checked(event: Event, verdict: Verdict, checks: tuple[Check, ...]) -> Question:
    if len(checks) < len(verdict.checks):
        proof = checks[-1] if checks else verdict.checks[-1]
        ask = f"Does the {verdict.role} prove that it holds the private key?"
        answer = "yes" if proof.outcome is CheckOutcome.PASS else "no"
        return asked_with(ask, ("yes", "no"), answer, proof.sentence, lambda _: proof.sentence)
    decisive, found = verdict.decisive, "" if verdict.decisive is None else verdict.decisive.name
    said = decisive.sentence if decisive else "No check failed."
    there = [check.name for check in verdict.checks]
    likely = [name for name in (found, *LIKELY) if name in there]

    def otherwise(name: str) -> str:
        check = verdict.check(name) if name else None
        return f"{name}: {OUTCOME_WORDS[check.outcome]}. {check.sentence}" if check else said

    def show(name: str) -> str:
        return f"{name} fails: {QUESTIONS.get(name, 'a check of its own')}" if name else ALL_PASS

    ask = f"What does the {event.actor} find in the {verdict.role}'s certificate?"
    return asked_with(ask, few("", likely, ["", *there]), found, said, otherwise, show)


def _returned(event: Event, fact: HandshakeReturned) -> Question:
    answers = {
        "ok": ("without error", RETURNED_OK),
        "failed": ("with an error", "The handshake ended before it was complete."),
    }
    answer, why = answers[fact.result]
    ask = f"How does the {event.actor}'s handshake call return?"
    return asked_with(ask, [text for text, _ in answers.values()], answer, why, lambda _: why)


def _belief(ask: str, values: list[Worth], right: Worth, reason: str) -> Question:
    """The question for a belief or a standing; the values are in order, the least first."""

    def otherwise(value: Worth) -> str:
        if values.index(value) < values.index(right):
            return f"It knows more than that. {reason}"
        return f"Nothing that it has read so far says that. {reason}"

    return asked_with(ask, values, right, reason, otherwise, level_name)


def turns(
    trace: Trace, questions: Mapping[int, Question], stops: Sequence[int], *, finished: bool
) -> dict[int, Question]:
    """The question that is asked before an event, by its ``seq``, where only decisions are guessed.

    Args:
        trace: what happened.
        questions: those of every event, as :func:`simulator.views.player.predict.questions` makes them.
        stops: where the steps of the player halt.
        finished: the run is over; of one that still goes on, the end is not asked for.
    """
    decided = [event for event in trace.of(Decided) if event.seq in questions]
    ledgers = {event.seq for event in trace.of(Checked)}
    found = {
        event.cause if event.cause in ledgers and event.cause is not None else event.seq: questions[event.seq]
        for event in decided
    }
    last = decided[-1].seq if decided else min(questions, default=-1) - 1
    after = next((seq for seq in stops if seq > last), None)
    if finished and after is not None and trace.events[after].at >= 0:
        found[after] = _worth(trace)
    return found


def _worth(trace: Trace) -> Question:
    """The question for the final level, with the reason of the side that refused, or else of the server."""
    level = trace.card.level
    believed = [(event.seq, fact.reason) for event, fact in trace.facts(BeliefChanged) if fact.level is level]
    known = [(e.seq, fact.reason) for e, fact in trace.facts(StandingChanged) if fact.standing.worth is level]
    refusal = min(believed + known, default=(0, ""))
    _, reason = refusal if level is SecurityLevel.REFUSED else [refusal, *believed, *known][-1]
    right = f"{level_name(level)}: {level.plain_words}. {clean(reason)}".rstrip()
    levels = [one for one in SecurityLevel if one in {*LIKELY_LEVELS, level}]
    ask, end = "What is the session worth in the end?", f"In the end it is {right}"
    return asked_with(ask, levels, level, right, lambda _: end, level_name)
