"""The result of a trust decision: an ordered ledger of checks, and what follows from it."""

from __future__ import annotations

from enum import Enum
from typing import Literal

from msgspec import Struct, structs

Role = Literal["client", "server"]


class CheckOutcome(Enum):
    """What became of one check. Only ``PASS`` is good news; the last two say that nobody looked."""

    PASS = "pass"
    FAIL = "fail"
    NOT_EVALUATED = "not evaluated"  # nobody configured it, or it does not apply to this role
    NOT_REACHED = "not reached"  # an earlier check had already decided


class Check(Struct, frozen=True, forbid_unknown_fields=True):
    """One line of the ledger.

    Attributes:
        name: the check's name, lower case with hyphens: ``validity``.
        outcome: what became of it.
        subject: RFC 4514 subject of the certificate it looked at; empty for the chain as a whole.
        depth: that certificate's place in the path, 0 for the leaf; None for the chain as a whole.
        field: the field it looked at: ``notAfter``.
        value: what stood there, as text.
        required: what was required of it.
        reference: where the rule stands: ``RFC 5280 §6.1.3``.
        sentence: one plain sentence that a learner can read aloud.
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


class Verdict(Struct, frozen=True, forbid_unknown_fields=True):
    """What a trust decision found, whom it concerns, and the alert it maps to.

    Attributes:
        role: whose certificate was judged: ``client`` or ``server``.
        profile: the stack profile that judged: ``openssl`` or ``rfc5280``.
        peer: RFC 4514 subject of the presented leaf; None where no certificate came.
        path: SHA-256 fingerprints (hex) of the path that was built, leaf first; empty where none was.
        checks: every check in order, those not reached included.
        alert: name of the TLS alert that the decisive check maps to; None where nothing failed.
    """

    role: Role
    profile: str
    peer: str | None
    path: tuple[str, ...]
    checks: tuple[Check, ...]
    alert: str | None

    @property
    def decisive(self) -> Check | None:
        """The first check that failed; None where none did."""
        for check in self.checks:
            if check.outcome is CheckOutcome.FAIL:
                return check
        return None

    @property
    def accepted(self) -> bool:
        """No check failed. Says nothing of checks that nobody made: read the ledger for those."""
        return self.decisive is None

    def check(self, name: str) -> Check:
        """The first check of that name.

        Raises:
            KeyError: no check of that name stands in the ledger.
        """
        for check in self.checks:
            if check.name == name:
                return check
        raise KeyError(name)

    def with_proof(self, proof: Check, alert: str | None) -> Verdict:
        """The same ledger with its ``proof-of-possession`` line replaced by what the signature showed.

        Args:
            proof: the completed line, outcome ``PASS`` or ``FAIL``.
            alert: the alert of a failed proof; None for a good one.
        """
        checks = tuple(proof if check.name == proof.name else check for check in self.checks)
        return structs.replace(self, checks=checks, alert=self.alert or alert)
