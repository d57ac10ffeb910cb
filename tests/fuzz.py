"""Attack until the time is up: ``make fuzz``, or ``python -m tests.fuzz --seconds 60 --seed 7``.

What is found is made as small as it can be and stored in ``tests/regressions``, where a test plays it again
for ever. The same seed makes the same attacks in the same order.
"""

from __future__ import annotations

import argparse
import hashlib
import random
import secrets
import sys
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from tests.hostile import problem_of, random_attack, smaller

if TYPE_CHECKING:
    from tests.attack import Attack

REGRESSIONS = Path(__file__).parent / "regressions"
MOST_FINDINGS = 20  # stored in one run; the rest is likely to be the same again


@dataclass
class Campaign:
    """What was tried so far, and what it found.

    Attributes:
        tried: attacks by kind.
        findings: what should not have happened, once each.
    """

    tried: Counter[str] = field(default_factory=Counter)
    findings: dict[str, Attack] = field(default_factory=dict)

    def attack(self, dice: random.Random) -> None:
        """Make one attack and keep what it finds."""
        attack = random_attack(dice)
        self.tried[attack.kind] += 1
        problem = problem_of(attack)
        if problem is not None:
            self.findings.setdefault(f"{attack.kind}: {problem}", smaller(attack))

    def store(self, folder: Path) -> list[Path]:
        """Write every finding to a file of its own, named by its content."""
        paths = []
        for attack in self.findings.values():
            text = attack.to_json()
            name = f"{attack.kind}-{hashlib.sha256(text.encode()).hexdigest()[:12]}.json"
            folder.mkdir(exist_ok=True)
            (folder / name).write_text(text, encoding="utf-8")
            paths.append(folder / name)
        return paths


def fuzz(seed: int, seconds: float, count: int | None) -> Campaign:
    """Attack until the time is up, the count is reached, or enough is found."""
    campaign, dice = Campaign(), random.Random(seed)
    end = time.monotonic() + seconds
    while time.monotonic() < end and len(campaign.findings) < MOST_FINDINGS:
        if count is not None and campaign.tried.total() >= count:
            break
        campaign.attack(dice)
    return campaign


def main(arguments: list[str] | None = None, folder: Path = REGRESSIONS) -> int:
    """Run, print what was tried and found, and give the exit code: 1 where anything was found."""
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz", description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--seconds", type=float, default=60.0, help="how long (default: 60)")
    parser.add_argument("--count", type=int, default=None, help="stop after so many attacks")
    parser.add_argument("--seed", type=int, default=None, help="repeat a run (default: a new one)")
    options = parser.parse_args(arguments)
    seed = secrets.randbelow(2**32) if options.seed is None else options.seed
    print(f"seed {seed}, at most {options.seconds:g} seconds", flush=True)
    campaign = fuzz(seed, options.seconds, options.count)
    kinds = ", ".join(f"{number:,} {kind}" for kind, number in sorted(campaign.tried.items()))
    print(f"tried {campaign.tried.total():,}: {kinds}")
    print(f"found {len(campaign.findings)}")
    for problem, path in zip(campaign.findings, campaign.store(folder), strict=True):
        print(f"  {problem}\n    {path}")
    return 1 if campaign.findings else 0


if __name__ == "__main__":
    sys.exit(main())
