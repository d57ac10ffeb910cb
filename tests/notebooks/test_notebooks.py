"""The notebooks run from a clean kernel, show what is stored in them, and keep to their form."""

from __future__ import annotations

import ast
import re
from statistics import median
from typing import TYPE_CHECKING

import pytest

from simulator.lessons.classroom.exercises import exercises
from simulator.lessons.quiz.quiz import questions
from tests.notebooks.notebooks import NOTEBOOKS, alike, cells, code_lines, script, shown, source, stored
from tests.peers import ROOT
from tests.played import EVERYTHING

if TYPE_CHECKING:
    from pathlib import Path

MOST_BYTES = 600_000  # of a notebook
MOST_BYTES_OF_A_PICTURE = 150_000
MOST_LINES = 8  # of a cell
MEDIAN_LINES = 4

each = pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)


def test_they_are_numbered() -> None:
    """Eleven notebooks, numbered without gaps."""
    assert [f"{number:02}" for number in range(1, 12)] == [path.name[:2] for path in NOTEBOOKS]


# Outside ``make test-all`` one is enough: each takes seconds, and what its cells call is tested by itself.
@pytest.mark.parametrize("path", NOTEBOOKS if EVERYTHING else NOTEBOOKS[:1], ids=lambda path: path.stem)
@pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::ResourceWarning")
def test_executed_again_it_shows_the_same(path: Path) -> None:
    """From a clean kernel every cell runs and shows what is stored; ``make notebooks-run`` renews it."""
    fresh = script("execute").executed(path)
    stored_code = cells(path, "code")
    fresh_code = [cell for cell in fresh.cells if cell.cell_type == "code"]
    assert [source(cell) for cell in stored_code] == [cell.source for cell in fresh_code]
    for before, now in zip(shown(stored_code), shown(fresh_code), strict=True):
        cell, kind, value = now
        assert before[:2] == (cell, kind)
        assert alike(kind, before[2], value), (
            f"{cell}: what it shows as {kind} has changed; make notebooks-run"
        )


def test_it_stays_small() -> None:
    """A notebook is small enough to be looked at in a repository viewer, and so is each of its pictures."""
    for path in NOTEBOOKS:
        assert path.stat().st_size < MOST_BYTES, path.stem
        for cell in cells(path, "code"):
            for output in cell["outputs"]:
                assert len(output.get("data", {}).get("image/png", "")) * 3 / 4 < MOST_BYTES_OF_A_PICTURE, (
                    path.stem
                )


def test_nothing_of_the_machine_is_stored() -> None:
    """No widget state, times, machine paths, addresses of objects, SVG or JavaScript."""
    for path in NOTEBOOKS:
        notebook = stored(path)
        assert {"kernelspec", "language_info"} == set(notebook["metadata"]), path.stem
        assert all(set(cell["metadata"]) <= {"slideshow", "tags"} for cell in notebook["cells"]), path.stem
        kinds = {kind for _, kind, _ in shown(cells(path, "code"))}
        assert set() == kinds - {"text/plain", "text/html", "image/png", "stream"}, path.stem
        text = path.read_text(encoding="utf-8")
        assert [] == re.findall(r'"(?:/\w+)+/|/home/|/root/|/tmp/| at 0x[0-9a-f]+', text), path.stem
        assert str(ROOT) not in text, path.stem


def test_no_cell_fails_or_warns() -> None:
    """Every cell was executed, in order, and none ended in an error or wrote to stderr."""
    for path in NOTEBOOKS:
        code = cells(path, "code")
        assert list(range(1, len(code) + 1)) == [cell["execution_count"] for cell in code], path.stem
        for cell in code:
            for output in cell["outputs"]:
                assert output["output_type"] != "error", path.stem
                assert output.get("name") != "stderr", path.stem


def test_cells_are_a_handful_of_lines() -> None:
    """The median code cell has at most four lines, none has more than eight, and none defines anything."""
    for path in NOTEBOOKS:
        lines = [len(code_lines(cell)) for cell in cells(path, "code")]
        assert median(lines) <= MEDIAN_LINES, path.stem
        assert max(lines) <= MOST_LINES, path.stem
        for cell in cells(path, "code"):
            tree = ast.parse(source(cell))
            defined = (ast.FunctionDef, ast.ClassDef, ast.Lambda, ast.For, ast.While, ast.If, ast.Try)
            assert [] == [node for node in ast.walk(tree) if isinstance(node, defined)], path.stem


def test_ids_are_names() -> None:
    """Every cell has an id that says what it is, and no two have the same."""
    for path in NOTEBOOKS:
        ids = [cell["id"] for cell in stored(path)["cells"]]
        assert len(set(ids)) == len(ids), path.stem
        assert [] == [name for name in ids if not re.fullmatch(r"[a-z][a-z0-9]*(-[a-z0-9]+)*", name)], (
            path.stem
        )


def test_it_opens_and_ends_as_the_others_do() -> None:
    """It opens with question, aims, time and model, and ends with questions and exercises."""
    for path in NOTEBOOKS:
        told = [source(cell) for cell in cells(path, "markdown")]
        for words in (
            "# ",
            "**The question.**",
            "**Afterwards you can**",
            "**Time:**",
            "**What is modelled:**",
        ):
            assert words in told[0], path.stem
        assert "**What is not:**" in told[0], path.stem
        headings = [line for text in told for line in text.splitlines() if line.startswith("## ")]
        assert ["## Check your understanding", "## Exercises"] == headings[-2:], path.stem


def test_a_picture_comes_early() -> None:
    """A picture or a question comes before anybody has to read much."""
    for path in NOTEBOOKS:
        outputs = [output for cell in cells(path, "code")[:4] for output in cell["outputs"]]
        assert outputs, path.stem


def test_every_question_is_asked_once_and_left_open() -> None:
    """No question of the quiz stands in two notebooks, and no stored cell gives an answer away."""
    code = [source(cell) for path in NOTEBOOKS for cell in cells(path, "code")]
    asked = re.findall(r'ask\("([\w-]+)"\)', "\n".join(code))
    assert sorted(set(asked)) == sorted(asked)
    assert set(asked) <= set(questions())
    answers = re.findall(r'\.answer\("(.*?)"\)', "\n".join(code))
    assert {"?"} == set(answers)


def test_every_exercise_is_set_once_and_left_open() -> None:
    """Each exercise stands in the notebook of its number, and no stored cell solves it."""
    for path in NOTEBOOKS:
        number = str(int(path.name[:2]))
        code = "\n".join(source(cell) for cell in cells(path, "code"))
        wanted = [name for name in exercises() if name.startswith(f"{number}.")]
        assert wanted == re.findall(r'exercise\("([\d.]+)"\)', code)
        assert wanted == re.findall(r'check\("([\d.]+)", \S+\)', code)
        told = "\n".join(str(value) for _, _, value in shown(cells(path, "code")))
        assert "Done." not in told
