"""A run as a PlantUML sequence diagram.

PlantUML reads much as markup: pairs of signs, tags, backslashes, calls of its preprocessor. :func:`escape`
writes what could be read so as a code point, which it shows and does not read.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from simulator.trace.facts import Step
from simulator.views.story.beat_kinds import Band, Flight
from simulator.views.texts.outline import (
    Note,
    band_words,
    flight_lines,
    outline,
    participants,
    run_words,
    title_words,
    worth,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

    from simulator.trace.trace import Trace
    from simulator.views.texts.outline import Line, Participant


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
    known = participants(trace, detail)
    lines = [
        "@startuml",
        f"title {escape(title_words(trace))}",
        f"header {_text(run_words(trace))}",
        *_LOOK.splitlines(),
    ]
    lines += [
        f'participant "{_text((lane.title, *lane.words), bold=True)}" as {lane.key} '
        f"{_ROLES.get(lane.role, GREY)}"
        for lane in known.values()
    ]
    for line in outline(trace, detail):
        lines += _statement(line, known)
    legend = ["legend bottom", *map(escape, worth(trace, detail)), "end legend"]
    return "\n".join([*lines, *legend, "@enduml"]) + "\n"


def _statement(line: Line, known: Mapping[str, Participant]) -> list[str]:
    match line:
        case Band():
            strip = f"skinparam sequenceDividerBackgroundColor {_STRIPS[line.step]}"
            return [strip, f"== {escape(band_words(line))} =="]
        case Flight():
            look = "[#D55E00,bold]" if line.refusal else "[#0072B2]" if line.encrypted else ""
            sign = "<&ban> " * line.refusal + "<&lock-locked> " * line.encrypted
            way = f"-{look}>x" if line.lost else f"-{look}>"
            ends = f"{known[line.event.actor].key} {way} {known[line.receiver].key}"
            return [f"{ends} : {sign}{_text(flight_lines(line), bold=True)}"]
        case Note():
            shape, colour = _NOTES[line.kind]
            bold = line.kind in ("decision", "refusal", "belief")
            return [f"{shape} over {line.lane} {colour} : {_text(line.lines, bold=bold)}"]


def _text(lines: tuple[str, ...], *, bold: bool = False) -> str:
    """The lines, the first of them in bold where that is asked for."""
    first, *rest = map(escape, lines)
    return "\\n".join([f"**{first}**" if bold else first, *rest])
