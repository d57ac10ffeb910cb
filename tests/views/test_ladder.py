"""The security ladder shows what either side believes at every moment, and who was in error for how long."""

from __future__ import annotations

import re
from itertools import pairwise
from typing import TYPE_CHECKING

from simulator.security import SecurityLevel, Standing
from simulator.trace.facts import BeliefChanged, StandingChanged
from simulator.views.drawing.display import Box, Line, Polygon, Text
from simulator.views.pictures.ladder import ladder, ladder_text, moments
from simulator.views.story.reading import gap
from tests.played import RUNS, for_each
from tests.views.traces import trace_of

if TYPE_CHECKING:
    from simulator.trace.trace import Trace


@for_each("name, tls", RUNS)
def test_each_moment_has_what_the_trace_says(name: str, tls: str) -> None:
    """What a side believes or knows when a moment is over is its last change until then."""
    trace = trace_of(name, tls)
    for step in {step.at: step for step in moments(trace)}.values():
        levels = [fact.level for event, fact in trace.facts(BeliefChanged) if event.at <= step.at]
        standings = [fact.standing for event, fact in trace.facts(StandingChanged) if event.at <= step.at]
        assert step.level is [SecurityLevel.CLEARTEXT, *levels][-1]
        assert step.beliefs["server"].held is [Standing.NOTHING_YET, *standings][-1]


@for_each("name, tls", RUNS)
def test_every_change_of_belief_has_its_mark(name: str, tls: str) -> None:
    """Circles are the client's changes of belief, none left out."""
    trace = trace_of(name, tls)
    polygons = [item for item in ladder(trace).items if isinstance(item, Polygon)]
    circles = [item.seq for item in polygons if item.style == "ladder.client.mark"]
    assert circles == [event.seq for event in trace.of(BeliefChanged)]


def blocks(trace: Trace) -> list[Box]:
    """The server's row: the grounds of the blocks, which no rung has."""
    boxes = [item for item in ladder(trace).items if isinstance(item, Box)]
    return [box for box in boxes if re.fullmatch(r"level\.[A-Z_]+", box.style)]


@for_each("name, tls", RUNS)
def test_what_the_server_knows_stands_off_the_ladder(name: str, tls: str) -> None:
    """A block for each standing, in one row below every rung: the server knows no level."""
    trace = trace_of(name, tls)
    row = blocks(trace)
    assert [box.seq for box in row] == [0, *(event.seq for event in trace.of(StandingChanged))]
    rungs = [i for i in ladder(trace).items if isinstance(i, Box) and i.style.startswith("level.edge.")]
    assert {box.y for box in row} == {row[0].y}
    assert row[0].y >= max(rung.y + rung.height for rung in rungs)
    edges = [(box.x, box.x + box.width) for box in row]
    assert all(0 <= later[0] - earlier[1] < 4 for earlier, later in pairwise(edges))


@for_each("name, tls", RUNS)
def test_an_assumption_is_dashed(name: str, tls: str) -> None:
    """Exactly the beliefs that are only assumed have dashed lines."""
    trace = trace_of(name, tls)
    items = ladder(trace).items
    dashed = {i.seq for i in items if isinstance(i, Line) and i.style == "ladder.client.assumed"}
    facts = [(event.seq, event.fact) for event in trace.of(BeliefChanged)]
    assert {seq for seq, fact in facts if isinstance(fact, BeliefChanged) and fact.assumed} == dashed


@for_each("name, tls", RUNS)
def test_higher_on_the_page_is_higher_on_the_ladder(name: str, tls: str) -> None:
    """The marks stand in the order of the levels, REFUSED below all of them."""
    trace = trace_of(name, tls)
    levels = {event.seq: fact.level for event, fact in trace.facts(BeliefChanged)}
    marks = [i for i in ladder(trace).items if isinstance(i, Polygon) and i.style == "ladder.client.mark"]
    heights = {-1 if levels[m.seq].rung is None else levels[m.seq].rung: m.points[0][1] for m in marks}
    ordered = [heights[rung] for rung in sorted(heights, key=lambda rung: rung or 0)]
    assert sorted(ordered, reverse=True) == ordered


@for_each("name, tls", RUNS)
def test_the_late_refusal_is_shaded_and_told(name: str, tls: str) -> None:
    """The time in which a client takes a refused session for open is shaded; nothing else is."""
    trace = trace_of(name, tls)
    late = gap(trace)
    shades = [i.seq for i in ladder(trace).items if isinstance(i, Box) and i.style == "gap"]
    assert shades == ([late.start.seq] if late else [])
    assert ("took the session for open" in " ".join(ladder_text(trace).split())) == bool(late)


@for_each("name, tls", RUNS)
def test_an_overview_can_be_read_on_one_screen(name: str, tls: str) -> None:
    """Without reasons the moments stand closer, and the words of a late refusal stay clear of the lines."""
    trace = trace_of(name, tls)
    drawing = ladder(trace, detail="overview")
    assert drawing.width <= 1400
    assert drawing.width <= ladder(trace).width
    words = [item.extent[3] for item in drawing.items if isinstance(item, Text) and item.style == "gap"]
    course = [item for item in drawing.items if isinstance(item, Line) and item.style.endswith(".assumed")]
    across = [line.points[0][1] for line in course if line.points[0][1] == line.points[1][1]]
    assert max(words, default=0) < min(across, default=9999)
