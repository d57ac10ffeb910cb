"""The result of a trust decision: an ordered ledger of checks, and the alert that follows from it."""

from __future__ import annotations

from enum import Enum
from typing import TYPE_CHECKING

from msgspec import Struct, structs

from simulator.tls.wire.version import Side  # noqa: TC001 - msgspec reads the annotations while the program runs

if TYPE_CHECKING:
    from collections.abc import Iterable


class CheckOutcome(Enum):
    """The outcome of one check. Only ``PASS`` is good news: after the last two, nothing was looked at."""

    PASS = "pass"
    FAIL = "fail"
    NOT_EVALUATED = "not evaluated"  # it is not configured, or it does not apply to this role
    NOT_REACHED = "not reached"  # an earlier check failed


# A loop looks a member of an Enum up by its class each time round, which costs more than the rest of it.
_FAIL = CheckOutcome.FAIL


class Check(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True, gc=False):
    """One line of the ledger.

    Attributes:
        name: a :class:`~simulator.trust.vocabulary.CheckName`, as text: ``validity``.
        outcome: passed, failed, not evaluated or not reached.
        subject: RFC 4514 subject of the certificate it looked at; empty for the chain as a whole.
        depth: that certificate's place in the path, 0 for the leaf, or None for the chain as a whole.
        field: the field it looked at: ``notAfter``.
        value: the content of that field, as text.
        required: what the rule requires of it.
        reference: the rule: ``RFC 5280 §6.1.3``.
        sentence: one plain sentence that a learner can read aloud.
        detail: further lines that show what the check worked out: the valid policy tree. A file leaves it out
            where there is none.
    """

    name: str
    outcome: CheckOutcome
    subject: str
    depth: int | None
    field: str
    value: str
    required: str
    reference: str
    sentence: str
    detail: tuple[str, ...] = ()


class Verdict(Struct, frozen=True, forbid_unknown_fields=True, gc=False):
    """The result of one trust decision.

    Attributes:
        role: the side whose certificate was judged: ``client`` or ``server``.
        profile: the stack profile that judged, as in ``openssl``.
        peer: RFC 4514 subject of the presented leaf, or None if no certificate came.
        path: SHA-256 fingerprints (hex) of the path that was built, leaf first; empty if none was.
        checks: every check in order, those not reached included.
        alert: name of the TLS alert that follows from the decisive check, or None if none failed.
    """

    role: Side
    profile: str
    peer: str | None
    path: tuple[str, ...]
    checks: tuple[Check, ...]
    alert: str | None

    @property
    def decisive(self) -> Check | None:
        """The first check that failed, or None."""
        return first_failed(self.checks)

    @property
    def proof_came_first(self) -> bool:
        """Return True if the proof of possession was read before the certificate was judged."""
        outcomes = [check.outcome for check in self.checks if check.name == "proof-of-possession"]
        last = bool(self.checks) and self.checks[-1].name == "proof-of-possession"
        return not last and not {CheckOutcome.PASS, CheckOutcome.FAIL}.isdisjoint(outcomes)

    @property
    def accepted(self) -> bool:
        """Return True if no check failed. A check that was not made is no failure: the ledger lists those."""
        return self.decisive is None

    def check(self, name: str) -> Check:
        """The first check of that name.

        Raises:
            KeyError: the ledger has no check of that name.
        """
        for check in self.checks:
            if check.name == name:
                return check
        raise KeyError(name)

    def with_proof(self, proof: Check, alert: str | None) -> Verdict:
        """The same verdict with the line of the proof of possession replaced.

        Args:
            proof: the completed line, outcome ``PASS`` or ``FAIL``.
            alert: the alert of a failed proof, or None for a good one.
        """
        checks = [proof if check.name == proof.name else check for check in self.checks]
        return structs.replace(self, checks=tuple(checks), alert=self.alert or alert)


def first_failed(checks: Iterable[Check]) -> Check | None:
    """The check that decides: the first that failed, or None."""
    return next((check for check in checks if check.outcome is _FAIL), None)
