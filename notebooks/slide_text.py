"""The text and tables of a slide as HTML, with their approximate heights.

Heights are reckoned for a screen of 1280 × 720 with the sizes of ``slides.css``. They need not be exact: they
say where another slide begins, and the page makes its type a little smaller where a slide is still too full.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from html import escape, unescape

import mistune

ROOM = 650  # pixels in height for what stands on a slide
FULL = 700  # what still fits when the type is made smaller
LITTLE = 130  # a line or two, or a heading and a line
MOST_LINES = 22  # of what Python prints
LETTERS = 94  # in a line of that
LONGEST_VALUE = 280  # letters of a value that Python prints in one line
BARE = 210  # lines of code and the value that they give are no higher
WIDTH = 1126  # pixels in width
EM = 24  # the size of running text
LETTER = 0.55  # the width of a letter over the size of its type
TABLE_EM = 20
UNBROKEN = 24  # a cell with fewer characters is not broken
COLUMN_GAP = 20


@dataclass(frozen=True)
class Block:
    """A piece of a slide, and its height in pixels.

    Attributes:
        html: the piece.
        height: about how high it stands.
        kind: ``text``, ``heading`` for a heading alone, ``table``, ``plain`` or ``code``.
    """

    html: str
    height: int
    kind: str = "text"

    @property
    def leads(self) -> bool:
        """It introduces what follows: a heading, or a line or two that end with a colon."""
        led = self.kind == "text" and self.height < LITTLE and words_of(self.html).endswith(":")
        return led or self.kind == "heading"


def markdown(text: str) -> list[Block]:
    """Markdown as HTML; HTML inside it is shown as text. It is one block, unless it is too high."""
    whole = _markdown(text)
    if whole.height <= FULL:
        return [whole]
    pieces = re.split(r"\n\n+(?=[^\s])", text) if "```" not in text else [text]
    return [_markdown(piece) for piece in pieces]


def _markdown(text: str) -> Block:
    html = str(mistune.create_markdown(escape=True, plugins=["table"])(text))
    alone = re.fullmatch(r"\s*<h\d>[^\n]*</h\d>\s*", html)
    return Block(html, height(html), "heading" if alone else "text")


def code(source: str, *, shown: bool) -> Block:
    """The source of a cell; it is hidden until it is asked for, unless the cell shows nothing without it."""
    kind = "code shown" if shown else "code"
    html = f'<pre class="{kind}"><code>{escape(source)}</code></pre>\n'
    return Block(html, height(html) if shown else 0, "plain" if shown else "code")


def plain(text: str) -> list[Block]:
    """The output of Python, in pieces if it is long, cut between paragraphs if it has any.

    The value of a large object is one endless line: on a wall its beginning is enough.
    """
    if "\n" not in text.strip() and len(text) > LONGEST_VALUE:
        text = f"{text[:LONGEST_VALUE].rstrip()} …"
    pieces: list[list[str]] = [[]]
    for line in text.rstrip().splitlines():
        much = len(pieces[-1])
        if much >= MOST_LINES or (much > MOST_LINES / 2 and not line.strip()):
            pieces.append([])
        if line.strip() or pieces[-1]:
            pieces[-1].append(line)
    made = [f"<pre>{escape(chr(10).join(piece))}</pre>\n" for piece in pieces]
    return [Block(html, height(html), "plain") for html in made]


def shown(html: str) -> list[Block]:
    """The HTML output of a cell; a long table in pieces, each with the titles of its columns.

    Of what a notebook folds only the line above it is shown: a slide has no room for the rest.
    """
    html = re.sub(r"<details><summary>(.*?)</summary>.*?</details>", r"<p>\1.</p>", html, flags=re.S)
    whole = Block(html + "\n", height(html), "table" if "<table" in html else "text")
    match = re.fullmatch(
        r"(.*?<table[^>]*>(?:<thead>.*?</thead>)?<tbody>)(.*)(</tbody></table>.*)", html, re.S
    )
    if whole.height <= FULL or match is None:
        return [whole]
    before, body, after = match.groups()
    rows = re.findall(r"<tr>.*?</tr>", body, re.S)
    heights = [_row_height(row, rows) for row in rows]
    lead, _, titles = before.rpartition("<table")
    pieces = -(-(sum(heights) + height(before)) // ROOM)
    most = (sum(heights) + height(before)) / pieces
    made: list[list[str]] = [[]]
    filled = float(height(before))
    for row, high in zip(rows, heights, strict=True):
        if made[-1] and filled + high / 2 > most and len(made) < pieces:
            made.append([])
            filled = height(titles)
        made[-1].append(row)
        filled += high
    ends = [lead] + [""] * (len(made) - 1), [""] * (len(made) - 1) + [after.removeprefix("</tbody></table>")]
    return [
        Block(text, height(text), "table")
        for text in (
            f"{first}<table{titles}{''.join(some)}</tbody></table>{last}\n"
            for first, some, last in zip(ends[0], made, ends[1], strict=True)
        )
    ]


def height(html: str) -> int:
    """About how high a piece of HTML stands."""
    rows = re.findall(r"<tr>.*?</tr>", html, re.S)
    total = sum(_row_height(row, rows) for row in rows) + (20 if rows else 0)
    for text in re.findall(r"<pre[^>]*>(.*?)</pre>", html, re.S):
        lines = unescape(re.sub(r"<[^>]+>", "", text)).rstrip().splitlines()
        total += 27 * sum(max(1, -(-len(line) // LETTERS)) for line in lines) + 44
    rest = re.sub(r"<(table|pre)[ >].*?</\1>", "", html, flags=re.S)
    for tag, text in re.findall(r"<(h1|h2|h3|p|li)[^>]*>(.*?)</\1>", rest, re.S):
        size, after = {"h1": (53, 32), "h2": (36, 22), "h3": (30, 18), "p": (EM, 17), "li": (EM, 6)}[tag]
        total += round(_lines(_length(text), size, WIDTH) * size * 1.38) + after
    return total


def _row_height(row: str, rows: list[str]) -> int:
    """A row of a table, whose last column has what the others leave."""
    cells = _cells(row)
    columns = list(zip(*(made for made in map(_cells, rows) if len(made) == len(cells)), strict=True))
    wide = [max(map(len, column)) * TABLE_EM * LETTER + COLUMN_GAP for column in columns]
    if sum(wide) > WIDTH:
        fixed = [w if w <= UNBROKEN * TABLE_EM * LETTER + COLUMN_GAP else 0 for w in wide]
        free = WIDTH - sum(fixed)
        broken = sum(w for w, kept in zip(wide, fixed, strict=True) if not kept)
        wide = [kept or free * w / broken for w, kept in zip(wide, fixed, strict=True)]
    lines = max(
        (_lines(len(cell), TABLE_EM, max(w - COLUMN_GAP, 60)) for cell, w in zip(cells, wide, strict=True)),
        default=1,
    )
    return round(lines * TABLE_EM * 1.4 + 11)


def _cells(row: str) -> list[str]:
    return [
        unescape(re.sub(r"<[^>]+>", "", cell)) for cell in re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", row, re.S)
    ]


def words_of(html: str) -> str:
    """The words of a piece of HTML, in one line."""
    return " ".join(unescape(re.sub(r"<[^>]+>", "", html)).split())


def heading_of(html: str) -> str:
    """The words of its first heading; empty where it has none."""
    found = re.search(r"<(h[123])>(.*?)</\1>", html, re.S)
    return words_of(found[2]) if found else ""


def _length(html: str) -> int:
    return len(unescape(re.sub(r"<[^>]+>", "", html)))


def _lines(letters: int, size: float, width: float) -> int:
    return max(1, -(-int(letters * size * LETTER) // int(width)))
