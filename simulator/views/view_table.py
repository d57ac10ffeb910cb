"""The views of one run by name, each with its picture and its text; a module is loaded when it is asked for.

``bytes`` takes an argument after a colon: ``bytes:Certificate:2`` shows the second Certificate.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING

from simulator.errors import OutputError

if TYPE_CHECKING:
    from simulator.trace.trace import Trace
    from simulator.views.drawing.display import Drawing

Picture = Callable[["Trace", str, str], "Drawing"]  # of a trace, with a detail and an argument
Text = Callable[["Trace", int, str, str], str]  # the same, with columns before the detail


@dataclass(frozen=True, slots=True)
class View:
    """One way to look at a run.

    Attributes:
        about: what it shows, in a few words.
        picture: lays it out as a display list.
        text: tells it in columns.
        argument: what may stand after a colon; empty where nothing may.
    """

    about: str
    picture: Picture
    text: Text
    argument: str = ""


def _sequence(trace: Trace, detail: str, _: str) -> Drawing:
    from simulator.views.pictures.sequence import sequence

    return sequence(trace, detail=detail)


def _story(trace: Trace, width: int, detail: str, _: str) -> str:
    from simulator.views.texts.terminal import story

    return story(trace, width, detail=detail)


def _timeline(trace: Trace, detail: str, _: str) -> Drawing:
    from simulator.views.pictures.timeline import timeline

    return timeline(trace, detail=detail)


def _timeline_text(trace: Trace, width: int, _: str, __: str) -> str:
    from simulator.views.pictures.timeline import timeline_text

    return timeline_text(trace, width)


def _trust_graph(trace: Trace, detail: str, _: str) -> Drawing:
    from simulator.views.pictures.trust_graph import trust_graph

    return trust_graph(trace, detail=detail)


def _trust_text(trace: Trace, width: int, _: str, __: str) -> str:
    from simulator.views.story.trust_words import trust_text

    return trust_text(trace, width)


def _states(trace: Trace, detail: str, _: str) -> Drawing:
    from simulator.views.pictures.states import states

    return states(trace, detail=detail)


def _states_text(trace: Trace, width: int, _: str, __: str) -> str:
    from simulator.views.story.state_words import states_text

    return states_text(trace, width)


def _ladder(trace: Trace, detail: str, _: str) -> Drawing:
    from simulator.views.pictures.ladder import ladder

    return ladder(trace, detail=detail)


def _ladder_text(trace: Trace, width: int, _: str, __: str) -> str:
    from simulator.views.pictures.ladder import ladder_text

    return ladder_text(trace, width)


def _bytes(trace: Trace, detail: str, message: str) -> Drawing:
    from simulator.views.pictures.bytes import message_bytes

    return message_bytes(trace, detail=detail, message=message)


def _bytes_text(trace: Trace, width: int, detail: str, message: str) -> str:
    from simulator.views.pictures.bytes import bytes_text

    return bytes_text(trace, width, detail=detail, message=message)


VIEWS: Mapping[str, View] = MappingProxyType(
    {
        "sequence": View("every message and decision, top to bottom", _sequence, _story),
        "timeline": View("the same messages on a scale of time", _timeline, _timeline_text),
        "trust-graph": View("certificates, issuers, and whom either side trusts", _trust_graph, _trust_text),
        "states": View("both state machines with the way of this run", _states, _states_text),
        "ladder": View("how secure, moment by moment, and who knows it", _ladder, _ladder_text),
        "bytes": View("one message byte by byte", _bytes, _bytes_text, "NAME, NAME:2 or an event's number"),
    }
)


def view_named(name: str) -> tuple[View, str]:
    """The view of that name, and what stands after the colon.

    Raises:
        OutputError: there is no such view, or it takes nothing after a colon.
    """
    head, colon, argument = name.partition(":")
    found = VIEWS.get(head)
    if found is None or (colon and not found.argument):
        raise OutputError(
            "There is no such view.",
            got=name,
            expected=", ".join(VIEWS),
            advice="Choose one of these; bytes:NAME shows the message of that name.",
        )
    return found, argument
