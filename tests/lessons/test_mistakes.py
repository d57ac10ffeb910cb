"""What learners hand over by mistake: taken as it is meant, or told in words, never as a raw Python error."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

import simulator.lessons as lessons
from simulator import Simulation, catalogue, simulate
from simulator.errors import ArgumentError, DecisionError, OutputError, ScenarioError, SimulatorError
from simulator.lessons.arguments import spelt
from simulator.lessons.classroom.exercises import UnknownExerciseError
from tests.played import run_of

if TYPE_CHECKING:
    from collections.abc import Callable

GOOD = catalogue["valid-certificate"]


def ended() -> Simulation:
    """A simulation that has ended."""
    simulation = Simulation(GOOD)
    simulation.run()
    return simulation


def waiting() -> Simulation:
    """A simulation that waits for the client's decision."""
    simulation = Simulation(GOOD, interactive=["send-certificate"])
    simulation.run()
    return simulation


MISTAKES: list[tuple[str, Callable[[], object], type[SimulatorError], str]] = [
    ("card of a text", lambda: lessons.card("x"), ArgumentError, 'simulate("valid-certificate")'),
    (
        "card of a name",
        lambda: lessons.card("no-purpose-stated"),
        ArgumentError,
        'simulate("no-purpose-stated")',
    ),
    ("card of a scenario", lambda: lessons.card(GOOD), ArgumentError, "Put simulate(...) around it"),
    ("card of nothing", lambda: lessons.card(None), ArgumentError, "simulate("),
    ("show a text", lambda: lessons.show("x"), ArgumentError, "simulate("),
    (
        "show nearly a name",
        lambda: lessons.show("stolen-certifcate"),
        ArgumentError,
        'simulate("stolen-certificate")?',
    ),
    (
        "show a number as a view",
        lambda: lessons.show(run_of("hello-retry", "1.3"), 3),
        OutputError,
        "bytes:NAME",
    ),
    ("show what has not ended", lambda: lessons.show(waiting()), DecisionError, "decide()"),
    ("beside a name", lambda: lessons.beside(ended(), "valid-certificate"), ArgumentError, "simulate("),
    ("levels of a list", lambda: lessons.levels([ended()]), ArgumentError, "star"),
    ("ledger of Eve", lambda: lessons.ledger(ended(), "eve"), ArgumentError, "judged the other"),
    ("ledger of a list", lambda: lessons.ledger(ended(), ["client"]), ArgumentError, "judged the other"),
    ("ledger of a text", lambda: lessons.ledger("run"), ArgumentError, "simulate("),
    ("certificate by number", lambda: lessons.certificate(ended(), 3), ArgumentError, "one of these"),
    ("certificate of a text", lambda: lessons.certificate("x", "alice"), ArgumentError, "simulate("),
    ("conversation of a number", lambda: lessons.conversation(3), ArgumentError, "simulate("),
    ("tell a text", lambda: lessons.tell("x"), ArgumentError, "run.trace.events"),
    ("tell a run", lambda: lessons.tell(ended()), ArgumentError, "simulation.events"),
    ("tell numbers", lambda: lessons.tell([1, 2]), ArgumentError, "run.trace.events"),
    ("tell a number", lambda: lessons.tell(3), ArgumentError, "run.trace.events"),
    ("proof of a text", lambda: lessons.proof("x"), ArgumentError, "simulate("),
    ("choices of a text", lambda: lessons.choices("x"), ArgumentError, "Simulation("),
    ("live with a run", lambda: lessons.live(run_of("hello-retry", "1.3")), ArgumentError, "Simulation("),
    ("ways of a number", lambda: lessons.ways(3), ArgumentError, "catalogue["),
    ("ways of a run", lambda: lessons.ways(ended()), ArgumentError, "run.scenario"),
    ("explain a number", lambda: lessons.explain(3), ArgumentError, "quotation marks"),
    ("case nine", lambda: lessons.case(9), ArgumentError, "case(1)"),
    ("case in words", lambda: lessons.case("one"), ArgumentError, "case(1)"),
    ("case of nothing", lambda: lessons.case(None), ArgumentError, "case(1)"),
    ("exercise eight", lambda: lessons.exercise(8), UnknownExerciseError, 'exercise("1.1")'),
    ("exercise of nothing", lambda: lessons.exercise(None), UnknownExerciseError, 'exercise("1.1")'),
    ("check nothing", lambda: lessons.check(None, GOOD), UnknownExerciseError, 'exercise("1.1")'),
    ("simulate a number", lambda: simulate(3), ScenarioError, "catalogue["),
    ("simulate a run", lambda: simulate(run_of("hello-retry", "1.3")), ScenarioError, ".scenario"),
    ("simulate in TLS 1.3 as a number", lambda: simulate(GOOD, tls=1.3), ScenarioError, "one of the two"),
    ("an unknown name", lambda: catalogue["nonsense"], ScenarioError, "list(catalogue)"),
    ("half a name", lambda: catalogue["stolen"], ScenarioError, "'stolen-certificate'"),
    ("but a text", lambda: run_of("hello-retry", "1.3").but("x"), ScenarioError, ".but({"),
    ("a name for a scenario", lambda: Simulation("hello-retry"), ScenarioError, 'catalogue["hello-retry"]'),
    ("an unknown decision", lambda: Simulation(GOOD, interactive=["x"]), DecisionError, "True for all"),
    ("a number of decisions", lambda: Simulation(GOOD, interactive=3), DecisionError, "True for all"),
    ("an unknown choice", lambda: waiting().decide("nonsense"), DecisionError, "one of the options"),
    ("an unknown fork", lambda: waiting().fork("x", "y"), DecisionError, "one of these"),
]


