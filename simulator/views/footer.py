"""The foot of a sequence diagram: the security level on its ladder, and the card that takes it apart."""

from __future__ import annotations

from typing import TYPE_CHECKING

from simulator.security import SecurityLevel
from simulator.views.display import Box, Line, Text, wrap
from simulator.views.glyphs import octagon
from simulator.views.sheet import MARGIN, Sheet, pitch_of
from simulator.views.words import card_facts, level_name

if TYPE_CHECKING:
    from simulator.trace import Trace
    from simulator.views.style import Detail

RUNGS = tuple(level for level in SecurityLevel if level.rung is not None)
RUNG_WIDTH = 126.0
RUNG_STEP = 15.0
FOOT = 44.0


def foot(sheet: Sheet, trace: Trace, detail: Detail) -> None:
    """Put the badge and move below it."""
    top, left = sheet.y + 18, MARGIN
    width = sheet.stage.width - 2 * MARGIN
    seq = trace.events[-1].seq
    place = len(sheet.front)
    level = trace.card.level
    sheet.line("What the session is worth", "small", seq, left + 20, top + 24, width=width - 40)
    sheet.line(level_name(level), "level", seq, left + 20, top + 54, width=width - 40)
    words = level.plain_words[0].upper() + level.plain_words[1:] + "."
    sheet.line(words, "plain", seq, left + 20, top + 79, width=width - 40)
    bottom = _ladder(sheet, level, left + 20, top + 100, seq)
    if detail != "overview":
        bottom = _facts(sheet, trace, left + 20, bottom + 14, width - 40, seq)
    sheet.y = bottom + 16
    sheet.front.insert(place, Box(left, top, width, sheet.y - top, "card", seq, radius=10))


def _ladder(sheet: Sheet, level: SecurityLevel, x: float, top: float, seq: int) -> float:
    """Six stairs, the reached one filled and framed; REFUSED stands beside them."""
    bottom = top + FOOT + 5 * RUNG_STEP
    for rung in RUNGS:
        height = FOOT + RUNG_STEP * (rung.rung or 0)
        above = level.rung is None or (rung.rung or 0) > level.rung
        style = f"level.edge.{rung.value}" if rung is level else "rung.above" if above else "rung"
        sheet.put(Box(x, bottom - height, RUNG_WIDTH - 4, height, style, seq, radius=3))
        _name(sheet, rung, x + (RUNG_WIDTH - 4) / 2, bottom - height + 7, seq)
        x += RUNG_WIDTH
    x += 26
    refused = SecurityLevel.REFUSED
    style = f"level.edge.{refused.value}" if level is refused else "rung.above"
    sheet.put(Box(x, bottom - FOOT, RUNG_WIDTH - 4, FOOT, style, seq, radius=3))
    if level is refused:
        sheet.put_all(octagon(x + (RUNG_WIDTH - 4) / 2, bottom - FOOT - 17, 12, seq))
    sheet.put(Line(((x - 15, top), (x - 15, bottom)), "rule", seq))
    _name(sheet, refused, x + (RUNG_WIDTH - 4) / 2, bottom - FOOT + 7, seq)
    return bottom


def _name(sheet: Sheet, level: SecurityLevel, middle: float, top: float, seq: int) -> None:
    for index, line in enumerate(wrap(level_name(level), "rung", RUNG_WIDTH - 14, 2)):
        y = top + 11 + index * pitch_of("rung")
        sheet.put(Text(middle, y, line, "rung", seq, "middle"))


def _facts(sheet: Sheet, trace: Trace, x: float, top: float, width: float, seq: int) -> float:
    """The card's answers in two columns; the y below them."""
    facts = card_facts(trace.card)
    half = (len(facts) + 1) // 2
    column = width / 2
    y = top
    for row in range(half):
        for side, index in enumerate((row, row + half)):
            if index < len(facts):
                label, answer = facts[index]
                at = x + side * column
                sheet.line(label, "fact.label", seq, at, y + 13, width=190)
                sheet.line(answer, "fact", seq, at + 196, y + 13, width=column - 212)
        y += 21
    return y
