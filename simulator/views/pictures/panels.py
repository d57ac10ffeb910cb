"""Boxes on a lane: a decision with its ledger, a note, a handshake call that returns."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from simulator.trace.facts import Decided, Event, HandshakeReturned, Noted, StateChanged
from simulator.trust.verdict import Check, CheckOutcome, Verdict
from simulator.views.drawing import glyphs
from simulator.views.drawing.display import Box, Line, Text, width_of
from simulator.views.drawing.sheet import HALF_CARD, Sheet, height_of, pitch_of
from simulator.views.story.ledger_words import NOT_LOOKED, evidence, group, judged, line_of
from simulator.views.story.words import clean, moment, question, refuses

if TYPE_CHECKING:
    from simulator.views.drawing.style import Detail

PAD = 12.0


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
        self.sheet.front.insert(self.place, frame)
        self.sheet.y += 7

    def heading(self, text: str, seq: int) -> None:
        """The question, after a diamond."""
        sheet, place = self.sheet, len(self.sheet.front)
        sheet.put(glyphs.diamond(self.x + 7, sheet.y + 8, seq))
        width = self.room - 22
        sheet.y = sheet.paragraph(text, "question", seq, self.x + 22, sheet.y, width=width, most=2) + 3
        sheet.front[place:] = [replace(item, since=self.since) for item in sheet.front[place:]]

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

    def decisive(self, check: Check, seq: int) -> None:
        """The check that decided, in a frame of its own."""
        sheet = self.sheet
        top, place = sheet.y + 2, len(sheet.front)
        sheet.y += 9
        self.marked(CheckOutcome.FAIL, f"Decisive: {clean(check.name)}", "check.fail", seq, inset=6)
        width = self.room - 34
        for text, style in ((clean(check.sentence), "reason"), (evidence(check), "check.detail")):
            if text:
                sheet.y = sheet.paragraph(text, style, seq, self.x + 28, sheet.y, width=width, most=5) + 1
        sheet.y += 5
        sheet.front.insert(place, Box(self.x, top, self.room, sheet.y - top, "decisive", seq, radius=5))
        sheet.y += 6

    def options(self, fact: Decided, seq: int, *, beside: str = "") -> None:
        """The chosen option as a filled pill, the others after it in dashes.

        They stand beside the one line of text named, where there is room for them, else below.
        """
        sheet, x = self.sheet, self.x
        chosen = "chosen.refusal" if refuses(fact.choice) else "chosen"
        others = [option for option in fact.options if option != fact.choice]
        pills = [
            (clean(fact.choice)[:40], chosen, "choice"),
            *((clean(o)[:40], "option", "option") for o in others),
        ]
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
            sheet.put(Box(x, top, width, 24, box, seq, radius=12), Text(x + 11, top + 17, label, text, seq))
            x += width + 8


def style_of(check: Check) -> str:
    """How a line of the ledger is set."""
    if check.outcome is CheckOutcome.FAIL:
        return "check.fail"
    return "check.later" if check.outcome in NOT_LOOKED else "check"


def _ledger(panel: Panel, verdict: Verdict, seq: int, detail: Detail) -> None:
    """A whole ledger: grouped in words, or each check with its sentence."""
    if verdict.peer or not verdict.decisive:
        panel.words(judged(verdict), "check", seq)
    if detail == "everything":
        for check in verdict.checks:
            panel.marked(check.outcome, line_of(check), style_of(check), seq)
    elif detail == "messages":
        for outcome in (CheckOutcome.PASS, *NOT_LOOKED):
            text = group(verdict.checks, outcome)
            if text:
                panel.marked(outcome, text, "check" if outcome is CheckOutcome.PASS else "check.later", seq)
    if verdict.decisive is not None:
        panel.decisive(verdict.decisive, seq)


def judgement(sheet: Sheet, event: Event, verdict: Verdict, detail: Detail) -> None:
    """Put a trust decision's ledger that no decision follows."""
    panel = Panel(sheet, event)
    panel.heading(f"The {verdict.role}'s certificate, checked", event.seq)
    _ledger(panel, verdict, event.seq, detail)
    panel.close()


