"""What must hold for the trace of every run, and its JSON text."""

from __future__ import annotations

import copy
import json
import pickle
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from msgspec.structs import replace

from simulator.engine.world import issue_world
from simulator.entropy import SeededEntropy
from simulator.errors import TraceError
from simulator.trace.facts import (
    Alert,
    BeliefChanged,
    Checked,
    Decided,
    Event,
    HandshakeReturned,
    Received,
    Sent,
    Setup,
    StandingChanged,
    StateChanged,
    Step,
)
from simulator.trace.trace import Trace, trace_from_dict, trace_of, trace_to_dict
from tests.played import RUNS, run_of

if TYPE_CHECKING:
    from collections.abc import Iterator


def test_causes_come_before_what_they_cause() -> None:
    """Every event has an earlier cause, but for the setup and the beginnings of an actor's own accord."""
    for name, tls in RUNS:
        for event in run_of(name, tls).trace.events:
            if event.cause is None:
                assert isinstance(event.fact, Setup) or is_beginning(event), event
            else:
                assert event.cause < event.seq, (name, tls)


def is_beginning(event: Event) -> bool:
    """It starts something: an enrolment, a revocation, a CA's departure, or the connection."""
    if isinstance(event.fact, Sent | StateChanged):
        return event.at == 0 and event.actor == "client"
    return event.step is Step.ENROLMENT and not isinstance(event.fact, Received)


def test_sequence_numbers_have_no_gaps_and_time_never_runs_backwards() -> None:
    """Events are numbered from 0 in the order of time, and no cause is later than its effect."""
    for name, tls in RUNS:
        events = run_of(name, tls).trace.events
        assert [event.seq for event in events] == list(range(len(events))), (name, tls)
        assert [event.at for event in events] == sorted(event.at for event in events), (name, tls)


def test_everything_read_was_sent() -> None:
    """What is read is the very message that its cause sent, to this reader, a latency ago or longer."""
    for name, tls in RUNS:
        trace = run_of(name, tls).trace
        for event, sending in readings(trace):
            assert isinstance(event.fact, Received | Alert), (name, tls)
            assert isinstance(sending.fact, Sent | Alert), (name, tls)
            assert sending.fact.raw == event.fact.raw, (name, tls)
            assert sending.fact.name == event.fact.name, (name, tls)
            assert receiver_of(sending) == event.actor, (name, tls)
            assert sending.step == event.step, (name, tls)
            assert event.at >= sending.at + trace.setup.latency, (name, tls)


def test_nothing_is_read_twice_or_out_of_order() -> None:
    """In each direction messages are read in the order in which they were sent, each at most once."""
    for name, tls in RUNS:
        for lane in {event.actor for event in run_of(name, tls).trace.events}:
            for sender in {sending.actor for _, sending in readings(run_of(name, tls).trace)}:
                read = [
                    sending.seq
                    for event, sending in readings(run_of(name, tls).trace)
                    if (event.actor, sending.actor) == (lane, sender)
                ]
                assert read == sorted(set(read)), (name, tls)


def test_late_reading_means_that_the_reader_was_thinking() -> None:
    """A record is read on arrival, unless its reader was waiting for a decision when it came."""
    for name, tls in RUNS:
        trace = run_of(name, tls).trace
        for event, sending in readings(trace):
            late = event.at - sending.at - trace.setup.latency
            decided = [e.at for e in trace.of(Decided) if e.actor == event.actor and e.seq < event.seq]
            assert late == 0 or decided[-1] == event.at, (name, tls)


def readings(trace: Trace) -> Iterator[tuple[Event, Event]]:
    """Every reading with the sending that caused it."""
    for event in trace.events:
        reading = isinstance(event.fact, Received)
        if reading or (isinstance(event.fact, Alert) and event.fact.direction == "received"):
            assert event.cause is not None
            yield event, trace.events[event.cause]


def receiver_of(event: Event) -> str:
    """To whom something was sent."""
    if isinstance(event.fact, Sent):
        return event.fact.to
    return event.fact.peer if isinstance(event.fact, Alert) else ""


