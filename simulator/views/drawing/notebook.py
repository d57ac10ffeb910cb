"""Values as a notebook shows them: a small PNG, and words where no picture can be shown.

An SVG alone shows as text in a notebook that is not trusted yet, and some repository viewers break it.
A PNG is shown everywhere, and stays small because few colours are enough for it.
"""

from __future__ import annotations

import base64
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from simulator.errors import OutputError
from simulator.views.drawing.cells import cells, wrap_cells
from simulator.views.drawing.png import small_png

if TYPE_CHECKING:
    from simulator.views.drawing.display import Drawing
    from simulator.views.drawing.figure import DrawnFigure

TEXT_WIDTH = 100  # columns of the text that replaces a picture

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
        """The contents by MIME type."""
        found = {"text/plain": self.text}
        if self.html:
            found["text/html"] = self.html
        if self.drawing is not None:
            found["image/png"] = base64.b64encode(small_png(self.drawing)).decode("ascii")
        return found

    def metadata(self) -> Metadata:
        """The metadata of a picture: its words for a reader who cannot see it."""
        return {"image/png": {"alt": self.drawing.description}} if self.drawing else {}

    def figure(self, *, theme: str = "light") -> DrawnFigure:
        """The picture as a matplotlib figure, to go on working with.

        Args:
            theme: ``light``, ``dark`` or ``print``.

        Raises:
            OutputError: this is a page of text, or the theme is unknown.
        """
        if self.drawing is None:
            raise OutputError(
                "A page of text has no figure.",
                got=self.text[:40],
                expected="a picture, as show(run) gives it",
            )
        from simulator.views.drawing.figure import figure

        page = figure(self.drawing, theme=theme)
        page.words, page.metadata = self.text, self.metadata()
        return page

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> tuple[Bundle, Metadata]:  # noqa: ARG002 - IPython's signature; it filters the answer itself
        """The contents and metadata that IPython asks for."""
        return self.bundle(), self.metadata()


def exhibit(drawing: Drawing, heading: str = "") -> Exhibit:
    """A picture, with its description as its text.

    A line that fits stays as it is, for a description may have frames and columns.

    Args:
        drawing: the picture.
        heading: a line before the description.
    """
    lines = [
        piece
        for line in drawing.description.split("\n")
        for piece in ([line] if cells(line) <= TEXT_WIDTH else wrap_cells(line, TEXT_WIDTH))
    ]
    return Exhibit("\n".join([*([heading] if heading else []), *lines]).rstrip("\n"), "", drawing)
