"""The picture that the player lights up: the sequence diagram, and where each event stands in it.

The player lays nothing out. It shows the SVG that every other view shows, with the names of colours in place
of their values (so that a page can turn dark), and gets from here the numbers it needs to follow a cursor.
"""

from __future__ import annotations

from dataclasses import replace
from itertools import accumulate
from typing import TYPE_CHECKING, Any

from simulator.trace.facts import STEP_NUMBERS, Alert, BeliefChanged, Checked, Decided, Received, Sent, Step
from simulator.views.drawing.display import BEHIND, Box, Drawing, Extent, Item, Text, extent_of
from simulator.views.drawing.style import PALETTES, Palette
from simulator.views.drawing.svg import markup
from simulator.views.pictures.sequence import sequence
from simulator.views.player.known import as_known, giving_away, on_their_way, parted_by
from simulator.views.story.reading import gap, unread_since

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from simulator.trace.trace import Trace


#: Texts that the page says itself, beside the picture.
SAID_BESIDE = frozenset({"title", "subtitle", "lesson", "gap"})
#: Styles of a decision's frame and of the band it opens: they appear with the ledger it rests on.
FRAME = ("decision", "question", "band.", "strip.", "step.")
BELIEF_COLUMN = ("level.", "belief")
BELIEF_PAD = 8.0  # below the words of a belief
BELIEF_HEIGHT = 110.0  # a belief lasts long; what is marked is where it begins
BELIEF_GAP = 5.0  # what a frame's distance takes off, for its line to pass between two lines of words
MARGIN = 26.0


def picture(trace: Trace, detail: str, *, finished: bool = True) -> dict[str, Any]:
    """The sequence diagram for a page, as plain values.

    Returns:
        ``svg``: its markup, colours as ``var(--name)``. ``box``: the part to show (x, y, width, height).
        ``lanes``: (title, x) from left to right. ``talk``: left and right edge of what client and server
        do during the connection. ``places``: for each ``seq`` its rectangle (x, y, width, height).
        ``chapters``: the bands, as ``seq`` of the first event, number, step and title. ``cuts``: heights
        at which the picture may be cut into pages. ``depths``: for each event how far down the picture
        reaches when it has just happened. ``away``: markup of the arrows of messages that are never read,
        as they look before that is known. ``told``: markup of what tells it, to be shown from then on.
        ``since``: for each of them the event that makes it known. ``secrets``: lines on the lanes' cards
        that tell what is wrong.
        Of a run that is not ``finished`` the card with the result is left out.

    Raises:
        OutputError: there is no such detail.
    """
    drawing = sequence(trace, detail=detail)
    shown = [item for item in drawing.items if not _said_beside(item)]
    bottom = drawing.height
    if not finished:
        bottom = min(
            (item.y for item in shown if isinstance(item, Box) and item.style == "card"), default=bottom
        )
        shown = [item for item in shown if extent_of(item)[1] < bottom]
    items = _frames_first(trace, shown)
    found = _places(trace, items)
    left, right = _talk(trace, found, drawing.width)
    items = _in_sight(items, left, right)
    late, since = gap(trace), unread_since(trace)
    told, rest = parted_by(since, items)
    tops = [extent_of(item)[1] for item in items if item.style.startswith("header")]
    top = min(tops, default=MARGIN) - 10
    return {
        "svg": markup(replace(drawing, items=tuple(as_known(late, since, rest))), VARIABLES, "player"),
        "away": _fragment(drawing, on_their_way(since, items)),
        "told": _fragment(drawing, as_known(late, since, told)),
        "since": {str(seq): known for seq, known in since.items()},
        "box": [0, _round(top), _round(drawing.width), _round(bottom - top)],
        "lanes": [
            [item.text, _round(item.x)] for item in items if isinstance(item, Text) and item.style == "lane"
        ],
        "talk": [_round(left), _round(right)],
        "places": {str(seq): _rectangle(extent) for seq, extent in found.items()},
        "depths": _depths(trace, items),
        "secrets": giving_away(trace, items),
        "chapters": _chapters(items),
        "cuts": [
            _round(item.y) for item in items if isinstance(item, Box) and item.style.startswith("strip.")
        ],
    }


#: The palette whose values are the names of CSS custom properties.
VARIABLES: Palette = {name: f"var(--{name})" for name in PALETTES["light"]}


def _fragment(drawing: Drawing, items: list[Item]) -> str:
    """More of a picture, as a drawing without words of its own; empty for nothing."""
    part = replace(drawing, title="", description="", items=tuple(items))
    return markup(part, VARIABLES, "away") if items else ""


def _said_beside(item: Item) -> bool:
    return isinstance(item, Text) and item.style in SAID_BESIDE


def _frames_first(trace: Trace, items: Iterable[Item]) -> list[Item]:
    """The items with each decision's frame moved to the ledger it rests on, which is seen first."""
    ledgers = {event.seq for event in trace.of(Checked)}
    moved = {event.seq: event.cause for event in trace.of(Decided) if event.cause in ledgers}
    return [
        replace(item, seq=moved[item.seq]) if item.seq in moved and item.style.startswith(FRAME) else item
        for item in items
    ]


