"""The frame of a web page: what a browser must know before it shows anything."""

from __future__ import annotations

import html

from simulator.release import RELEASE


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
