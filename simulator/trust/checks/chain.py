"""The checks of the chain as a whole: certificates sent, readable, leading to a trusted certificate."""

from __future__ import annotations

from typing import TYPE_CHECKING

from simulator.trust.checks.candidate import Finding, called, counted, passed_if
from simulator.trust.path import MAX_STEPS, DeadEnd
from simulator.trust.verdict import CheckOutcome

if TYPE_CHECKING:
    from simulator.trust.checks.candidate import Candidate
    from simulator.trust.path import PathSearch


def certificate_presented(candidate: Candidate) -> Finding:
    """A Certificate message without certificates is how a client says that it has none to show."""
    policy, count = candidate.policy, candidate.sent
    if count:
        outcome = CheckOutcome.PASS
        sentence = f"The {policy.role} sent {counted(count, 'certificate')}."
    elif policy.require_certificate:
        outcome = CheckOutcome.FAIL
        sentence = f"The {policy.role} sent no certificate, and one is required."
    else:
        outcome = CheckOutcome.NOT_EVALUATED
        sentence = f"The {policy.role} sent no certificate, and none is required: it stays anonymous."
    required = "at least 1" if policy.require_certificate else "any number"
    return Finding(outcome, sentence, "certificate_list", str(count), required)


def readable(candidate: Candidate) -> Finding:
    """Every certificate that was sent must be a whole X.509 certificate."""
    problems = candidate.problems
    place = min(problems, default=None)
    if place is None:
        value, sentence = "readable", "Every certificate that was sent can be read."
    else:
        value = problems[place]
        sentence = f"Certificate number {place + 1} of {candidate.sent} cannot be read: {value}"
    required = "DER of an X.509 certificate"
    return Finding(passed_if(not problems), sentence, "certificate", value, required, depth=place)


def directly_trusted(candidate: Candidate) -> Finding:
    """The administrator may have put this very certificate into the trust store, as a CA or for itself."""
    leaf = candidate.leaf
    if candidate.last == 0 and leaf in candidate.policy.store:
        outcome = CheckOutcome.PASS
        sentence = (
            f"This exact certificate of {called(leaf)} is in the trust store; no CA has to vouch for it."
        )
    else:
        outcome = CheckOutcome.NOT_EVALUATED
        sentence = (
            f"The certificate of {called(leaf)} is not itself in the trust store: a CA has to vouch for it."
        )
    required = "the same certificate in the trust store, or a path to a trusted CA"
    return Finding(outcome, sentence, "certificate", f"SHA-256 {leaf.fingerprint}", required, depth=0)


def trust_anchor(candidate: Candidate) -> Finding:
    """The path must lead to a trusted certificate; else the line says where it ends."""
    search = candidate.failed_search
    if search is not None:
        value, sentence = _dead_end(search)
    else:
        anchor = candidate.path[-1]
        value = anchor.subject
        sentence = (
            f"{called(anchor)} is in the trust store itself."
            if candidate.last == 0
            else f"The path from {called(candidate.leaf)} leads to {called(anchor)}, which is trusted."
        )
    return Finding(passed_if(search is None), sentence, "issuer", value, "a certificate in the trust store")


def _dead_end(search: PathSearch) -> tuple[str, str]:
    """The name at which the path ends, and the sentence about it."""
    if search.dead_end is DeadEnd.EXHAUSTED:
        return (
            f"more than {MAX_STEPS} steps",
            f"No path to a trusted certificate was found in {MAX_STEPS} steps, and the search was given up.",
        )
    top = search.dead_path[-1]
    if search.dead_end is DeadEnd.NOT_A_ROOT:
        return top.issuer, (
            f"{called(top)} is trusted, but not self-signed, and its issuer {top.issuer} was not found. "
            "This stack requires a path that ends at a self-signed certificate."
        )
    if search.dead_end is DeadEnd.ISSUER_MISSING:
        return top.issuer, (
            f"{called(top)} was issued by {top.issuer}, whose certificate was neither sent nor held. "
            "A missing intermediate and an unknown CA look the same from here."
        )
    if len(search.dead_path) == 1:
        return top.subject, (
            f"The certificate of {called(top)} is self-signed and is not itself in the trust store."
        )
    return top.subject, f"The path ends at {called(top)}, which is self-signed and not trusted."


def chain_depth(candidate: Candidate) -> Finding:
    """The verifier may limit the number of intermediate certificates."""
    counts_all = candidate.profile.self_issued_counts
    between = sum(counts_all or not certificate.self_issued for certificate in candidate.path[1:-1])
    limit = candidate.policy.max_depth
    found = counted(between, "intermediate certificate")
    if limit is None:
        outcome, required = CheckOutcome.NOT_EVALUATED, "no limit"
        sentence = "No limit is set for the number of intermediate certificates."
    else:
        outcome, required = passed_if(between <= limit), f"at most {limit}"
        relation = "within" if between <= limit else "over"
        sentence = f"The path has {found}, which is {relation} the limit of {limit}."
    return Finding(outcome, sentence, "path", found, required)


def revocation(_candidate: Candidate) -> Finding:
    """Revocation is looked up only where it is configured; not looked up is not the same as good."""
    return Finding(
        CheckOutcome.NOT_EVALUATED,
        "Revocation was not looked up: that takes a revocation list or an answer of the CA.",
        "CRL, OCSP",
        "not looked up",
        "not on the issuer's list of revoked certificates, if one is consulted",
    )
