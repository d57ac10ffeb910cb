"""A simulation survives its own exceptions: it goes on as if nothing had been, or says that it cannot."""

from __future__ import annotations

import random
import sys
from typing import TYPE_CHECKING, Any

import pytest

from simulator import Simulation, catalogue
from simulator.engine import preparation
from simulator.errors import ArgumentError, DecisionError, InterruptionError, SimulatorError
from tests.played import EVERYTHING

if TYPE_CHECKING:
    from collections.abc import Callable

    from simulator.trace.facts import Event

GOOD = catalogue["valid-certificate"]


def played(**options: Any) -> tuple[Event, ...]:
    """All events of a run of the good handshake."""
    simulation = Simulation(GOOD, **options)
    simulation.run()
    return simulation.events


def test_a_scripted_choice_that_is_not_on_offer_is_told_once() -> None:
    """The decision then waits for another choice, and the run goes on with it."""
    simulation = Simulation(GOOD, script={0: "accept", 1: "accept"})
    with pytest.raises(DecisionError, match="not on offer"):
        simulation.run()
    assert simulation.pending is not None
    assert "request-certificate" == simulation.pending.name
    assert not simulation.finished
    simulation.decide("ask")
    simulation.run()
    assert played(script={0: "ask", 1: "accept"}) == simulation.events


@pytest.mark.parametrize("script", [5, [1], "accept", {"0": "ask"}, {0: None}, {0: 5}, {True: "ask"}])
def test_a_script_maps_numbers_to_choices(script: Any) -> None:
    """Anything else is refused when the simulation is made."""
    with pytest.raises(ArgumentError, match="This is not a script"):
        Simulation(GOOD, script=script)


def interrupted(action: Callable[[], object], kind: str, place: int) -> int:
    """Do something, with an interrupt at the so many-th call or return; the number that there were."""
    count = 0

    def profile(_frame: object, event: str, _argument: object) -> None:
        nonlocal count
        count += event == kind
        if count == place:
            sys.setprofile(None)
            raise KeyboardInterrupt

    sys.setprofile(profile)
    try:
        action()
    except KeyboardInterrupt:
        pass
    finally:
        try:  # noqa: SIM105 - suppress(…) would be a call more
            sys.setprofile(None)
        except KeyboardInterrupt:
            pass  # to switch it off is a call, too, and was the one
    return count


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
@pytest.mark.parametrize("kind", ["call", "c_call", "return", "c_return"])
def test_an_interrupt_never_makes_another_trace(kind: str) -> None:
    """A run that was interrupted is the run that it would have been, or an error, wherever it came."""
    expected = played()
    draw = random.Random(kind)
    total = interrupted(Simulation(GOOD).run, kind, -1)
    ended = {"same": 0, "refused": 0}
    for place in draw.sample(range(1, total + 1), 200 if EVERYTHING else 25):
        simulation = Simulation(GOOD)
        interrupted(simulation.run, kind, place)
        try:
            simulation.run()
        except InterruptionError:
            ended["refused"] += 1
            assert "it was interrupted" in repr(simulation)
            with pytest.raises(InterruptionError, match="Make it again"):
                assert simulation.trace
            with pytest.raises(InterruptionError):
                simulation.decide("accept")
            continue
        ended["same"] += 1
        assert expected == simulation.events
    assert ended["refused"]


def test_an_interrupt_while_a_scenario_is_prepared_leaves_nothing_behind() -> None:
    """What is made once for a scenario is made whole, or made again."""
    expected = played()

    def prepared() -> None:
        preparation._prepare.cache_clear()
        Simulation(GOOD)

    total = interrupted(prepared, "call", -1)
    for place in random.Random(1).sample(range(1, total + 1), 10):
        interrupted(prepared, "call", place)
        assert expected == played()


def test_calls_in_any_order_raise_what_they_say() -> None:
    """Two thousand calls at random raise exceptions of ours alone, and always come to an end."""
    draw = random.Random(7)
    scenarios = [catalogue[name] for name in ("valid-certificate", "certificate-expired", "both-sides-bad")]
    names = [
        "accept-server",
        "request-certificate",
        "send-certificate",
        "accept-client",
        "grant",
        "issue",
        "",
    ]
    choices: list[Any] = [
        "accept",
        "refuse",
        "ask",
        "do not ask",
        "send",
        "skip",
        "grant",
        "deny",
        "",
        None,
        3,
    ]
    places: list[Any] = [*range(-1, 7), *names, None, 1.5]

    def fresh() -> Simulation:
        script = {draw.randrange(-1, 7): draw.choice(choices[:8]) for _ in range(draw.randrange(3))}
        interactive: Any = draw.choice([True, False, names[draw.randrange(5)], names[: draw.randrange(6)]])
        tls = draw.choice(["1.2", "1.3"])
        return Simulation(draw.choice(scenarios), tls, interactive=interactive, script=script)  # type: ignore[arg-type]  # a version

    simulation = fresh()
    calls: list[Callable[[], object]] = [
        lambda: simulation.step(),
        lambda: simulation.step(),
        lambda: simulation.run(),
        lambda: simulation.decide(draw.choice(choices)),
        lambda: simulation.decide(simulation.pending.options[0] if simulation.pending else "accept"),
        lambda: simulation.trace,
        lambda: simulation.fork(draw.choice(places), draw.choice(choices)),
        lambda: repr(simulation),
        lambda: (simulation.pending, simulation.finished, simulation.keylog, simulation.decisions),
    ]
    for number in range(2000):
        try:
            result = draw.choice(calls)()
        except SimulatorError:
            continue
        if isinstance(result, Simulation):
            simulation = result
        elif number % 25 == 0:
            simulation = fresh()
