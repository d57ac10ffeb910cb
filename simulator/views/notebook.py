"""How a value shows itself in a notebook: a small PNG, and words where no picture can be shown.

An SVG alone shows as text in a notebook that nobody has trusted yet, and some repository viewers break it.
A PNG is shown everywhere. It stays small because few colours are enough: a picture of ours is made of flat
areas and type, so the colours that fill most of it are kept and the rest goes to the nearest of them.
"""

from __future__ import annotations

import base64
import io
from dataclasses import dataclass
from typing import TYPE_CHECKING

from simulator.views.figure import PIXELS_PER_INCH, SETTINGS, figure
from simulator.views.textual import wrap_cells

if TYPE_CHECKING:
    from PIL.Image import Image

    from simulator.views.display import Drawing

TEXT_WIDTH = 100  # columns of what stands in place of a picture
COLOURS = 64
LEAST_DIFFERENCE = 10  # two colours nearer than this, of 255 in each channel, are one to the eye

Bundle = dict[str, str]


@dataclass(frozen=True, slots=True)
class Exhibit:
    """Something to look at: in a notebook as a picture or as HTML, elsewhere as text.

    Attributes:
        text: what a terminal shows, and a reader who cannot see pictures.
        html: the same as HTML; empty for none.
        drawing: the same as a picture; None for none.
    """

    text: str
    html: str = ""
    drawing: Drawing | None = None

    def __repr__(self) -> str:
        return self.text

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> Bundle:  # noqa: ARG002 - IPython's signature; it filters the answer itself
        """How a notebook shows it."""
        bundle = {"text/plain": self.text}
        if self.html:
            bundle["text/html"] = self.html
        if self.drawing is not None:
            bundle["image/png"] = base64.b64encode(notebook_png(self.drawing)).decode("ascii")
        return bundle


def exhibit(drawing: Drawing, heading: str = "") -> Exhibit:
    """A picture, with its description as its text.

    Args:
        drawing: the picture.
        heading: a line before the description.
    """
    return Exhibit(
        "\n".join(filter(None, (heading, *wrap_cells(drawing.description, TEXT_WIDTH)))), "", drawing
    )


def notebook_png(drawing: Drawing) -> bytes:
    """Draw a display list as a PNG of its natural size in few colours; equal drawings have equal pixels."""
    import matplotlib as mpl
    from PIL import Image

    drawn = io.BytesIO()
    with mpl.rc_context(SETTINGS):
        figure(drawing).savefig(drawn, format="png", dpi=PIXELS_PER_INCH, metadata={"Software": None})
    picture = Image.open(drawn).convert("RGB")
    palette = Image.new("P", (1, 1))
    colours = main_colours(picture)
    palette.putpalette([channel for colour in colours for channel in colour])
    small = io.BytesIO()
    picture.quantize(palette=palette, dither=Image.Dither.NONE).save(small, "PNG", optimize=True)
    return small.getvalue()


def main_colours(picture: Image) -> list[tuple[int, int, int]]:
    """The colours that cover most of an RGB picture, each told from the others by the eye, most first."""
    counted = picture.getcolors(picture.width * picture.height) or []
    colours: list[tuple[int, int, int]] = []
    for _, colour in sorted(counted, key=lambda found: (-found[0], found[1])):
        assert isinstance(colour, tuple)
        red, green, blue = colour
        if all(max(abs(red - r), abs(green - g), abs(blue - b)) >= LEAST_DIFFERENCE for r, g, b in colours):
            colours.append((red, green, blue))
        if len(colours) == COLOURS:
            break
    return colours
