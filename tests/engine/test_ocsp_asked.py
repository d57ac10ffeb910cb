"""A responder is asked while the handshake waits: what is sent and when, and what comes of each answer."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from simulator.engine.simulation import Simulation
from simulator.oracle.comparing import check
from simulator.pki.bundles import write_pem
from simulator.pki.certificate import Certificate
from simulator.pki.ocsp.answer import read_ocsp_answer
from simulator.pki.ocsp.over_http import read_http_answer, read_http_request
from simulator.pki.ocsp.request import read_ocsp_request
from simulator.runs.run import simulate
from simulator.scenario import Scenario
from simulator.scenario.catalogue.catalogue import catalogue
from simulator.scenario.file import loads
from simulator.trace.facts import Checked, Received, Sent, StateChanged, Step, Unanswered
from simulator.trace.trace import Trace
from simulator.trust.verdict import CheckOutcome
from simulator.views.story.reading import unread_since
from tests.pki.samples import openssl
from tests.played import VERSIONS, for_each

if TYPE_CHECKING:
    from pathlib import Path

    from simulator.scenario import TlsVersion
    from simulator.trace.facts import Event
    from simulator.trust.verdict import Check

OCSP = {"server.revocation": "ocsp"}
ONE_WAY, SECOND = 20_000, 1_000_000  # one way through the network, in microseconds


def played(changes: dict[str, Any], tls: TlsVersion = "1.3", base: Scenario | None = None) -> Trace:
    """The good handshake, or another scenario, with a server that asks by OCSP and what else is changed."""
    return simulate((base or Scenario()).but({**OCSP, **changes}), tls=tls).trace


def passed(trace: Trace, name: str = "") -> list[tuple[Event, Sent]]:
    """Everything that passed between sides and responders, in order."""
    return [(event, one) for event, one in trace.facts(Sent) if one.protocol == "ocsp" and name in one.name]


def line(trace: Trace, depth: int = 0, side: str = "server") -> Check:
    """The ledger's line about the revocation of the certificate at a depth."""
    verdict = next(one.verdict for event, one in trace.facts(Checked) if event.actor == side)
    return next(one for one in verdict.checks if (one.name, one.depth) == ("revocation", depth))


@pytest.mark.parametrize("tls", VERSIONS)
def test_the_request_leaves_when_the_connection_is_open(tls: TlsVersion) -> None:
    """A way there and back opens the connection; each message takes one way, and the answer its delay."""
    trace = played({"responders.client-ca.delay": "3s"}, tls)
    (request, _), (answer, _) = passed(trace)
    chain = next(
        event
        for event, one in trace.facts(Received)
        if event.actor == "server" and one.name == "Certificate" and event.at > 0
    )
    read = next(event for event, one in trace.facts(Received) if one.name == "OCSPResponse")
    assert request.at == chain.at + 2 * ONE_WAY
    assert answer.at == request.at + ONE_WAY + 3 * SECOND
    assert read.at == answer.at + ONE_WAY
    assert [event.actor for event in (request, answer, read)] == ["server", "client-ca", "server"]
    assert {event.step for event in (request, answer, read)} == {Step.TRUST_DECISION}


@pytest.mark.parametrize("tls", VERSIONS)
def test_the_machine_stands_still_meanwhile(tls: TlsVersion) -> None:
    """From its request to its decision the server reads nothing of the client and changes no state."""
    trace = played({"responders.client-ca.delay": "3s"}, tls)
    (request, _), (answer, _) = passed(trace)
    meanwhile = [
        event
        for event in trace.of(Received, StateChanged)
        if event.actor == "server" and request.at <= event.at <= answer.at
    ]
    assert meanwhile == []
    states = [one.after for event, one in trace.facts(StateChanged) if event.actor == "server"]
    assert "WAIT_VERDICT_ON_CLIENT" in states


