"""Which certificate a client sends, what it and a server can do together, and whose clock counts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from simulator.actors.choosing.choice import named_by
from simulator.engine.world import issue_world
from simulator.entropy import SeededEntropy
from simulator.pki.contents import parse_name
from simulator.runs.run import simulate
from simulator.scenario import TLS_VERSIONS, Scenario
from simulator.security import SecurityLevel
from simulator.trace.facts import Checked, Decided, Sent
from simulator.trust.verdict import CheckOutcome

if TYPE_CHECKING:
    from simulator.scenario import TlsVersion
    from simulator.trace.trace import Trace

OTHER_CA = {
    "certificates.other-ca": {"role": "ca", "subject": "CN=Other CA"},
    "certificates.bob": {"role": "client", "issuer": "other-ca"},
    "server.trusts": ["client-ca", "other-ca"],
}
ED25519_BOB = {
    "certificates.alice.key": "RSA-2048",
    "certificates.bob": {"role": "client", "key": "Ed25519"},
    "client.also_holds": ["bob"],
}


def played(changes: dict[str, Any], tls: TlsVersion) -> Trace:
    """The good handshake with changes."""
    return simulate(Scenario().but(changes), tls).trace


def choice(trace: Trace) -> Decided:
    """The client's decision whether to send a certificate."""
    return next(
        event.fact
        for event in trace.events
        if isinstance(event.fact, Decided) and event.fact.decision == "send-certificate"
    )


def sent_by_client(trace: Trace) -> str | None:
    """The common name in the certificate that the client sent; None where it sent an empty message."""
    peers = [
        event.fact.verdict.peer
        for event in trace.events
        if event.actor == "server" and isinstance(event.fact, Checked)
    ]
    return peers[0].split(",")[0].removeprefix("CN=") if peers and peers[0] else None


def test_the_first_certificate_that_fits_is_sent() -> None:
    """Scheme and, where the client obeys it, the list of authorities decide; the reason says which."""
    cases = [
        (OTHER_CA | {"client.also_holds": ["bob"]}, "alice", "holds one for CN=alice"),
        (
            OTHER_CA | {"client.also_holds": ["bob"], "client.obeys_ca_list": True},
            "alice",
            "holds one for CN=alice",
        ),
        (
            OTHER_CA
            | {"client.also_holds": ["bob"], "client.obeys_ca_list": True, "server.ca_list": ["other-ca"]},
            "bob",
            "the first that fits is the certificate for CN=bob",
        ),
        (
            OTHER_CA | {"client.also_holds": ["bob"], "server.ca_list": ["other-ca"]},
            "alice",
            "named other authorities, but the client sends",
        ),
        (
            {"client.obeys_ca_list": True, "server.ca_list": ["server-ca"]},
            None,
            "None of the authorities",
        ),
        (
            {"client.profile": "rfc5280", "server.ca_list": ["server-ca"]},
            None,
            "None of the authorities",
        ),
        (
            {"client.profile": "rfc5280", "client.obeys_ca_list": False, "server.ca_list": ["server-ca"]},
            "alice",
            "named other authorities",
        ),
        (ED25519_BOB | {"server.signature_schemes": ["ed25519"]}, "bob", "holds one for CN=bob"),
        (
            ED25519_BOB | {"server.signature_schemes": ["ecdsa_secp256r1_sha256"]},
            None,
            "accepts no signature",
        ),
        (ED25519_BOB | {"client.withholds": True}, None, "keep its certificate to itself"),
    ]
    for tls in TLS_VERSIONS:
        for changes, sends, why in cases:
            trace = played(changes, tls)
            assert (sent_by_client(trace), choice(trace).choice) == (sends, "send" if sends else "skip"), (
                tls,
                changes,
            )
            assert why in choice(trace).reason, (tls, changes)


@pytest.mark.parametrize("tls", TLS_VERSIONS)
def test_nobody_can_send_what_it_cannot_prove(tls: TlsVersion) -> None:
    """Without a common scheme, sending is not even on offer; where only the list is against it, it is."""
    helpless = choice(played({"server.signature_schemes": ["ed25519"]}, tls))
    obedient = choice(played({"client.obeys_ca_list": True, "server.ca_list": ["server-ca"]}, tls))
    assert (helpless.options, obedient.options) == (("skip",), ("send", "skip"))


@pytest.mark.parametrize("tls", TLS_VERSIONS)
@pytest.mark.parametrize(
    ("side", "offset", "decisive"),
    [
        ("client", "400d", "validity"),
        ("server", "400d", "validity"),
        ("client", "-60d", "validity"),
        ("server", "-60d", "validity"),
        ("client", "-29d", None),
        ("server", "334d", None),
    ],
)
def test_each_side_judges_by_its_own_clock(
    side: str, offset: str, decisive: str | None, tls: TlsVersion
) -> None:
    """A clock that is far out makes its own side refuse, the other side's decision stays as it was."""
    outcome = played({f"{side}.clock_offset": offset}, tls).outcome
    assert (outcome.judged_by, outcome.decisive_check) == (side if decisive else None, decisive)


