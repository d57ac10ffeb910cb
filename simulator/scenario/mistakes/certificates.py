"""Mistakes in a scenario's certificates: those that no CA could issue."""

from __future__ import annotations

from typing import TYPE_CHECKING

from simulator.pki.der import is_object_identifier
from simulator.pki.host import address_of
from simulator.pki.key_types import EXTENDED_KEY_USAGES, KeyType
from simulator.scenario.keeping import keeping_problems
from simulator.scenario.mistakes.mistake import (
    NAME,
    Problem,
    broken_rules,
    host_problems,
    not_one_of,
    offset_problems,
    subject_problems,
)
from simulator.scenario.mistakes.policies import certificate_policy_problems
from simulator.scenario.mistakes.revocation import revocation_problems
from simulator.scenario.user_rules import RuleKind, alternative_name_problems

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from simulator.scenario.mistakes.mistake import Path
    from simulator.scenario.setup import CertificateSetup
    from simulator.scenario.whole import ScenarioSetup

LANES = ("client", "server", "world")  # a CA is an actor under its certificate's name: these are taken
LONGEST_PATH = 255  # pathLenConstraint has no limit of its own; no verifier builds so long a path


def certificates_problems(scenario: ScenarioSetup) -> Iterator[Problem]:
    """The mistakes in the certificates of a scenario."""
    for name, certificate in scenario.certificates.items():
        path = ("certificates", name)
        if not NAME.fullmatch(name):
            yield Problem(path, "a certificate's name has letters, digits, '-' and '_' only", repr(name))
        if certificate.role == "ca" and name in LANES:
            yield Problem(path, f"'{name}' names another actor; give this CA another name")
        yield from _issuer_problems(name, scenario)
        yield from _name_problems(path, certificate)
        yield from _role_problems(path, certificate)
        yield from _signing_problems(path, certificate, scenario)
        yield from _validity_problems(path, certificate, scenario.clock)
        yield from certificate_policy_problems(path, certificate)
        yield from revocation_problems(path, certificate, scenario)
        yield from keeping_problems(name, scenario)


def _issuer_problems(name: str, scenario: ScenarioSetup) -> Iterator[Problem]:
    certificates = scenario.certificates
    path = ("certificates", name, "issuer")
    issuer = certificates[name].issuer
    if issuer not in certificates:
        yield not_one_of(path, issuer, certificates, "the name of the issuing certificate, one of")
        return
    climbed = [name]
    while issuer in certificates and issuer != climbed[-1]:
        if issuer == name:
            loop = " → ".join([*climbed, name])
            yield Problem(path, f"the issuers form a circle, {loop}; a root names itself as its issuer")
            return
        if issuer in climbed:  # a circle above it: reported at its own members
            return
        climbed.append(issuer)
        issuer = certificates[issuer].issuer


def _name_problems(path: Path, certificate: CertificateSetup) -> Iterator[Problem]:
    """Names and usages have the form that RFC 5280 gives them; a name constraint has no wildcard."""
    yield from subject_problems((*path, "subject"), certificate.subject)
    for host in certificate.dns_names or ():
        wildcard = host.startswith("*.")
        yield from host_problems(
            (*path, "dns_names"), host[2:] if wildcard else host, "DNS names or IP addresses"
        )
        if wildcard and address_of(host[2:]) is not None:
            yield Problem((*path, "dns_names"), "an address has no wildcard", repr(host))
    for key, kind in (("mail_names", RuleKind.EMAIL), ("uris", RuleKind.URI), ("upns", RuleKind.UPN)):
        for name in getattr(certificate, key):
            yield from alternative_name_problems((*path, key), kind, name)
    for key in ("permitted_dns_names", "excluded_dns_names"):
        for host in getattr(certificate, key):
            yield from host_problems((*path, key), host, "DNS names")
            if address_of(host) is not None:
                yield Problem((*path, key), "must be DNS names; an address is none", repr(host))
    for usage in certificate.extended_key_usage or ():
        if usage not in EXTENDED_KEY_USAGES and not is_object_identifier(usage):
            key_path = (*path, "extended_key_usage")
            yield not_one_of(key_path, usage, EXTENDED_KEY_USAGES, "a dotted object identifier or one of")


def _role_problems(path: Path, certificate: CertificateSetup) -> Iterator[Problem]:
    """Some settings belong to a CA alone, and some to a client or server."""
    is_ca, length = certificate.role == "ca", certificate.path_length
    permitted, excluded = certificate.permitted_dns_names, certificate.excluded_dns_names
    out_of_range = length is not None and not 0 <= length <= LONGEST_PATH
    no_names, delivery = "must not be empty; write 'absent' for no extension", certificate.delivery
    constraints = "only a CA has name constraints"
    return broken_rules(
        path,
        ("dns_names", certificate.dns_names == (), no_names, "[]"),
        ("path_length", length is not None and not is_ca, "only a CA has a path length", length),
        ("path_length", is_ca and out_of_range, f"must be from 0 to {LONGEST_PATH}", length),
        ("permitted_dns_names", bool(permitted) and not is_ca, constraints, list(permitted)),
        ("excluded_dns_names", bool(excluded) and not is_ca, constraints, list(excluded)),
        ("online", not certificate.online and not is_ca, "only a CA can be switched off", "false"),
        ("delivery", is_ca and delivery != "csr", "only a client or a server is handed a PKCS#12", delivery),
    )


def _signing_problems(
    path: Path, certificate: CertificateSetup, scenario: ScenarioSetup
) -> Iterator[Problem]:
    """A shared key belongs to another certificate; the hash fits the issuer's key."""
    certificates = scenario.certificates
    other = certificates.get(certificate.key_of) if certificate.key_of is not None else None
    if certificate.key_of is not None and (other is None or other is certificate):
        others = [name for name in certificates if name != path[-1]]
        yield not_one_of((*path, "key_of"), certificate.key_of, others, "another certificate's name, one of")
    elif other is not None and other.key_of is not None:
        message = f"must be a certificate with a key of its own; this one has that of {other.key_of}"
        yield Problem((*path, "key_of"), message, repr(certificate.key_of), other.key_of)
    elif other is not None and certificate.key not in (other.key, KeyType.P256):
        message = f"is {other.key.value}, since it is the key of {certificate.key_of}"
        yield Problem((*path, "key"), message, repr(certificate.key.value))
    issuer = certificates.get(certificate.issuer)
    if certificate.signature_hash is not None and issuer is not None:
        key = certificates.get(issuer.key_of or "", issuer).key
        if key in (KeyType.ED25519, KeyType.ED448):
            has = f"{certificate.issuer} has an {key.value} key"
            message = f"cannot be chosen: {has}, which brings its own hash"
            yield Problem((*path, "signature_hash"), message, repr(certificate.signature_hash))


def _validity_problems(path: Path, certificate: CertificateSetup, clock: datetime) -> Iterator[Problem]:
    if certificate.not_after < certificate.not_before:
        yield Problem((*path, "not_after"), "must not be before not_before", str(certificate.not_after))
    for key in ("not_before", "not_after", "revoked", "released"):
        offset = getattr(certificate, key)
        if offset is not None:
            yield from offset_problems((*path, key), offset, clock)
