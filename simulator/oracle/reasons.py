"""The reasons for a refusal, in words that both our checks and OpenSSL's errors translate to.

OpenSSL reports a number (``X509_V_ERR_*`` of x509_vfy.h) if a certificate was at fault, else the reason of an
error. Some of its numbers stand for two of our checks, and some of our checks for two numbers; each line of
:data:`REASONS` joins those that belong together. A finding in no line is reported as it is, so that it
cannot agree with anything.
"""

from __future__ import annotations

import ssl
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from simulator.trace.facts import Checked

LEAF_KEY, ISSUER_KEY = "subjectPublicKeyInfo of the leaf", "subjectPublicKeyInfo of an issuer"


@dataclass(frozen=True, slots=True)
class Reason:
    """One reason for a refusal.

    Attributes:
        words: its name in a comparison.
        checks: our checks that mean it, with the field they look at.
        codes: OpenSSL's verify codes that mean it.
        errors: OpenSSL's error reasons that mean it, if no verify code does.
    """

    words: str
    checks: frozenset[tuple[str, str]] = frozenset()
    codes: frozenset[int] = frozenset()
    errors: frozenset[str] = frozenset()


def _reason(words: str, codes: set[int], *checks: tuple[str, str], errors: str = "") -> Reason:
    """A reason; ``errors`` are OpenSSL's error reasons with spaces between them."""
    return Reason(words, frozenset(checks), frozenset(codes), frozenset(errors.split()))


#: The offers of the two sides do not meet; no certificate is at fault.
NONE_CAME = "no certificate came"
NEGOTIATION = _reason(
    "nothing about a certificate",
    set(),
    errors="UNSUPPORTED_PROTOCOL NO_SHARED_CIPHER NO_SHARED_GROUPS NO_SUITABLE_GROUPS NO_SUITABLE_KEY_SHARE "
    "NO_SUITABLE_SIGNATURE_ALGORITHM WRONG_CURVE",
)

REASONS: tuple[Reason, ...] = (
    _reason("no path to a trusted root", {2, 18, 19, 20, 21}, ("trust-anchor", "issuer")),
    _reason("expired", {10}, ("validity", "notAfter")),
    _reason("not valid yet", {9}, ("validity", "notBefore")),
    _reason(
        "another purpose",
        {26},
        ("extended-key-usage", "extKeyUsage"),
        ("extended-key-usage", "netscapeCertType"),
        ("key-usage", "keyUsage"),
    ),
    _reason("a curve that is not named", {94}, ("named-curve", "subjectPublicKeyInfo")),
    _reason(
        "an issuer that may not issue",
        {32, 79},
        ("basic-constraints", "basicConstraints"),
        ("key-usage", "keyCertSign"),
    ),
    _reason("longer than an issuer allows", {25}, ("path-length", "pathLenConstraint")),
    _reason("longer than the verifier allows", {22}, ("chain-depth", "path")),
    _reason("an unknown critical extension", {34}, ("critical-extensions", "extensions")),
    _reason("a name that is not allowed", {47, 48, 51, 52, 53}, ("name-constraints", "nameConstraints")),
    _reason("too many names and constraints", {1}, ("name-constraints", "names × constraints")),
    _reason("the leaf's key is too weak", {66}, ("key-strength", LEAF_KEY)),
    _reason("an issuer's key is too weak", {67}, ("key-strength", ISSUER_KEY)),
    _reason("a weak signature algorithm", {68}, ("signature-algorithm", "signatureAlgorithm")),
    _reason(
        "issued for another host", {62, 64}, ("server-name", "subjectAltName"), ("server-name", "commonName")
    ),
    _reason("the issuer did not sign it", {7}, ("signature", "signatureValue")),
    _reason("revoked", {23}, ("revocation", "revokedCertificates")),
    _reason("no revocation list of the issuer", {3}, ("revocation", "CRL")),
    _reason("a revocation list that the issuer did not sign", {8}, ("revocation", "signatureValue")),
    _reason("a revocation list that does not hold yet", {11}, ("revocation", "thisUpdate")),
    _reason("a revocation list that has expired", {12}, ("revocation", "nextUpdate")),
    _reason("an issuer that may not sign revocation lists", {35}, ("revocation", "cRLSign")),
    _reason("an unknown critical extension of a revocation list", {36}, ("revocation", "crlExtensions")),
    _reason("a revocation list for other certificates", {44}, ("revocation", "issuingDistributionPoint")),
    _reason(
        NONE_CAME,
        set(),
        ("certificate-presented", "certificate_list"),
        errors="PEER_DID_NOT_RETURN_A_CERTIFICATE",
    ),
    _reason(
        "the proof of possession failed",
        set(),
        ("proof-of-possession", "CertificateVerify"),
        ("proof-of-possession", "ServerKeyExchange"),
        errors="BAD_SIGNATURE",
    ),
    NEGOTIATION,
)


def reason_of_verdict(judged: Checked) -> str:
    """The reason of our refusal, from the decisive check of a trust decision."""
    check = judged.verdict.decisive
    if check is None:
        return NEGOTIATION.words
    field = check.field
    if check.name == "key-strength":
        field = LEAF_KEY if check.depth == 0 else ISSUER_KEY
    found = (one.words for one in REASONS if (check.name, field) in one.checks)
    return next(found, f"check {check.name} of {field}")


def reason_of_code(code: int) -> str:
    """The reason that a verify code of OpenSSL stands for."""
    return next((one.words for one in REASONS if code in one.codes), f"verify code {code}")


def reason_of_error(error: ssl.SSLError) -> str:
    """The reason of OpenSSL's refusal. A verify code counts before the error that reports it."""
    if isinstance(error, ssl.SSLCertVerificationError):
        return reason_of_code(error.verify_code)
    reason = error.reason or str(error)
    return next((one.words for one in REASONS if reason in one.errors), f"OpenSSL's {reason}")
