"""The security ladder over the course of a run: what the client believes, and what the server knows of it.

The client's belief is a level, so it stands on the ladder. The server never learns whether the client
verified it, so what it knows is no level: it has a row of its own below. Columns are the moments at which
something changes, in order and not to scale. A dashed and hatched line is an assumption; the shaded time is
the one in which the client takes a refused session for open. REFUSED stands below the ladder, because it is
no rung of it.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from simulator.security import SecurityLevel, Standing
from simulator.tls.wire.version import SIDES
from simulator.views.drawing.cells import wrap_cells
from simulator.views.drawing.display import Box, Drawing, Line, Polygon, Text
from simulator.views.drawing.glyphs import hatching, octagon, regular
from simulator.views.drawing.marks import Part, Scales
from simulator.views.drawing.sheet import MARGIN, Sheet
from simulator.views.drawing.style import detail_named, ground_of
from simulator.views.pictures.page import blank, finished, run_head, text_head
from simulator.views.story.beat_kinds import Belief, CallReturned
from simulator.views.story.beats import beats
from simulator.views.story.lanes import opening, run_title
from simulator.views.story.reading import gap, gap_words
from simulator.views.story.words import level_name, moment

if TYPE_CHECKING:
    from simulator.tls.wire.version import Side
    from simulator.trace.trace import Trace
    from simulator.views.story.reading import Gap

RUNGS = tuple(level for level in reversed(SecurityLevel) if level.rung is not None)
LABEL = 272.0
PITCH = 168.0
LEAST_PITCH = 112.0  # without reasons below the moments, so that the whole picture can be read on one screen
SCREEN = 1290.0
ROW = 63.0
REFUSED_HEIGHT = -1.0  # on the scale of a figure: below the lowest rung, which is 0
TAIL = 182.0  # after the last moment, where the lines have their names
TITLE = "how secure, and who knows it"
NEVER_KNOWN = "Whether the client verified it, it cannot know."
NOTHING_YET = "The connection begins. Nothing is agreed yet."
LEAD = (
    "Line with circles: what the client believes. Row below: what the server knows of the client. Dashed and "
    "hatched: only assumed, because nothing that was read says so. Columns are moments, not to scale."
)


def ladder(trace: Trace, *, detail: str = "messages") -> Drawing:
    """Lay the course of both sides' beliefs out as a display list.

    Args:
        trace: what happened.
        detail: ``overview`` leaves out the reasons below the moments.

    Raises:
        OutputError: the detail is unknown.
    """
    level = detail_named(detail)
    steps = moments(trace)
    late = gap(trace)
    pitch = _overview_pitch(steps, late) if level == "overview" else PITCH
    width = 2 * MARGIN + LABEL + pitch * len(steps) + TAIL
    sheet = blank(width)
    run_head(sheet, trace, TITLE, "" if level == "overview" else LEAD)
    _Ladder(sheet, steps, late, pitch).draw(reasons=level != "overview")
    return finished(sheet, f"{run_title(trace.setup)}: {TITLE}", description(trace))


def _overview_pitch(steps: list[Moment], late: Gap | None) -> float:
    """The distance between moments: as the screen allows, with room for the words of a late refusal."""
    shaded = _within(steps, late)
    least = max(LEAST_PITCH, PITCH / max(1, len(shaded) - 1) if shaded else 0.0)
    return max(least, min(PITCH, (SCREEN - 2 * MARGIN - LABEL - TAIL) / len(steps)))


def _within(steps: list[Moment], late: Gap | None) -> list[int]:
    """The places of the moments of a late refusal, its beginning and its end among them."""
    if late is None:
        return []
    return [place for place, step in enumerate(steps) if late.start.at <= step.at <= late.end.at]


class _Ladder:
    """The rungs with the client's line, and the server's row below."""

    def __init__(self, sheet: Sheet, steps: list[Moment], late: Gap | None, pitch: float) -> None:
        self.sheet, self.steps, self.late, self.pitch = sheet, steps, late, pitch
        self.left = MARGIN + LABEL
        self.right = sheet.stage.width - MARGIN
        self.top = sheet.y + 26
        self.foot = self.top + ROW * len(RUNGS) + 22 + ROW  # of the ladder
        self.bottom = self.foot + 22 + ROW

    def draw(self, *, reasons: bool) -> None:
        """Everything, the reasons where they are asked for."""
        self._rungs()
        self._shade()
        for place, step in enumerate(self.steps):
            x, seq = self._x(place), step.words[0][2] if step.words else 0
            self.sheet.put(Text(x, self.top - 10, moment(step.at), "moment", seq, "middle"))
            self.sheet.back.append(Line(((x, self.top), (x, self.bottom)), "rule", 0))
        self._standings()
        self._line()
        heights = [(float(level.rung or 0), self._y(level)) for level in RUNGS]
        heights.append((REFUSED_HEIGHT, self._y(SecurityLevel.REFUSED)))
        self.sheet.scales = Scales(((0.0, self._x(0)), (1.0, self._x(1))), tuple(heights))
        self.sheet.y = self.bottom + 12
        if reasons:
            self._reasons()

    def _x(self, place: float) -> float:
        return self.left + self.pitch * (place + 0.5)

    def _y(self, level: SecurityLevel) -> float:
        """The middle of a rung."""
        if level is SecurityLevel.REFUSED:
            return self.foot - ROW / 2
        return self.top + ROW * (RUNGS.index(level) + 0.5)

    def _rungs(self) -> None:
        """The levels by name, each with its words, REFUSED apart."""
        sheet = self.sheet
        for level in (*RUNGS, SecurityLevel.REFUSED):
            y = self._y(level) - ROW / 2
            sheet.back.append(Box(self.left - 8, y + 2, self.right - self.left + 8, ROW - 4, "follows", 0))
            sheet.put(Box(MARGIN, y + 2, LABEL - 14, ROW - 4, f"level.edge.{level.value}", 0, radius=5))
            x = MARGIN + 10
            if level is SecurityLevel.REFUSED:
                sheet.put(*octagon(x + 9, y + ROW / 2, 10, 0))
                x += 28
            sheet.line(level_name(level), "rung.name", 0, x, y + 20, width=LABEL - 34)
            room = MARGIN + LABEL - 22 - x
            sheet.paragraph(level.plain_words, "belief.small", 0, x, y + 24, width=room, most=2)

    def _shade(self) -> None:
        """The time of the late refusal, with its words; elsewhere what is assumed, hatched."""
        late = self.late
        for place, step in enumerate(self.steps):
            client = step.beliefs["client"]
            within = late is not None and late.start.at <= step.at < late.end.at
            if client.assumed and not within:
                top, width = self._y(step.level) - ROW / 2 + 2, self._x(place + 1) - self._x(place)
                self.sheet.middle += hatching(self._x(place), top, width, ROW - 4, client.seq)
        if late is None:
            return
        inside, seq, height = _within(self.steps, late), late.start.seq, self.foot - self.top - 4
        left, width = self._x(inside[0]), self._x(inside[-1]) - self._x(inside[0])
        shade = Box(left, self.top + 2, width, height, "gap", seq, radius=4, part=Part.SHADE)
        self.sheet.middle.append(shade)
        self.sheet.paragraph(gap_words(late), "gap", seq, left + 8, self.top + 10, width=width - 16)

    def _line(self) -> None:
        """The client's course: level after level, with a circle wherever its belief changes."""
        sheet, before = self.sheet, None
        marks: list[Polygon] = []
        for place, step in enumerate(self.steps):
            belief = step.beliefs["client"]
            x, y = self._x(place), self._y(step.level)
            style = "ladder.client.assumed" if belief.assumed else "ladder.client"
            end = self._x(place + 1) if place + 1 < len(self.steps) else self.right - TAIL + 40
            if before is not None and before != y:
                sheet.put(Line(((x, before), (x, y)), style, belief.seq))
            sheet.put(Line(((x, y), (end, y)), style, belief.seq))
            before = y
            if "client" in step.changed:
                marks.append(Polygon(regular(x, y, 6.5, 20), "ladder.client.mark", belief.seq))
        last = self.steps[-1]
        y, seq = self._y(last.level) + 4.5, last.beliefs["client"].seq
        sheet.put(*marks, Text(self.right - TAIL + 46, y, "client believes", "belief", seq))

    def _standings(self) -> None:
        """The server's row: a block from each change of the client's standing to the next."""
        sheet, top = self.sheet, self.foot + 22
        sheet.put(Box(MARGIN, top + 2, LABEL - 14, ROW - 4, "belief.held", 0, radius=5))
        sheet.line("Server knows of the client", "rung.name", 0, MARGIN + 10, top + 20, width=LABEL - 34)
        sheet.paragraph(NEVER_KNOWN, "belief.small", 0, MARGIN + 10, top + 24, width=LABEL - 32, most=2)
        starts = [place for place, step in enumerate(self.steps) if place == 0 or "server" in step.changed]
        for place, until in zip(starts, [*starts[1:], None], strict=True):
            belief, x = self.steps[place].beliefs["server"], self._x(place)
            width = (self.right if until is None else self._x(until)) - x
            sheet.put(Box(x, top + 2, width - 3, ROW - 4, ground_of(belief.held), belief.seq, radius=5))
            sheet.put(Box(x, top + 2, width - 3, ROW - 4, "belief.held", belief.seq, radius=5))
            name = level_name(belief.held)
            sheet.line(name, "belief", belief.seq, x + 8, top + ROW / 2 + 5, width=width - 14)

    def _reasons(self) -> None:
        """Below each moment what happened there."""
        top, bottoms, room = self.sheet.y, [self.sheet.y], PITCH - 14
        for place, step in enumerate(self.steps):
            x, y, begin = self._x(place) - PITCH / 2 + 7, top, len(self.sheet.front)
            before = None if step.words else "client"
            for side, words, seq in step.words or [("client", NOTHING_YET, 0)]:
                if side != before:
                    before = side
                    style = "belief" if side == "client" else "ladder.server"
                    y = self.sheet.paragraph(side.capitalize(), style, seq, x, y, width=room)
                y = self.sheet.paragraph(words, "node.small", seq, x, y, width=room, most=14) + 6
            self.sheet.keep_whole(begin)
            bottoms.append(y)
        self.sheet.y = max(bottoms)


