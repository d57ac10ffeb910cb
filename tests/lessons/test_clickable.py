"""A question with buttons: the kernel judges, and the page holds nothing that gives the answer away."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from simulator.lessons import case
from simulator.lessons.classroom.puzzle import CASES, CHECKS
from simulator.lessons.page import page
from simulator.lessons.quiz.quiz import ask
from simulator.lessons.quiz.quiz_file import question_from
from tests.peers import package

if TYPE_CHECKING:
    from simulator.lessons.classroom.puzzle import Case
    from simulator.lessons.quiz.question import Question

WIDGET = "application/vnd.jupyter.widget-view+json"


@pytest.fixture(autouse=True)
def _anywidget() -> None:
    """These tests need anywidget, except for the one without it."""
    package("anywidget")


def buttons(question: Question | Case) -> Any:
    """The widget that a notebook shows for a question."""
    from ipywidgets.widgets.widget import _instances

    return _instances[question._repr_mimebundle_()[WIDGET]["model_id"]]


def pressed(widget: Any, letter: str) -> str:
    """The reply after a button was pressed."""
    widget.set_state({"chosen": letter})
    reply: str = widget.reply
    return reply


def test_the_page_gets_the_question_and_not_the_answer() -> None:
    """Before a choice the page holds the question, its options, and no reply or mark."""
    question = ask("thief")
    shown = buttons(question)
    assert question.ask == shown.ask
    assert [[letter, option.text] for letter, option in question.lettered.items()] == shown.options
    assert ("", {}, "") == (shown.reply, shown.marks, shown.chosen)
    assert "is right" not in json.dumps(question._repr_mimebundle_())


def test_a_wrong_button_gets_its_reason_and_a_second_try() -> None:
    """One mark after the first wrong press; after the second the right one is marked and shown."""
    shown = buttons(ask("thief"))
    reply = pressed(shown, "A")
    assert "A is not what happens." in reply
    assert "is right" not in reply
    assert {"A": "wrong"} == shown.marks
    assert "<strong>C is right.</strong>" in pressed(shown, "B")
    assert {"A": "wrong", "B": "wrong", "C": "right"} == shown.marks


def test_the_right_button_is_told_at_once() -> None:
    """The right one is marked, with the run that shows it; the text form knows of it too."""
    question = ask("thief")
    shown = buttons(question)
    assert "The run shows:" in pressed(shown, "C")
    assert {"C": "right"} == shown.marks
    assert "C is right." in repr(question.answer("B"))


@pytest.mark.parametrize("number", range(1, len(CASES) + 1))
def test_a_case_has_a_button_for_each_decision(number: int) -> None:
    """The case stands above its buttons; a wrong one gets its reason, and then a second try."""
    one = case(number)
    shown = buttons(one)
    letters = {text.partition(":")[0]: letter for letter, text in shown.options}
    assert list(letters) == ["accept", *CHECKS]
    assert page(*one.shown).html == shown.above
    right, *wrong = sorted(letters, key=lambda decision: decision != one.right)
    reply = pressed(shown, letters[wrong[0]])
    assert f"The simulator does not say {wrong[0]}." in reply
    assert CASES[number - 1] not in reply
    assert {letters[wrong[0]]: "wrong"} == shown.marks
    assert f"The right decision: {right}." in pressed(shown, letters[right])
    assert "right" == shown.marks[letters[right]]


def test_a_second_wrong_decision_shows_the_right_one() -> None:
    """After two wrong buttons the right one is marked and its reason given."""
    shown = buttons(case(2))
    pressed(shown, "A")
    assert "A check fails." in shown.reply
    assert "The right decision: validity." in pressed(shown, "B")
    assert {"A": "wrong", "B": "wrong", "F": "right"} == shown.marks


def test_a_question_with_a_mistake_says_so() -> None:
    """A press raises nothing in the kernel; the page says what is wrong with the question."""
    options = [{"text": words, "holds": {"level": "REFUSED"}} for words in "ab"]
    shown = buttons(question_from("q", {"ask": "?", "scenario": "valid-certificate", "options": options}))
    assert "no option holds" in pressed(shown, "A")


def test_without_anywidget_it_is_text(monkeypatch: pytest.MonkeyPatch) -> None:
    """The text form is shown, as a page and as plain text."""
    monkeypatch.setitem(sys.modules, "anywidget", None)
    monkeypatch.delitem(sys.modules, "simulator.lessons.quiz.clickable", raising=False)
    assert {"text/plain", "text/html"} == set(ask("thief")._repr_mimebundle_())


def test_the_module_loads_nothing() -> None:
    """Script and style name no address: they work without a network."""
    folder = Path(__file__).parents[2] / "simulator" / "lessons" / "quiz" / "web"
    assert ["question.css", "question.js"] == sorted(path.name for path in folder.iterdir())
    for path in folder.iterdir():
        assert "://" not in path.read_text(encoding="utf-8")
