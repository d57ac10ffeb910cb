"""A server that defers its refusal: it finishes the handshake, and its application refuses."""

from __future__ import annotations

from typing import Any

import pytest

from simulator import catalogue, simulate
from simulator.actors.application import HttpApplication
from simulator.engine.simulation import Simulation
from simulator.runs.run import run_of as run_made_by
from simulator.scenario import TLS_VERSIONS, TlsVersion
from simulator.security import SecurityLevel as L
from simulator.security import Standing
from simulator.trace.facts import BeliefChanged, Decided, Received, StandingChanged

DEFERRED = {"server.client_authentication": "deferred"}
EXPIRED, ABSENT = "certificate-expired", "no-certificate-refused"


@pytest.mark.parametrize("tls", TLS_VERSIONS)
@pytest.mark.parametrize("application", ["line", "http", "telnet", "tn3270"])
@pytest.mark.parametrize(
    ("name", "believed"), [(EXPIRED, L.CLIENT_AUTHENTICATED), (ABSENT, L.SERVER_AUTHENTICATED)]
)
def test_the_application_refuses_what_tls_went_on_with(
    name: str, believed: L, application: str, tls: TlsVersion
) -> None:
    """Both handshake calls return, no alert is sent, and the client believes in a session until it reads."""
    run = simulate(name, tls).but({**DEFERRED, "network.application": application})
    outcome, decisive = run.outcome, catalogue[name].expect[tls].decisive_check
    assert (outcome.level, outcome.refused_at, outcome.alert) == (L.REFUSED, "application", None)
    assert (outcome.decisive_check, outcome.judged_by) == (decisive, "server")
    assert (outcome.client.handshake, outcome.server.handshake) == ("ok", "ok")
    assert outcome.client.believed_when_handshake_returned is believed
    assert outcome.client.believes is L.REFUSED
    taken = [(fact.decision, fact.choice) for _, fact in run.trace.facts(Decided)]
    assert ("accept-client", "defer") in taken
    assert ("grant", "refuse") in taken
    assert run.card.client_authenticated == ("claimed" if name == EXPIRED else "no")


@pytest.mark.parametrize("tls", TLS_VERSIONS)
def test_a_certificate_of_an_expired_client_is_only_claimed(tls: TlsVersion) -> None:
    """Good proof or not: a name in a certificate that is not accepted is never authenticated."""
    run = simulate(EXPIRED, tls).but(DEFERRED)
    known = [fact.standing for _, fact in run.trace.facts(StandingChanged)]
    assert known == [Standing.ASKED, Standing.CLAIMED, Standing.REFUSED]


@pytest.mark.parametrize("tls", TLS_VERSIONS)
@pytest.mark.parametrize("name", ["stolen-certificate", EXPIRED])
def test_a_bad_proof_is_an_alert(name: str, tls: TlsVersion) -> None:
    """The proof is no matter of policy, also behind a certificate that was not accepted."""
    outcome = simulate(name, tls).but({**DEFERRED, "client.holds_key": False}).outcome
    assert outcome.alert is not None
    assert (outcome.alert.name, outcome.refused_at) == ("decrypt_error", "tls")
    assert outcome.decisive_check == "proof-of-possession"


@pytest.mark.parametrize("tls", TLS_VERSIONS)
def test_a_good_client_notices_nothing(tls: TlsVersion) -> None:
    """With a good certificate the policy is like required, but for what the server says of itself."""
    deferred, required = (
        simulate("valid-certificate", tls).but({"server.client_authentication": policy})
        for policy in ("deferred", "required")
    )
    assert deferred.outcome == required.outcome
    assert [fact.raw for _, fact in deferred.trace.facts(Received)] == [
        fact.raw for _, fact in required.trace.facts(Received)
    ]


@pytest.mark.parametrize(
    ("choices", "level", "alert"),
    [
        ({"accept-client": "accept"}, L.SERVER_AUTHENTICATED, None),
        ({"accept-client": "refuse"}, L.REFUSED, "certificate_expired"),
        ({"grant": "grant"}, L.SERVER_AUTHENTICATED, None),
    ],
)
def test_a_person_may_decide_otherwise(choices: dict[str, str], level: L, alert: str | None) -> None:
    """Accepted or let in all the same, the client has no identity; refused at once, it gets the alert."""
    simulation = Simulation(catalogue[EXPIRED].but(DEFERRED), "1.3", interactive=list(choices))
    simulation.run()
    assert simulation.pending is not None
    simulation.decide(choices[simulation.pending.name])
    simulation.run()
    outcome = run_made_by(simulation).outcome
    assert outcome.level is level
    assert (outcome.alert.name if outcome.alert else None) == alert


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("deferred-no-certificate", "400 No required SSL certificate was sent"),
        ("deferred-bad-certificate", "400 The SSL certificate error"),
    ],
)
def test_the_page_says_what_nginx_says_and_no_more(name: str, words: str) -> None:
    """The client learns its refusal from the page's title, and the page does not tell the failed check."""
    run = simulate(name)
    page = b"".join(
        fact.raw
        for event, fact in run.trace.facts(Received)
        if (event.actor, fact.protocol) == ("client", "application_data")
    )
    assert page.startswith(b"HTTP/1.1 400 Bad Request\r\n")
    assert f"<title>{words}</title>".encode() in page
    assert b"expired" not in page
    assert [fact.reason for _, fact in run.trace.facts(BeliefChanged)][-1] == f"The server said: {words}."


@pytest.mark.parametrize(
    ("status", "title", "level"),
    [
        ("400", "400 The SSL certificate error", L.REFUSED),
        ("200", "400 The SSL certificate error", None),
        ("400", "400 Bad Request", None),
    ],
)
def test_only_the_page_of_a_refused_certificate_is_read_as_one(
    status: str, title: str, level: L | None
) -> None:
    """Another status, or the page for a bad request, says nothing about the session."""
    body = f"<html>\r\n<head><title>{title}</title></head>\r\n</html>\r\n"
    head = f"HTTP/1.1 {status} Bad Request\r\nServer: nginx\r\nContent-Length: {len(body)}\r\n\r\n"
    answer = HttpApplication(443).read((head + body).encode())
    assert answer is not None
    assert answer.level is level


def test_a_refusal_by_the_rules_for_users_is_still_403() -> None:
    """A good certificate that maps to no user is refused in words, as under required."""
    changes: dict[str, Any] = {
        **DEFERRED,
        "network.application": "http",
        "server.minimum_level": "CLIENT_IDENTIFIED",
    }
    run = simulate("valid-certificate").but(changes)
    assert run.outcome.refused_at == "identity"
    said = [fact.raw for event, fact in run.trace.facts(Received) if event.actor == "client"]
    assert any(raw.startswith(b"HTTP/1.1 403") for raw in said)
