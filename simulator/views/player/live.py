"""The player of a simulation that goes on as its reader decides.

live(Simulation(scenario, interactive=True))     # stops at each decision of the reader
live(Simulation(scenario))                       # decides by itself; any decision can be taken otherwise
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

from msgspec.structs import replace

from simulator.errors import ArgumentError
from simulator.trace.trace import trace_of
from simulator.views.drawing.marks import Part
from simulator.views.player.page import document
from simulator.views.player.widget import Player
from simulator.views.story.caption import caption
from simulator.views.story.words import question

if TYPE_CHECKING:
    from collections.abc import Sequence

    from simulator.trace.facts import Event
    from simulator.views.drawing.display import Drawing


class Waiting(Protocol):
    """A decision that is pending or was taken."""

    @property
    def name(self) -> str:
        """The decision: ``send-certificate`` and so on."""

    @property
    def options(self) -> tuple[str, ...]:
        """The choices on offer."""


class Live(Protocol):
    """The part of a :class:`simulator.engine.simulation.Simulation` that a live player uses."""

    @property
    def events(self) -> tuple[Event, ...]:
        """The events so far."""

    @property
    def finished(self) -> bool:
        """The simulation has ended."""

    @property
    def pending(self) -> Waiting | None:
        """The pending decision, or None."""

    @property
    def decisions(self) -> Sequence[tuple[Waiting, str, str]]:
        """The decisions that were taken, each with the choice and the decider."""

    @property
    def connections(self) -> int:
        """The number of connections there will be."""

    def run(self) -> list[Event]:
        """Go on to the end, or to a decision that waits."""

    def decide(self, choice: str) -> list[Event]:
        """Take the pending decision."""

    def fork(self, at_decision: int | str, choice: str) -> Live:
        """Another run with another choice at a decision that was taken."""


class LivePlayer(Player):
    """A simulation that goes on as the reader decides; made by :func:`live`.

    The page asks where a decision waits. At a decision that was taken it offers the other choices: the same
    run is then played again up to there, and goes the other way.

    Attributes:
        simulation: the simulation that is shown.
        earlier: those that were shown before the reader went back, the oldest first.
    """

    def __init__(self, simulation: Live, *, detail: str = "messages", theme: str = "") -> None:
        self.simulation = simulation
        self.earlier: list[Live] = []
        simulation.run()
        super().__init__(trace_of(simulation.events), detail=detail, theme=theme)

    def refresh(self) -> None:
        """Show what has happened since, where the simulation was stepped from a cell."""
        self._show()

    def decide(self, choice: str) -> None:
        """Take the decision that waits, go on to the next one or to the end, and stand at the decision.

        Args:
            choice: one of those on offer.

        Raises:
            DecisionError: nothing waits, or the choice is not on offer.
        """
        self.simulation.decide(choice)
        self._go_on()

    def decide_otherwise(self, at_decision: int | str, choice: str) -> None:
        """Go back to a decision that was taken, take it the other way, and go on from there.

        What was shown before is kept in ``earlier``.

        Args:
            at_decision: its number, from 0, or its name.
            choice: what to choose instead.

        Raises:
            DecisionError: no such decision was taken, or the choice was not on offer.
        """
        fork = self.simulation.fork(at_decision, choice)
        self.earlier.append(self.simulation)
        self.simulation = fork
        self._go_on()

    def fork(self, at_decision: int | str, choice: str) -> LivePlayer:
        """A second player of another run; arguments and errors as :meth:`decide_otherwise` has them."""
        return LivePlayer(self.simulation.fork(at_decision, choice), detail=self._detail, theme=self.theme)

    def _go_on(self) -> None:
        """Go on from a decision that has just been taken, and stand at it."""
        number = len(self.simulation.decisions) - 1
        self.simulation.run()
        self._show(number)

    def _show(self, decision: int | None = None) -> None:
        """Tell the page all at once what the simulation has come to; stand at a decision, or stay."""
        self.traces = (trace_of(self.simulation.events),)
        contents = self._contents()
        cursor = min(self.cursor, len(self.simulation.events) - 1)
        if decision is not None:
            taken = contents["document"]["runs"][0]["decisions"]
            cursor = next(one["seq"] for one in taken if one["number"] == decision)
        with self.hold_sync():
            for name, value in contents.items():
                setattr(self, name, value)
            self.cursor = cursor

    def _contents(self) -> dict[str, Any]:
        """The document without a result while the run goes on, and the pending decision."""
        waits, finished = self.simulation.pending, self.simulation.finished
        number = len(self.simulation.decisions)
        asked = waits and {"ask": question(waits.name), "options": list(waits.options), "number": number}
        shown = document(self.traces[0], detail=self._detail, finished=finished)
        return {"document": shown, "pending": asked, "live": True}

    def _answered(self, answer: dict[str, Any]) -> None:
        """Carry out what the reader chose.

        An answer names its decision, and says ``otherwise`` where it was taken already, so one that comes
        late changes nothing; the page is then shown what the simulation has come to meanwhile.
        """
        number, choice = answer.get("decision", -1), answer.get("choice", "")
        taken, waits = self.simulation.decisions, self.simulation.pending
        try:
            if number == len(taken) and waits is not None and choice in waits.options:
                self.decide(choice)
            elif answer.get("otherwise") and number in range(len(taken)) and choice in _others(taken[number]):
                self.decide_otherwise(number, choice)
            else:
                self._show()
        finally:
            self.answer = {}  # so that the same answer, after something else, is a change again

    def __repr__(self) -> str:
        state = "" if self.pending is None else f", waits: {self.pending['ask']}"
        return super().__repr__().removesuffix(">") + state + ">"

    def _whole(self) -> Drawing:
        """The picture without a result while the run goes on; its words name the pending decision."""
        whole = super()._whole()
        if self.simulation.finished:
            return whole
        waits = f"It waits: {self.pending['ask']}" if self.pending else "It goes on."
        words = f"So far. {caption(self.traces[0], finished=False)} {waits}"
        # The card with the result is drawn last: the picture is cut off above it.
        items = tuple(item for item in whole.items if item.part is not Part.FOOT)
        height = whole.height if whole.marks.foot is None else whole.marks.foot
        return replace(whole, items=items, height=height, description=words)


def _others(taken: tuple[Waiting, str, str]) -> list[str]:
    """The choices that were open at a decision and were not taken."""
    decision, choice, _ = taken
    return [option for option in decision.options if option != choice]


def live(simulation: Live, *, detail: str = "messages", theme: str = "") -> LivePlayer:
    """A player in which the reader decides: where a decision waits, and again where one was taken.

    Args:
        simulation: it is run on to the first decision that waits, or to its end where none does; which ones
            wait, its ``interactive`` says.
        detail: as in :class:`Player`.
        theme: as in :class:`Player`.

    Raises:
        OutputError: the detail is unknown.
        ArgumentError: the scenario has several connections: a live player shows one connection.
    """
    if simulation.connections > 1:
        raise ArgumentError(
            "A live player shows one connection.",
            got=f"a scenario with {simulation.connections} connections",
            expected="a scenario with one connection",
            advice="Step through one that was played: run.player(connection=1); or decide() in Python.",
        )
    return LivePlayer(simulation, detail=detail, theme=theme)
