"""A party in between on one slide: three lanes, two connections side by side, and what is true of both.

Time goes down: the second connection begins where the first has let the client through. Of each handshake
only what says who is who is shown; the connections one by one show the rest.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec.structs import replace

from simulator.trace.connections import connections_of
from simulator.trace.end_to_end import end_to_end
from simulator.trace.facts import Sent
from simulator.trace.header_read import HeaderRead
from simulator.trust.verdict import CheckOutcome
from simulator.views.drawing import glyphs
from simulator.views.drawing.display import Box, Drawing, Line, Text, fit, width_of, wrap
from simulator.views.drawing.marks import LaneMark, Part
from simulator.views.drawing.sheet import MARGIN, Sheet, Stage, pitch_of
from simulator.views.pictures.arrows import arrow
from simulator.views.story.beat_kinds import Flight
from simulator.views.story.beats import beats
from simulator.views.story.essence import NO_CERTIFICATE, essence, folded
from simulator.views.story.lanes import NO_TLS, version_words
from simulator.views.story.words import clean, level_name

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from simulator.trace.facts import Event
    from simulator.trace.trace import Trace
    from simulator.views.story.essence import Choice, Essence, Row

WIDTH = 960.0  # 16:9 with the usual story
ROOM = WIDTH - 2 * MARGIN
LANES = (150.0, 480.0, 810.0)  # client, the party in between, server
HALF_CARD = 128.0
WIDEST = 380.0  # a decision
CARDS, TOP, BOTTOM = 58.0, 110.0, 440.0
FOOT = 100.0  # levels and sentence
HELLOS = ("ClientHello", "ServerHello", "HelloRetryRequest", "Finished")
AIR = 16.0  # the most below a row


def in_between(trace: Trace) -> Drawing:
    """Lay a run with a party in between out as one slide.

    Args:
        trace: of both connections.
    """
    slide = _Slide(trace, 0.0)
    air = min(AIR, max(0.0, (BOTTOM - slide.sheet.y) / max(1, slide.rows)))
    return _Slide(trace, air).drawing()


class _Slide:
    """The slide with some air below each row."""

    def __init__(self, trace: Trace, air: float) -> None:
        self.trace, self.air = trace, air
        self.connections = connections_of(trace)
        self.sheet = Sheet(Stage(trace.setup.actors, {}, MARGIN, WIDTH - MARGIN, WIDTH), TOP)
        self.rows = 0
        for number, row in sorted(self._told(), key=lambda one: one[1].event.seq):
            self._put(number, row)
            self.sheet.y += air
            self.rows += 1
        self.bottom = max(BOTTOM, self.sheet.y + 2)

    def _told(self) -> Iterator[tuple[int, Row]]:
        """The rows of each connection, each with the event of the whole trace that it stands for."""
        for number, one in enumerate(self.connections):
            whole = [event for event in self.trace.events if event.connection == number + 1]
            headed = [row for place, row in _with_header(self.connections) if place == number]
            for row in (*_rows(_most_folded(one)), *headed):
                yield number, self._named(number, _standing_for(row, whole))

    def _named(self, number: int, row: Row) -> Row:
        """The row with the party's own name: "client" and "server" are other lanes here."""
        if isinstance(row, Flight):
            return row
        party = clean(self.trace.setup.party_between)
        side, name = ("The client ", f"The {party} ") if number else ("this server", f"this {party}")
        grounds = tuple((outcome, words.replace(side, name)) for outcome, words in row.grounds)
        return replace(row, grounds=grounds)

    def _put(self, number: int, row: Row) -> None:
        if isinstance(row, Flight):
            self._arrow(number, row)
        else:
            self._choice(number, row)

    def _arrow(self, number: int, row: Flight) -> None:
        """An arrow of one connection, with its name above."""
        sheet, seq = self.sheet, row.event.seq
        left, right = LANES[number], LANES[number + 1]
        start, end = (left, right) if row.event.actor == "client" else (right, left)
        style = "message.alert" if row.refusal else "message.long"
        name = fit(row.name, style, right - left - 44)
        text = Text(
            (left + right) / 2, sheet.y + 13, name, style, seq, "middle", row.name if name != row.name else ""
        )
        sheet.put(text)
        if row.encrypted:
            sheet.put(*glyphs.lock(text.extent[0] - 8 - glyphs.LOCK_WIDTH, sheet.y + 1, seq))
        sheet.y += 22
        arrow(sheet, row, start, end)
        sheet.y += 8

    def _choice(self, number: int, row: Choice) -> None:
        """A decision on the lane of the side that takes it: its grounds beside each other where they fit."""
        sheet, seq, style = self.sheet, row.event.seq, "check"
        lane, pitch = LANES[number + (row.event.actor == "server")], pitch_of("check")
        sizes = [width_of(words, style) + 42 for _, words in row.grounds]
        beside = sum(sizes) <= WIDEST
        width = sum(sizes) if beside else WIDEST
        x = left = min(max(lane - width / 2, MARGIN), WIDTH - MARGIN - width)
        place, top, lines = len(sheet.front), sheet.y, 0
        for (outcome, words), size in zip(row.grounds, sizes, strict=True):
            shown = wrap(words, style, width - 42, 2)
            y = top + 4 + lines * pitch
            sheet.put(glyphs.mark(outcome, x + 10, y + 0.5 * pitch, seq))
            sheet.rows(shown, style, seq, x + 30, y + 0.78 * pitch)
            x, lines = (x + size, 0) if beside else (x, lines + len(shown))
        sheet.y = top + 8 + max(1, lines) * pitch
        sheet.put_behind(place, Box(left, top, width, sheet.y - top, "decision", seq, 8))
        sheet.y += 4

    def drawing(self) -> Drawing:
        """The slide."""
        sheet, words = self.sheet, clean(end_to_end(self.connections))
        place = len(sheet.front)
        self._head()
        sheet.head = sheet.span_since(place)
        sheet.foot = self.bottom + 8
        self._foot(words)
        height = self.bottom + FOOT
        sheet.whole.append((0.0, height))
        paper = Box(0, 0, WIDTH, height, "paper", 0, part=Part.PAPER)
        lines = [Line(((x, CARDS + 42), (x, self.bottom)), "lifeline", 0, part=Part.LIFELINE) for x in LANES]
        title = f"{clean(self.trace.setup.title)}: both connections"
        return Drawing(WIDTH, height, title, words, (paper, *lines, *sheet.front), sheet.marks())

    def _head(self) -> None:
        """Title, version, and a card above each lane."""
        sheet, setup = self.sheet, self.trace.setup
        with sheet.within(Part.TITLE):
            sheet.line(clean(setup.title), "title", 0, MARGIN, 37, width=ROOM - 90)
            versions = [version_words(one) for one in self.connections]
            version = next((words for words in versions if words != NO_TLS), NO_TLS)
            sheet.line(version, "plain", 0, WIDTH - MARGIN, 37, width=80, anchor="end")
        onward = self.connections[1] if len(self.connections) > 1 else None
        cards = [essence(one).cards for one in self.connections]
        shows = cards[1].get("client", "") if onward else "let no client through"
        if shows == NO_CERTIFICATE:  # of a client; its certificate as a server is in its first arrow
            shows = "no client certificate"
        asks = cards[1].get("server", "") if onward else "was never called"
        party = clean(setup.party_between).capitalize()
        titles = (
            ("Client", cards[0].get("client", "")),
            (party, f"TLS {'ends' if versions[0] != NO_TLS else 'begins'} here · {shows}"),
            ("Server", asks),
        )
        with sheet.within(Part.CARD):
            for x, (title, words) in zip(LANES, titles, strict=True):
                sheet.put(Box(x - HALF_CARD, CARDS, 2 * HALF_CARD, 42, "header", 0, radius=8))
                sheet.put(Text(x, CARDS + 18, title, "lane", 0, "middle"))
                sheet.line(words, "lane.small", 0, x, CARDS + 35, width=2 * HALF_CARD - 8, anchor="middle")
                sheet.lanes.append(LaneMark(title, x, (words,)))

    def _foot(self, words: str) -> None:
        """The level of each connection below it, and the sentence that is true of both."""
        sheet, last = self.sheet, self.trace.events[-1].seq
        with sheet.within(Part.FOOT):
            for number, one in enumerate(self.connections):
                x = (LANES[number] + LANES[number + 1]) / 2
                level = f"Connection {number + 1}: {level_name(one.card.level)}"
                half = width_of(level, "plain") / 2 + 14
                style, top = f"level.edge.{one.card.level.value}", self.bottom + 8
                sheet.put(Box(x - half, top, 2 * half, 26, style, last, 8))
                sheet.put(Text(x, self.bottom + 26, level, "plain", last, "middle"))
            sheet.paragraph(words, "plain", last, MARGIN, self.bottom + 44, width=ROOM, most=3)


