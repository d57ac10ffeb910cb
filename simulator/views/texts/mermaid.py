"""A run as a Mermaid sequence diagram: text that GitHub, GitLab and many editors draw by themselves.

Mermaid reads some characters as its own, wherever they stand; :func:`escape` writes them as its entity
codes. Colours are thin washes, so that the diagram can be read on light and on dark pages.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

from simulator.trace.facts import Step
from simulator.views.drawing.cells import shorten
from simulator.views.drawing.style import ESSENTIAL
from simulator.views.story.beat_kinds import Band
from simulator.views.story.caption import caption
from simulator.views.story.lanes import version_words
from simulator.views.texts.diagram import Arrow, diagram
from simulator.views.texts.outline import band_words, flight_lines

if TYPE_CHECKING:
    from simulator.trace.trace import Trace
    from simulator.views.texts.outline import Note

MOST_CAPTION = 1200
LOCK = "🔒"
STOP = "⛔"

_WASHES = {
    Step.ENROLMENT: "rgba(128, 128, 128, 0.12)",
    Step.REQUEST: "rgba(86, 180, 233, 0.14)",
    Step.SERVER_CHECK: "rgba(0, 158, 115, 0.14)",
    Step.SEND_OR_SKIP: "rgba(204, 121, 167, 0.16)",
    Step.TRUST_DECISION: "rgba(0, 114, 178, 0.14)",
    Step.SESSION: "rgba(128, 128, 128, 0.16)",
}
_ALARM = "rgba(213, 94, 0, 0.30)"
_SIGNS = {"decision": "◆ ", "refusal": "◆ ", "returned": "▶ ", "gap": "⚠ "}

# ';' ends a statement, '#' begins an entity, '%%' a comment, '{' a directive, '$$' a formula, '<' a tag.
_SPECIAL = re.compile(r"[;#%{}<>$&`\\~]")
_WRAP = re.compile(r"^(\s*(?:no)?wrap)(?=\s*:)", re.IGNORECASE)


def escape(text: str) -> str:
    """The text so that Mermaid shows it letter for letter, wherever in a diagram it stands."""
    escaped = _SPECIAL.sub(lambda found: f"#{ord(found[0])};", text)
    return _WRAP.sub(lambda found: f"{found[1][:-1]}#{ord(found[1][-1])};", escaped)


def mermaid(trace: Trace, *, detail: str = "messages", accessible: bool = False) -> str:
    """A run as Mermaid text, which Mermaid 8 draws too.

    Args:
        trace: what happened.
        detail: ``essential``, ``overview``, ``messages`` or ``everything``.
        accessible: begin with a title and a description for screen readers, which Mermaid 8 does not read.

    Raises:
        OutputError: there is no such detail.
    """
    told, essential = diagram(trace, detail), detail == ESSENTIAL
    lines = ["sequenceDiagram"]
    if accessible:
        title = json.dumps(told.title).translate({ord("%"): "\\u0025", ord("{"): "\\u007b"})
        lines = ["---", f"title: {title}", "---", *lines, f"  accTitle: {escape(told.title)}"]
        lines.append(f"  accDescr: {escape(shorten(caption(trace), MOST_CAPTION))}")
    lines += [] if essential else ["  autonumber"]
    lines += [f"  participant {lane.key} as {_text((lane.title,))}" for lane in told.lanes]
    ends = f"{told.lanes[0].key},{told.lanes[-1].key}"
    run = (version_words(trace),) if essential else told.run
    lines.append(f"  Note over {ends}: {_text((told.title, *run))}")
    if not essential:
        lines += [f"  Note over {lane.key}: {_text(lane.words)}" for lane in told.lanes]
    inside = False
    for line in told.lines:
        if isinstance(line, Band):
            lines += ["  end"] * inside + [f"  rect {_WASHES[line.step]}"]
            lines.append(f"    Note over {ends}: {escape(band_words(line))}")
            inside = True
        else:
            lines += [f"{'  ' * (1 + inside)}{words}" for words in _statement(line, alarms=not essential)]
    lines += ["  end"] * inside
    lines.append(f"  Note over {ends}: {_text(told.worth)}")
    return "\n".join(lines) + "\n"


def _statement(line: Arrow | Note, *, alarms: bool) -> list[str]:
    """A message or a note; with alarms what refuses stands in a wash of its own."""
    if isinstance(line, Arrow):
        flight = line.flight
        sign = f"{STOP} " * flight.refusal + f"{LOCK} " * flight.encrypted
        ends = f"{line.sender}{'-x' if flight.lost else '->>'}{line.receiver}"
        statement, alarm = f"{ends}: {sign}{_text(flight_lines(flight))}", flight.refusal
    else:
        statement = f"Note over {line.lane}: {_SIGNS.get(line.kind, '')}{_text(line.lines)}"
        alarm = line.kind in ("refusal", "gap")
    return [f"rect {_ALARM}", f"  {statement}", "end"] if alarm and alarms else [statement]


def _text(lines: tuple[str, ...]) -> str:
    return "<br/>".join(escape(line) for line in lines)
