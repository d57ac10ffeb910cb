"""Runs that several tests look at, each played once."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from simulator.runs.run import simulate
from simulator.scenario.catalogue.catalogue import catalogue

if TYPE_CHECKING:
    from simulator.runs.run import Run
    from simulator.scenario import TlsVersion

VERSIONS: tuple[TlsVersion, ...] = ("1.2", "1.3")
EVERY_RUN = [(name, tls) for name in catalogue for tls in VERSIONS]


@cache
def run_of(name: str, tls: TlsVersion) -> Run:
    """A catalogue scenario, played once in this process."""
    return simulate(name, tls)
