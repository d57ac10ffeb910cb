"""The layout of the sequence diagram, for every scenario, version and detail."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from simulator.errors import OutputError
from simulator.runs.run import simulate
from simulator.scenario.catalogue.catalogue import catalogue
from simulator.security import SecurityLevel
from simulator.tls.wire.version import Protection
from simulator.trace.facts import (
    Alert,
    BeliefChanged,
    Decided,
    HandshakeReturned,
    Noted,
    Sent,
    Setup,
    StandingChanged,
)
from simulator.views.drawing.display import Box, Line, Polygon, Text, extent_of, width_of, wrap
from simulator.views.drawing.marks import Part
from simulator.views.drawing.sheet import AUTHORITY_PITCH
from simulator.views.drawing.style import TYPES
from simulator.views.pictures.arrows import BESIDE_LANES
from simulator.views.pictures.beliefs import PAD
from simulator.views.pictures.sequence import sequence
from simulator.views.story.moments import moments
from simulator.views.story.reading import gap, gap_words, idle_authorities, unread_since
from simulator.views.texts.terminal import story
from tests.played import NAMES, RUNS, for_each, turn_of
from tests.views.geometry import faults, poor_contrasts
from tests.views.traces import DETAILS, HOSTILE, hostile_trace, sequence_of, trace_of

AUTHORITY = "header.authority"
WITH_LANES = tuple(detail for detail in DETAILS if detail != "essential")


@for_each("name, tls", RUNS)
def test_no_text_is_cut_covered_crossed_or_on_top_of_another(name: str, tls: str) -> None:
    """Every text of every scenario stands whole, alone and on its own ground, at every detail."""
    for detail in DETAILS:
        assert faults(sequence_of(name, tls, detail)) == [], detail


@for_each("kind", HOSTILE)
def test_hostile_texts_do_not_break_the_layout(kind: str) -> None:
    """Whatever names and reasons say, no text leaves its place."""
    for detail in turn_of(DETAILS, kind):
        assert faults(sequence(hostile_trace(kind), detail=detail)) == [], detail


def test_a_long_note_of_a_ca_is_whole() -> None:
    """The CA makes a key and sends a password by another way: more words than a card is wide for."""
    drawing = sequence(trace_of("delivered-as-pkcs12", "1.3"))
    notes = [item for item in drawing.items if isinstance(item, Text) and item.style == "note"]
    assert "under a password." in " ".join(item.text for item in notes)
    assert [item.text for item in notes if item.full or "…" in item.text] == []
    assert faults(drawing) == []


def test_the_rule_that_found_the_user_is_whole_on_the_card() -> None:
    """A rule with a URI is longer than two lines of the card."""
    drawing = sequence(trace_of("identity-from-uri", "1.3"))
    texts = [item.text for item in drawing.items if isinstance(item, Text)]
    assert "ns/payroll/sa/reports" in texts


def test_the_geometry_test_can_fail() -> None:
    """A text moved aside by 37 pixels is found to be cut, crossed or on top of another."""
    drawing = sequence(trace_of("valid-certificate", "1.3"))
    moved = tuple(replace(item, x=item.x + 37) if isinstance(item, Text) else item for item in drawing.items)
    found = {fault.split(":")[0].split(" by ")[0] for fault in faults(replace(drawing, items=moved))}
    assert {"outside the page", "crossed"} <= found


def test_every_text_has_the_contrast_that_readers_need() -> None:
    """No text stands on its ground with less than 4.5 : 1 (WCAG 2.2, success criterion 1.4.3)."""
    drawings = (sequence_of(name, tls, detail) for name, tls in RUNS for detail in DETAILS)
    assert [] == poor_contrasts(drawings)


def test_no_type_is_smaller_than_eleven_pixels() -> None:
    """The smallest type is readable from the back of a class at natural size."""
    assert [name for name, kind in TYPES.items() if kind.size < 11] == []


@for_each("name, tls", RUNS)
def test_every_event_is_in_the_picture_of_everything(name: str, tls: str) -> None:
    """At full detail every event has something that stands for it, so a cursor can light it up."""
    trace = trace_of(name, tls)
    shown = {item.seq for item in sequence_of(name, tls, "everything").items}
    assert sorted({event.seq for event in trace.events} - shown) == []


@for_each("name, tls", RUNS)
def test_every_message_decision_and_belief_is_in_the_usual_picture(name: str, tls: str) -> None:
    """At the usual detail nothing that somebody said, decided or believed is missing."""
    trace = trace_of(name, tls)
    shown = {item.seq for item in sequence_of(name, tls).items}
    kinds = (Setup, Sent, Alert, Decided, BeliefChanged, StandingChanged, HandshakeReturned, Noted)
    assert sorted({event.seq for event in trace.of(*kinds)} - shown) == []


@for_each("name, tls", RUNS)
def test_encrypted_messages_run_in_a_tube_and_wear_a_lock(name: str, tls: str) -> None:
    """Lock and tube mark exactly the messages that are encrypted, whatever the colours."""
    trace = trace_of(name, tls)
    facts = [(event.seq, event.fact) for event in trace.events]
    sent = [(seq, fact) for seq, fact in facts if isinstance(fact, Sent)]
    alerts = [(seq, fact) for seq, fact in facts if isinstance(fact, Alert) and fact.direction == "sent"]
    encrypted = {seq for seq, fact in sent if fact.protection is not Protection.CLEAR}
    encrypted |= {seq for seq, fact in alerts if fact.protection is not Protection.CLEAR}
    boxes = [item for item in sequence_of(name, tls).items if isinstance(item, Box)]
    assert {box.seq for box in boxes if box.style.startswith("tube")} == encrypted
    assert {box.seq for box in boxes if box.style == "lock"} == encrypted


@for_each("name, tls", RUNS)
def test_messages_that_nobody_read_have_no_arrow_head(name: str, tls: str) -> None:
    """A message is either read, and its arrow arrives, or marked as never read."""
    trace = trace_of(name, tls)
    items = sequence_of(name, tls).items
    marked = {item.seq for item in items if isinstance(item, Polygon) and item.style == "unread.mark"}
    assert marked == set(unread_since(trace))


def test_no_arrow_crosses_the_words_of_a_late_refusal() -> None:
    """A CA that is asked meanwhile has its lane beside the client's: its arrows leave the words alone."""
    items = sequence(simulate("revoked-by-ocsp", "1.3").trace).items
    words = [extent_of(item) for item in items if isinstance(item, Text) and item.style == "gap"]
    arrows = [item.points for item in items if isinstance(item, Line) and item.style == "clear"]
    beyond = [points for points in arrows if min(points)[0] < max(word[2] for word in words)]
    assert [] == [y for (_, y), *_ in beyond for _, top, _, bottom in words if top < y < bottom]
    assert len(beyond) >= 2


