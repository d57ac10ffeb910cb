"""A world's certificates as trace facts: each read once, in words (RFC 5280, section 4).

What a certificate says is written into the setup event here, where the crypto library is at hand, so that
no view has to read one.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from simulator.trace.setup import CertificateFacts, ExtensionFacts, HeldCertificate

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime

    from simulator.pki.certificate import Certificate
    from simulator.pki.extensions import GeneralNames

DESCRIBED_CERTIFICATES = 2048  # as many as pki keeps parsed
KINDS_OF_NAMES = {
    "dns_names": "DNS name",
    "ip_addresses": "IP address",
    "ip_networks": "IP network",
    "rfc822_names": "mail address",
    "uris": "URI",
    "upns": "UPN",
}


def held_certificates(certificates: Mapping[str, Certificate]) -> tuple[HeldCertificate, ...]:
    """Describe certificates by their scenario names, in the same order."""
    return tuple(
        HeldCertificate(
            name=name,
            der=one.der,
            fingerprint=one.fingerprint,
            facts=facts_of(one),
            problem="",
            signed_by=tuple(
                other
                for other, issuer in certificates.items()
                if other != name and not one.self_signed and _signed(issuer, one)
            ),
        )
        for name, one in certificates.items()
    )


def _signed(issuer: Certificate, certificate: Certificate) -> bool:
    named = issuer.subject_der == certificate.issuer_der
    return named and certificate.signature_problem(issuer) is None


@lru_cache(maxsize=DESCRIBED_CERTIFICATES)
def facts_of(certificate: Certificate) -> CertificateFacts:
    """Describe one certificate."""
    return CertificateFacts(
        version=certificate.version,
        serial_number=f"{certificate.serial_number:x}",
        subject=certificate.subject,
        subject_der=certificate.subject_der,
        issuer=certificate.issuer,
        not_before=_moment(certificate.not_before),
        not_after=_moment(certificate.not_after),
        key_type=certificate.key_type_name,
        signature_algorithm=certificate.signature_algorithm,
        is_ca=certificate.basic_constraints is not None and certificate.basic_constraints.ca,
        self_issued=certificate.self_issued,
        self_signed=certificate.self_signed,
        extensions=tuple(
            _extension(certificate, dotted, critical, value)
            for dotted, critical, value in certificate.extensions
        ),
    )


def _moment(moment: datetime | None) -> str:
    return "" if moment is None else moment.isoformat().replace("+00:00", "Z")


def _extension(certificate: Certificate, dotted: str, critical: bool, value: bytes) -> ExtensionFacts:
    """One extension with its contents, or its bytes where this program does not take it apart."""
    name, words_of = EXTENSIONS.get(dotted, (dotted, _nothing))
    if broken := certificate.misencoding(name):
        words_of = _nothing
    bytes_of = f"{len(value):,} byte{'' if len(value) == 1 else 's'}: {value.hex()}"
    text = words_of(certificate) or bytes_of
    return ExtensionFacts(name, critical, f"{broken.problem}; {text}" if broken else text)


def _nothing(_certificate: Certificate) -> str:
    return ""


def _authority_information(certificate: Certificate) -> str:
    access = certificate.authority_information_access or ()
    return ", ".join(f"{method}: {address}" for method, address in access)


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
    words = [f"{about} {value}" for kind, about in KINDS_OF_NAMES.items() for value in getattr(names, kind)]
    words += [f"directory name {name.text}" for name in names.directory_names]
    unread = list(names.others)
    for _ in names.upns:  # each is one of the otherNames
        unread.remove("otherName")
    return ", ".join([*words, *unread]) or "no name"


# The name of each extension by its dotted identifier, and the reader of its contents in words.
EXTENSIONS: Mapping[str, tuple[str, Callable[[Certificate], str]]] = {
    "2.5.29.14": ("subjectKeyIdentifier", lambda one: (one.subject_key_identifier or b"").hex()),
    "2.5.29.15": ("keyUsage", lambda one: ", ".join(sorted(one.key_usage or ())) or "nothing is allowed"),
    "2.5.29.17": ("subjectAltName", lambda one: _general_names(one.subject_alternative_name)),
    "2.5.29.19": ("basicConstraints", _basic_constraints),
    "2.5.29.30": ("nameConstraints", _name_constraints),
    "2.5.29.31": ("cRLDistributionPoints", lambda one: ", ".join(one.crl_distribution_points or ())),
    "2.5.29.32": ("certificatePolicies", lambda one: ", ".join(one.policies or ())),
    "2.5.29.35": ("authorityKeyIdentifier", _authority_key),
    "2.5.29.36": ("policyConstraints", _nothing),
    "2.5.29.37": ("extKeyUsage", lambda one: ", ".join(one.extended_key_usage or ())),
    "2.5.29.54": ("inhibitAnyPolicy", _nothing),
    "2.16.840.1.113730.1.1": (
        "netscapeCertType",
        lambda one: ", ".join(one.netscape_certificate_type or ()),
    ),
    "1.3.6.1.5.5.7.1.1": ("authorityInfoAccess", _authority_information),
}
