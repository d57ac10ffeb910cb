"""The demonstration as a presenter gives it: screen by screen, in large type."""

from __future__ import annotations

from typing import TYPE_CHECKING

from click.testing import CliRunner

from simulator.cli import clientauth
from simulator.demo import LARGE_TYPE_WIDTH, STORIES, present, screens
from simulator.views.textual import cells

if TYPE_CHECKING:
    from pathlib import Path

    import pytest


def test_every_line_fits_large_type() -> None:
    """No line that is presented is longer than sixty columns, and the first screen shows how long that is."""
    lines = [line for screen in screens(coloured=False) for line in screen.splitlines()]
    assert LARGE_TYPE_WIDTH == max(map(cells, lines))
    assert "━" * LARGE_TYPE_WIDTH in next(screens(coloured=False)).splitlines()


def test_every_story_is_presented_from_its_title_to_its_card() -> None:
    """Each of the four opens with its number and ends with the level that came out."""
    told = list(screens(coloured=False))
    openings = [screen for screen in told if " of 4: " in screen]
    assert [title for _, _, title in STORIES] == [
        screen.split(" of 4: ")[1].split(" ━")[0] for screen in openings
    ]
    assert len(STORIES) == sum("What the session is worth" in screen for screen in told)


def test_the_presenter_turns_the_pages(capsys: pytest.CaptureFixture[str]) -> None:
    """After each screen the presenter is waited for, and may end."""
    asked = []
    present(coloured=False, turn=lambda: len(asked) < 2 and (asked.append(True) or True))
    assert 2 == len(asked)
    assert "1 of 4" in capsys.readouterr().out


def test_the_command_presents_without_writing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """``clientauth demo --present`` tells the four and writes no gallery."""
    monkeypatch.chdir(tmp_path)
    result = CliRunner().invoke(clientauth, ["demo", "--present"])
    assert 0 == result.exit_code
    assert "4 of 4" in result.output
    assert [] == list(tmp_path.iterdir())
