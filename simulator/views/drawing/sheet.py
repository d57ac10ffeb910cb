"""The sheet on which a picture is laid out: its lanes, its items and its marks so far."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from msgspec.structs import replace

from simulator.trace.setup import PASSES_ON
from simulator.views.drawing.display import Anchor, Box, Item, Text, fit, span, wrap
from simulator.views.drawing.marks import (
    BandMark,
    LaneMark,
    Marks,
    Part,
    Scales,
    SectionMark,
    Span,
)
from simulator.views.drawing.style import TYPES

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from simulator.trace.setup import ActorSetup
    from simulator.trace.trace import Trace

MARGIN = 24.0
BELIEF_WIDTH = 152.0
GUTTER = 14.0
HALF_CARD = 88.0
AUTHORITY_HALF = 73.0  # as wide as the words that stand on the lane of a CA: most of the time it is idle
AUTHORITY_PITCH = 204.0  # as wide as "signing request (CSR)" between a CA and its neighbour
TALK_PITCH = 412.0
BESIDE_FIRST = 62.0  # before a client without a CA beside it: room for what it wrongly believes
LEADING = 1.32  # line pitch over type size


@dataclass(frozen=True, slots=True)
class Stage:
    """The lanes and edges of a sheet, from left to right.

    Attributes:
        actors: the lanes in order.
        lanes: lane name → x of its lifeline.
        left, right: the outer edges of the bands.
        width: the whole sheet.
    """

    actors: tuple[ActorSetup, ...]
    lanes: dict[str, float]
    left: float
    right: float
    width: float

    @staticmethod
    def of(trace: Trace) -> Stage:
        """The stage for the actors of a trace; client and server are the furthest apart."""
        actors = trace.setup.actors
        left = MARGIN + BELIEF_WIDTH + GUTTER
        x = left + GUTTER + (_half(actors[0]) if actors else HALF_CARD)
        x += BESIDE_FIRST if actors and actors[0].role == "client" else 0.0
        lanes: dict[str, float] = {}
        for place, actor in enumerate(actors):
            if place:
                pair = {actor.role, actors[place - 1].role}
                half = TALK_PITCH / 2 if PASSES_ON in pair else AUTHORITY_PITCH
                x += TALK_PITCH if pair == {"client", "server"} else half
            lanes[actor.name] = x
        right = x + GUTTER + (_half(actors[-1]) if actors else HALF_CARD)
        return Stage(actors, lanes, left, right, right + GUTTER + BELIEF_WIDTH + MARGIN)

    @property
    def middle(self) -> float:
        """The x half way between client and server; boxes of a lane open towards it."""
        return (self.lanes["client"] + self.lanes["server"]) / 2

    def next_lane(self, x: float, *, towards: float) -> float:
        """The first lane on the way from the lane at ``x`` to the one at ``towards``."""
        passed = {actor.name for actor in self.actors if actor.role == PASSES_ON}  # arrows go through it
        lanes = [lane for name, lane in self.lanes.items() if name not in passed]
        between = [lane for lane in lanes if min(x, towards) <= lane <= max(x, towards)]
        return min((lane for lane in between if lane != x), key=lambda lane: abs(lane - x))

    def opens_right(self, lane: str) -> bool:
        """Return True if boxes of this lane extend to the right."""
        return self.lanes[lane] < self.middle

    def inner_edge(self, lane: str) -> float:
        """The inner edge of a box on this lane."""
        reach = TALK_PITCH - 38
        return self.lanes[lane] + (reach if self.opens_right(lane) else -reach)

    def outer_edge(self, lane: str) -> float:
        """The outer edge of a box on this lane: the side away from the middle."""
        return self.lanes[lane] + (-self.half(lane) if self.opens_right(lane) else self.half(lane))

    def half(self, lane: str) -> float:
        """Half the width of a lane's card, and of the notes on the lane."""
        return next((_half(actor) for actor in self.actors if actor.name == lane), HALF_CARD)


def _half(actor: ActorSetup) -> float:
    return AUTHORITY_HALF if actor.role == "authority" else HALF_CARD


