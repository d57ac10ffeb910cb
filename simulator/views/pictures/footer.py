"""The foot of a sequence diagram: the security level on its ladder, and the card that takes it apart."""

from __future__ import annotations

from typing import TYPE_CHECKING

from simulator.security import SecurityLevel
from simulator.views.drawing.display import Box, Line, wrap
from simulator.views.drawing.glyphs import octagon
from simulator.views.drawing.marks import Part, SectionMark
from simulator.views.drawing.sheet import MARGIN, Sheet
from simulator.views.story.lanes import names_of
from simulator.views.story.words import card_facts, level_name, level_sentence

if TYPE_CHECKING:
    from simulator.trace.trace import Trace

TITLE = "What the session is worth"
RUNGS = tuple(level for level in SecurityLevel if level.rung is not None)
RUNG_WIDTH = 126.0
RUNG_STEP = 15.0
FOOT = 44.0
PAD = 20.0
LADDER_WIDTH = (len(RUNGS) + 1) * RUNG_WIDTH + 26
LABEL_WIDTH = 172.0
FACTS_WIDTH = LABEL_WIDTH + 180  # the least that is readable beside the ladder


def foot(sheet: Sheet, trace: Trace) -> None:
    """Put the badge and move below it: the ladder, and the card's answers beside it or below."""
    sheet.foot = sheet.y + 18
    sheet.sections.append(SectionMark(TITLE, sheet.foot, sheet.foot))
    with sheet.within(Part.FOOT):
        _card(sheet, trace, sheet.foot)


def _card(sheet: Sheet, trace: Trace, top: float) -> None:
    left, width = MARGIN, sheet.stage.width - 2 * MARGIN
    seq, level, place = trace.events[-1].seq, trace.card.level, len(sheet.front)
    beside = width - PAD - LADDER_WIDTH - 2 * PAD >= FACTS_WIDTH
    room = LADDER_WIDTH if beside else width - 2 * PAD
    sheet.line(TITLE, "small", seq, left + PAD, top + 24, width=room)
    sheet.line(level_name(level), "level", seq, left + PAD, top + 54, width=room)
    sheet.line(level_sentence(level), "plain", seq, left + PAD, top + 79, width=room)
    bottom = ladder(sheet, level, left + PAD, top + 104, seq)
    facts = card_facts(trace.card, names_of(trace.setup).shown)
    if beside:
        x = left + PAD + LADDER_WIDTH + PAD
        facts_bottom = _facts(sheet, facts, x, top + 14, left + width - PAD - x, seq)
    else:
        half, column = (len(facts) + 1) // 2, (width - 2 * PAD) / 2
        columns = ((facts[:half], left + PAD), (facts[half:], left + PAD + column))
        facts_bottom = max(_facts(sheet, part, x, bottom + 14, column - 16, seq) for part, x in columns)
    sheet.y = max(bottom, facts_bottom) + 16
    sheet.put_behind(place, Box(left, top, width, sheet.y - top, "card", seq, radius=10, part=Part.FOOT))


def ladder(
    sheet: Sheet,
    level: SecurityLevel | None,
    x: float,
    top: float,
    seq: int,
    *,
    width: float = RUNG_WIDTH,
    last: float = RUNG_WIDTH,
    step: float = RUNG_STEP,
) -> float:
    """Six stairs, the reached one filled and framed; REFUSED is beside them. Return the y below."""
    bottom = top + FOOT + 5 * step
    for rung in (*RUNGS, SecurityLevel.REFUSED):
        refusal, height = rung.rung is None, FOOT + step * (rung.rung or 0)
        if refusal:
            x, width = x + 26, last
        middle = x + (width - 4) / 2
        above = refusal or level is None or level.rung is None or (rung.rung or 0) > level.rung
        style = f"level.edge.{rung.value}" if rung is level else "rung.above" if above else "rung"
        sheet.put(Box(x, bottom - height, width - 4, height, style, seq, radius=3))
        if refusal and rung is level:
            sheet.put(*octagon(middle, bottom - FOOT - 17, 12, seq))
        if refusal:
            sheet.put(Line(((x - 15, top), (x - 15, bottom)), "rule", seq))
        lines = wrap(level_name(rung), "rung", width - 6, 2)
        sheet.rows(lines, "rung", seq, middle, bottom - height + 18, "middle")
        x += width
    return bottom


def _facts(
    sheet: Sheet, facts: tuple[tuple[str, str], ...], x: float, top: float, width: float, seq: int
) -> float:
    """Questions and answers of the card below each other; the y below them."""
    y = top
    for label, answer in facts:  # an answer may hold a URI of three lines
        sheet.paragraph(label, "fact.label", seq, x, y, width=LABEL_WIDTH - 8, most=1)
        below = sheet.paragraph(answer, "fact", seq, x + LABEL_WIDTH, y, width=width - LABEL_WIDTH, most=4)
        y = below + 4
    return y
