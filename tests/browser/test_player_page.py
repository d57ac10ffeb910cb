"""The player in a real browser: it loads, steps, asks, stays accessible, and takes data for data."""

from __future__ import annotations

import json
import re
import subprocess
from itertools import cycle
from typing import TYPE_CHECKING

import pytest

from simulator.trace.facts import Alert, Decided, Sent
from simulator.trace.trace import trace_of as trace_of_events
from simulator.views.player.page import comparison_page, document, page
from simulator.views.story.words import clean, level_name
from tests.browser.chromium import in_a_notebook, violations, watched, written
from tests.peers import program
from tests.played import NAMES, VERSIONS
from tests.views.traces import HOSTILE, hostile_trace, trace_of

if TYPE_CHECKING:
    from pathlib import Path

    from playwright.sync_api import Browser, Page

PLACE = ".cap-place"
FORWARD = "ArrowRight"


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """The pages that most tests look at."""
    refused, fine = trace_of("certificate-expired", "1.3"), trace_of("valid-certificate", "1.3")
    texts = {
        "refused": page(refused),
        "fine": page(fine),
        "older": page(trace_of("certificate-expired", "1.2")),
        "two": comparison_page(refused, fine),
        "versions": comparison_page(refused, trace_of("certificate-expired", "1.2")),
    }
    return written(tmp_path_factory.mktemp("pages"), texts)


def stops_of(name: str, tls: str) -> list[int]:
    """Where the steps of a run halt."""
    return [event["seq"] for event in document(trace_of(name, tls))["runs"][0]["events"] if event["stop"]]


def at(tab: Page) -> int:
    """The ``seq`` at which the player stands."""
    return int((tab.locator(PLACE).inner_text()).rpartition(" ")[2])


def more(tab: Page) -> None:
    """Open what stands behind one button."""
    tab.locator("summary", has_text="More").click()


def look(tab: Page) -> list[object]:
    """Everything that is drawn, as text: what is lit, what is marked, what every panel says."""
    found: list[object] = tab.evaluate(
        """() => [...document.querySelectorAll('.cap-pane')].map((pane) => [
             [...pane.querySelectorAll('.cap-sheet .cap-ahead')].map((node) => node.dataset.seq).join(),
             ['x', 'y', 'width', 'height'].map((name) => pane.querySelector('.cap-mark').getAttribute(name)),
             pane.querySelector('.cap-side').innerText])"""
    )
    return found


# Every scenario ---------------------------------------------------------------------------------------


def test_every_scenario_loads_and_plays_to_its_outcome(browser: Browser, tmp_path: Path) -> None:
    """From disk, without a complaint or a request; stepping to the end shows what the trace has.

    Each scenario has one of the versions, by turns: the page does not know the version.
    """
    seen = watched(browser)
    found, expected = {}, {}
    for name, tls in zip(NAMES, cycle(VERSIONS), strict=False):
        trace = trace_of(name, tls)
        path = tmp_path / f"{name}.html"
        path.write_text(page(trace), encoding="utf-8")
        tab = seen.open(path)
        stops = int(tab.locator('input[type="range"]').get_attribute("max") or 0)
        tab.evaluate(
            """(steps) => {
              const key = { key: 'ArrowRight', bubbles: true };
              for (let step = 0; step < steps; step += 1)
                document.dispatchEvent(new KeyboardEvent('keydown', key));
            }""",
            stops,
        )
        found[name] = (at(tab), tab.locator(".cap-now h3").inner_text())
        expected[name] = (trace.events[-1].seq, f"Result: {level_name(trace.outcome.level)}")
    assert expected == found
    assert [] == seen.complaints
    assert [] == [url for url in seen.requests if not url.startswith("file://")]
    assert len(NAMES) == len(set(seen.requests) - {"about:blank"})


def test_the_alert_and_the_decisive_check_are_told(browser: Browser, files: dict[str, Path]) -> None:
    """On the way to the refusal the page says which check decided and which alert was sent."""
    trace = trace_of("certificate-expired", "1.3")
    sent = next(event for event in trace.of(Alert) if event.actor == "server")
    tab = watched(browser).open(files["refused"], f"#e{sent.seq}")
    assert "certificate_expired" in tab.locator(".cap-now h3").inner_text()
    tab.get_by_role("tab", name="Ledgers").click()
    assert "validity" in tab.locator(".cap-decisive").first.inner_text()


# Stepping ----------------------------------------------------------------------------------------------


