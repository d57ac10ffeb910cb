"""The alert that follows from each failed check, stack by stack."""

from __future__ import annotations

from itertools import combinations
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from simulator.tls.wire.version import Side
    from simulator.trust.verdict import Check


def alert_after(check: Check, alerts: Mapping[str, str], role: Side, tls: str) -> str:
    """The name of the alert that follows from a failed check.

    Args:
        check: the decisive line.
        alerts: a stack's alerts, by ``check`` or, more specific, by ``check/detail``. A detail is the field
            that was looked at, ``leaf`` or ``issuer``, the role, or ``TLS 1.x``; several of them may be
            joined in this order. More details go first, and of as many the earlier.
        role: the side whose certificate was judged.
        tls: ``1.2`` or ``1.3``.
    """
    details = (check.field, "issuer" if check.depth else "leaf", role, f"TLS {tls}")
    for number in (3, 2, 1):
        for chosen in combinations(details, number):
            if (entry := "/".join((check.name, *chosen))) in alerts:
                return alerts[entry]
    return alerts.get(check.name, "certificate_unknown")


def _alerts(**checks: str) -> dict[str, str]:
    """The alert by check, or by ``check/detail``, from the checks that each alert follows."""
    return {check: alert for alert, listed in checks.items() for check in listed.split(", ")}


# OpenSSL's table from X509_V_ERR codes to alerts (statem_lib.c). A code that it lacks becomes
# certificate_unknown.
OPENSSL_ALERTS = _alerts(
    decode_error="certificate-presented/server, readable/client",
    handshake_failure="certificate-presented/TLS 1.2",
    certificate_required="certificate-presented/TLS 1.3",
    bad_certificate=(
        "readable, key-strength, named-curve, signature-algorithm, server-name, validity, "
        "revocation/thisUpdate"
    ),
    unknown_ca=(
        "trust-anchor, chain-depth, basic-constraints, key-usage/keyCertSign, path-length, revocation/CRL"
    ),
    certificate_unknown="critical-extensions, name-constraints, revocation",
    unsupported_certificate=(
        "key-usage, extended-key-usage, key-strength/not judged here, signature/not judged here"
    ),
    certificate_revoked="revocation/revokedCertificates, revocation/OCSP revocationTime",
    decrypt_error="signature, proof-of-possession, revocation/signatureValue",
    certificate_expired="validity/notAfter, revocation/nextUpdate",
    internal_error="name-constraints/names × constraints",  # X509_V_ERR_UNSPECIFIED: it has no own number
)

# RFC 8446, section 6.2; for a hash that is broken, section 4.4.2.4.
RFC5280_ALERTS = _alerts(
    decode_error="certificate-presented/server",
    handshake_failure="certificate-presented/TLS 1.2",
    certificate_required="certificate-presented/TLS 1.3",
    bad_certificate=(
        "readable, signature-algorithm, signature, basic-constraints, path-length, certificate-policies, "
        "name-constraints, server-name"
    ),
    unknown_ca="trust-anchor, chain-depth",
    unsupported_certificate=(
        "key-strength, named-curve, key-usage, extended-key-usage, critical-extensions, "
        "signature/not judged here"
    ),
    certificate_expired="validity",
    certificate_revoked="revocation/revokedCertificates, revocation/OCSP revocationTime",
    certificate_unknown="revocation",
    decrypt_error="proof-of-possession",
)
STRICT_ALERTS = RFC5280_ALERTS | _alerts(
    bad_certificate=(
        "version, serial-number, distinguished-names, authority-key-identifier, subject-key-identifier, "
        "subject-alternative-name, extension-rules"
    )
)
WEBPKI_ALERTS = STRICT_ALERTS | _alerts(bad_certificate="baseline-requirements")

# gnutls-serv refuses every certificate with access_denied, its own choice, and GnuTLS as a client every
# server with bad_certificate. A leaf whose key may not sign ends GnuTLS in an internal_error.
_OF_CERTIFICATES = (
    "readable trust-anchor chain-depth basic-constraints path-length key-usage key-strength named-curve "
    "signature-algorithm signature critical-extensions validity name-constraints server-name revocation"
)
GNUTLS_ALERTS = _alerts(
    certificate_required="certificate-presented/TLS 1.3",
    decode_error="certificate-presented/TLS 1.2, certificate-presented/server",
    access_denied=", ".join(f"{check}/client" for check in _OF_CERTIFICATES.split()),
    bad_certificate=", ".join(
        f"{check}/server" for check in (*_OF_CERTIFICATES.split(), "extended-key-usage")
    ),
    internal_error="key-usage/keyUsage/client",
    decrypt_error="proof-of-possession",
)

# JSSE answers every fault of a certificate with certificate_unknown; its client tells dates apart in TLS 1.2.
JSSE_ALERTS = _alerts(
    bad_certificate="certificate-presented, validity/notBefore/server/TLS 1.2",
    certificate_expired="validity/notAfter/server/TLS 1.2",
    handshake_failure="chain-depth/client, proof-of-possession",
)

# Go 1.19 has one alert for every fault of a certificate, the proof excepted.
GO_ALERTS = _alerts(
    bad_certificate=f"certificate-presented, extended-key-usage, {', '.join(_OF_CERTIFICATES.split())}",
    decrypt_error="proof-of-possession",
)

# Go 1.27 tells an unknown CA, dates and a missing certificate apart. A signature that does not verify leads
# to no known CA.
GO_127_ALERTS = GO_ALERTS | _alerts(
    certificate_required="certificate-presented/TLS 1.3",
    handshake_failure="certificate-presented/TLS 1.2",
    certificate_expired="validity/client",
    unknown_ca=(
        "trust-anchor/client, basic-constraints/client, key-usage/client, signature/client, "
        "signature-algorithm/client"
    ),
)

# SSL_SendAlert of NSS's sslauth.c. What is wrong with an issuer's dates makes it an unknown CA.
NSS_ALERTS = _alerts(
    certificate_required="certificate-presented/TLS 1.3",
    bad_certificate=(
        "certificate-presented, readable, critical-extensions, path-length, signature, signature-algorithm, "
        "name-constraints, named-curve, server-name"
    ),
    certificate_expired="validity/leaf",
    unknown_ca=(
        "trust-anchor, chain-depth, basic-constraints, validity/issuer, signature/subjectPublicKeyInfo"
    ),
    certificate_unknown="key-usage, extended-key-usage",
    certificate_revoked="revocation",
    decrypt_error="proof-of-possession",
)

# ssl_verify_alarm_type of BoringSSL's ssl_x509.cc; the key usage in TLS 1.3 is checked apart from the path.
BORINGSSL_ALERTS = _alerts(
    certificate_required="certificate-presented/TLS 1.3",
    handshake_failure="certificate-presented/TLS 1.2",
    decode_error="certificate-presented/server",
    illegal_parameter="key-usage/keyUsage/TLS 1.3",
    unsupported_certificate="key-usage/keyUsage, extended-key-usage, key-strength/not judged here",
    bad_certificate="readable, named-curve, signature-algorithm, server-name",
    unknown_ca="trust-anchor, chain-depth, basic-constraints, key-usage, path-length, revocation/CRL",
    certificate_unknown="critical-extensions, name-constraints, revocation",
    certificate_expired="validity, revocation/nextUpdate, revocation/thisUpdate",
    certificate_revoked="revocation/revokedCertificates",
    decrypt_error="signature, proof-of-possession, revocation/signatureValue",
)
