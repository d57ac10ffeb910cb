"""The check of revocation: one line for each certificate of the path, whatever source gives the status.

A source is a function from a candidate and a depth to a :class:`RevocationStatus`. What follows from the
status is the same for all of them: without an answer a hard failure refuses, and a soft one leaves the line
*not evaluated*. It is never a pass.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from simulator.trust.checks.candidate import Finding, called, moment
from simulator.trust.checks.crl_as_openssl import status_as_openssl
from simulator.trust.checks.crl_as_rfc5280 import status_as_rfc5280
from simulator.trust.checks.ocsp import ocsp_status
from simulator.trust.checks.revocation_status import RevocationStatus
from simulator.trust.verdict import CheckOutcome

if TYPE_CHECKING:
    from simulator.trust.checks.candidate import Candidate


def crl_status(candidate: Candidate, depth: int) -> RevocationStatus:
    """The status by the revocation lists at hand, as the profile reads them."""
    judge = status_as_openssl if candidate.profile.one_list else status_as_rfc5280
    return judge(candidate, depth)


Source = Callable[["Candidate", int], RevocationStatus]
#: The sources by the word of the setting ``revocation``; where that is ``none``, nothing comes here.
SOURCES: Mapping[str, Source] = {"crl": crl_status, "ocsp": ocsp_status}

SOFT_FAILURE = "This side fails softly: without an answer it goes on as if the check had not been configured."


def revocation(candidate: Candidate, depth: int) -> Finding:
    """Look up whether a certificate was revoked; a certificate out of scope is not evaluated."""
    policy = candidate.policy.revocation
    if depth > 0 and policy.scope == "leaf":
        leaf = called(candidate.leaf)
        why = f"{called(candidate.path[depth])} was not looked up: this side looks up {leaf} alone."
        return _line(RevocationStatus("not evaluated", why, "revocation_scope"), CheckOutcome.NOT_EVALUATED)
    status = SOURCES[policy.source](candidate, depth)
    if status.state == "unknown" and policy.source == "crl" and candidate.profile.needs_no_list:
        why = f"{status.why} {candidate.profile.name} goes on without a list that it can rely on."
        return _line(status._replace(why=why), CheckOutcome.NOT_EVALUATED)
    if status.state == "unknown":
        soft = policy.soft_fail
        outcome = CheckOutcome.NOT_EVALUATED if soft else CheckOutcome.FAIL
        return _line(status._replace(why=f"{status.why} {SOFT_FAILURE}") if soft else status, outcome)
    return _line(status, _OUTCOMES[status.state])


_OUTCOMES = {
    "good": CheckOutcome.PASS,
    "revoked": CheckOutcome.FAIL,
    "not evaluated": CheckOutcome.NOT_EVALUATED,
}


def _line(status: RevocationStatus, outcome: CheckOutcome) -> Finding:
    """The line of the ledger: the state comes first in its value, then what it rests on."""
    state: str = status.state
    if status.state == "revoked":
        since = f" since {moment(status.since)}" if status.since is not None else ""
        state = f"revoked{since} ({status.reason or 'no reason given'})"
    value = "; ".join(part for part in (state, status.value, status.source) if part)
    required = status.required or "good"
    return Finding(outcome, status.why, status.field, value, required, status.reference)
