"""The lesson as the files of a folder: slides, presenter's view, players, and papers."""

from __future__ import annotations

from html import escape
from string import Template
from typing import TYPE_CHECKING

from simulator.lessons.classroom.case_sheet import case_sheet
from simulator.lessons.lesson.frame import filled, framed, web
from simulator.lessons.lesson.paper import handout, worksheet
from simulator.lessons.lesson.plan import parts, plan
from simulator.lessons.lesson.slides import Deck
from simulator.lessons.quiz.quiz import questions
from simulator.lessons.site.frame import web as site_web
from simulator.lessons.site.lines import Lines, Shapes, json_lines
from simulator.lessons.site.runs import SCRIPTS, light, player
from simulator.views.drawing.web_page import linked
from simulator.views.player.document import comparison, document
from simulator.views.player.page import script, stylesheet
from simulator.views.story.lanes import run_name

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from typing import Any

    from simulator.trace.trace import Trace

OWN = ("slides.css", "slides.js", "keys.js", "presenter.css", "presenter.js", "paper.css", "run.js")


def lesson_files(length: str = "45") -> Iterator[tuple[str, str]]:
    """The lesson, file by file: (path, text). The same bytes every time.

    Args:
        length: its minutes, of :data:`~simulator.lessons.lesson.plan.PLANS`.
    """
    deck = Deck().fill(length)
    tasks = {name: (questions()[name].run.trace,) for name in plan(length)["worksheet"]["tasks"]}
    yield from _run_pages({**deck.runs, **tasks})
    minutes = "".join(
        f'<li><button type="button" data-part="{escape(part.title)}">{escape(part.title)} '
        f"<small>{part.begins}–{part.ends} min</small></button></li>"
        for part in parts(length)
    )
    title = plan(length)["title"]
    yield "index.html", filled("index.html", title, "".join(deck.slides))
    yield (
        "presenter.html",
        filled("presenter.html", f"Presenter's view · {title}", "".join(deck.notes), parts=minutes),
    )
    yield "handout.html", handout(deck.looks, length)
    yield "worksheet.html", worksheet(length, answers=False)
    yield "worksheet-answers.html", worksheet(length, answers=True)
    if any(slide["kind"] == "cases" for part in parts(length) for slide in part.slides):
        yield "cases.html", case_sheet()
    yield "shared/pictures.css", deck.looks.rules("", dark=False)
    for name in OWN:
        yield f"shared/{name}", web(name)


def _run_pages(runs: Mapping[str, tuple[Trace, ...]]) -> Iterator[tuple[str, str]]:
    """The pages of the players, and what they share."""
    shapes = Shapes()
    texts = {name: json_lines(light(_contents(traces), shapes)) for name, traces in runs.items()}
    lines = Lines(texts.values())
    head = linked(["../shared/player.css"], [f"../shared/{name}" for name in (*SCRIPTS, "run.js")])
    for name, text in texts.items():
        title = " beside ".join(map(run_name, runs[name]))
        body = player(lines.packed(text), "Here the run can be stepped through.")
        yield f"runs/{name}.html", framed(title, Template(web("run.html")).substitute(body=body), head)
    yield "shared/lines.js", lines.script()
    yield "shared/shapes.js", shapes.script()
    yield "shared/unpack.js", site_web("unpack.js")
    yield "shared/player.js", script()
    yield "shared/player.css", stylesheet()


def _contents(traces: tuple[Trace, ...]) -> dict[str, Any]:
    """The document of a player of one run, or of two side by side."""
    return comparison(*traces, detail="overview") if len(traces) == 2 else document(*traces)
