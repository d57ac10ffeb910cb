"""The page for a refused certificate: from the text on the screen to its cause, with every known text."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

from simulator.error_texts.causes import causes
from simulator.error_texts.normal_form import with_gaps
from simulator.error_texts.table import programs
from simulator.lessons.site.frame import link, page, prose, run_place
from simulator.tls.wire.version import SIDES

if TYPE_CHECKING:
    from collections.abc import Container

    from simulator.error_texts.causes import Cause
    from simulator.tls.wire.version import Side

TITLE = "My client certificate was refused"
STEPS = (
    (
        "Find the text, on both sides",
        "The side that refuses knows the reason, and its log says it. The other side gets an alert, which is "
        "one number, or nothing. In TLS 1.3 it may come at the first read after a handshake that succeeded.",
    ),
    (
        "Look for it on this page",
        "Search the page in your browser (Ctrl+F) for a few words of the text, without names, times and "
        "numbers: … stands for these. One line decides: “certificate has expired” names the cause, "
        "“certificate verify failed” below it does not. OpenSSL writes sslv3 alert, ssl/tls alert or tls "
        "alert, release by release; none of these is a protocol version.",
    ),
    (
        "Look at the other side, then play it",
        "Each cause says what the other side prints for it. If you find it there, you have the cause.",
    ),
)


def cause_anchor(name: str) -> str:
    """The id of a cause on the page."""
    return f"cause-{name}"


def refused_page(names: Container[str]) -> str:
    """Three steps, and every cause with what to do, where to look, its run, and the texts of each side.

    Args:
        names: the scenarios that have pages.
    """
    steps = "".join(f"<li><h2>{escape(title)}</h2><p>{prose(text)}</p></li>" for title, text in STEPS)
    known = len({program.name for program in programs()})
    body = f"""<h1>{TITLE}</h1>
<p class="reading">{known} programs and {len(causes())} causes, measured in TLS 1.2 and 1.3 or
cited from manuals and reports. With Python,
<code>clientauth errors</code> does the search, and <code>clientauth explain</code> judges a certificate of
your own.</p>
<ol class="lesson reading">{steps}</ol>
<h2>The causes, the commonest first</h2>
{"".join(_section(cause, names) for cause in causes().values())}"""
    return page("refused.html", TITLE, body)


def _section(cause: Cause, names: Container[str]) -> str:
    advice = [
        ("What to do", cause.remedy),
        ("On the server", cause.at_server),
        ("On the client", cause.at_client),
    ]
    facts = "".join(f"<p><b>{label}:</b> {escape(words)}</p>" for label, words in advice if words)
    played = ""
    if cause.scenario in names and not cause.settings:
        played = f"<p>{link(run_place(cause.scenario, '1.3'), 'See it happen')}</p>"
    elif cause.command:
        played = f"<p>Play it: <code>{escape(cause.command)}</code></p>"
    texts = "".join(_texts(cause.name, side) for side in SIDES)
    return (
        f'<section class="reading" id="{cause_anchor(cause.name)}"><h3>{escape(cause.words)}</h3>'
        f"{facts}{played}{texts}</section>\n"
    )


def _texts(cause: str, side: Side) -> str:
    """The texts of one side, each with the programs that print it; of a cited text the source, too."""
    found: dict[str, list[str]] = {}
    for program in programs():
        for one in program.seen if program.side == side else ():
            if one.text and cause in one.causes.split():
                printing = found.setdefault(with_gaps(one.text), [])
                name = f"{program.name} ({one.note})" if program.cited else program.name
                printing += [name] if name not in printing else []
    if not found:
        return ""
    items = "".join(
        f"<li>{escape(', '.join(by))}<pre>{escape(text)}</pre></li>" for text, by in found.items()
    )
    return f"<details><summary>Texts of the {side} ({len(found)})</summary><ul>{items}</ul></details>"
