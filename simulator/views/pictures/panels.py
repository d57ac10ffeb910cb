"""Boxes on a lane: a decision with its ledger, a note, a handshake call that returns."""

from __future__ import annotations

from typing import TYPE_CHECKING

from simulator.trust.verdict import CheckOutcome
from simulator.views.drawing import glyphs
from simulator.views.drawing.display import Box, Line, Text, width_of, wrap
from simulator.views.drawing.marks import Part
from simulator.views.drawing.sheet import Sheet, height_of, pitch_of

if TYPE_CHECKING:
    from simulator.trace.facts import Event
    from simulator.views.story.beat_kinds import CallReturned, Decision, Ledger, Remark

PAD = 12.0
LINES = 10.0  # the inset of single checks below the result of all


class Panel:
    """One box under construction: contents are put in front, the frame goes behind them at the end."""

    def __init__(self, sheet: Sheet, event: Event, since: int | None = None) -> None:
        stage = sheet.stage
        self.sheet, self.seq, self.since = sheet, event.seq, since
        self.left, self.right = sorted((stage.outer_edge(event.actor), stage.inner_edge(event.actor)))
        self.top = sheet.y + 6
        sheet.y += 15
        self.room = self.right - self.left - 2 * PAD
        self.x = self.left + PAD
        self.place = len(sheet.front)

    def close(self) -> None:
        """Put the frame behind the contents and move below it."""
        self.sheet.y += 8
        width, height = self.right - self.left, self.sheet.y - self.top
        frame = Box(self.left, self.top, width, height, "decision", self.seq, 7, since=self.since)
        self.sheet.y = self.sheet.put_behind(self.place, frame) + 7

    def heading(self, text: str, seq: int) -> None:
        """The question, after a diamond."""
        sheet, width = self.sheet, self.room - 22
        with sheet.within(Part.STORY, self.since):
            sheet.put(glyphs.diamond(self.x + 7, sheet.y + 8, seq))
            sheet.y = sheet.paragraph(text, "question", seq, self.x + 22, sheet.y, width=width, most=2) + 3

    def words(self, text: str, style: str, seq: int) -> None:
        """A paragraph over the whole width."""
        self.sheet.y = self.sheet.paragraph(text, style, seq, self.x, self.sheet.y, width=self.room, most=5)

    def marked(self, outcome: CheckOutcome, text: str, style: str, seq: int, *, inset: float = 0.0) -> None:
        """A paragraph after the mark of an outcome."""
        sheet = self.sheet
        middle = sheet.y + 0.5 * pitch_of(style)
        sheet.put(glyphs.mark(outcome, self.x + inset + 2, middle, seq))
        width = self.room - 22 - 2 * inset
        sheet.y = sheet.paragraph(text, style, seq, self.x + inset + 22, sheet.y, width=width, most=6) + 2

    def decisive(self, texts: tuple[str, ...], seq: int) -> None:
        """The check that decided, in a frame of its own: its name, its sentence, its evidence."""
        sheet = self.sheet
        name, *rest = texts
        top, place = sheet.y + 2, len(sheet.front)
        sheet.y += 9
        self.marked(CheckOutcome.FAIL, name, "check.fail", seq, inset=6)
        width = self.room - 34
        for text, style in zip(rest, ("reason", "check.detail"), strict=True):
            if text:
                sheet.y = sheet.paragraph(text, style, seq, self.x + 28, sheet.y, width=width, most=5) + 1
        sheet.y += 5
        frame = Box(self.x, top, self.room, sheet.y - top, "decisive", seq, radius=5)
        sheet.y = sheet.put_behind(place, frame) + 6

    def ledger(self, ledger: Ledger) -> None:
        """The certificate, the outcome of the checks, and the decisive check."""
        seq = ledger.event.seq
        if ledger.result:
            outcome, text = ledger.result
            self.marked(outcome, text, RESULT_STYLES.get(outcome, "check.result"), seq)
        for outcome, text in ledger.lines:
            self.marked(outcome, text, STYLES[outcome], seq, inset=LINES)
        if ledger.decisive:
            self.decisive(ledger.decisive, seq)

    def options(self, beat: Decision, *, beside: str = "") -> None:
        """The chosen option as a filled pill, the others after it in dashes.

        They stand beside the one line of text named, where there is room for them, else below. They are known
        with the proof, if there is one.
        """
        since = beat.proof.event.seq if beat.proof else None
        sheet, x, seq = self.sheet, self.x, beat.event.seq
        chosen = "chosen.refusal" if beat.refuses else "chosen"
        pills = [(beat.choice[:40], chosen, "choice")]
        pills += [(other[:40], "option", "option") for other in beat.others]
        whole = sum(width_of(label, text) + 30 for label, _, text in pills) - 8
        top = sheet.y + 2
        if beside and 22 + width_of(beside, "question") + 16 + whole <= self.room:
            x, top = self.right - PAD - whole, self.top + 6
            sheet.y += 4
        else:
            sheet.y += 33
        for label, box, text in pills:
            width = width_of(label, text) + 22
            if x + width > self.right - PAD + 0.5:
                break
            sheet.put(
                Box(x, top, width, 24, box, seq, radius=12, since=since),
                Text(x + 11, top + 17, label, text, seq, since=since),
            )
            x += width + 8


