"""The checks of the chain as a whole: certificates sent, readable, leading to a trusted certificate."""

from __future__ import annotations

from typing import TYPE_CHECKING

from simulator.trust.checks.candidate import Finding, called, counted, passed_if
from simulator.trust.path import MAX_INTERMEDIATES, MAX_STEPS, DeadEnd, contradicts
from simulator.trust.path_as_openssl import fault_of
from simulator.trust.verdict import CheckOutcome

if TYPE_CHECKING:
    from simulator.pki.certificate import Certificate
    from simulator.trust.checks.candidate import Candidate
    from simulator.trust.path import NoPath


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
    """Every certificate that was sent must be X.509, encoded well enough for the profile."""
    problems = candidate.problems
    place = min(problems, default=None)
    required = "DER of an X.509 certificate"
    if place is not None:
        problem, number = problems[place], f"ertificate number {place + 1} of {candidate.sent}"
        if isinstance(problem, str):
            sentence = f"C{number} cannot be read: {problem}"
            return Finding(CheckOutcome.FAIL, sentence, "certificate", problem, required, depth=place)
        field, value, reference, _ = problem
        sentence = f"The {field} of c{number} {value}."
        return Finding(
            CheckOutcome.FAIL, sentence, field, value, "encoded as the rule says", reference, place
        )
    sentence = "Every certificate that was sent can be read."
    for one in candidate.tolerated[:1]:
        sentence += f" The {one.field} of one of them {one.problem}, which this stack does not mind."
    return Finding(CheckOutcome.PASS, sentence, "certificate", "readable", required)


