"""The profiles of stacks against the stacks: what each answered to the same certificates."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

from simulator.pki.issuing import Issuer
from simulator.pki.stores import TrustStore
from simulator.tls.config import Credential
from simulator.trust.checks.candidate import ProofRead
from simulator.trust.judge import judge, with_proof
from simulator.trust.policy import TrustPolicy
from simulator.trust.profiles import PROFILES
from tests.lab.stack_client import ask
from tests.lab.stack_rows import GOOD, NO_CERTIFICATE, STOLEN, answer_cell, signing_key, table, world
from tests.lab.stack_servers import SERVERS, running, write_files
from tests.peers import ROOT
from tests.pki.samples import subordinate
from tests.played import EVERYTHING, VERSIONS, some
from tests.trust.worlds import NOW, authority, contents, issue, key

if TYPE_CHECKING:
    from pathlib import Path

    from simulator.pki.certificate import Certificate
    from simulator.tls.wire.version import TlsVersion
    from simulator.trust.verdict import Verdict

STACKS = [name for name in PROFILES if any(stack == name for stack, _ in table()[GOOD])]
CASES = list(table())
ABOVE_TLS = ("nginx", "node")  # the handshake succeeds with a bad certificate, and the application refuses
# A profile says with which alert it refuses. Here the stack closes without one.
NO_ALERT = {("boringssl", "1.2", "leaf may only agree on keys"): "unsupported_certificate"}
# A server of each of these is asked all cases in CI, and these elsewhere.
ASKED = [
    *(GOOD, NO_CERTIFICATE, STOLEN, "unknown CA", "leaf expired", "leaf not yet valid"),
    *("leaf for the wrong purpose", "leaf for any purpose", "intermediate for the wrong purpose"),
    *("leaf may only encipher keys", "leaf's signature spoiled", "root expired", "leaf expired + unknown CA"),
]


def verdict(stack: str, case: str, tls: TlsVersion) -> Verdict:
    """The verdict of a profile, with the proof read when the stack reads it."""
    issued, stolen = world(case), case.startswith(STOLEN)
    chain = [] if case == NO_CERTIFICATE else issued.presented
    proof = ProofRead(ok=not stolen, scheme="a scheme", problem="another key signed" if stolen else "")
    first = bool(chain) and PROFILES[stack].proof_first(tls)
    found = judge(chain, issued.policy(profile=stack), NOW, tls=tls, proof=proof if first else None)
    read_later = chain and found.accepted and not first
    return with_proof(found, **proof._asdict(), tls=tls) if read_later else found


@pytest.mark.parametrize("tls", VERSIONS)
@pytest.mark.parametrize("stack", STACKS)
def test_a_profile_answers_as_the_stack(stack: str, tls: TlsVersion) -> None:
    """For every certificate a profile has the answer of its stack, and the check in the stack's own words."""
    for case in some(CASES, 3):
        measured, _, checks = table()[case][stack, tls].partition(" (")
        found = verdict(stack, case, tls)
        if stack in ABOVE_TLS:
            assert (measured == "accepted") == found.accepted, case
            continue
        expected = NO_ALERT.get((stack, tls, case), measured)
        assert expected == (found.alert or "accepted"), case
        decisive = found.decisive.name if found.decisive else ""
        assert not checks or decisive in checks.rstrip(")").split(" or "), case


# A row of docs/profiles.md about other stacks, the version it speaks of, and the case that shows it.
ON_THE_PAGE: dict[str, tuple[TlsVersion, str]] = {
    "no certificate, TLS 1.3": ("1.3", NO_CERTIFICATE),
    "no certificate, TLS 1.2": ("1.2", NO_CERTIFICATE),
    "unknown CA": ("1.3", "unknown CA"),
    "expired": ("1.3", "leaf expired"),
    "not valid yet": ("1.3", "leaf not yet valid"),
    "for servers only": ("1.3", "leaf for the wrong purpose"),
    "for any purpose only": ("1.3", "leaf for any purpose"),
    "an intermediate CA for servers only": ("1.3", "intermediate for the wrong purpose"),
    "key may only encipher": ("1.3", "leaf may only encipher keys"),
    "signed with SHA-1": ("1.3", "leaf signed with SHA-1"),
    "RSA-1024": ("1.3", "leaf's key weak"),
    "an expired root": ("1.3", "root expired"),
    "another key signed the handshake": ("1.3", STOLEN),
}
COLUMNS = ("openssl", "gnutls", "jsse", "go", "go-1.27", "nss", "boringssl")


