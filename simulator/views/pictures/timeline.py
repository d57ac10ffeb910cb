"""The connection on a scale of time: slanted arrows, because the network takes its time.

An arrow begins where a message leaves and ends where it arrives; that it was read later, or never, is
marked on the lane. What each side does stands beside its lane, with a line to the instant. Where nothing
happens for long, the scale is broken. Enrolment, days before, is left out.
"""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

from simulator.tls.wire.version import Protection
from simulator.views.drawing import glyphs
from simulator.views.drawing.cells import plain, wrap_cells
from simulator.views.drawing.display import Box, Drawing, Line, Polygon
from simulator.views.drawing.sheet import MARGIN, Sheet
from simulator.views.drawing.style import Detail, detail_named
from simulator.views.pictures.arrows import LOOKS
from simulator.views.pictures.page import blank, finished, run_head
from simulator.views.story.beat_kinds import Belief, CallReturned, Decision, Flight, Ledger
from simulator.views.story.beats import beats
from simulator.views.story.caption import caption
from simulator.views.story.lanes import under_title
from simulator.views.story.words import PROTECTION_WORDS, clean, moment, plural

if TYPE_CHECKING:
    from collections.abc import Sequence

    from simulator.trace.facts import Event, Side
    from simulator.trace.trace import Trace
    from simulator.views.story.beat_kinds import Beat

    Note = tuple[str, str, Event]  # words, style, what they stand for

SIDES: tuple[Side, Side] = ("client", "server")
TICKS, NOTES, TALK = 74.0, 392.0, 430.0
WIDTH = 2 * MARGIN + TICKS + 2 * NOTES + TALK
LEFT = MARGIN + TICKS + NOTES  # the client's lane
LANES: dict[Side, float] = {"client": LEFT, "server": LEFT + TALK}
LEADER = 34.0  # from a lane to the words beside it
TUBE = 3.5  # half the width of the tube round an encrypted message
LEAD = (
    "Down the page runs virtual time, to scale. A message arrives one network delay after it left; dots on a "
    "lane: it arrived and waits, because that side is still thinking."
)


@dataclass(slots=True)
class Departure:
    """Messages that leave together under the same keys: one arrow.

    Attributes:
        sender: the side that sends; ``at`` when.
        beside: how many departures of that side stand before it at the same moment.
        messages: what is sent; all alike but for their names.
    """

    sender: Side
    at: int
    beside: int
    messages: list[Flight]

    @property
    def first(self) -> Flight:
        """The message that stands for all of them."""
        return self.messages[0]

    @property
    def words(self) -> str:
        """The names of the messages."""
        return ", ".join(message.name for message in self.messages)


def departures(told: Sequence[Beat]) -> list[Departure]:
    """Everything sent over the connection, in order."""
    found: list[Departure] = []
    for beat in told:
        side = next((side for side in SIDES if side == beat.event.actor), None)
        if side is None or beat.event.at < 0 or not isinstance(beat, Flight):
            continue
        here = [one for one in found if (one.sender, one.at) == (side, beat.event.at)]
        if here and _look(here[-1].first) == _look(beat):
            here[-1].messages.append(beat)
        else:
            found.append(Departure(side, beat.event.at, len(here), [beat]))
    return found


def _look(beat: Flight) -> tuple[Protection, bool, bool, type]:
    return beat.protection, beat.refusal, beat.lost, type(beat.event.fact)


def timeline(trace: Trace, *, detail: str = "messages") -> Drawing:
    """Lay the connection out on a scale of time.

    Args:
        trace: what happened.
        detail: ``overview`` (messages alone), ``messages`` (decisions and the return of the handshake calls
            too), or ``everything`` (checks and beliefs as well).

    Raises:
        OutputError: there is no such detail.
    """
    level = detail_named(detail)
    sheet = blank(WIDTH)
    run_head(sheet, trace, "on a scale of time", "" if level == "overview" else LEAD)
    _Timeline(sheet, trace, level).draw()
    return finished(sheet, f"{trace.setup.title}: on a scale of time", caption(trace))


