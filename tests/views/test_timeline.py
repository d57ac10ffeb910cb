"""The timeline is true to scale between instants, and nothing on it lies on anything else."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

from simulator.runs.run import simulate
from simulator.scenario.catalogue.catalogue import catalogue
from simulator.tls.wire.version import SIDES
from simulator.trace.facts import Alert, Sent
from simulator.views.drawing.display import Line, Polygon, Text
from simulator.views.pictures.timeline import (
    ARRIVAL,
    LANES,
    LONGEST,
    ONE_WAY,
    TUBE,
    TimeScale,
    departures,
    timeline,
)
from simulator.views.story.reading import unread_since
from tests.played import RUNS, for_each
from tests.views.geometry import faults
from tests.views.traces import trace_of

if TYPE_CHECKING:
    from simulator.views.drawing.display import Drawing

ARROWS = {"clear", "handshake", "session", "alert"}


def arrows(drawing: Drawing) -> list[Line]:
    """The lines of the messages, in order."""
    return [i for i in drawing.items if isinstance(i, Line) and i.style in ARROWS]


@for_each("detail", ["overview", "messages", "everything"])
@for_each("name, tls", RUNS)
def test_arrows_do_not_lie_on_one_another(name: str, tls: str, detail: str) -> None:
    """Each message falls by a network delay at least; two the same way stay apart by more than a tube."""
    trace = trace_of(name, tls)
    lines = arrows(timeline(trace, detail=detail))
    assert len(departures(trace)) == len(lines)
    for line in lines:
        assert line.points[1][1] - line.points[0][1] >= ONE_WAY - 2 * ARRIVAL
    for way in SIDES:
        start = LANES[way]
        same = [line.points for line in lines if line.points[0][0] == start]
        for (one, one_tip), (other, other_tip) in pairwise(same):
            assert other[1] - one[1] >= 2 * TUBE + 6
            assert other_tip[1] - one_tip[1] >= 2 * TUBE + 6


@for_each("detail", ["overview", "messages", "everything"])
@for_each("name, tls", RUNS)
def test_words_stand_at_their_arrow(name: str, tls: str, detail: str) -> None:
    """The first line of every departure's words is level with the beginning of its arrow."""
    drawing = timeline(trace_of(name, tls), detail=detail)
    for line in arrows(drawing):
        texts = [i for i in drawing.items if isinstance(i, Text) and i.seq == line.seq]
        assert abs(min(text.y for text in texts) - 4 - line.points[0][1]) < 4


@for_each("detail", ["overview", "messages", "everything"])
@for_each("name, tls", RUNS)
def test_no_ground_is_empty(name: str, tls: str, detail: str) -> None:
    """From the lanes' heads down, a text stands in every stretch of 100 pixels."""
    drawing = timeline(trace_of(name, tls), detail=detail)
    heights = sorted(item.y for item in drawing.items if isinstance(item, Text))
    assert max(below - above for above, below in pairwise([*heights, drawing.height])) < 100
    assert [] == faults(drawing)


@for_each("name, tls", RUNS)
def test_a_message_is_in_one_departure(name: str, tls: str) -> None:
    """Departures hold every message of the connection once, in order."""
    trace = trace_of(name, tls)
    sent = [
        event.seq
        for event in trace.of(Sent, Alert)
        if event.at >= 0 and not (isinstance(event.fact, Alert) and event.fact.direction == "received")
    ]
    assert sent == sorted(flight.event.seq for one in departures(trace) for flight in one.flights)


@for_each("name, tls", RUNS)
def test_what_nobody_read_does_not_reach_the_lane(name: str, tls: str) -> None:
    """The arrow of a message that was never read ends in the sign for it, not in a head."""
    trace = trace_of(name, tls)
    marks = {i.seq for i in timeline(trace).items if isinstance(i, Polygon) and i.style == "unread.mark"}
    lost = [one for one in departures(trace) if one.first.lost]
    assert {one.first.event.seq for one in lost} == marks
    assert {flight.event.seq for one in lost for flight in one.flights} == set(unread_since(trace))


def test_a_slow_network_and_none_at_all_keep_the_picture_readable() -> None:
    """From no delay to a minute, the page has a sensible height and no text out of place."""
    for delay in (0, 0.001, 20, 60_000):
        run = simulate(catalogue["certificate-expired"].but({"network.latency_ms": delay}))
        drawing = timeline(run.trace, detail="everything")
        assert [] == faults(drawing)
        assert 300 < drawing.height < 4000


def test_the_scale_is_broken_where_nothing_happens_for_long() -> None:
    """Between the breaks equal times have equal lengths; a break has the greatest length there is."""
    scale = TimeScale.of({0: 0.0, 20_000: 30.0, 40_000: 50.0, 9_000_000: 0.0}, 20_000, 100.0)
    assert (2,) == scale.broken
    assert scale.y(20_000) - scale.y(0) == scale.y(40_000) - scale.y(20_000) - 30 == ONE_WAY
    assert LONGEST == scale.y(9_000_000) - scale.y(40_000) - 50
    assert [] == [at for at in scale.ticks() if 40_000 < at < 9_000_000]
    assert 2 == len(LANES)
