"""The lesson in a real browser: from the first slide to the last, with the presenter's view, and on paper."""

from __future__ import annotations

import re
import subprocess
from typing import TYPE_CHECKING

import pytest

from simulator.lessons.lesson.folder import lesson_files
from simulator.lessons.lesson.plan import asked, parts
from tests.browser.chromium import violations, watched
from tests.browser.test_player_sizes import SMALL
from tests.peers import program

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from playwright.sync_api import Browser, Page, Route

    from tests.browser.chromium import Watched

TABLES = [table for part in parts("90") for table in part.slides]
SIZES = [(1280, 720), (1920, 1080)]
PAPERS = {"handout": 1, "worksheet": 2, "worksheet-answers": 2, "cases": 9}
#: Everything on the slide that is not whole in sight, and every type below 2.3 % of the height.
FAULTS = """() => {
  const slide = document.querySelector('.slide.now');
  const edge = slide.getBoundingClientRect();
  const over = slide.scrollHeight > slide.clientHeight || slide.scrollWidth > slide.clientWidth;
  const found = over ? ['it overflows'] : [];
  const walker = document.createTreeWalker(slide, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const node = walker.currentNode.parentElement;
    const words = walker.currentNode.data.trim();
    if (!words || !node.checkVisibility() || node.closest('title, desc, iframe')) continue;
    const range = document.createRange();
    range.selectNodeContents(walker.currentNode);
    const box = range.getBoundingClientRect();
    const across = box.left < edge.left - 1 || box.right > edge.right + 1;
    if (across || box.top < edge.top - 1 || box.bottom > edge.bottom + 1) found.push(`cut: ${words}`);
    const scale = node.ownerSVGElement ? node.getScreenCTM().a : 1;
    const size = parseFloat(getComputedStyle(node).fontSize) * scale;
    if (size < 0.023 * innerHeight - 0.01) found.push(`${size.toFixed(1)}: ${words}`);
  }
  return found;
}"""


