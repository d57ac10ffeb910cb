"""Slides in a real browser: keys, buttons, answers, sizes and paper."""

from __future__ import annotations

import json
import re
from itertools import pairwise
from typing import TYPE_CHECKING

import pytest

from simulator.lessons import case
from simulator.lessons.quiz.quiz import questions
from tests.browser.chromium import SIZE, watched
from tests.notebooks.notebooks import NOTEBOOKS, script
from tests.notebooks.slides import asked, exhibit_of, exhibited, page, ran, told

if TYPE_CHECKING:
    from pathlib import Path

    from playwright.sync_api import Browser, Page


pytest.importorskip("mistune", reason="slides are made with the extra 'notebooks'")
LEAST_TYPE = 16  # pixels at 1280 × 720


@pytest.fixture(scope="module")
def deck(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Slides of every kind: pictures in parts, a question, and one that is taller than the screen."""
    tall = "```\n" + "\n".join(f"line {number}" for number in range(60)) + "\n```"
    made = [
        told("# Title", "slide"),
        exhibited("show(run)", exhibit_of("sequence")),
        told(f"Tall.\n\n{tall}", "slide"),
        asked("thief"),
        told("## Last", "slide"),
        *(exhibited(f"show({name})", exhibit_of(name)) for name in ("ladder", "matrix", "beside")),
    ]
    folder = tmp_path_factory.mktemp("slides")
    source = folder / "01-deck.ipynb"
    source.write_text(json.dumps({"cells": made}), encoding="utf-8")
    target = folder / "deck.html"
    target.write_text(script("slides").page(source), encoding="utf-8")
    return target


TALL, QUESTION = 6, 7


def number(tab: Page) -> int:
    """Which slide is shown, as the counter and the address say."""
    shown = int(tab.locator("output").inner_text().split(" / ")[0])
    assert tab.url.endswith(f"#{shown}")
    assert 1 == tab.locator("section:visible").count()
    return shown


def scrolled(tab: Page) -> list[float]:
    """How far down the slide is, and how far it could be."""
    found: list[float] = tab.evaluate(
        """() => {
          const slide = document.querySelector('section.now');
          return [slide.scrollTop, slide.scrollHeight - slide.clientHeight];
        }"""
    )
    return found


@pytest.mark.parametrize(
    "keys",
    [("ArrowRight", "ArrowLeft"), ("Space", "Shift+Space"), ("PageDown", "PageUp"), ("Enter", "b")],
)
def test_keys_show_everything_in_order(browser: Browser, deck: Path, keys: tuple[str, str]) -> None:
    """On goes down a tall slide first and misses nothing; back comes the same way from its lower end."""
    tab = watched(browser).page
    tab.goto(deck.as_uri())
    count = tab.locator("section").count()
    seen: list[tuple[int, float]] = [(1, 0)]
    while number(tab) < count and len(seen) < 99:
        tab.keyboard.press(keys[0])
        seen.append((number(tab), scrolled(tab)[0]))
    assert list(range(1, count + 1)) == list(dict.fromkeys(place for place, _ in seen))
    high = tab.evaluate("() => document.querySelector('section').clientHeight")
    steps = [top for place, top in seen if place == TALL]
    assert len(steps) > 1
    assert all(later - earlier < high for earlier, later in pairwise(steps))
    tab.goto(f"{deck.as_uri()}#{QUESTION}")
    tab.locator("output", has_text=f"{QUESTION} / ").wait_for()
    tab.keyboard.press(keys[1])
    assert TALL == number(tab)
    top, most = scrolled(tab)
    assert most > 0
    assert abs(top - most) < 1
    back = []
    while number(tab) == TALL:
        back.append(scrolled(tab)[0])
        tab.keyboard.press(keys[1])
    assert 0 == back[-1]
    assert TALL - 1 == number(tab)


def test_buttons_and_addresses_lead_to_slides(browser: Browser, deck: Path) -> None:
    """Next and Back do as the keys; an address with a number opens that slide; nothing is fetched."""
    seen = watched(browser)
    tab = seen.page
    tab.goto(f"{deck.as_uri()}#3")
    assert 3 == number(tab)
    tab.get_by_role("button", name="Next").click()
    assert 4 == number(tab)
    tab.get_by_role("button", name="Back").click()
    assert 3 == number(tab)
    tab.evaluate("() => { location.hash = '#5'; }")
    tab.locator("output", has_text="5 / ").wait_for()
    tab.keyboard.press("End")
    assert tab.locator("section").count() == number(tab)
    tab.keyboard.press("Home")
    assert 1 == number(tab)
    assert tab.locator("#help").is_hidden()
    tab.keyboard.press("?")
    assert "answer" in tab.locator("#help").inner_text()
    assert {deck.as_uri()} == {url.split("#")[0] for url in seen.requests if not url.startswith("data:")}
    assert [] == seen.complaints


def test_a_number_and_enter_lead_to_a_slide(browser: Browser, deck: Path) -> None:
    """The number is seen while it is typed; Escape forgets it; one that is too large leads to the end."""
    tab = watched(browser).page
    tab.goto(deck.as_uri())
    tab.keyboard.type("10")
    assert "→ 10" == tab.locator("output").inner_text()
    tab.keyboard.press("Enter")
    assert 10 == number(tab)
    tab.keyboard.press("2")
    tab.keyboard.press("Escape")
    assert 10 == number(tab)
    tab.keyboard.type("999")
    tab.keyboard.press("Enter")
    assert tab.locator("section").count() == number(tab)
    tab.get_by_role("button", name="Back").click()
    tab.keyboard.press("3")
    tab.keyboard.press("Enter")  # the button has the focus, and does not swallow it
    assert 3 == number(tab)


def test_a_list_of_titles_leads_to_slides(browser: Browser, deck: Path) -> None:
    """The key o and a button show it; a title, or number and Enter, lead there; Escape closes it."""
    seen = watched(browser)
    tab = seen.page
    tab.goto(f"{deck.as_uri()}#2")
    titles = tab.locator("#list")
    assert titles.is_hidden()
    tab.keyboard.press("o")
    shown = titles.locator("a")
    assert tab.locator("section").count() == shown.count()
    assert shown.all_text_contents() == tab.evaluate(
        "() => [...document.querySelectorAll('section')].map((slide) => slide.ariaLabel)"
    )
    assert "2" == titles.locator("[aria-current=true]").get_attribute("href").lstrip("#")  # type: ignore[union-attr]
    assert 0 == tab.evaluate("() => list.scrollWidth - list.clientWidth")
    shown.nth(QUESTION - 1).click()
    tab.locator("output", has_text=f"{QUESTION} / ").wait_for()
    assert titles.is_hidden()
    tab.get_by_role("button", name="Slides").click()
    tab.keyboard.press("3")
    tab.keyboard.press("Enter")
    assert 3 == number(tab)
    assert titles.is_hidden()
    for closing in ("Escape", "o"):
        tab.keyboard.press("o")
        assert titles.is_visible()
        tab.keyboard.press("ArrowRight")
        tab.keyboard.press(closing)
        assert titles.is_hidden()
        assert 3 == number(tab)
    assert [] == seen.complaints


@pytest.mark.parametrize("number", [1, 3])
def test_the_answer_to_a_case_stands_beside_its_table(browser: Browser, tmp_path: Path, number: int) -> None:
    """So the type of a case is as large as that of other text, and nothing moves when it is told."""
    puzzle = ran(f"case({number})", case(number)._repr_mimebundle_())
    made = [told("# Title", "slide"), told("", "skip"), puzzle]
    source, target = tmp_path / "01-case.ipynb", tmp_path / "case.html"
    source.write_text(json.dumps({"cells": made}), encoding="utf-8")
    target.write_text(script("slides").page(source), encoding="utf-8")
    tab = watched(browser).page
    tab.goto(f"{target.as_uri()}#2")
    table = tab.locator("section.now > table")
    before = table.bounding_box()
    tab.keyboard.press("a")
    answer = tab.locator("section.now aside").bounding_box()
    assert before is not None
    assert answer is not None
    assert before == table.bounding_box()
    assert answer["x"] >= before["x"] + before["width"]
    assert answer["x"] + answer["width"] <= SIZE["width"]
    assert answer["y"] < before["y"] + 20
    assert all(place < 1 for place in scrolled(tab))
    size = table.locator("td").first.evaluate("(cell) => parseFloat(getComputedStyle(cell).fontSize)")
    assert size >= 20


@pytest.mark.parametrize("way", ["key", "button"])
def test_the_answer_is_told_when_it_is_asked_for(browser: Browser, deck: Path, way: str) -> None:
    """Before, nothing of it is seen; then letter, reason, command, and a mark; it goes with the slide."""
    tab = watched(browser).page
    tab.goto(f"{deck.as_uri()}#{QUESTION - 1}")
    assert tab.locator("#answer").is_hidden()
    tab.goto("about:blank")
    tab.goto(f"{deck.as_uri()}#{QUESTION}")
    right = questions()["thief"].right
    now = tab.locator("section.now")
    before = now.locator("> table").bounding_box()
    assert "is right" not in now.inner_text()
    assert 0 == now.locator("tr.right").count()
    if way == "key":
        tab.keyboard.press("a")
    else:
        tab.get_by_role("button", name="Answer").click()
    assert f"{right} is right." in now.inner_text()
    assert "clientauth run stolen-certificate" in now.inner_text()
    assert now.locator("tr.right").inner_text().startswith(right)
    assert before == now.locator("> table").bounding_box()
    tab.keyboard.press("End")
    tab.goto(f"{deck.as_uri()}#{QUESTION}")
    tab.locator("output", has_text=f"{QUESTION} / ").wait_for()
    assert "is right" not in now.inner_text()
    tab.keyboard.press("a")
    tab.keyboard.press("a")
    assert "is right" not in now.inner_text()


def test_code_comes_when_it_is_asked_for(browser: Browser, deck: Path) -> None:
    """The key c shows the source of the cells everywhere, and hides it again."""
    tab = watched(browser).page
    tab.goto(f"{deck.as_uri()}#2")
    now = tab.locator("section.now pre.code")
    assert now.is_hidden()
    tab.keyboard.press("c")
    assert "show(run)" == now.inner_text()
    tab.keyboard.press("c")
    assert now.is_hidden()


MEASURE = """() => [...document.querySelectorAll('section')].map((slide, place) => {
  const texts = [...slide.querySelectorAll('*')].filter((node) =>
    node.checkVisibility({ visibilityProperty: false }) &&
    [...node.childNodes].some((child) => child.nodeType === 3 && child.textContent.trim()));
  const answer = slide.querySelector('.answer');
  const told = answer ? parseFloat(getComputedStyle(answer).fontSize) : 99;
  if (answer) answer.hidden = false;
  const full = answer ? slide.scrollHeight - slide.clientHeight : 0;
  if (answer) answer.hidden = true;
  return { number: place + 1, picture: slide.matches('.picture'), told, full,
    least: Math.min(99, ...texts.map((node) => parseFloat(getComputedStyle(node).fontSize))),
    over: slide.scrollHeight - slide.clientHeight, wide: slide.scrollWidth - slide.clientWidth };
})"""


@pytest.mark.parametrize("size", [SIZE, {"width": 1920, "height": 1080}], ids=["720p", "1080p"])
def test_every_slide_fits_and_can_be_read(browser: Browser, deck: Path, size: dict[str, int]) -> None:
    """No slide is wider than the screen, no picture higher; no type is too small; answers fit."""
    for path in (deck, *NOTEBOOKS):
        made = path if path == deck else deck.with_name(f"{path.stem}.html")
        if path != deck:
            made.write_text(page(path), encoding="utf-8")
        tab = watched(browser, viewport=size).page
        tab.goto(made.as_uri())
        for slide in tab.evaluate(MEASURE):
            assert slide["wide"] <= 1, (path.name, slide)
            assert slide["least"] >= LEAST_TYPE * size["height"] / SIZE["height"] - 0.1, (path.name, slide)
            assert slide["full"] <= 1, (path.name, slide)
            assert slide["told"] >= 18 * size["height"] / SIZE["height"], (path.name, slide)
            if slide["picture"] and path == deck:
                assert slide["over"] <= 1, slide
        tab.close()


def test_on_paper_there_is_a_page_for_each_slide_and_no_answer(browser: Browser, deck: Path) -> None:
    """Printed, every slide has one page of 16 : 9; a handout does not tell the answers."""
    tab = watched(browser).page
    tab.goto(f"{deck.as_uri()}#{QUESTION}")
    tab.keyboard.press("a")
    printed = tab.pdf(prefer_css_page_size=True, print_background=True)
    count = tab.locator("section").count()
    assert count == len(re.findall(rb"/Type\s*/Page\b", printed))
    assert {(960, 540)} == {
        (round(float(w)), round(float(h)))
        for w, h in re.findall(rb"/MediaBox \[0 0 ([\d.]+) ([\d.]+)\]", printed)
    }
    tab.emulate_media(media="print")
    assert tab.locator("aside.answer").is_hidden()
    over = tab.evaluate(
        "() => [...document.querySelectorAll('section')].map((s) => s.scrollHeight - s.clientHeight)"
    )
    assert max(over) <= 1
