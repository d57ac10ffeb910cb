"""The extensions about certificate policies, written and read (RFC 5280, sections 4.2.1.4, .5, .11, .14)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cryptography import x509

from simulator.pki import der
from simulator.pki.key_types import ANY_POLICY, EXTENSION_OIDS, POLICY_NAMES

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from simulator.pki.certificate import Certificate
    from simulator.pki.reading.fields import RawExtension

_NAMES = {dotted: name for name, dotted in POLICY_NAMES.items()}


def policy_name(dotted: str) -> str:
    """A policy as text: its name in RFC 5280, or its dotted identifier."""
    return _NAMES.get(dotted, dotted)


def policy_extensions(
    policies: Sequence[str] = (),
    mappings: Sequence[Sequence[str]] = (),
    require_explicit: int | None = None,
    inhibit_mapping: int | None = None,
    inhibit_any: int | None = None,
) -> Iterator[RawExtension]:
    """The extensions about policies, as conforming CAs write them; nothing for what is empty or None.

    Args:
        policies: the policies of the certificate, dotted or ``anyPolicy``.
        mappings: pairs of the issuer's policy and the subject's, which count as one.
        require_explicit: the number of certificates below that need no policy.
        inhibit_mapping: the number of certificates below that may still map policies.
        inhibit_any: the number of certificates below for which anyPolicy still counts.
    """
    if policies:
        information = [
            x509.PolicyInformation(x509.ObjectIdentifier(_dotted(name)), None) for name in policies
        ]
        yield _extension("certificatePolicies", x509.CertificatePolicies(information), critical=False)
    if mappings:
        pairs = (der.sequence(*(der.object_identifier(_dotted(name)) for name in pair)) for pair in mappings)
        yield EXTENSION_OIDS["policyMappings"], True, der.sequence(*pairs)
    if (require_explicit, inhibit_mapping) != (None, None):
        constraints = x509.PolicyConstraints(require_explicit, inhibit_mapping)
        yield _extension("policyConstraints", constraints, critical=True)
    if inhibit_any is not None:
        yield _extension("inhibitAnyPolicy", x509.InhibitAnyPolicy(inhibit_any), critical=True)


def _dotted(name: str) -> str:
    """The identifier of a policy that may be written by name."""
    return POLICY_NAMES.get(name, name)


def _extension(name: str, value: x509.ExtensionType, *, critical: bool) -> RawExtension:
    """An extension of the library as bytes."""
    return EXTENSION_OIDS[name], critical, value.public_bytes()


def policy_mappings(certificate: Certificate) -> dict[str, set[str]]:
    """The mappings of a CA certificate: issuer's policy → subject's policies, in their order.

    Bytes that are no such list are returned as a mapping of anyPolicy, which path validation refuses.
    """
    if certificate.misencoding("policyMappings"):
        return {ANY_POLICY: set()}
    found: dict[str, set[str]] = {}
    for issuers, subjects in certificate.policy_mappings or ():
        found.setdefault(issuers, set()).add(subjects)
    return found
