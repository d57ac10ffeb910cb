"""The sequence diagram: a trace laid out as a display list.

Time goes down. Each message is one arrow at the moment of its *sending*; what the receiver makes of it
follows below, so that a message which was sent and never read shows as such. Bands are runs of events of
the same step. CA lanes stand idle during the connection, because no side asks a CA then.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec.structs import replace

from simulator.trace.setup import PASSES_ON
from simulator.views.drawing.display import Box, Line, Text, wrap
from simulator.views.drawing.marks import BandMark, Part
from simulator.views.drawing.sheet import Sheet, Stage
from simulator.views.drawing.style import ESSENTIAL, Detail, detail_named
from simulator.views.pictures import arrows, panels
from simulator.views.pictures.beliefs import BeliefLane, GapShade
from simulator.views.pictures.essential import essential
from simulator.views.pictures.footer import foot
from simulator.views.pictures.heading import head
from simulator.views.pictures.page import finished
from simulator.views.story.beat_kinds import (
    Band,
    Beat,
    Belief,
    CallReturned,
    Decision,
    Flight,
    Ledger,
    Remark,
)
from simulator.views.story.beats import selection
from simulator.views.story.caption import caption
from simulator.views.story.lanes import run_title, version_words

if TYPE_CHECKING:
    from collections.abc import Iterator

    from simulator.trace.trace import Trace
    from simulator.views.drawing.display import Drawing

STRIP_HEIGHT = 27.0


def sequence(trace: Trace, *, detail: str = "messages") -> Drawing:
    """Lay a trace out as a sequence diagram.

    Args:
        trace: what happened.
        detail: ``essential`` (one slide), ``overview`` (flights and choices), ``messages``, or ``everything``
            (states, readings and every line of the ledgers).

    Raises:
        OutputError: there is no such detail.
    """
    if detail == ESSENTIAL:
        return essential(trace)
    level = detail_named(detail)
    sheet = Sheet(Stage.of(trace))
    head(sheet, trace, level)
    below_cards = sheet.y
    sheet.y += 10
    story = _Story(sheet, trace, level)
    sheet.back += _lifelines(sheet.stage, below_cards, sheet.y, story.idle_from)
    foot(sheet, trace)
    title = f"{run_title(trace.setup)}: {version_words(trace)} sequence diagram"
    return finished(sheet, title, caption(trace))


class _Story:
    """Goes through the beats from top to bottom and keeps what the next row must know."""

    def __init__(self, sheet: Sheet, trace: Trace, detail: Detail) -> None:
        self.sheet = sheet
        self.lanes = {
            "client": BeliefLane(sheet, left_side=True),
            "server": BeliefLane(sheet, left_side=False),
        }
        self.shade = GapShade(sheet)
        self.band: Band | None = None
        self.idle_from: dict[str, float] = {}
        for beat in selection(trace, detail):
            self._put(beat)
        for lane in self.lanes.values():
            lane.end()
        self._close_band()

    def _put(self, beat: Beat | Band) -> None:
        """Put what one beat has to show."""
        sheet = self.sheet
        match beat:
            case Band():
                self._close_band()
                self._open_band(beat)
            case Flight():
                arrows.draw(sheet, beat)
            case Ledger():
                panels.ledger(sheet, beat)
            case Decision():
                panels.decision(sheet, beat)
            case Belief():
                self.shade.end(beat.gap)
                if beat.event.actor in self.lanes:
                    self.lanes[beat.event.actor].change(beat)
            case CallReturned():
                self.shade.begin(beat.gap)
                panels.returned(sheet, beat)
            case Remark(kind="note" | "end"):
                panels.note(sheet, beat)
            case Remark(kind="idle"):
                self._idle(beat)
            case Remark():
                panels.flag(sheet, beat)

    def _open_band(self, band: Band) -> None:
        """Begin a new band: a strip with its number and the step's title."""
        sheet, stage = self.sheet, self.sheet.stage
        step, seq, top, since = band.step, band.event.seq, self.sheet.y, band.since
        self.band = band
        width = stage.right - stage.left
        with sheet.within(Part.BAND, since):
            sheet.put(Box(stage.left, top, width, STRIP_HEIGHT, f"strip.{step.value}", seq, radius=5))
        x, y = stage.left + 18, top + STRIP_HEIGHT / 2
        with sheet.within(Part.HEADING, since):
            if band.number:
                sheet.put(Box(x - 10, y - 10, 20, 20, f"step.{step.value}", seq, radius=10))
                sheet.put(Text(x, y + 4.7, str(band.number), "band.number", seq, "middle"))
                x += 18
            sheet.line(step.title, f"band.title.{step.value}", seq, x, top + 19, width=width - 190)
        with sheet.within(Part.TIME, since):
            sheet.line(band.when, "band.time", seq, stage.right - 12, top + 18, width=140, anchor="end")
        sheet.bands.append(BandMark(band.number, step, since, top, top + STRIP_HEIGHT, top + STRIP_HEIGHT))
        sheet.y = top + STRIP_HEIGHT + 5

    def _idle(self, beat: Remark) -> None:
        """Say beside an idle CA's lane that no side asks it; the lane goes on in dots below the words."""
        x, y, seq = self.sheet.stage.lanes[beat.lane], self.sheet.y + 6, beat.event.seq
        with self.sheet.within(Part.IDLE):
            self.sheet.rows(wrap(beat.words, "lane.idle", 150), "lane.idle", seq, x, y + 10, "middle")
        self.idle_from[beat.lane] = y + 36

    def _close_band(self) -> None:
        if self.band is None:
            return
        sheet, stage, since = self.sheet, self.sheet.stage, self.band.since
        sheet.y += 6
        band = sheet.bands[-1] = replace(sheet.bands[-1], bottom=sheet.y)
        width, height, seq = stage.right - stage.left, band.bottom - band.top, self.band.event.seq
        style = f"band.{band.step.value}"
        ground = Box(stage.left, band.top, width, height, style, seq, 5, part=Part.BAND, since=since)
        sheet.back.append(ground)
        sheet.y += 5
        self.band = None


def _lifelines(stage: Stage, top: float, bottom: float, idle_from: dict[str, float]) -> Iterator[Line]:
    """A line down from every card; dotted where a CA has nothing to do any more."""
    for name, x in stage.lanes.items():
        end = idle_from[name] - 36 if name in idle_from else bottom
        style = "lifeline.idle" if name == PASSES_ON else "lifeline"  # arrows and words go through it
        yield Line(((x, top), (x, end)), style, 0, part=Part.LIFELINE)
        if name in idle_from:
            below = ((x, idle_from[name]), (x, bottom))
            yield Line(below, "lifeline.idle", 0, part=Part.LIFELINE)
