"""The browser with the renderers. It closes with its module: Playwright opens one at a time in a process."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.exports import renderers as peers
from tests.peers import absent
from tests.played import EVERYTHING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.exports.renderers import Rendered


@pytest.fixture(scope="module")
def renderers() -> Iterator[dict[str, Callable[[str], Rendered]]]:
    """``mermaid`` and ``plantuml``, each a function from text to what was rendered."""
    if not EVERYTHING:
        pytest.skip("Renderers in a browser are left to make test-all.")
    try:
        import playwright  # noqa: F401 - asked for here, so that its absence is a reason and not an error
    except ImportError:
        absent("the Python package playwright")
    yield from peers.renderers()