def test_real_bytes_go_both_ways(tmp_path: Path) -> None:
    """The HTTP messages hold the DER of the trace; OpenSSL verifies the answer, and prints that status."""
    scenario = catalogue["revoked-by-ocsp"]
    trace = simulate(scenario).trace
    (_, request), (_, answer) = passed(trace)
    assert read_http_request(request.wire) == request.raw
    assert read_http_answer(answer.wire) == answer.raw
    held = {one.name: one.der for one in trace.setup.certificates}
    (asked,) = read_ocsp_request(request.raw).certificates
    assert asked.serial_number == Certificate.parse(held["alice"]).serial_number
    basic = read_ocsp_answer(answer.raw).basic
    assert basic is not None
    assert basic.produced_at == scenario.clock.replace(hour=8)
    ca, leaf, given = tmp_path / "ca.pem", tmp_path / "leaf.pem", tmp_path / "answer.der"
    ca.write_bytes(write_pem([Certificate.parse(held["client-ca"])]))
    leaf.write_bytes(write_pem([Certificate.parse(held["alice"])]))
    given.write_bytes(answer.raw)
    when = ("-attime", f"{int(scenario.clock.timestamp())}")
    arguments = ("-no_nonce", "-issuer", ca, "-cert", leaf, "-CAfile", ca, "-respin", given, *when)
    done = openssl("ocsp", *arguments)
    printed = (done.stdout + done.stderr).decode()
    assert "Response verify OK" in printed
    assert "revoked" in printed
    assert "Reason: keyCompromise" in printed


# what the responder does → the field of the ledger's line, and the alert of a server that fails hard
TROUBLES: dict[str, tuple[dict[str, Any], str, str]] = {
    "tryLater": ({"answers": "tryLater"}, "OCSP responseStatus", "certificate_unknown"),
    "unauthorized": ({"answers": "unauthorized"}, "OCSP responseStatus", "certificate_unknown"),
    "internalError": ({"answers": "internalError"}, "OCSP responseStatus", "certificate_unknown"),
    "malformedRequest": ({"answers": "malformedRequest"}, "OCSP responseStatus", "certificate_unknown"),
    "sigRequired": ({"answers": "sigRequired"}, "OCSP responseStatus", "certificate_unknown"),
    "HTTP 500": ({"answers": "http-error"}, "OCSP answer", "certificate_unknown"),
    "silence": ({"answers": "nothing"}, "OCSP answer", "certificate_unknown"),
    "too slow": ({"delay": "12s"}, "OCSP answer", "certificate_unknown"),
    "refused connection": ({"reachable": False}, "OCSP answer", "certificate_unknown"),
    "unknown": ({"status": "unknown"}, "OCSP certStatus", "certificate_unknown"),
    "out of date": ({"this_update": "-9d", "next_update": "-1d"}, "OCSP nextUpdate", "certificate_unknown"),
    "not valid yet": ({"this_update": "1h"}, "OCSP thisUpdate", "certificate_unknown"),
    "another CA's signature": ({"signed_by": "server-ca"}, "OCSP issuer", "certificate_unknown"),
}


@for_each("tls", VERSIONS)
@for_each("trouble", TROUBLES)
def test_without_an_answer_that_counts(trouble: str, tls: TlsVersion) -> None:
    """Failing hard, a server refuses with the same alert whatever the trouble; failing softly, it goes on."""
    settings, field, alert = TROUBLES[trouble]
    changes = {f"responders.client-ca.{key}": value for key, value in settings.items()}
    hard = played(changes, tls)
    assert (line(hard).outcome, line(hard).field) == (CheckOutcome.FAIL, field)
    assert hard.outcome.alert is not None
    assert (hard.outcome.alert.name, hard.outcome.decisive_check) == (alert, "revocation")
    soft = played({**changes, "server.revocation_failure": "soft"}, tls)
    assert (line(soft).outcome, line(soft).field) == (CheckOutcome.NOT_EVALUATED, field)
    assert soft.outcome.alert is None
    assert "fails softly" in line(soft).sentence


def test_softly_does_not_let_a_revoked_certificate_pass() -> None:
    """Failing softly forgives a missing answer, not one that says revoked."""
    base = catalogue["revoked-by-ocsp"]
    trace = played({"server.revocation_failure": "soft"}, base=base)
    assert line(trace).outcome is CheckOutcome.FAIL
    assert line(trace).field == "OCSP revocationTime"
    assert trace.outcome.alert is not None
    assert trace.outcome.alert.name == "certificate_revoked"


