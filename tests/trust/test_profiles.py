"""The profiles: what path validation leaves to others, what CAs owe, and the rules of the WebPKI."""

from __future__ import annotations

import itertools
import subprocess
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from cryptography import x509

from simulator.pki import der
from simulator.pki.issuing import Issuer
from simulator.pki.keys import KeyType
from simulator.pki.stores import TrustStore
from simulator.trust.judge import judge
from simulator.trust.policy import TrustPolicy
from simulator.trust.verdict import CheckOutcome
from tests.peers import ROOT, program
from tests.pki.samples import subordinate
from tests.played import for_each
from tests.trust.handshakes import pem
from tests.trust.worlds import DAY, FAULTS, HOST, NOW, contents, issue, key

if TYPE_CHECKING:
    from datetime import datetime
    from pathlib import Path

    from simulator.pki.certificate import Certificate
    from simulator.tls.wire.version import Side, TlsVersion
    from simulator.trust.verdict import Check, Verdict

STANDARDS = ("openssl", "rfc5280", "strict", "webpki")  # the others: tests/lab/test_stacks.py
YEARS = {"not_before": NOW - 1000 * DAY, "not_after": NOW + 1000 * DAY}
SERVER = {"alternative_names": (HOST,)}


def verdict(
    chain: tuple[Certificate, ...],
    anchor: Certificate,
    profile: str,
    role: Side = "client",
    now: datetime = NOW,
    tls: TlsVersion = "1.3",
) -> Verdict:
    """Judge a chain below one trust anchor."""
    policy = TrustPolicy(role, TrustStore((anchor,)), server_name=HOST, profile=profile)
    return judge([certificate.der for certificate in chain], policy, now, tls=tls)


def decisive(found: Verdict) -> Check:
    """The check that decided against it."""
    assert found.decisive is not None
    return found.decisive


# Path validation alone ------------------------------------------------------------------------------------


def test_path_validation_never_looks_at_the_trust_anchor() -> None:
    """Under ``rfc5280`` no line is about the certificate of the trust anchor, however bad it is."""
    bad = contents(
        "CN=Root",
        "ca",
        not_before=NOW - 9 * DAY,
        not_after=NOW - DAY,
        is_ca=None,
        key_usage=("digitalSignature",),
        excluded_names=(HOST,),
        subject_key_identifier=None,
    )
    root = Issuer.self_signed(key("root", KeyType.RSA1024), bad)
    leaf = root.issue(key("leaf"), contents("CN=leaf", "server", **SERVER)).certificate
    found = verdict((leaf,), root.own.certificate, "rfc5280", "server")
    assert found.accepted
    assert {line.depth for line in found.checks} <= {None, 0}
    assert "the trust anchor, which is not part of the path" in found.check("basic-constraints").sentence
    for profile in ("openssl", "strict", "webpki"):
        assert not verdict((leaf,), root.own.certificate, profile, "server").accepted


def test_names_are_compared_by_the_rules_for_names() -> None:
    """The spelling of a name makes no other issuer, and no other subject."""
    root = Issuer.self_signed(key("root"), contents("CN=Root", "ca", path_length=0, **YEARS))
    # Self-issued by name and signed by an older key: does not count for a path length.
    renewed = subordinate(root, key("inter"), contents("CN=ROOT", "ca", **YEARS))
    leaf = renewed.issue(key("leaf"), contents("CN=alice", "client")).certificate
    middle = renewed.own.certificate
    assert middle.subject_der != middle.issuer_der
    assert middle.self_issued
    for profile in ("openssl", "rfc5280", "strict"):
        assert verdict((leaf, middle), root.own.certificate, profile).accepted


