"""What can be wrong with a drawing, found by arithmetic: cut, covered, crossed or colliding text."""

from __future__ import annotations

from typing import TYPE_CHECKING

from simulator.views.drawing.display import Box, Drawing, Line, Point, Text
from simulator.views.drawing.style import STROKES, TYPES, Palette

if TYPE_CHECKING:
    from collections.abc import Iterator

TOLERANCE = 0.6  # pixels
Extent = tuple[float, float, float, float]


def faults(drawing: Drawing) -> list[str]:
    """Everything that is wrong with the texts of a drawing, one line each."""
    return [*_outside(drawing), *_collisions(drawing), *_covered_or_crossed(drawing)]


def _texts(drawing: Drawing) -> list[tuple[int, Text]]:
    return [(order, item) for order, item in enumerate(drawing.items) if isinstance(item, Text)]


def _outside(drawing: Drawing) -> Iterator[str]:
    for _, text in _texts(drawing):
        left, top, right, bottom = text.extent
        if left < 0 or top < 0 or right > drawing.width or bottom > drawing.height:
            yield f"outside the page: {text.text!r}"


def _collisions(drawing: Drawing) -> Iterator[str]:
    texts = sorted((text.extent, text.text) for _, text in _texts(drawing))
    for place, (one, words) in enumerate(texts):
        for other, others in texts[place + 1 :]:
            if other[0] > one[2]:
                break
            if _overlap(one, other):
                yield f"on top of each other: {words!r} and {others!r}"


def _covered_or_crossed(drawing: Drawing) -> Iterator[str]:
    boxes = [
        (order, item, _extent(item)) for order, item in enumerate(drawing.items) if isinstance(item, Box)
    ]
    lines = [(order, item) for order, item in enumerate(drawing.items) if isinstance(item, Line)]
    for order, text in _texts(drawing):
        ground, extent = ground_of(drawing, order, text), text.extent
        for place, box, outline in boxes:
            if place > ground and _overlap(outline, extent):
                if place > order and STROKES[box.style].fill:
                    yield f"covered by {box.style}: {text.text!r}"
                elif not _contains(outline, extent):
                    yield f"sticks out of {box.style}: {text.text!r}"
        for place, line in lines:
            if place > ground and _crosses(line, extent):
                yield f"crossed by {line.style}: {text.text!r}"


def ground_of(drawing: Drawing, order: int, text: Text) -> int:
    """The place of the nearest filled box behind a text that holds all of it."""
    extent = text.extent
    for place in range(order - 1, -1, -1):
        item = drawing.items[place]
        if isinstance(item, Box) and STROKES[item.style].fill and _contains(_extent(item), extent):
            return place
    return -1


def contrasts(drawing: Drawing, colours: Palette) -> Iterator[tuple[str, str, float]]:
    """(text style, ground style, contrast ratio) of every text that is drawn."""
    for order, text in _texts(drawing):
        ground = drawing.items[ground_of(drawing, order, text)]
        assert isinstance(ground, Box)
        fill = STROKES[ground.style].fill
        yield text.style, ground.style, contrast(colours[TYPES[text.style].colour], colours[fill or "paper"])


def contrast(one: str, other: str) -> float:
    """The contrast ratio of two colours (WCAG 2.2, section 1.4.3)."""
    lighter, darker = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def _luminance(colour: str) -> float:
    parts = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    red, green, blue = (
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _extent(box: Box) -> Extent:
    return box.x, box.y, box.x + box.width, box.y + box.height


def _overlap(one: Extent, other: Extent) -> bool:
    wide = min(one[2], other[2]) - max(one[0], other[0])
    high = min(one[3], other[3]) - max(one[1], other[1])
    return wide > TOLERANCE and high > TOLERANCE


def _contains(outer: Extent, inner: Extent) -> bool:
    return (
        outer[0] <= inner[0] + TOLERANCE
        and outer[1] <= inner[1] + TOLERANCE
        and outer[2] >= inner[2] - TOLERANCE
        and outer[3] >= inner[3] - TOLERANCE
    )


def _crosses(line: Line, extent: Extent) -> bool:
    shrunk = (extent[0] + 1, extent[1] + 2, extent[2] - 1, extent[3] - 2)
    return any(
        _segment_meets(start, end, shrunk) for start, end in zip(line.points, line.points[1:], strict=False)
    )


def _segment_meets(start: Point, end: Point, extent: Extent) -> bool:
    """A segment passes through a rectangle (Liang and Barsky's clipping)."""
    enter, leave = 0.0, 1.0
    for axis, (low, high) in enumerate(((extent[0], extent[2]), (extent[1], extent[3]))):
        from_, along = start[axis], end[axis] - start[axis]
        if along == 0:
            if not low <= from_ <= high:
                return False
            continue
        first, second = sorted(((low - from_) / along, (high - from_) / along))
        enter, leave = max(enter, first), min(leave, second)
    return enter <= leave
