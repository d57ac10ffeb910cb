"""Our profiles against x509-limbo, beside the scores of pyca's verifier and of OpenSSL.

limbo demands what conforming CAs owe, so ``strict`` and ``webpki`` are held against it. ``rfc5280`` differs
by those duties alone, and each difference names its duty.
"""

from __future__ import annotations

import json
import ssl
import time
from datetime import UTC, datetime
from functools import cache
from typing import TYPE_CHECKING, Any

import pytest

from simulator.errors import CertificateError
from simulator.pki.certificate import Certificate
from simulator.pki.crl.files import load_revocation_lists
from simulator.pki.stores import TrustStore
from simulator.trust.judge import judge
from simulator.trust.policy import RevocationPolicy, TrustPolicy
from tests.peers import shared
from tests.trust.limbo_expectations import (
    ACCEPTED_BY_RFC5280,
    DECISIVE,
    MISENCODED_ANCHOR,
    OF_SERVERS_ONLY,
    OTHERWISE_IN_WEBPKI,
)

if TYPE_CHECKING:
    from simulator.trust.verdict import Verdict

SELECTIONS = {"limbo_selection": (123, 118), "limbo_client_transposed": (119, 114)}
UNDATED = datetime(2026, 11, 1, tzinfo=UTC)  # for cases without a validation time of their own
MOST_SECONDS = 5.0  # for any one case, on a slow and busy machine


@cache
def cases(selection: str) -> dict[str, dict[str, Any]]:
    """The cases of a vector file, by their identifiers."""
    document = json.loads(shared(f"vectors/{selection}.json").read_text())
    return {case["id"]: case for case in document["testcases"]}


@cache
def verdicts(selection: str) -> dict[str, dict[str, Any]]:
    """What limbo expects and what pyca and OpenSSL say, by case."""
    document = json.loads(shared("vectors/limbo_verdicts.json").read_text())
    answer: dict[str, dict[str, Any]] = document["cases"][selection]
    return answer


def certificates(texts: list[str]) -> tuple[Certificate, ...]:
    """The certificates that can be read; one that cannot be read cannot stand in a trust store."""
    found = []
    for text in texts:
        try:
            found.append(Certificate.parse(ssl.PEM_cert_to_DER_cert(text)))
        except CertificateError:
            continue
    return tuple(found)


@cache
def our_verdict(selection: str, name: str, profile: str) -> Verdict:
    """Our verdict on a case of a vector file under a profile."""
    return verdict_on(cases(selection)[name], profile)


def verdict_on(case: dict[str, Any], profile: str) -> Verdict:
    """Our verdict on a case under a profile."""
    role = case["validation_kind"].lower()
    peer = case["expected_peer_name"]
    policy = TrustPolicy(
        role,
        TrustStore(certificates(case["trusted_certs"])),
        server_name=peer["value"] if peer and role == "server" else None,
        profile=profile,
        max_depth=case["max_chain_depth"],
        revocation=lookup(case.get("crls") or []),
    )
    now = datetime.fromisoformat(case["validation_time"]) if case["validation_time"] else UNDATED
    chain = [case["peer_certificate"], *case["untrusted_intermediates"]]
    return judge([ssl.PEM_cert_to_DER_cert(text) for text in chain], policy, now, tls="1.3")


def lookup(texts: list[str]) -> RevocationPolicy:
    """A case with lists wants the leaf looked up in them; limbo's other cases want nothing looked up."""
    lists = tuple(crl for text in texts for crl in load_revocation_lists(text.encode()))
    return RevocationPolicy("crl" if lists else "none", crls=lists)


def ours(selection: str, name: str, profile: str) -> str:
    """``accept`` or ``reject``, as limbo says it."""
    return "accept" if our_verdict(selection, name, profile).accepted else "reject"


def differences(selection: str, profile: str) -> set[str]:
    """The cases that a profile decides otherwise than limbo expects."""
    expected = {name: verdicts(selection)[name]["expected"] for name in cases(selection)}
    return {name for name in expected if ours(selection, name, profile) != expected[name]}


