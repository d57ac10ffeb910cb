"""The kinds of beats: what one happening of a run has to say, in clean words and without pixels.

Every beat stands for one event and carries a headline that can stand alone. Beside it, each kind has the
parts that a picture sets apart: the names on an arrow, the lines of a ledger, the options of a decision.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from msgspec import Struct
from msgspec.structs import replace

from simulator.tls.wire.version import Protection
from simulator.views.story.words import PROTECTION_WORDS

if TYPE_CHECKING:
    from collections.abc import Iterable

    from simulator.security import SecurityLevel, Standing
    from simulator.trace.facts import Event, Step
    from simulator.trust.verdict import CheckOutcome
    from simulator.views.drawing.style import Detail
    from simulator.views.story.reading import Gap

MOST_JOINED = 46  # letters of joined names: what an arrow of the sequence diagram has room for
RemarkKind = Literal["setup", "note", "state", "reading", "end", "idle"]


class Band(Struct, frozen=True):
    """A step begins with this event.

    Attributes:
        number: its place among the bands of the connection, from 1; 0 for what comes before.
        event: the first that is shown of the step.
        since: ``seq`` of the event with which the band appears; it may be a ledger that is not shown.
        when: from which moment on.
    """

    number: int
    event: Event
    since: int
    when: str

    @property
    def step(self) -> Step:
        """The step that begins."""
        return self.event.step.band


class Beat(Struct, frozen=True, kw_only=True):
    """One happening in words.

    Attributes:
        event: the event it stands for, with its ``seq``, moment, lane and step.
        detail: the least detail that shows it.
        headline: one sentence without its full stop, which can stand alone.
        sentences: what else can be said of it at its own moment.
    """

    event: Event
    detail: Detail
    headline: str
    sentences: tuple[str, ...] = ()

    @property
    def events(self) -> tuple[Event, ...]:
        """The events that it shows: its own alone, but for a decision."""
        return (self.event,)


class Flight(Beat, frozen=True, kw_only=True):
    """A message or an alert that leaves its sender, or several that an overview joins.

    Attributes:
        receiver: the lane it goes to.
        name: the name of each message.
        small: size and keys.
        fields: what matters in it.
        screen: the rows of the terminal's screen that it shows, which ``fields`` ends with as words, or none.
        protocol: the record content type, ``enrolment``, or ``tcp`` for the end of the connection.
        protection: whose keys protect it.
        refusal: it is an alert that refuses.
        read: the event of its reading, or None.
        lost_since: ``seq`` of the event since which it is certain that it is never read, or None.
    """

    receiver: str
    name: str
    small: str
    fields: tuple[str, ...]
    protocol: str
    protection: Protection
    refusal: bool
    read: Event | None
    lost_since: int | None
    screen: tuple[str, ...] = ()

    @property
    def lost(self) -> bool:
        """It is never read."""
        return self.lost_since is not None

    @property
    def encrypted(self) -> bool:
        """It travels under keys."""
        return self.protection is not Protection.CLEAR


class Ledger(Beat, frozen=True, kw_only=True):
    """The checks of a certificate, or of the proof that completes them.

    Attributes:
        title: what was checked.
        result: outcome and words of all checks together; None where it repeats an earlier ledger.
        presented: there is a certificate, and its proof is still to come.
        lines: outcome and words of each line.
        decisive: the check that decided, its sentence and its evidence; empty where none failed.
        whole: it is a new ledger, not the proof that completes one.
        decided: a decision rests on it and shows it.
    """

    title: str
    result: tuple[CheckOutcome, str] | None
    presented: bool
    lines: tuple[tuple[CheckOutcome, str], ...]
    decisive: tuple[str, ...]
    whole: bool
    decided: bool

    @property
    def is_empty(self) -> bool:
        """It repeats an earlier ledger and adds nothing."""
        return self.result is None


class Decision(Beat, frozen=True, kw_only=True):
    """A choice that an actor takes.

    Attributes:
        since: ``seq`` of the ledger it rests on, with which its question is asked; else its own.
        question: what is decided.
        choice: the option taken; empty while a proof that it needs is to come. ``others`` were open, too.
        refuses: the choice says no to the peer.
        reason: why; empty where the ledger has said it.
        ledger: the ledger it rests on, or None.
        proof: the proof of possession that completes the ledger, or None.
    """

    since: int
    question: str
    choice: str
    others: tuple[str, ...]
    refuses: bool
    reason: str
    ledger: Ledger | None
    proof: Ledger | None = None

    @property
    def grounds(self) -> tuple[Ledger, ...]:
        """The ledgers that it shows: certificate, then proof."""
        return tuple(filter(None, (self.ledger, self.proof)))

    @property
    def events(self) -> tuple[Event, ...]:
        """Its own event and those of its ledgers, in their order."""
        seen = (self.event, *(ledger.event for ledger in self.grounds))
        return tuple(sorted(seen, key=lambda event: event.seq))

    @property
    def instead(self) -> str:
        """The other options, to stand behind the choice; empty without any."""
        return f" (not: {', '.join(self.others)})" if self.others else ""


class Belief(Beat, frozen=True, kw_only=True):
    """A new belief of the client, or a new standing of the client with the server.

    Attributes:
        held: the level that the client believes in, or what the server knows of it.
        assumed: nothing that it read says so.
        reason: the observation behind it.
        gap: the error that ends here, or None.
    """

    held: SecurityLevel | Standing
    assumed: bool
    reason: str
    gap: Gap | None


class CallReturned(Beat, frozen=True, kw_only=True):
    """A side's handshake call returns; ``gap`` is the error that begins here, or None."""

    words: str
    gap: Gap | None


class Remark(Beat, frozen=True, kw_only=True):
    """A short line beside a lane: a fact that no message carries, a move, a reading, an end, an idle CA."""

    kind: RemarkKind
    lane: str
    words: str


def joined(one: Flight, other: Flight) -> Flight | None:
    """Two messages as one arrow; None where more than their names differs, or the names are too long."""
    both = (one, other)
    ways = [(f.event.actor, f.receiver, f.event.step.band, f.lost, f.protection, f.protocol) for f in both]
    name = f"{one.name}, {other.name}"
    if ways[0] != ways[1] or one.protocol == "alert" or len(name) > MOST_JOINED:
        return None
    return replace(one, name=name, small=PROTECTION_WORDS[one.protection])


def in_flights(shown: Iterable[Beat]) -> list[Beat]:
    """The beats with messages that follow each other joined into flights."""
    found: list[Beat] = []
    for beat in shown:
        last = found[-1] if found else None
        both = joined(last, beat) if isinstance(last, Flight) and isinstance(beat, Flight) else None
        if both:
            found[-1] = both
        else:
            found.append(beat)
    return found
