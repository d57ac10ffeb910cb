"""A question to an OCSP responder in pictures and texts: each form tells it, none takes it for TLS."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

from simulator.runs.run import simulate
from simulator.scenario import Scenario
from simulator.views.export import diff_contents, run_contents
from simulator.views.story.beat_kinds import Flight, Remark
from simulator.views.story.beats import beats, selection
from tests.played import VERSIONS, for_each, run_of

if TYPE_CHECKING:
    from simulator.runs.run import Run
    from simulator.scenario import TlsVersion

OCSP_RUNS = [(name, tls) for name in ("revoked-by-ocsp", "ocsp-slow") for tls in VERSIONS]


def text(run: Run, suffix: str, view: str = "sequence", detail: str = "messages") -> str:
    """A run as a file of text."""
    return run_contents(run.trace, Path(f"run{suffix}"), view=view, detail=detail).decode()


@for_each("suffix", [".txt", ".mmd", ".puml", ".svg"])
@for_each("name, tls", OCSP_RUNS)
def test_every_form_tells_question_and_answer(name: str, tls: TlsVersion, suffix: str) -> None:
    """Both messages are there with what they say, over HTTP and in the clear."""
    drawn = " ".join(text(run_of(name, tls), suffix).split())
    for words in ("OCSPRequest", "OCSPResponse", "over HTTP, in the clear", "for the certificate of alice"):
        assert words in drawn
    assert ("revoked, as of" if name == "revoked-by-ocsp" else "good, as of") in drawn


@for_each("tls", VERSIONS)
def test_the_arrows_go_to_the_authority_and_back(tls: TlsVersion) -> None:
    """They stand in the step of the decision that waits for them, and that CA is not idle."""
    told = list(selection(run_of("ocsp-slow", tls).trace, "overview"))
    ways = [
        (one.event.actor, one.receiver) for one in told if isinstance(one, Flight) and one.protocol == "ocsp"
    ]
    assert ways == [("server", "client-ca"), ("client-ca", "server")]
    idle = [one.lane for one in told if isinstance(one, Remark) and one.kind == "idle"]
    assert idle == ["server-ca"]


@for_each("view", ["timeline", "ladder", "states", "trust-graph", "bytes", "life"])
@for_each("name, tls", OCSP_RUNS)
def test_every_other_picture_can_be_drawn(name: str, tls: TlsVersion, view: str) -> None:
    """No view takes the responder's lane for a side of the connection."""
    for detail in ("overview", "everything"):
        assert "<svg" in text(run_of(name, tls), ".svg", view, detail)


def test_the_timeline_says_when() -> None:
    """Its text has the moments of question and answer, its picture notes beside the server's lane."""
    run = run_of("ocsp-slow", "1.3")
    said = text(run, ".txt", "timeline")
    assert "103 ms  server sends OCSPRequest (in the clear); arrives at 123 ms" in said
    assert "4.12 s  Client CA sends OCSPResponse (in the clear); arrives at 4.14 s" in said
    drawn = text(run, ".svg", "timeline")
    assert "The server sends OCSPRequest" in drawn
    assert "The server reads OCSPResponse" in drawn
    assert "OCSP" not in text(run, ".svg", "timeline", "overview")


def test_the_picture_for_one_slide_says_what_was_looked_up() -> None:
    """A look-up that found nothing bad, and one that found nothing, differ in the line of the decision."""
    good = text(run_of("ocsp-slow", "1.3"), ".txt", detail="essential")
    assert "alice: trusted, not revoked" in good
    unknown = text(run_of("ocsp-unreachable-soft-fail", "1.3"), ".txt", detail="essential")
    assert "alice: trusted, revocation not known" in unknown
    plain = text(run_of("valid-certificate", "1.3"), ".txt", detail="essential")
    assert "alice: trusted\n" in plain or "alice: trusted " in plain
    assert "revo" not in plain


def test_a_question_without_an_answer_is_told() -> None:
    """The story has the reason, in the step of the decision."""
    run = run_of("ocsp-unreachable-soft-fail", "1.3")
    said = " ".join(text(run, ".txt").replace("│", " ").split())
    assert "has no answer about alice from an OCSP responder: the connection was refused." in said


def test_an_answer_that_comes_too_late_is_drawn_as_never_read() -> None:
    """Its arrow ends before the lane of the server, which has given up."""
    changes = {
        "server.revocation": "ocsp",
        "server.revocation_failure": "soft",
        "responders.client-ca.delay": "12s",
    }
    trace = simulate(Scenario().but(changes)).trace
    (late,) = [one for one in beats(trace) if isinstance(one, Flight) and one.name == "OCSPResponse"]
    assert late.lost
    assert "never read" in run_contents(trace, Path("run.txt")).decode().partition("OCSPResponse")[2][:200]


def test_a_comparison_goes_by_what_follows() -> None:
    """Two runs with other answers part where the decision does; the question is the same in both."""
    revoked, slow = run_of("revoked-by-ocsp", "1.3").trace, run_of("ocsp-slow", "1.3").trace
    for suffix in (".svg", ".txt"):
        drawn = diff_contents(revoked, slow, Path(f"diff{suffix}")).decode()
        assert "revocation" in drawn


def test_the_document_of_a_run_has_tls_messages_alone() -> None:
    """``run --json`` lists handshake messages as sent; the trace beside them has the rest."""
    document = run_of("revoked-by-ocsp", "1.3").to_dict()
    names = [one["name"] for one in document["messages"]]
    assert names[0] == "ClientHello"
    assert not any("OCSP" in name for name in names)
    assert "OCSPResponse" in json.dumps(document["trace"])