def written(root: Path, length: str) -> Path:
    """The folder of a lesson of so many minutes."""
    for place, text in lesson_files(length):
        path = root / place
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return root


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of the longest lesson."""
    return written(tmp_path_factory.mktemp("lesson"), "90")


def started(browser: Browser, folder: Path, size: tuple[int, int] = SIZES[0]) -> Watched:
    """The first slide, from disk."""
    seen = watched(browser, viewport={"width": size[0], "height": size[1]})
    seen.page.goto((folder / "index.html").as_uri())
    return seen


def place(tab: Page) -> tuple[int, int, int]:
    """The slide that is shown, its step, and how many steps it has."""
    at, step, steps = tab.evaluate("() => [state.at, state.step, steps[state.at].length]")
    return at, step, steps


def gone_through(tab: Page) -> Iterator[tuple[int, int, bool]]:
    """Each slide in turn, step by step, with the right arrow: (slide, step, it is the last step)."""
    seen: list[tuple[int, int]] = []
    while not seen or place(tab)[:2] != seen[-1]:
        at, step, steps = place(tab)
        seen.append((at, step))
        yield at, step, step + 1 == steps
        tab.keyboard.press("ArrowRight")
    assert {at for at, _ in seen} == set(range(len(TABLES)))


def player_in(tab: Page) -> None:
    """Wait until the player of the slide that is shown has drawn."""
    tab.frame_locator(".slide.now iframe").locator(".cap-place").wait_for()


# The slides --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("size", SIZES)
def test_the_lesson_is_driven_from_the_first_slide_to_the_last(
    browser: Browser, folder: Path, size: tuple[int, int]
) -> None:
    """Nothing is cut, no type is small, no answer comes before its key, and nothing is asked of a network."""
    seen = started(browser, folder, size)
    tab = seen.page
    for at, _, whole in gone_through(tab):
        assert [] == tab.evaluate(FAULTS), at
        assert 1 == tab.locator(".slide:visible").count()
        answer = tab.locator(".slide.now .answer")
        assert ("answer" in TABLES[at] or TABLES[at]["kind"] in ("vote", "cases")) == (answer.count() == 1)
        if answer.count():
            assert answer.is_hidden()
            tab.keyboard.press("2")
            tab.keyboard.press("a")
            assert answer.is_visible()
            assert [] == tab.evaluate(FAULTS), at
            tab.keyboard.press("a")
            assert answer.is_hidden()
        if TABLES[at]["kind"] == "player":
            player_in(tab)
            frame = tab.frames[-1]
            assert [] == frame.evaluate(f"() => {{ {SMALL} }}")
            scaled = "(frame) => new DOMMatrix(getComputedStyle(frame).transform).a"
            zoom = tab.locator(".slide.now iframe").evaluate(scaled)
            assert 13 * zoom >= 0.023 * size[1] - 0.01
        assert whole or tab.locator(".slide.now [data-from].off").count()
    assert [] == seen.complaints
    assert {True} == {url.startswith(folder.as_uri()) for url in seen.requests}
    tab.keyboard.press("Home")
    assert 0 == place(tab)[0]
    tab.keyboard.press("End")
    assert len(TABLES) - 1 == place(tab)[0]
    for _ in range(200):
        tab.keyboard.press("ArrowLeft")
    assert (0, 0) == place(tab)[:2]


def test_the_lesson_for_administrators_fits(browser: Browser, tmp_path: Path) -> None:
    """On every slide, at every step, nothing is cut and no type is small; the papers fit their pages."""
    seen = started(browser, written(tmp_path, "60"))
    tab = seen.page
    slides = tab.locator(".slide").count()
    faults, last = [], (-1, -1)
    while place(tab)[:2] != last:
        last = place(tab)[:2]
        faults += [(last, fault) for fault in tab.evaluate(FAULTS)]
        tab.keyboard.press("ArrowRight")
    assert (slides - 1, []) == (last[0], faults)
    assert [] == seen.complaints
    for name in ("handout", "worksheet", "worksheet-answers"):
        tab.goto((tmp_path / f"{name}.html").as_uri())
        words, _ = printed(tab, tmp_path / f"{name}.pdf")
        assert PAPERS[name] == len(words), name


def test_a_vote_is_counted_and_judged_after_the_key_alone(browser: Browser, folder: Path) -> None:
    """Keys, buttons and the options count hands; only with the answer it says who was right."""
    tab = started(browser, folder).page
    at = next(at for at, table in enumerate(TABLES) if table.get("quiz") == "thief")
    tab.goto(f"{(folder / 'index.html').as_uri()}#{at + 1}")
    right = "ABCDEF".index(asked(TABLES[at]).right)
    wrong = (right + 1) % 4
    option = tab.locator(".slide.now [data-option]")
    for key in (f"Numpad{right + 1}", f"{wrong + 1}", f"{wrong + 1}"):
        tab.keyboard.press(key)
    option.nth(right).get_by_role("button", name="One hand more").click()
    option.nth(right).locator("span").click()
    tab.keyboard.press(f"Shift+Digit{wrong + 1}")
    option.nth(wrong).get_by_role("button", name="One hand fewer").click()
    option.nth(wrong).get_by_role("button", name="One hand fewer").click()
    assert ["3", "0"] == [option.nth(place).locator("output").inner_text() for place in (right, wrong)]
    said = tab.locator(".slide.now .majority")
    assert not said.is_visible()
    looks = "(li) => getComputedStyle(li).outlineStyle + getComputedStyle(li).fontWeight"
    assert 1 == len({option.nth(place).evaluate(looks) for place in range(4)})
    tab.keyboard.press("a")
    assert "3 of 3: right!" in said.inner_text()
    assert 2 == len({option.nth(place).evaluate(looks) for place in range(4)})
    for _ in range(3):
        tab.keyboard.press(str(wrong + 1))
    assert "3 each of 6" in said.inner_text()
    tab.keyboard.press(str(wrong + 1))
    assert "4 of 7: not so." in said.inner_text()
    tab.keyboard.press("ArrowRight")
    tab.keyboard.press("ArrowLeft")
    assert "4" == option.nth(wrong).locator("output").inner_text()


def test_keys_go_into_the_player_and_back(browser: Browser, folder: Path) -> None:
    """Enter goes inside, Escape and q come out; it opens at its moment."""
    seen = started(browser, folder)
    tab = seen.page
    at = next(at for at, table in enumerate(TABLES) if table.get("moment") == "returned")
    tab.goto(f"{(folder / 'index.html').as_uri()}#{at + 1}")
    player_in(tab)
    now = tab.frame_locator(".slide.now iframe").locator(".cap-now h3")
    assert "handshake call returns" in now.inner_text()
    tab.keyboard.press("Enter")
    tab.frame_locator(".slide.now iframe").locator(".cap-view:focus").wait_for()
    tab.keyboard.press("ArrowRight")
    assert "handshake call returns" not in now.inner_text()
    assert at == place(tab)[0]
    tab.keyboard.press("Escape")
    tab.locator(".slide.now:focus").wait_for()
    tab.keyboard.press("Enter")
    tab.frame_locator(".slide.now iframe").locator(".cap-view:focus").wait_for()
    tab.keyboard.press("q")
    tab.locator(".slide.now:focus").wait_for()
    tab.keyboard.press("ArrowRight")
    assert at + 1 == place(tab)[0]
    assert [] == seen.complaints


def test_a_player_that_asks_tells_nothing_beforehand(browser: Browser, folder: Path) -> None:
    """On the slide for guessing it asks from the beginning; the outcome is not seen before it is reached."""
    tab = started(browser, folder).page
    at = next(at for at, table in enumerate(TABLES) if table.get("guess"))
    tab.goto(f"{(folder / 'index.html').as_uri()}#{at + 1}")
    player_in(tab)
    frame = tab.frame_locator(".slide.now iframe")
    for _ in range(60):
        assert "certificate_required" not in frame.locator("main").inner_text()
        tab.keyboard.press("Enter")
        frame.locator(".cap-view:focus").wait_for()
        if frame.locator(".cap-guess:visible button").count():
            break
        tab.keyboard.press("ArrowRight")
    assert frame.locator(".cap-guess:visible button").count() > 1


def test_the_help_lists_the_keys(browser: Browser, folder: Path) -> None:
    """The list is a dialog; while it is open the slides stay."""
    tab = started(browser, folder).page
    tab.keyboard.press("?")
    dialog = tab.get_by_role("dialog")
    assert "presenter's view" in dialog.inner_text()
    tab.keyboard.press("ArrowRight")
    assert 0 == place(tab)[0]
    tab.keyboard.press("Escape")
    tab.keyboard.press("ArrowRight")
    assert 1 == place(tab)[0]


def test_it_works_under_a_strict_policy(browser: Browser, folder: Path) -> None:
    """Served with ``script-src 'self'``, slides, players and presenter's view run and nothing is refused."""
    seen = watched(browser)

    def serve(route: Route) -> None:
        path = folder / route.request.url.partition("?")[0].removeprefix("http://lesson.invalid/")
        kind = {".html": "text/html", ".js": "text/javascript", ".css": "text/css"}[path.suffix]
        headers = {"Content-Security-Policy": "script-src 'self'"}
        route.fulfill(
            body=path.read_text(encoding="utf-8"), content_type=f"{kind}; charset=utf-8", headers=headers
        )

    seen.page.context.route("http://lesson.invalid/**", serve)
    seen.page.goto("http://lesson.invalid/index.html")
    for at, _, _ in gone_through(seen.page):
        if TABLES[at]["kind"] == "player":
            player_in(seen.page)
    with seen.page.expect_popup() as opening:
        seen.page.keyboard.press("p")
    opening.value.locator(".place", has_text=f"Slide {len(TABLES)} of {len(TABLES)}").wait_for()
    assert [] == seen.complaints