@pytest.mark.parametrize("profile", STANDARDS)
def test_a_trusted_ca_in_the_leafs_place_has_one_consistent_ledger(profile: str) -> None:
    """No line says that a certificate is in the trust store while another says that it is not."""
    own = Issuer.self_signed(key("root"), contents("CN=Root", "ca", **YEARS)).own.certificate
    found = verdict((own,), own, profile)
    trusted, anchor = found.check("directly-trusted"), found.check("trust-anchor")
    assert (trusted.outcome, anchor.outcome) == (CheckOutcome.PASS, CheckOutcome.PASS)
    assert "is in the trust store" in trusted.sentence
    assert "is in the trust store" in anchor.sentence
    assert {line.depth for line in found.checks} == {None, 0}
    assert found.accepted == (profile in ("rfc5280", "strict"))  # the others want a leaf's key usage


@pytest.mark.parametrize("profile", STANDARDS)
@pytest.mark.parametrize("root_is_trusted", [True, False])
def test_a_trusted_ca_below_a_root_in_the_leafs_place(profile: str, root_is_trusted: bool) -> None:
    """A CA that is trusted for what it issues still needs its own issuer, and the ledger says no other."""
    root = Issuer.self_signed(key("root"), contents("CN=Root", "ca", **YEARS))
    middle = subordinate(root, key("inter"), contents("CN=Middle", "ca", **YEARS)).own.certificate
    trusted = (middle, root.own.certificate)[: 1 + root_is_trusted]
    policy = TrustPolicy("client", TrustStore(trusted), profile=profile)
    found = judge([middle.der], policy, NOW, tls="1.3")
    line, anchor = found.check("directly-trusted"), found.check("trust-anchor")
    assert line.outcome is CheckOutcome.NOT_EVALUATED
    assert "is in the trust store as a CA" in line.sentence
    assert anchor.outcome is (CheckOutcome.PASS if root_is_trusted else CheckOutcome.FAIL)


# Dates, hashes, references --------------------------------------------------------------------------------


@pytest.mark.parametrize("profile", STANDARDS)
def test_the_last_second(profile: str, tmp_path: Path) -> None:
    """At notAfter a certificate is still valid by RFC 5280, and has expired for OpenSSL, as measured."""
    issued = issue("client", ("leaf with an alternative name",))
    root, leaf = issued.trusted[0], issued.chain[0]
    for second, accepted in ((-1, True), (0, profile != "openssl"), (1, False)):
        now = leaf.not_after + timedelta(seconds=second)
        found = verdict(issued.chain, root, profile, now=now)
        assert found.accepted == accepted
        assert accepted or decisive(found).name == "validity"
        if profile == "openssl":
            assert openssl_accepts(issued.chain, root, now, tmp_path) == accepted


def openssl_accepts(chain: tuple[Certificate, ...], root: Certificate, now: datetime, folder: Path) -> bool:
    """The answer of ``openssl verify`` at a moment."""
    for name, text in {
        "root": pem(root),
        "leaf": pem(chain[0]),
        "inters": "".join(map(pem, chain[1:])),
    }.items():
        (folder / name).write_text(text)
    command = [program("openssl"), "verify", "-attime", str(int(now.timestamp())), "-CAfile", "root"]
    command += ["-untrusted", "inters", "leaf"]
    return subprocess.run(command, cwd=folder, capture_output=True, check=False).returncode == 0


@pytest.mark.parametrize("profile", STANDARDS)
@pytest.mark.parametrize("role", ["client", "server"])
def test_sha1_is_a_bad_certificate(profile: str, role: Side) -> None:
    """A certificate signed with SHA-1 is refused with bad_certificate, and the line cites who demands it."""
    issued = issue(role, ("leaf signed with SHA-1",))
    for tls, rule in (("1.2", {"client": "§7.4.6", "server": "§7.4.2"}[role]), ("1.3", "RFC 8446 §4.4.2.4")):
        found = judge(issued.presented, issued.policy(profile=profile), NOW, tls=tls)  # type: ignore[arg-type]
        assert (decisive(found).name, found.alert) == ("signature-algorithm", "bad_certificate")
        assert decisive(found).reference.endswith(rule)


