"""The player: one page that steps through a run, forward and back, and asks questions.

All words of the page are in one document of plain values
(:mod:`simulator.views.player.document`); the modules in ``web/`` show it and add no facts of their own. The
same document and modules serve a stand-alone page and a widget in a notebook: ``player.js`` keeps to the
contract of anywidget, ``render({model, el})``, and ``page.js`` stands in for the widget's model.
"""

from __future__ import annotations

import html
import json
import re
from functools import cache
from importlib import resources
from typing import TYPE_CHECKING, Any

from simulator.trace.connections import connections_of
from simulator.views.drawing.style import ESSENTIAL, PALETTES
from simulator.views.drawing.svg import svg
from simulator.views.drawing.web_page import web_page
from simulator.views.pictures.sequence import sequence
from simulator.views.player.document import beside_stop, comparison, document
from simulator.views.story.caption import caption
from simulator.views.story.lanes import run_name, whole_title
from simulator.views.story.words import clean, date_words

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from simulator.trace.trace import Trace

__all__ = ["beside_stop", "comparison", "comparison_page", "document", "module", "page", "stylesheet"]

FIRST_PICTURE = ESSENTIAL  # the detail of the picture that stands there until, or where, no script runs
WHY_STILL = (
    "This picture does not move here, because no script may run inside this page. If a server sent the page, "
    "its Content-Security-Policy may forbid it. Save the page as a file and open it from disk to step "
    "through the run."
)
POLICY = "default-src 'none'; script-src 'unsafe-inline'; style-src 'unsafe-inline'"


def page(trace: Trace, *, title: str | None = None, detail: str = "messages", cursor: int = 0) -> str:
    """A run as one HTML page that needs no network and opens from disk; each connection is a chapter.

    Args:
        trace: what happened.
        title: of the page; by default the scenario's and the version.
        detail: how much the picture shows: ``overview``, ``messages`` or ``everything``.
        cursor: the ``seq`` at which it opens; an address that ends with ``#e17`` opens at 17.

    Raises:
        OutputError: the detail is unknown.
    """
    connections = connections_of(trace)
    if len(connections) == 1:
        return _page(title or run_name(trace), document(trace, detail=detail), [trace], cursor)
    chapters = [
        {"heading": f"{number} · {date_words(one.setup.clock)}", "document": document(one, detail=detail)}
        for number, one in enumerate(connections, start=1)
    ]
    return _page(title or whole_title(trace), chapters, connections, cursor)


def comparison_page(
    a: Trace, b: Trace, *, title: str | None = None, detail: str = "messages", cursor: int = 0
) -> str:
    """Two runs side by side on one page, stepped together or each by itself.

    Args:
        a: the run on the left; ``cursor`` is meant for this one.
        b: the run on the right.
        title: of the page; by default the names of both.
        detail: as in :func:`page`.
        cursor: as in :func:`page`; an address that ends with ``#e17,20`` opens the second run at 20.

    Raises:
        OutputError: the detail is unknown.
    """
    title = title or f"{run_name(a)} beside {run_name(b)}"
    return _page(title, comparison(a, b, detail=detail), [a, b], cursor)


#: The modules of the player, each after those that it imports from.
MODULES = (
    "elements",
    "beliefs",
    "rows",
    "bytes",
    "panels",
    "guess",
    "picture",
    "pane",
    "decisions",
    "head",
    "keys",
    "controls",
    "player",
)


@cache
def module() -> str:
    """The source of the one ES module that draws the player.

    A widget and a page without a network can load only one. So the modules are put into one, each after those
    it imports from, without the lines that import and the words that export; ``export default`` stays.
    """
    whole = "\n".join(_resource(f"{name}.js") for name in MODULES)
    return re.sub(r"^import .*;\n|^export (?!default)", "", whole, flags=re.MULTILINE)


@cache
def script() -> str:
    """The player as a classic script, since a page from disk may load no module.

    It defines ``clientauth.play(contents, place, more)``: draw a document into an element, and return the
    model; ``more`` is laid over the model's values.
    """
    plain = module().replace("export default { render };\n", "")
    body = f"{plain}\n{_resource('page.js')}clientauth.play = play;\n"
    return f"globalThis.clientauth ??= {{}};\n(() => {{\n{body}}})();\n"


@cache
def stylesheet() -> str:
    """The style sheet of the player: the palettes of the style table as custom properties, then its rules."""
    light, dark, printed = (properties(PALETTES[theme]) for theme in ("light", "dark", "print"))
    palettes = (
        f".clientauth-player {{\n{light}}}\n"
        f'.clientauth-player[data-theme="dark"] {{\n{dark}}}\n'
        f"@media print {{\n.clientauth-player[data-theme] {{\n{printed}}}\n}}\n"
    )
    return palettes + _resource("player.css")


def properties(colours: Mapping[str, str]) -> str:
    """A palette as the declarations of CSS custom properties."""
    return "".join(f"  --{name}: {colour};\n" for name, colour in colours.items())


def _resource(name: str) -> str:
    return resources.files("simulator.views.player").joinpath("web", name).read_text(encoding="utf-8")


def still(trace: Trace, prefix: str) -> str:
    """A run as a picture that needs neither script nor style sheet, with its words below."""
    drawn = svg(sequence(trace, detail=FIRST_PICTURE), prefix=prefix)
    return f"<figure>{drawn}<figcaption>{html.escape(caption(trace))}</figcaption></figure>"


def _page(
    title: str, contents: dict[str, Any] | list[dict[str, Any]], traces: Sequence[Trace], cursor: int
) -> str:
    """The whole page, of one document or of several chapters.

    Inside a script element only ``<`` could end it, so the data holds none.
    """
    script, start = _resource("page.js"), "play"
    if isinstance(contents, list):
        script, start = script + _resource("chapters.js"), "playChapters"
    shown = "\n".join(still(trace, f"still-{place}") for place, trace in enumerate(traces))
    data = json.dumps(contents, ensure_ascii=False, separators=(",", ":")).replace("<", "\\u003c")
    body = f"""<body class="clientauth-page">
<main id="player" data-cursor="{cursor:d}">
<div class="cap-still"><h1>{html.escape(clean(title))}</h1>
<p>{WHY_STILL}</p>
{shown}</div>
</main>
<script type="application/json" id="document">{data}</script>
<script type="module">
{module()}
{script}
{start}(JSON.parse(document.getElementById("document").textContent), document.getElementById("player"));
</script>
</body>"""
    return web_page(clean(title), body, policy=POLICY, head=f"<style>\n{stylesheet()}</style>\n")
