"""The help book: what documentation says, statement by statement, each with the picture of a run."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

from simulator.lessons.help_book.statements import TRUTHS, left_out, starting_page, topics
from simulator.lessons.site.frame import figure, link, listed, page, prose, run_place
from simulator.lessons.site.runs import FIRST_PICTURE
from simulator.runs.run import simulate
from simulator.scenario.catalogue.catalogue import catalogue
from simulator.views.view_table import VIEWS

if TYPE_CHECKING:
    from collections.abc import Container, Iterable, Iterator

    from simulator.lessons.help_book.statements import Example, Statement
    from simulator.lessons.site.frame import Looks

TITLE = "What the help pages say, played"
#: Runs whose logon screens the page shows: with a certificate, without one, refused, without a password.
SCREENS = ("secure-port", "terminal-without-certificate", "saf-check-fails", "express-logon")


def help_book_page(names: Container[str], looks: Looks) -> str:
    """The starting page and its siblings: statement, truth, reason, source, and its runs with pictures.

    Args:
        names: the scenarios that have pages.
        looks: the looks of pictures.
    """
    writer = _Writer(names, looks)
    siblings = "".join(
        f'<h2>{escape(topic.title)}</h2><p class="reading">{prose(topic.words)}</p>'
        f"{writer.statements(topic.statements)}"
        for topic in topics()
    )
    screens = "".join(map(writer.screen, SCREENS))
    missing = listed(f"{escape(what)}: {escape(why)}." for what, why in left_out())
    body = f"""<h1>{TITLE}</h1>
<p class="reading">Help pages of terminal emulators and mainframe servers, statement by statement, in our
words. The runs beside a statement show whether it is so. <b>True under this policy</b> means that another
policy of the server has another end; <b>not so in this product</b>, that one product does so and another does
not.</p>
<h2>The starting page</h2>
<p class="reading">This project started from a page in the help of a terminal emulator for telnet servers.</p>
{writer.statements(starting_page())}
<h2 id="screens">What the person at the terminal sees</h2>
<p class="reading">The server says who the client is to it, and at which level, before a user and a password
are typed.</p>
{screens}
{siblings}
<section class="reading"><h2>Not played</h2>{missing}</section>"""
    return page("help-book.html", TITLE, body)


class _Writer:
    """Writes statements; a picture that was shown before is linked to."""

    def __init__(self, names: Container[str], looks: Looks) -> None:
        self.names, self.looks = names, looks
        self.places: dict[str, str] = {}

    def statements(self, statements: Iterable[Statement]) -> str:
        """Statements, one section each."""
        return "".join(map(self._section, statements))

    def screen(self, name: str) -> str:
        """The last screen of a run, folded up but for the first of them."""
        drawing = VIEWS["screen"].picture(simulate(name).trace, "overview")
        command = f"<code>clientauth export {name} screen.svg --view screen</code>"
        shown = figure(self.looks.picture(drawing, f"screen-{name}"), command)
        opened = " open" if name == SCREENS[0] else ""
        words = f"<summary><b>{escape(catalogue[name].title)}</b></summary>"
        return f'<details class="reading"{opened}>{words}{shown}</details>\n'

    def _section(self, statement: Statement) -> str:
        runs = "".join(self._runs(statement))
        return (
            f'<section class="statement" id="{statement.number}"><h3>{statement.number} '
            f'<span class="truth {statement.truth}">{TRUTHS[statement.truth]}</span></h3>'
            f"<blockquote><p>{escape(statement.says)}</p></blockquote>"
            f"<p>{prose(statement.because)}</p>{runs}"
            f"<p><small>Source: {escape(statement.source)}</small></p></section>\n"
        )

    def _runs(self, statement: Statement) -> Iterator[str]:
        for number, example in enumerate(statement.examples, 1):
            place = f"{statement.number}-{number}"
            first = self.places.setdefault(_picture_key(example), place)
            shown = escape(" ".join(example.evidence))
            leads = f"<code>{escape(example.command)}</code>"
            if example.scenario in self.names and not example.set:
                leads += f" {link(run_place(example.scenario, example.tls), 'Step through it')}"
            if first != place:
                above = link(f"#{first}", f"at {first.partition('-')[0]}")
                yield f"<p><b>{escape(example.title)}.</b> {shown}</p><p>{leads}, pictured {above}</p>"
                continue
            drawing = VIEWS["sequence"].picture(example.whole_run.trace, FIRST_PICTURE)
            picture = figure(self.looks.picture(drawing, f"p{place}"), leads)
            opened = " open" if place == "S1-1" else ""
            yield (
                f'<details id="{place}"{opened}><summary><b>{escape(example.title)}.</b> {shown}</summary>'
                f"{picture}</details>"
            )


def _picture_key(example: Example) -> str:
    """The same for two examples with the same picture."""
    return f"{example.scenario} {example.tls} {dict(example.set)}"
