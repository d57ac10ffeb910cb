"""Users, rights and levels as they come out of whole runs."""

from __future__ import annotations

from itertools import product
from typing import TYPE_CHECKING, Any

import pytest

from simulator.runs.run import simulate
from simulator.scenario import Scenario
from simulator.security import SecurityLevel as L
from simulator.security import Standing
from simulator.tls.wire.version import Protection
from simulator.trace.facts import Alert, BeliefChanged, Event, Sent, StandingChanged, Step
from simulator.trace.latest import NO_REFUSAL
from simulator.trace.outcome import outcome_of
from tests.played import RUNS, VERSIONS, for_each, run_of

if TYPE_CHECKING:
    from simulator.runs.run import Run
    from simulator.scenario import TlsVersion

USERS = {"CN=alice": "ALICE"}
CASES: list[tuple[dict[str, Any], L, str | None, str | None]] = [
    # the server's setup → level, refused at, user
    ({}, L.CLIENT_AUTHENTICATED, None, None),
    ({"users": USERS}, L.CLIENT_IDENTIFIED, None, "ALICE"),
    ({"users": USERS, "authorized_users": ["ALICE"]}, L.CLIENT_AUTHORIZED, None, "ALICE"),
    ({"users": USERS, "authorized_users": ["BOB"]}, L.REFUSED, "application", "ALICE"),
    ({"authorized_users": ["ALICE"]}, L.REFUSED, "identity", None),
    ({"minimum_level": "CLIENT_IDENTIFIED"}, L.REFUSED, "identity", None),
    (
        {"client_authentication": "none", "minimum_level": "CLIENT_AUTHENTICATED"},
        L.REFUSED,
        "application",
        None,
    ),
    ({"client_authentication": "unverified", "users": USERS}, L.SERVER_AUTHENTICATED, None, None),
    ({"client_authentication": "none", "users": USERS}, L.SERVER_AUTHENTICATED, None, None),
]


def test_users_and_rights() -> None:
    """After the handshake the server maps, grants or refuses: without an alert or a failed check."""
    for (server, level, refused_at, user), tls in product(CASES, VERSIONS):
        run = simulate(Scenario().but(server=server), tls)
        assert (run.card.level, run.card.refused_at, run.card.user) == (level, refused_at, user), (
            server,
            level,
            refused_at,
            user,
            tls,
        )
        assert (run.outcome.alert, run.outcome.decisive_check) == (None, None), (
            server,
            level,
            refused_at,
            user,
            tls,
        )
        assert run.outcome.client.handshake == run.outcome.server.handshake == "ok", (
            server,
            level,
            refused_at,
            user,
            tls,
        )
        assert run.outcome.client.believes is run.outcome.server.standing.worth is level, (
            server,
            level,
            refused_at,
            user,
            tls,
        )
        assert run.card.access_granted == (refused_at is None), (server, level, refused_at, user, tls)
        assert run.card.encrypted is True, (server, level, refused_at, user, tls)


def test_the_servers_first_bytes_name_user_and_level() -> None:
    """Granted or refused, the first line of the server says who the client is and what that is worth."""
    for (server, level, refused_at, user), tls in product(CASES, VERSIONS):
        line = first_bytes(simulate(Scenario().but(server=server), tls), "server").decode()
        assert line.startswith("REFUSED " if refused_at else "WELCOME "), (
            server,
            level,
            refused_at,
            user,
            tls,
        )
        assert line.endswith(f"Level: {level.value}\r\n"), (server, level, refused_at, user, tls)
        assert user is None or line.split()[1] == user, (server, level, refused_at, user, tls)


def first_bytes(run: Run, side: str) -> bytes:
    """The first application data of one side."""
    data = (
        event.fact for event in run.trace.of(Sent) if event.actor == side and isinstance(event.fact, Sent)
    )
    return next(fact.raw for fact in data if fact.protocol == "application_data")


@for_each("name, tls", RUNS)
def test_a_client_that_was_refused_by_tls13_thought_that_all_was_well(name: str, tls: TlsVersion) -> None:
    """Where a server refuses, the client's handshake call succeeded in TLS 1.3 and failed in TLS 1.2."""
    outcome = run_of(name, tls).outcome
    if outcome.judged_by == "server":
        assert outcome.client.handshake == ("ok" if tls == "1.3" else "failed")
        assert (outcome.client.believed_when_handshake_returned is not None) == (tls == "1.3")
    elif outcome.judged_by == "client" or outcome.negotiated is None:
        assert (outcome.client.handshake, outcome.server.handshake) == ("failed", "failed")
    else:
        assert (outcome.client.handshake, outcome.server.handshake) == ("ok", "ok")


@for_each("name, tls", RUNS)
def test_card_and_outcome_agree(name: str, tls: TlsVersion) -> None:
    """The card takes apart the very level that came out, and neither contradicts itself."""
    run = run_of(name, tls)
    card, outcome = run.card, run.outcome
    assert (card.level, card.refused_at) == (outcome.level, outcome.refused_at)
    assert (card.client_believes, card.server_knows) == (outcome.client.believes, outcome.server.standing)
    assert (outcome.refused_at is not None) == (outcome.level is L.REFUSED)
    assert card.client_identity == outcome.server.peer
    assert (outcome.judged_by is None) == (outcome.decisive_check is None)
    assert outcome.negotiated == (None if name == "version-mismatch" else tls)
    if outcome.level in (L.CLIENT_AUTHENTICATED, L.CLIENT_IDENTIFIED, L.CLIENT_AUTHORIZED):
        assert (card.client_authenticated, card.server_authenticated) == ("yes", True)
    if outcome.level is L.ENCRYPTED:
        assert card.server_authenticated is False


