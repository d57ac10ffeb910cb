"""One of the two columns of a comparison: a small sequence diagram of client and server."""

from __future__ import annotations

from typing import TYPE_CHECKING

from simulator.trace.facts import (
    Alert,
    BeliefChanged,
    Checked,
    Decided,
    HandshakeReturned,
    Received,
    Sent,
    StateChanged,
)
from simulator.views.drawing.display import Box, width_of
from simulator.views.drawing.glyphs import hatching, octagon
from simulator.views.drawing.sheet import GUTTER, HALF_CARD, TALK_PITCH, Sheet, Stage
from simulator.views.pictures import arrows, panels
from simulator.views.story import flights
from simulator.views.story.alignment import fresh_checks
from simulator.views.story.diff_words import event_words
from simulator.views.story.fields import key_fields
from simulator.views.story.lanes import under_title
from simulator.views.story.reading import reads, unread, version_of
from simulator.views.story.words import clean, level_name

if TYPE_CHECKING:
    from simulator.security import SecurityLevel
    from simulator.trace.facts import Event
    from simulator.trace.trace import Trace
    from simulator.views.drawing.style import Detail

COLUMN = 2 * (HALF_CARD + GUTTER) + TALK_PITCH


class Column:
    """One run on a sheet of its own, which lies over the page."""

    def __init__(self, trace: Trace, left: float, detail: Detail) -> None:
        self.trace, self.left, self.detail = trace, left, detail
        start = self.left + HALF_CARD + GUTTER
        lanes = {"client": start, "server": start + TALK_PITCH}
        self.sheet = Sheet(Stage((), lanes, self.left, self.left + COLUMN, self.left + COLUMN))
        self.reads, self.unread, self.fresh = reads(self.trace), unread(self.trace), fresh_checks(self.trace)
        self.version = version_of(self.trace)

    def message(self, event: Event, *, fields: bool) -> flights.Message:
        """A message as a row of a sequence diagram."""
        words = key_fields(event, self.version) if fields else ()
        return flights.message(event, words, self.reads.get(event.seq), lost=event.seq in self.unread)

    def put(self, event: Event, *, fields: bool) -> None:
        """One event in its lane."""
        match event.fact:
            case Sent() | Alert(direction="sent"):
                arrows.draw(self.sheet, self.message(event, fields=fields))
            case Checked(verdict=verdict):
                fresh = self.fresh[event.seq]
                if len(fresh) == len(verdict.checks):
                    detail = self.detail if fields else "overview"
                    panels.judgement(self.sheet, event, verdict, detail)
                elif fresh:
                    panels.proof(self.sheet, event, fresh, verdict.role)
            case Decided():
                panels.decision(self.sheet, event, None, self.detail if fields else "overview")
            case HandshakeReturned():
                panels.returned(self.sheet, event)
            case StateChanged():
                panels.state(self.sheet, event)
            case Received() | Alert():
                panels.read(self.sheet, event, event_words(event))
            case BeliefChanged(level=level, assumed=assumed):
                self._belief(event, level, assumed=assumed)
            case _:
                pass

    def _belief(self, event: Event, level: SecurityLevel, *, assumed: bool) -> None:
        """A belief as a chip on its lane, hatched at its edge where it is only assumed."""
        sheet, words = self.sheet, event_words(event)
        edge = 18.0 if assumed else 0.0
        width = width_of(words, "belief") + 20 + edge
        lane = sheet.stage.outer_edge(event.actor)
        left = lane if sheet.stage.opens_right(event.actor) else lane - width
        sheet.y += 5
        sheet.put(Box(left, sheet.y, width, 25, f"level.{level.value}", event.seq, radius=5))
        if assumed:
            sheet.put_all(hatching(left + width - edge, sheet.y + 1, edge - 1, 23, event.seq))
        style = "belief.assumed" if assumed else "belief.held"
        sheet.put(Box(left, sheet.y, width, 25, style, event.seq, radius=5))
        sheet.line(words, "belief", event.seq, left + 10, sheet.y + 17, width=width - 20 - edge)
        sheet.y += 31

    def name(self) -> None:
        """Which run it is."""
        sheet, setup = self.sheet, self.trace.setup
        self.place = len(sheet.front)
        sheet.y = sheet.paragraph(
            clean(setup.title), "belief.title", 0, self.left, sheet.y, width=COLUMN, most=2
        )
        sheet.y = (
            sheet.paragraph(
                clean(under_title(self.trace)), "small", 0, self.left, sheet.y, width=COLUMN, most=2
            )
            + 8
        )

    def cards(self) -> None:
        """What stands above the two lanes."""
        sheet = self.sheet
        for name, x in sheet.stage.lanes.items():
            sheet.put(Box(x - HALF_CARD, sheet.y, 2 * HALF_CARD, 34, "header", 0, radius=9))
            sheet.line(
                name.capitalize(), "lane", 0, x, sheet.y + 23, width=2 * HALF_CARD - 16, anchor="middle"
            )
        sheet.y += 34
        sheet.head = sheet.span_since(self.place)

    def result(self) -> None:
        """The level that came out."""
        sheet, level, seq = self.sheet, self.trace.card.level, self.trace.events[-1].seq
        top = sheet.y
        sheet.put(Box(self.left, top, COLUMN, 74, f"level.edge.{level.value}", seq, radius=9))
        x = self.left + 18
        if level.rung is None:
            sheet.put_all(octagon(x + 14, top + 28, 14, seq))
            x += 40
        sheet.line(level_name(level), "level", seq, x, top + 37, width=COLUMN - 76)
        words = level.plain_words[0].upper() + level.plain_words[1:] + "."
        sheet.line(words, "plain", seq, self.left + 18, top + 61, width=COLUMN - 36)
        sheet.y = top + 74