def test_going_back_shows_the_same_as_coming_there(browser: Browser, files: dict[str, Path]) -> None:
    """What is drawn follows from the cursor alone: there and back again, it is the same."""
    tab = watched(browser).open(files["fine"])
    looks = []
    for _ in range(12):
        looks.append(look(tab))
        tab.keyboard.press(FORWARD)
    tab.keyboard.press("End")
    tab.keyboard.press("Home")
    for expected in looks:
        assert expected == look(tab)
        tab.keyboard.press("Space")
    for expected in reversed(looks):
        tab.keyboard.press("ArrowLeft")
        assert expected == look(tab)


def test_only_what_has_happened_is_lit(browser: Browser, files: dict[str, Path]) -> None:
    """Every element of a later event is dimmed, every other one is not."""
    tab = watched(browser).open(files["fine"], "#e23")
    numbers = (
        "(which) => [...document.querySelectorAll('.cap-sheet ' + which)].map((node) => +node.dataset.seq)"
    )
    ahead, lit = tab.evaluate(numbers, ".cap-ahead"), tab.evaluate(numbers, "[data-seq]:not(.cap-ahead)")
    assert max(lit) < min(ahead)
    assert 22 in lit


def test_keys_of_a_presenter(browser: Browser, files: dict[str, Path]) -> None:
    """Space, arrows, page keys, Home and End move as they say; letters switch."""
    tab = watched(browser).open(files["fine"])
    stops = stops_of("valid-certificate", "1.3")
    found = []
    for key in ("Space", "ArrowRight", "PageDown", "PageUp", "Shift+Space", "ArrowLeft"):
        tab.keyboard.press(key)
        found.append(at(tab))
    assert [stops[place] for place in (1, 2, 3, 2, 1, 0)] == found
    tab.keyboard.press("End")
    assert stops[-1] == at(tab)
    tab.keyboard.press("Home")
    tab.keyboard.press("ArrowDown")
    assert at(tab) in (1, 13)
    tab.keyboard.press("d")
    assert "dark" == tab.locator(".clientauth-player").get_attribute("data-theme")
    tab.keyboard.press("f")
    tab.locator(".clientauth-player:fullscreen").wait_for()
    tab.keyboard.press("f")
    tab.locator(".clientauth-player:not(:fullscreen)").wait_for()


def test_arrows_scroll_what_has_the_focus(browser: Browser, files: dict[str, Path]) -> None:
    """With all columns shown as without: in the picture the arrows scroll, elsewhere they go by chapters."""
    tab = watched(browser).open(files["fine"], "#e23")
    for wide in ("false", "true"):
        pressed = tab.get_by_role("button", name="All columns", include_hidden=True)
        assert wide == pressed.get_attribute("aria-pressed")
        view = tab.locator(".cap-view")
        view.focus()
        before = view.evaluate("(node) => node.scrollTop")
        for _ in range(4):
            tab.keyboard.press("ArrowDown")
        tab.wait_for_function("(top) => document.querySelector('.cap-view').scrollTop > top", arg=before)
        assert 23 == at(tab)
        tab.keyboard.press("w")
    tab.get_by_role("button", name="Panels").focus()
    tab.keyboard.press("ArrowDown")
    assert 22 < at(tab)


def test_all_columns_are_all_columns(browser: Browser, files: dict[str, Path]) -> None:
    """The button shows the picture in its whole width: every lane and both columns of belief."""
    tab = watched(browser).open(files["fine"], "#e23")
    view = "(node) => node.scrollWidth - node.clientWidth"
    assert tab.locator(".cap-view").evaluate(view) > 100
    tab.keyboard.press("w")
    assert tab.locator(".cap-view").evaluate(view) <= 1


WITHIN = """() => [...document.querySelectorAll('.cap-pane')].map((pane) => {
  const view = pane.querySelector('.cap-view').getBoundingClientRect();
  const roof = pane.querySelector('.cap-lanes').getBoundingClientRect().bottom;
  const mark = pane.querySelector('.cap-mark').getBoundingClientRect();
  const seen = Math.min(mark.bottom, view.bottom) - Math.max(mark.top, roof);
  const title = pane.querySelector('.cap-now h3').getBoundingClientRect();
  const side = pane.querySelector('.cap-side').getBoundingClientRect();
  return [seen >= 0.95 * Math.min(mark.height, view.bottom - roof - 60),
    title.top >= side.top && title.bottom <= side.bottom];
})"""


