"""Signs drawn as shapes, because not every font has them: lock, tick, cross, octagon, arrow head."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from simulator.trust.verdict import CheckOutcome
from simulator.views.drawing.display import Box, Item, Line, Polygon

if TYPE_CHECKING:
    from collections.abc import Iterator

    from simulator.views.drawing.marks import Point

LOCK_WIDTH = 10.0


def lock(x: float, y: float, seq: int) -> Iterator[Item]:
    """A padlock 10 wide and 13 high with its top left corner at (x, y)."""
    arc = [
        (x + 5 - 3.2 * math.cos(math.pi * i / 8), y + 4 - 3.2 * math.sin(math.pi * i / 8)) for i in range(9)
    ]
    yield Line(((x + 1.8, y + 6.5), *arc, (x + 8.2, y + 6.5)), "lock.shackle", seq)
    yield Box(x, y + 6, LOCK_WIDTH, 7, "lock", seq, radius=1.2)


def mark(outcome: CheckOutcome, x: float, y: float, seq: int) -> Item:
    """The mark of a check, 10 wide, its middle at height y: tick, cross, dash, or dot."""
    match outcome:
        case CheckOutcome.PASS:
            return Line(((x, y), (x + 3.5, y + 4), (x + 10, y - 4.5)), "mark.pass", seq)
        case CheckOutcome.FAIL:
            left, right, top, bottom = x + 0.5, x + 9.5, y - 4.5, y + 4.5
            cross = ((left, top), (right, bottom), (x + 5, y), (left, bottom), (right, top))
            return Line(cross, "mark.fail", seq)
        case CheckOutcome.NOT_EVALUATED:
            return Line(((x, y), (x + 10, y)), "mark.none", seq)
        case CheckOutcome.NOT_REACHED:
            return Polygon(regular(x + 5, y, 2.2, 8), "mark.later", seq)


def octagon(x: float, y: float, radius: float, seq: int) -> Iterator[Item]:
    """The stop sign of an alert with an exclamation mark, its centre at (x, y)."""
    yield Polygon(regular(x, y, radius, 8), "alert.sign", seq)
    yield Line(((x, y - 0.55 * radius), (x, y + 0.12 * radius)), "alert.sign.mark", seq)
    yield Line(((x, y + 0.38 * radius), (x, y + 0.6 * radius)), "alert.sign.mark", seq)


def never_read(x: float, y: float, seq: int) -> Iterator[Item]:
    """The end of a message that is never read: a circle with a bar through it."""
    yield Polygon(regular(x, y, 7, 20), "unread.mark", seq)
    yield Line(((x - 4.9, y + 4.9), (x + 4.9, y - 4.9)), "unread.mark", seq)


def arrow_head(x: float, y: float, direction: int, style: str, seq: int) -> Polygon:
    """A head whose tip stands at (x, y) and points right (1) or left (-1)."""
    back = x - 11 * direction
    return Polygon(((x, y), (back, y - 5.5), (x - 8 * direction, y), (back, y + 5.5)), style, seq)


def pointer(before: Point, tip: Point, style: str, seq: int) -> Polygon:
    """An arrow head at the end of a line from any direction."""
    (x1, y1), (x2, y2) = before, tip
    length = math.hypot(x2 - x1, y2 - y1) or 1.0
    along, across = ((x2 - x1) / length, (y2 - y1) / length), ((y1 - y2) / length, (x2 - x1) / length)
    back = (x2 - 12 * along[0], y2 - 12 * along[1])
    left, right = ((back[0] + way * across[0], back[1] + way * across[1]) for way in (6, -6))
    return Polygon((tip, left, right), style, seq)


def diamond(x: float, y: float, seq: int) -> Polygon:
    """The sign of a decision, its centre at (x, y)."""
    return Polygon(((x - 7, y), (x, y - 7), (x + 7, y), (x, y + 7)), "decision.diamond", seq)


def hatching(x: float, y: float, width: float, height: float, seq: int) -> Iterator[Line]:
    """Slanting lines that fill a rectangle and stand for an assumption."""
    pitch = 7.0
    for index in range(1, int((width + height) / pitch) + 1):
        reach = index * pitch
        left = (x + max(0.0, reach - height), y + min(height, reach))
        right = (x + min(width, reach), y + max(0.0, reach - width))
        yield Line((left, right), "hatch", seq)


def regular(x: float, y: float, radius: float, corners: int) -> tuple[Point, ...]:
    """A regular polygon with a flat top."""
    turn = math.pi / corners
    return tuple(
        (x + radius * math.cos(turn + 2 * turn * i), y + radius * math.sin(turn + 2 * turn * i))
        for i in range(corners)
    )
