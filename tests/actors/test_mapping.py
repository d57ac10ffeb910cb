"""The look for a user: each kind of rule, which of several decides, and what OpenSSL prints as a rule."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from simulator.actors.grant import grant_of
from simulator.actors.mapping import fitting, user_sought
from simulator.pki.bundles import write_pem
from simulator.scenario import ServerSetup
from simulator.scenario.user_rules import RuleKind, read_rule
from simulator.security import Standing
from tests.actors.made import certificate
from tests.pki.samples import openssl
from tests.played import for_each

if TYPE_CHECKING:
    from pathlib import Path

ALICE = certificate(
    "CN=alice,OU=Staff,O=Example",
    alternative_names=("alice.example.com", "Alice@Example.COM", "spiffe://Example.com/ns/Staff/alice"),
    principal_names=("alice@corp.example",),
)
OTHER = certificate("CN=bob", issuer="CN=Other CA")
KNOWN = {"alice": ALICE, "other": OTHER}
FINGERPRINT = ALICE.fingerprint

# In the order in which they win; each is more specific than all below it.
FITS = [
    f"sha256:{FINGERPRINT}",
    "issuer:CN=Client CA,O=Example serial:3F:0A",
    "issuer:CN=Client CA,O=Example subject:CN=alice,OU=Staff,O=Example",
    "issuer:CN=Client CA,O=Example subject:*,OU=Staff,O=Example",
    "issuer:CN=Client CA,O=Example subject:*,O=Example",
    "UPN:ALICE@Corp.example",
    "URI:SPIFFE://example.com/ns/Staff/alice",
    "email:Alice@example.com",
    "DNS:ALICE.example.com",
    "CN=alice,OU=Staff,O=Example",
    "*,CN=alice,OU=Staff,O=Example",
    "*,OU=staff,O=EXAMPLE",
    "*,O=Example",
    "issuer:CN=Client CA,O=Example",
    "issuer:*,CN=Client CA,O=Example",
    "issuer:*,O=Example",
]
FITS_NOT = [
    f"sha256:{'0' * 64}",
    "sha256:other",
    "serial:other",
    "issuer:CN=Client CA,O=Example serial:3F:0B",
    "issuer:CN=Other CA serial:3F:0A",
    "issuer:CN=Other CA subject:CN=alice,OU=Staff,O=Example",
    "issuer:CN=Client CA,O=Example subject:CN=alice",
    "UPN:alice@example.com",
    "URI:spiffe://example.com/ns/staff/alice",
    "URI:spiffe://example.com/ns/Staff/alice/",
    "email:alice@example.com",
    "DNS:*.example.com",
    "DNS:example.com",
    "CN=alice",
    "CN=alice,O=Example",
    "*,OU=Staff",
    "*,OU=Sta,O=Example",
    "*,CN=bob,OU=Staff,O=Example",
    "issuer:CN=Client CA",
    "issuer:*,CN=Client CA",
    "issuer:other",
]


def rules_that_fit(*rules: str) -> list[str]:
    """The rules of a table that fit Alice's certificate, the one that decides first."""
    table = {rule: f"USER{number}" for number, rule in enumerate(rules)}
    return [one.rule.written for one in fitting(ALICE, table, KNOWN)]


@for_each("rule", [*FITS, "sha256:alice", "serial:alice"])
def test_a_rule_fits(rule: str) -> None:
    """Each kind of rule finds its part of the certificate, names compared as RFC 5280 says."""
    assert rules_that_fit(rule) == [rule]


@for_each("rule", FITS_NOT)
def test_a_rule_does_not_fit(rule: str) -> None:
    """Another value, a part where the whole is written, or other letters where case counts: no match."""
    assert rules_that_fit(rule) == []


def test_the_more_specific_decides() -> None:
    """All rules that fit are found, in the one order, whatever the order of the table."""
    assert rules_that_fit(*FITS) == FITS
    assert rules_that_fit(*reversed(FITS)) == FITS


def test_the_order_of_names_is_that_of_racf() -> None:
    """The six steps of RACF's search for a certificate name filter, after the certificate itself.

    The order is that of the z/OS Security Server RACF Security Administrator's Guide, "How RACF processes
    certificate name filters": full names before partial ones, subject with issuer before subject before
    issuer. It searches for no subject with a partial issuer; such a rule is refused (IRRD146I).
    """
    issuer, subject = "CN=Client CA,O=Example", "CN=alice,OU=Staff,O=Example"
    steps = [
        "serial:alice",
        f"issuer:{issuer} subject:{subject}",
        f"issuer:{issuer} subject:*,OU=Staff,O=Example",
        f"issuer:{issuer} subject:*,O=Example",
        subject,
        "*,OU=Staff,O=Example",
        "*,O=Example",
        f"issuer:{issuer}",
        "issuer:*,O=Example",
    ]
    assert rules_that_fit(*reversed(steps)) == steps


