"""Exercises that are checked by playing: a task, and the facts that a good answer brings about.

A learner changes a scenario, takes decisions, or finds a value; :func:`check` plays the answer and names what
is missing. ``exercises.toml`` holds no solution, only the wanted facts and the changes that are allowed. The
instructor's answers are in ``docs/answers.md``.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from simulator.engine.simulation import Simulation
from simulator.errors import SimulatorError, unknown_name
from simulator.lessons.arguments import held, in_words, spelt
from simulator.lessons.facts.facts import Claim, fact, said, shortfalls
from simulator.lessons.page import Lead, Shown, page
from simulator.lessons.quiz.setting_table import setting_table
from simulator.runs.run import Run, simulate
from simulator.scenario import Scenario
from simulator.scenario.catalogue.catalogue import catalogue
from simulator.scenario.changes import differences
from simulator.scenario.mistakes.mistake import Path, written_path
from simulator.tls.wire.alerts import AlertDescription
from simulator.trace.facts import Decided
from simulator.views.story.words import plural, question

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from simulator.lessons.page import Block
    from simulator.scenario import TlsVersion
    from simulator.views.drawing.notebook import Exhibit

ONCE_MORE = "Change your answer and run the cell again."
Answer = Scenario | Run | Simulation


class UnknownExerciseError(SimulatorError):
    """An exercise is unknown."""


@dataclass(frozen=True, repr=False)
class Exercise(Shown):
    """A task.

    Attributes:
        number: the notebook's number, a point, and its own: ``1.2``.
        task: the task.
        scenario: the scenario that the learner starts with.
        tls: the version that is played.
        wants: the facts that the answer should bring about.
        value_of: the fact whose value is the answer; empty if the answer is a scenario or a run.
        may_change: settings that may be changed, as the beginnings of dotted paths; empty for all.
        most_changes: the greatest number of changed settings.
        decides: the decisions that the learner has to take; empty for none.
        settings: settings that may help, as dotted paths.
        hint: shown while the answer is not good.
    """

    number: str
    task: str
    scenario: str
    tls: TlsVersion = "1.3"
    wants: Claim | None = None
    value_of: str = ""
    may_change: tuple[str, ...] = ()
    most_changes: int = 99
    decides: tuple[str, ...] = ()
    settings: tuple[str, ...] = ()
    hint: str = ""

    @property
    def shown(self) -> tuple[Block, ...]:
        """Its number, the task, and the settings that may help."""
        task = Lead(f"Exercise {self.number}"), self.task
        return (*task, setting_table(catalogue[self.scenario], self.settings)) if self.settings else task


@cache
def exercises() -> Mapping[str, Exercise]:
    """Every exercise by number."""
    tables = tomllib.loads(files(__package__).joinpath("exercises.toml").read_text(encoding="utf-8"))
    return MappingProxyType({number: _exercise(number, table) for number, table in tables.items()})


def _exercise(number: str, table: Mapping[str, Any]) -> Exercise:
    values: dict[str, Any] = {
        key: tuple(value) if isinstance(value, list) else value for key, value in table.items()
    }
    return Exercise(number, **values)


def exercise(number: str | float) -> Exercise:
    """The exercise of this number, ``"1.1"`` or 1.1.

    Raises:
        UnknownExerciseError: unknown number.
    """
    asked = spelt(number)
    if asked in exercises():
        return exercises()[asked]
    advice = 'Write it as in exercise("1.1").'
    raise unknown_name(UnknownExerciseError, "exercise", asked, exercises(), otherwise=advice)


def check(number: str | float, answer: Any) -> Exhibit:
    """Play an answer, and report what is missing of what the exercise asks for.

    Args:
        number: the exercise's number.
        answer: a scenario, a run, a simulation or its live player, or the wanted value; ``?`` for none yet. A
            simulation is run up to the next decision that waits for the learner.

    Raises:
        UnknownExerciseError: unknown number.
    """
    wanted = exercise(number)
    answer = held(answer)
    if isinstance(answer, str) and answer.strip() == "?":
        return page(Lead("Not answered yet."), "Put your answer in place of the question mark.")
    if wanted.value_of:
        value = fact(simulate(wanted.scenario, wanted.tls).trace, wanted.value_of)
        if _same(answer, value, wanted.value_of):
            return page(Lead("Done."), said(wanted.value_of, value))
        return _not_yet(wanted, f"It is not {in_words(answer)}.")
    if isinstance(answer, Answer):
        return _check_run(wanted, answer)
    return _not_yet(wanted, f"A scenario is wanted, and this is {in_words(answer)}.")


def _check_run(wanted: Exercise, answer: Answer) -> Exhibit:
    """Compare an answer that can be played with what the exercise asks for."""
    if isinstance(answer, Simulation):
        answer.run()
    scenario, tls = (answer, wanted.tls) if isinstance(answer, Scenario) else (answer.scenario, answer.tls)
    changed = [path for path, _ in differences(catalogue[wanted.scenario], scenario)]
    taken = _taken(answer)
    if not changed and not taken and tls == wanted.tls:
        return _nothing_yet(wanted)
    if isinstance(answer, Simulation) and answer.pending:
        return page(
            Lead("Not yet."),
            f"Your run still waits. {question(answer.pending.name)}",
            f"Say decide() with {' or '.join(map(repr, answer.pending.options))}, and run the cell again.",
        )
    trace = simulate(answer, tls).trace if isinstance(answer, Scenario) else answer.trace
    wants = wanted.wants or {}
    missing = [f"Your run: {words}." for words in _not_allowed(wanted, changed, tls, taken)]
    missing += [f"Your run shows: {words}" for words in shortfalls(wants, trace)]
    if missing:
        return _not_yet(wanted, *missing)
    reached = " ".join(said(name, value) for name, value in wants.items())
    return page(Lead("Done."), f"Your run shows: {reached}")


def _not_yet(wanted: Exercise, *reasons: str) -> Exhibit:
    return page(Lead("Not yet."), *reasons, wanted.hint, ONCE_MORE)


def _nothing_yet(wanted: Exercise) -> Exhibit:
    """The reply to an answer that is still the start: a hint would come too early."""
    if wanted.decides:
        return page(
            Lead("You have decided nothing yet."),
            "A simulation waits for you at the decisions that its interactive names: let it run up to there, "
            "and say decide(). Then run the cell again.",
        )
    return page(
        Lead("You have changed nothing yet."),
        "Your answer is the same world as the one that you started from; a setting that is set to what it "
        "was is no change. Change it as the task says, and run the cell again.",
    )


def _same(answer: Any, value: Any, fact_name: str) -> bool:
    """Return True if an answer is this value, as people write it: ``130 bytes``, an alert by its number."""
    given = getattr(answer, "name", answer)  # an alert of a run is as good as its name
    if isinstance(value, int):
        number = str(given).split()
        return bool(number) and number[0].removesuffix(".0") == str(value)
    return spelt(alert_name(given) if fact_name == "alert" else given) == spelt(value)


def alert_name(given: object) -> str:
    """The name of an alert that is given by name, number or both: ``certificate_required (116)``."""
    words = str(given).strip()
    codes = {str(one.value): one.rfc_name for one in AlertDescription}
    return codes.get(words, words.partition("(")[0].strip())


def _taken(answer: Answer) -> list[str]:
    """The decisions that were taken in an actor's place."""
    if isinstance(answer, Scenario):
        return []
    events = answer.events if isinstance(answer, Simulation) else answer.trace.events
    decided = (event.fact for event in events if isinstance(event.fact, Decided))
    return [fact.decision for fact in decided if fact.taken_by == "outside"]


def _not_allowed(wanted: Exercise, changed: list[Path], tls: str, taken: list[str]) -> Iterator[str]:
    """Every change and decision that the task does not allow, and every decision that it lacks."""
    for path in changed:
        if wanted.may_change and not any(_is_within(path, allowed) for allowed in wanted.may_change):
            yours = " and ".join(wanted.may_change)
            yield f"it changes {written_path(path)}; the task leaves only {yours} to you"
    if len(changed) > wanted.most_changes:
        yield f"it changes {plural(len(changed), 'setting')}, and {wanted.most_changes} should be enough"
    if tls != wanted.tls:
        yield f"it is played in TLS {tls}; wanted: TLS {wanted.tls}"
    yield from (f"you took the decision {name} yourself" for name in taken if name not in wanted.decides)
    left = (name for name in wanted.decides if name not in taken)
    yield from (f"the decision {name} was left to the actor; take it yourself" for name in left)


def _is_within(path: Path, allowed: str) -> bool:
    return path[: allowed.count(".") + 1] == tuple(allowed.split("."))
