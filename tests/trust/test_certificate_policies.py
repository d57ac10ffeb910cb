"""Policy processing against ``openssl verify -policy_check``, over every small combination."""

from __future__ import annotations

import itertools
import subprocess
from typing import TYPE_CHECKING

import pytest
from cryptography import x509

from simulator.pki import der
from simulator.pki.issuing import Issuer
from simulator.pki.stores import TrustStore
from simulator.trust.judge import judge
from simulator.trust.policy import TrustPolicy
from tests.peers import program
from tests.pki.samples import subordinate
from tests.trust.handshakes import pem
from tests.trust.worlds import DAY, NOW, contents, key

if TYPE_CHECKING:
    from pathlib import Path

    from simulator.pki.certificate import Certificate

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


def issue(upper: list[Extension], lower: list[Extension], leaf: list[Extension]) -> tuple[Certificate, ...]:
    """A leaf, two CAs and a root with these extensions; the leaf first."""
    years = {"not_before": NOW - 1000 * DAY, "not_after": NOW + 1000 * DAY}
    root = Issuer.self_signed(key("root"), contents("CN=Root", "ca", **years))
    first = subordinate(
        root, key("inter"), contents("CN=Upper", "ca", further_extensions=tuple(upper), **years)
    )
    second = subordinate(
        first, key("other"), contents("CN=Lower", "ca", further_extensions=tuple(lower), **years)
    )
    end = second.issue(key("leaf"), contents("CN=alice", "client", further_extensions=tuple(leaf)))
    return (end.certificate, *end.chain, root.own.certificate)


def openssl_accepts(chain: tuple[Certificate, ...], folder: Path) -> bool:
    """What ``openssl verify -policy_check`` says."""
    leaf, *inters, root = chain
    files = {"leaf": pem(leaf), "inters": "".join(map(pem, inters)), "root": pem(root)}
    for name, text in files.items():
        (folder / name).write_text(text)
    command = [program("openssl"), "verify", "-policy_check", "-policy", ANY]
    command += ["-attime", str(int(NOW.timestamp()))]
    command += ["-CAfile", str(folder / "root"), "-untrusted", str(folder / "inters"), str(folder / "leaf")]
    return subprocess.run(command, capture_output=True, check=False).returncode == 0


def we_accept(chain: tuple[Certificate, ...]) -> bool:
    """What our strict profile says; nothing but policies may decide."""
    policy = TrustPolicy("client", TrustStore((chain[-1],)), profile="rfc5280")
    verdict = judge([certificate.der for certificate in chain[:-1]], policy, NOW, tls="1.3")
    assert verdict.decisive is None or verdict.decisive.name == "certificate-policies"
    return verdict.accepted


@pytest.mark.parametrize("count", [None, 0, 1, 2])
@pytest.mark.parametrize("mapping", [(), (GOLD, SILVER)])
def test_agrees_with_openssl(count: int | None, mapping: tuple[str, ...], tmp_path: Path) -> None:
    """Policies, demands, mappings and anyPolicy lead to the same answer as OpenSSL's policy tree."""
    different = []
    upper_policies = [(), (GOLD,), (ANY,)]
    leaf_policies = [(), (GOLD,), (SILVER,), (ANY,)]
    for upper, lower, leaf, skip in itertools.product(
        upper_policies, [(GOLD,), (ANY,)], leaf_policies, [None, 0]
    ):
        chain = issue(
            policies(*upper) + demands(count) + inhibits(skip),
            policies(*lower) + maps(*mapping),
            policies(*leaf),
        )
        if we_accept(chain) != openssl_accepts(chain, tmp_path):
            different.append((lower, leaf, skip, we_accept(chain)))
    # A CA that may not use anyPolicy names nothing else and maps gold. By RFC 5280, section 6.1.3 (d),
    # nothing is left to map; OpenSSL maps it all the same. We keep to the RFC, which is the stricter.
    quirk = [((ANY,), (SILVER,), 0, False)] * 2 if mapping and count is not None else []
    assert different == quirk


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
