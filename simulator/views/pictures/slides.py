"""A run step by step: its slide as it fills, and the sequence diagram as far as one event.

Frames have one size, 16:9, and nothing in them moves: later steps are absent, the last one has the result.
A snapshot keeps the head of the sequence diagram, and as many whole steps before its event as have room.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from msgspec.structs import replace

from simulator.views.drawing.display import Box, Drawing, Item, Line, Text, moved, seen_with, span
from simulator.views.drawing.marks import BEHIND, Part
from simulator.views.drawing.pens import picture
from simulator.views.drawing.style import detail_named
from simulator.views.pictures.essential import essential_frames
from simulator.views.pictures.sequence import sequence
from simulator.views.story.lanes import run_name
from simulator.views.story.moments import moments

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from simulator.trace.trace import Trace

#: Below the present step, where a belief that has just begun has its words; more where they need it.
TAIL = 150.0
PAD = 8.0  # below those words
SNAPSHOT_GAP = 14.0  # below the event at which a snapshot ends
SNAPSHOT_ROOM = 420.0  # for the steps of a snapshot, where they are not taller


@dataclass(frozen=True, slots=True)
class Frame:
    """One slide: its name in a file name, and the picture."""

    name: str
    drawing: Drawing


def frame_contents(
    trace: Trace, *, form: Literal["svg", "png"] = "svg", theme: str = "light"
) -> dict[str, bytes]:
    """The slides of a run as contents of files, by file name, in the order of the story.

    Args:
        trace: the run.
        form: ``svg`` or ``png``.
        theme: ``light``, ``dark`` or ``print``.

    Raises:
        OutputError: the theme is unknown.
    """
    made: dict[str, bytes] = {}
    for place, frame in enumerate(frames(trace)):
        path = Path(f"{place:02d}-{frame.name}.{form}")
        made[path.name] = picture(frame.drawing, path, theme=theme, prefix=path.stem)
    return made


def frames(trace: Trace) -> list[Frame]:
    """The slide of a run as it fills: the two sides, each step in turn, the result."""
    drawings = essential_frames(trace)
    steps = [band.step.value.lower().replace("_", "-") for band in drawings[-1].marks.bands]
    names = ["setting", *steps, "result"]
    return [Frame(name, drawing) for name, drawing in zip(names, drawings, strict=True)]


def snapshot(trace: Trace, seq: int, *, detail: str = "overview") -> Drawing:
    """The picture when an event has just happened: that event stands last, and what comes later is absent.

    Above it stand as many whole steps as there is room for, and always the one that it belongs to. At the end
    it is the whole picture.

    Args:
        trace: what happened.
        seq: of the event.
        detail: as of a sequence diagram.

    Raises:
        OutputError: the detail is unknown.
    """
    whole = sequence(trace, detail=detail_named(detail))
    if seq >= trace.events[-1].seq:
        return whole
    tops = [band.top for band in whole.marks.bands]
    items = tuple(_known(whole, seq))
    told = [span(item)[1] for item in items if item.part not in (*BEHIND, Part.BELIEF)]
    until = max([tops[0], *told]) + SNAPSHOT_GAP
    begun = [top for top in tops if top < until]
    since = next((top for top in begun if until - top <= SNAPSHOT_ROOM), begun[-1])
    headline = moments(trace)[seq]["headline"]
    reached = f"{run_name(trace)}, as far as here: {headline}. What comes later is not shown."
    whole = replace(whole, items=items, description=reached)
    return _slide(whole, tops[0], since, until, until - since, _tail(whole, [until]))


def _known(whole: Drawing, seq: int) -> Iterator[Item]:
    """The items that are known once an event has happened; a message that may be read is on its way."""
    unread = [item for item in whole.items if item.part is Part.UNREAD]
    late = {item.seq for item in unread if seq < (item.since or 0)}
    for item in whole.items:
        known = seen_with(item) <= seq and not (item.part is Part.UNREAD and item.seq in late)
        if known or item.part in BEHIND:
            yield item
    yield from (item for item in whole.meanwhile if item.seq in late and item.seq <= seq)


def _tail(whole: Drawing, ends: Iterable[float]) -> float:
    """The space below the present step: enough for the words of every belief that has begun by then."""
    words = _belief_words(whole)
    begun = [(top, words.get(seq, 0.0)) for seq, (_, top, _, _) in whole.beliefs.items()]
    return max([TAIL, *(bottom + PAD - end for end in ends for top, bottom in begun if top < end)])


def _belief_words(whole: Drawing) -> dict[int, float]:
    """The lower edge of the words of each belief."""
    found: dict[int, float] = {}
    for item in whole.items:
        if _is_belief(item):
            found[item.seq] = max(span(item)[1], found.get(item.seq, 0.0))
    return found


def _slide(whole: Drawing, head: float, since: float, until: float, room: float, tail: float) -> Drawing:
    """The head as it is, and below it the story from ``since`` until ``until``."""
    height = head + room + tail
    kept: list[Item] = [Box(0, 0, whole.width, height, "paper", 0, part=Part.PAPER)]
    hidden = {Part.PAPER, *_unknown(whole.items, until)}
    beliefs = {seq for seq, (_, top, _, _) in whole.beliefs.items() if top < until}
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
            kept.append(moved(piece, head - since))
    marks = whole.marks.window(since, until, head - since)
    return replace(whole, height=height, items=tuple(kept), marks=marks)


def _unknown(items: tuple[Item, ...], until: float) -> set[Part]:
    """The shade of an error that has not come out yet, and its words."""
    shades = [span(item)[1] for item in items if item.part is Part.SHADE]
    return {Part.SHADE, Part.SHADE_WORDS} if max(shades, default=0.0) > until else set()


def _with_beliefs_in_sight(whole: Drawing, since: float, until: float) -> list[Item]:
    """The items, with the words of a belief that began above the window brought down to its top."""
    words = _belief_words(whole)
    moves = {
        seq: since - top
        for seq, (_, top, _, bottom) in whole.beliefs.items()
        if seq in words and top < since < bottom and words[seq] - top <= min(until, bottom) - since
    }
    return [
        moved(item, moves[item.seq]) if item.seq in moves and _is_belief(item) else item
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
