"""A certificate in words: who, by whom, how long, and what each extension says (RFC 5280, section 4)."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any

from simulator.errors import CertificateError
from simulator.pki.certificate import Certificate
from simulator.views.story.words import clean, common_name, size

if TYPE_CHECKING:
    from simulator.pki.extensions import GeneralNames

NAMES = {
    "2.5.29.14": "subjectKeyIdentifier",
    "2.5.29.15": "keyUsage",
    "2.5.29.17": "subjectAltName",
    "2.5.29.19": "basicConstraints",
    "2.5.29.30": "nameConstraints",
    "2.5.29.31": "cRLDistributionPoints",
    "2.5.29.32": "certificatePolicies",
    "2.5.29.35": "authorityKeyIdentifier",
    "2.5.29.36": "policyConstraints",
    "2.5.29.37": "extKeyUsage",
    "2.5.29.54": "inhibitAnyPolicy",
    "1.3.6.1.5.5.7.1.1": "authorityInfoAccess",
}
_ABOUT = {
    "dns_names": "DNS name",
    "ip_addresses": "IP address",
    "ip_networks": "IP network",
    "rfc822_names": "mail address",
    "uris": "URI",
}


def certificate_words(der: bytes) -> dict[str, Any]:
    """A certificate as plain values in words; bytes that are none are said to be so.

    Returns:
        ``title``: the short subject. ``facts``: (label, text) pairs. ``extensions``: (name, critical, text).
        ``fingerprint``: SHA-256 of the DER, hexadecimal.
    """
    try:
        certificate = Certificate.parse(der)
    except CertificateError as error:
        return {
            "title": "unreadable certificate",
            "facts": [["Problem", clean(str(error.args[0]))], ["Size", size(len(der))]],
            "extensions": [],
            "fingerprint": hashlib.sha256(der).hexdigest(),
        }
    return {
        "title": common_name(clean(certificate.subject)) or "no name",
        "facts": [[label, clean(text)] for label, text in _facts(certificate)],
        "extensions": [
            [NAMES.get(dotted, dotted), critical, clean(_extension(certificate, dotted, value))]
            for dotted, critical, value in certificate.extensions
        ],
        "fingerprint": certificate.fingerprint,
    }


def _facts(certificate: Certificate) -> list[tuple[str, str]]:
    issuer = certificate.issuer
    if certificate.self_signed:
        issuer += " (itself: the certificate is self-signed)"
    return [
        ("Subject", certificate.subject or "nobody is named"),
        ("Issuer", issuer or "nobody is named"),
        ("Not before", f"{certificate.not_before:%Y-%m-%d %H:%M:%S} UTC"),
        ("Not after", f"{certificate.not_after:%Y-%m-%d %H:%M:%S} UTC"),
        ("Public key", certificate.key_type_name),
        ("Signed with", certificate.signature_algorithm),
        ("Serial number", f"{certificate.serial_number:x}"),
        ("Version", str(certificate.version)),
        ("SHA-256", certificate.fingerprint),
    ]


def _extension(certificate: Certificate, dotted: str, value: bytes) -> str:
    """What one extension says; its bytes where this program does not take it apart."""
    words = ""
    match NAMES.get(dotted):
        case "basicConstraints":
            words = _basic_constraints(certificate)
        case "keyUsage":
            words = ", ".join(sorted(certificate.key_usage or ())) or "nothing is allowed"
        case "extKeyUsage":
            words = ", ".join(certificate.extended_key_usage or ())
        case "subjectAltName":
            words = _general_names(certificate.subject_alternative_name)
        case "subjectKeyIdentifier":
            words = (certificate.subject_key_identifier or b"").hex()
        case "authorityKeyIdentifier":
            words = _authority_key(certificate)
        case "nameConstraints":
            words = _name_constraints(certificate)
        case "certificatePolicies":
            words = ", ".join(certificate.policies or ())
        case "cRLDistributionPoints":
            words = ", ".join(certificate.crl_distribution_points or ())
        case "authorityInfoAccess":
            access = certificate.authority_information_access or ()
            words = ", ".join(f"{method}: {address}" for method, address in access)
    return words or f"{size(len(value))}: {value.hex()}"


def _basic_constraints(certificate: Certificate) -> str:
    constraints = certificate.basic_constraints
    if constraints is None or not constraints.ca:
        return "not a CA"
    if constraints.path_length is None:
        return "a CA"
    return f"a CA; at most {constraints.path_length} intermediate CAs may follow"


def _authority_key(certificate: Certificate) -> str:
    identifier = certificate.authority_key_identifier
    return identifier.key_identifier.hex() if identifier and identifier.key_identifier else ""


def _name_constraints(certificate: Certificate) -> str:
    constraints = certificate.name_constraints
    if constraints is None:
        return ""
    sides = (("permitted", constraints.permitted), ("excluded", constraints.excluded))
    return "; ".join(f"{word}: {_general_names(names)}" for word, names in sides if names is not None)


def _general_names(names: GeneralNames | None) -> str:
    if names is None:
        return ""
    words = [f"{about} {value}" for kind, about in _ABOUT.items() for value in getattr(names, kind)]
    words += [f"directory name {name.text}" for name in names.directory_names]
    return ", ".join([*words, *names.others]) or "no name"