def proof(sheet: Sheet, event: Event, checks: tuple[Check, ...], role: str) -> None:
    """Put what completes an earlier ledger: the proof of possession.

    Args:
        sheet: the sheet.
        event: the second showing of the ledger.
        checks: what it has that the first had not.
        role: whose proof it is.
    """
    panel = Panel(sheet, event)
    for check in checks:
        if check.outcome is CheckOutcome.FAIL:
            panel.heading(f"The {role}'s proof, checked", event.seq)
            panel.decisive(check, event.seq)
        else:
            panel.marked(check.outcome, f"Proof: {clean(check.sentence)}", style_of(check), event.seq)
    panel.close()


def decision(
    sheet: Sheet,
    event: Event,
    ledger: tuple[Event, Verdict] | None,
    detail: Detail,
    since: int | None = None,
) -> None:
    """Put a decision: the question, the ledger it rests on, the choice, what else was open, and why.

    Args:
        sheet: the sheet.
        event: the decision.
        ledger: what it rests on, where that is shown with it.
        detail: how much is shown.
        since: the event with which the frame and the question appear, where that is an earlier one.
    """
    fact = event.fact
    if not isinstance(fact, Decided):
        return
    panel = Panel(sheet, event, since)
    panel.heading(question(fact.decision), event.seq)
    said = ""
    if ledger is not None and detail == "overview" and ledger[1].accepted:
        ledger = None
    if ledger is not None:
        judging, verdict = ledger
        _ledger(panel, verdict, judging.seq, detail)
        said = verdict.decisive.sentence if verdict.decisive else ""
    panel.options(fact, event.seq, beside="" if ledger else question(fact.decision))
    reason = "" if detail == "overview" or fact.reason == said else clean(fact.reason)
    if fact.taken_by == "outside":
        reason = f"A person decided this. {reason}".rstrip()
    if reason:
        panel.words(reason, "reason", event.seq)
    panel.close()


def returned(sheet: Sheet, event: Event) -> None:
    """Put the moment at which the handshake call of an API returns."""
    fact = event.fact
    if not isinstance(fact, HandshakeReturned):
        return
    _flag(sheet, event, f"handshake call returns: {fact.result} ({moment(event.at)})", "returned", "returned")
    x = sheet.stage.lanes[event.actor]
    sheet.put(Line(((x - 11, sheet.y - 16), (x + 11, sheet.y - 16)), "returned.bar", event.seq))


def state(sheet: Sheet, event: Event) -> None:
    """Put a move of the state machine."""
    fact = event.fact
    if isinstance(fact, StateChanged):
        _flag(sheet, event, f"{clean(fact.before)} → {clean(fact.after)}", "state", "state")


def read(sheet: Sheet, event: Event, words: str) -> None:
    """Put the moment at which a message is read."""
    _flag(sheet, event, words, "small", "note")


def _flag(sheet: Sheet, event: Event, words: str, text_style: str, box_style: str) -> None:
    """One line of text in a small box that stands beside its lane, on the inner side."""
    x = sheet.stage.lanes[event.actor]
    width = min(width_of(words, text_style), 360) + 16
    left = x + 14 if sheet.stage.opens_right(event.actor) else x - 14 - width
    sheet.y += 4
    sheet.put(Box(left, sheet.y, width, 23, box_style, event.seq, radius=4))
    sheet.line(words, text_style, event.seq, left + 8, sheet.y + 16, width=width - 16)
    sheet.y += 28


def note(sheet: Sheet, event: Event) -> None:
    """Put a fact that no message carries."""
    fact = event.fact
    if not isinstance(fact, Noted):
        return
    stage = sheet.stage
    x = stage.lanes.get(event.actor, stage.middle)
    inner = event.actor in ("client", "server")
    text, half = clean(fact.text), HALF_CARD - 2
    width = 2 * half if event.actor in stage.lanes and not inner else 300.0
    left = x - half if not inner or stage.opens_right(event.actor) else x + half - width
    sheet.y += 4
    height = height_of(text, "note", width - 16, 5) + 9
    sheet.put(Box(left, sheet.y, width, height, "note", event.seq, radius=4))
    sheet.paragraph(text, "note", event.seq, left + 8, sheet.y + 5, width=width - 16, most=5)
    sheet.y += height + 5
