"""A sequence diagram as slides: one picture for each step, all of one size, so that nothing jumps.

The head with the lanes stays where it is. Below it stands the step that is told, with as many whole steps
before it as there is room for; what comes later is absent. The first frame has the lanes alone, the last one
what the session is worth.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import pairwise
from math import ceil
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from simulator.errors import OutputError
from simulator.pki.files import write_public_file
from simulator.trace.facts import Step
from simulator.trace.trace import Trace
from simulator.views.drawing.display import BEHIND, Box, Drawing, Item, Line, Polygon, Text, span
from simulator.views.drawing.pens import picture
from simulator.views.pictures.sequence import sequence
from simulator.views.story.lanes import run_name
from simulator.views.story.moments import moments

if TYPE_CHECKING:
    from simulator.trace.trace import HasTrace

FOOT_GAP = 18.0  # between the story and the card below it
TAIL = 150.0  # below the step that is told: a belief that has just begun needs room for its words
SNAPSHOT_GAP = 14.0  # below the event at which a snapshot ends
SNAPSHOT_ROOM = 420.0  # for the steps of a snapshot, where they are not taller
STRIP = "strip."
BELIEF_STYLES = ("level.", "belief", "hatch")


@dataclass(frozen=True, slots=True)
class Frame:
    """One slide: what it is called in a file name, and the picture."""

    name: str
    drawing: Drawing


def save_frames(
    run: HasTrace | Trace,
    directory: Path | str,
    *,
    form: Literal["svg", "png"] = "svg",
    theme: str = "light",
    detail: str = "messages",
) -> list[Path]:
    """Write the slides of a run into a folder, which is made if it is not there.

    Args:
        run: a run, or its trace.
        directory: where to.
        form: ``svg`` or ``png``.
        theme: ``light``, ``dark`` or ``print``.
        detail: ``overview``, ``messages`` or ``everything``.

    Returns:
        The files in the order of the story.

    Raises:
        OutputError: there is no such theme or detail, or the files cannot be written.
    """
    trace = run if isinstance(run, Trace) else run.trace
    directory = Path(directory)
    made = [
        (directory / f"{place:02d}-{frame.name}.{form}", frame.drawing)
        for place, frame in enumerate(frames(trace, detail=detail))
    ]
    contents = [(path, picture(drawing, path, theme=theme, prefix=path.stem)) for path, drawing in made]
    try:
        directory.mkdir(exist_ok=True)
    except OSError as error:
        raise OutputError(
            f"The folder {directory} cannot be made: {error.strerror}.",
            got=str(directory),
            expected="a new or existing folder inside one that exists",
            advice="Make the folder around it first, or name another.",
        ) from error
    for path, data in contents:
        write_public_file(path, data)
    return [path for path, _ in contents]


def frames(trace: Trace, *, detail: str = "messages") -> list[Frame]:
    """The slides of a run: the lanes, each step as it is told, the result.

    Raises:
        OutputError: there is no such detail.
    """
    whole = sequence(trace, detail=detail)
    strips = [item for item in whole.items if isinstance(item, Box) and item.style.startswith(STRIP)]
    names = [Step(strip.style.removeprefix(STRIP)).value.lower().replace("_", "-") for strip in strips]
    card = next(item.y for item in whole.items if isinstance(item, Box) and item.style == "card")
    edges = [*(strip.y for strip in strips), card - FOOT_GAP / 2, whole.height]
    room = ceil(max(below - above for above, below in pairwise(edges)))
    made = []
    for place, name in enumerate(["setting", *names, "result"]):
        until = edges[place]
        since = min(edge for edge in edges if until - edge <= room)
        title = f"{whole.title}, picture {place} of {len(edges) - 1}"
        items = _slide(whole, edges[0], since, until, room)
        drawing = replace(whole, height=edges[0] + room + TAIL, title=title, items=items)
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
        OutputError: there is no such detail.
    """
    whole = sequence(trace, detail=detail)
    if seq >= trace.events[-1].seq:
        return whole
    strips = [item.y for item in whole.items if isinstance(item, Box) and item.style.startswith(STRIP)]
    items = tuple(item for item in whole.items if item.seq <= seq or item.style.startswith(BEHIND))
    told = [span(item)[1] for item in items if not item.style.startswith((*BEHIND, *BELIEF_STYLES))]
    until = max([strips[0], *told]) + SNAPSHOT_GAP
    begun = [strip for strip in strips if strip < until]
    since = next((strip for strip in begun if until - strip <= SNAPSHOT_ROOM), begun[-1])
    height = strips[0] + until - since + TAIL
    slide = _slide(replace(whole, items=items), strips[0], since, until, until - since)
    headline = moments(trace)[seq]["headline"]
    reached = f"{run_name(trace)}, as far as here: {headline}. What comes later is not shown."
    return replace(whole, height=height, items=slide, description=reached)


def _slide(whole: Drawing, head: float, since: float, until: float, room: float) -> tuple[Item, ...]:
    """The head as it is, and below it the story from ``since`` until ``until``."""
    kept: list[Item] = [Box(0, 0, whole.width, head + room + TAIL, "paper", 0)]
    unknown = _unknown(whole.items, until)
    beliefs = {box.seq for box in whole.items if _is_level(box) and span(box)[0] < until}
    for item in _with_beliefs_in_sight(whole.items, since, until + TAIL):
        top, bottom = span(item)
        lifeline = item.style.startswith("lifeline")
        if item.style == "paper" or (item.style == "gap" and item.seq in unknown):
            continue
        if bottom <= head:
            kept.append(item)
            continue
        if lifeline and top < head < since:
            kept.append(_cut(item, top, head) or item)
        end = since + room + TAIL if lifeline else until
        if item.seq in beliefs and item.style.startswith(BELIEF_STYLES):
            end = until + TAIL
        piece = _cut(item, since, end) if top < end and bottom > since else None
        if piece is not None:
            kept.append(_moved(piece, head - since))
    return tuple(kept)


def _unknown(items: tuple[Item, ...], until: float) -> set[int]:
    """``seq`` of an error that has not come out yet: nobody knows of it before."""
    shades = (item for item in items if isinstance(item, Box) and item.style == "gap")
    return {box.seq for box in shades if box.y + box.height > until}


def _with_beliefs_in_sight(items: tuple[Item, ...], since: float, until: float) -> list[Item]:
    """The items, with the words of a belief that began above the window brought down to its top."""
    moves: dict[int, float] = {}
    for box in items:
        if isinstance(box, Box) and _is_level(box) and box.y < since < box.y + box.height:
            words = [item for item in items if isinstance(item, Text) and _is_belief(item, box.seq)]
            visible = min(until, box.y + box.height) - since
            if words and max(span(item)[1] for item in words) - box.y <= visible:
                moves[box.seq] = since - box.y
    return [
        _moved(item, moves[item.seq]) if item.seq in moves and _is_belief(item, item.seq) else item
        for item in items
    ]


def _is_level(item: Item) -> bool:
    """The block of a belief, in the colour of its level; not a stair of the ladder."""
    return item.style.startswith("level.") and not item.style.startswith("level.edge.")


def _is_belief(item: Item, seq: int) -> bool:
    return item.seq == seq and isinstance(item, Text) and item.style.startswith("belief")


def _cut(item: Item, top: float, bottom: float) -> Item | None:
    """What of an item is inside: boxes and upright lines are cut, other things are whole or absent."""
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
