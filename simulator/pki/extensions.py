"""The extensions of a certificate as plain values that belong to no library.

One value type for each extension that a trust decision uses (RFC 5280, section 4.2), and its reader, which
makes the value from the extension's bytes. A reader raises ValueError for bytes that it cannot decode, and
remarks on those that it can but that are not encoded as prescribed.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeAlias

from simulator.pki import der
from simulator.pki.key_types import EXTENDED_KEY_USAGES, KEY_USAGES
from simulator.pki.reading.names import GeneralNames as GeneralNames  # re-exported: a value of extensions
from simulator.pki.reading.names import read_general_names

if TYPE_CHECKING:
    from simulator.pki.der import Element
    from simulator.pki.reading.misencoding import Remarks

_EXTENDED_KEY_USAGE_NAMES = {dotted: name for name, dotted in EXTENDED_KEY_USAGES.items()}
_KEY_USAGE_NAMES = tuple(KEY_USAGES)  # in the order of their bits
_NETSCAPE_TYPES = (
    *("SSL client", "SSL server", "S/MIME", "object signing", "reserved"),
    *("SSL CA", "S/MIME CA", "object-signing CA"),
)
_ACCESS_METHODS = {"1.3.6.1.5.5.7.48.1": "OCSP", "1.3.6.1.5.5.7.48.2": "caIssuers"}
_CONTEXT_0, _CONTEXT_1, _CONTEXT_2 = 0x80, 0x81, 0x82  # implicit tags of primitive values
_INSIDE_0, _INSIDE_1, _INSIDE_2 = 0xA0, 0xA1, 0xA2  # tags of constructed ones


@dataclass(frozen=True, slots=True)
class BasicConstraints:
    """The right to issue certificates, and how many CAs may follow (RFC 5280, section 4.2.1.9)."""

    ca: bool
    path_length: int | None


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


def _parts(data: bytes) -> list[Element]:
    """The values inside the SEQUENCE that the bytes are."""
    return der.children(data, der.whole(data, der.SEQUENCE))


def _nonempty(parts: list[Element]) -> list[Element]:
    """The same values.

    Raises:
        ValueError: there are none.
    """
    if not parts:
        raise ValueError("a list is empty")
    return parts


def _optional(parts: Sequence[Element], *tags: int) -> list[Element | None]:
    """The optional values of a SEQUENCE, each with its own tag, in the order of the tags.

    Raises:
        ValueError: there is another value, or the order is another.
    """
    waiting = list(parts)
    found = [waiting.pop(0) if waiting and waiting[0].tag == tag else None for tag in tags]
    if waiting:
        raise ValueError(f"there is a value that does not belong there (tag {waiting[0].tag:02x})")
    return found


def _count(data: bytes, element: Element | None) -> int | None:
    """A number of certificates, or None if it is absent.

    Raises:
        ValueError: it is negative, or no INTEGER.
    """
    if element is None:
        return None
    number = der.read_integer(data, element)
    if number < 0:
        raise ValueError("a number of certificates is negative")
    return number


def _read_basic_constraints(data: bytes, remarks: Remarks) -> BasicConstraints:
    """The right to issue, and the limit."""
    flag, limit = _optional(_parts(data), der.BOOLEAN, der.INTEGER)
    ca, path_length = read_flag(data, flag, remarks), _count(data, limit)
    if path_length is not None and not ca:
        remarks.add("has a pathLenConstraint without cA=TRUE")
    return BasicConstraints(ca, path_length)


def read_flag(data: bytes, flag: Element | None, remarks: Remarks) -> bool:
    """A BOOLEAN whose default is FALSE.

    Raises:
        ValueError: it has not one octet.
    """
    if flag is None:
        return False
    if flag.end - flag.content != 1:
        raise ValueError("a BOOLEAN has not one octet")
    octet = data[flag.content]
    if octet == 0:
        remarks.add("has FALSE written out, which is the default", "X.690 §11.5")
    elif octet != 0xFF:
        remarks.add(f"has TRUE written as {octet:02x} and not as ff", "X.690 §11.1")
    return octet != 0


def _named_bits(data: bytes, names: Sequence[str], remarks: Remarks) -> tuple[str, ...]:
    """The names of the bits that are set; a bit without a name means nothing."""
    unused, octets = der.read_bits(data, der.whole(data, der.BIT_STRING))
    bits = int.from_bytes(octets, "big") >> unused
    length = max(len(octets) * 8 - unused, 0)
    if bits and not bits & 1:
        remarks.add("has a list of bits that ends with zeros", "X.690 §11.2.2")
    return tuple(name for bit, name in enumerate(names[:length]) if bits >> (length - 1 - bit) & 1)


def _read_key_usage(data: bytes, remarks: Remarks) -> frozenset[str]:
    """The RFC names of the bits that are set."""
    usages = frozenset(_named_bits(data, _KEY_USAGE_NAMES, remarks))
    if not usages:
        raise ValueError("no use is named")
    # Without keyAgreement these two have no meaning.
    return usages if "keyAgreement" in usages else usages - {"encipherOnly", "decipherOnly"}


def _read_extended_key_usage(data: bytes, remarks: Remarks) -> tuple[str, ...]:
    """The purposes in order, by RFC name or, if there is none, dotted."""
    dotted = [der.read_dotted(data, part) for part in _parts(data)]
    if not dotted:
        remarks.add("names no purpose")
    return tuple(_EXTENDED_KEY_USAGE_NAMES.get(name, name) for name in dotted)


def _read_alternative_name(data: bytes, remarks: Remarks) -> GeneralNames:
    """The names, sorted by kind."""
    return read_general_names(data, _parts(data), remarks)


def _read_subject_key_identifier(data: bytes, _remarks: Remarks) -> bytes:
    """The octets of the identifier."""
    element = der.whole(data, der.OCTET_STRING)
    return data[element.content : element.end]


def _read_authority_key_identifier(data: bytes, remarks: Remarks) -> AuthorityKeyIdentifier:
    """The key's identifier, or the issuer and serial number of the certificate that holds it."""
    key, issuer, number = _optional(_parts(data), _CONTEXT_0, _INSIDE_1, _CONTEXT_2)
    if (issuer is None) != (number is None):
        remarks.add("names only one of issuer and serial number, which go together")
    return AuthorityKeyIdentifier(
        None if key is None else data[key.content : key.end],
        None if issuer is None else read_general_names(data, der.children(data, issuer), remarks),
        None if number is None else der.read_integer(data, number),
    )


