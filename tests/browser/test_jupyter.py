"""The notebooks in real front ends: run all, answer questions, step the player, decide, go back.

Everything is done as a reader does it, in JupyterLab and in Notebook 7, on the notebooks as they are shipped.
What the page did is then asked of the kernel.
"""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

import pytest

from simulator.views.story.words import question
from tests.browser.chromium import watched
from tests.browser.jupyter import APPLICATIONS, serving
from tests.notebooks.notebooks import FOLDER

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from playwright.sync_api import Browser, Locator, Page

    from tests.browser.chromium import Watched

    Served = tuple[Path, str]

WAIT_MS = 60_000  # for a kernel and the cells of a whole notebook; it only catches what hangs
OPENED = """() => window.jupyterapp?.commands.hasCommand("notebook:run-all-cells")
  && Boolean(window.jupyterapp.shell.currentWidget?.sessionContext)"""
READY = """async () => {
  const context = window.jupyterapp.shell.currentWidget.sessionContext;
  await context.ready;
  await context.session.kernel.info;
}"""
RUN_ALL = "() => window.jupyterapp.commands.execute('notebook:run-all-cells')"
# What the kernel answers to one line, past the page's own cells.
ASK = """async (code) => {
  const kernel = window.jupyterapp.shell.currentWidget.sessionContext.session.kernel;
  const future = kernel.requestExecute({ code });
  let said = "";
  future.onIOPub = (message) => { said += message.content.text ?? message.content.evalue ?? ""; };
  await future.done;
  return said.trim();
}"""
# Where the notebook itself stands: its cell, its mode, how many cells it has.
NOTEBOOK = """() => {
  const { content } = window.jupyterapp.shell.currentWidget;
  return [content.activeCellIndex, content.mode, content.widgets.length];
}"""


