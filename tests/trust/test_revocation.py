"""Revocation lists by RFC 5280, section 6.3, and the lines that the ledger has for them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from simulator import simulate
from simulator.engine.roles import revocation_policy
from simulator.engine.world import issue_world
from simulator.entropy import SeededEntropy
from simulator.errors import PeerError
from simulator.pki.certificate import Certificate
from simulator.trace.facts import Checked
from simulator.trust.judge import judge
from simulator.trust.policy import TrustPolicy
from simulator.trust.verdict import CheckOutcome
from tests.oracle.measured_revocation import good_lists
from tests.peers import absent
from tests.played import for_each
from tests.trust.openssl_verify import Answer, openssl_verify

if TYPE_CHECKING:
    from simulator.scenario import Scenario
    from simulator.trust.verdict import Check, Verdict

ALL_BUT_KEY_COMPROMISE = [
    *("cACompromise", "affiliationChanged", "superseded", "cessationOfOperation"),
    *("certificateHold", "privilegeWithdrawn", "aACompromise"),
]
ON_HOLD = {"certificates.alice.revoked": "-3d", "certificates.alice.revocation_reason": "certificateHold"}


def verdict_of(scenario: Scenario) -> Verdict:
    """The server's verdict on the client's certificate."""
    run = simulate(scenario)
    return next(fact.verdict for event, fact in run.trace.facts(Checked) if event.actor == "server")


def lines_of(scenario: Scenario) -> list[Check]:
    """The lines of revocation, the leaf's first."""
    return [check for check in verdict_of(scenario).checks if check.name == "revocation"]


def state_of(profile: str, changes: dict[str, Any]) -> str:
    """The state of the leaf in a world with good lists in which something differs."""
    line = lines_of(good_lists().but({"server.profile": profile, **changes}))[0]
    state = line.value.split(";")[0].split(" since ")[0]
    expected = {"good": CheckOutcome.PASS}.get(state, CheckOutcome.FAIL)
    assert expected is line.outcome
    return state


def two(first: dict[str, Any], second: dict[str, Any]) -> dict[str, Any]:
    """Two lists of the intermediate CA."""
    lists = {"mid-crl": {"issuer": "mid", **first}, "second": {"issuer": "mid", "number": 2, **second}}
    return {"crls": lists, "server.crls": ["mid-crl", "second"]}


def indirect(**more: Any) -> dict[str, Any]:
    """Another CA publishes the list for Alice, whose certificate says so; the server has its certificate."""
    return {
        "certificates.publisher": {"role": "ca", "issuer": "client-ca"},
        "certificates.alice.crl_issuer": "publisher",
        "server.holds": ["publisher"],
        "crls.mid-crl": {"issuer": "publisher", "indirect": True, "lists": ["alice"], **more},
    }


