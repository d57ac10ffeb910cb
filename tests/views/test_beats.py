"""The one walk through a run: every event is a beat, and a detail is a selection of beats."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from simulator.trace.facts import (
    BeliefChanged,
    Checked,
    Decided,
    HandshakeReturned,
    Sent,
    StandingChanged,
    Step,
)
from simulator.trace.outcome import last_verdict
from simulator.trust.verdict import CheckOutcome
from simulator.views.drawing.display import Text
from simulator.views.pictures.essential import essential
from simulator.views.pictures.sequence import sequence
from simulator.views.player.picture import picture
from simulator.views.story.beat_kinds import Band, Belief, CallReturned, Decision, Flight, Ledger
from simulator.views.story.beats import DETAILS, beats, selection
from simulator.views.story.lanes import names_of
from simulator.views.story.reading import gap, unread_since
from simulator.views.texts.mermaid import mermaid
from simulator.views.texts.plantuml import plantuml
from simulator.views.texts.terminal import story
from tests.played import RUNS, for_each
from tests.views.traces import HOSTILE, hostile_trace, trace_of

if TYPE_CHECKING:
    from simulator.views.drawing.style import Detail
    from simulator.views.story.beat_kinds import Beat


@for_each("name, tls", RUNS)
def test_every_event_is_a_beat(name: str, tls: str) -> None:
    """The beats stand for the events, one for each and in order, and each has a headline of one line."""
    trace = trace_of(name, tls)
    told = beats(trace)
    assert [beat.event for beat in told] == list(trace.events)
    assert [beat.headline for beat in told if not beat.headline or beat.headline.endswith(".")] == []


@for_each("kind", HOSTILE)
def test_the_words_of_beats_are_clean(kind: str) -> None:
    """Whatever names and reasons hold, no word of a beat moves the cursor or breaks the line."""
    for beat in beats(hostile_trace(kind), "everything"):
        assert " ".join((beat.headline, *beat.sentences)).isprintable()


def parts(beat: Beat | Band) -> list[Ledger]:
    """The ledger and the proof inside a decision."""
    return [part for part in (beat.ledger, beat.proof) if part] if isinstance(beat, Decision) else []


@for_each("detail", DETAILS)
@for_each("name, tls", RUNS)
def test_certificate_and_proof_decide_together(name: str, tls: str, detail: Detail) -> None:
    """A side accepts the other exactly where neither line of the one box fails."""
    trace = trace_of(name, tls)
    for beat in selection(trace, detail):
        if isinstance(beat, Decision) and beat.ledger:
            failed = [part for part in parts(beat) if part.result and part.result[0] is CheckOutcome.FAIL]
            assert (beat.choice, beat.refuses) == (("refuse", True) if failed else ("accept", False))
            assert bool(beat.proof) == (beat.ledger.presented and not beat.ledger.decisive)
            last = last_verdict(trace.events, "client" if beat.event.actor == "client" else "server")
            assert last is not None
            assert beat.refuses is not last.accepted


def test_a_thief_is_refused_in_the_box_that_trusts_the_certificate() -> None:
    """Alice's certificate is trusted, the proof is not, and nothing says that the thief was accepted."""
    for tls in ("1.2", "1.3"):
        trace = trace_of("stolen-certificate", tls)
        told = [beat for beat in selection(trace, "overview") if isinstance(beat, Decision) and beat.proof]
        thief = next(beat for beat in told if beat.event.actor == "server")
        assert [part.result for part in parts(thief)] == [
            (CheckOutcome.PASS, "alice's certificate: trusted"),
            (CheckOutcome.FAIL, "alice's proof: does not hold"),
        ]
        assert (thief.question, thief.choice) == ("Does the server accept this client?", "refuse")


LEFT_OUT = ("EncryptedExtensions", "NewSessionTicket", "close_notify")


@for_each("name, tls", RUNS)
def test_an_overview_has_the_same_messages_in_every_form(name: str, tls: str) -> None:
    """What the story needs is in every form, CertificateVerify too, and what it does not is in none."""
    trace = trace_of(name, tls)
    flights = [beat for beat in selection(trace, "overview") if isinstance(beat, Flight)]
    # Brackets are escaped in some forms: "Certificate (empty)", "signing request (CSR)".
    sent = [message.partition(" (")[0] for flight in flights for message in flight.name.split(", ")]
    drawn = [item.text for item in sequence(trace, detail="overview").items if isinstance(item, Text)]
    forms = (
        " ".join(drawn),
        story(trace, 200, detail="overview"),
        mermaid(trace, detail="overview"),
        plantuml(trace, detail="overview"),
    )
    for words in forms:
        assert [message for message in sent if message not in words] == []
        assert [message for message in LEFT_OUT if message in words] == []
        assert ("ChangeCipherSpec" in words) == ("ChangeCipherSpec" in sent)
    proved = [fact for _, fact in trace.facts(Sent) if fact.name == "CertificateVerify"]
    assert sent.count("CertificateVerify") == len(proved)


@for_each("name, tls", RUNS)
def test_a_greater_detail_shows_all_that_a_smaller_one_shows(name: str, tls: str) -> None:
    """From overview to everything no decision, belief, return or refused ledger gets lost."""
    trace = trace_of(name, tls)
    shown = []
    for detail in DETAILS:
        selected = [beat for beat in selection(trace, detail) if not isinstance(beat, Band)]
        ledgers = [part for beat in selected for part in parts(beat)]
        shown.append({beat.event.seq for beat in (*selected, *ledgers)})
    assert shown[0] <= shown[1] <= shown[2]


