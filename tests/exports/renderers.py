"""Mermaid's renderers, new and old, and PlantUML's, in a browser without network: what they make of text."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from tests.peers import npm_package, program

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from playwright.sync_api import Page, Route

PAGE = "http://renderers.invalid/"
BLANK = "<!doctype html><meta charset=utf-8><title>renderers</title><div id=out></div>"

RENDER_MERMAID = """async (text) => {
  const out = document.getElementById('out');
  await mermaid.parse(text);
  const drawn = await mermaid.render('drawn', text);
  out.innerHTML = drawn.svg;
  const svg = out.querySelector('svg');
  return {
    rows: [...svg.querySelectorAll('text')].map(element => element.textContent),
    named: [...svg.querySelectorAll('title, desc')].map(element => element.textContent),
    scripts: svg.querySelectorAll('script, iframe, image, a').length,
  };
}"""

# Mermaid 8 draws at once, and into no promise.
RENDER_MERMAID_8 = RENDER_MERMAID.replace("await mermaid.parse", "mermaid.parse").replace(
    "const drawn = await mermaid.render('drawn', text);",
    "const drawn = {svg: mermaid.mermaidAPI.render('drawn', text)};",
)

# PlantUML sets a line of words as several texts: those at one height that follow each other are one line.
RENDER_PLANTUML = """async (text) => {
  const svg = await new Promise((good, bad) => plantuml.renderToString(text.split('\\n'), good, bad));
  const out = document.getElementById('out');
  out.innerHTML = svg;
  const rows = [];
  let height = null;
  for (const element of out.querySelectorAll('text')) {
    const y = element.getAttribute('y');
    if (y === height) rows[rows.length - 1] += ' ' + element.textContent;
    else rows.push(element.textContent);
    height = y;
  }
  return {rows, named: [], scripts: out.querySelectorAll('script, iframe, image, a').length};
}"""


class Rendered:
    """What a renderer made: lines of text, what describes the picture, and how many things that act."""

    def __init__(self, found: dict[str, object]) -> None:
        self.rows = [squeezed(row) for row in found["rows"]]  # type: ignore[attr-defined]  # from the browser
        self.named = [squeezed(name) for name in found["named"]]  # type: ignore[attr-defined]  # likewise
        self.scripts = found["scripts"]

    def lost(self, lines: Iterable[str]) -> list[str]:
        """The lines that do not stand in the picture letter for letter, each as often as it was said."""
        shown = Counter(self.rows)
        missing = []
        for line in sorted(lines, key=len, reverse=True):  # the longest first: a short one may end a long one
            wanted = squeezed(line)
            candidates = [row for row in shown if row.endswith(wanted) and shown[row] > 0]
            if candidates:
                shown[min(candidates, key=len)] -= 1
            else:
                missing.append(line)
        return missing


def squeezed(text: str) -> str:
    """The text without blanks: renderers set them in their own way."""
    return "".join(text.split()).replace("\u200b", "")


def _serve(route: Route) -> None:
    """Give the page and PlantUML's modules from disk, and nothing else."""
    name = route.request.url.removeprefix(PAGE)
    module = npm_package("@plantuml/core") / name
    if not name:
        route.fulfill(body=BLANK, content_type="text/html")
    elif module.is_file():
        route.fulfill(body=module.read_bytes(), content_type="text/javascript")
    else:
        route.abort()


def renderers() -> Iterator[dict[str, Callable[[str], Rendered]]]:
    """Open a browser with both renderers in it; each takes text and raises where it finds an error in it."""
    from playwright.sync_api import sync_playwright

    mermaid = npm_package("mermaid") / "dist" / "mermaid.min.js"
    graphviz = npm_package("@plantuml/core") / "viz-global.js"
    chromium = program("chromium")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, chromium_sandbox=False)
        page: Page = browser.new_page()
        page.route("**/*", _serve)
        page.goto(PAGE)
        page.add_script_tag(path=mermaid)
        page.add_script_tag(path=graphviz)
        older: Page = browser.new_page()
        older.route("**/*", _serve)
        older.goto(PAGE)
        older.add_script_tag(path=npm_package("mermaid8") / "dist" / "mermaid.min.js")
        for tab in (page, older):
            tab.evaluate("mermaid.initialize({startOnLoad: false, securityLevel: 'strict'})")
        page.evaluate("async () => { window.plantuml = await import('/plantuml.js'); }")
        yield {
            "mermaid": lambda text: Rendered(page.evaluate(RENDER_MERMAID, text)),
            "mermaid 8": lambda text: Rendered(older.evaluate(RENDER_MERMAID_8, text)),
            "plantuml": lambda text: Rendered(page.evaluate(RENDER_PLANTUML, text)),
        }
        browser.close()
