"""One detail shows the same messages in every form: picture, Mermaid, PlantUML and text."""

from __future__ import annotations

import re
from itertools import product
from typing import TYPE_CHECKING

from simulator.views.drawing.display import Text
from simulator.views.pictures.sequence import sequence
from simulator.views.story.beat_kinds import Flight
from simulator.views.story.beats import selection
from simulator.views.texts.mermaid import mermaid
from simulator.views.texts.plantuml import plantuml
from simulator.views.texts.terminal import story
from tests.played import RUNS, by_turns, for_each
from tests.views.traces import trace_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from simulator.trace.trace import Trace
    from simulator.views.drawing.style import Detail

DETAILS = ("overview", "messages", "everything")
# What stands between an arrow's ends and its first line, and what ends that line.
MERMAID = re.compile(r"^ *P\d+(?:->>|-x)P\d+: (?:[⛔🔒] )*(.*?)(?:<br/>|$)", re.MULTILINE)
PLANTUML = re.compile(r"^P\d+ -\S*?>x? P\d+ : (?:<&[a-z-]+> )*\*\*(.*?)\*\*", re.MULTILINE)
TERMINAL = re.compile(r"^ *(?:│◀|├|│ ⊘ never read)[─═━]+ (.+?) [─═━]", re.MULTILINE)
# Where not everything is played, each run has one of the three details.
CASES = [(*run, detail) for run, detail in by_turns(product(RUNS, DETAILS), len(DETAILS))]
NAMES = {"message", "message.quiet", "message.alert"}


def in_picture(trace: Trace, detail: Detail) -> Iterator[str]:
    """The names on the arrows of the sequence diagram, from top to bottom."""
    for item in sequence(trace, detail=detail).items:
        if isinstance(item, Text) and item.style in NAMES:
            yield item.full or item.text


@for_each("name, tls, detail", CASES)
def test_a_detail_has_the_same_messages_in_every_form(name: str, tls: str, detail: Detail) -> None:
    """Picture, Mermaid, PlantUML and text name the same messages in the same order."""
    must_be_the_same(name, tls, detail)


def must_be_the_same(name: str, tls: str, detail: Detail) -> None:
    """The forms of one run at one detail."""
    trace = trace_of(name, tls)
    told = [beat.name for beat in selection(trace, detail) if isinstance(beat, Flight)]
    assert told != []
    assert told == list(in_picture(trace, detail))
    assert told == MERMAID.findall(mermaid(trace, detail=detail))
    assert told == [plain(text) for text in PLANTUML.findall(plantuml(trace, detail=detail))]
    assert told == TERMINAL.findall(story(trace, 200, detail=detail))


def plain(text: str) -> str:
    """PlantUML's code points as the signs they stand for."""
    return re.sub(r"<U\+([0-9A-F]+)>", lambda found: chr(int(found[1], 16)), text)
