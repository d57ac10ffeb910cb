"""The frame of every page: its way to the other pages, and words that lead to the glossary."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from html import escape
from importlib import resources
from string import Template
from typing import TYPE_CHECKING

from simulator.release import RELEASE
from simulator.views.drawing.style import PALETTES
from simulator.views.drawing.svg import markup
from simulator.views.drawing.web_page import linked, web_page
from simulator.views.player.document import finder
from simulator.views.player.page import properties
from simulator.views.player.picture import VARIABLES
from simulator.views.story.glossary import glossary

if TYPE_CHECKING:
    from collections.abc import Iterable

    from simulator.scenario import TlsVersion
    from simulator.views.drawing.display import Drawing

#: Scripts and pictures of the site and nothing else. ``file:`` is for browsers in which no page from disk is
#: of one origin with another; from the network such an address leads nowhere.
POLICY = (
    "default-src 'none'; script-src 'self' file:; style-src 'self' file: 'unsafe-inline'; "
    "form-action 'none'; base-uri 'none'"
)
PLACES = {
    "index.html": "Cases",
    "lesson.html": "Lesson",
    "decide.html": "Decide",
    "playground.html": "Playground",
    "quiz.html": "Quiz",
    "refused.html": "Refused",
    "stacks.html": "Servers",
    "help-book.html": "Help book",
    "glossary.html": "Words",
}
_LOOK = re.compile(
    "(?: (?:fill|stroke|stroke-width|stroke-dasharray|text-anchor|font-(?:size|weight|style|family))"
    '="[^"]*")+'
)
_PROPERTY = re.compile(r' ([a-z-]+)="([^"]*)"')


@dataclass
class Looks:
    """The looks of pictures that stand in pages, as classes of the style sheet."""

    classes: dict[str, str] = field(default_factory=dict)

    def picture(self, drawing: Drawing, name: str) -> str:
        """A picture as markup for a page; ``name`` begins its ids."""
        plain = re.sub(r' data-seq="\d+"', "", markup(drawing, VARIABLES, name))
        return _LOOK.sub(self._named, plain).rstrip("\n")

    def _named(self, found: re.Match[str]) -> str:
        return f' class="{self.classes.setdefault(found[0], f"p{len(self.classes)}")}"'

    def rules(self, own: str, *, dark: bool = True) -> str:
        """A style sheet: palettes, own rules, and the looks of pictures.

        Args:
            own: the rules.
            dark: follow a reader who wants dark pages.
        """
        at_night = f"@media (prefers-color-scheme: dark) {{ {_root('dark')} }}\n" if dark else ""
        looks = "\n".join(
            f".{name} {{{_PROPERTY.sub(_declaration, look)}}}" for look, name in self.classes.items()
        )
        return (
            f"{_root('light')}\n{at_night}@media print {{ {_root('print')} }}\n"
            f"{own}\n/* Pictures */\n{looks}\n"
        )


def _root(theme: str) -> str:
    return f":root {{\n{properties(PALETTES[theme])}}}"


def _declaration(found: re.Match[str]) -> str:
    return f"{found[1]}:{found[2]}{'px' if found[1] == 'font-size' else ''};"


def web(name: str) -> str:
    """A file of the site's own."""
    return resources.files(__package__).joinpath("web", name).read_text(encoding="utf-8")


def page(place: str, title: str, body: str, *, scripts: tuple[str, ...] = (), sheet: str = "") -> str:
    """A whole page.

    Args:
        place: its path in the site.
        title: of the page.
        body: markup.
        scripts: names of files in ``shared``, in the order in which they run.
        sheet: a second style sheet in ``shared``.
    """
    up = "../" * place.count("/")
    section = place.partition("/")[0].removesuffix(".html") + ".html"
    links = listed(link(up + other, words, here=other == section) for other, words in PLACES.items())
    sheets = ("site.css", sheet) if sheet else ("site.css",)
    shared = f"{up}shared/"
    head = linked([shared + name for name in sheets], [shared + name for name in ("frame.js", *scripts)])
    frame = Template(web("page.html")).substitute(release=RELEASE, links=links, body=body)
    return web_page(title, frame, policy=POLICY, head=head)


def link(place: str, words: str, *, here: bool = False) -> str:
    """A link; ``here`` marks the page that is shown."""
    current = ' aria-current="page"' if here else ""
    return f'<a href="{escape(place)}"{current}>{escape(words)}</a>'


def listed(items: Iterable[str], kind: str = "") -> str:
    """A list of pieces of markup."""
    return f'<ul class="{kind}">' + "".join(f"<li>{item}</li>" for item in items) + "</ul>"


def run_place(scenario: str, tls: TlsVersion) -> str:
    """The path of a run's page."""
    return f"runs/{scenario}-tls{tls}.html"


def figure(picture: str, words: str) -> str:
    """A picture that scrolls sideways on a telephone, and its caption."""
    return (
        f'<figure><div class="picture" role="region" tabindex="0" aria-label="Picture">{picture}</div>\n'
        f"<figcaption>{words}</figcaption></figure>"
    )


def anchor(term: str) -> str:
    """The id of a word in the glossary; two words may differ in their capitals alone."""
    return "word-" + re.sub(r"[^A-Za-z0-9]+", "-", term).strip("-")


def prose(text: str, up: str = "", *, but: str = "") -> str:
    """A text as markup, in which each word of the glossary leads there where it first stands.

    Args:
        text: plain text.
        up: the way from the page to the start of the site.
        but: a term that does not lead there.
    """
    pattern, terms = finder()
    led, parts, last = {but}, [], 0
    for found in pattern.finditer(text):
        term = found[0] if found[0] in glossary() else terms[found[0].lower()]
        if term not in led:
            led.add(term)
            place = f"{up}glossary.html#{anchor(term)}"
            parts.append(escape(text[last : found.start()]))
            parts.append(f'<a class="word" href="{place}">{escape(found[0])}</a>')
            last = found.end()
    return "".join([*parts, escape(text[last:])])
