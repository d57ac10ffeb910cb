"""Say at the top of a report how much of the catalogue is played."""

from __future__ import annotations

from tests.played import EVERY_RUN, EVERYTHING, RUNS


def pytest_report_header() -> str:
    """What this report covers."""
    if EVERYTHING:
        return f"played: all {len(EVERY_RUN)} runs of the basic scenarios, in browsers too"
    return f"played: {len(RUNS)} of {len(EVERY_RUN)} runs of the basic scenarios; make test-all plays all"
