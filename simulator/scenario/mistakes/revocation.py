"""Mistakes in a scenario's revocation lists: those that no CA could publish, and lists that do not exist."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from simulator.pki.der import is_object_identifier
from simulator.scenario.mistakes.mistake import (
    NAME,
    Problem,
    broken_rules,
    not_one_of,
    offset_problems,
    unknown_certificates,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from simulator.scenario.mistakes.mistake import Path
    from simulator.scenario.revocation_setup import CrlSetup
    from simulator.scenario.setup import CertificateSetup
    from simulator.scenario.whole import ScenarioSetup

MOST_LISTS = 50  # a weekly list for a year; each is signed once for a scenario
HIGHEST_NUMBER = 2**63 - 1  # RFC 5280 §5.2.3 allows 20 octets; TOML has no longer integer than 8


def crls_problems(scenario: ScenarioSetup) -> Iterator[Problem]:
    """The mistakes in the revocation lists of a scenario."""
    if len(scenario.crls) > MOST_LISTS:
        message = f"has too many revocation lists; {MOST_LISTS} are allowed"
        yield Problem(("crls",), message, f"{len(scenario.crls)}")
        return
    for name, crl in scenario.crls.items():
        path = ("crls", name)
        if not NAME.fullmatch(name):
            message = "a revocation list's name has letters, digits, '-' and '_' only"
            yield Problem(path, message, repr(name))
        if name in scenario.certificates:
            yield Problem(path, "is the name of a certificate; give the list another name")
        if crl.issuer in scenario.certificates and scenario.certificates[crl.issuer].role != "ca":
            authorities = [one for one, setup in scenario.certificates.items() if setup.role == "ca"]
            yield not_one_of((*path, "issuer"), crl.issuer, authorities, "the name of a CA, one of")
        signer = [] if crl.signed_by is None else [crl.signed_by]
        for key, names in (("issuer", [crl.issuer]), ("signed_by", signer), ("lists", crl.lists or ())):
            yield from unknown_certificates((*path, key), names, scenario.certificates)
        yield from _content_problems(path, crl, scenario)


def _content_problems(path: Path, crl: CrlSetup, scenario: ScenarioSetup) -> Iterator[Problem]:
    """Dates are in order, numbers in range, and a list of one CA has certificates of that CA."""
    number, base, until = crl.number, crl.delta_of, crl.next_update
    yield from offset_problems((*path, "this_update"), crl.this_update, scenario.clock)
    if until is not None:
        yield from offset_problems((*path, "next_update"), until, scenario.clock)
    too_early = until is not None and until < crl.this_update
    in_range = f"must be from 0 to {HIGHEST_NUMBER}"
    yield from broken_rules(
        path,
        ("next_update", too_early, "must not be before this_update", until),
        ("number", number is not None and not 0 <= number <= HIGHEST_NUMBER, in_range, number),
        ("delta_of", base is not None and not 0 <= base <= HIGHEST_NUMBER, in_range, base),
    )
    for dotted in crl.critical:
        if dotted != "cRLNumber" and not is_object_identifier(dotted):
            yield not_one_of((*path, "critical"), dotted, ["cRLNumber"], "a dotted object identifier or")
    if crl.number is None and "cRLNumber" in crl.critical:
        yield Problem((*path, "critical"), "needs a number that can be critical", "cRLNumber")
    for name in crl.lists or ():
        issuer = scenario.certificates[name].issuer if name in scenario.certificates else crl.issuer
        if issuer != crl.issuer and not crl.indirect:
            message = f"must be certificates of {crl.issuer}; this one is of {issuer}; write indirect = true"
            yield Problem((*path, "lists"), message, repr(name))


def unknown_lists(side: str, names: tuple[str, ...], scenario: ScenarioSetup) -> Iterator[Problem]:
    """A problem for each name in a side's setting that no revocation list has."""
    for name in names:
        if name not in scenario.crls:
            known = "the name of a revocation list, one of"
            yield not_one_of((side, "crls"), name, scenario.crls, known)


def revocation_problems(
    path: Path, certificate: CertificateSetup, scenario: ScenarioSetup
) -> Iterator[Problem]:
    """The mistakes in a certificate's settings about its revocation."""
    revoked, released, reason = certificate.revoked, certificate.released, certificate.revocation_reason
    never = revoked is None
    yield from broken_rules(
        path,
        ("revocation_reason", never and reason != "unspecified", "needs a moment in revoked", reason),
        ("released", never and released is not None, "needs a moment in revoked", released),
        (
            "released",
            released is not None and released < (revoked or timedelta.min),
            "must not be before revoked",
            released,
        ),
        (
            "released",
            released is not None and not never and reason != "certificateHold",
            "needs revocation_reason = 'certificateHold': no other revocation ends",
            released,
        ),
    )
    if certificate.crl_issuer is not None:
        here = (*path, "crl_issuer")
        yield from unknown_certificates(here, [certificate.crl_issuer], scenario.certificates)
