"""The profiles of stacks against the stacks: what each answered to the same certificates."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

from simulator.tls.config import Credential
from simulator.trust.checks.candidate import ProofRead
from simulator.trust.judge import judge, with_proof
from simulator.trust.profiles import PROFILES
from tests.lab.stack_client import ask
from tests.lab.stack_rows import GOOD, NO_CERTIFICATE, STOLEN, answer_cell, signing_key, table, world
from tests.lab.stack_servers import SERVERS, running, write_files
from tests.played import EVERYTHING, VERSIONS, some
from tests.trust.worlds import NOW, issue

if TYPE_CHECKING:
    from pathlib import Path

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
    with running(stack, tmp_path) as port:
        for case, issued in worlds.items():
            credential = Credential(tuple(issued.presented), signing_key(case, issued))
            for tls in VERSIONS:
                answer = ask(port, None if case == NO_CERTIFICATE else credential, tls)
                found[case, tls] = answer_cell(stack, answer.said, "")
                expected[case, tls] = table()[case][stack, tls].partition(" (")[0]
    assert expected == found
