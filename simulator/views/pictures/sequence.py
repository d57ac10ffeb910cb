"""The sequence diagram: a trace laid out as a display list.

Time goes down. Each message is one arrow at the moment of its *sending*; what the receiver makes of it
follows below, so that a message which was sent and never read shows as such. Bands are runs of events of
the same step. CA lanes stand idle during the connection, because nobody asks a CA then.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from simulator.trace.facts import (
    STEP_NUMBERS,
    Alert,
    BeliefChanged,
    Checked,
    Decided,
    Event,
    HandshakeReturned,
    Noted,
    Received,
    Sent,
    StateChanged,
)
from simulator.views.drawing.display import Box, Drawing, Line, Text, wrap
from simulator.views.drawing.marks import BandMark, Part
from simulator.views.drawing.sheet import Sheet, Stage, pitch_of
from simulator.views.drawing.style import Detail, detail_named
from simulator.views.pictures import arrows, panels
from simulator.views.pictures.beliefs import BeliefLane, GapShade
from simulator.views.pictures.footer import foot
from simulator.views.pictures.heading import head
from simulator.views.story import flights
from simulator.views.story.caption import caption
from simulator.views.story.fields import key_fields
from simulator.views.story.reading import (
    gap,
    idle_authorities,
    is_small_talk,
    news,
    reads,
    unread_since,
    version_of,
)
from simulator.views.story.words import clean, moment

if TYPE_CHECKING:
    from simulator.trace.trace import Trace
    from simulator.trust.verdict import Verdict

STRIP_HEIGHT = 27.0


def sequence(trace: Trace, *, detail: str = "messages") -> Drawing:
    """Lay a trace out as a sequence diagram.

    Args:
        trace: what happened.
        detail: ``overview`` (flights and choices), ``messages``, or ``everything`` (states, readings and
            every line of the ledgers).

    Raises:
        OutputError: there is no such detail.
    """
    level = detail_named(detail)
    sheet = Sheet(Stage.of(trace))
    head(sheet, trace, level)
    below_cards = sheet.y
    sheet.y += 10
    story = _Story(sheet, trace, level)
    for event in trace.events:
        story.tell(event)
    story.end()
    bottom = sheet.y
    foot(sheet, trace)
    lifelines = _lifelines(sheet.stage, below_cards, bottom, story.idle_from)
    paper = Box(0, 0, sheet.stage.width, sheet.y + 20, "paper", 0, part=Part.PAPER)
    return Drawing(
        width=sheet.stage.width,
        height=sheet.y + 20,
        title=clean(
            f"{trace.setup.title}: TLS {trace.outcome.negotiated or trace.setup.tls} sequence diagram"
        ),
        description=caption(trace),
        items=(paper, *sheet.back, *lifelines, *sheet.middle, *sheet.front),
        marks=sheet.marks(),
    )


class _Story:
    """Goes through the events from top to bottom and keeps what the next row must know."""

    def __init__(self, sheet: Sheet, trace: Trace, detail: Detail) -> None:
        self.sheet, self.trace, self.detail = sheet, trace, detail
        self.reads, self.unread, self.idle = reads(trace), unread_since(trace), idle_authorities(trace)
        self.lanes = {
            "client": BeliefLane(sheet, left_side=True, detail=detail),
            "server": BeliefLane(sheet, left_side=False, detail=detail),
        }
        self.gap = GapShade(sheet, gap(trace))
        self.version = version_of(trace)
        self.band: Event | None = None
        self.idle_from: dict[str, float] = {}
        self.ledgers: dict[str, Verdict] = {}
        self.flight: flights.Message | None = None
        self.judging: tuple[Event, Verdict] | None = None

    def tell(self, event: Event) -> None:
        """Put what one event has to show."""
        fact = event.fact
        if isinstance(fact, Sent) or (isinstance(fact, Alert) and fact.direction == "sent"):
            self._message(event)
        elif isinstance(fact, BeliefChanged):
            self._flush()
            self._judgement()
            self.gap.see(event)
            if event.actor in self.lanes:
                self.lanes[event.actor].change(event)
        elif self._shows(event):
            self._flush()
            if not isinstance(event.fact, Decided):
                self._judgement()
            self._open_band(event)
            self.gap.see(event)
            self._box(event)
        elif isinstance(fact, Checked):
            self.ledgers[event.actor] = fact.verdict  # what completes it later is told apart from it

    def end(self) -> None:
        """Close whatever is open."""
        self._flush()
        self._judgement()
        for lane in self.lanes.values():
            lane.end()
        self._close_band()

    def _shows(self, event: Event) -> bool:
        """The event has a row of its own at this detail."""
        match event.fact:
            case HandshakeReturned():
                return True
            case Decided(options=options):
                return self.detail != "overview" or len(options) > 1
            case Checked(verdict=verdict):
                return self.detail != "overview" or not verdict.accepted
            case Noted():
                return self.detail != "overview"
            case StateChanged() | Received() | Alert():
                return self.detail == "everything"
            case _:
                return False

    def _box(self, event: Event) -> None:
        sheet = self.sheet
        match event.fact:
            case Checked(verdict=verdict):
                self._ledger(event, verdict)
            case Decided():
                judging, self.judging = self.judging, None
                panels.decision(sheet, event, judging, self.detail, self._since(event))
            case HandshakeReturned():
                panels.returned(sheet, event)
            case Noted():
                panels.note(sheet, event)
            case StateChanged():
                panels.state(sheet, event)
            case Received(name=name) | Alert(name=name):
                panels.read(sheet, event, f"reads {clean(name)} ({moment(event.at)})")
            case _:
                pass

    def _ledger(self, event: Event, verdict: Verdict) -> None:
        """Keep a whole ledger for the decision that rests on it; put what completes an earlier one."""
        before, self.ledgers[event.actor] = self.ledgers.get(event.actor), verdict
        checks = news(before, verdict)
        if len(checks) == len(verdict.checks):
            self.judging = (event, verdict)
        elif checks:
            panels.proof(self.sheet, event, checks, verdict.role)

    def _judgement(self) -> None:
        """Put a ledger that no decision followed."""
        if self.judging is not None:
            judging, self.judging = self.judging, None
            self._open_band(judging[0])
            panels.judgement(self.sheet, *judging, self.detail)

    def _message(self, event: Event) -> None:
        self._judgement()
        if self.detail == "overview" and is_small_talk(event.fact, self.version):
            return
        fields = (
            ()
            if self.detail == "overview"
            else key_fields(event, self.version, self.ledgers.get(event.actor))
        )
        row = flights.message(event, fields, self.reads.get(event.seq), lost=event.seq in self.unread)
        if self.detail != "overview":
            self._open_band(event)
            self._draw(row)
            return
        joined = self.flight and flights.joined(self.flight, row)
        if not joined:
            self._flush()
        self.flight = joined or row

    def _flush(self) -> None:
        """Draw the flight that was gathered."""
        if self.flight is not None:
            row, self.flight = self.flight, None
            self._open_band(row.event)
            self._draw(row)

    def _draw(self, row: flights.Message) -> None:
        arrows.draw(self.sheet, row, unread_since=self.unread.get(row.event.seq))

    def _since(self, event: Event) -> int | None:
        """The ledger that a decision rests on: its question is asked when the ledger is shown."""
        cause = event.cause
        if isinstance(event.fact, Decided) and cause is not None:
            return cause if isinstance(self.trace.events[cause].fact, Checked) else None
        return None

    def _open_band(self, event: Event) -> None:
        """Begin a new band where the step changes: a strip with the step's number and title."""
        if self.band is not None and self.band.step is event.step:
            return
        self._close_band()
        sheet, stage = self.sheet, self.sheet.stage
        step, seq, top, since = event.step, event.seq, self.sheet.y, self._since(event)
        self.band = event
        width = stage.right - stage.left
        with sheet.within(Part.BAND, since):
            sheet.put(Box(stage.left, top, width, STRIP_HEIGHT, f"strip.{step.value}", seq, radius=5))
        x, y = stage.left + 18, top + STRIP_HEIGHT / 2
        with sheet.within(Part.HEADING, since):
            sheet.put(Box(x - 10, y - 10, 20, 20, f"step.{step.value}", seq, radius=10))
            sheet.put(Text(x, y + 4.7, str(STEP_NUMBERS[step]), "band.number", seq, "middle"))
            style = f"band.title.{step.value}"
            sheet.line(step.title, style, seq, stage.left + 36, top + 19, width=width - 190)
        when = f"from {moment(event.at)}" if event.at > 0 else moment(event.at)
        with sheet.within(Part.TIME, since):
            sheet.line(when, "band.time", seq, stage.right - 12, top + 18, width=140, anchor="end")
        shown_with = seq if since is None else since
        sheet.bands.append(BandMark(step, shown_with, top, top + STRIP_HEIGHT, top + STRIP_HEIGHT))
        sheet.y = top + STRIP_HEIGHT + 5
        if event.at >= 0 and not self.idle_from:
            self._idle_notes(seq)

    def _idle_notes(self, seq: int) -> None:
        """Say beside each idle CA lane that nobody asks it."""
        for name in sorted(self.idle):
            x, y = self.sheet.stage.lanes[name], self.sheet.y + 6
            for index, line in enumerate(wrap("nobody asks the CA during the connection", "lane.idle", 150)):
                baseline = y + 10 + index * pitch_of("lane.idle")
                self.sheet.put(Text(x, baseline, line, "lane.idle", seq, "middle", part=Part.IDLE))
            self.idle_from[name] = y + 36

    def _close_band(self) -> None:
        if self.band is None:
            return
        sheet, stage, event = self.sheet, self.sheet.stage, self.band
        sheet.y += 6
        band = sheet.bands[-1] = replace(sheet.bands[-1], bottom=sheet.y)
        width, height = stage.right - stage.left, band.bottom - band.top
        style, since = f"band.{band.step.value}", self._since(event)
        ground = Box(stage.left, band.top, width, height, style, event.seq, 5, part=Part.BAND, since=since)
        sheet.back.append(ground)
        sheet.y += 5
        self.band = None


def _lifelines(stage: Stage, top: float, bottom: float, idle_from: dict[str, float]) -> list[Line]:
    """A line down from every card; dotted where a CA has nothing to do any more."""
    lines = []
    for name, x in stage.lanes.items():
        if name not in idle_from:
            lines.append(Line(((x, top), (x, bottom)), "lifeline", 0, part=Part.LIFELINE))
            continue
        above, below = ((x, top), (x, idle_from[name] - 36)), ((x, idle_from[name]), (x, bottom))
        lines.append(Line(above, "lifeline", 0, part=Part.LIFELINE))
        lines.append(Line(below, "lifeline.idle", 0, part=Part.LIFELINE))
    return lines
