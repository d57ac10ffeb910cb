"""Random revocation lists, judged by OpenSSL and by us: the same error number at the same depth.

Each case has one to three lists with any mixture of issuer, dates, signer, scope, reasons and extensions. So
what OpenSSL prefers among several lists is tested, too.
"""

from __future__ import annotations

from collections import Counter
from functools import cache
from random import Random
from typing import TYPE_CHECKING, Any

from simulator.engine.roles import revocation_policy
from simulator.engine.world import issue_world
from simulator.entropy import SeededEntropy
from simulator.errors import PeerError
from simulator.oracle.reasons import REASONS
from simulator.pki.certificate import Certificate
from simulator.trust.judge import judge
from simulator.trust.policy import TrustPolicy
from tests.oracle.measured_revocation import REASONS as WHY
from tests.oracle.measured_revocation import good_lists
from tests.peers import absent
from tests.played import EVERYTHING
from tests.trust.openssl_verify import Answer, openssl_verify

if TYPE_CHECKING:
    from simulator.scenario import Scenario

CASES = 600 if EVERYTHING else 20
CODES = {one: next(iter(reason.codes)) for reason in REASONS for one in reason.checks if reason.codes}
MENU: dict[str, list[Any]] = {
    "issuer": ["mid"] * 5 + ["client-ca", "server-ca"],
    "this_update": ["-3d", "-2d", "-1h", "-1h", "1d"],
    "next_update": ["6d", "6d", "6d", "2d", "0s", "absent"],
    "number": [1, 2, 3, "absent"],
    "signed_by": ["issuer"] * 6 + ["server-ca"],
    "key_identifier": ["signer"] * 4 + ["issuer", "absent"],
    "scope": ["all"] * 4 + ["users", "authorities", "attributes"],
    "only_reasons": [[]] * 6 + [["keyCompromise"]],
    "indirect": [False] * 6 + [True],
    "delta_of": ["none"] * 5 + [1],
    "freshest_crl": [False, True],
    "critical": [[]] * 6 + [["1.3.6.1.4.1.55738.9"]],
}
OF_ISSUER = {"mid": "alice", "client-ca": "mid", "server-ca": "server"}


def random_scenario(seed: int) -> Scenario:
    """The world with good lists, in which the lists are random and some other things may be wrong."""
    dice = Random(seed)
    names = ["a", "b", "c"][: dice.randint(1, 3)]
    lists = {name: {key: dice.choice(choices) for key, choices in MENU.items()} for name in names}
    for crl in lists.values():
        crl["lists"] = [OF_ISSUER[crl["issuer"]]] if dice.random() < 0.4 else []
        if crl["this_update"] == "1d" and crl["next_update"] == "0s":
            crl["next_update"] = "6d"
    changes: dict[str, Any] = {
        "crls": lists,
        "server.crls": names,
        "server.revocation_scope": dice.choice(["leaf", "leaf", "chain"]),
        "certificates.alice.revoked": "-4d",
        "certificates.alice.revocation_reason": dice.choice([*WHY, "removeFromCRL"]),
    }
    if dice.random() < 0.1:
        changes["certificates.mid.key_usage"] = ["keyCertSign"]
    if dice.random() < 0.1:
        changes |= {"certificates.alice.not_before": "-60d", "certificates.alice.not_after": "-1d"}
    return good_lists().but(changes)


@cache
def answers(seed: int) -> tuple[Answer, Answer]:
    """Our answer and OpenSSL's, each an error number and a depth."""
    scenario = random_scenario(seed)
    world = issue_world(scenario, SeededEntropy(scenario.seed))
    held, setup, now = world.server, scenario.server, scenario.clock
    chain = [Certificate.parse(der) for der in world.client.credentials[0].chain]
    policy = TrustPolicy("client", held.store, revocation=revocation_policy(setup, held))
    decisive = judge([one.der for one in chain], policy, now, tls="1.3").decisive
    ours = (
        Answer(0, 0)
        if decisive is None
        else Answer(CODES[decisive.name, decisive.field], decisive.depth or 0)
    )
    try:
        theirs = openssl_verify(
            chain, [*held.store], now, lists=held.crls, whole_chain=setup.revocation_scope == "chain"
        )
    except PeerError as error:
        absent(f"a reachable OpenSSL ({error})")
    return ours, theirs


def test_random_lists_get_the_same_answer() -> None:
    """Number and depth are OpenSSL's, whatever lists there are."""
    different = {seed: pair for seed in range(CASES) if (pair := answers(seed))[0] != pair[1]}
    assert different == {}


def test_random_lists_have_every_fault() -> None:
    """The cases are refused for every number that a list can cause, and many are accepted."""
    found = Counter(answers(seed)[1].error for seed in range(CASES))
    often, seldom = {0, 3}, {8, 10, 11, 12, 23, 35, 36, 44}
    assert often | (seldom if EVERYTHING else set()) <= set(found)