def description(trace: Trace) -> str:
    """Both courses in sentences, for people who cannot see the picture."""
    sentences = [opening(trace)]
    for step in moments(trace)[1:]:
        for side in SIDES:
            if side in step.changed:
                belief = step.beliefs[side]
                verb = "assumes" if belief.assumed else "believes" if side == "client" else "knows"
                sentences.append(f"At {moment(step.at)} the {side} {verb}: {level_name(belief.held)}.")
    late = gap(trace)
    return " ".join([*sentences, gap_words(late)] if late else sentences)


def ladder_text(trace: Trace, width: int = 80) -> str:
    """The ladder as text: a line for each moment with what either side believes or knows, and why.

    Args:
        trace: what happened.
        width: columns, at least 60; no line is longer.
    """
    width = max(width, 60)
    lines = [*text_head(trace, TITLE, width), f"{'moment':>9}  {'the client believes':<32}  the server knows"]
    for step in moments(trace):
        client, server = (_told(step, side) for side in SIDES)
        lines.append(f"{moment(step.at):>9}  {client:<32}  {server}".rstrip())
        for side, words, _ in step.words:
            lines += [f"{'':>11}{part}" for part in wrap_cells(f"{side}: {words}", width - 11)]
    lines += ["", *wrap_cells("* changes here; (assumed): nothing that it read says so", width)]
    if late := gap(trace):
        lines += ["", *wrap_cells(gap_words(late), width)]
    return "\n".join(lines) + "\n"


