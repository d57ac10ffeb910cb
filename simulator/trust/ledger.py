"""From a candidate to its ledger: every check of the profile, in its order, until one decides."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from types import MappingProxyType
from typing import TYPE_CHECKING, Literal

from simulator.trust import vocabulary as v
from simulator.trust.checks import certificate as one
from simulator.trust.checks import chain as whole
from simulator.trust.checks import strict as strict
from simulator.trust.checks.certificate_policies import certificate_policies
from simulator.trust.checks.host_name import server_name
from simulator.trust.checks.name_constraints import name_constraints
from simulator.trust.verdict import Check, CheckOutcome

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from simulator.trust.checks.candidate import Candidate
    from simulator.trust.profiles import CheckStage, Profile

Bound = Literal["every", "issuers", "issued"]
Step = tuple[str, int | None]  # a check, and the depth of the certificate it looks at; None for the chain


@dataclass(frozen=True, slots=True)
class CertificateCheck:
    """A check on single certificates.

    Attributes:
        bound: which: ``every`` one of the path, ``issuers``, or those ``issued`` by another one of it.
        judge: writes the line for the certificate at a depth.
    """

    bound: Bound
    judge: Callable[[Candidate, int], Check]

    def concerns(self, depth: int, last: int) -> bool:
        """The check has a line for the certificate at ``depth`` in a path that ends at ``last``."""
        return self.bound == "every" or (depth > 0 if self.bound == "issuers" else depth < last)


CERTIFICATE_CHECKS: Mapping[str, CertificateCheck] = MappingProxyType(
    {
        v.KEY_STRENGTH: CertificateCheck("every", one.key_strength),
        v.CRITICAL_EXTENSIONS: CertificateCheck("every", one.critical_extensions),
        v.BASIC_CONSTRAINTS: CertificateCheck("issuers", one.basic_constraints),
        v.KEY_USAGE: CertificateCheck("every", one.key_usage),
        v.EXTENDED_KEY_USAGE: CertificateCheck("every", one.extended_key_usage),
        v.PATH_LENGTH: CertificateCheck("issuers", one.path_length),
        v.SIGNATURE_ALGORITHM: CertificateCheck("issued", one.signature_algorithm),
        v.SIGNATURE: CertificateCheck("issued", one.signature),
        v.VALIDITY: CertificateCheck("every", one.validity),
        v.VERSION: CertificateCheck("every", strict.version),
        v.SERIAL_NUMBER: CertificateCheck("every", strict.serial_number),
        v.DISTINGUISHED_NAMES: CertificateCheck("every", strict.distinguished_names),
        v.AUTHORITY_KEY_IDENTIFIER: CertificateCheck("every", strict.authority_key_identifier),
        v.SUBJECT_KEY_IDENTIFIER: CertificateCheck("every", strict.subject_key_identifier),
        v.SUBJECT_ALTERNATIVE_NAME: CertificateCheck("every", strict.subject_alternative_name),
        v.EXTENSION_RULES: CertificateCheck("every", strict.extension_rules),
    }
)
CHAIN_CHECKS: Mapping[str, Callable[[Candidate], Check]] = MappingProxyType(
    {
        v.DIRECTLY_TRUSTED: whole.directly_trusted,
        v.CHAIN_DEPTH: whole.chain_depth,
        v.SERVER_NAME: server_name,
        v.REVOCATION: whole.revocation,
        v.NAME_CONSTRAINTS: name_constraints,
        v.CERTIFICATE_POLICIES: certificate_policies,
        v.PROOF_OF_POSSESSION: whole.proof_of_possession,
    }
)


def keep_ledger(
    profile: Profile, given: Mapping[str, Check], candidate: Candidate | None
) -> tuple[Check, ...]:
    """Make the checks of the profile in order; after the first failure the rest is not reached.

    Args:
        profile: which checks, and in which order.
        given: lines that are already written, by name: what was presented, whether it can be read, where
            the path leads.
        candidate: the path under judgement; None where there is not even a leaf that can be read.
    """
    lines: list[Check] = []
    failed = False
    for name, depth in steps(profile.stages, None if candidate is None else candidate.last):
        if name in given and not failed:
            line = given[name]
        elif failed or candidate is None:
            line = not_reached(name, depth, candidate)
        elif depth is None:
            line = CHAIN_CHECKS[name](candidate) if name in CHAIN_CHECKS else _nothing_to_check(name)
        else:
            line = CERTIFICATE_CHECKS[name].judge(candidate, depth)
        failed = failed or line.outcome is CheckOutcome.FAIL
        lines.append(line)
    return tuple(lines)


@lru_cache
def steps(stages: tuple[CheckStage, ...], last: int | None) -> tuple[Step, ...]:
    """Every check with the depth it concerns, in order, each once; it depends on nothing but these two.

    Args:
        stages: a profile's.
        last: the depth of the trusted certificate; None where there is no path at all.
    """
    return tuple(dict.fromkeys(step for stage in stages for step in _steps(stage, last)))


def _steps(stage: CheckStage, last: int | None) -> Iterator[Step]:
    """The checks of a stage with the depths they concern; None for the chain, or where none is concerned."""
    if stage.scope == "chain" or last is None:
        yield from ((name, None) for name in stage.checks)
        return
    depths = list(range(last + 1)) if stage.scope != "leaf" else [0]
    if stage.scope == "anchor first":
        depths.reverse()
    for name in stage.checks:
        if not any(CERTIFICATE_CHECKS[name].concerns(depth, last) for depth in depths):
            yield name, None
    for depth in depths:
        for name in stage.checks:
            if CERTIFICATE_CHECKS[name].concerns(depth, last):
                yield name, depth


def not_reached(name: str, depth: int | None, candidate: Candidate | None) -> Check:
    """The line of a check that an earlier one made needless."""
    if name == v.PROOF_OF_POSSESSION and candidate is not None:
        return whole.proof_of_possession(candidate)
    subject = candidate.path[depth].subject if candidate is not None and depth is not None else ""
    sentence = f"Nobody looked any more: {v.QUESTIONS[name]}"
    return Check(name, CheckOutcome.NOT_REACHED, subject, depth, "", "", "", "", sentence)


def _nothing_to_check(name: str) -> Check:
    """The line of a check that concerns no certificate of this path."""
    sentence = "There is nothing to check here: the path is the trusted certificate alone."
    return Check(name, CheckOutcome.NOT_EVALUATED, "", None, "", "", "", "", sentence)
