"""A run as the lines of a text diagram: what Mermaid and PlantUML both say, before either says it.

A line is a band (a step begins), an arrow (a message is sent), or a remark beside a lane (a decision with its
ledger, a belief, a handshake call that returns). The words are clean and wrapped; markup is the pens' affair.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from simulator.tls.wire.version import Protection
from simulator.trace.facts import (
    Alert,
    BeliefChanged,
    Checked,
    Decided,
    Event,
    HandshakeReturned,
    Noted,
    Sent,
    StateChanged,
)
from simulator.trust.verdict import CheckOutcome
from simulator.views.drawing.cells import shorten, wrap_cells
from simulator.views.drawing.style import Detail, detail_named
from simulator.views.story import flights
from simulator.views.story.fields import key_fields
from simulator.views.story.lanes import lane_words, names_of
from simulator.views.story.ledger_words import NOT_LOOKED, about, evidence, group, line_of
from simulator.views.story.reading import (
    gap,
    gap_words,
    idle_authorities,
    is_refusal,
    news,
    reads,
    unread,
    version_of,
)
from simulator.views.story.words import OUTCOME_MARKS, clean, level_name, moment, question, refuses

if TYPE_CHECKING:
    from collections.abc import Iterator

    from simulator.trace.facts import Role, Step
    from simulator.trace.trace import Trace
    from simulator.trust.verdict import Check, Verdict

COLUMNS = 56
MOST_LINES = 4
MOST_LINES_OF_MANY = 2  # where every check and every state is told; PlantUML draws 8,192 pixels and no more
LEDGER_LINES = 8  # what a group of checks may fill: the name of each is told

Kind = Literal["decision", "refusal", "proof", "belief", "returned", "fact", "state", "gap"]


@dataclass(frozen=True, slots=True)
class Lane:
    """A participant: its key in the diagram, its name, its role, and what it has."""

    key: str
    title: str
    role: Role
    words: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Band:
    """A step begins."""

    step: Step
    when: str


@dataclass(frozen=True, slots=True)
class Arrow:
    """A message, or a flight of them: names with size and keys first, then what matters in it."""

    sender: str
    receiver: str
    lines: tuple[str, ...]
    locked: bool
    refusal: bool
    lost: bool


@dataclass(frozen=True, slots=True)
class Remark:
    """Something that happens at one lane and is not sent."""

    lane: str
    kind: Kind
    lines: tuple[str, ...]


Line = Band | Arrow | Remark


def paragraph(text: str, most: int = MOST_LINES, columns: int = COLUMNS) -> tuple[str, ...]:
    """The text in at most ``most`` lines; the last one is shortened if it must be."""
    lines = wrap_cells(text, columns)
    if len(lines) > most:
        lines = [*lines[: most - 1], shorten(" ".join(lines[most - 1 : most + 1]), columns)]
    return tuple(line for line in lines if line)


def lanes(trace: Trace) -> dict[str, Lane]:
    """The participants from left to right, by their name in the trace."""
    return {
        actor.name: Lane(
            f"P{place}",
            shorten(names_of(trace.setup).title(actor.name), COLUMNS),
            actor.role,
            tuple(line for words in lane_words(actor, trace.setup) for line in paragraph(words, 2, 34)),
        )
        for place, actor in enumerate(trace.setup.actors, start=1)
    }


def tell(trace: Trace, detail: str = "messages") -> Iterator[Line]:
    """The lines of a run in their order.

    Args:
        trace: what happened.
        detail: ``overview`` (flights and choices), ``messages``, or ``everything`` (states too, and every
            line of the ledgers).

    Raises:
        OutputError: there is no such detail.
    """
    return _Telling(trace, detail_named(detail)).lines()


def _is_group(text: str) -> bool:
    """A line of a ledger, which begins with the mark of its outcome."""
    return text[:1] in OUTCOME_MARKS.values()


class _Telling:
    """Goes through the events and keeps what the next line must know: the step, the flight, the ledgers."""

    def __init__(self, trace: Trace, detail: Detail) -> None:
        self.trace, self.detail = trace, detail
        self.lanes = lanes(trace)
        self.reads, self.unread, self.gap = reads(trace), unread(trace), gap(trace)
        self.idle = idle_authorities(trace)
        self.version = version_of(trace)
        self.ledgers: dict[str, Verdict] = {}
        self.judging: tuple[Event, Verdict] | None = None
        self.flight: flights.Message | None = None
        self.step: Step | None = None

    def lines(self) -> Iterator[Line]:
        for event in self.trace.events:
            yield from self._of(event)
        yield from self._pending()

    def _of(self, event: Event) -> Iterator[Line]:
        fact = event.fact
        match fact:
            case Sent() | Alert(direction="sent"):
                yield from self._judgement()
                yield from self._message(event)
            case Checked(verdict=verdict):
                yield from self._pending()
                yield from self._ledger(event, verdict)
            case Decided():
                yield from self._flight()
                judging, self.judging = self.judging, None
                yield from self._decision(event, fact, judging)
            case BeliefChanged():
                yield from self._pending()
                yield from self._belief(event, fact)
            case HandshakeReturned():
                yield from self._pending()
                words = f"The handshake call returns: {fact.result} ({moment(event.at)})"
                yield from self._remark(event, "returned", [words])
            case Noted() if self.detail != "overview":
                yield from self._pending()
                yield from self._remark(event, "fact", [clean(fact.text)])
            case StateChanged() if self.detail == "everything":
                yield from self._pending()
                yield from self._remark(event, "state", [f"{clean(fact.before)} → {clean(fact.after)}"])

    # Messages -----------------------------------------------------------------------------------------------

    def _message(self, event: Event) -> Iterator[Line]:
        overview = self.detail == "overview"
        fields = () if overview else key_fields(event, self.version, self.ledgers.get(event.actor))
        row = flights.message(event, fields, self.reads.get(event.seq), lost=event.seq in self.unread)
        joined = flights.joined(self.flight, row) if overview and self.flight else None
        if joined is None:
            yield from self._flight()
        self.flight = joined or row
        if not overview:
            yield from self._flight()

    def _flight(self) -> Iterator[Line]:
        if self.flight is not None:
            row, self.flight = self.flight, None
            yield from self._band(row.event)
            yield self._arrow(row)

    def _arrow(self, row: flights.Message) -> Arrow:
        fact = row.event.fact
        assert isinstance(fact, Sent | Alert)
        small = f"{row.small}, never read" if row.lost else row.small
        lines = [*paragraph(row.name, 3), *paragraph(f"({small})", 2)]
        for field in row.fields:
            lines += paragraph(field, 3)
        return Arrow(
            self.lanes[row.event.actor].key,
            self.lanes[row.receiver].key,
            tuple(lines),
            locked=fact.protection is not Protection.CLEAR,
            refusal=is_refusal(fact),
            lost=row.lost,
        )

    # Remarks ------------------------------------------------------------------------------------------------

    def _remark(self, event: Event, kind: Kind, texts: list[str]) -> Iterator[Line]:
        lane = self.lanes.get(event.actor)
        if lane is not None and any(texts):
            yield from self._band(event)
            yield Remark(lane.key, kind, self._paragraphs(texts))

    def _paragraphs(self, texts: list[str]) -> tuple[str, ...]:
        most = MOST_LINES_OF_MANY if self.detail == "everything" and len(texts) > MOST_LINES else MOST_LINES
        lengths = [LEDGER_LINES if _is_group(text) and self.detail == "messages" else most for text in texts]
        return tuple(
            line for text, lines in zip(texts, lengths, strict=True) for line in paragraph(text, lines)
        )

    def _decision(self, event: Event, fact: Decided, judging: tuple[Event, Verdict] | None) -> Iterator[Line]:
        texts = [question(fact.decision)]
        said = ""
        if judging is not None:
            verdict = judging[1]
            texts += self._checks(verdict)
            said = verdict.decisive.sentence if verdict.decisive else ""
        others = [clean(option) for option in fact.options if option != fact.choice]
        instead = f" (could also: {', '.join(others)})" if others else ""
        who = "A person decides: " if fact.taken_by == "outside" else "→ "
        texts.append(f"{who}{clean(fact.choice)}{instead}")
        if self.detail != "overview" and fact.reason and fact.reason != said:
            texts.append(clean(fact.reason))
        yield from self._remark(event, "refusal" if refuses(fact.choice) else "decision", texts)

    def _ledger(self, event: Event, verdict: Verdict) -> Iterator[Line]:
        """Keep a whole ledger for the decision that rests on it; tell what completes an earlier one."""
        before, self.ledgers[event.actor] = self.ledgers.get(event.actor), verdict
        checks = news(before, verdict)
        if len(checks) == len(verdict.checks):
            self.judging = (event, verdict)
        elif checks and (self.detail != "overview" or not verdict.accepted):
            failed = any(check.outcome is CheckOutcome.FAIL for check in checks)
            texts = [f"{OUTCOME_MARKS[check.outcome]} {line_of(check)}" for check in checks]
            yield from self._remark(event, "refusal" if failed else "proof", texts)

    def _judgement(self) -> Iterator[Line]:
        """Tell a ledger that no decision followed."""
        if self.judging is not None:
            (event, verdict), self.judging = self.judging, None
            texts = [f"The {verdict.role}'s certificate, checked", *self._checks(verdict)]
            yield from self._remark(event, "decision" if verdict.accepted else "refusal", texts)

    def _checks(self, verdict: Verdict) -> list[str]:
        """A ledger in words: whose certificate, what became of the checks, and the one that decided."""
        texts = (
            [about(verdict, names_of(self.trace.setup).shown)] if verdict.peer or not verdict.decisive else []
        )
        if self.detail == "everything":
            texts += [f"{OUTCOME_MARKS[check.outcome]} {line_of(check)}" for check in verdict.checks]
        elif self.detail == "messages":
            for outcome in (CheckOutcome.PASS, *NOT_LOOKED):
                words = group(verdict.checks, outcome)
                texts += [f"{OUTCOME_MARKS[outcome]} {words}"] if words else []
        if verdict.decisive is not None:
            texts += self._decisive(verdict.decisive)
        return texts

    def _decisive(self, check: Check) -> list[str]:
        texts = [f"{OUTCOME_MARKS[CheckOutcome.FAIL]} Decisive: {clean(check.name)}. {clean(check.sentence)}"]
        return [*texts, evidence(check)] if self.detail != "overview" else texts

    def _belief(self, event: Event, fact: BeliefChanged) -> Iterator[Line]:
        verb = "believes" if event.actor == "client" else "knows"
        assumed = ", assumed" if fact.assumed else ""
        texts = [f"The {clean(event.actor)} {verb}: {level_name(fact.level)}{assumed}"]
        if self.detail != "overview":
            texts.append(clean(fact.reason))
        lane = self.lanes.get(event.actor)
        if lane is None:
            return
        # A belief follows from something that was told; it begins no step of its own.
        yield Remark(lane.key, "belief", tuple(line for text in texts for line in paragraph(text)))
        if self.gap is not None and event.seq == self.gap.end.seq:
            yield Remark(lane.key, "gap", paragraph(gap_words(self.gap)))

    # Order --------------------------------------------------------------------------------------------------

    def _pending(self) -> Iterator[Line]:
        """What must be told before anything else happens."""
        yield from self._flight()
        yield from self._judgement()

    def _band(self, event: Event) -> Iterator[Line]:
        if event.step is self.step:
            return
        self.step = event.step
        yield Band(event.step, f"from {moment(event.at)}" if event.at > 0 else moment(event.at))
        if event.at >= 0:
            idle, self.idle = self.idle, frozenset()
            for name in sorted(idle):
                words = paragraph("Nobody asks the CA during the connection.", columns=24)
                yield Remark(self.lanes[name].key, "fact", words)
