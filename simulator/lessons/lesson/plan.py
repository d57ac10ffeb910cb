"""The plan of the lesson: its parts with their minutes, its slides, and the runs that they name."""

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
def plan() -> dict[str, Any]:
    """The whole plan as it is written."""
    text = resources.files(__package__).joinpath("plan.toml").read_text(encoding="utf-8")
    return tomllib.loads(text)


def parts(length: str) -> Iterator[LessonPart]:
    """The parts of a lesson, one after the other.

    Args:
        length: the minutes of the lesson: ``45`` or ``90``.
    """
    now = 0
    for table in plan()["part"]:
        lasts = table["minutes"]
        minutes = lasts.get(length, 0) if isinstance(lasts, dict) else lasts
        if minutes:
            slides = (slide for slide in table["slide"] if slide.get("only", length) == length)
            yield LessonPart(table["title"], now, now + minutes, tuple(slides))
        now += minutes


def asked(slide: dict[str, Any]) -> Question:
    """The question of a vote."""
    if "quiz" in slide:
        return questions()[slide["quiz"]]
    return question_from(slide["ask_own"], plan()["ask"][slide["ask_own"]])


@cache
def played(run: str) -> Trace:
    """The trace of a run; it is named as in ``valid-certificate 1.3``."""
    scenario, tls = run.split()
    return simulate(scenario, cast("TlsVersion", tls)).trace


def runs_named(length: str) -> list[str]:
    """The runs that the slides show, in the order in which they come."""
    slides = [slide for part in parts(length) for slide in part.slides]
    named = (slide[key] for slide in slides for key in ("run", "left", "right") if key in slide)
    return list(dict.fromkeys(named))
