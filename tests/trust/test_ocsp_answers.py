"""Judging OCSP answers: by RFC 6960, and held against what ``openssl ocsp`` prints."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

from simulator.pki.bundles import write_pem
from simulator.pki.key_types import KeyType
from simulator.pki.ocsp.answer import read_ocsp_answer
from simulator.pki.stores import TrustStore
from simulator.trust.checks.ocsp import TOLERANCE, judge_ocsp_answer
from simulator.trust.judge import judge
from simulator.trust.ocsp import next_question
from simulator.trust.policy import RevocationPolicy, TrustPolicy
from tests.pki.ocsp_samples import MACHINE_NOW, NONCE, answer, hierarchy, odd_answers, single
from tests.pki.samples import openssl
from tests.played import for_each

if TYPE_CHECKING:
    from pathlib import Path

    from simulator.trust.checks.revocation_status import RevocationStatus

OK, LATE, BAD = "Response verify OK", "WARNING: Status times invalid", "Response Verify Failure"
# (state, the field that decided, the status that OpenSSL prints, words that it prints beside it)
ROWS: dict[str, tuple[str, str, str | None, str]] = {
    "good": ("good", "certStatus", "good", OK),
    "good, by key": ("good", "certStatus", "good", OK),
    "good, appointed responder": ("good", "certStatus", "good", OK),
    "revoked": ("revoked", "revocationTime", "revoked", "Reason: keyCompromise"),
    "revoked without a reason": ("revoked", "revocationTime", "revoked", OK),
    "unknown": ("unknown", "certStatus", "unknown", OK),
    "without nextUpdate": ("good", "certStatus", "good", OK),
    "out of date": ("unknown", "nextUpdate", "good", LATE),
    "within tolerance": ("good", "certStatus", "good", OK),
    "from tomorrow": ("unknown", "thisUpdate", "good", LATE),
    "next before this": ("unknown", "nextUpdate", "good", LATE),
    "another certificate": ("unknown", "certID", None, "ERROR: No Status found."),
    "another hash": ("unknown", "certID", None, "ERROR: No Status found."),
    "responder without the purpose": ("unknown", "extKeyUsage", "good", "missing ocspsigning usage"),
    "responder of another CA": ("unknown", "issuer", "good", "certificate verify error"),
    "expired responder": ("unknown", "validity", "good", "certificate has expired"),
    "another CA": ("unknown", "issuer", "good", "certificate verify error"),
    "unnamed responder": ("unknown", "responderID", "good", "signer certificate not found"),
    "another key": ("unknown", "signature", "good", BAD),
    "tryLater": ("unknown", "responseStatus", None, "Responder Error: trylater (3)"),
    "unauthorized": ("unknown", "responseStatus", None, "Responder Error: unauthorized (6)"),
    "malformedRequest": ("unknown", "responseStatus", None, "Responder Error: malformedrequest (1)"),
    "internalError": ("unknown", "responseStatus", None, "Responder Error: internalerror (2)"),
    "sigRequired": ("unknown", "responseStatus", None, "Responder Error: sigrequired (5)"),
    "garbage": ("unknown", "OCSPResponse", None, "Error reading OCSP response"),
}


def judged(raw: bytes, kind: KeyType = KeyType.P256, nonce: bytes | None = None) -> RevocationStatus:
    """An answer, judged for the leaf of a hierarchy at the machine's now."""
    of = hierarchy(kind)
    return judge_ocsp_answer(raw, of.asked, of.leaf.certificate, of.ca.own.certificate, MACHINE_NOW, nonce)


@for_each("name", odd_answers())
def test_the_field_that_decides(name: str) -> None:
    """Each odd answer is judged by the field that is odd, and has a status only if it counts."""
    found = judged(odd_answers()[name])
    assert (found.state, found.field) == ROWS[name][:2], found


