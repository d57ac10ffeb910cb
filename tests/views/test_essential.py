"""The picture for one slide: it is whole and can be read, and every form shows the same."""

from __future__ import annotations

import base64
import re
from itertools import pairwise
from typing import TYPE_CHECKING

import pytest

from simulator import catalogue
from simulator.engine.simulation import Simulation
from simulator.runs.run import run_of as played_out
from simulator.security import SecurityLevel
from simulator.views.drawing.display import Text, extent_of
from simulator.views.drawing.png import small_png
from simulator.views.drawing.style import TYPES
from simulator.views.drawing.svg import svg
from simulator.views.pictures.essential import BOTTOM, HEIGHT, TOP, essential
from simulator.views.story.beat_kinds import Flight
from simulator.views.story.essence import Choice, essence
from simulator.views.story.lanes import lane_words, may_show, names_of
from simulator.views.story.words import level_name
from simulator.views.texts.mermaid import mermaid
from simulator.views.texts.plantuml import plantuml
from simulator.views.texts.terminal import story
from tests.played import RUNS, for_each, run_of
from tests.views.geometry import faults
from tests.views.traces import HOSTILE, hostile_trace, trace_of

if TYPE_CHECKING:
    from simulator.views.drawing.display import Drawing

SMALLEST = 0.023  # of the height: what can be read from the last row of a classroom
MOST_LINES = 16  # of a diagram in a README
MERMAID_8 = ("sequenceDiagram", "participant ", "Note over ")
ARROW = re.compile(r" *P\d(->>|-x)P\d: ")


def _outside(drawing: Drawing) -> list[str]:
    """What does not lie on the slide."""
    extents = {str(item): extent_of(item) for item in drawing.items}
    return [item for item, (x, y, right, low) in extents.items() if min(x, y) < 0 or right > 960 or low > 540]


@for_each("name, tls", RUNS)
def test_a_slide_is_whole(name: str, tls: str) -> None:
    """Nothing lies outside the slide or on other words, and no word of a built-in run is cut off."""
    drawing = essential(trace_of(name, tls))
    cut = [item.full for item in drawing.items if isinstance(item, Text) and item.full]
    cut += [item.text for item in drawing.items if isinstance(item, Text) and "…" in item.text]
    assert [*faults(drawing), *_outside(drawing), *cut] == []
    assert (drawing.width, drawing.height) == (960, 540)


@for_each("kind", HOSTILE)
def test_a_hostile_slide_is_whole(kind: str) -> None:
    """Names of any length and kind stay on the slide and off one another."""
    drawing = essential(hostile_trace(kind))
    assert [*faults(drawing), *_outside(drawing)] == []


def test_the_smallest_type_can_be_read_from_the_last_row(record_property) -> None:  # type: ignore[no-untyped-def]
    """No type of any slide is smaller than 2.3 % of the height."""
    sizes = {
        (name, tls): min(
            TYPES[item.style].size / HEIGHT
            for item in essential(trace_of(name, tls)).items
            if isinstance(item, Text)
        )
        for name, tls in RUNS
    }
    record_property("smallest type, share of the height", round(min(sizes.values()), 4))
    assert {run: share for run, share in sizes.items() if share < SMALLEST} == {}


@for_each("name, tls", RUNS)
def test_a_slide_is_filled(name: str, tls: str) -> None:
    """The bands and both columns of beliefs reach from the top of the story to its end."""
    drawing = essential(trace_of(name, tls))
    bands = drawing.marks.bands
    beliefs = [extent_of(item) for item in drawing.items if item.style in ("belief.held", "belief.assumed")]
    assert (bands[0].top, bands[-1].bottom) == (TOP, BOTTOM)
    assert all(one.bottom < other.top for one, other in pairwise(bands))
    for left in {belief[0] for belief in beliefs}:
        column = sorted(belief for belief in beliefs if belief[0] == left)
        ends = [column[0][1], column[-1][3]]
        assert ends == pytest.approx([TOP, BOTTOM])
        assert all(one[3] < other[1] for one, other in pairwise(column))


@for_each("name, tls", RUNS)
def test_every_form_shows_the_same(name: str, tls: str) -> None:
    """Picture, text, Mermaid and PlantUML show the same arrows and decisions in one order, and the level."""
    trace = trace_of(name, tls)
    told = essence(trace)
    forms = [mermaid(trace, detail="essential"), plantuml(trace, detail="essential")]
    forms.append(story(trace, 220, detail="essential").replace("│", " "))
    for form in (" ".join(re.sub(r"<br/>|\\n", " ", form.replace("**", "")).split()) for form in forms):
        place = 0
        for row in told.rows:
            for words in [row.name] if isinstance(row, Flight) else [words for _, words in row.grounds]:
                place = form.find(words.split("“")[-1].split("_")[0].rstrip("”"), place)
                assert place >= 0, f"{words!r} is missing or comes too early"
        assert level_name(trace.card.level) in form
    drawn = " ".join(item.text for item in essential(trace).items if isinstance(item, Text))
    for row in told.rows:
        if isinstance(row, Flight):
            assert row.name in drawn


