"""Messages as rows of a diagram, and messages joined into one flight."""

from __future__ import annotations

from dataclasses import dataclass, replace

from simulator.trace.facts import Alert, Event, Sent
from simulator.views.drawing import glyphs
from simulator.views.drawing.display import width_of
from simulator.views.drawing.sheet import TALK_PITCH
from simulator.views.story.reading import sent_name
from simulator.views.story.words import PROTECTION_WORDS, clean, size


@dataclass(frozen=True, slots=True)
class Message:
    """What a row shows.

    Attributes:
        event: the sending.
        receiver: the lane it goes to.
        name: what stands above the arrow.
        small: size and keys, beside the name.
        fields: what matters in it, below the arrow.
        read: the event of its reading; None where nobody read it, or nobody can tell.
        lost: it was sent and never read.
    """

    event: Event
    receiver: str
    name: str
    small: str
    fields: tuple[str, ...]
    read: Event | None
    lost: bool


def message(event: Event, fields: tuple[str, ...], read: Event | None, *, lost: bool) -> Message:
    """The row of one sent message or alert."""
    fact = event.fact
    if isinstance(fact, Alert):
        name = f"Alert: {clean(fact.name)}"
        small = f"{fact.level}, code {fact.code} · {PROTECTION_WORDS[fact.protection]}"
        return Message(event, fact.peer, name, small, fields, read, lost)
    if not isinstance(fact, Sent):
        raise TypeError(f"not a sending: {fact!r}")
    small = size(len(fact.raw)) if fact.raw else "contents secret"
    if fact.protocol != "enrolment":
        small += f" · {PROTECTION_WORDS[fact.protection]}"
    return Message(event, fact.to, sent_name(fact), small, fields, read, lost)


def joined(flight: Message, row: Message) -> Message | None:
    """The two as one arrow of an overview; None where more than names differs, or no room is left."""
    first, second = flight.event, row.event
    if not (isinstance(first.fact, Sent) and isinstance(second.fact, Sent)):
        return None
    keys = PROTECTION_WORDS[first.fact.protection]
    name = f"{flight.name}, {row.name}"
    ways = [(r.event.actor, r.receiver, r.event.step, r.lost) for r in (flight, row)]
    kinds = [(fact.protocol, fact.protection) for fact in (first.fact, second.fact)]
    alike = ways[0] == ways[1] and kinds[0] == kinds[1]
    fits = width_of(name, "message") + glyphs.LOCK_WIDTH + 6 <= TALK_PITCH - 28
    return replace(flight, name=name, small=keys) if alike and fits else None
