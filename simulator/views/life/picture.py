"""The life of a certificate: validity, renewals and every connection's level on one axis of time."""

from __future__ import annotations

import math
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from simulator.release import RELEASE
from simulator.views.drawing.cells import hanging, wrap_cells
from simulator.views.drawing.display import Anchor, Box, Drawing, Line, Polygon, width_of, wrap
from simulator.views.drawing.marks import Scales
from simulator.views.drawing.sheet import MARGIN, Sheet, pitch_of
from simulator.views.drawing.style import Detail, detail_named, ground_of
from simulator.views.life.life import DatedConnection, Life, Occurrence, Validity, life_of
from simulator.views.pictures.page import blank, finished, head
from simulator.views.story.lanes import whole_title
from simulator.views.story.words import MONTHS, clean, date_words, level_name

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from simulator.trace.trace import Trace
    from simulator.views.drawing.marks import Point

TITLE = "over time"
LEAD = (
    "A bar is the time in which a certificate is valid; where it is pointed, it goes on. An upright line is "
    "a connection: dots mark the certificates shown in it, and the level that came out stands below."
)
LEAD_OF_LISTS = " A dashed bar is the time for which a revocation list holds."
NAMES, AXIS = 190.0, 900.0
LEFT, RIGHT = MARGIN + NAMES, MARGIN + NAMES + AXIS
WIDTH = RIGHT + 2 * MARGIN
ROW, BAR, TIP, DOT = 34.0, 20.0, 9.0, 5.0
LEVEL_WIDTH, LEVEL_HEIGHT, LEVEL_GAP = 172.0, 50.0, 8.0
FAN = 26.0  # in which the lines of connections go apart, to the boxes of their levels
WORDS_WIDTH = 250.0
CONNECTION = "belief.held"  # the line of a connection
MOST_TICKS = 10
MOST_LINES = 5  # of what happened between two connections
MONTH_STEPS = (1, 2, 3, 6, 12, 24, 60)
DAY_STEPS = (1, 2, 5, 10, 20)
HOUR_STEPS = (1, 2, 3, 6, 12)
SHORT = timedelta(days=3)  # below it ticks stand at hours
LONG = timedelta(days=75)  # from here on ticks stand at months


def life(trace: Trace, *, detail: str = "messages") -> Drawing:
    """Lay the life of a run's certificates out.

    Args:
        trace: what happened, in one connection or several.
        detail: ``overview`` leaves the certificates of CAs and what happened between connections out.

    Raises:
        OutputError: the detail is unknown.
    """
    level = detail_named(detail)
    sheet = blank(WIDTH)
    told = _Life(sheet, life_of(trace), level)
    lead = LEAD + (LEAD_OF_LISTS if any(one.kind == "list" for one in told.validities) else "")
    head(sheet, f"{whole_title(trace)}: {TITLE}", clean(_under(trace)), lead=lead)
    told.draw()
    return finished(sheet, f"{whole_title(trace)}: {TITLE}", life_text(trace, 100))


def _under(trace: Trace) -> str:
    """Enough to make the same picture again."""
    setup = trace.setup
    return f"TLS {setup.tls} · scenario {setup.scenario} · seed {setup.seed} · release {RELEASE}"