class _Timeline:
    """Two lanes, the arrows between them, and the words beside them."""

    def __init__(self, sheet: Sheet, trace: Trace, detail: Detail) -> None:
        self.sheet, self.trace, self.detail = sheet, trace, detail
        self.latency = trace.setup.latency
        self.told = beats(trace, detail)
        self.departures = departures(self.told)
        self.notes = {side: self._notes(side) for side in SIDES}
        leaving = {departure.at for departure in self.departures}
        times = leaving | {at + self.latency for at in leaving}
        times |= {at for side in SIDES for at in self.notes[side]}
        self.scale = TimeScale.of(times, self.latency, sheet.y + 62)

    def _notes(self, side: Side) -> dict[int, list[Note]]:
        """What stands beside a lane at which moment."""
        kinds: tuple[type[Beat], ...] = ()
        if self.detail != "overview":
            kinds = (Decision, CallReturned)
        if self.detail == "everything":
            kinds += (Ledger, Belief)
        found = [
            (beat.event.seq, (beat.headline, "node.small", beat.event))
            for beat in self.told
            if isinstance(beat, kinds) and beat.event.actor == side and beat.event.at >= 0
        ]
        for departure in self.departures:
            first, words = departure.first, departure.words
            if departure.sender == side:
                if first.encrypted:
                    words += f" ({PROTECTION_WORDS[first.protection]})"
                if first.lost:
                    words += ", never read"
                style = "message.alert" if first.refusal else "byte.name"
                found.append((first.event.seq, (words, style, first.event)))
        notes: dict[int, list[Note]] = {}
        for _, note in sorted(found, key=lambda entry: (entry[1][2].at, entry[0])):
            notes.setdefault(note[2].at, []).append(note)
        return notes

    def draw(self) -> None:
        """Lanes, ticks, arrows, words."""
        sheet = self.sheet
        sheet.head = sheet.y, sheet.y + 34
        for side, x in LANES.items():
            sheet.put(Box(x - 70, sheet.y, 140, 34, "header", 0, radius=9))
            sheet.line(side.capitalize(), "lane", 0, x, sheet.y + 23, width=120, anchor="middle")
        top, bottom = sheet.y + 34, self.scale.heights[-1] + 18
        for x in LANES.values():
            sheet.back.append(Line(((x, top), (x, bottom)), "lifeline", 0))
        for at in self.scale.ticks():
            y = self.scale.y(at)
            sheet.back.append(Line(((LANES["client"], y), (LANES["server"], y)), "rule", 0))
            sheet.line(moment(at), "small", 0, MARGIN + TICKS - 12, y + 4, width=TICKS - 8, anchor="end")
        for place in self.scale.broken:
            self._break(place)
        for departure in self.departures:
            self._arrow(departure)
        sheet.y = max(bottom, *(self._words(side) for side in SIDES))

    def _break(self, place: int) -> None:
        """Where time is left out: both lanes interrupted, with how much."""
        y = (self.scale.heights[place] + self.scale.heights[place + 1]) / 2
        left_out = self.scale.instants[place + 1] - self.scale.instants[place]
        for x in LANES.values():
            self.sheet.middle.append(Box(x - 6, y - 5, 12, 10, "paper", 0))
            for shift in (-5, 5):
                points = ((x - 8, y + shift + 3), (x + 8, y + shift - 3))
                self.sheet.middle.append(Line(points, "lifeline", 0))
        x = MARGIN + TICKS - 12
        self.sheet.line(moment(left_out), "lane.idle", 0, x, y + 4, width=TICKS - 8, anchor="end")

    def _arrow(self, departure: Departure) -> None:
        """A slanted line; in a tube where it is encrypted, broken off where nobody read it."""
        first, sheet = departure.first, self.sheet
        seq = first.event.seq
        way = 1 if departure.sender == "client" else -1
        start = LANES[departure.sender]
        end = LANES["server" if departure.sender == "client" else "client"]
        shift = 5.0 * departure.beside
        y1, y2 = self.scale.y(departure.at) + shift, self.scale.y(departure.at + self.latency) + shift
        look = "alert" if first.refusal else LOOKS[first.protection]
        tip = end - way * (12 if first.lost else 2)
        if first.encrypted:
            tube = "tube.handshake" if first.protection is Protection.HANDSHAKE_TRAFFIC else "tube.session"
            slope = (y2 - y1) / (end - start)
            left, right = start + way * 10, end - way * 24
            ends = [(x, y1 + slope * (x - start)) for x in (left, right)]
            corners = ((ends[0], -TUBE), (ends[1], -TUBE), (ends[1], TUBE), (ends[0], TUBE))
            sheet.middle.append(Polygon(tuple((x, y + up) for (x, y), up in corners), tube, seq))
        sheet.middle.append(Line(((start, y1), (tip, y2)), look, seq))
        if first.lost:
            sheet.middle += glyphs.never_read(end - way * 12, y2, seq)
        else:
            sheet.middle.append(glyphs.pointer((start, y1), (tip, y2), f"{look}.head", seq))
            self._waiting(departure, end + way * 7, y2)

    def _waiting(self, departure: Departure, x: float, y: float) -> None:
        """It arrived and was read later."""
        found = departure.messages[-1].read
        if found is not None and found.at > departure.at + self.latency:
            self.sheet.middle.append(Line(((x, y), (x, self.scale.y(found.at))), "lifeline.idle", found.seq))

    def _words(self, side: Side) -> float:
        """What the side does, beside its lane; each moment where it is, or below the one before."""
        sheet, lane = self.sheet, LANES[side]
        way = -1 if side == "client" else 1
        left = lane - NOTES if side == "client" else lane + LEADER
        room, y = NOTES - LEADER - 8, 0.0
        for at, notes in self.notes[side].items():
            here = self.scale.y(at)
            top = max(here - 8, y)
            leader = ((lane, here), (lane + way * 14, here), (lane + way * (LEADER - 6), top + 8))
            sheet.back.append(Line(leader, "rule", notes[0][2].seq))
            anchor = left + (room if side == "client" else 0)
            y = self._entry(at, notes, anchor, top, room, end=side == "client")
        return y

    def _entry(self, at: int, notes: list[Note], x: float, top: float, room: float, *, end: bool) -> float:
        """The words of one moment: the time, then a paragraph for each thing."""
        y = top
        for words, style, event in notes:
            said = f"{moment(at)}: {words}" if event is notes[0][2] else words
            y = self.sheet.paragraph(
                said, style, event.seq, x, y, width=room, most=4, anchor="end" if end else "start"
            )
        return y + 7


