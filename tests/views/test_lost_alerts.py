"""A lost alert and the end of its connection, in every view: nothing is shown that the client did not see."""

from __future__ import annotations

import re
import subprocess
from functools import cache
from typing import TYPE_CHECKING

import pytest

from simulator.runs.run import Run, simulate
from simulator.scenario.catalogue.catalogue import catalogue
from simulator.trace.facts import TransportEnded
from simulator.views.capture.capture import capture
from simulator.views.drawing.display import Text
from simulator.views.pictures.sequence import sequence
from simulator.views.pictures.timeline import timeline, timeline_text
from simulator.views.player.document import document
from simulator.views.story.beat_kinds import Flight
from simulator.views.story.caption import caption
from simulator.views.story.essence import LATE, essence
from simulator.views.texts.mermaid import mermaid
from simulator.views.texts.plantuml import plantuml
from simulator.views.texts.terminal import story
from tests.peers import program
from tests.played import for_each
from tests.views.geometry import faults
from tests.views.test_player import test_nothing_is_lit_before_it_can_be_known as nothing_early
from tests.views.test_same_events import must_be_the_same
from tests.views.traces import DETAILS

if TYPE_CHECKING:
    from pathlib import Path

    from simulator.scenario import TlsVersion

LOST, READ = "refusal-arrives-as-reset", "refusal-read-by-looking-first"
ENDS = [(LOST, "reset"), (READ, "reset"), (LOST, "eof")]


@cache
def ended(name: str, close: str, tls: TlsVersion = "1.3") -> Run:
    """A run that ends in this way."""
    scenario = catalogue[name]
    return simulate(scenario if close == "reset" else scenario.but({"network.close": close}), tls=tls)


@for_each("tls", ["1.2", "1.3"])
@for_each("name, close", ENDS)
def test_the_pictures_are_whole(name: str, close: str, tls: TlsVersion) -> None:
    """At every detail, and on a scale of time, no text is cut, covered or crossed."""
    trace = ended(name, close, tls).trace
    for detail in DETAILS:
        assert [] == faults(sequence(trace, detail=detail)), detail
    for detail in DETAILS[1:]:
        assert [] == faults(timeline(trace, detail=detail)), detail


@for_each("detail", ["overview", "messages", "everything"])
@for_each("name", [LOST, READ])
def test_every_form_has_the_same_arrows(name: str, detail: str) -> None:
    """Picture, Mermaid, PlantUML and text name the same messages, the end of the connection among them."""
    must_be_the_same(name, "1.3", detail)
    assert "TCP: connection reset" in mermaid(ended(name, "reset").trace, detail=detail)


def test_the_arrow_of_the_lost_alert_is_broken_off_and_that_of_the_reset_is_not() -> None:
    """The alert is never read where the client meets the reset first, and read where it looks first."""
    for name, way in ((LOST, "x"), (READ, ">")):
        trace = ended(name, "reset").trace
        head = {"x": "-x", ">": "->>"}[way]
        assert re.search(rf"{head}P\d+: \S+ \S+ Alert: certificate_expired", mermaid(trace))
        assert re.search(r"->>P\d+: TCP: connection reset", mermaid(trace))
        assert (">x" in plantuml(trace).partition("Alert")[0].splitlines()[-1]) == (way == "x")
        alert = next(line for line in story(trace, 100).splitlines() if "Alert: cert" in line)
        assert ("never read" in alert) == (way == "x")


def test_one_slide_ends_at_what_the_client_saw() -> None:
    """The late belief ends at the arrow that the client noticed: the reset, or the alert."""
    for name, noticed in ((LOST, "TCP: connection reset"), (READ, "Alert: certificate_expired")):
        told = essence(ended(name, "reset").trace)
        late = [row.name for row in told.rows if isinstance(row, Flight) and LATE in row.fields]
        assert [noticed] == late
        assert ("all that the client saw: connection reset" in told.result[1]) == (name == LOST)


def test_the_scale_of_time_has_the_moment_of_the_failed_write() -> None:
    """The reset arrives at 84 ms, and the client notices it at 143 ms."""
    trace = ended(LOST, "reset").trace
    texts = {item.text for item in timeline(trace).items if isinstance(item, Text)}
    assert {"84 ms", "143 ms", "The client sees: connection reset"} <= texts
    assert "server sends TCP: connection reset (in the clear); arrives at 84 ms" in timeline_text(trace, 200)


def test_the_player_stops_at_the_end_and_tells_no_bytes_of_it() -> None:
    """The end is a stop of its own, in words; the alert is known to be lost only from then on."""
    trace = ended(LOST, "reset").trace
    events = document(trace)["runs"][0]["events"]
    sent, noticed = (events[event.seq] for event in trace.of(TransportEnded))
    assert ("note", True, "note", True) == (sent["kind"], sent["stop"], noticed["kind"], noticed["stop"])
    alert = next(
        event for event in events if event["headline"] == "The server sends the alert certificate_expired"
    )
    assert [[noticed["seq"], "It is never read."]] == alert["later"]


@for_each("tls", ["1.2", "1.3"])
@for_each("name", [LOST, READ])
def test_a_guessing_reader_learns_of_the_loss_with_the_client(name: str, tls: TlsVersion) -> None:
    """At no stop the player shows what a run would not have that had only come so far."""
    nothing_early(name, tls)


def test_card_and_caption_say_what_the_client_saw() -> None:
    """The sign of the refusal is a line of the card and a sentence for those who cannot see the picture."""
    for name, close, saw in (
        (LOST, "reset", "connection reset"),
        (READ, "reset", "alert"),
        (LOST, "eof", "end of file"),
    ):
        trace = ended(name, close).trace
        assert f"Client saw            {saw}" in story(trace)
        assert f"The client saw of the refusal: {saw}." in caption(trace)


@pytest.mark.parametrize(
    ("name", "close", "flags"),
    [(LOST, "reset", ["AR"]), (READ, "reset", ["AR"]), (LOST, "eof", ["AF", "R"])],
)
def test_tshark_sees_the_end(name: str, close: str, flags: list[str], tmp_path: Path) -> None:
    """The last segments are those of the trace, and tshark finds no fault in numbers and checksums."""
    path = tmp_path / "ended.pcapng"
    path.write_bytes(capture(ended(name, close).trace))
    fields = ("tcp.flags.str", "tcp.analysis.flags", "tcp.checksum.status", "_ws.malformed")
    command = [program("tshark"), "-r", str(path), "-o", "tcp.check_checksum:TRUE", "-T", "fields"]
    command += [word for field in fields for word in ("-e", field)]
    output = subprocess.run(command, capture_output=True, check=True, timeout=60).stdout.decode()
    rows = [line.split("\t") for line in output.splitlines()]
    assert {("", "1", "")} == {tuple(row[1:]) for row in rows}
    ends = ["".join(sorted(set(row[0]) & set("RAF"))) for row in rows]
    assert flags == [end for end in ends if set(end) & set("RF")]
