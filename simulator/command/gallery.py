"""The chosen pictures in ``figures/``, and the page that shows them; ``gallery.toml`` names them.

They are the same on every machine for one release: a test makes them again and compares.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, cast

from simulator.runs.many import spread
from simulator.runs.progress import counted
from simulator.runs.run import simulate
from simulator.runs.stacks import stack_matrix
from simulator.runs.sweep import matrix as outcome_matrix
from simulator.scenario.catalogue.shown import PURPOSES
from simulator.views.drawing.svg import svg
from simulator.views.pictures.diff import diff
from simulator.views.pictures.matrix import matrix_drawing
from simulator.views.stacks.picture import stack_drawing
from simulator.views.view_table import view_named

if TYPE_CHECKING:
    from collections.abc import Iterator
    from concurrent.futures import Executor

    from simulator.scenario import TlsVersion
    from simulator.trace.trace import Trace
    from simulator.views.drawing.display import Drawing


# What the two pages and every picture begin with; so the gallery is known again.
MARKS = {
    "README.md": "# The gallery\n",
    "index.html": "<title>Client authentication in TLS: the gallery</title>",
}
PICTURE_MARK = '<svg xmlns="http://www.w3.org/2000/svg" '
INDEX = """<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Client authentication in TLS: the gallery</title>
<style>
body {{ font: 1.1rem/1.5 sans-serif; max-width: 70rem; margin: 2rem auto; padding: 0 1rem; }}
section {{ margin: 3rem 0; }}
img {{ max-width: 100%; border: 1px solid #c0c0c0; background: white; }}
</style>
<h1>Client authentication in TLS: the gallery</h1>
<p>Each sentence says what to look for. Click a picture to see it alone.</p>
{pictures}</html>
"""


@dataclass(frozen=True, slots=True)
class Picture:
    """One run of a scenario, two runs side by side, or every credential under every policy.

    Attributes:
        look: what to look for, in one or two sentences.
        runs: each a scenario and a version, as in ``valid-certificate 1.3``; none for a matrix.
        view: the view of one run; ``stacks`` for the matrix of stacks, by purpose, in place of the outcome
            matrix.
        detail: how much of it.
    """

    look: str
    runs: list[str]
    view: str = "sequence"
    detail: str = "messages"

    @property
    def file_name(self) -> str:
        """Its file's name; it stays the same as long as the scenario has its name."""
        if not self.runs:
            return "stack-matrix.svg" if self.view == "stacks" else "outcome-matrix.svg"
        (scenario, tls), *other = map(str.split, self.runs)
        if other:
            (right, right_tls) = other[0]
            second = f"tls{right_tls}" if scenario == right else f"{right}-tls{right_tls}"
            return f"diff-{scenario}-tls{tls}-{second}.svg"
        view = "" if self.view == "sequence" else "-" + self.view.replace(":", "-")
        detail = "" if self.detail == "messages" else f"-{self.detail}"
        return f"{scenario}-tls{tls}{view}{detail}.svg"

    def drawing(self) -> Drawing:
        """The picture as a display list."""
        if not self.runs:
            if self.view == "stacks":
                return stack_drawing(stack_matrix(PURPOSES, progress=False))
            return matrix_drawing(outcome_matrix(progress=False))
        traces = [trace_of(run) for run in self.runs]
        if len(traces) > 1:
            return diff(*traces, detail=self.detail)
        view, argument = view_named(self.view)
        return view.picture(traces[0], self.detail, argument)


def pictures() -> list[Picture]:
    """The pictures in the order of the page."""
    text = Path(__file__).with_name("gallery.toml").read_text(encoding="utf-8")
    return [Picture(**{"runs": [], **picture}) for picture in tomllib.loads(text)["picture"]]


def trace_of(run: str) -> Trace:
    """The trace of a run, as in ``valid-certificate 1.3``."""
    scenario, tls = run.split()
    return simulate(scenario, tls=cast("TlsVersion", tls)).trace


def gallery_files(
    executor: Executor | None = None, *, progress: bool | None = False
) -> Iterator[tuple[str, str]]:
    """The gallery, file by file: (name, text). The last two are pages that show the others.

    Args:
        executor: the executor that draws; see :func:`~simulator.runs.many.simulate_all`.
        progress: show a bar on standard error; None shows it if that is a terminal.
    """
    page = [
        "# The gallery",
        "",
        "One command writes these pictures and this page: `make figures`, and `make demo` on its way. A",
        "test checks that they are current. They are plain SVG: text is text, and every element knows the",
        "event it stands for.",
    ]
    wanted = pictures()
    drawn = counted(
        spread(_drawn, wanted, executor, total=len(wanted)), len(wanted), "pictures", show=progress
    )
    shown = []
    for picture, (title, text) in zip(wanted, drawn, strict=True):
        yield picture.file_name, text
        name, words = picture.file_name, escape(title)
        image = f'<a href="{name}"><img src="{name}" alt="{words}"></a>'
        shown.append(f"<section>\n<h2>{words}</h2>\n<p>{escape(picture.look)}</p>\n{image}\n</section>\n")
        page += ["", f"## {title}", "", picture.look, "", f"![{title}]({picture.file_name})"]
    yield "README.md", "\n".join(page) + "\n"
    yield "index.html", INDEX.format(pictures="".join(shown))


def _drawn(picture: Picture) -> tuple[str, str]:
    """The title of a picture and its SVG."""
    drawing = picture.drawing()
    return drawing.title, svg(drawing)
