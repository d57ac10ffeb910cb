"""The way of a run through the state machines, in words."""

from __future__ import annotations

from typing import TYPE_CHECKING

from simulator.tls.states import DECISIONS, MACHINES, State
from simulator.views.heading import under_title
from simulator.views.reading import version_of
from simulator.views.state_places import OVER, moves_of, order_of, path_of, reason_of
from simulator.views.textual import plain, wrap_cells
from simulator.views.words import clean, moment

if TYPE_CHECKING:
    from collections.abc import Iterator

    from simulator.trace import Event, Side, Trace

SIDES: tuple[Side, Side] = ("client", "server")


def description(trace: Trace) -> str:
    """Both ways in sentences, for people who cannot see the picture."""
    sentences = [f"{clean(trace.setup.title).rstrip('.')}. {clean(under_title(trace))}."]
    for side in SIDES:
        path = path_of(trace, side)
        way = [path[0][1][0].value, *(states[1].value for _, states in path)] if path else ["START"]
        sentences.append(f"The {side} goes through {', '.join(way)}.")
    return " ".join(sentences)


def why(trace: Trace, event: Event, end: State) -> str:
    """What made a state change, in a word or two."""
    return clean(OVER.get(end) or reason_of(trace, event)) or "its own first word"


def states_text(trace: Trace, width: int = 80, *, ascii_only: bool = False) -> str:
    """Both machines as text: every state, the way of this run numbered, and what may be read where.

    Args:
        trace: the run whose way is shown.
        width: columns; no line is longer, save that 40 are the least.
        ascii_only: in ASCII.
    """
    width = max(width, 40)
    lines = [f"{clean(trace.setup.title)}: states and moves", clean(under_title(trace)), ""]
    for side in SIDES:
        lines += [*_way(trace, side), "", *_table(trace, side), ""]
    wrapped = []
    for line in lines:
        indent = len(line) - len(line.lstrip())
        parts = wrap_cells(line.strip(), width - indent - 4)
        wrapped += [
            (" " * (indent + (4 if place else 0)) + part).rstrip() for place, part in enumerate(parts)
        ]
    text = "\n".join(line.rstrip() for line in wrapped).rstrip("\n") + "\n"
    return plain(text) if ascii_only else text


def _way(trace: Trace, side: Side) -> Iterator[str]:
    yield f"The way of the {side}"
    for number, (event, (start, end)) in enumerate(path_of(trace, side), start=1):
        yield f"  {number:>2}  {moment(event.at):>9}  {start.value} → {end.value}  ({why(trace, event, end)})"


def _table(trace: Trace, side: Side) -> Iterator[str]:
    machine = MACHINES[side, version_of(trace)]
    moves = moves_of(machine, trace, side)
    yield f"All moves of the {side}'s machine"
    for state in order_of(machine):
        waits = f"  ◆ waits for the {side}'s decision" if state in DECISIONS else ""
        yield f"  {state.value}{waits}"
        for move in moves:
            if move.start is state:
                numbers = ", ".join(str(number) for number, _ in move.taken)
                taken = f"  [{numbers}]" if numbers else ""
                yield f"      {' or '.join(map(clean, move.messages))} → {move.end.value}{taken}"
