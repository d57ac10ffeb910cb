"""The quiz as a file for Moodle, in its text format GIFT: a multiple-choice question for each of ours.

Source: the GIFT page of Moodle's documentation. Moodle imports such a file into a question bank, where a
teacher chooses points and attempts.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from simulator.errors import OutputError
from simulator.lessons.quiz.question import LETTERS
from simulator.lessons.quiz.quiz import questions
from simulator.lessons.quiz.quiz_file import question_from, tables_in
from simulator.runs.files import write_public_file

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from simulator.lessons.quiz.question import Question

CATEGORY = "$course$/top/Client authentication in TLS"
SPECIAL = re.compile(r"[\\~=#{}:]")


def save_gift(path: Path, file: str = "") -> int:
    """Write the quiz to a .gift file and count its questions.

    Args:
        path: where to; the folder must exist.
        file: a file of questions; empty for the built-in quiz.

    Raises:
        QuestionError: the file cannot be read, or a question has a mistake or not exactly one right option.
        OutputError: the suffix is another, or the file cannot be written.
    """
    if path.suffix.lower() != ".gift":
        advice = (
            "Give the file a name that ends in .gift; Moodle asks for the format GIFT when it imports it."
        )
        raise OutputError("The quiz for Moodle has one form.", got=path.name, expected=".gift", advice=advice)
    asked = (
        [question_from(n, t, file) for n, t in tables_in(file).items()] if file else [*questions().values()]
    )
    write_public_file(path, gift(asked).encode())
    return len(asked)


def gift(asked: Iterable[Question]) -> str:
    """Questions in GIFT: each option with its reason, and what the run shows as general feedback."""
    return "\n\n".join([f"$CATEGORY: {CATEGORY}", *map(_question, asked)]) + "\n"


def _question(question: Question) -> str:
    reasons = dict(question.reasons())
    lines = [f"::{_escaped(question.name)}::[plain]{_escaped(question.ask)} {{"]
    for letter, option in zip(LETTERS, question.options, strict=False):
        mark = "=" if letter == question.right else "~"
        reason = f"#{_escaped(reasons[letter])}" if reasons[letter] else ""
        lines.append(f"\t{mark}{_escaped(option.text)}{reason}")
    return "\n".join(
        [*lines, f"\t####{_escaped(f'{question.shown_by_run()} To see it: {question.command}')}", "}"]
    )


def _escaped(text: str) -> str:
    """A text on one line in which no character has a meaning of its own."""
    return SPECIAL.sub(lambda found: f"\\{found[0]}", " ".join(text.split()))
