"""The verdict on a certificate that is not judged: every line says so, except that of the proof."""

from __future__ import annotations

from typing import TYPE_CHECKING

from simulator.trust.checks.candidate import Finding
from simulator.trust.checks.possession import proof_form
from simulator.trust.ledger import line
from simulator.trust.profiles import profile_named
from simulator.trust.verdict import Check, CheckOutcome, Verdict
from simulator.trust.vocabulary import CheckName

if TYPE_CHECKING:
    from simulator.tls.wire.version import Side, TlsVersion


def unjudged(
    role: Side, profile_name: str, subject: str | None, *, presented: bool, tls: TlsVersion
) -> Verdict:
    """A verdict in which no check passed and none failed.

    Args:
        role: the side whose certificate is not judged.
        profile_name: the stack profile whose checks are listed.
        subject: RFC 4514 subject that the certificate claims, or None.
        presented: a certificate came.
        tls: the protocol version, which decides which message carries the proof.
    """
    checks = tuple(
        _line(name, role, subject or "", presented=presented, tls=tls)
        for name in profile_named(profile_name).checks
    )
    return Verdict(role, profile_name, subject, (), checks, None)


def _line(name: CheckName, role: Side, subject: str, *, presented: bool, tls: TlsVersion) -> Check:
    """The line of a check that was not made. A proof of possession is still to come."""
    if name is CheckName.PROOF_OF_POSSESSION and presented:
        sentence = f"Not read yet, the {role}'s proof comes later: {name.question}"
        proof = Finding(CheckOutcome.NOT_REACHED, sentence, proof_form(role, tls).message, reference="")
        return line(name, proof, 0, subject)
    if name is CheckName.CERTIFICATE_PRESENTED:
        sentence = f"The {role} sent no certificate, and none was required."
        if presented:
            sentence = f"The {role} sent a certificate, and it is not judged."
    else:
        sentence = f"Not checked, because this side is not set up to check: {name.question}"
    return line(name, Finding(CheckOutcome.NOT_EVALUATED, sentence, "", reference=""), None, "")
