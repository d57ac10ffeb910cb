"""The whole classroom in a real browser: sizes, links, keys, axe, paper, a telephone, and a strict policy."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

import pytest

from simulator.lessons.quiz.quiz import questions
from simulator.lessons.site.playground import knobs, positions
from simulator.lessons.site.site import site_files
from simulator.runs.many import processes
from simulator.views.player.document import document
from simulator.views.story.words import level_name
from tests.browser.chromium import violations, watched
from tests.lessons.test_site import broken_links
from tests.views.traces import trace_of

if TYPE_CHECKING:
    from pathlib import Path

    from playwright.sync_api import Browser, Page, Route

KILO, MEGA = 1024, 1024 * 1024
RUN, DECIDED = "runs/stolen-certificate-tls1.3.html", "decide/case-1-tls1.3.html"
KINDS = (
    "index.html",
    "lesson.html",
    "decide.html",
    "playground.html",
    "quiz.html",
    "glossary.html",
    "refused.html",
    "stacks.html",
    "bytes-tls1.3.html",
    RUN,
    DECIDED,
)
TELEPHONE = {"width": 390, "height": 844}


@pytest.fixture(scope="module")
def site() -> dict[str, str]:
    """The whole site by path."""
    with processes() as executor:
        return dict(site_files(executor=executor))


@pytest.fixture(scope="module")
def folder(site: dict[str, str], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The site on disk."""
    root = tmp_path_factory.mktemp("site")
    for place, text in site.items():
        path = root / place
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return root


def opened(tab: Page, folder: Path, place: str) -> Page:
    """A page of the site, from disk."""
    path, _, fragment = place.partition("#")
    tab.goto("about:blank")
    tab.goto((folder / path).as_uri() + (f"#{fragment}" if fragment else ""))
    return tab


def sizes(site: dict[str, str], kind: str) -> dict[str, int]:
    """The bytes of the pages whose paths begin so."""
    return {place: len(text.encode()) for place, text in site.items() if place.startswith(kind)}


# The whole ----------------------------------------------------------------------------------------------


def test_the_site_keeps_its_budgets(site: dict[str, str]) -> None:
    """A player's page has 45 KB at most, the playground 1 MB, the whole site 6 MB; every link resolves."""
    assert {} == {place: size for place, size in sizes(site, "runs/").items() if size > 45 * KILO}
    assert sizes(site, "playground.html")["playground.html"] <= MEGA
    assert sum(sizes(site, "").values()) <= 6 * MEGA
    assert 88 <= len(sizes(site, "runs/"))
    assert len(positions(knobs())) >= 400
    assert f"All {len(positions(knobs()))} positions were" in site["playground.html"]
    assert [] == broken_links(site)


def test_every_page_opens_from_disk(browser: Browser, folder: Path, site: dict[str, str]) -> None:
    """Without a complaint, and asking for nothing but files of the site; every player starts."""
    seen = watched(browser)
    for place in (one for one in site if one.endswith(".html")):
        tab = opened(seen.page, folder, place)
        if place.startswith(("runs/", "decide/")):
            tab.locator(".cap-place").wait_for()
    assert [] == seen.complaints
    asked = {url for url in seen.requests if url != "about:blank"}
    assert {True} == {url.startswith(folder.as_uri()) for url in asked}


@pytest.mark.parametrize("place", KINDS)
def test_pages_work_under_a_strict_policy(browser: Browser, site: dict[str, str], place: str) -> None:
    """Served with ``script-src 'self'``, everything runs and nothing is refused."""
    seen = watched(browser)

    def serve(route: Route) -> None:
        path = route.request.url.removeprefix("http://site.invalid/")
        kind = {"html": "text/html", "js": "text/javascript", "css": "text/css"}[path.rpartition(".")[2]]
        headers = {"Content-Security-Policy": "script-src 'self'"}
        route.fulfill(body=site[path], content_type=f"{kind}; charset=utf-8", headers=headers)

    seen.page.route("http://site.invalid/**", serve)
    seen.page.goto(f"http://site.invalid/{place}")
    if place in (RUN, DECIDED):
        seen.page.locator(".cap-place").wait_for()
    if place == "playground.html":
        seen.page.locator("#said .level").wait_for()
    assert [] == seen.complaints


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("place", KINDS)
def test_pages_are_accessible(browser: Browser, folder: Path, place: str, scheme: str) -> None:
    """Axe finds nothing on any kind of page, light or dark."""
    tab = opened(watched(browser, color_scheme=scheme).page, folder, place)
    tab.wait_for_load_state()
    assert [] == violations(tab)