def _in_sight(items: list[Item], left: float, right: float) -> list[Item]:
    """The items with the headings of the bands where they are seen when only ``left`` to ``right`` is."""
    edge = min(
        (item.x for item in items if isinstance(item, Box) and item.style.startswith("strip.")), default=0
    )
    shift = max(0.0, left + 10 - edge)
    found: list[Item] = []
    for item in items:
        if isinstance(item, Text) and item.style == "band.time":
            found.append(replace(item, x=min(item.x, right - 16)))
        elif isinstance(item, Text | Box) and item.style.startswith(("band.number", "band.title", "step.")):
            found.append(replace(item, x=item.x + shift))
        else:
            found.append(item)
    return found


def _places(trace: Trace, items: Sequence[Item]) -> dict[int, Extent]:
    """The extent of what stands for each event; of its cause, or of the event before, where nothing does."""
    drawn: dict[int, Extent] = {}
    for item in items:
        if not item.style.startswith(BEHIND):
            extent = extent_of(item)
            drawn[item.seq] = _union(drawn[item.seq], extent) if item.seq in drawn else extent
    joined = {event.seq for event in trace.of(Sent, Alert, Checked)}
    words = _words_of_beliefs(items)
    found: dict[int, Extent] = {}
    last = drawn.get(0, (0.0, 0.0, 1.0, 1.0))
    for event in trace.events:
        if event.seq in drawn:
            extent = drawn[event.seq]
        elif event.cause is not None and event.cause in found:
            extent = found[event.cause]
        else:
            extent = last
        if isinstance(event.fact, Received | Alert | Decided) and event.cause in joined:
            extent = _union(extent, found[event.cause])  # the arrow, not its head alone; the whole decision
        if isinstance(event.fact, BeliefChanged):
            left, top, right, bottom = extent
            extent = (left, top, right, min(bottom, words.get(event.seq, top + BELIEF_HEIGHT)))
        found[event.seq] = last = extent
    return found


def _words_of_beliefs(items: Iterable[Item]) -> dict[int, float]:
    """For each belief where a frame around its words may end: below them, or between two lines of many."""
    lines: dict[int, list[float]] = {}
    for item in items:
        if isinstance(item, Text) and item.style.startswith(BELIEF_COLUMN):
            lines.setdefault(item.seq, []).append(item.extent[3])
    found = {}
    for seq, ends in lines.items():
        room = min(ends) + BELIEF_HEIGHT
        within = max(end for end in ends if end <= room)
        found[seq] = within + BELIEF_PAD if within == max(ends) else within - BELIEF_GAP
    return found


def _depths(trace: Trace, items: Iterable[Item]) -> list[float]:
    """For each event how far down all reaches that was drawn until then; of a column of belief, its words."""
    lowest = {event.seq: 0.0 for event in trace.events}
    for item in items:
        if item.style.startswith(BEHIND):
            continue
        if not item.style.startswith(BELIEF_COLUMN):
            lowest[item.seq] = max(lowest[item.seq], extent_of(item)[3])
        elif isinstance(item, Text):
            lowest[item.seq] = max(lowest[item.seq], extent_of(item)[3] + BELIEF_PAD)
    return [_round(depth) for depth in accumulate(lowest.values(), max)]


def _union(one: Extent, other: Extent) -> Extent:
    return (
        min(one[0], other[0]),
        min(one[1], other[1]),
        max(one[2], other[2]),
        max(one[3], other[3]),
    )


def _talk(trace: Trace, places: Mapping[int, Extent], width: float) -> tuple[float, float]:
    """The columns in which client and server talk: enough to show most of the story large."""
    told = [
        places[event.seq]
        for event in trace.events[:-1]
        if event.at >= 0 and not isinstance(event.fact, BeliefChanged)
    ]
    if not told:
        return 0.0, width
    left, right = min(extent[0] for extent in told), max(extent[2] for extent in told)
    return max(0.0, left - MARGIN), min(width, right + MARGIN)


def _chapters(items: Iterable[Item]) -> list[dict[str, Any]]:
    """The bands of the picture, in order: where one begins, a chapter of the player begins."""
    numbers = {str(number): step for step, number in STEP_NUMBERS.items()}
    chapters = []
    for item in items:
        if isinstance(item, Text) and item.style == "band.number":
            step: Step = numbers[item.text]
            short = step.value.replace("_", " ").capitalize()
            chapters.append(
                {
                    "seq": item.seq,
                    "number": item.text,
                    "step": step.value,
                    "short": short,
                    "title": step.title,
                }
            )
    return sorted(chapters, key=lambda chapter: chapter["seq"])


def _rectangle(extent: Extent) -> list[float]:
    left, top, right, bottom = extent
    return [_round(left), _round(top), _round(right - left), _round(bottom - top)]


def _round(value: float) -> float:
    return round(value, 1)