@for_each("name, tls", RUNS)
def test_every_ledger_decision_belief_and_return_is_shown_once(name: str, tls: str) -> None:
    """At the usual detail each has one place, ledger and proof inside the decision that rests on them."""
    trace = trace_of(name, tls)
    selected = list(selection(trace, "messages"))
    ledgers = [beat for beat in selected if isinstance(beat, Ledger)]
    ledgers += [part for beat in selected for part in parts(beat)]
    others = [beat for beat in selected if isinstance(beat, Decision | Belief | CallReturned)]
    found = sorted(beat.event.seq for beat in (*ledgers, *others))
    kinds = (Checked, Decided, BeliefChanged, StandingChanged, HandshakeReturned)
    assert found == [event.seq for event in trace.of(*kinds)]


@for_each("name, tls", RUNS)
def test_what_is_known_later_names_the_event_that_makes_it_known(name: str, tls: str) -> None:
    """An unread message and the client's error carry the event since which they are certain."""
    trace = trace_of(name, tls)
    told = beats(trace)
    lost = {beat.event.seq: beat.lost_since for beat in told if isinstance(beat, Flight) and beat.lost}
    assert lost == unread_since(trace)
    late = gap(trace)
    ends = [(beat.event, beat.gap) for beat in told if isinstance(beat, Belief) and beat.gap]
    assert ends == ([(late.end, late)] if late else [])


@for_each("name, tls", RUNS)
def test_bands_change_with_every_step_and_only_then(name: str, tls: str) -> None:
    """Every step has one band, in the order of the story, and numbers go up by one from the first message.

    The client's first data may leave before the server has decided: they stand in the band before that.
    """
    step, number, order = None, -1, [step.band for step in Step]
    for beat in selection(trace_of(name, tls), "messages"):
        if isinstance(beat, Band):
            assert step is None or order.index(beat.step) > order.index(step)
            step, number = beat.step, number + 1
            assert (beat.number, beat.step.title) == (number, beat.event.step.title)
            assert beat.step.title.startswith(beat.step.short_title)
        elif isinstance(beat, Flight) and beat.protocol == "application_data" and step is Step.SEND_OR_SKIP:
            assert (beat.event.step, beat.event.actor) == (Step.SESSION, "client")
        elif not isinstance(beat, Belief | CallReturned):
            assert beat.event.step.band is step


@for_each("name, tls", RUNS)
def test_bands_have_one_name_and_number_in_every_form(name: str, tls: str) -> None:
    """Picture, slide, chapters, text and diagrams say the same numbers and titles, in the same order."""
    trace = trace_of(name, tls)
    told = [band for band in selection(trace, "messages") if isinstance(band, Band)]
    bands = [f"{band.number or ''} {band.step.title}".strip() for band in told]
    chapters = picture(trace, "messages")["chapters"]
    assert bands == [f"{one['number']} {one['title']}".strip() for one in chapters]
    titles = re.findall(r"─── (?:(\d)  )?((?!What the (?:session|person)).*?) ─", story(trace, 120))
    assert bands == [" ".join(words).strip() for words in titles]
    for words in (mermaid(trace), plantuml(trace)):
        found = re.findall(
            r"(?m)^ *(?:Note over \S+: |== )(?:(\d) · )?([A-Z].*?) \((?:from|0 ms|\d.* before)", words
        )
        assert bands == [" ".join(heading).strip() for heading in found]
    for detail in DETAILS:
        assert bands == [band.name for band in sequence(trace, detail=detail).marks.bands]
    short = [f"{band.number} {band.step.short_title}" for band in told if band.number]
    assert bands[len(bands) - len(short) :] == [band.name for band in essential(trace).marks.bands]
    assert short == re.findall(r"─ (\d [A-Z].*?) ─", story(trace, 120, detail="essential"))


@for_each("tls", ["1.2", "1.3"])
def test_the_servers_question_stands_among_what_the_client_checks(tls: str) -> None:
    """Both versions have one band for the server's flight, and the bands of one story in one order."""
    trace = trace_of("valid-certificate", tls)
    steps = [band.step for band in selection(trace, "messages") if isinstance(band, Band)]
    first = [Step.ENROLMENT, Step.REQUEST, Step.SERVER_CHECK, Step.SEND_OR_SKIP]
    assert steps == [*first, Step.TRUST_DECISION, Step.SESSION]


def test_a_certificate_authority_has_one_spelling() -> None:
    """A CA is called by the common name of its certificate, wherever its subject or its lane stands."""
    names = names_of(trace_of("cross-signed", "1.3").setup)
    assert ("Client CA", "Client CA") == (
        names.title("client-ca"),
        names.certificate("client-ca-by-older-ca"),
    )
    assert ("The client", "the client") == (names.subject("client"), names.phrase("client"))
    subject = next(subject for subject, name in names.subjects.items() if name == "Client CA")
    assert names.shown(f"issued by {subject}.") == "issued by Client CA."
    assert names.shown(f"issued by {subject},L=x") == f"issued by {subject},L=x"
