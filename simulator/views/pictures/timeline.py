"""The connection on a scale of time: slanted arrows, because the network takes its time.

An arrow begins where a message leaves and ends where it arrives; that it was read later, or never, is
marked on the lane. What each side does stands beside its lane. While the words of one instant are read, time
stands still: so every arrow begins at its own words, and no two lie on one another. Between two instants the
scale is true; where nothing happens for long, it is broken. Enrolment, days before, is left out.
"""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass
from itertools import count, pairwise
from typing import TYPE_CHECKING

from simulator.tls.wire.version import SIDES
from simulator.trace.facts import Alert, Received, Sent, Unanswered
from simulator.trace.timer import TimerExpired
from simulator.views.drawing import glyphs
from simulator.views.drawing.cells import hanging
from simulator.views.drawing.display import Anchor, Box, Drawing, Line, Polygon
from simulator.views.drawing.marks import Scales
from simulator.views.drawing.sheet import MARGIN, Sheet, height_of
from simulator.views.drawing.style import Detail, detail_named
from simulator.views.pictures.arrows import look_of, tube_of
from simulator.views.pictures.page import LANE_HEAD, blank, finished, lane_head, run_head, text_head
from simulator.views.story.beat_kinds import Beat, Belief, CallReturned, Decision, Flight, Ledger, Remark
from simulator.views.story.beats import beats, with_proofs
from simulator.views.story.caption import caption
from simulator.views.story.lanes import names_of, run_title
from simulator.views.story.words import PROTECTION_WORDS, moment, plural

if TYPE_CHECKING:
    from simulator.tls.wire.version import Protection, Side
    from simulator.trace.trace import Trace

    Note = tuple[Beat, str, str]  # what it is about, its words, their style

TICKS, NOTES, TALK = 66.0, 350.0, 400.0
WIDTH = 2 * MARGIN + TICKS + 2 * NOTES + TALK
LEFT = MARGIN + TICKS + NOTES  # the client's lane
LANES: dict[Side, float] = {"client": LEFT, "server": LEFT + TALK}
LEADER = 22.0  # from a lane to the words beside it
TUBE = 3.5  # half the width of the tube round an encrypted message
ARRIVAL = 16.0  # pixels between two arrows that arrive at one instant, so that their heads stand apart
STILL = 12.0  # pixels below the words of one instant
ONE_WAY = 96.0  # pixels for one way through the network
LONGEST = 150.0  # pixels for the longest time in which nothing happens; what is longer is broken
PIXELS_PER_MICROSECOND = 0.01  # where the network takes no time
LEAST_TICK = 40.0  # pixels between two ticks
ROOM = NOTES - LEADER - 8
BESIDE_WORDS = 8.0  # from the top of a line of words to its middle
NO_TIME = 0.5  # microseconds of an instant on axes, which must rise; the next comes after 1 at least
MOST_TICKS = 400  # of a scale that a scenario makes very long
ROUND = (1, 2, 5)  # ticks stand at these times a power of ten
TITLE = "on a scale of time"
LEAD = (
    "Down the page runs virtual time: it stands still on the grey ground of an instant, and is to scale "
    "between two. A message arrives one network delay after it left; dots on a lane: it arrived and waits, "
    "because that side is still thinking."
)


@dataclass(frozen=True, slots=True)
class Departure:
    """Messages that leave together under the same keys: one arrow."""

    flights: list[Flight]

    @property
    def first(self) -> Flight:
        """The message that stands for all of them: they share sender, moment, keys and fate."""
        return self.flights[0]

    @property
    def at(self) -> int:
        """The moment at which it leaves, in microseconds."""
        return self.first.event.at

    @property
    def words(self) -> str:
        """The names of the messages."""
        return ", ".join(flight.name for flight in self.flights)


def departures(trace: Trace) -> list[Departure]:
    """Everything sent over the connection, in order; what passes with an OCSP responder is beside it."""
    found: list[Departure] = []
    for beat in beats(trace):
        if not isinstance(beat, Flight) or {beat.event.actor, beat.receiver} != set(SIDES):
            continue
        here = [one for one in found if (one.first.event.actor, one.at) == (beat.event.actor, beat.event.at)]
        if here and _look(here[-1].first) == _look(beat):
            here[-1].flights.append(beat)
        else:
            found.append(Departure([beat]))
    return found


