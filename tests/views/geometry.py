"""Faults of a drawing, found by arithmetic: text that is cut, covered, crossed or on top of other text.

Outlines come first: what does not overlap a text's outline cannot touch it. Shapes are sorted into strips of
the page, so that a text is compared only with what reaches into its strips.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from simulator.views.drawing.display import Box, Drawing, Line, Text, extent_of
from simulator.views.drawing.style import PALETTES, STROKES, TYPES, palette

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from simulator.views.drawing.marks import Extent, Point

TOLERANCE = 0.6  # pixels
STRIP = 24.0  # pixels: two lines of text are not far from that, so a text lies in one strip or two


@dataclass(frozen=True)
class _Outlined:
    """The texts of a drawing with their outlines, and the shapes that reach into each strip of the page.

    Attributes:
        texts: (place among the items, text, outline).
        boxes, lines: strip → (place, shape, outline) of everything that reaches into it, back to front.
    """

    texts: list[tuple[int, Text, Extent]] = field(default_factory=list)
    boxes: dict[int, list[tuple[int, Box, Extent]]] = field(default_factory=lambda: defaultdict(list))
    lines: dict[int, list[tuple[int, Line, Extent]]] = field(default_factory=lambda: defaultdict(list))

    @staticmethod
    def of(drawing: Drawing) -> _Outlined:
        """Measure every item once."""
        found = _Outlined()
        for place, item in enumerate(drawing.items):
            match item:
                case Text():
                    found.texts.append((place, item, extent_of(item)))
                case Box():
                    outline = extent_of(item)
                    for strip in _strips(outline):
                        found.boxes[strip].append((place, item, outline))
                case Line():
                    outline = extent_of(item)
                    for strip in _strips(outline):
                        found.lines[strip].append((place, item, outline))
        return found

    def ground(self, order: int, extent: Extent) -> tuple[int, Box | None]:
        """The nearest filled box behind a text that holds all of it, and its place."""
        for place, box, outline in reversed(self.boxes[_strips(extent)[0]]):  # it reaches over all of them
            if place < order and _contains(outline, extent) and STROKES[box.style].fill:
                return place, box
        return -1, None


def _strips(extent: Extent) -> range:
    return range(int((extent[1] - TOLERANCE) // STRIP), int((extent[3] + TOLERANCE) // STRIP) + 1)


def faults(drawing: Drawing) -> list[str]:
    """Everything that is wrong with the texts of a drawing, one line each."""
    outlined = _Outlined.of(drawing)
    return [
        *_outside(drawing, outlined),
        *_collisions(outlined),
        *(fault for text in outlined.texts for fault in _covered_or_crossed(outlined, *text)),
    ]


def _outside(drawing: Drawing, outlined: _Outlined) -> Iterator[str]:
    for _, text, (left, top, right, bottom) in outlined.texts:
        if left < 0 or top < 0 or right > drawing.width or bottom > drawing.height:
            yield f"outside the page: {text.text!r}"


def _collisions(outlined: _Outlined) -> Iterator[str]:
    texts = sorted((outline[1], outline, text.text) for _, text, outline in outlined.texts)
    for place, (_, one, words) in enumerate(texts):
        for top, other, others in texts[place + 1 :]:
            if top > one[3]:
                break
            if _overlap(one, other):
                yield f"on top of each other: {words!r} and {others!r}"


def _covered_or_crossed(outlined: _Outlined, order: int, text: Text, extent: Extent) -> Iterator[str]:
    ground, _ = outlined.ground(order, extent)
    strips = _strips(extent)
    boxes = {place: (box, outline) for strip in strips for place, box, outline in outlined.boxes[strip]}
    for place, (box, outline) in boxes.items():
        if place > ground and _overlap(outline, extent):
            if place > order and STROKES[box.style].fill:
                yield f"covered by {box.style}: {text.text!r}"
            elif not _contains(outline, extent):
                yield f"sticks out of {box.style}: {text.text!r}"
    lines = {place: (line, outline) for strip in strips for place, line, outline in outlined.lines[strip]}
    for place, (line, outline) in lines.items():
        if place > ground and _meet(outline, extent) and _crosses(line, extent):
            yield f"crossed by {line.style}: {text.text!r}"


def poor_contrasts(drawings: Iterable[Drawing]) -> list[tuple[str, str, str, float]]:
    """Texts whose contrast is less than 4.5 : 1: (theme, text style, ground style, contrast ratio)."""
    met = {(text.style, ground.style) for drawing in drawings for text, ground in _on_grounds(drawing)}
    assert met
    found = []
    for theme in PALETTES:
        colours = palette(theme)
        for text, ground in sorted(met):
            fill = STROKES[ground].fill
            ratio = contrast(colours[TYPES[text].colour], colours[fill or "paper"])
            if ratio < 4.5:
                found.append((theme, text, ground, ratio))
    return found


def _on_grounds(drawing: Drawing) -> Iterator[tuple[Text, Box]]:
    outlined = _Outlined.of(drawing)
    for order, text, extent in outlined.texts:
        _, ground = outlined.ground(order, extent)
        assert ground is not None
        yield text, ground


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


def _meet(one: Extent, other: Extent) -> bool:
    """The outlines touch, so that a closer look is worth it."""
    return one[0] <= other[2] and other[0] <= one[2] and one[1] <= other[3] and other[1] <= one[3]


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
