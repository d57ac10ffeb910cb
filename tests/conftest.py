"""What holds for every test, and how much of the catalogue is played."""

from __future__ import annotations

import gc
import sys

from hypothesis import settings

from tests.played import EVERY_RUN, EVERYTHING, RUNS

# jsonschema would make 38 parsers of international addresses at its import, which takes 3 s in each process.
# No schema here has this format, and jsonschema goes without where the package is absent.
sys.modules.setdefault("rfc3987_syntax", None)  # type: ignore[arg-type]

# Runs and pictures are many small objects that stay, as syntax trees do. Where the collector looks through
# them after every 700 new ones, as it does at first, it takes a tenth of all the time.
gc.set_threshold(100_000, 20, 100)

# No example has a time limit: on a busy machine the first one, which fills the caches, takes seconds. Where
# everything is played a commit always gets the same examples, so that it cannot pass once and fail once; new
# ones are tried wherever somebody works.
settings.register_profile("ours", deadline=None, derandomize=EVERYTHING)
settings.load_profile("ours")


def pytest_report_header() -> str:
    """What this report covers."""
    if EVERYTHING:
        return f"played: all {len(EVERY_RUN)} runs of the basic scenarios, in browsers too"
    return f"played: {len(RUNS)} of {len(EVERY_RUN)} runs of the basic scenarios; make test-all plays all"
