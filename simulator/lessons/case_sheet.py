"""The eight cases of *You are the server* as one page to print: a case on a sheet, the answers on the last.

Whatever is on it is computed: the certificates are those of the runs, and the answers what the server found.
"""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

from simulator.errors import OutputError
from simulator.lessons.facts import NONE, fact
from simulator.lessons.puzzle import ACCEPT, CASES, case
from simulator.lessons.traces import evidence

if TYPE_CHECKING:
    from pathlib import Path

# What may be answered, in the order in which it is checked, and what each check asks.
CHECKS = {
    "trust-anchor": "Does the path lead, from issuer to issuer, to something that you trust?",
    "key-usage": "May the key do what it does here: digitalSignature for a client, keyCertSign for a CA?",
    "extended-key-usage": "Was the certificate issued for this purpose: clientAuth, or none stated?",
    "basic-constraints": "Is every issuer in the path a CA, and says so?",
    "validity": "Does your clock stand between not before and not after, for each certificate of the path?",
    "signature": "Does each issuer's key verify the signature on what it issued?",
    "name-constraints": "Do the names lie in the name space that a CA above is limited to?",
    "proof-of-possession": "Does the client's signature over this handshake fit the key in its certificate?",
}
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


def answer_to(number: int) -> str:
    """The right answer to a case: ``accept``, or the check that fails first."""
    failed = fact(case(number).run.trace, "server_failed_at")
    return ACCEPT if failed == NONE else str(failed)


def case_sheet() -> str:
    """All cases and their answers as one HTML page that needs nothing besides itself."""
    numbers = range(1, len(CASES) + 1)
    sheets = "".join(f"<section>\n{_case(number)}</section>\n" for number in numbers)
    rows = "".join(_row(number) for number in numbers)
    return f"""<!DOCTYPE html>
<html lang="en">
<meta charset="utf-8">
<title>You are the server: eight cases</title>
<style>{STYLE}</style>
{sheets}<section>
<h1>You are the server: the answers</h1>
<table><thead><tr><th>Case</th><th>Decision</th><th>Why</th></tr></thead><tbody>
{rows}</tbody></table>
<p>Each can be played: <code>clientauth run NAME</code>, with the name in brackets.</p>
</section>
</html>
"""


def save_case_sheet(path: Path) -> None:
    """Write the page.

    Raises:
        OutputError: the suffix is not ``.html``, or the file cannot be written.
    """
    if path.suffix.lower() not in (".html", ".htm"):
        raise OutputError(
            "The sheet of cases is a page.", got=str(path), expected="a name that ends in .html"
        )
    try:
        path.write_text(case_sheet(), encoding="utf-8")
    except OSError as error:
        raise OutputError(
            "The sheet of cases cannot be written.",
            got=f"{path}: {error.strerror or error}",
            advice="Name a file in a folder that exists and that you may write to.",
        ) from error


def _case(number: int) -> str:
    """One case, with room for the decision and its reason."""
    laid_out = case(number)._repr_mimebundle_()["text/html"]
    checks = "".join(f"<tr><th>{name}</th><td>{escape(asks)}</td></tr>\n" for name, asks in CHECKS.items())
    return (
        f"{laid_out}\n<p>Say <em>{ACCEPT}</em>, or name the check that fails. At most one does. These are "
        f'the checks, in the order in which they are made:</p>\n<table class="checks"><tbody>\n{checks}'
        "</tbody></table>\n"
        '<p>Your decision:</p><div class="line"></div>\n'
        '<p>Because:</p><div class="line"></div><div class="line"></div>\n'
    )


def _row(number: int) -> str:
    """The answer to a case, its reason, and the run's name."""
    run = case(number).run
    reason = evidence(run.trace) or f"No check failed. {run.scenario.lesson}"
    cells = (str(number), answer_to(number), f"{reason} ({CASES[number - 1]})")
    return "<tr>" + "".join(f"<td>{escape(cell)}</td>" for cell in cells) + "</tr>\n"
