"""When something becomes known that a picture or a sentence could tell too early.

Who guesses what comes next must not read it from what is there already: that a message is never read, how
long an error lasts, or what is wrong in the set-up.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, TypeGuard

from simulator.views.drawing.display import Box, Item, Line, Text
from simulator.views.story.words import clean

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from simulator.trace.trace import Trace
    from simulator.views.story.reading import Gap

#: Rows of the set-up that name what is wrong in it, as nobody in the story says it.
GIVING_AWAY = frozenset({"private key", "what it signs", "clock"})
LOOKS = ("clear", "handshake", "session", "alert")
#: How much shorter the line of a message is that nobody reads, and its tube.
BROKEN_OFF, BROKEN_TUBE = 95.0, 89.0


def as_known(late: Gap | None, since: Mapping[int, int], items: Iterable[Item]) -> list[Item]:
    """The items, each with the ``seq`` since which it can be known: marks of the unread, and the error.

    Args:
        late: the client's error, as :func:`simulator.views.story.reading.gap` has it.
        since: what is never read, as :func:`unread_since` has it; so also below.
        items: of the picture.
    """
    found = []
    for item in items:
        if late is not None and item.style == "gap":
            found.append(replace(item, seq=late.end.seq))
        elif item.seq in since and _tells_unread(item):
            found.append(replace(item, seq=since[item.seq]))
        else:
            found.append(item)
    return found


def parted_by(since: Mapping[int, int], items: Iterable[Item]) -> tuple[list[Item], list[Item]]:
    """The items that tell that a message is never read, and all others.

    Of a message whose reader had failed before it was sent, the broken line is the only one there is: it
    counts among the others.
    """
    told: list[Item] = []
    others: list[Item] = []
    for item in items:
        tells = item.seq in since and _tells_unread(item)
        alone = tells and since[item.seq] == item.seq and not item.style.startswith("unread")
        (told if tells and not alone else others).append(item)
    return told, others


def on_their_way(since: Mapping[int, int], items: Sequence[Item]) -> list[Item]:
    """The arrows of messages that are never read, as they look while nobody can know it."""
    open_ = {seq for seq, known in since.items() if known > seq}
    shafts = {item.seq: item for item in items if _is_shaft(item)}
    found: list[Item] = []
    for item in items:
        if item.seq not in open_ or item.seq not in shafts:
            continue
        start, end = shafts[item.seq].points
        way = 1 if end[0] > start[0] else -1
        if isinstance(item, Box) and item.style.startswith("tube."):
            left = item.x if way > 0 else item.x - BROKEN_TUBE
            found.append(replace(item, x=left, width=item.width + BROKEN_TUBE))
        elif _is_shaft(item):
            found.append(replace(item, points=(start, (end[0] + way * BROKEN_OFF, end[1]))))
    return found


def _is_shaft(item: Item) -> TypeGuard[Line]:
    return isinstance(item, Line) and item.style in LOOKS


def _tells_unread(item: Item) -> bool:
    """The line that is broken off, its tube, and the mark at its end."""
    return item.style.startswith(("unread", "tube.")) or _is_shaft(item)


def giving_away(trace: Trace, items: Iterable[Item]) -> list[str]:
    """The lines on the cards of the lanes that name what is wrong in the set-up."""
    told = [
        f"{clean(name)}: {clean(value)}"
        for actor in trace.setup.actors
        for name, value in actor.policy
        if name in GIVING_AWAY
    ]
    lines = [item.text for item in items if isinstance(item, Text) and item.style == "lane.small"]
    return [line for line in dict.fromkeys(lines) if any(line in words for words in told)]
