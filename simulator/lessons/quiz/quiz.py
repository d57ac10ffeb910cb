"""A quiz whose questions are scenarios and whose answers are computed.

A question names a run. Each of its options claims something about that run. Wrong options are what people
often believe (:mod:`simulator.lessons.quiz.misconceptions`), so a wrong answer gets its reason and the run
that shows it. ``questions.toml`` holds the quiz that comes with the simulator; a teacher's own questions
stand in a file of the same form.

    >>> from simulator.lessons.quiz.quiz import ask
    >>> question = ask("thief")
    >>> question                 # shows what is asked
    >>> question.answer("B")     # right or wrong, and why
    >>> ask("late-start", file="mine.toml")
"""

from __future__ import annotations

import tomllib
from difflib import get_close_matches
from functools import cache
from importlib.resources import files
from types import MappingProxyType
from typing import TYPE_CHECKING

from simulator.errors import SimulatorError
from simulator.lessons.quiz.question import LETTERS, Option, Question, QuestionError
from simulator.lessons.quiz.quiz_file import question_from, tables_in

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

__all__ = [
    "LETTERS",
    "Option",
    "Question",
    "QuestionError",
    "UnknownQuestionError",
    "ask",
    "question_from",
    "questions",
]


class UnknownQuestionError(SimulatorError):
    """The quiz has no such question."""


@cache
def questions() -> Mapping[str, Question]:
    """Every question that comes with the simulator, by its name, in the order of the notebooks."""
    text = files(__package__).joinpath("questions.toml").read_text(encoding="utf-8")
    return MappingProxyType({name: question_from(name, table) for name, table in tomllib.loads(text).items()})


def ask(name: str, file: str | Path = "") -> Question:
    """The question of that name.

    Args:
        name: its name.
        file: a file of one's own to look in; empty for the quiz that comes with the simulator.

    Raises:
        UnknownQuestionError: there is none; the error names the nearest.
        QuestionError: the file cannot be read, or the question has a mistake.
    """
    known = tables_in(file) if file else questions()
    if not isinstance(name, str):
        raise UnknownQuestionError(
            "A question is asked by its name.",
            got=repr(name),
            expected=f'a text, as ask("{next(iter(known))}")',
            advice="All names: clientauth quiz",
        )
    if name in known:
        return question_from(name, known[name], str(file)) if file else questions()[name]
    near = get_close_matches(name, known, n=3, cutoff=0.5)
    raise UnknownQuestionError(
        f"{file} has no such question." if file else "The quiz has no such question.",
        got=repr(name),
        expected=" or ".join(near) or ", ".join(known),
    )
