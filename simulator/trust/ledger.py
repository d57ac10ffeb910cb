"""From a candidate path to its ledger: every check of the profile, in its order, until one fails."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import lru_cache
from typing import TYPE_CHECKING, Literal

from simulator.trust.checks import certificate, chain, strict, webpki
from simulator.trust.checks.candidate import Finding, called
from simulator.trust.checks.certificate_policies import certificate_policies
from simulator.trust.checks.host_name import server_name
from simulator.trust.checks.name_constraints import name_constraints
from simulator.trust.checks.possession import proof_of_possession, proof_to_come
from simulator.trust.checks.revocation import revocation
from simulator.trust.profile import CheckStage
from simulator.trust.profiles import profile_named
from simulator.trust.verdict import Check, CheckOutcome
from simulator.trust.vocabulary import CheckName

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from simulator.pki.certificate import Certificate
    from simulator.tls.wire.version import TlsVersion
    from simulator.trust.checks.candidate import Candidate
    from simulator.trust.profile import Profile

Bound = Literal["every", "issuers", "issued"]
Step = tuple[CheckName, int | None]  # a check, and the depth of its certificate or None for the whole chain


@dataclass(frozen=True, slots=True)
class CertificateCheck:
    """A check on single certificates.

    Attributes:
        bound: ``every`` certificate of the path, its ``issuers``, or those ``issued`` by another in it.
        judge: finds the answer for the certificate at a depth.
    """

    bound: Bound
    judge: Callable[[Candidate, int], Finding]

    def concerns(self, depth: int, last: int) -> bool:
        """Return True if the check has a line for ``depth`` in a path that ends at depth ``last``."""
        return self.bound == "every" or (depth > 0 if self.bound == "issuers" else depth < last)


def _form(judge: Callable[[Certificate], Finding]) -> CertificateCheck:
    """A check on the form of a certificate, which looks at nothing else."""
    return CertificateCheck("every", lambda candidate, depth: judge(candidate.path[depth]))


CERTIFICATE_CHECKS: Mapping[CheckName, CertificateCheck] = {
    CheckName.KEY_STRENGTH: CertificateCheck("every", certificate.key_strength),
    CheckName.CRITICAL_EXTENSIONS: CertificateCheck("every", certificate.critical_extensions),
    CheckName.BASIC_CONSTRAINTS: CertificateCheck("issuers", certificate.basic_constraints),
    CheckName.NAMED_CURVE: CertificateCheck("every", certificate.named_curve),
    CheckName.KEY_USAGE: CertificateCheck("every", certificate.key_usage),
    CheckName.EXTENDED_KEY_USAGE: CertificateCheck("every", certificate.extended_key_usage),
    CheckName.PATH_LENGTH: CertificateCheck("issuers", certificate.path_length),
    CheckName.SIGNATURE_ALGORITHM: CertificateCheck("issued", certificate.signature_algorithm),
    CheckName.SIGNATURE: CertificateCheck("issued", certificate.signature),
    CheckName.VALIDITY: CertificateCheck("every", certificate.validity),
    CheckName.VERSION: _form(strict.version),
    CheckName.SERIAL_NUMBER: _form(strict.serial_number),
    CheckName.DISTINGUISHED_NAMES: _form(strict.distinguished_names),
    CheckName.AUTHORITY_KEY_IDENTIFIER: _form(strict.authority_key_identifier),
    CheckName.SUBJECT_KEY_IDENTIFIER: _form(strict.subject_key_identifier),
    CheckName.SUBJECT_ALTERNATIVE_NAME: _form(strict.subject_alternative_name),
    CheckName.EXTENSION_RULES: CertificateCheck("every", strict.extension_rules),
    CheckName.BASELINE_REQUIREMENTS: CertificateCheck("every", webpki.baseline_requirements),
    CheckName.REVOCATION: CertificateCheck("every", revocation),
}
CHAIN_CHECKS: Mapping[CheckName, Callable[[Candidate], Finding]] = {
    CheckName.CERTIFICATE_PRESENTED: chain.certificate_presented,
    CheckName.READABLE: chain.readable,
    CheckName.DIRECTLY_TRUSTED: chain.directly_trusted,
    CheckName.TRUST_ANCHOR: chain.trust_anchor,
    CheckName.CHAIN_DEPTH: chain.chain_depth,
    CheckName.SERVER_NAME: server_name,
    CheckName.REVOCATION: chain.revocation,
    CheckName.NAME_CONSTRAINTS: name_constraints,
    CheckName.CERTIFICATE_POLICIES: certificate_policies,
    CheckName.PROOF_OF_POSSESSION: proof_of_possession,
}


def keep_ledger(candidate: Candidate) -> tuple[Check, ...]:
    """Make the checks of the profile in order; after the first failure the rest is not reached."""
    lines: list[Check] = []
    subjects = [certificate.subject for certificate in candidate.path]
    ended, failed = False, CheckOutcome.FAIL
    looks_up = candidate.policy.revocation.source != "none" and not _omitted(
        CheckName.REVOCATION, None, candidate
    )
    profile, anchored = candidate.profile.name, candidate.no_path is None
    for name, depth in steps(profile, candidate.tls, candidate.last, looks_up=looks_up, anchored=anchored):
        omitted = _omitted(name, depth, candidate)
        finding = omitted or (not_reached(name, candidate) if ended else _find(name, depth, candidate))
        place = finding.depth if depth is None else depth
        subject = subjects[place] if subjects and place is not None else ""
        lines.append(line(name, finding, place, subject))
        ended = ended or finding.outcome is failed or not candidate.sent
    return tuple(lines)


def line(name: CheckName, finding: Finding, depth: int | None, subject: str) -> Check:
    """Write one finding into the ledger.

    Args:
        name: the check.
        finding: its answer.
        depth: the certificate's place in the path, or None for the whole chain.
        subject: that certificate's subject, or empty for the whole chain.
    """
    reference = name.reference if finding.reference is None else finding.reference
    return Check(
        name.text,
        finding.outcome,
        subject,
        depth,
        finding.field,
        finding.value,
        finding.required,
        reference,
        finding.sentence,
        finding.detail,
    )


def _omitted(name: CheckName, depth: int | None, candidate: Candidate) -> Finding | None:
    """The answer of a check that the stack does not make, or None."""
    for omission in candidate.profile.omissions:
        if omission.concerns(name, depth, candidate.policy.role):
            return Finding(CheckOutcome.NOT_EVALUATED, omission.why, "", reference="")
    return None


def _find(name: CheckName, depth: int | None, candidate: Candidate) -> Finding:
    """Make one check."""
    if depth is not None:
        return CERTIFICATE_CHECKS[name].judge(candidate, depth)
    if name in CHAIN_CHECKS:
        return CHAIN_CHECKS[name](candidate)
    if candidate.last == 0:
        sentence = "There is nothing to check here: the path is the trusted certificate alone."
    else:
        sentence = (
            f"There is no CA to check between {called(candidate.leaf)} and the trust anchor, which is not "
            "part of the path."
        )
    return Finding(CheckOutcome.NOT_EVALUATED, sentence, "", reference="")


def not_reached(name: CheckName, candidate: Candidate) -> Finding:
    """The answer of a check after another has failed."""
    if name is CheckName.PROOF_OF_POSSESSION and candidate.path and candidate.proof is None:
        return proof_to_come(candidate.policy.role, candidate.tls)
    sentence = f"Not checked, because the decision was already taken: {name.question}"
    return Finding(CheckOutcome.NOT_REACHED, sentence, "", reference="")


@lru_cache
def steps(
    profile_name: str, tls: TlsVersion, last: int | None, *, looks_up: bool, anchored: bool = True
) -> tuple[Step, ...]:
    """Every check with the depth it concerns, in order, each once.

    Args:
        profile_name: name of the stack profile.
        tls: the protocol version, which may change the order.
        last: the depth of the last certificate of the path, or None for an empty path.
        looks_up: revocation is looked up, so it has a line for each certificate and not one for the chain.
        anchored: the last certificate is the trusted one, which a profile may spare.
    """
    profile = profile_named(profile_name)
    stages = (
        split for stage in profile.order(tls) for split in (_by_certificate(stage) if looks_up else [stage])
    )
    return tuple(dict.fromkeys(step for stage in stages for step in _steps(profile, stage, last, anchored)))


def _by_certificate(stage: CheckStage) -> list[CheckStage]:
    """The stage with revocation on each certificate, from the leaf on; its other checks as they are."""
    if stage.scope != "chain" or CheckName.REVOCATION not in stage.checks:
        return [stage]
    place = stage.checks.index(CheckName.REVOCATION)
    looked_up = CheckStage("leaf first", (CheckName.REVOCATION,))
    return [
        replace(stage, checks=stage.checks[:place]),
        looked_up,
        replace(stage, checks=stage.checks[place + 1 :]),
    ]


def _steps(profile: Profile, stage: CheckStage, last: int | None, anchored: bool) -> Iterator[Step]:
    """The checks of a stage with their depths; None for the chain, or for a check that concerns no depth."""
    if stage.scope == "chain" or last is None:
        yield from ((name, None) for name in stage.checks)
        return
    places = list(_places(stage, last))
    for name in stage.checks:
        if not any(_concerns(profile, name, depth, last, anchored) for one, depth in places if one is name):
            yield name, None
    yield from ((name, depth) for name, depth in places if _concerns(profile, name, depth, last, anchored))


def _places(stage: CheckStage, last: int) -> Iterator[tuple[CheckName, int]]:
    """The checks of a stage with the depths that its scope goes through, in order."""
    depths = range(last + 1)
    match stage.scope:
        case "leaf":
            depths = range(1)
        case "anchor first":
            depths = range(last, -1, -1)
        case "issuers":
            depths = range(last, 0, -1)
        case "issuer by issuer":
            depths = range(1, last + 1)
    for depth in depths:
        for name in stage.checks:
            issued = stage.scope == "issuer by issuer" and CERTIFICATE_CHECKS[name].bound == "issued"
            yield name, depth - issued


def _concerns(profile: Profile, name: CheckName, depth: int, last: int, anchored: bool) -> bool:
    """Return True if the check has a line for the certificate at this depth."""
    spared = anchored and 0 < depth == last and name in profile.spared_anchor
    return not spared and CERTIFICATE_CHECKS[name].concerns(depth, last)
