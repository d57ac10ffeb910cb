"""The picture that the player lights up: the sequence diagram, and the place of each event in it.

The player lays nothing out. It shows the SVG that every other view shows, with the names of colours in place
of their values (so that a page can turn dark), and gets from here the numbers it needs to follow a cursor.
Nothing is lit before the event that makes it known: that a message is never read, how long an error lasts.
"""

from __future__ import annotations

from itertools import accumulate
from typing import TYPE_CHECKING, Any

from msgspec.structs import replace

from simulator.trace.facts import (
    Alert,
    BeliefChanged,
    Checked,
    Decided,
    Received,
    Sent,
    StandingChanged,
)
from simulator.views.drawing.display import (
    Box,
    Drawing,
    Item,
    Text,
    extents_of,
    seen_with,
    span,
    union,
)
from simulator.views.drawing.marks import BEHIND, BandMark, Extent, Part
from simulator.views.drawing.style import PALETTES, Palette, detail_named
from simulator.views.drawing.svg import markup
from simulator.views.pictures.sequence import sequence
from simulator.views.story.reading import unread_since
from simulator.views.story.words import clean

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from simulator.trace.trace import Trace

#: Parts that the page says itself, beside the picture.
SAID_BESIDE = frozenset({Part.TITLE, Part.SHADE_WORDS})
#: Rows of the set-up that name what is wrong in it, which no actor knows when the story begins.
GIVING_AWAY = frozenset({"private key", "what it signs", "clock"})
MARGIN = 26.0  # beside what client and server do
ABOVE_CARDS = 10.0
INSET = 30.0  # of a band's heading from the edge of what is seen, past the page's column of belief
TIME_INSET = 30.0  # of the moment at the other edge
BELIEF_PAD = 8.0  # below the words of a belief
BELIEF_HEIGHT = 110.0  # a belief lasts long; what is marked is where it begins
BELIEF_GAP = 5.0  # what a frame's distance takes off, for its line to pass between two lines of words
#: The palette whose values are the names of CSS custom properties.
VARIABLES: Palette = {name: f"var(--{name})" for name in PALETTES["light"]}


def picture(trace: Trace, detail: str, *, finished: bool = True) -> dict[str, Any]:
    """The sequence diagram for a page, as plain values.

    Returns:
        ``svg``: its markup, colours as ``var(--name)``. ``box``: the part to show (x, y, width, height).
        ``foot``: where the card with the result begins.
        ``lanes``: (title, x) from left to right. ``talk``: left and right edge of what client and server
        do during the connection. ``places``: for each ``seq`` its rectangle (x, y, width, height).
        ``chapters``: the bands, as ``seq`` of the first event, number (empty before the connection), step,
        name and title. ``cuts``: heights at which the picture may be cut into pages. ``depths``: for each
        event how far down the picture reaches when it has just happened. ``away``: markup of the arrows of
        messages that are never read, as they look before that is known. ``told``: markup of what tells it,
        to be shown from then on. ``since``: for each of them the event that makes it known. ``secrets``:
        lines on the lanes' cards that tell what is wrong.
        Of a run that is not ``finished`` the card with the result is left out.

    Raises:
        OutputError: the detail is unknown.
    """
    drawing = sequence(trace, detail=detail_named(detail))
    marks = drawing.marks
    beside = SAID_BESIDE if finished else SAID_BESIDE | {Part.FOOT}
    items = [item for item in drawing.items if item.part not in beside]
    places = _places(trace, [item for item in items if item.part is not Part.FOOT])
    left, right = _talk(trace, places, drawing.width)
    shift = max(0.0, left + INSET - (marks.story[0] if marks.story else 0))
    names = {band.step.title: band.step.short_title for band in marks.bands}
    seen = [_in_sight(item, shift, right, names) for item in items]
    lit = [item if item.since is None else replace(item, seq=item.since) for item in seen]
    rest = tuple(item for item in lit if item.part is not Part.UNREAD)
    top = (marks.head[0] if marks.head else MARGIN) - ABOVE_CARDS
    bottom = drawing.height if finished or marks.foot is None else marks.foot
    return {
        "svg": markup(replace(drawing, items=rest), VARIABLES, "player"),
        "away": _fragment(drawing, drawing.meanwhile),
        "told": _fragment(drawing, (item for item in lit if item.part is Part.UNREAD)),
        "since": {str(seq): known for seq, known in unread_since(trace).items()},
        "box": [0, _round(top), _round(drawing.width), _round(bottom - top)],
        "foot": _round(drawing.height if marks.foot is None else marks.foot),
        "lanes": [[lane.title, _round(lane.x)] for lane in marks.lanes],
        "talk": [_round(left), _round(right)],
        "places": {str(seq): _rectangle(extent) for seq, extent in places.items()},
        "depths": _depths(trace, items),
        "secrets": _giving_away(trace, (line for lane in marks.lanes for line in lane.lines)),
        "chapters": [_chapter(band) for band in sorted(marks.bands, key=lambda band: band.seq)],
        "cuts": [_round(band.top) for band in marks.bands],
    }


