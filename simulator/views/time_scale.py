"""A scale of time for a page: true where something happens, broken where nothing does for long."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass
from itertools import pairwise

FLIGHT = 208.0  # pixels for one way through the network
LONGEST = 260.0  # pixels for the longest time in which nothing happens; what is longer is broken
PIXELS_PER_MICROSECOND = 0.01  # where the network takes no time
LEAST_TICK = 44.0
STEPS = (1, 2, 5)


@dataclass(frozen=True, slots=True)
class TimeScale:
    """From virtual time to height.

    Attributes:
        instants: the times at which something happens, in microseconds, in order.
        heights: how far down the page each of them is.
        broken: the places (indices of the earlier instant) where the scale is broken.
        pixels: pixels for one microsecond where it is not.
    """

    instants: tuple[int, ...]
    heights: tuple[float, ...]
    broken: tuple[int, ...]
    pixels: float

    @staticmethod
    def of(times: set[int], latency: int, top: float) -> TimeScale:
        """The scale for these times, beginning at ``top``; one latency is always as long."""
        pixels = FLIGHT / latency if latency else PIXELS_PER_MICROSECOND
        instants = tuple(sorted(times | {0}))
        heights, broken = [top], []
        for place, (one, other) in enumerate(pairwise(instants)):
            length = (other - one) * pixels
            if length > LONGEST:
                length = LONGEST
                broken.append(place)
            heights.append(heights[-1] + length)
        return TimeScale(instants, tuple(heights), tuple(broken), pixels)

    def y(self, at: int) -> float:
        """The height of a time."""
        place = min(max(bisect_right(self.instants, at) - 1, 0), len(self.instants) - 1)
        start, height = self.instants[place], self.heights[place]
        if place + 1 == len(self.instants):
            return height
        share = (at - start) / (self.instants[place + 1] - start)
        return height + share * (self.heights[place + 1] - height)

    def ticks(self) -> list[int]:
        """Round times at a readable distance, those inside a break left out."""
        least, unit = LEAST_TICK / self.pixels, 1
        while all(step * unit < least for step in STEPS):
            unit *= 10
        step = next(step * unit for step in STEPS if step * unit >= least)
        gaps = [(self.instants[place], self.instants[place + 1]) for place in self.broken]
        count = min(self.instants[-1] // step, 400)
        times = [step * number for number in range(count + 1)]
        return [at for at in times if not any(start < at < end for start, end in gaps)]
