"""The story of a run as text: two lanes, an arrow for each message, ledgers, beliefs and the card.

The same words stand there with and without colour, and in ASCII where a terminal knows nothing else: ``═``
is an encrypted message, ``─`` one in the clear, ``━`` an alert, and every mark has its word beside it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from simulator.security import SecurityLevel
from simulator.trace.end_to_end import end_to_end
from simulator.trust.verdict import CheckOutcome
from simulator.views.drawing.cells import ASCII, UNICODE, cells, headed, paint, plain, shorten, wrap_cells
from simulator.views.drawing.style import ESSENTIAL, detail_named
from simulator.views.story.beat_kinds import Band, Belief, CallReturned, Decision, Flight, Ledger, Remark
from simulator.views.story.beats import selection
from simulator.views.story.lanes import (
    connection_heading,
    lane_words,
    names_of,
    reading_notes,
    run_title,
    under_title,
)
from simulator.views.story.reading import gap_words
from simulator.views.story.words import card_facts, clean, level_name, moment
from simulator.views.texts.essential_text import essential_text
from simulator.views.texts.screens import Passage
from simulator.views.texts.shown_errors import shown_errors

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from simulator.trace.trace import Trace
    from simulator.views.story.beat_kinds import Beat
    from simulator.views.texts.screens import Lines

LEAST_WIDTH = 60
SEEN_AT = {"client": "At the client", "server": "In the server's log"}
INDENT = 4  # columns left of the left lane
WORTH = "What the session is worth"
SEEN = "What the person sees"
BLANK = ("",)
KINDS = {CheckOutcome.PASS: "good", CheckOutcome.FAIL: "bad"}
SIGNS = "│─═━◀▶├┤◆⊘✓✗·–→…"  # a terminal that lacks one of them gets ASCII


def story(
    trace: Trace, width: int = 80, colour: bool = False, *, ascii_only: bool = False, detail: str = "messages"
) -> str:
    """A run as text.

    Args:
        trace: the run.
        width: columns; no line is longer. 60 is the least.
        colour: with the terminal's colour codes.
        ascii_only: in ASCII.
        detail: ``essential`` (one slide, without colour), ``overview`` (no ledgers), ``messages``, or
            ``everything`` (each check with its sentence).

    Raises:
        OutputError: there is no such detail.
    """
    if detail == ESSENTIAL:
        text = essential_text(trace, max(width, LEAST_WIDTH), ASCII if ascii_only else UNICODE)
        return "\n".join(map(plain, text.split("\n"))) if ascii_only else text
    pieces = passages(trace, width, colour, ascii_only=ascii_only, detail=detail)
    return "".join(f"{line}\n" for piece in pieces for passage in piece for line in passage.lines)


def stories(
    traces: Sequence[Trace], width: int = 80, colour: bool = False, *, ascii_only: bool = False
) -> str:
    """The connections of a run as text, one below the other; arguments as for :func:`story`."""
    texts = [story(one, width, colour, ascii_only=ascii_only) for one in traces]
    headings = [connection_heading(one) for one in traces]
    words = [*headings, clean(end_to_end(traces))]
    *headings, end = map(plain, words) if ascii_only else words
    return headed(texts, headings, width, end)


def passages(
    trace: Trace, width: int = 80, colour: bool = False, *, ascii_only: bool = False, detail: str = "messages"
) -> Iterator[list[Passage]]:
    """The same text piece by piece: the setting, each step of the story, the card, and what people see.

    A piece consists of passages, which :mod:`simulator.views.texts.screens` cuts into screens. Arguments are
    those of :func:`story`.
    """
    pen = _Pen(trace, max(width, LEAST_WIDTH), colour=colour, ascii_only=ascii_only)
    yield list(pen.setting())
    piece: list[Passage] = []
    for beat in selection(trace, detail_named(detail)):
        if isinstance(beat, Band):
            if piece:
                yield piece
            piece = []
            pen.begin(beat)
        elif not (isinstance(beat, Remark) and beat.kind == "idle"):  # an idle CA has no lane here
            piece.append(pen.passage(beat))
    if piece:
        yield piece
    yield list(pen.card())
    if detail_named(detail) != "overview" and (printed := list(pen.printed())):
        yield printed


class _Pen:
    """Writes beats as lines, and keeps what the next lines must know: the step and the lanes."""

    def __init__(self, trace: Trace, width: int, *, colour: bool, ascii_only: bool) -> None:
        self.trace, self.width, self.colour = trace, width, colour
        self.ascii_only = ascii_only
        self.signs = ASCII if ascii_only else UNICODE
        self.names = names_of(trace.setup)
        self.order = [actor.name for actor in trace.setup.actors]
        self.band: Band | None = None
        self.begins = False
        self.pair: tuple[str, str] | None = None

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

    def setting(self) -> Iterator[Passage]:
        setup = self.trace.setup
        title = self.paragraph(run_title(setup), kind="strong")
        yield Passage((tuple(title + self.paragraph(clean(under_title(self.trace)), kind="quiet")),))
        if setup.lesson:
            yield Passage((tuple(self.paragraph(clean(setup.lesson))),), BLANK)
        for number, actor in enumerate(setup.actors):
            words = f"{self.names.title(actor.name)}: {'; '.join(lane_words(actor, setup))}."
            lines = self.paragraph(words, indent="  ", hang="  ")
            yield Passage((tuple(lines),), () if number else BLANK)
        yield Passage((tuple(self.paragraph(reading_notes(setup), kind="quiet")),), BLANK)

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
            for label, answer in card_facts(self.trace.card, self.names.shown)
        ]
        yield Passage(tuple(facts), BLANK, again)

    def printed(self) -> Iterator[Passage]:
        """The error texts of real programs, the client's and then the server's."""
        heading: Lines = ("", self.rule(SEEN, "heading"), "")
        again = (self.rule(f"{SEEN}, continued", "heading"), "")
        side = ""
        for error in shown_errors(self.trace):
            lines = [] if error.side == side else [f"  {SEEN_AT[error.side]}"]
            lines.append(self.text(f"    {error.program}:"))
            for line in error.text.split("\n"):
                lines += self.paragraph(line, indent="      ", hang="  ")
            yield Passage((tuple(lines),), () if side else heading, again)
            side = error.side
        if side:
            told = "Measured, or cited where it says so" if self.trace.card.return_code else "Measured"
            words = f"{told}; … stands for what differs. For other texts: clientauth errors"
            yield Passage((tuple(self.paragraph(words, "  ", "quiet")),), BLANK, again)

    def rule(self, words: str, kind: str) -> str:
        shown = shorten(self.text(words), self.width - 8, ellipsis=self.text("…"))
        rest = self.signs.rule * (self.width - cells(shown) - 5)
        return self.paint(f"{self.signs.rule * 3} {shown} {rest}", kind)

    def begin(self, band: Band) -> None:
        """The next passage begins a step."""
        self.band, self.pair, self.begins = band, None, True

    def passage(self, beat: Beat) -> Passage:
        """One beat: its paragraphs, with the step's title and the lanes' names where they change."""
        heading = ["", self.title()] if self.begins else []
        self.begins = False
        pair = self.pair_of(beat.event.actor, beat.receiver if isinstance(beat, Flight) else "")
        if pair != self.pair:
            self.pair = pair
            heading.append(self.lanes(pair))
        again = (self.title(goes_on=True),) if self.band else ()
        return Passage(tuple(self.paragraphs(beat)), tuple(heading), (*again, self.lanes(pair)))

    def paragraphs(self, beat: Beat) -> Iterator[Lines]:
        """The paragraphs of a beat."""
        match beat:
            case Flight():
                yield self.message(beat)
                yield from map(self.inside, beat.fields)
            case Ledger():
                yield from self.ledger(beat)
            case Decision():
                head = f"{beat.question} {beat.choice.upper()}{beat.instead}".rstrip()
                yield self.inside(head, f" {self.signs.decision} ", "strong")
                for part in beat.grounds:
                    yield from self.checks(part)
                if beat.reason:
                    yield self.inside(beat.reason)
            case Belief():
                yield self.inside(f"{beat.headline}. {beat.reason}".rstrip(), " = ", "belief")
                if beat.gap:
                    yield self.inside(gap_words(beat.gap), " ! ", "bad")
            case CallReturned():
                words = f"{beat.headline} ({moment(beat.event.at)})"
                yield self.inside(words, f" {self.signs.here} ", "strong")
            case Remark():
                yield self.inside(
                    beat.words if beat.kind in ("note", "end") else beat.headline, " - ", "quiet"
                )

    def title(self, *, goes_on: bool = False) -> str:
        """The title of the step, or of its rest on another page."""
        band, mark = self.band, ", continued" if goes_on else ""
        if band is None:
            return ""
        title = band.step.numbered(band.number, f"{mark}: " if goes_on else "  ")
        return self.rule(title if band.number else f"{title}{mark}", "heading")

    def lanes(self, pair: tuple[str, str]) -> str:
        """The names of the two lanes above them."""
        names = (self.text(self.names.title(lane)) for lane in pair)
        left, right = (shorten(name, self.width // 2 - 4, ellipsis=self.text("…")) for name in names)
        return f"  {left}{' ' * (self.width - 4 - cells(left) - cells(right))}{right}"

    def pair_of(self, one: str, other: str) -> tuple[str, str]:
        """The two lanes between which an event stands, in drawing order."""
        if not other:
            if self.pair and one in self.pair:
                return self.pair
            other = "server" if one == "client" else "client"
        left, right = sorted((one, other), key=self.order.index)
        return left, right

    def message(self, beat: Flight) -> Lines:
        """The arrow with the words on it; what is small stands below it where there is no room."""
        bar = self.bar(beat)
        lost = f" {self.signs.never} never read" if beat.lost else ""
        room = self.inner - 4 - cells(lost)
        label = self.text(f" {beat.name} {bar}{bar} {beat.small} ")
        beside = cells(label) <= room
        if not beside:
            label = shorten(self.text(f" {beat.name} "), room, ellipsis=self.text("… "))
        rest = self.inner - cells(label) - 2 - cells(lost) - (0 if lost else 1)
        kind = "bad" if beat.refusal else "encrypted" if beat.encrypted else "strong"
        body = self.paint(bar * 2 + label + bar * rest, kind)
        signs = self.signs
        if self.order.index(beat.event.actor) < self.order.index(beat.receiver):
            arrow = f"{signs.start}{body}{lost or signs.right}{signs.wall}"
        else:
            arrow = f"{signs.wall}{lost or signs.left}{body}{signs.end}"
        line = " " * INDENT + arrow
        return (line,) if beside else (line, *self.inside(beat.small))

    def bar(self, beat: Flight) -> str:
        if beat.refusal:
            return self.signs.alert
        return self.signs.encrypted if beat.encrypted else self.signs.clear

    def ledger(self, beat: Ledger) -> Iterator[Lines]:
        """A ledger that stands alone."""
        if beat.whole or beat.decisive:
            yield self.inside(beat.title, f" {self.signs.decision} ", "strong")
        yield from self.checks(beat)

    def checks(self, beat: Ledger) -> Iterator[Lines]:
        """The result of the checks, the outcome of each, and the decisive check."""
        lines = [(beat.result, "   ")] if beat.result else []
        lines += [(line, "     ") for line in beat.lines]
        for (outcome, words), indent in lines:
            yield self.inside(words, f"{indent}{self.signs.mark(outcome)} ", KINDS.get(outcome, "quiet"))
        if beat.decisive:
            name, sentence, evidence = beat.decisive
            mark = f"   {self.signs.mark(CheckOutcome.FAIL)} "
            yield self.inside(f"{name}. {sentence}", mark, "bad")
            if evidence:
                yield self.inside(evidence, "     ")
