"""The runs that stand for the others: no different story is left out of a plain ``make test``."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from simulator.trace.facts import (
    Alert,
    BeliefChanged,
    Checked,
    Decided,
    HandshakeReturned,
    Sent,
    StandingChanged,
    StateChanged,
    Step,
)
from tests.played import EVERY_RUN, STORIES, for_each, run_of

if TYPE_CHECKING:
    from simulator.trace.facts import Event
    from simulator.trace.trace import Trace


def gist(event: Event) -> tuple[object, ...]:
    """What an event contributes to a story: who, in which step, and what."""
    match event.fact:
        case Sent() as sent:
            what: tuple[object, ...] = (sent.name, sent.is_empty_certificate)
        case Alert(name=name, direction=direction):
            what = (name, direction)
        case Decided(decision=decision, choice=choice, options=options):
            what = (decision, choice, options)
        case BeliefChanged(level=level, assumed=assumed):
            what = (level, assumed)
        case StandingChanged(standing=standing):
            what = (standing,)
        case HandshakeReturned(result=result):
            what = (result,)
        case StateChanged(after=after):
            what = (after,)
        case Checked(verdict=verdict):
            what = (verdict.accepted,)
        case _:
            what = ()
    return event.actor, event.step, type(event.fact), *what


def story(trace: Trace) -> tuple[tuple[object, ...], ...]:
    """The story of a connection; how the certificates came about is not part of it."""
    return tuple(gist(event) for event in trace.events if event.step is not Step.ENROLMENT)


def test_every_different_story_is_played() -> None:
    """Each run of the catalogue tells a story that one of the runs in the list tells too."""
    told = {story(run_of(name, tls).trace) for name, tls in STORIES}
    assert [] == [(name, tls) for name, tls in EVERY_RUN if story(run_of(name, tls).trace) not in told]


def test_the_longest_run_is_played() -> None:
    """The run with the most events is in the list."""
    events = {(name, tls): len(run_of(name, tls).trace.events) for name, tls in EVERY_RUN}
    assert max(events.values()) == max(events[run] for run in STORIES)


def test_the_list_names_no_run_twice() -> None:
    """The list has no doubles, and only runs of the catalogue."""
    assert len(STORIES) == len(set(STORIES))
    assert set(STORIES) <= set(EVERY_RUN)


def test_a_test_of_many_cases_names_the_one_that_fails() -> None:
    """All cases run up to the first failure, which says its case; without any case the test fails."""
    seen: list[int] = []

    @for_each("number", [1, 2, 3])
    def small(number: int) -> None:
        seen.append(number)
        assert number < 2

    with pytest.raises(AssertionError) as failure:
        small()
    assert seen == [1, 2]
    assert failure.value.__notes__ == ["The case: 2"]
    with pytest.raises(AssertionError, match="there is no case"):
        for_each("number", [])(small)()
