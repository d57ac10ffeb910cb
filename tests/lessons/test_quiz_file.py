"""Questions of one's own: a good one is asked, and what is wrong with a bad one is told in words."""

from __future__ import annotations

import json
import os
import re
import shlex
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import click
import pytest
from click.testing import CliRunner

from simulator.command.cli import clientauth
from simulator.command.console import run_command
from simulator.errors import SimulatorError
from simulator.lessons import ask
from simulator.lessons.quiz.question import QuestionError
from simulator.lessons.quiz.quiz import UnknownQuestionError, questions
from simulator.lessons.quiz.quiz_file import question_from
from simulator.lessons.quiz.quiz_terminal import tried
from simulator.scenario.catalogue.catalogue import catalogue
from simulator.scenario.changes import differences, parse_assignment

if TYPE_CHECKING:
    from pathlib import Path

GOOD = """
ask = "Alice's certificate begins tomorrow. Which alert does a server with OpenSSL send?"
scenario = "certificate-not-yet-valid"
options = [
    { text = "certificate_expired", holds = { alert = "certificate_expired" }, misconception = "M12" },
    { text = "bad_certificate", holds = { alert = "bad_certificate" } },
]
"""
NO_OPTION = {"text": "no", "holds": {"level": "CLEARTEXT"}}
YES = {"text": "yes", "holds": {"level": "CLIENT_AUTHENTICATED"}}
NO = {"text": "no", "holds": {"level": "REFUSED"}}
TABLE = {"ask": "What happens?", "scenario": "valid-certificate", "options": [YES, NO]}


def said(*words: str, typed: str = "") -> tuple[str, int]:
    """What the command says, on both streams, and its exit status."""
    result = CliRunner().invoke(clientauth, list(words), input=typed, standalone_mode=False)
    if isinstance(result.exception, SimulatorError | click.UsageError):
        return str(result.exception), 2
    assert result.exception is None
    return result.output, result.return_value


@pytest.fixture
def mine(tmp_path: Path) -> Path:
    """A file with one good question and two that are none."""
    path = tmp_path / "mine.toml"
    bad = '[none]\nask = "?"\nscenario = "valid-certificate"\noptions = 3\n'
    both = "[both]\n" + GOOD.replace('"certificate_expired" }', '"bad_certificate" }')
    path.write_text(f"[late-start]{GOOD}\n{bad}\n{both}", encoding="utf-8")
    return path


def test_a_question_of_ones_own_is_asked(mine: Path) -> None:
    """A question from a file is asked and answered as any other, whatever else stands in the file."""
    question = ask("late-start", file=mine)
    assert "B" == question.right
    assert repr(question.answer("b")).startswith("B is right.")
    told = repr(ask("late-start", file=mine).answer("A"))
    assert told.startswith("A is not what happens.")
    assert "B is right." in told  # of two options the other one is no try


MISTAKES: list[tuple[dict[str, Any], str]] = [
    ({"ask": None}, "question 'q': ask is missing. Expected: ask = a text, not empty."),
    ({"ask": ""}, "ask cannot have this value. Got: ''."),
    ({"ask": 3}, "ask cannot have this value. Got: 3."),
    ({"scenario": None}, "scenario is missing"),
    ({"scenario": "valid-certificat"}, "unknown scenario. Got: 'valid-certificat'."),
    ({"scenario": "valid-certificat"}, "Did you mean 'valid-certificate'"),
    ({"scenario": "absent.toml"}, "unknown scenario. Got: 'absent.toml'."),
    ({"tls": "1.4"}, 'tls cannot have this value. Got: \'1.4\'. Expected: "1.2" or "1.3".'),
    ({"tls": 1.3}, "tls cannot have this value. Got: 1.3."),
    ({"connection": 0}, "connection cannot have this value. Got: 0. Expected: the number of a connection"),
    ({"connection": True}, "connection cannot have this value. Got: True."),
    ({"connection": "2"}, "connection cannot have this value. Got: '2'."),
    ({"set": ["server"]}, "set cannot have this value"),
    ({"optoins": []}, "unknown setting. Got: optoins."),
    ({"optoins": []}, "Did you mean 'options'?"),
    ({"options": None}, "options is missing"),
    ({"options": "AB"}, "options cannot have this value"),
    ({"options": [YES]}, "wrong number of options. Got: 1. Expected: 2 to 6."),
    ({"options": [YES] * 7}, "wrong number of options. Got: 7. Expected: 2 to 6."),
    ({"options": [YES, "no"]}, "option B: this is not a table. Got: 'no'."),
    ({"options": [YES, {"text": "no"}]}, "option B: holds is missing"),
    ({"options": [YES, {"holds": {"level": "REFUSED"}}]}, "option B: text is missing"),
    ({"options": [YES, NO | {"wy": "so"}]}, "option B: unknown setting. Got: wy."),
    ({"options": [YES, NO | {"why": 3}]}, "option B: why cannot have this value"),
    ({"options": [YES, NO | {"misconception": "M99"}]}, "unknown misconception. Got: 'M99'. Expected: M1 to"),
]
BAD_CLAIMS: list[tuple[dict[str, Any], str]] = [
    ({}, "option B: holds cannot have this value"),
    (
        {"levl": "REFUSED"},
        "option B, holds: Unknown fact. Got: 'levl'. Expected: a fact in the table of docs/quiz.md. "
        "Did you mean 'level'?",
    ),
    ({"level": "REFUSD"}, "The fact level cannot have this value. Got: 'REFUSD'. Expected: `CLEARTEXT`"),
    ({"asked": "yes"}, "The fact asked cannot have this value. Got: 'yes'. Expected: `true`, `false`."),
    ({"certificates_sent": 1}, "The fact certificates_sent cannot have this value. Got: 1."),
    ({"hello_count": True}, "The fact hello_count cannot have this value. Got: True."),
    ({"hello_count": {"more": 1}}, "The fact hello_count cannot have this value."),
]
BAD_OPTIONS = [({"options": [YES, {"text": "no", "holds": claim}]}, told) for claim, told in BAD_CLAIMS]


