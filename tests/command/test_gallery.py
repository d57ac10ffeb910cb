"""The committed pictures are the ones that the demonstration writes."""

from __future__ import annotations

import re
from functools import cache, partial
from html import escape
from pathlib import Path
from tempfile import TemporaryDirectory
from xml.etree import ElementTree

import pytest
from click.testing import CliRunner

from simulator.command.cli import clientauth
from simulator.command.demo import give_demo, write_gallery
from simulator.command.gallery import MARKS, PICTURE_MARK, pictures
from simulator.errors import OutputError
from simulator.runs.sweep import matrix
from simulator.scenario.catalogue.catalogue import BASICS
from tests.peers import ROOT

FIGURES = ROOT / "figures"


@cache
def demonstration() -> tuple[str, str, dict[str, bytes]]:
    """What the demonstration says on both streams, played once in this process, and the files it writes."""
    with TemporaryDirectory() as folder:
        figures = Path(folder) / "figures"
        arguments = ["demo", "--figures", str(figures), "--width", "80", "--jobs", "1"]
        done = CliRunner().invoke(clientauth, arguments, catch_exceptions=False)
        assert 0 == done.exit_code
        written = {path.name: path.read_bytes() for path in figures.iterdir()}
        return done.stdout.replace(str(figures), "FIGURES"), done.stderr, written


def test_the_gallery_is_current() -> None:
    """Every file in ``figures/`` is byte for byte what the demonstration writes, and there is no other."""
    *_, made = demonstration()
    committed = {path.name: path.read_bytes() for path in FIGURES.iterdir()}
    assert sorted(made) == sorted(committed), "run `make figures` and commit what it writes"
    for name, data in made.items():
        assert data == committed[name], f"{name} is not current: run `make figures`"


def test_the_demonstration_shows_what_it_promises() -> None:
    """It says how long it takes, tells one story on one screen, and names the page of the gallery."""
    told, said, _ = demonstration()
    assert said.startswith("Playing 88 runs and drawing 19 pictures: some ten seconds.")
    assert len(told.splitlines()) <= 30
    for part in ("as expected", "The client believes", "“WELCOME alice”", "--stories"):
        assert part in told
    assert f"Open in a browser: {Path('FIGURES') / 'index.html'}" in told


def test_the_gallery_replaces_itself_and_nothing_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A picture that an earlier gallery had gives way; in a folder of others nothing is written."""
    (picture, *_) = pictures()
    monkeypatch.setattr("simulator.command.gallery.pictures", lambda: [picture])
    files = [("README.md", "# The gallery\n"), ("index.html", f'{MARKS["index.html"]}<img src="old.svg">')]
    for name, text in [*files, ("old.svg", f"{PICTURE_MARK}/>"), ("mine.svg", f"{PICTURE_MARK}/>")]:
        (tmp_path / name).write_text(text)
    write_gallery(tmp_path)
    expected = {"README.md", "index.html", picture.file_name, "mine.svg"}
    assert expected == {path.name for path in tmp_path.iterdir()}
    theirs = tmp_path / "theirs"
    theirs.mkdir()
    (theirs / "index.html").write_text("my page")
    with pytest.raises(OutputError, match="files that this command did not write"):
        give_demo(theirs, width=80, coloured=False, quiet=True, jobs=1)
    assert ["index.html"] == [path.name for path in theirs.iterdir()]


def test_four_stories_are_told_on_request(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """With ``--stories`` it tells four runs step by step and prints the matrix."""
    few = pictures()[:1]
    monkeypatch.setattr("simulator.command.gallery.pictures", lambda: few)
    monkeypatch.setattr("simulator.command.demo.BASICS", BASICS[:1])
    monkeypatch.setattr("simulator.command.demo.outcome_matrix", partial(matrix, ["valid"]))
    assert 0 == give_demo(tmp_path / "figures", width=80, coloured=False, stories=True, jobs=1)
    told = capsys.readouterr().out
    for part in ("1 of 4", "4 of 4", "Every credential under every policy"):
        assert part in told


def test_the_page_shows_every_picture_with_a_sentence() -> None:
    """``index.html`` has each picture with its title and its sentence, and asks for nothing else."""
    page = (FIGURES / "index.html").read_text(encoding="utf-8")
    drawn = sorted(path.name for path in FIGURES.glob("*.svg"))
    assert drawn == sorted(re.findall('<img src="([^"]+)"', page))
    for picture in pictures():
        assert f"<p>{escape(picture.look)}</p>" in page
    assert "://" not in page


def test_every_picture_is_a_titled_svg() -> None:
    """Every committed picture is well-formed and has a title and a description in words."""
    for path in FIGURES.glob("*.svg"):
        root = ElementTree.fromstring(path.read_text(encoding="utf-8"))
        names = [child.tag.rsplit("}", 1)[-1] for child in root]
        assert ["title", "desc"] == names[:2], path.name
