"""A sequence diagram as slides: one picture for each step, all of one size, so that nothing jumps.

The head with the lanes stays where it is. Below it stands the present step, with as many whole
steps before it as there is room for; later ones are absent. The first frame has the lanes alone, the last one
the result.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import pairwise
from math import ceil
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from simulator.views.drawing.display import Box, Drawing, Item, Line, Polygon, Text, seen_with, span
from simulator.views.drawing.marks import BEHIND, Part
from simulator.views.drawing.pens import picture
from simulator.views.pictures.sequence import sequence
from simulator.views.story.lanes import run_name
from simulator.views.story.moments import moments

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from simulator.trace.trace import Trace

FOOT_GAP = 18.0  # between the story and the card below it
TAIL = (
    150.0  # below the present step, where a belief that has just begun has its words; more where they need it
)
PAD = 8.0  # below those words
SNAPSHOT_GAP = 14.0  # below the event at which a snapshot ends
SNAPSHOT_ROOM = 420.0  # for the steps of a snapshot, where they are not taller


@dataclass(frozen=True, slots=True)
class Frame:
    """One slide: its name in a file name, and the picture."""

    name: str
    drawing: Drawing


def frame_contents(
    trace: Trace, *, form: Literal["svg", "png"] = "svg", theme: str = "light", detail: str = "messages"
) -> dict[str, bytes]:
    """The slides of a run as contents of files, by file name, in the order of the story.

    Args:
        trace: the run.
        form: ``svg`` or ``png``.
        theme: ``light``, ``dark`` or ``print``.
        detail: ``overview``, ``messages`` or ``everything``.

    Raises:
        OutputError: the theme or detail is unknown.
    """
    made = {
        Path(f"{place:02d}-{frame.name}.{form}"): frame.drawing
        for place, frame in enumerate(frames(trace, detail=detail))
    }
    return {
        path.name: picture(drawing, path, theme=theme, prefix=path.stem) for path, drawing in made.items()
    }


def frames(trace: Trace, *, detail: str = "messages") -> list[Frame]:
    """The slides of a run: the lanes, each step in turn, the result.

    Raises:
        OutputError: the detail is unknown.
    """
    whole = sequence(trace, detail=detail)
    bands = whole.marks.bands
    names = [band.step.value.lower().replace("_", "-") for band in bands]
    end = whole.height if whole.marks.foot is None else whole.marks.foot - FOOT_GAP / 2
    edges = [*(band.top for band in bands), end, whole.height]
    room = ceil(max(below - above for above, below in pairwise(edges)))
    tail = ceil(_tail(whole, edges))
    made = []
    for place, name in enumerate(["setting", *names, "result"]):
        until = edges[place]
        since = min(edge for edge in edges if until - edge <= room)
        title = f"{whole.title}, picture {place} of {len(edges) - 1}"
        items = _slide(whole, edges[0], since, until, room, tail)
        marks = whole.marks.window(since, until, tail, edges[0] - since)
        height = edges[0] + room + tail
        drawing = replace(whole, height=height, title=title, items=items, marks=marks)
        made.append(Frame(name, drawing))
    return made


def snapshot(trace: Trace, seq: int, *, detail: str = "overview") -> Drawing:
    """The picture when an event has just happened: that event stands last, and what comes later is absent.

    Above it stand as many whole steps as there is room for, and always the one that it belongs to. At the end
    it is the whole picture.

    Args:
        trace: what happened.
        seq: of the event.
        detail: as in :func:`frames`.

    Raises:
        OutputError: the detail is unknown.
    """
    whole = sequence(trace, detail=detail)
    if seq >= trace.events[-1].seq:
        return whole
    tops = [band.top for band in whole.marks.bands]
    items = tuple(_known(whole, seq))
    told = [span(item)[1] for item in items if item.part not in (*BEHIND, Part.BELIEF)]
    until = max([tops[0], *told]) + SNAPSHOT_GAP
    begun = [top for top in tops if top < until]
    since = next((top for top in begun if until - top <= SNAPSHOT_ROOM), begun[-1])
    whole = replace(whole, items=items)
    tail = _tail(whole, [until])
    height = tops[0] + until - since + tail
    slide = _slide(whole, tops[0], since, until, until - since, tail)
    marks = whole.marks.window(since, until, tail, tops[0] - since)
    headline = moments(trace)[seq]["headline"]
    reached = f"{run_name(trace)}, as far as here: {headline}. What comes later is not shown."
    return replace(whole, height=height, items=slide, description=reached, marks=marks)


def _known(whole: Drawing, seq: int) -> Iterator[Item]:
    """The items that are known once an event has happened; a message that may be read is on its way."""
    late = {arrow.seq for arrow in whole.marks.arrows if seq < (arrow.unread_since or 0)}
    for item in whole.items:
        if item.part in BEHIND or (
            seen_with(item) <= seq and not (item.part is Part.UNREAD and item.seq in late)
        ):
            yield item
    yield from (item for item in whole.meanwhile if item.seq in late and item.seq <= seq)


def _tail(whole: Drawing, ends: Iterable[float]) -> float:
    """The space below the present step: enough for the words of every belief that has begun by then."""
    words: dict[int, float] = {}
    for item in whole.items:
        if _is_belief(item):
            words[item.seq] = max(span(item)[1], words.get(item.seq, 0.0))
    begun = [(belief.extent[1], words.get(belief.seq, 0.0)) for belief in whole.marks.beliefs]
    return max([TAIL, *(bottom + PAD - end for end in ends for top, bottom in begun if top < end)])


def _slide(
    whole: Drawing, head: float, since: float, until: float, room: float, tail: float
) -> tuple[Item, ...]:
    """The head as it is, and below it the story from ``since`` until ``until``."""
    kept: list[Item] = [Box(0, 0, whole.width, head + room + tail, "paper", 0, part=Part.PAPER)]
    hidden = {Part.PAPER, *_unknown(whole.items, until)}
    beliefs = {belief.seq for belief in whole.marks.beliefs if belief.extent[1] < until}
    for item in _with_beliefs_in_sight(whole, since, until + tail):
        top, bottom = span(item)
        lifeline = item.part is Part.LIFELINE
        if item.part in hidden:
            continue
        if bottom <= head:
            kept.append(item)
            continue
        if lifeline and top < head < since:
            kept.append(_cut(item, top, head) or item)
        end = since + room + tail if lifeline else until
        if item.part is Part.BELIEF and item.seq in beliefs:
            end = until + tail
        piece = _cut(item, since, end) if top < end and bottom > since else None
        if piece is not None:
            kept.append(_moved(piece, head - since))
    return tuple(kept)


def _unknown(items: tuple[Item, ...], until: float) -> set[Part]:
    """The shade of an error that has not come out yet, and its words."""
    shades = [span(item)[1] for item in items if item.part is Part.SHADE]
    return {Part.SHADE, Part.SHADE_WORDS} if max(shades, default=0.0) > until else set()


def _with_beliefs_in_sight(whole: Drawing, since: float, until: float) -> list[Item]:
    """The items, with the words of a belief that began above the window brought down to its top."""
    moves: dict[int, float] = {}
    for belief in whole.marks.beliefs:
        _, top, _, bottom = belief.extent
        if top < since < bottom:
            words = [span(item)[1] for item in whole.items if _is_belief(item) and item.seq == belief.seq]
            if words and max(words) - top <= min(until, bottom) - since:
                moves[belief.seq] = since - top
    return [
        _moved(item, moves[item.seq]) if item.seq in moves and _is_belief(item) else item
        for item in whole.items
    ]


def _is_belief(item: Item) -> bool:
    return isinstance(item, Text) and item.part is Part.BELIEF


def _cut(item: Item, top: float, bottom: float) -> Item | None:
    """The part of an item that is inside: boxes and upright lines are cut, others are whole or absent."""
    above, below = span(item)
    if above >= top and below <= bottom:
        return item
    start, end = max(above, top), min(below, bottom)
    if isinstance(item, Box):
        return replace(item, y=start, height=end - start)
    if isinstance(item, Line) and len({x for x, _ in item.points}) == 1:
        x = item.points[0][0]
        return replace(item, points=((x, start), (x, end)))
    return None


def _moved(item: Item, by: float) -> Item:
    """The item further down, or up where ``by`` is negative."""
    match item:
        case Box() | Text():
            return replace(item, y=item.y + by)
        case Line() | Polygon():
            return replace(item, points=tuple((x, y + by) for x, y in item.points))
