"""The checks that look at the chain as a whole: was one sent, can it be read, does it lead to trust?"""

from __future__ import annotations

from typing import TYPE_CHECKING

from simulator.trust import vocabulary as v
from simulator.trust.checks.candidate import called, counted, passed_if, proof_form
from simulator.trust.path import MAX_STEPS, DeadEnd
from simulator.trust.verdict import Check, CheckOutcome

if TYPE_CHECKING:
    from simulator.trust.checks.candidate import Candidate
    from simulator.trust.path import PathSearch
    from simulator.trust.policy import TrustPolicy

ANCHOR_REFERENCE = "RFC 5280 §6.1"
SAME_FROM_HERE = "A missing intermediate and an unknown CA look the same from here."


def certificate_presented(policy: TrustPolicy, count: int) -> Check:
    """A Certificate message without certificates is how a client says that it has none to show."""
    if count:
        outcome = CheckOutcome.PASS
        sentence = f"The {policy.role} sent {counted(count, 'certificate')}."
    elif policy.require_certificate:
        outcome = CheckOutcome.FAIL
        sentence = f"The {policy.role} sent no certificate, and one is required."
    else:
        outcome = CheckOutcome.NOT_EVALUATED
        sentence = f"The {policy.role} sent no certificate, and none is required: it stays anonymous."
    return Check(
        v.CERTIFICATE_PRESENTED,
        outcome,
        "",
        None,
        "certificate_list",
        str(count),
        "at least 1" if policy.require_certificate else "any number",
        "RFC 8446 §4.4.2.4, RFC 5246 §7.4.6",
        sentence,
    )


def readable(problems: dict[int, str], count: int) -> Check:
    """Every certificate that was sent must be a whole X.509 certificate.

    Args:
        problems: by place in the message, why that certificate cannot be read.
        count: how many certificates were sent.
    """
    place = min(problems, default=None)
    sentence = (
        "Every certificate that was sent can be read."
        if place is None
        else f"Certificate number {place + 1} of {count} cannot be read: {problems[place]}"
    )
    return Check(
        v.READABLE,
        passed_if(place is None),
        "",
        place,
        "certificate",
        "readable" if place is None else problems[place],
        "DER of an X.509 certificate",
        "RFC 5280 §4.1",
        sentence,
    )


def directly_trusted(candidate: Candidate) -> Check:
    """The administrator may have put this very certificate into the trust store."""
    stands = candidate.leaf in candidate.policy.store.directly_trusted
    name = called(candidate.leaf)
    sentence = (
        f"This exact certificate of {name} stands in the trust store; no CA has to vouch for it."
        if stands
        else f"The certificate of {name} does not itself stand in the trust store: a CA has to vouch for it."
    )
    return candidate.line(
        v.DIRECTLY_TRUSTED,
        CheckOutcome.PASS if stands else CheckOutcome.NOT_EVALUATED,
        sentence,
        depth=0,
        field="certificate",
        value=f"SHA-256 {candidate.leaf.fingerprint}",
        required="the same certificate in the trust store, or a path to a trusted CA",
        reference="RFC 6125 §1.8, RFC 8705 §2.2",
    )


def trust_anchor(candidate: Candidate, search: PathSearch | None) -> Check:
    """A path was found, or it is said where it broke off.

    Args:
        candidate: the candidate path; only the leaf where none was found.
        search: the search that found none; None where the path leads to trust.
    """
    if search is None:
        anchor = candidate.path[-1]
        sentence = (
            f"{called(anchor)} stands in the trust store itself."
            if len(candidate.path) == 1
            else f"The path from {called(candidate.leaf)} leads to {called(anchor)}, which is trusted."
        )
        outcome, value = CheckOutcome.PASS, anchor.subject
    else:
        outcome = CheckOutcome.FAIL
        value, sentence = _broken_off(search)
    return candidate.line(
        v.TRUST_ANCHOR,
        outcome,
        sentence,
        field="issuer",
        value=value,
        required="a certificate in the trust store",
        reference=ANCHOR_REFERENCE,
    )


def _broken_off(search: PathSearch) -> tuple[str, str]:
    """What stood where the path broke off, and the sentence about it."""
    if search.dead_end is DeadEnd.EXHAUSTED:
        return (
            f"more than {MAX_STEPS} steps",
            f"No path to a trusted certificate was found in {MAX_STEPS} steps, and the search was given up.",
        )
    top = search.dead_path[-1]
    if search.dead_end is DeadEnd.NOT_A_ROOT:
        return top.issuer, (
            f"{called(top)} is trusted, but not self-signed, and its issuer {top.issuer} was not found. "
            "This stack wants the path to end at a self-signed certificate."
        )
    if search.dead_end is DeadEnd.ISSUER_MISSING:
        return top.issuer, (
            f"{called(top)} was issued by {top.issuer}, whose certificate was neither sent nor held. "
            f"{SAME_FROM_HERE}"
        )
    if len(search.dead_path) == 1:
        return top.subject, (
            f"The certificate of {called(top)} is self-signed and does not itself stand in the trust store."
        )
    return top.subject, f"The path ends at {called(top)}, which signed itself and is not trusted."


def chain_depth(candidate: Candidate) -> Check:
    """The verifier may limit the number of intermediate certificates."""
    between = candidate.path[1:-1]
    if not candidate.profile.self_issued_counts:
        between = tuple(certificate for certificate in between if not certificate.self_issued)
    limit = candidate.policy.max_depth
    found = counted(len(between), "intermediate certificate")
    if limit is None:
        outcome = CheckOutcome.NOT_EVALUATED
        sentence = "Nobody limited the number of intermediate certificates."
    else:
        outcome = passed_if(len(between) <= limit)
        relation = "which is within" if outcome is CheckOutcome.PASS else "which is over"
        sentence = f"The path has {found}, {relation} the limit of {limit}."
    return candidate.line(
        v.CHAIN_DEPTH,
        outcome,
        sentence,
        field="path",
        value=found,
        required="no limit" if limit is None else f"at most {limit}",
        reference="RFC 4158 §2.1",
    )


def revocation(candidate: Candidate) -> Check:
    """Nobody looks for revocations unless it was configured; that is not the same as being good."""
    return candidate.line(
        v.REVOCATION,
        CheckOutcome.NOT_EVALUATED,
        "Nobody was asked whether a certificate has been revoked; that takes a list or an answer of the CA.",
        field="CRL, OCSP",
        value="nobody was asked",
        required="not on the issuer's list of revoked certificates, where one is consulted",
        reference="RFC 5280 §6.3, RFC 6960",
    )


def proof_of_possession(candidate: Candidate) -> Check:
    """At Certificate no signature by the peer's own key has been read yet."""
    form = proof_form(candidate.policy.role, candidate.tls)
    return candidate.line(
        v.PROOF_OF_POSSESSION,
        CheckOutcome.NOT_REACHED,
        f"Whether the peer holds the private key is shown only by {form.message}, which has not been read.",
        depth=0,
        field=form.message,
        value="not read",
        required=f"a signature over {form.signed} by the certificate's key",
        reference=form.reference,
    )
