"""The player's document and page, as Python writes them: complete, sound, small, the same everywhere."""

from __future__ import annotations

import hashlib
import json
import os
import re
import subprocess
import sys
import xml.etree.ElementTree as ET
from functools import cache
from itertools import pairwise, product
from typing import TYPE_CHECKING, Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from msgspec.structs import replace

from simulator.engine.simulation import Simulation
from simulator.scenario.catalogue.catalogue import catalogue
from simulator.trace.compare import first_divergence
from simulator.trace.facts import (
    Alert,
    BeliefChanged,
    Checked,
    Decided,
    HandshakeReturned,
    Received,
    Sent,
    StandingChanged,
    StateChanged,
    Step,
)
from simulator.trace.trace import trace_of as trace_of_events
from simulator.views.player.messages import messages
from simulator.views.player.page import MODULES, comparison, comparison_page, document, module, page
from simulator.views.player.picture import picture
from simulator.views.story.beat_kinds import Decision
from simulator.views.story.beats import selection
from simulator.views.story.lanes import names_of
from simulator.views.story.moments import moments
from simulator.views.story.words import card_facts, clean, level_name
from tests.peers import ROOT
from tests.played import NAMES, RUNS, VERSIONS, by_turns, for_each, some, turn_of
from tests.views.traces import HOSTILE, hostile_trace, trace_of

if TYPE_CHECKING:
    from simulator.scenario import TlsVersion
    from simulator.trace.trace import Trace

MEGABYTE = 1_000_000
every_run = for_each("name, tls", RUNS)


@cache
def run_of(name: str, tls: str) -> dict[str, Any]:
    """One run of the document, as a player gets it: through JSON."""
    found: dict[str, Any] = json.loads(json.dumps(document(trace_of(name, tls))))["runs"][0]
    return found


def data_of(text: str) -> Any:
    """The document that stands in a page."""
    found = re.search(r'<script type="application/json" id="document">(.*?)</script>', text, re.DOTALL)
    assert found is not None
    return json.loads(found.group(1))


# The document -------------------------------------------------------------------------------------------


@every_run
def test_every_event_has_words_a_place_and_its_cause(name: str, tls: str) -> None:
    """A player can say and show something at every event."""
    trace, run = trace_of(name, tls), run_of(name, tls)
    assert [event.seq for event in trace.events] == [event["seq"] for event in run["events"]]
    assert [event.cause for event in trace.events] == [event["cause"] for event in run["events"]]
    assert [] == [event["seq"] for event in run["events"] if not event["headline"].strip()]
    assert {str(event.seq) for event in trace.events} == set(run["picture"]["places"])
    assert run["events"][-1]["stop"]
    assert [] == [term for event in run["events"] for term in event["words"] if term not in run["words"]]


@every_run
def test_every_message_is_there_with_all_its_bytes(name: str, tls: str) -> None:
    """What was sent is shown whole, and its fields without parts tile it."""
    run = run_of(name, tls)
    sent = {
        str(event.seq): event.fact
        for event in trace_of(name, tls).of(Sent, Alert)
        if isinstance(event.fact, Sent) or (isinstance(event.fact, Alert) and event.fact.direction == "sent")
    }
    assert set(sent) == set(run["messages"])
    for seq, fact in sent.items():
        shown = run["messages"][seq]
        assert (fact.raw.hex(), fact.wire.hex()) == (shown["bytes"], shown["wire"])
        for kind, data in (("fields", fact.raw), ("wire_fields", fact.wire)):
            leaves = [(at, at + length) for _, at, length, _, _, leaf in shown[kind] if leaf]
            if leaves:
                assert (0, len(data)) == (leaves[0][0], leaves[-1][1])
                assert [] == [(a, b) for a, b in pairwise(leaves) if a[1] != b[0]]
            else:
                assert not data or getattr(fact, "protocol", "") == "enrolment"


@every_run
def test_every_reading_shows_the_message_that_was_sent(name: str, tls: str) -> None:
    """Selecting the reading of a message shows the message."""
    run = run_of(name, tls)
    readings = [event for event in run["events"] if event["kind"] == "message"]
    assert [] == [event["seq"] for event in readings if str(event["message"]) not in run["messages"]]