def _told(step: Moment, side: Side) -> str:
    belief = step.beliefs[side]
    star = "* " if side in step.changed else "  "
    return f"{star}{level_name(belief.held)}{' (assumed)' if belief.assumed else ''}"


@dataclass(frozen=True, slots=True)
class HeldBelief:
    """The belief or knowledge of a side from one moment on; ``seq`` is 0 before its first observation."""

    held: SecurityLevel | Standing
    assumed: bool
    seq: int


NOTHING: dict[Side, HeldBelief] = {
    "client": HeldBelief(SecurityLevel.CLEARTEXT, assumed=False, seq=0),
    "server": HeldBelief(Standing.NOTHING_YET, assumed=False, seq=0),
}


@dataclass(slots=True)
class Moment:
    """One moment at which something changes.

    Attributes:
        at: virtual time in microseconds.
        beliefs: what the client believes and the server knows from then on.
        changed: the sides whose belief changes here.
        words: what happened, as (side, sentence, ``seq``).
    """

    at: int
    beliefs: dict[Side, HeldBelief]
    changed: set[Side] = field(default_factory=set)
    words: list[tuple[Side, str, int]] = field(default_factory=list)

    @property
    def level(self) -> SecurityLevel:
        """The level that the client believes in."""
        held = self.beliefs["client"].held
        assert isinstance(held, SecurityLevel)
        return held


def moments(trace: Trace) -> list[Moment]:
    """All moments in order; the first is the beginning of the connection, where both know of nothing."""
    found = [Moment(0, dict(NOTHING))]
    for beat in beats(trace):
        event = beat.event
        side = next((side for side in SIDES if side == event.actor), None)
        if side is None or event.at < 0 or not isinstance(beat, Belief | CallReturned):
            continue
        here = found[-1]
        if event.at != here.at or (isinstance(beat, Belief) and side in here.changed):
            here = Moment(event.at, dict(here.beliefs))
            found.append(here)
        if isinstance(beat, Belief):
            here.beliefs[side] = HeldBelief(beat.held, beat.assumed, event.seq)
            here.changed.add(side)
            here.words.append((side, beat.reason, event.seq))
        else:
            here.words.append((side, f"{beat.headline}.", event.seq))
    return found
