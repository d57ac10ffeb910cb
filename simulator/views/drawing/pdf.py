"""The PDF pen: a display list as one page of its natural size, with TrueType fonts embedded.

The bytes follow from the drawing and the pinned versions alone: no date, no random name. Text stays text, so
that it can be searched and copied. matplotlib embedded Type 3 fonts, which journals refuse, and took
27 times as long.
"""

from __future__ import annotations

import io
from threading import Lock
from typing import TYPE_CHECKING, Any

from simulator.views.drawing.display import Box, Drawing, Item, Line, Polygon, Text
from simulator.views.drawing.fonts import drawable, face_of
from simulator.views.drawing.style import STROKES, TYPES, Palette, Stroke, palette

if TYPE_CHECKING:
    from reportlab.pdfgen.canvas import Canvas

POINTS = 0.75  # a PDF counts in 1/72 inch, the display list in CSS pixels of 1/96 inch
#: In points; readers go no further (PDF 1.7 annex C.2), so a longer picture is set smaller.
LONGEST_PAGE = 14_400.0

# reportlab keeps its fonts, and what of them a document uses, in tables of the whole process.
_ONE_AT_A_TIME = Lock()


def pdf(drawing: Drawing, *, theme: str = "light") -> bytes:
    """Draw a display list as a PDF of its natural size.

    Args:
        drawing: what to draw.
        theme: ``light``, ``dark`` or ``print``.

    Raises:
        OutputError: unknown theme, or the fonts cannot be read.
    """
    from reportlab.pdfgen.canvas import Canvas

    colours = palette(theme)
    scale = min(POINTS, LONGEST_PAGE / max(drawing.width, drawing.height))
    buffer = io.BytesIO()
    with _ONE_AT_A_TIME:
        page = Canvas(
            buffer,
            pagesize=(drawing.width * scale, drawing.height * scale),
            invariant=1,
            initialFontName=face_of(TYPES["plain"]),  # else the page names Helvetica and embeds nothing of it
        )
        page.setTitle(drawing.title)
        page.setSubject(drawing.description)
        page.setAuthor("")
        page.setCreator("")
        page.setProducer("")
        page.scale(scale, scale)
        pen = _Pen(page, colours, drawing.height)
        for item in drawing.items:
            pen.draw(item)
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
