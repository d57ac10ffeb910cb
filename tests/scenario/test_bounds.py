"""Everything read has a bound, a linear cost and a word: files, ``--set``, texts, and changes in Python."""

from __future__ import annotations

from time import process_time
from typing import TYPE_CHECKING, Any

import pytest

from simulator import simulate
from simulator.errors import ScenarioError
from simulator.lessons.quiz.question import QuestionError
from simulator.lessons.quiz.quiz_file import tables_in
from simulator.scenario import Scenario
from simulator.scenario.changes import parse_assignment
from simulator.scenario.file import MOST_MISTAKES, loads
from simulator.scenario.mistakes.mistake import ScenarioProblemsError
from simulator.scenario.mistakes.scenario import LONGEST_TEXTS
from simulator.scenario.toml_text import LARGEST_FILE_BYTES
from simulator.views.drawing.cells import wrap_cells
from simulator.views.texts.terminal import story

if TYPE_CHECKING:
    from pathlib import Path

HUGE = {
    "unknown keys": "\n".join(f"k{number} = 1" for number in range(20_000)),
    "unknown tables": "\n".join(f"a{number}" + ".a" * 20 + " = 1" for number in range(4_000)),
    "a number": f"[network]\nport = {'9' * 400}\nlatency_ms = {'9' * 400}",
    "a list": "[client]\ngroups = [" + '"x25519",' * 20_000 + "]",
    "a seed": f'seed = "{"s" * 250_000}"',
    "a name": f'name = "{"n" * 250_000}"',
    "a title": f'title = "{"t" * 250_000}"',
    "a lesson": f'lesson = "{"t" * 250_000}"',
    "a key": f"{'k' * 200_000} = 1",
    "a subject": f'[certificates.alice]\nsubject = "CN={"a" * 200_000}"',
}


@pytest.mark.parametrize("text", HUGE.values(), ids=HUGE)
def test_what_is_huge_is_told_in_few_words_and_little_time(text: str) -> None:
    """The reader takes time by the length of a file alone, and no message repeats what is huge in it."""
    began = process_time()
    with pytest.raises(ScenarioError) as raised:
        loads(text)
    assert process_time() - began < 6  # a second on a quiet machine
    lines = str(raised.value).splitlines()
    assert len(lines) <= MOST_MISTAKES + 1
    assert max(map(len, lines)) < 1000


def test_settings_nested_without_end_are_told() -> None:
    """A table of tables of tables is refused wherever it stands; no recursion ends in another exception."""
    deep: dict[str, Any] = {}
    for _ in range(3_000):
        deep = {"a": deep}
    for changes in ({"a": deep}, {"server": deep}, {"server.users": deep}, {"server.trusts": [deep]}):
        with pytest.raises(ScenarioProblemsError):
            Scenario().but(changes)
    for dotted in ("a." * 5_000 + "a", "server" + ".a" * 40):
        with pytest.raises(ScenarioProblemsError, match="nested too deeply"):
            Scenario().but({dotted: 1})
        with pytest.raises(ScenarioProblemsError, match="nested too deeply"):
            parse_assignment(f"{dotted}=1")


def test_the_longest_texts_can_be_told() -> None:
    """A scenario with the longest title, seed and lesson is played and drawn in little time."""
    texts = {key: "w" * most for key, most in LONGEST_TEXTS.items() if key != "name"}
    trace = simulate(loads("\n".join(f'{key} = "{text}"' for key, text in texts.items()))).trace
    began = process_time()
    assert story(trace)
    assert process_time() - began < 2


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("a" + ".a" * 20_000 + " = 1", "nested too deeply"),
        ("a = " + "[" * 50_000, "nested too deeply"),
        (f"a = {'9' * 5_000}", ":1: a number is too long"),
        ("x" * (LARGEST_FILE_BYTES + 1), "too large for a file of questions"),
    ],
    ids=["dots", "brackets", "digits", "size"],
)
def test_a_file_of_questions_has_the_same_bounds(text: str, words: str, tmp_path: Path) -> None:
    """Questions are read as scenarios are: what is nested, long or large without end is told."""
    path = tmp_path / "questions.toml"
    path.write_text(text)
    with pytest.raises(QuestionError, match=words):
        tables_in(path)


def test_a_word_without_end_is_wrapped_in_linear_time() -> None:
    """Each line is looked for no further than its width."""
    began = process_time()
    lines = wrap_cells("x" * 200_000 + " " + "\u65e5" * 50_000, 80)
    assert process_time() - began < 2
    assert {80} == {len(line) for line in lines[:2500]}
    assert {40} == {len(line) for line in lines[2500:]}