def test_mistakes_are_told_when_the_question_is_read() -> None:
    """What is missing, unknown or of the wrong kind is told with file, question and what is expected."""
    for changes, told in [*MISTAKES, *BAD_OPTIONS]:
        table = {key: value for key, value in (TABLE | changes).items() if value is not None}
        said = ""
        try:
            question_from("q", table, "mine.toml")
        except QuestionError as error:
            said = str(error)
        assert told in said, changes
        assert said.startswith("mine.toml, question 'q'"), changes


@pytest.mark.parametrize(("connection", "right"), [(1, "A"), (2, "B"), (0, "A")])
def test_a_question_is_about_one_connection(connection: int, right: str) -> None:
    """Of several connections the named one answers, or the last; the command plays that one."""
    options = [
        {"text": "yes", "holds": {"level": "CLIENT_AUTHENTICATED"}, "why": "It is good."},
        {"text": "no", "holds": {"level": "REFUSED"}, "why": "It is not."},
    ]
    table = {"ask": "Accepted?", "scenario": "renewed-too-late", "options": options}
    question = question_from("q", table | ({"connection": connection} if connection else {}))
    assert right == question.right
    which = f" --connection {connection}" if connection else ""
    assert f"clientauth run renewed-too-late{which} --tls 1.3" == question.command


def test_a_connection_that_is_not_there_is_told() -> None:
    """The number of a connection is held against those of the scenario when it is played."""
    question = question_from("q", TABLE | {"connection": 4}, "mine.toml")
    with pytest.raises(QuestionError, match=r"mine\.toml, question 'q': .*connection"):
        assert question.run


@pytest.mark.parametrize("table", [3, "text", [TABLE]])
def test_what_is_no_table_is_no_question(table: Any) -> None:
    """A value in the place of a question is told to be none."""
    with pytest.raises(QuestionError, match="this is not a table"):
        question_from("q", table)


@pytest.mark.parametrize(
    ("options", "told"),
    [
        (
            [NO, NO_OPTION],
            r"no option holds. Got: a run of which this is so: The security level is Client auth",
        ),
        ([YES, NO, YES], r"more than one option holds. Got: A and C."),
    ],
)
def test_not_exactly_one_right_option_is_told_when_it_is_played(options: list[Any], told: str) -> None:
    """A question with two right options, or with none, never calls an answer right or wrong."""
    question = question_from("q", TABLE | {"options": options})
    with pytest.raises(QuestionError, match=told):
        _ = question.right
    with pytest.raises(QuestionError, match=told):
        question.answer("A")
    assert repr(question.answer("?")).startswith("Which is it")


def test_a_change_that_cannot_be_made_is_told_when_it_is_played() -> None:
    """A setting that no scenario has is told with the question's name."""
    question = question_from("q", TABLE | {"set": {"server.client_authentification": "none"}})
    with pytest.raises(QuestionError, match=r"question 'q': the run cannot be played.*client_authentication"):
        question.answer("A")