@pytest.mark.parametrize("big", [False, True])
@pytest.mark.parametrize("name", ["refused", "two"])
def test_where_the_story_stands_stays_in_sight(
    browser: Browser, files: dict[str, Path], name: str, big: bool
) -> None:
    """Stepping by keys on a projector, the picture has what is marked, and what is said stands beside it."""
    tab = watched(browser).open(files[name])
    if big:
        tab.keyboard.press("b")
    lost = []
    for key in [FORWARD] * 42 + ["ArrowLeft"] * 42:
        tab.keyboard.press(key)
        if not all(part for pane in tab.evaluate(WITHIN) for part in pane):
            lost.append(at(tab))
    assert [] == lost


def test_big_type_is_read_from_the_last_row(browser: Browser, files: dict[str, Path]) -> None:
    """On a projector, words and names of messages are a quarter larger at the least, and the page fits."""
    sizes = """() => ['.cap-now h3', '.cap-now p:last-child', '.cap-sheet text[font-size="15"]']
    .map((which) => {
      const range = document.createRange();
      range.selectNodeContents(document.querySelector(which));
      return range.getClientRects()[0].height;
    })"""
    tab = watched(browser).open(files["refused"], "#e23")
    small = tab.evaluate(sizes)
    tab.keyboard.press("b")
    big = tab.evaluate(sizes)
    assert [] == [pair for pair in zip(small, big, strict=True) if pair[1] < 1.25 * pair[0]]
    scrolls = "() => [document.documentElement.scrollWidth, document.documentElement.scrollHeight]"
    assert [1280, 720] == tab.evaluate(scrolls)


# Whether the words of a thin column of belief are in sight, and so the arrow of a message before it.
BELIEF = """([belief, before]) => {
  const view = document.querySelector('.cap-view').getBoundingClientRect();
  const roof = document.querySelector('.cap-lanes').getBoundingClientRect().bottom;
  return [`.cap-belief[data-seq="${belief}"] span`, `.cap-sheet line[data-seq="${before}"]`].map((which) => {
    const { left, right, top, bottom } = document.querySelector(which).getBoundingClientRect();
    return left >= view.left && right <= view.right && top >= roof - 5 && bottom <= view.bottom;
  });
}"""


def test_in_big_type_a_belief_is_seen_with_what_led_to_it(browser: Browser, files: dict[str, Path]) -> None:
    """The close-up has the column in which a belief stands, and the last message before it."""
    tab = watched(browser).open(files["refused"])
    tab.keyboard.press("b")
    for belief, message in {29: 25, 52: 50, 61: 60, 65: 60}.items():
        tab.evaluate("(place) => { location.hash = place; }", f"e{belief}")
        tab.wait_for_function(
            "(at) => document.querySelector('.cap-pane').dataset.cursor == at", arg=str(belief)
        )
        assert [True, True] == tab.evaluate(BELIEF, [belief, message]), belief


def test_big_type_gives_two_runs_larger_pictures(browser: Browser, files: dict[str, Path]) -> None:
    """Of two runs the panels make room for the pictures, which stay beside each other; they come back."""
    heights = """() => [...document.querySelectorAll('.cap-view')].map((node) => node.clientHeight)"""
    tab = watched(browser).open(files["two"], "#e54,54")
    small = tab.evaluate(heights)
    tab.keyboard.press("b")
    big = tab.evaluate(heights)
    assert big[0] == big[1] > 1.25 * max(small)
    shown = tab.locator(".cap-tabs, .cap-panel").all()
    assert [] == [node.inner_text() for node in shown if node.is_visible()]
    tab.keyboard.press("b")
    assert small == tab.evaluate(heights)
    assert tab.get_by_role("tabpanel").first.is_visible()


def test_what_lies_ahead_does_not_say_that_a_message_is_never_read(
    browser: Browser, files: dict[str, Path]
) -> None:
    """Also when nothing is guessed: a picture shows it from the event on that makes it certain."""
    shown = """() => [...document.querySelectorAll('.cap-sheet text')]
      .filter((node) => node.textContent === 'never read')
      .filter((node) => getComputedStyle(node).visibility !== 'hidden').length"""
    for name in ("refused", "two"):
        assert 0 == watched(browser).open(files[name], "#e54,54").evaluate(shown)
        assert 3 == watched(browser).open(files[name], "#e65,65").evaluate(shown)


# The words for the parting, and every other text of the picture that they touch.
TOUCHED = """() => [...document.querySelectorAll('.cap-part-words')].map((words) => {
  const box = words.getBoundingClientRect();
  const apart = (other) => other.left >= box.right || other.right <= box.left
    || other.top >= box.bottom || other.bottom <= box.top;
  const view = words.closest('.cap-view').getBoundingClientRect();
  const others = [...words.closest('svg').querySelectorAll('text')].filter((node) => node !== words);
  return [box.left >= view.left && box.right <= view.right,
    others.filter((node) => !apart(node.getBoundingClientRect())).map((node) => node.textContent)];
})"""


