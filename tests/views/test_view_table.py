"""What holds for every view of a run: nothing is cut or covered, nothing depends on the machine."""

from __future__ import annotations

import json
import subprocess
import sys
from functools import cache
from typing import TYPE_CHECKING
from xml.etree import ElementTree

import pytest

from simulator.errors import OutputError
from simulator.runs.run import simulate
from simulator.runs.saving import save, save_diff
from simulator.scenario.catalogue.catalogue import catalogue
from simulator.trace.facts import Alert, Sent
from simulator.views.drawing.cells import cells
from simulator.views.drawing.display import Box, Drawing, Text
from simulator.views.drawing.svg import svg
from simulator.views.export import layout
from simulator.views.view_table import VIEWS, view_named
from tests.peers import ROOT
from tests.played import RUNS, for_each, some, turn_of
from tests.views.geometry import faults, poor_contrasts
from tests.views.traces import DETAILS, HOSTILE, hostile_trace, trace_of

if TYPE_CHECKING:
    from pathlib import Path

OTHERS = tuple(name for name in VIEWS if name != "sequence")  # test_sequence.py looks at that one


@cache
def drawn(view: str, name: str, tls: str, detail: str) -> Drawing:
    """A view of a built-in scenario, laid out once."""
    return layout(view)(trace_of(name, tls), detail)


@for_each("view", OTHERS)
@for_each("name, tls", RUNS)
def test_no_text_is_cut_covered_crossed_or_on_top_of_another(name: str, tls: str, view: str) -> None:
    """Every text of every view stands whole, alone and on its own ground, at every detail."""
    for detail in turn_of(DETAILS, name, tls, view):
        assert [] == faults(drawn(view, name, tls, detail)), detail


@for_each("view", OTHERS)
@for_each("kind", HOSTILE)
def test_hostile_texts_do_not_break_a_layout(kind: str, view: str) -> None:
    """Whatever names and reasons say, no text leaves its place, and the SVG stays well formed."""
    for detail in turn_of(DETAILS, kind, view):
        drawing = layout(view)(hostile_trace(kind), detail)
        assert [] == faults(drawing), detail
        root = ElementTree.fromstring(svg(drawing))
        assert set() == {element.tag.partition("}")[2] for element in root.iter()} - {
            *("svg", "title", "desc", "rect", "line", "polyline", "polygon", "text")
        }


@for_each("view", OTHERS)
def test_every_text_has_the_contrast_that_readers_need(view: str) -> None:
    """No text stands on its ground with less than 4.5 : 1 (WCAG 2.2, success criterion 1.4.3)."""
    assert [] == poor_contrasts(drawn(view, name, tls, "messages") for name, tls in RUNS)


@for_each("view", OTHERS)
@for_each("name, tls", RUNS)
def test_every_item_stands_for_an_event_of_the_run(name: str, tls: str, view: str) -> None:
    """A click on any shape leads to an event that is in the trace."""
    events = {event.seq for event in trace_of(name, tls).events}
    assert set() == {item.seq for item in drawn(view, name, tls, "everything").items} - events


@for_each("view", OTHERS)
def test_pictures_have_a_name_and_a_description(view: str) -> None:
    """Title and description name the scenario, the version and the seed, for those who cannot see."""
    drawing = drawn(view, "certificate-expired", "1.3", "messages")
    assert drawing.title.startswith("The client's certificate has expired: ")
    for words in ("certificate-expired", "TLS 1.3", "seed 1"):
        assert words in drawing.description


@for_each("view", OTHERS)
def test_what_is_at_the_front_lies_on_the_paper(view: str) -> None:
    """The first item is the paper, as large as the page, so that no ground is left to chance."""
    drawing = drawn(view, "valid-certificate", "1.2", "messages")
    first = drawing.items[0]
    assert isinstance(first, Box)
    assert ("paper", drawing.width, drawing.height) == (first.style, first.width, first.height)


@for_each("view", VIEWS)
@for_each("width", [80, 120])
def test_texts_keep_to_their_columns(view: str, width: int) -> None:
    """No line of any view's text is longer than asked, whatever the names are."""
    traces = [trace_of(name, tls) for name, tls in some(RUNS, 3)] + [hostile_trace(kind) for kind in HOSTILE]
    for trace in traces:
        text = VIEWS[view].text(trace, width, "messages", "")
        assert text.endswith("\n")
        assert [] == [line for line in text.splitlines() if cells(line) > width]


@for_each("view", VIEWS)
def test_texts_cannot_move_the_cursor(view: str) -> None:
    """No control character of a name reaches the terminal."""
    for kind in HOSTILE:
        text = VIEWS[view].text(hostile_trace(kind), 80, "everything", "")
        assert set() == {character for character in text if ord(character) < 32} - {"\n"}
        assert not set("\x7f\x9b\u202e\u2066") & set(text)