def _read_name_constraints(data: bytes, remarks: Remarks) -> NameConstraints:
    """Both sides of the constraints, sorted by kind of name."""
    sides = _optional(_parts(data), _INSIDE_0, _INSIDE_1)
    return NameConstraints(*(None if side is None else _subtrees(data, side, remarks) for side in sides))


def _subtrees(data: bytes, side: Element, remarks: Remarks) -> GeneralNames:
    """The bases of one side of name constraints."""
    bases = []
    for subtree in der.children(data, side):
        base, *distances = _nonempty(der.children_of(data, subtree, der.SEQUENCE))
        least, most = _optional(distances, _CONTEXT_0, _CONTEXT_1)
        if _count(data, least) or _count(data, most) is not None:
            raise ValueError("a constraint has a minimum or a maximum, which no profile can apply")
        bases.append(base)
    return read_general_names(data, bases, remarks, constraints=True)


def _read_crl_uris(data: bytes, remarks: Remarks) -> tuple[str, ...]:
    """The addresses of the revocation list that the certificate names."""
    uris: list[str] = []
    for point in _parts(data):
        name, _, _ = _optional(der.children_of(data, point, der.SEQUENCE), _INSIDE_0, _CONTEXT_1, _INSIDE_2)
        full, _ = (None, None) if name is None else _optional(der.children(data, name), _INSIDE_0, _INSIDE_1)
        if full is not None:
            uris += read_general_names(data, der.children(data, full), remarks).uris
    return tuple(uris)


def _read_authority_information(data: bytes, remarks: Remarks) -> tuple[tuple[str, str], ...]:
    """(method, address) in order; the method is ``OCSP``, ``caIssuers`` or dotted."""
    found = []
    for part in _parts(data):
        method, place = _pair(data, part)
        dotted = der.read_dotted(data, method)
        names = read_general_names(data, [place], remarks)
        words = (*names.uris, *names.dns_names, *names.rfc822_names, *map(str, names.ip_addresses))
        directories = tuple(name.text for name in names.directory_names)
        found.append((_ACCESS_METHODS.get(dotted, dotted), (*words, *directories, *names.others)[0]))
    return tuple(found)


