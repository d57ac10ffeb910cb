"""The plans of the lessons: their parts with their minutes, their slides, and the runs that they name."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import TYPE_CHECKING, Any, cast

from simulator.lessons.quiz.quiz import questions
from simulator.lessons.quiz.quiz_file import question_from
from simulator.runs.run import simulate

if TYPE_CHECKING:
    from collections.abc import Iterator

    from simulator.lessons.quiz.question import Question
    from simulator.scenario import TlsVersion
    from simulator.trace.trace import Trace

#: The lessons by their minutes, each with its plan.
PLANS = {"45": "plan.toml", "60": "administrators.toml", "90": "plan.toml"}


@dataclass(frozen=True, slots=True)
class LessonPart:
    """A part of the lesson.

    Attributes:
        title: its title.
        begins, ends: the minutes at which it begins and ends.
        slides: the tables of its slides.
    """

    title: str
    begins: int
    ends: int
    slides: tuple[dict[str, Any], ...]


@cache
def plan(length: str) -> dict[str, Any]:
    """The whole plan as it is written.

    Args:
        length: the minutes of the lesson, of :data:`PLANS`.
    """
    text = resources.files(__package__).joinpath(PLANS[length]).read_text(encoding="utf-8")
    return tomllib.loads(text)


def parts(length: str) -> Iterator[LessonPart]:
    """The parts of a lesson, one after the other.

    Args:
        length: the minutes of the lesson, of :data:`PLANS`.
    """
    now = 0
    for table in plan(length)["part"]:
        lasts = table["minutes"]
        minutes = lasts.get(length, 0) if isinstance(lasts, dict) else lasts
        if minutes:
            slides = (slide for slide in table["slide"] if slide.get("only", length) == length)
            yield LessonPart(table["title"], now, now + minutes, tuple(slides))
        now += minutes


def asked(slide: dict[str, Any]) -> Question:
    """The question of a vote: of the quiz, or one of a plan's own."""
    if "quiz" in slide:
        return questions()[slide["quiz"]]
    name = slide["ask_own"]
    table = next(found for length in PLANS if (found := plan(length).get("ask", {}).get(name)))
    return question_from(name, table)


@cache
def played(run: str) -> Trace:
    """The trace of a run, as in ``valid-certificate 1.3``; a third word is the number of a connection."""
    scenario, tls, *connection = run.split()
    whole = simulate(scenario, cast("TlsVersion", tls))
    return whole.connection(int(connection[0])).trace if connection else whole.trace


def runs_named(length: str) -> list[str]:
    """The runs that the slides show, in the order in which they come."""
    slides = [slide for part in parts(length) for slide in part.slides]
    named = (slide[key] for slide in slides for key in ("run", "left", "right") if key in slide)
    return list(dict.fromkeys(named))