PROGRAM = """
import json
from hashlib import sha256
from simulator.runs.run import simulate
from simulator.views.story.alignment import align
from simulator.views.pictures.diff import diff
from simulator.views.export import layout
from simulator.views.view_table import VIEWS
from simulator.views.drawing.svg import svg
found = {}
for name in ("certificate-expired", "cross-signed", "hello-retry"):
    trace = simulate(name).trace
    for view in VIEWS:
        found[name + view] = svg(layout(view)(trace, "everything"))
        found[name + view] += VIEWS[view].text(trace, 80, "messages", "")
    for detail in ("overview", "messages"):
        found[name + detail] = svg(layout("sequence")(trace, detail))
    found[name + "diff"] = svg(diff(trace, simulate(name, tls="1.2").trace))
print(json.dumps({what: sha256(text.encode()).hexdigest() for what, text in found.items()}))
"""


def test_two_processes_draw_the_same(capsys: pytest.CaptureFixture[str]) -> None:
    """Every view has the same bytes whatever the hash seed, and no SVG or text needs the drawing library."""
    ran = subprocess.run(
        [sys.executable, "-c", f"{PROGRAM}\nimport sys\nprint('matplotlib' in sys.modules)"],
        env={"PYTHONHASHSEED": "4711", "PYTHONPATH": str(ROOT)},
        capture_output=True,
        check=True,
        timeout=300,
    )
    theirs, with_matplotlib = ran.stdout.splitlines()
    exec(PROGRAM, {})  # in this process, which has another seed
    assert json.loads(theirs) == json.loads(capsys.readouterr().out)
    assert b"False" == with_matplotlib


@pytest.mark.parametrize("view", OTHERS)
def test_files_of_every_form(view: str, tmp_path: Path) -> None:
    """Each view is written as SVG, PNG, PDF and text, twice with the same bytes."""
    beginnings = {".svg": b"<svg", ".png": b"\x89PNG", ".pdf": b"%PDF", ".txt": b"The client"}
    trace = trace_of("certificate-expired", "1.3")
    for suffix in (".svg", ".txt", *turn_of((".png", ".pdf"), view)):
        beginning = beginnings[suffix]
        one, other = (save(trace, tmp_path / f"{n}{suffix}", view=view).read_bytes() for n in (1, 2))
        assert one.startswith(beginning)
        assert one == other


def test_a_diff_is_written_in_every_form(tmp_path: Path) -> None:
    """Two runs side by side are written as picture, text and document, twice with the same bytes."""
    a, b = trace_of("valid-certificate", "1.3"), trace_of("certificate-expired", "1.3")
    beginnings = {".svg": b"<svg", ".png": b"\x89PNG", ".pdf": b"%PDF", ".txt": b"A valid", ".json": b"{"}
    for suffix, beginning in beginnings.items():
        one, other = (save_diff(a, b, tmp_path / f"{n}{suffix}").read_bytes() for n in (1, 2))
        assert one.startswith(beginning)
        assert one == other


@for_each("name", ["nope", "states:START", "", ":", "sequence:"])
def test_an_unknown_view_is_told_with_what_is_allowed(name: str) -> None:
    """A view that does not exist, or takes no argument, is an error that lists those that do."""
    with pytest.raises(OutputError, match="sequence, timeline, screen, life, trust-graph, "):
        view_named(name)


@for_each("view", OTHERS)
def test_an_unknown_detail_is_told_with_what_is_allowed(view: str) -> None:
    """A detail that does not exist is an error that lists those that do."""
    with pytest.raises(OutputError, match="overview, messages or everything"):
        layout(view)(trace_of("valid-certificate", "1.3"), "all")


@for_each("name, tls", RUNS)
def test_the_timeline_names_every_message(name: str, tls: str) -> None:
    """No message of a connection is missing beside the lanes."""
    shown = " ".join(
        item.text for item in drawn("timeline", name, tls, "messages").items if isinstance(item, Text)
    )
    sent = [event.fact for event in trace_of(name, tls).of(Sent, Alert) if event.at >= 0]
    names = {fact.name for fact in sent if isinstance(fact, Sent | Alert)}
    assert set() == {name for name in names if name.split()[0] not in shown}


@for_each("view", OTHERS)
@for_each("subject", [r"CN=\<script\>alert(1)\</script\>", r"CN=]]\>&\"'", "CN=" + "x" * 64, "CN=漢字"])
def test_hostile_certificates_stay_text(subject: str, view: str) -> None:
    """Names inside the certificates themselves break neither layout nor markup."""
    changed = catalogue["certificate-expired"].but({"certificates.alice.subject": subject})
    trace = simulate(changed).trace
    drawing = layout(view)(trace, "everything")
    assert [] == faults(drawing)
    text = svg(drawing)
    assert "<script" not in text
    assert ElementTree.fromstring(text).tag.endswith("svg")
    told = VIEWS[view].text(trace, 80, "messages", "")
    assert [] == [line for line in told.splitlines() if cells(line) > 80]