def test_a_switched_off_authority_does_not_even_refuse() -> None:
    """Nothing comes back, so the server waits for as long as it is patient, and then says so."""
    trace = played({"certificates.client-ca.online": False, "server.ocsp_timeout": "5s"})
    (event, given_up) = next(iter(trace.facts(Unanswered)))
    assert passed(trace) == []
    assert event.at > 5 * SECOND
    assert given_up.reason == "none came within 5 seconds"
    assert (given_up.certificate, event.step) == ("CN=alice", Step.TRUST_DECISION)


def test_a_late_answer_is_never_read() -> None:
    """The responder sends it when it has it; the server has gone on, and the story knows that."""
    trace = played({"responders.client-ca.delay": "12s", "server.revocation_failure": "soft"})
    event, _ = passed(trace, "OCSPResponse")[0]
    given_up, _ = next(iter(trace.facts(Unanswered)))
    assert event.at > given_up.at
    assert event.seq in unread_since(trace)
    assert all(one.name != "OCSPResponse" for _, one in trace.facts(Received))


def test_a_chain_is_asked_about_from_the_leaf_on() -> None:
    """Each CA's own responder is asked, one after another; about the trust anchor none is."""
    base = catalogue["chain-with-intermediate"]
    trace = played({"server.revocation_scope": "chain"}, base=base)
    asked = [(event.actor, one.to, one.words) for event, one in passed(trace, "OCSPRequest")]
    leaf, between, root = (base.certificates[name] for name in ("alice", *_above("alice", base)))
    assert [words.rpartition("CN=")[2].partition(",")[0] for _, _, words in asked] == [
        one.subject.removeprefix("CN=") for one in (leaf, between)
    ]
    assert [to for _, to, _ in asked] == list(_above("alice", base))
    assert [line(trace, depth).outcome for depth in (0, 1, 2)] == [
        CheckOutcome.PASS,
        CheckOutcome.PASS,
        CheckOutcome.NOT_EVALUATED,
    ]
    assert root.role == "ca"
    refused = played(
        {"server.revocation_scope": "chain", f"certificates.{_above('alice', base)[0]}.revoked": "-1d"},
        base=base,
    )
    assert (line(refused, 0).outcome, line(refused, 1).outcome) == (CheckOutcome.PASS, CheckOutcome.FAIL)


def _above(name: str, scenario: Scenario) -> tuple[str, ...]:
    """The CAs above a certificate, the root last."""
    found: list[str] = []
    while (issuer := scenario.certificates[name].issuer) != name:
        found.append(issuer)
        name = issuer
    return tuple(found)


def test_a_cross_signed_authority_is_one_authority() -> None:
    """A CA is known by its key: whichever of its certificates is in the path, its responder is asked."""
    trace = played({"server.revocation_scope": "chain"}, base=catalogue["cross-signed"])
    assert [one.to for _, one in passed(trace, "OCSPRequest")] == ["client-ca", "older-ca"]
    assert line(trace, 1).outcome is CheckOutcome.PASS


def test_an_address_with_a_path_and_a_query() -> None:
    """What stands behind the host goes into the first line, and the host into its own."""
    trace = played({"responders.client-ca.address": "http://status.example:8080/ca?of=clients"})
    (_, request), _ = passed(trace)
    assert request.wire.startswith(b"POST /ca?of=clients HTTP/1.1\r\nHost: status.example:8080\r\n")


@pytest.mark.parametrize(
    ("name", "profile", "asks"),
    [
        ("untrusted-ca", "openssl", False),
        ("wrong-purpose", "openssl", False),
        ("certificate-expired", "openssl", True),  # OpenSSL looks revocation up before dates
        ("certificate-expired", "rfc5280", False),
        ("self-signed-trusted", "openssl", False),  # it is trusted itself: no CA could be asked
        ("no-certificate-lower-level", "openssl", False),
    ],
)
def test_nothing_is_asked_before_the_line_is_reached(name: str, profile: str, asks: bool) -> None:
    """A question costs time, so it is put only where what stands above it in the ledger has passed."""
    trace = played({"server.profile": profile}, base=catalogue[name])
    assert bool(passed(trace)) == asks