@every_run
def test_every_certificate_of_world_and_messages_is_in_words(name: str, tls: str) -> None:
    """Whatever refers to a certificate finds its subject, issuer, validity and extensions."""
    run = run_of(name, tls)
    held = {
        hashlib.sha256(certificate.der).hexdigest() for certificate in trace_of(name, tls).setup.certificates
    }
    named = {print_ for message in run["messages"].values() for print_ in message["certificates"]}
    assert held | named == set(run["certificates"])
    for words in run["certificates"].values():
        labels = [label for label, _ in words["facts"]]
        assert ["Subject", "Issuer", "Not before", "Not after"] == labels[:4]


@every_run
def test_the_end_of_the_document_is_the_outcome_of_the_trace(name: str, tls: str) -> None:
    """The last card, the last beliefs and the last states are those that the trace ends with."""
    trace, run = trace_of(name, tls), run_of(name, tls)
    assert [list(pair) for pair in card_facts(trace.card, names_of(trace.setup).shown)] == run["cards"][-1][
        "facts"
    ]
    assert trace.outcome.level.value == run["level"]
    ends = (
        ("client", trace.outcome.client.believes.value, "CLEARTEXT"),
        ("server", trace.outcome.server.standing.value, "nothing yet"),
    )
    for side, end, beginning in ends:
        held = [belief["held"] for belief in run["beliefs"] if belief["side"] == side]
        assert end == (held[-1] if held else beginning)
        moves = [
            event.fact.after
            for event in trace.of(StateChanged)
            if event.actor == side and isinstance(event.fact, StateChanged)
        ]
        assert moves == [move["after"] for move in run["moves"] if move["side"] == side]
        assert {*moves} <= {state for state, _, _ in run["machines"][side]}


@every_run
def test_ledgers_are_whole_and_mark_the_decisive_check(name: str, tls: str) -> None:
    """Each ledger has every check in its order, and one decisive check where one failed."""
    run = run_of(name, tls)
    checked = list(trace_of(name, tls).of(Checked))
    assert len(checked) == len(run["ledgers"])
    for event, ledger in zip(checked, run["ledgers"], strict=True):
        assert isinstance(event.fact, Checked)
        verdict = event.fact.verdict
        assert [check.name for check in verdict.checks] == [check["name"] for check in ledger["checks"]]
        decisive = [check["name"] for check in ledger["checks"] if check["decisive"]]
        assert ([verdict.decisive.name] if verdict.decisive else []) == decisive


@every_run
def test_chapters_begin_where_the_story_takes_a_new_step(name: str, tls: str) -> None:
    """Chapters are in order, each begins with an event of its step, and every stop lies in one."""
    run = run_of(name, tls)
    chapters = run["picture"]["chapters"]
    seqs = [chapter["seq"] for chapter in chapters]
    assert sorted(set(seqs)) == seqs
    steps = [Step(run["events"][seq]["step"]).band.value for seq in seqs]
    assert steps == [chapter["step"] for chapter in chapters]
    assert seqs[0] <= 1


@every_run
def test_the_picture_is_well_formed_and_takes_its_colours_from_the_page(name: str, tls: str) -> None:
    """The SVG holds no colour of its own, no script, and every element stands for an event."""
    run = run_of(name, tls)
    root = ET.fromstring(run["picture"]["svg"])
    drawn = [element for element in root.iter() if "data-seq" in element.attrib]
    assert {int(element.attrib["data-seq"]) for element in drawn} <= {event["seq"] for event in run["events"]}
    assert [] == re.findall(r'(?:fill|stroke)="(?!none|var\(--)[^"]*"', run["picture"]["svg"])
    names = {element.tag.rpartition("}")[2] for element in root.iter()}
    assert names <= {"svg", "title", "desc", "rect", "line", "polyline", "polygon", "text"}


# What happens next? -----------------------------------------------------------------------------------


