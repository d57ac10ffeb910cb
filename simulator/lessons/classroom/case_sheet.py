"""The eight cases of *You are the server* as a page to print: a case to a sheet, the answers on the last.

Everything is computed: the certificates are those of the runs, the answers are what the server found.
"""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

from simulator.errors import OutputError
from simulator.lessons.classroom.puzzle import ACCEPT, CASES, CHECKS, case
from simulator.lessons.page import page
from simulator.lessons.traces import evidence
from simulator.runs.files import write_public_file

if TYPE_CHECKING:
    from pathlib import Path

STYLE = """
body { font: 11pt/1.4 sans-serif; color: #000; background: #fff; }
body { max-width: 60em; margin: 2em auto; padding: 0 1em; }
section { break-after: page; margin-bottom: 4em; }
section:last-of-type { break-after: auto; }
table { border-collapse: collapse; width: 100%; margin: .7em 0; font-size: 9.5pt; }
p { margin: .7em 0; }
td, th { border: 1px solid #777; padding: .2em .5em; vertical-align: top; white-space: normal !important; }
th { background: #eee; text-align: left; }
.checks th { font-weight: normal; white-space: nowrap !important; }
.line { border-bottom: 1px solid #000; height: 2em; }
@page { size: A4; margin: 14mm; }
@media print { body { margin: 0; padding: 0; max-width: none; } section { margin: 0; } }
"""


def case_sheet() -> str:
    """All cases and their answers as one HTML page without other files."""
    numbers = range(1, len(CASES) + 1)
    sheets = "".join(f"<section>\n{_case(number)}</section>\n" for number in numbers)
    rows = "".join(case_row(number) for number in numbers)
    return f"""<!DOCTYPE html>
<html lang="en">
<meta charset="utf-8">
<title>You are the server: eight cases</title>
<style>{STYLE}</style>
<main>
{sheets}<section>
<h1>You are the server: the answers</h1>
<table><thead><tr><th>Case</th><th>Decision</th><th>Why</th></tr></thead><tbody>
{rows}</tbody></table>
<p>Each can be played: <code>clientauth run NAME</code>, with the name in brackets.</p>
</section>
</main>
</html>
"""


def save_case_sheet(path: Path) -> None:
    """Write the page, whole or not at all.

    Raises:
        OutputError: the suffix is not ``.html``, or the file cannot be written.
    """
    if path.suffix.lower() not in (".html", ".htm"):
        raise OutputError(
            "The sheet of cases is an HTML page.", got=str(path), expected="a name that ends in .html"
        )
    write_public_file(path, case_sheet().encode())


def _case(number: int) -> str:
    """One case, with room for the decision and its reason."""
    laid_out = page(*case(number).shown).html
    checks = "".join(f"<tr><th>{name}</th><td>{escape(asks)}</td></tr>\n" for name, asks in CHECKS.items())
    return (
        f"{laid_out}\n<p>Say <em>{ACCEPT}</em>, or name the check that fails. At most one does. These are "
        f'the checks, about in the order in which they are made:</p>\n<table class="checks"><tbody>\n{checks}'
        "</tbody></table>\n"
        '<p>Your decision:</p><div class="line"></div>\n'
        '<p>Because:</p><div class="line"></div><div class="line"></div>\n'
    )


def case_row(number: int) -> str:
    """The answer to a case, its reason, and the run's name."""
    decided = case(number)
    reason = evidence(decided.run.trace) or f"No check failed. {decided.run.scenario.lesson}"
    cells = (str(number), decided.right, f"{reason} ({CASES[number - 1]})")
    return "<tr>" + "".join(f"<td>{escape(cell)}</td>" for cell in cells) + "</tr>\n"