@pytest.mark.parametrize("tls", VERSIONS)
def test_a_client_asks_about_the_server(tls: TlsVersion) -> None:
    """The same on the other side: the server's CA is asked while the client judges the server."""
    changes = {"client.revocation": "ocsp", "certificates.server.revoked": "-1d"}
    trace = simulate(Scenario().but(changes), tls=tls).trace
    (request, sent), (_, answer) = passed(trace)
    assert (request.actor, sent.to, request.step) == ("client", "server-ca", Step.SERVER_CHECK)
    assert answer.words.startswith("revoked, as of ")
    assert trace.outcome.judged_by == "client"
    assert trace.outcome.alert is not None
    assert (trace.outcome.alert.name, trace.outcome.alert.sender) == ("certificate_revoked", "client")


def test_both_sides_ask() -> None:
    """Each asks its own peer's CA, and the good handshake stays what it is."""
    trace = played({"client.revocation": "ocsp"})
    assert [(event.actor, one.to) for event, one in passed(trace, "OCSPRequest")] == [
        ("client", "server-ca"),
        ("server", "client-ca"),
    ]
    assert trace.outcome.level is simulate(Scenario()).trace.outcome.level


def test_an_answer_knows_nothing_of_what_came_after_it() -> None:
    """A certificate revoked after thisUpdate is good in the answer, and revoked in the next one."""
    changes = {"certificates.alice.revoked": "-30m"}
    assert passed(played(changes), "OCSPResponse")[0][1].words == "good, as of 2030-03-04 08:00 UTC"
    fresh = {**changes, "responders.client-ca.this_update": "-1m"}
    assert passed(played(fresh), "OCSPResponse")[0][1].words == "revoked, as of 2030-03-04 08:59 UTC"


def test_a_revocation_between_two_connections() -> None:
    """The first connection is accepted; then the CA revokes, and the responder says so at the second."""
    scenario = loads(
        """
        [server]
        revocation = "ocsp"
        [[schedule]]
        connect = {}
        [[schedule]]
        at = "1d"
        revoke = "alice"
        [[schedule]]
        at = "2d"
        connect = {}
        """
    )
    trace = simulate(scenario).trace
    words = [one.words for _, one in passed(trace, "OCSPResponse")]
    assert words == ["good, as of 2030-03-04 08:00 UTC", "revoked, as of 2030-03-06 08:00 UTC"]
    assert trace.outcome.alert is not None
    assert trace.outcome.alert.name == "certificate_revoked"


@pytest.mark.parametrize("name", [name for name in catalogue if catalogue[name].server.revocation == "ocsp"])
def test_traces_are_sound_and_come_back(name: str) -> None:
    """Stepping gives the trace that running gives, and its JSON is read as the same trace."""
    simulation = Simulation(catalogue[name], "1.3")
    while not simulation.finished:
        assert simulation.step() or simulation.finished
    assert simulation.trace == simulate(name).trace
    assert Trace.from_json(simulation.trace.to_json()) == simulation.trace


def test_a_decision_can_be_taken_after_the_answer() -> None:
    """The decision on the client waits for the responder, and can be taken from outside then."""
    simulation = Simulation(catalogue["revoked-by-ocsp"], "1.3", interactive="accept-client")
    simulation.run()
    assert simulation.pending is not None
    assert simulation.pending.choice == "refuse"
    assert any(
        isinstance(event.fact, Received) and event.fact.protocol == "ocsp" for event in simulation.events
    )
    simulation.decide("accept")
    simulation.run()
    assert simulation.trace.outcome.alert is None


def test_openssl_cannot_play_it() -> None:
    """The comparison says why: no OpenSSL library asks a responder about its peer."""
    row = check(catalogue["ocsp-slow"], "1.3")
    assert "asks no OCSP responder" in row.not_played