def test_a_mistake_is_told_in_words() -> None:
    """Each is an error of ours, with what was got, what was expected, and what to do."""
    for name, call, kind, advice in MISTAKES:
        found = mistake_in(call)
        assert isinstance(found, kind), (name, found)
        assert found.got is not None, name
        assert found.expected, name
        assert advice in found.advice, name


def mistake_in(call: Callable[[], object]) -> SimulatorError | None:
    """The error of ours that a call raises."""
    try:
        call()
    except SimulatorError as error:
        return error
    return None


def test_changes_with_a_number_for_a_path_are_told() -> None:
    """A path that is no text is told like one that is misspelt."""
    with pytest.raises(ScenarioError, match="keys joined by dots"):
        GOOD.but({3: 4})


def test_what_is_plain_is_taken_as_it_is_meant() -> None:
    """A case by text, an exercise by number, a simulation for a run, a name for a scenario."""
    run = run_of("valid-certificate", "1.3")
    assert repr(lessons.case(1)) == repr(lessons.case("1"))
    assert repr(lessons.exercise("1.1")) == repr(lessons.exercise(1.1))
    assert repr(lessons.check("1.1", GOOD)) == repr(lessons.check(1.1, GOOD))
    assert repr(lessons.levels(run)) == repr(lessons.levels(ended()))
    assert repr(lessons.card(run)) == repr(lessons.card(ended()))
    assert lessons.proof(run) == lessons.proof(ended())
    assert repr(lessons.ways(GOOD)) == repr(lessons.ways("valid-certificate"))
    assert "Nothing that can be seen." == repr(lessons.tell([]))
    assert repr(lessons.tell(run.trace.events)) == repr(lessons.tell(iter(run.trace.events)))


def test_something_long_is_told_by_its_kind() -> None:
    """What would fill the screen is not repeated."""
    for long, kind in (
        ("x" * 500, "a text"),
        ([1] * 500, "a list"),
        (run_of("hello-retry", "1.3").trace, "Trace"),
    ):
        with pytest.raises(ArgumentError) as raised:
            lessons.card(long)
        assert kind in raised.value.got
        assert len(raised.value.got) < 60


@pytest.mark.parametrize("written", ["Proof of possession", "proof_of_possession", " PROOF-OF  possession "])
def test_spelling_that_does_not_matter(written: str) -> None:
    """Capitals, spaces, hyphens and underscores are the same in puzzle and exercise."""
    assert "proof-of-possession" == spelt(written)
    assert repr(lessons.check("1.2", written)).startswith("Done.")
    assert repr(lessons.case(6).answer(written)).startswith("So does")
