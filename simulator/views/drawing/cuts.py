"""Where a picture may be cut across, so that it can be shown in parts that each fit on a screen.

A display list says which items hang together: those of one event that stand close to each other. Between
such groups runs a seam. At some seams a step of the story begins; those are the better ones. The head (the
cards of the lanes, the titles of the columns) can be repeated above every later part. A belief that lasts
stands in the margin beside the story and is cut through, so its words can be repeated too.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from math import ceil, floor
from typing import TYPE_CHECKING, Any

from simulator.trace.facts import STEP_NUMBERS, Step
from simulator.views.drawing.display import Box, Drawing, Item, Line, Text, extent_of, span
from simulator.views.drawing.style import TYPES

if TYPE_CHECKING:
    from collections.abc import Iterator

STRIP, CARD, PARTING, FOLLOWS = "strip.", "card", "parting", "follows"
FOOT_NAME = "What the session is worth"
WHOLE = {CARD: FOOT_NAME, PARTING: "The first divergence"}  # what begins with them ends with them
GROUNDS = ("paper", "band.", "gap", "follows")
LOW = 60.0  # a ground that is lower is a row of its own
CLOSE = 20.0  # items of one event that are no further apart hang together
BELOW_START = 24.0  # a heading is not cut off from what stands below it
BAND_GAP = 5.0  # a start is cut off in the middle of the space above it, or so far above it
AIR = 4.0  # above the head


@dataclass(frozen=True, slots=True)
class Label:
    """The words of something that lasts, and how far down it goes."""

    left: float
    top: float
    right: float
    bottom: float
    until: float


@dataclass(frozen=True, slots=True)
class Start:
    """Where a step of the story begins, its name, and where its heading ends; at once if it has none."""

    y: float
    name: str
    heading: float


@dataclass(frozen=True, slots=True)
class Cuts:
    """Where a picture may be cut, in pixels of its natural size.

    Attributes:
        type_size: of the smallest type in it.
        head: top and bottom of what stands above every part; None where there is no such thing.
        starts: where the steps of the story begin; the first may begin right below the head.
        seams: where else nothing is cut through.
        foot: from where on the head has nothing to say; None where there is no such place.
        story: left and right of what belongs to the steps; None where a picture has no margins beside it.
        labels: the words in the margin that a part without their beginning needs.
    """

    type_size: float
    head: tuple[float, float] | None
    starts: tuple[Start, ...]
    seams: tuple[float, ...]
    foot: float | None
    story: tuple[float, float] | None
    labels: tuple[Label, ...]

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
                [floor(one.left), floor(one.top), ceil(one.right), ceil(one.bottom), floor(one.until)]
                for one in self.labels
            ],
        }


def cuts_of(drawing: Drawing) -> Cuts:
    """Find the seams of a picture."""
    items = drawing.items
    head = _head(items)
    strips = [item for item in items if isinstance(item, Box) and item.style.startswith(STRIP)]
    story = (strips[0].x, strips[0].x + strips[0].width) if strips else None
    begun = list(_starts(items))
    starts: list[Start] = []
    seams: list[float] = []
    for above, below in _spaces(sorted(_groups(drawing, story))):
        start = next((one for one in begun if abs(one.y - below) < 1), None)
        y = (above + below) / 2 if start is None else below - min(BAND_GAP, below - above) / 2
        top = head[1] if head else 0.0
        if start is not None:
            y = max(y, top)
            starts.append(
                Start(y, start.name, start.heading + BAND_GAP / 2 if start.heading > start.y else y)
            )
        elif y > top and not any(one.y < y < one.heading + BELOW_START for one in begun):
            seams.append(y)
    return Cuts(
        type_size=min((TYPES[item.style].size for item in items if isinstance(item, Text)), default=0.0),
        head=head,
        starts=tuple(starts),
        seams=tuple(seams),
        foot=next((one.y for one in starts if one.name == FOOT_NAME), None),
        story=story,
        labels=tuple(_labels(items, story)) if story else (),
    )


def _head(items: tuple[Item, ...]) -> tuple[float, float] | None:
    """From above the cards or titles down to the first thing below them."""
    cards = [span(item) for item in items if isinstance(item, Box) and item.style.startswith("header")]
    titles = [span(item) for item in items if isinstance(item, Text) and _is_title(item, alone=not cards)]
    if not cards and not titles:
        return None
    lowest = max(bottom for _, bottom in cards or titles)
    below = [item.y for item in items if isinstance(item, Box) and item.y >= lowest]
    if not below:
        return None
    return max(0.0, min(top for top, _ in cards + titles) - AIR), min(below) - AIR / 2


def _is_title(text: Text, *, alone: bool) -> bool:
    """It stands above a column, or beside the cards of the lanes."""
    if text.seq:
        return False
    if alone:
        return text.style == "matrix.head" and text.anchor == "middle"
    return text.style == "belief.title"


def _starts(items: tuple[Item, ...]) -> Iterator[Start]:
    """What stands where a step of the story begins."""
    compared = any(item.style == PARTING for item in items)
    lanes = any(item.style.startswith("header") for item in items)
    for item in items:
        top, bottom = span(item)
        if item.style.startswith(STRIP):
            step = Step(item.style.removeprefix(STRIP))
            yield Start(top, f"{STEP_NUMBERS[step]} {step.title}", bottom)
        elif item.style in WHOLE:
            yield Start(top, WHOLE[item.style], top)
        elif compared and isinstance(item, Box) and _is_row(item):
            yield Start(top, "What follows from it", bottom)
        elif isinstance(item, Text) and item.style == "lane" and not lanes:
            yield Start(top, item.text, bottom)


def _groups(drawing: Drawing, story: tuple[float, float] | None) -> Iterator[tuple[float, float]]:
    """Top and bottom of whatever must stay whole.

    Where the story of one run has margins, what stands in them is no matter. Elsewhere the halves of a
    picture may tell two runs, each with its own numbers of events.
    """
    pieces: dict[tuple[int, int], list[tuple[float, float]]] = defaultdict(list)
    middle = drawing.width / 2
    for item in drawing.items:
        left, _, right, _ = extent_of(item)
        if _is_ground(item) or (story and (right <= story[0] or left >= story[1])):
            continue
        if not item.seq:
            yield span(item)
            continue
        centre = middle if story else (left + right) / 2
        pieces[item.seq, (centre > middle + 1) - (centre < middle - 1)].append(span(item))
    for found in pieces.values():
        found.sort()
        top, bottom = found[0]
        for above, below in found[1:]:
            if above > bottom + CLOSE:
                yield top, bottom
                top = above
            bottom = max(bottom, below)
        yield top, bottom


def _is_ground(item: Item) -> bool:
    """It goes on behind a cut as if nothing had happened: a ground, or a line straight down."""
    if isinstance(item, Line):
        return len({x for x, _ in item.points}) == 1
    return isinstance(item, Box) and item.style.startswith(GROUNDS) and not _is_row(item)


def _is_row(box: Box) -> bool:
    return box.style == FOLLOWS and box.height < LOW


def _spaces(groups: list[tuple[float, float]]) -> Iterator[tuple[float, float]]:
    """Every space that no group reaches into; it has no height where two touch."""
    reached = groups[0][1] if groups else 0.0
    for top, bottom in groups[1:]:
        if top >= reached - 0.01:
            yield reached, top
        reached = max(reached, bottom)


def _labels(items: tuple[Item, ...], story: tuple[float, float]) -> Iterator[Label]:
    """The words of each belief in the margins, with the end of its block."""
    for box in items:
        if not (isinstance(box, Box) and box.style.startswith("level.")):
            continue
        if story[0] < box.x + box.width and box.x < story[1]:
            continue
        words = [
            item.extent
            for item in items
            if isinstance(item, Text)
            and item.seq == box.seq
            and box.x <= item.extent[0] <= box.x + box.width
            and box.y <= item.extent[1] <= box.y + box.height
        ]
        if words:
            left, top, right, bottom = zip(*words, strict=True)
            yield Label(min(left), min(top), max(right), max(bottom), box.y + box.height)