def test_a_scenario_of_ones_own_is_found_beside_the_questions(tmp_path: Path) -> None:
    """The path of a scenario is relative to the file of questions, and the command names it."""
    (tmp_path / "my bob.toml").write_text('[server]\nclient_authentication = "none"\n', encoding="utf-8")
    options = [NO, {"text": "it stands", "holds": {"level": "SERVER_AUTHENTICATED"}}]
    question = question_from(
        "q", {"ask": "?", "scenario": "my bob.toml", "options": options}, str(tmp_path / "mine.toml")
    )
    assert "B" == question.right
    told, status = said(*shlex.split(question.command)[1:], "--json")
    assert (0, "SERVER_AUTHENTICATED") == (status, json.loads(told)["level"])


@pytest.mark.parametrize(
    "changes",
    [
        {"network": {"latency_ms": 100}},
        {"server": {"users": {"CN=alice": "ALICE"}, "trusts": ["client-ca", "server-ca"]}},
        {"client.verify_server": False, "certificates.alice.not_after": "-1d", "client.certificate": "none"},
    ],
)
def test_a_change_may_be_written_as_tables_and_the_command_makes_it(changes: dict[str, Any]) -> None:
    """However a change is written, the command that is told plays the same world."""
    question = question_from("q", TABLE | {"set": changes})
    told = shlex.split(question.command)
    assignments = [told[place + 1] for place, word in enumerate(told) if word == "--set"]
    made = catalogue[question.scenario].but(dict(map(parse_assignment, assignments)))
    assert [] == list(differences(question.run.scenario, made))
    assert assignments


@pytest.mark.parametrize(
    ("contents", "told"),
    [
        (b"x = [", "this is not TOML"),
        (b"\xff\xfe", "not text in UTF-8"),
        (b"# nothing", "no question in it"),
    ],
)
def test_files_that_cannot_be_read_are_told(tmp_path: Path, contents: bytes, told: str) -> None:
    """A file that is broken, empty or absent is told with its name."""
    path = tmp_path / "broken.toml"
    path.write_bytes(contents)
    with pytest.raises(QuestionError, match=rf"broken\.toml.*{told}"):
        ask("q", file=path)
    with pytest.raises(QuestionError, match="cannot be read"):
        ask("q", file=tmp_path / "absent.toml")


def test_a_name_that_is_not_in_the_file_is_told(mine: Path) -> None:
    """A misspelt name is answered with the nearest of that file."""
    with pytest.raises(
        UnknownQuestionError, match=r"Unknown question of .*mine\.toml\..*Did you mean 'late-start'"
    ):
        ask("late-strat", file=mine)


def test_the_command_lists_the_questions(mine: Path) -> None:
    """Without a name all questions are listed with their titles, and those that are none say why."""
    told, status = said("quiz", "--width", "80")
    assert 0 == status
    listed = dict(re.split("  +", line.strip()) for line in told.splitlines() if line.startswith("  "))
    assert {name: question.title for name, question in questions().items()} == listed
    assert max(map(len, told.splitlines())) <= 80
    told, _ = said("quiz", "--file", str(mine))
    assert re.search("  late-start  +Alice's certificate begins tomorrow\\.", told)
    assert "This is no question yet." in told


def test_bytes_that_are_no_text_are_no_letter() -> None:
    """A key of another encoding is asked about again, and ends in no traceback."""
    asked = subprocess.run(
        [sys.executable, "-m", "simulator", "quiz", "thief"],
        input=b"\xe4\nC\n",
        capture_output=True,
        env=os.environ | {"PYTHONIOENCODING": "utf-8"},
        check=True,
        timeout=60,
    )
    assert b"C is right." in asked.stdout
    assert b"" == asked.stderr


def test_the_command_asks_until_the_right_letter_comes() -> None:
    """What is no letter is asked again, and so is a wrong one, which gets its reason and not the answer."""
    told, status = said("quiz", "thief", "--width", "80", typed="what?\nb\nc\n")
    assert 0 == status
    assert 3 == told.count("Which is it: A, B, C or D?")
    wrong, right = told.index("B is not what happens."), told.index("C is right.")
    assert wrong < right < told.index("The run shows:")
    assert max(map(len, told.splitlines())) <= 80


def test_the_right_letter_is_told_after_the_second_wrong_one() -> None:
    """Two wrong answers are enough: then the right one is told, with the run that shows it."""
    told, status = said("quiz", "thief", typed="a\nb\n")
    assert 0 == status
    assert 2 == told.count("Which is it: A, B, C or D?")
    assert 2 == told.count(" is not what happens.")
    assert 1 == told.count("C is right.")


