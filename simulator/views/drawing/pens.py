"""The pen for a file's suffix: .svg, .png or .pdf."""

from __future__ import annotations

from typing import TYPE_CHECKING

from simulator.errors import OutputError
from simulator.views.drawing.svg import svg

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from simulator.views.drawing.display import Drawing

PICTURES = (".svg", ".png", ".pdf")
MATRIX_SUFFIXES = (*PICTURES, ".txt", ".json")


def unknown_form(path: Path, suffixes: Sequence[str]) -> OutputError:
    """The error of a file name whose suffix names no form."""
    return OutputError(
        f"{path.name} has no suffix that can be written.",
        got=path.suffix.lower() or "no suffix",
        expected=f"{', '.join(suffixes[:-1])} or {suffixes[-1]}",
        advice="The suffix says in which form the view is written.",
    )


def picture(
    drawing: Drawing,
    path: Path,
    *,
    theme: str = "light",
    prefix: str = "drawing",
    suffixes: Sequence[str] = MATRIX_SUFFIXES,
) -> bytes:
    """A drawing in the form that a path's suffix asks for: .svg, .png or .pdf.

    Args:
        drawing: what to draw.
        path: whose suffix counts; nothing is written.
        theme: ``light``, ``dark`` or ``print``.
        prefix: what ids in an .svg begin with.
        suffixes: those that the caller knows, for the error message.

    Raises:
        OutputError: the suffix or the theme is unknown.
    """
    match path.suffix.lower():
        case ".svg":
            return svg(drawing, theme=theme, prefix=prefix).encode()
        case ".png":
            from simulator.views.drawing.png import png

            return png(drawing, theme=theme)
        case ".pdf":
            from simulator.views.drawing.pdf import printed

            return printed(drawing, theme=theme)
        case _:
            raise unknown_form(path, suffixes)
