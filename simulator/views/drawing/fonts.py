"""The typefaces of every picture: DejaVu, from the folder that matplotlib brings.

matplotlib itself is not imported: that would take longer than drawing.
"""

from __future__ import annotations

from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

from simulator.errors import OutputError
from simulator.views.drawing.display import Drawing, Text
from simulator.views.drawing.style import TYPES

if TYPE_CHECKING:
    from simulator.views.drawing.style import Type

#: (bold, italic, mono) → the file's name. No style asks for slanted monospaced type.
FACES = {
    (False, False, False): "DejaVuSans",
    (True, False, False): "DejaVuSans-Bold",
    (False, True, False): "DejaVuSans-Oblique",
    (True, True, False): "DejaVuSans-BoldOblique",
    (False, False, True): "DejaVuSansMono",
    (True, False, True): "DejaVuSansMono-Bold",
}
REPLACEMENT = "\ufffd"
MOST_NAMED = 8  # characters in a remark: a line


def face_name(kind: Type) -> str:
    """The name of the face that a type style is set in."""
    return FACES[kind.bold, kind.italic and not kind.mono, kind.mono]


def face_of(kind: Type) -> str:
    """The same, registered with reportlab under that name.

    Raises:
        OutputError: the font cannot be read.
    """
    return _registered(face_name(kind))


@cache
def _registered(face: str) -> str:
    """Register a face with reportlab and return its name."""
    from reportlab.pdfbase.pdfmetrics import registerFont
    from reportlab.pdfbase.ttfonts import TTFError, TTFont

    try:
        registerFont(TTFont(face, str(_folder() / f"{face}.ttf")))
    except TTFError as error:
        raise OutputError(
            f"The font {face} cannot be read.",
            got=str(error),
            expected="the DejaVu fonts that matplotlib brings",
            advice="Install matplotlib anew: pip install --force-reinstall matplotlib",
        ) from error
    return face


def drawable(text: str, face: str) -> str:
    """The text with a replacement mark for every character that the face cannot draw.

    Args:
        text: what is set.
        face: a name in :data:`FACES`.
    """
    if text.isascii():
        return text
    known = _characters(face)
    return "".join(character if ord(character) in known else REPLACEMENT for character in text)


def lost_characters(drawing: Drawing) -> str:
    """The remark that a .png or .pdf of this drawing lacks some characters, by name; empty if it lacks none.

    The faces come with the program, so that a picture has the same pixels everywhere: a font of the machine
    would know more characters and give other pixels.
    """
    lost: dict[str, None] = {}
    for item in drawing.items:
        if isinstance(item, Text) and not item.text.isascii():
            known = _characters(face_name(TYPES[item.style]))
            lost |= dict.fromkeys(character for character in item.text if ord(character) not in known)
    named = [f"{character} (U+{ord(character):04X})" for character in lost]
    if not named:
        return ""
    more = f" and {len(named) - MOST_NAMED} more" if len(named) > MOST_NAMED else ""
    return (
        f"The font of .png and .pdf has no {', '.join(named[:MOST_NAMED])}{more}; "
        f"each is drawn as {REPLACEMENT}. An .svg or .html takes the reader's own fonts."
    )


@cache
def _characters(face: str) -> frozenset[int]:
    """The code points that a face can draw."""
    from reportlab.pdfbase.pdfmetrics import getFont

    return frozenset(getFont(_registered(face)).face.charToGlyph)


def _folder() -> Path:
    spec = find_spec("matplotlib")
    assert spec is not None, "a dependency of this package"
    assert spec.origin is not None
    return Path(spec.origin).parent / "mpl-data" / "fonts" / "ttf"