def is_lookup(beat: Beat) -> bool:
    """Return True for a question to an OCSP responder, its answer, and its end without one."""
    fact = beat.event.fact
    asked = isinstance(fact, Sent | Received) and fact.protocol == "ocsp"
    return asked or isinstance(fact, Unanswered)


def _look(flight: Flight) -> tuple[Protection, bool, bool, bool]:
    return flight.protection, flight.refusal, flight.lost, isinstance(flight.event.fact, Alert)


def timeline(trace: Trace, *, detail: str = "messages") -> Drawing:
    """Lay the connection out on a scale of time.

    Args:
        trace: what happened.
        detail: ``overview`` (messages alone), ``messages`` (decisions and the return of the handshake calls
            too), or ``everything`` (checks and beliefs as well).

    Raises:
        OutputError: the detail is unknown.
    """
    level = detail_named(detail)
    sheet = blank(WIDTH)
    run_head(sheet, trace, TITLE, "" if level == "overview" else LEAD)
    _Timeline(sheet, trace, level).draw()
    return finished(sheet, f"{run_title(trace.setup)}: {TITLE}", caption(trace))


def _is_end(beat: Beat) -> bool:
    """Return True where a program notices that the connection has ended, or that it has waited in vain."""
    return isinstance(beat, Remark) and (beat.kind == "end" or isinstance(beat.event.fact, TimerExpired))