@pytest.mark.parametrize("selection", SELECTIONS)
def test_vectors_are_whole(selection: str) -> None:
    """The vectors are the ones the scores below speak of."""
    gates = [case for case in verdicts(selection).values() if case["gate"]]
    assert (len(cases(selection)), len(gates)) == SELECTIONS[selection]


@pytest.mark.parametrize("selection", SELECTIONS)
def test_strict_agrees_with_limbo(selection: str) -> None:
    """Every case that pyca or OpenSSL gets right we get right, and the others, too."""
    assert differences(selection, "strict") == set()


@pytest.mark.parametrize("selection", SELECTIONS)
def test_webpki_differs_where_limbo_differs_from_itself(selection: str) -> None:
    """Under ``webpki`` a case is decided otherwise only for a rule that other cases of limbo demand."""
    named = set(OTHERWISE_IN_WEBPKI) - (OF_SERVERS_ONLY if selection == "limbo_client_transposed" else set())
    assert differences(selection, "webpki") == named


@pytest.mark.parametrize("selection", SELECTIONS)
def test_rfc5280_differs_by_named_duties(selection: str) -> None:
    """Path validation accepts what limbo refuses only where a named duty is not path validation's."""
    named = set(ACCEPTED_BY_RFC5280) & set(cases(selection))
    assert differences(selection, "rfc5280") == named
    assert {verdicts(selection)[name]["expected"] for name in named} == {"reject"}


@pytest.mark.parametrize("profile", ["strict", "webpki"])
@pytest.mark.parametrize("selection", SELECTIONS)
def test_no_more_lax_than_both(selection: str, profile: str) -> None:
    """Nothing is accepted that pyca and OpenSSL both refuse."""
    lax = {
        name
        for name in cases(selection)
        if ours(selection, name, profile) == "accept"
        and all(refused_by(peer, verdicts(selection)[name]) for peer in ("pyca", "openssl"))
    }
    assert lax == set()


def refused_by(peer: str, case: dict[str, Any]) -> bool:
    """Return True if a peer refused the case; one that cannot express it did not."""
    return bool(case[peer] == ("pass" if case["expected"] == "reject" else "over-strict"))


@pytest.mark.parametrize("selection", SELECTIONS)
def test_for_the_right_reason(selection: str) -> None:
    """What decides against a case is the check that its description is about."""
    expected = {name: DECISIVE.get(name) for name in cases(selection)}
    decided = {name: our_verdict(selection, name, "strict").decisive for name in expected}
    assert {name: check and check.name for name, check in decided.items()} == expected


@pytest.mark.parametrize("name", sorted(MISENCODED_ANCHOR))
def test_misencoded_anchor(name: str) -> None:
    """In these cases the trusted certificate's own name constraints are not encoded as prescribed."""
    pem = cases("limbo_selection")[name]["trusted_certs"][0]
    (one,) = Certificate.parse(ssl.PEM_cert_to_DER_cert(pem)).misencoded
    assert (one.field, one.decoded) == ("nameConstraints", name.endswith("wildcard"))


@pytest.mark.parametrize("selection", SELECTIONS)
def test_pathological_cases_end_quickly(selection: str) -> None:
    """No case takes long, and the mazes are given up for a reason that is said."""
    our_verdict.cache_clear()
    seconds = {}
    for name in cases(selection):
        started = time.perf_counter()
        our_verdict(selection, name, "strict")
        seconds[name] = time.perf_counter() - started
    slow = {name: taken for name, taken in seconds.items() if taken > MOST_SECONDS}
    assert slow == {}


@pytest.mark.parametrize("selection", SELECTIONS)
def test_score(selection: str, record_property: Any, capsys: pytest.CaptureFixture[str]) -> None:
    """We score higher than pyca and OpenSSL."""
    total = len(cases(selection))
    right = {profile: total - len(differences(selection, profile)) for profile in ("strict", "webpki")}
    theirs = {
        peer: sum(case[peer] == "pass" for case in verdicts(selection).values())
        for peer in ("pyca", "openssl")
    }
    score = f"{selection}, {len(cases(selection))} cases: ours {right}, theirs {theirs}"
    record_property("score", score)
    with capsys.disabled():
        print(f"\n{score}")  # noqa: T201  the score is what a reader of the test run wants to see
    assert right["strict"] > max(theirs.values())