@pytest.mark.parametrize("size", [(390, 844), (1280, 720), (1920, 1080)])
def test_no_page_is_wider_than_the_screen(browser: Browser, folder: Path, size: tuple[int, int]) -> None:
    """Only pictures scroll sideways, and they do so by themselves."""
    tab = watched(browser, viewport={"width": size[0], "height": size[1]}).page
    wider = "() => document.documentElement.scrollWidth - innerWidth"
    assert [] == [place for place in KINDS if opened(tab, folder, place).evaluate(wider) > 0]


# A run --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("run", [("stolen-certificate", "1.3"), ("hello-retry", "1.2")])
def test_a_page_has_the_document_of_its_run(browser: Browser, folder: Path, run: tuple[str, Any]) -> None:
    """What the browser unpacks is what the player of the run shows."""
    tab = opened(watched(browser).page, folder, f"runs/{run[0]}-tls{run[1]}.html")
    found = tab.evaluate(
        "() => clientauth.drawn(clientauth.unpack(document.getElementById('document').textContent))"
    )
    expected = json.loads(json.dumps(document(trace_of(*run))))
    for shown in expected["runs"]:
        for part in ("svg", "away", "told"):
            shown["picture"][part] = shown["picture"][part].replace("\n", "")
    assert expected == found


def test_the_player_is_stepped_by_keys(browser: Browser, folder: Path) -> None:
    """With the focus in it, to the end of the run; outside, keys scroll the page."""
    tab = opened(watched(browser).page, folder, RUN)
    tab.keyboard.press("End")
    assert re.match("1 of", tab.locator(".cap-place").inner_text())
    tab.locator(".cap-view").focus()
    tab.keyboard.press("End")
    level = level_name(trace_of("stolen-certificate", "1.3").card.level)
    assert f"Result: {level}" == tab.locator(".cap-now h3.cap-level").inner_text()


def test_one_tap_leads_a_telephone_to_a_picture(browser: Browser, folder: Path) -> None:
    """From the start, a tap on a case; then the picture is on the screen, with type that can be read."""
    tab = opened(watched(browser, viewport=TELEPHONE, has_touch=True).page, folder, "index.html")
    case = tab.locator(".cases a").first
    box = case.bounding_box()
    assert box is not None
    assert box["y"] + box["height"] <= TELEPHONE["height"]
    case.tap()
    tab.wait_for_url("**/runs/*")
    picture = tab.locator(".picture svg").first
    place = picture.bounding_box()
    assert place is not None
    assert place["y"] < TELEPHONE["height"] / 2
    least = tab.evaluate(
        """() => Math.min(...[...document.querySelectorAll('.picture text')]
             .map((text) => text.getBoundingClientRect().height))"""
    )
    assert least >= 12
    assert tab.locator(".picture").first.evaluate("(box) => box.scrollLeft") > 100


def test_without_scripts_picture_and_words_stand(browser: Browser, folder: Path) -> None:
    """Where scripts are blocked the page shows the picture and says why the player is not there."""
    context = browser.new_context(java_script_enabled=False, viewport={"width": 1280, "height": 720})
    tab = context.new_page()
    tab.goto((folder / RUN).as_uri())
    assert tab.locator(".picture svg").is_visible()
    assert "scripts" in tab.locator(".waits").inner_text()
    tab.goto((folder / "playground.html").as_uri())
    assert tab.locator(".picture svg").is_visible()
    context.close()


def test_a_run_is_printed_on_two_pages_at_most(browser: Browser, folder: Path) -> None:
    """On paper: title, picture, what happens; no player, no links about."""
    tab = opened(watched(browser).page, folder, RUN)
    tab.locator(".cap-place").wait_for()
    printed = tab.pdf(format="A4", print_background=True)
    assert len(re.findall(rb"/Type\s*/Page\b", printed)) <= 2


# Its parts ----------------------------------------------------------------------------------------------


