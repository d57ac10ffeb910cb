"""Two runs side by side: nothing is lost, nothing is out of order, and the divergence is where it is."""

from __future__ import annotations

import json
from itertools import combinations
from typing import TYPE_CHECKING

from simulator.runs.run import simulate
from simulator.scenario.catalogue.catalogue import catalogue
from simulator.trace.compare import first_bookkeeping, first_divergence, told
from simulator.trace.facts import Alert, Checked, Decided, HandshakeReturned, Sent
from simulator.views.drawing.cells import cells
from simulator.views.drawing.display import Box, Text
from simulator.views.drawing.svg import svg
from simulator.views.pictures.diff import diff
from simulator.views.story.alignment import align
from simulator.views.story.diff_words import setting_words
from simulator.views.texts.diff_text import diff_document, diff_text
from tests.played import NAMES, for_each, some, turn_of
from tests.views.geometry import faults, poor_contrasts
from tests.views.traces import DETAILS, HOSTILE, hostile_trace, trace_of

if TYPE_CHECKING:
    from simulator.trace.trace import Trace

GOOD = "valid-certificate"
PAIRS = some(
    (
        *(((GOOD, "1.3"), (name, "1.3")) for name in NAMES),
        *(((name, "1.2"), (GOOD, "1.2")) for name in NAMES),
        *(((name, "1.2"), (name, "1.3")) for name in NAMES),
    ),
    2,
)


def traces(pair: tuple[tuple[str, str], tuple[str, str]]) -> tuple[Trace, Trace]:
    """The two traces of a pair."""
    return trace_of(*pair[0]), trace_of(*pair[1])


@for_each("pair", PAIRS)
def test_no_text_is_cut_covered_crossed_or_on_top_of_another(
    pair: tuple[tuple[str, str], tuple[str, str]],
) -> None:
    """Every text of every comparison stands whole, alone and on its own ground, at every detail."""
    for detail in turn_of(DETAILS, pair):
        assert [] == faults(diff(*traces(pair), detail=detail)), detail


@for_each("pair", PAIRS)
def test_everything_said_and_decided_has_a_row(pair: tuple[tuple[str, str], tuple[str, str]]) -> None:
    """Every message but ChangeCipherSpec, every check, decision and return stands in exactly one row."""
    a, b = traces(pair)
    alignment = align(a, b)
    for trace, shown in (
        (a, [event.seq for row in alignment.rows if row.a for event in row.a.events]),
        (b, [event.seq for row in alignment.rows if row.b for event in row.b.events]),
    ):
        events = [e for e in trace.of(Sent, Alert, Checked, Decided, HandshakeReturned) if e.at >= 0]
        expected = {
            e.seq
            for e in events
            if not (isinstance(e.fact, Alert) and e.fact.direction == "received")
            if not (isinstance(e.fact, Sent) and e.fact.protocol == "change_cipher_spec")
        }
        assert len(shown) == len(set(shown))
        assert set() == expected - set(shown)


@for_each("pair", PAIRS)
def test_rows_before_and_after_the_divergence_are_what_they_say(
    pair: tuple[tuple[str, str], tuple[str, str]],
) -> None:
    """The parting row is the first divergence, what follows is what depends on it, like stands by like."""
    a, b = traces(pair)
    found, alignment = first_divergence(a, b), align(a, b)
    assert found == alignment.divergence
    if found is None:
        for row in alignment.rows:
            assert row.a
            assert row.b
            assert told(row.a.event.fact) == told(row.b.event.fact)
        return
    (parting,) = (row for row in alignment.rows if row.parts)
    for beat, seq in ((parting.a, found.seq_a), (parting.b, found.seq_b)):
        assert (beat is None) == (seq is None)
        assert beat is None or seq in [event.seq for event in beat.events]
    for row in alignment.rows:
        follows = [row.a.events[-1].seq in found.follows_a] if row.a else []
        follows += [row.b.events[-1].seq in found.follows_b] if row.b else []
        assert {row.follows} == set(follows)
        if row.a and row.b:
            facts = ([told(event.fact) for event in beat.events] for beat in (row.a, row.b))
            assert (row.relation == "alike") == (next(facts) == next(facts))


@for_each("pair", PAIRS)
def test_nothing_that_differs_stands_above_the_first_divergence(
    pair: tuple[tuple[str, str], tuple[str, str]],
) -> None:
    """All above the frame is alike, and what the other side does later stands below it."""
    rows = align(*traces(pair)).rows
    place = next((n for n, row in enumerate(rows) if row.parts), len(rows))
    assert {"alike"} >= {row.relation for row in rows[:place]}
    if place < len(rows):
        first = min(e.at for beat in (rows[place].a, rows[place].b) if beat for e in beat.events)
        above = [event.at for row in rows[:place] if row.a for event in row.a.events]
        last = max(e.at for beat in (rows[place].a, rows[place].b) if beat for e in beat.events)
        assert max(above, default=0) <= max(first, last)
        meanwhile = [row for row in rows if row.meanwhile]
        assert meanwhile == list(rows[place + 1 : place + 1 + len(meanwhile)])


