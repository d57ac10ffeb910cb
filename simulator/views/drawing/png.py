"""The PNG pen: the PDF of a drawing, rastered by PDFium; equal drawings have equal pixels under the pins."""

from __future__ import annotations

import io
from contextlib import closing
from threading import Lock
from typing import TYPE_CHECKING, Any

from simulator.views.drawing.pdf import POINTS, pdf
from simulator.views.drawing.style import palette

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from PIL.Image import Image

    from simulator.views.drawing.display import Drawing

SCALE = 1.5  # pixels of a PNG file for each pixel of the display list
#: Of zlib's 9: as quick as 1, and within 4 % of the size that 6 reaches in half as much time again.
COMPRESSION = 3
SMALL = 6  # of zlib's 9, which takes three times as long for a tenth less
COLOURS = 80  # of a small picture: the style table's and the commonest shades at the edges of letters

# "PDFium is not thread-safe": its own documentation (fpdfview.h) and pypdfium2's.
_ONE_AT_A_TIME = Lock()


def png(drawing: Drawing, *, theme: str = "light") -> bytes:
    """Draw a display list as a PNG of one and a half times its natural size.

    Args:
        drawing: what to draw.
        theme: ``light``, ``dark`` or ``print``.

    Raises:
        OutputError: unknown theme, or the fonts cannot be read.
    """
    from PIL.PngImagePlugin import PngInfo

    words = PngInfo()
    words.add_itxt("Title", drawing.title)
    buffer = io.BytesIO()
    raster(drawing, SCALE, theme=theme).save(buffer, "PNG", pnginfo=words, compress_level=COMPRESSION)
    return buffer.getvalue()


def small_png(drawing: Drawing) -> bytes:
    """Draw a display list as a PNG of its natural size in few colours, to be kept in a notebook."""
    import numpy as np

    return in_few_colours(np.asarray(raster(drawing, 1.0)))


def in_few_colours(pixels: NDArray[Any], most: int = COLOURS) -> bytes:
    """A PNG of these pixels, red, green and blue, in few colours; 256 is the most that a palette holds.

    A picture is made of flat areas and type. The colours of the style table come first, since a mark may be
    small and its colour still means something; then those that cover most. Each pixel gets the nearest.
    """
    import numpy as np
    from PIL.Image import fromarray

    height, width, _ = pixels.shape
    red, green, blue = (pixels[:, :, place].astype(np.uint32) for place in range(3))
    packed = (red << 16 | green << 8 | blue).ravel()
    # Most neighbours are alike, so runs of pixels are counted and looked up, not pixels: six times as quick.
    begins = np.flatnonzero(np.concatenate(([True], packed[1:] != packed[:-1])))
    lengths = np.diff(begins, append=packed.size)
    found, colour_of_run = np.unique(packed[begins], return_inverse=True)
    counts = np.bincount(colour_of_run, weights=lengths)
    named = np.isin(found, [int(colour.removeprefix("#"), 16) for colour in palette("light").values()])
    few = found[np.lexsort((found, -counts, ~named))[:most]]
    every, kept = (
        np.stack([some >> 16, some >> 8 & 255, some & 255], axis=1).astype(int) for some in (found, few)
    )
    nearest = ((every[:, None, :] - kept[None, :, :]) ** 2).sum(axis=2).argmin(axis=1).astype(np.uint8)
    indices = np.repeat(nearest[colour_of_run], lengths).reshape(height, width)
    image = fromarray(indices, mode="P")
    image.putpalette(kept.astype(np.uint8).tobytes())
    buffer = io.BytesIO()
    image.save(buffer, "PNG", compress_level=SMALL)
    return buffer.getvalue()


def raster(drawing: Drawing, scale: float, *, theme: str = "light") -> Image:
    """Draw a display list as an RGB image.

    Args:
        drawing: what to draw.
        scale: pixels of the image for each pixel of the display list.
        theme: ``light``, ``dark`` or ``print``.
    """
    import pypdfium2

    page_bytes = pdf(drawing, theme=theme)
    with _ONE_AT_A_TIME, closing(pypdfium2.PdfDocument(page_bytes)) as document:
        bitmap = document[0].render(scale=scale / POINTS, rev_byteorder=True)
        image: Image = bitmap.to_pil().convert("RGB")
        image.load()  # the pixels are PDFium's until they are copied
    return image