def test_peers_are_what_openssl_would_tell() -> None:
    """As with OpenSSL's getpeercert: the presented subject, none without a certificate or after a failure."""
    for tls, (name, peers) in product(
        VERSIONS,
        [
            ("valid-certificate", (True, True)),
            ("server-does-not-ask", (True, False)),
            ("no-certificate-lower-level", (True, False)),
            ("unverified-certificate", (True, True)),
            ("server-not-checked", (True, True)),
            ("certificate-expired", (False, False)),
            ("server-untrusted", (False, False)),
        ],
    ):
        outcome = run_of(name, tls).outcome
        assert (outcome.client.peer is not None, outcome.server.peer is not None) == peers, (tls, name, peers)


def test_a_client_that_verified_nobody_believes_nobody() -> None:
    """A client that did not verify the server does not take the server's word for its level."""
    run = run_of("server-not-checked", "1.3")
    assert first_bytes(run, "server").endswith(b"Level: CLIENT_AUTHENTICATED\r\n")
    assert run.card.client_believes is L.ENCRYPTED
    assert run.card.server_knows is Standing.AUTHENTICATED
    assert run.card.server_name_matched is None


@for_each("name, tls", RUNS)
def test_the_server_knows_the_same_whether_or_not_it_was_verified(name: str, tls: TlsVersion) -> None:
    """A client that does not verify the server changes the level, and nothing that the server knows."""
    verifying, trusting = (run_of(name, tls).but({"client.verify_server": yes}) for yes in (True, False))
    if verifying.outcome.client.handshake == "ok":
        assert verifying.outcome.server == trusting.outcome.server
        assert verifying.card.server_knows is trusting.card.server_knows
        refused = verifying.card.level is L.REFUSED
        assert trusting.card.level is (L.REFUSED if refused else L.ENCRYPTED)


STANDINGS: list[tuple[str, list[Standing]]] = [
    ("valid-certificate", [Standing.ASKED, Standing.CLAIMED, Standing.AUTHENTICATED]),
    ("no-certificate-lower-level", [Standing.ASKED, Standing.ANONYMOUS]),
    ("no-certificate-refused", [Standing.ASKED, Standing.REFUSED]),
    ("server-does-not-ask", [Standing.NOT_ASKED]),
    ("unverified-certificate", [Standing.ASKED, Standing.CLAIMED]),
    ("certificate-expired", [Standing.ASKED, Standing.REFUSED]),
    ("stolen-certificate", [Standing.ASKED, Standing.CLAIMED, Standing.REFUSED]),
    ("server-untrusted", [Standing.ASKED, Standing.REFUSED]),
]


def test_what_the_server_knows_grows_with_the_handshake() -> None:
    """The server's column speaks of the client alone: asked, claimed, proved, and no level anywhere."""
    for (name, expected), tls in product(STANDINGS, VERSIONS):
        trace = run_of(name, tls).trace
        assert [fact.standing for _, fact in trace.facts(StandingChanged)] == expected, (name, expected, tls)
        assert {event.actor for event, _ in trace.facts(BeliefChanged)} <= {"client"}, (name, expected, tls)


@pytest.mark.parametrize("tls", VERSIONS)
def test_a_claim_waits_for_its_proof_only_where_a_proof_can_end_it(tls: TlsVersion) -> None:
    """A certificate that is not judged stays a claim, proof or not, and the reason says so."""
    told = {
        name: [fact.reason for _, fact in run_of(name, tls).trace.facts(StandingChanged)][1]
        for name in ("valid-certificate", "unverified-certificate")
    }
    assert told["valid-certificate"].endswith("until it proves that it holds the key.")
    assert told["unverified-certificate"].endswith("the name in the certificate is only claimed.")


@pytest.mark.parametrize("tls", VERSIONS)
def test_an_anonymous_client_stays_anonymous_to_the_server(tls: TlsVersion) -> None:
    """The level falls to ENCRYPTED because the client verified nobody, and the server cannot tell."""
    run = run_of("no-certificate-lower-level", tls).but({"client.verify_server": False})
    assert (run.card.level, run.card.server_knows) == (L.ENCRYPTED, Standing.ANONYMOUS)
    assert run.to_dict()["server"] == {
        "handshake": "ok",
        "standing_when_handshake_returned": "anonymous",
        "standing": "anonymous",
        "peer": None,
    }


@pytest.mark.parametrize("name", ["close_notify", "user_canceled", "no_renegotiation"])
def test_a_warning_is_no_refusal(name: str) -> None:
    """What this implementation sends as a warning refuses nothing, and is not the outcome's alert."""
    alert = Alert("sent", "client", name, 0, "warning", b"\x01\x00", Protection.CONNECTION, b"", "")
    events = [*run_of("valid-certificate", "1.2").trace.events]
    events.append(Event(len(events), events[-1].at, 1, "server", Step.SESSION, None, alert))
    assert name in NO_REFUSAL
    assert outcome_of(events).level is L.CLIENT_AUTHENTICATED
    assert outcome_of(events).alert is None
