"""Decisions that a learner takes: the waiting one, a player that stops at each, and every possible course."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from simulator.lessons.arguments import a_scenario, a_simulation
from simulator.lessons.page import Choices, Code, Lead, Table, page
from simulator.runs.sweep import explore
from simulator.views.story.words import level_name, question

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from simulator.engine.simulation import Simulation
    from simulator.scenario import Scenario, TlsVersion
    from simulator.views.drawing.notebook import Exhibit
    from simulator.views.player.live import LivePlayer

Way = tuple[list[tuple[str, str]], str]  # the decisions with their choices, and the end in words


def choices(simulation: Simulation) -> Exhibit:
    """The decision that waits: its actor, the options, and the choice that the actor would make.

    Raises:
        ArgumentError: not a simulation.
    """
    simulation = a_simulation(simulation)
    pending = simulation.pending
    if pending is None:
        ended = "It has ended." if simulation.finished else "Say simulation.run() to go on."
        return page(Lead("No decision is waiting."), ended)
    options = [
        (option, f"what the {pending.actor} itself would choose" if option == pending.choice else "")
        for option in pending.options
    ]
    return page(
        Lead(f"The {pending.actor} waits. {question(pending.name)}"), Choices(options), pending.reason
    )


def decisions(simulation: Simulation | LivePlayer) -> Exhibit:
    """The decisions taken so far: actor, question, choice, and who made it.

    Args:
        simulation: a simulation, or its live player.

    Raises:
        ArgumentError: it is neither of these.
    """
    who = {"actor": "the actor itself", "outside": "you"}
    rows = [
        (str(number), pending.actor, question(pending.name), choice, who[taken_by])
        for number, (pending, choice, taken_by) in enumerate(a_simulation(simulation).decisions)
    ]
    if not rows:
        return page("No decision has been taken yet.")
    return page(Table(rows, ("", "whose", "question", "choice", "taken by")))


def live(simulation: Simulation, **options: Any) -> LivePlayer:
    """A player in which the reader takes decisions, and may take them again in another way.

    ``live(Simulation(scenario, interactive=["send-certificate"]))`` stops there and asks. Without
    ``interactive`` the actors decide, and the reader may go back to any decision and take it otherwise.

    Args:
        simulation: it is run to the first decision that waits, or to its end.
        **options: ``detail`` and ``theme``, as :class:`simulator.views.player.widget.Player` takes them.

    Raises:
        ArgumentError: not a simulation.
        PeerError: anywidget is not installed.
        OutputError: unknown detail.
    """
    from simulator.views.player.live import live as live_player

    return live_player(a_simulation(simulation), **options)


def ways(scenario: Scenario | str, tls: TlsVersion = "1.3") -> Exhibit:
    """Every possible course of a scenario as a tree: each choice at each decision, and the resulting level.

    Args:
        scenario: a scenario, or the name of one in the catalogue.
        tls: the version.

    Raises:
        ArgumentError: not a scenario.
        ScenarioError: unknown scenario or version.
    """
    found = []
    for branch in explore(a_scenario(scenario), tls):
        end = level_name(branch.run.card.level) + ("" if branch.overruled else "   (the actors' own choices)")
        found.append(([(name, choice) for _, name, choice in branch.choices], end))
    return page(Code("\n".join([question(found[0][0][0][0]), *_tree(found)])))


def _tree(found: Sequence[Way], margin: str = "") -> Iterator[str]:
    """A line for each choice, with the next question or the end; below it the choices that follow."""
    below: dict[str, list[Way]] = {}
    for ((_, choice), *rest), end in found:
        below.setdefault(choice, []).append((rest, end))
    for choice, ways_on in below.items():
        last = choice == next(reversed(below))
        rest, end = ways_on[0]
        after = f": {question(rest[0][0])}" if rest else f" → {end}"
        yield f"{margin}{'└' if last else '├'}── {choice}{after}"
        if rest:
            yield from _tree(ways_on, margin + ("    " if last else "│   "))
