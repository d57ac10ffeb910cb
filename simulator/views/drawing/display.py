"""The display list: what a layout says and a pen draws. Numbers and style names, nothing else.

Lengths are pixels at natural size, ``y`` grows downwards, and the order of the items is the order of
drawing. Every item carries the ``seq`` of the event it stands for, so that a click, a cursor or a test can
go from the picture back to the trace.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

from simulator.views.drawing.measure import text_width
from simulator.views.drawing.style import TYPES

Anchor = Literal["start", "middle", "end"]
Point = tuple[float, float]
PARTING_SIGNS = "_.,-=/"  # a long name is broken after one of these: certificate_, telnet.example.
Extent = tuple[float, float, float, float]  # left, top, right, bottom


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle with its top left corner at (x, y); ``radius`` rounds its corners."""

    x: float
    y: float
    width: float
    height: float
    style: str
    seq: int
    radius: float = 0.0


@dataclass(frozen=True, slots=True)
class Line:
    """An open line through the points."""

    points: tuple[Point, ...]
    style: str
    seq: int


@dataclass(frozen=True, slots=True)
class Polygon:
    """A closed and filled shape: arrow heads, ticks on a scale, the octagon of an alert."""

    points: tuple[Point, ...]
    style: str
    seq: int


@dataclass(frozen=True, slots=True)
class Text:
    """One line of text.

    Attributes:
        x, y: the anchor point on the baseline.
        text: what is set, already cleaned and fitted.
        style: a name of :data:`simulator.views.drawing.style.TYPES`.
        seq: the event it stands for.
        anchor: which end of the text stands at ``x``.
        full: the whole text where ``text`` had to be shortened; empty where nothing was.
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
        """How wide it is set."""
        return width_of(self.text, self.style)

    @property
    def extent(self) -> Extent:
        """Left, top, right and bottom of the ink: ascenders and descenders included."""
        shift = {"start": 0.0, "middle": self.width / 2, "end": self.width}[self.anchor]
        size = TYPES[self.style].size
        return self.x - shift, self.y - 0.76 * size, self.x - shift + self.width, self.y + 0.24 * size


Item = Box | Line | Polygon | Text


@dataclass(frozen=True, slots=True)
class Drawing:
    """A whole picture.

    Attributes:
        width, height: natural size in pixels.
        title: what it shows, in one line; becomes the accessible name.
        description: the same story in sentences; becomes the accessible description.
        items: what to draw, back to front.
    """

    width: float
    height: float
    title: str
    description: str
    items: tuple[Item, ...]


def width_of(text: str, style: str) -> float:
    """The width of a line of text in a type style."""
    kind = TYPES[style]
    return text_width(text, kind.size, bold=kind.bold, mono=kind.mono)


def extent_of(item: Item) -> Extent:
    """How far an item reaches: left, top, right and bottom."""
    match item:
        case Box():
            return item.x, item.y, item.x + item.width, item.y + item.height
        case Text():
            return item.extent
        case Line() | Polygon():
            xs, ys = zip(*item.points, strict=True)
            return min(xs), min(ys), max(xs), max(ys)


def span(item: Item) -> tuple[float, float]:
    """The top and the bottom of an item."""
    _, top, _, bottom = extent_of(item)
    return top, bottom


@lru_cache(maxsize=2048)
def fit(text: str, style: str, width: float) -> str:
    """The text, or as much of its beginning as fits into ``width`` with an ellipsis after it."""
    if width_of(text, style) <= width:
        return text
    return text[: _fitting(text, style, width - width_of("…", style))].rstrip() + "…"


@lru_cache(maxsize=2048)
def wrap(text: str, style: str, width: float, most: int = 100) -> tuple[str, ...]:
    """The text in at most ``most`` lines of at most ``width``; the last one is shortened if it must be.

    Breaks at spaces, and inside a word only where the word alone is wider than a line; there, if it can be,
    after a sign that parts it.
    """
    lines: list[str] = []
    rest = text.strip()
    while rest and len(lines) < most - 1:
        if width_of(rest, style) <= width:
            break
        cut = _break_at(rest, style, width)
        lines.append(rest[:cut].rstrip())
        rest = rest[cut:].lstrip()
    if rest:
        lines.append(fit(rest, style, width))
    return tuple(lines)


def _break_at(text: str, style: str, width: float) -> int:
    """Where the first line ends: after the last word that fits, in one word after a sign that parts it."""
    fitting = max(1, _fitting(text, style, width))
    space = text.rfind(" ", 0, fitting + 1)
    if space > 0:
        return space
    sign = max(text.rfind(one, 0, fitting) for one in PARTING_SIGNS)
    return sign + 1 if sign > 0 else fitting


def _fitting(text: str, style: str, width: float) -> int:
    """How many characters of the text fit into the width."""
    low, high = 0, len(text)
    while low < high:
        middle = (low + high + 1) // 2
        if width_of(text[:middle], style) <= width:
            low = middle
        else:
            high = middle - 1
    return low


#: Styles of what lies behind the events, or reaches far beyond the moment it belongs to.
BEHIND = (
    "paper",
    "band.",
    "strip.",
    "step.",
    "lifeline",
    "lane.idle",
    "gap",
    "hatch",
    "rule",
    "belief.title",
)
