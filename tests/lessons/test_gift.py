"""The quiz for Moodle, read back by a parser of its format that others wrote."""

from __future__ import annotations

import json
import subprocess
from typing import TYPE_CHECKING, Any

import pytest
from click.testing import CliRunner

from simulator.command.cli import clientauth
from simulator.errors import OutputError
from simulator.lessons.quiz.gift import gift, save_gift
from simulator.lessons.quiz.question import LETTERS, Option, Question
from simulator.lessons.quiz.quiz import questions
from tests.peers import npm_package, program

if TYPE_CHECKING:
    from pathlib import Path

READER = """
import { readFileSync } from "node:fs"
import { parse } from "./lib/gift.js"
process.stdout.write(JSON.stringify(parse(readFileSync(0, "utf-8"))))
"""
ODD = Question(
    "odd: {signs}",
    "Is CN=a\\,b ~ {1 #2}: true?",
    (
        Option("yes = ~no", {"level": "CLIENT_AUTHENTICATED"}, why="a # b"),
        Option("no }", {"level": "REFUSED"}, why="c::d"),
    ),
    "valid-certificate",
    "1.3",
)


def read_by_others(text: str) -> list[dict[str, Any]]:
    """The questions of a GIFT text as gift-pegjs reads them."""
    package = npm_package("gift-pegjs")
    entry = json.loads((package / "package.json").read_text(encoding="utf-8"))["main"]
    script = READER.replace("./lib/gift.js", (package / entry).as_uri())
    node = [program("node"), "--input-type=module", "--eval", script]
    done = subprocess.run(node, input=text, capture_output=True, text=True, check=True, timeout=60)
    found: list[dict[str, Any]] = json.loads(done.stdout)
    return found


def test_every_question_comes_back() -> None:
    """Title, question, options, the right one and every reason are read back as they were."""
    category, *found = read_by_others(gift(questions().values()))
    assert category["type"] == "Category"
    assert [one["title"] for one in found] == list(questions())
    for one, question in zip(found, questions().values(), strict=True):
        assert (one["type"], unescaped(one["stem"]["text"])) == ("MC", question.ask)
        assert [unescaped(c["text"]["text"]) for c in one["choices"]] == [o.text for o in question.options]
        right = [letter for letter, c in zip(LETTERS, one["choices"], strict=False) if c["isCorrect"]]
        assert right == [question.right]
        reasons = [unescaped(c["feedback"]["text"]) if c["feedback"] else "" for c in one["choices"]]
        assert reasons == [reason for _, reason in question.reasons()]
        assert question.command in unescaped(one["globalFeedback"]["text"])


def test_signs_with_a_meaning_are_text() -> None:
    """A text that is full of GIFT's own signs stays the text it was."""
    _, one = read_by_others(gift([ODD]))
    assert one["title"] == ODD.name
    assert unescaped(one["stem"]["text"]) == ODD.ask
    assert [unescaped(c["text"]["text"]) for c in one["choices"]] == [option.text for option in ODD.options]
    assert [unescaped(c["feedback"]["text"]) for c in one["choices"]] == ["a # b", "c::d"]


def test_the_command_writes_it_and_counts(tmp_path: Path) -> None:
    """``quiz --gift`` writes all questions, and says how many."""
    target = tmp_path / "quiz.gift"
    result = CliRunner().invoke(clientauth, ["quiz", "--gift", str(target)])
    assert (result.exit_code, f"{len(questions())} questions" in result.output) == (0, True)
    assert target.read_text(encoding="utf-8") == gift(questions().values())


def test_another_suffix_is_refused(tmp_path: Path) -> None:
    """A name that Moodle's reader will not take for GIFT is refused, and nothing is written."""
    with pytest.raises(OutputError, match="gift"):
        save_gift(tmp_path / "quiz.txt")
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("more", [["thief"], ["--check"]])
def test_gift_writes_every_question(more: list[str], tmp_path: Path) -> None:
    """``--gift`` with one question's name, or with ``--check``, is refused in words."""
    result = CliRunner().invoke(clientauth, ["quiz", "--gift", str(tmp_path / "quiz.gift"), *more])
    assert (result.exit_code, "leave the NAME and --check out" in result.output) == (2, True)


def unescaped(text: str) -> str:
    """A text without the doubled backslashes that this parser leaves to its user and Moodle resolves."""
    return text.replace("\\\\", "\\")
