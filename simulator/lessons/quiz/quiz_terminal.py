"""The quiz in a terminal: list the questions of a file, check them all, ask one."""

from __future__ import annotations

from shlex import quote
from textwrap import shorten, wrap
from typing import TYPE_CHECKING

from simulator.lessons.page import page_text
from simulator.lessons.quiz.question import Attempt, Question, QuestionError
from simulator.lessons.quiz.quiz import questions
from simulator.lessons.quiz.quiz_file import QuestionProblemsError, question_from, tables_in
from simulator.views.story.words import plural

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

LEAVING = ("", "q")  # an empty line, the end of the input, or this


def listed(file: str, width: int) -> str:
    """All questions by name, each with its title, in lines of at most ``width`` columns.

    Raises:
        QuestionError: the file cannot be read.
    """
    lines: list[str] = []
    known = list(every(file))
    widest = max(len(name) for name, _ in known)
    for name, found in known:
        front = f"  {name:<{widest}}  "
        if isinstance(found, Question):
            lines.append(front + (found.title or shorten(found.ask, width - len(front), placeholder=" …")))
        else:
            words = f"This is no question yet. {found}"
            lines += wrap(words, width, initial_indent=front, subsequent_indent=" " * len(front))
    good = [name for name, found in known if isinstance(found, Question)]
    ending = f" --file {quote(file)}" if file else ""
    example = f" Be asked one: clientauth quiz {quote(good[0])}{ending}" if good else ""
    return "\n".join([*lines, "", f"{plural(len(good), 'question')}.{example}"])


def tried(file: str, width: int) -> tuple[str, bool]:
    """Play every question, and report the right answer or the mistakes of each.

    Returns:
        The text, and True if all questions are good.

    Raises:
        QuestionError: the file cannot be read.
    """
    told: list[str] = []
    bad = 0
    known = list(every(file))
    for name, found in known:
        try:
            if isinstance(found, QuestionError):
                raise found
            told.append(f"{name}: {found.right} is right.")
        except QuestionProblemsError as error:
            bad += 1
            told += [f"{name}: NOT GOOD. {len(error.mistakes)} mistakes:", *map(str, error.mistakes)]
        except QuestionError as error:
            bad += 1
            told.append(f"{name}: NOT GOOD. {error}")
    verdict = f"{bad} of them not good." if bad else "each has exactly one right answer."
    lines = [line for words in told for line in wrap(words, width, subsequent_indent="  ")]
    return "\n".join([*lines, "", f"{plural(len(known), 'question')}: {verdict}"]), not bad


def asked(question: Question, read: Callable[[], str], write: Callable[[str], None], width: int) -> None:
    """Ask a question until the right letter comes. After the second wrong letter the right one is shown.

    Args:
        question: the question.
        read: returns the next typed line; empty at the end of the input.
        write: shows a text.
        width: columns.
    """
    write(page_text(question.shown, width))
    write(f"\n{_invitation(question, width)}")
    attempt = Attempt(question)
    while (line := read()).strip().lower() not in LEAVING:
        letter = question.letter(line)
        if letter:
            write(f"\n{page_text(attempt.answer(letter), width)}")
            if attempt.ended:
                return
            write("")
        write(_invitation(question, width))
    write("Not answered rightly yet." if attempt.tried else "No answer.")


def _invitation(question: Question, width: int) -> str:
    return page_text([f"{question.which} (An empty line or q leaves.)"], width)


def every(file: str) -> Iterator[tuple[str, Question | QuestionError]]:
    """Every question of a file by name, or the error that reading it raised."""
    if not file:
        yield from questions().items()
        return
    for name, table in tables_in(file).items():
        try:
            yield name, question_from(name, table, file)
        except QuestionError as error:
            yield name, error
