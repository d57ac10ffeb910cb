"""What happens next, for who guesses only where a run can take another turn: its decisions, and its end.

A decision that rests on a ledger is asked before the ledger is shown, which gives the answer. What the
session is worth is asked once the last decision is taken.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from simulator.security import SecurityLevel
from simulator.trace import BeliefChanged, Checked, Decided, Trace
from simulator.views.player_predict import LIKELY_LEVELS, asked_with
from simulator.views.words import clean, level_name

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

Question = dict[str, Any]


def turns(
    trace: Trace, questions: Mapping[int, Question], stops: Sequence[int], *, finished: bool
) -> dict[int, Question]:
    """The question that is asked before an event, by its ``seq``, where only decisions are guessed.

    Args:
        trace: what happened.
        questions: those of every event, as :func:`simulator.views.player_predict.questions` makes them.
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
    """What is the session worth in the end? The reason is that of who refused, else what the server knows."""
    level = trace.card.level
    reasons = [
        clean(event.fact.reason)
        for event in trace.of(BeliefChanged)
        if isinstance(event.fact, BeliefChanged)
        and event.fact.level is level
        and (event.actor == "server" or level is SecurityLevel.REFUSED)
    ]
    reason = reasons[:1] if level is SecurityLevel.REFUSED else reasons[-1:]
    right = " ".join([f"{level_name(level)}: {level.plain_words}.", *reason])
    options = [
        (level_name(one), one is level, right if one is level else f"In the end it is {right}")
        for one in SecurityLevel
        if one in {*LIKELY_LEVELS, level}
    ]
    return asked_with("What is the session worth in the end?", options)
