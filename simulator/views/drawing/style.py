"""The one style table: colours in three palettes, strokes, dashes and type.

The colours descend from Okabe and Ito's set, which colour-blind readers can tell apart, darkened or
lightened until every text has a contrast of at least 4.5 : 1 on its ground. Colour is never the
only sign: encrypted messages run in a tube and have a lock, an alert has an octagon and a thick line, an
assumption is hatched, every level is written out. The ``print`` palette has greys only.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, get_args

from simulator.errors import OutputError, unknown_name
from simulator.security import SecurityLevel, Standing
from simulator.trace.facts import Step

Theme = Literal["light", "dark", "print"]
Detail = Literal["overview", "messages", "everything"]
DETAILS: tuple[Detail, ...] = get_args(Detail)
ESSENTIAL = "essential"  # the detail for one slide, of which only the sequence diagram has a picture
Palette = Mapping[str, str]

SANS = "'DejaVu Sans', Verdana, 'Bitstream Vera Sans', sans-serif"
MONO = "'DejaVu Sans Mono', Menlo, Consolas, monospace"


@dataclass(frozen=True, slots=True)
class Stroke:
    """The look of a shape: colour names of the palette, line width in pixels, dash pattern in pixels."""

    fill: str | None = None
    line: str | None = None
    width: float = 1.0
    dash: tuple[float, ...] = ()


@dataclass(frozen=True, slots=True)
class Type:
    """The look of text; ``size`` in pixels, ``colour`` a name of the palette."""

    size: float
    colour: str = "ink"
    bold: bool = False
    italic: bool = False
    mono: bool = False


_LEVEL_KEYS = [level.value for level in SecurityLevel]
_STEP_KEYS = [step.value for step in Step if step.band is step]
# Of a standing that proves nothing: grey, and amber for a claim; of every other, the colour of its level.
_GROUNDS = {
    Standing.NOTHING_YET: SecurityLevel.CLEARTEXT,
    Standing.IN_CLEAR: SecurityLevel.CLEARTEXT,
    Standing.NOT_ASKED: SecurityLevel.CLEARTEXT,
    Standing.ASKED: SecurityLevel.CLEARTEXT,
    Standing.ANONYMOUS: SecurityLevel.CLEARTEXT,
    Standing.CLAIMED: SecurityLevel.ENCRYPTED,
}

#: Every look of a shape, written once, with the names of the styles that have it.
_STROKES = (
    (Stroke(fill="paper"), "paper leaf"),
    (Stroke(fill="card", line="ink", width=1.6), "header card certificate"),
    (Stroke(fill="card", line="muted", width=1.2, dash=(5, 3)), "header.authority"),
    (Stroke(line="muted", width=1.4), "lifeline"),
    (Stroke(line="muted", width=1.1, dash=(1.5, 5)), "lifeline.idle"),
    (Stroke(line="ink", width=1.5), "clear"),
    (Stroke(fill="tube_handshake", line="line_handshake", width=1.1), "tube.handshake"),
    (Stroke(fill="tube_session", line="line_session", width=1.1), "tube.session"),
    (Stroke(line="line_handshake", width=1.8), "handshake"),
    (Stroke(line="line_session", width=1.8), "session"),
    (Stroke(line="alert", width=3.2), "alert"),
    (Stroke(fill="alert", line="alert", width=1.0), "alert.sign"),
    (Stroke(line="on_solid", width=2.4), "alert.sign.mark"),
    (Stroke(line="muted", width=1.5, dash=(4, 4)), "unread"),
    (Stroke(fill="paper", line="alert", width=1.8), "unread.mark"),
    (Stroke(fill="paper", line="alert", width=1.0), "unread.pill"),
    (Stroke(fill="ink", line="ink", width=0.6), "lock"),
    (Stroke(line="ink", width=1.7), "lock.shackle"),
    (Stroke(fill="card", line="ink", width=1.4), "decision"),
    (Stroke(fill="ink"), "decision.diamond chosen number parting.label"),
    (Stroke(fill="alert_text"), "chosen.refusal"),
    (Stroke(line="muted", width=1.0, dash=(3, 2.5)), "option"),
    (Stroke(fill="fail_ground", line="alert", width=1.6), "decisive"),
    (Stroke(fill="card", line="good", width=3.0), "verdict.pass"),
    (Stroke(fill="fail_ground", line="alert", width=3.0), "verdict.fail"),
    (Stroke(fill="card", line="ink", width=3.0), "verdict"),
    (Stroke(line="good", width=2.2), "mark.pass"),
    (Stroke(line="alert", width=2.6), "mark.fail"),
    (Stroke(line="muted", width=1.8), "mark.none"),
    (Stroke(fill="muted"), "mark.later follows.bar"),
    (Stroke(fill="card", line="ink", width=1.2), "returned rung"),
    (Stroke(line="ink", width=3.0), "returned.bar"),
    (Stroke(fill="card", line="rule", width=1.0), "note"),
    (Stroke(fill="card", line="muted", width=1.0), "state"),
    (Stroke(fill="screen", line="ink", width=1.2), "screen"),
    (Stroke(line="screen_text", width=1.2), "glass.field"),
    (Stroke(line="hatch", width=1.1), "hatch"),
    (Stroke(line="ink", width=1.4, dash=(4, 3)), "belief.assumed"),
    (Stroke(line="ink", width=1.4), "belief.held state.wait"),
    (Stroke(fill="gap", line="alert", width=1.4, dash=(6, 3)), "gap"),
    (Stroke(fill="card", line="muted", width=1.0, dash=(4, 3)), "rung.above"),
    (Stroke(line="rule", width=1.0), "rule"),
    (Stroke(fill="card", line="muted", width=1.1, dash=(4, 3)), "certificate.idle state.unvisited"),
    (Stroke(fill="fail_ground", line="alert", width=2.6), "certificate.failed"),
    (Stroke(fill="store", line="ink", width=1.6), "store"),
    (Stroke(line="muted", width=1.3), "issued"),
    (Stroke(line="good", width=2.0), "trusts"),
    (Stroke(line="ink", width=4.0), "path"),
    (Stroke(line="hint", width=1.8, dash=(2, 4)), "hint"),
    (Stroke(fill="paper", line="hint", width=1.8), "hint.head"),
    (Stroke(line="alert", width=2.4, dash=(7, 4)), "missing"),
    (Stroke(fill="store", line="ink", width=2.6), "state.visited"),
    (Stroke(line="muted", width=1.0, dash=(4, 3)), "state.wait.unvisited"),
    (Stroke(line="ink", width=3.4), "ladder.client"),
    (Stroke(line="ink", width=3.4, dash=(7, 4)), "ladder.client.assumed"),
    (Stroke(fill="paper", line="ink", width=2.6), "ladder.client.mark"),
    (Stroke(fill="store"), "branch"),
    (Stroke(fill="follows"), "leaf.odd follows instant"),
    (Stroke(fill="parting", line="ink", width=3.0), "parting"),
)
STROKES = {name: look for look, names in _STROKES for name in names.split()}
_ARROWS = ("clear", "handshake", "session", "alert", "issued", "trusts", "path")
STROKES |= {f"{line}.head": Stroke(fill=STROKES[line].line) for line in _ARROWS}
STROKES |= {
    f"{part}.{key}": Stroke(fill=f"{part}_{key}") for part in ("band", "strip", "step") for key in _STEP_KEYS
}
STROKES |= {f"level.{key}": Stroke(fill=f"level_{key}") for key in _LEVEL_KEYS}
STROKES |= {f"level.edge.{key}": Stroke(fill=f"level_{key}", line="ink", width=2.0) for key in _LEVEL_KEYS}

#: The same for text.
_TYPES = (
    (Type(26, bold=True), "title"),
    (Type(14, "muted"), "subtitle option fact.label"),
    (Type(14.5), "lesson"),
    (Type(17, bold=True), "lane"),
    (Type(13, "muted"), "lane.small band.time small link diff.mark.alike"),
    (Type(13, "muted", italic=True), "lane.idle link.answer"),
    (Type(13, "on_solid", bold=True), "band.number"),
    (Type(15, bold=True), "message question node"),
    (Type(13.5), "message.quiet field reason check byte.meaning"),
    (Type(15, "alert_text", bold=True), "message.alert"),
    (Type(13.5, "muted"), "message.small"),
    (Type(13, "alert_text", bold=True), "unread"),
    (Type(14, "paper", bold=True), "choice"),
    (Type(14, "alert_text", bold=True), "check.fail"),
    (Type(13.5, "muted", italic=True), "check.later"),
    (Type(13), "check.detail belief.small node.small"),
    (Type(13.5, bold=True), "returned byte.branch diff.mark matrix.level"),
    (Type(12.5, mono=True), "state"),
    (Type(13.5, italic=True), "note"),
    (Type(14, bold=True), "belief.title belief moment matrix.head check.result"),
    (Type(13.5, "alert_text", bold=True), "gap node.fail link.missing"),
    (Type(24, bold=True), "level"),
    (Type(15), "plain"),
    (Type(13), "rung"),
    (Type(17, bold=True), "verdict"),
    (Type(17, "good", bold=True), "verdict.pass"),
    (Type(17, "alert_text", bold=True), "verdict.fail"),
    (Type(16, bold=True), "result"),
    (Type(14), "fact"),
    (Type(13, "hint", italic=True), "link.hint"),
    (Type(13, bold=True, mono=True), "state.name"),
    (Type(13, "muted", mono=True), "state.name.unvisited hex.quiet"),
    (Type(13, bold=True), "link.taken byte.name message.long belief.title.brief rung.name"),
    (Type(12.5, "paper", bold=True), "number"),
    (Type(14, "ladder_server", bold=True), "ladder.server"),
    (Type(13, mono=True), "hex"),
    (Type(11.5, "screen_text", mono=True), "screen"),
    (Type(16, "screen_text", mono=True), "glass"),
    (Type(16, "screen_text", mono=True, bold=True), "glass.green"),
    (Type(16, "glass_white", mono=True, bold=True), "glass.bright glass.white"),
    (Type(16, "glass_blue", mono=True), "glass.blue"),
    (Type(16, "glass_red", mono=True), "glass.red"),
    (Type(16, "glass_pink", mono=True), "glass.pink"),
    (Type(16, "glass_turquoise", mono=True), "glass.turquoise"),
    (Type(16, "glass_yellow", mono=True), "glass.yellow"),
    (Type(12.5), "matrix.small"),
)
TYPES = {name: look for look, names in _TYPES for name in names.split()}
TYPES |= {f"band.title.{key}": Type(15, f"step_{key}", bold=True) for key in _STEP_KEYS}
TYPES |= {f"band.name.{key}": Type(13, f"step_{key}", bold=True) for key in _STEP_KEYS}

#: Every colour by name: light, dark, print. Print has greys only: bands that follow each other differ.
COLOURS: dict[str, tuple[str, str, str]] = {
    "paper": ("#FFFFFF", "#16181D", "#FFFFFF"),
    "card": ("#FFFFFF", "#21252D", "#FFFFFF"),
    "ink": ("#16181D", "#F2F4F8", "#000000"),
    "muted": ("#4C5464", "#B4BCCA", "#4D4D4D"),
    "rule": ("#C6CCD6", "#4A5160", "#B3B3B3"),
    "on_solid": ("#FFFFFF", "#16181D", "#FFFFFF"),
    "good": ("#00745A", "#43D3A8", "#000000"),
    "alert": ("#C24A00", "#FF8A42", "#000000"),
    "alert_text": ("#A83E00", "#FFA064", "#000000"),
    "fail_ground": ("#FFF1E8", "#3B261A", "#EDEDED"),
    "gap": ("#FFF1E8", "#3B261A", "#EDEDED"),
    "parting": ("#FFF6CC", "#3A3413", "#FFFFFF"),
    "store": ("#E9F3FA", "#182530", "#F5F5F5"),
    "ladder_server": ("#005F98", "#7CC6F2", "#4D4D4D"),
    "hint": ("#8A3A6A", "#E8A3C9", "#4D4D4D"),
    "screen": ("#10201A", "#0A1410", "#FFFFFF"),
    "screen_text": ("#7FE6B5", "#7FE6B5", "#000000"),
    "glass_white": ("#FFFFFF", "#FFFFFF", "#000000"),
    "glass_blue": ("#9CC4FF", "#9CC4FF", "#000000"),
    "glass_red": ("#FF9C8A", "#FF9C8A", "#000000"),
    "glass_pink": ("#F5A8DC", "#F5A8DC", "#000000"),
    "glass_turquoise": ("#7DE3EE", "#7DE3EE", "#000000"),
    "glass_yellow": ("#F0E27A", "#F0E27A", "#000000"),
    "follows": ("#ECEEF2", "#22262E", "#EDEDED"),
    "hatch": ("#8A93A3", "#8590A3", "#808080"),
    "tube_handshake": ("#CBE3F4", "#1D4763", "#DDDDDD"),
    "line_handshake": ("#005F98", "#7CC6F2", "#000000"),
    "tube_session": ("#C6EBDF", "#15503F", "#BDBDBD"),
    "line_session": ("#00664B", "#5FD9B4", "#000000"),
    "step_ENROLMENT": ("#4A5160", "#C3C9D4", "#000000"),
    "step_REQUEST": ("#005F98", "#7CC6F2", "#000000"),
    "step_SERVER_CHECK": ("#00664B", "#5FD9B4", "#000000"),
    "step_SEND_OR_SKIP": ("#8A3A6A", "#E8A3C9", "#000000"),
    "step_TRUST_DECISION": ("#983A00", "#FFA064", "#000000"),
    "step_SESSION": ("#5B5800", "#E9DF5A", "#000000"),
    "band_ENROLMENT": ("#F1F2F5", "#1E2128", "#FFFFFF"),
    "band_REQUEST": ("#E9F3FA", "#182530", "#F5F5F5"),
    "band_SERVER_CHECK": ("#E6F5EF", "#172A26", "#FFFFFF"),
    "band_SEND_OR_SKIP": ("#F9EDF4", "#2A1F28", "#FFFFFF"),
    "band_TRUST_DECISION": ("#FCEEE5", "#2E221B", "#F5F5F5"),
    "band_SESSION": ("#FAF8DB", "#29281A", "#FFFFFF"),
    "level_CLEARTEXT": ("#E3E5EA", "#3A3F4A", "#FFFFFF"),
    "level_ENCRYPTED": ("#F8E0B0", "#5A4315", "#F2F2F2"),
    "level_SERVER_AUTHENTICATED": ("#BFE3F6", "#174A66", "#E6E6E6"),
    "level_CLIENT_AUTHENTICATED": ("#B9E5D6", "#14503D", "#D9D9D9"),
    "level_CLIENT_IDENTIFIED": ("#93D8C0", "#14604A", "#CCCCCC"),
    "level_CLIENT_AUTHORIZED": ("#6BCBAA", "#107055", "#BFBFBF"),
    "level_REFUSED": ("#F9C9AC", "#743410", "#FFFFFF"),
}
#: The share of a step's colour in the strip that heads its band, on the band's own colour.
_STRIP_SHARES: dict[Theme, float] = {"light": 0.14, "dark": 0.2, "print": 0.12}


def _palette(theme: Theme) -> Palette:
    column = list(_STRIP_SHARES).index(theme)
    colours = {name: values[column] for name, values in COLOURS.items()}
    strips = {
        f"strip_{key}": _mixed(colours[f"band_{key}"], colours[f"step_{key}"], _STRIP_SHARES[theme])
        for key in _STEP_KEYS
    }
    return colours | strips


def _mixed(ground: str, tint: str, share: float) -> str:
    """The ground with a share of the tint."""
    pairs = zip(bytes.fromhex(ground[1:]), bytes.fromhex(tint[1:]), strict=True)
    return "#" + bytes(round(low + (high - low) * share) for low, high in pairs).hex().upper()


PALETTES: Mapping[str, Palette] = {theme: _palette(theme) for theme in _STRIP_SHARES}


def ground_of(held: SecurityLevel | Standing) -> str:
    """The style of the ground on which a level or a standing is written."""
    level = held if isinstance(held, SecurityLevel) else _GROUNDS.get(held, held.worth)
    return f"level.{level.value}"


def detail_named(name: str) -> Detail:
    """Return the detail of that name: how much a view shows. For ``essential`` most views have ``overview``.

    Raises:
        OutputError: the name is unknown.
    """
    for detail in DETAILS:
        if detail == name:
            return detail
    if name == ESSENTIAL:
        return "overview"
    raise unknown_name(OutputError, "detail", name, (ESSENTIAL, *DETAILS))


def palette(theme: str) -> Palette:
    """Return the palette of that name.

    Raises:
        OutputError: the name is unknown.
    """
    if theme not in PALETTES:
        raise unknown_name(OutputError, "theme", theme, PALETTES)
    return PALETTES[theme]
