"""The marks of a picture: what its layout knew, kept beside the items so that no reader has to guess it.

Cutting, frames and the player look up here where a band begins, which lines belong to a belief, what stands
above the story and when something becomes known. A picture without a story has empty marks.
"""

from __future__ import annotations

from enum import Enum, auto
from typing import TYPE_CHECKING, TypeVar

from msgspec import Struct
from msgspec.structs import replace

if TYPE_CHECKING:
    from simulator.trace.facts import Step

Point = tuple[float, float]
Extent = tuple[float, float, float, float]  # left, top, right, bottom
Span = tuple[float, float]  # top and bottom, or left and right


class Part(Enum):
    """The part of a picture that an item belongs to."""

    STORY = auto()  # stands for its event, where that event stands
    PAPER = auto()
    TITLE = auto()  # title, run and lesson
    CARD = auto()  # the card of a lane, above the story
    COLUMN = auto()  # the title of a belief column, beside the cards
    LIFELINE = auto()
    IDLE = auto()  # the words beside a lane that has nothing to do
    BAND = auto()  # the ground of a run of events, and the strip of its heading
    HEADING = auto()  # the number and title of a band, at its left edge
    TIME = auto()  # the moment at which a band begins, at its right edge
    BELIEF = auto()  # a block beside the story, from one change of belief to the next
    SHADE = auto()  # the time of an error that its maker does not know yet
    SHADE_WORDS = auto()
    UNREAD = auto()  # shows that a message is never read
    FOOT = auto()  # the result, below the story


#: Parts that reach over many events, so that the extent of one event does not count them: all but these.
BEHIND = frozenset(Part) - {Part.STORY, Part.CARD, Part.BELIEF, Part.UNREAD, Part.FOOT}


class LaneMark(Struct, frozen=True):
    """A lane: the title and the lines on its card, and the x of its lifeline."""

    title: str
    x: float
    lines: tuple[str, ...]


class SectionMark(Struct, frozen=True):
    """A part of the picture with a name. ``heading`` is the bottom of its heading, or ``top`` for none."""

    name: str
    top: float
    heading: float


class BandMark(Struct, frozen=True):
    """A run of events of one step; ``seq`` is the event with which it appears."""

    number: int
    step: Step
    seq: int
    top: float
    heading: float
    bottom: float

    @property
    def name(self) -> str:
        """The number and the title, as they stand in the heading."""
        return self.step.numbered(self.number)


ASection = TypeVar("ASection", BandMark, SectionMark)


def _moved(section: ASection, by: float) -> ASection:
    """The section with its heading further down."""
    return replace(section, top=section.top + by, heading=section.heading + by)


class Scales(Struct, frozen=True):
    """The coordinates of a plot: two or more pairs of a value and the pixel where it stands.

    Attributes:
        x: to the right.
        y: down the page.
    """

    x: tuple[Point, ...]
    y: tuple[Point, ...]


class Marks(Struct, frozen=True):
    """Everything that a layout knew beyond its items. Heights and widths are pixels of the natural size.

    Attributes:
        head: top and bottom of what is repeated above the parts of a cut picture, or None.
        story: left and right edge of the bands, or None where nothing stands beside the story.
        foot: top of the result, or None.
        lanes: from left to right.
        bands, sections: from top to bottom; sections are the other parts that have a name.
        whole: top and bottom of every group of items that no cut may part. A single item is never cut.
        scales: the coordinates of a plot, or None.
    """

    head: Span | None = None
    story: Span | None = None
    foot: float | None = None
    lanes: tuple[LaneMark, ...] = ()
    bands: tuple[BandMark, ...] = ()
    sections: tuple[SectionMark, ...] = ()
    whole: tuple[Span, ...] = ()
    scales: Scales | None = None

    def window(self, since: float, until: float, by: float) -> Marks:
        """The marks of a picture that shows only what stands between two heights, below its head.

        Args:
            since: the upper one.
            until: the lower one.
            by: how much further down that stands in the new picture.
        """
        bands = [replace(band, bottom=min(band.bottom, until) + by) for band in self.bands]
        return replace(
            self,
            foot=self.foot + by if self.foot is not None and since <= self.foot < until else None,
            bands=tuple(_moved(band, by) for band in bands if since <= band.top < until),
            sections=tuple(_moved(section, by) for section in self.sections if since <= section.top < until),
            whole=tuple((top + by, end + by) for top, end in self.whole if since <= top and end <= until),
        )


NO_MARKS = Marks()