BY_THE_STANDARD: dict[str, tuple[str, dict[str, Any]]] = {
    "not listed": ("good", {}),
    "listed": ("revoked", {"certificates.alice.revoked": "-2d"}),
    "no list": ("unknown", {"server.crls": ["root-crl"]}),
    "stale and listed": ("unknown", {"crls.mid-crl.next_update": "-1h", "crls.mid-crl.lists": ["alice"]}),
    "from tomorrow": ("unknown", {"crls.mid-crl.this_update": "1d"}),
    "at its nextUpdate": ("good", {"crls.mid-crl.next_update": "0s"}),
    "a stale one and a fresh one": ("good", two({"next_update": "-1h"}, {})),
    "forged, with the forger's key identifier": ("unknown", {"crls.mid-crl.signed_by": "server-ca"}),
    "forged, without a key identifier": (
        "unknown",
        {"crls.mid-crl.signed_by": "server-ca", "crls.mid-crl.key_identifier": "absent"},
    ),
    "issuer without cRLSign": ("unknown", {"certificates.mid.key_usage": ["keyCertSign"]}),
    "issuer without key usage": ("good", {"certificates.mid.key_usage": "absent"}),
    "unknown critical extension": ("unknown", {"crls.mid-crl.critical": ["1.3.6.1.4.1.55738.9"]}),
    "for users": ("good", {"crls.mid-crl.scope": "users"}),
    "for CAs": ("unknown", {"crls.mid-crl.scope": "authorities"}),
    "for attribute certificates": ("unknown", {"crls.mid-crl.scope": "attributes"}),
    "base and delta that lists": ("revoked", two({}, {"delta_of": 1, "lists": ["alice"]})),
    "delta for a later base": ("good", two({}, {"delta_of": 2, "number": 3, "lists": ["alice"]})),
    "delta with another scope": ("good", two({}, {"delta_of": 1, "scope": "users", "lists": ["alice"]})),
    "stale delta": ("good", two({}, {"delta_of": 1, "next_update": "-1h", "lists": ["alice"]})),
    "delta alone": ("unknown", {"crls.mid-crl.delta_of": 1, "crls.mid-crl.lists": ["alice"]}),
    "on hold in the base": ("revoked", ON_HOLD),
    "some reasons only": ("unknown", {"crls.mid-crl.only_reasons": ["keyCompromise"]}),
    "all reasons in two lists": (
        "good",
        two({"only_reasons": ["keyCompromise"]}, {"only_reasons": ALL_BUT_KEY_COMPROMISE}),
    ),
    "listed in one of two": (
        "revoked",
        two(
            {"only_reasons": ["keyCompromise"]}, {"only_reasons": ALL_BUT_KEY_COMPROMISE, "lists": ["alice"]}
        ),
    ),
    "listed in one with some reasons": (
        "revoked",
        {"crls.mid-crl.only_reasons": ["keyCompromise"], "crls.mid-crl.lists": ["alice"]},
    ),
    "indirect, listed": ("revoked", indirect()),
    "indirect, not listed": ("good", indirect(lists=[])),
    "indirect, beside a list of the issuer": (
        "good",
        {
            **indirect(lists=[]),
            "crls.own": {"issuer": "mid"},
            "server.crls": ["mid-crl", "own"],
        },
    ),
    "indirect, its publisher unknown": ("unknown", {**indirect(), "server.holds": []}),
    "indirect list that the certificate does not name": (
        "unknown",
        {**indirect(), "certificates.alice.crl_issuer": "issuer"},
    ),
    "cRLNumber critical": ("good", {"crls.mid-crl.critical": ["cRLNumber"]}),
    "no cRLNumber": ("good", {"crls.mid-crl.number": "absent"}),
    "no nextUpdate": ("good", {"crls.mid-crl.next_update": "absent"}),
}


@for_each("case", BY_THE_STANDARD)
def test_the_status_by_the_standard(case: str) -> None:
    """Under ``rfc5280`` lists are combined, and one that cannot be relied on is passed over."""
    state, changes = BY_THE_STANDARD[case]
    assert state == state_of("rfc5280", changes)


def test_a_delta_can_end_a_hold() -> None:
    """A base has Alice on hold, and its delta takes her out: good; OpenSSL goes by the base alone."""
    lists = two({"lists": ["alice"]}, {"delta_of": 1, "lists": ["alice"]})
    removed = {
        "certificates.alice.revoked": "-3d",
        "certificates.alice.revocation_reason": "removeFromCRL",
    }
    assert state_of("rfc5280", {**lists, **removed}) == "good"
    assert state_of("rfc5280", {**lists, **ON_HOLD}) == "revoked"


@pytest.mark.parametrize("profile", ["strict", "webpki"])
@pytest.mark.parametrize(
    ("duty", "field"),
    [
        ({"crls.mid-crl.number": "absent"}, "cRLNumber"),
        ({"crls.mid-crl.critical": ["cRLNumber"]}, "crlExtensions"),
        ({"crls.mid-crl.next_update": "absent"}, "nextUpdate"),
        ({"crls.mid-crl.key_identifier": "absent"}, "authorityKeyIdentifier"),
    ],
)
def test_duties_of_the_issuer(profile: str, duty: dict[str, Any], field: str) -> None:
    """``strict`` wants of a list what section 5 demands of its issuer, and ``rfc5280`` does not."""
    assert lines_of(good_lists().but({"server.profile": "rfc5280", **duty}))[0].outcome is CheckOutcome.PASS
    line = next(
        check
        for check in lines_of(good_lists().but({"server.profile": profile, **duty}))
        if check.outcome is CheckOutcome.FAIL
    )
    assert (0, field) == (line.depth, line.field)


def test_the_alerts_by_the_standard() -> None:
    """Revoked is certificate_revoked; without an answer it is certificate_unknown."""
    for changes, alert in (
        ({"certificates.alice.revoked": "-2d"}, "certificate_revoked"),
        ({"crls.mid-crl.next_update": "-1h"}, "certificate_unknown"),
        ({"server.crls": []}, "certificate_unknown"),
    ):
        run = simulate(good_lists().but({"server.profile": "rfc5280", **changes}))
        assert run.outcome.alert is not None
        assert alert == run.outcome.alert.name


