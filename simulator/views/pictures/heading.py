"""The head of a sequence diagram: title, lesson and one card for each lane."""

from __future__ import annotations

from typing import TYPE_CHECKING

from simulator.views.drawing.display import Anchor, Box, fit, wrap
from simulator.views.drawing.marks import LaneMark, Part
from simulator.views.drawing.sheet import BELIEF_WIDTH, MARGIN, Sheet, pitch_of
from simulator.views.pictures import page
from simulator.views.story.essence import TITLES
from simulator.views.story.lanes import lane_words, names_of, reading_notes, run_title, under_title
from simulator.views.story.words import clean

if TYPE_CHECKING:
    from simulator.trace.facts import Setup
    from simulator.trace.setup import ActorSetup
    from simulator.trace.trace import Trace
    from simulator.views.drawing.style import Detail

MOST_LINES = 14  # on one card, for setups that nobody foresaw


def head(sheet: Sheet, trace: Trace, detail: Detail) -> None:
    """Put the title block and the lane cards; leaves ``sheet.y`` below them."""
    with sheet.within(Part.TITLE):
        setup, lesson = trace.setup, "" if detail == "overview" else clean(trace.setup.lesson)
        under = filter(None, (clean(under_title(trace)), reading_notes(setup)))
        page.head(sheet, run_title(setup), *under, lead=lesson, most=5)
    place = len(sheet.front)
    with sheet.within(Part.CARD):
        _cards(sheet, setup, detail)
    with sheet.within(Part.COLUMN):
        column_titles(sheet)
    sheet.head = sheet.span_since(place)


def _cards(sheet: Sheet, setup: Setup, detail: Detail) -> None:
    stage, names = sheet.stage, names_of(setup)
    rooms = {name: 2 * stage.half(name) - 16 for name in stage.lanes}
    words = {actor.name: _card_lines(actor, setup, detail, rooms[actor.name]) for actor in stage.actors}
    titles = {name: wrap(names.title(name), "lane", room, 3) for name, room in rooms.items()}
    starts = {name: 42 + (len(title) - 1) * pitch_of("lane") for name, title in titles.items()}
    height = max(starts[name] - 4 + len(lines) * pitch_of("lane.small") for name, lines in words.items())
    for actor in stage.actors:
        x, half, room = stage.lanes[actor.name], stage.half(actor.name), rooms[actor.name]
        style = "header.authority" if actor.role == "authority" else "header"
        sheet.put(Box(x - half, sheet.y, 2 * half, height, style, 0, radius=9))
        lines = tuple(fit(line, "lane.small", room) for line in words[actor.name])
        sheet.lanes.append(LaneMark(" ".join(titles[actor.name]), x, lines))
        sheet.rows(titles[actor.name], "lane", 0, x, sheet.y + 23, "middle")
        for index, line in enumerate(words[actor.name]):
            y = sheet.y + starts[actor.name] + index * pitch_of("lane.small")
            sheet.line(line, "lane.small", 0, x, y, width=room, anchor="middle")
    sheet.y += height


def column_titles(sheet: Sheet, width: float = BELIEF_WIDTH) -> None:
    """Put the titles of the belief columns, on a baseline at ``sheet.y``; at the edge of narrow columns."""
    brief = width < BELIEF_WIDTH
    style = "belief.title.brief" if brief else "belief.title"
    anchor: Anchor = "start" if brief else "middle"
    lefts = {"client": MARGIN, "server": sheet.stage.width - MARGIN - width}
    for side, left in lefts.items():
        x = left if brief else left + width / 2
        sheet.line(TITLES[side], style, 0, x, sheet.y, width=BELIEF_WIDTH, anchor=anchor)


def _card_lines(actor: ActorSetup, setup: Setup, detail: Detail, room: float) -> tuple[str, ...]:
    lines: list[str] = []
    for words in lane_words(actor, setup, detail):
        lines += wrap(words, "lane.small", room, 4)
    return tuple(lines[:MOST_LINES])
