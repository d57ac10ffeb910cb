"""The PDF pen: a display list on one page of its size or on A4 paper, with TrueType fonts embedded.

The bytes follow from the drawing and the pinned versions alone: no date, no random name. Text stays text, so
that it can be searched and copied. matplotlib embedded Type 3 fonts, which journals refuse, and took
27 times as long.
"""

from __future__ import annotations

import io
from dataclasses import dataclass
from threading import Lock
from typing import TYPE_CHECKING, Any

from simulator.views.drawing.cuts import cuts_of
from simulator.views.drawing.display import Box, Drawing, Item, Line, Polygon, Text, span
from simulator.views.drawing.fonts import drawable, face_of
from simulator.views.drawing.style import STROKES, TYPES, Palette, Stroke, palette

if TYPE_CHECKING:
    from reportlab.pdfgen.canvas import Canvas

    from simulator.views.drawing.cuts import Cuts
    from simulator.views.drawing.marks import Span

POINTS = 0.75  # a PDF counts in 1/72 inch, the display list in CSS pixels of 1/96 inch
#: In points; readers go no further (PDF 1.7 annex C.2), so a longer picture is set smaller.
LONGEST_PAGE = 14_400.0
A4 = (595.28, 841.89)  # in points
EDGE = 28.0  # what printers leave white
LARGEST = 0.82  # points for a pixel: a slide across fills its page
LEAST = 200.0  # pixels of a picture on a page, however high its head is
WHOLE = 0.7  # of the size that its width allows, for a picture that then is on one page

# reportlab keeps its fonts, and what of them a document uses, in tables of the whole process.
_ONE_AT_A_TIME = Lock()


def pdf(drawing: Drawing, *, theme: str = "light") -> bytes:
    """Draw a display list as a PDF of its natural size, on one page.

    Args:
        drawing: what to draw.
        theme: ``light``, ``dark`` or ``print``.

    Raises:
        OutputError: unknown theme, or the fonts cannot be read.
    """
    scale = min(POINTS, LONGEST_PAGE / max(drawing.width, drawing.height))
    size = drawing.width * scale, drawing.height * scale
    return _document(drawing, theme, size, [[_Window(0, drawing.height, 0, size[1], scale)]])


def printed(drawing: Drawing, *, theme: str = "light") -> bytes:
    """Draw a display list as a PDF for A4 paper, upright or across.

    A picture that is higher than a page goes on where it may be cut, with its head once more.
    Arguments and errors as in :func:`pdf`.
    """
    (width, height), scale = on_paper(drawing)
    left, top = (width - drawing.width * scale) / 2, height - EDGE
    cuts = cuts_of(drawing)
    head = cuts.head or (0.0, 0.0)
    pages: list[list[_Window]] = []
    since = 0.0
    while since < drawing.height:
        shown = head[1] - head[0] if pages else 0.0
        room = max((height - 2 * EDGE) / scale - shown, LEAST)
        until = _page_end(cuts, since, room, drawing.height)
        below = _Window(since, until, left, top - shown * scale, scale)
        pages.append([_Window(*head, left, top, scale), below] if shown else [below])
        since = until
    return _document(drawing, theme, (width, height), pages)


def on_paper(drawing: Drawing) -> tuple[Span, float]:
    """The size of the sheet, A4 upright or across, on which a picture is larger, and its points per pixel."""
    sheets = (A4, A4[::-1])
    scales = [min(LARGEST, (width - 2 * EDGE) / drawing.width) for width, _ in sheets]
    whole = list(map(min, scales, [(high - 2 * EDGE) / drawing.height for _, high in sheets]))
    if max(whole) >= WHOLE * max(scales):  # one page is worth being a little smaller
        scales = whole
    return sheets[scales.index(max(scales))], max(scales)


def _page_end(cuts: Cuts, since: float, room: float, end: float) -> float:
    """The place of the next cut: where a part begins, if that fills most of the page, else any that fits."""
    if end - since <= room:
        return end
    starts = [start for start in cuts.starts if 0.6 * room < start - since <= room]
    seams = [seam for seam in cuts.seams if 0.3 * room < seam - since <= room]
    return max(starts or seams or [since + room])


