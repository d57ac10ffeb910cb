"""The demonstration as a presenter gives it: screen by screen, in large type."""

from __future__ import annotations

from typing import TYPE_CHECKING

from click.testing import CliRunner

from simulator.command.cli import clientauth
from simulator.command.demo import LARGE_TYPE_WIDTH, STORIES, pages, steps_of
from simulator.views.drawing.cells import cells

if TYPE_CHECKING:
    from pathlib import Path

    import pytest

    from simulator.command.pager import Page


def presented(lines: int = 23) -> list[Page]:
    """What is presented, on pages of so many lines."""
    return pages(steps_of(coloured=False), "━", LARGE_TYPE_WIDTH, lines)


def test_every_line_fits_large_type() -> None:
    """No line that is presented is longer than sixty columns, and the first screen shows how long that is."""
    told = presented()
    assert LARGE_TYPE_WIDTH == max(cells(line) for page in told for line in page.lines)
    assert "━" * LARGE_TYPE_WIDTH in told[0].lines


def test_every_page_fits_a_wide_projector() -> None:
    """Sixty columns leave a wide projector 17 lines: no page is higher, nor than any other window."""
    for lines in (11, 16, 23, 39):
        assert max(len(page.lines) for page in presented(lines)) <= lines


def test_every_story_is_presented_from_its_title_to_its_card() -> None:
    """Each of the four opens with its number and ends with the level that came out."""
    told = presented()[1:]
    openings = [page.lines[0] for page in told if page.number == 1]
    assert [one.title for one in STORIES] == [line.split(" of 4: ")[1].split(" ━")[0] for line in openings]
    endings = [page.lines[0] for page in told if page.number == page.count]
    assert len(STORIES) == len(endings)
    assert all("What the session is worth" in line for line in endings)


def test_the_command_presents_without_writing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """``clientauth demo --present`` tells the four and writes no gallery."""
    monkeypatch.chdir(tmp_path)
    result = CliRunner().invoke(clientauth, ["demo", "--present"])
    assert 0 == result.exit_code
    assert "4 of 4" in result.output
    assert [] == list(tmp_path.iterdir())
