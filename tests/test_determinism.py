"""The same scenario gives the same bytes: in another process, with other hashes, on another Python."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from functools import cache

import pytest

from simulator.scenario.catalogue.catalogue import catalogue
from tests.digests import digests
from tests.peers import ROOT
from tests.played import some

COMPARED = some(catalogue, 8)


def digests_of(python: str, *arguments: str, **environment: str) -> dict[str, str]:
    """What ``tests/digests.py`` prints under an interpreter, started so or with these arguments."""
    printed = subprocess.run(
        [python, *(arguments or [str(ROOT / "tests" / "digests.py")]), *COMPARED],
        env={**os.environ, "PYTHONPATH": str(ROOT), **environment},
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert 0 == printed.returncode, printed.stderr
    found: dict[str, str] = json.loads(printed.stdout)
    return found


@cache
def here() -> dict[str, str]:
    """The digests in this process."""
    return digests(COMPARED)


def other_pythons() -> dict[str, str]:
    """Other CPythons from 3.11 on that can import ``cryptography``: on the path, and in ``.pythons/``."""
    candidates = [shutil.which(f"python3.{minor}") for minor in range(11, 20)]
    candidates += [str(path) for path in sorted((ROOT / ".pythons").glob("*/bin/python"))]
    found = {}
    for candidate in filter(None, candidates):
        asked = subprocess.run(
            [candidate, "-c", "import sys, cryptography; print('%d.%d' % sys.version_info[:2])"],
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        version = asked.stdout.strip()
        if asked.returncode == 0 and version != f"{sys.version_info[0]}.{sys.version_info[1]}":
            found.setdefault(version, candidate)
    return found


LATER = """
import datetime, runpy, time

class Kind(type):
    def __instancecheck__(cls, value):
        return isinstance(value, real)

real = datetime.datetime

class Later(real, metaclass=Kind):
    @classmethod
    def now(cls, tz=None):
        return real(2046, 1, 1, tzinfo=tz)
    utcnow = now

datetime.datetime = Later
time.time = lambda: 2.4e9
runpy.run_path({path!r}, run_name="__main__")
"""


def test_another_process_gives_the_same_bytes() -> None:
    """Traces, pictures, stories and certificates do not depend on hash seed, time zone, locale or folder.

    Nor does anything change where the machine's clock stands sixteen years later, from before the first
    import. Caches that this process has filled change nothing either: in the other one they are empty.
    """
    code = LATER.format(path=str(ROOT / "tests" / "digests.py"))
    strange = {"PYTHONHASHSEED": "4711", "TZ": "Asia/Kolkata", "LC_ALL": "C", "HOME": "/"}
    assert here() == digests_of(sys.executable, "-c", code, **strange)


def test_every_scenario_is_compared() -> None:
    """The comparison covers the scenarios in both versions, and no two scenarios are the same."""
    for name in COMPARED:
        assert {f"{name} {tls} {kind}" for tls in ("1.2", "1.3") for kind in ("json", "svg", "text")} <= set(
            here()
        )
    traces = [digest for what, digest in here().items() if what.endswith("json")]
    assert len(traces) == len(set(traces))


def test_another_python_gives_the_same_bytes() -> None:
    """Every other CPython from 3.11 on that this machine has gives the same bytes."""
    pythons = other_pythons()
    if not pythons:
        pytest.skip("there is no other CPython from 3.11 on with the package cryptography")
    for version, python in pythons.items():
        assert here() == digests_of(python), f"Python {version}"
