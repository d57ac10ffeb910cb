"""Whatever a peer sends, the answer is a verdict."""

from __future__ import annotations

from itertools import permutations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from simulator.trust.judge import judge
from simulator.trust.policy import TrustPolicy
from simulator.trust.profiles import PROFILES
from simulator.trust.verdict import Verdict
from simulator.trust.vocabulary import CheckName
from tests.played import EVERYTHING
from tests.trust.worlds import NOW, issue

GOOD = {role: issue(role, ("leaf with an alternative name",)) for role in ("client", "server")}

profiles = st.sampled_from(sorted(PROFILES))
versions = st.sampled_from(["1.2", "1.3"])
roles = st.sampled_from(["client", "server"])


@settings(max_examples=150, deadline=None)
@given(st.lists(st.binary(max_size=400), max_size=6), roles, profiles, versions)
def test_random_bytes(chain: list[bytes], role: str, profile: str, tls: str) -> None:
    """Random bytes are refused, or absent; they never raise."""
    verdict = judge(chain, TrustPolicy(role, profile=profile), NOW, tls=tls)  # type: ignore[arg-type]
    assert isinstance(verdict, Verdict)
    assert not verdict.accepted


@settings(max_examples=400 if EVERYTHING else 150, deadline=None)
@given(st.data(), roles, profiles)
def test_changed_certificates(data: st.DataObject, role: str, profile: str) -> None:
    """A certificate with any bytes changed is refused, and judging it never raises."""
    issued = GOOD[role]
    place = data.draw(st.integers(0, len(issued.chain) - 1))
    good = issued.presented[place]
    start = data.draw(st.integers(0, len(good) - 1))
    end = data.draw(st.integers(start, min(start + 4, len(good))))
    changed = good[:start] + data.draw(st.binary(max_size=4)) + good[end:]
    chain = [*issued.presented[:place], changed, *issued.presented[place + 1 :]]
    verdict = judge(chain, issued.policy(profile=profile), NOW, tls="1.3")
    assert verdict.accepted == (changed == good)


@pytest.mark.parametrize("profile", sorted(PROFILES))
@pytest.mark.parametrize("role", ["client", "server"])
def test_any_order(role: str, profile: str) -> None:
    """Certificates of both worlds in each order: the first one is judged, and nothing raises."""
    issued = GOOD[role]
    policy = issued.policy(profile=profile)
    own = GOOD["client"].presented
    others = GOOD["server"].presented
    welcome = set(issued.presented[:1])
    stack = PROFILES[profile]
    if role == "client":
        # RFC 5280 does not forbid that a CA certificate stands in the leaf's place; Go looks at no key usage.
        if stack.ca_as_leaf or any(one.concerns(CheckName.KEY_USAGE, 0, role) for one in stack.omissions):
            welcome.add(issued.presented[1])
        # gnutls-serv looks at no purpose, so a server's certificate will do: both worlds have the same CAs.
        if any(one.concerns(CheckName.EXTENDED_KEY_USAGE, 0, role) for one in stack.omissions):
            welcome.add(others[0])
    for chain in permutations([*own, *others]):
        verdict = judge(chain, policy, NOW, tls="1.3")
        assert verdict.accepted == (chain[0] in welcome), (chain[0] in own, verdict.alert)
