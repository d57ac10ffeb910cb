"""The status of a certificate that a source of revocation gives: the one value that every source fills."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, NamedTuple

if TYPE_CHECKING:
    from datetime import datetime

RevocationState = Literal["good", "revoked", "unknown", "not evaluated"]

# The fields that the line of the ledger names, and by which a profile finds the alert.
NO_LIST = "CRL"
ENTRY = "revokedCertificates"


class RevocationStatus(NamedTuple):
    """The answer of a source about one certificate.

    Attributes:
        state: ``good``, ``revoked``, ``unknown`` (there is no answer that can be relied on), or ``not
            evaluated`` (nothing was asked).
        why: one plain sentence that says how the state follows.
        field: the field that decides; with it the profile finds the alert.
        source: what was consulted, as in ``CRL number 2 of Client CA``; empty if nothing was.
        value: the content of that field; the state itself where it is empty.
        required: what the rule requires of it.
        reference: the rule, or None for that of the check.
        reason: name of the reason for a revocation.
        since: the moment of a revocation, or None.
    """

    state: RevocationState
    why: str
    field: str
    source: str = ""
    value: str = ""
    required: str = ""
    reference: str | None = None
    reason: str = ""
    since: datetime | None = None
