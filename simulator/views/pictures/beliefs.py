"""The edges of a sequence diagram: the client's belief and the server's knowledge, from top to bottom.

They are only drawn here. What a side may believe is decided in ``actors/client.py`` and ``actors/server.py``.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from simulator.views.drawing.display import Box, Line, Text, wrap
from simulator.views.drawing.glyphs import hatching
from simulator.views.drawing.marks import Part
from simulator.views.drawing.sheet import (
    BELIEF_WIDTH,
    BESIDE_FIRST,
    GUTTER,
    HALF_CARD,
    MARGIN,
    Sheet,
    height_of,
    pitch_of,
)
from simulator.views.drawing.style import ground_of
from simulator.views.story.reading import gap_words
from simulator.views.story.words import ASSUMED, level_name

if TYPE_CHECKING:
    from collections.abc import Iterator

    from simulator.views.story.beat_kinds import Belief
    from simulator.views.story.reading import Gap

STRIP = 16.0  # the hatched edge of what is only assumed
PAD = 8.0
BRIEF_WIDTH = 130.0


@dataclass(slots=True)
class BeliefLane:
    """One column; a block stands from one change of belief to the next.

    A brief one is narrow, has no sentences, and only its dashed edge for what is assumed.
    """

    sheet: Sheet
    left_side: bool
    brief: bool = False
    belief: Belief | None = None
    top: float = 0.0

    def change(self, belief: Belief) -> None:
        """End the present block, making room for its words, and begin the next."""
        self.end()
        self.belief, self.top = belief, self.sheet.y

    def end(self) -> None:
        """Draw the present block down to where the sheet is, or further if its words need it."""
        if self.belief is None:
            return
        belief = self.belief
        x = MARGIN if self.left_side else self.sheet.stage.width - MARGIN - self.width
        lines = self._lines(belief)
        needed = sum(pitch_of(style) for _, style in lines) + 2 * self._pad
        self.sheet.y = max(self.sheet.y, self.top + needed + 4)
        height = self.sheet.y - self.top - 4
        lines += self._reason(belief, height - needed)
        with self.sheet.within(Part.BELIEF):
            self._block(belief, x, height, lines)

    def _block(self, belief: Belief, x: float, height: float, lines: list[tuple[str, str]]) -> None:
        """Ground, hatching, frame and words."""
        seq = belief.event.seq
        self.sheet.put(Box(x, self.top, self.width, height, ground_of(belief.held), seq, radius=5))
        strip = x + self.width - STRIP  # only the client assumes, and its story lies to the right
        if belief.assumed and not self.brief:
            self.sheet.put(*hatching(strip, self.top + 2, STRIP, height - 4, seq))
        edge = "belief.assumed" if belief.assumed else "belief.held"
        self.sheet.put(Box(x, self.top, self.width, height, edge, seq, radius=5))
        start = x + PAD
        y = self.top + self._pad
        for text, style in lines:
            self.sheet.put(Text(start, y + 0.78 * pitch_of(style) - 1, text, style, seq))
            y += pitch_of(style)

    def _lines(self, belief: Belief) -> list[tuple[str, str]]:
        lines = [(line, "belief") for line in wrap(level_name(belief.held), "belief", self._room, 3)]
        if belief.assumed:
            assumed = "assumed" if self.brief else ASSUMED
            lines += [(line, "belief.small") for line in wrap(assumed, "belief.small", self._room)]
        return lines

    def _reason(self, belief: Belief, spare: float) -> list[tuple[str, str]]:
        """The observation behind the belief, where all of it fits into what height is spare."""
        lines = () if self.brief else wrap(belief.reason, "belief.small", self._room, 12)
        fits = len(lines) * pitch_of("belief.small") <= spare
        return [(line, "belief.small") for line in lines] if fits else []

    @property
    def width(self) -> float:
        """The width of the column."""
        return BRIEF_WIDTH if self.brief else BELIEF_WIDTH

    @property
    def _pad(self) -> float:
        return PAD - 4 * self.brief

    @property
    def _room(self) -> float:
        return self.width - 2 * PAD - (0 if self.brief else STRIP)


@dataclass(slots=True)
class GapShade:
    """The shaded time in which the client takes a refused session for open."""

    sheet: Sheet
    top: float = 0.0

    def begin(self, gap: Gap | None) -> None:
        """Note where the error begins, if one does."""
        if gap is not None:
            self.top = self.sheet.y

    def end(self, gap: Gap | None) -> None:
        """Shade the error that ends here, if one does."""
        if gap is None:
            return
        stage, seq, top = self.sheet.stage, gap.start.seq, self.top
        lane = stage.lanes["client"]
        left = stage.left + 4
        room = max(lane - HALF_CARD - GUTTER - left, HALF_CARD + BESIDE_FIRST - 8) - 16
        words = gap_words(gap)
        needed = height_of(words, "gap", room) + 16
        start = self._free(top, needed, lane)
        self.sheet.y = max(self.sheet.y, start + needed)
        since = gap.end.seq
        with self.sheet.within(Part.SHADE_WORDS, since):
            self.sheet.paragraph(words, "gap", seq, left + 8, start + 8, width=room)
        width, height = lane - 2 - left, self.sheet.y - top
        shade = Box(left, top, width, height, "gap", seq, radius=4, part=Part.SHADE, since=since)
        self.sheet.middle.append(shade)

    def _free(self, top: float, needed: float, lane: float) -> float:
        """The first height at which the words cross no heading of a band, and no arrow beyond the lane."""
        taken = [(band.top, band.heading) for band in self.sheet.bands]
        taken += [(y - 4, y + 4) for y in self._arrows_beyond(lane)]
        for begin, end in sorted(taken):
            if end > top and begin < top + needed:
                top = end
        return top

    def _arrows_beyond(self, lane: float) -> Iterator[float]:
        """The heights of the arrows to a lane beyond the client's, as to a CA that answers meanwhile."""
        for item in self.sheet.front:
            if isinstance(item, Line) and item.points[0][1] == item.points[-1][1]:
                ends = [x for x, _ in item.points]
                if min(ends) < lane - 2 < max(ends):
                    yield item.points[0][1]
