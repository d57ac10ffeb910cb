"""Debian's Chromium, driven by Playwright, with every complaint and every request of a page written down."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from simulator.views.player.page import module, stylesheet
from tests.peers import absent, npm_package, program

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from playwright.sync_api import Browser, Page, Route

FLAGS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
SIZE = {"width": 1280, "height": 720}
# Callbacks on a changed size run after a frame's layout, so what they change is there in the next task.
DRAWN = "() => new Promise((done) => requestAnimationFrame(() => setTimeout(done)))"


@dataclass(slots=True)
class Watched:
    """A page, what it complained of, and what it asked for besides itself."""

    page: Page
    complaints: list[str] = field(default_factory=list)
    requests: list[str] = field(default_factory=list)

    def open(self, path: Path, place: str = "") -> Page:
        """Load a file; ``place`` is what follows the ``#`` of its address."""
        self.page.goto("about:blank")
        self.page.goto(f"{path.as_uri()}{place}")
        self.page.locator(".clientauth-player").wait_for()
        return self.page


@contextmanager
def chromium() -> Iterator[Browser]:
    """The browser, without network habits of its own."""
    try:
        from playwright.sync_api import sync_playwright
    except ImportError:
        absent("the Python package playwright")
    path = program("chromium")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, headless=True, args=list(FLAGS))
        try:
            yield browser
        finally:
            browser.close()


def written(folder: Path, texts: dict[str, str]) -> dict[str, Path]:
    """Write pages as files; each file by its page's name."""
    files = {name: folder / f"{name}.html" for name in texts}
    for name, text in texts.items():
        files[name].write_text(text, encoding="utf-8")
    return files


def watched(browser: Browser, **options: Any) -> Watched:
    """A new page of 1280 × 720 that is watched."""
    page = browser.new_page(
        **{"viewport": SIZE, "color_scheme": "light", "reduced_motion": "reduce", **options}
    )
    page.set_default_timeout(8000)
    measure_what_is_drawn(page)
    found = Watched(page)
    page.on("console", lambda message: found.complaints.append(f"{message.type}: {message.text}"))
    page.on("pageerror", lambda error: found.complaints.append(f"error: {error}"))
    page.on("dialog", lambda dialog: (found.complaints.append("a dialog"), dialog.dismiss()))
    page.on("request", lambda request: found.requests.append(request.url))
    return found


def measure_what_is_drawn(page: Page) -> None:
    """Let every ``page.evaluate`` wait for a frame: a page may draw once more when it learns its new size."""
    at_once = page.evaluate

    def evaluate(expression: str, arg: Any = None) -> Any:
        at_once(DRAWN)
        return at_once(expression, arg)

    page.evaluate = evaluate  # type: ignore[method-assign]


def in_a_notebook(tab: Page) -> Page:
    """The page with an empty element and the module to import, as a notebook has them."""
    served = {"": "<!doctype html><title>notebook</title><div id=out></div>", "player.js": module()}

    def serve(route: Route) -> None:
        name = route.request.url.rpartition("/")[2]
        kind = "text/javascript" if name.endswith(".js") else "text/html"
        route.fulfill(body=served[name], content_type=kind)

    tab.route("http://player.invalid/**", serve)
    tab.goto("http://player.invalid/")
    tab.add_style_tag(content=stylesheet())
    return tab


def violations(page: Page, within: str = "html") -> list[str]:
    """What axe-core finds against accessibility in a part of the page as it stands, one line each."""
    if not page.evaluate("() => 'axe' in window"):
        source = (npm_package("axe-core") / "axe.min.js").read_text(encoding="utf-8")
        page.evaluate(f"() => {{ {source} }}")
    found = page.evaluate("(within) => axe.run(within)", within)
    return [
        f"{violation['id']}: {node['target']} {node['failureSummary']}"
        for violation in found["violations"]
        for node in violation["nodes"]
    ]
