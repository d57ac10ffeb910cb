"""OpenSSL 3.0's reasons to refuse a certificate (``X509_V_ERR_*`` of x509_vfy.h), and our check for each.

A number without a check has the reason why the ``openssl`` profile never reports it. A number with both has a
check that reports it, and a difference in how. A test holds the list against OpenSSL's own.
"""

from __future__ import annotations

from typing import NamedTuple


class VerifyError(NamedTuple):
    """One number of the list.

    Attributes:
        number: OpenSSL's.
        name: what follows ``X509_V_ERR_`` in its header.
        checks: our checks that report it, or none.
        reason: why none does, or in what the check differs; empty if there is nothing to say.
    """

    number: int
    name: str
    checks: tuple[str, ...]
    reason: str


DATES_OF_LISTS = "A revocation list with a broken date cannot be read here."
EXTENDED_LISTS = "It needs X509_V_FLAG_EXTENDED_CRL_SUPPORT, which CPython's ssl does not set."
PASSED_OVER = "OpenSSL passes over an issuer that does not fit, and reports the end of the search (2 or 20)."
PROXY = "Proxy certificates (RFC 3820) are refused as such (40) before their own rules are looked at."
STRICT = "It needs X509_V_FLAG_X509_STRICT, which CPython's ssl sets only since 3.13; see the strict profile."
SUITE_B = "It needs a flag for the NSA's Suite B, which is withdrawn."
INTERNAL = "It is about the program that calls OpenSSL, not about a certificate."
UNUSED = "OpenSSL 3.0 no longer reports it."
POLICIES = "It needs X509_V_FLAG_POLICY_CHECK, which CPython's ssl does not set; see the rfc5280 profile."
RESOURCES = (
    "Address blocks and AS numbers (RFC 3779) are for routers. Here they are not compared: where they are "
    "critical they count as not understood, else they have no effect."
)
SCT_AND_OCSP = "It needs signed certificate timestamps or OCSP responses, which the simulation does not have."
MINIMUM = "OpenSSL refuses it when names are compared; here it is not decoded, and its CA is in no path."

