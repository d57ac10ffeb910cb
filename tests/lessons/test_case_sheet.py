"""The sheet of cases: everything to decide by is on it, and no answer but on its last page."""

from __future__ import annotations

import re
from html import unescape
from typing import TYPE_CHECKING

import pytest
from click.testing import CliRunner

from simulator.command.cli import clientauth
from simulator.errors import OutputError
from simulator.lessons import case
from simulator.lessons.classroom.case_sheet import case_sheet, save_case_sheet
from simulator.lessons.classroom.puzzle import ACCEPT, ANSWERS, CASES, CHECKS

if TYPE_CHECKING:
    from pathlib import Path

SHEETS = re.findall(r"<section>(.*?)</section>", case_sheet(), re.DOTALL)


def test_a_sheet_for_each_case_and_one_for_the_answers() -> None:
    """Each case has a sheet of its own, in order; the last one holds the answers."""
    assert [f"Case {number}:" in sheet for number, sheet in enumerate(SHEETS, 1)] == [True] * len(CASES) + [
        False
    ]


@pytest.mark.parametrize("number", range(1, len(CASES) + 1))
def test_a_sheet_shows_the_case_and_not_its_answer(number: int) -> None:
    """What the notebook lays on the table is on the sheet; the run's name and its verdict are not."""
    sheet = unescape(SHEETS[number - 1])
    assert unescape(case(number)._repr_mimebundle_()["text/html"]) in sheet
    assert CASES[number - 1] not in sheet
    assert "No check failed" not in sheet


@pytest.mark.parametrize("number", range(1, len(CASES) + 1))
def test_a_sheet_says_what_can_be_checked_by_hand(number: int) -> None:
    """What the signatures come to is said, since no pencil finds it; and what each of the checks asks."""
    sheet = unescape(SHEETS[number - 1])
    assert re.search(r"<p>(Every|No|A) signature (on|does) [^<]*</p>", sheet)
    assert "The client's signature over this handshake " in sheet
    assert list(CHECKS.items()) == re.findall(r"<tr><th>([a-z-]+)</th><td>(.*)</td></tr>", sheet)


def test_besides_its_case_every_sheet_says_the_same() -> None:
    """What a sheet has around its case is on all of them, so it tells no answer."""
    around = {
        unescape(sheet).replace(unescape(case(number)._repr_mimebundle_()["text/html"]), "")
        for number, sheet in enumerate(SHEETS[:-1], 1)
    }
    assert 1 == len(around)


def test_the_cases_have_all_kinds_of_answers() -> None:
    """Some are to be accepted, and the others fail at checks that can be named."""
    answers = {case(number).right for number in range(1, len(CASES) + 1)}
    assert ACCEPT in answers
    assert len(answers) >= 6
    assert answers <= {ACCEPT, *ANSWERS}


@pytest.mark.parametrize("number", range(1, len(CASES) + 1))
def test_the_answers_are_those_that_the_cases_accept(number: int) -> None:
    """Each answer on the last page is the one that the case itself takes for right."""
    assert repr(case(number).answer(case(number).right)).startswith("So does the simulator.")
    assert f"<tr><td>{number}</td><td>{case(number).right}</td>" in SHEETS[-1]


def test_the_command_writes_it(tmp_path: Path) -> None:
    """The command writes the page where it is told, and it needs nothing besides itself."""
    path = tmp_path / "cases.html"
    assert 0 == CliRunner().invoke(clientauth, ["cases", str(path)]).exit_code
    text = path.read_text(encoding="utf-8")
    assert case_sheet() == text
    assert not re.search(r"(?:src|href)=|https?:", text)


@pytest.mark.parametrize(
    ("name", "told"), [("cases.pdf", "ends in .html"), ("absent/cases.html", "cannot be written")]
)
def test_a_place_that_will_not_do_is_told(tmp_path: Path, name: str, told: str) -> None:
    """Another suffix, and a folder that is not there, are told in words."""
    with pytest.raises(OutputError, match=told):
        save_case_sheet(tmp_path / name)