def test_of_two_names_of_one_kind_the_first_in_the_certificate_decides() -> None:
    """Two mail addresses lead to two users: the certificate's order counts, not the table's."""
    two = certificate("CN=x", alternative_names=("b@example.com", "a@example.com"))
    setup = ServerSetup(users={"email:a@example.com": "A", "email:b@example.com": "B"})
    sought = user_sought(two, setup, {})
    assert sought.user == "B"
    assert "its name comes first in the certificate" in sought.reason


def test_the_reason_names_the_rules_and_why_the_first_decides() -> None:
    """The words say which rules fit, which decided, and why; the fact has the part that each fits."""
    setup = ServerSetup(users={"*,O=Example": "GUEST", "email:Alice@example.com": "ALICE", "CN=bob": "BOB"})
    sought = user_sought(ALICE, setup, {})
    assert sought.reason == (
        "2 rules fit: email:Alice@example.com, *,O=Example. The first decides: a mail address is more "
        "specific than a subject. The client is the user ALICE."
    )
    assert [(one.user, one.found) for one in sought.fitting] == [
        ("ALICE", "mail address Alice@Example.COM"),
        ("GUEST", "subject CN=alice,OU=Staff,O=Example"),
    ]
    assert sought.rules == 3


def test_a_table_of_whole_subjects_has_no_such_words() -> None:
    """At most one rule fits there, so the trace of such a server has no further fact."""
    plain, further = {"CN=x": "X"}, {"CN=x": "X", "DNS:y.example": "Y"}
    assert grant_of(Standing.AUTHENTICATED, ALICE, ServerSetup(users=plain)).sought is None
    assert grant_of(Standing.AUTHENTICATED, ALICE, ServerSetup(users=further)).sought is not None
    assert grant_of(Standing.CLAIMED, ALICE, ServerSetup(users=further)).sought is None


def test_a_changed_table_counts_when_it_is_loaded() -> None:
    """The server goes by the table that it loaded, and the words say what the changed one would do."""
    changed = {"DNS:alice.example.com": "ALICE"}
    stale = user_sought(ALICE, ServerSetup(users=changed, loaded_users={}), {})
    assert stale.user is None
    assert stale.reason.endswith("has not loaded it: with it the client would be the user ALICE.")
    removed = user_sought(ALICE, ServerSetup(users={}, loaded_users=changed), {})
    assert (removed.user, removed.reason.endswith("with it no rule would fit.")) == ("ALICE", True)


@pytest.mark.parametrize("nameopt", ["RFC2253", "oneline,-esc_msb,utf8", "compat"])
@pytest.mark.parametrize(
    "subject",
    ["CN=alice", r"CN=Smith\, John,OU=a+UID=7,O=Example", r"CN=J\C3\B6rg,O=M\C3\BCller", "CN=a  b,C=DE"],
)
def test_what_openssl_prints_is_a_rule(tmp_path: Path, subject: str, nameopt: str) -> None:
    """Subject, issuer, serial number and fingerprint can be copied from ``openssl x509`` into the table."""
    made = certificate(subject)
    (tmp_path / "c.pem").write_bytes(write_pem([made]))
    arguments = ("-noout", "-subject", "-issuer", "-serial", "-fingerprint", "-sha256", "-nameopt", nameopt)
    printed = openssl("x509", "-in", tmp_path / "c.pem", *arguments).stdout.decode()
    told = dict(line.split("=", 1) for line in printed.splitlines())
    issuer = told["issuer"].strip()
    rules = [
        f"sha256:{told['sha256 Fingerprint']}",
        f"issuer:{issuer} serial:{told['serial']}",
        f"issuer:{issuer} subject:{told['subject'].strip()}",
        told["subject"].strip(),
    ]
    found = fitting(made, dict.fromkeys(rules, "X"), {})
    assert [one.rule.written for one in found] == rules


def test_what_openssl_prints_of_alternative_names_is_a_rule(tmp_path: Path) -> None:
    """OpenSSL has the same words for the kinds of names; it reads the UPN that was written."""
    (tmp_path / "c.pem").write_bytes(write_pem([ALICE]))
    printed = openssl("x509", "-in", tmp_path / "c.pem", "-noout", "-ext", "subjectAltName").stdout
    names = [part.strip() for part in printed.decode().partition("\n")[2].split(", ")]
    rules = [re.sub("^othername: UPN::", "UPN:", name) for name in names]
    kinds = {read_rule(rule).kind for rule in rules}
    assert kinds == {RuleKind.DNS, RuleKind.EMAIL, RuleKind.URI, RuleKind.UPN}
    assert sorted(rules_that_fit(*rules)) == sorted(rules)
