"""Tools of all benchmarks: interleaved rounds, medians and quartiles, and the section they write."""

from __future__ import annotations

import os
import platform
import resource
import ssl
import statistics
import sys
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING, Protocol

import cryptography
from cryptography.hazmat.backends.openssl import backend

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

README = Path(__file__).resolve().parent / "README.md"


@dataclass(frozen=True, slots=True)
class Contestant:
    """Something to be timed.

    Attributes:
        play: does it once.
        times: how often it is done in one round; the round's figure is the mean.
        before: done before each time, off the clock.
        clock: the wall's, or that of the processor's work for this process.
    """

    play: Callable[[], object]
    times: int = 1
    before: Callable[[], object] | None = None
    clock: Callable[[], float] = perf_counter

    def seconds(self) -> float:
        """The cost of one play, measured now."""
        spent = 0.0
        for _ in range(self.times):
            if self.before is not None:
                self.before()
            start = self.clock()
            self.play()
            spent += self.clock() - start
        return spent / self.times


class Timed(Protocol):
    """A value that knows the cost of one play: a contestant, or a program with its own clock."""

    def seconds(self) -> float:
        """The cost of one play, measured now."""
        ...


def interleaved(contestants: Mapping[str, Timed], rounds: int) -> dict[str, list[float]]:
    """Seconds by contestant and round. In a round all take their turn, A B A B, so all meet the same load.

    Each plays one round before that does not count.
    """
    for contestant in contestants.values():
        contestant.seconds()
    found: dict[str, list[float]] = {name: [] for name in contestants}
    for _ in range(rounds):
        for name, contestant in contestants.items():
            found[name].append(contestant.seconds())
    return found


@dataclass(frozen=True, slots=True)
class Spread:
    """A median with its quartiles."""

    low: float
    median: float
    high: float

    @classmethod
    def of(cls, values: Sequence[float]) -> Spread:
        """The quartiles of some values."""
        return cls(*statistics.quantiles(values, n=4, method="inclusive"))

    def __format__(self, spec: str) -> str:
        return f"{self.median:{spec}} ({self.low:{spec}}–{self.high:{spec}})"


def speed(own: Sequence[float], reference: Sequence[float]) -> Spread:
    """The speed as a multiple of the reference, from the ratio of each round; more than 1 is faster."""
    return Spread.of([other / mine for mine, other in zip(own, reference, strict=True)])


def machine() -> str:
    """The machine in a line: versions and the number of processors, not their model."""
    library = " ".join(backend.openssl_version_text().split()[:2])
    return (
        f"{platform.python_implementation()} {platform.python_version()}, "
        f"cryptography {cryptography.__version__} with {library}, "
        f"ssl with {' '.join(ssl.OPENSSL_VERSION.split()[:2])}, "
        f"{platform.machine()}, {os.cpu_count()} processors"
    )


def load() -> str:
    """The load of the machine before the start, if the system reports it."""
    if not hasattr(os, "getloadavg"):
        return "unknown"
    return f"{os.getloadavg()[0]:.1f}"


def processor_seconds() -> float:
    """Seconds that processors have worked for this process and for its children that have ended."""
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(one.ru_utime + one.ru_stime for one in used)


def pin_to_one_core() -> str:
    """Keep this process on one processor, where the system can; says whether it did."""
    if not hasattr(os, "sched_setaffinity"):
        return "not pinned to a processor"
    os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})
    return "pinned to one processor"


def table(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A Markdown table."""
    lines = [heads, ["---"] * len(heads), *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def write_section(name: str, text: str) -> None:
    """Print a section and put it between its markers in the README.

    Raises:
        ValueError: the README has no such markers.
    """
    print(text)
    begin, end = f"<!-- {name}: begin, written by benchmarks/{name}.py -->", f"<!-- {name}: end -->"
    whole = README.read_text(encoding="utf-8")
    before, found_begin, rest = whole.partition(begin)
    _, found_end, after = rest.partition(end)
    if not (found_begin and found_end):
        raise ValueError(f"{README.name} has no section {name}: it needs the lines {begin} and {end}")
    README.write_text(f"{before}{begin}\n\n{text.strip()}\n\n{end}{after}", encoding="utf-8")
    print(f"Written to {README.name}.", file=sys.stderr)