@pytest.mark.parametrize("other", ["valid-certificate", "no-certificate-lower-level", "server-untrusted"])
def test_where_the_runs_part_is_written_beside_everything_else(
    browser: Browser, tmp_path: Path, other: str
) -> None:
    """The words at the frame are on no other words, and in sight."""
    file = tmp_path / "two.html"
    file.write_text(
        comparison_page(trace_of("certificate-expired", "1.3"), trace_of(other, "1.3")), encoding="utf-8"
    )
    tab = watched(browser).open(file)
    tab.get_by_role("button", name="Go there").click()
    assert [[True, []]] * 2 == tab.evaluate(TOUCHED)


def test_playing_goes_on_by_itself_and_stops_at_the_end(browser: Browser, files: dict[str, Path]) -> None:
    """Play moves on at the chosen speed; at the last event it stops."""
    seen = watched(browser)
    tab = seen.page
    tab.clock.install()
    seen.open(files["fine"])
    more(tab)
    tab.get_by_label("Speed").select_option("very quick")
    tab.get_by_role("button", name="Play", exact=True).click()
    tab.clock.run_for(1100)
    # The page's own clock goes on beside ours, so on a busy machine it is a stop or two further.
    assert at(tab) in stops_of("valid-certificate", "1.3")[3:6]
    tab.get_by_role("button", name="Pause").click()
    paused = at(tab)
    tab.clock.run_for(5000)
    assert paused == at(tab)
    tab.keyboard.press("End")
    tab.keyboard.press("ArrowLeft")
    tab.get_by_role("button", name="Play", exact=True).click()
    tab.clock.run_for(2000)
    assert tab.get_by_role("button", name="Play", exact=True).is_visible()


def test_an_address_leads_to_an_event_and_follows_the_cursor(
    browser: Browser, files: dict[str, Path]
) -> None:
    """``#e17`` opens at 17; the address keeps up; two runs have two numbers; nonsense leads nowhere."""
    seen = watched(browser)
    tab = seen.open(files["fine"], "#e17")
    assert 17 == at(tab)
    tab.keyboard.press(FORWARD)
    tab.wait_for_url("**#e18")
    tab.evaluate("() => { location.hash = '#e40' }")
    tab.locator(PLACE, has_text="event 40").wait_for()
    for nonsense in ("#e", "#e-3", "#e1e9", "#<script>", "#e99999"):
        place = at(seen.open(files["fine"], nonsense))
        assert place in (0, trace_of("valid-certificate", "1.3").events[-1].seq)
    for place, expected in (("#e17,20", ["17", "20"]), ("#e17,0", ["17", "0"]), ("#e17", ["17", "17"])):
        seen.open(files["two"], place)
        assert expected == [_marked(tab, index) for index in (0, 1)]
    tab.evaluate("() => { location.hash = '#e20,0' }")
    tab.locator(PLACE, has_text="event 20").wait_for()
    assert ["20", "0"] == [_marked(tab, index) for index in (0, 1)]
    assert [] == seen.complaints


def _marked(tab: Page, index: int) -> str:
    """The event that a pane of two stands at."""
    return tab.locator(".cap-pane").nth(index).get_attribute("data-cursor") or ""


def test_a_click_selects_the_message(browser: Browser, files: dict[str, Path]) -> None:
    """A click on the name of any message that can be seen goes to its sending."""
    trace = trace_of("valid-certificate", "1.3")
    tab = watched(browser, viewport={"width": 1600, "height": 1000}).open(files["fine"], "#e46")
    for event in trace.of(Sent):
        if event.at >= 0 and isinstance(event.fact, Sent):
            labels = tab.locator(f'.cap-sheet text[data-seq="{event.seq}"]')
            label = labels.filter(has_text=re.compile(f"^{re.escape(event.fact.name)}$")).first
            label.scroll_into_view_if_needed()
            label.click()
            assert event.seq == at(tab)
            assert clean(event.fact.name) in tab.locator(".cap-panel:not(.cap-closed) h4").first.inner_text()


