"""The questions to OCSP responders that a judgement rests on."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple

from simulator.pki.certificate import Certificate
from simulator.pki.ocsp.certificate_id import CertificateId, identify
from simulator.trust.verdict import CheckOutcome
from simulator.trust.vocabulary import CheckName

if TYPE_CHECKING:
    from collections.abc import Sequence

    from simulator.trust.policy import OcspReply, TrustPolicy
    from simulator.trust.verdict import Verdict


class OcspQuestion(NamedTuple):
    """A certificate whose status is to be asked for.

    Attributes:
        certificate: the certificate in question.
        issuer: the certificate of the CA that issued it, whose responder is asked.
        asked: the certificate's name in the request.
    """

    certificate: Certificate
    issuer: Certificate
    asked: CertificateId


def with_replies(policy: TrustPolicy, replies: tuple[OcspReply, ...]) -> TrustPolicy:
    """The same rules with what responders replied; the rules themselves where none was asked."""
    return replace(policy, revocation=replace(policy.revocation, replies=replies)) if replies else policy


def next_question(verdict: Verdict, policy: TrustPolicy, chain: Sequence[bytes]) -> OcspQuestion | None:
    """The question that the ledger is waiting for, or None.

    A certificate is asked about when its line is reached: not before what stands above it has passed.

    Args:
        verdict: the judgement with the replies so far.
        policy: the rules by which it was judged, with these replies.
        chain: the certificates that were presented, DER.
    """
    revocation = policy.revocation
    if revocation.source != "ocsp" or not verdict.path:  # without a path what was sent may be unreadable
        return None
    known = {one.fingerprint: one for one in (*map(Certificate.parse, chain), *policy.held, *policy.store)}
    path = [known[fingerprint] for fingerprint in verdict.path]
    replied = {reply.certificate for reply in revocation.replies}
    reached = {
        check.depth
        for check in verdict.checks
        if check.name == CheckName.REVOCATION and check.outcome is not CheckOutcome.NOT_REACHED
    }
    for depth, (certificate, issuer) in enumerate(pairwise(path)):
        wanted = depth == 0 or revocation.scope == "chain"
        if wanted and depth in reached and certificate.fingerprint not in replied:
            return OcspQuestion(certificate, issuer, identify(certificate, issuer))
    return None