def test_the_page_has_each_stacks_answer() -> None:
    """Every cell of the table about other stacks is the answer of the profile."""
    page = (ROOT / "docs" / "profiles.md").read_text(encoding="utf-8")
    rows = [[cell.strip(" *") for cell in line.strip("|").split("|")] for line in page.splitlines()]
    told = {row[0]: row[1:] for row in rows if len(row) == 1 + len(COLUMNS) and row[0] in ON_THE_PAGE}
    assert set(told) == set(ON_THE_PAGE)
    for name, (tls, case) in ON_THE_PAGE.items():
        for stack, cell in zip(COLUMNS, told[name], strict=True):
            assert cell.startswith(verdict(stack, case, tls).alert or "accepted"), (name, stack)


def chain_of(intermediates: int, now: datetime) -> tuple[Certificate, list[bytes]]:
    """A root, and a chain with so many intermediates below it."""
    authorities = [Issuer.self_signed(key("root"), authority("CN=Top", now, 3000))]
    for number in range(intermediates):
        named = authority(f"CN=Level {number}", now, 2000)
        authorities.append(subordinate(authorities[-1], key(f"level {number}"), named))
    leaf = authorities[-1].issue(key("leaf"), contents("CN=alice", "client", now)).certificate
    above = [one.own.certificate.der for one in reversed(authorities[1:])]
    return authorities[0].own.certificate, [leaf.der, *above]


LONGEST = {"nginx": (1, "HTTP/1.1 400 Bad Request"), "jsse": (9, "handshake_failure")}


@pytest.mark.parametrize("stack", some(LONGEST, 2))
def test_the_longest_chain(stack: str, tmp_path: Path) -> None:
    """A server that runs here, and its profile, take as many intermediates and no more."""
    now = datetime.now(UTC).replace(microsecond=0)
    most, refusal = LONGEST[stack]
    write_files(tmp_path, issue("server", (), now, " of the server"), [chain_of(0, now)[0]])
    with running(stack, tmp_path) as connect:
        for number in (most, most + 1):
            root, chain = chain_of(number, now)
            answer = ask(connect, Credential(tuple(chain), key("leaf")), "1.3")
            found = judge(chain, TrustPolicy("client", TrustStore((root,)), profile=stack), now, tls="1.3")
            assert found.accepted == ("200" in answer.said) == (number == most)
    assert answer.said == refusal
    assert stack in ABOVE_TLS or found.alert == refusal


@pytest.mark.parametrize("stack", some(SERVERS, 5))
def test_a_server_answers_as_it_did(stack: str, tmp_path: Path) -> None:
    """A server that runs here answers each certificate as the table says."""
    now = datetime.now(UTC).replace(microsecond=0)
    cases = CASES if EVERYTHING else ASKED
    worlds = {case: world(case, now, f" {number}") for number, case in enumerate(cases)}
    anchors = dict.fromkeys(
        one for issued in worlds.values() for one in issued.trusted if one.common_name != "Stranger"
    )
    server = issue("server", ("leaf with an alternative name",), now, " of the server")
    write_files(tmp_path, server, tuple(anchors))
    found, expected = {}, {}
    with running(stack, tmp_path) as connect:
        for case, issued in worlds.items():
            credential = Credential(tuple(issued.presented), signing_key(case, issued))
            for tls in VERSIONS:
                answer = ask(connect, None if case == NO_CERTIFICATE else credential, tls)
                found[case, tls] = answer_cell(stack, answer.said, "")
                expected[case, tls] = table()[case][stack, tls].partition(" (")[0]
    assert expected == found