RESULT_STYLES = {CheckOutcome.FAIL: "check.fail"}
#: How a line of the ledger is set.
STYLES = {
    CheckOutcome.PASS: "check",
    CheckOutcome.FAIL: "check.fail",
    CheckOutcome.NOT_EVALUATED: "check.later",
    CheckOutcome.NOT_REACHED: "check.later",
}


def ledger(sheet: Sheet, beat: Ledger) -> None:
    """Put a ledger that stands alone: no decision followed, or a proof completes what was decided."""
    panel = Panel(sheet, beat.event)
    if beat.whole or beat.decisive:
        panel.heading(beat.title, beat.event.seq)
    panel.ledger(beat)
    panel.close()


def decision(sheet: Sheet, beat: Decision) -> None:
    """Put a decision: the question, the ledger it rests on, the choice, what else was open, and why."""
    panel, seq = Panel(sheet, beat.event, beat.since), beat.event.seq
    panel.heading(beat.question, seq)
    for part in beat.grounds:
        panel.ledger(part)
    if beat.choice:
        panel.options(beat, beside="" if beat.ledger else beat.question)
    if beat.reason:
        panel.words(beat.reason, "reason", seq)
    panel.close()


def returned(sheet: Sheet, beat: CallReturned) -> None:
    """Put the moment at which the handshake call of an API returns."""
    _flag(sheet, beat.event, beat.words, "returned", "returned")
    x = sheet.stage.lanes[beat.event.actor]
    sheet.put(Line(((x - 11, sheet.y - 16), (x + 11, sheet.y - 16)), "returned.bar", beat.event.seq))


def flag(sheet: Sheet, beat: Remark) -> None:
    """Put a move of the state machine, or the moment at which a message is read."""
    text_style, box_style = ("state", "state") if beat.kind == "state" else ("small", "note")
    _flag(sheet, beat.event, beat.words, text_style, box_style)


def _flag(sheet: Sheet, event: Event, words: str, text_style: str, box_style: str) -> None:
    """One line of text in a small box that stands beside its lane, on the inner side."""
    x = sheet.stage.lanes[event.actor]
    width = min(width_of(words, text_style), 360) + 16
    left = x + 14 if sheet.stage.opens_right(event.actor) else x - 14 - width
    sheet.y += 4
    sheet.put(Box(left, sheet.y, width, 23, box_style, event.seq, radius=4))
    sheet.line(words, text_style, event.seq, left + 8, sheet.y + 16, width=width - 16)
    sheet.y += 28


def note(sheet: Sheet, beat: Remark) -> None:
    """Put a fact that no message carries."""
    event = beat.event
    stage = sheet.stage
    x = stage.lanes.get(event.actor, stage.middle)
    text, half = beat.words, stage.half(event.actor) - 2
    outer = event.actor in stage.lanes and event.actor not in ("client", "server")
    narrow = outer and len(wrap(text, "note", 2 * half - 16, 6)) <= 5  # as wide as its card, if it fits there
    width = 2 * half if narrow else 300.0
    right = event.actor in stage.lanes and not narrow and not stage.opens_right(event.actor)
    left = x + half - width if right else x - half
    sheet.y += 4
    height = height_of(text, "note", width - 16, 5) + 9
    sheet.put(Box(left, sheet.y, width, height, "note", event.seq, radius=4))
    sheet.paragraph(text, "note", event.seq, left + 8, sheet.y + 5, width=width - 16, most=5)
    sheet.y += height + 5
