"""A run as slides: all of one size, each step once, nothing before its time."""

from __future__ import annotations

from typing import TYPE_CHECKING
from xml.etree import ElementTree

import pytest

from simulator.errors import OutputError
from simulator.runs.saving import save_frames
from simulator.trace.facts import Alert, Sent
from simulator.views.drawing.display import Box, Drawing, Line, Polygon, Text
from simulator.views.pictures.sequence import sequence
from simulator.views.pictures.slides import frames, snapshot
from simulator.views.story.reading import unread_since
from tests.played import RUNS
from tests.views.traces import DETAILS, HOSTILE, hostile_trace, trace_of

if TYPE_CHECKING:
    from pathlib import Path


ROUNDING = 1e-6
SHOWN = [
    *((name, tls, "messages") for name, tls in RUNS),
    *((name, tls, detail) for name, tls in RUNS[::8] for detail in DETAILS if detail != "messages"),
]


def _heights(drawing: Drawing) -> list[float]:
    """Tops and bottoms of everything that is drawn."""
    found: list[float] = []
    for item in drawing.items:
        match item:
            case Box():
                found += [item.y, item.y + item.height]
            case Text():
                found += [item.extent[1], item.extent[3]]
            case Line() | Polygon():
                found += [y for _, y in item.points]
    return found


def _words(drawing: Drawing) -> list[str]:
    return [item.full or item.text for item in drawing.items if isinstance(item, Text)]


@pytest.mark.parametrize(("name", "tls", "detail"), SHOWN)
def test_frames_are_alike_and_whole(name: str, tls: str, detail: str) -> None:
    """All have one size and keep inside it, one for each band; together they say what the whole says."""
    trace = trace_of(name, tls)
    whole, made = sequence(trace, detail=detail), frames(trace, detail=detail)
    bands = [item for item in whole.items if item.style.startswith("strip.")]
    assert len(made) == len(bands) + 2
    assert len({(frame.drawing.width, frame.drawing.height) for frame in made}) == 1
    for frame in made:
        heights = _heights(frame.drawing)
        assert min(heights) >= 0
        assert max(heights) <= frame.drawing.height + ROUNDING
    said = {word for frame in made for word in _words(frame.drawing)}
    assert {word for word in _words(whole) if word not in said} - _gap_words(whole) == set()


def _gap_words(drawing: Drawing) -> set[str]:
    """The words on the client's error stand where it began, which may be out of sight when it comes out."""
    return {item.text for item in drawing.items if isinstance(item, Text) and item.style == "gap"}


@pytest.mark.parametrize(("name", "tls"), RUNS)
def test_nothing_is_told_before_its_time(name: str, tls: str) -> None:
    """A message comes first in the frame of its step, and what came out stands in the last one only."""
    trace = trace_of(name, tls)
    made = frames(trace)
    for event in trace.of(Sent, Alert):
        if isinstance(event.fact, Alert) and event.fact.direction == "received":
            continue
        first = next(
            place
            for place, frame in enumerate(made)
            if any(item.seq == event.seq and item.style.startswith("message") for item in frame.drawing.items)
        )
        assert made[first].name == event.step.value.lower().replace("_", "-")
    results = [any(item.style == "level" for item in frame.drawing.items) for frame in made]
    assert results == [False] * (len(made) - 1) + [True]


def test_an_error_is_not_shown_before_it_comes_out() -> None:
    """The time in which the client errs is shaded only once it has read the refusal."""
    made = frames(trace_of("certificate-expired", "1.3"))
    shaded = [frame.name for frame in made if any(item.style == "gap" for item in frame.drawing.items)]
    assert shaded == ["trust-decision"]


def test_the_lanes_stand_still() -> None:
    """What stands above the story is in every frame, in the same place."""
    made = frames(trace_of("valid-certificate", "1.2"))
    heads = [
        {
            (item.x, item.y, item.text)
            for item in frame.drawing.items
            if isinstance(item, Text) and item.seq == 0
        }
        for frame in made
    ]
    assert [head == heads[0] for head in heads] == [True] * len(made)
    assert {"Client", "Server"} <= {text for _, _, text in heads[0]}


@pytest.mark.parametrize("form", ["svg", "png"])
def test_files_are_numbered_in_the_order_of_the_story(form: str, tmp_path: Path) -> None:
    """The folder is made; the files sort as the story goes, and each is what its name says."""
    folder = tmp_path / "slides"
    files = save_frames(trace_of("no-certificate-refused", "1.3"), folder, form=form, theme="dark")
    assert [path.name for path in files] == sorted(path.name for path in folder.iterdir())
    assert files[0].name == f"00-setting.{form}"
    assert files[-1].name.endswith(f"-result.{form}")
    starts = {"svg": b"<svg", "png": b"\x89PNG"}
    assert {path.read_bytes().startswith(starts[form]) for path in files} == {True}


@pytest.mark.parametrize("kind", HOSTILE)
def test_hostile_names_leave_the_slides_well_formed(kind: str, tmp_path: Path) -> None:
    """Every slide is a whole SVG document, whatever the names in it are."""
    for path in save_frames(hostile_trace(kind), tmp_path):
        assert ElementTree.fromstring(path.read_bytes()).tag == "{http://www.w3.org/2000/svg}svg"


def test_a_folder_inside_a_missing_one_is_an_error(tmp_path: Path) -> None:
    """Only the last folder is made; a mistyped path is told and nothing is written."""
    with pytest.raises(OutputError, match="cannot be made"):
        save_frames(trace_of("valid-certificate", "1.3"), tmp_path / "missing" / "slides")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(("name", "tls"), RUNS)
def test_a_snapshot_does_not_know_what_is_never_read(name: str, tls: str) -> None:
    """A message that nobody will read is on its way until its reader has failed."""
    trace = trace_of(name, tls)
    for sent, since in unread_since(trace).items():
        if since < trace.events[-1].seq:
            for seq in sorted({sent, since - 1, since} - set(range(sent))):
                marks = {item.seq for item in snapshot(trace, seq).items if item.style == "unread.mark"}
                assert marks <= {one for one, known in unread_since(trace).items() if known <= seq}


@pytest.mark.parametrize(("name", "tls"), RUNS)
def test_a_belief_has_all_its_words_in_the_frame_in_which_it_begins(name: str, tls: str) -> None:
    """The space below the present step holds the words of a belief that has just begun."""
    trace = trace_of(name, tls)
    made = frames(trace)
    words: dict[int, list[str]] = {}
    for item in sequence(trace).items:
        if isinstance(item, Text) and item.style in ("belief", "belief.small"):
            words.setdefault(item.seq, []).append(item.text)
    for seq, lines in words.items():
        shown = [
            [item.text for item in frame.drawing.items if isinstance(item, Text) and item.seq == seq]
            for frame in made
        ]
        first = next(texts for texts in shown if lines[0] in texts)
        assert set(lines) <= set(first)