def test_a_field_points_to_its_bytes_and_back(browser: Browser, files: dict[str, Path]) -> None:
    """Choosing a field by keyboard marks its bytes; clicking a byte chooses its field."""
    trace = trace_of("valid-certificate", "1.3")
    hello = next(event for event in trace.of(Sent) if event.at >= 0)
    tab = watched(browser).open(files["fine"], f"#e{hello.seq}")
    fields = tab.get_by_role("listbox", name="fields").first
    fields.focus()
    for _ in range(3):
        tab.keyboard.press("ArrowDown")
    assert "length" in (fields.locator('[aria-selected="true"]').inner_text())
    marked = "() => [...document.querySelectorAll('.cap-chosen')].map((n) => +n.dataset.at)"
    assert [1, 2, 3] == tab.evaluate(marked)
    assert hello.seq == at(tab)
    tab.locator('.cap-hex [data-at="0"]').first.click()
    assert [0] == tab.evaluate(marked)
    assert "msg_type" in fields.locator('[aria-selected="true"]').inner_text()


# Guess first -------------------------------------------------------------------------------------------


def test_what_comes_next_is_hidden_until_it_was_guessed(browser: Browser, files: dict[str, Path]) -> None:
    """No key gets past an open question, nothing ahead can be seen, and an answer opens the way."""
    tab = watched(browser).open(files["refused"], "#e11")
    tab.get_by_role("button", name="every message").click()
    tab.get_by_role("heading", name="What happens next?").wait_for()
    for key in (FORWARD, "End", "PageDown", "ArrowDown"):
        tab.keyboard.press(key)
        assert 11 == at(tab)
    seen = tab.evaluate(
        """() => [...document.querySelectorAll('.cap-sheet .cap-ahead')]
             .filter((node) => getComputedStyle(node).visibility !== 'hidden').length"""
    )
    assert 0 == seen
    tab.get_by_role("tab", name="Story").click()
    assert "ClientHello" not in tab.locator(".cap-panel:not(.cap-closed)").inner_text()
    assert "expired" not in tab.locator(".cap-side").inner_text()
    tab.keyboard.press("1")
    assert "Right." in tab.locator(".cap-feedback").inner_text()
    tab.get_by_role("button", name="Go on").click()
    assert 13 == at(tab)


def test_a_wrong_guess_gets_the_reason(browser: Browser, files: dict[str, Path]) -> None:
    """The engine says why not, what happens instead, and keeps the score."""
    trace = trace_of("certificate-expired", "1.3")
    events = document(trace)["runs"][0]["events"]
    asked = [event for event in events if event["question"]]
    decided = next(event for event in asked if "accept the client's Certificate" in event["question"]["ask"])
    options = decided["question"]["options"]
    wrong = next(index for index, option in enumerate(options) if not option["right"])
    tab = watched(browser).open(files["refused"], f"#e{decided['seq'] - 1}")
    tab.get_by_role("button", name="every message").click()
    tab.keyboard.press(str(wrong + 1))
    guess = tab.locator(".cap-guess")
    assert options[wrong]["why"] in guess.inner_text()
    assert "this is what happens" in guess.inner_text()
    assert "0 of 1 guessed right" in guess.inner_text()


@pytest.mark.parametrize("presses", [1, 2])
def test_a_whole_run_can_be_guessed_through(browser: Browser, files: dict[str, Path], presses: int) -> None:
    """With the keyboard alone, from question to question, to the end: at decisions and at every message."""
    seen = watched(browser)
    tab = seen.open(files["older"])
    for _ in range(presses):
        tab.keyboard.press("g")
    last = trace_of("certificate-expired", "1.2").events[-1].seq
    for _ in range(200):
        if at(tab) == last:
            break
        tab.keyboard.press("1")
        tab.keyboard.press(FORWARD)
    assert last == at(tab)
    assert [] == seen.complaints


# Two runs ------------------------------------------------------------------------------------------------


def test_two_runs_step_together_or_apart(browser: Browser, files: dict[str, Path]) -> None:
    """Together, the second follows by what answers to what; apart, only one moves."""
    tab = watched(browser).open(files["two"])
    for _ in range(20):
        tab.keyboard.press(FORWARD)
    assert _marked(tab, 0) == _marked(tab, 1)
    tab.get_by_label("Moves").select_option("right")
    before = _marked(tab, 0)
    tab.locator(".cap-pane").nth(1).locator(".cap-now").click()
    tab.keyboard.press("End")
    assert (before, str(trace_of("valid-certificate", "1.3").events[-1].seq)) == (
        _marked(tab, 0),
        _marked(tab, 1),
    )


def test_the_parting_is_marked_and_can_be_reached(browser: Browser, files: dict[str, Path]) -> None:
    """One press leads both runs to where they part; a frame says so in both pictures."""
    tab = watched(browser).open(files["two"])
    tab.get_by_role("button", name="Go there").click()
    assert 2 == tab.locator(".cap-sheet .cap-part-words").count()
    heads = [pane.inner_text() for pane in tab.locator(".cap-now h3").all()]
    judged = "The server checks the client's certificate"
    assert [f"{judged}: validity fails", f"{judged}: no check fails"] == heads
    tab.get_by_text("What is set differently").click()
    assert "certificate" in tab.locator(".cap-parting table").inner_text()


