"""Exercises that are checked by playing: a task, and the facts that a good answer brings about.

A learner changes a scenario, takes decisions, or finds a value; :func:`check` plays it and says what is
still missing. No solution is written down here or in ``exercises.toml``: there stand only the facts that
should come out, and what may be changed on the way. The instructor's answers are in ``docs/teaching.md``.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from difflib import get_close_matches
from functools import cache
from importlib.resources import files
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from simulator.engine.simulation import Simulation
from simulator.errors import SimulatorError
from simulator.lessons.arguments import held, in_words, spelt
from simulator.lessons.facts.facts import Claim, fact, said, shortfalls
from simulator.lessons.page import Lead, page
from simulator.runs.run import Run, simulate
from simulator.scenario import Scenario
from simulator.scenario.catalogue.catalogue import catalogue
from simulator.scenario.changes import differences
from simulator.scenario.mistake import written_path
from simulator.tls.wire.alerts import AlertDescription
from simulator.trace.facts import Decided
from simulator.views.story.words import plural, question

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from simulator.scenario import TlsVersion
    from simulator.views.notebook import Exhibit

ONCE_MORE = "Change your answer and run the cell again."


class UnknownExerciseError(SimulatorError):
    """There is no such exercise."""


@dataclass(frozen=True, slots=True)
class Exercise:
    """One task.

    Attributes:
        number: its number: the notebook's, a point, its own.
        task: what is to be done.
        scenario: where the learner starts.
        tls: the version it is played in.
        wants: the facts that should come out.
        value_of: the fact whose value is asked for; empty where something is to be built.
        may_change: what may be changed, as the first words of dotted paths; empty for everything.
        most_changes: how many settings may be changed.
        decides: the decisions that are to be taken in an actor's place; empty for none.
        hint: said as long as the answer falls short.
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
    hint: str = ""

    def __repr__(self) -> str:
        return self._shown().text

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> dict[str, str]:  # noqa: ARG002 - IPython's signature
        """How a notebook shows it."""
        return self._shown().bundle()

    def _shown(self) -> Exhibit:
        return page(Lead(f"Exercise {self.number}"), self.task)


@cache
def exercises() -> Mapping[str, Exercise]:
    """Every exercise by its number."""
    tables = tomllib.loads(files(__package__).joinpath("exercises.toml").read_text(encoding="utf-8"))
    return MappingProxyType({number: _exercise(number, table) for number, table in tables.items()})


def exercise(number: str | float) -> Exercise:
    """The exercise of that number, ``"1.1"`` or 1.1.

    Raises:
        UnknownExerciseError: there is none; the error names the nearest.
    """
    asked = spelt(number)
    if asked in exercises():
        return exercises()[asked]
    near = get_close_matches(asked, exercises(), n=3, cutoff=0.3)
    raise UnknownExerciseError(
        "There is no such exercise.",
        got=in_words(number),
        expected=" or ".join(near) or ", ".join(exercises()),
        advice='Say it as in exercise("1.1").',
    )


def check(number: str | float, answer: Any) -> Exhibit:
    """Play an answer, and say whether it does what the exercise asks for.

    Args:
        number: the exercise's number.
        answer: a scenario, a run, a simulation or the player of one, or the value that was asked for; ``?``
            for none yet. A simulation is run on as far as it goes by itself.

    Raises:
        UnknownExerciseError: there is no such exercise.
    """
    wanted = exercise(number)
    answer = held(answer)
    if isinstance(answer, str) and answer.strip() == "?":
        return page(Lead("Not answered yet."), "Put your answer in place of the question mark.")
    if wanted.value_of:
        return _check_value(wanted, answer)
    if not isinstance(answer, Scenario | Run | Simulation):
        return page(
            Lead("Not yet."), f"A scenario is wanted, and this is {in_words(answer)}.", wanted.hint, ONCE_MORE
        )
    if isinstance(answer, Simulation):
        answer.run()
    scenario = answer if isinstance(answer, Scenario) else answer.scenario
    taken = _taken(answer)
    untouched = next(differences(catalogue[wanted.scenario], scenario), None) is None and not taken
    if untouched and not _in_another_version(answer, wanted):
        return _nothing_yet(wanted)
    if isinstance(answer, Simulation) and answer.pending:
        return _waiting(question(answer.pending.name), answer.pending.options)
    trace = simulate(answer, wanted.tls).trace if isinstance(answer, Scenario) else answer.trace
    missing = [
        f"Your run: {words}."
        for words in (*_trespasses(scenario, wanted), *_overruled(answer, taken, wanted))
    ]
    missing += [f"Your run shows: {words}" for words in shortfalls(wanted.wants or {}, trace)]
    if not missing:
        reached = " ".join(said(name, value) for name, value in (wanted.wants or {}).items())
        return page(Lead("Done."), f"Your run shows: {reached}")
    return page(Lead("Not yet."), *missing, wanted.hint, ONCE_MORE)