@pytest.mark.parametrize("profile", STANDARDS)
@pytest.mark.parametrize("tls", ["1.2", "1.3"])
def test_md5_is_a_bad_certificate(profile: str, tls: TlsVersion) -> None:
    """A certificate that names MD5 is refused before its signature is looked at, in every profile."""
    root = Issuer.self_signed(key("md5", KeyType.RSA2048), contents("CN=Root", "ca", **YEARS))
    leaf = root.issue(key("leaf"), contents("CN=alice", "client")).certificate.der
    sha256, md5 = (der.object_identifier(f"1.2.840.113549.1.1.{last}") for last in (11, 4))
    assert leaf.count(sha256) == 2
    policy = TrustPolicy("client", TrustStore((root.own.certificate,)), profile=profile)
    found = judge([leaf.replace(sha256, md5)], policy, NOW, tls=tls)
    assert (decisive(found).name, found.alert) == ("signature-algorithm", "bad_certificate")


@pytest.mark.parametrize(
    ("role", "tls", "reference"),
    [
        ("client", "1.2", "RFC 5246 §7.4.6"),
        ("client", "1.3", "RFC 5280 §4.2.1.3"),
        ("server", "1.2", "RFC 5246 §7.4.2"),
        ("server", "1.3", "RFC 5280 §4.2.1.3, RFC 8446 §4.4.2.2"),
    ],
)
def test_the_rule_for_a_leafs_key_usage(role: Side, tls: TlsVersion, reference: str) -> None:
    """The key usage of a leaf is demanded by the protocol; TLS 1.3 has no such rule for clients."""
    issued = issue(role, ("leaf may only encipher keys",))
    found = judge(issued.presented, issued.policy(profile="rfc5280"), NOW, tls=tls)
    assert (decisive(found).name, decisive(found).reference) == ("key-usage", reference)


DUTIES = {
    "an address that cannot be decoded": ("leaf", ("1.3.6.1.5.5.7.1.1", False, b"\x30\x05"), "§4.2.2.1"),
    "name constraints of nothing": ("middle", ("2.5.29.30", True, b"\x30\x00"), "§4.2.1.10"),
}


@pytest.mark.parametrize("duty", DUTIES)
def test_duties_of_cas(duty: str) -> None:
    """What a CA owes is refused by ``strict`` and ``webpki`` with its section; path validation accepts."""
    bearer, extra, section = DUTIES[duty]
    own = {who: {"further_extensions": (extra,)} if who == bearer else {} for who in ("middle", "leaf")}
    root = Issuer.self_signed(key("root"), contents("CN=Root", "ca", **YEARS))
    middle = subordinate(root, key("inter"), contents("CN=Middle", "ca", **YEARS, **own["middle"]))
    leaf = middle.issue(key("leaf"), contents("CN=alice", "client", **own["leaf"])).certificate
    chain = (leaf, middle.own.certificate)
    assert verdict(chain, root.own.certificate, "rfc5280").accepted
    for profile in ("strict", "webpki"):
        found = decisive(verdict(chain, root.own.certificate, profile))
        assert (found.name, found.reference) == ("extension-rules", f"RFC 5280 {section}")


# Rules of the WebPKI --------------------------------------------------------------------------------------


def server_chain(
    root_changes: dict[str, object], leaf_changes: dict[str, object], **keys: KeyType
) -> Verdict:
    """The verdict of ``webpki`` on a server's leaf below a root."""
    root = Issuer.self_signed(
        key(f"root {keys.get('root', '')}", keys.get("root", KeyType.P256)),
        contents("CN=Root", "ca", **(YEARS | root_changes)),
    )
    subject = str(leaf_changes.pop("subject", f"CN={HOST}"))
    leaf_key = key(f"leaf {keys.get('leaf', '')}", keys.get("leaf", KeyType.P256))
    leaf = root.issue(leaf_key, contents(subject, "server", **leaf_changes)).certificate
    return verdict((leaf,), root.own.certificate, "webpki", "server")


