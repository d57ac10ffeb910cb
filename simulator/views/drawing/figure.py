"""The matplotlib pen: the same display list as a figure that people go on working with.

matplotlib is imported when a figure is asked for and not before, pyplot never, and no setting of the user's
(``rcParams``) is changed. Files are written by other pens, in a fraction of the time.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

from simulator.views.drawing.display import Box, Drawing, Item, Line, Polygon, Text
from simulator.views.drawing.fonts import drawable, face_name
from simulator.views.drawing.style import STROKES, TYPES, Palette, Stroke, palette

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from simulator.views.drawing.display import Anchor

PIXELS_PER_INCH = 96.0  # the natural size of the display list, as in CSS
POINTS = 72.0 / PIXELS_PER_INCH  # matplotlib sets type and strokes in points
QUARTER_CIRCLE = 0.5523  # how far along its tangents a Bézier curve pulls to follow a quarter circle
_ALIGNMENTS: dict[Anchor, Literal["left", "center", "right"]] = {
    "start": "left",
    "middle": "center",
    "end": "right",
}


def figure(drawing: Drawing, *, theme: str = "light") -> Figure:
    """Draw a display list as a matplotlib figure of its natural size.

    Args:
        drawing: what to draw.
        theme: ``light``, ``dark`` or ``print``.

    Raises:
        OutputError: the theme is unknown.
    """
    from matplotlib.figure import Figure

    colours = palette(theme)
    size = (drawing.width / PIXELS_PER_INCH, drawing.height / PIXELS_PER_INCH)
    page = Figure(figsize=size, dpi=PIXELS_PER_INCH, facecolor=colours["paper"])
    axes = page.add_axes((0.0, 0.0, 1.0, 1.0))
    axes.set_axis_off()
    axes.set_xlim(0, drawing.width)
    axes.set_ylim(drawing.height, 0)
    for order, item in enumerate(drawing.items):
        artist = _artist(item, colours)
        artist.set_zorder(order)
        axes.add_artist(artist)
    return page


def _artist(item: Item, colours: Palette) -> Any:
    from matplotlib import patches
    from matplotlib.lines import Line2D

    look: dict[str, Any]
    match item:
        case Box():
            look = _look(STROKES[item.style], colours)
            if not item.radius:
                return patches.Rectangle((item.x, item.y), item.width, item.height, **look)
            return patches.PathPatch(_rounded(item), **look)
        case Polygon():
            return patches.Polygon(item.points, closed=True, **_look(STROKES[item.style], colours))
        case Line():
            stroke = STROKES[item.style]
            xs, ys = zip(*item.points, strict=True)
            look = {"color": colours[stroke.line or "ink"], "linewidth": stroke.width * POINTS}
            if stroke.dash:
                look["dashes"] = _dashes(stroke)
            return Line2D(xs, ys, solid_capstyle="butt", **look)
        case Text():
            return _text(item, colours)


def _rounded(box: Box) -> Any:
    """The outline of a box with round corners, each a Bézier curve that is a quarter circle to the eye."""
    from matplotlib.path import Path

    radius = min(box.radius, box.width / 2, box.height / 2)
    left, top, right, bottom = box.x, box.y, box.x + box.width, box.y + box.height
    points, codes = [(left + radius, top)], [Path.MOVETO]
    corners = (  # the corner, the way into it, the way out of it
        ((right, top), (-1, 0), (0, 1)),
        ((right, bottom), (0, -1), (-1, 0)),
        ((left, bottom), (1, 0), (0, -1)),
        ((left, top), (0, 1), (1, 0)),
    )
    for (x, y), (in_x, in_y), (out_x, out_y) in corners:
        near = radius * (1 - QUARTER_CIRCLE)
        points += [(x + in_x * radius, y + in_y * radius), (x + in_x * near, y + in_y * near)]
        points += [(x + out_x * near, y + out_y * near), (x + out_x * radius, y + out_y * radius)]
        codes += [Path.LINETO, Path.CURVE4, Path.CURVE4, Path.CURVE4]
    return Path([*points, points[0]], [*codes, Path.CLOSEPOLY])


def _text(item: Text, colours: Palette) -> Any:
    from matplotlib.text import Text as Artist

    kind = TYPES[item.style]
    return Artist(
        item.x,
        item.y,
        drawable(item.text, face_name(kind)),
        color=colours[kind.colour],
        fontfamily="DejaVu Sans Mono" if kind.mono else "DejaVu Sans",
        fontsize=kind.size * POINTS,
        fontweight="bold" if kind.bold else "normal",
        fontstyle="italic" if kind.italic else "normal",
        horizontalalignment=_ALIGNMENTS[item.anchor],
        verticalalignment="baseline",
        parse_math=False,  # a dollar sign in a name is a dollar sign
    )


def _look(stroke: Stroke, colours: Palette) -> dict[str, Any]:
    look: dict[str, Any] = {"facecolor": colours[stroke.fill] if stroke.fill else "none"}
    look["edgecolor"] = colours[stroke.line] if stroke.line else "none"
    look["linewidth"] = stroke.width * POINTS if stroke.line else 0.0
    if stroke.dash:
        look["linestyle"] = (0, _dashes(stroke))
    return look


def _dashes(stroke: Stroke) -> list[float]:
    """The dash pattern in line widths, as matplotlib counts."""
    return [length / stroke.width for length in stroke.dash]
