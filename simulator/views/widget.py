"""The player in a notebook: the module of the exported page, with its cursor shared with Python.

    player = run.player()
    player                        # in a notebook: the run, to be stepped through
    player.cursor = 12            # the picture goes there, and back: the cursor tells where the reader is
    stop = player.on_step(print)  # called with the event at which the reader arrives, until stop() is called

    live(Simulation(scenario, interactive=True))     # stops where somebody has to decide: the reader does
    live(Simulation(scenario))                       # decides by itself; any decision can be taken otherwise

Where no kernel runs, a PNG of the sequence diagram stands in, in the same output. This is the only module
that imports anywidget, so import it where a player is wanted and not before.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, Protocol

from simulator.errors import OutputError, PeerError
from simulator.outcome import trace_of
from simulator.views.caption import caption
from simulator.views.display import Box, Drawing
from simulator.views.frames import snapshot
from simulator.views.message_bytes import chosen_message
from simulator.views.notebook import Exhibit, exhibit
from simulator.views.player import beside_stop, comparison, document, module, stylesheet
from simulator.views.sequence import sequence
from simulator.views.words import question

try:
    import anywidget
    import traitlets

    from simulator.views.widget_options import Place, Theme, trace_beside
except ImportError as missing:
    raise PeerError(
        "The player in a notebook needs the package anywidget.",
        got="no such package",
        expected="anywidget 0.9.18 or newer",
        advice="Install it: pip install 'client-auth-simulator[notebooks]'",
    ) from missing

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from simulator.trace import Event, Trace
    from simulator.views.widget_options import HasTrace


class Waiting(Protocol):
    """A decision that somebody waits for, or has taken."""

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

    @property
    def decisions(self) -> Sequence[tuple[Waiting, str, str]]:
        """Those that were taken, with the choice and who took it."""

    def run(self) -> list[Event]:
        """Go on to the end, or to a decision that waits."""

    def decide(self, choice: str) -> list[Event]:
        """Take the pending decision."""

    def fork(self, at_decision: int | str, choice: str) -> Live:
        """Another run with another choice at a decision that was taken."""


class Player(anywidget.AnyWidget):
    """A run to be stepped through, or two side by side.

    Two runs open at the same moment, as they do when they are stepped together on the page: where ``cursor``
    is set, the second follows to what answers to it. Set ``second_cursor`` afterwards to have it elsewhere.

    Args:
        trace: what happened.
        beside: a second run to show beside it, or its trace.
        detail: how much the picture shows: ``overview``, ``messages`` or ``everything``.
        cursor: the ``seq`` at which it opens.
        at: the message at which it opens, in place of a cursor, as
            :func:`~simulator.views.message_bytes.chosen_message` takes it: ``CertificateVerify:2``.
        theme: ``light`` or ``dark``; by default as the notebook around it.

    Attributes:
        cursor: the ``seq`` of the event at which the reader is; set it to go there.
        second_cursor: the same in the run beside it.
        theme: as above.
        document: everything the page shows.
        live: the reader may take decisions: see :class:`LivePlayer`.
        pending: the decision that waits for the reader, as ``ask``, ``options``, ``number``; None for none.
        answer: what the reader has just chosen on the page, as ``decision`` (its number) and ``choice``.

    Raises:
        OutputError: there is no such detail, event, message or theme, or ``beside`` is no run.
    """

    _esm = module()
    _css = stylesheet()
    document = traitlets.Dict().tag(sync=True)
    cursor = Place(0).tag(sync=True)
    second_cursor = Place(0).tag(sync=True)
    theme = Theme("").tag(sync=True)
    live = traitlets.Bool(False).tag(sync=True)
    pending = traitlets.Any().tag(sync=True)
    answer = traitlets.Dict().tag(sync=True)

    def __init__(
        self,
        trace: Trace,
        beside: HasTrace | Trace | None = None,
        *,
        detail: str = "messages",
        cursor: int = 0,
        at: str = "",
        theme: str = "",
    ) -> None:
        self.traces = (trace,) if beside is None else (trace, trace_beside(beside))
        self._detail = detail
        self._hearing = False
        cursor = chosen_message(trace, str(at)).seq if at else cursor
        super().__init__(theme=theme, **self._contents())
        self.cursor = cursor

    def _contents(self) -> dict[str, Any]:
        """What the page shows, by the names of the attributes that it stands in."""
        shown = comparison if len(self.traces) == 2 else document
        return {"document": shown(*self.traces, detail=self._detail)}

    @property
    def event(self) -> Event:
        """The event at which the reader is."""
        return self.traces[0].events[self.cursor]

    def set_state(self, sync_data: dict[str, Any]) -> None:
        """Take over what the page says. A place that the run no longer has is what a late message names."""
        known = {
            name: value
            for name, value in sync_data.items()
            if name not in ("cursor", "second_cursor") or self._has(name, value)
        }
        self._hearing = True
        try:
            super().set_state(known)
        finally:
            self._hearing = False

    @traitlets.observe("cursor")
    def _second_follows(self, change: Any) -> None:
        """Lead the run beside along, as a step on the page does; the page itself has done so already."""
        if len(self.traces) == 2 and not self._hearing:
            self.second_cursor = beside_stop(self.document, change["new"])

    def _has(self, cursor: str, seq: object) -> bool:
        """Whether there is such an event in the run that a cursor goes through."""
        return seq in range(len(self._through(cursor).events))

    def _through(self, cursor: str) -> Trace:
        """The run that a cursor goes through."""
        return self.traces[0 if cursor == "cursor" else -1]

    def on_step(self, callback: Callable[[Event], object]) -> Callable[[], None]:
        """Have a function called with the event at which the reader arrives, or Python goes.

        A reader who steps faster than the kernel answers is heard where he comes to rest.

        Returns:
            A function without arguments that ends it: ``stop = player.on_step(print)``, later ``stop()``.
            Called again, it does nothing.
        """
        heard = [True]

        def hear(_change: object) -> None:
            callback(self.event)

        def stop() -> None:
            if heard and heard.pop():
                self.unobserve(hear, "cursor")

        self.observe(hear, "cursor")
        return stop

    @traitlets.validate("cursor", "second_cursor")
    def _existing(self, proposal: Any) -> int:
        """A cursor that stands on an event; a second one without a second run stays where it is."""
        seq: int = proposal["value"]
        name: str = proposal["trait"].name
        if self._has(name, seq):
            return seq
        raise OutputError(
            "The run has no such event.",
            got=seq,
            expected=f"0 to {len(self._through(name).events) - 1}",
            advice="Every event of a trace has its number, seq.",
        )

    def __repr__(self) -> str:
        runs = " beside ".join(
            f"{trace.setup.scenario!r}, TLS {trace.outcome.negotiated or trace.setup.tls}"
            for trace in self.traces
        )
        return f"<Player of {runs}: at event {self.cursor} of {len(self.traces[0].events) - 1}>"

    def _stand_in(self) -> Exhibit:
        """What is seen where the player cannot run: the picture as far as the reader is, or all of it."""
        drawing = snapshot(self.traces[0], self.cursor) if self.cursor else self._whole()
        return exhibit(drawing, repr(self))

    def _whole(self) -> Drawing:
        """The picture of the run."""
        return sequence(self.traces[0], detail="overview")

    def _repr_mimebundle_(self, **kwargs: Any) -> tuple[dict[str, Any], dict[str, Any]] | None:
        """The player; beside it a picture and words for readers without a kernel.

        The metadata has the words once more, as the picture's ``alt``, for pages that are exported.
        """
        bundle = super()._repr_mimebundle_(**kwargs)
        if bundle is None:
            return None
        data, metadata = bundle
        picture = self._stand_in()
        return {**data, **picture.bundle()}, {**metadata, **picture.metadata()}


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
        """Of a run that goes on no result is told, and the decision that waits is asked."""
        waits, finished = self.simulation.pending, self.simulation.finished
        number = len(self.simulation.decisions)
        asked = waits and {"ask": question(waits.name), "options": list(waits.options), "number": number}
        shown = document(self.traces[0], detail=self._detail, finished=finished)
        return {"document": shown, "pending": asked, "live": True}

    @traitlets.observe("answer")
    def _answered(self, change: Any) -> None:
        """Carry out what the reader chose. It names its decision, so one that comes late changes nothing."""
        if not change["new"]:
            return
        number, choice = (change["new"].get(key) for key in ("decision", "choice"))
        taken, waits = self.simulation.decisions, self.simulation.pending
        try:
            if number == len(taken) and waits is not None and choice in waits.options:
                self.decide(choice)
            elif number in range(len(taken)) and choice in _others(taken[number]):
                self.decide_otherwise(number, choice)
        finally:
            self.answer = {}  # so that the same answer, after something else, is a change again

    def __repr__(self) -> str:
        state = "" if self.pending is None else f", waits: {self.pending['ask']}"
        return super().__repr__().removesuffix(">") + state + ">"

    def _whole(self) -> Drawing:
        """Of a run that goes on, no result is shown; its words say what it waits for."""
        whole = super()._whole()
        if self.simulation.finished:
            return whole
        waits = f"It waits: {self.pending['ask']}" if self.pending else "It goes on."
        words = f"So far. {caption(self.traces[0], finished=False)} {waits}"
        return replace(without_result(whole), description=words)


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
        OutputError: there is no such detail.
    """
    return LivePlayer(simulation, detail=detail, theme=theme)


def without_result(drawing: Drawing) -> Drawing:
    """A sequence diagram cut off above the card with the result, which is drawn last."""
    for number, item in enumerate(drawing.items):
        if isinstance(item, Box) and item.style == "card":
            return replace(drawing, items=drawing.items[:number], height=item.y)
    return drawing
