"""Several pictures as one, one below the other."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec.structs import replace

from simulator.views.drawing.display import Box, Drawing, Item, Text, moved
from simulator.views.drawing.marks import Marks, Part, SectionMark, Span
from simulator.views.drawing.style import TYPES

if TYPE_CHECKING:
    from collections.abc import Sequence

MARGIN = 24.0
HEADING = "level"  # the type style of the line above each picture
HEADING_HEIGHT = 48.0


def stacked(pictures: Sequence[Drawing], headings: Sequence[str], *, title: str) -> Drawing:
    """One picture that shows several from top to bottom, each below its heading.

    Args:
        pictures: at least one; the events of each are numbered on from those of the one before.
        headings: a line for each.
        title: of the whole.
    """
    width = max(one.width for one in pictures)
    items: list[Item] = []
    sections: list[SectionMark] = []
    whole: list[Span] = []
    y, number = 0.0, 0
    for one, heading in zip(pictures, headings, strict=True):
        baseline = y + 0.5 * HEADING_HEIGHT + 0.4 * TYPES[HEADING].size
        items.append(Text(x=MARGIN, y=baseline, text=heading, style=HEADING, seq=number))
        sections.append(SectionMark(heading, y, y + HEADING_HEIGHT))
        y += HEADING_HEIGHT
        items += [_numbered_on(moved(item, y), number) for item in one.items]
        whole += [(top + y, end + y) for top, end in one.marks.whole or [(0.0, one.height)]]
        y += one.height
        number += 1 + max((item.seq for item in one.items), default=0)
    paper = Box(x=0, y=0, width=width, height=y, style="paper", seq=0, part=Part.PAPER)
    words = " ".join(f"{heading}. {one.description}" for one, heading in zip(pictures, headings, strict=True))
    marks = Marks(sections=tuple(sections), whole=tuple(whole))
    return Drawing(width, y, title, words, (paper, *items), marks)


def _numbered_on(item: Item, numbers: int) -> Item:
    """The item, standing for a later event."""
    since = None if item.since is None else item.since + numbers
    return replace(item, seq=item.seq + numbers, since=since)