@pytest.mark.parametrize("tls", TLS_VERSIONS)
@pytest.mark.parametrize("speaks", ["requested", "other", "1.2", "1.3"])
def test_a_version_that_the_server_does_not_speak_is_refused(speaks: str, tls: TlsVersion) -> None:
    """It comes to a session exactly where the server speaks what the run asks for."""
    common = speaks in ("requested", tls)
    outcome = played({"server.speaks": speaks}, tls).outcome
    assert outcome.negotiated == (tls if common else None)
    assert (outcome.level is SecurityLevel.REFUSED) != common
    assert (outcome.alert.name if outcome.alert else None) == (None if common else "protocol_version")
    assert outcome.judged_by is None


def names_sent(trace: Trace) -> list[str]:
    """The handshake messages in the order of sending."""
    facts = (event.fact for event in trace.events)
    return [fact.name for fact in facts if isinstance(fact, Sent) and fact.protocol == "handshake"]


@pytest.mark.parametrize(
    ("changes", "retries"),
    [
        ({}, 0),
        ({"server.groups": ["secp256r1"]}, 1),
        ({"server.groups": ["secp256r1"], "client.key_shares": 2}, 0),
        ({"client.key_shares": 0}, 1),
        ({"client.groups": ["secp384r1"]}, 0),
        ({"client.groups": ["secp384r1", "x25519"], "server.groups": ["x25519", "secp384r1"]}, 0),
    ],
)
def test_a_retry_comes_only_for_want_of_a_key_share(changes: dict[str, Any], retries: int) -> None:
    """TLS 1.3 asks again where no share fits a group that both have; the run ends as it does without."""
    trace = played(changes, "1.3")
    assert names_sent(trace).count("HelloRetryRequest") == retries
    assert trace.outcome.level is SecurityLevel.CLIENT_AUTHENTICATED


@pytest.mark.parametrize("tls", TLS_VERSIONS)
def test_a_proof_of_something_else_does_not_verify(tls: TlsVersion) -> None:
    """The certificate passes, the proof does not, and nobody is let in; unverified does not change that."""
    for policy in ("required", "optional", "unverified"):
        changes = {"client.corrupts_proof": True, "server.client_authentication": policy}
        trace = played(changes, tls)
        verdict = next(
            event.fact.verdict
            for event in reversed(trace.events)
            if event.actor == "server" and isinstance(event.fact, Checked)
        )
        assert verdict.check("proof-of-possession").outcome is CheckOutcome.FAIL
        assert trace.outcome.alert is not None
        assert trace.outcome.alert.name == "decrypt_error"


@pytest.mark.parametrize(
    ("changes", "lane", "setting"),
    [
        ({"server.clock_offset": "400d"}, "server", ("clock", "400 days fast")),
        ({"client.clock_offset": "-1m"}, "client", ("clock", "1 minute slow")),
        ({"client.clock_offset": "1d12h"}, "client", ("clock", "1d12h fast")),
        ({"server.speaks": "other"}, "server", ("speaks", "TLS 1.2 only")),
        ({"server.groups": ["x25519"]}, "server", ("groups", "x25519")),
        ({"client.groups": ["x25519"]}, "client", ("groups", "x25519")),
        ({"client.key_shares": 2}, "client", ("key shares", "2")),
        ({"client.corrupts_proof": True}, "client", ("what it signs", "not this handshake")),
        ({"client.obeys_ca_list": True}, "client", ("list of authorities", "obeyed")),
        ({"client.also_holds": ["server"]}, "client", ("may also send", "server")),
        ({"server.signature_schemes": ["ed25519"]}, "server", ("accepts signatures", "ed25519")),
    ],
)
def test_the_setup_tells_what_is_unusual(
    changes: dict[str, Any], lane: str, setting: tuple[str, str]
) -> None:
    """Every such setting stands in its side's lane at the head of the trace, and nowhere in a usual one."""
    unusual = {actor.name: actor for actor in played(changes, "1.3").setup.actors}
    usual = {actor.name: actor for actor in played({}, "1.3").setup.actors}
    assert setting in unusual[lane].policy
    assert setting[0] not in dict(usual[lane].policy)


def test_every_certificate_that_a_client_holds_was_enrolled_for() -> None:
    """Its further certificates have a beginning too, each at its own CA, and each CA has a lane."""
    trace = played(OTHER_CA | {"client.also_holds": ["bob"]}, "1.3")
    lanes = [actor.name for actor in trace.setup.actors]
    issued = [
        event.actor
        for event in trace.events
        if isinstance(event.fact, Decided) and event.fact.decision == "issue"
    ]
    assert lanes == ["client-ca", "other-ca", "client", "server", "server-ca"]
    assert sorted(issued) == ["client-ca", "other-ca", "server-ca"]


@pytest.mark.parametrize(
    ("hint", "named"),
    [
        ("CN=Client CA,O=clientauth teaching - not secret", True),
        ("cn=CLIENT  ca,o=Clientauth Teaching - not secret", True),
        ("O=clientauth teaching - not secret,CN=Client CA", False),
        ("CN=Client CA", False),
    ],
)
def test_authorities_are_found_by_name_and_not_by_bytes(hint: str, named: bool) -> None:
    """A server may spell a CA otherwise than its certificate; bytes that are no name are nobody's."""
    scenario = Scenario()
    (credential,) = issue_world(scenario, SeededEntropy(scenario.seed)).client.credentials
    assert named_by((parse_name(hint).public_bytes(),), credential) is named
    assert named_by((b"\x30\x03\x02\x01\x00", parse_name(hint).public_bytes()), credential) is named
    assert named_by((b"\x30\x05rest",), credential) is False
    assert named_by((), credential) is True
