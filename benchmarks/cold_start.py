"""The start time of the command in a new process, and the packages that it imports.

Run it from the repository's root: ``python benchmarks/cold_start.py``. It rewrites its section of
``benchmarks/README.md``; with ``--rounds`` below 15 it only prints.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from benchmarks.measuring import (
    Contestant,
    Spread,
    interleaved,
    machine,
    pin_to_one_core,
    speed,
    table,
    write_section,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

ROUNDS = 15
BARE = "python -c pass"
PACKAGES = ("click", "cryptography", "matplotlib", "networkx", "numpy")
PROBE = """
import json, sys
from simulator.command.cli import main
try:
    main()
except SystemExit:
    pass
print("\\n" + json.dumps(sorted(sys.modules)), file=sys.stderr)
"""
BARE_PROBE = "import json, sys; print(json.dumps(sorted(sys.modules)), file=sys.stderr)"


def commands(folder: Path) -> dict[str, tuple[str, ...]]:
    """The commands by the words that a user types; pictures go to ``folder``."""
    return {
        "clientauth --help": ("--help",),
        "clientauth list": ("list",),
        "clientauth run valid-certificate": ("run", "valid-certificate"),
        "clientauth export valid-certificate x.svg": ("export", "valid-certificate", str(folder / "x.svg")),
        "clientauth export valid-certificate x.png": ("export", "valid-certificate", str(folder / "x.png")),
    }


def start(*arguments: str) -> str:
    """Start this Python anew, wait for its end, and give what it wrote to stderr."""
    done = subprocess.run([sys.executable, *arguments], check=True, capture_output=True, text=True)
    return done.stderr


def imported(*program: str) -> tuple[int, str]:
    """The number of modules that a program has imported at its end, and the packages among them."""
    modules = json.loads(start("-c", *program).splitlines()[-1])
    return len(modules), ", ".join(name for name in PACKAGES if name in modules) or "none"


def measured(rounds: int, folder: Path) -> Sequence[Sequence[str]]:
    """A row for each command, a bare Python first."""
    verbs = commands(folder)
    players = {BARE: Contestant(partial(start, "-c", "pass"))}
    players |= {name: Contestant(partial(start, "-m", "simulator", *verbs[name])) for name in verbs}
    found = interleaved(players, rounds)
    rows = []
    for name, seconds in found.items():
        count, packages = imported(PROBE, *verbs[name]) if name in verbs else imported(BARE_PROBE)
        times = f"{1 / speed(seconds, found[BARE]).median:.0f}"
        rows.append((f"`{name}`", f"{Spread.of(seconds):.3f}", times, str(count), packages))
    return rows


def main() -> None:
    """Measure and write."""
    arguments = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    arguments.add_argument("--rounds", type=int, default=ROUNDS)
    rounds = arguments.parse_args().rounds
    pinned = pin_to_one_core()
    with TemporaryDirectory() as folder:
        rows = measured(rounds, Path(folder))
    text = f"""\
{machine()}; {pinned}; {rounds} interleaved rounds, files in the system's cache. Median and
quartiles; × is the median ratio to a bare Python in the same round.

{table(("command", "seconds", "×", "modules", "packages among them"), rows)}
"""
    if rounds >= ROUNDS:
        write_section("cold_start", text)
    else:
        print(text)


if __name__ == "__main__":
    main()