@every_run
def test_every_question_has_one_right_answer_that_the_run_gave(name: str, tls: str) -> None:
    """The right option is what the trace says happened; no option stands there twice."""
    trace, run = trace_of(name, tls), run_of(name, tls)
    for event, shown in zip(trace.events, run["events"], strict=True):
        asked = shown["question"]
        if asked is None:
            continue
        right = [option["text"] for option in asked["options"] if option["right"]]
        texts = [option["text"] for option in asked["options"]]
        assert (1, len(texts)) == (len(right), len(set(texts)))
        assert [] == [option for option in asked["options"] if not option["why"]]
        match event.fact:
            case Sent(name=said) | Alert(name=said):
                assert [said] == right
            case Decided(choice=choice):
                assert [choice] == right
            case BeliefChanged() | StandingChanged():
                assert [level_name(event.fact.held)] == right
            case HandshakeReturned(result=result):
                assert ["without error" if result == "ok" else "with an error"] == right
            case Checked(verdict=verdict) if len(texts) > 2:
                named = verdict.decisive.name if verdict.decisive else "Every check"
                assert right[0].startswith(named)
            case Checked():
                pass
            case _:
                pytest.fail(f"a question about {type(event.fact).__name__}")


@every_run
def test_what_is_sent_is_always_allowed_by_the_table_of_its_reader(name: str, tls: str) -> None:
    """Following the state tables, the message that comes is one that the reader would read."""
    trace, run = trace_of(name, tls), run_of(name, tls)
    for event in trace.of(Sent):
        asked = run["events"][event.seq]["question"]
        if asked is not None and isinstance(event.fact, Sent):
            why = next(option["why"] for option in asked["options"] if option["right"])
            assert event.fact.name in why


@for_each("tls", VERSIONS)
def test_a_certificate_is_followed_by_its_proof_and_nothing_else(tls: str) -> None:
    """After a certificate nobody is told that Finished could come: only an empty one goes without a proof."""
    run = run_of("valid-certificate", tls)
    asked = [event["question"] for event in run["events"] if event["question"]]
    proofs = [
        option
        for question in asked
        for option in question["options"]
        if any(other["text"] == "CertificateVerify" and other["right"] for other in question["options"])
    ]
    assert {"CertificateVerify"} == {option["text"] for option in proofs if "reads" in option["why"][:30]}
    assert not [option for option in proofs if option["why"].startswith("It could")]


def test_an_alert_that_is_wrong_is_not_explained_by_the_check_that_failed() -> None:
    """One check may have two alerts. The other of them is not explained by that very check."""
    for name in ("certificate-expired", "certificate-not-yet-valid"):
        options = next(
            event["question"]["options"]
            for event in run_of(name, "1.3")["events"]
            if event["question"] and event["question"]["ask"].startswith("Which alert")
        )
        assert [] == [one for one in options if not one["right"] and "validity" in one["why"]]


# Nothing before it is known ---------------------------------------------------------------------------


@every_run
def test_who_guesses_decisions_is_asked_at_decisions_and_at_the_end(name: str, tls: str) -> None:
    """Few questions, each before a stop: each decision of client and server that was open, then the level."""
    trace, run = trace_of(name, tls), run_of(name, tls)
    asked = [event for event in run["events"] if event["turn"]]
    ledgers = {event.seq for event in trace.of(Checked)}
    expected = [
        event.cause if event.cause in ledgers else event.seq
        for event in trace.of(Decided)
        if run["events"][event.seq]["question"]
    ]
    assert expected == [event["seq"] for event in asked[:-1]]
    assert len(asked) <= 6
    assert [] == [event["seq"] for event in asked if not event["stop"]]
    worth = asked[-1]["turn"]["options"]
    assert [level_name(trace.card.level)] == [option["text"] for option in worth if option["right"]]
    assert len(worth) >= 4
    assert asked[-1]["seq"] > max(expected, default=0)


def test_the_end_of_a_run_that_goes_on_is_not_asked_for() -> None:
    """While a run waits for a decision nobody is asked what comes of it."""
    events = trace_of("valid-certificate", "1.3").events[:45]
    run = document(trace_of_events(events), finished=False)["runs"][0]
    asked = [event["turn"]["ask"] for event in run["events"] if event["turn"]]
    assert 2 == len(asked)
    assert not [ask for ask in asked if "in the end" in ask]


def _texts(shown: dict[str, Any]) -> list[tuple[int, str]]:
    """The words of a picture with the events they stand for, without the beliefs at its edges."""
    left, right = shown["lanes"][0][1] - 80, shown["lanes"][-1][1] + 80
    return [
        (int(node.attrib["data-seq"]), "".join(node.itertext()))
        for node in ET.fromstring(shown["svg"]).iter("{http://www.w3.org/2000/svg}text")
        if left < float(node.attrib["x"]) < right
    ]


