"""The simulation against the matrix of what OpenSSL 3.0 was measured to do, row by row."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

import pytest

from simulator.runs.run import simulate
from simulator.tls.wire.version import Protection
from tests.oracle.measured import (
    ABSENT,
    BAD_SIGNATURE,
    BOTH,
    OUT_OF_REACH,
    PLAYED,
    RESUMPTION,
    Accepted,
    Ending,
    Policy,
    Refused,
    Row,
)
from tests.oracle.seen import common_name, decisive, fatal_alert, never_read, read_before_alert, sent
from tests.peers import shared
from tests.played import for_each
from tests.played import run_of as catalogue_run

if TYPE_CHECKING:
    from simulator.runs.run import Run
    from simulator.scenario import TlsVersion
    from simulator.tls.wire.version import Side

FACTS = "facts/tls-client-authentication-measured.md"

# What a peer sends in one breath after its Certificate, and what is lost when that decides.
AFTER_CERTIFICATE: dict[tuple[str, str], list[str]] = {
    ("client", "1.2"): ["ClientKeyExchange", "CertificateVerify", "ChangeCipherSpec", "Finished"],
    ("client", "1.3"): ["CertificateVerify", "Finished", "application data"],
    ("server", "1.2"): ["ServerKeyExchange", "CertificateRequest", "ServerHelloDone"],
    ("server", "1.3"): ["CertificateVerify", "Finished"],
}
CASES = {
    name: [(tls, policy) for tls in row.versions for policy in row.policies] for name, row in PLAYED.items()
}
REFUSALS = {
    name: refused
    for name, cases in CASES.items()
    if (refused := [case for case in cases if isinstance(PLAYED[name].ended(*case), Refused)])
}


@cache
def run_of(name: str, tls: TlsVersion, policy: Policy) -> Run:
    """A row of the matrix, played once."""
    return simulate(PLAYED[name].played(policy), tls)


def refusal_of(name: str, tls: TlsVersion, policy: Policy) -> Refused:
    """What was measured, for a case of ``REFUSALS``."""
    ending = PLAYED[name].ended(tls, policy)
    assert isinstance(ending, Refused)
    return ending


@for_each("name", CASES)
def test_outcome_and_alert(name: str) -> None:
    """Who refuses, with which alert and code, or with which peer the server ends, is as measured."""
    for tls, policy in CASES[name]:
        outcome = run_of(name, tls, policy).outcome
        ending = PLAYED[name].ended(tls, policy)
        alert = outcome.alert and (outcome.alert.sender, outcome.alert.name, outcome.alert.code)
        found = (alert, common_name(outcome.server.peer), outcome.refused_at)
        if isinstance(ending, Accepted):
            assert (None, ending.peer, None) == found
        else:
            assert ((ending.sender, ending.alert, ending.code), None, "tls") == found


@for_each("name", CASES)
def test_what_the_handshake_calls_returned(name: str) -> None:
    """A refusal fails both handshake calls, but for the client's that a TLS 1.3 server refuses: ok."""
    for tls, policy in CASES[name]:
        outcome = run_of(name, tls, policy).outcome
        ending = PLAYED[name].ended(tls, policy)
        expected = ("ok", "ok") if isinstance(ending, Accepted) else handshakes(ending, tls)
        assert expected == (outcome.client.handshake, outcome.server.handshake), (tls, policy)


@for_each("name", REFUSALS)
def test_meaning_of_the_decisive_check(name: str) -> None:
    """The check that decided, its field and its sentence mean what OpenSSL's verify code says."""
    for tls, policy in REFUSALS[name]:
        finding = refusal_of(name, tls, policy).finding
        check = decisive(run_of(name, tls, policy))
        assert check is not None, (tls, policy)
        assert (finding.check, finding.field) == (check.name, check.field), (tls, policy)
        assert finding.words in check.sentence, (tls, policy)


@for_each("name", REFUSALS)
def test_form_of_the_alert(name: str) -> None:
    """A TLS 1.3 server's alert is a 19-byte application data record; every other one has two plain bytes."""
    for tls, policy in REFUSALS[name]:
        ending = refusal_of(name, tls, policy)
        alert = fatal_alert(run_of(name, tls, policy).trace)
        assert alert is not None, (tls, policy)
        hidden = (ending.sender, tls) == ("server", "1.3")
        expected = (23, 0x0303, 19) if hidden else (21, 0x0303, 2)
        wire = alert.wire
        assert expected == (wire[0], int.from_bytes(wire[1:3]), int.from_bytes(wire[3:5])), (tls, policy)
        assert len(wire) == 5 + expected[2], (tls, policy)
        assert (alert.protection is not Protection.CLEAR) == hidden, (tls, policy)
        assert alert.raw == bytes((2, ending.code)), (tls, policy)


@for_each("name", REFUSALS)
def test_moment_of_the_decision(name: str) -> None:
    """The decision falls after the peer's Certificate; after CertificateVerify for a bad signature."""
    for tls, policy in REFUSALS[name]:
        ending = refusal_of(name, tls, policy)
        message = "CertificateVerify" if ending.finding is BAD_SIGNATURE else "Certificate"
        assert (ending.sender, message) == read_before_alert(run_of(name, tls, policy).trace), (tls, policy)