def _pair(data: bytes, parent: Element) -> tuple[Element, Element]:
    """The two values of a SEQUENCE.

    Raises:
        ValueError: there are more, or fewer.
    """
    parts = der.children_of(data, parent, der.SEQUENCE)
    if len(parts) != 2:
        raise ValueError("an entry is not a pair")
    return parts[0], parts[1]


def _read_policies(data: bytes, _remarks: Remarks) -> tuple[str, ...]:
    """Dotted identifiers of the policies, in order. Their qualifiers decide nothing and are not read."""
    entries = (_nonempty(der.children_of(data, part, der.SEQUENCE)) for part in _nonempty(_parts(data)))
    return tuple(der.read_dotted(data, identifier) for identifier, *_ in entries)


def _read_policy_mappings(data: bytes, _remarks: Remarks) -> tuple[tuple[str, str], ...]:
    """(the issuer's policy, the subject's policy) in order, dotted."""
    pairs = (_pair(data, part) for part in _nonempty(_parts(data)))
    return tuple(
        (der.read_dotted(data, issuers), der.read_dotted(data, subjects)) for issuers, subjects in pairs
    )


def _read_policy_constraints(data: bytes, _remarks: Remarks) -> PolicyConstraints:
    """Both counts, each None if absent."""
    explicit, mapping = _optional(_parts(data), _CONTEXT_0, _CONTEXT_1)
    return PolicyConstraints(_count(data, explicit), _count(data, mapping))


def _read_inhibit_any_policy(data: bytes, _remarks: Remarks) -> int | None:
    """The number of certificates below that may still use anyPolicy."""
    return _count(data, der.whole(data, der.INTEGER))


def _read_netscape_type(data: bytes, remarks: Remarks) -> tuple[str, ...]:
    """The uses that Netscape's extension of 1995 names."""
    return _named_bits(data, _NETSCAPE_TYPES, remarks)


Reader: TypeAlias = Callable[[bytes, "Remarks"], Any]
#: A field of :class:`~simulator.pki.certificate.Certificate` → name of its extension, reader, section.
READERS: Mapping[str, tuple[str, Reader, str]] = {
    "basic_constraints": ("basicConstraints", _read_basic_constraints, "RFC 5280 §4.2.1.9"),
    "key_usage": ("keyUsage", _read_key_usage, "RFC 5280 §4.2.1.3"),
    "extended_key_usage": ("extKeyUsage", _read_extended_key_usage, "RFC 5280 §4.2.1.12"),
    "subject_alternative_name": ("subjectAltName", _read_alternative_name, "RFC 5280 §4.2.1.6"),
    "subject_key_identifier": ("subjectKeyIdentifier", _read_subject_key_identifier, "RFC 5280 §4.2.1.2"),
    "authority_key_identifier": (
        "authorityKeyIdentifier",
        _read_authority_key_identifier,
        "RFC 5280 §4.2.1.1",
    ),
    "name_constraints": ("nameConstraints", _read_name_constraints, "RFC 5280 §4.2.1.10"),
    "policies": ("certificatePolicies", _read_policies, "RFC 5280 §4.2.1.4"),
    "policy_mappings": ("policyMappings", _read_policy_mappings, "RFC 5280 §4.2.1.5"),
    "policy_constraints": ("policyConstraints", _read_policy_constraints, "RFC 5280 §4.2.1.11"),
    "inhibit_any_policy": ("inhibitAnyPolicy", _read_inhibit_any_policy, "RFC 5280 §4.2.1.14"),
    "crl_distribution_points": ("cRLDistributionPoints", _read_crl_uris, "RFC 5280 §4.2.1.13"),
    "authority_information_access": (
        "authorityInfoAccess",
        _read_authority_information,
        "RFC 5280 §4.2.2.1",
    ),
    "netscape_certificate_type": ("netscapeCertType", _read_netscape_type, "Netscape, 1998"),
}