# The presenter's view ----------------------------------------------------------------------------------


def test_the_presenters_view_follows_and_leads(browser: Browser, folder: Path) -> None:
    """From disk: slide, step, next slide, notes, clock and hands; its keys and buttons move the slides."""
    seen = started(browser, folder)
    tab = seen.page
    with tab.expect_popup() as opening:
        tab.keyboard.press("p")
    desk = opening.value
    problems: list[str] = []
    desk.on("console", lambda message: problems.append(message.text))
    desk.on("pageerror", lambda error: problems.append(str(error)))
    spot, notes = desk.locator(".place"), desk.locator(".notes section:visible")
    spot.get_by_text("Slide 1 of").wait_for()
    assert desk.locator(".alone").is_hidden()
    for _ in range(2):
        tab.keyboard.press("ArrowRight")
    spot.get_by_text("Slide 3 of").wait_for()
    question = asked(TABLES[2])
    assert question.ask in notes.inner_text()
    assert f"{question.right}. " in notes.inner_text()
    now, after = (desk.frame_locator(f"iframe >> nth={place}") for place in (0, 1))
    now.locator("#slide-3.now").wait_for()
    after.locator("#slide-4.now").wait_for()
    desk.locator(".hands button").nth(1).click()
    desk.keyboard.press("2")
    tab.locator(".slide.now [data-option='1'] output", has_text="2").wait_for()
    assert "B 2" in desk.locator(".hands").inner_text()
    desk.get_by_role("button", name="Answer").click()
    tab.locator(".slide.now .answer").wait_for()
    now.locator(".slide.now .answer").wait_for()
    for _ in range(3):
        desk.keyboard.press("ArrowRight")
    tab.wait_for_function("() => state.at === 3 && state.step === 2")
    assert not desk.evaluate("() => document.querySelector('.hands').checkVisibility()")
    step = tab.evaluate("() => steps[3][2]")
    assert step in spot.inner_text()
    shown = "() => [...document.querySelectorAll('.slide.now g:not(.off)')].length"
    assert tab.evaluate(shown) == desk.frames[1].evaluate(shown)
    assert "5 to 15" in desk.locator(".part").inner_text()
    desk.get_by_role("button", name="What to look at first").click()
    last = next(
        at for at, table in enumerate(TABLES) if table.get("text", "").startswith("A client is refused")
    )
    tab.wait_for_function(f"() => state.at === {last} && state.step === 0")
    spot.get_by_text(f"Slide {last + 1} of").wait_for()
    desk.keyboard.press("b")
    spot.get_by_text("the screen is black").wait_for()
    assert 0 == tab.locator(".slide:visible").count()
    assert now.locator(f"#slide-{last + 1}.now").is_visible()
    desk.keyboard.press("ArrowRight")
    tab.locator(f"#slide-{last + 2}.now").wait_for()
    for width, height in ((800, 600), (1100, 760), (1920, 1080)):
        desk.set_viewport_size({"width": width, "height": height})
        above, below = desk.locator("main").bounding_box(), desk.locator("aside").bounding_box()
        assert above is not None
        assert below is not None
        assert above["y"] + above["height"] <= below["y"] + 0.5
        assert 0 >= desk.evaluate("() => document.documentElement.scrollHeight - innerHeight")
    clock = desk.get_by_role("timer")
    desk.wait_for_function("() => document.querySelector('[role=timer]').textContent !== '0:00'")
    desk.get_by_role("button", name="Pause").click()
    desk.get_by_role("button", name="Reset").click()
    assert "0:00" == clock.inner_text()
    tab.reload()
    tab.keyboard.press("End")
    spot.get_by_text(f"Slide {len(TABLES)} of").wait_for()
    assert [] == seen.complaints + problems


