"""Exercises are checked by playing what the learner hands in; the puzzle by the server's own decision."""

from __future__ import annotations

import pytest

from simulator import Simulation, catalogue, simulate
from simulator.errors import SimulatorError
from simulator.lessons import case, check, exercise, live
from simulator.lessons.classroom.exercises import Exercise, UnknownExerciseError, exercises
from simulator.lessons.classroom.puzzle import ACCEPT, ANSWERS, CASES
from simulator.runs.run import run_of
from simulator.trace.latest import last_verdict
from tests.played import for_each

built = [one for one in exercises().values() if not one.value_of]
each_built = for_each("one", built)
each = for_each("one", exercises().values())


@each_built
def test_where_one_starts_is_no_solution(one: Exercise) -> None:
    """What an exercise starts with does not pass, and is told from an attempt: no hint is given yet."""
    start = catalogue[one.scenario]
    verb = "decided" if one.decides else "changed"
    waiting = Simulation(start, one.tls, interactive=list(one.decides))
    for answer in (start, start.but({"network.latency_ms": 20}), simulate(start, one.tls), waiting):
        told = repr(check(one.number, answer))
        assert told.startswith(f"You have {verb} nothing yet.")
        assert "run the cell again" in told
        assert " ".join(one.hint.split()) not in " ".join(told.split())


@each
def test_an_attempt_that_falls_short_gets_a_hint(one: Exercise) -> None:
    """An attempt that does not pass is told what is missing, and then the hint."""
    wrong = "nothing of the kind" if one.value_of else catalogue[one.scenario].but({"network.latency_ms": 21})
    told = " ".join(repr(check(one.number, wrong)).split())
    hint = " ".join(one.hint.split())
    assert told.startswith("Not yet.")
    assert hint in told
    missing = told.partition(hint)[0].removeprefix("Not yet.")
    assert ("It is not" if one.value_of else "Your run:") in missing


def test_another_version_is_an_attempt() -> None:
    """The scenario one starts from in another TLS version is something else than nothing."""
    told = repr(check("1.1", simulate("valid-certificate", "1.2")))
    assert told.startswith("Not yet.")
    assert "it is played in TLS 1.2; wanted: TLS 1.3" in told


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


def test_a_scenario_that_shows_the_facts_passes_whoever_wrote_it() -> None:
    """One of the catalogue that differs only in what is left to the learner is as good; another is not."""
    assert repr(check("2.2", catalogue["intermediate-held-by-server"])).startswith("Done.")
    assert repr(check("3.1", catalogue["server-does-not-ask"])).startswith("Not yet.")


@pytest.mark.parametrize(
    ("number", "scenario", "decision", "choice"),
    [
        ("1.1", "valid-certificate", "request-certificate", "do not ask"),
        ("3.1", "no-certificate-refused", "accept-client", "accept"),
        ("3.2", "no-certificate-lower-level", "grant", "refuse"),
        ("5.1", "valid-certificate", "accept-client", "refuse"),
        ("7.2", "no-certificate-refused", "request-certificate", "do not ask"),
    ],
)
def test_nobody_gets_by_through_overruling_an_actor(
    number: str, scenario: str, decision: str, choice: str
) -> None:
    """Where a world is to be built, deciding in an actor's place is no solution, nor is another decision."""
    simulation = Simulation(catalogue[scenario], interactive=[decision])
    simulation.run()
    simulation.decide(choice)
    told = repr(check(number, simulation))
    assert told.startswith("Not yet.")
    assert f"you took the decision {decision} yourself" in told


def test_the_decision_counts_as_a_simulation_and_as_a_run() -> None:
    """What was decided is looked up in what was played, in the version that is asked for."""
    for tls, beginning in (("1.3", "Done."), ("1.2", "Not yet.")):
        server = Simulation(catalogue["no-certificate-refused"], tls, interactive=["accept-client"])
        server.run()
        server.decide("accept")
        assert repr(check("7.2", run_of(server))).startswith(beginning)
        assert repr(check("7.2", server)).startswith(beginning)
    other = Simulation(catalogue["no-certificate-refused"], interactive=["send-certificate"])
    other.run()
    other.decide("skip")
    assert "the decision accept-client was left to the actor" in repr(check("7.2", other))


def test_a_value_may_be_written_as_people_write_it() -> None:
    """Hyphens, spaces and capitals do not matter, and an alert may be handed in as the run gives it."""
    alert = run_of(Simulation(catalogue["no-certificate-refused"])).outcome.alert
    for number, answer in (
        ("1.2", "Proof of possession"),
        ("5.2", alert),
        ("5.2", "certificate required"),
        ("5.2", 116),
        ("5.2", "certificate_required (116)"),
    ):
        assert repr(check(number, answer)).startswith("Done.")
    assert "It is not 'decrypt_error', a text." in repr(check("1.2", "decrypt_error"))


def test_a_simulation_must_have_been_decided() -> None:
    """A simulation that waits for another decision is told which, and with what it goes on."""
    waiting = Simulation(
        catalogue["no-certificate-refused"], interactive=["send-certificate", "accept-client"]
    )
    waiting.run()
    assert repr(check("7.2", waiting)).startswith("You have decided nothing yet.")
    waiting.decide("skip")
    told = repr(check("7.2", waiting))
    assert told.startswith("Not yet.")
    assert "Your run still waits. Does the server accept the client's Certificate message?" in told
    assert "decide() with 'accept' or 'refuse'" in told


def test_a_player_of_a_decided_run_may_be_handed_in() -> None:
    """What a learner decided in the picture counts."""
    player = live(Simulation(catalogue["no-certificate-refused"], interactive=["accept-client"]))
    player.decide("accept")
    assert repr(check("7.2", player)).startswith("Done.")


def test_a_number_may_have_its_unit() -> None:
    """130 bytes are as good as 130, and 131 bytes are not."""
    assert repr(check("6.1", "130 bytes")).startswith("Done.")
    assert repr(check("6.1", 130.0)).startswith("Done.")
    for wrong in ("131 bytes", -130, "-130", "", "130x"):
        assert repr(check("6.1", wrong)).startswith("Not yet.")


def test_something_else_is_told_in_words() -> None:
    """A value where a scenario is wanted, and a number that is none, are told in words."""
    assert "A scenario is wanted, and this is 3, a number." in repr(check("1.1", 3))
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


def test_the_checks_are_offered_in_the_order_of_the_ledger() -> None:
    """What an answer may name stands in the order in which the server looks."""
    verdict = last_verdict(simulate("valid-certificate").trace.events, "server")
    assert verdict is not None
    made = list(dict.fromkeys(check.name for check in verdict.checks))
    assert [name for name in made if name in ANSWERS] == list(ANSWERS)
