"""The classroom as the files of a folder: pages that work from disk, and what they share."""

from __future__ import annotations

from itertools import product
from typing import TYPE_CHECKING

from simulator.lessons.site.decide import (
    DECIDED,
    decide_index,
    decide_page,
    decide_place,
    light_states,
    states,
)
from simulator.lessons.site.frame import Looks, run_place, web
from simulator.lessons.site.help_book import help_book_page
from simulator.lessons.site.lines import Lines, Shapes, json_lines
from simulator.lessons.site.pages import (
    bytes_page,
    bytes_place,
    glossary_page,
    lesson_page,
    quiz_page,
    start_page,
)
from simulator.lessons.site.playground import knobs, playground_page, positions, stand
from simulator.lessons.site.refused import refused_page
from simulator.lessons.site.runs import light, played, run_page
from simulator.lessons.site.stacks import stacks_page
from simulator.runs.many import spread
from simulator.runs.progress import counted
from simulator.runs.stacks import stack_matrix
from simulator.scenario import TLS_VERSIONS
from simulator.scenario.catalogue.catalogue import BASICS
from simulator.scenario.catalogue.credentials import CREDENTIALS
from simulator.scenario.catalogue.shown import FAULTS, PURPOSES
from simulator.views.player.page import script, stylesheet

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from concurrent.futures import Executor
    from typing import TypeVar

    Job = TypeVar("Job")
    Result = TypeVar("Result")

OWN_SCRIPTS = ("frame.js", "unpack.js", "step.js", "decide.js", "playground.js", "quiz.js")


def site_files(
    scenarios: Sequence[str] = BASICS,
    credentials: Sequence[str] = tuple(CREDENTIALS),
    decided: Sequence[str] = DECIDED,
    shown: Sequence[str] = (*PURPOSES, *FAULTS),
    *,
    executor: Executor | None = None,
    progress: bool | None = False,
) -> Iterator[tuple[str, str]]:
    """The site, file by file: (path, text). The same bytes every time.

    Args:
        scenarios: the scenarios that have pages, in their order.
        credentials: the credentials of the playground.
        decided: the scenarios that can be decided.
        shown: the rows of the matrix of stacks.
        executor: the executor of the runs; see :func:`~simulator.runs.many.simulate_all`.
        progress: show a bar on standard error; None shows it if that is a terminal.
    """

    def done(function: Callable[[Job], Result], jobs: Sequence[Job], what: str) -> list[Result]:
        results = spread(function, jobs, executor, total=len(jobs))
        return list(counted(results, len(jobs), what, show=progress))

    shapes, looks = Shapes(), Looks()
    runs = done(played, tuple(product(scenarios, TLS_VERSIONS)), "pages")
    lives = tuple(product(decided, TLS_VERSIONS))
    ways = done(states, lives, "decided")
    run_lines = [json_lines(light(run.contents, shapes)) for run in runs]
    way_lines = [json_lines(light_states(way, shapes)) for way in ways]
    lines = Lines([*run_lines, *way_lines])
    for run, text in zip(runs, run_lines, strict=True):
        yield run_place(run.scenario, run.tls), run_page(run, scenarios, looks, lines.packed(text))
    for (name, tls), way, text in zip(lives, ways, way_lines, strict=True):
        ends = sum(state["pending"] is None for state in way.values())
        case = decided.index(name) + 1
        yield decide_place(case, tls), decide_page(case, tls, ends, lines.packed(text))
    places = {run_place(name, tls) for name, tls in product(scenarios, TLS_VERSIONS)}
    turned = knobs(credentials)
    stands = done(stand, positions(turned), "positions")
    yield "playground.html", playground_page(turned, stands, looks, places)
    yield "index.html", start_page(scenarios)
    yield "decide.html", decide_index(len(decided))
    yield "lesson.html", lesson_page(scenarios)
    yield "quiz.html", quiz_page(scenarios)
    yield "glossary.html", glossary_page()
    yield "refused.html", refused_page(scenarios)
    stacks = stack_matrix(shown, executor=executor, progress=progress)
    yield "stacks.html", stacks_page(stacks, scenarios, looks)
    yield "help-book.html", help_book_page(scenarios, looks)
    for tls in TLS_VERSIONS:
        yield bytes_place(tls), bytes_page(tls)
    yield "shared/lines.js", lines.script()
    yield "shared/shapes.js", shapes.script()
    yield "shared/player.js", script()
    yield "shared/player.css", stylesheet()
    yield "shared/site.css", looks.rules(web("site.css"))
    for name in OWN_SCRIPTS:
        yield f"shared/{name}", web(name)
