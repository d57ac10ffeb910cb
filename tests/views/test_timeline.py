"""The timeline is true to scale, and says where it is not."""

from __future__ import annotations

import pytest

from simulator.runs.run import simulate
from simulator.scenario.catalogue.catalogue import catalogue
from simulator.trace.facts import Alert, Sent
from simulator.views.drawing.display import Line, Polygon
from simulator.views.pictures.timeline import LANES, LONGEST, TimeScale, departures, timeline
from simulator.views.story.reading import unread_since
from tests.played import RUNS
from tests.views.geometry import faults
from tests.views.traces import trace_of

ARROWS = {"clear", "handshake", "session", "alert"}


@pytest.mark.parametrize(("name", "tls"), RUNS)
def test_arrows_are_as_steep_as_the_network_is_slow(name: str, tls: str) -> None:
    """Every arrow goes down by one and the same height for one network delay."""
    trace = trace_of(name, tls)
    lines = [i for i in timeline(trace).items if isinstance(i, Line) and i.style in ARROWS]
    assert len(departures(trace)) == len(lines)
    drops = {round(line.points[1][1] - line.points[0][1], 3) for line in lines}
    assert 1 == len(drops)
    assert drops.pop() > 100


@pytest.mark.parametrize(("name", "tls"), RUNS)
def test_a_message_is_in_one_departure(name: str, tls: str) -> None:
    """Departures hold every message of the connection once, in order."""
    trace = trace_of(name, tls)
    sent = [
        event.seq
        for event in trace.of(Sent, Alert)
        if event.at >= 0 and not (isinstance(event.fact, Alert) and event.fact.direction == "received")
    ]
    assert sent == sorted(flight.event.seq for one in departures(trace) for flight in one.flights)


@pytest.mark.parametrize(("name", "tls"), RUNS)
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
    scale = TimeScale.of({0, 20_000, 40_000, 9_000_000}, 20_000, 100.0)
    assert (2,) == scale.broken
    assert scale.y(20_000) - scale.y(0) == scale.y(40_000) - scale.y(20_000)
    assert LONGEST == scale.y(9_000_000) - scale.y(40_000)
    assert [] == [at for at in scale.ticks() if 40_000 < at < 9_000_000]
    assert 2 == len(LANES)
