"""The places at which a picture may be cut, so that it continues on the next page.

The marks of a drawing say which items stay together and where its sections begin. Between such groups runs a
seam; where a section begins, a seam is a better place to cut. The head (the cards of the lanes, the titles of
the columns) can be repeated above every later part. A belief that lasts stands beside the story and is cut
through.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from simulator.views.drawing.display import Drawing, Item, Line, span
from simulator.views.drawing.marks import BandMark, Part, SectionMark, Span

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

Section = BandMark | SectionMark
#: A section is cut off half way to what stands above it, or half of this above itself if nearer.
BAND_GAP = 5.0
AIR = 4.0  # above the head
#: Parts that go on behind a cut.
GO_ON = frozenset({Part.PAPER, Part.BAND, Part.LIFELINE, Part.SHADE, Part.BELIEF})


@dataclass(frozen=True, slots=True)
class Cuts:
    """The places at which a picture may be cut, in pixels of its natural size.

    Attributes:
        head: top and bottom of what stands above every part, or None.
        starts: where the sections begin; the first may begin right below the head.
        seams: the other places where a cut goes through nothing.
    """

    head: Span | None
    starts: tuple[float, ...]
    seams: tuple[float, ...]


def cuts_of(drawing: Drawing) -> Cuts:
    """Find the places where a picture may be cut."""
    named: list[Section] = [*drawing.marks.bands, *drawing.marks.sections]
    sections = {section.top for section in named}
    groups = _groups(drawing, named)
    head = _head(drawing.marks.head, groups)
    below_head = head[1] if head else 0.0
    starts: list[float] = []
    seams: list[float] = []
    for above, below in _spaces(groups):
        if below in sections:
            starts.append(max(below_head, below - min(BAND_GAP, below - above) / 2))
        elif (above + below) / 2 > below_head:
            seams.append((above + below) / 2)
    return Cuts(head, tuple(starts), tuple(seams))


def _groups(drawing: Drawing, sections: Iterable[Section]) -> list[Span]:
    """Top and bottom of everything that stays whole, from top to bottom."""
    groups = [*drawing.marks.whole, *(span(item) for item in drawing.items if not _goes_on(item))]
    for section in sections:  # a heading is not cut off from what stands below it
        below = [group for group in groups if group[0] >= section.heading]
        groups.append((section.top, min(below)[1] if below else section.heading))
    return sorted(groups)


def _goes_on(item: Item) -> bool:
    """The item looks the same on both sides of a cut: a ground, or a line straight down."""
    return item.part in GO_ON or (isinstance(item, Line) and len({x for x, _ in item.points}) == 1)


def _head(marked: Span | None, groups: list[Span]) -> Span | None:
    """The head, from a little above it down to the first thing below it."""
    below = [top for top, _ in groups if marked and top >= marked[1]]
    return (max(0.0, marked[0] - AIR), min(below) - AIR / 2) if marked and below else None


def _spaces(groups: list[Span]) -> Iterator[Span]:
    """Every space that no group reaches into; it has no height where two touch."""
    reached = groups[0][1] if groups else 0.0
    for top, bottom in groups[1:]:
        if top >= reached - 0.01:  # sums of fractions that should be equal are not always
            yield reached, top
        reached = max(reached, bottom)
