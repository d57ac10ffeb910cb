"""The pages of the lesson from their templates: the policy, the release and the title stand in each."""

from __future__ import annotations

from html import escape
from importlib import resources
from string import Template

from simulator.lessons.site.frame import POLICY
from simulator.release import RELEASE

#: The slides show players, and the presenter's view shows slides.
FRAMES = "frame-src 'self' file:"


def web(name: str) -> str:
    """A file of the lesson's own."""
    return resources.files(__package__).joinpath("web", name).read_text(encoding="utf-8")


def filled(template: str, title: str, body: str, **more: str) -> str:
    """A whole page.

    Args:
        template: the name of its file.
        title: of the page.
        body: markup.
        more: what else the template asks for.
    """
    policy = f"{POLICY}; {FRAMES}"
    values = {"policy": policy, "release": RELEASE, "title": escape(title), "body": body}
    return Template(web(template)).substitute(values, **more)