def directly_trusted(candidate: Candidate) -> Finding:
    """The administrator may have put this very certificate into the trust store, as a CA or for itself."""
    leaf = candidate.leaf
    in_store = leaf in candidate.policy.store
    if in_store and candidate.last == 0 and candidate.no_path is None:
        outcome = CheckOutcome.PASS
        sentence = (
            f"This exact certificate of {called(leaf)} is in the trust store; no CA has to vouch for it."
        )
    elif in_store:
        outcome = CheckOutcome.NOT_EVALUATED
        sentence = (
            f"The certificate of {called(leaf)} is in the trust store as a CA, for what it issues: its own "
            "issuer has to vouch for it."
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
    no_path, outcome, field = candidate.no_path, CheckOutcome.FAIL, "issuer"
    if no_path is None:
        anchor, outcome = candidate.path[-1], CheckOutcome.PASS
        value = anchor.subject
        sentence = (
            f"{called(anchor)} is in the trust store itself."
            if candidate.last == 0
            else f"The path from {called(candidate.leaf)} leads to {called(anchor)}, which is trusted."
        )
    else:
        value, sentence = _dead_end(no_path, candidate)
        if no_path.about is not None and (fault := fault_of(no_path.about)):
            field = fault.field
        if no_path.reason is DeadEnd.TOO_LONG:
            outcome = CheckOutcome.NOT_EVALUATED  # the limit decides: the check of the depth
    return Finding(outcome, sentence, field, value, "a certificate in the trust store")


def _dead_end(no_path: NoPath, candidate: Candidate) -> tuple[str, str]:
    """The name at which the path ends, and the sentence about it."""
    top = no_path.path[-1]
    match no_path.reason:
        case DeadEnd.EXHAUSTED:
            return (
                f"more than {MAX_STEPS} steps",
                f"No path to a trusted certificate was found in {MAX_STEPS} steps. The search was given up.",
            )
        case DeadEnd.TOO_LONG:
            return top.issuer, (
                f"The search for a trusted certificate ended at {called(top)}: the path may not be longer."
            )
        case DeadEnd.UNUSABLE if no_path.about and (fault := fault_of(no_path.about)):
            reason = f"its {fault.field} {fault.problem}"
            return (
                fault.problem if fault.field else top.issuer,
                f"The certificate of {called(no_path.about)} cannot be part of a path: {reason}.",
            )
        case DeadEnd.NOT_A_ROOT:
            return top.issuer, _not_a_root(no_path, candidate)
        case DeadEnd.NOT_AN_AUTHORITY:
            return top.issuer, (
                f"{called(top)} was issued by {top.issuer}, whose certificate is in the trust store, but "
                "cannot be used as a CA: it does not say that it is one, and is trusted for itself alone."
            )
        case DeadEnd.MISFIT if no_path.about is not None:
            return top.issuer, _misfit(top, no_path.about, candidate)
        case DeadEnd.LOOP:
            return top.issuer, (
                f"{called(top)} was issued by {top.issuer}, which is in the path already: these certificates "
                "lead back to one another, and not to a trusted one."
            )
        case DeadEnd.ISSUER_MISSING:
            return top.issuer, (
                f"{called(top)} was issued by {top.issuer}, whose certificate was neither sent nor held. "
                "A missing intermediate and an unknown CA look the same from here."
            )
    if len(no_path.path) == 1:
        return top.subject, (
            f"The certificate of {called(top)} is self-signed and is not itself in the trust store."
        )
    return top.subject, f"The path ends at {called(top)}, which is self-signed and not trusted."


def _misfit(top: Certificate, namesake: Certificate, candidate: Candidate) -> str:
    """The sentence about a certificate that has the issuer's name and cannot be the issuer."""
    place = "is in the trust store" if namesake in candidate.policy.store else "was sent or is held"
    reason = _why_not(top, namesake)
    return f"{called(top)} was issued by {top.issuer}. A certificate of that name {place}, but {reason}."


def _why_not(certificate: Certificate, namesake: Certificate) -> str:
    """The reason why a certificate cannot have been issued by one that has its issuer's name."""
    if contradicts(certificate, namesake):
        return f"the authority key identifier of {called(certificate)} names another key or certificate"
    key, algorithm = namesake.key_type_name, certificate.signature_algorithm
    return f"its key ({key}) cannot have made a signature of the kind {algorithm}"


def _not_a_root(no_path: NoPath, candidate: Candidate) -> str:
    """The sentence about a certificate of the store that does not end a path."""
    top = no_path.path[-1]
    standing = "trusted" if top in candidate.policy.store else "held"
    required = "This stack requires a path that ends at a self-signed certificate."
    if top.self_issued:
        reason = _why_not(top, top)
        return f"{called(top)} is {standing}, but does not count as self-signed: {reason}. {required}"
    found = "was not found" if no_path.about is None else "was sent, but is not in the trust store"
    return (
        f"{called(top)} is {standing}, but not self-signed, and its issuer {top.issuer} {found}. {required}"
    )


def chain_depth(candidate: Candidate) -> Finding:
    """The verifier may limit the number of intermediate certificates; RFC 5280 sets no limit."""
    limit = candidate.policy.max_depth
    if candidate.no_path is not None:  # only a path that is too long comes here
        limit = MAX_INTERMEDIATES if limit is None else limit
        found = f"at least {counted(limit + 1, 'intermediate certificate')}"
        sentence = (
            f"The path has {found} and reaches no trusted certificate. The verifier's own limit is {limit}."
        )
        return Finding(CheckOutcome.FAIL, sentence, "path", found, f"at most {limit}")
    counts_all = candidate.profile.self_issued_counts
    between = sum(counts_all or not certificate.self_issued for certificate in candidate.path[1:-1])
    found = counted(between, "intermediate certificate")
    if limit is None:
        outcome, required = CheckOutcome.NOT_EVALUATED, "no limit"
        sentence = (
            "No limit is configured for the number of intermediate certificates, and RFC 5280 sets none. "
            f"The search for a path stops at {MAX_INTERMEDIATES}."
        )
    else:
        outcome, required = passed_if(between <= limit), f"at most {limit}"
        relation = "within" if between <= limit else "over"
        sentence = f"The path has {found}, which is {relation} the verifier's own limit of {limit}."
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
