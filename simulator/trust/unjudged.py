"""The ledger of a certificate that nobody judges: every line says so, but for the proof."""

from __future__ import annotations

from typing import TYPE_CHECKING

from simulator.tls.wire.alerts import AlertDescription
from simulator.trust.checks.candidate import proof_form
from simulator.trust.judge import proof_check
from simulator.trust.profiles import profile_named
from simulator.trust.verdict import Check, CheckOutcome, Verdict
from simulator.trust.vocabulary import CERTIFICATE_PRESENTED, PROOF_OF_POSSESSION, QUESTIONS

if TYPE_CHECKING:
    from simulator.tls.events import ProofChecked
    from simulator.trust.checks.candidate import TlsVersion
    from simulator.trust.verdict import Role


def unjudged(
    role: Role, profile_name: str, subject: str | None, *, presented: bool, tls: TlsVersion
) -> Verdict:
    """A verdict that passes nothing and fails nothing.

    Args:
        role: whose certificate nobody judges.
        profile_name: the stack profile whose checks are listed.
        subject: RFC 4514 subject that the certificate claims.
        presented: a certificate came.
        tls: the protocol version, which decides where the proof will stand.
    """
    checks = tuple(
        _line(name, role, subject or "", presented=presented, tls=tls)
        for name in profile_named(profile_name).checks
    )
    return Verdict(role, profile_name, subject, (), checks, None)


def _line(name: str, role: Role, subject: str, *, presented: bool, tls: TlsVersion) -> Check:
    """One check that was not made; the proof of possession is still to come."""
    if name == PROOF_OF_POSSESSION and presented:
        outcome, why = CheckOutcome.NOT_REACHED, f"The {role}'s proof comes later: {QUESTIONS[name]}"
        return Check(name, outcome, subject, 0, proof_form(role, tls).message, "", "", "", why)
    if name == CERTIFICATE_PRESENTED and presented:
        why = f"The {role} sent a certificate, and nobody insisted on one."
    elif name == CERTIFICATE_PRESENTED:
        why = f"The {role} sent no certificate, and nobody insisted on one."
    else:
        why = f"Nobody is set up to look: {QUESTIONS[name]}"
    return Check(name, CheckOutcome.NOT_EVALUATED, "", None, "", "", "", "", why)


def with_proof(verdict: Verdict, proof: ProofChecked, *, tls: TlsVersion) -> Verdict:
    """The ledger with its last line filled in by what the signature showed."""
    line = proof_check(
        signer=verdict.role,
        subject=verdict.peer or "",
        ok=proof.ok,
        scheme=proof.scheme,
        problem=proof.problem,
        tls=tls,
    )
    return verdict.with_proof(line, None if proof.ok else AlertDescription.DECRYPT_ERROR.rfc_name)
