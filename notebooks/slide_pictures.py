"""A picture in parts that each fit on a screen, with the heads of its lanes above every part.

The output of a cell says in its metadata where its picture may be cut (:mod:`simulator.views.drawing.cuts`).
A picture that can be read when all of it stands on the screen is left whole. Another is cut into as few parts
as there can be, at the beginnings of steps rather than between other rows, and into parts of like height.
"""

from __future__ import annotations

import base64
import io
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from typing import Any

from PIL import Image, ImageChops

SCREEN = (1280.0, 720.0)  # what is reckoned with; other screens show the same at another size
ROOM = (1264.0, 672.0)  # of it, for a picture
LINE = SCREEN[1] / 52  # the least height of a line that can be read at the far end of a room
LEADING = 1.32  # height of a line over the size of its type
LARGEST = 1.6  # times its natural size; more looks coarse
EDGE = 8  # pixels of paper around a picture

A_PART = 1000.0  # what a part costs,
A_SEAM = 1300.0  # a cut where nothing begins (rather one part more),
A_GAP = 200.0  # an empty part of the screen,
TOO_TALL = 20_000.0  # and a part that does not fit: the cheapest way to cut is taken

Words = dict[str, Any]


@dataclass(frozen=True)
class Part:
    """One picture for one slide.

    Attributes:
        encoded: the PNG in base 64.
        size: width and height in pixels.
        rows: the rows of the picture that it shows, below those that are repeated.
        width: of the slide, in hundredths of the width of a screen of 16 : 9.
        alt: its words for people who cannot see it.
        caption: its title in a line.
    """

    encoded: str
    size: tuple[int, int]
    rows: tuple[int, int]
    width: float
    alt: str
    caption: str

    @property
    def free(self) -> float:
        """Pixels of the screen's height that it leaves."""
        return ROOM[1] - self.size[1] * self.width / 100 * SCREEN[0] / self.size[0]


def parts(encoded: str, alt: str, words: Words) -> list[Part]:
    """The parts of a picture, in order.

    Args:
        encoded: a PNG in base 64.
        alt: its description.
        words: what its output's metadata says of it; empty for a picture that says nothing.
    """
    picture = Image.open(io.BytesIO(base64.b64decode(encoded)))
    left, top, right, bottom = ink(picture)
    sheet = _Sheet(picture, (left, right), words)
    edges = sheet.edges(top, bottom)
    spans = [(edges[0], edges[-1])] if sheet.fits(bottom - top) else sheet.divided(edges)
    made = [sheet.part(*span) for span in spans]
    scale = min(sheet.widest, LARGEST)
    if words:  # a picture of which nothing is known is as wide as the screen, and scrolls
        # What cannot be cut scrolls too, where it could not be read otherwise.
        scale = min(scale, max(ROOM[1] / max(part.height for part in made), ROOM[1] / sheet.tallest))
    title = words.get("title", "")
    found = []
    for number, (part, span) in enumerate(zip(made, spans, strict=True), start=1):
        place = f"part {number} of {len(made)}" if len(made) > 1 else ""
        names = "; ".join(sheet.names(*span))
        told = alt if number == 1 else f"{title}: {names}"
        found.append(
            Part(
                _encoded(part),
                part.size,
                span,
                round(100 * part.width * scale / SCREEN[0], 2),
                ". ".join(filter(None, (told.rstrip("."), place.capitalize()))) + ".",
                ", ".join(filter(None, (title, place))),
            )
        )
    return found


def ink(picture: Image.Image) -> tuple[int, int, int, int]:
    """Left, top, right and bottom of what is drawn on the paper, and a little around it."""
    colours = picture.convert("RGB")
    paper = Image.new("RGB", picture.size, colours.getpixel((0, 0)) or 0)
    left, top, right, bottom = ImageChops.difference(colours, paper).getbbox() or (0, 0, *picture.size)
    width, height = picture.size
    return max(0, left - EDGE), max(0, top - EDGE), min(width, right + EDGE), min(height, bottom + EDGE)


def _encoded(picture: Image.Image) -> str:
    packed = io.BytesIO()
    picture.save(packed, "PNG", optimize=True)
    return base64.b64encode(packed.getvalue()).decode("ascii")


