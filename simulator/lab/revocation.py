"""The revocation of a user's certificates by what is given: lists, or the answers of OCSP responders.

Nothing is asked. An answer is taken from its file when the ledger comes to the certificate that it speaks of.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from simulator.errors import CertificateError
from simulator.pki.ocsp.answer import read_ocsp_answer
from simulator.pki.ocsp.certificate_id import identify
from simulator.trust.judge import judge
from simulator.trust.ocsp import next_question, with_replies
from simulator.trust.policy import OcspReply, RevocationPolicy

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from simulator.pki.crl.revocation_list import RevocationList
    from simulator.scenario.revocation_setup import RevocationScope
    from simulator.tls.wire.version import TlsVersion
    from simulator.trust.ocsp import OcspQuestion
    from simulator.trust.policy import TrustPolicy
    from simulator.trust.verdict import Verdict

NONE_GIVEN = "none of the given answers speaks of it"


def revocation_policy(
    crls: Sequence[RevocationList], answers: Sequence[bytes], *, whole_chain: bool
) -> RevocationPolicy:
    """The rules about revocation that follow from what is given.

    Args:
        crls: revocation lists.
        answers: DER of answers of OCSP responders.
        whole_chain: every certificate of the chain is looked up, and not the leaf alone.

    Raises:
        CertificateError: there are both, or neither for a whole chain.
    """
    if crls and answers:
        advice = "Leave out one: a verifier that takes both is not imitated here."
        raise _sources("One source of revocation is enough.", "both", advice)
    if whole_chain and not (crls or answers):
        raise _sources("There is nothing to look up the chain in.", "neither", "Give --crl or --ocsp.")
    scope: RevocationScope = "chain" if whole_chain else "leaf"
    if answers:
        return RevocationPolicy("ocsp", scope)
    return RevocationPolicy("crl", scope, crls=tuple(crls)) if crls else RevocationPolicy()


def _sources(message: str, got: str, advice: str) -> CertificateError:
    """The error of too many sources, or too few."""
    return CertificateError(message, got=got, expected="revocation lists, or OCSP answers", advice=advice)


def judge_with_answers(
    sent: Sequence[bytes], policy: TrustPolicy, at: datetime, tls: TlsVersion, answers: Sequence[bytes]
) -> tuple[Verdict, TrustPolicy]:
    """Judge, and hand each answer over where the ledger waits for one.

    Returns:
        The verdict, and the rules with the answers that it rests on.
    """
    verdict = judge(sent, policy, at, tls=tls)
    while (question := next_question(verdict, policy, sent)) is not None:
        policy = with_replies(policy, (*policy.revocation.replies, _reply(question, answers)))
        verdict = judge(sent, policy, at, tls=tls)
    return verdict, policy


def _reply(question: OcspQuestion, answers: Sequence[bytes]) -> OcspReply:
    """The first answer that speaks of the certificate; where all are errors or broken, the first of these."""
    asked = question.asked
    for raw in answers:
        try:
            basic = read_ocsp_answer(raw).basic
        except CertificateError:
            continue
        for one in basic.answers if basic else ():
            name = identify(question.certificate, question.issuer, one.certificate.hash_name)
            if one.certificate == name:
                return OcspReply(question.certificate.fingerprint, name, raw, "")
    if len(answers) == 1:
        return OcspReply(question.certificate.fingerprint, asked, answers[0], "")
    return OcspReply(question.certificate.fingerprint, asked, None, NONE_GIVEN)


def without_answers(policy: TrustPolicy) -> TrustPolicy:
    """The same rules with no look at OCSP answers: no double of a certificate has one."""
    return replace(policy, revocation=RevocationPolicy()) if policy.revocation.source == "ocsp" else policy
