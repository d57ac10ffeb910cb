"""What the tests in a browser share."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.browser.chromium import chromium
from tests.played import EVERYTHING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Browser

# A browser on a busy machine is late now and then, as Playwright's own runner takes for granted: a test that
# fails is run once more, and the report counts it as rerun.
TRIES_MORE = 1
HERE = Path(__file__).parent

collect_ignore_glob = [] if EVERYTHING else ["test_*.py"]  # make test-all starts browsers, make test does not


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark what needs a browser."""
    for item in items:
        if HERE in item.path.parents:
            item.add_marker(pytest.mark.flaky(reruns=TRIES_MORE))


@pytest.fixture(scope="module")
def one_browser() -> Iterator[Browser]:
    """One browser for a module."""
    with chromium() as found:
        yield found


@pytest.fixture
def browser(one_browser: Browser) -> Iterator[Browser]:
    """The module's browser; what a test opens in it is closed with the test."""
    yield one_browser
    for context in one_browser.contexts:
        context.close()