@for_each("name", odd_answers())
def test_openssl_prints_the_same(name: str, tmp_path: Path) -> None:
    """OpenSSL prints the status of an answer that counts, and the same fault of one that does not.

    Its exit status does not tell: it is 0 for revoked, for unknown and for answers out of date.
    """
    of = hierarchy()
    ca, leaf, given = tmp_path / "ca.pem", tmp_path / "leaf.pem", tmp_path / "answer.der"
    ca.write_bytes(write_pem([of.ca.own.certificate]))
    leaf.write_bytes(write_pem([of.leaf.certificate]))
    given.write_bytes(odd_answers()[name])
    # OpenSSL judges by the machine's clock, and the answers were made when the tests began.
    tolerance = TOLERANCE + (datetime.now(UTC) - MACHINE_NOW)
    period = ("-validity_period", str(int(tolerance.total_seconds())))
    arguments = ("-no_nonce", *period, "-issuer", ca, "-cert", leaf, "-CAfile", ca, "-respin", given)
    done = openssl("ocsp", *arguments)
    printed = (done.stdout + done.stderr).decode()
    status = re.search(r"^(?:.*: )?(good|revoked|unknown)$", printed, re.MULTILINE)
    _, _, expected, words = ROWS[name]
    assert (status[1] if status else None) == expected, printed
    assert words in printed
    assert done.returncode == 0 or words not in (OK, LATE, "Reason: keyCompromise")
    sound = OK in printed and not any(fault in printed for fault in (LATE, "ERROR"))
    assert sound == (ROWS[name][1] in ("certStatus", "revocationTime"))


@pytest.mark.parametrize("kind", [KeyType.P384, KeyType.ED25519, KeyType.RSA2048])
def test_a_ca_with_another_kind_of_key(kind: KeyType) -> None:
    """An answer signed with each kind of key is verified, and one octet of it changed is not."""
    of = hierarchy(kind)
    raw = answer(single(certificate=of.asked), of.ca.own)
    assert judged(raw, kind).state == "good"
    last = raw[:-1] + bytes((raw[-1] ^ 1,))
    assert judged(last, kind).state == "unknown"


def test_the_nonce_belongs_to_the_request() -> None:
    """Another nonce is an answer to another request; none is let pass, as OpenSSL lets it pass."""
    assert judged(answer(nonce=NONCE), nonce=NONCE).state == "good"
    assert judged(answer(nonce=NONCE[::-1]), nonce=NONCE).field == "nonce"
    assert judged(answer(), nonce=NONCE).state == "good"
    assert judged(answer(nonce=NONCE)).state == "good"


def test_the_sentences_name_what_was_found() -> None:
    """A revocation is reported with its moment and its reason, an error with its name."""
    revoked = judged(odd_answers()["revoked"])
    assert "because of keyCompromise" in revoked.why
    assert (revoked.reason, revoked.since) == ("keyCompromise", single("revoked").revoked_at)
    assert "tryLater" in judged(odd_answers()["tryLater"]).why
    assert "another certificate" in judged(odd_answers()["another certificate"]).why


def test_no_damaged_answer_proves_anything() -> None:
    """With any octet changed an answer is judged without an error; it proves something only if signed so."""
    for name in ("good", "good, appointed responder", "revoked"):
        raw = odd_answers()[name]
        whole = read_ocsp_answer(raw).basic
        assert whole is not None
        for place in range(len(raw)):
            changed = raw[:place] + bytes((raw[place] ^ 0x55,)) + raw[place + 1 :]
            found = judged(changed)
            if found.state != "unknown":
                basic = read_ocsp_answer(changed).basic
                assert basic is not None
                assert basic.signed == whole.signed
                assert found.state == ROWS[name][0]


def test_rubbish_is_not_asked_about() -> None:
    """Certificates that cannot be read lead to no question, and to no error."""
    asking = RevocationPolicy("ocsp")
    for chain in ((), (b"rubbish",), (hierarchy().leaf.certificate.der, b"rubbish")):
        policy = TrustPolicy("client", TrustStore.of([hierarchy().ca.own.certificate]), revocation=asking)
        verdict = judge(chain, policy, MACHINE_NOW, tls="1.3")
        assert next_question(verdict, policy, chain) is None
    chain = (hierarchy().leaf.certificate.der,)
    question = next_question(judge(chain, policy, MACHINE_NOW, tls="1.3"), policy, chain)
    assert question is not None
    assert question.asked == hierarchy().asked
