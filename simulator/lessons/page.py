"""Short pages for learners, written once: text in a terminal, HTML in a notebook.

The HTML has paragraphs and tables, and no scripts or colours of its own. So it looks the same in an untrusted
notebook, in a repository viewer, and on a dark background.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from html import escape
from typing import TYPE_CHECKING

from simulator.views.drawing.cells import cells, hanging, wrap_cells
from simulator.views.drawing.notebook import TEXT_WIDTH, Exhibit

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

LEFT = 'style="text-align: left"'
SHORT = 24  # characters; a shorter cell stays on one line. The longest check name has 24.
UNBROKEN = 'style="text-align: left; white-space: nowrap"'


@dataclass(frozen=True, slots=True)
class Lead:
    """The sentence in bold."""

    words: str


@dataclass(frozen=True, slots=True)
class Choices:
    """Options, each with its letter, number or name."""

    options: Sequence[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Table:
    """Rows of equal length, with a row of titles; without titles the first column has the headings."""

    rows: Sequence[Sequence[str]]
    titles: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class Folded:
    """A table below its words: a notebook opens it on request, a text has it at once."""

    words: str
    table: Table


@dataclass(frozen=True, slots=True)
class Code:
    """Lines to type, or to show as they are."""

    words: str


Block = str | Lead | Choices | Table | Folded | Code


class Shown(ABC):
    """A value that shows itself as a page: text in a terminal, HTML in a notebook."""

    @property
    @abstractmethod
    def shown(self) -> tuple[Block, ...]:
        """The blocks of the page."""

    def __repr__(self) -> str:
        return page_text(self.shown)

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> dict[str, str]:  # noqa: ARG002 - IPython's signature
        """Return what a notebook shows."""
        return page(*self.shown).bundle()


def page(*blocks: Block) -> Exhibit:
    """A page of these blocks, from top to bottom. A plain text is a paragraph; an empty text is left out."""
    return Exhibit(page_text(blocks), "".join(_html(block) for block in blocks if block != ""))


def page_text(blocks: Sequence[Block], width: int = TEXT_WIDTH) -> str:
    """The text of these blocks. Only a line of code may be longer than ``width`` columns."""
    return "\n".join(line.rstrip() for block in blocks if block != "" for line in _text(block, width))


def _text(block: Block, width: int) -> Iterator[str]:
    match block:
        case Choices(options):
            for mark, words in options:
                yield from hanging(f"  {mark}  ", words, width)
        case Table(rows, titles):
            yield from _columns(rows, titles, width)
        case Folded(words, table):
            yield from wrap_cells(words, width)
            yield from _text(table, width)
        case Code(words):
            yield from (f"    {line}" for line in words.splitlines())
        case Lead(words) | str(words):
            yield from wrap_cells(words, width)


def _columns(rows: Sequence[Sequence[str]], titles: Sequence[str], width: int) -> Iterator[str]:
    """A table whose last column takes the rest of the line."""
    every = [titles, *rows] if titles else list(rows)
    widths = [max(cells(row[place]) for row in every) for place in range(len(every[0]) - 1)]
    for row in every:
        front = "".join(
            word + " " * (width - cells(word) + 2) for word, width in zip(row[:-1], widths, strict=True)
        )
        yield from hanging(f"  {front}", row[-1], width)


def _html(block: Block) -> str:
    match block:
        case Lead(words):
            return f"<p><strong>{escape(words)}</strong></p>"
        case Choices(rows):
            return _table(rows, ())
        case Table(rows, titles):
            return _table(rows, titles)
        case Folded(words, table):
            return f"<details><summary>{escape(words)}</summary>{_html(table)}</details>"
        case Code(words):
            return f"<pre>{escape(words)}</pre>"
        case str():
            return f"<p>{escape(block)}</p>"


def _table(rows: Sequence[Sequence[str]], titles: Sequence[str]) -> str:
    """A table. Notebooks align cells to the right, so each cell asks for the left, which suits words."""
    head = "".join(f"<th {LEFT}>{escape(title)}</th>" if title else "<td></td>" for title in titles)
    body = "".join(f"<tr>{_row(row, heading=not titles)}</tr>" for row in rows)
    return f"<table>{f'<thead><tr>{head}</tr></thead>' if head else ''}<tbody>{body}</tbody></table>"


def _row(row: Sequence[str], *, heading: bool) -> str:
    tags = ["th" if heading and not place else "td" for place in range(len(row))]
    return "".join(
        f"<{tag} {UNBROKEN if len(word) < SHORT else LEFT}>{escape(word)}</{tag}>"
        for tag, word in zip(tags, row, strict=True)
    )
