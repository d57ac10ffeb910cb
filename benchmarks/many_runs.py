"""The cost of many runs of which the outcomes are kept: on one core and on two, and as their number grows.

Run it from the repository's root: ``python -m benchmarks.many_runs``. It rewrites its section of
``benchmarks/README.md``; with ``--rounds`` below 5 it only prints. ``--most 100000`` goes on to so many runs,
which takes minutes.
"""

from __future__ import annotations

import argparse
import json
import resource
import subprocess
import sys
from concurrent.futures import ProcessPoolExecutor
from itertools import cycle, islice
from time import perf_counter, process_time

from benchmarks.measuring import Spread, load, machine, processor_seconds, table, write_section
from benchmarks.runs_kept import RSS_UNIT
from simulator.runs.many import simulate_all
from simulator.scenario.catalogue.catalogue import catalogue

ROUNDS = 5
RUNS = 2000
COUNTS = (100, 1_000, 10_000, 100_000)
USUAL_MOST = 10_000


def play(count: int, processes: int = 1) -> None:
    """Play scenarios of the catalogue in turn and let go of each outcome; a pool is started and ended."""
    supply = islice(cycle(catalogue), count)
    if processes == 1:
        played = sum(1 for _ in simulate_all(supply, progress=False))
    else:
        with ProcessPoolExecutor(processes) as pool:
            played = sum(1 for _ in simulate_all(supply, executor=pool, progress=False))
    assert played == count


def taken(processes: int) -> tuple[float, float]:
    """Seconds by the clock, and by the work of the processors, for the study."""
    worked, start = processor_seconds(), perf_counter()
    play(RUNS, processes)
    return perf_counter() - start, processor_seconds() - worked


def side_by_side(rounds: int) -> str:
    """One process and two, in turns."""
    play(len(catalogue))  # warms up
    found = [(taken(1), taken(2)) for _ in range(rounds)]
    gain = Spread.of([one[0] / two[0] for one, two in found])
    more = Spread.of([two[1] / one[1] for one, two in found])
    rows = [
        (str(place + 1), *(f"{Spread.of([each[place][kind] for each in found]):.2f}" for kind in (0, 1)))
        for place in (0, 1)
    ]
    return f"""\
{RUNS:,} runs, {rounds} interleaved rounds. Aim: two processes are 1.8 × as quick as one, on an idle machine
of two processors. By the clock, beside what else the machine did: {gain:.2f} ×. The two made its
processors work {more:.2f} × as long as one does, start of the pool and sending included; so with two
processors to themselves they are {2 / more.median:.2f} × as quick.

{table(("processes", "seconds", "seconds of processors"), rows)}"""


def grow(count: int) -> dict[str, float]:
    """Milliseconds of processor for a run, and MiB by which the process grew, after the catalogue once."""
    play(len(catalogue))
    before, start = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, process_time()
    play(count)
    spent = process_time() - start
    grown = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) * RSS_UNIT
    return {"ms": 1000 * spent / count, "MiB": grown / 2**20}


def row(count: int) -> tuple[str, str, str]:
    """The measurements for one count, in a new process."""
    own = [sys.executable, "-m", "benchmarks.many_runs", "--grow", str(count)]
    found = json.loads(subprocess.run(own, check=True, capture_output=True, text=True).stdout)
    return f"{count:,}", f"{found['ms']:.2f}", f"{found['MiB']:.1f}"


def main() -> None:
    """Measure and write."""
    arguments = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    arguments.add_argument("--rounds", type=int, default=ROUNDS)
    arguments.add_argument("--most", type=int, default=USUAL_MOST, help="runs of the longest study")
    arguments.add_argument("--grow", type=int, help=argparse.SUPPRESS)
    given = arguments.parse_args()
    if given.grow:
        print(json.dumps(grow(given.grow)))
        return
    before = load()
    rows = [row(count) for count in sorted({*(one for one in COUNTS if one <= given.most), given.most})]
    heads = ("runs, outcomes let go", "ms of processor per run", "MiB that the process grew")
    text = f"""\
{machine()}; not pinned to a processor.
The load was {before} when it began. The scenarios of the catalogue in turn, TLS 1.3.

{side_by_side(given.rounds)}

As the number grows, on one core, each in a process of its own; the catalogue was played once before.
Aim: as much for each run of 100,000 as of 100, and memory bounded.

{table(heads, rows)}
"""
    if given.rounds >= ROUNDS:
        write_section("many_runs", text)
    else:
        print(text)


if __name__ == "__main__":
    main()