def test_the_presenters_view_alone_opens_the_slides(browser: Browser, folder: Path) -> None:
    """Opened by itself it says so, and a button opens the slides that it leads."""
    seen = watched(browser)
    desk = seen.page
    desk.goto((folder / "presenter.html").as_uri())
    assert desk.locator(".alone").is_visible()
    with desk.expect_popup() as opening:
        desk.get_by_role("button", name="Open the slides").click()
    desk.locator(".place", has_text="Slide 1 of").wait_for()
    desk.get_by_role("button", name="Next").click()
    opening.value.wait_for_function("() => state.at === 1")
    assert [] == seen.complaints


# For everybody, and on paper ---------------------------------------------------------------------------


def test_every_slide_is_accessible(browser: Browser, folder: Path) -> None:
    """Axe finds nothing on any slide, with its answer and without, around them, nor in the list of keys."""
    tab = started(browser, folder).page
    assert [] == violations(tab)
    for at, _, whole in gone_through(tab):
        if TABLES[at]["kind"] == "player":
            player_in(tab)
        if whole:
            assert [] == violations(tab, ".slide.now"), at
        if tab.locator(".slide.now .answer").count():
            tab.keyboard.press("a")
            assert [] == violations(tab, ".slide.now"), at
    tab.keyboard.press("?")
    assert [] == violations(tab)


