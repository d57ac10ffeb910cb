"""Decisions in a learner's hand: which one waits, a player that stops there, and every way it can go."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from simulator.lessons.arguments import a_scenario, a_simulation
from simulator.lessons.page import Choices, Lead, Table, page
from simulator.runs.sweep import explore
from simulator.views.story.words import level_name, question

if TYPE_CHECKING:
    from simulator.engine.simulation import Simulation
    from simulator.scenario import Scenario, TlsVersion
    from simulator.views.notebook import Exhibit
    from simulator.views.player.live import LivePlayer


def choices(simulation: Simulation) -> Exhibit:
    """The decision that waits: whose it is, what can be chosen, and what the actor itself would choose.

    Raises:
        ArgumentError: it is no simulation.
    """
    simulation = a_simulation(simulation)
    pending = simulation.pending
    if pending is None:
        ended = "It has ended." if simulation.finished else "Say simulation.run() to go on."
        return page(Lead("Nobody waits for a decision."), ended)
    options = [
        (option, f"what the {pending.actor} itself would choose" if option == pending.choice else "")
        for option in pending.options
    ]
    return page(
        Lead(f"The {pending.actor} waits. {question(pending.name)}"), Choices(options), pending.reason
    )


def decisions(simulation: Simulation | LivePlayer) -> Exhibit:
    """The decisions that were taken so far: whose, what was asked, what was chosen, and who chose it.

    Args:
        simulation: a simulation, or the player of one.

    Raises:
        ArgumentError: it is neither.
    """
    who = {"actor": "the actor itself", "outside": "you"}
    rows = [
        (str(number), pending.actor, question(pending.name), choice, who[taken_by])
        for number, (pending, choice, taken_by) in enumerate(a_simulation(simulation).decisions)
    ]
    if not rows:
        return page("Nobody has decided anything yet.")
    return page(Table(rows, ("", "whose", "question", "choice", "taken by")))


def live(simulation: Simulation, **options: Any) -> LivePlayer:
    """A player in which the reader decides: where a decision waits, and again where one was taken.

    ``live(Simulation(scenario, interactive=["send-certificate"]))`` stops there and asks. Without
    ``interactive`` the actors decide, and the reader may go back to any decision and take it otherwise.

    Args:
        simulation: it is run on to the first decision that waits, or to its end.
        **options: ``detail`` and ``theme``, as :class:`simulator.views.player.widget.Player` takes them.

    Raises:
        ArgumentError: it is no simulation.
        PeerError: anywidget is not installed.
        OutputError: there is no such detail.
    """
    from simulator.views.player.live import live as live_player

    return live_player(a_simulation(simulation), **options)


def ways(scenario: Scenario | str, tls: TlsVersion = "1.3") -> Exhibit:
    """Every way a scenario can go: each choice at each decision, and the level that comes of it.

    Args:
        scenario: a scenario, or the name of one in the catalogue.
        tls: the version.

    Raises:
        ArgumentError: it is no scenario.
        ScenarioError: there is no such scenario or version.
    """
    rows = []
    for branch in explore(a_scenario(scenario), tls):
        taken = "; ".join(f"{name}: {choice}" for _, name, choice in branch.choices)
        rows.append((level_name(branch.run.card.level), "no" if branch.overruled else "yes", taken))
    return page(Table(rows, ("level", "by itself", "choices")))
