"""A story cut into screens: what belongs together stays together, and every screen says where it stands.

A step of the story is a row of passages, one for each thing that happens. A step that is taller than the
screen is cut between passages; a passage that is taller still, between its paragraphs. What continues begins
with the step's title and the names of the two lanes again, so that every screen can be read alone.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

Lines = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Passage:
    """Lines that belong together: one thing that happens.

    Attributes:
        paragraphs: the lines, paragraph by paragraph.
        heading: lines that stand before them in the text.
        again: lines that stand before them in place of ``heading`` where they begin a further screen.
    """

    paragraphs: tuple[Lines, ...]
    heading: Lines = ()
    again: Lines = ()

    @property
    def lines(self) -> list[str]:
        """Its lines in the text."""
        return [*self.heading, *(line for paragraph in self.paragraphs for line in paragraph)]


def screens(step: Sequence[Passage], room: int) -> list[Lines]:
    """One step of the story in screens that are filled evenly.

    Args:
        step: its passages.
        room: the most lines of a screen.
    """
    fewest = len(_filled(step, room, room))
    even = (_filled(step, room, height) for height in range(1, room + 1))
    return next(cut for cut in even if len(cut) == fewest)


def _filled(step: Sequence[Passage], room: int, height: int) -> list[Lines]:
    """Screen after screen, each filled to a height; what belongs together may be taller, up to ``room``."""
    filled: list[list[str]] = [[]]
    for passage in step:
        whole = sum(map(len, passage.paragraphs))
        together = len(passage.again) + whole <= room
        for number, lines in enumerate(_small(passage, room)):
            head = passage.heading if number == 0 else ()
            needed = len(head) + (whole if together and number == 0 else len(lines))
            limit = room if together and number else height
            if filled[-1] and len(filled[-1]) + needed > limit:
                filled.append([])
                head = passage.again
            filled[-1] += [*head, *lines]
            if not filled[-1][0]:  # a blank line parts from what stands above, and nothing does
                del filled[-1][0]
    return [tuple(lines) for lines in filled]


def _small(passage: Passage, room: int) -> Iterator[Lines]:
    """The paragraphs of a passage, and a paragraph that is taller than a screen in pieces."""
    most = max(1, room - max(len(passage.heading), len(passage.again)))
    for paragraph in passage.paragraphs:
        for start in range(0, len(paragraph), most):
            yield paragraph[start : start + most]