class _Sheet:
    """A picture, and what is known of where it can be cut."""

    def __init__(self, picture: Image.Image, sides: tuple[int, int], words: Words) -> None:
        self.picture, self.sides, self.words = picture, sides, words
        self.head: tuple[int, int] | None = tuple(words["head"]) if words.get("head") else None
        self.widest = ROOM[0] / (sides[1] - sides[0])
        legible = LINE / (LEADING * words["type"]) if words.get("type") else self.widest
        self.tallest = ROOM[1] / min(self.widest, legible)

    def fits(self, height: int) -> bool:
        """All of it can be read on one screen."""
        return height <= self.tallest

    def edges(self, top: int, bottom: int) -> list[int]:
        """The upper end, every place where it may be cut, the lower end."""
        begin = self.head[1] if self.head else top
        places = {y for y, *_ in self.words.get("starts", ())} | set(self.words.get("seams", ()))
        return [top, *sorted(y for y in places if begin < y < bottom), bottom]

    def divided(self, edges: list[int]) -> list[tuple[int, int]]:
        """The parts that cost least, as spans."""
        starts = {y for y, *_ in self.words.get("starts", ())}

        @cache
        def best(begin: int) -> tuple[float, tuple[int, ...]]:
            if begin == len(edges) - 1:
                return 0.0, ()
            ways = []
            for end in range(begin + 1, len(edges)):
                spare = 1 - self._height(edges[begin], edges[end], first=begin == 0) / self.tallest
                cost = A_PART + (A_GAP * spare**2 if spare >= 0 else TOO_TALL * (1 - spare) ** 2)
                cost += A_SEAM * (edges[end] not in starts and end < len(edges) - 1)
                rest, cuts = best(end)
                ways.append((cost + rest, (end, *cuts)))
            return min(ways)

        ends = [0, *best(0)[1]]
        return [(edges[one], edges[other]) for one, other in pairwise(ends)]

    def names(self, begin: int, end: int) -> list[str]:
        """The names of the sections that begin in a part."""
        return [name for y, name, _ in self.words.get("starts", ()) if begin <= y < end]

    def _has_head(self, begin: int) -> bool:
        """The heads of the lanes are put above a part: they are not in it, and it speaks of them."""
        foot = self.words.get("foot")
        return self.head is not None and begin >= self.head[1] and (foot is None or begin < foot)

    def _height(self, begin: int, end: int, *, first: bool) -> int:
        if first:
            return end - begin
        return end - begin + sum(below - above for above, below in self._repeated(begin))

    def _repeated(self, begin: int) -> list[tuple[int, int]]:
        """The spans that are repeated above a part: the head, and the heading of a step that goes on."""
        found = [self.head] if self.head and self._has_head(begin) else []
        before = [(y, below) for y, _, below in self.words.get("starts", ()) if y <= begin]
        if before and before[-1][0] < before[-1][1] <= begin:
            found.append(before[-1])
        return found

    def part(self, begin: int, end: int) -> Image.Image:
        """One part: the head, what stands between two edges, and the words that it would lack."""
        left, right = self.sides
        body = self.picture.crop((0, begin, self.picture.width, end))
        for label in self.words.get("labels", ()):
            self._put_label(body, label, begin, end)
        repeated = self._repeated(begin)
        above = sum(bottom - top for top, bottom in repeated)
        made = Image.new(self.picture.mode, (right - left, above + end - begin))
        if self.picture.mode == "P":
            made.putpalette(self.picture.getpalette() or [])
        y = 0
        for top, bottom in repeated:
            # Beside a heading that comes again, what was believed when it first came is left out.
            story = self.words.get("story") if (top, bottom) != self.head else None
            start, end_of_it = story or (left, right)
            made.paste(self.picture.getpixel((0, 0)), (0, y, right - left, y + bottom - top))
            made.paste(self.picture.crop((start, top, end_of_it, bottom)), (start - left, y))
            y += bottom - top
        made.paste(body.crop((left, 0, right, end - begin)), (0, y))
        return made

    def _put_label(self, body: Image.Image, label: list[int], begin: int, end: int) -> None:
        """Words that are cut through go to the next part; those of an earlier part come again."""
        left, top, right, bottom, until = label
        ground = self.picture.getpixel((left - 2, (top + bottom) // 2))
        words = self.picture.crop((left, top, right, bottom))
        if top < begin < until:
            if bottom > begin:
                body.paste(ground, (left, 0, right, bottom - begin))
            if begin + EDGE + bottom - top <= min(until, end):
                body.paste(words, (left, EDGE))
        elif top < end < bottom:
            body.paste(ground, (left, top - begin, right, end - begin))
