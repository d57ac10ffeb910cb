"""The pages of the lesson: the body of each from its template, in the frame of every web page."""

from __future__ import annotations

from importlib import resources
from string import Template
from typing import TYPE_CHECKING

from simulator.lessons.site.frame import POLICY
from simulator.views.drawing.web_page import linked, web_page

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

#: The slides show players, and the presenter's view shows slides.
FRAMES = "frame-src 'self' file:"
#: Style sheets and scripts in ``shared`` that each template needs.
SHARED: Mapping[str, tuple[Sequence[str], Sequence[str]]] = {
    "index.html": (("pictures.css", "slides.css"), ("keys.js", "slides.js")),
    "presenter.html": (("pictures.css", "presenter.css"), ("keys.js", "presenter.js")),
    "paper.html": (("pictures.css", "paper.css"), ()),
}


def web(name: str) -> str:
    """A file of the lesson's own."""
    return resources.files(__package__).joinpath("web", name).read_text(encoding="utf-8")


def filled(template: str, title: str, body: str, **more: str) -> str:
    """A whole page beside the folder ``shared``.

    Args:
        template: the name of its file.
        title: of the page.
        body: markup.
        more: what else the template asks for.
    """
    sheets, scripts = ([f"shared/{name}" for name in names] for names in SHARED[template])
    return framed(title, Template(web(template)).substitute(body=body, **more), linked(sheets, scripts))


def framed(title: str, body: str, head: str) -> str:
    """A whole page that may show others of the lesson."""
    return web_page(title, body.rstrip(), policy=f"{POLICY}; {FRAMES}", head=head)