def test_of_two_options_the_other_is_told_at_once(mine: Path) -> None:
    """Where only one option is left nobody has to say it."""
    told, _ = said("quiz", "late-start", "--file", str(mine), typed="a\n")
    assert 1 == told.count("Which is it: A or B?")
    assert "B is right." in told


@pytest.mark.parametrize("leaving", ["", "\n", "q\n", "Q\n"])
def test_an_empty_line_or_q_leaves(leaving: str) -> None:
    """A reader may leave, before an answer or after a wrong one, and is not told the right one."""
    assert said("quiz", "thief", typed=leaving)[0].endswith("leaves.)\nNo answer.\n")
    told, status = said("quiz", "thief", typed=f"a\n{leaving}")
    assert (0, True) == (status, told.endswith("leaves.)\nNot answered rightly yet.\n"))
    assert "is right" not in told


MANY = """
[late]
ask = ""
scenrio = "valid-certificate"
tls = 1.3
options = [
    { txt = "yes", holds = { levl = "REFUSED", asked = "yes" } },
    3,
]
"""


def test_all_mistakes_of_a_question_are_told_at_once(tmp_path: Path) -> None:
    """Each mistake has a line of its own; what was misspelt is not told to be missing as well."""
    path = tmp_path / "many.toml"
    path.write_text(f"{MANY}\n[late-start]{GOOD}", encoding="utf-8")
    expected = [
        ("", "unknown setting. Got: scenrio"),
        ("", "ask cannot have this value"),
        ("", "tls cannot have this value. Got: 1.3"),
        (", option A", "unknown setting. Got: txt"),
        (", option A, holds", "Unknown fact. Got: 'levl'"),
        (", option A, holds", "The fact asked cannot have this value"),
        (", option B", "this is not a table. Got: 3"),
    ]
    with pytest.raises(QuestionError) as caught:
        ask("late", file=path)
    lines = str(caught.value).splitlines()
    assert len(expected) == len(lines)
    for (place, mistake), line in zip(expected, lines, strict=True):
        assert line.startswith(f"{path}, question 'late'{place}: {mistake}")
    told, status = said("quiz", "--check", "--file", str(path), "--width", "1000")
    assert 1 == status
    assert ["late: NOT GOOD. 7 mistakes:", *lines, "late-start: B is right."] == told.splitlines()[:9]
    assert told.endswith("2 questions: 1 of them not good.\n")


def test_the_command_tries_every_question(mine: Path) -> None:
    """With --check each question is played; if one of them is bad, the status is 1."""
    told, status = said("quiz", "--check", "--file", str(mine))
    words = " ".join(told.split())
    assert 1 == status
    assert "late-start: B is right." in words
    assert "none: NOT GOOD." in words
    assert "both: NOT GOOD." in words
    assert "more than one option holds" in words
    assert words.endswith("3 questions: 2 of them not good.")
    assert "--check plays every question" in said("quiz", "thief", "--check")[0]


def test_the_quiz_that_comes_with_the_simulator_is_good() -> None:
    """Every question of it has exactly one right answer."""
    text, good = tried("", 80)
    assert good
    assert text.endswith("each has exactly one right answer.")


def test_a_mistake_ends_in_words_and_status_2(capsys: pytest.CaptureFixture[str]) -> None:
    """A question that does not exist ends the command with a sentence, not with a traceback."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("sys.argv", ["clientauth", "quiz", "theif"])
        assert 2 == run_command(clientauth)
    told = capsys.readouterr().err
    assert (
        "clientauth: Unknown question. Got: 'theif'. Expected: a name that `clientauth quiz` lists." in told
    )
    assert "Did you mean 'thief'?" in told


def test_the_mark_that_some_editors_put_first_is_no_mistake(tmp_path: Path) -> None:
    """A file that begins with a byte order mark is read like any other, as a scenario file is."""
    mine = tmp_path / "mine.toml"
    mine.write_text(f"[late-start]{GOOD}", encoding="utf-8-sig")
    assert "B" == ask("late-start", file=str(mine)).right


def test_the_list_names_a_question_that_can_be_asked(tmp_path: Path) -> None:
    """What it says to type is a good question, in words that a shell takes; without one it says nothing."""
    mine = tmp_path / "my quiz.toml"
    mine.write_text(f"[bad]\nask = 3\n[late-start]{GOOD}", encoding="utf-8")
    told, _ = said("quiz", "--file", str(mine))
    (command,) = re.findall(r"Be asked one: (.*)", told)
    assert ["clientauth", "quiz", "late-start", "--file", str(mine)] == shlex.split(command)
    mine.write_text("[bad]\nask = 3\n", encoding="utf-8")
    assert "Be asked one" not in said("quiz", "--file", str(mine))[0]
