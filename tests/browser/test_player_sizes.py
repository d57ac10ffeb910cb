"""The player on a telephone, on a laptop and on a projector: what is seen, how large, and in what order."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from simulator.trace.facts import Decided
from simulator.trace.trace import trace_of as trace_of_events
from simulator.views.player.page import comparison_page, document, page
from tests.browser.chromium import in_a_notebook, violations, watched, written
from tests.views.traces import HOSTILE, hostile_trace, trace_of

if TYPE_CHECKING:
    from pathlib import Path

    from playwright.sync_api import Browser, Page

LAPTOP, TELEPHONE = (1280, 720), (390, 844)
SIZES = {"laptop": LAPTOP, "telephone": TELEPHONE}
RUNS = {
    "refused": ("certificate-expired", "1.3"),
    "lower": ("no-certificate-lower-level", "1.2"),
    "stolen": ("stolen-certificate", "1.3"),
    "server": ("server-untrusted", "1.2"),
}
LONG = {kind: hostile_trace(kind) for kind in ("one long word", "many words", "wide characters")}


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """The pages that are measured."""
    texts = {name: page(trace_of(*run)) for name, run in RUNS.items()}
    texts |= {kind: page(trace) for kind, trace in LONG.items()}
    texts["two"] = comparison_page(trace_of(*RUNS["refused"]), trace_of("valid-certificate", "1.3"))
    return written(tmp_path_factory.mktemp("pages"), texts)


def opened(browser: Browser, path: Path, size: tuple[int, int], keys: str = "", **options: Any) -> Page:
    """A page at a size, after some keys."""
    viewport = {"width": size[0], "height": size[1]}
    tab = watched(browser, viewport=viewport, **options).open(path)
    for key in keys:
        tab.keyboard.press(key)
    return tab


# Call a function at every stop from the first to the last, and give what it found, with the event.
AT_EVERY_STOP = """(body) => {
  const measure = new Function(body);
  const slider = document.querySelector('input[type="range"]');
  const found = [];
  for (let stop = 0; stop <= Number(slider.max); stop += 1) {
    const event = Number(document.querySelector('.cap-pane').dataset.cursor);
    found.push(...measure().map((words) => `${event}: ${words}`));
    document.dispatchEvent(new KeyboardEvent('keydown', { key: 'ArrowRight', bubbles: true }));
  }
  return found;
}"""
# Every text that can be seen or scrolled to and is set smaller than 13 px, as it appears on the screen.
SMALL = """
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  const found = [];
  while (walker.nextNode()) {
    const node = walker.currentNode.parentElement;
    if (!walker.currentNode.data.trim() || !node.checkVisibility() || node.closest('.cap-hidden')) continue;
    const sheet = node.closest('.cap-sheet')?.getBoundingClientRect();
    if (sheet && node.getBoundingClientRect().top >= sheet.bottom) continue;
    const scale = node.ownerSVGElement ? node.getScreenCTM().a : node.currentCSSZoom ?? 1;
    const size = parseFloat(getComputedStyle(node).fontSize) * scale;
    if (size < 12.99) found.push(`${size.toFixed(1)} ${walker.currentNode.data.slice(0, 30)}`);
  }
  return found;
"""
# Headings, names of lanes and buttons that lie on each other, or are cut at the edge of the screen. Of what
# scrolls, only what is in sight: not what is beside the view, nor what two runs have below the controls.
OVERLAPS = """
  const named = 'h1, .cap-run, .cap-lanes span, .cap-when b, .cap-when span, .cap-now h3, .cap-place, '
    + '[role=tab], .cap-controls button, .cap-head button, .cap-head summary';
  const floor = document.querySelector('.cap-controls').getBoundingClientRect().top;
  const inside = (box, view) => !view || (box.left >= view.left && box.right <= view.right);
  const seen = [...document.querySelectorAll(named)]
    .filter((node) => node.checkVisibility() && node.textContent + node.title)
    .map((node) => [node, node.getBoundingClientRect(), node.closest('.cap-view')?.getBoundingClientRect()])
    .filter(([node, box, view]) => inside(box, view) && !(node.closest('.cap-panes') && box.bottom > floor))
    .map(([node, box]) => [node.textContent || node.title, box]);
  const touch = (a, b) => Math.min(a.right, b.right) - Math.max(a.left, b.left) > 2  // a shared border
    && Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top) > 2;
  return [
    ...seen.flatMap(([name, box], at) => seen.slice(at + 1).filter(([, other]) => touch(box, other))
      .map(([other]) => `${name} | ${other}`)),
    ...seen.filter(([, box]) => box.left < -0.5 || box.right > innerWidth + 0.5)
      .map(([name]) => `cut: ${name}`)];
