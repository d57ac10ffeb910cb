"""A run as slides: all of one size, each step once, nothing before its time."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING
from xml.etree import ElementTree

import pytest

from simulator.errors import OutputError
from simulator.runs.saving import frames_in, save_frames
from simulator.views.drawing.display import Drawing, Text, extent_of
from simulator.views.drawing.marks import Part
from simulator.views.drawing.style import TYPES
from simulator.views.pictures.essential import BOTTOM, essential
from simulator.views.pictures.slides import frames, snapshot
from simulator.views.story.essence import essence
from simulator.views.story.reading import unread_since
from tests.played import RUNS, for_each
from tests.views.geometry import faults
from tests.views.traces import HOSTILE, hostile_trace, trace_of

if TYPE_CHECKING:
    from pathlib import Path


SMALLEST = 0.023  # type, as a share of the height


def _words(drawing: Drawing) -> list[str]:
    return [item.full or item.text for item in drawing.items if isinstance(item, Text)]


@for_each("name, tls", RUNS)
def test_frames_fill_one_slide(name: str, tls: str) -> None:
    """All are 16:9, one for each band; each has what the one before has, and the last is the whole slide."""
    trace = trace_of(name, tls)
    whole, made = essential(trace), [frame.drawing for frame in frames(trace)]
    assert len(made) == len(whole.marks.bands) + 2
    assert {drawing.width / drawing.height for drawing in made} == {16 / 9}
    assert made[-1].items == whole.items
    places = [
        {(item.x, item.y, item.text) for item in drawing.items if isinstance(item, Text)} for drawing in made
    ]
    for before, after in pairwise(places):
        assert before < after or before == after
    sizes = [TYPES[item.style].size for drawing in made for item in drawing.items if isinstance(item, Text)]
    assert min(sizes) / whole.height >= SMALLEST


@for_each("name, tls", RUNS)
def test_every_frame_is_filled(name: str, tls: str) -> None:
    """Lifelines go down to the end of the story unbroken, beliefs too, and no text is cut or covered."""
    for frame in frames(trace_of(name, tls)):
        items = frame.drawing.items
        lifelines = [item for item in items if item.style == "lifeline"]
        beliefs = [extent_of(item)[3] for item in items if item.style in ("belief.held", "belief.assumed")]
        assert [extent_of(line)[3] for line in lifelines] == [BOTTOM, BOTTOM]
        assert sorted(beliefs)[-2:] == pytest.approx([BOTTOM, BOTTOM])
        assert faults(frame.drawing) == []


@for_each("name, tls", RUNS)
def test_nothing_is_told_before_its_time(name: str, tls: str) -> None:
    """A frame has no event of a later step, and what came out stands in the last one only."""
    trace = trace_of(name, tls)
    made = frames(trace)
    bands = [row.event.step.band for row in essence(trace).rows]
    order = list(dict.fromkeys(bands))
    for place, frame in enumerate(made[:-1]):
        shown = {
            item.seq for item in frame.drawing.items if item.style.startswith(("message", "verdict", "check"))
        }
        assert {trace.events[seq].step.band for seq in shown} <= set(order[:place])
    results = [any(item.style == "result" for item in frame.drawing.items) for frame in made]
    assert results == [False] * (len(made) - 1) + [True]


def test_the_lanes_stand_still() -> None:
    """What stands above the story is in every frame, in the same place."""
    made = frames(trace_of("valid-certificate", "1.2"))
    heads = [
        {
            (item.x, item.y, item.text)
            for item in frame.drawing.items
            if isinstance(item, Text) and item.part in (Part.TITLE, Part.CARD, Part.COLUMN)
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


@for_each("name, tls", RUNS)
def test_a_snapshot_does_not_know_what_is_never_read(name: str, tls: str) -> None:
    """A message that nobody will read is on its way until its reader has failed."""
    trace = trace_of(name, tls)
    for sent, since in unread_since(trace).items():
        if since < trace.events[-1].seq:
            for seq in sorted({sent, since - 1, since} - set(range(sent))):
                marks = {item.seq for item in snapshot(trace, seq).items if item.style == "unread.mark"}
                assert marks <= {one for one, known in unread_since(trace).items() if known <= seq}


def test_frames_of_an_earlier_run_give_way(tmp_path: Path) -> None:
    """A folder never holds the frames of two runs; files of others stay, and none of them is replaced."""
    long, short = trace_of("certificate-expired", "1.3"), trace_of("version-mismatch", "1.3")
    assert len(save_frames(long, tmp_path / "svg")) > len(save_frames(short, tmp_path / "svg"))
    assert sorted((tmp_path / "svg").iterdir()) == save_frames(short, tmp_path / "svg")
    save_frames(short, tmp_path / "png", form="png")
    assert sorted((tmp_path / "png").iterdir()) == frames_in(tmp_path / "png")
    mine = tmp_path / "svg" / "02-server-check.svg"
    mine.write_text("<svg>my own</svg>")
    (tmp_path / "svg" / "notes.txt").write_text("my own")
    save_frames(short, tmp_path / "svg")
    with pytest.raises(OutputError, match="files that this command did not write"):
        save_frames(long, tmp_path / "svg")
    with pytest.raises(OutputError, match="frames of another form"):
        save_frames(short, tmp_path / "svg", form="png")
    kept = [path.name for path in sorted((tmp_path / "svg").iterdir())]
    assert kept == ["00-setting.svg", "01-request.svg", "02-result.svg", mine.name, "notes.txt"]
    assert mine.read_text() == "<svg>my own</svg>"
