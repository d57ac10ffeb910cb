"""The page about many runs: what it shows can be done."""

from __future__ import annotations

import re
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from tests.peers import ROOT

PAGE = (ROOT / "docs" / "many-runs.md").read_text(encoding="utf-8")


def the_study() -> dict[str, Any]:
    """The names that the page's study defines."""
    (block,) = re.findall(r"```python\n(# clock_errors\.py\n.+?)```", PAGE, re.DOTALL)
    names: dict[str, Any] = {}
    exec(compile(block, "clock_errors.py", "exec"), names)  # the page is ours
    return names


def test_the_study_has_about_twenty_lines_and_runs() -> None:
    """The study as printed draws a figure, on an executor the same as without."""
    names = the_study()
    with ThreadPoolExecutor(2) as pool:
        figures = [names["study"](executor, errors=(-450, 0, 225)) for executor in (None, pool)]
    cells = [figure.axes[0].collections[0].get_array().tolist() for figure in figures]
    assert cells[0] == cells[1]
    (block,) = re.findall(r"```python\n# clock_errors\.py\n(.+?)```", PAGE, re.DOTALL)
    assert len([line for line in block.splitlines() if line.strip()]) <= 22


def test_what_the_page_says_of_the_clock_is_so() -> None:
    """A slow clock lets the expired certificate in, a fast one the one that is not valid yet."""
    names = the_study()
    figure = names["study"](errors=(-30, 0, 30))
    rows = dict(zip(names["CREDENTIALS"], figure.axes[0].collections[0].get_array().tolist(), strict=True))
    assert rows["expired"] == [0, 1, 1]
    assert rows["not-yet-valid"] == [1, 1, 0]
    assert rows["revoked"] == rows["valid"]