@pytest.mark.parametrize(("name", "tls"), some(RUNS, 3))
def test_nothing_is_lit_before_it_can_be_known(name: str, tls: str) -> None:
    """What is lit at a stop is what the picture of the run would have that had only come so far.

    The question over a ledger is lit with the ledger: it says what the checks are for and not more.
    Of the run so far only those parts of a document are made that are compared.
    """
    trace, run = trace_of(name, tls), run_of(name, tls)
    asked = {beat.question for beat in selection(trace, "messages") if isinstance(beat, Decision)}
    stops = [event["seq"] for event in run["events"] if event["stop"]]
    told_in_all = _texts(run["picture"])
    for stop, after in by_turns(pairwise(stops), 2):
        if trace.events[stop].at < 0:
            continue
        so_far = trace_of_events(trace.events[:after])
        seen = picture(so_far, "messages", finished=False)
        lit = {words for seq, words in told_in_all if seq < after} - asked
        assert set() == lit - {words for seq, words in _texts(seen) if seq < after}, f"at event {stop}"
        known: Any  # what became of events and messages, and since when that is known
        for known, before in (
            (run["events"][:after], moments(so_far)),
            (run["messages"].values(), messages(so_far).values()),
        ):
            told = [line for one in known for line in one["later"] if line[0] < after]
            assert sorted(told) == sorted(line for one in before for line in one["later"])


@every_run
def test_a_message_that_is_never_read_is_on_its_way_until_its_reader_fails(name: str, tls: str) -> None:
    """Its mark is lit with the failure; before that an arrow of full length stands for it."""
    trace, run = trace_of(name, tls), run_of(name, tls)
    failed = {
        event.actor: event.seq
        for event in trace.of(StateChanged)
        if isinstance(event.fact, StateChanged) and event.fact.after == "FAILED"
    }
    told = run["picture"]["told"]
    marks = [
        int(node.attrib["data-seq"])
        for node in (ET.fromstring(told) if told else ET.Element("svg"))
        if "never read" == node.text
    ]
    assert "never read" not in run["picture"]["svg"].partition("</desc>")[2]
    since = run["picture"]["since"]
    assert sorted(since.values()) == sorted(marks)
    assert {*since.values()} <= {*failed.values()} | {int(seq) for seq in since}
    open_ = {seq for seq, known in since.items() if known > int(seq)}
    away = run["picture"]["away"]
    drawn = ET.fromstring(away) if away else ET.Element("svg")
    lines = [node for node in drawn if node.tag.endswith("line")]
    assert open_ == {line.attrib["data-seq"] for line in lines}
    lanes = dict(run["picture"]["lanes"])
    shafts = {}
    for line in lines:
        ends = shafts[line.attrib["data-seq"]] = sorted(float(line.attrib[end]) for end in ("x1", "x2"))
        assert abs(ends[1] - ends[0]) == pytest.approx(lanes["Server"] - lanes["Client"] - 10, abs=0.3)
    for tube in (node for node in drawn if node.tag.endswith("rect")):
        left, right = shafts[tube.attrib["data-seq"]]
        begins, width = float(tube.attrib["x"]), float(tube.attrib["width"])
        assert left < begins < left + 20
        assert right - 20 < begins + width <= right


def test_what_is_wrong_in_the_set_up_is_marked() -> None:
    """The rows that name it are marked in the world and on the cards; other rows are not."""
    found = {}
    for name in ("stolen-certificate", "corrupted-proof", "server-clock-wrong", "valid-certificate"):
        run = run_of(name, "1.3")
        rows = [key for actor in run["actors"] for key, _, tells in actor["policy"] if tells]
        found[name] = (rows, " ".join(run["picture"]["secrets"]))
    assert {
        "stolen-certificate": (["private key"], "private key: not the certificate's own"),
        "corrupted-proof": (["what it signs"], "what it signs: not this handshake"),
        "server-clock-wrong": (["clock"], "clock: 400 days fast"),
        "valid-certificate": ([], ""),
    } == found


