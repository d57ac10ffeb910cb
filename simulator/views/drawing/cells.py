"""Text in a terminal: its width, its line breaks, and the signs and colours that are used."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

from simulator.trust.verdict import CheckOutcome

if TYPE_CHECKING:
    from collections.abc import Sequence

_PLAINER = str.maketrans("–—“”‘’·×│─═━◀▶├┤◆✓✗", "--\"\"''-x|-=#<>++*+x") | str.maketrans(
    {"…": "...", "→": "->", "§": "section ", "⊘": "(x)"}
)

_CODES = {
    "strong": "1",
    "quiet": "2",
    "good": "32",
    "bad": "1;31",
    "encrypted": "36",
    "heading": "1;34",
    "belief": "35",
}


@dataclass(frozen=True, slots=True)
class Signs:
    """The signs that the story draws with."""

    wall: str
    clear: str
    encrypted: str
    alert: str
    left: str
    right: str
    start: str
    end: str
    decision: str
    rule: str
    here: str
    never: str
    marks: tuple[str, str, str, str]

    def mark(self, outcome: CheckOutcome) -> str:
        """Return the sign of a check's outcome."""
        return self.marks[list(CheckOutcome).index(outcome)]


UNICODE = Signs("│", "─", "═", "━", "◀", "▶", "├", "┤", "◆", "─", "▶", "⊘", ("✓", "✗", "–", "·"))
ASCII = Signs("|", "-", "=", "#", "<", ">", "+", "+", "*", "-", ">", "(x)", ("+", "x", "-", "."))


def cells(text: str) -> int:
    """The width of the text in terminal columns: wide East Asian characters take two, accents none."""
    if text.isascii():
        return len(text)
    return sum(map(_cells, text))


@lru_cache(maxsize=4096)  # of a million characters a text holds a few hundred
def _cells(character: str) -> int:
    if unicodedata.category(character) in ("Mn", "Me", "Cf"):
        return 0
    return 2 if unicodedata.east_asian_width(character) in "WF" else 1


def plain(text: str) -> str:
    """The text in ASCII: signs of typography and drawing by their likes, other characters as escapes."""
    return text.translate(_PLAINER).encode("ascii", "backslashreplace").decode("ascii")


def take(text: str, width: int) -> str:
    """The longest beginning of the text that fits into ``width`` columns."""
    if text[: width + 1].isascii():  # with the next one, which might have no width
        return text[:width]
    used = 0
    for place, character in enumerate(text):
        used += _cells(character)
        if used > width:
            return text[:place]
    return text


def shorten(text: str, width: int, *, ellipsis: str = "…") -> str:
    """The text, or its beginning with an ellipsis, in at most ``width`` columns."""
    return text if cells(text) <= width else take(text, width - cells(ellipsis)).rstrip() + ellipsis


def wrap_cells(text: str, width: int) -> list[str]:
    """The text in lines of at most ``width`` columns, broken at spaces, inside a word only if it must be."""
    lines = []
    rest = text.strip()
    while (fitting := len(take(rest, width))) < len(rest):  # looks no further than a line, however long it is
        space = rest.rfind(" ", 0, fitting + 1)
        cut = space if space > 0 else max(1, fitting)
        lines.append(rest[:cut].rstrip())
        rest = rest[cut:].lstrip()
    return [*lines, rest]


def hanging(mark: str, words: str, width: int, more: int = 0) -> list[str]:
    """Words after a mark, wrapped; later lines are indented by its width and ``more``."""
    first, *rest = wrap_cells(words, width - cells(mark))
    indent = cells(mark) + more
    later = wrap_cells(" ".join(rest), width - indent) if rest else []
    return [mark + first, *(" " * indent + line for line in later)]


def paint(text: str, kind: str, *, colour: bool) -> str:
    """The text with the terminal's codes for a kind of emphasis around it, or as it is without colour."""
    return f"\x1b[{_CODES[kind]}m{text}\x1b[0m" if colour else text


def headed(texts: Sequence[str], headings: Sequence[str], width: int, end: str = "") -> str:
    """Several texts, each below its underlined heading, and a last paragraph; one alone needs no heading."""
    if end:
        last = "\n".join(wrap_cells(end, width))
        return f"{headed(texts, headings, width)}\n{last}\n"
    if len(texts) == 1:
        return texts[0]
    wrapped = [wrap_cells(heading, width) for heading in headings]
    ruled = ["\n".join([*lines, "=" * max(map(cells, lines))]) for lines in wrapped]
    return "\n".join(f"{heading}\n\n{text}" for heading, text in zip(ruled, texts, strict=True))
