"""Complete mutual handshakes per second on one core, beside OpenSSL, tlslite-ng and the bare operations.

Both ends run in this process. Run it from the repository's root: ``python benchmarks/handshakes.py``. It
rewrites its section of ``benchmarks/README.md``; ``--rounds`` and ``--only`` make a shorter try, which is
printed and not written.
"""

from __future__ import annotations

import argparse
from importlib.metadata import PackageNotFoundError, version
from time import process_time
from typing import TYPE_CHECKING

from benchmarks import contestants as who
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

    from simulator.scenario import Scenario, TlsVersion

ROUNDS = 41
KEYS = ("P-256", "RSA-2048")
VERSIONS: tuple[TlsVersion, ...] = ("1.3", "1.2")
TIMES = {"P-256": 5, "RSA-2048": 2}  # handshakes in a round: a few milliseconds for each contestant
REFERENCE = "OpenSSL through ssl"
OURS = "this simulator, trace recorded"
MACHINES = "its machines and judge alone"
SLOW = "tlslite-ng"
FLOOR = "bare operations"


def contest(scenario: Scenario, tls: TlsVersion, times: int, *, fresh: bool) -> dict[str, Contestant]:
    """Everybody who plays, the reference first."""
    before = who.forget_peers if fresh else None
    found = {
        REFERENCE: Contestant(who.openssl(scenario, tls), times, clock=process_time),
        OURS: Contestant(who.with_trace(scenario, tls), times, before, process_time),
        MACHINES: Contestant(who.machines_only(scenario, tls), times, before, process_time),
        FLOOR: Contestant(who.bare_operations(scenario, chains=fresh), times, clock=process_time),
    }
    if has_tlslite():
        found[SLOW] = Contestant(who.tlslite(scenario, tls), clock=process_time)
    return found


def has_tlslite() -> bool:
    """The package tlslite-ng is installed."""
    try:
        return bool(version("tlslite-ng"))
    except PackageNotFoundError:
        return False


def rows(key: str, tls: TlsVersion, rounds: int, *, fresh: bool) -> list[tuple[str, ...]]:
    """The measurements for one kind of key and one version."""
    found = interleaved(contest(who.chain_scenario(key), tls, TIMES[key], fresh=fresh), rounds)
    reference = found[REFERENCE]
    return [
        (
            f"{key}, TLS {tls}",
            "fresh" if fresh else "the same",
            name,
            f"{1 / Spread.of(seconds).median:,.0f}",
            f"{speed(seconds, reference):.2f}",
        )
        for name, seconds in found.items()
    ]


def report(measured: Sequence[Sequence[str]], rounds: int, pinned: str) -> str:
    """The section of the README."""
    tlslite = f", tlslite-ng {version('tlslite-ng')}" if has_tlslite() else ""
    return f"""\
{machine()}{tlslite}; {pinned}. {rounds} interleaved rounds, seconds of the processor. A ratio is taken in
each round, between contestants that played one right after the other; given are its median and, in brackets,
its quartiles.
{REFERENCE} is 1.00, more is faster.

{table(("keys, version", "certificates", "who", "handshakes per second of the processor", "× ssl"), measured)}
"""


def main() -> None:
    """Measure and write."""
    arguments = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    arguments.add_argument("--rounds", type=int, default=ROUNDS)
    arguments.add_argument("--only", choices=KEYS, help="one kind of key")
    given = arguments.parse_args()
    pinned = pin_to_one_core()
    measured = [
        row
        for key in KEYS
        if given.only in (None, key)
        for tls in VERSIONS
        for fresh in (True, False)
        for row in rows(key, tls, given.rounds, fresh=fresh)
    ]
    text = report(measured, given.rounds, pinned)
    if given.only is None and given.rounds >= ROUNDS:
        write_section("handshakes", text)
    else:
        print(text)


if __name__ == "__main__":
    main()