class _Timeline:
    """Two lanes, the arrows between them, and the words beside them."""

    def __init__(self, sheet: Sheet, trace: Trace, detail: Detail) -> None:
        self.sheet, self.latency = sheet, trace.setup.latency
        self.departures = departures(trace)
        kinds: tuple[type[Beat], ...] = () if detail == "overview" else (Decision, CallReturned)
        kinds += (Ledger, Belief) if detail == "everything" else ()
        story = beats(trace) if detail == "everything" else with_proofs(beats(trace))
        shows = detail != "overview"
        told = [
            beat for beat in story if isinstance(beat, kinds) or _is_end(beat) or (shows and is_lookup(beat))
        ]
        self.notes = {side: self._notes(side, told) for side in SIDES}
        self.starts: dict[int, float] = {}  # seq of a note → how far below the top of its instant it begins
        still: dict[int, float] = {0: 0.0}
        for one in self.departures:
            still |= dict.fromkeys((one.at, one.at + self.latency), 0.0)
        for side, notes in self.notes.items():
            for at in {*still, *notes}:
                still[at] = max(still.get(at, 0.0), self._height(side, at))
        self.scale = TimeScale.of(still, self.latency, sheet.y + 56)

    def _arrivals(self, side: Side, at: int) -> list[Departure]:
        """Everything that reaches a side at one instant, in order."""
        return [
            one for one in self.departures if one.at + self.latency == at and one.first.event.actor != side
        ]

    def _height(self, side: Side, at: int) -> float:
        """The height of one instant on one side: what arrives, then the words; notes where each begins."""
        arrivals = len(self._arrivals(side, at))
        y = arrivals * ARRIVAL
        for beat, words, style in self.notes[side].get(at, ()):
            self.starts[beat.event.seq] = y
            y += height_of(words, style, ROOM, 4) + 3
        return y + STILL if y else 0.0

    def _notes(self, side: Side, told: list[Beat]) -> dict[int, list[Note]]:
        """The words beside a lane at each moment, in the order of the story."""
        notes: list[Note] = [
            (one.first, _sent_words(one), "message.alert" if one.first.refusal else "byte.name")
            for one in self.departures
        ]
        notes += [(beat, beat.headline, "node.small") for beat in told]
        found: dict[int, list[Note]] = {}
        for note in sorted(notes, key=lambda note: note[0].event.seq):
            event = note[0].event
            if event.actor == side and event.at >= 0:
                found.setdefault(event.at, []).append(note)
        return found

    def draw(self) -> None:
        """Lanes, ticks, arrows, words."""
        sheet = self.sheet
        bottom = self.scale.ends[-1] + 6
        for side, x in LANES.items():
            lane_head(sheet, side.capitalize(), x, 140)
            sheet.back.append(Line(((x, sheet.y + LANE_HEAD), (x, bottom)), "lifeline", 0))
        stills = [*zip(self.scale.instants, self.scale.heights, self.scale.ends, strict=True)]
        for at, top, end in stills:
            self._tick(at, top, top + 12, "byte.name")
            sheet.back.append(Box(LANES["client"], top, TALK, end - top, "instant", 0))
        for at in self.scale.ticks():
            y = self.scale.y(at)
            if all(y < top - LEAST_TICK / 2 or y > end + LEAST_TICK / 4 for _, top, end in stills):
                self._tick(at, y, y + 4, "small")
        for place in self.scale.broken:
            self._break(place)
        for departure in self.departures:
            self._arrow(departure)
        if len(self.scale.instants) > 1:  # else all happens at one instant: no network delay, no thinking
            sheet.scales = Scales(((0.0, LANES["client"]), (1.0, LANES["server"])), self.scale.pairs())
        for side in SIDES:
            self._words(side)
        sheet.y = bottom

    def _tick(self, at: int, y: float, baseline: float, style: str) -> None:
        """A time at the left edge, and its line from lane to lane."""
        self.sheet.back.append(Line(((LANES["client"], y), (LANES["server"], y)), "rule", 0))
        x = MARGIN + TICKS - 12
        self.sheet.line(moment(at), style, 0, x, baseline, width=TICKS - 8, anchor="end")

    def _break(self, place: int) -> None:
        """A gap in the scale: both lanes interrupted, with the time that is left out."""
        y = (self.scale.ends[place] + self.scale.heights[place + 1]) / 2
        left_out = self.scale.instants[place + 1] - self.scale.instants[place]
        for x in LANES.values():
            self.sheet.middle.append(Box(x - 6, y - 5, 12, 10, "paper", 0))
            for shift in (-5, 5):
                points = ((x - 8, y + shift + 3), (x + 8, y + shift - 3))
                self.sheet.middle.append(Line(points, "lifeline", 0))
        x = MARGIN + TICKS - 12
        self.sheet.line(moment(left_out), "lane.idle", 0, x, y + 4, width=TICKS - 8, anchor="end")

    def _arrow(self, departure: Departure) -> None:
        """A slanted line; in a tube where it is encrypted, broken off where it is never read."""
        flight, sheet = departure.first, self.sheet
        seq = flight.event.seq
        start, end = sorted(LANES.values(), reverse=flight.event.actor != "client")
        way = 1 if end > start else -1
        arrives = departure.at + self.latency
        to: Side = "server" if way == 1 else "client"
        y1 = self.scale.y(departure.at) + self.starts[seq] + BESIDE_WORDS
        y2 = self.scale.y(arrives) + ARRIVAL * self._arrivals(to, arrives).index(departure) + BESIDE_WORDS
        look = look_of(flight)
        tip = end - way * (12 if flight.lost else 2)
        if flight.encrypted:
            slope = (y2 - y1) / (tip - start)
            ends = [(x, y1 + slope * (x - start)) for x in (start + way * 10, end - way * 24)]
            corners = ((ends[0], -TUBE), (ends[1], -TUBE), (ends[1], TUBE), (ends[0], TUBE))
            points = tuple((x, y + up) for (x, y), up in corners)
            sheet.middle.append(Polygon(points, tube_of(flight), seq))
        sheet.middle.append(Line(((start, y1), (tip, y2)), look, seq))
        if flight.lost:
            sheet.middle += glyphs.never_read(tip, y2, seq)
            return
        sheet.middle.append(glyphs.pointer((start, y1), (tip, y2), f"{look}.head", seq))
        read = departure.flights[-1].read
        if read is not None and read.at > departure.at + self.latency:  # it arrived, and was read later
            waits = ((end + way * 7, y2), (end + way * 7, self.scale.y(read.at)))
            sheet.middle.append(Line(waits, "lifeline.idle", read.seq))

    def _words(self, side: Side) -> None:
        """The words beside a lane, each where it begins."""
        lane = LANES[side]
        x = lane - LEADER if side == "client" else lane + LEADER
        anchor: Anchor = "end" if side == "client" else "start"
        for at, notes in self.notes[side].items():
            for beat, words, style in notes:
                seq, y = beat.event.seq, self.scale.y(at) + self.starts[beat.event.seq]
                self.sheet.paragraph(words, style, seq, x, y, width=ROOM, most=4, anchor=anchor)


