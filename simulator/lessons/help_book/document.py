"""The help book as the Markdown of ``docs/help-book.md``, and its pictures."""

from __future__ import annotations

from typing import TYPE_CHECKING

from simulator.lessons.help_book.statements import TRUTHS, left_out, starting_page, topics
from simulator.views.drawing.style import ESSENTIAL
from simulator.views.drawing.svg import svg
from simulator.views.view_table import VIEWS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from simulator.lessons.help_book.statements import Example, Statement
    from simulator.views.drawing.display import Drawing

#: The folder of the pictures, beside the document.
PICTURES = "help-book"
HEAD = """\
# The help book, played

What documentation says of client authentication, statement by statement, in our words. Each statement has
runs that show it: the tests play them all, and the sentences below a command are facts of that run. The page
*Help book* of `make site` has the same with the picture of every run.

| Beside a statement | It means |
|---|---|
| **true** | it holds, whatever the server's policy |
| **true under this policy** | another policy of the server, shown beside it, has another end |
| **not so in this product** | one product does so, and another does not |

This file is made from `simulator/lessons/help_book/help_book.toml`: `make help-book`.
"""
STARTING_PAGE = """
## The starting page

This project started from a page in the help of a terminal emulator for telnet servers. Its statements, in
their order:
"""


def document() -> str:
    """The whole document as Markdown."""
    return "\n".join([HEAD.rstrip("\n"), *_body()]) + "\n"


def picture_name(example: Example) -> str:
    """The file name of the picture of a run in essence."""
    return f"{example.scenario}-tls{example.tls}-essential.svg"


def pictures() -> dict[str, str]:
    """The pictures of the document, as SVG by file name: the first run of each statement of the page."""
    examples = {picture_name(statement.examples[0]): statement.examples[0] for statement in starting_page()}
    return {name: svg(_essence(example)) for name, example in examples.items()}


def _essence(example: Example) -> Drawing:
    return VIEWS["sequence"].picture(example.whole_run.trace, ESSENTIAL)


def _body() -> Iterator[str]:
    yield STARTING_PAGE.rstrip("\n")
    shown: set[str] = set()
    for statement in starting_page():
        yield from _heading(statement)
        name = picture_name(statement.examples[0])
        if name not in shown:
            shown.add(name)
            yield from ("", f"![{statement.examples[0].title}]({PICTURES}/{name})")
        yield from _runs(statement)
    for topic in topics():
        yield from ("", f"## {topic.title}", "", topic.words)
        for statement in topic.statements:
            yield from _heading(statement)
            yield from _runs(statement)
    yield from (
        "",
        "## Not played",
        "",
        "| The documentation also speaks of | Why it is not played |",
        "|---|---|",
    )
    yield from (f"| {what} | {why} |" for what, why in left_out())


def _heading(statement: Statement) -> Iterator[str]:
    yield from ("", f"### {statement.number}: {TRUTHS[statement.truth]}", "", f"> {statement.says}")
    yield from ("", f"{statement.because} *Source: {statement.source}.*")


def _runs(statement: Statement) -> Iterator[str]:
    yield ""
    for example in statement.examples:
        yield f"- `{example.command}`  "
        yield f"  {' '.join(example.evidence)}"
