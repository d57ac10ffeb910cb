"""The matrix of stacks as a picture: a row for what a client shows, a column for each stack."""

from __future__ import annotations

from typing import TYPE_CHECKING

from simulator.release import RELEASE
from simulator.views.drawing.display import Box, Text, wrap
from simulator.views.drawing.glyphs import octagon
from simulator.views.drawing.sheet import MARGIN
from simulator.views.pictures.page import blank, finished, head
from simulator.views.stacks.words import BREAK, LEAD, TITLE, description, when_learned
from simulator.views.story.words import clean

if TYPE_CHECKING:
    from simulator.views.drawing.display import Drawing
    from simulator.views.drawing.sheet import Sheet
    from simulator.views.stacks.cells import StackMatrix

ROW_HEAD = 190.0
COLUMN = 108.0
GAP = 5.0
PAD = 7.0
LINE = 17.2  # of the small words of a cell
FIRST = 36.0  # of a cell without them


def stack_drawing(matrix: StackMatrix) -> Drawing:
    """Lay the matrix out as a display list; an item's ``seq`` is the place of its cell in the matrix."""
    width = 2 * MARGIN + ROW_HEAD + COLUMN * len(matrix.stacks) - GAP
    sheet = blank(width)
    versions = " and ".join(f"TLS {tls}" for tls in matrix.versions)
    head(sheet, TITLE, f"{versions} · release {RELEASE}", lead=LEAD)
    top = sheet.y
    for place, stack in enumerate(matrix.stacks):
        middle = MARGIN + ROW_HEAD + place * COLUMN + (COLUMN - GAP) / 2
        sheet.put(Text(middle, top + 12, stack, "matrix.head", 0, "middle"))
    sheet.head = top, top + 20
    sheet.y = top + 26
    for title, rows in matrix.rows.items():
        if len(matrix.rows) > 1:
            sheet.put(Text(MARGIN, sheet.y + 16, title, "matrix.head", 0))
            sheet.y += 28
        for credential in rows:
            _row(sheet, matrix, credential)
    _legend(sheet, matrix)
    return finished(sheet, TITLE, description(matrix))


def _row(sheet: Sheet, matrix: StackMatrix, credential: str) -> None:
    """One row: every cell as high as the highest."""
    words = {stack: _lines(matrix, credential, stack) for stack in matrix.stacks}
    titles = wrap(clean(matrix.words[credential]), "matrix.head", ROW_HEAD - 8, 3)
    height = max(FIRST + LINE * max(map(len, words.values())), 17 * len(titles) + 16)
    sheet.rows(titles, "matrix.head", 0, MARGIN, sheet.y + 20)
    for place, stack in enumerate(matrix.stacks):
        cell = matrix.cell(credential, stack, matrix.versions[-1])
        seq, x = matrix.cells.index(cell), MARGIN + ROW_HEAD + place * COLUMN
        level = "CLIENT_AUTHENTICATED" if cell.accepted else "REFUSED"
        sheet.put(Box(x, sheet.y, COLUMN - GAP, height - GAP, f"level.{level}", seq, radius=5))
        left = x + PAD
        if not cell.accepted:
            sheet.put(*octagon(left + 6, sheet.y + 15, 6, seq))
            left += 17
        sheet.put(Text(left, sheet.y + 20, "accepted" if cell.accepted else "refused", "matrix.level", seq))
        sheet.rows(words[stack], "matrix.small", seq, x + PAD, sheet.y + 37)
    sheet.y += height


def _lines(matrix: StackMatrix, credential: str, stack: str) -> list[str]:
    """The small words of a cell: what the client sees, and what else it sees in the older version."""
    newest, older = matrix.both(credential, stack)
    words = [clean(newest.client_sees)]
    if older is not None:
        seen = "accepted" if older.accepted else clean(older.client_sees)
        words.append(f"TLS {older.tls}: {seen}")
    return [line for text in words if text for line in wrap(text, "matrix.small", COLUMN - GAP - 2 * PAD, 4)]


def _legend(sheet: Sheet, matrix: StackMatrix) -> None:
    """The moment at which a client learns of its refusal, the year's break, and what the stacks are."""
    width = sheet.stage.width - 2 * MARGIN
    sheet.y += 10
    said = [when_learned(matrix)]
    if any(name.startswith("server-only") for name in matrix.words):
        said.append(BREAK)
    known = "; ".join(f"{stack}: {clean(words)}" for stack, words in matrix.stacks.items())
    for words in (*said, f"{known}."):
        sheet.y = sheet.paragraph(words, "matrix.small", 0, MARGIN, sheet.y, width=width, most=6) + 4
