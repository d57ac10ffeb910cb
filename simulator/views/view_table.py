"""The views of one run by name, each with its picture and its text; a module is loaded when it is asked for.

``bytes`` takes an argument after a colon: ``bytes:Certificate:2`` shows the second Certificate.
"""

from __future__ import annotations

from dataclasses import dataclass
from importlib import import_module
from typing import TYPE_CHECKING, Any

from simulator.errors import OutputError, unknown_name
from simulator.trace.connections import connections_of
from simulator.trace.end_to_end import end_to_end
from simulator.views.drawing.cells import headed
from simulator.views.drawing.style import ESSENTIAL
from simulator.views.story.lanes import connection_heading, whole_title
from simulator.views.story.words import clean

if TYPE_CHECKING:
    from collections.abc import Mapping

    from simulator.trace.trace import Trace
    from simulator.views.drawing.display import Drawing


@dataclass(frozen=True, slots=True)
class View:
    """A view of a run.

    Attributes:
        about: its subject, in a few words.
        drawn_by: module in this room and function that lay it out as a display list.
        written_by: module and function that write it in columns.
        text_has_details: the text depends on the detail.
        argument: possible words after a colon; empty where there are none.
        whole: it shows all connections at once.
        joined_by: lays the connections of a party in between out as one, in essence; empty for no such way.
    """

    about: str
    drawn_by: str
    written_by: str
    text_has_details: bool = False
    argument: str = ""
    whole: bool = False
    joined_by: str = ""

    def picture(self, trace: Trace, detail: str, argument: str = "") -> Drawing:
        """The view as a display list; of several connections one picture below the other.

        In essence, the two connections of a party in between stand side by side, unless only one is there to
        see.
        """
        connections = (trace,) if self.whole else connections_of(trace)
        joins = detail == ESSENTIAL and self.joined_by and trace.setup.party_between
        if joins and end_to_end(connections):
            joined: Drawing = _function(self.joined_by)(trace)
            return joined
        drawings: list[Drawing] = [
            _function(self.drawn_by)(one, detail=detail, **self._options(argument)) for one in connections
        ]
        if len(drawings) == 1:
            return drawings[0]
        from simulator.views.drawing.stack import stacked

        headings = [connection_heading(one) for one in connections]
        return stacked(drawings, headings, title=f"{whole_title(trace)}: every connection")

    def text(self, trace: Trace, width: int, detail: str, argument: str = "") -> str:
        """The view as text of so many columns; of several connections one text below the other."""
        details = {"detail": detail} if self.text_has_details else {}
        connections = (trace,) if self.whole else connections_of(trace)
        texts: list[str] = [
            _function(self.written_by)(one, width, **details, **self._options(argument))
            for one in connections
        ]
        end = "" if self.whole else clean(end_to_end(connections))
        return headed(texts, [connection_heading(one) for one in connections], width, end)

    def _options(self, argument: str) -> dict[str, str]:
        return {"message": argument} if self.argument else {}


def _function(place: str) -> Any:
    """A function of a module in this room, loaded now."""
    module, name = place.split(":")
    return getattr(import_module(f"simulator.views.{module}"), name)


VIEWS: Mapping[str, View] = {
    "sequence": View(
        "every message and decision, top to bottom",
        "pictures.sequence:sequence",
        "texts.terminal:story",
        text_has_details=True,
        joined_by="between.slide:in_between",
    ),
    "timeline": View(
        "the same messages on a scale of time",
        "pictures.timeline:timeline",
        "pictures.timeline:timeline_text",
    ),
    "screen": View(
        "what the person at the terminal sees",
        "screen.picture:screen",
        "screen.picture:screen_text",
    ),
    "life": View(
        "validity, renewals and every connection's level over time",
        "life.picture:life",
        "life.picture:life_text",
        whole=True,
    ),
    "trust-graph": View(
        "certificates, issuers, and whom either side trusts",
        "pictures.trust_graph:trust_graph",
        "story.trust_words:trust_text",
    ),
    "states": View(
        "both state machines with the way of this run",
        "pictures.states:states",
        "story.state_words:states_text",
    ),
    "ladder": View(
        "how secure, moment by moment, and who knows it",
        "pictures.ladder:ladder",
        "pictures.ladder:ladder_text",
    ),
    "bytes": View(
        "one message byte by byte",
        "pictures.bytes:message_bytes",
        "pictures.bytes:bytes_text",
        text_has_details=True,
        argument="NAME, NAME:2 or an event's number",
    ),
}


def view_named(name: str) -> tuple[View, str]:
    """The view of that name, and the words after the colon.

    Raises:
        OutputError: the name is unknown, or the view takes nothing after a colon.
    """
    head, colon, argument = name.partition(":")
    found = VIEWS.get(head)
    if found is None or (colon and not found.argument):
        otherwise = "bytes:NAME shows the message of that name."
        raise unknown_name(OutputError, "view", name, VIEWS, otherwise=otherwise)
    return found, argument
