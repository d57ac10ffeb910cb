"""The places at which a picture may be cut, so that each part fits on a screen.

The marks of a drawing say which items stay together and where its sections begin. Between such groups runs a
seam; where a section begins, a seam is a better place to cut. The head (the cards of the lanes, the titles of
the columns) can be repeated above every later part. A belief that lasts stands beside the story and is cut
through, so its words can be repeated too.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil, floor
from typing import TYPE_CHECKING, Any

from simulator.views.drawing.display import Drawing, Item, Line, Text, span, union
from simulator.views.drawing.marks import BandMark, Extent, Part, SectionMark, Span
from simulator.views.drawing.style import TYPES

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

Section = BandMark | SectionMark
#: A section is cut off half way to what stands above it, or half of this above itself if nearer.
BAND_GAP = 5.0
AIR = 4.0  # above the head
#: Parts that go on behind a cut; a belief is cut because its words come again.
GO_ON = frozenset({Part.PAPER, Part.BAND, Part.LIFELINE, Part.SHADE, Part.BELIEF})


@dataclass(frozen=True, slots=True)
class Start:
    """The place to cut before a section, the section's name, and the end of its heading (``y`` for none)."""

    y: float
    name: str
    heading: float


@dataclass(frozen=True, slots=True)
class Cuts:
    """The places at which a picture may be cut, in pixels of its natural size.

    Attributes:
        type_size: of the smallest type in it.
        head: top and bottom of what stands above every part, or None.
        starts: where the sections begin; the first may begin right below the head.
        seams: the other places where a cut goes through nothing.
        foot: the place below which the head has nothing to say, or None.
        story: left and right of what belongs to the sections, or None for a picture without margins.
        labels: for the words of each belief, which a part without its beginning needs, their extent and the
            bottom of its block.
    """

    type_size: float
    head: Span | None
    starts: tuple[Start, ...]
    seams: tuple[float, ...]
    foot: float | None
    story: Span | None
    labels: tuple[tuple[Extent, float], ...]

    def as_json(self) -> dict[str, Any]:
        """The same as plain values, in whole pixels."""
        return {
            "type": self.type_size,
            "head": [round(y) for y in self.head] if self.head else None,
            "starts": [[round(one.y), one.name, round(one.heading)] for one in self.starts],
            "seams": [round(y) for y in self.seams],
            "foot": None if self.foot is None else round(self.foot),
            "story": [floor(self.story[0]), ceil(self.story[1])] if self.story else None,
            "labels": [
                [floor(left), floor(top), ceil(right), ceil(bottom), floor(until)]
                for (left, top, right, bottom), until in self.labels
            ],
        }


def cuts_of(drawing: Drawing) -> Cuts:
    """Find the places where a picture may be cut."""
    marks = drawing.marks
    named: list[Section] = [*marks.bands, *marks.sections]
    sections = {section.top: section for section in named}
    groups = _groups(drawing, named)
    head = _head(marks.head, groups)
    below_head = head[1] if head else 0.0
    starts: list[Start] = []
    seams: list[float] = []
    foot = None
    for above, below in _spaces(groups):
        section = sections.get(below)
        if section is not None:
            y = max(below_head, below - min(BAND_GAP, below - above) / 2)
            heading = section.heading + BAND_GAP / 2 if section.heading > section.top else y
            starts.append(Start(y, section.name, heading))
            foot = y if below == marks.foot else foot
        elif (above + below) / 2 > below_head:
            seams.append((above + below) / 2)
    return Cuts(
        type_size=min(
            (TYPES[item.style].size for item in drawing.items if isinstance(item, Text)), default=0.0
        ),
        head=head,
        starts=tuple(starts),
        seams=tuple(seams),
        foot=foot,
        story=marks.story,
        labels=tuple(_labels(drawing)),
    )


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


def _labels(drawing: Drawing) -> Iterator[tuple[Extent, float]]:
    """The words of each belief, with the end of its block."""
    words: dict[int, Extent] = {}
    for item in drawing.items:
        if item.part is Part.BELIEF and isinstance(item, Text):
            words[item.seq] = union(words.get(item.seq, item.extent), item.extent)
    for seq, (*_, bottom) in drawing.beliefs.items():
        if seq in words:  # on a slide they may be out of sight
            yield words[seq], bottom
