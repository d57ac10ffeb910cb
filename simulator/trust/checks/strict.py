"""The duties of conforming CAs (RFC 5280, sections 4.1 and 4.2), which path validation does not look at."""

from __future__ import annotations

from typing import TYPE_CHECKING

from simulator.pki.host import address_of
from simulator.trust.checks.candidate import Finding, called, passed_if
from simulator.trust.checks.host_name import is_dns_name
from simulator.trust.verdict import CheckOutcome

if TYPE_CHECKING:
    from simulator.pki.certificate import Certificate
    from simulator.pki.extensions import GeneralNames
    from simulator.trust.checks.candidate import Candidate

MAX_SERIAL_OCTETS = 20  # RFC 5280, section 4.1.2.2


def version(certificate: Certificate) -> Finding:
    """Only version 3 has extensions, and without them a CA cannot be told from a leaf."""
    number = certificate.version
    sentence = f"{called(certificate)} is a version {number} certificate."
    return Finding(passed_if(number == 3), sentence, "version", str(number), "3")


def serial_number(certificate: Certificate) -> Finding:
    """The serial number is a positive number of at most 20 octets."""
    number = certificate.serial_number
    octets = number.bit_length() // 8 + 1
    # Python refuses to write numbers of more than 4300 digits, and such a number helps no reader.
    sign = "negative number" if number < 0 else "number"
    value = str(number) if octets <= MAX_SERIAL_OCTETS + 1 else f"a {sign} of {octets} octets"
    if number <= 0:
        sentence = f"The serial number of {called(certificate)} is {value}; it must be positive."
    elif octets > MAX_SERIAL_OCTETS:
        sentence = f"The serial number of {called(certificate)} is too long: {octets} octets."
    else:
        sentence = f"The serial number of {called(certificate)} is a positive number of {octets} octets."
    outcome = passed_if(number > 0 and octets <= MAX_SERIAL_OCTETS)
    required = f"positive, at most {MAX_SERIAL_OCTETS} octets"
    return Finding(outcome, sentence, "serialNumber", value, required)


def distinguished_names(certificate: Certificate) -> Finding:
    """An issuer always has a name, and so has the subject of a CA."""
    holds = False
    if not certificate.issuer_name.rdns:
        field, value, sentence = "issuer", "", f"{called(certificate)} names no issuer."
    elif not certificate.subject_name.rdns and certificate.is_ca:
        field, value, sentence = "subject", "", "A CA certificate names no subject."
    else:
        holds, field, value = True, "issuer, subject", certificate.subject
        sentence = f"{called(certificate)} has the names that it needs."
    return Finding(passed_if(holds), sentence, field, value or "empty", "not empty")


def authority_key_identifier(certificate: Certificate) -> Finding:
    """A certificate says which key signed it, unless its own key did."""
    identifier = certificate.authority_key_identifier
    key = None if identifier is None else identifier.key_identifier
    holds = True
    if certificate.is_critical("authorityKeyIdentifier"):
        holds, sentence = False, f"{called(certificate)} marks its authority key identifier critical."
    elif key is not None:
        sentence = f"{called(certificate)} says which key signed it."
    elif certificate.signature_problem(certificate) is None:
        sentence = f"{called(certificate)} is self-signed and need not say which key signed it."
    else:
        holds, sentence = False, f"{called(certificate)} does not say which key signed it."
    value = "absent" if key is None else key.hex()
    return Finding(passed_if(holds), sentence, "authorityKeyIdentifier", value, "present and not critical")


def subject_key_identifier(certificate: Certificate) -> Finding:
    """A CA certificate identifies its own key, so that those below it can be matched with it."""
    identifier = certificate.subject_key_identifier
    holds = True
    if certificate.is_critical("subjectKeyIdentifier"):
        holds, sentence = False, f"{called(certificate)} marks its subject key identifier critical."
    elif identifier is not None:
        sentence = f"{called(certificate)} identifies its own key."
    elif certificate.is_ca:
        holds, sentence = False, f"The CA {called(certificate)} does not identify its own key."
    else:
        sentence = f"{called(certificate)} is no CA and need not identify its own key."
    value = "absent" if identifier is None else identifier.hex()
    required = "present in a CA certificate and not critical"
    return Finding(passed_if(holds), sentence, "subjectKeyIdentifier", value, required)


