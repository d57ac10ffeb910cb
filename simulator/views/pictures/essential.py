"""The picture for one slide, 16:9: two actors, an arrow for each message that matters, a line a decision.

The rows get as much air as fits, so that a short story fills the slide and a long one does not leave it. What
does not fit even without air is folded: remarks first, then arrows of one way.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec.structs import replace

from simulator.trace.setup import PASSES_ON
from simulator.trust.verdict import CheckOutcome
from simulator.views.drawing import glyphs
from simulator.views.drawing.display import Box, Drawing, Line, Text, fit, width_of, wrap
from simulator.views.drawing.marks import BandMark, LaneMark, Part
from simulator.views.drawing.sheet import MARGIN, Sheet, Stage, pitch_of
from simulator.views.pictures.arrows import arrow
from simulator.views.pictures.beliefs import BRIEF_WIDTH, BeliefLane
from simulator.views.pictures.footer import ladder
from simulator.views.pictures.heading import column_titles
from simulator.views.story.beat_kinds import Flight
from simulator.views.story.caption import caption
from simulator.views.story.essence import essence, folded
from simulator.views.story.lanes import names_of, run_title, version_words
from simulator.views.story.words import clean

if TYPE_CHECKING:
    from simulator.trace.trace import Trace
    from simulator.views.story.essence import Choice, Essence, Row

WIDTH, HEIGHT = 960.0, 540.0
ROOM = WIDTH - 2 * MARGIN
LEFT = MARGIN + BRIEF_WIDTH + 10  # of the bands
RIGHT = WIDTH - LEFT
LANES = {"client": LEFT + 158, "server": RIGHT - 102}
MIDDLE, TALK = sum(LANES.values()) / 2, LANES["server"] - LANES["client"]
BOXES = {"client": (LANES["client"] - 14, RIGHT - 8), "server": (LANES["client"] + 16, RIGHT - 8)}
LOOKS = {  # of a ground and of the box that it decides, worst first
    CheckOutcome.FAIL: "verdict.fail",
    CheckOutcome.NOT_EVALUATED: "verdict",
    CheckOutcome.NOT_REACHED: "verdict",
    CheckOutcome.PASS: "verdict.pass",
}
HALF_CARD = 102.0
CARDS, TOP, BOTTOM = 71.0, 116.0, 453.0  # the cards, and the story from its top to its bottom
RUNG_WIDTH, REFUSED_WIDTH, RUNG_STEP = 101.0, 72.0, 4.5
END = BOTTOM + 4  # of the beliefs, with the gap below each
AIR, STEPS = 70.0, 256  # the most that is put around a row, in steps of a third of a pixel


def essential(trace: Trace) -> Drawing:
    """Lay a trace out as one slide."""
    return _fitted(trace).drawing()


def essential_frames(trace: Trace) -> list[Drawing]:
    """The slide as it fills: without a step, with each step more, with the result; nothing in it moves."""
    whole = _fitted(trace)
    bands = [row.event.step.band for row in whole.told.rows]
    starts = [place for place, band in enumerate(bands) if not place or band is not bands[place - 1]]
    ends = [0, *starts[1:], len(bands)]
    partial = [_Slide(trace, whole.told, whole.air, END, shown=end).drawing(whole) for end in ends]
    drawings = [*partial, whole.drawing()]
    title = drawings[0].title
    return [
        replace(drawing, title=f"{title}, picture {place} of {len(ends)}")
        for place, drawing in enumerate(drawings)
    ]


def _fitted(trace: Trace) -> _Slide:
    """The slide of a run with the most air that fits, folded if none does."""
    told = essence(trace)
    while (bottom := _Slide(trace, told, 0.0).bottom) > BOTTOM and (less := folded(told)) != told:
        told = less
    # Each row takes what air it gets, unless a belief beside it has made room already. So what is left below,
    # shared among the rows, always fits; where that is less than a step, one more is tried.
    steps = 0
    while steps < STEPS:
        more = max(1, int((BOTTOM - bottom) / len(told.rows) / AIR * STEPS))
        tried = _Slide(trace, told, AIR * (steps + more) / STEPS)
        if tried.bottom > BOTTOM:
            break
        steps, bottom = steps + more, tried.bottom
    return _Slide(trace, told, AIR * min(steps, STEPS - 1) / STEPS, END)


class _Slide:
    """The slide with so much air around each row; what stands above and below the rows is always the same."""

    def __init__(
        self, trace: Trace, told: Essence, air: float, end: float = 0.0, shown: int | None = None
    ) -> None:
        self.trace, self.told, self.air = trace, told, air
        sheet = self.sheet = Sheet(Stage(trace.setup.actors, LANES, LEFT, RIGHT, WIDTH), TOP)
        self.beliefs = {side: BeliefLane(sheet, left_side=side == "client", brief=True) for side in LANES}
        for place, row in enumerate(told.rows[:shown]):
            if not place or row.event.step.band is not told.rows[place - 1].event.step.band:
                self._band(row)
            self._believe(place)
            sheet.y += self.air / 2
            if isinstance(row, Flight):
                self._message(row)
            else:
                self._judgement(row)
            sheet.y += self.air / 2
        if shown == 0:
            self._believe(-1)
        sheet.y = max(sheet.y, end)
        for lane in self.beliefs.values():
            lane.end()
        self.bottom = sheet.y

    def drawing(self, whole: _Slide | None = None) -> Drawing:
        """The slide; of one that is not filled yet ``whole`` is what it will be."""
        sheet, trace = self.sheet, self.trace
        self._grounds((whole or self).sheet.bands)
        self._foot(reached=whole is None)
        self._head()
        sheet.whole.append((0.0, HEIGHT))
        paper = Box(0, 0, WIDTH, HEIGHT, "paper", 0, part=Part.PAPER)
        ends = [((x, CARDS + 39), (x, BOTTOM)) for x in LANES.values()]
        lifelines = [Line(points, "lifeline", 0, part=Part.LIFELINE) for points in ends]
        if self._passed:
            points = ((MIDDLE, CARDS + 39), (MIDDLE, BOTTOM))
            lifelines.append(Line(points, "lifeline.idle", 0, part=Part.LIFELINE))
        title = clean(f"{run_title(trace.setup)}: {version_words(trace)} in essence")
        items = (paper, *sheet.back, *lifelines, *sheet.middle, *sheet.front)
        return Drawing(WIDTH, HEIGHT, title, caption(trace), items, sheet.marks(), tuple(sheet.meanwhile))

    @property
    def _passed(self) -> bool:
        """There is a party that hands every record on."""
        return any(actor.role == PASSES_ON for actor in self.trace.setup.actors)

    def _head(self) -> None:
        """Title, what came before, the two cards, and the titles of the columns."""
        sheet, setup = self.sheet, self.trace.setup
        with sheet.within(Part.TITLE):
            connection, version = setup.connections[0], version_words(self.trace)
            which = f"connection {connection.number} of {connection.count} · " * (connection.count > 1)
            edge = 280 if which else 80
            sheet.line(clean(setup.title), "title", 0, MARGIN, 37, width=ROOM - edge)
            sheet.line(which + version, "plain", 0, WIDTH - MARGIN, 37, width=edge, anchor="end")
            self._before()
        place = len(sheet.front)
        with sheet.within(Part.CARD):
            for side, x in LANES.items():
                title, words = names_of(setup).title(side), self.told.cards.get(side, "")
                sheet.put(Box(x - HALF_CARD, CARDS, 2 * HALF_CARD, 39, "header", 0, radius=8))
                sheet.put(Text(x, CARDS + 18, title, "lane", 0, "middle"))
                sheet.line(words, "lane.small", 0, x, CARDS + 33, width=2 * HALF_CARD - 4, anchor="middle")
                sheet.lanes.append(LaneMark(title, x, (words,)))
            if self._passed:
                sheet.put(Box(MIDDLE - 76, CARDS, 152, 39, "header", 0, radius=8))
                sheet.put(Text(MIDDLE, CARDS + 18, "Redirector", "lane", 0, "middle"))
                sheet.line("passes through", "lane.small", 0, MIDDLE, CARDS + 33, width=144, anchor="middle")
        with sheet.within(Part.COLUMN):
            sheet.y = TOP - 8
            column_titles(sheet, BRIEF_WIDTH)
        sheet.head = sheet.span_since(place)

    def _before(self) -> None:
        """As many sentences on the time before as have room in one line."""
        words = ""
        for said in self.told.before:
            longer = f"{words} · {said}" if words else f"Before: {said}"
            words = longer if not words or width_of(longer, "small") <= ROOM - 20 else words
        if words:
            self.sheet.put(Box(MARGIN, 45, ROOM, 20, "band.ENROLMENT", 0, radius=5))
            self.sheet.line(words, "small", 0, MARGIN + 10, 59.5, width=ROOM - 20)

    def _believe(self, place: int) -> None:
        """Begin the beliefs that a row gives rise to; of several of one side the last counts."""
        begin = (place, -1) if place == 0 else (place,)
        for side, belief in {b.event.actor: b for beside, b in self.told.beliefs if beside in begin}.items():
            self.beliefs[side].change(belief)

    def _band(self, row: Row) -> None:
        """Begin a band with its number and its short name."""
        sheet, step, seq = self.sheet, row.event.step.band, row.event.seq
        number = self.told.number_of(row)
        sheet.y += 4 if sheet.bands else 0
        x, y = LEFT + 18, sheet.y + 16
        sheet.bands.append(BandMark(number, step, seq, sheet.y, sheet.y, sheet.y))
        with sheet.within(Part.HEADING, seq):
            sheet.put(Box(x - 10, y - 10, 20, 20, f"step.{step.value}", seq, radius=10))
            sheet.put(Text(x, y + 4.7, str(number), "band.number", seq, "middle"))
            sheet.put(Text(x + 15, y + 4.7, step.short_title, f"band.name.{step.value}", seq))

    def _grounds(self, bands: list[BandMark]) -> None:
        """Colour the bands, each down to the next and the last to the end."""
        sheet = self.sheet
        ends = [*(band.top - 4 for band in bands[1:]), BOTTOM]
        sheet.bands = [replace(band, bottom=end) for band, end in zip(sheet.bands, ends, strict=False)]
        for band in sheet.bands:
            style, height = f"band.{band.step.value}", band.bottom - band.top
            ground = Box(LEFT, band.top, RIGHT - LEFT, height, style, band.seq, 5, part=Part.BAND)
            sheet.back.append(replace(ground, since=band.seq))

    def _message(self, row: Flight) -> None:
        """The name above the arrow with its lock or its stop sign, and the remark below."""
        sheet, seq, style = self.sheet, row.event.seq, "message.alert" if row.refusal else "message"
        if not row.refusal and width_of(row.name, style) > TALK - 60:
            style = "message.long"
        name = fit(row.name, style, TALK - 44)
        middle = MIDDLE + (52 if row.event.actor == "server" else -52) * row.lost  # beside "never read"
        text = Text(middle, sheet.y + 14, name, style, seq, "middle", row.name if name != row.name else "")
        sheet.put(text)
        left = text.extent[0] - 8 - glyphs.LOCK_WIDTH
        if row.encrypted:
            sheet.put(*glyphs.lock(left, sheet.y + 2, seq))
        if row.refusal:
            sheet.put(*glyphs.octagon(left - 14 if row.encrypted else left, sheet.y + 9, 8, seq))
        sheet.y += 23 if row.encrypted else 20
        arrow(sheet, row, LANES[row.event.actor], LANES[row.receiver])
        sheet.y += 6 if row.encrypted else 4
        for words in row.fields:
            sheet.y += pitch_of("small")
            sheet.line(words, "small", seq, MIDDLE, sheet.y - 2, width=TALK + 40, anchor="middle")
            sheet.y += 3

    def _judgement(self, row: Choice) -> None:
        """A quiet line, or the large box that the outcome rests on."""
        sheet, seq, place = self.sheet, row.event.seq, len(self.sheet.front)
        left, right = BOXES[row.event.actor]
        top, x, y, edge = sheet.y + 3, left + 14, sheet.y + 9, left
        for outcome, words in row.grounds:
            style = LOOKS[outcome] if row.decides else "check"
            more = sum(width_of(words, style) + 42 for _, words in row.grounds[1:]) if x == left + 14 else 0
            room = right - x - 34 - (0 if row.decides else more)
            pitch, most = pitch_of(style), 3 if row.decides else 2 if len(row.grounds) == 1 else 1
            lines = wrap(words, style, room, most)
            sheet.put(glyphs.mark(outcome, x, y + 0.5 * pitch, seq))
            below = sheet.paragraph(words, style, seq, x + 20, y + 0.12 * pitch, width=room, most=most)
            edge = max(edge, x + 20 + max(width_of(line, style) for line in lines) + 14)
            if row.decides:
                y = below
            else:
                x = edge + 8
        sheet.y = below + 6
        frame = Box(left, top, edge - left, sheet.y - top, "decision", seq, 8)
        if row.decides:
            worst = LOOKS[min((outcome for outcome, _ in row.grounds), key=list(LOOKS).index)]
            against = worst == "verdict.fail" and not row.refuses  # a person accepted what failed
            frame = replace(frame, width=right - left, style="verdict" if against else worst)
        sheet.put_behind(place, frame)
        sheet.y += 3

    def _foot(self, *, reached: bool) -> None:
        """The ladder; once it is reached, with the level and its meaning in words beside it."""
        sheet, seq, top = self.sheet, self.trace.events[-1].seq, BOTTOM + 8
        sheet.foot = top
        level, words = self.told.result
        with sheet.within(Part.FOOT):
            size = {"width": RUNG_WIDTH, "last": REFUSED_WIDTH, "step": RUNG_STEP}
            ladder(sheet, self.trace.card.level if reached else None, MARGIN, top, seq, **size)
            if not reached:
                return
            x = MARGIN + 6 * RUNG_WIDTH + 26 + REFUSED_WIDTH + 12
            room, meaning = WIDTH - MARGIN - x, f"{words[0].upper()}{words[1:]}."
            sheet.line(level, "result", seq, x, top + 14, width=room)
            sheet.paragraph(meaning, "small", seq, x, top + 20, width=room, most=3)
