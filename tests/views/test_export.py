"""Files by suffix: what is written, what is refused, and that nothing is left half done."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from simulator.errors import OutputError
from simulator.runs.run import simulate
from simulator.runs.saving import save
from simulator.scenario.catalogue.catalogue import catalogue
from simulator.trace.facts import SCHEMA_VERSION
from simulator.trace.trace import trace_from_json
from simulator.views.drawing.svg import svg
from simulator.views.export import WHOLE_RUN
from simulator.views.pictures.sequence import sequence
from simulator.views.texts.terminal import story
from tests.played import turn_of
from tests.views.traces import THEMES, trace_of

if TYPE_CHECKING:
    from pathlib import Path

SUFFIXES = {".svg": b"<svg", ".png": b"\x89PNG", ".pdf": b"%PDF", ".txt": b"The client's", ".json": b"{"}


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_each_suffix_gives_its_kind_of_file(suffix: str, tmp_path: Path) -> None:
    """The suffix decides the form, in any letter case, and the path comes back."""
    for name in (f"picture{suffix}", f"PICTURE{suffix.upper()}"):
        written = save(trace_of("certificate-expired", "1.3"), tmp_path / name, detail="essential")
        assert written == tmp_path / name
        assert written.read_bytes().startswith(SUFFIXES[suffix])
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted(
        [f"PICTURE{suffix.upper()}", f"picture{suffix}"]
    )


def test_a_run_and_its_trace_give_the_same_file(tmp_path: Path) -> None:
    """A run is saved as its trace is."""
    run = simulate(catalogue["valid-certificate"], tls="1.3")
    one, other = save(run, tmp_path / "run.svg"), save(run.trace, tmp_path / "trace.svg")
    assert one.read_bytes() == other.read_bytes()


def test_the_files_hold_what_the_views_say(tmp_path: Path) -> None:
    """Text, picture and trace are those of the views, with theme and detail as asked."""
    trace = trace_of("stolen-certificate", "1.2")
    text = save(trace, tmp_path / "a.txt", detail="everything").read_text()
    assert text == story(trace, 100, detail="everything")
    drawn = save(trace, tmp_path / "a.svg", theme="print", detail="overview").read_text()
    assert drawn == svg(
        sequence(trace, detail="overview"), theme="print", prefix="sequence-stolen-certificate-1-2"
    )
    assert trace_from_json(save(trace, tmp_path / "a.json").read_text()) == trace


@pytest.mark.parametrize(
    ("name", "options", "allowed"),
    [
        ("a.gif", {}, r"\.svg, \.png, \.pdf, \.txt, \.json"),
        ("a", {}, r"\.svg, \.png, \.pdf, \.txt, \.json"),
        (".svg", {}, r"\.svg, \.png, \.pdf, \.txt, \.json"),
        ("a.svg", {"view": "tree"}, "sequence"),
        *((f"a{kind}", {"view": "ladder"}, r"\.svg, \.png, \.pdf or \.txt") for kind in WHOLE_RUN),
        ("a.svg", {"theme": "pink"}, "light, dark or print"),
        ("a.png", {"theme": "pink"}, "light, dark or print"),
        ("a.svg", {"detail": "all"}, "overview, messages or everything"),
        ("a.txt", {"detail": "all"}, "overview, messages or everything"),
        ("missing/a.svg", {}, "existing folder"),
    ],
)
def test_a_wrong_request_writes_nothing_and_says_what_is_allowed(
    name: str, options: dict[str, Any], allowed: str, tmp_path: Path
) -> None:
    """Whatever is wrong, the error lists what would be right, and no file or folder appears."""
    with pytest.raises(OutputError, match=allowed):
        save(trace_of("valid-certificate", "1.3"), tmp_path / name, **options)
    assert list(tmp_path.iterdir()) == []


def test_an_existing_file_survives_a_wrong_request(tmp_path: Path) -> None:
    """What stood in the file before is untouched by a request that cannot be met."""
    path = tmp_path / "a.svg"
    path.write_text("before")
    with pytest.raises(OutputError):
        save(trace_of("valid-certificate", "1.3"), path, theme="pink")
    assert path.read_text() == "before"


@pytest.mark.parametrize("theme", THEMES)
def test_png_and_pdf_are_the_same_bytes_twice(theme: str, tmp_path: Path) -> None:
    """Pictures from matplotlib carry no date and no random name."""
    for suffix in turn_of((".png", ".pdf"), theme):
        files = [tmp_path / f"{number}{suffix}" for number in (1, 2)]
        contents = {
            save(trace_of("server-untrusted", "1.2"), file, theme=theme).read_bytes() for file in files
        }
        assert len(contents) == 1


def test_json_is_one_document(tmp_path: Path) -> None:
    """The JSON file is one document with its schema's version."""
    document = json.loads(save(trace_of("valid-certificate", "1.3"), tmp_path / "a.json").read_text())
    assert document["schema_version"] == SCHEMA_VERSION