def test_one_return_and_no_idle_belief() -> None:
    """Each side's handshake call returns once, and a belief is told only when it is a new one."""
    for name, tls in RUNS:
        trace = run_of(name, tls).trace
        for side in ("client", "server"):
            assert len([event for event in trace.of(HandshakeReturned) if event.actor == side]) == 1, (
                name,
                tls,
            )
            held = [event.fact for event in trace.of(BeliefChanged, StandingChanged) if event.actor == side]
            told = [
                replace(fact, reason="") for fact in held if isinstance(fact, BeliefChanged | StandingChanged)
            ]
            assert all(one != other for one, other in pairwise(told)), (name, tls)


def test_authorities_are_silent_once_the_connection_begins() -> None:
    """No CA says or hears anything at time 0 or later."""
    for name, tls in RUNS:
        trace = run_of(name, tls).trace
        lanes = {actor.name for actor in trace.setup.actors if actor.role == "authority"}
        assert [event for event in trace.events if event.actor in lanes and event.at >= 0] == [], (name, tls)


def test_the_verdict_precedes_the_decision() -> None:
    """A side that accepts or refuses a certificate has a ledger first, and decides as it says."""
    for name, tls in RUNS:
        trace = run_of(name, tls).trace
        for event in trace.of(Decided):
            assert isinstance(event.fact, Decided), (name, tls)
            if event.fact.decision in ("accept-server", "accept-client"):
                assert event.cause is not None, (name, tls)
                cause = trace.events[event.cause].fact
                assert isinstance(cause, Checked), (name, tls)
                assert (event.fact.choice == "accept") == cause.verdict.accepted, (name, tls)


def test_the_outcome_follows_from_the_events_alone() -> None:
    """Folding the events again gives the same outcome and card."""
    for name, tls in RUNS:
        trace = run_of(name, tls).trace
        assert trace_of(trace.events) == trace, (name, tls)


def test_the_whole_stream_stands_in_the_trace() -> None:
    """The records of each side, joined, are a sequence of whole TLS records of at most 16 KiB."""
    for name, tls in RUNS:
        for side in ("client", "server"):
            stream = b"".join(
                event.fact.wire
                for event in run_of(name, tls).trace.of(Sent, Alert)
                if event.actor == side and isinstance(event.fact, Sent | Alert)
            )
            while stream:
                content_type, length = stream[0], int.from_bytes(stream[3:5])
                assert content_type in (20, 21, 22, 23), (name, tls)
                assert 0 < length <= 2**14 + 256, (name, tls)
                assert len(stream) >= 5 + length, (name, tls)
                stream = stream[5 + length :]


def test_no_private_key_and_no_traffic_secret_in_the_json() -> None:
    """The JSON text has neither the bytes of a private key nor a secret of the key log in it."""
    for name, tls in RUNS:
        run = run_of(name, tls)
        text = run.trace.to_json()
        world = issue_world(run.scenario, SeededEntropy(run.scenario.seed))
        keys = [one.private_key for one in world.issued.values()]
        keys += [own.private_key for own in (*world.client.credentials, *world.server.credentials)]
        for key in keys:
            der = key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())
            secret = (
                der[36:68] if len(der) < 200 else der[60:300]
            )  # the key's own octets, whatever wraps them
            assert secret.hex() not in text, (name, tls)
        for line in run.keylog:
            assert line.split()[-1] not in text, (name, tls)


def test_json_loses_nothing() -> None:
    """A trace that went to JSON and back is equal, and its text is the same again."""
    for name, tls in RUNS:
        trace = run_of(name, tls).trace
        text = trace.to_json()
        assert Trace.from_json(text) == trace, (name, tls)
        assert Trace.from_json(text).to_json() == text, (name, tls)


def test_json_is_plain_json() -> None:
    """The document holds nothing but objects, lists, text, numbers, booleans and null."""
    document = trace_to_dict(run_of("valid-certificate", "1.3").trace)
    assert json.loads(json.dumps(document)) == document