@every_run
def test_the_picture_reaches_down_with_the_story(name: str, tls: str) -> None:
    """How far down it reaches grows from event to event, and holds the place of every one told so far."""
    run = run_of(name, tls)
    depths = run["picture"]["depths"]
    assert len(run["events"]) == len(depths)
    assert sorted(depths) == depths
    for event in run["events"]:
        _, top, _, height = run["picture"]["places"][str(event["seq"])]
        if event["kind"] == "message" and event["message"] == event["seq"]:
            assert top + height <= depths[event["seq"]] + 0.2


def test_a_run_that_waits_is_headed_by_that() -> None:
    """The last stop of a run that goes on says that it waits, and not how a machine moved."""
    simulation = Simulation(catalogue["valid-certificate"], interactive=True)
    simulation.run()
    waiting = document(trace_of_events(simulation.events), finished=False)["runs"][0]
    assert "The server waits for a decision" == waiting["events"][-1]["headline"]


@every_run
def test_close_up_the_strip_of_a_band_has_its_name_alone(name: str, tls: str) -> None:
    """The whole title has no room beside the moment; the chapter has it."""
    shown = run_of(name, tls)["picture"]
    for chapter in shown["chapters"]:
        assert f">{chapter['name']}<" in shown["svg"]
        assert f">{chapter['title']}<" not in shown["svg"]


def test_the_modules_are_joined_in_an_order_that_works() -> None:
    """Each module imports only from earlier ones what they export; the whole imports nothing."""
    exported: set[str] = set()
    for name in MODULES:
        text = (ROOT / "simulator" / "views" / "player" / "web" / f"{name}.js").read_text(encoding="utf-8")
        for names, source in re.findall(r'^import \{ (.*) \} from "\./(\w+)\.js";$', text, re.MULTILINE):
            assert {f"{source}.{one}" for one in names.split(", ")} <= exported
        found = re.findall(r"^export (?:const|class|function) (\w+)", text, re.MULTILINE)
        exported |= {f"{name}.{one}" for one in found}
    declared = re.findall(r"^(?:const|let|class|function) (\w+)", module(), re.MULTILINE)
    assert len(set(declared)) == len(declared)
    assert ["export default { render };"] == re.findall(r"^(?:import|export).*", module(), re.MULTILINE)
    files = {path.stem for path in (ROOT / "simulator" / "views" / "player" / "web").glob("*.js")}
    assert {*MODULES, "page", "chapters"} == files


@every_run
def test_decisions_and_refusals_of_the_connection_can_be_guessed(name: str, tls: str) -> None:
    """Every decision with more than one option, and every alert that refuses, is a question."""
    trace, run = trace_of(name, tls), run_of(name, tls)
    for event in trace.of(Decided):
        if event.at >= 0 and isinstance(event.fact, Decided) and len(event.fact.options) > 1:
            assert run["events"][event.seq]["question"] is not None


@for_each("tls", VERSIONS)
def test_a_run_that_still_goes_on_has_a_document_at_every_moment(tls: str) -> None:
    """After any number of events there is a whole document, and no result in its picture."""
    events = trace_of("certificate-expired", tls).events
    for count in range(1, len(events), 7):
        run = document(trace_of_events(events[:count]), finished=False)["runs"][0]
        assert count == len(run["events"]) == len(run["picture"]["places"])
        assert not run["finished"]
        assert "What the session is worth" not in run["picture"]["svg"]
        if "FAILED" not in [move["after"] for move in run["moves"]]:
            assert "never read" not in json.dumps(run)


# Two runs ------------------------------------------------------------------------------------------------


@for_each("name, tls", by_turns(product(NAMES, VERSIONS), 2))
def test_a_comparison_knows_where_the_runs_part_and_what_answers_to_what(name: str, tls: str) -> None:
    """The parting is that of ``compare``; going forward in one never goes back in the other."""
    a, b = trace_of("valid-certificate", tls), trace_of(name, tls)
    found = comparison(a, b)["comparison"]
    parting = first_divergence(a, b)
    assert [parting.seq_a, parting.seq_b] == found["seqs"] if parting else [None, None] == found["seqs"]
    for across, one, other in ((found["across"][0], a, b), (found["across"][1], b, a)):
        assert len(one.events) == len(across)
        assert sorted(across) == across
        assert len(other.events) - 1 == across[-1]
        assert across[0] == 0


