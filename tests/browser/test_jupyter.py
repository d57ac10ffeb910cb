"""The player in a real JupyterLab: run all, step by mouse and by keyboard, and read the cursor in Python."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.browser.chromium import chromium, watched
from tests.browser.jupyter import notebook_of, serving

if TYPE_CHECKING:
    from pathlib import Path

    from playwright.sync_api import Page

SHOWN = (
    "from simulator import simulate\n"
    "player = simulate('valid-certificate').player()\n"
    "heard = []\n"
    "player.on_step(lambda event: heard.append(event.seq))\n"
    "player"
)
WAIT_MS = 25_000
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


def open_and_run(page: Page, address: str) -> None:
    """Open a notebook, wait for its kernel, run every cell, and wait for the player."""
    page.goto(f"{address}shown.ipynb?reset")
    page.wait_for_function(OPENED, timeout=WAIT_MS)
    page.evaluate(READY)
    page.evaluate(RUN_ALL)
    page.locator(".clientauth-player .cap-place").first.wait_for(timeout=WAIT_MS)


def stops(page: Page, count: int) -> list[int]:
    """The first moments at which a reader stops, after the beginning, as the document tells them."""
    told = page.evaluate(ASK, "print(*[e['seq'] for e in player.document['runs'][0]['events'] if e['stop']])")
    return [int(seq) for seq in told.split()][1 : count + 1]


def test_the_player_steps_in_jupyterlab(tmp_path: Path) -> None:
    """Mouse and keyboard step it, Python reads the cursor and hears every step, and Python moves it too."""
    (tmp_path / "shown.ipynb").write_text(notebook_of([SHOWN]), encoding="utf-8")
    with serving("lab", tmp_path) as address, chromium() as browser:
        watch = watched(browser)
        page = watch.page
        open_and_run(page, address)
        expected = stops(page, 3)
        forward = page.get_by_role("button", name="Forward", exact=True)
        forward.click()
        forward.click()
        page.keyboard.press("ArrowRight")
        assert f"{expected[-1]} {expected}" == page.evaluate(ASK, "print(player.cursor, heard)")
        place = page.locator(".cap-place").first
        before = place.inner_text()
        page.evaluate(ASK, "player.cursor = 0")
        page.wait_for_function(
            "before => document.querySelector('.cap-place').innerText !== before", arg=before
        )
        outside = [
            asked for asked in watch.requests if not asked.startswith((address[:17], "data:", "blob:"))
        ]
        assert [] == outside
