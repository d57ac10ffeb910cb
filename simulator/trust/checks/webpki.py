"""Rules of the CA/Browser Forum's Baseline Requirements (BR) that RFC 5280 does not have.

Only rules that can be seen in one certificate. The Public Suffix List is not at hand, so a wildcard above a
suffix of several labels (``*.co.uk``) is not recognised.
"""

from __future__ import annotations

from itertools import chain
from typing import TYPE_CHECKING, NamedTuple

from simulator.pki.distinguished_name import COMMON_NAME
from simulator.trust.checks.candidate import Finding, called, listed, passed_if
from simulator.trust.checks.certificate import ANY_PURPOSE, PURPOSES, key_size

if TYPE_CHECKING:
    from collections.abc import Iterator

    from simulator.pki.certificate import Certificate
    from simulator.tls.wire.version import Side
    from simulator.trust.checks.candidate import Candidate

CURVES = ("P-256", "P-384", "P-521")
HASHES = ("sha256", "sha384", "sha512")
# Purposes that no server's certificate has beside its own, and usages that its key may have, by family.
OTHER_PURPOSES = (ANY_PURPOSE, "codeSigning", "emailProtection", "timeStamping", "OCSPSigning")
KEY_USAGES = {
    "RSA": ("digitalSignature", "keyEncipherment", "dataEncipherment"),
    "EC": ("digitalSignature", "keyAgreement"),
}


class BrokenRule(NamedTuple):
    """A rule that a certificate breaks: the field, its content, the requirement, the section."""

    field: str
    value: str
    required: str
    section: str


def baseline_requirements(candidate: Candidate, depth: int) -> Finding:
    """The certificate keeps the rules for its place: root, CA below it, or leaf."""
    certificate = candidate.path[depth]
    broken = next(broken_rules(candidate, depth), None)
    if broken is None:
        sentence = f"{called(certificate)} keeps the rules of the CA/Browser Forum that are checked here."
        return Finding(passed_if(True), sentence, "certificate", "as demanded", "as the BR demand")
    field, value, required, section = broken
    sentence = f"In {called(certificate)}, {field} is {value}; the CA/Browser Forum demands: {required}."
    return Finding(passed_if(False), sentence, field, value, required, f"CA/Browser Forum BR {section}")


def broken_rules(candidate: Candidate, depth: int) -> Iterator[BrokenRule]:
    """Every rule that the certificate at a depth breaks."""
    certificate = candidate.path[depth]
    yield from key_rules(certificate)
    if 0 < depth == candidate.last and certificate.self_issued:
        yield from root_rules(certificate)
    if depth != candidate.last:
        yield from signature_rules(certificate)
    if depth == 0:
        yield from leaf_rules(certificate, candidate.policy.role)
        yield from name_rules(certificate, candidate.policy.role)


def key_rules(certificate: Certificate) -> Iterator[BrokenRule]:
    """RSA of whole octets, or one of three named curves."""
    kind = certificate.key_type_name
    family, bits = key_size(certificate)
    required = f"RSA, or ECDSA on {' or '.join(CURVES)}"
    if family == "RSA" and bits is not None and bits % 8:
        yield BrokenRule("subjectPublicKeyInfo", kind, "RSA with a length divisible by 8", "6.1.5")
    elif family != "RSA" and kind not in CURVES:
        yield BrokenRule("subjectPublicKeyInfo", kind, required, "7.1.3.1")


def signature_rules(certificate: Certificate) -> Iterator[BrokenRule]:
    """RSA or ECDSA with one of three hashes."""
    if certificate.signature_hash not in HASHES:
        required = f"RSA or ECDSA with {' or '.join(HASHES)}"
        yield BrokenRule("signatureAlgorithm", certificate.signature_algorithm, required, "7.1.3.2")


def root_rules(certificate: Certificate) -> Iterator[BrokenRule]:
    """A root names its own key as its authority's or none, and no purposes."""
    if certificate.extended_key_usage is not None:
        purposes = listed(certificate.extended_key_usage)
        yield BrokenRule("extKeyUsage", purposes, "absent from a root", "7.1.2.1.2")
    identifier = certificate.authority_key_identifier
    if identifier is None:
        return
    field, section = "authorityKeyIdentifier", "7.1.2.1.3"
    own = certificate.subject_key_identifier
    if identifier.key_identifier is None or identifier.key_identifier != own:
        value = "absent" if identifier.key_identifier is None else identifier.key_identifier.hex()
        yield BrokenRule(field, value, "the root's own subjectKeyIdentifier", section)
    if identifier.issuer is not None or identifier.serial_number is not None:
        yield BrokenRule(field, "issuer or serial number", "the key identifier alone", section)


def leaf_rules(certificate: Certificate, role: Side) -> Iterator[BrokenRule]:
    """A leaf is no CA, and says what it was issued for."""
    purposes, wanted = certificate.extended_key_usage or (), PURPOSES[role]
    usages, family = certificate.key_usage or frozenset(), key_size(certificate)[0]
    # The Baseline Requirements are about servers; a client's certificate may be good for mail as well.
    others = OTHER_PURPOSES if role == "server" else (ANY_PURPOSE,)
    permitted = KEY_USAGES.get(family, ()) if role == "server" else usages - {"keyCertSign"}
    if certificate.is_ca:
        yield BrokenRule("basicConstraints", "cA=TRUE", "cA=FALSE in a leaf", "7.1.2.7.8")
    if surplus := sorted(usages.difference(permitted)):
        yield BrokenRule("keyUsage", listed(surplus), f"at most {listed(sorted(permitted))}", "7.1.2.7.11")
    if wanted not in purposes:
        yield BrokenRule("extKeyUsage", listed(purposes), f"{wanted} by name", "7.1.2.7.10")
    elif surplus := [purpose for purpose in purposes if purpose in others]:
        yield BrokenRule("extKeyUsage", listed(surplus), f"no {' or '.join(others)}", "7.1.2.7.10")
    if certificate.is_critical("extKeyUsage"):
        yield BrokenRule("extKeyUsage", "critical", "not critical", "7.1.2.7.6")


def name_rules(certificate: Certificate, role: Side) -> Iterator[BrokenRule]:
    """The names of a server stand in subjectAltName; a common name only repeats one of them.

    The Baseline Requirements are about servers. A client's certificate needs no DNS name.
    """
    names, field = certificate.subject_alternative_name, "subjectAltName"
    if certificate.is_critical(field) and certificate.subject_name.rdns:
        yield BrokenRule(field, "critical", "not critical beside a subject", "7.1.2.7.12")
    if role == "client":
        return
    if names is None:
        yield BrokenRule(field, "absent", "present", "7.1.2.7.12")
        return
    in_text = (*names.dns_names, *map(str, names.ip_addresses))
    required = "a character-for-character copy of a subjectAltName entry"
    for kind, value in chain.from_iterable(certificate.subject_name.rdns):
        if kind == COMMON_NAME and value not in in_text:
            yield BrokenRule("commonName", value, required, "7.1.4.3")
