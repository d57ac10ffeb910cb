"""A run as a PlantUML sequence diagram.

PlantUML reads much as markup: pairs of signs, tags, backslashes, calls of its preprocessor. :func:`escape`
writes what could be read so as a code point, which it shows and does not read.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from simulator.trace.facts import Step
from simulator.views.story.beat_kinds import Band
from simulator.views.texts.diagram import Arrow, diagram
from simulator.views.texts.outline import Note, band_words, flight_lines

if TYPE_CHECKING:
    from simulator.trace.trace import Trace


_LOOK = """\
hide footbox
autonumber
skinparam sequenceMessageAlign center
skinparam shadowing false
skinparam defaultFontName sans-serif
skinparam sequenceDividerFontStyle bold"""

_STRIPS = {
    Step.ENROLMENT: "#E6E6E6",
    Step.REQUEST: "#DDF0FB",
    Step.SERVER_CHECK: "#D5F0E6",
    Step.SEND_OR_SKIP: "#F5E1EC",
    Step.TRUST_DECISION: "#D6E6F2",
    Step.SESSION: "#E6E6E6",
}
_ROLES = {"client": "#DDF0FB", "server": "#D5F0E6"}  # all others are grey
GREY = "#F2F2F2"
_NOTES = {
    "decision": ("note", "#FFFBE6"),
    "refusal": ("note", "#FBE3D6"),
    "belief": ("hnote", "#FFFFFF"),
    "returned": ("rnote", GREY),
    "fact": ("rnote", "#FAFAFA"),
    "state": ("rnote", "#FAFAFA"),
    "gap": ("hnote", "#FBE3D6"),
}

_SPECIAL = re.compile(
    r"""
      [<>\\%$&"~{}\[\]|`^@*]      # read wherever they stand: tags, escapes, calls, variables, entities
    | ([/_\-'.=\#:;!+]) (?=\1)   # means something in pairs: the first of two
    | (?<=([/_\-'.=\#:;!+])) \2  # and the second
    | /(?=') | '(?=/)             # the ends of a block comment
    | ^[!\#'*+\-./:;=@]           # signs that mean something where a line begins
    """,
    re.VERBOSE,
)


def escape(text: str) -> str:
    """The text so that PlantUML shows it letter for letter, wherever in a diagram it stands."""
    return _SPECIAL.sub(lambda found: f"<U+{ord(found[0]):04X}>", text)


def plantuml(trace: Trace, *, detail: str = "messages") -> str:
    """A run as PlantUML text.

    Args:
        trace: what happened.
        detail: ``essential``, ``overview``, ``messages`` or ``everything``.

    Raises:
        OutputError: there is no such detail.
    """
    told = diagram(trace, detail)
    lines = [
        "@startuml",
        f"title {escape(told.title)}",
        f"header {_text(told.run)}",
        *_LOOK.splitlines(),
    ]
    lines += [
        f'participant "{_text((lane.title, *lane.words), bold=True)}" as {lane.key} '
        f"{_ROLES.get(lane.role, GREY)}"
        for lane in told.lanes
    ]
    for line in told.lines:
        lines += _statement(line)
    legend = ["legend bottom", *map(escape, told.worth), "end legend"]
    return "\n".join([*lines, *legend, "@enduml"]) + "\n"


def _statement(line: Band | Arrow | Note) -> list[str]:
    match line:
        case Band():
            strip = f"skinparam sequenceDividerBackgroundColor {_STRIPS[line.step]}"
            return [strip, f"== {escape(band_words(line))} =="]
        case Arrow(sender, receiver, flight):
            look = "[#D55E00,bold]" if flight.refusal else "[#0072B2]" if flight.encrypted else ""
            sign = "<&ban> " * flight.refusal + "<&lock-locked> " * flight.encrypted
            way = f"-{look}>x" if flight.lost else f"-{look}>"
            return [f"{sender} {way} {receiver} : {sign}{_text(flight_lines(flight), bold=True)}"]
        case Note():
            shape, colour = _NOTES[line.kind]
            bold = line.kind in ("decision", "refusal", "belief")
            return [f"{shape} over {line.lane} {colour} : {_text(line.lines, bold=bold)}"]


def _text(lines: tuple[str, ...], *, bold: bool = False) -> str:
    """The lines, the first of them in bold where that is asked for."""
    first, *rest = map(escape, lines)
    return "\\n".join([f"**{first}**" if bold else first, *rest])
