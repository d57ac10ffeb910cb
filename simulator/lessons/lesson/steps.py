"""A picture whose parts appear one after the other: the frames of a slide as one picture.

Nothing in the frames moves, so an item of the picture is in a frame or is not. Items that come and go with
the same frames are one group, and the page hides a group before its first frame and after its last.
"""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING

from msgspec.structs import replace

if TYPE_CHECKING:
    from collections.abc import Sequence

    from simulator.lessons.site.frame import Looks
    from simulator.views.drawing.display import Drawing, Item

HEAD, FOOT = 3, 1  # lines of a picture's markup that are no item: its root, title and description; its end


def merged(frames: Sequence[Drawing]) -> list[tuple[Item, tuple[int, int]]]:
    """The items of all frames from back to front, each with its first and last frame.

    The last frame has most of them. An item that it lacks comes right before the one that follows it in its
    own frame, so a ground that later shrinks stays behind its words.
    """
    order = list(frames[-1].items)
    seen = {item: (len(frames) - 1, len(frames) - 1) for item in order}
    for number, frame in reversed(list(enumerate(frames))):
        place = len(order)
        for item in reversed(frame.items):
            if item in seen:
                place = order.index(item)
            else:
                order.insert(place, item)
            seen[item] = (number, seen.get(item, (0, number))[1])
    return [(item, seen[item]) for item in order]


def stepped(frames: Sequence[Drawing], looks: Looks, name: str) -> str:
    """The frames as one picture; ``name`` begins its ids."""
    items = merged(frames)
    whole = replace(frames[-1], items=tuple(item for item, _ in items))
    lines = looks.picture(whole, name).split("\n")
    drawn = zip(lines[HEAD:-FOOT], (frames_in for _, frames_in in items), strict=True)
    last = len(frames) - 1
    body = (
        f"{group_tag(when, last)}{''.join(line for line, _ in group)}</g>"
        for when, group in groupby(drawn, lambda pair: pair[1])
    )
    return "\n".join([*lines[:HEAD], *body, *lines[-FOOT:]])


def group_tag(when: tuple[int, int], last: int) -> str:
    """The tag of a group that is seen from a frame until another."""
    first, until = when
    begins = f' data-from="{first}"' if first else ""
    return f"<g{begins}>" if until == last else f'<g{begins} data-until="{until}" class="off">'
