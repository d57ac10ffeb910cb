"""The beats of a run as the player gets them: plain values, and where a step of the player stops."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from simulator.trace.facts import Alert, Received, StateChanged
from simulator.views.story.beat_kinds import Belief, CallReturned, Decision, Flight, Ledger, Remark
from simulator.views.story.beats import beats
from simulator.views.story.reading import is_refusal
from simulator.views.story.words import clean, moment

if TYPE_CHECKING:
    from simulator.trace.facts import Event
    from simulator.trace.trace import Trace
    from simulator.views.story.beat_kinds import Beat

KINDS: dict[type[Beat], str] = {
    Flight: "message",
    Ledger: "ledger",
    Decision: "decision",
    Belief: "belief",
    CallReturned: "belief",
}
# The end of a connection is no message of TLS: the player has no bytes to show for it.
REMARK_KINDS = {"setup": "setup", "note": "note", "state": "state", "reading": "message", "end": "note"}


def moments(trace: Trace) -> list[dict[str, Any]]:
    """Every event of a run in words, in order, as plain values.

    ``stop`` says that a step of the player halts there; state changes and plain readings go along with the
    stop before them. ``later`` has sentences that can be known only since a later event, each with the
    ``seq`` of that event.
    """
    last = trace.events[-1]
    return [_moment(beat, is_last=beat.event is last) for beat in beats(trace)]


def _moment(beat: Beat, *, is_last: bool) -> dict[str, Any]:
    event = beat.event
    kind = REMARK_KINDS[beat.kind] if isinstance(beat, Remark) else KINDS[type(beat)]
    if isinstance(beat, Flight) and beat.protocol == "tcp":
        kind = REMARK_KINDS["end"]
    lost_since = beat.lost_since if isinstance(beat, Flight) else None
    entry = {
        "seq": event.seq,
        "at": moment(event.at),
        "actor": clean(event.actor),
        "step": event.step.value,
        "cause": event.cause,
        "kind": kind,
        "stop": is_last or _stops(event),
        "headline": beat.headline,
        "sentences": list(beat.sentences),
        "later": [] if lost_since is None else [[lost_since, "It is never read."]],
    }
    if kind == "message":  # the message that is sent or read, by the seq of its sending
        entry["message"] = event.seq if isinstance(beat, Flight) else event.cause
    return entry


def _stops(event: Event) -> bool:
    fact = event.fact
    if isinstance(fact, Alert):
        return fact.direction == "sent" or is_refusal(fact)
    return not isinstance(fact, Received | StateChanged)
