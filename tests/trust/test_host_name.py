"""Server names: RFC 9525 in a table, and OpenSSL on the same names."""

from __future__ import annotations

from functools import cache

import pytest
from cryptography import x509

from simulator.pki.issuing import Issuer
from simulator.trust.checks.host_name import matches
from simulator.trust.judge import judge
from tests.played import for_each
from tests.trust.handshakes import MACHINE_NOW, openssl_alert
from tests.trust.worlds import DAY, Issued, contents, key

MATCHES = [
    ("telnet.example.com", "telnet.example.com", True),
    ("TELNET.example.COM", "telnet.EXAMPLE.com", True),
    ("telnet.example.com", "telnet.example.org", False),
    ("example.com", "telnet.example.com", False),
    ("*.example.com", "telnet.example.com", True),
    ("*.example.com", "TELNET.EXAMPLE.COM", True),
    ("*.example.com", "example.com", False),
    ("*.example.com", "a.telnet.example.com", False),
    ("*.example.com", ".example.com", False),
    ("*.com", "example.com", False),
    ("*", "example.com", False),
    ("t*.example.com", "telnet.example.com", False),
    ("telnet.*.com", "telnet.example.com", False),
    ("*.*.com", "telnet.example.com", False),
    ("192.0.2.1", "192.0.2.1", True),
    ("2001:db8::1", "2001:DB8:0::1", True),
    ("192.0.2.1", "192.0.2.2", False),
    ("*.0.2.1", "192.0.2.1", False),
]
PRESENTED = [
    ("telnet.example.com",),
    ("www.example.com", "telnet.example.com"),
    ("*.example.com",),
    ("*.com",),
    ("t*.example.com",),
    ("telnet.*.com",),
    ("192.0.2.1",),
    ("2001:db8::1",),
    ("mail@example.com",),
    None,
]
WANTED = [
    "telnet.example.com",
    "TELNET.EXAMPLE.COM",
    "example.com",
    "a.telnet.example.com",
    "192.0.2.1",
    "2001:db8::1",
]
COMMON_NAMES = ["telnet.example.com", "*.example.com", "192.0.2.1", "Telnet Host"]


@for_each("presented, wanted, expected", MATCHES)
def test_matches(presented: str, wanted: str, expected: bool) -> None:
    """A presented name covers the wanted one as RFC 9525 says: whole labels, one wildcard, leftmost."""
    assert matches(presented, wanted) is expected


@cache
def server_named(common_name: str, names: tuple[str, ...] | None) -> Issued:
    """A server with that common name and those alternative names, below a root of its own."""
    years = {"not_before": MACHINE_NOW - 1000 * DAY, "not_after": MACHINE_NOW + 1000 * DAY}
    root = Issuer.self_signed(key("root"), contents("CN=Root", "ca", MACHINE_NOW, **years))
    what = contents(f"CN={common_name}", "server", MACHINE_NOW, alternative_names=names)
    leaf = root.issue(key("leaf"), what)
    return Issued("server", (leaf.certificate,), (root.own.certificate,), leaf.private_key)


@pytest.mark.parametrize("wanted", WANTED)
def test_agrees_with_openssl(wanted: str) -> None:
    """OpenSSL and we accept the same server names, common names included."""
    different = []
    for common_name in COMMON_NAMES:
        for names in PRESENTED:
            issued = server_named(common_name, names)
            ours = judge(issued.presented, issued.policy(server_name=wanted), MACHINE_NOW, tls="1.3").alert
            theirs = openssl_alert(issued, "1.3", wanted=wanted)
            if ours != theirs:
                different.append((common_name, names, ours, theirs))
    assert different == []


@pytest.mark.parametrize("common_name", COMMON_NAMES)
def test_strict_profile_ignores_common_names(common_name: str) -> None:
    """RFC 9525 knows no common name: without alternative names the strict profile refuses every name."""
    issued = server_named(common_name, None)
    for wanted in WANTED:
        policy = issued.policy(server_name=wanted, profile="rfc5280")
        assert judge(issued.presented, policy, MACHINE_NOW, tls="1.3").decisive is not None


def constrained(permitted: list[str], excluded: list[str], names: tuple[str, ...] | None) -> Issued:
    """A server below a CA that is limited to a name space of DNS names."""
    sides = [[x509.DNSName(name) for name in side] or None for side in (permitted, excluded)]
    extension = ("2.5.29.30", True, x509.NameConstraints(*sides).public_bytes())
    years = {"not_before": MACHINE_NOW - 1000 * DAY, "not_after": MACHINE_NOW + 1000 * DAY}
    limited = contents("CN=Root", "ca", MACHINE_NOW, further_extensions=(extension,), **years)
    root = Issuer.self_signed(key("root"), limited)
    what = contents("CN=telnet.example.com", "server", MACHINE_NOW, alternative_names=names)
    leaf = root.issue(key("leaf"), what)
    return Issued("server", (leaf.certificate,), (root.own.certificate,), leaf.private_key)


@pytest.mark.parametrize("names", [("telnet.example.com",), ("telnet.example.com", "www.example.org"), None])
def test_name_constraints_agree_with_openssl(names: tuple[str, ...] | None) -> None:
    """OpenSSL and we see the same DNS names inside and outside of a CA's name space."""
    spaces = [
        [],
        ["example.com"],
        [".example.com"],
        ["telnet.example.com"],
        ["ample.com"],
        ["org"],
        ["a.telnet.example.com"],
    ]
    different = []
    for permitted in spaces:
        for excluded in spaces:
            if not permitted and not excluded:
                continue
            issued = constrained(permitted, excluded, names)
            policy = issued.policy(server_name="telnet.example.com")
            ours = judge(issued.presented, policy, MACHINE_NOW, tls="1.3").alert
            theirs = openssl_alert(issued, "1.3")
            if ours != theirs:
                different.append((permitted, excluded, ours, theirs))
    assert different == []


def test_wildcards_and_constraints() -> None:
    """A wildcard that covers an excluded name is refused; OpenSSL reads it literally and lets it pass."""
    issued = constrained([], ["telnet.example.com"], ("*.example.com",))
    assert openssl_alert(issued, "1.3") is None
    decisive = judge(issued.presented, issued.policy(), MACHINE_NOW, tls="1.3").decisive
    assert decisive is not None
    assert decisive.name == "name-constraints"


def test_hostile_subject_is_only_text() -> None:
    """A subject full of markup and control characters is judged like any other, and stays as it is."""
    issued = server_named("\\<script\\>]]\\>\x1b[2J", ("telnet.example.com",))
    verdict = judge(issued.presented, issued.policy(), MACHINE_NOW, tls="1.3")
    assert verdict.accepted
    assert "<script>]]>\x1b[2J" in verdict.check("server-name").sentence
