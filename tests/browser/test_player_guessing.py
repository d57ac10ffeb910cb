"""Guessing what comes next, in a real browser: nothing tells the ending, and the number keys are answered."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from simulator.views.player.page import comparison_page, document, page
from simulator.views.story.words import question
from tests.browser.chromium import in_a_notebook, watched, written
from tests.views.traces import trace_of

if TYPE_CHECKING:
    from pathlib import Path

    from playwright.sync_api import Browser, Page

FORWARD = "ArrowRight"

# Everything that somebody can see or hear of a page: its words, its picture's, its labels, its tab's title.
# Not the question: one of its options is right.
SEEN = """() => {
  const questions = [...document.querySelectorAll('.cap-guess')];
  questions.forEach((node) => { node.style.visibility = 'hidden'; });
  const found = [document.title, document.body.innerText];
  questions.forEach((node) => { node.style.visibility = ''; });
  const labels = document.querySelectorAll('.clientauth-player [aria-label], .clientauth-player [title]');
  for (const node of labels)
    if (node.checkVisibility()) found.push(node.getAttribute('aria-label') ?? '', node.title ?? '');
  for (const svg of document.querySelectorAll('.cap-sheet svg')) {
    const inset = /inset\\(0px 0px ([\\d.]+)%/.exec(getComputedStyle(svg).clipPath);
    const box = svg.getBoundingClientRect();
    const end = box.bottom - (inset ? box.height * Number(inset[1]) / 100 : 0);
    for (const text of svg.querySelectorAll('text'))
      if (getComputedStyle(text).visibility !== 'hidden' && text.getBoundingClientRect().top < end)
        found.push(text.textContent);
  }
  return found.join('\\n');
}"""


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """The pages that are guessed through."""
    refused, stolen = trace_of("certificate-expired", "1.3"), trace_of("stolen-certificate", "1.3")
    texts = {
        "refused": page(refused),
        "stolen": page(stolen),
        "two": comparison_page(refused, trace_of("valid-certificate", "1.3")),
    }
    return written(tmp_path_factory.mktemp("pages"), texts)


def guessing(browser: Browser, path: Path, when: str, place: str = "") -> Page:
    """A page in which somebody guesses."""
    tab = watched(browser).open(path, place)
    tab.get_by_role("button", name=when, exact=True).click()
    return tab


def at(tab: Page, pane: int = 0) -> int:
    """The event at which a pane stands."""
    return int(tab.locator(".cap-pane").nth(pane).get_attribute("data-cursor") or -1)


# What tells the ending, and the event before which nothing of it may be seen.
ENDINGS = {
    "refused": {
        "The client's certificate has expired": 66,
        "good until yesterday": 66,
        "certificate-expired": 66,
        "never read": 62,  # the failure goes along with this stop
        "has expired": 58,
        "certificate_expired": 60,
        "took the session for open": 65,
        "Trust decision": 58,
        "the server decides": 58,
    },
    "stolen": {
        "A certificate without its key": 66,
        "certificates are public": 66,
        "stolen-certificate": 66,
        "not the certificate's own": 66,
        "never read": 61,  # the failure goes along with this stop
        "did not prove": 58,
        "decrypt_error": 59,
        "the server decides": 54,
    },
}


@pytest.mark.parametrize("when", ["decisions", "every message"])
@pytest.mark.parametrize("name", ENDINGS)
def test_nothing_tells_the_ending(browser: Browser, files: dict[str, Path], name: str, when: str) -> None:
    """At every stop, in one panel after the other, nothing is seen or said that lies ahead.

    The page is looked at while its question is open: what an answer tells is told on purpose.
    """
    endings = ENDINGS[name]
    tab = guessing(browser, files[name], when)
    tab.keyboard.press("w")
    found: dict[str, int] = {}
    for turn in range(100):
        tab.get_by_role("tab").nth(turn % 6).click()
        seen = tab.evaluate(SEEN)
        for words in endings:
            if words in seen:
                found.setdefault(words, at(tab))
        if at(tab) == max(endings.values()):
            break
        tab.keyboard.press("1")
        tab.keyboard.press("PageDown")
    assert {} == {words: seq for words, seq in found.items() if seq < endings[words]}
    assert {"never read", next(iter(endings))} <= set(found)
    tab.get_by_label("Place in the run").fill("0")
    assert next(iter(endings)) not in tab.evaluate(SEEN)


def test_what_is_not_known_yet_looks_like_what_is_on_its_way(
    browser: Browser, files: dict[str, Path]
) -> None:
    """A message that is never read has the arrow of one on its way, until its reader has failed."""
    shown = """() => {
      const seen = (node) => getComputedStyle(node).visibility !== 'hidden';
      const all = (which) => [...document.querySelectorAll(which)].filter(seen).length;
      return [all('.cap-sheet line.cap-away'),
        [...document.querySelectorAll('.cap-sheet text')].filter(seen)
          .filter((node) => node.textContent === 'never read').length];
    }"""
    tab = guessing(browser, files["refused"], "every message", "#e54")
    assert [3, 0] == tab.evaluate(shown)
    tab = guessing(browser, files["refused"], "every message", "#e65")
    assert [0, 3] == tab.evaluate(shown)


def test_a_column_of_belief_reaches_no_further_than_the_story(
    browser: Browser, files: dict[str, Path]
) -> None:
    """While guessing, what is open now ends where the picture ends; else it shows how long it lasts."""
    heights = """() => [...document.querySelectorAll('.cap-sheet rect[data-seq="21"]')]
      .map((node) => Number(node.getAttribute('height'))).at(-1)"""
    tab = guessing(browser, files["refused"], "decisions", "#e37")
    short = tab.evaluate(heights)
    tab.get_by_role("button", name="off", exact=True).click()
    whole = tab.evaluate(heights)
    assert whole > short + 300
    tab = guessing(browser, files["refused"], "decisions", "#e66")
    assert whole == tab.evaluate(heights)


def test_what_is_kept_back_leaves_no_hole(browser: Browser, files: dict[str, Path]) -> None:
    """On the card of a lane the lines below a secret stand in its place while it is kept."""
    lines = """() => [...document.querySelectorAll('.cap-sheet text[data-seq="0"]')]
      .filter((node) => getComputedStyle(node).visibility !== 'hidden'
        && /trusts Server CA|private|certificate's own|verifies/.test(node.textContent))
      .map((node) => [node.textContent, Math.round(node.getBoundingClientRect().top)])"""
    tab = watched(browser).open(files["stolen"], "#e0")
    open_lines = tab.evaluate(lines)
    tab.keyboard.press("g")
    kept = tab.evaluate(lines)
    assert [4, 2] == [len(open_lines), len(kept)]
    assert open_lines[1][1] == kept[1][1]


def test_one_key_turns_through_the_ways_to_guess(browser: Browser, files: dict[str, Path]) -> None:
    """g: at decisions, at every message, off; the one that holds is marked."""
    tab = watched(browser).open(files["refused"])
    found = []
    for _ in range(4):
        found.append(tab.locator('.cap-choice-of [aria-pressed="true"]').inner_text())
        tab.keyboard.press("g")
    assert ["off", "decisions", "every message", "off"] == found


def test_decisions_only_asks_at_decisions_and_at_the_outcome(
    browser: Browser, files: dict[str, Path]
) -> None:
    """Five questions of a run in place of twenty-six; a decision is asked before the checks it rests on."""
    tab = guessing(browser, files["refused"], "decisions")
    last = trace_of("certificate-expired", "1.3").events[-1].seq
    asked: list[tuple[int, str]] = []
    for _ in range(100):
        if tab.locator(".cap-guess").is_visible():
            asked.append((at(tab), tab.locator(".cap-guess p").first.inner_text()))
            tab.keyboard.press("1")
        tab.keyboard.press(FORWARD)
        if at(tab) == last:
            break
    assert [
        (18, "Does the server ask the client for a certificate?"),
        (29, "Does the client accept the server's certificate?"),
        (45, "Does the client send a certificate?"),
        (54, question("accept-client")),
        (59, "What is the session worth in the end?"),
    ] == asked


# On a projector -----------------------------------------------------------------------------------------

# Of every open question: what of it is not in sight, within the panes and whatever scrolls around it.
OUT_OF_SIGHT = """() => [...document.querySelectorAll('.cap-guess:not([hidden])')].flatMap((guess) => {
  const around = [guess, guess.closest('.cap-side'), document.querySelector('.cap-panes')];
  const boxes = around.map((node) => node.getBoundingClientRect());
  return [...guess.querySelectorAll('h3, p, button')].filter((node) => {
    const { top, bottom, height } = node.getBoundingClientRect();
    return height && boxes.some((box) => top < box.top - 1 || bottom > box.bottom + 1);
  }).map((node) => node.textContent);
})"""


@pytest.mark.parametrize("name", ["refused", "two"])
def test_in_big_type_a_question_and_its_answer_are_in_sight(
    browser: Browser, files: dict[str, Path], name: str
) -> None:
    """At 1280 × 720 question, options, explanation and the way on are seen, and keys alone lead through."""
    tab = guessing(browser, files[name], "every message")
    tab.keyboard.press("b")
    last = trace_of("certificate-expired", "1.3").events[-1].seq
    hidden: list[tuple[int, list[str]]] = []
    for turn in range(100):
        hidden.append((at(tab), tab.evaluate(OUT_OF_SIGHT)))
        for _ in tab.locator(".cap-guess:visible").all():
            tab.keyboard.press(str(1 + turn % 2))
            hidden.append((at(tab), tab.evaluate(OUT_OF_SIGHT)))
        answered = tab.locator(".cap-onward:visible").count() > 0
        tab.keyboard.press(("Enter", " ", FORWARD)[turn % 3] if answered else FORWARD)
        if at(tab) == last:
            break
    assert [] == [found for found in hidden if found[1]]
    assert last == at(tab)
    assert len(hidden) > 50


@pytest.mark.parametrize("key", ["Enter", " ", FORWARD])
def test_a_key_goes_on_from_an_answer(browser: Browser, files: dict[str, Path], key: str) -> None:
    """Wherever the focus is, in the question or in the picture; before the answer none of them does."""
    for focus in (".cap-onward", ".cap-view"):
        tab = guessing(browser, files["refused"], "decisions", "#e54")
        tab.locator(".cap-view").focus()
        tab.keyboard.press(key)
        assert 54 == at(tab)
        tab.keyboard.press("1")
        tab.locator(focus).focus()
        tab.keyboard.press(key)
        assert 58 == at(tab)


@pytest.mark.parametrize("name", ["refused", "two"])
def test_on_a_telephone_the_way_on_is_not_behind_the_controls(
    browser: Browser, files: dict[str, Path], name: str
) -> None:
    """At 390 × 844 an answer brings the button that goes on into sight, above the controls."""
    tab = watched(browser, viewport={"width": 390, "height": 844}).open(files[name], "#e54,54")
    tab.keyboard.press("g")
    tab.get_by_role("button", name="accept").first.click()
    onward, controls = tab.locator(".cap-onward").bounding_box(), tab.locator(".cap-controls").bounding_box()
    assert onward is not None
    assert controls is not None
    assert 0 <= onward["y"] <= controls["y"] - onward["height"]


# Two runs ---------------------------------------------------------------------------------------------


def test_numbers_answer_the_run_that_asks(browser: Browser, files: dict[str, Path]) -> None:
    """First the run that leads is answered, then the other; numbers stand where a key is heard."""
    tab = guessing(browser, files["two"], "decisions", "#e54,54")
    numbers = [pane.locator(".cap-options kbd") for pane in tab.locator(".cap-pane").all()]
    assert [2, 0] == [keys.count() for keys in numbers]
    tab.keyboard.press("2")
    feedback = [pane.locator(".cap-feedback") for pane in tab.locator(".cap-pane").all()]
    assert feedback[0].inner_text().startswith("Right.")
    assert [1, 2] == [keys.count() for keys in numbers]
    tab.keyboard.press(FORWARD)
    assert [54, 54] == [at(tab, pane) for pane in (0, 1)]
    tab.keyboard.press("1")
    assert feedback[1].inner_text().startswith("Right.")
    tab.keyboard.press(FORWARD)
    assert [58, 58] == [at(tab, pane) for pane in (0, 1)]


def test_the_run_that_does_not_lead_comes_after(browser: Browser, files: dict[str, Path]) -> None:
    """Where a step needs more than one answer of the other run, that run goes on to its next question."""
    tab = guessing(browser, files["two"], "every message", "#e60,59")
    tab.locator(".cap-pane").nth(1).locator(".cap-now").click()
    places = set()
    for _ in range(12):
        places.add((at(tab), at(tab, 1)))
        tab.keyboard.press("1")
        tab.keyboard.press("1")
        tab.keyboard.press(FORWARD)
    assert (60, 60) in places
    assert (61, 60) in places
    assert at(tab, 1) > 70


def test_it_is_plain_which_run_leads(browser: Browser, files: dict[str, Path]) -> None:
    """The run that keys and slider move is marked in words and by its look; a click makes the other lead."""
    tab = watched(browser).open(files["two"], "#e20")
    names = tab.locator(".cap-run")
    assert ["leads", ""] == [name.inner_text().partition("\n")[2] for name in names.all()]
    grounds = [name.evaluate("(node) => getComputedStyle(node).backgroundColor") for name in names.all()]
    assert grounds[0] != grounds[1]
    tab.locator(".cap-pane").nth(1).locator(".cap-now").click()
    assert ["", "leads"] == [name.inner_text().partition("\n")[2] for name in names.all()]
    tab.get_by_label("Moves").select_option("left")
    assert ["moves", ""] == [name.inner_text().partition("\n")[2] for name in names.all()]


def test_where_two_runs_part_is_told_at_the_end(browser: Browser, files: dict[str, Path]) -> None:
    """Who guesses gets neither the parting nor the names of the runs before they have ended."""
    tab = guessing(browser, files["two"], "decisions", "#e20,20")
    assert tab.locator(".cap-parting").is_hidden()
    seen = tab.evaluate(SEEN)
    assert "expired" not in seen
    assert "A valid client certificate" not in seen
    tab.get_by_role("button", name="off", exact=True).click()
    assert tab.locator(".cap-parting").is_visible()
    assert "has expired" in tab.evaluate(SEEN)


# A live run -------------------------------------------------------------------------------------------

PENDING = """async ([contents, pending]) => {
  const { default: widget } = await import('./player.js');
  const values = { document: contents, cursor: 0, second_cursor: 0, theme: 'light', pending, live: true };
  const model = { get: (name) => values[name], set: (name, value) => { values[name] = value; },
    save_changes: () => {}, on: () => {}, off: () => {} };
  const el = document.getElementById('out');
  widget.render({ model, el });
  const shown = () => !el.querySelector('.cap-decide').hidden;
  const key = (key) => el.querySelector('.cap-view').dispatchEvent(
    new KeyboardEvent('keydown', { key, bubbles: true }));
  const found = [shown()];
  key('g');
  found.push(shown());
  let early = 0;
  for (let step = 0; step < 60; step += 1) {
    const open = shown();
    key('1');
    early += Number(!open && values.answer !== undefined);
    if (open) break;
    key('ArrowRight');
  }
  return [...found, shown(), early, values.answer];
}"""


def test_a_decision_that_waits_is_told_when_it_is_reached(browser: Browser) -> None:
    """The question to come stands there at the end only, and no key answers it before."""
    from simulator.trace.trace import trace_of as trace_of_events

    tab = in_a_notebook(watched(browser).page)
    events = trace_of("valid-certificate", "1.3").events[:46]
    contents = json.loads(json.dumps(document(trace_of_events(events), finished=False)))
    pending = {"ask": "Does the client send a certificate?", "options": ["send", "skip"], "number": 2}
    before, hidden, reached, early, answer = tab.evaluate(PENDING, [contents, pending])
    assert [False, False, True] == [before, hidden, reached]
    assert 0 == early
    assert {"decision": 2, "choice": "send"} == answer
