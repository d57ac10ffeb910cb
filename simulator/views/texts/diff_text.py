"""Two runs side by side as text, and as the document that ``clientauth diff --json`` prints.

The signs in the middle are those of sdiff(1): nothing where both are alike, ``|`` where they differ, ``<``
and ``>`` where only one of them has the line.
"""

from __future__ import annotations

from itertools import zip_longest
from typing import TYPE_CHECKING, Any

from simulator.views.drawing.cells import cells, paint, plain, wrap_cells
from simulator.views.story.alignment import align
from simulator.views.story.beat_kinds import Decision, Flight
from simulator.views.story.diff_words import bookkeeping, setting_words, summary, title_of, told_words
from simulator.views.story.lanes import scenario_words, under_title
from simulator.views.story.words import clean, level_name, moment

if TYPE_CHECKING:
    from collections.abc import Iterator

    from simulator.trace.trace import Trace
    from simulator.views.story.alignment import AlignedBeats, Alignment
    from simulator.views.story.beat_kinds import Beat

LEAST_WIDTH = 60
SIGNS = {"alike": " ", "differs": "|", "only a": "<", "only b": ">"}
KEY = "  same on both sides    | differs    < only left    > only right"


def diff_text(a: Trace, b: Trace, width: int = 80, colour: bool = False, *, ascii_only: bool = False) -> str:
    """Two runs in two columns.

    Args:
        a: the run on the left.
        b: the run on the right.
        width: columns of the terminal; no line is longer. 60 is the least.
        colour: with the terminal's colour codes.
        ascii_only: in ASCII.
    """
    alignment, width = align(a, b), max(width, LEAST_WIDTH)
    lines = [paint(line, "heading", colour=colour) for line in wrap_cells(title_of(alignment), width)]
    lines += [*wrap_cells(summary(alignment), width), *wrap_cells(bookkeeping(alignment), width), ""]
    lines += _settings(alignment, width, colour=colour)
    half = (width - 3) // 2
    lines += _beside(clean(under_title(a)), clean(under_title(b)), " ", half, "quiet", colour=colour)
    part = ""
    for row in alignment.rows:
        before, part = part, _part_of(row)
        if part != before:
            lines += _rule(part, width, colour=colour)
        lines += _row(row, half, colour=colour)
    lines += _rule("what came out", width, colour=colour)
    ends = [f"{level_name(run.card.level)}: {run.card.level.plain_words}" for run in (a, b)]
    same = a.card.level is b.card.level
    lines += _beside(ends[0], ends[1], " " if same else "|", half, "strong", colour=colour)
    lines += ["", KEY]
    text = "\n".join(line.rstrip() for line in lines) + "\n"
    return plain(text) if ascii_only else text


def _settings(alignment: Alignment, width: int, *, colour: bool) -> Iterator[str]:
    rows = setting_words(alignment.a.setup, alignment.b.setup)
    if rows:
        yield paint("Set up differently", "strong", colour=colour)
        for where, one, other in rows:
            yield from (f"  {line}" for line in wrap_cells(f"{where}: {one} | {other}", width - 2))
        yield ""


def _rule(words: str, width: int, *, colour: bool) -> Iterator[str]:
    head = f"── {words} "
    yield paint(head + "─" * (width - cells(head)), "heading", colour=colour)


def _part_of(row: AlignedBeats) -> str:
    """The heading that a row stands under; empty for what comes before the runs part."""
    if row.meanwhile:
        return "meanwhile, at the other side"
    return "first divergence" if row.parts else "what follows from it" if row.follows else ""


def _row(row: AlignedBeats, half: int, *, colour: bool) -> Iterator[str]:
    one, other = (_told(beat, why=row.relation != "alike") if beat else "" for beat in (row.a, row.b))
    kind = "strong" if row.parts else "quiet" if row.relation == "alike" and row.follows else ""
    yield from _beside(one, other, SIGNS[row.relation], half, kind, colour=colour)


def _told(beat: Beat, *, why: bool) -> str:
    """One beat with its moment and protection, and with the grounds and the reason of a choice."""
    words = told_words(beat)
    if isinstance(beat, Flight) and beat.encrypted:
        words += ", encrypted"
    if why and isinstance(beat, Decision) and beat.reason:
        words += f". {beat.reason}"
    return f"{moment(beat.event.at)}  {words}"


def _beside(one: str, other: str, sign: str, half: int, kind: str, *, colour: bool) -> Iterator[str]:
    """Two paragraphs beside each other with the sign between their first lines."""
    left, right = ([*wrap_cells(text, half)] if text else [] for text in (one, other))
    for place, (start, end) in enumerate(zip_longest(left, right, fillvalue="")):
        mark = sign if place == 0 else " "
        line = f"{start}{' ' * (half - cells(start))} {mark} {end}"
        yield paint(line, kind, colour=colour) if kind else line


def diff_document(a: Trace, b: Trace) -> dict[str, Any]:
    """The comparison as plain JSON values: both runs, their partings, and every row."""
    alignment = align(a, b)
    found, earlier = alignment.divergence, alignment.bookkeeping
    parting = None
    if found is not None:
        first = next(row for row in alignment.rows if row.parts)
        parting = {
            "actor": found.actor,
            "a": _parting(first.a),
            "b": _parting(first.b),
            "follows_a": list(found.follows_a),
            "follows_b": list(found.follows_b),
        }
    return {
        "a": _run(a),
        "b": _run(b),
        "summary": summary(alignment),
        "divergence": parting,
        "bookkeeping": earlier
        and {"a": _parting(earlier[0]), "b": _parting(earlier[1]), "words": bookkeeping(alignment)},
        "settings": [
            {"where": where, "a": one, "b": other} for where, one, other in setting_words(a.setup, b.setup)
        ],
        "rows": [
            {
                "a": row.a.event.seq if row.a else None,
                "b": row.b.event.seq if row.b else None,
                "relation": row.relation,
                "follows": row.follows,
            }
            for row in alignment.rows
        ],
    }


def _run(trace: Trace) -> dict[str, Any]:
    return {
        "scenario": scenario_words(trace.setup),
        "tls": trace.setup.tls,
        "negotiated": trace.outcome.negotiated,
        "level": trace.card.level.value,
    }


def _parting(beat: Beat | None) -> dict[str, Any] | None:
    if beat is None:
        return None
    event = beat.event
    kind = type(event.fact).__name__
    return {
        "seq": event.seq,
        "at": event.at,
        "step": event.step.value,
        "kind": kind,
        "words": told_words(beat),
    }