# For everybody --------------------------------------------------------------------------------------------

# What to look at: page, place, theme, keys pressed before, and how many of the six panels.
STATES = {
    "light": ("refused", "#e23", "light", "", 6),
    "dark": ("refused", "#e58", "dark", "", 6),
    "decision": ("refused", "#e59", "light", "", 1),
    "belief in the dark": ("refused", "#e52", "dark", "", 1),
    "set-up": ("fine", "#e0", "light", "", 1),
    "end": ("refused", "#e66", "light", "", 1),
    "guess": ("refused", "#e45", "light", "g", 1),
    "guessed in the dark": ("refused", "#e45", "dark", "gg2", 1),
    "two to guess": ("two", "#e54", "light", "g1", 1),
    "big type": ("refused", "#e58", "light", "b", 1),
    "big type in the dark": ("refused", "#e54", "dark", "bg", 1),
    "two": ("two", "#e58", "light", "", 1),
    "two in big type": ("two", "#e58", "light", "b", 1),
    "two to guess in big type": ("two", "#e54", "dark", "bg1", 1),
    "two in the dark": ("versions", "#e31", "dark", "", 2),
    "keys": ("refused", "#e23", "light", "?", 0),
    "keys in the dark": ("refused", "#e23", "dark", "?", 0),
}


@pytest.mark.parametrize("state", STATES)
def test_axe_finds_nothing(browser: Browser, files: dict[str, Path], state: str) -> None:
    """No violation of accessibility rules, in any panel of any state.

    The whole page is judged with its first panel; what another panel changes is the side alone.
    """
    name, place, theme, keys, panels = STATES[state]
    tab = watched(browser, color_scheme=theme).open(files[name], place)
    for key in keys:
        tab.keyboard.press(key)
    found = violations(tab)
    for index in range(1, panels):
        for tablist in tab.get_by_role("tablist").all():
            tablist.get_by_role("tab").nth(index).click()
        found += violations(tab, ".cap-side")
    assert [] == found


def test_the_keyboard_alone_reaches_everything(browser: Browser, files: dict[str, Path]) -> None:
    """Tab visits every control once, each with a visible focus, and leaves the page again."""
    tab = watched(browser).open(files["refused"], "#e23")
    wanted = tab.evaluate(
        """() => {
          const all = [...document.querySelectorAll('button, select, input, summary, [tabindex]')]
            .filter((node) => node.tabIndex >= 0 && node.checkVisibility());
          all.forEach((node, index) => { node.dataset.reach = index; });
          return all.length;
        }"""
    )
    reached: list[str] = []
    for _ in range(wanted + 1):
        tab.keyboard.press("Tab")
        got = tab.evaluate(
            """() => {
              const node = document.activeElement;
              const { outlineStyle, outlineWidth } = getComputedStyle(node);
              return [node.dataset.reach ?? 'page', outlineStyle !== 'none' && parseFloat(outlineWidth) >= 2];
            }"""
        )
        if got[0] == "page":
            break
        assert got[1], f"no visible focus on control {got[0]}"
        reached.append(got[0])
    assert sorted(map(str, range(wanted))) == sorted(reached)
    tabs = tab.get_by_role("tab")
    tabs.first.focus()
    for index in range(1, tabs.count()):
        tab.keyboard.press(FORWARD)
        assert "true" == tabs.nth(index).get_attribute("aria-selected")
    assert 23 == at(tab)


def test_a_step_is_said_to_a_screen_reader(browser: Browser, files: dict[str, Path]) -> None:
    """A polite live region says each step; slider and story name where they stand."""
    tab = watched(browser).open(files["fine"], "#e22")
    tab.keyboard.press(FORWARD)
    said = tab.locator('.cap-hidden[aria-live="polite"]').inner_text()
    assert said.startswith("The server sends Certificate")
    value = tab.get_by_role("slider", name="Place in the run").get_attribute("aria-valuetext") or ""
    assert "The server sends Certificate" in value
    label = tab.locator(".cap-sheet svg").get_attribute("aria-label") or ""
    assert "Result:" in label


