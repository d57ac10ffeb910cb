"""A party in between as Mermaid and PlantUML: three lanes, both connections in the order of time."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from simulator.errors import OutputError
from simulator.scenario.catalogue.catalogue import catalogue
from simulator.trace.connections import connections_of
from simulator.trace.end_to_end import end_to_end
from simulator.views.story.beat_kinds import Band
from simulator.views.story.beat_kinds import Flight as FlightBeat
from simulator.views.texts.diagram import Arrow, diagram
from simulator.views.texts.mermaid import mermaid
from simulator.views.texts.outline import Note, flight_lines, outline
from simulator.views.texts.plantuml import plantuml
from tests.exports.test_text_diagrams import PENS
from tests.played import for_each, some
from tests.views.traces import run_of

if TYPE_CHECKING:
    from tests.exports.test_text_diagrams import Renderers

IN_BETWEEN = [name for name, one in catalogue.items() if one.between.ends_tls]
DETAILS = ("essential", "overview", "messages", "everything")


@for_each("detail", some(DETAILS, 2))
@for_each("name", some(IN_BETWEEN, 3))
def test_both_connections_stand_in_one_diagram(name: str, detail: str) -> None:
    """Three lanes, and of each connection every message between its ends, in the order of the whole."""
    trace = run_of(name, "1.3").trace
    told = diagram(trace, detail)
    assert ["P1", "P2", "P3"] == [lane.key for lane in told.lanes]
    assert ("Client", trace.setup.party_between.capitalize(), "Server") == tuple(
        lane.title for lane in told.lanes
    )
    arrows = [line for line in told.lines if isinstance(line, Arrow)]
    for place, one in enumerate(connections_of(trace)):
        ends = (f"P{place + 1}", f"P{place + 2}")
        wanted = [
            line.name
            for line in outline(one, detail)
            if isinstance(line, FlightBeat) and {line.event.actor, line.receiver} == {"client", "server"}
        ]
        found = [line.flight.name for line in arrows if {line.sender, line.receiver} == set(ends)]
        assert wanted == found
    assert not any(isinstance(line, Band) for line in told.lines)
    names = [line.receiver for line in arrows if line.flight.name.startswith("ClientHello")]
    assert names == [lane for lane in ("P2", "P3") if lane in names]


@for_each("name", some(IN_BETWEEN, 2))
def test_no_lane_speaks_of_itself_by_the_side_that_it_plays(name: str) -> None:
    """On the lane of the party neither "the server knows" nor "the client believes" is its own."""
    trace = run_of(name, "1.3").trace
    told = diagram(trace, "messages")
    notes = [" ".join(line.lines) for line in told.lines if isinstance(line, Note) and line.lane == "P2"]
    assert notes
    assert [] == [words for words in notes if re.match(r"The (server knows|client believes)", words)]
    end = end_to_end(connections_of(trace))
    assert end.split(". ")[0] in " ".join(told.worth)


@pytest.mark.parametrize("language", PENS)
@for_each("name", some(IN_BETWEEN, 3))
def test_it_is_drawn_with_all_its_words(name: str, language: str, renderers: Renderers) -> None:
    """The language's own renderer takes the text and shows each line letter for letter."""
    trace = run_of(name, "1.3").trace
    lines: list[str] = []
    for line in diagram(trace, "messages").lines:
        if isinstance(line, Arrow):
            lines += flight_lines(line.flight)
        elif isinstance(line, Note):
            lines += line.lines
    rendered = renderers[language](PENS[language](trace))
    assert rendered.lost(lines) == []


def test_several_connections_without_a_party_are_shown_one_by_one() -> None:
    """A year of connections is no conversation of three."""
    trace = run_of("renewed-in-time", "1.3").trace
    for pen in (mermaid, plantuml):
        with pytest.raises(OutputError, match="one connection"):
            pen(trace)
