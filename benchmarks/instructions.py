"""Instructions of a handshake, counted by valgrind: a figure that a busy machine cannot blur.

Run it from the repository's root: ``python benchmarks/instructions.py``. It rewrites its section of
``benchmarks/README.md``. Each contestant plays a few times in one process, and many times in another. The
difference, divided by the number of plays, is the cost of one play, without start and warming up.
"""

from __future__ import annotations

import argparse
import os
import re
import shutil
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

from benchmarks import contestants as who
from benchmarks.handshakes import MACHINES, OURS, REFERENCE
from benchmarks.measuring import machine, table, write_section

if TYPE_CHECKING:
    from collections.abc import Callable

    from simulator.scenario import TlsVersion

FEW, MANY = 10, 60  # the first runs fill what is remembered
VERSIONS: tuple[TlsVersion, ...] = ("1.3", "1.2")
KEY = "P-256"


def contestants(tls: TlsVersion) -> dict[str, Callable[[], None]]:
    """Everybody who plays, the reference first."""
    scenario = who.chain_scenario(KEY)
    return {
        REFERENCE: who.openssl(scenario, tls),
        OURS: who.with_trace(scenario, tls),
        MACHINES: who.machines_only(scenario, tls),
    }


def play(name: str, tls: TlsVersion, times: int, *, fresh: bool) -> None:
    """Play in this process, which valgrind watches."""
    once = contestants(tls)[name]
    for _ in range(times):
        if fresh:
            who.forget_peers()
        once()


def counted(name: str, tls: TlsVersion, times: int, *, fresh: bool) -> int:
    """Instructions of a whole process that plays so many times."""
    valgrind = shutil.which("valgrind")
    if valgrind is None:
        sys.exit("The program valgrind is absent. On Debian: apt-get install valgrind")
    counting = ["--tool=cachegrind", "--cache-sim=no", "--cachegrind-out-file=/dev/null"]
    own = [
        sys.executable,
        "-m",
        "benchmarks.instructions",
        "--play",
        name,
        "--tls",
        tls,
        "--times",
        str(times),
    ]
    ran = subprocess.run(
        [valgrind, *counting, *own, *(["--fresh"] if fresh else [])],
        capture_output=True,
        text=True,
        check=True,
        env=os.environ | {"PYTHONHASHSEED": "0"},
    )
    found = re.search(r"I\s+refs:\s+([\d,]+)", ran.stderr)
    assert found is not None, ran.stderr
    return int(found[1].replace(",", ""))


def once(name: str, tls: TlsVersion, *, fresh: bool) -> float:
    """Instructions of one handshake."""
    few, many = (counted(name, tls, times, fresh=fresh) for times in (FEW, MANY))
    return (many - few) / (MANY - FEW)


def report() -> str:
    """The section of the README."""
    jobs = [
        (tls, fresh, name)
        for tls in VERSIONS
        for fresh in (False, True)
        for name in (REFERENCE, OURS, MACHINES)
        if not (fresh and name == REFERENCE)  # OpenSSL remembers nothing of a peer either way
    ]
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        counts = dict(zip(jobs, pool.map(lambda job: once(job[2], job[0], fresh=job[1]), jobs), strict=True))
    rows = [
        (
            f"{KEY}, TLS {tls}",
            "fresh" if fresh else "the same",
            name,
            f"{count / 1e6:.1f}",
            f"{count / counts[tls, False, REFERENCE]:.2f}",
        )
        for (tls, fresh, name), count in counts.items()
    ]
    heads = ("keys, version", "certificates", "who", "million instructions", "× ssl")
    return f"{machine()}; the mean of {MANY - FEW} handshakes. Less is better.\n\n{table(heads, rows)}\n"


def main() -> None:
    """Count and write, or be counted."""
    arguments = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    arguments.add_argument("--play", help=argparse.SUPPRESS)
    arguments.add_argument("--tls", choices=VERSIONS, default="1.3", help=argparse.SUPPRESS)
    arguments.add_argument("--times", type=int, default=1, help=argparse.SUPPRESS)
    arguments.add_argument("--fresh", action="store_true", help=argparse.SUPPRESS)
    given = arguments.parse_args()
    if given.play:
        play(given.play, given.tls, given.times, fresh=given.fresh)
    else:
        write_section("instructions", report())


if __name__ == "__main__":
    main()
