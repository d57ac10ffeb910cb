"""What the tests in a browser share."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.browser.chromium import chromium
from tests.played import EVERYTHING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Browser

collect_ignore_glob = [] if EVERYTHING else ["test_*.py"]  # make test-all starts browsers, make test does not


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """One browser for a module."""
    with chromium() as found:
        yield found