@for_each("name, tls", RUNS)
def test_mermaid_fits_into_a_readme(name: str, tls: str) -> None:
    """As Mermaid a run has few lines, and only statements that Mermaid 8 knows; a head comes on request."""
    trace = trace_of(name, tls)
    lines = mermaid(trace, detail="essential").splitlines()
    unknown = [line for line in lines if not line.strip().startswith(MERMAID_8) and not ARROW.match(line)]
    assert len(lines) <= MOST_LINES
    assert unknown == []
    assert mermaid(trace, detail="essential", accessible=True).startswith("---\ntitle: ")


@for_each("name, tls", RUNS)
def test_one_decision_is_in_the_eye(name: str, tls: str) -> None:
    """At most one decision is large; after a refusal it is one that refuses, where one side judged at all."""
    trace = trace_of(name, tls)
    choices = [row for row in essence(trace).rows if isinstance(row, Choice)]
    deciding = [row for row in choices if row.decides]
    assert len(deciding) == bool(choices)
    if trace.card.level is SecurityLevel.REFUSED and deciding:
        assert deciding[0].refuses


def test_certificate_and_proof_decide_together() -> None:
    """The thief's certificate is trusted, his proof fails, and the decision follows from both."""
    for tls in ("1.2", "1.3"):
        choice = next(row for row in essence(trace_of("stolen-certificate", tls)).rows if _decides(row))
        assert [(outcome.value, words) for outcome, words in choice.grounds] == [
            ("pass", "alice: trusted"),
            ("fail", "proof does not hold"),
        ]
        assert choice.refuses


def test_a_person_decides_otherwise() -> None:
    """A person who accepts what failed, or refuses what passed, is named among the grounds."""
    for name, choice in (("certificate-expired", "accept"), ("valid-certificate", "refuse")):
        simulation = Simulation(catalogue[name], interactive={"accept-client"})
        simulation.run()
        simulation.decide(choice)
        told = next(row for row in essence(played_out(simulation).trace).rows if _decides(row))
        assert (told.grounds[-1][1], told.refuses) == (f"a person decided: {choice}", choice == "refuse")


def _decides(row: object) -> bool:
    return isinstance(row, Choice) and row.decides


def test_an_alert_in_the_clear_says_whose_habit_that_is() -> None:
    """In TLS 1.3 only OpenSSL's client refuses in the clear, and the slide says so; in TLS 1.2 all do."""
    said = {
        tls: [
            row.fields for row in essence(trace_of("server-untrusted", tls)).rows if isinstance(row, Flight)
        ][-1]
        for tls in ("1.2", "1.3")
    }
    assert {"1.2": (), "1.3": ("in the clear only from OpenSSL's client",)} == said


def test_what_is_left_out() -> None:
    """No slide names tickets, ChangeCipherSpec, EncryptedExtensions, or a number of bytes.

    Finished is named where it is all that the client sends.
    """
    for name, tls in RUNS:
        drawn = [item.text for item in essential(trace_of(name, tls)).items if isinstance(item, Text)]
        for word in ("Ticket", "ChangeCipherSpec", "EncryptedExtensions", "Finished", " bytes"):
            found = [
                text for text in drawn if word in text and (word, name) != ("Finished", "server-does-not-ask")
            ]
            assert not found, (name, tls, word)


def test_a_screen_that_refuses_says_so() -> None:
    """The last arrow to a refused terminal has the level, not the name; a card has no more words than fit."""
    refused = essence(trace_of("saf-check-fails", "1.3"))
    assert "“Level: REFUSED”" in [row.name for row in refused.rows if isinstance(row, Flight)]
    insists = run_of("passthru-two-readings", "1.3").connections[1]
    assert "requires any certificate" == essence(insists.trace).cards["server"]


def test_a_run_in_a_notebook_is_its_slide() -> None:
    """A notebook shows a run as its slide; the same run gives the same bytes."""
    run = run_of("certificate-expired", "1.3")
    drawing = essential(run.trace)
    bundle, _ = run._repr_mimebundle_()
    assert base64.b64decode(bundle["image/png"]) == small_png(drawing)
    assert svg(drawing) == svg(essential(run.trace))


def test_each_ca_that_is_switched_off_is_named() -> None:
    """The strip above the slide says which CA it speaks of, since a world may have two."""
    before = essence(run_of("ca-switched-off", "1.3").trace).before
    assert [words for words in before if "switched off" in words] == [
        "Client CA is switched off",
        "Server CA is switched off",
    ]


def test_a_card_promises_the_certificate_that_is_sent() -> None:
    """Where the client chooses among several, no card says which one it shows before it has chosen."""
    for name in ("first-certificate-the-server-trusts", "ca-list-guides-client", "certificate-expired"):
        trace = trace_of(name, "1.3")
        told = essence(trace)
        sent = next(row.name for row in told.rows if isinstance(row, Flight) and " of " in row.name)
        client = next(actor for actor in trace.setup.actors if actor.name == "client")
        choice = [names_of(trace.setup).certificate(one) for one in may_show(client)]
        assert any(sent.startswith(f"Certificate of {one}") for one in choice)
        card, lane = told.cards["client"], lane_words(client, trace.setup)[0]
        if len(choice) > 1:
            assert card == f"has {len(choice)} certificates"
            assert lane == f"may show {', '.join(choice[:-1])} or {choice[-1]}"
        else:
            assert (card, lane) == (f"shows {choice[0]}",) * 2
