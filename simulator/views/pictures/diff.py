"""Two runs side by side: aligned row by row, the first divergence marked, what follows from it on a ground.

Each column is a small sequence diagram of client and server. A row has one event of each run, or a word in
the middle that says which run has it alone. Enrolment is left out: what differs there stands in the table
of settings at the top.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec.structs import replace

from simulator.views.drawing.display import Box, Drawing, Line, Text, fit
from simulator.views.drawing.marks import Part, SectionMark
from simulator.views.drawing.sheet import MARGIN, Sheet
from simulator.views.drawing.style import Detail, detail_named
from simulator.views.pictures import arrows
from simulator.views.pictures.diff_column import COLUMN, Column
from simulator.views.pictures.page import blank, finished, head
from simulator.views.story.alignment import Alignment, align
from simulator.views.story.beat_kinds import Flight, joined
from simulator.views.story.diff_words import (
    MOST_SETTINGS,
    RELATION_WORDS,
    bookkeeping,
    description,
    missing_words,
    setting_words,
    summary,
    title_of,
)

if TYPE_CHECKING:
    from simulator.trace.trace import Trace
    from simulator.views.story.alignment import AlignedBeats

MIDDLE = 92.0  # between the columns, where the words of comparison stand
WIDTH = 2 * (MARGIN + COLUMN) + MIDDLE
STRIP = 28.0
LEAD = (
    "Alike: the same side does the same thing with the same result; bytes and moments may differ. What "
    "stands on the grey ground follows from the first divergence, the first that a side believes, knows, "
    "decides, says or gets back. ChangeCipherSpec, which says nothing of this, is left out."
)


def diff(a: Trace, b: Trace, *, detail: str = "messages") -> Drawing:
    """Lay two runs out side by side; an item's ``seq`` is that of its own run.

    Args:
        a: the run on the left.
        b: the run on the right.
        detail: ``overview`` (what was alike before the divergence in one line), ``messages``, or
            ``everything`` (with the fields of every message and the ledgers).

    Raises:
        OutputError: there is no such detail.
    """
    level = detail_named(detail)
    alignment = align(a, b)
    page = blank(WIDTH)
    told = filter(None, (summary(alignment), bookkeeping(alignment)))
    head(page, title_of(alignment), *told, lead=LEAD if alignment.divergence else "")
    _settings(page, alignment)
    _Rows(page, alignment, level).draw()
    return finished(page, title_of(alignment), description(alignment))


def _settings(sheet: Sheet, alignment: Alignment) -> None:
    """The different settings, a line for each."""
    rows = setting_words(alignment.a.setup, alignment.b.setup)
    if not rows:
        return
    label, width = 250.0, (WIDTH - 2 * MARGIN - 250.0) / 2
    sheet.line("What is set up differently", "matrix.head", 0, MARGIN, sheet.y + 13, width=600)
    sheet.y += 22
    for where, one, other in rows[:MOST_SETTINGS]:
        top, bottoms = sheet.y, []
        for text, style, x, room in (
            (where, "fact.label", MARGIN, label),
            (one, "fact", MARGIN + label, width),
            (other, "fact", MARGIN + label + width, width),
        ):
            bottoms.append(sheet.paragraph(text, style, 0, x, top, width=room - 16, most=2))
        sheet.y = max(bottoms) + 3
    if len(rows) > MOST_SETTINGS:
        more = f"and {len(rows) - MOST_SETTINGS} more"
        sheet.line(more, "fact.label", 0, MARGIN, sheet.y + 12, width=label)
        sheet.y += 18
    sheet.y += 16


class _Rows:
    """Draws row after row into two columns that keep step."""

    def __init__(self, page: Sheet, alignment: Alignment, detail: Detail) -> None:
        self.page, self.alignment, self.detail = page, alignment, detail
        self.left = Column(alignment.a, MARGIN, detail)
        self.right = Column(alignment.b, MARGIN + COLUMN + MIDDLE, detail)
        self.flight: tuple[Flight, Flight] | None = None

    def draw(self) -> None:
        """Everything from the lane cards to the levels."""
        page, rows = self.page, self.alignment.rows
        self._keep_step(page.y)
        self.left.name()
        self.right.name()
        self._keep_step()
        self.left.cards()
        self.right.cards()
        top = self._keep_step()
        before = [row for row in rows if not row.follows and not row.meanwhile]
        alike = [row for row in before if row.relation == "alike"]
        if self.detail == "overview" and self.alignment.divergence and len(alike) > 1:
            self._in_one_line(alike)
            before = [row for row in before if row.relation != "alike"]
        self._part(before)
        for row in rows:
            if row.parts:
                self._parting(row)
        self._meanwhile([row for row in rows if row.meanwhile])
        self._consequences([row for row in rows if row.follows and not row.parts])
        bottom = self._keep_step(page.y + 8)
        self.left.result()
        self.right.result()
        page.y = self._keep_step()
        for column in (self.left, self.right):
            for x in column.sheet.stage.lanes.values():
                page.back.append(Line(((x, top), (x, bottom - 8)), "lifeline", 0))
            page.middle += [*column.sheet.back, *column.sheet.middle]
            page.front += column.sheet.front
            page.whole += column.sheet.whole
            page.head = column.sheet.head

    def _keep_step(self, y: float = 0.0) -> float:
        """Set both columns and the page to the lowest of their heights, or to ``y``."""
        sheets = (self.page, self.left.sheet, self.right.sheet)
        lowest = max(y, *(sheet.y for sheet in sheets))
        for sheet in sheets:
            sheet.y = lowest
        return lowest

    def _in_one_line(self, before: list[AlignedBeats]) -> None:
        """The rows that are alike, in words."""
        names = [row.a.name for row in before if isinstance(row.a, Flight)]
        words = f"{len(before)} steps before it are alike: {', '.join(names)} …"
        self.page.y += 8
        width, top, place = WIDTH - 2 * MARGIN, self.page.y, len(self.page.front)
        bottom = self.page.paragraph(words, "reason", 0, MARGIN + 14, top + 8, width=width - 28, most=3)
        self.page.put_behind(place, Box(MARGIN, top, width, bottom + 6 - top, "note", 0, radius=5))
        self._keep_step(bottom + 14)

    def _part(self, rows: list[AlignedBeats]) -> None:
        """Rows one below the other; messages that are alike and go the same way share an arrow."""
        for row in rows:
            if not self._joins_flight(row):
                self._flush()
                self._row(row)
        self._flush()

    def _joins_flight(self, row: AlignedBeats) -> bool:
        """Take the messages of a row into the flight that is gathered, if they are alike."""
        a, b = row.a, row.b
        if self.detail == "everything" or row.relation != "alike":
            return False
        if not isinstance(a, Flight) or not isinstance(b, Flight):
            return False
        pair = (replace(a, fields=(), screen=()), replace(b, fields=(), screen=()))
        if self.flight is not None:
            one, other = joined(self.flight[0], pair[0]), joined(self.flight[1], pair[1])
            if one and other:
                self.flight = (one, other)
                return True
            self._flush()
        self.flight = pair
        return True

    def _flush(self) -> None:
        if self.flight is not None:
            (one, other), self.flight = self.flight, None
            top = self._keep_step()
            arrows.draw(self.left.sheet, one)
            arrows.draw(self.right.sheet, other)
            self._mark("alike" if one.lost == other.lost else "sent alike", top, one.event.seq)

    def _row(self, row: AlignedBeats) -> None:
        fields = row.parts or self.detail == "everything"
        fields = fields or (self.detail == "messages" and row.relation != "alike")
        top = self._keep_step()
        for column, beat in ((self.left, row.a), (self.right, row.b)):
            if beat is not None:
                column.put(beat, fields=fields)
        seq = next(beat.event.seq for beat in (row.a, row.b) if beat is not None)
        self._mark(RELATION_WORDS[row.relation], top, seq)

    def _mark(self, words: str, top: float, seq: int) -> None:
        """The word of comparison, in the middle of a row that was just drawn."""
        bottom = self._keep_step()
        style = "diff.mark.alike" if words == "alike" else "diff.mark"
        x, y = WIDTH / 2, (top + bottom) / 2 + 4
        self.page.put(Text(x, y, words, style, seq, "middle"))

    def _parting(self, row: AlignedBeats) -> None:
        """The first divergence: a frame over both columns with its name on it."""
        top = self._keep_step() + 6
        width = WIDTH - 2 * MARGIN + 12
        seq = next(beat.event.seq for beat in (row.a, row.b) if beat is not None)
        words = fit("First divergence: from here on the two runs go different ways", "choice", width - 40)
        self.page.middle.append(Box(MARGIN - 6, top, width, STRIP, "parting.label", seq, radius=5))
        self.page.put(Text(MARGIN + 12, top + 19, words, "choice", seq))
        self._keep_step(top + STRIP)
        self._row(row)
        missing = f"{missing_words(row)}."
        for column, beat in ((self.left, row.a), (self.right, row.b)):
            if beat is None:
                y = (top + STRIP + self.page.y) / 2 + 4
                self.page.put(Text(column.left + COLUMN / 2, y, missing, "small", seq, "middle"))
        bottom = self._keep_step() + 4
        self.page.back.insert(0, Box(MARGIN - 6, top, width, bottom - top, "parting", seq, radius=5))
        self.page.sections.append(SectionMark("The first divergence", top, top))
        self._keep_step(bottom + 4)

    def _meanwhile(self, rows: list[AlignedBeats]) -> None:
        """The rows of the other side, which come later and do not follow from it."""
        if rows:
            beat = rows[0].a or rows[0].b
            assert beat is not None
            top = self._keep_step() + 4
            title = f"Meanwhile, at the {beat.event.actor}"
            width = WIDTH - 2 * MARGIN + 12
            self.page.middle.append(Box(MARGIN - 6, top, width, STRIP, "note", beat.event.seq, radius=5))
            self.page.put(Text(MARGIN + 12, top + 19, title, "diff.mark", beat.event.seq))
            self.page.sections.append(SectionMark(title, top, top + STRIP))
            self._keep_step(top + STRIP)
            self._part(rows)

    def _consequences(self, rows: list[AlignedBeats]) -> None:
        """The rows that follow from it, on their own ground."""
        if not rows:
            return
        top = self._keep_step() + 4
        left, width = MARGIN - 6, WIDTH - 2 * MARGIN + 12
        self.page.middle.append(Box(left + 5, top, width - 10, STRIP, "follows", 0))
        title = "What follows from it"
        self.page.put(Text(MARGIN + 12, top + 19, title, "diff.mark", 0))
        self.page.sections.append(SectionMark(title, top, top + STRIP))
        self._keep_step(top + STRIP)
        self._part(rows)
        bottom = self._keep_step() + 6
        ground = Box(left, top, width, bottom - top, "follows", 0, radius=5, part=Part.BAND)
        bar = Box(left, top, 5, bottom - top, "follows.bar", 0, part=Part.BAND)
        self.page.back[:0] = [ground, bar]
        self._keep_step(bottom)
