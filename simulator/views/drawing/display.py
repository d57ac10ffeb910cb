"""The display list that a layout makes and a pen draws: numbers and style names, nothing else.

Lengths are pixels at natural size, ``y`` grows downwards, and the order of the items is the order of
drawing. Every item carries the ``seq`` of the event it stands for, so that a click, a cursor or a test can
go from the picture back to the trace. It also carries the part of the picture that it belongs to, and the
marks of a drawing say where those parts are.
"""

from __future__ import annotations

from bisect import bisect_right
from functools import lru_cache
from typing import TYPE_CHECKING, Literal

from msgspec import Struct
from msgspec.structs import replace

from simulator.views.drawing.marks import BEHIND, NO_MARKS, Extent, Marks, Part, Point, Span
from simulator.views.drawing.measure import text_width
from simulator.views.drawing.style import TYPES

if TYPE_CHECKING:
    from collections.abc import Iterable

Anchor = Literal["start", "middle", "end"]
PARTING_SIGNS = "_.,-=/"  # a long name is broken after one of these: certificate_, telnet.example.
_BEFORE_ANCHOR = {"start": 0.0, "middle": 0.5, "end": 1.0}  # the share of a line's width left of its anchor


class _Placed(Struct, frozen=True, kw_only=True):
    """The position of an item in the story; most items need no more than their ``seq``.

    Attributes:
        part: the part of the picture that it belongs to.
        since: the event since which it is known, where that is not the one it stands for.
    """

    part: Part = Part.STORY
    since: int | None = None


class Box(_Placed, frozen=True):
    """A rectangle with its top left corner at (x, y); ``radius`` rounds its corners."""

    x: float
    y: float
    width: float
    height: float
    style: str
    seq: int
    radius: float = 0.0


class Line(_Placed, frozen=True):
    """An open line through the points."""

    points: tuple[Point, ...]
    style: str
    seq: int


class Polygon(_Placed, frozen=True):
    """A closed and filled shape: arrow heads, ticks on a scale, the octagon of an alert."""

    points: tuple[Point, ...]
    style: str
    seq: int


class Text(_Placed, frozen=True):
    """One line of text.

    Attributes:
        x, y: the anchor point on the baseline.
        text: the line, already cleaned and fitted.
        style: a name of :data:`simulator.views.drawing.style.TYPES`.
        seq: the event it stands for.
        anchor: the end of the text that is at ``x``.
        full: the whole text if ``text`` is shortened, else empty.
    """

    x: float
    y: float
    text: str
    style: str
    seq: int
    anchor: Anchor = "start"
    full: str = ""

    @property
    def width(self) -> float:
        """The width of the line as it is set."""
        return width_of(self.text, self.style)

    @property
    def extent(self) -> Extent:
        """Left, top, right and bottom of the ink, ascenders and descenders included."""
        width, (top, bottom) = self.width, span(self)
        left = self.x - width * _BEFORE_ANCHOR[self.anchor]
        return left, top, left + width, bottom


Item = Box | Line | Polygon | Text


class Drawing(Struct, frozen=True):
    """A whole picture.

    Attributes:
        width, height: natural size in pixels.
        title: one line; becomes the accessible name.
        description: the same story in sentences; becomes the accessible description.
        items: from back to front.
        marks: what the layout knew of the picture as a whole.
        meanwhile: what stands for the items of ``Part.UNREAD`` until these are known.
    """

    width: float
    height: float
    title: str
    description: str
    items: tuple[Item, ...]
    marks: Marks = NO_MARKS
    meanwhile: tuple[Item, ...] = ()

    @property
    def beliefs(self) -> dict[int, Extent]:
        """The block of each belief, by the ``seq`` of the event that changed it."""
        blocks = (item for item in self.items if isinstance(item, Box) and item.part is Part.BELIEF)
        return {block.seq: extent_of(block) for block in blocks}


def width_of(text: str, style: str) -> float:
    """The width of a line of text in a type style."""
    kind = TYPES[style]
    return text_width(text, kind.size, bold=kind.bold, mono=kind.mono)


def extent_of(item: Item) -> Extent:
    """Left, top, right and bottom of an item."""
    match item:
        case Box():
            return item.x, item.y, item.x + item.width, item.y + item.height
        case Text():
            return item.extent
        case Line() | Polygon():
            xs, ys = zip(*item.points, strict=True)
            return min(xs), min(ys), max(xs), max(ys)


def span(item: Item) -> Span:
    """The top and the bottom of an item. It measures no text, so it is cheaper than :func:`extent_of`."""
    match item:
        case Box():
            return item.y, item.y + item.height
        case Text():
            size = TYPES[item.style].size
            return item.y - 0.76 * size, item.y + 0.24 * size  # ascender and descender of DejaVu Sans
        case Line() | Polygon():
            ys = [y for _, y in item.points]
            return min(ys), max(ys)


def moved(item: Item, by: float) -> Item:
    """The item further down, or up where ``by`` is negative."""
    match item:
        case Box() | Text():
            return replace(item, y=item.y + by)
        case Line() | Polygon():
            return replace(item, points=tuple((x, y + by) for x, y in item.points))


def seen_with(item: Item) -> int:
    """The event with which an item appears.

    A message that is never read counts where it was sent: only its look changes when that becomes known.
    """
    return item.seq if item.since is None or item.part is Part.UNREAD else item.since


def extents_of(items: Iterable[Item]) -> dict[int, Extent]:
    """The extent of each event, by ``seq``: of all items that appear with it, grounds left out."""
    found: dict[int, Extent] = {}
    for item in items:
        if item.part not in BEHIND:
            seq, extent = seen_with(item), extent_of(item)
            found[seq] = union(found[seq], extent) if seq in found else extent
    return found


def union(one: Extent, other: Extent) -> Extent:
    """The smallest extent that holds both."""
    return min(one[0], other[0]), min(one[1], other[1]), max(one[2], other[2]), max(one[3], other[3])


@lru_cache(maxsize=2048)
def fit(text: str, style: str, width: float) -> str:
    """The text, or as much of its beginning as fits into ``width`` with an ellipsis after it."""
    if width_of(text, style) <= width:
        return text
    return text[: _fitting(text, style, width - width_of("…", style))].rstrip() + "…"


@lru_cache(maxsize=2048)
def wrap(text: str, style: str, width: float, most: int = 100) -> tuple[str, ...]:
    """The text in at most ``most`` lines of at most ``width``; the last one is shortened if it must be.

    Breaks at spaces. A word that is wider than a line is broken after a sign such as a hyphen, if it has one.
    """
    lines: list[str] = []
    rest = text.strip()
    while rest and len(lines) < most - 1 and width_of(rest, style) > width:
        cut = _break_at(rest, style, width)
        lines.append(rest[:cut].rstrip())
        rest = rest[cut:].lstrip()
    if rest:
        lines.append(fit(rest, style, width))
    return tuple(lines)


def _break_at(text: str, style: str, width: float) -> int:
    """The length of the first line: to the last space that fits, or in a long word to a parting sign."""
    fitting = max(1, _fitting(text, style, width))
    space = text.rfind(" ", 0, fitting + 1)
    if space > 0:
        return space
    sign = max(text.rfind(one, 0, fitting) for one in PARTING_SIGNS)
    return sign + 1 if sign > 0 else fitting


def _fitting(text: str, style: str, width: float) -> int:
    """The number of characters that fit into the width."""
    counts = range(1, len(text) + 1)
    return bisect_right(counts, width, key=lambda count: width_of(text[:count], style))
