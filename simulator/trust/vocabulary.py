"""The names of the checks, each with the question it asks.

These words are fixed: the glossary explains them, scenarios expect them, expectations in tests name them.
"""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

CERTIFICATE_PRESENTED = "certificate-presented"
READABLE = "readable"
KEY_STRENGTH = "key-strength"
DIRECTLY_TRUSTED = "directly-trusted"
TRUST_ANCHOR = "trust-anchor"
CHAIN_DEPTH = "chain-depth"
CRITICAL_EXTENSIONS = "critical-extensions"
BASIC_CONSTRAINTS = "basic-constraints"
KEY_USAGE = "key-usage"
EXTENDED_KEY_USAGE = "extended-key-usage"
PATH_LENGTH = "path-length"
SIGNATURE_ALGORITHM = "signature-algorithm"
SERVER_NAME = "server-name"
REVOCATION = "revocation"
SIGNATURE = "signature"
VALIDITY = "validity"
NAME_CONSTRAINTS = "name-constraints"
PROOF_OF_POSSESSION = "proof-of-possession"

VERSION = "version"
SERIAL_NUMBER = "serial-number"
DISTINGUISHED_NAMES = "distinguished-names"
SUBJECT_ALTERNATIVE_NAME = "subject-alternative-name"
AUTHORITY_KEY_IDENTIFIER = "authority-key-identifier"
SUBJECT_KEY_IDENTIFIER = "subject-key-identifier"
EXTENSION_RULES = "extension-rules"
CERTIFICATE_POLICIES = "certificate-policies"

QUESTIONS: Mapping[str, str] = MappingProxyType(
    {
        CERTIFICATE_PRESENTED: "Did the peer send a certificate, where one is required?",
        READABLE: "Can every certificate that was sent be read as X.509?",
        KEY_STRENGTH: "Is the public key strong enough for today?",
        DIRECTLY_TRUSTED: "Does this exact certificate stand in the trust store?",
        TRUST_ANCHOR: "Does a path of issuers lead to a certificate that is trusted?",
        CHAIN_DEPTH: "Has the path no more intermediate certificates than the verifier allows?",
        CRITICAL_EXTENSIONS: "Is every extension marked critical one that the verifier understands?",
        BASIC_CONSTRAINTS: "Is every issuer in the path really a CA?",
        KEY_USAGE: "May the key be used for what it is used for here?",
        EXTENDED_KEY_USAGE: "Was the certificate issued for this purpose: client or server authentication?",
        PATH_LENGTH: "Does the path keep to the length that its CAs allow?",
        SIGNATURE_ALGORITHM: "Was the certificate signed with an algorithm that still holds?",
        SERVER_NAME: "Is the server's certificate made out to the name the client wanted to reach?",
        REVOCATION: "Has the issuer taken the certificate back?",
        SIGNATURE: "Did the issuer's key really sign this certificate?",
        VALIDITY: "Does now lie between notBefore and notAfter?",
        NAME_CONSTRAINTS: "Do the names keep to the name space that the CAs above were given?",
        PROOF_OF_POSSESSION: "Does the peer hold the private key, or only a copy of the certificate?",
        VERSION: "Is it a version 3 certificate?",
        SERIAL_NUMBER: "Is the serial number a positive number of at most 20 octets?",
        DISTINGUISHED_NAMES: "Are issuer and subject filled in where they must be?",
        SUBJECT_ALTERNATIVE_NAME: "Are the alternative names well formed?",
        AUTHORITY_KEY_IDENTIFIER: "Does the certificate say which key signed it?",
        SUBJECT_KEY_IDENTIFIER: "Does the CA certificate identify its own key?",
        EXTENSION_RULES: "Are the extensions critical, present and consistent as RFC 5280 demands?",
        CERTIFICATE_POLICIES: "Where a CA demands a policy, does one hold for the whole path?",
    }
)