def test_the_late_refusal_is_shaded() -> None:
    """In TLS 1.3 the time between the handshake call's return and the alert is shaded; TLS 1.2 has none."""
    late, early = trace_of("certificate-expired", "1.3"), trace_of("certificate-expired", "1.2")
    found = gap(late)
    assert found is not None
    assert gap(early) is None
    items = sequence(late).items
    assert [item.seq for item in items if isinstance(item, Box) and item.style == "gap"] == [found.start.seq]
    assert "gap" not in {item.style for item in sequence(early).items}
    words = " ".join(item.text for item in items if isinstance(item, Text) and item.style == "gap")
    assert words == (
        "For 41 ms the client took the session for open and believed “Client authenticated”. The server "
        "never said that it is open."
    )


def test_a_refusal_after_an_accepted_handshake_is_no_error_of_the_client() -> None:
    """Where the server accepted the client and refuses only access, no view says that the client erred."""
    scenario = catalogue["valid-certificate"].but({"server.minimum_level": "CLIENT_AUTHORIZED"})
    trace = simulate(scenario, tls="1.3").trace
    assert (SecurityLevel.REFUSED, "identity") == (trace.card.level, trace.card.refused_at)
    assert gap(trace) is None
    assert "took the session for open" not in story(trace)


@for_each("name", NAMES)
def test_no_view_calls_a_true_belief_of_the_client_a_mistake(name: str) -> None:
    """Every view that tells of a late refusal says that the session was taken for open, and nothing else."""
    trace = trace_of(name, "1.3")
    told = [
        " ".join(item.text for item in sequence_of(name, "1.3").items if isinstance(item, Text)),
        " ".join(story(trace, 140).replace("│", " ").split()),
        " ".join(sentence for moment in moments(trace) for sentence in moment["sentences"]),
    ]
    expected = [gap(trace) is not None] * 3
    assert expected == ["The server never said that it is open." in words for words in told]
    assert not any("said so" in words.replace("nothing that it has read says so", "") for words in told)


def test_an_assumption_is_hatched() -> None:
    """Exactly the beliefs that are only assumed have hatching."""
    trace = trace_of("valid-certificate", "1.3")
    hatched = {item.seq for item in sequence(trace).items if isinstance(item, Line) and item.style == "hatch"}
    beliefs = [(event.seq, event.fact) for event in trace.events]
    assumed = {seq for seq, fact in beliefs if isinstance(fact, BeliefChanged) and fact.assumed}
    assert hatched == assumed


def test_nobody_asks_a_ca_during_the_connection() -> None:
    """The lanes of the CAs are dotted once the connection begins, and say so."""
    trace = trace_of("valid-certificate", "1.3")
    items = sequence(trace).items
    idle = [item for item in items if isinstance(item, Line) and item.style == "lifeline.idle"]
    assert len(idle) == len(idle_authorities(trace)) == 2


