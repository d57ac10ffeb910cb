"""What the lesson plan says is so: every command, every answer, every solution."""

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
from simulator.lessons.classroom.puzzle import CASES
from simulator.lessons.facts.facts import FACTS, fact
from simulator.lessons.facts.values import NONE
from simulator.lessons.quiz.misconceptions import misconceptions
from simulator.lessons.quiz.quiz import questions
from simulator.lessons.quiz.quiz_file import OF_A_QUESTION, OF_AN_OPTION, question_from
from tests.notebooks.notebooks import NOTEBOOKS, cells, source
from tests.peers import ROOT
from tests.readme import BLOCK, quoted_rightly

if TYPE_CHECKING:
    from pathlib import Path

PLAN = (ROOT / "docs" / "teaching.md").read_text(encoding="utf-8")
NOT_PLAYED = {"M20"}  # proxies are not simulated, and the page says so
ONLY_NEAR = {
    "M16",
    "M22",
}  # a client's host and later requests are not simulated; the page shows the nearest run


@pytest.mark.parametrize(("command", "quoted"), BLOCK.findall(PLAN), ids=lambda value: value.split("\n")[0])
def test_commands_print_what_is_quoted(command: str, quoted: str) -> None:
    """Each command prints what stands under it."""
    result = CliRunner().invoke(clientauth, [*shlex.split(command)[1:], "--width", "80", "--no-colour"])
    assert quoted_rightly(quoted, result.output), result.output


def test_every_misconception_has_its_run() -> None:
    """Each misconception stands there in its own words, with a run against it or the reason for none."""
    sections = dict(re.findall(r"^### (M\d+)\n\n(.*?)(?=^##)", PLAN, re.MULTILINE | re.DOTALL))
    assert list(misconceptions()) == list(sections)
    for number, told in sections.items():
        assert misconceptions()[number].belief in " ".join(told.split())
        assert (number in NOT_PLAYED) == ("```console" not in told)
        assert (number in ONLY_NEAR) == ("The run nearest to it" in told)


def test_the_run_against_m17_opens_no_session() -> None:
    """Who is authenticated and not authorised is turned away in the run that is shown for it."""
    section = PLAN.partition("### M17")[2].partition("### M18")[0]
    [(command, _)] = BLOCK.findall(section)
    result = CliRunner().invoke(clientauth, [*shlex.split(command)[1:], "--json"])
    card = json.loads(result.output)["trace"]["card"]
    assert ("yes", False) == (card["client_authenticated"], card["access_granted"])


def test_the_answers_of_the_quiz_are_those_that_are_computed() -> None:
    """The table of letters is what playing gives, in order, and holds every question of the notebooks."""
    letters = re.findall(r"`([\w-]+)` ([A-F])", PLAN.partition("### The quiz")[2].partition("###")[0])
    named = [name for name, _ in letters]
    assert [(name, questions()[name].right) for name in questions() if name in named] == letters
    code = "\n".join(source(cell) for path in NOTEBOOKS for cell in cells(path, "code"))
    assert set(re.findall(r'ask\("([\w-]+)"\)', code)) <= set(named)


def test_the_cases_are_decided_as_the_simulator_does() -> None:
    """The table of cases is what the server finds."""
    table = re.findall(r"^\| (\d) \| ([\w-]+) \|$", PLAN.partition("### You are the server")[2], re.MULTILINE)
    found = [fact(case(number).run.trace, "server_failed_at") for number in range(1, len(CASES) + 1)]
    assert [(str(n), "accept" if name == NONE else name) for n, name in enumerate(found, 1)] == table


def test_the_solutions_solve_the_exercises() -> None:
    """Each solution is accepted, and there is one for every exercise."""
    code = re.search(r"```python\n(.*?)```", PLAN, re.DOTALL)
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
    text = re.search(r"```toml\n(.*?)```", PLAN, re.DOTALL)
    assert text
    [(name, table)] = tomllib.loads(text[1]).items()
    assert "B" == question_from(name, table).right
    assert f"clientauth quiz {name} --file mine.toml" in PLAN


def test_the_tables_of_a_question_are_what_is_read() -> None:
    """The page explains each setting of a question and of an option, and each fact with its values."""
    rows = re.findall(r"^\| `([\w]+)` \| (.*) \|$", PLAN.partition("## A quiz of your own")[2], re.MULTILINE)
    settings = [*OF_A_QUESTION, *OF_AN_OPTION]
    assert settings == [name for name, _ in rows[: len(settings)]]
    facts = [(name, f"{one.meaning} | {one.values.words}") for name, one in FACTS.items()]
    assert facts == rows[len(settings) :]


def test_the_plans_fill_their_time() -> None:
    """The rows of a plan follow on each other without gaps, up to the end of the class."""
    for minutes in (45, 90):
        plan = PLAN.partition(f"## {minutes} minutes")[2].partition("\n## ")[0]
        spans = [(int(a), int(b)) for a, b in re.findall(r"^\| (\d+)–(\d+) \|", plan, re.MULTILINE)]
        assert (0, minutes) == (spans[0][0], spans[-1][1])
        assert [end for _, end in spans[:-1]] == [begin for begin, _ in spans[1:]]


def test_every_row_of_a_plan_says_where_what_and_what_to_expect() -> None:
    """Each row has its place, what to show, ask, expect and say; a vote has eight minutes or more."""
    for minutes in (45, 90):
        plan = PLAN.partition(f"## {minutes} minutes")[2].partition("\n## ")[0]
        rows = [line.strip("|").split("|") for line in plan.splitlines() if re.match(r"\| \d", line)]
        for span, where, *told in rows:
            begin, end = map(int, span.split("–"))
            assert re.search(r"live|slides|terminal|board|paper|as above", where)
            assert 4 == len([cell for cell in told if cell.strip()])
            assert end - begin >= 8 or "vote" not in told[0]


def test_the_headings_that_a_plan_names_stand_in_its_notebooks() -> None:
    """Where a row says in italics what to open, the notebook beside it has a heading of these words."""
    named = re.findall(r"^\| [\d–]+ \| [^|]*?notebook (\d): ([^|]*) \|", PLAN, re.MULTILINE)
    assert len(named) == len(re.findall(r"^\| [\d–]+ \| [^|]*(?:slides|live)", PLAN, re.MULTILINE)) == 8
    for number, where in named:
        [path] = [path for path in NOTEBOOKS if path.name.startswith(f"0{number}-")]
        text = "\n".join(source(cell) for cell in cells(path, "markdown"))
        headings = re.findall(r"^## (.*)$", text, re.MULTILINE)
        assert set() == set(re.findall(r"\*([^*]+)\*", where)) - set(headings)


def test_the_pages_that_the_plan_has_written_are_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each command within a sentence that writes a page for a class writes it."""
    monkeypatch.chdir(tmp_path)
    commands = re.findall(r"`(clientauth (?:export|diff|cases) [^`]*\.html[^`]*)`", PLAN)
    assert 5 == len(set(commands))
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
    named = re.findall(r"`([a-z]+(?:-[a-z0-9]+)+)`", PLAN)
    assert set() == set(named) - known - {"server-name", "send-certificate"}
