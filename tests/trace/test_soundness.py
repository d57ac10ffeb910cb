"""What a trace must hang together in, beyond its types."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from simulator.errors import TraceError
from simulator.trace.facts import Alert, BeliefChanged, HandshakeReturned, Received, Sent, StandingChanged
from simulator.trace.soundness import must_be_sound
from simulator.trace.trace import Trace, trace_from_dict, trace_to_dict
from tests.played import EVERYTHING, RUNS, for_each, run_of
from tests.trace.damages import damaged
from tests.views.every_view import comparison, every_view

if TYPE_CHECKING:
    from simulator.scenario import TlsVersion

Path = tuple[str | int, ...]
SETUP: Path = ("events", 0, "fact")


@for_each("name, tls", RUNS)
def test_every_run_is_sound(name: str, tls: TlsVersion) -> None:
    """The trace of every run hangs together, before it ever was a file."""
    must_be_sound(run_of(name, tls).trace.events)


def refused(path: Path, value: object) -> str:
    """Put a value into a trace and return the reader's complaint."""
    document: Any = trace_to_dict(run_of("valid-certificate", "1.3").trace)
    place = document
    for step in path[:-1]:
        place = place[step]
    place[path[-1]] = value
    with pytest.raises(TraceError) as caught:
        trace_from_dict(document)
    return str(caught.value)


def seq_of(kind: type, name: str) -> int:
    """The number of the first such event in the run that these tests damage."""
    trace = run_of("valid-certificate", "1.3").trace
    return next(event.seq for event in trace.of(kind) if getattr(event.fact, "name", "") == name)


DAMAGES: list[tuple[str, Path, object]] = [
    ("events[0]", ("events",), []),
    ("events[0]", (*SETUP,), {"kind": "noted", "text": ""}),
    ("events[3].seq", ("events", 3, "seq"), 7),
    ("events[4].cause", ("events", 4, "cause"), 4),
    ("events[4].cause", ("events", 4, "cause"), -1),
    ("events[4].at", ("events", 4, "at"), -(10**18)),
    ("events[4].connection", ("events", 4, "connection"), 2),
    ("events[4].actor", ("events", 4, "actor"), "mallory"),
    ("events[0].fact.connections", (*SETUP, "connections", 0, "client"), "mallory"),
    ("events[0].fact.connections", (*SETUP, "connections", 0, "server"), "mallory"),
    ("connection", (*SETUP, "connections"), []),
    ("certificates[1].fingerprint", (*SETUP, "certificates", 1, "fingerprint"), "00" * 32),
    ("certificates[1].fingerprint", (*SETUP, "certificates", 1, "der"), "3000"),
    ("certificates[1].problem", (*SETUP, "certificates", 1, "problem"), "it cannot be read"),
    ("certificates[1].problem", (*SETUP, "certificates", 1, "facts"), None),
    ("certificates[1].signed_by", (*SETUP, "certificates", 1, "signed_by"), ["nobody"]),
    ("events[0].fact.tls", (*SETUP, "tls"), "1.1"),
    ("events[0].fact.clock", (*SETUP, "clock"), "yesterday"),
    ("events[0].fact.clock", (*SETUP, "clock"), "9999-12-31T23:59:59.999999Z"),
    ("events[0].fact.certificates", (*SETUP, "certificates", 0, "name"), "server"),
    ("events[0].fact.actors", (*SETUP, "actors", 0, "name"), "server"),
    ("events[0].fact.actors[0].trusts", (*SETUP, "actors", 0, "trusts"), ["nobody"]),
    ("outcome.level", ("outcome", "level"), "REFUSED"),
    ("outcome.client", ("outcome", "client", "peer"), "CN=mallory"),
    ("card.encrypted", ("card", "encrypted"), False),
]


@for_each("where, path, value", DAMAGES)
def test_what_does_not_hang_together_is_refused_with_its_place(where: str, path: Path, value: object) -> None:
    """Numbers, times, causes, parties, connections and certificates are those of the setup."""
    complaint = refused(path, value)
    assert complaint.startswith("The trace is damaged at ")
    assert where in complaint.partition(". Got")[0]


