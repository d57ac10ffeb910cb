"""The frame of a web page: what a browser must know before it shows anything."""

from __future__ import annotations

import html
from typing import TYPE_CHECKING

from simulator.release import RELEASE

if TYPE_CHECKING:
    from collections.abc import Sequence


def linked(sheets: Sequence[str], scripts: Sequence[str]) -> str:
    """The lines of a head that load style sheets and scripts, each by its address and in this order."""
    lines = [f'<link rel="stylesheet" href="{sheet}">\n' for sheet in sheets]
    return "".join([*lines, *(f'<script defer src="{one}"></script>\n' for one in scripts)])


def web_page(title: str, body: str, *, policy: str, head: str) -> str:
    """A whole page.

    Args:
        title: plain text.
        body: markup, its element included.
        policy: what the page may load and run, as Content-Security-Policy (https://www.w3.org/TR/CSP3/).
        head: more elements of its head, with the end of their line.
    """
    return f"""<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="{policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="generator" content="client-auth-simulator {RELEASE}">
<title>{html.escape(title)}</title>
{head}</head>
{body}
</html>
"""