def test_who_wants_no_motion_gets_none(browser: Browser, files: dict[str, Path]) -> None:
    """With reduced motion nothing fades, and a jump of the picture is immediate."""
    moving = watched(browser, reduced_motion="no-preference").open(files["fine"])
    still = watched(browser, reduced_motion="reduce").open(files["fine"])
    fades = "() => getComputedStyle(document.querySelector('.cap-sheet [data-seq]')).transitionDuration"
    assert ("0.18s", "0s") == (moving.evaluate(fades), still.evaluate(fades))
    still.keyboard.press("End")
    assert still.evaluate("() => document.querySelector('.cap-view').scrollTop") > 500


def test_single_letters_can_be_switched_off(browser: Browser, files: dict[str, Path]) -> None:
    """WCAG 2.1.4: who dictates to the computer can switch one-letter keys off."""
    tab = watched(browser).open(files["fine"])
    more(tab)
    tab.get_by_role("button", name="Keys").click()
    tab.get_by_label("Letters are keys").uncheck()
    tab.get_by_role("button", name="Close").click()
    tab.keyboard.press("d")
    assert "light" == tab.locator(".clientauth-player").get_attribute("data-theme")


@pytest.mark.parametrize("size", [(1280, 720), (1920, 1080), (390, 844)])
def test_nothing_is_wider_than_the_screen(
    browser: Browser, files: dict[str, Path], size: tuple[int, int]
) -> None:
    """On projector, large screen and telephone the page itself never scrolls sideways."""
    width, height = size
    for name in ("refused", "two"):
        tab = watched(browser, viewport={"width": width, "height": height}).open(files[name], "#e58")
        assert tab.evaluate("() => document.documentElement.scrollWidth") <= width


# Data is data ---------------------------------------------------------------------------------------------


def test_hostile_names_stay_text(browser: Browser, tmp_path: Path) -> None:
    """Markup, quotes, direction marks and 2,000 characters are shown, not obeyed, at every event."""
    seen = watched(browser)
    for index, (kind, text) in enumerate(HOSTILE.items()):
        path = tmp_path / f"{index}.html"
        path.write_text(page(hostile_trace(kind)), encoding="utf-8")
        tab = seen.open(path)
        assert clean(text).split() == tab.locator("h1").inner_text().split()
        for place in ("#e23", "#e37", "#e58", "#e60"):
            tab.evaluate("(place) => { location.hash = place }", place)
            tab.locator(PLACE, has_text=f"event {place[2:]}").wait_for()
        scripts, width = tab.evaluate("() => [document.scripts.length, document.documentElement.scrollWidth]")
        assert (2, 1280) == (scripts, width)
    assert [] == seen.complaints


# On paper, and in a notebook ----------------------------------------------------------------------------


def test_paper_shows_the_whole_story(browser: Browser, files: dict[str, Path], tmp_path: Path) -> None:
    """Printed at any moment, the picture is whole, and every panel can be read."""
    pdftotext = program("pdftotext")
    tab = watched(browser).open(files["refused"], "#e23")
    tab.pdf(path=str(tmp_path / "page.pdf"), format="A4")
    command = [pdftotext, "-layout", tmp_path / "page.pdf", "-"]
    text = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    run = document(trace_of("certificate-expired", "1.3"))["runs"][0]
    names = [message["name"].split()[0] for message in run["messages"].values()]
    assert [] == [name for name in names if name not in text]
    for title in ("This event", "Ledgers", "Levels", "States", "Story", "World", "certificate_expired"):
        assert title in text


LIVE = """async ([start, on, finished]) => {
  const { default: widget } = await import('./player.js');
  const values = { document: start, cursor: 0, theme: 'dark', pending: null, live: true };
  const listeners = {};
  const model = {
    get: (name) => values[name],
    set: (name, value) => {
      values[name] = value;
      (listeners['change:' + name] ?? []).forEach((told) => told());
    },
    save_changes: () => {},
    on: (name, told) => { (listeners[name] ??= []).push(told); },
    off: () => {} };
  const el = document.getElementById('out');
  const seen = (name) => el.querySelector(name)?.textContent ?? '';
  widget.render({ model, el });
  const first = [seen('.cap-now h3'), seen('.cap-level'), el.querySelector('.cap-decide').hidden];
  el.querySelectorAll('[role=tab]')[3].click();
  model.set('document', on);
  model.set('cursor', on.runs[0].events.length - 1);
  model.set('pending', { ask: 'Does the client send a certificate?', options: ['send', 'skip'], number: 2 });
  const waiting = [seen('.cap-decide p'), seen('.cap-level'), seen('[role=tab][aria-selected=true]')];
  el.querySelectorAll('.cap-decide button')[1].click();
  model.set('pending', null);
  model.set('document', finished);
  model.set('cursor', finished.runs[0].events.length - 1);
  return [first, waiting, values.answer, seen('.cap-level')];
}"""


