"""OpenSSL's error numbers: each has a check of ours or a reason, and random chains get the same number."""

from __future__ import annotations

import random
import re
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from simulator.oracle.reasons import REASONS
from simulator.oracle.verify_errors import VERIFY_ERRORS
from simulator.pki.bundles import load_certificates
from simulator.pki.stores import TrustStore
from simulator.trust.judge import judge
from simulator.trust.path import DeadEnd
from simulator.trust.path_as_openssl import OpensslPath
from simulator.trust.policy import TrustPolicy
from simulator.trust.profiles import PROFILES
from tests.peers import absent, shared
from tests.played import EVERYTHING
from tests.trust.openssl_verify import Answer, error_text, openssl_verify
from tests.trust.small_pkis import SmallPki, small_pki
from tests.trust.worlds import HOST, NOW

if TYPE_CHECKING:
    from simulator.trust.verdict import Verdict

HEADER = Path("/usr/include/openssl/x509_vfy.h")
PARTS = 10 if EVERYTHING else 1  # a hundred chains each
UNKNOWN_NUMBER = "unknown certificate verification error"
# A check and the field it looked at → OpenSSL's number, where that does not depend on more.
NUMBERS = {
    ("chain-depth", "path"): 22,
    ("critical-extensions", "extensions"): 34,
    ("critical-extensions", "proxyCertInfo"): 40,
    ("basic-constraints", "basicConstraints"): 79,
    ("named-curve", "subjectPublicKeyInfo"): 94,
    ("key-usage", "keyCertSign"): 79,
    ("key-usage", "keyUsage"): 26,
    ("extended-key-usage", "extKeyUsage"): 26,
    ("extended-key-usage", "netscapeCertType"): 26,
    ("path-length", "pathLenConstraint"): 25,
    ("signature-algorithm", "signatureAlgorithm"): 68,
    ("server-name", "subjectAltName"): 62,
    ("server-name", "commonName"): 62,
    ("signature", "signatureValue"): 7,
    ("validity", "notBefore"): 9,
    ("validity", "notAfter"): 10,
}
DEAD_ENDS = dict.fromkeys((DeadEnd.ISSUER_MISSING, DeadEnd.MISFIT, DeadEnd.LOOP, DeadEnd.UNUSABLE), 20) | {
    DeadEnd.NOT_A_ROOT: 2
}

DEAD_END_WORDS = ("neither sent nor held", "A certificate of that name", "in the path already")


def our_answer(pki: SmallPki, policy: TrustPolicy) -> tuple[Answer, Verdict]:
    """Our verdict, and OpenSSL's number and depth for its decisive check."""
    verdict = judge([one.der for one in pki.chain], policy, NOW, tls="1.3")
    check = verdict.decisive
    if check is None:
        return Answer(0, 0), verdict
    depth = check.depth or 0
    if check.name in ("trust-anchor", "chain-depth"):
        search = OpensslPath(pki.chain[0], pki.chain[1:], policy, NOW)
        assert list(search.paths()) == []
        reason, depth = search.no_path.reason, len(search.no_path.path) - 1
        if reason is DeadEnd.SELF_SIGNED:
            return Answer(18 if depth == 0 else 19, depth), verdict
        if reason is not DeadEnd.TOO_LONG:
            return Answer(DEAD_ENDS[reason], depth), verdict
    if check.name == "key-strength":
        return Answer(66 if depth == 0 else 67, depth), verdict
    if check.name == "name-constraints":
        return Answer(48 if "excludes" in check.sentence else 47, depth), verdict
    return Answer(NUMBERS[check.name, check.field], depth), verdict


@cache
def case(seed: int) -> tuple[SmallPki, str | None, Answer]:
    """A random PKI, the host that the client expects if the server is judged, and OpenSSL's answer."""
    pki = small_pki(random.Random(seed))
    host = HOST if pki.role == "server" else None
    return pki, host, openssl_verify(pki.chain, pki.store, NOW, pki.role, pki.max_depth, host)


@pytest.mark.parametrize("part", range(PARTS))
def test_random_chains_get_openssls_number(part: int) -> None:
    """Over random small PKIs with faults our decisive check is OpenSSL's error number, at the same depth."""
    different = {}
    for seed in range(100 * part, 100 * (part + 1)):
        pki, host, theirs = case(seed)
        policy = TrustPolicy(pki.role, TrustStore(pki.store), max_depth=pki.max_depth, server_name=host)
        ours, verdict = our_answer(pki, policy)
        if ours != theirs:
            different[seed] = (ours, theirs, verdict.decisive)
    assert different == {}