@for_each("name", REFUSALS)
def test_what_was_never_read(name: str) -> None:
    """What the peer had sent after the message that decided is never read, application data included."""
    for tls, policy in REFUSALS[name]:
        ending = refusal_of(name, tls, policy)
        peer: Side = "server" if ending.sender == "client" else "client"
        decided_late = ending.finding is BAD_SIGNATURE
        left_out = {
            "CertificateRequest": policy == "none",
            "CertificateVerify": ending.finding is ABSENT or decided_late,
            "ClientKeyExchange": decided_late,
        }
        expected = [message for message in AFTER_CERTIFICATE[peer, tls] if not left_out.get(message)]
        assert expected == never_read(run_of(name, tls, policy).trace, peer), (tls, policy)


@for_each("name", REFUSALS)
def test_a_client_that_refuses_shows_no_certificate(name: str) -> None:
    """A client that refuses the server has not sent its own certificate; one that is refused has."""
    for tls, policy in REFUSALS[name]:
        expected = 0 if refusal_of(name, tls, policy).sender == "client" else 1
        assert expected == len(sent(run_of(name, tls, policy).trace, "Certificate", "client")), (tls, policy)


@pytest.mark.parametrize("tls", BOTH)
@pytest.mark.parametrize("name", ["stolen-certificate", "corrupted-proof"])
def test_a_bad_signature_decides_after_the_proof(name: str, tls: TlsVersion) -> None:
    """Whatever made the signature bad, the server ends at CertificateVerify and reads nothing more."""
    run = catalogue_run(name, tls)
    rest = AFTER_CERTIFICATE["client", tls]
    assert read_before_alert(run.trace) == ("server", "CertificateVerify")
    assert rest[rest.index("CertificateVerify") + 1 :] == never_read(run.trace, "client")
    assert (run.outcome.client.handshake, run.outcome.alert and run.outcome.alert.code) == (
        "ok" if tls == "1.3" else "failed",
        51,
    )


def handshakes(ending: Refused, tls: TlsVersion) -> tuple[str, str]:
    """What the client's and the server's handshake calls were measured to return after a refusal."""
    return ("ok", "failed") if (ending.sender, tls) == ("server", "1.3") else ("failed", "failed")


# The tables themselves ------------------------------------------------------------------------------------


@cache
def measured_matrix() -> dict[str, tuple[str, str]]:
    """The matrices of section 1.3 as they stand in the facts: row → the cells of TLS 1.2 and TLS 1.3."""
    text = shared(FACTS).read_text(encoding="utf-8")
    section = text[text.index("## 1.3 ") : text.index("Notes on the matrix")]
    rows = (line.strip("|").split("|") for line in section.splitlines() if line.startswith("| "))
    return {
        cells[0].strip(): (cells[1].strip(), cells[2].strip()) for cells in rows if "TLS 1.2" not in cells[1]
    }


# Where the sections of the facts about OpenSSL are held, or why they are not.
SECTIONS = {
    "1.1": "test_measured_messages.py and test_measured_sizes.py",
    "1.2": "here, and the client's silence in test_measured_messages.py",
    "1.3": "here; its notes on schemes, versions and names on the wire in test_measured_messages.py. Out of "
    "reach of the notes: ALPN, cipher suites and verify depth, which a scenario does not set",
    "1.4": "test_measured_messages.py and test_measured_sizes.py",
    "1.5": f"out of reach: {RESUMPTION}",
    "1.6": "out of reach: there is no post-handshake authentication",
    "1.7": "out of reach: there is no renegotiation",
    "1.8": "out of reach: no real TCP; the simulated link loses no alert",
    "1.9": "out of reach: it is about the options of the program openssl s_server",
    "1.10": "here, and the goodbyes in test_measured_messages.py",
    "1.11": "no behaviour of TLS: it is about how to measure",
}


def test_every_section_is_held_or_out_of_reach() -> None:
    """The facts about OpenSSL have no section that these tests pass over in silence."""
    text = shared(FACTS).read_text(encoding="utf-8")
    part = text[text.index("# Part 1") : text.index("# Part 2")]
    assert SECTIONS.keys() == {line.split()[1] for line in part.splitlines() if line.startswith("## 1.")}


def test_every_row_is_held_or_out_of_reach() -> None:
    """Each row of the matrix is played, or stands among those out of reach with its reason; none in both."""
    assert set(measured_matrix()) == PLAYED.keys() | OUT_OF_REACH.keys()
    assert not PLAYED.keys() & OUT_OF_REACH.keys()
    assert all(OUT_OF_REACH.values())


@for_each("name", PLAYED)
def test_the_rows_say_what_was_measured(name: str) -> None:
    """The rows in these tests say, cell by cell, what the measured table says: nothing was mistyped."""
    row = PLAYED[name]
    expected = {tls: in_table_words(row, tls) if tls in row.versions else "" for tls in BOTH}
    assert expected == dict(zip(BOTH, measured_matrix()[name], strict=True))


def in_table_words(row: Row, tls: TlsVersion) -> str:
    """A cell in the words of the measured table: policies with the same ending stand together."""
    under: dict[str, list[Policy]] = {}
    for policy in row.policies:
        under.setdefault(ending_in_words(row.ended(tls, policy), tls), []).append(policy)
    if len(under) == 1:
        return "".join(f"{words} [{'/'.join(policies)}]" for words, policies in under.items())
    return "; ".join(f"[{'/'.join(policies)}] {words}" for words, policies in under.items())


def ending_in_words(ending: Ending, tls: TlsVersion) -> str:
    """An ending as the measured table writes it."""
    if isinstance(ending, Accepted):
        return f"OK, server peer={ending.peer}"
    client, server = handshakes(ending, tls)
    sender = ending.sender[0].upper()
    return (
        f"{sender} sends {ending.alert}({ending.code}) ({ending.finding.verify}); "
        f"client hs={client}, server hs={server}"
    )
