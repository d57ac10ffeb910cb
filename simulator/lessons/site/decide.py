"""Decide it yourself: every way of a live run, played beforehand for a page that has no simulator."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from simulator.engine.simulation import Simulation
from simulator.lessons.site.frame import link, listed, page
from simulator.lessons.site.runs import SCRIPTS, light, player, versions
from simulator.scenario import TLS_VERSIONS
from simulator.scenario.catalogue.catalogue import catalogue
from simulator.trace.trace import trace_of
from simulator.views.player.document import document
from simulator.views.story.words import question

if TYPE_CHECKING:
    from simulator.lessons.site.lines import Shapes
    from simulator.scenario import TlsVersion

States = dict[str, dict[str, Any]]

#: The scenarios that a reader can decide: each side has a reason to refuse in one of them.
DECIDED = (
    "valid-certificate",
    "no-certificate-refused",
    "certificate-expired",
    "stolen-certificate",
    "server-untrusted",
)
INTRODUCTION = (
    "The run stops wherever client or server has a choice, and you choose for both. Go back to a decision, "
    "and you can choose otherwise."
)


def states(job: tuple[str, TlsVersion]) -> States:
    """Every state in which a live run of a scenario waits or has ended, by the choices that lead there."""
    scenario, tls = job
    found: States = {}
    waiting: list[tuple[str, ...]] = [()]
    while waiting:
        choices = waiting.pop(0)
        simulation = Simulation(catalogue[scenario], tls, interactive=True)
        simulation.run()
        for choice in choices:
            simulation.decide(choice)
            simulation.run()
        pending, number = simulation.pending, len(simulation.decisions)
        options = list(pending.options) if pending else []
        asked = pending and {"ask": question(pending.name), "options": options, "number": number}
        shown = document(trace_of(simulation.events), finished=simulation.finished)
        found["/".join(choices)] = {"document": shown, "pending": asked}
        waiting += [(*choices, option) for option in options]
    return found


def light_states(ways: States, shapes: Shapes) -> States:
    """The states, with the pictures of their documents as rows."""
    return {way: {**state, "document": light(state["document"], shapes)} for way, state in ways.items()}


def decide_place(case: int, tls: TlsVersion) -> str:
    """The path of the page on which a case is decided. It has a number: a name would tell what is wrong."""
    return f"decide/case-{case}-tls{tls}.html"


def decide_page(case: int, tls: TlsVersion, ends: int, data: str) -> str:
    """The page on which a case is decided. The player names the scenario at the end.

    Args:
        case: its number, from 1.
        tls: the version.
        ends: the number of ways it can go.
        data: the packed states.
    """
    place, title = decide_place(case, tls), f"You decide: case {case}"
    body = f"""<div class="head"><h1>{title}</h1>
{versions(tls, lambda other: decide_place(case, other))}</div>
<p class="reading">{INTRODUCTION} All {ends} ways were played beforehand by this simulator.</p>
<div class="wide">{player(data, "Here you decide for both sides.")}</div>"""
    return page(place, f"{title} · TLS {tls}", body, scripts=(*SCRIPTS, "decide.js"), sheet="player.css")


def decide_index(cases: int) -> str:
    """The page that leads to these."""
    rows = (
        " ".join(
            [
                f"<b>Case {case}</b>",
                *(link(decide_place(case, tls), f"TLS {tls}") for tls in reversed(TLS_VERSIONS)),
            ]
        )
        for case in range(1, cases + 1)
    )
    body = f"""<h1>Decide it yourself</h1>
<p class="reading">{INTRODUCTION} Something may be wrong with a case: its name comes at the end.</p>
{listed(rows, "list")}"""
    return page("decide.html", "Decide it yourself", body)
