"""One row for each message: its arrow, its name, its size, and who can read it."""

from __future__ import annotations

import re
import textwrap
from typing import TYPE_CHECKING

from simulator.tls.wire.version import Protection
from simulator.trace.facts import Sent
from simulator.views.drawing import glyphs
from simulator.views.drawing.display import Anchor, Box, Item, Line, Text, fit, width_of, wrap
from simulator.views.drawing.marks import Part
from simulator.views.drawing.sheet import TALK_PITCH, Sheet, pitch_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from simulator.views.story.beat_kinds import Flight

BESIDE_LANES = 18.0  # what words on an arrow leave free between two lanes
LOOKS = {
    Protection.CLEAR: "clear",
    Protection.HANDSHAKE_TRAFFIC: "handshake",
    Protection.APPLICATION_TRAFFIC: "session",
    Protection.CONNECTION: "session",
}


def look_of(flight: Flight) -> str:
    """The style of a message's line: a refusal stands out, else it shows under whose keys it travels."""
    return "alert" if flight.refusal else LOOKS[flight.protection]


def tube_of(flight: Flight) -> str:
    """The style of the tube around an encrypted message."""
    return "tube.handshake" if flight.protection is Protection.HANDSHAKE_TRAFFIC else "tube.session"


def draw(sheet: Sheet, row: Flight) -> None:
    """Put one message on the sheet and move down.

    Its words stand next to the inner one of the two lanes, before any other lane that the arrow crosses.
    """
    place = len(sheet.front)
    _row(sheet, row)
    sheet.keep_whole(place)


def _row(sheet: Sheet, row: Flight) -> None:
    stage, seq = sheet.stage, row.event.seq
    start, end = stage.lanes[row.event.actor], stage.lanes[row.receiver]
    inner, outer = sorted((start, end), key=lambda x: abs(x - stage.middle))
    near = stage.next_lane(inner, towards=outer)
    middle, room = (inner + near) / 2, abs(inner - near) - BESIDE_LANES
    sheet.y += 5
    _label(sheet, row, middle, room)
    sheet.y += 10
    arrow(sheet, row, start, end)
    sheet.y += 9
    if room < TALK_PITCH - BESIDE_LANES:
        _fields_beside(sheet, row, inner, rightward=near < inner)
        return
    words = row.fields[: len(row.fields) - sum(map(bool, row.screen))]
    for text in words:
        sheet.y = sheet.paragraph(text, "field", seq, middle, sheet.y, width=room, most=3, anchor="middle")
    if row.screen:
        _screen(sheet, row, middle - room / 2, room)
    sheet.y += 5


def _screen(sheet: Sheet, row: Flight, left: float, width: float) -> None:
    """The terminal's screen, of several empty rows one; a row that is too long goes on in the next one."""
    seq, pitch = row.event.seq, pitch_of("screen")
    columns = int((width - 20) / width_of("0", "screen"))
    kept = [text for place, text in enumerate(row.screen) if text or row.screen[place - 1]]
    rows = [line for text in kept for line in textwrap.wrap(text, columns) or [""]]
    sheet.put(Box(left, sheet.y + 2, width, pitch * len(rows) + 16, "screen", seq, radius=4))
    sheet.y += 10
    for text in rows:
        sheet.y += pitch
        for part in re.finditer(r"\S+(?: \S+)*", text):
            x = left + 10 + width_of("0" * part.start(), "screen")  # spaces are not kept in an SVG
            sheet.put(Text(x, sheet.y - 0.25 * pitch, part[0], "screen", seq))
    sheet.y += 10


def _fields_beside(sheet: Sheet, row: Flight, inner: float, *, rightward: bool) -> None:
    """Between neighbouring lanes there is no room below the arrow: the fields go to its inner side."""
    x = inner + 16 if rightward else inner - 16
    y = sheet.y - 9 - 0.5 * pitch_of("field") - pitch_of("field") * (len(row.fields) > 1)
    anchor: Anchor = "start" if rightward else "end"
    for text in row.fields:
        y = sheet.paragraph(text, "field", row.event.seq, x, y, width=TALK_PITCH - 32, most=2, anchor=anchor)
    sheet.y = max(sheet.y, y) + 5


def _label(sheet: Sheet, row: Flight, middle: float, room: float) -> None:
    """Name, size and keys on one line where they fit, else below each other."""
    seq, fact = row.event.seq, row.event.fact
    quiet = isinstance(fact, Sent) and fact.protocol == "change_cipher_spec"
    style = "message.alert" if row.refusal else "message.quiet" if quiet else "message"
    sign = (glyphs.LOCK_WIDTH + 6) * row.encrypted + 24 * row.refusal
    name = fit(row.name, style, room - sign)
    whole = sign + width_of(name, style) + 10 + width_of(row.small, "message.small")
    one_line = whole <= room
    x = middle - (whole if one_line else sign + width_of(name, style)) / 2
    baseline = sheet.y + 13
    if row.refusal:
        sheet.put(*glyphs.octagon(x + 9, baseline - 5, 9, seq))
        x += 24
    if row.encrypted:
        sheet.put(*glyphs.lock(x, baseline - 12, seq))
        x += glyphs.LOCK_WIDTH + 6
    sheet.put(Text(x, baseline, name, style, seq, full=row.name if name != row.name else ""))
    sheet.y += 19
    if one_line:
        sheet.put(Text(x + width_of(name, style) + 10, baseline, row.small, "message.small", seq))
        return
    for line in wrap(row.small, "message.small", room, 2):
        sheet.put(Text(middle, sheet.y + 10, line, "message.small", seq, "middle"))
        sheet.y += pitch_of("message.small")


def arrow(sheet: Sheet, row: Flight, start: float, end: float) -> None:
    """The line itself: a tube where it is encrypted, broken off where it is never read."""
    seq, y, lost_since = row.event.seq, sheet.y, row.lost_since
    way = 1 if end > start else -1
    look = look_of(row)
    tip = end - 2 * way
    whole = tuple(_shaft(row, look, y, start, tip - 14 * way, tip - 8 * way))
    if lost_since is None:
        # TCP takes its segment when that arrives; the program that notices it later has a note of its own.
        head = seq if row.read is None or row.protocol == "tcp" else row.read.seq
        sheet.put(*whole, glyphs.arrow_head(tip, y, way, f"{look}.head", head))
        return
    broken = end - 98 * way  # leaves room for the words before the lane
    shaft = _shaft(row, look, y, start, broken - 7 * way, broken - 7 * way)
    words = Text(broken + way * 13, y + 4.5, "never read", "unread", seq, "start" if way > 0 else "end")
    late = lost_since > seq  # else the broken line is all that was ever to be seen of it
    sheet.put(*(() if late else shaft))
    with sheet.within(Part.UNREAD, lost_since):
        sheet.put(*(shaft if late else ()), *glyphs.never_read(broken, y, seq), words)
    sheet.meanwhile += whole if late else ()


def _shaft(row: Flight, look: str, y: float, start: float, tube_end: float, end: float) -> Iterator[Item]:
    """The line of an arrow, in a tube where it is encrypted."""
    seq = row.event.seq
    if row.encrypted:
        left, right = sorted((start + (8 if end > start else -8), tube_end))
        yield Box(left, y - 5.5, right - left, 11, tube_of(row), seq, radius=5.5)
    yield Line(((start, y), (end, y)), look, seq)
