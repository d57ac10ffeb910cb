"""The slide of a run as text: arrows between client and server, and beside them what each side believes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from simulator.views.drawing.cells import cells, shorten, wrap_cells
from simulator.views.story.beat_kinds import Flight
from simulator.views.story.essence import TITLES, essence, held_words
from simulator.views.story.lanes import names_of, run_title, version_words

if TYPE_CHECKING:
    from collections.abc import Iterator

    from simulator.trace.trace import Trace
    from simulator.views.drawing.cells import Signs
    from simulator.views.story.essence import Row

MOST_BESIDE = 24  # columns of what a side believes


def essential_text(trace: Trace, width: int, signs: Signs) -> str:
    """A run in about twenty lines of so many columns."""
    told, names, side = essence(trace), names_of(trace.setup), min(MOST_BESIDE, width // 4)
    room = width - 2 * side

    def columns(left: str, middle: str, right: str) -> str:
        left, right = shorten(left, side - 1), shorten(right, side - 1)
        return f"{left}{' ' * (side - cells(left))}{middle} {right}".rstrip()

    lines = wrap_cells(f"{run_title(trace.setup)} ({version_words(trace)})", width)
    lines += wrap_cells(f"Before: {' · '.join(told.before)}", width) if told.before else []
    for name, words in told.cards.items():
        lines += wrap_cells(f"{names.title(name)}: {words}", width)
    client, server = map(names.title, TITLES)
    middle = client + server.rjust(room - cells(client))
    lines += ["", columns(TITLES["client"], middle, TITLES["server"])]
    beside: dict[str, list[str]] = {"client": [], "server": []}  # lines that wait for a row
    bands = [row.event.step.band for row in told.rows]
    for place, row in enumerate(told.rows):
        if not place or bands[place] is not bands[place - 1]:
            title = f"{signs.rule} {told.number_of(row)} {bands[place].short_title} "
            lines.append(columns("", title.ljust(room, signs.rule), ""))
        for belief in (belief for begins, belief in told.beliefs if max(begins, 0) == place):
            beside[belief.event.actor] = wrap_cells(held_words(belief), side - 1)
        for words in _row(row, room, signs):
            left, right = (waiting.pop(0) if waiting else "" for waiting in beside.values())
            lines.append(columns(left, words, right))
    level, words = told.result
    return "\n".join([*lines, "", *wrap_cells(f"{level}: {words}.", width)]) + "\n"


def _row(row: Row, room: int, signs: Signs) -> Iterator[str]:
    """An arrow and its remark, or the grounds of a decision at the side of its actor."""
    rightward, wall = row.event.actor == "client", signs.wall
    if isinstance(row, Flight):
        stroke = signs.alert if row.refusal else signs.encrypted if row.encrypted else signs.clear
        name = f" {shorten(row.name, room - 12)} "
        end = signs.never if row.lost else signs.right if rightward else signs.left
        shaft = stroke * 3 + name + stroke * (room - 5 - cells(end) - cells(name))
        yield f"{wall}{shaft}{end}{wall}" if rightward else f"{wall}{end}{shaft}{wall}"
        notes = row.fields
    else:
        notes = tuple(f"{signs.mark(outcome)} {words}" for outcome, words in row.grounds)
    for words in notes:
        for line in wrap_cells(words, room - 6):
            space = " " * (room - 4 - cells(line))
            yield f"{wall} {line}{space} {wall}" if rightward else f"{wall} {space}{line} {wall}"
