"""Forms from before RFC 5280 in which a certificate says what it is for; OpenSSL still reads them.

A root may be a CA without basicConstraints. Netscape's certificate type limits the purpose as extKeyUsage
does, and two purposes of the nineties stand for serverAuth.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from simulator.trust.path import looks_self_signed

if TYPE_CHECKING:
    from simulator.pki.certificate import Certificate
    from simulator.tls.wire.version import Side

NETSCAPE_PURPOSES = {"client": "SSL client", "server": "SSL server"}
SSL_CA = "SSL CA"
NETSCAPE_REFERENCE = "Netscape certificate type, x509v3_config(5) of OpenSSL"
# Step-up to strong encryption, by Microsoft and by Netscape, when export rules forbade it to others.
OLD_SERVER_PURPOSES = ("1.3.6.1.4.1.311.10.3.3", "2.16.840.1.113730.4.1")


def old_root(certificate: Certificate) -> str | None:
    """The reason why OpenSSL takes a root without basicConstraints as a CA, or None (its ``check_ca``)."""
    if certificate.has_extension("basicConstraints"):
        return None
    if certificate.version == 1 and looks_self_signed(certificate):
        return "it is a self-signed version 1 certificate"
    if certificate.key_usage is not None:
        return "its key usage says keyCertSign" if "keyCertSign" in certificate.key_usage else None
    uses = [use for use in certificate.netscape_certificate_type or () if use.endswith(" CA")]
    return f"its Netscape certificate type says {uses[0]}" if uses else None


def netscape_fault(certificate: Certificate, role: Side, *, is_leaf: bool) -> str | None:
    """The use that the Netscape certificate type should list and does not, or None.

    Of a CA it is asked only where nothing else says that it is one.
    """
    uses = certificate.netscape_certificate_type
    says_more = certificate.has_extension("basicConstraints") or certificate.has_extension("keyUsage")
    if uses is None or (not is_leaf and (says_more or certificate.version == 1)):
        return None
    wanted = NETSCAPE_PURPOSES[role] if is_leaf else SSL_CA
    return None if wanted in uses else wanted
