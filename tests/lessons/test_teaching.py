"""What the teacher's pages say is so: every command, every answer, every minute, every solution."""

from __future__ import annotations

import ast
import json
import re
import shlex
import tomllib
from typing import TYPE_CHECKING

import pytest
from click.testing import CliRunner

from simulator import SecurityLevel, catalogue
from simulator.command.cli import clientauth
from simulator.lessons import case
from simulator.lessons.classroom.exercises import exercises
from simulator.lessons.classroom.faults import rounds
from simulator.lessons.classroom.puzzle import CASES
from simulator.lessons.facts.facts import FACTS, fact
from simulator.lessons.facts.values import NONE
from simulator.lessons.lesson.plan import asked, parts, plan
from simulator.lessons.quiz.misconceptions import misconceptions
from simulator.lessons.quiz.quiz import questions
from simulator.lessons.quiz.quiz_file import OF_A_QUESTION, OF_AN_OPTION, question_from
from tests.lessons.test_lesson import lesson_of
from tests.notebooks.notebooks import NOTEBOOKS, cells, source
from tests.peers import ROOT
from tests.readme import BLOCK, quoted_rightly

if TYPE_CHECKING:
    from pathlib import Path

PLAN, ADMINISTRATORS, MISCONCEPTIONS, ANSWERS, QUIZ = (
    (ROOT / "docs" / f"{name}.md").read_text(encoding="utf-8")
    for name in ("teaching", "teaching-administrators", "misconceptions", "answers", "quiz")
)
MOST_WORDS = 1500  # of the plan: three pages of paper
NOT_PLAYED = {"M20"}  # proxies are not simulated, and the page says so
ONLY_NEAR = {
    "M16",
    "M22",
}  # a client's host and later requests are not simulated; the page shows the nearest run


@pytest.mark.parametrize(
    ("command", "quoted"), BLOCK.findall(PLAN + MISCONCEPTIONS), ids=lambda value: value.split("\n")[0]
)
def test_commands_print_what_is_quoted(command: str, quoted: str) -> None:
    """Each command prints what stands under it."""
    result = CliRunner().invoke(clientauth, [*shlex.split(command)[1:], "--width", "80", "--no-colour"])
    assert quoted_rightly(quoted, result.output), result.output


def test_every_misconception_has_its_run() -> None:
    """Each misconception stands there in its own words, with a run against it or the reason for none."""
    sections = dict(re.findall(r"^## (M\d+)\n\n(.*?)(?=^##)", MISCONCEPTIONS, re.MULTILINE | re.DOTALL))
    assert list(misconceptions()) == list(sections)
    for number, told in sections.items():
        assert misconceptions()[number].belief in " ".join(told.split())
        assert (number in NOT_PLAYED) == ("```console" not in told)
        assert (number in ONLY_NEAR) == ("The run nearest to it" in told)


def test_the_run_against_m17_opens_no_session() -> None:
    """Who is authenticated and not authorised is turned away in the run that is shown for it."""
    section = MISCONCEPTIONS.partition("## M17")[2].partition("## M18")[0]
    [(command, _)] = BLOCK.findall(section)
    result = CliRunner().invoke(clientauth, [*shlex.split(command)[1:], "--json"])
    card = json.loads(result.output)["trace"]["card"]
    assert ("yes", False) == (card["client_authenticated"], card["access_granted"])


def test_the_answers_of_the_quiz_are_those_that_are_computed() -> None:
    """The table of letters is what playing gives, in order, and holds every question of the notebooks."""
    letters = re.findall(r"`([\w-]+)` ([A-F])", ANSWERS.partition("## The quiz")[2].partition("##")[0])
    named = [name for name, _ in letters]
    assert [(name, questions()[name].right) for name in questions() if name in named] == letters
    code = "\n".join(source(cell) for path in NOTEBOOKS for cell in cells(path, "code"))
    assert set(re.findall(r'ask\("([\w-]+)"\)', code)) <= set(named)


def test_the_cases_are_decided_as_the_simulator_does() -> None:
    """The table of cases is what the server finds."""
    table = _numbered("## You are the server")
    found = [fact(case(number).run.trace, "server_failed_at") for number in range(1, len(CASES) + 1)]
    assert [(str(n), "accept" if name == NONE else name) for n, name in enumerate(found, 1)] == table


def test_the_faults_of_the_rounds_are_listed() -> None:
    """The table of the game has the fault of every round."""
    assert [(str(one.number), one.cause) for one in rounds()] == _numbered("## Find the fault")


