"""The valid policy tree: the examples of RFC 5280, and ``openssl verify -policy_check`` over small PKIs."""

from __future__ import annotations

import itertools
import re
import subprocess
import time
from functools import cache
from typing import TYPE_CHECKING

import pytest
from cryptography import x509

from simulator.pki import der
from simulator.pki.issuing import Issuer
from simulator.pki.stores import TrustStore
from simulator.trust.checks.policy_tree import MOST_LINES, PolicyTree
from simulator.trust.judge import judge
from simulator.trust.policy import PolicyInputs, TrustPolicy
from tests.peers import program
from tests.pki.samples import subordinate
from tests.played import EVERYTHING
from tests.trust.handshakes import pem
from tests.trust.worlds import DAY, NOW, contents, key

if TYPE_CHECKING:
    from pathlib import Path

    from simulator.pki.certificate import Certificate
    from simulator.trust.verdict import Verdict

GOLD, SILVER, BRONZE = (f"1.3.6.1.4.1.55738.{number}" for number in (1, 2, 3))
ANY = "2.5.29.32.0"
Extension = tuple[str, bool, bytes]


def policies(*names: str) -> list[Extension]:
    """The certificatePolicies extension, or nothing for no names."""
    information = [x509.PolicyInformation(x509.ObjectIdentifier(name), None) for name in names]
    return [("2.5.29.32", False, x509.CertificatePolicies(information).public_bytes())] if names else []


def demands(count: int | None) -> list[Extension]:
    """A policyConstraints extension that demands a policy after so many certificates."""
    if count is None:
        return []
    return [("2.5.29.36", True, x509.PolicyConstraints(count, None).public_bytes())]


def maps(*names: str) -> list[Extension]:
    """A policyMappings extension: every two names are one mapping, the issuer's policy first."""
    if not names:
        return []
    pairs = [
        der.sequence(*map(der.object_identifier, pair)) for pair in zip(names[::2], names[1::2], strict=True)
    ]
    return [("2.5.29.33", True, der.sequence(*pairs))]


def inhibits(count: int | None) -> list[Extension]:
    """An inhibitAnyPolicy extension."""
    return [] if count is None else [("2.5.29.54", True, x509.InhibitAnyPolicy(count).public_bytes())]


YEARS = {"not_before": NOW - 1000 * DAY, "not_after": NOW + 1000 * DAY}
Chain = tuple["Certificate", ...]
NO_INPUTS = PolicyInputs()


@cache
def root() -> Issuer:
    """The trust anchor."""
    return Issuer.self_signed(key("root"), contents("CN=Root", "ca", **YEARS))


@cache
def upper_ca(extensions: tuple[Extension, ...]) -> Issuer:
    """The CA below the trust anchor, with these extensions."""
    return subordinate(
        root(), key("inter"), contents("CN=Upper", "ca", further_extensions=extensions, **YEARS)
    )


@cache
def lower_ca(upper: tuple[Extension, ...], lower: tuple[Extension, ...]) -> Issuer:
    """The CA below that, with these extensions."""
    what = contents("CN=Lower", "ca", further_extensions=lower, **YEARS)
    return subordinate(upper_ca(upper), key("other"), what)


def issue(upper: list[Extension], lower: list[Extension], leaf: list[Extension]) -> Chain:
    """A leaf, two CAs and a root with these extensions; the leaf first."""
    issuer = lower_ca(tuple(upper), tuple(lower))
    end = issuer.issue(key("leaf"), contents("CN=alice", "client", further_extensions=tuple(leaf)))
    return (end.certificate, *end.chain, root().own.certificate)


FLAGS = {"-explicit_policy": "explicit", "-inhibit_map": "inhibits_mapping", "-inhibit_any": "inhibits_any"}