def _check_value(wanted: Exercise, answer: Any) -> Exhibit:
    """Hold a value against what the run shows."""
    trace = simulate(wanted.scenario, wanted.tls).trace
    value = fact(trace, wanted.value_of)
    if _says(answer, value, wanted.value_of):
        return page(Lead("Done."), said(wanted.value_of, value))
    return page(Lead("Not yet."), f"It is not {in_words(answer)}.", wanted.hint, ONCE_MORE)


def _says(answer: Any, value: Any, fact_name: str) -> bool:
    """Whether an answer is this value, as people write it: ``130 bytes``, an alert by its number."""
    given = getattr(answer, "name", answer)  # an alert as the run gives it is as good as its name
    if isinstance(value, int):
        number = str(given).split()
        return bool(number) and number[0].removesuffix(".0") == str(value)
    return spelt(alert_name(given) if fact_name == "alert" else given) == spelt(value)


def alert_name(given: object) -> str:
    """An alert by its name, where it is given by its number, or by both: ``certificate_required (116)``."""
    words = str(given).strip()
    codes = {str(one.value): one.rfc_name for one in AlertDescription}
    return codes.get(words, words.partition("(")[0].strip())


def _nothing_yet(wanted: Exercise) -> Exhibit:
    """What is said of an answer that is still where one starts: a hint would come too early."""
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


def _waiting(asked: str, options: tuple[str, ...]) -> Exhibit:
    """What is said of a simulation that has not ended."""
    return page(
        Lead("Not yet."),
        f"Your run still waits. {asked}",
        f"Say decide() with {' or '.join(map(repr, options))}, and run the cell again.",
    )


def _taken(answer: Scenario | Run | Simulation) -> list[str]:
    """The decisions that were taken in an actor's place."""
    if isinstance(answer, Scenario):
        return []
    events = answer.events if isinstance(answer, Simulation) else answer.trace.events
    decided = (event.fact for event in events if isinstance(event.fact, Decided))
    return [fact.decision for fact in decided if fact.taken_by == "outside"]


def _in_another_version(answer: Scenario | Run | Simulation, wanted: Exercise) -> bool:
    return not isinstance(answer, Scenario) and answer.tls != wanted.tls


def _overruled(answer: Scenario | Run | Simulation, taken: list[str], wanted: Exercise) -> Iterator[str]:
    """What was decided in an actor's place and should not have been, and the reverse."""
    if not isinstance(answer, Scenario) and _in_another_version(answer, wanted):
        yield f"it is played in TLS {answer.tls}; wanted: TLS {wanted.tls}"
    yield from (f"you took the decision {name} yourself" for name in taken if name not in wanted.decides)
    yield from (f"nobody took the decision {name} for it" for name in wanted.decides if name not in taken)


def _trespasses(scenario: Scenario, wanted: Exercise) -> Iterator[str]:
    """What was changed that the task does not allow."""
    changed = [path for path, _ in differences(catalogue[wanted.scenario], scenario)]
    for path in changed:
        if wanted.may_change and not any(_is_within(path, allowed) for allowed in wanted.may_change):
            yours = " and ".join(wanted.may_change)
            yield f"it changes {written_path(path)}; the task leaves only {yours} to you"
    if len(changed) > wanted.most_changes:
        yield f"it changes {plural(len(changed), 'setting')}, and {wanted.most_changes} should be enough"


def _is_within(path: tuple[str, ...], allowed: str) -> bool:
    return path[: allowed.count(".") + 1] == tuple(allowed.split("."))


def _exercise(number: str, table: Mapping[str, Any]) -> Exercise:
    values: dict[str, Any] = {
        key: tuple(value) if isinstance(value, list) else value for key, value in table.items()
    }
    return Exercise(number, **values)
