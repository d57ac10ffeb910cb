"""The player in a notebook: the module of the exported page, with its cursor shared with Python.

    player = run.player()
    player                        # in a notebook: the run, to be stepped through
    player.cursor = 12            # the picture goes there, and back: the cursor tells where the reader is
    stop = player.on_step(print)  # called with the event at which the reader arrives, until stop() is called

Where no kernel runs, the output shows a PNG of the sequence diagram. This module imports anywidget, so import
it where a player is wanted and not before.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from simulator.errors import ArgumentError, PeerError, unknown_name
from simulator.trace.trace import HasTrace, Trace
from simulator.views.drawing.notebook import Exhibit, exhibit
from simulator.views.pictures.sequence import sequence
from simulator.views.pictures.slides import snapshot
from simulator.views.player.page import (
    FIRST_PICTURE,
    beside_stop,
    comparison,
    document,
    module,
    stylesheet,
)
from simulator.views.story.lanes import scenario_words
from simulator.views.story.message_bytes import chosen_message

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

    from simulator.trace.facts import Event
    from simulator.views.drawing.display import Drawing


THEMES = ("", "light", "dark")


class Cursor(traitlets.Int[int, int]):
    """The number of an event of the run that it goes through; any other value is refused in words."""

    def validate(self, obj: Player, value: Any) -> int:
        """The value, if it is a whole number and the run has such an event."""
        if not isinstance(value, int) or isinstance(value, bool):
            raise ArgumentError(
                "The place in a run is a number.",
                got=repr(value),
                expected="the seq of an event, from 0",
                advice="To open at a message by its name, say at='CertificateVerify'.",
            )
        there = obj.through(self.name)
        if value in there:
            return value
        raise ArgumentError(
            "The run has no such event.",
            got=value,
            expected=f"0 to {there[-1]}",
            advice="Every event of a trace has its number, seq.",
        )


class PlayerTheme(traitlets.Unicode[str, str]):
    """Light, dark, or as the notebook around it."""

    def validate(self, obj: Any, value: Any) -> str:  # noqa: ARG002 - the signature of traitlets
        """The value, if it is a theme."""
        if isinstance(value, str) and value in THEMES:
            return value
        otherwise = "Leave it out to follow the notebook."
        raise unknown_name(ArgumentError, "theme", value, THEMES[1:], otherwise=otherwise)


def trace_beside(run: HasTrace | Trace) -> Trace:
    """The trace of what is to be shown beside."""
    trace = run if isinstance(run, Trace) else getattr(run, "trace", None)
    if isinstance(trace, Trace):
        return trace
    raise ArgumentError(
        "Only a run can be shown beside another.",
        got=repr(run),
        expected="a run or its trace",
        advice="simulate('valid-certificate') gives one.",
    )


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
            :func:`~simulator.views.story.message_bytes.chosen_message` takes it: ``CertificateVerify:2``.
        theme: ``light`` or ``dark``; by default as the notebook around it.

    Attributes:
        cursor: the ``seq`` of the event at which the reader is; set it to go there.
        second_cursor: the same in the run beside it.
        theme: as above.
        document: everything the page shows.
        live: the reader may take decisions: see :mod:`simulator.views.player.live`.
        pending: the decision that waits for the reader, as ``ask``, ``options``, ``number``; None for none.
        answer: what the reader has just chosen on the page, as ``decision`` (its number), ``choice``, and
            ``otherwise`` where a decision that was taken is to be taken the other way.

    Raises:
        OutputError: the detail or the message is unknown.
        ArgumentError: the event or the theme is unknown, or ``beside`` is not a run.
    """

    _esm = module()
    _css = stylesheet()
    document = traitlets.Dict().tag(sync=True)
    cursor = Cursor(0).tag(sync=True)
    second_cursor = Cursor(0).tag(sync=True)
    theme = PlayerTheme("").tag(sync=True)
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
        """The contents of the page, by the names of the attributes that hold them."""
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
            if name not in ("cursor", "second_cursor") or value in self.through(name)
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

    def through(self, cursor: str | None) -> range:
        """The numbers of the events that a cursor goes through."""
        return range(len(self.traces[0 if cursor == "cursor" else -1].events))

    def on_step(self, callback: Callable[[Event], object]) -> Callable[[], None]:
        """Have a function called with the event at which the reader arrives, or Python goes.

        A reader who steps faster than the kernel answers is heard where he comes to rest.

        Returns:
            A function without arguments that ends it: ``stop = player.on_step(print)``, later ``stop()``.
            Called again, it does nothing.

        Raises:
            ArgumentError: the callback is nothing that can be called.
        """
        if not callable(callback):
            raise ArgumentError(
                "What is to be called at each step cannot be called.",
                got=repr(callback),
                expected="a function that takes an event",
                advice="Give its name without parentheses, as in on_step(print).",
            )
        heard = [True]

        def hear(_change: object) -> None:
            callback(self.event)

        def stop() -> None:
            if heard and heard.pop():
                self.unobserve(hear, "cursor")

        self.observe(hear, "cursor")
        return stop

    @traitlets.observe("answer")
    def _answer_came(self, change: Any) -> None:
        if change["new"]:
            self._answered(change["new"])

    def _answered(self, answer: dict[str, Any]) -> None:
        """A run that is over has nothing to decide; a live player's simulation has."""

    def __repr__(self) -> str:
        runs = " beside ".join(
            f"{scenario_words(trace.setup)!r}, TLS {trace.outcome.negotiated or trace.setup.tls}"
            for trace in self.traces
        )
        return f"<Player of {runs}: at event {self.cursor} of {len(self.traces[0].events) - 1}>"

    def _stand_in(self) -> Exhibit:
        """The stand-in where the player cannot run: the picture up to the cursor, or all of it."""
        drawing = snapshot(self.traces[0], self.cursor) if self.cursor else self._whole()
        return exhibit(drawing, repr(self))

    def _whole(self) -> Drawing:
        """The picture of the run."""
        return sequence(self.traces[0], detail=FIRST_PICTURE)

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