def test_a_live_run_waits_for_a_person(browser: Browser) -> None:
    """A new document keeps the settings; a waiting decision is asked, and the answer goes to the model."""
    seen = watched(browser)
    whole = trace_of("certificate-expired", "1.3")
    decisions = {
        event.fact.decision: event.seq for event in whole.of(Decided) if isinstance(event.fact, Decided)
    }
    asked = decisions["send-certificate"]
    documents = [document(trace_of_events(whole.events[:count]), finished=False) for count in (1, asked)]
    first, waiting, answer, result = in_a_notebook(seen.page).evaluate(LIVE, [*documents, document(whole)])
    assert ["The set-up", "", True] == first
    assert ["You decide: Does the client send a certificate?", "", "States"] == waiting
    assert {"decision": 2, "choice": "skip"} == answer
    assert result.startswith("Result: Refused")
    assert [] == seen.complaints


FULL = """async ([start, on]) => {
  const { default: widget } = await import('./player.js');
  const values = { document: start, cursor: 0, second_cursor: 0, theme: 'dark', pending: null, live: true };
  let told = () => {};
  const model = { get: (name) => values[name], set: () => {}, save_changes: () => {}, off: () => {},
    on: (name, listener) => { if (name === 'change:document') told = listener; } };
  const el = document.getElementById('out');
  widget.render({ model, el });
  el.querySelector('.cap-view').focus();
  window.decide = () => { values.document = on; told(); };
}"""


def test_full_screen_outlives_a_decision(browser: Browser) -> None:
    """A live run gets a new document at each decision; the player stays full screen, and its keys go on."""
    seen = watched(browser)
    tab = in_a_notebook(seen.page)
    whole = trace_of("certificate-expired", "1.3")
    start = document(trace_of_events(whole.events[:45]), finished=False)
    tab.evaluate(FULL, [json.loads(json.dumps(one)) for one in (start, document(whole))])
    tab.keyboard.press("f")
    tab.locator(".clientauth-player:fullscreen").wait_for()
    tab.evaluate("() => window.decide()")
    tab.wait_for_timeout(200)
    assert tab.locator(".clientauth-player:fullscreen").count()
    tab.keyboard.press("End")
    assert whole.events[-1].seq == at(tab)
    tab.keyboard.press("f")
    tab.locator(".clientauth-player:not(:fullscreen)").wait_for()
    assert [] == seen.complaints


def test_the_module_keeps_to_the_contract_of_a_widget(browser: Browser) -> None:
    """Imported as a module, it draws into its element, shares the cursor both ways, and cleans up."""
    seen = watched(browser)
    tab = in_a_notebook(seen.page)
    found = tab.evaluate(
        """async (contents) => {
          const { default: widget } = await import('./player.js');
          const values = { document: contents, cursor: 3, second_cursor: 0, theme: 'auto' };
          const listeners = new Map();
          const of = (name) => listeners.get(name) ?? [];
          let saved = 0;
          const model = { get: (name) => values[name],
            set: (name, value) => { values[name] = value; of('change:' + name).forEach((told) => told()); },
            save_changes: () => { saved += 1; },
            on: (name, told) => listeners.set(name, [...of(name), told]),
            off: (name, told) => listeners.set(name, of(name).filter((other) => other !== told)) };
          const el = document.getElementById('out');
          const cleanup = widget.render({ model, el });
          const opened = el.querySelector('.cap-place').textContent;
          el.querySelector('[aria-label="Forward"]').click();
          const stepped = [values.cursor, saved > 0];
          model.set('cursor', 12);
          const moved = el.querySelector('.cap-place').textContent;
          const outside = new KeyboardEvent('keydown', { key: 'ArrowRight', bubbles: true });
          document.body.dispatchEvent(outside);
          const kept = values.cursor;
          model.set('document', JSON.parse(JSON.stringify(contents)));
          const players = document.querySelectorAll('.clientauth-player').length;
          cleanup();
          const listening = [...listeners.values()].flat().length;
          return [opened, stepped, moved, kept, players, el.childElementCount, listening];
        }""",
        json.loads(json.dumps(document(trace_of("valid-certificate", "1.3")))),
    )
    opened, stepped, moved, kept, players, left, listening = found
    assert re.search(r"event 3$", opened)
    assert ([4, True], 12, 1, 0, 0) == (stepped, kept, players, left, listening)
    assert re.search(r"event 12$", moved)
    assert [] == seen.complaints