def subject_alternative_name(certificate: Certificate) -> Finding:
    """Alternative names are well formed, and critical if they are the only names."""
    names = certificate.subject_alternative_name
    malformed = malformed_name(names) if names is not None else None
    unnamed = not certificate.subject_name.rdns and not certificate.is_critical("subjectAltName")
    if malformed is not None:
        sentence = f"{called(certificate)} has a malformed alternative name: {malformed}."
    elif unnamed:
        sentence = f"{called(certificate)} has no subject, and no critical alternative name in its place."
    else:
        sentence = f"The alternative names of {called(certificate)} are well formed."
    value = "absent" if names is None else malformed or f"{len(names)} names"
    required = "well-formed names; critical if the subject is empty"
    return Finding(passed_if(malformed is None and not unnamed), sentence, "subjectAltName", value, required)


def malformed_name(names: GeneralNames) -> str | None:
    """The first alternative name that is not of the form of its kind, or None."""
    if not len(names):
        return "an empty list"
    for dns_name in names.dns_names:
        if address_of(dns_name) is not None or not is_dns_name(dns_name.removeprefix("*.")):
            return dns_name or "an empty name"
    if names.ip_networks:
        return str(names.ip_networks[0])
    return next((mailbox for mailbox in names.rfc822_names if not is_mailbox(mailbox)), None)


def is_mailbox(name: str) -> bool:
    """Return True for one local part and one host name joined by one ``@`` (RFC 2821, section 4.1.2)."""
    local, _, host = name.partition("@")
    return bool(local) and is_dns_name(host)


def extension_rules(candidate: Candidate, depth: int) -> Finding:
    """Extensions are critical where they bind, and do not contradict each other."""
    certificate = candidate.path[depth]
    exempt = ("nameConstraints",) if candidate.profile.constraints_may_be_uncritical else ()
    if certificate.misencoded:  # also where path validation does not mind, as in authorityInfoAccess
        one = certificate.misencoded[0]
        sentence = f"The {one.field} of {called(certificate)} {one.problem}."
        return Finding(
            CheckOutcome.FAIL, sentence, one.field, one.problem, "encoded as the rule says", one.reference
        )
    problem = broken_extension_rule(certificate, exempt)
    if problem is None:
        sentence = f"The extensions of {called(certificate)} are consistent."
        return Finding(passed_if(True), sentence, "extensions", "as demanded", "as RFC 5280 demands")
    field, value, required, reference = problem
    sentence = f"In {called(certificate)}, {field} is {value}; RFC 5280 demands: {required}."
    return Finding(passed_if(False), sentence, field, value, required, reference)


def broken_extension_rule(
    certificate: Certificate, may_be_uncritical: tuple[str, ...] = ()
) -> tuple[str, str, str, str] | None:
    """The first rule that the extensions break, as (field, content, requirement, reference), or None.

    Args:
        certificate: the certificate.
        may_be_uncritical: names of extensions that a profile excuses from being critical.
    """
    ca = certificate.is_ca
    if ca and not certificate.is_critical("basicConstraints"):
        return "basicConstraints", "not critical", "critical in a CA certificate", "RFC 5280 §4.2.1.9"
    if certificate.key_usage is not None and "keyCertSign" in certificate.key_usage and not ca:
        return "keyUsage", "keyCertSign without cA=TRUE", "keyCertSign only in a CA", "RFC 5280 §4.2.1.9"
    if certificate.has_extension("nameConstraints") and not ca:
        return "nameConstraints", "in a certificate that is no CA's", "only in a CA", "RFC 5280 §4.2.1.10"
    limits = certificate.name_constraints
    if limits is not None and not limits.permitted and not limits.excluded:
        return "nameConstraints", "empty", "a permitted or excluded name", "RFC 5280 §4.2.1.10"
    for name, section in (("nameConstraints", "§4.2.1.10"), ("policyConstraints", "§4.2.1.11")):
        excused = certificate.is_critical(name) or name in may_be_uncritical
        if certificate.has_extension(name) and not excused:
            return name, "not critical", "critical", f"RFC 5280 {section}"
    if certificate.is_critical("authorityInfoAccess"):
        return "authorityInfoAccess", "critical", "not critical", "RFC 5280 §4.2.2.1"
    return None
