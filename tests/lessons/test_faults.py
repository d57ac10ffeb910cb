"""The game "Find the fault": its texts are measured, and its faults are played."""

from __future__ import annotations

import pytest

from simulator.error_texts.alert_names import alert_in
from simulator.error_texts.causes import causes
from simulator.error_texts.normal_form import normal_lines
from simulator.errors import ArgumentError
from simulator.lessons import fault
from simulator.lessons.classroom.faults import HINTS, Fault, played, printed, rounds
from simulator.tls.wire.version import PEER
from tests.played import some

each = pytest.mark.parametrize("one", rounds(), ids=lambda one: one.cause)


@each
def test_the_text_is_what_the_played_fault_brings_about(one: Fault) -> None:
    """An alert in the text is the alert of the run, sent by the other side; a verdict is this side's own."""
    assert one.text
    alert = alert_in("\n".join(normal_lines(one.text)))
    outcome = played(one.cause).outcome
    assert outcome.alert is not None
    if alert is not None:
        assert (alert.rfc_name, PEER[one.side]) == (outcome.alert.name, outcome.alert.sender)
    elif one.side == "server":
        assert outcome.alert.sender == "server"


@each
def test_every_candidate_can_be_played(one: Fault) -> None:
    """Four faults to choose from, each in the catalogue of causes with a scenario that ends in a refusal."""
    assert len(set(one.candidates)) == len(one.candidates) == 4
    assert one.cause in one.candidates
    for name in one.candidates:
        assert causes()[name].scenario
        assert played(name).outcome.alert is not None


@pytest.mark.parametrize("one", some(rounds(), 3), ids=lambda one: one.cause)
def test_each_answer_is_judged_by_what_would_be_printed(one: Fault) -> None:
    """The right fault is found by letter and by name; each wrong one gets what was played, and its text."""
    letter = next(letter for letter, name in one.lettered.items() if name == one.cause)
    for answer in (one.cause, letter, letter.lower(), one.cause.replace("-", " ").capitalize()):
        assert repr(one.answer(answer)).startswith("Found. ")
    for name in set(one.candidates) - {one.cause}:
        said = repr(one.answer(name))
        assert said.startswith("Not this one: ")
        would = printed(one.program, one.side, name)
        assert ("The text is the same" in said) == (would == one.text)
        assert would == one.text or all(line in said for line in would.split("\n"))


@each
def test_hints_lead_to_the_other_side(one: Fault) -> None:
    """Each round has three hints; the second is the other side's text, or what the run shows of it."""
    hints = [repr(one.hint(number)) for number in range(1, HINTS + 1)]
    assert all(len(hint.split("\n")) >= 2 for hint in hints)
    there = printed(one.other, PEER[one.side], one.cause) if one.other else "Played with this fault"
    assert there
    assert all(line in hints[1] for line in there.split("\n"))
    assert one.cause not in repr(one) + hints[0]


def test_before_an_answer_nothing_is_given_away() -> None:
    """A question mark asks for a letter and offers hints; other numbers are refused in words."""
    assert "Put A, B, C or D" in repr(fault(1).answer("?"))
    for wrong in (lambda: fault(99), lambda: fault(1).hint(4)):
        with pytest.raises(ArgumentError, match="a number from 1 to"):
            wrong()
