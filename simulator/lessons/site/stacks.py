"""The page of the stacks: one certificate before many servers, and why so many clients are refused now."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

from simulator.lessons.site.frame import figure, link, listed, page, prose, run_place
from simulator.views.stacks.picture import stack_drawing
from simulator.views.stacks.words import LEAD, TITLE, end_in_words, when_learned

if TYPE_CHECKING:
    from collections.abc import Container, Iterator

    from simulator.lessons.site.frame import Looks
    from simulator.views.stacks.cells import StackMatrix

PLACE = "stacks.html"
CHANGE = (
    "Until 2025 most certificates of public CAs had two purposes, serverAuth and clientAuth. So people used "
    "the certificate of their server as a client, too. Chrome's root program wants CAs of one purpose, and "
    "public CAs leave clientAuth out. A renewed certificate has the same name and comes from the same CA, "
    "but it says serverAuth only, and most servers refuse it: the row “serverAuth only”."
)
REMEDY = (
    "For client authentication use a CA of your own: then you decide alone who gets a certificate. "
    "A server that trusts a public CA for its clients lets in anyone who has a certificate of that CA, "
    "unless it maps names to users."
)
#: What is cited, and where.
SOURCES = (
    (
        "Let's Encrypt: the default profile has no clientAuth since 11 February 2026; the profile tlsclient, "
        "for the time of change, ended on 8 July 2026",
        "letsencrypt.org/2025/05/14/ending-tls-client-authentication",
    ),
    (
        "Let's Encrypt's software: the code that issued clientAuth was removed on 29 July 2026",
        "github.com/letsencrypt/boulder/pull/8925",
    ),
    (
        "Chrome Root Program Policy, section 1.3.2: CAs for TLS servers alone, by 15 June 2026",
        "googlechrome.github.io/chromerootprogram/",
    ),
    (
        "DigiCert: no clientAuth in public TLS certificates from 1 March 2027 on, as an issue of Zowe says",
        "github.com/zowe/zowe-install-packaging/issues/4783",
    ),
    (
        "A .NET client does not even send such a certificate",
        "github.com/dotnet/runtime/issues/121982",
    ),
    ("A certificate with this extension serves only the purposes it names: RFC 5280 §4.2.1.12", ""),
)


def stacks_page(matrix: StackMatrix, names: Container[str], looks: Looks) -> str:
    """The change of 2026, the matrix as a picture, and each row in full.

    Args:
        matrix: the results.
        names: the scenarios that have pages.
        looks: the looks of pictures.
    """
    picture = figure(looks.picture(stack_drawing(matrix), "stacks"), prose(when_learned(matrix)))
    # No page of the site leads out of it.
    sources = listed(
        f"{escape(words)}{f': <code>{place}</code>' if place else ''}" for words, place in SOURCES
    )
    rows = "".join(_row(matrix, name, names) for name in matrix.words)
    known = "".join(
        f"<dt>{escape(stack)}</dt><dd>{escape(words)}</dd>" for stack, words in matrix.stacks.items()
    )
    body = f"""<h1>{TITLE}</h1>
<p class="reading">{prose(LEAD)}</p>
<h2>What changed in 2026</h2>
<div class="reading"><p>{prose(CHANGE)}</p><p>{prose(REMEDY)}</p>
<details><summary>Sources</summary>{sources}</details></div>
<h2>The matrix</h2>
<div class="tall">{picture}</div>
<h2>Row by row</h2>
<p class="reading">What each program writes into its log is what was measured, where it was. With Python,
<code>clientauth matrix --stacks</code> plays all of it, and <code>clientauth matrix --stacks my.toml</code>
the client of a scenario of yours.</p>
{rows}
<h2>The programs</h2>
<dl class="words reading">{known}</dl>"""
    return page(PLACE, TITLE, body)


def _row(matrix: StackMatrix, credential: str, names: Container[str]) -> str:
    """One row: a table with a line for each stack."""
    first = next(cell for cell in matrix.cells if cell.credential == credential)
    lines = "".join(_line(matrix, credential, stack) for stack in matrix.stacks)
    plain = all(setting.startswith("server.") for setting in first.set)
    played = f"<p>{link(run_place(first.scenario, '1.3'), 'See it happen')}</p>"
    opened = " open" if credential == "server-only" else ""
    heads = "".join(f'<th scope="col">{head}</th>' for head in ("Server", "The client", "The server's log"))
    words = escape(matrix.words[credential])
    return (
        f'<details class="stack" id="{credential}"{opened}><summary>{words}</summary>'
        f"{played if plain and first.scenario in names else ''}"
        f"<table><thead><tr>{heads}</tr></thead><tbody>{lines}</tbody></table></details>\n"
    )


def _line(matrix: StackMatrix, credential: str, stack: str) -> str:
    """One stack: what the client sees, by version where that differs, and the log."""
    newest = matrix.cell(credential, stack, matrix.versions[-1])
    kind = "accepted" if newest.accepted else "refused"
    ends = "<br>".join(escape(end) for end in _ends(matrix, credential, stack))
    log = f"<code>{escape(newest.server_says)}</code>" if newest.server_says else ""
    return f'<tr><th scope="row">{escape(stack)}</th><td class="{kind}">{ends}</td><td>{log}</td></tr>'


def _ends(matrix: StackMatrix, credential: str, stack: str) -> Iterator[str]:
    """The outcome for the client; two lines where the versions differ."""
    newest, older = matrix.both(credential, stack)
    if older is None:
        yield end_in_words(newest)
    else:
        yield from (f"TLS {cell.tls}: {end_in_words(cell)}" for cell in (newest, older))
