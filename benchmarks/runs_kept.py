"""The growth of time and memory with the number of runs that are kept.

Run it from the repository's root: ``python benchmarks/runs_kept.py``. Every count is measured in a process
of its own. It rewrites its section of ``benchmarks/README.md``; with ``--most`` below 1000 it only prints.
"""

from __future__ import annotations

import argparse
import json
import resource
import subprocess
import sys
import tracemalloc
from time import process_time

from benchmarks.measuring import machine, pin_to_one_core, table, write_section
from simulator.runs.run import simulate

COUNTS = (1, 10, 100, 1000)
MOST_KIB = 25  # the aim
SCENARIO = "chain-with-intermediate"
# ru_maxrss is in KiB, on macOS in bytes.
RSS_UNIT = 1 if sys.platform == "darwin" else 1024


def keep(count: int, *, traced: bool) -> dict[str, float]:
    """Keep so many runs, after one that warms up and is not kept.

    Returns:
        ``seconds`` for one run, ``bytes`` for one run by Python's own account (only if ``traced``, which
        makes it slow) and ``resident``, by how many bytes the process grew for one run.
    """
    simulate(SCENARIO)
    if traced:
        tracemalloc.start()
    resident = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    start = process_time()
    kept = [simulate(SCENARIO) for _ in range(count)]
    seconds = process_time() - start
    assert len(kept) == count
    grown = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - resident) * RSS_UNIT
    held = tracemalloc.get_traced_memory()[0] if traced else 0
    return {"seconds": seconds / count, "bytes": held / count, "resident": grown / count}


def in_a_process_of_its_own(count: int, *, traced: bool) -> dict[str, float]:
    """The result of :func:`keep` in a new process."""
    arguments = [sys.executable, __file__, "--keep", str(count)] + (["--traced"] if traced else [])
    done = subprocess.run(arguments, check=True, capture_output=True, text=True)
    found: dict[str, float] = json.loads(done.stdout)
    return found


def row(count: int) -> tuple[str, ...]:
    """The measurements for one count."""
    timed = in_a_process_of_its_own(count, traced=False)
    traced = in_a_process_of_its_own(count, traced=True)
    return (
        f"{count:,}",
        f"{timed['seconds'] * 1e3:.2f}",
        f"{traced['bytes'] / 2**10:.1f}",
        f"{timed['resident'] / 2**10:.1f}" if count >= 100 else "too few to tell",
    )


def main() -> None:
    """Measure and write."""
    arguments = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    arguments.add_argument("--most", type=int, default=COUNTS[-1])
    arguments.add_argument("--keep", type=int, help="keep so many in this process and print what it took")
    arguments.add_argument("--traced", action="store_true")
    given = arguments.parse_args()
    if given.keep is not None:
        print(json.dumps(keep(given.keep, traced=given.traced)))
        return
    pinned = pin_to_one_core()
    rows = [row(count) for count in COUNTS if count <= given.most]
    text = f"""\
{machine()}; {pinned}. The scenario is `{SCENARIO}`, TLS 1.3; a run is kept with its whole trace.
KiB by Python's own account (`tracemalloc`), and by how far the process grew. Aim: at most {MOST_KIB} KiB.

{table(("runs kept", "ms of processor per run", "KiB per run", "KiB per run, process"), rows)}
"""
    if given.most >= COUNTS[-1]:
        write_section("runs_kept", text)
    else:
        print(text)


if __name__ == "__main__":
    main()
