"""The story of a run as text: two lanes, an arrow for each message, ledgers, beliefs and the card.

The same words stand there with and without colour, and in ASCII where a terminal knows nothing else: ``═``
is an encrypted message, ``─`` one in the clear, ``━`` an alert, and every mark has its word beside it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from simulator.security import SecurityLevel
from simulator.tls.wire.version import Protection
from simulator.trace.facts import (
    STEP_NUMBERS,
    Alert,
    BeliefChanged,
    Checked,
    Decided,
    HandshakeReturned,
    Noted,
    Sent,
)
from simulator.trust.verdict import CheckOutcome
from simulator.views.drawing.cells import ASCII, UNICODE, cells, paint, plain, shorten, wrap_cells
from simulator.views.drawing.style import detail_named
from simulator.views.story.fields import key_fields
from simulator.views.story.lanes import lane_words, under_title
from simulator.views.story.ledger_words import NOT_LOOKED, about, evidence, group, line_of
from simulator.views.story.reading import (
    Gap,
    gap,
    gap_words,
    is_refusal,
    news,
    reads,
    sent_name,
    unread,
    version_of,
)
from simulator.views.story.words import (
    NUMBERING,
    PROTECTION_WORDS,
    card_facts,
    clean,
    level_name,
    moment,
    question,
    size,
)
from simulator.views.texts.screens import Passage

if TYPE_CHECKING:
    from collections.abc import Iterator

    from simulator.trace.facts import Event, Step
    from simulator.trace.trace import Trace
    from simulator.trust.verdict import Check, Verdict
    from simulator.views.texts.screens import Lines

LEAST_WIDTH = 60
INDENT = 4  # columns left of the left lane
PAIR = ("client", "server")
WORTH = "What the session is worth"
BLANK = ("",)
SIGNS = "│─═━◀▶├┤◆⊘✓✗·–→…"  # what a terminal must know; in ASCII it is told without


def story(
    trace: Trace, width: int = 80, colour: bool = False, *, ascii_only: bool = False, detail: str = "messages"
) -> str:
    """Tell a run as text.

    Args:
        trace: what happened.
        width: columns; no line is longer. Below 60 it is told in 60.
        colour: with the terminal's colour codes.
        ascii_only: in ASCII.
        detail: ``overview`` (no ledgers), ``messages``, or ``everything`` (each check with its sentence).

    Raises:
        OutputError: there is no such detail.
    """
    pieces = story_steps(trace, width, colour, ascii_only=ascii_only, detail=detail)
    return "\n".join(pieces) + "\n"


def story_steps(
    trace: Trace, width: int = 80, colour: bool = False, *, ascii_only: bool = False, detail: str = "messages"
) -> Iterator[str]:
    """The same text piece by piece: the setting, then each step of the story, then the card.

    Pieces are joined by a line break; arguments as in :func:`story`.
    """
    for step in passages(trace, width, colour, ascii_only=ascii_only, detail=detail):
        yield "\n".join(line for passage in step for line in passage.lines)


def passages(
    trace: Trace, width: int = 80, colour: bool = False, *, ascii_only: bool = False, detail: str = "messages"
) -> Iterator[list[Passage]]:
    """The same pieces as passages, for whoever has to cut them: see :mod:`simulator.views.texts.screens`."""
    teller = _Teller(trace, max(width, LEAST_WIDTH), colour=colour, ascii_only=ascii_only, detail=detail)
    yield list(teller.setting())
    piece: list[Passage] = []
    for event in trace.events:
        step = teller.step
        passage = teller.passage(event)
        if piece and teller.step is not step:
            yield piece
            piece = []
        piece += [passage] if passage else []
    if piece:
        yield piece
    yield list(teller.card())


class _Teller:
    """Goes through the events and keeps what the next lines must know: the step, the lanes, the ledgers."""

    def __init__(self, trace: Trace, width: int, *, colour: bool, ascii_only: bool, detail: str) -> None:
        self.trace, self.width, self.colour = trace, width, colour
        self.detail = detail_named(detail)
        self.ascii_only = ascii_only
        self.signs = ASCII if ascii_only else UNICODE
        self.version = version_of(trace)
        self.reads, self.unread = reads(trace), unread(trace)
        self.gap: Gap | None = gap(trace)
        self.order = [actor.name for actor in trace.setup.actors]
        self.step: Step | None = None
        self.pair: tuple[str, str] | None = None
        self.ledgers: dict[str, Verdict] = {}

    # Lines --------------------------------------------------------------------------------------------------

    def text(self, words: str) -> str:
        return plain(words) if self.ascii_only else words

    def paint(self, words: str, kind: str) -> str:
        return paint(words, kind, colour=self.colour)

    def paragraph(self, words: str, indent: str = "", kind: str = "", hang: str = "") -> list[str]:
        """A wrapped paragraph over the whole width; its further lines stand below the words of the first."""
        lines = wrap_cells(self.text(words), self.width - cells(indent) - cells(hang))
        below = " " * cells(indent) + hang
        return [
            (below if place else indent) + (self.paint(line, kind) if kind else line)
            for place, line in enumerate(lines)
        ]

    @property
    def inner(self) -> int:
        """Columns between the two lanes."""
        return self.width - 2 * INDENT - 2

    def between(self, line: str, kind: str = "") -> str:
        """One line of text between the lanes."""
        room = " " * (self.inner - cells(line))
        shown = self.paint(line, kind) if kind else line
        return f"{' ' * INDENT}{self.signs.wall}{shown}{room}{self.signs.wall}"

    def inside(self, words: str, first: str = "   ", kind: str = "") -> Lines:
        """A paragraph between the lanes; ``first`` stands before its first line."""
        first = self.text(first)
        lines = wrap_cells(self.text(words), self.inner - cells(first) - 1)
        blank = " " * cells(first)
        return tuple(self.between((first if not i else blank) + line, kind) for i, line in enumerate(lines))

    # The setting and the card ------------------------------------------------------------------------------

    def setting(self) -> Iterator[Passage]:
        setup = self.trace.setup
        title = self.paragraph(clean(setup.title), kind="strong")
        yield Passage((tuple(title + self.paragraph(clean(under_title(self.trace)), kind="quiet")),))
        if setup.lesson:
            yield Passage((tuple(self.paragraph(clean(setup.lesson))),), BLANK)
        for number, actor in enumerate(setup.actors):
            words = f"{clean(actor.name)}: {'; '.join(lane_words(actor, setup))}."
            lines = self.paragraph(words, indent="  ", hang="  ")
            yield Passage((tuple(lines),), () if number else BLANK)
        yield Passage((tuple(self.paragraph(NUMBERING, kind="quiet")),), BLANK)

    def card(self) -> Iterator[Passage]:
        level = self.trace.card.level
        heading = ("", self.rule(WORTH, "heading"), "")
        again = (self.rule(f"{WORTH}, continued", "heading"), "")
        rungs: list[Lines] = []
        for rung in (
            *reversed([other for other in SecurityLevel if other.rung is not None]),
            SecurityLevel.REFUSED,
        ):
            name = level_name(rung)
            if rung is level:
                words = f"{name}: {rung.plain_words}"
                rungs.append(tuple(self.paragraph(words, f"  {self.signs.here} ", "strong", "  ")))
            else:
                rungs.append((self.paint(f"    {name}", "quiet"),))
        yield Passage(tuple(rungs), heading, again)
        facts = [
            tuple(line.rstrip() for line in self.paragraph(answer, indent=f"  {label:<22}"[:24]))
            for label, answer in card_facts(self.trace.card)
        ]
        yield Passage(tuple(facts), BLANK, again)

    def rule(self, words: str, kind: str) -> str:
        shown = shorten(self.text(words), self.width - 8, ellipsis=self.text("…"))
        rest = self.signs.rule * (self.width - cells(shown) - 5)
        return self.paint(f"{self.signs.rule * 3} {shown} {rest}", kind)

    # Events -------------------------------------------------------------------------------------------------

    def passage(self, event: Event) -> Passage | None:
        """What is told of an event; None for nothing."""
        told = self.told_of(event)
        return Passage(tuple(told), tuple(self.heading(event)), self.standing()) if told else None

    def told_of(self, event: Event) -> list[Lines]:
        """The paragraphs of an event."""
        fact = event.fact
        match fact:
            case Sent():
                return self.message(event, fact.to)
            case Alert(direction="sent"):
                return self.message(event, fact.peer)
            case Checked():
                return self.ledger(event.actor, fact.verdict)
            case Decided():
                return self.decision(event, fact)
            case BeliefChanged():
                return self.belief(event, fact)
            case HandshakeReturned():
                words = f"{event.actor}: the handshake call returns {fact.result} ({moment(event.at)})"
                return [self.inside(words, f" {self.signs.here} ", "strong")]
            case Noted() if self.detail != "overview":
                return [self.inside(f"{clean(event.actor)}: {clean(fact.text)}", " - ", "quiet")]
        return []

    def heading(self, event: Event) -> list[str]:
        """The step's title where the step changes, and the lanes' names where they change."""
        fact = event.fact
        lines = []
        ends = (
            event.actor,
            fact.to if isinstance(fact, Sent) else fact.peer if isinstance(fact, Alert) else "",
        )
        pair = self.pair_of(*ends)
        if event.step is not self.step and not isinstance(fact, BeliefChanged):
            self.step = event.step
            lines += ["", self.title(event.step)]
            self.pair = None
        if pair != self.pair:
            self.pair = pair
            lines.append(self.lanes(pair))
        return lines

    def standing(self) -> Lines:
        """The same once more, for a screen on which the step goes on."""
        title = (self.title(self.step, ", continued:"),) if self.step else ()
        return (*title, self.lanes(self.pair)) if self.pair else title

    def title(self, step: Step, mark: str = " ") -> str:
        return self.rule(f"{STEP_NUMBERS[step]}{mark} {step.title}", "heading")

    def lanes(self, pair: tuple[str, str]) -> str:
        """The names of the two lanes above them."""
        left, right = (shorten(self.text(clean(name)), self.width // 2 - 4) for name in pair)
        return f"  {left}{' ' * (self.width - 4 - cells(left) - cells(right))}{right}"

    def pair_of(self, one: str, other: str) -> tuple[str, str]:
        """The two lanes that an event is told between, in drawing order."""
        if not other:
            known = self.pair is not None and one in self.pair
            if known and self.pair is not None:
                return self.pair
            other = "client" if one not in PAIR else "server" if one == "client" else "client"
        left, right = sorted((one, other), key=self.order.index)
        return left, right

    def message(self, event: Event, receiver: str) -> list[Lines]:
        fact = event.fact
        if not isinstance(fact, Sent | Alert):
            return []
        refusal = is_refusal(fact)
        bar = self.bar(fact)
        if isinstance(fact, Alert):
            name, small = f"Alert {clean(fact.name)}", f"{fact.level}, code {fact.code}"
        else:
            name, small = sent_name(fact), size(len(fact.raw)) if fact.raw else "contents secret"
        if not (isinstance(fact, Sent) and fact.protocol == "enrolment"):
            small += f", {PROTECTION_WORDS[fact.protection]}"
        lost = f" {self.signs.never} never read" if event.seq in self.unread else ""
        rightward = self.order.index(event.actor) < self.order.index(receiver)
        room = self.inner - 4 - cells(lost)
        label = self.text(f" {name} {bar}{bar} {small} ")
        beside = cells(label) <= room
        if not beside:
            label = shorten(self.text(f" {name} "), room, ellipsis=self.text("… "))
        kind = "bad" if refusal else "encrypted" if fact.protection is not Protection.CLEAR else "strong"
        arrow = (self.arrow(label, lost, bar, kind, rightward=rightward),)
        told = [arrow if beside else arrow + self.inside(small)]
        if self.detail != "overview":
            told += map(self.inside, key_fields(event, self.version, self.ledgers.get(event.actor)))
        return told

    def bar(self, fact: Sent | Alert) -> str:
        if is_refusal(fact):
            return self.signs.alert
        return self.signs.clear if fact.protection is Protection.CLEAR else self.signs.encrypted

    def arrow(self, label: str, lost: str, bar: str, kind: str, *, rightward: bool) -> str:
        """The line of one message from lane to lane, or to where it was lost."""
        signs, margin = self.signs, " " * INDENT
        rest = self.inner - cells(label) - 2 - cells(lost) - (0 if lost else 1)
        if rightward:
            body = bar * 2 + label + bar * rest
            tail = f"{lost}{signs.wall}" if lost else f"{signs.right}{signs.wall}"
            return f"{margin}{signs.start}{self.paint(body, kind)}{tail}"
        body = bar * 2 + label + bar * rest
        head = f"{signs.wall}{lost}" if lost else f"{signs.wall}{signs.left}"
        return f"{margin}{head}{self.paint(body, kind)}{signs.end}"

    def ledger(self, actor: str, verdict: Verdict) -> list[Lines]:
        before, self.ledgers[actor] = self.ledgers.get(actor), verdict
        checks = news(before, verdict)
        if self.detail == "overview" and verdict.accepted:
            return []
        told: list[Lines] = []
        if len(checks) == len(verdict.checks):
            title = f"{actor} checks the {verdict.role}'s certificate: {about(verdict)}"
            told.append(self.inside(title, f" {self.signs.decision} ", "strong"))
        if self.detail == "everything" or len(checks) < len(verdict.checks):
            return told + [self.check(check) for check in checks]
        for outcome in (CheckOutcome.PASS, *NOT_LOOKED):
            words = group(checks, outcome)
            if words and self.detail != "overview":
                kind = "good" if outcome is CheckOutcome.PASS else "quiet"
                told.append(self.inside(words, f"   {self.signs.mark(outcome)} ", kind))
        return told + ([self.check(verdict.decisive)] if verdict.decisive else [])

    def check(self, check: Check) -> Lines:
        """One check with its sentence; one that failed also with what it looked at."""
        kind = {CheckOutcome.PASS: "good", CheckOutcome.FAIL: "bad"}.get(check.outcome, "quiet")
        lines = self.inside(line_of(check), f"   {self.signs.mark(check.outcome)} ", kind)
        if check.outcome is CheckOutcome.FAIL and evidence(check):
            lines += self.inside(evidence(check), "     ")
        return lines

    def decision(self, event: Event, fact: Decided) -> list[Lines]:
        others = [clean(option) for option in fact.options if option != fact.choice]
        instead = f" (not: {', '.join(others)})" if others else ""
        by = ", decided by a person" if fact.taken_by == "outside" else ""
        head = f"{question(fact.decision)} {clean(fact.choice).upper()}{instead}{by}"
        told = [self.inside(head, f" {self.signs.decision} ", "strong")]
        verdict = self.ledgers.get(event.actor)
        said = verdict.decisive.sentence if verdict and verdict.decisive else ""
        if self.detail != "overview" and fact.reason != said:
            told.append(self.inside(clean(fact.reason)))
        return told

    def belief(self, event: Event, fact: BeliefChanged) -> list[Lines]:
        verb = "believes" if event.actor == "client" else "knows"
        assumed = " (assumed)" if fact.assumed else ""
        words = f"The {event.actor} {verb}: {level_name(fact.level)}{assumed}. {clean(fact.reason)}"
        told = [self.inside(words, " = ", "belief")]
        if self.gap is not None and event.seq == self.gap.end.seq:
            told.append(self.inside(gap_words(self.gap), " ! ", "bad"))
        return told
