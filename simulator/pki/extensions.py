"""The extensions of a certificate as plain values that belong to no library.

One value type for each extension that a trust decision uses (RFC 5280, section 4.2), and its reader, which
makes the value from the library's object.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network
from typing import Any, TypeAlias

from cryptography import x509

from simulator.pki.distinguished_name import DistinguishedName
from simulator.pki.key_types import EXTENDED_KEY_USAGES, KEY_USAGES

IpAddress: TypeAlias = IPv4Address | IPv6Address
IpNetwork: TypeAlias = IPv4Network | IPv6Network

_EXTENDED_KEY_USAGE_NAMES = {dotted: name for name, dotted in EXTENDED_KEY_USAGES.items()}
_TEXT_KINDS: Mapping[type[x509.GeneralName], str] = {
    x509.DNSName: "dns_names",
    x509.RFC822Name: "rfc822_names",
    x509.UniformResourceIdentifier: "uris",
}


@dataclass(frozen=True, slots=True)
class BasicConstraints:
    """The right to issue certificates, and how many CAs may follow (RFC 5280, section 4.2.1.9)."""

    ca: bool
    path_length: int | None


@dataclass(frozen=True, slots=True)
class GeneralNames:
    """Names of several kinds: a subjectAltName, or one side of name constraints.

    ``ip_addresses`` are single addresses in a subjectAltName; constraints have ``ip_networks``. ``others``
    holds the kind (``otherName``, ``registeredID``) of each name that is not taken apart.
    """

    dns_names: tuple[str, ...] = ()
    ip_addresses: tuple[IpAddress, ...] = ()
    ip_networks: tuple[IpNetwork, ...] = ()
    rfc822_names: tuple[str, ...] = ()
    uris: tuple[str, ...] = ()
    directory_names: tuple[DistinguishedName, ...] = ()
    others: tuple[str, ...] = ()

    def __len__(self) -> int:
        return sum(len(getattr(self, kind)) for kind in self.__slots__)


@dataclass(frozen=True, slots=True)
class NameConstraints:
    """The names that may be used below this CA (RFC 5280, section 4.2.1.10); each side may be None."""

    permitted: GeneralNames | None
    excluded: GeneralNames | None


@dataclass(frozen=True, slots=True)
class AuthorityKeyIdentifier:
    """The name of the key that signed this certificate (RFC 5280, section 4.2.1.1)."""

    key_identifier: bytes | None
    issuer: GeneralNames | None
    serial_number: int | None


@dataclass(frozen=True, slots=True)
class PolicyConstraints:
    """The number of certificates below that need no policy (RFC 5280, section 4.2.1.11)."""

    require_explicit_policy: int | None
    inhibit_policy_mapping: int | None


def read_name(name: x509.Name, der: bytes | None = None) -> DistinguishedName:
    """Take a library's name apart; ``der`` is its exact encoding if known, or None."""
    rdns = tuple(tuple(map(_attribute, rdn)) for rdn in name.rdns)
    return DistinguishedName(name.rfc4514_string(), name.public_bytes() if der is None else der, rdns)


def _attribute(part: x509.NameAttribute[str | bytes]) -> tuple[str, str]:
    return part.oid.dotted_string, part.value if isinstance(part.value, str) else part.value.hex()


def read_general_names(names: Iterable[x509.GeneralName]) -> GeneralNames:
    """Sort a library's general names by kind; the order within a kind is kept."""
    kinds: dict[str, list[object]] = {kind: [] for kind in GeneralNames.__slots__}
    for name in names:
        kind, value = _sorted_name(name)
        kinds[kind].append(value)
    return GeneralNames(**{kind: tuple(values) for kind, values in kinds.items()})  # type: ignore[arg-type]  # each list holds what its kind says


def _sorted_name(name: x509.GeneralName) -> tuple[str, object]:
    """The field of :class:`GeneralNames` that one name belongs to, and its value there."""
    value = name.value
    if type(name) in _TEXT_KINDS:
        return _TEXT_KINDS[type(name)], value
    if isinstance(name, x509.IPAddress):
        is_address = isinstance(value, IPv4Address | IPv6Address)
        return ("ip_addresses" if is_address else "ip_networks"), value
    if isinstance(name, x509.DirectoryName):
        return "directory_names", read_name(name.value)
    return "others", "registeredID" if isinstance(name, x509.RegisteredID) else "otherName"