DAMAGES: list[tuple[str, tuple[str | int, ...], object, str]] = [
    ("outcome.level", ("outcome", "level"), "GOOD", "'GOOD'"),
    ("outcome.client.handshake", ("outcome", "client", "handshake"), "perhaps", "'perhaps'"),
    ("events", ("events",), {}, "Got: an object. Expected: a list."),
    ("events[2].at", ("events", 2, "at"), "soon", "Got: text. Expected: a whole number."),
    ("events[2].at", ("events", 2, "at"), True, "Got: true or false. Expected: a whole number."),
    ("events[2].at", ("events", 2, "at"), 1.0, "Got: a number. Expected: a whole number."),
    ("events[2].cause", ("events", 2, "cause"), "1", "Got: text. Expected: a whole number or null."),
    ("events[2].fact.kind", ("events", 2, "fact", "kind"), "whispered", "'whispered'"),
    ("events[2].fact.raw", ("events", 2, "fact", "raw"), "0", "Expected: bytes as lower-case hexadecimal."),
    ("events[2].fact.raw", ("events", 2, "fact", "raw"), "zz", "Expected: bytes as lower-case hexadecimal."),
    ("events[2].fact.raw", ("events", 2, "fact", "raw"), "AA", "Got: AA."),
    ("events[2].fact.raw", ("events", 2, "fact", "raw"), 7, "Expected: bytes as lower-case hexadecimal."),
    ("events[2].fact.colour", ("events", 2, "fact", "colour"), "red", "Got: an unknown key."),
    (
        "events[0].fact.actors[0].policy[0]",
        ("events", 0, "fact", "actors", 0, "policy", 0),
        ["one"],
        "Got: 1 values. Expected: length 2.",
    ),
    ("card.user", ("card", "user"), 5, "Got: a whole number. Expected: text or null."),
    ("release", ("release",), 5, "Expected: text."),
    ("its top", ("\ud800",), 5, "Expected: the keys and words of the schema."),
]


def test_a_damaged_trace_is_refused_with_its_place() -> None:
    """Each kind of damage is a TraceError that names the place, what was found and what belongs there."""
    text = run_of("valid-certificate", "1.3").trace.to_json()
    for where, path, value, words in DAMAGES:
        place = document = json.loads(text)
        for step in path[:-1]:
            place = place[step]
        place[path[-1]] = value
        told = ""
        try:
            trace_from_dict(document)
        except TraceError as error:
            told = str(error)
        assert told.startswith(f"The trace is damaged at {where}."), (where, value)
        assert words in told, (where, value)


OLD = Path(__file__).with_name("schema-1.json")


def test_a_trace_of_the_old_schema_is_refused_in_words() -> None:
    """A file that the release before this schema wrote is refused for its version, not for its first key."""
    with pytest.raises(TraceError) as caught:
        Trace.from_json(OLD.read_text(encoding="utf-8"))
    assert str(caught.value) == (
        "This trace is written in another schema. Got: schema_version 1. Expected: schema_version 3. "
        "Run the scenario again with this release, or read the trace with the one that wrote it."
    )


@pytest.mark.parametrize("version", [True, 2, "3", 99, None])
def test_another_schema_is_refused(version: object) -> None:
    """The schema's version is a number, and this one."""
    document = trace_to_dict(run_of("valid-certificate", "1.3").trace) | {"schema_version": version}
    with pytest.raises(TraceError, match="another schema"):
        trace_from_dict(document)


def test_reading_leaves_the_document_as_it_was() -> None:
    """A document can be read twice."""
    document = trace_to_dict(run_of("valid-certificate", "1.3").trace)
    assert trace_from_dict(document) == trace_from_dict(document)


def test_a_trace_is_a_value() -> None:
    """A pickled, a copied and a read trace are equal to the one that was played, hash and words included."""
    trace = run_of("valid-certificate", "1.3").trace
    again = [pickle.loads(pickle.dumps(trace)), copy.deepcopy(trace), Trace.from_json(trace.to_json())]
    assert again == [trace] * 3
    assert {hash(one) for one in again} == {hash(trace)}
    assert repr(again[-1]) == repr(trace)
    assert [repr(event) for event in again[-1].events] == [repr(event) for event in trace.events]
    with pytest.raises(AttributeError):
        trace.events[0].seq = 1  # type: ignore[misc]  # that it cannot be set is the claim


def test_a_missing_key_is_named() -> None:
    """A key that is not there is damage too."""
    document: Any = json.loads(run_of("valid-certificate", "1.3").trace.to_json())
    del document["events"][5]["step"]
    with pytest.raises(TraceError, match=r"events\[5\].step"):
        trace_from_dict(document)


@pytest.mark.parametrize("text", ["", "{", "[]", "null", "3", '"trace"', "[" * 100_000])
def test_what_is_no_trace_is_a_trace_error(text: str) -> None:
    """Text that is not JSON, or JSON that is no trace, is told apart from a program's failure."""
    with pytest.raises(TraceError):
        Trace.from_json(text)
