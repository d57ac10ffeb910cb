"""The arguments that learners pass to the classroom: a plain slip is accepted, a real mistake is explained.

A simulation that has ended may stand for a run, and text for a number. For everything else the error names
the line to write instead.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from simulator.engine.simulation import Simulation
from simulator.errors import ArgumentError, nearest_names
from simulator.runs.run import Run
from simulator.scenario import Scenario
from simulator.scenario.catalogue.catalogue import catalogue
from simulator.tls.wire.version import SIDES
from simulator.trace.facts import Event

MOST_CHARACTERS = 60  # of a value in an error: it fits on one line there; a longer one is shown by its kind
KINDS: dict[type, str] = {
    str: "a text",
    bool: "a truth value",
    int: "a number",
    float: "a number",
    list: "a list",
    tuple: "a list",
    dict: "a table",
}


def spelt(value: object) -> str:
    """The name in lower case with hyphens: ``Proof of possession`` becomes ``proof-of-possession``."""
    return "-".join(str(value).lower().replace("_", " ").replace("-", " ").split())


def held(thing: Any) -> Any:
    """The simulation in a live player; every other thing as it is."""
    shown = getattr(thing, "simulation", None)
    return shown if isinstance(shown, Simulation) else thing


def wrong_argument(message: str, got: Any, expected: str, advice: str) -> ArgumentError:
    """The error of a wrong argument, with the argument in words."""
    return ArgumentError(message, got=in_words(got), expected=expected, advice=advice)


def a_run(thing: Run | Simulation) -> Run | Simulation:
    """A run, a simulation, or the simulation in a live player.

    Raises:
        ArgumentError: it is none of these; the error says how to get a run.
    """
    thing = held(thing)
    if isinstance(thing, Run | Simulation):
        return thing
    expected = "a run, or a simulation that has ended"
    raise wrong_argument("This is not a run.", thing, expected, _how_to_run(thing))


def a_simulation(thing: Any) -> Simulation:
    """A simulation, or the one in a live player.

    Raises:
        ArgumentError: it is something else.
    """
    thing = held(thing)
    if isinstance(thing, Simulation):
        return thing
    advice = 'Make one, as in Simulation(catalogue["valid-certificate"], interactive=True).'
    raise wrong_argument("This is not a simulation.", thing, "a simulation, in which you can decide", advice)


def a_scenario(thing: Scenario | str) -> Scenario:
    """A scenario, or the one of this name in the catalogue.

    Raises:
        UnknownScenarioError: unknown name.
        ArgumentError: it is something else.
    """
    if isinstance(thing, Scenario):
        return thing
    if isinstance(thing, str):
        return catalogue[thing]
    advice = 'Take one from the catalogue, as in catalogue["valid-certificate"].'
    if isinstance(thing, Run | Simulation):
        advice = "A run keeps its scenario: write run.scenario."
    raise wrong_argument("This is not a scenario.", thing, "a scenario, or its name", advice)


def a_side(name: str) -> str:
    """One of the two sides of a connection.

    Raises:
        ArgumentError: unknown side.
    """
    if name in SIDES:
        return name
    advice = "Name the side whose checks you want to see: it is the one that judged the other."
    raise wrong_argument("Unknown side.", name, " or ".join(map(repr, SIDES)), advice)


def some_events(things: Iterable[Event]) -> list[Event]:
    """The events of a run.

    Raises:
        ArgumentError: these are not events.
    """
    events = list(things) if isinstance(things, Iterable) and not isinstance(things, str) else [None]
    found = [event for event in events if isinstance(event, Event)]
    if len(found) == len(events):
        return found
    expected = "events of a run, or those that step(), run() and decide() of a simulation return"
    advice = "Write tell(run.trace.events), or tell(simulation.events)."
    raise wrong_argument("These are not events.", things, expected, advice)


def a_word(thing: str) -> str:
    """A word to look up.

    Raises:
        ArgumentError: it is not text.
    """
    if isinstance(thing, str):
        return thing
    advice = 'Put it between quotation marks, as in explain("certificate").'
    raise wrong_argument("This is not a word.", thing, "a text", advice)


def in_words(thing: Any) -> str:
    """A value as an error shows it: the value itself if it is short, and its kind."""
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
    """The line that gets a run from this thing."""
    if isinstance(thing, Scenario):
        return "Put simulate(...) around it: that plays it."
    if isinstance(thing, list | tuple):
        return "Pass the runs one by one; a star before a list of them does that."
    near = nearest_names(thing, catalogue, 1)
    if not near:
        return 'Play a scenario first, as in simulate("valid-certificate").'
    call = f'simulate("{near[0]}")'
    return f"Write {call}: that plays it." if near[0] == thing else f"Did you mean {call}?"