def test_knobs_are_turned_by_keys(browser: Browser, folder: Path) -> None:
    """Tab to a knob, an arrow turns it: picture, level, words and address follow."""
    seen = watched(browser)
    tab = opened(seen.page, folder, "playground.html")
    before = tab.locator(".picture").inner_html()
    assert "Client authenticated" in tab.locator("#said .level").inner_text()
    tab.locator("#knobs select").nth(3).focus()
    tab.keyboard.press("ArrowDown")
    assert "60 days slow" in tab.locator("#said h2").inner_text()
    assert "Refused" in tab.locator("#said .level").inner_text()
    assert "before: Client authenticated" in tab.locator("#said del").first.inner_text()
    assert before != tab.locator(".picture").inner_html()
    assert tab.url.endswith("#valid/required/true/-60d/1.3")
    tab.keyboard.press("ArrowUp")
    assert before == tab.locator(".picture").inner_html()
    tab.keyboard.press("Shift+Tab")
    tab.keyboard.press("ArrowDown")
    assert "Encrypted" in tab.locator("#said .level").inner_text()
    assert [] == seen.complaints


def test_an_address_opens_the_playground_where_it_says(browser: Browser, folder: Path) -> None:
    """A link can name a position; one that does not exist opens the start."""
    tab = opened(watched(browser).page, folder, "playground.html#stolen/required/true/0s/1.2")
    assert "stolen" == tab.locator("#knobs select").first.input_value()
    assert "clientauth run stolen-certificate --tls 1.2" == tab.locator("#command").inner_text()
    assert tab.locator("#page").get_attribute("href") == "runs/stolen-certificate-tls1.2.html"
    tab = opened(tab, folder, "playground.html#nobody/required")
    assert "valid" == tab.locator("#knobs select").first.input_value()


def test_a_reader_decides_for_both_sides(browser: Browser, folder: Path) -> None:
    """Choices lead to the end of their way, by keys too; an earlier decision can be taken otherwise."""
    seen = watched(browser)
    tab = opened(seen.page, folder, DECIDED)
    for choice in ("ask", "accept", "skip", "refuse"):
        tab.locator(".cap-view").focus()
        tab.keyboard.press("End")
        assert "What happens in this run?" == tab.locator(".cap-title h2").inner_text()
        tab.get_by_label("Your decision").get_by_role("button", name=choice, exact=True).click()
    assert "A valid client certificate" == tab.locator(".cap-title h2").inner_text()
    tab.keyboard.press("End")
    assert "Result: Refused" == tab.locator(".cap-now h3.cap-level").inner_text()
    taken = "states['ask/accept/skip/refuse'].document.runs[0].decisions"
    decided = tab.evaluate(f"() => {taken}.find((one) => one.number === 2).seq")
    tab.evaluate("(seq) => model.set('cursor', seq)", decided)
    tab.get_by_label("Decide otherwise").get_by_role("button", name="send").click()
    for choice in ("accept", "grant"):
        tab.locator(".cap-view").focus()
        tab.keyboard.press("End")
        tab.get_by_label("Your decision").get_by_role("button", name=choice, exact=True).click()
    tab.keyboard.press("End")
    assert "Result: Client authenticated" == tab.locator(".cap-now h3.cap-level").inner_text()
    assert [] == seen.complaints


def test_a_wrong_answer_gets_its_reason_and_a_second_try(browser: Browser, folder: Path) -> None:
    """By keys: the reason first, then another try, then the right answer with what the run shows."""
    tab = opened(watched(browser).page, folder, "quiz.html")
    question = tab.locator("#thief")
    buttons = question.locator("button")
    right = "ABCDEF".index(questions()["thief"].right)
    wrong = [at for at in range(buttons.count()) if at != right]
    buttons.nth(wrong[0]).focus()
    tab.keyboard.press("Enter")
    assert "try once more" in question.get_by_role("status").inner_text()
    assert question.locator("li p").nth(wrong[0]).is_visible()
    assert not question.locator("li p").nth(right).is_visible()
    assert question.locator(".shown").is_hidden()
    buttons.nth(wrong[1]).focus()
    tab.keyboard.press("Space")
    assert question.locator("li p").nth(right).is_visible()
    assert "clientauth run stolen-certificate" in question.locator(".shown").inner_text()
    assert tab.locator("#not-asked .shown").is_hidden()
