"""What learners hand over: taken as it is meant where that is plain, and told in words where it is not.

A run that is asked for may come as a simulation that has ended; a number may come as text. Everything else
is a mistake, and the error says which line to write in its place.
"""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches
from typing import Any

from simulator.engine.simulation import Simulation
from simulator.errors import ArgumentError
from simulator.runs.run import Run
from simulator.scenario import Scenario
from simulator.scenario.catalogue.catalogue import catalogue
from simulator.tls.wire.version import SIDES
from simulator.trace.facts import Event

MOST_CHARACTERS = 60  # of a value in an error; a longer one is told by its kind alone
KINDS = {
    str: "a text",
    bool: "a truth value",
    int: "a number",
    float: "a number",
    list: "a list",
    tuple: "a list",
    dict: "a table",
}


def spelt(value: object) -> str:
    """A value without what does not matter in it: ``Proof of possession`` is as good as with hyphens."""
    return "-".join(str(value).lower().replace("_", " ").replace("-", " ").split())


def held(thing: Any) -> Any:
    """What a learner means: of a player in which decisions are taken, the simulation that it shows."""
    shown = getattr(thing, "simulation", None)
    return shown if isinstance(shown, Simulation) else thing


def a_run(thing: Run | Simulation) -> Run | Simulation:
    """What is a run, or a simulation; of the player of a simulation, that.

    Raises:
        ArgumentError: it is neither; the error says how to make one of it.
    """
    thing = held(thing)
    if isinstance(thing, Run | Simulation):
        return thing
    raise ArgumentError(
        "A run is wanted here.",
        got=in_words(thing),
        expected="a run, or a simulation that has ended",
        advice=_how_to_run(thing),
    )


def a_simulation(thing: Any) -> Simulation:
    """What is a simulation; of the player of one, that.

    Raises:
        ArgumentError: it is something else.
    """
    thing = held(thing)
    if isinstance(thing, Simulation):
        return thing
    made = 'Simulation(catalogue["valid-certificate"], interactive=True)'
    raise ArgumentError(
        "A simulation is wanted here: in it somebody may decide.",
        got=in_words(thing),
        expected="a simulation",
        advice=f"Make one, as in {made}.",
    )


def a_scenario(thing: Scenario | str) -> Scenario:
    """What is a scenario, or the name of one in the catalogue.

    Raises:
        UnknownScenarioError: there is none of that name.
        ArgumentError: it is something else.
    """
    if isinstance(thing, Scenario):
        return thing
    if isinstance(thing, str):
        return catalogue[thing]
    advice = "A run keeps its own: say run.scenario." if isinstance(thing, Run | Simulation) else ""
    raise ArgumentError(
        "A scenario is wanted here.",
        got=in_words(thing),
        expected="a scenario, or its name",
        advice=advice or 'Take one from the catalogue, as in catalogue["valid-certificate"].',
    )


def a_side(name: str) -> str:
    """One of the two sides of a connection.

    Raises:
        ArgumentError: there is no such side.
    """
    if name in SIDES:
        return name
    raise ArgumentError(
        "There is no such side.",
        got=in_words(name),
        expected=" or ".join(map(repr, SIDES)),
        advice="Name the side whose checks you want to see: it is the one that judged the other.",
    )


def some_events(things: Iterable[Event]) -> list[Event]:
    """Events of a run.

    Raises:
        ArgumentError: these are none.
    """
    events = list(things) if isinstance(things, Iterable) and not isinstance(things, str) else [None]
    found = [event for event in events if isinstance(event, Event)]
    if len(found) == len(events):
        return found
    raise ArgumentError(
        "Events are wanted here.",
        got=in_words(things),
        expected="events of a run, or what step(), run() and decide() of a simulation give",
        advice="Say tell(run.trace.events), or tell(simulation.events).",
    )


def a_word(thing: str) -> str:
    """A word to look up.

    Raises:
        ArgumentError: it is no text.
    """
    if isinstance(thing, str):
        return thing
    raise ArgumentError(
        "A word is wanted here.",
        got=in_words(thing),
        expected="a text",
        advice='Put it between quotation marks, as in explain("certificate").',
    )


def in_words(thing: Any) -> str:
    """A value as an error shows it: what was written, and what kind of thing that is."""
    if isinstance(thing, Scenario):
        return f"the scenario {thing.name!r}"
    if isinstance(thing, Run | Simulation):
        return f"a {type(thing).__name__.lower()} of the scenario {thing.scenario.name!r}"
    if thing is None:
        return "None, which is nothing"
    kind = KINDS.get(type(thing), f"something of the kind {type(thing).__name__}")
    shown = repr(thing)
    return kind if "\n" in shown or len(shown) > MOST_CHARACTERS else f"{shown}, {kind}"


def _how_to_run(thing: object) -> str:
    """What to write to get a run of what was handed over."""
    if isinstance(thing, Scenario):
        return "Put simulate(...) around it: that plays it."
    if isinstance(thing, list | tuple):
        return "Hand over the runs one by one; a star before a list of them does that."
    near = get_close_matches(thing.lower(), catalogue, n=1, cutoff=0.5) if isinstance(thing, str) else []
    if not near:
        return 'Play a scenario first, as in simulate("valid-certificate").'
    call = f'simulate("{near[0]}")'
    return f"Say {call}: that plays it." if near[0] == thing else f"Did you mean {call}?"