def _numbered(heading: str) -> list[tuple[str, str]]:
    """The rows of the table below a heading: a number, and the answer."""
    section = ANSWERS.partition(heading)[2].partition("\n## ")[0]
    return re.findall(r"^\| (\d) \| ([\w-]+) \|$", section, re.MULTILINE)


def test_the_solutions_solve_the_exercises() -> None:
    """Each solution is accepted, and there is one for every exercise."""
    code = re.search(r"```python\n(.*?)```", ANSWERS, re.DOTALL)
    assert code
    names: dict[str, object] = {}
    solved = []
    for statement in ast.parse(code[1]).body:
        line = ast.unparse(statement)
        if isinstance(statement, ast.Expr) and line.startswith("check("):
            shown = eval(line, names)
            assert repr(shown).startswith("Done."), line
            solved.append(line.split("'")[1])
        else:
            exec(line, names)
    assert list(exercises()) == solved


def test_the_question_of_your_own_is_one() -> None:
    """The example of a question can be read, and exactly one of its claims holds."""
    text = re.search(r"```toml\n(.*?)```", QUIZ, re.DOTALL)
    assert text
    [(name, table)] = tomllib.loads(text[1]).items()
    assert "B" == question_from(name, table).right
    assert f"clientauth quiz {name} --file mine.toml" in QUIZ


def test_the_tables_of_a_question_are_what_is_read() -> None:
    """The page explains each setting of a question and of an option, and each fact with its values."""
    rows = re.findall(r"^\| `([\w]+)` \| (.*) \|$", QUIZ, re.MULTILINE)
    settings = [*OF_A_QUESTION, *OF_AN_OPTION]
    assert settings == [name for name, _ in rows[: len(settings)]]
    facts = [(name, f"{one.meaning} | {one.values.words}") for name, one in FACTS.items()]
    assert facts == rows[len(settings) :]


def test_the_plan_fits_on_three_pages() -> None:
    """It has so many words at most; the lines of its tables are none."""
    assert len(re.findall(r"[^\s|]+", PLAN)) <= MOST_WORDS


@pytest.mark.parametrize(
    ("text", "column", "length"),
    [(PLAN, 0, "45"), (PLAN, 1, "90"), (ADMINISTRATORS, 0, "60")],
    ids=["45", "90", "60"],
)
def test_the_plan_has_the_parts_of_the_lesson(text: str, column: int, length: str) -> None:
    """Minutes, titles and votes are those of the folder; a part of the longer lesson alone has a dash."""
    rows = [
        [cell.strip() for cell in line.strip("|").split("|")]
        for line in text.splitlines()
        if re.match(r"\| (\d+–\d+|–) \|", line)
    ]
    told = [(row[column], *row[-4:-2]) for row in rows if row[column] != "–"]
    assert [(minutes, title, re.findall(r"`([\w-]+)`", votes)) for minutes, title, votes in told] == [
        (
            f"{part.begins}–{part.ends}",
            part.title,
            [asked(slide).name for slide in part.slides if slide["kind"] == "vote"],
        )
        for part in parts(length)
    ]
    assert all(cell for row in rows for cell in row)


def test_the_plan_names_the_files_of_the_folder() -> None:
    """Its table has every file and folder of the longer lesson, but the one that the pages share."""
    named = re.findall(r"^\| `([\w./-]+)` \|", PLAN, re.MULTILINE)
    assert {name.partition("/")[0] for name in lesson_of("90")} - {"shared"} == {
        name.strip("/") for name in named
    }


def test_the_pages_that_the_plan_has_written_are_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each command within a sentence that writes a page for a class writes it."""
    monkeypatch.chdir(tmp_path)
    commands = re.findall(r"`(clientauth (?:export|diff|cases) [^`]*\.html[^`]*)`", PLAN)
    assert 4 == len(set(commands))
    for command in commands:
        words = shlex.split(command)[1:]
        result = CliRunner().invoke(clientauth, words)
        assert 0 == result.exit_code, result.output
        [page] = [word for word in words if word.endswith(".html")]
        assert "<html" in (tmp_path / page).read_text(encoding="utf-8")
        (tmp_path / page).unlink()


def test_what_the_plan_names_exists() -> None:
    """Every scenario, question and level that the page names in code is one."""
    known = {*catalogue, *questions(), *(level.value for level in SecurityLevel)}
    named = re.findall(r"`([a-z]+(?:-[a-z0-9]+)+)`", PLAN + ADMINISTRATORS + MISCONCEPTIONS + ANSWERS + QUIZ)
    assert set() == set(named) - known - {"server-name", "late-start", *plan("90")["ask"]}
