"""The quiz: what is right is found by playing, and every wrong answer gets its reason."""

from __future__ import annotations

import json
import re
import shlex
from html import unescape
from typing import Any

import pytest
from click.testing import CliRunner

from simulator.command.cli import clientauth
from simulator.errors import SimulatorError
from simulator.lessons.facts.facts import FACTS, check_claim, fact, holds, said, shortfalls
from simulator.lessons.quiz.misconceptions import misconceptions
from simulator.lessons.quiz.question import LETTERS, Question
from simulator.lessons.quiz.quiz import UnknownQuestionError, ask, questions
from tests.played import EVERY_RUN, for_each, run_of, some

each = for_each("question", questions().values())


@each
def test_exactly_one_option_holds(question: Question) -> None:
    """Played, exactly one option of a question is true."""
    assert 1 == sum(holds(option.claim, question.run.trace) for option in question.options)


@each
def test_a_wrong_answer_gets_its_reason_and_a_second_try(question: Question) -> None:
    """Its reason and nothing about the run; the second wrong one is followed by the right one and the run."""
    asked = ask(question.name)
    wrong = [letter for letter in question.lettered if letter != question.right]
    for place, letter in enumerate(wrong[:2]):
        told = " ".join(repr(asked.answer(letter)).split())
        option = question.lettered[letter]
        assert told.startswith(f"{letter} is not what happens.")
        assert (option.why or misconceptions()[option.misconception].truth) in told
        last = place == 1
        assert last == (f"{question.right} is right." in told) == ("The run shows:" in told)
        assert last == (question.command in told) == ("Try once more" not in told)
        assert told == " ".join(repr(asked.answer(letter)).split())  # a cell that runs again costs no try
    told = " ".join(repr(ask(question.name).answer(question.right)).split())
    assert told.startswith(f"{question.right} is right. {question.lettered[question.right].text}")
    assert "The run shows:" in told
    assert question.command in told


@each
def test_a_class_is_told_every_reason(question: Question) -> None:
    """Each option has its reason, and the answer for a class tells them all, with what the run shows."""
    reasons = question.reasons()
    assert list(LETTERS[: len(question.options)]) == [letter for letter, _ in reasons]
    told = " ".join(repr(question.explained()).split())
    assert told.startswith(f"{question.right} is right.")
    assert question.command in told
    for (letter, words), option in zip(reasons, question.options, strict=True):
        assert letter == question.right or words == (
            option.why or misconceptions()[option.misconception].truth
        )
        html = unescape(question.explained().html)
        assert words in html


@each
def test_the_right_answer_is_not_given_away(question: Question) -> None:
    """Before an answer, nothing that is shown says which one is right."""
    assert question.right not in re.findall(r"([A-F]) is right", repr(question))
    assert "is right" not in repr(question.answer("?"))


@for_each("question", some(questions().values(), 4))
def test_the_command_plays_the_same_run(question: Question) -> None:
    """The command line beside an answer plays the run that was asked about."""
    result = CliRunner().invoke(clientauth, [*shlex.split(question.command)[1:], "--json"])
    told, played = json.loads(result.output), question.run.to_dict()
    compared = ("level", "alert", "decisive_check", "negotiated", "messages")
    assert [played[name] for name in compared] == [told[name] for name in compared]
    assert 0 == result.exit_code


def test_a_change_makes_the_difference_that_is_asked_for() -> None:
    """Where a question changes a scenario, its right answer would be wrong without the change.

    Two are asked because the policy makes no difference there: a bad certificate stays bad.
    """
    unmoved = []
    for question in questions().values():
        right = question.options[LETTERS.index(question.right)]
        if question.changes and holds(right.claim, run_of(question.scenario, question.tls).trace):
            unmoved.append(question.name)
    assert ["optional-and-expired", "unverified-stolen"] == unmoved


def test_every_misconception_that_can_be_played_is_a_distractor() -> None:
    """Each misconception is behind some wrong option, save M20: proxies are not simulated."""
    used = {option.misconception for question in questions().values() for option in question.options}
    assert set(misconceptions()) - {"M20"} == used - {""}