def _sent_words(departure: Departure) -> str:
    """The names and keys of a departure, and its fate if it is never read."""
    flight = departure.first
    keys = f" ({PROTECTION_WORDS[flight.protection]})" if flight.encrypted else ""
    return departure.words + keys + (", never read" if flight.lost else "")


def timeline_text(trace: Trace, width: int = 80) -> str:
    """The departures and arrivals as text.

    Args:
        trace: what happened.
        width: columns, at least 40; no line is longer.
    """
    width, latency, left = max(width, 40), trace.setup.latency, departures(trace)
    lines, names = text_head(trace, TITLE, width), names_of(trace.setup)
    asked = [Departure([beat]) for beat in beats(trace) if isinstance(beat, Flight) and is_lookup(beat)]
    for departure in sorted([*left, *asked], key=lambda one: one.first.event.seq):
        flight, arrival = departure.first, moment(departure.at + latency)
        fate = "is never read" if flight.lost else f"arrives at {arrival}"
        keys = PROTECTION_WORDS[flight.protection]
        who = flight.event.actor if flight.event.actor in SIDES else names.phrase(flight.event.actor)
        words = f"{who} sends {departure.words} ({keys}); {fate}"
        lines += hanging(f"{moment(departure.at):>9}  ", words, width)
    told = [flight for departure in left for flight in departure.flights]
    count = plural(sum(flight.protocol != "tcp" for flight in told), "message")
    lines += ["", f"{count}, one way through the network takes {moment(latency)}."]
    return "\n".join(lines) + "\n"


@dataclass(frozen=True, slots=True)
class TimeScale:
    """The height of each moment of virtual time.

    Attributes:
        instants: the times at which something happens, in microseconds, in order.
        heights: how far down the page each of them begins.
        ends: how far down each of them ends, its words below it.
        broken: the places (indices of the earlier instant) where the scale is broken.
        pixels: pixels for one microsecond where it is not.
    """

    instants: tuple[int, ...]
    heights: tuple[float, ...]
    ends: tuple[float, ...]
    broken: tuple[int, ...]
    pixels: float

    @staticmethod
    def of(still: dict[int, float], latency: int, top: float) -> TimeScale:
        """The scale for these times, each with its own height, beginning at ``top``."""
        pixels = ONE_WAY / latency if latency else PIXELS_PER_MICROSECOND
        instants = tuple(sorted(still))
        heights, ends, broken = [top], [top + still[instants[0]]], []
        for place, (one, other) in enumerate(pairwise(instants)):
            length = (other - one) * pixels
            if length > LONGEST:
                length = LONGEST
                broken.append(place)
            heights.append(ends[-1] + length)
            ends.append(heights[-1] + still[other])
        return TimeScale(instants, tuple(heights), tuple(ends), tuple(broken), pixels)

    def y(self, at: int) -> float:
        """The height of a time; an instant's own is where it begins."""
        place = min(max(bisect_right(self.instants, at) - 1, 0), len(self.instants) - 1)
        start, height = self.instants[place], self.ends[place]
        if at == start or place + 1 == len(self.instants):
            return self.heights[place]
        share = (at - start) / (self.instants[place + 1] - start)
        return height + share * (self.heights[place + 1] - height)

    def pairs(self) -> tuple[tuple[float, float], ...]:
        """Milliseconds and height, where each instant begins and where it ends, for axes over the picture."""
        found = []
        for at, top, end in zip(self.instants, self.heights, self.ends, strict=True):
            found += [(at / 1000, top), ((at + NO_TIME) / 1000, end)] if end > top else [(at / 1000, top)]
        return tuple(found)

    def ticks(self) -> list[int]:
        """Round times at a readable distance, those inside a break left out."""
        steps = (digit * 10**power for power in count() for digit in ROUND)
        step = next(step for step in steps if step >= LEAST_TICK / self.pixels)
        gaps = [(self.instants[place], self.instants[place + 1]) for place in self.broken]
        last = min(self.instants[-1] // step, MOST_TICKS)
        times = [step * number for number in range(last + 1)]
        return [at for at in times if not any(start < at < end for start, end in gaps)]
