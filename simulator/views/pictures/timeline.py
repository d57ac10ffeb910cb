"""The connection on a scale of time: slanted arrows, because the network takes its time.

An arrow begins where a message leaves and ends where it arrives; that it was read later, or never, is
marked on the lane. What each side does stands beside its lane, with a line to the instant. Where nothing
happens for long, the scale is broken. Enrolment, days before, is left out.
"""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass, field
from itertools import pairwise
from typing import TYPE_CHECKING

from simulator.tls.wire.version import Protection
from simulator.trace.facts import Alert, BeliefChanged, Checked, Decided, HandshakeReturned, Sent
from simulator.views.drawing import glyphs
from simulator.views.drawing.cells import plain, wrap_cells
from simulator.views.drawing.display import Box, Drawing, Line, Polygon
from simulator.views.drawing.sheet import MARGIN, Sheet
from simulator.views.drawing.style import Detail, detail_named
from simulator.views.pictures.arrows import LOOKS
from simulator.views.pictures.page import blank, finished, run_head
from simulator.views.story.caption import caption
from simulator.views.story.diff_words import event_words
from simulator.views.story.lanes import under_title
from simulator.views.story.reading import is_refusal, reads, unread
from simulator.views.story.words import PROTECTION_WORDS, clean, moment, plural

if TYPE_CHECKING:
    from simulator.trace.facts import Event, Side
    from simulator.trace.trace import Trace

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
class Flight:
    """Messages that leave together under the same keys: one arrow.

    Attributes:
        sender: the side that sends; ``at`` when.
        events: the sendings.
        protection: whose keys.
        refusal: it is an alert that says no; ``lost``: nobody read it.
        beside: how many flights of that side leave at the same moment before it.
    """

    sender: Side
    at: int
    protection: Protection
    refusal: bool
    lost: bool
    beside: int
    events: list[Event] = field(default_factory=list)

    @property
    def words(self) -> str:
        """The names of the messages."""
        names = [event.fact.name for event in self.events if isinstance(event.fact, Sent | Alert)]
        alert = "Alert: " if isinstance(self.events[0].fact, Alert) else ""
        return alert + ", ".join(map(clean, names))


def flights(trace: Trace) -> list[Flight]:
    """Everything sent over the connection, in order."""
    found: list[Flight] = []
    lost = unread(trace)
    for event in trace.of(Sent, Alert):
        fact, side = event.fact, next((side for side in SIDES if side == event.actor), None)
        if side is None or event.at < 0 or not isinstance(fact, Sent | Alert):
            continue
        if isinstance(fact, Alert) and fact.direction == "received":
            continue
        refusal = is_refusal(fact)
        here = [flight for flight in found if (flight.sender, flight.at) == (side, event.at)]
        look = (fact.protection, refusal, event.seq in lost, isinstance(fact, Alert))
        last = here[-1] if here else None
        if last is None or look != _look(last):
            last = Flight(side, event.at, fact.protection, refusal, event.seq in lost, len(here))
            found.append(last)
        last.events.append(event)
    return found


def _look(flight: Flight) -> tuple[Protection, bool, bool, bool]:
    return flight.protection, flight.refusal, flight.lost, isinstance(flight.events[0].fact, Alert)


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
        self.flights = flights(trace)
        self.notes = {side: self._notes(side) for side in SIDES}
        times = {flight.at for flight in self.flights} | {flight.at + self.latency for flight in self.flights}
        times |= {at for side in SIDES for at in self.notes[side]}
        self.scale = TimeScale.of(times, self.latency, sheet.y + 62)

    def _notes(self, side: Side) -> dict[int, list[tuple[str, str, Event]]]:
        """What stands beside a lane at which moment: (words, style, event)."""
        notes: dict[int, list[tuple[str, str, Event]]] = {}
        for flight in self.flights:
            if flight.sender == side:
                style = "message.alert" if flight.refusal else "byte.name"
                notes.setdefault(flight.at, []).append((flight.words, style, flight.events[0]))
        kinds: tuple[type, ...] = ()
        if self.detail != "overview":
            kinds = (Decided, HandshakeReturned)
        if self.detail == "everything":
            kinds += (Checked, BeliefChanged)
        for event in self.trace.of(*kinds) if kinds else ():
            if event.actor == side and event.at >= 0:
                notes.setdefault(event.at, []).append((event_words(event), "node.small", event))
        return {at: sorted(notes[at], key=lambda note: note[2].seq) for at in sorted(notes)}

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
        for flight in self.flights:
            self._arrow(flight)
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

    def _arrow(self, flight: Flight) -> None:
        """A slanted line; in a tube where it is encrypted, broken off where nobody read it."""
        seq, sheet = flight.events[0].seq, self.sheet
        way = 1 if flight.sender == "client" else -1
        start = LANES[flight.sender]
        end = LANES["server" if flight.sender == "client" else "client"]
        shift = 5.0 * flight.beside
        y1, y2 = self.scale.y(flight.at) + shift, self.scale.y(flight.at + self.latency) + shift
        look = "alert" if flight.refusal else LOOKS[flight.protection]
        tip = end - way * (12 if flight.lost else 2)
        if flight.protection is not Protection.CLEAR:
            tube = "tube.handshake" if flight.protection is Protection.HANDSHAKE_TRAFFIC else "tube.session"
            slope = (y2 - y1) / (end - start)
            left, right = start + way * 10, end - way * 24
            ends = [(x, y1 + slope * (x - start)) for x in (left, right)]
            corners = ((ends[0], -TUBE), (ends[1], -TUBE), (ends[1], TUBE), (ends[0], TUBE))
            sheet.middle.append(Polygon(tuple((x, y + up) for (x, y), up in corners), tube, seq))
        sheet.middle.append(Line(((start, y1), (tip, y2)), look, seq))
        if flight.lost:
            sheet.middle += glyphs.never_read(end - way * 12, y2, seq)
        else:
            sheet.middle.append(glyphs.pointer((start, y1), (tip, y2), f"{look}.head", seq))
            self._waiting(flight, end + way * 7, y2)

    def _waiting(self, flight: Flight, x: float, y: float) -> None:
        """It arrived and was read later."""
        found = reads(self.trace).get(flight.events[-1].seq)
        if found is not None and found.at > flight.at + self.latency:
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

    def _entry(
        self, at: int, notes: list[tuple[str, str, Event]], x: float, top: float, room: float, *, end: bool
    ) -> float:
        """The words of one moment: the time, then a paragraph for each thing."""
        y, lost = top, unread(self.trace)
        for words, style, event in notes:
            fact = event.fact
            said = words
            if isinstance(fact, Sent | Alert) and fact.protection is not Protection.CLEAR:
                said += f" ({PROTECTION_WORDS[fact.protection]})"
            if event.seq in lost:
                said += ", never read"
            said = f"{moment(at)}: {said}" if event is notes[0][2] else said
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
    for flight in flights(trace):
        fate = "is never read" if flight.lost else f"arrives at {moment(flight.at + latency)}"
        keys = PROTECTION_WORDS[flight.protection]
        words = f"{flight.sender} sends {flight.words} ({keys}); {fate}"
        first, *rest = wrap_cells(words, width - 11)
        lines += [f"{moment(flight.at):>9}  {first}", *(f"{'':>11}{part}" for part in rest)]
    count = sum(len(flight.events) for flight in flights(trace))
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