_TABLE: tuple[tuple[int, str, str, str], ...] = (
    (1, "UNSPECIFIED", "name-constraints", "Reported for too many names and constraints; else internal."),
    (2, "UNABLE_TO_GET_ISSUER_CERT", "trust-anchor", ""),
    (3, "UNABLE_TO_GET_CRL", "revocation", ""),
    (4, "UNABLE_TO_DECRYPT_CERT_SIGNATURE", "", UNUSED),
    (5, "UNABLE_TO_DECRYPT_CRL_SIGNATURE", "", UNUSED),
    (6, "UNABLE_TO_DECODE_ISSUER_PUBLIC_KEY", "", "At security level 2 such a key is too weak (66, 67)."),
    (7, "CERT_SIGNATURE_FAILURE", "signature", ""),
    (8, "CRL_SIGNATURE_FAILURE", "revocation", ""),
    (9, "CERT_NOT_YET_VALID", "validity", ""),
    (10, "CERT_HAS_EXPIRED", "validity", ""),
    (11, "CRL_NOT_YET_VALID", "revocation", ""),
    (12, "CRL_HAS_EXPIRED", "revocation", ""),
    (13, "ERROR_IN_CERT_NOT_BEFORE_FIELD", "validity", ""),
    (14, "ERROR_IN_CERT_NOT_AFTER_FIELD", "validity", ""),
    (15, "ERROR_IN_CRL_LAST_UPDATE_FIELD", "", DATES_OF_LISTS),
    (16, "ERROR_IN_CRL_NEXT_UPDATE_FIELD", "", DATES_OF_LISTS),
    (17, "OUT_OF_MEM", "", INTERNAL),
    (18, "DEPTH_ZERO_SELF_SIGNED_CERT", "trust-anchor", ""),
    (19, "SELF_SIGNED_CERT_IN_CHAIN", "trust-anchor", ""),
    (20, "UNABLE_TO_GET_ISSUER_CERT_LOCALLY", "trust-anchor", ""),
    (21, "UNABLE_TO_VERIFY_LEAF_SIGNATURE", "", "It follows 20 where a callback lets that pass."),
    (22, "CERT_CHAIN_TOO_LONG", "chain-depth", ""),
    (23, "CERT_REVOKED", "revocation", ""),
    (24, "NO_ISSUER_PUBLIC_KEY", "", PASSED_OVER),
    (25, "PATH_LENGTH_EXCEEDED", "path-length", ""),
    (26, "INVALID_PURPOSE", "extended-key-usage key-usage", ""),
    (27, "CERT_UNTRUSTED", "", UNUSED),
    (28, "CERT_REJECTED", "", "Trust settings of TRUSTED CERTIFICATE files belong to OpenSSL alone."),
    (29, "SUBJECT_ISSUER_MISMATCH", "", PASSED_OVER),
    (30, "AKID_SKID_MISMATCH", "", PASSED_OVER),
    (31, "AKID_ISSUER_SERIAL_MISMATCH", "", PASSED_OVER),
    (32, "KEYUSAGE_NO_CERTSIGN", "", "Such an issuer is no CA (79) before a signature is verified."),
    (33, "UNABLE_TO_GET_CRL_ISSUER", "", EXTENDED_LISTS),
    (34, "UNHANDLED_CRITICAL_EXTENSION", "critical-extensions", ""),
    (35, "KEYUSAGE_NO_CRL_SIGN", "revocation", ""),
    (36, "UNHANDLED_CRITICAL_CRL_EXTENSION", "revocation", ""),
    (37, "INVALID_NON_CA", "", PROXY),
    (38, "PROXY_PATH_LENGTH_EXCEEDED", "", PROXY),
    (39, "KEYUSAGE_NO_DIGITAL_SIGNATURE", "", PROXY),
    (40, "PROXY_CERTIFICATES_NOT_ALLOWED", "critical-extensions", ""),
    (41, "INVALID_EXTENSION", "", RESOURCES),
    (42, "INVALID_POLICY_EXTENSION", "", POLICIES),
    (43, "NO_EXPLICIT_POLICY", "", POLICIES),
    (44, "DIFFERENT_CRL_SCOPE", "revocation", ""),
    (45, "UNSUPPORTED_EXTENSION_FEATURE", "", UNUSED),
    (46, "UNNESTED_RESOURCE", "", RESOURCES),
    (47, "PERMITTED_VIOLATION", "name-constraints", ""),
    (48, "EXCLUDED_VIOLATION", "name-constraints", ""),
    (49, "SUBTREE_MINMAX", "trust-anchor", MINIMUM),
    (50, "APPLICATION_VERIFICATION", "", INTERNAL),
    (51, "UNSUPPORTED_CONSTRAINT_TYPE", "name-constraints", ""),
    (52, "UNSUPPORTED_CONSTRAINT_SYNTAX", "name-constraints", ""),
    (53, "UNSUPPORTED_NAME_SYNTAX", "name-constraints", ""),
    (54, "CRL_PATH_VALIDATION_ERROR", "", EXTENDED_LISTS),
    (55, "PATH_LOOP", "", UNUSED),
    (56, "SUITE_B_INVALID_VERSION", "", SUITE_B),
    (57, "SUITE_B_INVALID_ALGORITHM", "", SUITE_B),
    (58, "SUITE_B_INVALID_CURVE", "", SUITE_B),
    (59, "SUITE_B_INVALID_SIGNATURE_ALGORITHM", "", SUITE_B),
    (60, "SUITE_B_LOS_NOT_ALLOWED", "", SUITE_B),
    (61, "SUITE_B_CANNOT_SIGN_P_384_WITH_P_256", "", SUITE_B),
    (62, "HOSTNAME_MISMATCH", "server-name", ""),
    (63, "EMAIL_MISMATCH", "", "No TLS program expects a mail address of its peer's certificate."),
    (64, "IP_ADDRESS_MISMATCH", "server-name", ""),
    (65, "DANE_NO_MATCH", "", "It needs DNS records (RFC 6698), which the simulation does not have."),
    (66, "EE_KEY_TOO_SMALL", "key-strength", ""),
    (67, "CA_KEY_TOO_SMALL", "key-strength", ""),
    (68, "CA_MD_TOO_WEAK", "signature-algorithm", ""),
    (69, "INVALID_CALL", "", INTERNAL),
    (70, "STORE_LOOKUP", "", INTERNAL),
    (71, "NO_VALID_SCTS", "", SCT_AND_OCSP),
    (72, "PROXY_SUBJECT_NAME_VIOLATION", "", PROXY),
    (73, "OCSP_VERIFY_NEEDED", "", SCT_AND_OCSP),
    (74, "OCSP_VERIFY_FAILED", "", SCT_AND_OCSP),
    (75, "OCSP_CERT_UNKNOWN", "", SCT_AND_OCSP),
    (76, "UNSUPPORTED_SIGNATURE_ALGORITHM", "", PASSED_OVER),
    (77, "SIGNATURE_ALGORITHM_MISMATCH", "", PASSED_OVER),
    (78, "SIGNATURE_ALGORITHM_INCONSISTENCY", "", STRICT),
    (79, "INVALID_CA", "basic-constraints key-usage", ""),
    (80, "PATHLEN_INVALID_FOR_NON_CA", "", STRICT),
    (81, "PATHLEN_WITHOUT_KU_KEY_CERT_SIGN", "", STRICT),
    (82, "KU_KEY_CERT_SIGN_INVALID_FOR_NON_CA", "", STRICT),
    (83, "ISSUER_NAME_EMPTY", "", STRICT),
    (84, "SUBJECT_NAME_EMPTY", "", STRICT),
    (85, "MISSING_AUTHORITY_KEY_IDENTIFIER", "", STRICT),
    (86, "MISSING_SUBJECT_KEY_IDENTIFIER", "", STRICT),
    (87, "EMPTY_SUBJECT_ALT_NAME", "", STRICT),
    (88, "EMPTY_SUBJECT_SAN_NOT_CRITICAL", "", STRICT),
    (89, "CA_BCONS_NOT_CRITICAL", "", STRICT),
    (90, "AUTHORITY_KEY_IDENTIFIER_CRITICAL", "", STRICT),
    (91, "SUBJECT_KEY_IDENTIFIER_CRITICAL", "", STRICT),
    (92, "CA_CERT_MISSING_KEY_USAGE", "", STRICT),
    (93, "EXTENSIONS_REQUIRE_VERSION_3", "", STRICT),
    (94, "EC_KEY_EXPLICIT_PARAMS", "named-curve", ""),
)
VERIFY_ERRORS = tuple(
    VerifyError(number, name, tuple(checks.split()), reason) for number, name, checks, reason in _TABLE
)
