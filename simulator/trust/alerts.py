"""The alert that follows from each failed check, stack by stack."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from simulator.tls.wire.version import Side
    from simulator.trust.verdict import Check


def alert_after(check: Check, alerts: Mapping[str, str], role: Side, tls: str) -> str:
    """The name of the alert that follows from a failed check.

    Args:
        check: the decisive line.
        alerts: a stack's alerts, by ``check`` or, more specific, by ``check/field``, ``check/role`` or
            ``check/TLS 1.x``.
        role: the side whose certificate was judged.
        tls: ``1.2`` or ``1.3``.
    """
    for detail in (check.field, role, f"TLS {tls}"):
        if f"{check.name}/{detail}" in alerts:
            return alerts[f"{check.name}/{detail}"]
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