@for_each("pair", PAIRS)
def test_each_side_keeps_its_own_order(pair: tuple[tuple[str, str], tuple[str, str]]) -> None:
    """Down the page, what one side does comes in the order in which it did it."""
    alignment = align(*traces(pair))
    for side in ("client", "server"):
        for beats in ([row.a for row in alignment.rows], [row.b for row in alignment.rows]):
            own = [beat.events for beat in beats if beat and beat.event.actor == side]
            assert all(one[0].seq < other[-1].seq for one, other in combinations(own, 2))


@for_each("name", NAMES)
def test_a_run_is_like_itself(name: str) -> None:
    """A run beside itself parts nowhere and has no settings that differ."""
    trace = trace_of(name, "1.3")
    assert align(trace, trace).divergence is None
    assert () == setting_words(trace.setup, trace.setup)
    assert "go the same way from beginning to end" in " ".join(diff_text(trace, trace).split())


@for_each("pair", PAIRS[: len(NAMES)])
def test_the_mirrored_comparison_is_the_mirror(pair: tuple[tuple[str, str], tuple[str, str]]) -> None:
    """With the runs exchanged, the same two events part."""
    a, b = traces(pair)
    one, other = first_divergence(a, b), first_divergence(b, a)
    assert (one and (one.seq_a, one.seq_b)) == (other and (other.seq_b, other.seq_a))


@for_each("pair", PAIRS)
@for_each("width", [80, 120])
def test_text_keeps_to_its_columns(pair: tuple[tuple[str, str], tuple[str, str]], width: int) -> None:
    """No line is longer than asked, and the rule of the first divergence stands there once."""
    text = diff_text(*traces(pair), width)
    assert [] == [line for line in text.splitlines() if cells(line) > width]
    expected = 0 if first_divergence(*traces(pair)) is None else 1
    assert expected == text.count("── first divergence ─")


@for_each("pair", PAIRS)
def test_the_document_is_plain_json(pair: tuple[tuple[str, str], tuple[str, str]]) -> None:
    """The document survives JSON, and names the events of the divergence by their numbers."""
    a, b = traces(pair)
    document = diff_document(a, b)
    assert document == json.loads(json.dumps(document))
    found = first_divergence(a, b)
    shown = document["divergence"]
    assert (found is None) == (shown is None)
    if found is not None:
        parting = next(row for row in align(a, b).rows if row.parts)
        expected = [beat and beat.event.seq for beat in (parting.a, parting.b)]
        assert expected == [shown[which] and shown[which]["seq"] for which in ("a", "b")]
    earlier, exact = document["bookkeeping"], first_bookkeeping(a, b)
    if earlier is not None:
        assert exact == tuple(
            earlier[which] and trace.events[earlier[which]["seq"]] for which, trace in (("a", a), ("b", b))
        )
        assert earlier["words"] in " ".join(diff_text(a, b, 500).split())
    else:
        assert exact is None or (found and (found.seq_a, found.seq_b) == tuple(e and e.seq for e in exact))


@for_each("kind", HOSTILE)
def test_hostile_texts_do_not_break_a_comparison(kind: str) -> None:
    """Whatever names and reasons say, no text leaves its place and no line its columns."""
    a, b = trace_of(GOOD, "1.3"), hostile_trace(kind)
    for detail in turn_of(DETAILS, kind):
        assert [] == faults(diff(a, b, detail=detail)), detail
    assert [] == [line for line in diff_text(b, a, 80).splitlines() if cells(line) > 80]
    assert "<script>" not in svg(diff(a, b))


def test_every_text_has_the_contrast_that_readers_need() -> None:
    """No text stands on its ground with less than 4.5 : 1 (WCAG 2.2, success criterion 1.4.3)."""
    assert [] == poor_contrasts(diff(*traces(pair)) for pair in PAIRS)


def test_the_counterfactual_stands_beside_the_run() -> None:
    """A run and the same with one setting changed are told apart by that setting alone."""
    run = simulate(catalogue["no-certificate-refused"])
    other = run.but({"server.client_authentication": "optional"})
    settings = setting_words(run.trace.setup, other.trace.setup)
    assert (("server: client authentication", "required", "optional"),) == settings
    found = align(run.trace, other.trace)
    parting = next(row for row in found.rows if row.parts)
    assert parting.a is not None
    assert Checked in [type(event.fact) for event in parting.a.events]


def test_the_divergence_is_framed_and_what_follows_has_a_ground() -> None:
    """One frame marks where the runs part, one ground what follows; each row says how it compares."""
    drawing = diff(trace_of(GOOD, "1.3"), trace_of("certificate-expired", "1.3"))
    boxes = [item.style for item in drawing.items if isinstance(item, Box)]
    assert (1, 2) == (boxes.count("parting"), boxes.count("follows"))  # the ground and its heading
    words = {item.text for item in drawing.items if isinstance(item, Text)}
    assert {"alike", "differs", "only left", "only right", "sent alike"} <= words
