"""Short pages for learners, told once and shown twice: as text in a terminal, as HTML in a notebook.

The HTML is plain (headings, paragraphs, lists, tables), without scripts and colours of its own, so that it
reads the same in a notebook that nobody has trusted, in a repository viewer, and in the dark.
"""

from __future__ import annotations

from dataclasses import dataclass
from html import escape
from typing import TYPE_CHECKING

from simulator.views.drawing.cells import cells, wrap_cells
from simulator.views.notebook import TEXT_WIDTH, Exhibit

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

LEFT = 'style="text-align: left"'
SHORT = 24  # a cell with fewer characters is not broken
UNBROKEN = 'style="text-align: left; white-space: nowrap"'


@dataclass(frozen=True, slots=True)
class Lead:
    """The sentence that stands out."""

    words: str


@dataclass(frozen=True, slots=True)
class Choices:
    """Options to choose from, each under its letter, its number or its name."""

    options: Sequence[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Table:
    """Rows of equal length below a row of titles; without titles the first column is a heading of its row."""

    rows: Sequence[Sequence[str]]
    titles: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class Code:
    """Something to type."""

    words: str


Block = str | Lead | Choices | Table | Code


def page(*blocks: Block) -> Exhibit:
    """A page of these blocks, from top to bottom; a plain text is a paragraph, an empty one is left out."""
    told = [block for block in blocks if block != ""]
    return Exhibit(page_text(told), "".join(_html(block) for block in told))


def page_text(blocks: Sequence[Block], width: int = TEXT_WIDTH) -> str:
    """The text of these blocks; no line but something to type is longer than ``width`` columns."""
    return "\n".join(line.rstrip() for block in blocks if block != "" for line in _text(block, width))


def _text(block: Block, width: int) -> Iterator[str]:
    match block:
        case Choices(options):
            for mark, words in options:
                yield from _hanging(f"  {mark}  ", words, width)
        case Table(rows, titles):
            yield from _columns(rows, titles, width)
        case Code(words):
            yield f"    {words}"
        case Lead(words):
            yield from wrap_cells(words, width)
        case str():
            yield from wrap_cells(block, width)


def _hanging(mark: str, words: str, width: int) -> Iterator[str]:
    """Words behind a mark, what follows the first line below its beginning."""
    first, *rest = wrap_cells(words, width - cells(mark))
    yield mark + first
    yield from (" " * cells(mark) + line for line in rest)


def _columns(rows: Sequence[Sequence[str]], titles: Sequence[str], width: int) -> Iterator[str]:
    """A table whose last column takes what is left of the line."""
    every = [titles, *rows] if titles else list(rows)
    widths = [max(cells(row[place]) for row in every) for place in range(len(every[0]) - 1)]
    for row in every:
        front = "".join(
            word + " " * (width - cells(word) + 2) for word, width in zip(row[:-1], widths, strict=True)
        )
        yield from _hanging(f"  {front}", row[-1], width)


def _html(block: Block) -> str:
    match block:
        case Lead(words):
            return f"<p><strong>{escape(words)}</strong></p>"
        case Choices(options):
            return _table(options, ())
        case Table(rows, titles):
            return _table(rows, titles)
        case Code(words):
            return f"<pre>{escape(words)}</pre>"
        case str():
            return f"<p>{escape(block)}</p>"


def _table(rows: Sequence[Sequence[str]], titles: Sequence[str]) -> str:
    """A table; notebooks set them flush right, which does not suit words, so each cell says otherwise."""
    head = "".join(f"<th {LEFT}>{escape(title)}</th>" for title in titles)
    body = "".join(f"<tr>{_row(row, heading=not titles)}</tr>" for row in rows)
    return f"<table>{f'<thead><tr>{head}</tr></thead>' if head else ''}<tbody>{body}</tbody></table>"


def _row(row: Sequence[str], *, heading: bool) -> str:
    tags = ["th" if heading and not place else "td" for place in range(len(row))]
    return "".join(
        f"<{tag} {UNBROKEN if len(word) < SHORT else LEFT}>{escape(word)}</{tag}>"
        for tag, word in zip(tags, row, strict=True)
    )
