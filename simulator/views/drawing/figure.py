"""The matplotlib pen: the same display list as a figure that people go on working with.

This module is imported when a figure is asked for and not before, pyplot never, and no setting of the user's
(``rcParams``) is changed. Files are written by other pens, in a fraction of the time.
"""

from __future__ import annotations

import base64
from collections.abc import Callable, Sequence
from itertools import groupby
from operator import itemgetter
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.text import Text as Artist

from simulator.views.drawing.display import Box, Drawing, Item, Line, Polygon, Text
from simulator.views.drawing.fonts import drawable, face_name
from simulator.views.drawing.png import in_few_colours
from simulator.views.drawing.style import STROKES, TYPES, Palette, Stroke, palette

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from numpy.typing import NDArray

    from simulator.security import SecurityLevel
    from simulator.views.drawing.display import Anchor
    from simulator.views.drawing.marks import Point, Scales

PIXELS_PER_INCH = 96.0  # the natural size of the display list, as in CSS
POINTS = 72.0 / PIXELS_PER_INCH  # matplotlib sets type and strokes in points
MOST_COLOURS = 256  # of the picture in a notebook: readers add colours of their own
QUARTER_CIRCLE = 0.5523  # how far along its tangents a Bézier curve pulls to follow a quarter circle
_ALIGNMENTS: dict[Anchor, Literal["left", "center", "right"]] = {
    "start": "left",
    "middle": "center",
    "end": "right",
}
_Way = Callable[["NDArray[Any]"], "NDArray[Any]"]


class DrawnFigure(Figure):
    """A picture as a figure; in a notebook it shows itself with what a reader has added.

    Attributes:
        plot: axes with the coordinates of the picture, or None if it has none. Ladder: the number of the
            moment, and the rung from 0 to 5 (-1 is REFUSED). Timeline: 0 for the client to 1 for the server,
            and milliseconds. Matrix: the numbers of column and row.
        words: what is shown where no picture can be.
        metadata: what a notebook stores beside the picture.
    """

    plot: Axes | None = None
    words = "A figure."
    metadata: dict[str, Any] | None = None

    def draw(self, renderer: Any) -> None:
        """Draw it; no text goes through TeX, whatever a reader's matplotlibrc says: names hold its signs."""
        for axes in self.axes:
            for axis in (axes.xaxis, axes.yaxis):
                axis.get_ticklabels()  # matplotlib makes them only when they are asked for
        for text in self.findobj(Artist):
            text.set_usetex(False)
        super().draw(renderer)

    def _repr_mimebundle_(
        self,
        include: object = None,  # noqa: ARG002 - IPython's signature; it filters the answer itself
        exclude: object = None,  # noqa: ARG002
    ) -> tuple[dict[str, str], dict[str, Any]]:
        """The contents and metadata that IPython asks for."""
        canvas = FigureCanvasAgg(self)
        canvas.draw()  # type: ignore[no-untyped-call]  # matplotlib does not type it
        pixels = np.asarray(canvas.buffer_rgba())[:, :, :3]  # type: ignore[no-untyped-call]
        encoded = base64.b64encode(in_few_colours(pixels, MOST_COLOURS)).decode("ascii")
        return {"text/plain": self.words, "image/png": encoded}, self.metadata or {}


def figure(drawing: Drawing, *, theme: str = "light") -> DrawnFigure:
    """Draw a display list as a matplotlib figure of its natural size.

    The first axes count its pixels.

    Args:
        drawing: what to draw.
        theme: ``light``, ``dark`` or ``print``.

    Raises:
        OutputError: the theme is unknown.
    """
    colours = palette(theme)
    size = (drawing.width / PIXELS_PER_INCH, drawing.height / PIXELS_PER_INCH)
    page = DrawnFigure(figsize=size, dpi=PIXELS_PER_INCH, facecolor=colours["paper"])
    page.set_layout_engine("none")  # a reader's matplotlibrc may ask for one, which would move the picture
    axes = page.add_axes((0.0, 0.0, 1.0, 1.0))
    axes.set_axis_off()
    axes.set_xlim(0, drawing.width)
    axes.set_ylim(drawing.height, 0)
    for order, item in enumerate(drawing.items):
        artist = _artist(item, colours)
        artist.set_zorder(order)
        axes.add_artist(artist)
    if drawing.marks.scales is not None:
        page.plot = _scaled(page, drawing, drawing.marks.scales)
    return page


def _scaled(page: Figure, drawing: Drawing, scales: Scales) -> Axes:
    """Axes over the whole page in the picture's own coordinates."""
    axes = page.add_axes((0.0, 0.0, 1.0, 1.0))
    axes.set_axis_off()
    across, left, right = _scale(scales.x, drawing.width)
    down, top, bottom = _scale(scales.y, drawing.height)
    axes.set_xscale("function", functions=across)
    axes.set_yscale("function", functions=down)
    axes.set_xlim(left, right)
    axes.set_ylim(bottom, top)
    return axes


def _scale(pairs: tuple[Point, ...], length: float) -> tuple[tuple[_Way, _Way], float, float]:
    """From values to pixels and back, and the values at both ends of the page.

    Straight between two pairs, and on beyond the first and the last.
    """
    values, pixels = np.array(sorted(pairs)).T
    sign = np.sign(pixels[-1] - pixels[0])  # a scale of matplotlib rises, so falling pixels count as negative

    def way(have: NDArray[Any], want: NDArray[Any]) -> _Way:
        def straight(at: NDArray[Any]) -> NDArray[Any]:
            place = np.clip(np.searchsorted(have, at) - 1, 0, len(have) - 2)
            slope = (want[place + 1] - want[place]) / (have[place + 1] - have[place])
            return np.asarray(want[place] + (at - have[place]) * slope)

        return straight

    back = way(sign * pixels, values)
    begin, end = back(sign * np.array([0.0, length]))
    return (way(values, sign * pixels), back), begin, end


def level_figure(values: Sequence[float], levels: Sequence[SecurityLevel], across: str) -> DrawnFigure:
    """Plot the level that came out for each value of something that was changed.

    Args:
        values: the values, rising.
        levels: as many levels.
        across: what was changed, and its unit.
    """
    page = DrawnFigure(figsize=(9, 2.2), dpi=PIXELS_PER_INCH, layout="constrained")
    page.plot = axes = page.subplots()
    rungs = sorted(set(levels), key=lambda level: -1 if level.rung is None else level.rung)
    axes.step(values, [rungs.index(level) for level in levels], where="mid", color=palette("light")["ink"])
    axes.set_yticks(range(len(rungs)), [level.value for level in rungs])
    axes.set_xlabel(across)
    pairs = groupby(zip(values, levels, strict=True), itemgetter(1))
    courses = [(level.value, [value for value, _ in course]) for level, course in pairs]
    said = ", ".join(f"{level} from {course[0]} to {course[-1]}" for level, course in courses)
    page.words = f"The level over the {across}: {said}."
    page.metadata = {"image/png": {"alt": page.words}}
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