@for_each("name, tls", RUNS)
def test_the_lane_of_an_idle_ca_is_no_wider_than_its_words(name: str, tls: str) -> None:
    """The card of a CA is as wide as the words on it, and its lane as far away as the words between need."""
    drawing = sequence_of(name, tls)
    small = {"lane.small", "lane.idle"}
    xs = {round(i.x + i.width / 2, 3) for i in drawing.items if isinstance(i, Box) and i.style == AUTHORITY}
    words = [i for i in drawing.items if isinstance(i, Text) and i.style in small and round(i.x, 3) in xs]
    widest = max(width_of(text.text, text.style) for text in words)
    cards = [i for i in drawing.items if isinstance(i, Box) and i.style == AUTHORITY]
    assert cards != []
    assert all(0 <= card.width - widest <= 16 for card in cards)
    assert 0 <= AUTHORITY_PITCH - BESIDE_LANES - width_of("signing request (CSR)", "message") < 2


@for_each("name, tls", RUNS)
def test_both_columns_of_beliefs_are_inset_alike(name: str, tls: str) -> None:
    """Blocks of both columns are as wide, as far from the page's edge, and their words as far inside."""
    drawing = sequence_of(name, tls)
    blocks = [i for i in drawing.items if isinstance(i, Box) and i.style in ("belief.held", "belief.assumed")]
    insets = {(min(box.x, drawing.width - box.x - box.width), box.width) for box in blocks}
    assert 1 == len(insets)
    words = [i for i in drawing.items if isinstance(i, Text) and i.part is Part.BELIEF]
    lefts = {box.seq: box.x for box in blocks}
    assert {PAD} == {round(text.x - lefts[text.seq], 3) for text in words}


def test_an_unknown_detail_is_told_with_what_is_allowed() -> None:
    """A detail that does not exist is an error that lists those that do."""
    with pytest.raises(OutputError, match="overview, messages or everything"):
        sequence(trace_of(NAMES[0], "1.3"), detail="all")


def test_an_empty_certificate_is_called_empty() -> None:
    """A client that has no certificate sends a Certificate message, and every view says that it is empty."""
    for tls in ("1.2", "1.3"):
        trace = trace_of("no-certificate-lower-level", tls)
        for detail in DETAILS:
            texts = [item.text for item in sequence(trace, detail=detail).items if isinstance(item, Text)]
            named = [text for text in texts if text.startswith("Certificate") and "(empty)" in text]
            assert 1 == len(named), (tls, detail)
        assert "Certificate (empty)" in story(trace)
    assert "(empty)" not in story(trace_of("valid-certificate", "1.3"))


@for_each("tls", ["1.2", "1.3"])
def test_a_stolen_certificate_is_refused_for_its_proof(tls: str) -> None:
    """One question, one box: a trusted certificate, a proof that does not hold, and so a refusal."""
    trace = trace_of("stolen-certificate", tls)
    for detail in WITH_LANES:
        texts = [item.text for item in sequence(trace, detail=detail).items if isinstance(item, Text)]
        box = (
            "Does the server accept this client?",
            "alice's certificate: trusted",
            "alice's proof: does not hold",
            "Decisive: proof-of-possession",
        )
        places = [texts.index(words) for words in box]
        assert places == sorted(places)
        after = texts[places[-1] :]
        assert after.index("refuse") < after.index("accept")


@for_each("name", NAMES)
def test_an_overview_shortens_nothing(name: str) -> None:
    """No text of a catalogue scenario's overview ends in dots for want of room."""
    for tls in ("1.2", "1.3"):
        texts = [item.text for item in sequence_of(name, tls, "overview").items if isinstance(item, Text)]
        assert [] == [text for text in texts if text.endswith("…")]


def test_a_long_name_is_broken_after_a_sign_in_it() -> None:
    """Where a word is wider than its column it goes on after a sign that parts it, and nothing is lost."""
    broken = wrap("The server said: CLIENT_AUTHENTICATED.", "belief.small", 120)
    assert ("CLIENT_", "AUTHENTICATED.") == broken[-2:]
    assert ("telnet.example.", "com") == wrap("telnet.example.com", "belief.small", 120)
    assert "anyExtendedKeyUsage" == "".join(wrap("anyExtendedKeyUsage", "belief.small", 120))


@for_each("name", NAMES)
def test_the_words_of_an_error_are_whole(name: str) -> None:
    """What a client wrongly believed stands in whole words, also where no CA stands beside it."""
    trace = trace_of(name, "1.3")
    late = gap(trace)
    for detail in WITH_LANES if late else ():
        lines = [
            item.text
            for item in sequence_of(name, "1.3", detail).items
            if isinstance(item, Text) and item.style == "gap"
        ]
        assert late
        assert gap_words(late) == " ".join(lines)