def read_key_usage(usage: x509.KeyUsage) -> frozenset[str]:
    """The RFC names of the bits that are set."""
    # The library raises for these two unless keyAgreement, which gives them meaning, is set.
    meaningless = () if usage.key_agreement else ("encipherOnly", "decipherOnly")
    known = ((name, attribute) for name, attribute in KEY_USAGES.items() if name not in meaningless)
    return frozenset(name for name, attribute in known if getattr(usage, attribute))


def read_extended_key_usage(purposes: x509.ExtendedKeyUsage) -> tuple[str, ...]:
    """The purposes in order, by RFC name or, if there is none, dotted."""
    dotted = (oid.dotted_string for oid in purposes)
    return tuple(_EXTENDED_KEY_USAGE_NAMES.get(name, name) for name in dotted)


def read_name_constraints(constraints: x509.NameConstraints) -> NameConstraints:
    """Both sides of the constraints, sorted by kind of name."""
    sides = (constraints.permitted_subtrees, constraints.excluded_subtrees)
    return NameConstraints(*(None if side is None else read_general_names(side) for side in sides))


def read_authority_key_identifier(value: x509.AuthorityKeyIdentifier) -> AuthorityKeyIdentifier:
    """The key's identifier, or the issuer and serial number of the certificate that holds it."""
    issuer = None if value.authority_cert_issuer is None else read_general_names(value.authority_cert_issuer)
    return AuthorityKeyIdentifier(value.key_identifier, issuer, value.authority_cert_serial_number)


def read_crl_uris(points: x509.CRLDistributionPoints) -> tuple[str, ...]:
    """The addresses of the revocation list that the certificate names."""
    names = (name for point in points for name in point.full_name or ())
    return tuple(name.value for name in names if isinstance(name, x509.UniformResourceIdentifier))


def read_authority_information(access: x509.AuthorityInformationAccess) -> tuple[tuple[str, str], ...]:
    """(method, address) in order; the method is ``OCSP``, ``caIssuers`` or dotted."""
    methods = {x509.OID_OCSP: "OCSP", x509.OID_CA_ISSUERS: "caIssuers"}
    entries = ((entry.access_method, entry.access_location.value) for entry in access)
    return tuple((methods.get(oid, oid.dotted_string), str(address)) for oid, address in entries)


def read_policies(policies: x509.CertificatePolicies) -> tuple[str, ...]:
    """Dotted identifiers of the policies, in order, without their qualifiers."""
    return tuple(policy.policy_identifier.dotted_string for policy in policies)


def read_policy_constraints(value: x509.PolicyConstraints) -> PolicyConstraints:
    """Both counts, each None if absent."""
    return PolicyConstraints(value.require_explicit_policy, value.inhibit_policy_mapping)


Reader: TypeAlias = Callable[[Any], Any]
#: A field of :class:`~simulator.pki.certificate.Certificate` → name of its extension, and the reader.
READERS: Mapping[str, tuple[str, Reader]] = {
    "basic_constraints": ("basicConstraints", lambda it: BasicConstraints(it.ca, it.path_length)),
    "key_usage": ("keyUsage", read_key_usage),
    "extended_key_usage": ("extKeyUsage", read_extended_key_usage),
    "subject_alternative_name": ("subjectAltName", read_general_names),
    "subject_key_identifier": ("subjectKeyIdentifier", lambda it: it.digest),
    "authority_key_identifier": ("authorityKeyIdentifier", read_authority_key_identifier),
    "name_constraints": ("nameConstraints", read_name_constraints),
    "policies": ("certificatePolicies", read_policies),
    "policy_constraints": ("policyConstraints", read_policy_constraints),
    "inhibit_any_policy": ("inhibitAnyPolicy", lambda it: it.skip_certs),
    "crl_distribution_points": ("cRLDistributionPoints", read_crl_uris),
    "authority_information_access": ("authorityInfoAccess", read_authority_information),
}