@pytest.mark.parametrize("name", ["presenter", *PAPERS, "runs/not-asked"])
def test_every_page_is_accessible(browser: Browser, folder: Path, name: str) -> None:
    """Axe finds nothing on the other pages."""
    seen = watched(browser)
    seen.page.goto((folder / f"{name}.html").as_uri())
    if name.startswith("runs/"):
        seen.page.locator(".cap-place").wait_for()
    assert [] == seen.complaints
    assert [] == violations(seen.page)


def printed(tab: Page, target: Path) -> tuple[list[str], list[str]]:
    """The words and the size of every page of what is printed."""
    tab.pdf(path=target, prefer_css_page_size=True)
    program("pdftoppm")  # of the same package as the two below
    words = subprocess.run(["pdftotext", "-layout", target, "-"], stdout=subprocess.PIPE, check=True).stdout
    sizes = subprocess.run(["pdfinfo", "-l", "99", target], stdout=subprocess.PIPE, check=True).stdout
    return words.decode().split("\f")[:-1], re.findall(r"Page +\d+ size: (.*)", sizes.decode())


@pytest.mark.parametrize("name", PAPERS)
def test_papers_fit_their_pages(browser: Browser, folder: Path, name: str, tmp_path: Path) -> None:
    """The handout is one page of A4, the worksheet and its answers two."""
    tab = watched(browser).page
    tab.goto((folder / f"{name}.html").as_uri())
    words, sizes = printed(tab, tmp_path / "paper.pdf")
    assert PAPERS[name] == len(words)
    assert all("A4" in size for size in sizes)


def test_slides_are_printed_one_to_a_page_without_answers(
    browser: Browser, folder: Path, tmp_path: Path
) -> None:
    """Pictures whole, players left out, no answer, even where it is shown on the screen."""
    tab = started(browser, folder).page
    tab.keyboard.press("ArrowRight")
    tab.keyboard.press("a")
    assert tab.locator(".slide.now .answer").is_visible()
    words, _ = printed(tab, tmp_path / "slides.pdf")
    kept = [table for table in TABLES if table["kind"] != "player"]
    assert len(kept) == len(words)
    for table, told in zip(kept, words, strict=True):
        if "answer" in table:
            assert table["answer"].split(".")[0] not in " ".join(told.split())
        if table["kind"] == "picture":
            assert "Trust decision" in told
        if table["kind"] == "vote":
            assert "is right" not in told


def test_without_scripts_everything_but_answers_can_be_read(browser: Browser, folder: Path) -> None:
    """One slide below the other, with a link to each player."""
    context = browser.new_context(java_script_enabled=False, viewport={"width": 1280, "height": 720})
    tab = context.new_page()
    tab.goto((folder / "index.html").as_uri())
    assert len(TABLES) == tab.locator(".slide:visible").count()
    assert tab.get_by_text("Step through it").first.is_visible()
    assert 0 == tab.locator(".answer:visible").count()
    context.close()