def test_the_standard_looks_at_dates_first() -> None:
    """Expired and revoked: under ``rfc5280`` the dates decide, under ``openssl`` the revocation."""
    both = {
        "certificates.alice.not_before": "-60d",
        "certificates.alice.not_after": "-1d",
        "certificates.alice.revoked": "-2d",
    }
    for profile, check in (("rfc5280", "validity"), ("openssl", "revocation")):
        decisive = verdict_of(good_lists().but({"server.profile": profile, **both})).decisive
        assert decisive is not None
        assert check == decisive.name


@pytest.mark.parametrize(
    ("profile", "depths"), [("openssl", [0, 1, 2]), ("rfc5280", [0, 1]), ("strict", [0, 1])]
)
def test_a_line_for_each_certificate(profile: str, depths: list[int]) -> None:
    """Each certificate of the path has a line, leaf first; the trust anchor has one under OpenSSL alone."""
    whole = good_lists().but({"server.profile": profile, "server.revocation_scope": "chain"})
    assert [(depth, CheckOutcome.PASS) for depth in depths] == [
        (check.depth, check.outcome) for check in lines_of(whole)
    ]
    leaf = good_lists().but({"server.profile": profile})
    outcomes = [CheckOutcome.PASS, *[CheckOutcome.NOT_EVALUATED] * (len(depths) - 1)]
    assert outcomes == [check.outcome for check in lines_of(leaf)]
    assert "looks up alice alone" in lines_of(leaf)[1].sentence


def test_without_the_setting_there_is_one_line() -> None:
    """A side that looks nothing up has the line for the whole chain, not evaluated, lists or no lists."""
    (line,) = lines_of(good_lists().but({"server.revocation": "none", "certificates.alice.revoked": "-2d"}))
    assert (None, CheckOutcome.NOT_EVALUATED) == (line.depth, line.outcome)


@pytest.mark.parametrize("profile", ["openssl", "rfc5280"])
def test_soft_failure_is_never_a_pass(profile: str) -> None:
    """Without an answer the line is not evaluated and says why; a revoked certificate is still refused."""
    soft = good_lists().but({"server.profile": profile, "server.revocation_failure": "soft"})
    missing = soft.but({"server.crls": []})
    line = lines_of(missing)[0]
    assert verdict_of(missing).accepted
    assert CheckOutcome.NOT_EVALUATED is line.outcome
    assert line.value.startswith("unknown")
    assert "fails softly" in line.sentence
    assert not verdict_of(soft.but({"certificates.alice.revoked": "-2d"})).accepted
    assert lines_of(soft)[0].outcome is CheckOutcome.PASS


def test_the_line_says_since_when_and_why() -> None:
    """A revoked certificate's line has moment, reason and list."""
    revoked = {"certificates.alice.revoked": "-2d", "certificates.alice.revocation_reason": "keyCompromise"}
    line = lines_of(good_lists().but(revoked))[0]
    assert "revoked since 2030-03-02 09:00:00 UTC (keyCompromise); CRL number 1 of Mid CA" == line.value
    assert "was revoked on 2030-03-02 09:00:00 UTC, with the reason keyCompromise" in line.sentence


@pytest.mark.parametrize(("revoked", "number"), [(True, 23), (False, 7)])
def test_revocation_comes_before_the_signature(revoked: bool, number: int) -> None:
    """A damaged signature on a revoked leaf: OpenSSL and ``openssl`` report the revocation."""
    scenario = good_lists()
    if revoked:
        scenario = scenario.but({"certificates.alice.revoked": "-2d"})
    world, setup, now = issue_world(scenario, SeededEntropy("1")), scenario.server, scenario.clock
    leaf, *above = world.client.credentials[0].chain
    chain = [leaf[:-1] + bytes([leaf[-1] ^ 1]), *above]
    held = world.server
    policy = TrustPolicy("client", held.store, revocation=revocation_policy(setup, held))
    decisive = judge(chain, policy, now, tls="1.3").decisive
    assert decisive is not None
    assert ("revocation" if revoked else "signature") == decisive.name
    try:
        theirs = openssl_verify(list(map(Certificate.parse, chain)), [*held.store], now, lists=held.crls)
    except PeerError as error:
        absent(f"a reachable OpenSSL ({error})")
    assert Answer(number, 0) == theirs