class _Life:
    """Bars, occurrences and connections, from top to bottom."""

    def __init__(self, sheet: Sheet, told: Life, detail: Detail) -> None:
        self.sheet, self.told = sheet, told
        whole = detail != "overview"
        self.validities = [one for one in told.validities if whole or one.kind == "certificate"]
        self.occurrences = told.occurrences if whole else ()
        self.uprights = [self.x(one.at) for one in told.connections]

    def x(self, moment: datetime) -> float:
        """The place of a moment; those beyond the axis stand at its end."""
        share = (moment - self.told.begin) / (self.told.end - self.told.begin)
        return LEFT + AXIS * min(1.0, max(0.0, share))

    def draw(self) -> None:
        """Draw everything."""
        self._ticks()
        top = self.sheet.y - 10
        for validity in self.validities:
            self._bar(validity)
        for occurrence in self.occurrences:
            self._occurrence(occurrence)
        bottom = self.sheet.y + 6
        for connection in self.told.connections:
            x = self.x(connection.at)
            self.sheet.middle.append(Line(((x, top), (x, bottom)), CONNECTION, connection.seq))
        self._levels(bottom)
        days = (self.told.end - self.told.begin) / timedelta(days=1)
        first = (self.told.begin - self.told.connections[0].at) / timedelta(days=1)
        self.sheet.scales = Scales(x=((first, LEFT), (first + days, RIGHT)), y=((0, top), (1, bottom)))

    def _ticks(self) -> None:
        """The axis above the bars."""
        y = self.sheet.y + 16
        for moment, words in ticks(self.told.begin, self.told.end):
            x = self.x(moment)
            self.sheet.put(Line(((x, y + 6), (x, y + 14)), "rule", 0))
            self.sheet.line(words, "small", 0, x, y, width=AXIS / 6, anchor="middle")
        self.sheet.put(Line(((LEFT, y + 14), (RIGHT, y + 14)), "rule", 0))
        self.sheet.y = y + 24

    def _bar(self, one: Validity) -> None:
        """The validity of a certificate or a list; an end within the axis is a date."""
        y, since = self.sheet.y, self.x(one.since)
        until = RIGHT if one.until is None else self.x(one.until)
        self.sheet.line(one.name, "belief.title", 0, MARGIN, y + 20, width=NAMES - 12)
        style = {"certificate": "store", "ca": "card", "list": "certificate.idle"}[one.kind]
        if until > LEFT and since < RIGHT:
            self.sheet.middle.append(Polygon(self._shape(one, since, until, y + 7), style, 0))
        if one.until is not None and LEFT < until < RIGHT:
            words = f"until {date_words(one.until.isoformat()).partition(',')[0]}"
            at, anchor = self._place_of(words, since, until)
            self.sheet.line(words, "small", 0, at, y + 22, width=width_of(words, "small") + 1, anchor=anchor)
        for connection in self.told.connections:
            if one.name in connection.shown:
                self._dot(self.x(connection.at), y + 7 + BAR / 2, connection.seq)
        self.sheet.y += ROW

    def _shape(self, one: Validity, since: float, until: float, y: float) -> tuple[Point, ...]:
        """A bar: upright where the validity ends within the axis, pointed where it goes on."""
        goes_on = one.until is None or one.until > self.told.end
        before = since - TIP if one.since < self.told.begin else since
        after = until + TIP if goes_on else until
        middle, foot = y + BAR / 2, y + BAR
        return ((since, y), (until, y), (after, middle), (until, foot), (since, foot), (before, middle))

    def _dot(self, x: float, y: float, seq: int) -> None:
        """The mark of a certificate that was shown."""
        turns = (math.tau * part / 16 for part in range(16))
        points = tuple((x + DOT * math.cos(turn), y + DOT * math.sin(turn)) for turn in turns)
        self.sheet.put(Polygon(points, "decision.diamond", seq))

    def _place_of(self, date: str, since: float, until: float) -> tuple[float, Anchor]:
        """The place of a bar's date, behind the bar, in it or before it, where no connection's line is."""
        width = width_of(date, "small") + 10
        behind: tuple[float, Anchor] = (until + 6, "start")
        inside = (until, *(x for x in reversed(self.uprights) if x < until))
        places: list[tuple[float, tuple[float, Anchor]]] = [
            (until + 6, behind),
            *((x - width, (x - 10, "end")) for x in inside if x - width > since),
            (since - width, (since - 6, "end")),
        ]
        for left, place in places:
            crossed = any(left - 4 < x < left + width for x in self.uprights)
            if LEFT <= left and left + width <= RIGHT and not crossed:
                return place
        return behind

    def _occurrence(self, one: Occurrence) -> None:
        """A moment between two connections, with its words beside it."""
        x = self.x(one.at)
        anchor: Anchor = "start" if x < RIGHT - WORDS_WIDTH else "end"
        lines = wrap(one.words, "field", WORDS_WIDTH - 14, MOST_LINES)
        y, pitch = self.sheet.y + 16, pitch_of("field")
        width = max(width_of(line, "field") for line in lines) + 8
        left = x + 8 if anchor == "start" else x - 8 - width
        ground = Box(left, y - 15, width, len(lines) * pitch + 2, "paper", one.seq)
        self.sheet.put(ground)  # the words stand on paper where the line of a connection would cross them
        diamond = ((x, y - 11), (x + 6, y - 5), (x, y + 1), (x - 6, y - 5))
        self.sheet.put(Polygon(diamond, "decision.diamond", one.seq))
        self.sheet.rows(lines, "field", one.seq, x + (12 if anchor == "start" else -12), y, anchor)
        self.sheet.y = y + len(lines) * pitch - 8

    def _levels(self, top: float) -> None:
        """The level of each connection below its line; boxes that would cover each other move apart."""
        connections = self.told.connections
        most = int((WIDTH - 2 * MARGIN + LEVEL_GAP) // (LEVEL_WIDTH + LEVEL_GAP))
        y = top + FAN
        for first in range(0, len(connections), most):
            row = connections[first : first + most]
            middles = apart([self.x(one.at) for one in row])
            for connection, middle in zip(row, middles, strict=True):
                line = ((self.x(connection.at), top), (middle, y))
                self.sheet.middle.append(Line(line, CONNECTION, connection.seq))
                self._level(connection, middle - LEVEL_WIDTH / 2, y)
            y += LEVEL_HEIGHT + FAN
        self.sheet.y = y - FAN

    def _level(self, connection: DatedConnection, x: float, y: float) -> None:
        middle, width = x + LEVEL_WIDTH / 2, LEVEL_WIDTH - 10
        style = f"level.edge.{ground_of(connection.level).rpartition('.')[2]}"
        self.sheet.put(Box(x, y, LEVEL_WIDTH, LEVEL_HEIGHT, style, connection.seq, radius=6))
        words = date_words(connection.at.isoformat())
        short = self.told.end - self.told.begin < SHORT
        date = words.removesuffix(" UTC") if short else words.partition(",")[0]
        self.sheet.line(
            f"{connection.number} · {date}",
            "small",
            connection.seq,
            middle,
            y + 19,
            width=width,
            anchor="middle",
        )
        name = level_name(connection.level)
        self.sheet.line(name, "matrix.level", connection.seq, middle, y + 39, width=width, anchor="middle")


def apart(wanted: Sequence[float]) -> list[float]:
    """The middles of boxes in a row, as near as they can be to where they are wanted, none over another.

    Boxes that touch form a group around the mean of what they want; groups that touch become one.
    """
    pitch, least, most = LEVEL_WIDTH + LEVEL_GAP, MARGIN + LEVEL_WIDTH / 2, WIDTH - MARGIN - LEVEL_WIDTH / 2
    groups: list[list[float]] = []  # of each its first middle, and how many boxes
    for place in wanted:
        groups.append([min(max(place, least), most), 1])
        while len(groups) > 1 and groups[-2][0] + groups[-2][1] * pitch > groups[-1][0]:
            second, first = groups.pop(), groups.pop()
            count = first[1] + second[1]
            mean = (first[0] * first[1] + (second[0] - first[1] * pitch) * second[1]) / count
            groups.append([min(max(mean, least), most - (count - 1) * pitch), count])
    return [first + number * pitch for first, count in groups for number in range(int(count))]


def ticks(begin: datetime, end: datetime) -> Iterator[tuple[datetime, str]]:
    """Round moments of an axis with their words: months of a long one, hours of a short one, else days."""
    span = end - begin
    steps: tuple[int, ...] = DAY_STEPS
    moments = _days
    if span > LONG:
        steps, moments = MONTH_STEPS, _months
    elif span < SHORT:
        steps, moments = HOUR_STEPS, _hours
    for step in steps:
        found = list(moments(begin, end, step))
        if len(found) <= MOST_TICKS or step == steps[-1]:
            yield from found
            return


def _months(begin: datetime, end: datetime, step: int) -> Iterator[tuple[datetime, str]]:
    for month in range(begin.year * 12, end.year * 12 + 12, step):
        moment = datetime(month // 12, month % 12 + 1, 1, tzinfo=UTC)
        if begin <= moment <= end:
            yield moment, f"{MONTHS[moment.month - 1][:3]} {moment.year}"


def _days(begin: datetime, end: datetime, step: int) -> Iterator[tuple[datetime, str]]:
    first = datetime(begin.year, begin.month, begin.day, tzinfo=UTC)
    for number in range(0, (end - first).days + 1, step):
        moment = first + timedelta(days=number)
        if begin <= moment <= end:
            yield moment, f"{moment.day} {MONTHS[moment.month - 1][:3]}"


def _hours(begin: datetime, end: datetime, step: int) -> Iterator[tuple[datetime, str]]:
    first = datetime(begin.year, begin.month, begin.day, tzinfo=UTC)
    for number in range(0, int((end - first) / timedelta(hours=1)) + 1, step):
        moment = first + timedelta(hours=number)
        if begin <= moment <= end:
            day = f"{moment.day} {MONTHS[moment.month - 1][:3]}"
            yield moment, f"{moment:%H:%M}" if moment.hour else day


def life_text(trace: Trace, width: int = 80) -> str:
    """The same as text: each certificate's validity, then everything that happens in the order of time."""
    told = life_of(trace)
    heads = (f"{whole_title(trace)}: {TITLE}", clean(_under(trace)))
    lines = [*(line for words in heads for line in wrap_cells(words, width)), ""]
    for one in told.validities:
        end = f" until {date_words(one.until.isoformat())}" if one.until is not None else ""
        span = f"{'holds' if one.kind == 'list' else 'valid'} from {date_words(one.since.isoformat())}{end}."
        lines += hanging(f"  {one.name}: ", span, width)
    lines.append("")
    happened = [(one.at, one.seq, f"{one.words}.") for one in told.occurrences]
    happened += [
        (one.at, one.seq, f"connection {one.number}: {level_name(one.level)}.") for one in told.connections
    ]
    for at, _, words in sorted(happened):
        lines += hanging(f"  {date_words(at.isoformat())}: ", words, width)
    return "\n".join(lines) + "\n"
