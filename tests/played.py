"""Runs that several tests look at, each played once in a process; and which of them a test looks at.

A claim about runs is tested over :data:`RUNS`. Under ``CI`` that is every run of the basic scenarios, and
elsewhere a few of :data:`STORIES`. That list has one run for each different story, the longest ones, and
those with the most to draw; ``tests/test_played.py`` holds it.
"""

from __future__ import annotations

import os
from functools import cache, wraps
from inspect import signature
from typing import TYPE_CHECKING, Any, TypeVar, cast
from zlib import crc32

from simulator.runs.run import simulate
from simulator.scenario.catalogue.catalogue import BASICS, catalogue
from simulator.scenario.schedule.episodes import episodes

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from simulator.runs.run import Run
    from simulator.scenario import TlsVersion

Case = TypeVar("Case")

#: Everything is played, also what tells no story of its own, and browsers are started: ``make test-all``.
EVERYTHING = os.environ.get("CI", "").lower() not in ("", "0", "false")

VERSIONS: tuple[TlsVersion, ...] = ("1.2", "1.3")
EVERY_RUN = tuple((name, tls) for name in BASICS for tls in VERSIONS)

_IN_BOTH_VERSIONS = (
    "valid-certificate",
    "server-does-not-ask",
    "unverified-certificate",
    "no-certificate-lower-level",
    "no-certificate-refused",
    "ca-list-excludes-certificate",
    "untrusted-ca",
    "certificate-expired",
    "certificate-not-yet-valid",
    "wrong-purpose",
    "name-constraint-violated",
    "stolen-certificate",
    "server-untrusted",
    "server-expired",
    "server-wrong-name",
    "server-wrong-purpose",
    "server-not-checked",
)
_IN_ONE_VERSION: tuple[tuple[str, TlsVersion], ...] = (
    ("ca-list-guides-client", "1.2"),  # most events
    ("self-signed-trusted", "1.3"),  # no CA vouches for the client
    ("both-sides-bad", "1.3"),
    ("ca-switched-off", "1.3"),  # two CA lanes, longest enrolment
    ("revoked-not-checked", "1.3"),
    ("cross-signed", "1.3"),  # widest graph of trust
    ("hello-retry", "1.3"),
    ("version-mismatch", "1.3"),
)
STORIES = (*((name, tls) for name in _IN_BOTH_VERSIONS for tls in VERSIONS), *_IN_ONE_VERSION)

# The first and the most telling refusal in both versions; of the others every second, by turns in one.
_FEW = (
    *(("valid-certificate", tls) for tls in VERSIONS),
    *(("certificate-expired", tls) for tls in VERSIONS),
    *((name, VERSIONS[place % 2]) for place, name in enumerate(_IN_BOTH_VERSIONS[::2])),
    *_IN_ONE_VERSION,
)

RUNS = EVERY_RUN if EVERYTHING else tuple(dict.fromkeys(_FEW))
NAMES = tuple(dict.fromkeys(name for name, _ in RUNS))

#: Every connection of the catalogue: the scenario's name, and the connection as the schedule leads to it.
CONNECTIONS = tuple((name, one) for name, scenario in catalogue.items() for one in episodes(scenario))
LABELS = tuple(f"{name} {one.number}" for name, one in CONNECTIONS)


def some(cases: Iterable[Case], step: int) -> tuple[Case, ...]:
    """Every case where everything is played, else one of ``step``."""
    return tuple(cases)[:: 1 if EVERYTHING else step]


def by_turns(cases: Iterable[Case], of: int) -> tuple[Case, ...]:
    """Every case where everything is played, else one of each ``of``, by turns."""
    return tuple(case for place, case in enumerate(cases) if EVERYTHING or place % of == place // of % of)


def turn_of(values: Sequence[Case], *case: object) -> tuple[Case, ...]:
    """Every value where everything is played, else the one whose turn it is with this case."""
    return tuple(values) if EVERYTHING else (values[crc32(repr(case).encode()) % len(values)],)


def for_each(names: str, cases: Iterable[Any]) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """One test over many cases; a failure names its case.

    It is written like ``parametrize``, which makes a test of each case: more work than many a case has.
    Fixtures are the same for all cases.
    """
    words = names.replace(",", " ").split()

    def decorate(test: Callable[..., None]) -> Callable[..., None]:
        @wraps(test)
        def each(**fixtures: Any) -> None:
            every = tuple(cases)
            assert every, "there is no case"
            for case in every:
                values = case if len(words) > 1 else (case,)
                try:
                    test(**dict(zip(words, values, strict=True)), **fixtures)
                except BaseException as failure:
                    failure.add_note(f"The case: {', '.join(map(repr, values))}")
                    raise

        left = [one for name, one in signature(test).parameters.items() if name not in words]
        each.__signature__ = signature(test).replace(parameters=left)  # type: ignore[attr-defined]
        return each

    return decorate


@cache
def run_of(name: str, tls: str) -> Run:
    """A catalogue scenario, played once in this process."""
    return simulate(name, cast("TlsVersion", tls))
