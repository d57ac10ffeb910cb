"""What a certificate's extensions say, as plain values that belong to no library.

One value type for each extension that a trust decision looks at (RFC 5280, section 4.2), and the readers
that make them from the library's objects.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network
from typing import TypeAlias

from cryptography import x509

from simulator.pki.key_types import EXTENDED_KEY_USAGES, KEY_USAGES

IpAddress: TypeAlias = IPv4Address | IPv6Address
IpNetwork: TypeAlias = IPv4Network | IPv6Network

_EXTENDED_KEY_USAGE_NAMES = {dotted: name for name, dotted in EXTENDED_KEY_USAGES.items()}


@dataclass(frozen=True, slots=True)
class DistinguishedName:
    """A subject or issuer.

    Attributes:
        text: RFC 4514 string, most specific part first.
        der: its exact encoding.
        rdns: the relative names in the order of the encoding, each a tuple of (dotted attribute, value).
        folded: the relative names as they are compared (RFC 5280, section 7.1): letter case and extra spaces
            do not count.
    """

    text: str
    der: bytes
    rdns: tuple[tuple[tuple[str, str], ...], ...]
    folded: tuple[frozenset[tuple[str, str]], ...] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        folded = tuple(
            frozenset((attribute, " ".join(value.split()).casefold()) for attribute, value in rdn)
            for rdn in self.rdns
        )
        object.__setattr__(self, "folded", folded)


@dataclass(frozen=True, slots=True)
class BasicConstraints:
    """May this certificate issue others, and how deep (RFC 5280, section 4.2.1.9)."""

    critical: bool
    ca: bool
    path_length: int | None


@dataclass(frozen=True, slots=True)
class GeneralNames:
    """Names of several kinds: a subjectAltName, or one side of name constraints.

    ``ip_addresses`` are single addresses in a subjectAltName; constraints have ``ip_networks``. ``others``
    names the kinds that are not taken apart (``otherName``, ``registeredID``), once for each such name.
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
    """Which names may stand below this CA (RFC 5280, section 4.2.1.10); None for a side that is absent."""

    critical: bool
    permitted: GeneralNames | None
    excluded: GeneralNames | None


@dataclass(frozen=True, slots=True)
class AuthorityKeyIdentifier:
    """Which key signed this certificate (RFC 5280, section 4.2.1.1)."""

    critical: bool
    key_identifier: bytes | None
    issuer: GeneralNames | None
    serial_number: int | None


@dataclass(frozen=True, slots=True)
class PolicyConstraints:
    """How far certificates below may go without a policy (RFC 5280, section 4.2.1.11)."""

    critical: bool
    require_explicit_policy: int | None
    inhibit_policy_mapping: int | None


def read_name(name: x509.Name, der: bytes | None = None) -> DistinguishedName:
    """Take a library's name apart; ``der`` is its exact encoding where it is known."""
    rdns = tuple(
        tuple(
            (part.oid.dotted_string, part.value if isinstance(part.value, str) else part.value.hex())
            for part in rdn
        )
        for rdn in name.rdns
    )
    return DistinguishedName(name.rfc4514_string(), name.public_bytes() if der is None else der, rdns)


def read_general_names(names: x509.GeneralNames | list[x509.GeneralName]) -> GeneralNames:
    """Sort a library's general names by kind; the order within a kind is kept."""
    kinds: dict[str, list[object]] = {kind: [] for kind in GeneralNames.__slots__}
    for name in names:
        kind, value = _sorted_name(name)
        kinds[kind].append(value)
    return GeneralNames(**{kind: tuple(values) for kind, values in kinds.items()})  # type: ignore[arg-type]  # each list holds what its kind says


def _sorted_name(name: x509.GeneralName) -> tuple[str, object]:
    """The field of :class:`GeneralNames` that one name belongs to, and its value there."""
    value = name.value
    if isinstance(name, x509.DNSName):
        return "dns_names", value
    if isinstance(name, x509.IPAddress):
        is_address = isinstance(value, IPv4Address | IPv6Address)
        return ("ip_addresses" if is_address else "ip_networks"), value
    if isinstance(name, x509.RFC822Name):
        return "rfc822_names", value
    if isinstance(name, x509.UniformResourceIdentifier):
        return "uris", value
    if isinstance(name, x509.DirectoryName):
        return "directory_names", read_name(name.value)
    return "others", "registeredID" if isinstance(name, x509.RegisteredID) else "otherName"


def read_key_usage(usage: x509.KeyUsage) -> frozenset[str]:
    """The RFC names of the bits that are set."""
    # The library refuses to say these two where keyAgreement, which gives them meaning, is not set.
    meaningless = () if usage.key_agreement else ("encipherOnly", "decipherOnly")
    return frozenset(
        name
        for name, attribute in KEY_USAGES.items()
        if name not in meaningless and getattr(usage, attribute)
    )


def read_extended_key_usage(usage: x509.ExtendedKeyUsage) -> tuple[str, ...]:
    """The purposes in order, by RFC name where there is one, else dotted."""
    return tuple(_EXTENDED_KEY_USAGE_NAMES.get(oid.dotted_string, oid.dotted_string) for oid in usage)


def read_name_constraints(extension: x509.Extension[x509.NameConstraints]) -> NameConstraints:
    """Both sides of the constraints, sorted by kind of name."""
    permitted = extension.value.permitted_subtrees
    excluded = extension.value.excluded_subtrees
    return NameConstraints(
        extension.critical,
        None if permitted is None else read_general_names(permitted),
        None if excluded is None else read_general_names(excluded),
    )


def read_authority_key_identifier(
    extension: x509.Extension[x509.AuthorityKeyIdentifier],
) -> AuthorityKeyIdentifier:
    """The key's identifier, or the issuer and serial number of the certificate that holds it."""
    value = extension.value
    issuer = None if value.authority_cert_issuer is None else read_general_names(value.authority_cert_issuer)
    return AuthorityKeyIdentifier(
        extension.critical, value.key_identifier, issuer, value.authority_cert_serial_number
    )


def read_crl_uris(points: x509.CRLDistributionPoints) -> tuple[str, ...]:
    """The addresses at which the certificate says its revocation list is published."""
    return tuple(
        name.value
        for point in points
        for name in point.full_name or ()
        if isinstance(name, x509.UniformResourceIdentifier)
    )


def read_authority_information(access: x509.AuthorityInformationAccess) -> tuple[tuple[str, str], ...]:
    """(method, address) in order; the method is ``OCSP``, ``caIssuers`` or dotted."""
    methods = {x509.OID_OCSP: "OCSP", x509.OID_CA_ISSUERS: "caIssuers"}
    return tuple(
        (
            methods.get(entry.access_method, entry.access_method.dotted_string),
            str(entry.access_location.value),
        )
        for entry in access
    )


def read_basic_constraints(extension: x509.Extension[x509.BasicConstraints]) -> BasicConstraints:
    """Whether the subject is a CA, and how many intermediate CAs may follow it."""
    return BasicConstraints(extension.critical, extension.value.ca, extension.value.path_length)


def read_policies(policies: x509.CertificatePolicies) -> tuple[str, ...]:
    """Dotted identifiers of the policies, in order; what qualifies them is left out."""
    return tuple(policy.policy_identifier.dotted_string for policy in policies)


def read_policy_constraints(extension: x509.Extension[x509.PolicyConstraints]) -> PolicyConstraints:
    """Both counts, each None where absent."""
    value = extension.value
    return PolicyConstraints(extension.critical, value.require_explicit_policy, value.inhibit_policy_mapping)
