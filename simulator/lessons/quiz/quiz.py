"""A quiz whose questions are scenarios and whose answers are computed.

A question names a run, and each of its options claims something about that run. Wrong options are common
misconceptions (:mod:`simulator.lessons.quiz.misconceptions`), so a wrong answer gets its reason and the run
that refutes it. ``questions.toml`` holds the built-in quiz. A teacher's own file has the same form.

    >>> from simulator.lessons.quiz.quiz import ask
    >>> question = ask("thief")
    >>> question                 # shows what is asked
    >>> question.answer("B")     # right or wrong, and why
    >>> ask("late-start", file="mine.toml")
"""

from __future__ import annotations

import tomllib
from dataclasses import replace
from functools import cache
from importlib.resources import files
from types import MappingProxyType
from typing import TYPE_CHECKING

from simulator.errors import SimulatorError, unknown_name
from simulator.lessons.quiz.quiz_file import question_from, tables_in

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from simulator.lessons.quiz.question import Question


class UnknownQuestionError(SimulatorError):
    """A question is unknown."""


@cache
def questions() -> Mapping[str, Question]:
    """The built-in questions by name, in the order of the notebooks."""
    text = files(__package__).joinpath("questions.toml").read_text(encoding="utf-8")
    return MappingProxyType({name: question_from(name, table) for name, table in tomllib.loads(text).items()})


def ask(name: str, file: str | Path = "") -> Question:
    """The question of this name, with no letter tried yet.

    Args:
        name: its name.
        file: a file of questions; empty for the built-in quiz.

    Raises:
        UnknownQuestionError: unknown name.
        QuestionError: the file cannot be read, or the question has a mistake.
    """
    known = tables_in(file) if file else questions()
    if isinstance(name, str) and name in known:
        return question_from(name, known[name], str(file)) if file else replace(questions()[name])
    kind, command = (f"question of {file}", f"quiz --file {file}") if file else ("question", "quiz")
    expected, example = f"a name that `clientauth {command}` lists", next(iter(known))
    advice = f'Write a name as text, as in ask("{example}").'
    raise unknown_name(UnknownQuestionError, kind, name, known, expected=expected, otherwise=advice)