"""
# What is said of an event and is not all in sight.
CAPTION_CUT = """
  return [...document.querySelectorAll('.cap-now')].filter((now) => {
    const { bottom } = now.lastElementChild.getBoundingClientRect();
    const ends = [document.querySelector('.cap-controls').getBoundingClientRect().top,
      now.closest('.cap-side').getBoundingClientRect().bottom];
    return now.scrollHeight > now.clientHeight + 1 || ends.some((end) => bottom > end + 0.5);
  }).map((now) => now.textContent);
"""
LITTLE_PICTURE = """
  return [...document.querySelectorAll('.cap-view')].map((view) => view.clientHeight / innerHeight)
    .filter((part) => part < 0.6).map((part) => part.toFixed(3));
"""


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("name", [*RUNS, "two"])
def test_no_type_is_smaller_than_13_pixels(
    browser: Browser, files: dict[str, Path], name: str, size: str
) -> None:
    """At every stop, in every panel, in the menu and while guessing."""
    tab = opened(browser, files[name], SIZES[size])
    assert [] == tab.evaluate(AT_EVERY_STOP, SMALL)
    tab.locator("summary", has_text="More").click()
    tab.keyboard.press("g")
    assert [] == tab.evaluate(f"() => {{ {SMALL} }}")
    tab.keyboard.press("g")
    tab.keyboard.press("g")
    tab.keyboard.press("Escape")
    if not tab.get_by_role("tab").first.is_visible():
        tab.keyboard.press("h")
    for panel in range(6):
        tab.get_by_role("tab").nth(panel).click()
        assert [] == tab.evaluate(f"() => {{ {SMALL} }}"), panel


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("name", [*RUNS, *LONG, "two"])
def test_no_headings_overlap(browser: Browser, files: dict[str, Path], name: str, size: str) -> None:
    """Title, lanes, caption, tabs and buttons stand apart and within the screen, whatever their names are."""
    for keys in ("", "w", "b"):
        tab = opened(browser, files[name], SIZES[size], keys)
        assert [] == tab.evaluate(AT_EVERY_STOP, OVERLAPS), keys
        tab.close()


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("name", RUNS)
def test_the_caption_is_whole(browser: Browser, files: dict[str, Path], name: str, size: str) -> None:
    """Everything that is said of an event is in sight at once; also without panels, and in big type."""
    for keys in ("", "h", "b"):
        tab = opened(browser, files[name], SIZES[size], keys)
        if size == "telephone" and keys == "h":
            continue  # there the panels stand below the caption
        assert [] == tab.evaluate(AT_EVERY_STOP, CAPTION_CUT), keys
        tab.close()


@pytest.mark.parametrize("name", [*RUNS, *LONG, "two"])
def test_big_type_leaves_the_picture_six_tenths(browser: Browser, files: dict[str, Path], name: str) -> None:
    """Of the height of a projector, at every stop, however much is said of it."""
    tab = opened(browser, files[name], LAPTOP, "b")
    assert [] == tab.evaluate(AT_EVERY_STOP, LITTLE_PICTURE)


@pytest.mark.parametrize(("name", "keys"), [
    ("refused", "bg"), ("stolen", "bgg"),
])  # fmt: skip
def test_a_question_in_big_type_leaves_the_picture_six_tenths(
    browser: Browser, files: dict[str, Path], name: str, keys: str
) -> None:
    """Also while it is asked and after it was answered; the button that goes on is always in sight."""
    tab = opened(browser, files[name], LAPTOP, keys)
    onward = tab.locator(".cap-guess:visible p:last-child button").first
    for _ in range(24):
        for key in ("ArrowRight", "1", "ArrowRight"):
            tab.keyboard.press(key)
            assert [] == tab.evaluate(f"() => {{ {LITTLE_PICTURE} }}")
            if onward.count():
                floor = tab.locator(".cap-controls").bounding_box()
                box = onward.bounding_box()
                assert box is not None
                assert floor is not None
                assert box["y"] + box["height"] <= floor["y"] + 1


def test_big_type_says_where_two_runs_part(browser: Browser, files: dict[str, Path]) -> None:
    """In the place of the title; the button goes there."""
    tab = opened(browser, files["two"], LAPTOP, "b")
    parting = tab.locator(".cap-parting")
    assert parting.inner_text().startswith("The runs part where the server")
    parting.get_by_role("button", name="Go there").click()
    assert "58" == tab.locator(".cap-pane").first.get_attribute("data-cursor")


@pytest.mark.parametrize(("width", "close"), [
    (1280, True), (1599, True), (1600, True), (1900, False), (2560, False),
])  # fmt: skip
def test_it_starts_close_up_where_all_columns_would_be_small(
    browser: Browser, files: dict[str, Path], width: int, close: bool
) -> None:
    """Client and server fill the picture, below 1,600 px always; all columns begin with type of 13 px."""
    tab = opened(browser, files["refused"], (width, 900))
    assert [] == tab.evaluate(f"() => {{ {SMALL} }}")
    hidden = tab.locator(".cap-view").evaluate("(node) => node.scrollWidth - node.clientWidth")
    assert close == (hidden > 100)
    pressed = tab.get_by_role("button", name="All columns", include_hidden=True).get_attribute("aria-pressed")
    assert close == (pressed == "false")


@pytest.mark.parametrize("size", SIZES)
def test_rarely_used_buttons_are_behind_one(browser: Browser, files: dict[str, Path], size: str) -> None:
    """The head has the guess, the panels and More; More has the rest, and closes by Escape and by a click."""
    tab = opened(browser, files["refused"], SIZES[size])
    shown = [node.inner_text() for node in tab.locator(".cap-head button").all() if node.is_visible()]
    assert (["off", "decisions", "every message", "Panels"] if size == "laptop" else []) == shown
    for closes in ("Escape", "click"):
        tab.locator("summary", has_text="More").click()
        for name in ("All columns", "Big type", "Dark", "Full screen", "Keys"):
            assert tab.get_by_role("button", name=name).is_visible()
        assert tab.get_by_label("Speed").is_visible()
        assert [] == violations(tab)
        if closes == "Escape":
            tab.keyboard.press("Escape")
        else:
            tab.locator(".cap-now").click()
        assert not tab.get_by_role("button", name="Keys").is_visible()


def test_panels_can_be_hidden(browser: Browser, files: dict[str, Path]) -> None:
    """The picture takes their place; what is said stays; on a telephone they begin hidden."""
    tab = opened(browser, files["refused"], LAPTOP)
    width = tab.locator(".cap-view").evaluate("(node) => node.clientWidth")
    tab.keyboard.press("h")
    assert not tab.get_by_role("tab").first.is_visible()
    assert tab.locator(".cap-now").is_visible()
    assert tab.locator(".cap-view").evaluate("(node) => node.clientWidth") > 1.4 * width
    tab.get_by_role("button", name="Panels").click()
    assert tab.get_by_role("tab").first.is_visible()
    tab = opened(browser, files["refused"], TELEPHONE)
    assert not tab.get_by_role("tab").first.is_visible()
    tab.get_by_role("button", name="Panels").click()
    assert tab.get_by_role("tab").first.is_visible()
    assert not tab.locator(".cap-view").is_visible()


# The words of the thin columns that are in sight: side by side, or in rows.
COLUMNS = """() => [...document.querySelectorAll('.cap-pane:first-child .cap-belief')].filter((node) => {
  const view = node.closest('.cap-view').getBoundingClientRect();
  const box = node.getBoundingClientRect();
  return node.checkVisibility() && box.top < view.bottom && box.bottom > view.top
    && box.left >= view.left - 1 && box.right <= view.right + 1;
}).map((node) => node.title)"""


@pytest.mark.parametrize(("name", "size", "keys"), [
    ("refused", LAPTOP, ""), ("refused", LAPTOP, "h"), ("refused", LAPTOP, "b"), ("refused", TELEPHONE, ""),
    ("two", LAPTOP, ""),
])  # fmt: skip
def test_what_both_sides_believe_stays_in_sight(
    browser: Browser, files: dict[str, Path], name: str, size: tuple[int, int], keys: str
) -> None:
    """Close up, in big type, beside another run and in rows: at both edges, as far as the story is."""
    tab = opened(browser, files[name], size, keys)
    for place, wanted in {
        45: ["Client believes: Server authenticated", "Server knows: Asked"],
        54: ["Client assumes: Client authenticated", "Server knows: Asked"],
        65: ["Client believes: Refused", "Server knows: Refused"],
    }.items():
        tab.evaluate("(place) => { location.hash = place; }", f"#e{place},{place}")
        tab.locator(f'.cap-pane[data-cursor="{place}"]').first.wait_for()
        assert set(wanted) <= set(tab.evaluate(COLUMNS)), place


def test_rows_tell_the_same_story(browser: Browser, files: dict[str, Path]) -> None:
    """On a telephone every message between the two has its arrow, its name and its way; a tap goes there."""
    run = document(trace_of(*RUNS["refused"]))["runs"][0]
    sent = [
        event for event in run["events"] if event["kind"] == "message" and event["message"] == event["seq"]
    ]
    talk = [event for event in sent if event["step"] != "ENROLMENT"]
    names = [run["messages"][str(event["seq"])]["name"] for event in talk]
    tab = opened(browser, files["refused"], TELEPHONE)
    rows = tab.locator(".cap-sent")
    assert [*names[:-1], f"Alert: {names[-1]}"] == rows.locator("b").all_inner_texts()
    ways = "(all) => all.map((node) => node.classList.contains('cap-from-client') ? 'client' : 'server')"
    assert [event["actor"] for event in talk] == rows.evaluate_all(ways)
    tab.keyboard.press("End")
    rows.last.click()
    assert str(talk[-1]["seq"]) == tab.locator(".cap-pane").get_attribute("data-cursor")
    lost = len(run["picture"]["since"])
    tab.keyboard.press("End")
    assert lost == tab.get_by_text("never read", exact=True).filter(visible=True).count()


def test_an_arrow_in_flight_has_a_head(browser: Browser, files: dict[str, Path]) -> None:
    """An open one from the sending to the reading, or until it is known that nothing reads it."""
    shown = """() => [...document.querySelectorAll('.cap-head-open')]
      .filter((node) => getComputedStyle(node).visibility !== 'hidden').length"""
    tab = opened(browser, files["refused"], LAPTOP)
    counts = {}
    for place in (13, 16, 25, 45, 50, 54, 60, 66):
        tab.evaluate("(place) => { location.hash = place; }", f"#e{place}")
        tab.locator(f'.cap-pane[data-cursor="{place}"]').first.wait_for()
        counts[place] = tab.evaluate(shown)
    run = document(trace_of(*RUNS["refused"]))["runs"][0]
    since = {int(seq): known for seq, known in run["picture"]["since"].items()}
    stops = [*(event["seq"] for event in run["events"] if event["stop"]), len(run["events"])]
    readings = [event for event in run["events"] if event["kind"] == "message"]
    read = {event["message"]: event["seq"] for event in readings if event["message"] != event["seq"]}

    def flying(place: int) -> int:
        upto = next(stop for stop in stops if stop > place) - 1
        return sum(seq <= upto < read.get(seq, since.get(seq, 999)) for seq in map(int, run["messages"]))

    assert {place: flying(place) for place in counts} == counts
    assert counts[25] > 3
    assert counts[66] == 0


def test_the_last_step_is_headed_by_the_result(browser: Browser, files: dict[str, Path]) -> None:
    """Not by a machine's state, which stands below; the story and the live region say the same."""
    tab = opened(browser, files["refused"], LAPTOP)
    tab.keyboard.press("End")
    assert "Result: Refused" == tab.locator(".cap-now h3").inner_text()
    assert "CONNECTED" in tab.locator(".cap-now").inner_text()
    assert tab.locator('.cap-hidden[aria-live="polite"]').inner_text().startswith("Result: Refused")
    tab.get_by_role("tab", name="Story").click()
    assert "Result: Refused" in tab.locator('[data-seq][aria-selected="true"]').inner_text()