def openssl_says(
    chains: list[Chain], folder: Path, inputs: PolicyInputs = NO_INPUTS
) -> list[tuple[str, ...] | None]:
    """The policies of the user that ``openssl verify`` finds for each chain, or None where it refuses.

    Args:
        chains: they differ in their leaves alone.
        folder: where the certificates are written.
        inputs: the initial policy inputs.
    """
    _, *inters, anchor = chains[0]
    files = {"root": pem(anchor), "inters": "".join(map(pem, inters))}
    leaves = [f"leaf{number}" for number in range(len(chains))]
    for name, text in (files | dict(zip(leaves, (pem(chain[0]) for chain in chains), strict=True))).items():
        (folder / name).write_text(text)
    command = [program("openssl"), "verify", "-policy_check", "-policy_print"]
    command += ["-attime", str(int(NOW.timestamp())), "-CAfile", "root", "-untrusted", "inters"]
    for policy in sorted(inputs.accepted or {ANY}):
        command += ["-policy", policy]
    flags = {
        "explicit": "-explicit_policy",
        "inhibits_mapping": "-inhibit_map",
        "inhibits_any": "-inhibit_any",
    }
    command += [flag for name, flag in flags.items() if getattr(inputs, name)]
    done = subprocess.run([*command, *leaves], cwd=folder, capture_output=True, check=False, text=True)
    printed = done.stderr.split("Require explicit Policy:")[1:]
    assert len(printed) == len(chains)
    users = [re.findall(r"Policy: (.+)", text.partition("User Policies:")[2]) for text in printed]
    return [
        tuple(sorted(ANY if name == "X509v3 Any Policy" else name for name in found))
        if f"{leaf}: OK" in done.stdout
        else None
        for leaf, found in zip(leaves, users, strict=True)
    ]


def openssl_accepts(chain: Chain, folder: Path) -> bool:
    """The answer of ``openssl verify -policy_check``."""
    return openssl_says([chain], folder) != [None]


def verdict_on(chain: Chain, inputs: PolicyInputs = NO_INPUTS) -> Verdict:
    """Our verdict under ``rfc5280``; nothing but policies may decide."""
    policy = TrustPolicy("client", TrustStore((chain[-1],)), profile="rfc5280", policies=inputs)
    verdict = judge([certificate.der for certificate in chain[:-1]], policy, NOW, tls="1.3")
    check = verdict.decisive
    assert check is None or check.name == "certificate-policies" or check.field == "policyMappings"
    return verdict


def we_accept(chain: Chain) -> bool:
    """Return True if ``rfc5280`` accepts the chain."""
    return verdict_on(chain).accepted


def we_say(chain: Chain, inputs: PolicyInputs) -> tuple[str, ...] | None:
    """The policies that hold for the whole path, or None where it is refused."""
    verdict = verdict_on(chain, inputs)
    value = verdict.check("certificate-policies").value.replace("anyPolicy", ANY)
    return None if not verdict.accepted else () if value == "none" else tuple(value.split(", "))


INPUTS = [
    PolicyInputs(accepted and frozenset(accepted), *flags)
    for accepted in (None, (GOLD,), (SILVER,), (BRONZE, GOLD))
    for flags in itertools.product((False, True), repeat=3)
]
UPPER = [
    policies(*names) + demands(count) + inhibits(skip)
    for names in ((), (GOLD,), (GOLD, SILVER), (ANY,), (GOLD, ANY))
    for count in (None, 0, 1)
    for skip in (None, 0)
]
LOWER = [
    policies(*names) + maps(*mapping)
    for names in ((), (GOLD,), (ANY,))
    for mapping in ((), (GOLD, SILVER), (GOLD, SILVER, SILVER, GOLD), (GOLD, SILVER, GOLD, BRONZE))
]
LEAVES = [policies(*names) for names in ((), (GOLD,), (SILVER,), (ANY,), (GOLD, BRONZE))]
PKIS = list(itertools.product(UPPER, LOWER, INPUTS))
# 11,520 commands are too many; steps that are prime meet every setting of every part.
STEP = 59 if EVERYTHING else 397


def openssl_quirk(upper: list[Extension], lower: list[Extension], inputs: PolicyInputs) -> bool:
    """A CA that may not use anyPolicy names nothing else and maps policies.

    By RFC 5280, section 6.1.3 (d), nothing is left to map; OpenSSL maps all the same.
    """
    inhibited = inputs.inhibits_any or inhibits(0)[0] in upper
    return inhibited and lower[:1] == policies(ANY) and len(lower) == 2


def no_more_lax(ours: tuple[str, ...] | None, theirs: tuple[str, ...] | None) -> bool:
    """Return True if ours is a refusal, or accepts under no policy that theirs does not accept."""
    return ours is None or (theirs is not None and (set(ours) <= set(theirs) or theirs == (ANY,)))


