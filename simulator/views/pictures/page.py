"""The parts that pictures beside the sequence diagram share: a page without lanes, its head and its end."""

from __future__ import annotations

from typing import TYPE_CHECKING

from simulator.views.drawing.cells import wrap_cells
from simulator.views.drawing.display import Box, Drawing
from simulator.views.drawing.marks import Part
from simulator.views.drawing.sheet import MARGIN, Sheet, Stage
from simulator.views.story.lanes import run_title, under_title
from simulator.views.story.words import clean

if TYPE_CHECKING:
    from simulator.trace.trace import Trace

LANE_HEAD = 34.0  # the height of a lane's card without words of its own


def blank(width: float) -> Sheet:
    """A page of that width with nothing on it."""
    return Sheet(Stage((), {}, MARGIN, width - MARGIN, width))


def head(sheet: Sheet, title: str, *under: str, lead: str = "", most: int = 4) -> None:
    """Put the title, the run below it, and sentences on how to read the picture, in at most so many lines."""
    width = sheet.stage.width - 2 * MARGIN
    sheet.y = sheet.paragraph(title, "title", 0, MARGIN, sheet.y, width=width, most=2) + 2
    for words in under:
        sheet.y = sheet.paragraph(words, "subtitle", 0, MARGIN, sheet.y, width=width, most=2)
    if lead:
        sheet.y = sheet.paragraph(lead, "lesson", 0, MARGIN, sheet.y + 6, width=width, most=most)
    sheet.y += 16


def run_head(sheet: Sheet, trace: Trace, what: str, lead: str = "") -> None:
    """The head of a picture of one run."""
    head(sheet, f"{run_title(trace.setup)}: {what}", clean(under_title(trace)), lead=lead)


def lane_head(sheet: Sheet, name: str, x: float, width: float) -> None:
    """Put the card of a lane, and mark it as what stands above every part of the picture."""
    sheet.put(Box(x - width / 2, sheet.y, width, LANE_HEAD, "header", 0, radius=9))
    sheet.line(name, "lane", 0, x, sheet.y + 23, width=width - 16, anchor="middle")
    sheet.head = sheet.y, sheet.y + LANE_HEAD


def finished(sheet: Sheet, title: str, description: str) -> Drawing:
    """Return the page as a drawing, as high as its contents."""
    width, height = sheet.stage.width, sheet.y + 20
    paper = Box(0, 0, width, height, "paper", 0, part=Part.PAPER)
    items = (paper, *sheet.back, *sheet.middle, *sheet.front)
    return Drawing(width, height, clean(title), description, items, sheet.marks(), tuple(sheet.meanwhile))


def text_head(trace: Trace, what: str, width: int, *more: str) -> list[str]:
    """The head of the same picture as text, with an empty line below it."""
    words = (f"{run_title(trace.setup)}: {what}", clean(under_title(trace)), *more)
    return [*(line for text in words for line in wrap_cells(text, width)), ""]