def test_a_key_goes_to_the_next_decision(browser: Browser, files: dict[str, Path]) -> None:
    """N and its button: every decision of client and server in turn, then the end; Shift+n goes back."""
    trace = trace_of(*RUNS["refused"])
    decided = [event.seq for event in trace.of(Decided) if event.actor in ("client", "server")]
    tab = opened(browser, files["refused"], LAPTOP)
    here = tab.locator(".cap-pane")
    reached = []
    for _ in range(len(decided) + 1):
        tab.keyboard.press("n")
        reached.append(int(here.get_attribute("data-cursor") or 0))
    assert [*decided, trace.events[-1].seq] == reached
    tab.keyboard.press("Shift+N")
    assert str(decided[-1]) == here.get_attribute("data-cursor")
    tab.keyboard.press("Home")
    tab.get_by_role("button", name="Next decision").click()
    assert str(decided[0]) == here.get_attribute("data-cursor")


STEPS = """async ([contents, pending]) => {
  const { default: widget } = await import('./player.js');
  const values = { document: contents, cursor: 20, second_cursor: 0, theme: 'light', pending, live: true };
  const model = { get: (name) => values[name], set: (name, value) => { values[name] = value; },
    save_changes: () => {}, on: () => {}, off: () => {} };
  const el = document.getElementById('out');
  widget.render({ model, el });
  const look = () => [!el.querySelector('.cap-decide').hidden,
    /then you decide/.test(el.querySelector('.cap-place').textContent)];
  const found = [look()];
  for (const key of ['1', 'ArrowRight']) {
    el.querySelector('.cap-view').dispatchEvent(new KeyboardEvent('keydown', { key, bubbles: true }));
    found.push(look());
  }
  for (let step = 0; step < 40; step += 1) el.querySelector('[aria-label="Forward"]').click();
  return [...found, look(), values.answer ?? null];
}"""