def timeline_text(trace: Trace, width: int = 80, *, ascii_only: bool = False) -> str:
    """What leaves and arrives when, as text.

    Args:
        trace: what happened.
        width: columns; no line is longer, save that 40 are the least.
        ascii_only: in ASCII.
    """
    width = max(width, 40)
    lines = wrap_cells(f"{clean(trace.setup.title)}: on a scale of time", width)
    lines += [*wrap_cells(clean(under_title(trace)), width), ""]
    latency = trace.setup.latency
    leaving = departures(beats(trace, "overview"))
    for departure in leaving:
        first = departure.first
        fate = "is never read" if first.lost else f"arrives at {moment(departure.at + latency)}"
        keys = PROTECTION_WORDS[first.protection]
        words = f"{departure.sender} sends {departure.words} ({keys}); {fate}"
        start, *rest = wrap_cells(words, width - 11)
        lines += [f"{moment(departure.at):>9}  {start}", *(f"{'':>11}{part}" for part in rest)]
    count = sum(len(departure.messages) for departure in leaving)
    lines += ["", f"{plural(count, 'message')}, one way through the network takes {moment(latency)}."]
    text = "\n".join(lines) + "\n"
    return plain(text) if ascii_only else text


FLIGHT = 208.0  # pixels for one way through the network


LONGEST = 260.0  # pixels for the longest time in which nothing happens; what is longer is broken


PIXELS_PER_MICROSECOND = 0.01  # where the network takes no time


LEAST_TICK = 44.0


STEPS = (1, 2, 5)


@dataclass(frozen=True, slots=True)
class TimeScale:
    """From virtual time to height.

    Attributes:
        instants: the times at which something happens, in microseconds, in order.
        heights: how far down the page each of them is.
        broken: the places (indices of the earlier instant) where the scale is broken.
        pixels: pixels for one microsecond where it is not.
    """

    instants: tuple[int, ...]
    heights: tuple[float, ...]
    broken: tuple[int, ...]
    pixels: float

    @staticmethod
    def of(times: set[int], latency: int, top: float) -> TimeScale:
        """The scale for these times, beginning at ``top``; one latency is always as long."""
        pixels = FLIGHT / latency if latency else PIXELS_PER_MICROSECOND
        instants = tuple(sorted(times | {0}))
        heights, broken = [top], []
        for place, (one, other) in enumerate(pairwise(instants)):
            length = (other - one) * pixels
            if length > LONGEST:
                length = LONGEST
                broken.append(place)
            heights.append(heights[-1] + length)
        return TimeScale(instants, tuple(heights), tuple(broken), pixels)

    def y(self, at: int) -> float:
        """The height of a time."""
        place = min(max(bisect_right(self.instants, at) - 1, 0), len(self.instants) - 1)
        start, height = self.instants[place], self.heights[place]
        if place + 1 == len(self.instants):
            return height
        share = (at - start) / (self.instants[place + 1] - start)
        return height + share * (self.heights[place + 1] - height)

    def ticks(self) -> list[int]:
        """Round times at a readable distance, those inside a break left out."""
        least, unit = LEAST_TICK / self.pixels, 1
        while all(step * unit < least for step in STEPS):
            unit *= 10
        step = next(step * unit for step in STEPS if step * unit >= least)
        gaps = [(self.instants[place], self.instants[place + 1]) for place in self.broken]
        count = min(self.instants[-1] // step, 400)
        times = [step * number for number in range(count + 1)]
        return [at for at in times if not any(start < at < end for start, end in gaps)]