def _most_folded(connection: Trace) -> Essence:
    """The essence of a connection with as little as there is."""
    told = essence(connection)
    while (less := folded(told)) != told:
        told = less
    return told


def _rows(told: Essence) -> Iterator[Row]:
    """The rows that say who is who: no arrow of hellos alone, and no decision that a later one repeats."""
    for row in told.rows:
        if not isinstance(row, Flight):
            if row.decides or any(outcome is not CheckOutcome.NOT_EVALUATED for outcome, _ in row.grounds):
                yield row
            continue
        names = [name for name in row.name.split(", ") if name not in HELLOS]
        if names:
            yield replace(row, name=", ".join(names))


def _with_header(connections: Sequence[Trace]) -> Iterator[tuple[int, Flight]]:
    """The requests whose header names the client to the server; the client's own if it wrote the same."""
    read = next((fact for one in connections[1:] for _, fact in one.facts(HeaderRead)), None)
    if read is None or read.names is None:
        return
    said = [_request(one) for one in connections]
    lines = [_line(flight, read.header) for flight in said]
    for number, flight in enumerate(said):
        if flight is not None and lines[number] == lines[-1]:
            yield number, replace(flight, name=f"{read.header}: {clean(read.names)}", fields=())


def _request(connection: Trace) -> Flight | None:
    """The client's first words."""
    told = (beat for beat in beats(connection, "messages") if isinstance(beat, Flight))
    return next((one for one in told if (one.protocol, one.receiver) == ("application_data", "server")), None)


def _line(flight: Flight | None, header: str) -> bytes:
    """The line of a request that has this header, or nothing."""
    fact = flight.event.fact if flight is not None else None
    lines = fact.raw.split(b"\r\n") if isinstance(fact, Sent) else []
    return next((line for line in lines if line.startswith(f"{header}:".encode())), b"")


def _standing_for(row: Row, whole: list[Event]) -> Row:
    """The row with its events as they stand in the whole trace."""
    event = whole[row.event.seq]
    if not isinstance(row, Flight):
        return replace(row, event=event)
    read = None if row.read is None else whole[row.read.seq]
    lost = None if row.lost_since is None else whole[row.lost_since].seq
    return replace(row, event=event, read=read, lost_since=lost)