def test_agrees_with_openssl(tmp_path: Path) -> None:
    """Small PKIs with every kind of extension and input: the same answer, and the same policies that hold.

    The one difference has a name, and there ours is the stricter answer.
    """
    different = []
    for upper, lower, inputs in PKIS[::STEP]:
        chains = [issue(upper, lower, leaf) for leaf in LEAVES]
        ours, theirs = [we_say(chain, inputs) for chain in chains], openssl_says(chains, tmp_path, inputs)
        quirk = openssl_quirk(upper, lower, inputs)
        assert not quirk or all(map(no_more_lax, ours, theirs))
        if ours != theirs and not quirk:
            different.append((upper, lower, inputs, ours, theirs))
    assert different == []


def test_the_one_difference_from_openssl(tmp_path: Path) -> None:
    """A CA that may not use anyPolicy and names nothing else maps gold. Only OpenSSL lets it."""
    upper, lower = policies(ANY) + inhibits(0), policies(ANY) + maps(GOLD, SILVER)
    inputs, chain = PolicyInputs(explicit=True), issue(upper, lower, policies(SILVER))
    assert openssl_quirk(upper, lower, inputs)
    assert (we_say(chain, inputs), openssl_says([chain], tmp_path, inputs)) == (None, [(GOLD,)])


@pytest.mark.parametrize("mapping", [(GOLD, SILVER, SILVER, BRONZE), (SILVER, BRONZE, GOLD, SILVER)])
def test_mappings_do_not_follow_each_other(mapping: tuple[str, ...], tmp_path: Path) -> None:
    """Gold to silver and silver to bronze make silver of gold, in whichever order they stand."""
    accepted = {}
    for leaf in (GOLD, SILVER, BRONZE):
        chain = issue(policies(GOLD) + demands(0), policies(GOLD) + maps(*mapping), policies(leaf))
        accepted[leaf] = (we_accept(chain), openssl_accepts(chain, tmp_path))
    assert accepted == {GOLD: (False, False), SILVER: (True, True), BRONZE: (False, False)}


@pytest.mark.parametrize("mapping", [(GOLD, SILVER, SILVER, GOLD), (SILVER, GOLD, GOLD, SILVER)])
@pytest.mark.parametrize("before", [GOLD, SILVER])
def test_mappings_may_swap_two_policies(before: str, mapping: tuple[str, ...], tmp_path: Path) -> None:
    """Gold to silver and silver to gold exchange the two."""
    accepted = {}
    for leaf in (GOLD, SILVER):
        chain = issue(policies(before) + demands(0), policies(before) + maps(*mapping), policies(leaf))
        accepted[leaf] = (we_accept(chain), openssl_accepts(chain, tmp_path))
    assert accepted == {leaf: (leaf != before,) * 2 for leaf in (GOLD, SILVER)}


def test_any_policy_must_not_be_mapped() -> None:
    """A CA that maps anyPolicy is refused, and so is one whose mappings are no list."""
    for extension in (maps(ANY, GOLD), maps(GOLD, ANY), [("2.5.29.33", True, b"\x30\x03\x02\x01\x00")]):
        assert we_accept(issue(policies(ANY), policies(ANY) + extension, policies(GOLD))) is False


def test_references_name_the_step_that_fails() -> None:
    """The line cites the step of section 6.1 at which the path fails."""
    unmapped = issue(policies(GOLD), policies(GOLD), policies(SILVER))
    explicit, silver = PolicyInputs(explicit=True), PolicyInputs(frozenset({SILVER}), explicit=True)
    for chain, inputs, step in (
        (unmapped, explicit, "§6.1.3 (f)"),
        (issue(policies(GOLD), policies(GOLD), policies(GOLD)), silver, "§6.1.5 (g)"),
        (issue(policies(ANY), policies(ANY) + maps(ANY, GOLD), policies(GOLD)), explicit, "§6.1.4 (a)"),
    ):
        decisive = verdict_on(chain, inputs).decisive
        assert decisive is not None
        assert decisive.reference == f"RFC 5280 {step}"


# The examples of RFC 5280, with its words: gold, silver and white. ------------------------------------------

WHITE = BRONZE


