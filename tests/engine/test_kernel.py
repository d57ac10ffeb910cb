"""The event queue, held against SimPy's."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
import simpy
from hypothesis import given
from hypothesis import strategies as st

from simulator.engine.kernel import Kernel
from simulator.errors import SimulatorError

if TYPE_CHECKING:
    from collections.abc import Iterator


def test_time_then_priority_then_serial() -> None:
    """Earlier goes first; at one time the lower priority; at one priority who was scheduled first."""
    kernel, order = Kernel(), []
    for delay, priority, name in [(5, 0, "d"), (1, 1, "b"), (1, 0, "a"), (1, 1, "c")]:
        kernel.schedule(delay, lambda name=name: order.append((kernel.now, name)), priority)
    while kernel.step():
        pass
    assert order == [(1, "a"), (1, "b"), (1, "c"), (5, "d")]


def test_peek_tells_the_next_time_and_moves_nothing() -> None:
    """Looking at the queue neither empties it nor moves the clock, also at negative times."""
    kernel = Kernel(now=-10)
    assert kernel.peek() is None
    assert kernel.step() is False
    kernel.schedule(4, lambda: None)
    assert (kernel.peek(), kernel.peek(), kernel.now) == (-6, -6, -10)
    assert kernel.step() is True
    assert (kernel.peek(), kernel.now) == (None, -6)


def test_an_action_may_schedule_more() -> None:
    """What an action schedules with no delay happens at the same time, after what was there already."""
    kernel, order = Kernel(), []

    def first() -> None:
        order.append("first")
        kernel.schedule(0, lambda: order.append("third"))

    kernel.schedule(3, first)
    kernel.schedule(3, lambda: order.append("second"))
    while kernel.step():
        pass
    assert order == ["first", "second", "third"]
    assert kernel.now == 3


def test_the_past_is_closed() -> None:
    """A negative delay is a mistake and the error says what was got."""
    with pytest.raises(SimulatorError, match="a delay of -1 µs"):
        Kernel().schedule(-1, lambda: None)


SCHEDULES = st.lists(st.lists(st.integers(0, 50), min_size=1, max_size=6), min_size=1, max_size=8)


@given(SCHEDULES)
def test_same_order_and_times_as_simpy(chains: list[list[int]]) -> None:
    """Chains of delays, all started at once, happen at the times and in the order that SimPy gives them."""
    assert play_here(chains) == play_in_simpy(chains)


def play_here(chains: list[list[int]]) -> list[tuple[int, int, int]]:
    """Each chain schedules its next delay when the one before has passed."""
    kernel, order = Kernel(), []

    def follow(chain: int, place: int) -> None:
        order.append((kernel.now, chain, place))
        if place + 1 < len(chains[chain]):
            kernel.schedule(chains[chain][place + 1], lambda: follow(chain, place + 1))

    for number, delays in enumerate(chains):
        kernel.schedule(delays[0], lambda number=number: follow(number, 0))
    while kernel.step():
        pass
    return order


def play_in_simpy(chains: list[list[int]]) -> list[tuple[int, int, int]]:
    """The same chains as SimPy processes."""
    world, order = simpy.Environment(), []

    def chain(number: int, delays: list[int]) -> Iterator[simpy.Event]:
        for place, delay in enumerate(delays):
            yield world.timeout(delay)
            order.append((world.now, number, place))

    for number, delays in enumerate(chains):
        world.process(chain(number, delays))
    world.run()
    return order
