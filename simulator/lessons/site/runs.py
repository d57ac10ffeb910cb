"""A page for each scenario in each version: the picture first, what differs in it, and the player."""

from __future__ import annotations

from dataclasses import dataclass
from html import escape
from typing import TYPE_CHECKING, Any

from simulator.lessons.quiz.quiz import questions
from simulator.lessons.site.frame import figure, link, listed, page, prose, run_place
from simulator.runs.run import simulate
from simulator.scenario import TLS_VERSIONS
from simulator.scenario.catalogue.catalogue import catalogue
from simulator.views.pictures.sequence import sequence
from simulator.views.player.document import document
from simulator.views.story.caption import caption

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from simulator.lessons.site.frame import Looks
    from simulator.lessons.site.lines import Shapes
    from simulator.scenario import TlsVersion
    from simulator.views.drawing.display import Drawing

FIRST_PICTURE = "essential"  # the detail of the picture that a page shows first
SCRIPTS = ("unpack.js", "shapes.js", "lines.js", "player.js")


@dataclass(frozen=True, slots=True)
class RunShown:
    """A run as its page shows it."""

    scenario: str
    tls: TlsVersion
    picture: Drawing
    caption: str
    contents: dict[str, Any]


def played(job: tuple[str, TlsVersion]) -> RunShown:
    """Play a scenario of the catalogue for its page."""
    scenario, tls = job
    trace = simulate(scenario, tls).trace
    return RunShown(scenario, tls, sequence(trace, detail=FIRST_PICTURE), caption(trace), document(trace))


def light(contents: dict[str, Any], shapes: Shapes) -> dict[str, Any]:
    """The document of a player, with its pictures as rows."""
    return {
        **contents,
        "runs": [{**run, "picture": _rows(run["picture"], shapes)} for run in contents["runs"]],
    }


def _rows(picture: dict[str, Any], shapes: Shapes) -> dict[str, Any]:
    drawn = {name: shapes.rows(picture[name]) if picture[name] else [] for name in ("svg", "away", "told")}
    return {**picture, **drawn}


def player(data: str, words: str) -> str:
    """The place of a player, its data, and what stands there where no script may run."""
    return (
        f'<div id="player" data-cursor="0"><p class="waits">{words} It needs the scripts beside this page; '
        "where they are blocked, pictures and text still say everything.</p></div>\n"
        f'<script type="application/json" id="document">\n{data}\n</script>'
    )


def run_page(run: RunShown, names: Sequence[str], looks: Looks, data: str) -> str:
    """The page of a run.

    Args:
        run: the run.
        names: the scenarios of the site, in their order.
        looks: the looks of pictures.
        data: the packed document of the player.
    """
    scenario = catalogue[run.scenario]
    at = names.index(run.scenario)
    beside = (
        f"{words}: {link('../' + run_place(names[to], run.tls), catalogue[names[to]].title)}"
        for words, to in (("Before", at - 1), ("Next", at + 1))
        if 0 <= to < len(names)
    )
    asked = [
        link(f"../quiz.html#{name}", question.ask)
        for name, question in questions().items()
        if (question.scenario, question.tls) == (run.scenario, run.tls) and not question.changes
    ]
    votes = f"<h2>Questions about it</h2>{listed(asked, 'asked')}" if asked else ""
    told = f"<details><summary>The picture in words</summary><p>{prose(run.caption, '../')}</p></details>"
    body = f"""<div class="head"><h1>{escape(scenario.title)}</h1>
{versions(run.tls, lambda tls: run_place(run.scenario, tls))}</div>
{figure(looks.picture(run.picture, "picture"), told)}
<section class="reading" aria-labelledby="about"><h2 id="about">What happens here</h2>
<p>{prose(scenario.lesson, "../")}</p></section>
<section class="wide" aria-labelledby="steps"><h2 id="steps">Step through it</h2>
<p class="reading">Click into it, then → and ← step, and <kbd>?</kbd> lists all keys. <kbd>g</kbd> asks you
before each decision.</p>
{player(data, "Here the run can be stepped through.")}</section>
<section class="reading">{votes}<p>With the simulator installed:
<code>clientauth run {run.scenario} --tls {run.tls}</code></p>
<nav aria-label="Other scenarios">{listed(beside)}</nav></section>"""
    place = run_place(run.scenario, run.tls)
    title = f"{scenario.title} · TLS {run.tls}"
    return page(place, title, body, scripts=(*SCRIPTS, "step.js"), sheet="player.css")


def versions(shown: TlsVersion, place: Callable[[TlsVersion], str]) -> str:
    """The links from one version of a page, which lies in a folder, to the other."""
    links = (link("../" + place(tls), f"TLS {tls}", here=tls == shown) for tls in reversed(TLS_VERSIONS))
    return f'<nav aria-label="Version">{listed(links, "versions")}</nav>'
