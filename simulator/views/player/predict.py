"""Questions for a viewer: what happens next? They are made from the run, the state tables and the ledgers.

No question has a stored answer. What could come is read from what the actors may do (the options of a
decision, the table of what a peer may send, the checks of the ledger, the alerts of the stack); what is right
is what the run did.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from simulator.security import SecurityLevel, Standing
from simulator.tls.states import MACHINES, State
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
from simulator.views.story.reading import is_refusal, news, version_of
from simulator.views.story.words import OUTCOME_WORDS, clean, level_name, question

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from simulator.tls.states import StateMachine
    from simulator.tls.wire.version import Side
    from simulator.trace.trace import Trace
    from simulator.trust.verdict import Check, Verdict

MOST_OPTIONS = 4
STATES = frozenset(state.value for state in State)
#: Checks that a guess may name beside the one that decided, the best known first.
LIKELY = (CheckName.VALIDITY, CheckName.TRUST_ANCHOR, CheckName.EXTENDED_KEY_USAGE, CheckName.SIGNATURE)
LIKELY_LEVELS = (
    SecurityLevel.ENCRYPTED,
    SecurityLevel.SERVER_AUTHENTICATED,
    SecurityLevel.CLIENT_AUTHENTICATED,
    SecurityLevel.REFUSED,
)
LIKELY_STANDINGS = (Standing.ANONYMOUS, Standing.CLAIMED, Standing.AUTHENTICATED, Standing.REFUSED)


def questions(trace: Trace) -> dict[int, dict[str, Any]]:
    """The question that an event answers, by its ``seq``: ``ask``, and ``options`` of text, right and why.

    Events that leave nothing to guess have none; nor has what came before the connection.
    """
    asker = _Asker(trace)
    found = {}
    for event in trace.events:
        asked = asker.see(event)
        if asked is not None and len(asked["options"]) > 1 and event.at >= 0:
            found[event.seq] = asked
    return found


def asked_with(ask: str, options: Iterable[tuple[str, bool, str]]) -> dict[str, Any]:
    """A question as plain values; its options are text, whether it is right, and why."""
    return {
        "ask": ask,
        "options": [{"text": text, "right": right, "why": why} for text, right, why in options],
    }


class _Asker:
    """Goes through the events and keeps what a question needs: tables, ledgers and beliefs so far."""

    def __init__(self, trace: Trace) -> None:
        version, self.names = version_of(trace), names_of(trace.setup)
        self.readers = {
            "server": _Reader(MACHINES["client", version], "client", (State.WAIT_SH,)),
            "client": _Reader(MACHINES["server", version], "server", (State.START,)),
        }
        self.stood = _states_when_read(trace)
        self.ledgers: dict[str, Verdict] = {}
        self.level, self.standing = SecurityLevel.CLEARTEXT, Standing.NOTHING_YET

    def see(self, event: Event) -> dict[str, Any] | None:
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

    def _sent(self, event: Event, fact: Sent) -> dict[str, Any] | None:
        sender, reader = event.actor, self.readers[event.actor]
        if fact.protocol not in ("handshake", "change_cipher_spec") or fact.name not in reader.vocabulary:
            return None
        if event.seq in self.stood:
            reader.states = (self.stood[event.seq],)
        options = reader.options(fact.name)
        reader.read(fact.name)
        return asked_with(f"What does the {sender} send next?", options)

    def _alert(self, event: Event, alert: Alert) -> dict[str, Any] | None:
        """The question for an alert; the wrong options are alerts of other checks that this stack makes."""
        verdict = self.ledgers.get(event.actor)
        if verdict is None or verdict.profile not in PROFILES:
            return None
        decisive = verdict.decisive.name if verdict.decisive else ""
        meant: dict[str, list[str]] = {}
        for entry, name in PROFILES[verdict.profile].alerts.items():
            check = entry.partition("/")[0]
            if check != decisive:  # a check may have several alerts, and here one of them is right
                meant.setdefault(name, []).append(check)
        order = sorted({*meant, alert.name}, key=lambda name: (not _likely(meant.get(name, [])), name))
        names = [alert.name, *(name for name in order if name != alert.name)][:MOST_OPTIONS]
        options = []
        for name in sorted(names, key=order.index):
            checks = ", ".join(dict.fromkeys(meant.get(name, ())))
            if name == alert.name:
                options.append((clean(name), True, clean(alert.reason)))
            else:
                options.append((name, False, f"That is what it sends when one of these fails: {checks}."))
        return asked_with(f"Which alert does the {event.actor} send?", options)


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


def _likely(checks: list[str]) -> bool:
    return any(name in (*LIKELY, CheckName.CERTIFICATE_PRESENTED) for name in checks)


@dataclass(slots=True)
class _Reader:
    """The states in which the reader of a side's messages may stand, by its table.

    The sender is ahead of the reader by what is on its way, so this follows what is sent.
    """

    machine: StateMachine
    role: Side
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

    def read(self, name: str) -> None:
        """Follow a message; one that the table does not allow moves nothing."""
        after = [state for now in self.waiting() for state in self.machine.messages[now].get(name, ())]
        self.states = tuple(dict.fromkeys(after)) or self.states

    def options(self, actual: str) -> list[tuple[str, bool, str]]:
        """The messages that could be sent, and near ones that could not, each with the reason."""
        waiting = self.waiting()
        allowed = [name for state in waiting for name in self.machine.messages[state]]
        order = self.vocabulary
        place = order.index(actual)
        near = sorted(order, key=lambda name: (name not in allowed, abs(order.index(name) - place)))
        names = [actual, *(name for name in near if name != actual)][:MOST_OPTIONS]
        return [
            (name, name == actual, self._why(name, actual, allowed))
            for name in sorted(names, key=order.index)
        ]

    def _why(self, name: str, actual: str, allowed: list[str]) -> str:
        may = " or ".join(dict.fromkeys(allowed))
        if name == actual:
            return f"At this point the {self.role} reads {may}."
        if name in allowed:
            return f"It could: the {self.role} would read it here. In this run, something else comes."
        return f"The {self.role} would answer unexpected_message: at this point it reads {may}."


def _decision(who: str, fact: Decided) -> dict[str, Any]:
    options = [
        (
            clean(option),
            option == fact.choice,
            clean(fact.reason) if option == fact.choice else f"{who} decides otherwise. {clean(fact.reason)}",
        )
        for option in fact.options
    ]
    return asked_with(question(fact.decision), options)


def _checked(event: Event, verdict: Verdict, checks: tuple[Check, ...]) -> dict[str, Any]:
    if len(checks) < len(verdict.checks):
        proof = checks[-1] if checks else verdict.checks[-1]
        holds = proof.outcome is CheckOutcome.PASS
        said = clean(proof.sentence)
        options = [("yes", holds, said), ("no", not holds, said)]
        return asked_with(f"Does the {verdict.role} prove that it holds the private key?", options)
    decisive = verdict.decisive
    everything = "Every check that is made passes"
    said = clean(decisive.sentence) if decisive else "No check failed."
    options = [(everything, decisive is None, said)]
    for name in _named(verdict):
        check = decisive if decisive and decisive.name == name else verdict.check(name)
        right = check is decisive
        text = f"{clean(name)} fails: {QUESTIONS.get(name, 'a check of its own')}"
        why = said if right else f"{clean(name)}: {OUTCOME_WORDS[check.outcome]}. {clean(check.sentence)}"
        options.append((text, right, why))
    return asked_with(f"What does the {event.actor} find in the {verdict.role}'s certificate?", options)


def _named(verdict: Verdict) -> list[str]:
    """The checks that a guess may name, in the order of the ledger."""
    there = [check.name for check in verdict.checks]
    first = [verdict.decisive.name] if verdict.decisive else []
    names = [*first, *(name for name in LIKELY if name in there and name not in first)]
    return sorted(names[: MOST_OPTIONS - 1], key=there.index)


def _returned(event: Event, fact: HandshakeReturned) -> dict[str, Any]:
    fine = fact.result == "ok"
    why = (
        "From this side's view the handshake is complete; it need not be from the other's."
        if fine
        else "The handshake ended before it was complete."
    )
    options = [("without error", fine, why), ("with an error", not fine, why)]
    return asked_with(f"How does the {event.actor}'s handshake call return?", options)


def _belief(
    ask: str, options: Sequence[SecurityLevel | Standing], right: SecurityLevel | Standing, reason: str
) -> dict[str, Any]:
    """The question for a belief or a standing; the options are in order, the least first."""
    reason = clean(reason)
    place = options.index(right)
    less, more = (
        f"It can tell more than that. {reason}",
        f"Nothing that it has read so far says that. {reason}",
    )
    whys = [*[less] * place, reason, *[more] * (len(options) - place - 1)]
    return asked_with(
        ask, [(level_name(one), one is right, why) for one, why in zip(options, whys, strict=True)]
    )


Question = dict[str, Any]


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
    options = [
        (level_name(one), one is level, right if one is level else f"In the end it is {right}")
        for one in SecurityLevel
        if one in {*LIKELY_LEVELS, level}
    ]
    return asked_with("What is the session worth in the end?", options)
