"""What Mermaid and PlantUML draw: the lanes, the lines in their order, and what stands below.

A party in between has its own lane between the two connections that it joins. Steps have no bands there,
since those of the two connections lie across each other.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from simulator.release import RELEASE
from simulator.trace.connections import connections_of, must_be_one
from simulator.trace.end_to_end import end_to_end
from simulator.views.story.beat_kinds import Band, Flight
from simulator.views.story.lanes import connection_heading, whole_title
from simulator.views.story.words import clean, level_name
from simulator.views.texts.outline import (
    Note,
    numbered_outline,
    paragraph,
    participants,
    run_words,
    title_words,
    worth,
)

if TYPE_CHECKING:
    from simulator.trace.trace import Trace
    from simulator.views.texts.outline import Line, Participant


@dataclass(frozen=True, slots=True)
class Arrow:
    """A message, from the key of a lane to the key of another."""

    sender: str
    receiver: str
    flight: Flight


@dataclass(frozen=True, slots=True)
class Diagram:
    """A text diagram before it is written in a language.

    Attributes:
        title: the scenario's title.
        run: enough to make the same diagram again, and a note on reading it.
        lanes: from left to right.
        lines: in their order.
        worth: the level that came out, and what else stands below.
    """

    title: str
    run: tuple[str, ...]
    lanes: tuple[Participant, ...]
    lines: tuple[Band | Arrow | Note, ...]
    worth: tuple[str, ...]


def diagram(trace: Trace, detail: str) -> Diagram:
    """The diagram of one connection, or of the two connections of a party in between.

    Raises:
        OutputError: the detail is unknown, or the run has several connections and no party in between.
    """
    connections = connections_of(trace)
    if len(connections) == 2 and trace.setup.party_between:
        return _in_between(trace, detail)
    must_be_one(trace)
    known = participants(trace, detail)
    lines = (_placed(line, known) for _, line in numbered_outline(trace, detail, known))
    return Diagram(
        title_words(trace), run_words(trace), tuple(known.values()), tuple(lines), worth(trace, detail)
    )


def _in_between(trace: Trace, detail: str) -> Diagram:
    """Three lanes; the lines of both connections in the order of the whole."""
    first, second = connections_of(trace)
    front, onward = participants(first, detail), participants(second, detail)
    party = clean(trace.setup.party_between)
    middle = replace(front["server"], title=party.capitalize(), role=party)
    lanes = tuple(
        replace(lane, key=f"P{place}")
        for place, lane in enumerate((front["client"], middle, onward["server"]), 1)
    )
    lanes_of = ({"client": lanes[0], "server": lanes[1]}, {"client": lanes[1], "server": lanes[2]})
    told: list[tuple[int, Line, dict[str, Participant]]] = []
    for number, (one, known) in enumerate(zip((first, second), lanes_of, strict=True), 1):
        whole = [event.seq for event in trace.events if event.connection == number]
        side = "server" if number == 1 else "client"
        told += [
            (whole[seq], _named(line, side, party), known)
            for seq, line in numbered_outline(one, detail, known)
        ]
    told.sort(key=lambda one: one[0])
    lines = (_placed(line, known) for _, line, known in told if not isinstance(line, Band))
    levels = (f"{connection_heading(one)}: {level_name(one.card.level)}" for one in (first, second))
    end = tuple(paragraph(clean(end_to_end((first, second))), most=6))
    setup = trace.setup
    run = f"TLS {setup.tls} · scenario {clean(setup.scenario)} · seed {clean(setup.seed)} · release {RELEASE}"
    return Diagram(whole_title(trace), (run,), lanes, tuple(lines), (*map(clean, levels), *end))


def _named(line: Line, side: str, party: str) -> Line:
    """The line with the party's own name: the side that it plays is another lane here."""
    if not isinstance(line, Note):
        return line
    words = re.sub(rf"\b([Tt]he|[Tt]his)(\s){side}\b", rf"\1\2{party}", "\n".join(line.lines))
    return replace(line, lines=tuple(words.split("\n")))


def _placed(line: Line, known: dict[str, Participant]) -> Band | Arrow | Note:
    if isinstance(line, Flight):
        return Arrow(known[line.event.actor].key, known[line.receiver].key, line)
    return line