def _fragment(drawing: Drawing, items: Iterable[Item]) -> str:
    """More of a picture, as a drawing without words of its own; empty for nothing."""
    part = replace(drawing, title="", description="", items=tuple(items))
    return markup(part, VARIABLES, "away") if part.items else ""


def _in_sight(item: Item, shift: float, right: float, names: Mapping[str, str]) -> Item:
    """An item of a band's strip, moved into the width that is seen, with the name of its step alone."""
    if item.part is Part.TIME and isinstance(item, Text):
        return replace(item, x=min(item.x, right - TIME_INSET))
    if item.part is Part.HEADING and isinstance(item, Text):
        return replace(item, x=item.x + shift, text=names.get(item.text, item.text))
    if item.part is Part.HEADING and isinstance(item, Box):
        return replace(item, x=item.x + shift)
    return item


def _places(trace: Trace, items: Sequence[Item]) -> dict[int, Extent]:
    """The extent of each event, or of its cause or the event before where nothing is drawn for it."""
    drawn = extents_of(items)
    joined = {event.seq for event in trace.of(Sent, Alert, Checked)}
    words = _words_of_beliefs(items)
    found: dict[int, Extent] = {}
    last = drawn.get(0, (0.0, 0.0, 1.0, 1.0))
    for event in trace.events:
        cause = event.cause if event.cause in found else None
        extent = drawn.get(event.seq, last if cause is None else found[cause])
        if isinstance(event.fact, Received | Alert | Decided) and event.cause in joined:
            extent = union(extent, found[event.cause])  # the arrow, not its head alone; the whole decision
        if isinstance(event.fact, BeliefChanged | StandingChanged):
            left, top, right, bottom = extent
            extent = (left, top, right, min(bottom, words.get(event.seq, top + BELIEF_HEIGHT)))
        found[event.seq] = last = extent
    return found


def _words_of_beliefs(items: Iterable[Item]) -> dict[int, float]:
    """The bottom of a frame around the words of each belief: below them, or between two lines of many."""
    lines: dict[int, list[float]] = {}
    for item in items:
        if item.part is Part.BELIEF and isinstance(item, Text):
            lines.setdefault(item.seq, []).append(span(item)[1])
    found = {}
    for seq, ends in lines.items():
        within = max(end for end in ends if end <= min(ends) + BELIEF_HEIGHT)
        found[seq] = within + BELIEF_PAD if within == max(ends) else within - BELIEF_GAP
    return found


def _depths(trace: Trace, items: Iterable[Item]) -> list[float]:
    """The lowest point of all that is drawn up to each event; of a belief only the words count."""
    lowest = {event.seq: 0.0 for event in trace.events}
    for item in items:
        belief = item.part is Part.BELIEF
        if item.part not in BEHIND and (not belief or isinstance(item, Text)):
            seq, bottom = seen_with(item), span(item)[1] + (BELIEF_PAD if belief else 0)
            lowest[seq] = max(lowest[seq], bottom)
    return [_round(depth) for depth in accumulate(lowest.values(), max)]


def _talk(trace: Trace, places: Mapping[int, Extent], width: float) -> tuple[float, float]:
    """The left and right edge of the columns in which client and server talk."""
    told = [
        places[event.seq]
        for event in trace.events[:-1]
        if event.at >= 0 and not isinstance(event.fact, BeliefChanged | StandingChanged)
    ]
    if not told:
        return 0.0, width
    left, right = min(extent[0] for extent in told), max(extent[2] for extent in told)
    return max(0.0, left - MARGIN), min(width, right + MARGIN)


def _chapter(band: BandMark) -> dict[str, Any]:
    """A band of the picture, where a chapter of the player begins."""
    step = band.step
    number = str(band.number or "")
    return {
        "seq": band.seq,
        "number": number,
        "step": step.value,
        "name": step.short_title,
        "title": step.title,
    }


def _giving_away(trace: Trace, lines: Iterable[str]) -> list[str]:
    """The lines on the cards of the lanes that name what is wrong in the set-up."""
    told = [
        f"{clean(name)}: {clean(value)}"
        for actor in trace.setup.actors
        for name, value in actor.policy
        if name in GIVING_AWAY
    ]
    return [line for line in dict.fromkeys(lines) if any(line in words for words in told)]


def _rectangle(extent: Extent) -> list[float]:
    left, top, right, bottom = extent
    return [_round(left), _round(top), _round(right - left), _round(bottom - top)]


def _round(value: float) -> float:
    return round(value, 1)
