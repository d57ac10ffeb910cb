"""The SVG pen: a display list as a string. No drawing library, so it is quick and the same everywhere.

Text stays text, so that it can be searched, selected, translated and read aloud. The markup holds no
style sheet, script or marker, and ids begin with a prefix: several pictures can stand in one page.
"""

from __future__ import annotations

import hashlib
import re

from simulator.views.drawing.display import Box, Drawing, Item, Line, Polygon, Text
from simulator.views.drawing.style import MONO, SANS, STROKES, TYPES, Palette, palette

# What XML 1.0 (section 2.2) does not allow in a document, even escaped.
_FORBIDDEN = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_ESCAPES = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#39;"})


def escape(text: str) -> str:
    """The text as XML character data or attribute value; characters that XML forbids are left out."""
    return _FORBIDDEN.sub("", text).translate(_ESCAPES)


def svg(drawing: Drawing, *, theme: str = "light", prefix: str = "") -> str:
    """Draw a display list as an SVG document.

    Args:
        drawing: the display list.
        theme: ``light``, ``dark`` or ``print``.
        prefix: the beginning of ids, different for each picture of a page; by default made from the contents.

    Raises:
        OutputError: the theme is unknown.
    """
    return markup(drawing, palette(theme), prefix)


def markup(drawing: Drawing, colours: Palette, prefix: str) -> str:
    """Draw with any colours: the values of a palette, or names that a style sheet defines."""
    name = escape(prefix or _fingerprint(drawing))
    width, height = _number(drawing.width), _number(drawing.height)
    head = (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" '
        f'viewBox="0 0 {width} {height}" role="img" aria-labelledby="{name}-title {name}-desc" '
        f'font-family="{SANS}" font-size="13" style="max-width:100%;height:auto">\n'
        f'<title id="{name}-title">{escape(drawing.title)}</title>\n'
        f'<desc id="{name}-desc">{escape(drawing.description)}</desc>\n'
    )
    return head + "\n".join(_item(item, colours) for item in drawing.items) + "\n</svg>\n"


def _fingerprint(drawing: Drawing) -> str:
    """A prefix that differs from picture to picture."""
    words = f"{drawing.title}\n{drawing.description}\n{drawing.height}"
    return "drawing-" + hashlib.sha256(words.encode("utf-8", "backslashreplace")).hexdigest()[:8]


def _item(item: Item, colours: Palette) -> str:
    match item:
        case Box():
            return _box(item, colours)
        case Line(points=((x1, y1), (x2, y2))):
            ends = f'x1="{_number(x1)}" y1="{_number(y1)}" x2="{_number(x2)}" y2="{_number(y2)}"'
            return f'<line data-seq="{item.seq}" {ends}{_stroke(item.style, colours)}/>'
        case Line() | Polygon():
            shape = "polyline" if isinstance(item, Line) else "polygon"
            points = " ".join(f"{_number(x)},{_number(y)}" for x, y in item.points)
            return f'<{shape} data-seq="{item.seq}" points="{points}"{_stroke(item.style, colours)}/>'
        case Text():
            return _text(item, colours)


def _box(box: Box, colours: Palette) -> str:
    radius = f' rx="{_number(box.radius)}"' if box.radius else ""
    return (
        f'<rect data-seq="{box.seq}" x="{_number(box.x)}" y="{_number(box.y)}" width="{_number(box.width)}" '
        f'height="{_number(box.height)}"{radius}{_stroke(box.style, colours)}/>'
    )


def _text(text: Text, colours: Palette) -> str:
    kind = TYPES[text.style]
    look = f' font-size="{_number(kind.size)}" fill="{colours[kind.colour]}"'
    look += ' font-weight="bold"' if kind.bold else ""
    look += ' font-style="italic"' if kind.italic else ""
    look += f' font-family="{MONO}"' if kind.mono else ""
    look += f' text-anchor="{text.anchor}"' if text.anchor != "start" else ""
    whole = f"<title>{escape(text.full)}</title>" if text.full else ""
    place = f'x="{_number(text.x)}" y="{_number(text.y)}"'
    return f'<text data-seq="{text.seq}" {place}{look}>{whole}{escape(text.text)}</text>'


def _stroke(style: str, colours: Palette) -> str:
    stroke = STROKES[style]
    look = f' fill="{colours[stroke.fill] if stroke.fill else "none"}"'
    if stroke.line:
        look += f' stroke="{colours[stroke.line]}" stroke-width="{_number(stroke.width)}"'
    if stroke.dash:
        look += f' stroke-dasharray="{" ".join(map(_number, stroke.dash))}"'
    return look


def _number(value: float) -> str:
    """One fixed decimal, left out where it is zero; never ``-0``."""
    text = f"{value:.1f}".removesuffix(".0")
    return "0" if text == "-0" else text