def extension(dotted: str, critical: bool, value: x509.ExtensionType) -> dict[str, object]:
    """A change that adds an extension to a certificate."""
    return {"further_extensions": ((dotted, critical, value.public_bytes()),)}


def authority_key(identifier: bytes | None, issuer: str | None) -> dict[str, object]:
    """A change that writes an authority key identifier of these parts."""
    name = [x509.DirectoryName(x509.Name.from_rfc4514_string(issuer))] if issuer else None
    value = x509.AuthorityKeyIdentifier(identifier, name, 7 if issuer else None)
    return {"authority_key_identifier": None} | extension("2.5.29.35", False, value)


SERVER_AUTH = x509.ExtendedKeyUsage([x509.ExtendedKeyUsageOID.SERVER_AUTH])
NAMES = x509.SubjectAlternativeName([x509.DNSName(HOST)])
OWN = x509.SubjectKeyIdentifier.from_public_key(key("root ").public_key()).digest

# (changes of the root, changes of the leaf) and the section of the rule that is broken
WEBPKI_RULES = {
    "purposes in a root": ({"extended_key_usage": ("serverAuth",)}, {}, "7.1.2.1.2"),
    "another key in a root": (authority_key(b"other", None), {}, "7.1.2.1.3"),
    "no key in a root": (authority_key(None, "CN=Root"), {}, "7.1.2.1.3"),
    "issuer and serial number in a root": (authority_key(OWN, "CN=Root"), {}, "7.1.2.1.3"),
    "no purpose": ({}, {"extended_key_usage": None}, "7.1.2.7.10"),
    "any purpose beside the right one": (
        {},
        {"extended_key_usage": ("serverAuth", "anyExtendedKeyUsage")},
        "7.1.2.7.10",
    ),
    "another purpose beside the right one": (
        {},
        {"extended_key_usage": ("serverAuth", "codeSigning")},
        "7.1.2.7.10",
    ),
    "a usage for signing documents": (
        {},
        {"key_usage": ("digitalSignature", "contentCommitment")},
        "7.1.2.7.11",
    ),
    "critical purposes": (
        {},
        {"extended_key_usage": None} | extension("2.5.29.37", True, SERVER_AUTH),
        "7.1.2.7.6",
    ),
    "critical alternative names": (
        {},
        {"alternative_names": None} | extension("2.5.29.17", True, NAMES),
        "7.1.2.7.12",
    ),
    "a common name of another spelling": ({}, {"subject": f"CN={HOST.upper()}", **SERVER}, "7.1.4.3"),
    "a common name that is no alternative name": ({}, {"subject": "CN=www.example.org", **SERVER}, "7.1.4.3"),
    "a CA": ({}, {"is_ca": True, "key_usage": ("digitalSignature", "keyCertSign")}, "7.1.2.7.8"),
    "SHA-224": ({}, {"signature_hash": "sha224"}, "7.1.3.2"),
}


@for_each("rule", WEBPKI_RULES)
def test_rules_of_the_webpki(rule: str) -> None:
    """Each rule refuses the one certificate that breaks it, and cites its section."""
    root_changes, leaf_changes, section = WEBPKI_RULES[rule]
    found = decisive(server_chain(root_changes, dict(leaf_changes)))
    assert (found.name, found.reference) == ("baseline-requirements", f"CA/Browser Forum BR {section}")


@pytest.mark.parametrize("which", ["root", "leaf"])
def test_keys_of_the_webpki(which: str) -> None:
    """Ed25519 is no key of the WebPKI; RSA and the named curves are."""
    assert (
        decisive(server_chain({}, {}, **{which: KeyType.ED25519})).reference == "CA/Browser Forum BR 7.1.3.1"
    )
    assert server_chain({}, {}, **{which: KeyType.RSA2048}).accepted
    assert server_chain({}, {}, **{which: KeyType.P384}).accepted


