"""The slides of the notebooks: pages that need nothing besides themselves, and can be driven by keys."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from simulator.lessons.quiz import questions
from tests.browser.chromium import chromium, watched
from tests.notebooks import NOTEBOOKS, cells, script, stored

if TYPE_CHECKING:
    from pathlib import Path

pytest.importorskip("mistune", reason="slides are made with the extra 'notebooks'")
each = pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)


def page(path: Path) -> str:
    """The slides of a notebook."""
    made: str = script("slides").page(path)
    return made


@each
def test_a_page_needs_nothing_besides_itself(path: Path) -> None:
    """Everything is inside, and the page's own policy forbids it to fetch anything."""
    text = page(path)
    assert [] == re.findall(r'(?:src|href)="(?!data:)[^"]*"', text)
    assert "default-src 'none'" in text
    assert "http:" not in text
    assert "https:" not in text


@each
def test_every_picture_is_shown_with_its_words(path: Path) -> None:
    """Each picture of a cell that is not left out stands on a slide, with a description."""
    text = page(path)
    left_out = {
        cell["id"]
        for cell in stored(path)["cells"]
        if cell["metadata"].get("slideshow", {}).get("slide_type") in ("skip", "notes")
    }
    pictures = [
        output
        for cell in cells(path, "code")
        for output in cell["outputs"]
        if cell["id"] not in left_out and "image/png" in output.get("data", {})
    ]
    assert len(pictures) == len(re.findall(r'<img alt="[^"]{40,}" width="\d+" height="\d+"', text))
    assert len(pictures) == text.count("<img")


@each
def test_answers_and_exercises_are_left_out(path: Path) -> None:
    """Questions are there, and neither the cells for answers nor the exercises."""
    text = page(path)
    assert ".answer(" not in text
    assert "check(" not in text
    assert [name for name in questions() if f"ask(&quot;{name}&quot;)" in text]


def test_keys_and_buttons_lead_through_the_slides(tmp_path: Path) -> None:
    """Arrows go from slide to slide, space bar and button also down a tall one; nothing is asked for."""
    made = tmp_path / "slides.html"
    made.write_text(page(NOTEBOOKS[0]), encoding="utf-8")
    with chromium() as browser:
        seen = watched(browser)
        seen.page.goto(made.as_uri())
        count = seen.page.locator("section").count()
        assert count > 10
        for _ in range(count + 3):
            seen.page.keyboard.press("ArrowRight")
        assert f"{count} / {count}" == seen.page.locator("output").inner_text()
        seen.page.keyboard.press("Home")
        assert seen.page.url.endswith("#1")
        for _ in range(3):  # the first slide is hardly taller than the screen
            seen.page.click("#on")
        assert not seen.page.url.endswith("#1")
        steps = 0
        while not seen.page.url.endswith(f"#{count}") and steps < 200:
            seen.page.keyboard.press("Space")
            steps += 1
        assert count - 2 < steps < 100
        assert 1 == seen.page.locator("section:visible").count()
        assert [made.as_uri()] == [url.split("#")[0] for url in seen.requests if not url.startswith("data:")]
        assert [] == seen.complaints
