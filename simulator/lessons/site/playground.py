"""The playground: knobs over runs that were played beforehand, with the picture, the level and the facts."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from html import escape
from itertools import product
from typing import TYPE_CHECKING, Any, cast

from simulator.lessons.facts.facts import fact, said
from simulator.lessons.site.frame import figure, page, prose, run_place
from simulator.lessons.site.lines import Lines, json_lines
from simulator.lessons.site.runs import FIRST_PICTURE
from simulator.lessons.traces import evidence
from simulator.runs.run import simulate
from simulator.scenario import TLS_VERSIONS
from simulator.scenario.catalogue.catalogue import catalogue
from simulator.scenario.catalogue.credentials import CREDENTIALS, POLICIES, settings
from simulator.views.pictures.matrix import POLICY_WORDS, held_words
from simulator.views.pictures.sequence import sequence
from simulator.views.story.words import level_name

if TYPE_CHECKING:
    from collections.abc import Container, Iterable, Sequence

    from simulator.lessons.site.frame import Looks
    from simulator.scenario import ClientAuthentication, TlsVersion
    from simulator.views.drawing.display import Drawing

#: What the page compares when a knob is turned: a heading and the fact of a run, in the order of the story.
TOLD = {
    "Client's verdict": "client_failed_at",
    "Request": "asked",
    "Certificate": "certificates_sent",
    "Proof": "client_proved",
    "Server's verdict": "server_failed_at",
    "Alert": "alert",
    "Client's call": "client_handshake",
    "Late refusal": "late_refusal",
    "Privacy": "certificate_visible",
}


@dataclass(frozen=True, slots=True)
class Knob:
    """A knob.

    Attributes:
        name: its name.
        settings: each position, and its words.
        start: the position at the beginning.
    """

    name: str
    settings: dict[str, str]
    start: str


RIGHT = "0s"  # the setting of a clock that is right
NO_REASON = "Nothing failed."
INTRODUCTION = "Turn a knob and see what changes. All {} positions were played beforehand by this simulator."
COMMAND = '<code id="command"></code> <a id="page" hidden>Step through this run</a>'
Position = tuple[str, ...]  # a setting of each knob


def knobs(credentials: Iterable[str] = tuple(CREDENTIALS)) -> tuple[Knob, ...]:
    """The knobs: what the client has, the server's policy, the client's checking, a clock, the version."""
    return (
        Knob("Client's certificate", {name: held_words(name) for name in credentials}, "valid"),
        Knob("Server's policy", {name: f"{name}: {POLICY_WORDS[name]}" for name in POLICIES}, "required"),
        Knob("Client's checking", {"true": "verifies the server", "false": "does not"}, "true"),
        Knob("Server's clock", {RIGHT: "right", "-60d": "60 days slow", "60d": "60 days fast"}, RIGHT),
        Knob("Version", {tls: f"TLS {tls}" for tls in reversed(TLS_VERSIONS)}, "1.3"),
    )


def positions(turned: Sequence[Knob]) -> tuple[Position, ...]:
    """Every position of the knobs."""
    return tuple(product(*(knob.settings for knob in turned)))


@dataclass(frozen=True, slots=True)
class Stand:
    """The run at one position of the knobs, as the page shows it.

    Attributes:
        picture: the picture.
        level: the level's name in the palette, its name in words, and its meaning.
        told: a heading and a sentence for each fact.
        command: the command line that plays the run.
        page: the page of the scenario that this is; empty if the catalogue has none.
    """

    picture: Drawing
    level: tuple[str, str, str]
    told: tuple[tuple[str, str], ...]
    command: str
    page: str


def stand(position: Position) -> Stand:
    """Play one position of the knobs."""
    credential, policy, checking, clock, tls = position
    changes: dict[str, Any] = dict(settings(credential, cast("ClientAuthentication", policy)))
    changes |= {} if checking == "true" else {"client.verify_server": False}
    changes |= {} if clock == RIGHT else {"server.clock_offset": clock}
    name, version = CREDENTIALS[credential], cast("TlsVersion", tls)
    run = simulate(catalogue[name].but(changes), version)
    level = run.card.level
    told = [(heading, said(about, fact(run.trace, about))) for heading, about in TOLD.items()]
    sets = "".join(f" --set {path}={json.dumps(value).strip(chr(34))}" for path, value in changes.items())
    return Stand(
        sequence(run.trace, detail=FIRST_PICTURE),
        (level.value, level_name(level), level.plain_words),
        (*told, ("Reason", evidence(run.trace) or NO_REASON)),
        f"clientauth run {name}{sets} --tls {tls}",
        "" if changes else run_place(name, version),
    )


def stand_values(shown: Stand, looks: Looks, places: Container[str]) -> dict[str, Any]:
    """A position as plain values, with its picture in lines; a page that the site lacks is left out."""
    lines = looks.picture(shown.picture, "picture").split("\n")
    return {
        "level": shown.level,
        "told": shown.told,
        "command": shown.command,
        "page": shown.page if shown.page in places else "",
        "picture": [part for line in lines for part in re.split(r"(?<=\. )", line)],
    }


def playground_page(
    turned: Sequence[Knob], stands: Sequence[Stand], looks: Looks, places: Container[str]
) -> str:
    """The page.

    Args:
        turned: the knobs.
        stands: the run at each of their positions, in order.
        looks: the looks of pictures.
        places: the pages of the site.
    """
    values = [stand_values(shown, looks, places) for shown in stands]
    everything = dict(zip(map("/".join, positions(turned)), values, strict=True))
    start = everything["/".join(knob.start for knob in turned)]
    text = json_lines(everything)
    lines = Lines([text], least=1)
    data = lines.packed(text)
    choices = "".join(map(_choice, turned))
    body = f"""<h1>Playground</h1>
<p>{prose(INTRODUCTION.format(len(stands)))}</p>
<form id="knobs" aria-label="Knobs">{choices}</form>
<div class="bench"><section id="said" aria-live="polite" aria-label="Level and change"></section>
{figure(" ".join(start["picture"]), COMMAND)}
<section aria-labelledby="facts"><h2 id="facts">This run</h2><dl class="facts"></dl></section></div>
<script type="application/json" id="table">
{lines.table()}
</script>
<script type="application/json" id="document">
{data}
</script>"""
    return page("playground.html", "Playground", body, scripts=("unpack.js", "playground.js"))


def _choice(knob: Knob) -> str:
    options = "".join(
        f'<option value="{value}"{" selected" * (value == knob.start)}>{escape(words)}</option>'
        for value, words in knob.settings.items()
    )
    return f"<label>{knob.name}<select>{options}</select></label>"