@pytest.fixture(scope="module", params=APPLICATIONS)
def served(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """Each application, started once: its folder and its address."""
    folder = tmp_path_factory.mktemp(request.param)
    with serving(request.param, folder) as address:
        yield folder, address


def running(browser: Browser, served: Served, beginning: str) -> Watched:
    """A shipped notebook, opened in a new kernel and run from top to bottom."""
    folder, address = served
    path = next(FOLDER.glob(f"{beginning}-*.ipynb"))
    name = f"{len(list(folder.glob('*.ipynb')))}-{path.name}"  # one of its own, so that no kernel runs for it
    shutil.copy(path, folder / name)
    watch = watched(browser, viewport={"width": 1440, "height": 1000})
    page = watch.page
    page.goto(f"{address}{name}?reset")
    page.wait_for_function(OPENED, timeout=WAIT_MS)
    page.evaluate(READY)
    page.evaluate(RUN_ALL)
    shown(page).locator(".cap-place").wait_for(timeout=WAIT_MS)
    shown(page).scroll_into_view_if_needed()
    return watch


def shown(page: Page) -> Locator:
    """The player."""
    return page.locator(".clientauth-player").first


def told(page: Page, line: str) -> str:
    """What the kernel prints."""
    said: str = page.evaluate(ASK, f"print({line})")
    return said


def wait_until(page: Page, condition: str) -> None:
    """Until the kernel finds it so: a page tells quick steps to the kernel when that has time to listen."""
    for _ in range(50):
        if told(page, condition) == "True":
            return
        page.wait_for_timeout(100)
    raise AssertionError(f"{condition} did not come true; cursor: {told(page, 'player.cursor')}")


def stops(page: Page) -> list[int]:
    """The moments at which a reader stops, as the document tells them."""
    line = "*[event['seq'] for event in player.document['runs'][0]['events'] if event['stop']]"
    return [int(seq) for seq in told(page, line).split()]


def test_notebook_1_is_stepped_by_mouse_and_keyboard(browser: Browser, served: Served) -> None:
    """It opens at its message; mouse and keys step it, Python reads every step, and Python moves it too."""
    watch = running(browser, served, "01")
    page = watch.page
    page.evaluate(ASK, "heard = []; player.on_step(lambda event: heard.append(event.seq))")
    every = stops(page)
    here = every.index(int(told(page, "player.cursor")))
    forward = shown(page).get_by_role("button", name="Forward", exact=True)
    for moved in (1, 2):
        forward.click()
        wait_until(page, f"player.cursor == {every[here + moved]}")
    before = page.evaluate(NOTEBOOK)
    for key, moved in (("ArrowRight", 3), ("ArrowRight", 4), ("ArrowLeft", 3)):
        page.keyboard.press(key)
        wait_until(page, f"player.cursor == {every[here + moved]}")
    assert str([every[here + moved] for moved in (1, 2, 3, 4, 3)]) == told(page, "heard")
    for key in ("x", "ArrowDown", "ArrowUp", "p", "p", "d", "d", "b", "Home"):
        page.keyboard.press(key)
    wait_until(page, "player.cursor == 0")
    assert before == page.evaluate(NOTEBOOK)
    page.evaluate(ASK, f"player.cursor = {every[3]}")
    shown(page).locator(".cap-place", has_text=f"event {every[3]}").wait_for()
    page.keyboard.press("Escape")
    asked = [one for one in watch.requests if not one.startswith((served[1][:17], "data:", "blob:"))]
    assert [] == asked


def test_notebook_7_is_decided_by_the_reader(browser: Browser, served: Served) -> None:
    """It asks; buttons and number keys decide; a decision that was taken can be taken otherwise."""
    watch = running(browser, served, "07")
    page = watch.page
    decide = shown(page).get_by_label("Your decision")

    def asked(words: str) -> None:
        """Go on to the question that waits at the end of what has happened."""
        shown(page).locator(".cap-place", has_text="then you decide").wait_for()
        shown(page).get_by_role("button", name="To the end").click()
        decide.get_by_text(words).wait_for()

    asked("Does the server ask the client for a certificate?")
    decide.get_by_role("button", name="ask", exact=True).dblclick()
    asked("Does the client accept the server's certificate?")
    page.keyboard.press("1")
    asked("Does the client send a certificate?")
    page.keyboard.press("2")
    asked(question("accept-client"))
    decide.get_by_role("button", name="refuse").click()
    decide.wait_for(state="hidden")
    taken = "*[choice for _, choice, by in player.simulation.decisions if by == 'outside']"
    assert "ask accept skip refuse" == told(page, taken)
    assert "REFUSED" == told(page, "player.simulation.trace.card.level.value")
    decisions = "player.document['runs'][0]['decisions']"
    went = told(page, f"[one['seq'] for one in {decisions} if one['choice'] == 'refuse'][-1]")
    page.keyboard.press("End")
    wait_until(page, "player.cursor == len(player.simulation.events) - 1")
    shown(page).locator(".cap-level").wait_for()
    page.evaluate(ASK, f"player.cursor = {went}")
    shown(page).locator(".cap-place", has_text=f"event {went}").wait_for()
    shown(page).get_by_label("Decide otherwise").get_by_role("button", name="accept").click()
    asked("What does the server grant?")
    assert "ask accept skip accept" == told(page, taken)
    assert "1" == told(page, "len(player.earlier)")
    decide.get_by_role("button", name="grant").click()
    decide.wait_for(state="hidden")
    page.keyboard.press("End")
    shown(page).locator(".cap-level").wait_for()
    assert "SERVER_AUTHENTICATED" == told(page, "player.simulation.trace.card.level.value")


def test_a_question_is_answered_by_mouse_and_keyboard(browser: Browser, served: Served) -> None:
    """A wrong press gets its reason and a second try; letters, arrows and Enter never reach the notebook."""
    watch = running(browser, served, "01")
    page = watch.page
    asked = page.locator(".clientauth-question").first
    asked.scroll_into_view_if_needed()
    reply = asked.get_by_role("status")
    assert "" == reply.inner_text()
    asked.get_by_role("button", name="A The server takes him for Alice").click()
    reply.get_by_text("A is not what happens.").wait_for()
    assert "is right" not in reply.inner_text()
    asked.locator('[data-letter="A"][data-mark="wrong"]').wait_for()
    before = page.evaluate(NOTEBOOK)
    page.keyboard.press("x")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    reply.get_by_text("B is not what happens.").wait_for()
    reply.get_by_text("C is right.").wait_for()
    asked.locator('[data-letter="C"][data-mark="right"]').wait_for()
    assert before == page.evaluate(NOTEBOOK)
    second = page.locator(".clientauth-question").nth(1)
    second.get_by_role("button").first.focus()
    before = page.evaluate(NOTEBOOK)
    page.keyboard.press("b")
    second.get_by_role("status").get_by_text("B is right.").wait_for()
    assert before == page.evaluate(NOTEBOOK)
    assert "True" == told(page, "not_asked.attempt.ended")