@dataclass(slots=True)
class Sheet:
    """A picture under construction: what was put down so far in three layers, and its marks.

    Attributes:
        stage: the lanes and edges, from left to right.
        y: the height down to which the page is filled.
        back, middle, front: the items so far, layer by layer.
        part, since: of what is put in front, as each item has them.
        head, foot, lanes, bands, sections, whole, scales: as in :class:`Marks`.
        meanwhile: as in :class:`Drawing`.
    """

    stage: Stage
    y: float = MARGIN
    back: list[Item] = field(default_factory=list)
    middle: list[Item] = field(default_factory=list)
    front: list[Item] = field(default_factory=list)
    part: Part = Part.STORY
    since: int | None = None
    head: Span | None = None
    foot: float | None = None
    lanes: list[LaneMark] = field(default_factory=list)
    bands: list[BandMark] = field(default_factory=list)
    sections: list[SectionMark] = field(default_factory=list)
    whole: list[Span] = field(default_factory=list)
    scales: Scales | None = None
    meanwhile: list[Item] = field(default_factory=list)

    def put(self, *items: Item) -> None:
        """Put items in front."""
        if (self.part, self.since) != (Part.STORY, None):
            items = tuple(replace(item, part=self.part, since=self.since) for item in items)
        self.front += items

    def put_behind(self, place: int, box: Box) -> float:
        """Put a box behind what was put in front since ``place``; return the y of its lower edge."""
        self.front.insert(place, box)
        return box.y + box.height

    @contextmanager
    def within(self, part: Part, since: int | None = None) -> Iterator[None]:
        """Put what is put in front meanwhile into a part of the picture.

        Args:
            part: which.
            since: the event with which it appears, where that is not the one it stands for.
        """
        self.part, self.since = part, since
        yield
        self.part, self.since = Part.STORY, None

    def keep_whole(self, place: int) -> None:
        """Mark what was put in front since ``place`` as a group that no cut may part."""
        if len(self.front) > place:
            self.whole.append(self.span_since(place))

    def span_since(self, place: int) -> Span:
        """Top and bottom of what was put in front since ``place``."""
        tops, bottoms = zip(*map(span, self.front[place:]), strict=True)
        return min(tops), max(bottoms)

    def marks(self) -> Marks:
        """The marks so far."""
        story = (self.stage.left, self.stage.right) if self.bands else None
        groups = tuple(self.lanes), tuple(self.bands), tuple(self.sections), tuple(self.whole)
        return Marks(self.head, story, self.foot, *groups, self.scales)

    def line(
        self, text: str, style: str, seq: int, x: float, y: float, *, width: float, anchor: Anchor = "start"
    ) -> None:
        """Put one line of text in front, shortened if it is wider than ``width``."""
        shown = fit(text, style, width)
        self.put(Text(x, y, shown, style, seq, anchor, text if shown != text else ""))

    def rows(
        self, lines: Sequence[str], style: str, seq: int, x: float, y: float, anchor: Anchor = "start"
    ) -> float:
        """Put lines in front, the first on the baseline ``y``; return the baseline after the last."""
        pitch = pitch_of(style)
        self.put(*(Text(x, y + place * pitch, line, style, seq, anchor) for place, line in enumerate(lines)))
        return y + len(lines) * pitch

    def paragraph(
        self,
        text: str,
        style: str,
        seq: int,
        x: float,
        top: float,
        *,
        width: float,
        most: int = 100,
        anchor: Anchor = "start",
    ) -> float:
        """Put a paragraph in front that begins at ``top``, and return the y below it."""
        lines = wrap(text, style, width, most)
        pitch = pitch_of(style)
        full = text if lines and lines[-1] not in text else ""
        place = len(self.front)
        for index, shown in enumerate(lines):
            baseline = top + index * pitch + 0.82 * TYPES[style].size
            self.put(Text(x, baseline, shown, style, seq, anchor, full if index == len(lines) - 1 else ""))
        self.keep_whole(place)
        return top + len(lines) * pitch


def pitch_of(style: str) -> float:
    """The distance from one baseline to the next."""
    return TYPES[style].size * LEADING


def height_of(text: str, style: str, width: float, most: int = 100) -> float:
    """The height of a paragraph."""
    return len(wrap(text, style, width, most)) * pitch_of(style)