@pytest.mark.parametrize(
    ("key", "value"),
    [("this_update", "yesterday"), ("next_update", "2030-03-10"), ("held_by", ["mallory"])],
)
def test_a_revocation_list_has_dates_and_holders(key: str, value: object) -> None:
    """The dates of a list are moments, and a party of the setup holds it."""
    document: Any = trace_to_dict(run_of("revoked-by-crl", "1.3").trace)
    document["events"][0]["fact"]["crls"][0][key] = value
    with pytest.raises(TraceError, match=rf"fact\.crls\[0\]\.{key}"):
        trace_from_dict(document)


def test_a_second_setup_is_refused() -> None:
    """A connection has one setup, at its beginning."""
    setup = trace_to_dict(run_of("valid-certificate", "1.3").trace)["events"][0]["fact"]
    assert "events[5].connection" in refused(("events", 5, "fact"), setup)


def test_a_peer_that_is_not_in_the_setup_is_refused() -> None:
    """Whom a message goes to, whom it comes from and whom an alert concerns are parties of the setup."""
    sent, read = seq_of(Sent, "ClientHello"), seq_of(Received, "ClientHello")
    goodbye = seq_of(Alert, "close_notify")
    for seq, key in ((sent, "to"), (read, "sender"), (goodbye, "peer")):
        assert f"events[{seq}].fact" in refused(("events", seq, "fact", key), "mallory")


@pytest.mark.parametrize(("key", "value"), [("raw", "00"), ("sender", "client-ca")])
def test_a_reading_of_something_else_is_refused(key: str, value: str) -> None:
    """What was read is what its cause sent: the same bytes, from the same party."""
    read = seq_of(Received, "ServerHello")
    assert f"events[{read}].cause" in refused(("events", read, "fact", key), value)


def test_a_reading_caused_by_no_sending_is_refused() -> None:
    """The cause of a reading is a sending."""
    read = seq_of(Received, "ServerHello")
    assert f"events[{read}].cause" in refused(("events", read, "cause"), 0)


def test_a_reading_may_have_no_cause() -> None:
    """The sending of a live peer is not recorded, so what was read from it has no cause."""
    document = trace_to_dict(run_of("valid-certificate", "1.3").trace)
    document["events"][seq_of(Received, "ServerHello")]["cause"] = None
    trace_from_dict(document)


@pytest.mark.parametrize(("kind", "other"), [(BeliefChanged, "server"), (StandingChanged, "client")])
def test_a_level_is_believed_by_clients_and_a_standing_known_by_servers(kind: type, other: str) -> None:
    """A server that believes in a level, or a client that knows its standing, is refused."""
    seq = seq_of(kind, "")
    assert f"events[{seq}].actor" in refused(("events", seq, "actor"), other)


def test_a_version_that_does_not_exist_is_refused() -> None:
    """The version that was agreed is one of those there are."""
    seq = seq_of(HandshakeReturned, "")
    assert f"events[{seq}].fact.negotiated" in refused(("events", seq, "fact", "negotiated"), "1.1")


@pytest.mark.parametrize(("name", "tls"), RUNS if EVERYTHING else [("stolen-certificate", "1.2")])
def test_whatever_is_accepted_can_be_drawn(name: str, tls: str) -> None:
    """Each of many damaged traces is refused, or every view draws it and it can be stored again."""
    whole = run_of(name, tls).trace
    document = trace_to_dict(whole)
    accepted = 0
    for seed in range(100):
        try:
            trace = trace_from_dict(damaged(document, seed))
        except TraceError:
            continue
        accepted += 1
        assert Trace.from_json(trace.to_json()) == trace, seed
        if EVERYTHING or accepted <= 3:  # all the views of one take a fifth of a second
            assert all(data for _, data in every_view(trace)), seed
            assert all(data for _, data in comparison(trace, whole)), seed
    assert accepted > 3
