"""Two runs row by row in their essence: what is alike stands once, what differs side by side."""

from __future__ import annotations

from difflib import SequenceMatcher
from html import escape
from itertools import zip_longest
from typing import TYPE_CHECKING

from simulator.lessons.facts.facts import fact, said
from simulator.views.story.beat_kinds import Flight
from simulator.views.story.essence import TITLES, essence, grounds_words, held_words
from simulator.views.story.lanes import run_title, version_words

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from simulator.trace.trace import Trace

Row = tuple[str, str, tuple[str, ...]]  # side, words, and what either side believes from then on


def beside(left: Trace, right: Trace, facts: Sequence[str]) -> str:
    """A table of two runs. First the rows that are alike are seen, then the others, then what came out.

    Args:
        left: a run.
        right: another.
        facts: the facts that stand below each.
    """
    heads = "".join(f'<th scope="col">{escape(words)}</th>' for words in _titles(left, right))
    body = "".join(_row(one, other) for one, other in aligned(_rows(left), _rows(right)))
    ends = "".join(f"<td>{_end(trace, facts)}</td>" for trace in (left, right))
    return (
        f"<table><thead><tr>{heads}</tr></thead><tbody>{body}</tbody>"
        f'<tfoot><tr data-from="2">{ends}</tr></tfoot></table>'
    )


def aligned(left: Sequence[Row], right: Sequence[Row]) -> Iterator[tuple[Row | None, Row | None]]:
    """The rows of both beside each other; those of the same words are, whatever is believed then."""
    words, others = ([row[:2] for row in rows] for rows in (left, right))
    for _, a, a_end, b, b_end in SequenceMatcher(None, words, others, autojunk=False).get_opcodes():
        yield from zip_longest(left[a:a_end], right[b:b_end])


def _titles(left: Trace, right: Trace) -> tuple[str, str]:
    """The words that tell the two apart: version or title."""
    if run_title(left.setup) == run_title(right.setup):
        return version_words(left), version_words(right)
    return run_title(left.setup), run_title(right.setup)


def _rows(trace: Trace) -> list[Row]:
    told = essence(trace)
    rows: list[Row] = []
    for place, row in enumerate(told.rows):
        words = row.name if isinstance(row, Flight) else grounds_words(row)
        held = {TITLES[belief.event.actor]: held_words(belief) for at, belief in told.beliefs if at == place}
        side = f"{row.event.actor} {'sends' if isinstance(row, Flight) else 'decides'}"
        rows.append((side, words, tuple(f"{who}: {what}" for who, what in held.items())))
    return rows


def _row(left: Row | None, right: Row | None) -> str:
    if left == right:
        return f'<tr class="same"><td colspan="2">{_cell(left)}</td></tr>'
    return f'<tr data-from="1"><td>{_cell(left)}</td><td>{_cell(right)}</td></tr>'


def _cell(row: Row | None) -> str:
    if row is None:
        return ""
    side, words, held = row
    believed = "".join(f"<small>{escape(one)}</small>" for one in held)
    return f"<b>{side}</b> <span>{escape(words)}{believed}</span>"


def _end(trace: Trace, facts: Sequence[str]) -> str:
    """The level, its meaning, and the facts."""
    level, meaning = essence(trace).result
    told = "".join(f"<small>{escape(said(name, fact(trace, name)))}</small>" for name in facts)
    colour = f"--level:var(--level_{trace.card.level.value})"
    return f'<p class="level" style="{colour}"><b>{level}</b>: {escape(meaning)}</p>{told}'
