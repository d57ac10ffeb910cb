"""Mistakes about certificate policies: in certificates, and in what client and server demand."""

from __future__ import annotations

from typing import TYPE_CHECKING

from simulator.pki.der import is_object_identifier
from simulator.pki.key_types import POLICY_NAMES
from simulator.scenario.mistakes.mistake import Problem
from simulator.scenario.words import POLICY_PROFILES

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from simulator.scenario.mistakes.mistake import Path
    from simulator.scenario.setup import CertificateSetup, ClientSetup, ServerSetup

MOST_SKIPPED = 255  # certificates below a CA: no verifier builds so long a path
COUNTS = ("require_explicit_policy", "inhibit_policy_mapping", "inhibit_any_policy")
INPUTS = ("accepted_policies", "explicit_policy", "inhibit_policy_mapping", "inhibit_any_policy")
_POLICY = "must be dotted object identifiers, as in 1.3.6.1.4.1.55738.1, or anyPolicy"
_MAPPING = "must be pairs of the issuer's policy and the subject's, as in 1.2.3=1.2.4"


def certificate_policy_problems(path: Path, certificate: CertificateSetup) -> Iterator[Problem]:
    """The mistakes in what a certificate says about policies."""
    is_ca, mappings = certificate.role == "ca", certificate.policy_mappings
    counts = {key: getattr(certificate, key) for key in COUNTS}
    yield from _policies_problems((*path, "policies"), certificate.policies)
    if mappings and not is_ca:
        yield Problem((*path, "policy_mappings"), "only a CA maps policies", f"{list(mappings)}")
    for key, count in counts.items():
        if count is not None and not is_ca:
            yield Problem((*path, key), "only a CA limits what is below it", f"{count}")
        elif count is not None and not 0 <= count <= MOST_SKIPPED:
            yield Problem((*path, key), f"must be from 0 to {MOST_SKIPPED}, or 'none'", f"{count}")
    for mapping in mappings:
        if not all(map(is_object_identifier, mapping.split("="))) or mapping.count("=") != 1:
            yield Problem((*path, "policy_mappings"), _MAPPING, repr(mapping))


def side_policy_problems(side: str, setup: ClientSetup | ServerSetup) -> Iterator[Problem]:
    """The mistakes in what a side demands of policies."""
    yield from _policies_problems((side, "accepted_policies"), setup.accepted_policies or ())
    if setup.accepted_policies == ():
        yield Problem((side, "accepted_policies"), "must not be empty; write 'any' for every policy", "[]")
    if setup.profile not in POLICY_PROFILES:
        message = f"needs a {side}.profile that processes policies: {', '.join(POLICY_PROFILES)}"
        for key in INPUTS:
            if getattr(setup, key) not in (None, False):
                yield Problem((side, key), message, repr(setup.profile))


def _policies_problems(path: Path, policies: Iterable[str]) -> Iterator[Problem]:
    for policy in policies:
        if policy not in POLICY_NAMES and not is_object_identifier(policy):
            yield Problem(path, _POLICY, repr(policy))
