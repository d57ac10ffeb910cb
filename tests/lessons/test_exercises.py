"""Exercises are checked by playing what the learner hands in; the puzzle by the server's own decision."""

from __future__ import annotations

import pytest

from simulator import Simulation, catalogue, simulate
from simulator.errors import DecisionError, SimulatorError
from simulator.lessons import case, check, exercise
from simulator.lessons.exercises import Exercise, UnknownExerciseError, exercises
from simulator.lessons.puzzle import ACCEPT, ANSWERS, CASES

each = pytest.mark.parametrize("one", exercises().values(), ids=exercises())


@each
def test_where_one_starts_is_no_solution(one: Exercise) -> None:
    """What an exercise starts with does not pass, and the reply says what is missing and gives a hint."""
    answer = "nothing of the kind" if one.value_of else catalogue[one.scenario]
    told = repr(check(one.number, answer))
    assert told.startswith("Not yet.")
    assert " ".join(one.hint.split()) in " ".join(told.split())


@each
def test_the_task_does_not_say_the_solution(one: Exercise) -> None:
    """Neither the task nor a question mark for an answer gives a hint."""
    assert one.hint not in repr(one)
    assert one.hint not in repr(check(one.number, "?"))


def test_a_run_or_a_scenario_may_be_handed_in() -> None:
    """A run counts as its scenario."""
    solved = catalogue["valid-certificate"].but({"server.client_authentication": "none"})
    assert repr(check("1.1", solved)) == repr(check("1.1", simulate(solved)))
    assert repr(check("1.1", solved)).startswith("Done.")


def test_what_may_not_be_changed_is_told() -> None:
    """A solution that changes what the task does not leave to the learner does not pass."""
    told = repr(check("2.1", catalogue["missing-intermediate"].but({"server.holds": ["intermediate-ca"]})))
    assert "it changes server.holds; the task leaves only client to you" in told
    assert told.startswith("Not yet.")


def test_too_many_changes_are_told() -> None:
    """A solution that changes more than it needs does not pass."""
    two = {"server.client_authentication": "none", "server.tickets": 1}
    told = repr(check("1.1", catalogue["valid-certificate"].but(two)))
    assert "it changes 2 settings, and 1 should be enough" in told


def test_another_scenario_does_not_pass() -> None:
    """A different scenario that happens to show the facts is not a solution."""
    assert repr(check("2.2", catalogue["intermediate-held-by-server"])).startswith("Done.")
    assert repr(check("3.1", catalogue["server-does-not-ask"])).startswith("Not yet.")


def test_a_simulation_must_have_been_decided() -> None:
    """A simulation that waits is a mistake to be told, not a wrong answer."""
    waiting = Simulation(catalogue["no-certificate-refused"], interactive=["accept-client"])
    waiting.run()
    with pytest.raises(DecisionError):
        check("7.2", waiting)


def test_something_else_is_told_in_words() -> None:
    """A value where a scenario is wanted, and a number that is none, are told in words."""
    assert "A scenario is wanted, and this is 3." in repr(check("1.1", 3))
    with pytest.raises(UnknownExerciseError, match=r"1\.1"):
        exercise("1.9")


@pytest.mark.parametrize("number", range(1, len(CASES) + 1))
def test_a_case_says_nothing_of_its_verdict(number: int) -> None:
    """What lies on the table names neither the scenario nor the check that fails."""
    shown = repr(case(number))
    assert CASES[number - 1] not in shown
    assert "refuse" not in shown
    assert CASES[number - 1] not in repr(case(number).answer("?"))


@pytest.mark.parametrize("number", range(1, len(CASES) + 1))
def test_exactly_one_decision_agrees(number: int) -> None:
    """Of all decisions exactly one is the simulator's; the others are told what it found."""
    one = case(number)
    agreed = [said for said in (ACCEPT, *ANSWERS) if repr(one.answer(said)).startswith("So does")]
    assert 1 == len(agreed)
    found = one.run.outcome.decisive_check or ACCEPT
    assert [found] == agreed
    assert CASES[number - 1] in repr(one.answer(ACCEPT))


def test_there_are_eight_cases() -> None:
    """A number that is no case is a mistake to be told."""
    with pytest.raises(SimulatorError, match="1 to 8"):
        case(9)