def test_no_letter_is_a_good_guess() -> None:
    """The right answers are spread evenly over the first three letters."""
    rights = [question.right for question in questions().values()]
    assert all(len(rights) / 4 < rights.count(letter) < len(rights) / 2 for letter in "ABC")


@for_each("letter", ["?", "", "E", "AB", "yes", 5, None, ["C"], True])
def test_what_is_no_letter_is_asked_again(letter: Any) -> None:
    """An answer that is none is met with the question, never with an error."""
    assert repr(ask("same-ca").answer(letter)).startswith("Which is it: A, B or C?")


def test_small_letters_and_spaces_do() -> None:
    """An answer may be written small."""
    question = ask("same-ca")
    assert repr(question.answer(question.right)) == repr(question.answer(f" {question.right.lower()} "))


def test_unknown_questions_and_facts_are_told_in_words() -> None:
    """A misspelt question or fact names what there is."""
    with pytest.raises(UnknownQuestionError, match="thief"):
        ask("theif")
    for name in (3, None, ["thief"]):
        with pytest.raises(UnknownQuestionError, match=r"Unknown question\. Got: .*ask\(\"thief\"\)"):
            ask(name)  # type: ignore[arg-type]
    with pytest.raises(SimulatorError, match="decisive_check"):
        fact(run_of("valid-certificate", "1.3").trace, "decisive")


@for_each("name", FACTS)
def test_every_fact_can_be_told_of_every_run(name: str) -> None:
    """In whatever run a fact has a value of its kind, and a whole sentence that says it."""
    for scenario, tls in EVERY_RUN:
        value = fact(run_of(scenario, tls).trace, name)
        check_claim({name: value})
        told = said(name, value)
        assert re.fullmatch(r"[A-Z][^{}]*[^.\s]\.", told), told
        assert not re.search(r"True|False|None|[A-Z]_", told), told


@for_each("name", FACTS)
def test_different_values_are_said_differently(name: str) -> None:
    """No two values of a fact are said in the same sentence."""
    values = {fact(run_of(scenario, tls).trace, name) for scenario, tls in EVERY_RUN}
    values |= set(FACTS[name].values.names)
    assert len(values) == len({said(name, value) for value in values})


def test_bounds_are_claims_too() -> None:
    """Of a number a claim may say how much it is at least, and at most."""
    trace = run_of("certificate-expired", "1.3").trace
    assert 41 == fact(trace, "believed_wrongly_ms")
    assert holds({"believed_wrongly_ms": {"at_least": 41}}, trace)
    assert holds({"believed_wrongly_ms": {"at_least": 40, "at_most": 41}}, trace)
    assert not holds({"believed_wrongly_ms": {"at_least": 42}}, trace)
    assert not holds({"believed_wrongly_ms": {"at_most": 40}}, trace)
    assert "The client's error lasted at least 42 ms." == said("believed_wrongly_ms", {"at_least": 42})


def test_what_is_not_claimed_truly_is_said_in_two_sentences() -> None:
    """Where a claim falls short, it is said what the run shows and what is wanted."""
    claim = {"level": "CLIENT_AUTHENTICATED", "alert": "certificate_expired"}
    assert [
        "The security level is Refused. What is wanted: The security level is Client authenticated."
    ] == list(shortfalls(claim, run_of("certificate-expired", "1.3").trace))


def test_an_empty_message_shows_an_eavesdropper_no_certificate() -> None:
    """In TLS 1.2 the empty Certificate message is in the clear, and there is no certificate in it to read."""
    assert not fact(run_of("no-certificate-lower-level", "1.2").trace, "certificate_visible")
    assert fact(run_of("valid-certificate", "1.2").trace, "certificate_visible")


def test_misconceptions_are_numbered_without_gaps() -> None:
    """They are numbered from M1 on, and each has a belief and a truth of whole sentences."""
    assert [f"M{number}" for number in range(1, 29)] == list(misconceptions())
    for one in misconceptions().values():
        assert one.belief.endswith(".")
        assert one.truth.endswith(".")