def test_the_next_question_comes_when_the_reader_has_stepped_to_it(browser: Browser) -> None:
    """In a live player no question is shown or answered before its place in the story; it is announced."""
    tab = in_a_notebook(watched(browser).page)
    events = trace_of("valid-certificate", "1.3").events[:46]
    contents = json.loads(json.dumps(document(trace_of_events(events), finished=False)))
    pending = {"ask": "Does the client send a certificate?", "options": ["send", "skip"], "number": 2}
    *early, reached, answer = tab.evaluate(STEPS, [contents, pending])
    assert [[False, True]] * 3 == early
    assert [True, False] == reached
    assert answer is None


POLICIES = {
    "own scripts": "default-src 'self'; script-src 'self'; style-src 'self'",
    "Jenkins": "sandbox; default-src 'none'; img-src 'self'; style-src 'self'",
}


@pytest.mark.parametrize("policy", POLICIES)
def test_where_scripts_are_blocked_the_picture_and_the_reason_stand_there(
    browser: Browser, files: dict[str, Path], policy: str
) -> None:
    """Under a policy against scripts and styles inside a page: one picture, its words, and what to do."""
    tab = watched(browser).page
    body = files["refused"].read_text(encoding="utf-8")
    headers = {"Content-Security-Policy": POLICIES[policy], "Content-Type": "text/html; charset=utf-8"}
    tab.route("http://player.invalid/**", lambda route: route.fulfill(body=body, headers=headers))
    tab.goto("http://player.invalid/run.html")
    text = tab.locator("main").inner_text()
    assert "does not move here" in text
    assert "Content-Security-Policy" in text
    assert "open it from disk" in text
    assert 0 == tab.locator(".clientauth-player").count()
    picture = tab.locator("main svg").bounding_box()
    assert picture is not None
    assert picture["width"] > 600
    fills = "(all) => all.map((one) => getComputedStyle(one).fill)"
    assert len(set(tab.locator("main svg rect").evaluate_all(fills))) > 5
    assert "Result: Refused" in text


def test_names_of_hostile_runs_leave_room(browser: Browser, files: dict[str, Path]) -> None:
    """However long a name is, story and controls of a telephone stay in sight."""
    assert set(LONG) <= set(HOSTILE)
    for kind in LONG:
        tab = opened(browser, files[kind], TELEPHONE, "h" * 2)
        tab.keyboard.press("End")
        view, controls = tab.locator(".cap-view").bounding_box(), tab.locator(".cap-controls").bounding_box()
        assert view is not None
        assert controls is not None
        assert view["height"] > 150
        assert controls["y"] + controls["height"] <= 844
        assert tab.evaluate("() => document.documentElement.scrollWidth") <= 390
        tab.close()
