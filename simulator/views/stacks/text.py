"""The matrix of stacks as text: a grid, or for one row all that is known of each cell."""

from __future__ import annotations

from typing import TYPE_CHECKING

from simulator.tls.wire.alerts import AlertDescription
from simulator.views.drawing.cells import cells, paint, wrap_cells
from simulator.views.stacks.words import BREAK, TITLE, end_in_words, when_learned
from simulator.views.story.words import clean

if TYPE_CHECKING:
    from collections.abc import Iterator

    from simulator.views.stacks.cells import StackCell, StackMatrix

LEAST_WIDTH = 76
COLUMN = 10  # room for "alert 116" and "boringssl"
SHOWS = "client shows"


def stack_text(matrix: StackMatrix, width: int = 80, *, colour: bool = False) -> str:
    """The matrix as text.

    Args:
        matrix: the results; a single row is told in full.
        width: columns, at least 76; no line is longer.
        colour: with the terminal's colour codes.
    """
    width = max(width, LEAST_WIDTH)
    words = matrix.words
    parts = (
        _told(matrix, next(iter(words)), width, colour) if len(words) == 1 else _grid(matrix, width, colour)
    )
    below = [when_learned(matrix), *([BREAK] if "server-only" in words else [])]
    known = [f"{stack}: {clean(said)}." for stack, said in matrix.stacks.items()]
    lines = [line for sentence in (*below, "", *known) for line in wrap_cells(sentence, width) or [""]]
    return "\n".join([*parts, *lines]) + "\n"


def _grid(matrix: StackMatrix, width: int, colour: bool) -> Iterator[str]:
    """As many stacks side by side as there is room for, and the others below them."""
    first = max(cells(clean(words)) for words in (SHOWS, *matrix.words.values())) + 2
    stacks, newest = list(matrix.stacks), matrix.versions[-1]
    parts = -(-len(stacks) * COLUMN // (width - first))
    many = -(-len(stacks) // parts)  # the same number in each part, or one less in the last
    yield paint(f"{TITLE}, TLS {newest}", "heading", colour=colour)
    yield ""
    for start in range(0, len(stacks), many):
        shown = stacks[start : start + many]
        for title, rows in matrix.rows.items():
            heads = "".join(f"{stack:<{COLUMN}}" for stack in shown)
            yield paint(f"{title:<{first}}{heads}".rstrip(), "strong", colour=colour)
            for credential, words in rows.items():
                line = clean(words) + " " * (first - cells(clean(words)))
                for stack in shown:
                    line += _short(matrix.cell(credential, stack, newest), colour)
                yield line.rstrip()
            yield ""
    yield from _key(matrix, width)


def _short(cell: StackCell, colour: bool) -> str:
    """One cell in a few letters."""
    words = "yes"
    if not cell.accepted:
        words = "closed" if cell.client_sees.startswith("no alert") else "page 400"
    if cell.alert is not None:
        words = f"alert {int(AlertDescription.from_name(cell.alert))}"
    return paint(words, "good" if cell.accepted else "bad", colour=colour) + " " * (COLUMN - len(words))


def _key(matrix: StackMatrix, width: int) -> Iterator[str]:
    """The names of the alerts, what else refuses, and where the older version differs."""
    newest, older = matrix.versions[-1], matrix.versions[0]
    shown = [cell for cell in matrix.cells if cell.tls == newest]
    names = {cell.alert for cell in shown if cell.alert}
    numbered = sorted((int(AlertDescription.from_name(name)), name) for name in names)
    said = ["yes: accepted. " + "".join(f"alert {number}: {name}. " for number, name in numbered)]
    if any(cell.client_sees.startswith("400 ") for cell in shown):
        said.append("page 400: the handshake succeeds, and the client is refused in HTTP.")
    if any(cell.client_sees.startswith("no alert") for cell in shown):
        said.append("closed: no alert; the connection ends.")
    for credential, words in matrix.words.items():
        ends: dict[str, list[str]] = {}
        for stack in matrix.stacks:
            if (other := matrix.both(credential, stack)[1]) is not None:
                ends.setdefault(end_in_words(other), []).append(stack)
        if ends:
            told = "; ".join(f"{end} by {', '.join(stacks)}" for end, stacks in ends.items())
            said.append(f"TLS {older} differs for “{clean(words)}”: {told}.")
    for sentence in said:
        yield from wrap_cells(sentence.strip(), width)


def _told(matrix: StackMatrix, credential: str, width: int, colour: bool) -> Iterator[str]:
    """One row in full: the end before each stack, the check that decided, and the program's log."""
    yield paint(f"{TITLE}: {clean(matrix.words[credential])}", "heading", colour=colour)
    yield ""
    first = max(map(len, matrix.stacks)) + 2
    for stack in matrix.stacks:
        newest, older = matrix.both(credential, stack)
        said = [end_in_words(newest) if older is None else f"TLS {newest.tls}: {end_in_words(newest)}"]
        if older is not None:
            said.append(f"TLS {older.tls}: {end_in_words(older)}")
        if newest.decisive_check:
            said[0] += f", by the check {newest.decisive_check}"
        for place, words in enumerate(said):
            name = stack if place == 0 else ""
            for number, line in enumerate(wrap_cells(words, width - first)):
                start = f"{name if number == 0 else '':<{first}}"
                look = "good" if words.endswith("accepted") else "bad"
                yield start + paint(line, look, colour=colour)
        for line in newest.server_says.splitlines():
            yield from (" " * first + one for one in wrap_cells(clean(line), width - first))
    yield ""
