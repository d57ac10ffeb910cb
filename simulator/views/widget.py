"""The player in a notebook: the module of the exported page, with its cursor shared with Python.

    player = run.player()
    player                        # in a notebook: the run, to be stepped through
    player.cursor = 12            # the picture goes there, and back: the cursor tells where the reader is
    player.on_step(print)         # called with the event at which the reader arrives

    live(Simulation(scenario, interactive=True))     # stops where somebody has to decide: the reader does

Where no kernel runs, a PNG of the sequence diagram stands in, in the same output. This is the only module
that imports anywidget, so import it where a player is wanted and not before.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, Protocol

from simulator.errors import OutputError, PeerError
from simulator.outcome import trace_of
from simulator.views.display import Box, Drawing
from simulator.views.notebook import Exhibit, exhibit
from simulator.views.player import comparison, document, module, stylesheet
from simulator.views.sequence import sequence
from simulator.views.words import question

try:
    import anywidget
    import traitlets
except ImportError as missing:
    raise PeerError(
        "The player in a notebook needs the package anywidget.",
        got="no such package",
        expected="anywidget 0.9.18 or newer",
        advice="Install it: pip install 'client-auth-simulator[notebooks]'",
    ) from missing

if TYPE_CHECKING:
    from collections.abc import Callable

    from simulator.trace import Event, Trace


class Waiting(Protocol):
    """A decision that somebody waits for."""

    @property
    def name(self) -> str:
        """Which decision: ``send-certificate`` and so on."""

    @property
    def options(self) -> tuple[str, ...]:
        """The choices on offer."""


class Live(Protocol):
    """What a live player asks of a :class:`simulator.simulation.Simulation`."""

    @property
    def events(self) -> tuple[Event, ...]:
        """What has happened so far."""

    @property
    def finished(self) -> bool:
        """Nothing more will happen."""

    @property
    def pending(self) -> Waiting | None:
        """The decision that somebody is thinking about."""

    def run(self) -> list[Event]:
        """Go on to the end, or to a decision that waits."""

    def decide(self, choice: str) -> list[Event]:
        """Take the pending decision."""

    def fork(self, at_decision: int | str, choice: str) -> Live:
        """Another run with another choice at a decision that was taken."""


class Player(anywidget.AnyWidget):
    """A run to be stepped through, or two side by side.

    Args:
        trace: what happened.
        beside: a second run to show beside it.
        detail: how much the picture shows: ``overview``, ``messages`` or ``everything``.
        cursor: the ``seq`` at which it opens.
        theme: ``light`` or ``dark``; by default as the notebook around it.

    Attributes:
        cursor: the ``seq`` of the event at which the reader is; set it to go there.
        second_cursor: the same in the run beside it.
        theme: as above.
        pending: the decision that waits for the reader, as ``ask`` and ``options``; None for none.
        choice: the reader's answer, as long as it is being carried out.
        document: everything the page shows.

    Raises:
        OutputError: there is no such detail or event.
    """

    _esm = module()
    _css = stylesheet()
    document = traitlets.Dict().tag(sync=True)
    cursor = traitlets.Int(0).tag(sync=True)
    second_cursor = traitlets.Int(0).tag(sync=True)
    theme = traitlets.Enum(("", "light", "dark"), "").tag(sync=True)
    pending = traitlets.Any().tag(sync=True)
    choice = traitlets.Unicode("").tag(sync=True)

    def __init__(
        self,
        trace: Trace,
        beside: Trace | None = None,
        *,
        detail: str = "messages",
        cursor: int = 0,
        theme: str = "",
    ) -> None:
        self.traces = (trace,) if beside is None else (trace, beside)
        shown = document(trace, detail=detail) if beside is None else comparison(trace, beside, detail=detail)
        super().__init__(document=shown, cursor=cursor, theme=theme)

    @property
    def event(self) -> Event:
        """The event at which the reader is."""
        return self.traces[0].events[self.cursor]

    def on_step(self, callback: Callable[[Event], object]) -> None:
        """Have a function called with the event at which the reader arrives, or Python goes."""
        self.observe(lambda _change: callback(self.event), "cursor")

    @traitlets.validate("cursor", "second_cursor")
    def _existing(self, proposal: Any) -> int:
        """A cursor that stands on an event; a second one without a second run stays where it is."""
        seq: int = proposal["value"]
        trace = self.traces[0 if proposal["trait"].name == "cursor" else -1]
        if 0 <= seq < len(trace.events):
            return seq
        raise OutputError(
            "The run has no such event.",
            got=seq,
            expected=f"0 to {len(trace.events) - 1}",
            advice="Every event of a trace has its number, seq.",
        )

    def __repr__(self) -> str:
        runs = " beside ".join(
            f"{trace.setup.scenario!r}, TLS {trace.outcome.negotiated or trace.setup.tls}"
            for trace in self.traces
        )
        return f"<Player of {runs}: at event {self.cursor} of {len(self.traces[0].events) - 1}>"

    def _stand_in(self) -> Exhibit:
        """What is seen where the player cannot run."""
        return exhibit(sequence(self.traces[0], detail="overview"), repr(self))

    def _repr_mimebundle_(self, **kwargs: Any) -> tuple[dict[str, Any], dict[str, Any]] | None:
        """The player; beside it a picture and words for readers without a kernel."""
        bundle = super()._repr_mimebundle_(**kwargs)
        if bundle is None:
            return None
        data, metadata = bundle
        return {**data, **self._stand_in()._repr_mimebundle_()}, metadata


class LivePlayer(Player):
    """A simulation that goes on as the reader decides; made by :func:`live`.

    Attributes:
        simulation: the simulation that is shown.
    """

    def __init__(self, simulation: Live, *, detail: str = "messages", theme: str = "") -> None:
        self.simulation, self._detail = simulation, detail
        simulation.run()
        super().__init__(trace_of(simulation.events), detail=detail, theme=theme)
        self.refresh()

    def refresh(self) -> None:
        """Show what has happened since, where the simulation was stepped from a cell."""
        waits = self.simulation.pending
        self.traces = (trace_of(self.simulation.events),)
        self.document = document(self.traces[0], detail=self._detail, finished=self.simulation.finished)
        self.pending = (
            None if waits is None else {"ask": question(waits.name), "options": list(waits.options)}
        )

    def fork(self, at_decision: int | str, choice: str) -> LivePlayer:
        """A player of another run: the same up to a decision that was taken, another choice there.

        Args:
            at_decision: its number, from 0, or its name.
            choice: what to choose instead.

        Raises:
            DecisionError: no such decision was taken, or the choice was not on offer.
        """
        return LivePlayer(self.simulation.fork(at_decision, choice), detail=self._detail, theme=self.theme)

    @traitlets.observe("choice")
    def _decide(self, change: Any) -> None:
        """Take the decision, go on to the next one or to the end, and stand where something new began."""
        if not change["new"]:
            return
        known = len(self.simulation.events)
        try:
            self.simulation.decide(change["new"])
        finally:
            self.choice = ""  # so that the same answer to the next question is a change again
        self.simulation.run()
        self.refresh()
        self.cursor = known  # last: the page must know the event before it goes there

    def __repr__(self) -> str:
        state = "" if self.pending is None else f", waits: {self.pending['ask']}"
        return super().__repr__().removesuffix(">") + state + ">"

    def _stand_in(self) -> Exhibit:
        """The same; of a run that goes on, no result is shown."""
        if self.simulation.finished:
            return super()._stand_in()
        return Exhibit(repr(self), drawing=without_result(sequence(self.traces[0], detail="overview")))


def live(simulation: Live, *, detail: str = "messages", theme: str = "") -> LivePlayer:
    """A player in which the reader takes the decisions that wait for somebody.

    Args:
        simulation: made with ``interactive=``; it is run on to its first decision.
        detail: as in :class:`Player`.
        theme: as in :class:`Player`.

    Raises:
        OutputError: there is no such detail.
    """
    return LivePlayer(simulation, detail=detail, theme=theme)


def without_result(drawing: Drawing) -> Drawing:
    """A sequence diagram cut off above the card with the result, which is drawn last."""
    for number, item in enumerate(drawing.items):
        if isinstance(item, Box) and item.style == "card":
            return replace(drawing, items=drawing.items[:number], height=item.y)
    return drawing
