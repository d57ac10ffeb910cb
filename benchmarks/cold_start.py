"""The start time of the command and of its pictures in a new process, and the packages that it imports.

Run it from the repository's root: ``python benchmarks/cold_start.py``. It rewrites its section of
``benchmarks/README.md``; with ``--rounds`` below 9 it only prints.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter
from typing import TYPE_CHECKING

from benchmarks.measuring import (
    Spread,
    interleaved,
    load,
    machine,
    pin_to_one_core,
    processor_seconds,
    speed,
    table,
    write_section,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

ROUNDS = 9
BARE = "python -c pass"
EXPORT = "clientauth export valid-certificate"
SVG = f"{EXPORT} x.svg"
PACKAGES = ("click", "cryptography", "reportlab", "pypdfium2", "PIL", "matplotlib", "networkx", "numpy")
PROBE = """
import json, sys
from simulator.__main__ import main
try:
    main()
except SystemExit:
    pass
print("\\n" + json.dumps(sorted(sys.modules)), file=sys.stderr)
"""
SHOW_PROBE = """
import sys
from time import process_time
from simulator import simulate
run = simulate("valid-certificate")
for _ in range(2):
    begin = process_time()
    run._repr_mimebundle_()
    print(process_time() - begin, file=sys.stderr)
"""
BARE_PROBE = "import json, sys; print(json.dumps(sorted(sys.modules)), file=sys.stderr)"


def commands(folder: Path) -> dict[str, tuple[str, ...]]:
    """The commands by the words that a user types; pictures go to ``folder``."""
    return {
        "clientauth --help": ("--help",),
        "clientauth list": ("list",),
        "clientauth run valid-certificate": ("run", "valid-certificate"),
        SVG: ("export", "valid-certificate", str(folder / "x.svg")),
        f"{EXPORT} x.pdf": ("export", "valid-certificate", str(folder / "x.pdf")),
        f"{EXPORT} x.png": ("export", "valid-certificate", str(folder / "x.png")),
    }


def start(*arguments: str) -> str:
    """Start this Python anew, wait for its end, and give what it wrote to stderr."""
    done = subprocess.run([sys.executable, *arguments], check=True, capture_output=True, text=True)
    return done.stderr


@dataclass(slots=True)
class Command:
    """A new Python, timed by the clock; ``worked`` are the processor's seconds of each time."""

    arguments: tuple[str, ...]
    worked: list[float] = field(default_factory=list)

    def seconds(self) -> float:
        """Start it, and wait for its end."""
        before, begin = processor_seconds(), perf_counter()
        start(*self.arguments)
        spent = perf_counter() - begin
        self.worked.append(processor_seconds() - before)
        return spent


def imported(*program: str) -> tuple[int, str]:
    """The number of modules that a program has imported at its end, and the packages among them."""
    modules = json.loads(start("-c", *program).splitlines()[-1])
    return len(modules), ", ".join(name for name in PACKAGES if name in modules) or "none"


def measured(rounds: int, folder: Path) -> Sequence[Sequence[str]]:
    """A row for each command, a bare Python first."""
    verbs = commands(folder)
    players = {BARE: Command(("-c", "pass"))}
    players |= {name: Command(("-m", "simulator", *verbs[name])) for name in verbs}
    found = interleaved(players, rounds)
    rows = []
    for name, seconds in found.items():
        count, packages = imported(PROBE, *verbs[name]) if name in verbs else imported(BARE_PROBE)
        times = f"{1 / speed(seconds, found[BARE]).median:.0f}"
        as_svg = (
            "" if not name.startswith(EXPORT) else f"{speed(players[SVG].worked, players[name].worked):.2f}"
        )
        rows.append((f"`{name}`", f"{Spread.of(seconds):.3f}", times, as_svg, str(count), packages))
    return rows


def main() -> None:
    """Measure and write."""
    arguments = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    arguments.add_argument("--rounds", type=int, default=ROUNDS)
    rounds = arguments.parse_args().rounds
    before, pinned = load(), pin_to_one_core()
    with TemporaryDirectory() as folder:
        rows = measured(rounds, Path(folder))
    times = [tuple(map(float, start("-c", SHOW_PROBE).split())) for _ in range(rounds)]
    shown = [f"{Spread.of(each):.3f}" for each in zip(*times, strict=True)]
    text = f"""\
{machine()}; {pinned}; {rounds} interleaved rounds, files in the system's cache.
The load was {before} when it began. Median and quartiles; × is the median ratio to a bare Python in the same
round. × SVG compares the work of the processor with that of the same picture as SVG. Aims: the PDF at most
1.3 ×, the PNG at most 2.5 ×.

{table(("command", "seconds", "×", "× SVG", "modules", "packages among them"), rows)}

A run that shows itself in a notebook, in {rounds} new processes that have played it, in seconds of the
processor: the first time, with what is imported for it, {shown[0]}, and once more {shown[1]}.
Aim: below 0.4.
"""
    if rounds >= ROUNDS:
        write_section("cold_start", text)
    else:
        print(text)


if __name__ == "__main__":
    main()
