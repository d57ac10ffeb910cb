"""The screens of a terminal session as the person sees them, each as large as a slide allows."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from simulator.telnet.data_stream import COLUMNS, FieldColour
from simulator.telnet.reading import screen_in
from simulator.trace.facts import Received
from simulator.views.drawing.cells import wrap_cells
from simulator.views.drawing.display import Box, Drawing, Line, Text, width_of
from simulator.views.drawing.sheet import MARGIN, pitch_of
from simulator.views.drawing.style import detail_named
from simulator.views.pictures.page import blank, finished, run_head, text_head
from simulator.views.story.fields import is_telnet
from simulator.views.story.words import clean, moment

if TYPE_CHECKING:
    from collections.abc import Iterator

    from simulator.telnet.screen import Screen
    from simulator.trace.trace import Trace
    from simulator.views.drawing.sheet import Sheet

TITLE = "the terminal's screen"
NO_TERMINAL = (
    "There is no terminal in this run: its session speaks lines or HTTP. Set network.application to tn3270 "
    "or telnet."
)
NO_SCREEN = "No screen came: the connection ended before the server had written one."
STYLE, BRIGHT = "glass", "glass.bright"
COLOURED = {
    FieldColour.BLUE: "glass.blue",
    FieldColour.RED: "glass.red",
    FieldColour.GREEN: "glass.green",
    FieldColour.PINK: "glass.pink",
    FieldColour.TURQUOISE: "glass.turquoise",
    FieldColour.YELLOW: "glass.yellow",
    FieldColour.WHITE: "glass.white",
}
EDGE = 18.0  # between the glass and its characters
GLASS = COLUMNS * width_of("0", STYLE) + 2 * EDGE
WIDTH = GLASS + 2 * MARGIN
LEAST_ROWS = 8  # of a screen that is nearly empty; empty rows below the last one are left out


@dataclass(frozen=True, slots=True)
class ScreenSeen:
    """A screen, and when the terminal showed it.

    Attributes:
        seq: the event in which the client read it.
        at: that moment, in microseconds of the connection.
        screen: its rows and fields.
    """

    seq: int
    at: int
    screen: Screen


def screens_seen(trace: Trace) -> Iterator[ScreenSeen]:
    """The screens that the client's terminal showed, one after the other."""
    if not is_telnet(trace.setup):
        return
    for event, fact in trace.facts(Received):
        if event.actor == "client" and fact.protocol in ("application_data", "cleartext"):
            found = screen_in(fact.raw)
            if found is not None:
                yield ScreenSeen(event.seq, event.at, found)


def screen(trace: Trace, *, detail: str = "messages") -> Drawing:
    """Lay out every screen that the terminal showed.

    Args:
        trace: one connection.
        detail: ``overview`` has the last screen alone.

    Raises:
        OutputError: the detail is unknown.
    """
    seen = list(screens_seen(trace))
    shown = seen[-1:] if detail_named(detail) == "overview" else seen
    sheet = blank(WIDTH)
    run_head(sheet, trace, TITLE)
    for one in shown:
        _heading(sheet, one, seen.index(one) + 1, len(seen))
        _glass(sheet, one)
    if not shown:
        sheet.y = sheet.paragraph(_without(trace), "lesson", 0, MARGIN, sheet.y, width=WIDTH - 2 * MARGIN)
    return finished(sheet, f"{trace.setup.title}: {TITLE}", screen_text(trace, 100))


def screen_text(trace: Trace, width: int) -> str:
    """The same as text: each screen in a frame, its rows cut to the width."""
    lines = text_head(trace, TITLE, width)
    seen = list(screens_seen(trace))
    for number, one in enumerate(seen, 1):
        lines += [_words(one, number, len(seen)), f"┌{'─' * (width - 2)}┐"]
        lines += [f"│{clean(row)[: width - 2]:<{width - 2}}│" for row in _rows(one.screen)]
        lines += [f"└{'─' * (width - 2)}┘", ""]
    return "\n".join(lines if seen else [*lines, *wrap_cells(_without(trace), width)]).rstrip("\n") + "\n"


def _without(trace: Trace) -> str:
    return NO_SCREEN if is_telnet(trace.setup) else NO_TERMINAL


def _words(one: ScreenSeen, number: int, of: int) -> str:
    which = f"Screen {number} of {of}, read" if of > 1 else "Read"
    return f"{which} by the terminal at {moment(one.at)}"


def _heading(sheet: Sheet, one: ScreenSeen, number: int, of: int) -> None:
    y = sheet.y
    sheet.y = sheet.paragraph(_words(one, number, of), "moment", one.seq, MARGIN, y, width=GLASS) + 6


def _rows(screen: Screen) -> list[str]:
    """The rows up to the last one that has characters or a field to type in, and at least a few."""
    used = [at for at, row in enumerate(screen.lines) if row.strip()]
    used += [field.address // COLUMNS for field in screen.fields if not field.is_protected]
    return [row.rstrip() for row in screen.lines[: max(LEAST_ROWS, *(at + 1 for at in used))]]


def _glass(sheet: Sheet, one: ScreenSeen) -> None:
    """The glass with its characters; a field to type in is underlined."""
    rows, pitch, character = _rows(one.screen), pitch_of(STYLE), width_of("0", STYLE)
    left, top = MARGIN + EDGE, sheet.y + EDGE
    place = len(sheet.front)
    sheet.put(Box(MARGIN, sheet.y, GLASS, pitch * len(rows) + 2 * EDGE, "screen", one.seq, radius=8))
    for number, row in enumerate(rows):
        baseline = top + (number + 0.75) * pitch
        for start, words, style in _runs(one.screen, number, row):
            sheet.put(Text(left + start * character, baseline, clean(words), style, one.seq))
    for field in one.screen.fields:
        down, column = divmod(field.address, COLUMNS)
        if not field.is_protected and down < len(rows) and column + field.length <= COLUMNS:
            y = top + (down + 0.9) * pitch
            x = left + column * character
            sheet.put(Line(((x, y), (x + field.length * character, y)), "glass.field", one.seq))
    sheet.keep_whole(place)
    sheet.y += pitch * len(rows) + 2 * EDGE + 16


def _runs(screen: Screen, number: int, row: str) -> Iterator[tuple[int, str, str]]:
    """The words of a row, each with its column and its style: spaces are not kept in an SVG."""
    for found in re.finditer(r"\S+(?: \S+)*", row):
        start = found.start()
        for part in _alike(screen, number * COLUMNS + start, found[0]):
            yield start, *part
            start += len(part[0])


def _alike(screen: Screen, address: int, words: str) -> Iterator[tuple[str, str]]:
    """The words cut where the style changes."""
    styles = [_style(screen, address + at) for at in range(len(words))]
    begin = 0
    for at in range(1, len(words) + 1):
        if at == len(words) or styles[at] != styles[begin]:
            yield words[begin:at], styles[begin]
            begin = at


def _style(screen: Screen, address: int) -> str:
    for field in screen.fields:
        if 0 <= address - field.address < field.length:
            return COLOURED.get(field.colour, BRIGHT if field.is_intensified else STYLE)
    return STYLE
