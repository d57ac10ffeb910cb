"""The security ladder shows what either side believes at every moment, and who was in error for how long."""

from __future__ import annotations

import pytest

from simulator.security import SecurityLevel
from simulator.trace.facts import BeliefChanged
from simulator.views.drawing.display import Box, Line, Polygon, Text
from simulator.views.pictures.ladder import SIDES, ladder, ladder_text, moments
from simulator.views.story.reading import gap
from tests.played import RUNS
from tests.views.traces import trace_of


@pytest.mark.parametrize(("name", "tls"), RUNS)
def test_each_moment_has_the_beliefs_of_the_trace(name: str, tls: str) -> None:
    """What a side believes when a moment is over is its last change of belief until then."""
    trace = trace_of(name, tls)
    for step in {step.at: step for step in moments(trace)}.values():
        for side in SIDES:
            facts = [
                event.fact for event in trace.of(BeliefChanged) if event.actor == side and event.at <= step.at
            ]
            last = facts[-1] if facts else None
            level = last.level if isinstance(last, BeliefChanged) else SecurityLevel.CLEARTEXT
            assert level is step.beliefs[side].level


@pytest.mark.parametrize(("name", "tls"), RUNS)
def test_every_change_of_belief_has_its_mark(name: str, tls: str) -> None:
    """Circles are the client's changes of belief, squares the server's, none left out."""
    trace = trace_of(name, tls)
    items = ladder(trace).items
    circles = [i.seq for i in items if isinstance(i, Polygon) and i.style == "ladder.client.mark"]
    squares = [i.seq for i in items if isinstance(i, Box) and i.style == "ladder.server.mark"]
    changes = {side: [e.seq for e in trace.of(BeliefChanged) if e.actor == side] for side in SIDES}
    assert changes == {"client": circles, "server": squares}


@pytest.mark.parametrize(("name", "tls"), RUNS)
def test_an_assumption_is_dashed(name: str, tls: str) -> None:
    """Exactly the beliefs that are only assumed have dashed lines."""
    trace = trace_of(name, tls)
    items = ladder(trace).items
    dashed = {i.seq for i in items if isinstance(i, Line) and i.style == "ladder.client.assumed"}
    facts = [(event.seq, event.fact) for event in trace.of(BeliefChanged)]
    assert {seq for seq, fact in facts if isinstance(fact, BeliefChanged) and fact.assumed} == dashed


@pytest.mark.parametrize(("name", "tls"), RUNS)
def test_higher_on_the_page_is_higher_on_the_ladder(name: str, tls: str) -> None:
    """The marks stand in the order of the levels, REFUSED below all of them."""
    trace = trace_of(name, tls)
    levels = {
        event.seq: event.fact.level
        for event in trace.of(BeliefChanged)
        if isinstance(event.fact, BeliefChanged)
    }
    marks = [i for i in ladder(trace).items if isinstance(i, Box) and i.style == "ladder.server.mark"]
    heights = {-1 if levels[m.seq].rung is None else levels[m.seq].rung: m.y for m in marks}
    ordered = [heights[rung] for rung in sorted(heights, key=lambda rung: rung or 0)]
    assert sorted(ordered, reverse=True) == ordered


@pytest.mark.parametrize(("name", "tls"), RUNS)
def test_the_late_refusal_is_shaded_and_told(name: str, tls: str) -> None:
    """The time in which a client takes a refused session for open is shaded; nothing else is."""
    trace = trace_of(name, tls)
    late = gap(trace)
    shades = [i.seq for i in ladder(trace).items if isinstance(i, Box) and i.style == "gap"]
    assert shades == ([late.start.seq] if late else [])
    assert ("took the session for open" in " ".join(ladder_text(trace).split())) == bool(late)


@pytest.mark.parametrize(("name", "tls"), RUNS)
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