# The page ------------------------------------------------------------------------------------------------


@every_run
def test_a_page_is_below_a_megabyte(name: str, tls: str) -> None:
    """Any built-in run is a page below 1 MB, in the fullest detail."""
    assert len(page(trace_of(name, tls), detail="everything").encode()) < MEGABYTE


def test_a_page_of_forty_messages_is_below_a_megabyte() -> None:
    """A long run stays small too: 40 messages besides the enrolment."""
    trace = longer(trace_of("valid-certificate", "1.3"), 40)
    assert 40 <= sum(event.at >= 0 for event in trace.of(Sent))
    assert len(page(trace).encode()) < MEGABYTE


def longer(trace: Trace, messages: int) -> Trace:
    """The run with its largest message sent and read again and again at the end."""
    events = list(trace.events)
    sent = next(
        e
        for e in trace.of(Sent)
        if e.actor == "server" and e.at >= 0 and isinstance(e.fact, Sent) and e.fact.name == "Certificate"
    )
    fact = sent.fact
    assert isinstance(fact, Sent)
    while sum(isinstance(event.fact, Sent) and event.at >= 0 for event in events) < messages:
        at, seq = events[-1].at + 1000, len(events)
        read = Received(sent.actor, fact.protocol, fact.name, fact.raw, fact.protection)
        events.append(replace(sent, seq=seq, at=at, cause=seq - 1))
        events.append(replace(sent, seq=seq + 1, at=at, actor=fact.to, cause=seq, fact=read))
    return replace(trace, events=tuple(events))


@for_each("tls", VERSIONS)
def test_a_page_holds_no_secret(tls: TlsVersion) -> None:
    """Neither the connection's secrets nor any private key of the world stand in a page."""
    simulation = Simulation(catalogue["valid-certificate"], tls)
    simulation.run()
    text = page(simulation.trace).lower()
    secrets = [line.split()[2] for line in simulation.keylog]
    for issued in simulation.world.issued.values():
        key = issued.private_key
        assert isinstance(key, ec.EllipticCurvePrivateKey)
        secrets.append(f"{key.private_numbers().private_value:064x}")
    assert len(secrets) >= 5
    assert [] == [secret for secret in secrets if secret.lower() in text]


def test_a_page_asks_for_nothing_outside_itself() -> None:
    """No address stands where a browser would load it, and the page's policy forbids it besides."""
    text = page(trace_of("valid-certificate", "1.3"))
    assert [] == re.findall(r"""(?:src|href|action)=["']?(?!#)|@import|url\(""", text.split("<script")[0])
    assert "default-src 'none'" in text


@for_each("kind", HOSTILE)
def test_hostile_text_stays_data(kind: str) -> None:
    """Whatever a name says, the page has its two scripts, and the data reads back as cleaned text."""
    text = page(hostile_trace(kind))
    assert ["application/json", "module"] == re.findall(r'<script type="([^"]*)"', text)
    assert 2 == text.lower().count("<script")
    assert 2 == text.lower().count("</script")
    run = data_of(text)["runs"][0]
    assert clean(HOSTILE[kind]) == run["title"]
    ET.fromstring(run["picture"]["svg"])
    text.encode()


def test_pages_are_the_same_in_every_process() -> None:
    """Another process with other hashes writes the same bytes."""
    program = (
        "import hashlib; from simulator import simulate;"
        "from simulator.views.player.page import page, comparison_page;"
        "a = simulate('certificate-expired').trace; b = simulate('valid-certificate', tls='1.2').trace;"
        "print(hashlib.sha256((page(a) + comparison_page(a, b)).encode()).hexdigest())"
    )
    a, b = trace_of("certificate-expired", "1.3"), trace_of("valid-certificate", "1.2")
    here = hashlib.sha256((page(a) + comparison_page(a, b)).encode()).hexdigest()
    for seed in turn_of(("0", "77")):
        environment = {**os.environ, "PYTHONHASHSEED": seed, "TZ": "Asia/Tokyo"}
        found = subprocess.run(
            [sys.executable, "-c", program],
            env=environment,
            cwd=ROOT,
            capture_output=True,
            text=True,
            check=True,
        )
        assert here == found.stdout.strip()
