"""The one table of checks: the name of each, the question it asks, and the rule that it applies.

These names are fixed: scenarios expect them, traces carry them, the glossary explains them. This module
imports no other room, so that a scenario can be read without cryptography.

Where a check is made: :data:`simulator.trust.ledger.CERTIFICATE_CHECKS` and ``CHAIN_CHECKS``. In which order
checks are made, and which alert follows from which: :mod:`simulator.trust.profiles`.
"""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping


class CheckName(StrEnum):
    """The name of a check; as text it is what traces and scenario files say.

    Attributes:
        text: its name, as plain text; Python's own ``value`` takes ten times as long.
        question: what the check asks, for learners.
        reference: where the rule is written; empty where it depends on what the check finds.
    """

    text: str
    question: str
    reference: str

    def __new__(cls, name: str, question: str, reference: str) -> CheckName:
        """Make a member that is its name, and has a question and a reference."""
        member = str.__new__(cls, name)
        member._value_ = member.text = name
        member.question, member.reference = question, reference
        return member

    # A table to read as one: name, question, reference; the formatter would make it five times as long.
    # fmt: off
    CERTIFICATE_PRESENTED = (
        "certificate-presented", "Did the peer send a certificate, where one is required?",
        "RFC 8446 §4.4.2.4, RFC 5246 §7.4.6")
    READABLE = "readable", "Can every certificate that was sent be read as X.509?", "RFC 5280 §4.1"
    KEY_STRENGTH = (
        "key-strength", "Is the public key strong enough for today?", "NIST SP 800-57 part 1 §5.6.1")
    DIRECTLY_TRUSTED = (
        "directly-trusted", "Is this exact certificate in the trust store?", "RFC 8705 §2.2")
    TRUST_ANCHOR = (
        "trust-anchor", "Does a path of issuers lead to a certificate that is trusted?", "RFC 5280 §6.1")
    CHAIN_DEPTH = (
        "chain-depth", "Does the path keep to the number of intermediates that the verifier allows?",
        "the verifier's own limit")
    CRITICAL_EXTENSIONS = (
        "critical-extensions", "Is every extension marked critical one that the verifier understands?",
        "RFC 5280 §6.1.4 (o), §6.1.5 (f)")
    BASIC_CONSTRAINTS = "basic-constraints", "Is every issuer in the path really a CA?", "RFC 5280 §6.1.4 (k)"
    NAMED_CURVE = "named-curve", "Is the curve of an elliptic key given by its name?", "RFC 5480 §2.1.1"
    KEY_USAGE = "key-usage", "May the key be used for what it is used for here?", "RFC 5280 §4.2.1.3"
    EXTENDED_KEY_USAGE = (
        "extended-key-usage", "Was the certificate issued for this purpose: client or server authentication?",
        "RFC 5280 §4.2.1.12")
    PATH_LENGTH = (
        "path-length", "Does the path keep to the length that its CAs allow?", "RFC 5280 §6.1.4 (l)–(m)")
    SIGNATURE_ALGORITHM = (
        "signature-algorithm", "Was the certificate signed with an algorithm that is still secure?",
        "RFC 5280 §4.1.1.2, RFC 8446 §4.4.2.4")
    SERVER_NAME = (
        "server-name", "Was the server's certificate issued for the name the client wanted to reach?",
        "RFC 9525 §6")
    REVOCATION = "revocation", "Has the issuer revoked the certificate?", "RFC 5280 §6.3, RFC 6960"
    SIGNATURE = (
        "signature", "Does the issuer's key verify the signature on this certificate?",
        "RFC 5280 §6.1.3 (a)(1)")
    VALIDITY = "validity", "Does now lie between notBefore and notAfter?", "RFC 5280 §6.1.3 (a)(2)"
    NAME_CONSTRAINTS = (
        "name-constraints", "Are all names in the name space that the CAs above are limited to?",
        "RFC 5280 §6.1.3 (b)–(c), §4.2.1.10")
    PROOF_OF_POSSESSION = (
        "proof-of-possession", "Does the peer hold the private key, or only a copy of the certificate?",
        "RFC 8446 §4.4.3")
    VERSION = "version", "Is it a version 3 certificate?", "RFC 5280 §4.1.2.1"
    SERIAL_NUMBER = (
        "serial-number", "Is the serial number a positive number of at most 20 octets?", "RFC 5280 §4.1.2.2")
    DISTINGUISHED_NAMES = (
        "distinguished-names", "Are issuer and subject present where they must be?",
        "RFC 5280 §4.1.2.4, §4.1.2.6")
    SUBJECT_ALTERNATIVE_NAME = (
        "subject-alternative-name", "Are the alternative names well formed?", "RFC 5280 §4.2.1.6")
    AUTHORITY_KEY_IDENTIFIER = (
        "authority-key-identifier", "Does the certificate say which key signed it?", "RFC 5280 §4.2.1.1")
    SUBJECT_KEY_IDENTIFIER = (
        "subject-key-identifier", "Does the CA certificate identify its own key?", "RFC 5280 §4.2.1.2")
    EXTENSION_RULES = (
        "extension-rules", "Are the extensions critical, present and consistent as RFC 5280 demands?",
        "RFC 5280 §4.2")
    CERTIFICATE_POLICIES = (
        "certificate-policies", "Where a CA demands a policy, does one hold for the whole path?",
        "RFC 5280 §6.1.3 (f), §6.1.5 (g)")
    BASELINE_REQUIREMENTS = (
        "baseline-requirements", "Does the certificate keep the CA/Browser Forum's rules for its place?",
        "CA/Browser Forum BR 7.1.2")
    # fmt: on


# By the text of the name, for readers of a trace: its checks may be of another release.
QUESTIONS: Mapping[str, str] = {name.value: name.question for name in CheckName}
