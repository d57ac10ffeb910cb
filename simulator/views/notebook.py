"""How a value shows itself in a notebook: a small PNG, and words where no picture can be shown.

An SVG alone shows as text in a notebook that nobody has trusted yet, and some repository viewers break it.
A PNG is shown everywhere. It stays small because few colours are enough: a picture of ours is made of flat
areas and type, so the colours that fill most of it are kept and the rest goes to the nearest of them.
"""

from __future__ import annotations

import base64
import io
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from simulator.views.drawing.cells import wrap_cells
from simulator.views.drawing.cuts import cuts_of
from simulator.views.drawing.figure import PIXELS_PER_INCH, SETTINGS, figure
from simulator.views.drawing.style import palette

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from simulator.views.drawing.display import Drawing

OURS = "clientauth"  # the key of what our own tools read in the metadata of an output
TEXT_WIDTH = 100  # columns of what stands in place of a picture
COLOURS = 80

Bundle = dict[str, str]
Metadata = dict[str, Any]


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

    def bundle(self) -> Bundle:
        """What is shown, by MIME type."""
        found = {"text/plain": self.text}
        if self.html:
            found["text/html"] = self.html
        if self.drawing is not None:
            found["image/png"] = base64.b64encode(notebook_png(self.drawing)).decode("ascii")
        return found

    def metadata(self) -> Metadata:
        """What goes with a picture: its words where HTML wants them, and where slides may cut it."""
        if self.drawing is None:
            return {}
        words = {"title": self.drawing.title, **cuts_of(self.drawing).as_json()}
        return {"image/png": {"alt": self.drawing.description}, OURS: words}

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> tuple[Bundle, Metadata]:  # noqa: ARG002 - IPython's signature; it filters the answer itself
        """How a notebook shows it."""
        return self.bundle(), self.metadata()


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
    import numpy as np
    from PIL import Image

    drawn = io.BytesIO()
    with mpl.rc_context(SETTINGS):
        figure(drawing).savefig(drawn, format="png", dpi=PIXELS_PER_INCH, metadata={"Software": None})
    pixels = np.asarray(Image.open(drawn).convert("RGB"))
    colours, indices = few_colours(pixels.reshape(-1, 3))
    picture = Image.fromarray(indices.reshape(pixels.shape[:2]), mode="P")
    picture.putpalette(colours.tobytes())
    small = io.BytesIO()
    picture.save(small, "PNG", optimize=True)
    return small.getvalue()


def few_colours(pixels: NDArray[np.uint8]) -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
    """Colours that are enough for a picture, and for each pixel the number of the nearest of them.

    Those of the style table come first, since a mark may be small and its colour still tells something; then
    those that cover most, among them the shades at the edges of letters.

    Args:
        pixels: one row of red, green and blue for each.
    """
    import numpy as np

    packed = pixels.astype(np.uint32) @ np.array([1 << 16, 1 << 8, 1], dtype=np.uint32)
    found, which, counts = np.unique(packed, return_inverse=True, return_counts=True)
    named = np.isin(found, [int(colour.removeprefix("#"), 16) for colour in palette("light").values()])
    main = found[np.lexsort((found, -counts, ~named))[:COLOURS]]
    every, few = (np.stack([some >> 16, some >> 8 & 255, some & 255], axis=1) for some in (found, main))
    distances = ((every[:, None, :].astype(np.int32) - few[None, :, :].astype(np.int32)) ** 2).sum(axis=2)
    return few.astype(np.uint8), distances.argmin(axis=1).astype(np.uint8)[which]