@dataclass(frozen=True, slots=True)
class _Window:
    """The part of a picture between two heights, and the place of its corner on a page, in points."""

    since: float
    until: float
    x: float
    y: float
    scale: float

    def shows(self, item: Item) -> bool:
        """Return True if some of the item is inside; of a text its middle, so that it is on one page."""
        top, bottom = span(item)
        if isinstance(item, Text):
            return self.since <= (top + bottom) / 2 < self.until
        return top <= self.until and bottom >= self.since


def _document(drawing: Drawing, theme: str, size: Span, pages: list[list[_Window]]) -> bytes:
    """The pages, each with its windows on the picture."""
    from reportlab.pdfgen.canvas import Canvas

    colours, buffer = palette(theme), io.BytesIO()
    with _ONE_AT_A_TIME:
        # Without a first font the page would name Helvetica, and embed nothing of it.
        page = Canvas(buffer, pagesize=size, invariant=1, initialFontName=face_of(TYPES["plain"]))
        page.setTitle(drawing.title)
        page.setSubject(drawing.description)
        page.setAuthor("")
        page.setCreator("")
        page.setProducer("")
        for windows in pages:
            for window in windows:
                page.saveState()
                page.translate(window.x, window.y - (window.until - window.since) * window.scale)
                page.scale(window.scale, window.scale)
                page.saveState()
                clip = page.beginPath()
                clip.rect(0, 0, drawing.width, window.until - window.since)
                page.clipPath(clip, stroke=0, fill=0)
                pen, items = _Pen(page, colours, window.until), list(filter(window.shows, drawing.items))
                for item in items:
                    if not isinstance(item, Text):
                        pen.draw(item)
                page.restoreState()
                for item in items:  # beliefs go on over a cut: a line of their words is whole all the same
                    if isinstance(item, Text):
                        pen.draw(item)
                page.restoreState()
            page.showPage()
        page.save()
    return buffer.getvalue()


class _Pen:
    """Draws items on a canvas, whose ``y`` grows upwards."""

    def __init__(self, canvas: Canvas, colours: Palette, height: float) -> None:
        from reportlab.lib.colors import HexColor

        self.canvas = canvas
        self.height = height
        self.colours = {name: HexColor(colour) for name, colour in colours.items()}

    def draw(self, item: Item) -> None:
        """Draw one item."""
        match item:
            case Text():
                self._text(item)
            case Box():
                look = self._look(STROKES[item.style])
                bottom = self.height - item.y - item.height
                radius = min(item.radius, item.width / 2, item.height / 2)
                if radius > 0:
                    self.canvas.roundRect(item.x, bottom, item.width, item.height, radius, **look)
                else:
                    self.canvas.rect(item.x, bottom, item.width, item.height, **look)
            case Line():
                self._path(item, self._look(STROKES[item.style]) | {"fill": 0})
            case Polygon():
                self._path(item, self._look(STROKES[item.style]), close=True)

    def _path(self, item: Line | Polygon, look: dict[str, int], *, close: bool = False) -> None:
        path = self.canvas.beginPath()
        (x, y), *rest = item.points
        path.moveTo(x, self.height - y)
        for x, y in rest:
            path.lineTo(x, self.height - y)
        if close:
            path.close()
        self.canvas.drawPath(path, **look)

    def _text(self, item: Text) -> None:
        kind = TYPES[item.style]
        face = face_of(kind)
        text = drawable(item.text, face)
        put: dict[str, Any] = {
            "start": self.canvas.drawString,
            "middle": self.canvas.drawCentredString,
            "end": self.canvas.drawRightString,
        }
        self.canvas.setFillColor(self.colours[kind.colour])
        self.canvas.setFont(face, kind.size)
        put[item.anchor](item.x, self.height - item.y, text)

    def _look(self, stroke: Stroke) -> dict[str, int]:
        """Set colours, width and dashes; return whether to stroke and to fill, as reportlab wants it."""
        if stroke.fill:
            self.canvas.setFillColor(self.colours[stroke.fill])
        if stroke.line:
            self.canvas.setStrokeColor(self.colours[stroke.line])
            self.canvas.setLineWidth(stroke.width)
            self.canvas.setDash(list(stroke.dash))
        return {"stroke": int(bool(stroke.line)), "fill": int(bool(stroke.fill))}
