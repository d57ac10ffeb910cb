"""One of the two columns of a comparison: a small sequence diagram of client and server."""

from __future__ import annotations

from typing import TYPE_CHECKING

from simulator.views.drawing.display import Box, width_of
from simulator.views.drawing.glyphs import hatching, octagon
from simulator.views.drawing.sheet import GUTTER, HALF_CARD, TALK_PITCH, Sheet, Stage
from simulator.views.drawing.style import ground_of
from simulator.views.pictures import arrows, panels
from simulator.views.pictures.page import LANE_HEAD, lane_head
from simulator.views.story.beat_kinds import Belief, CallReturned, Decision, Flight, Ledger, Remark
from simulator.views.story.beats import beats, with_proofs
from simulator.views.story.lanes import run_title, under_title
from simulator.views.story.words import clean, level_name, level_sentence

if TYPE_CHECKING:
    from simulator.trace.trace import Trace
    from simulator.views.drawing.style import Detail
    from simulator.views.story.beat_kinds import Beat

COLUMN = 2 * (HALF_CARD + GUTTER) + TALK_PITCH


class Column:
    """One run on a sheet of its own, which lies over the page."""

    def __init__(self, trace: Trace, left: float, detail: Detail) -> None:
        self.trace, self.left, self.detail = trace, left, detail
        start = self.left + HALF_CARD + GUTTER
        lanes = {"client": start, "server": start + TALK_PITCH}
        self.sheet = Sheet(Stage((), lanes, self.left, self.left + COLUMN, self.left + COLUMN))
        self.beats, self.brief = (
            {beat.event.seq: beat for beat in with_proofs(beats(trace, words))}
            for words in (detail, "overview")
        )

    def put(self, beat: Beat, *, fields: bool) -> None:
        """One beat in its lane."""
        beat = (self.beats if fields else self.brief)[beat.event.seq]
        match beat:
            case Flight():
                arrows.draw(self.sheet, beat)
            case Ledger():
                panels.ledger(self.sheet, beat)
            case Decision():
                panels.decision(self.sheet, beat)
            case CallReturned():
                panels.returned(self.sheet, beat)
            case Remark(kind="state" | "reading"):
                panels.flag(self.sheet, beat)
            case Remark(kind="end"):
                panels.note(self.sheet, beat)
            case Belief():
                self._belief(beat)

    def _belief(self, belief: Belief) -> None:
        """A belief as a chip on its lane, hatched at its edge where it is only assumed."""
        sheet, words, event = self.sheet, belief.headline, belief.event
        edge = 18.0 if belief.assumed else 0.0
        width = width_of(words, "belief") + 20 + edge
        lane = sheet.stage.outer_edge(event.actor)
        left = lane if sheet.stage.opens_right(event.actor) else lane - width
        sheet.y += 5
        sheet.put(Box(left, sheet.y, width, 25, ground_of(belief.held), event.seq, radius=5))
        if belief.assumed:
            sheet.put(*hatching(left + width - edge, sheet.y + 1, edge - 1, 23, event.seq))
        style = "belief.assumed" if belief.assumed else "belief.held"
        sheet.put(Box(left, sheet.y, width, 25, style, event.seq, radius=5))
        sheet.line(words, "belief", event.seq, left + 10, sheet.y + 17, width=width - 20 - edge)
        sheet.y += 31

    def name(self) -> None:
        """Title and settings of the run."""
        sheet, setup = self.sheet, self.trace.setup
        self.place = len(sheet.front)
        for words, style in ((run_title(setup), "belief.title"), (under_title(self.trace), "small")):
            sheet.y = sheet.paragraph(clean(words), style, 0, self.left, sheet.y, width=COLUMN, most=2)
        sheet.y += 8

    def cards(self) -> None:
        """The cards above the two lanes."""
        sheet = self.sheet
        for name, x in sheet.stage.lanes.items():
            lane_head(sheet, name.capitalize(), x, 2 * HALF_CARD)
        sheet.y += LANE_HEAD
        sheet.head = sheet.span_since(self.place)

    def result(self) -> None:
        """The level that came out."""
        sheet, level, seq = self.sheet, self.trace.card.level, self.trace.events[-1].seq
        top = sheet.y
        sheet.put(Box(self.left, top, COLUMN, 74, f"level.edge.{level.value}", seq, radius=9))
        x = self.left + 18
        if level.rung is None:
            sheet.put(*octagon(x + 14, top + 28, 14, seq))
            x += 40
        sheet.line(level_name(level), "level", seq, x, top + 37, width=COLUMN - 76)
        sheet.line(level_sentence(level), "plain", seq, self.left + 18, top + 61, width=COLUMN - 36)
        sheet.y = top + 74
