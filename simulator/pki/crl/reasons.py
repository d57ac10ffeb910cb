"""The reasons for a revocation, by name. Reading a scenario needs them, and no cryptography."""

from __future__ import annotations

# CRLReason (RFC 5280, section 5.3.1); 7 is not used. OCSP has the same numbers (RFC 6960, section 4.2.1).
REVOCATION_REASONS = {
    "unspecified": 0,
    "keyCompromise": 1,
    "cACompromise": 2,
    "affiliationChanged": 3,
    "superseded": 4,
    "cessationOfOperation": 5,
    "certificateHold": 6,
    "removeFromCRL": 8,
    "privilegeWithdrawn": 9,
    "aACompromise": 10,
}
REASON_NAMES = {number: name for name, number in REVOCATION_REASONS.items()}

# ReasonFlags (RFC 5280, section 4.2.1.13), in the order of their bits, of which the first is unused.
REASON_FLAGS = (
    "unused",
    "keyCompromise",
    "cACompromise",
    "affiliationChanged",
    "superseded",
    "cessationOfOperation",
    "certificateHold",
    "privilegeWithdrawn",
    "aACompromise",
)
ALL_REASONS = frozenset(REASON_FLAGS[1:])