@pytest.mark.parametrize("profile", PROFILES)
def test_no_issuer_is_told_missing_that_is_there(profile: str) -> None:
    """Where a line says that an issuer was neither sent nor held, no certificate has its name.

    Where everything is played, OpenSSL's profile judges every random PKI, each other one every third.
    """
    reasons = set()
    by_threes = EVERYTHING and profile != "openssl"
    turn = list(PROFILES).index(profile) % 3
    for seed in range(turn, 100 * PARTS, 3) if by_threes else range(100 * PARTS):
        pki, _host, _theirs = case(seed)
        policy = TrustPolicy(pki.role, TrustStore.of(pki.store), max_depth=pki.max_depth, profile=profile)
        line = judge([one.der for one in pki.chain], policy, NOW, tls="1.3").check("trust-anchor")
        reasons |= {words for words in DEAD_END_WORDS if words in line.sentence}
        if "neither sent nor held" in line.sentence:
            assert line.value not in {one.subject for one in (*pki.chain, *pki.store)}, seed
    assert "neither sent nor held" in reasons
    assert not EVERYTHING or profile != "openssl" or "A certificate of that name" in reasons


def test_random_chains_have_every_fault() -> None:
    """The random PKIs are refused for nearly every number that a chain can have, and some are accepted."""
    found = [case(seed)[2].error for seed in range(100 * PARTS)]
    often, seldom = {0, 2, 7, 19, 20, 22, 79}, {9, 10, 18, 25, 26, 34, 40, 47, 48, 62, 66, 67, 68, 94}
    assert often | (seldom if EVERYTHING else set()) <= set(found)
    assert found.count(0) > 25 * PARTS


def test_every_number_is_listed_once() -> None:
    """The list has each number that OpenSSL has words for, once and in order."""
    known = [number for number in range(1, 200) if error_text(number) != UNKNOWN_NUMBER]
    assert [error.number for error in VERIFY_ERRORS] == known


def test_names_are_those_of_the_header() -> None:
    """Number and name are those of OpenSSL's own header."""
    if not HEADER.exists():
        absent(f"the header {HEADER}")
    pattern = re.compile(r"define\s+X509_V_ERR_(\w+)\s+(\d+)")
    declared = pattern.findall(HEADER.read_text(encoding="utf-8"))
    assert [(error.name, str(error.number)) for error in VERIFY_ERRORS] == declared


def test_a_number_has_a_check_or_a_reason() -> None:
    """Every check that is claimed is one of the ``openssl`` profile, and a number without one says why."""
    checks = {name.value for name in PROFILES["openssl"].checks}
    for error in VERIFY_ERRORS:
        assert set(error.checks) <= checks, error
        assert error.checks or error.reason, error


def test_the_reasons_of_the_comparison_agree_with_the_list() -> None:
    """Where the comparison with OpenSSL joins a check and a number, the list has that check for it."""
    listed = {error.number: set(error.checks) for error in VERIFY_ERRORS}
    for one in REASONS:
        for code in one.codes:
            if listed[code]:
                assert listed[code] & {name for name, _field in one.checks}, (one.words, code)


@pytest.mark.parametrize("tls", ["1.2", "1.3"])
@pytest.mark.parametrize(
    ("name", "check", "number"),
    [
        ("good", None, 0),
        ("key-explicit-p256", "named-curve", 94),
        ("netscape-type-server-only", "extended-key-usage", 26),
        ("netscape-type-client-critical", None, 0),
    ],
)
def test_small_inputs(name: str, check: str | None, number: int, tls: str) -> None:
    """Explicit curve parameters and Netscape's certificate type are judged as OpenSSL judges them."""
    chain = load_certificates(shared(f"inputs/{name}.pem").read_bytes())
    root = load_certificates(shared("inputs/root.pem").read_bytes())
    verdict = judge([chain[0].der], TrustPolicy("client", TrustStore.of(root)), NOW, tls=tls)  # type: ignore[arg-type]
    assert (verdict.decisive and verdict.decisive.name) == check
    assert openssl_verify(chain, root, NOW).error == number
    assert PROFILES["rfc5280"].alerts["named-curve"] == "unsupported_certificate"