def test_the_webpki_wants_a_name_of_servers_only() -> None:
    """A server's certificate without subjectAltName is refused; a client's needs none."""
    root = Issuer.self_signed(key("root"), contents("CN=Root", "ca", **YEARS))
    plain = {"alternative_names": None}
    client = root.issue(key("leaf"), contents("CN=alice", "client", **plain)).certificate
    server = root.issue(key("leaf"), contents(f"CN={HOST}", "server", **plain)).certificate
    assert verdict((client,), root.own.certificate, "webpki").accepted
    assert decisive(verdict((server,), root.own.certificate, "webpki", "server")).reference.endswith(
        "7.1.2.7.12"
    )


def test_name_constraints_need_not_be_critical_in_the_webpki() -> None:
    """RFC 5280 wants them critical, the Baseline Requirements excuse it; path validation never asks."""
    value = x509.NameConstraints([x509.DNSName("example.com")], None)
    root = Issuer.self_signed(key("root"), contents("CN=Root", "ca", **YEARS))
    middle = subordinate(
        root, key("inter"), contents("CN=Middle", "ca", **YEARS, **extension("2.5.29.30", False, value))
    )
    leaf = middle.issue(key("leaf"), contents(f"CN={HOST}", "server", **SERVER)).certificate
    chain = (leaf, middle.own.certificate)
    accepted = {
        profile: verdict(chain, root.own.certificate, profile, "server").accepted
        for profile in ("rfc5280", "strict", "webpki")
    }
    assert accepted == {"rfc5280": True, "strict": False, "webpki": True}


# One above the other --------------------------------------------------------------------------------------


def test_strict_and_webpki_only_add() -> None:
    """``strict`` refuses every fault that ``rfc5280`` refuses, and ``webpki`` every one of ``strict``."""
    for role, faults in itertools.product(("client", "server"), ((), *((fault,) for fault in FAULTS))):
        issued = issue(role, faults)  # type: ignore[arg-type]
        accepted = [
            judge(issued.presented, issued.policy(profile=profile), NOW, tls="1.3").accepted
            for profile in ("rfc5280", "strict", "webpki")
        ]
        assert accepted == sorted(accepted, reverse=True), (role, faults)


# A row of docs/profiles.md, and a world that shows it. Rows about a moment or a hash have tests above.
SHOWN = {
    "an expired root": ("client", "root expired"),
    "a trusted CA that is no root ends the path": ("client", "intermediate trusted alone"),
    "RSA-1024": ("client", "leaf's key weak"),
    "only anyExtendedKeyUsage": ("client", "leaf for any purpose"),
    "no purpose named at all": ("client", "leaf for no named purpose"),
    "a server named by common name alone": ("server", "leaf named by common name only"),
}
YES = ("accepted", "yes")


def test_the_page_says_what_the_profiles_do() -> None:
    """The rows of docs/profiles.md about one fault say what each profile does with it."""
    page = (ROOT / "docs" / "profiles.md").read_text(encoding="utf-8")
    rows = [
        [cell.strip() for cell in line.strip("|").split("|")] for line in page.splitlines() if line[:1] == "|"
    ]
    four = [row for row in rows if len(row) == 1 + len(STANDARDS)]  # the longer rows are about other stacks
    told = {row[0]: [cell.startswith(YES) for cell in row[1:]] for row in four if row[0] in SHOWN}
    found = {}
    for case, (role, fault) in SHOWN.items():
        issued = issue(role, (fault,))  # type: ignore[arg-type]
        verdicts = [
            judge(issued.presented, issued.policy(profile=profile), NOW, tls="1.3") for profile in STANDARDS
        ]
        found[case] = [verdict.accepted for verdict in verdicts]
    assert told == found
