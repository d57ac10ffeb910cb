"""The event queue: what happens next, and when.

Time is an integer number of microseconds. Two things due at the same time happen in order of priority, then
in the order in which they were scheduled, so the order of a run is total and the same every time.
"""

from __future__ import annotations

import heapq
from collections.abc import Callable

from simulator.errors import SimulatorError

Action = Callable[[], None]


class Kernel:
    """A queue of actions by ``(time, priority, serial)`` and the clock they move.

    Args:
        now: the time at which the queue starts, in microseconds; it may be negative.
    """

    def __init__(self, now: int = 0) -> None:
        self.now = now
        self._serial = 0
        self._queue: list[tuple[int, int, int, Action]] = []

    def schedule(self, delay: int, action: Action, priority: int = 0) -> None:
        """Let ``action`` happen ``delay`` microseconds from now; a lower ``priority`` goes first.

        Raises:
            SimulatorError: the delay is negative: nothing happens in the past.
        """
        if delay < 0:
            message = "Nothing can be scheduled in the past."
            advice = "Schedule it from an earlier time, or start the kernel's clock earlier."
            raise SimulatorError(message, got=f"a delay of {delay} µs", expected="0 or more", advice=advice)
        heapq.heappush(self._queue, (self.now + delay, priority, self._serial, action))
        self._serial += 1

    def peek(self) -> int | None:
        """The time of the next action, in microseconds; None when nothing is left."""
        return self._queue[0][0] if self._queue else None

    def step(self) -> bool:
        """Let the next action happen at its time; False when nothing is left."""
        if not self._queue:
            return False
        self.now, _, _, action = heapq.heappop(self._queue)
        action()
        return True