def grown(*levels: tuple[str, ...], any_counts: bool = True) -> PolicyTree:
    """A tree after certificates with these policies."""
    tree = PolicyTree()
    for names in levels:
        tree.grow(names, any_counts=any_counts)
    return tree


def named(lines: tuple[str, ...]) -> list[str]:
    """The lines of a tree with the RFC's words for policies."""
    words = {GOLD: "Gold", SILVER: "Silver", BRONZE: "White"}
    return [re.sub(r"1[.][0-9.]+", lambda found: words[found[0]], line) for line in lines]


def test_example_of_a_policy_that_is_expected() -> None:
    """Expected are Gold and White, named are Gold and Silver: Gold gets a node, Silver none (Figure 4)."""
    tree = grown((GOLD,))
    tree.map(GOLD, {GOLD, WHITE})
    tree.grow((GOLD, SILVER), any_counts=True)
    assert named(tree.lines()) == ["0 anyPolicy", "1   Gold, expects Gold, White", "2     Gold"]


def test_example_of_policies_below_any_policy() -> None:
    """Below anyPolicy every policy that is named gets a node (Figure 5)."""
    tree = grown((ANY,), (GOLD, SILVER))
    assert named(tree.lines()) == ["0 anyPolicy", "1   anyPolicy", "2     Gold", "2     Silver"]


def test_example_of_any_policy_below_policies() -> None:
    """AnyPolicy stands for every policy that is expected and not named (Figure 6)."""
    tree = grown((GOLD,))
    tree.map(GOLD, {GOLD, SILVER})
    tree.grow((ANY,), any_counts=True)
    assert named(tree.lines()) == [
        "0 anyPolicy",
        "1   Gold, expects Gold, Silver",
        "2     Gold",
        "2     Silver",
    ]
    assert grown((GOLD,), (ANY,), any_counts=False).empty


def test_example_of_pruning() -> None:
    """A node without children is deleted, and so are those above it that have no others (Figure 7)."""
    tree = grown((GOLD, SILVER, WHITE), (GOLD, SILVER), (SILVER,))
    assert named(tree.lines()) == ["0 anyPolicy", "1   Silver", "2     Silver", "3       Silver"]
    tree.grow((GOLD,), any_counts=True)
    assert tree.empty
    assert tree.lines() == ()


def test_the_verifier_chooses_in_the_words_of_its_own_domain() -> None:
    """The policies accepted are those of the trust anchor's domain, before any mapping (section 6.1.5, g)."""
    chain = issue(policies(GOLD), policies(GOLD) + maps(GOLD, SILVER), policies(SILVER))
    for accepted, valid in ((GOLD, (GOLD,)), (SILVER, None)):
        assert we_say(chain, PolicyInputs(frozenset({accepted}), explicit=True)) == valid


def test_the_tree_is_shown() -> None:
    """The ledger's line has the tree with its mappings, or the last one before no policy was left."""
    chain = issue(policies(GOLD), policies(GOLD) + maps(GOLD, SILVER), policies(SILVER))
    line = verdict_on(chain).check("certificate-policies")
    tree = ["0 anyPolicy", "1   Gold", "2     Gold, expects Silver", "3       Silver"]
    assert named(line.detail) == tree
    assert line.sentence == f"The path is valid under {GOLD}."
    refused = verdict_on(chain, PolicyInputs(frozenset({WHITE}), explicit=True)).decisive
    assert refused is not None
    assert named(refused.detail) == [*tree, "no policy is left"]
    assert verdict_on(issue([], [], [])).check("certificate-policies").detail == ()


def test_a_tree_that_would_grow_without_end_does_not() -> None:
    """Two policies that map to both double the tree with every CA (RFC 9618, section 1); it is kept small."""
    tree = grown((GOLD, SILVER))
    started = time.perf_counter()
    for _ in range(90):
        for policy in (GOLD, SILVER):
            tree.map(policy, {GOLD, SILVER})
        tree.grow((GOLD, SILVER), any_counts=True)
    assert time.perf_counter() - started < 2
    assert sum(map(len, tree.levels)) == 1 + 2 * 91
    assert tree.valid_policies() == (GOLD, SILVER)
    assert len(tree.lines()) == MOST_LINES + 1
    tree.accept_only(frozenset({SILVER}))
    assert tree.valid_policies() == (SILVER,)
