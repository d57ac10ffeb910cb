"""The contents of a certificate to be made: names, dates, and each extension default, replaced or absent."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING, Literal, TypeVar

from cryptography import x509

from simulator.errors import CertificateError
from simulator.pki.der import UTF8_STRING, encode
from simulator.pki.host import address_of
from simulator.pki.key_types import EXTENDED_KEY_USAGES, KEY_USAGES, USER_PRINCIPAL_NAME
from simulator.pki.name_text import read_distinguished_name

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from simulator.pki.certificate import Certificate
    from simulator.pki.keys import PublicKey
    from simulator.pki.reading.fields import RawExtension

IssuedRole = Literal["ca", "client", "server"]
AValue = TypeVar("AValue")


class Default(Enum):
    """The value for an extension that is neither replaced nor left out: the default of the role."""

    DEFAULT = "default"


DEFAULT = Default.DEFAULT

_KEY_USAGE_OF_ROLE = {
    "ca": ("keyCertSign", "cRLSign"),
    "client": ("digitalSignature",),
    "server": ("digitalSignature",),
}
_PURPOSE_OF_ROLE = {"ca": None, "client": ("clientAuth",), "server": ("serverAuth",)}


@dataclass(frozen=True, slots=True)
class Contents:
    """The contents that an authority writes into one certificate.

    Each extension is ``DEFAULT`` (the value of the role), a value that replaces it, or None: absent.

    Attributes:
        subject: distinguished name, in any form that :mod:`simulator.pki.name_text` reads.
        role: ``ca``, ``client`` or ``server``; it decides the defaults of the extensions.
        not_before, not_after: aware datetimes; fractions of a second are cut off.
        serial_number: positive, at most 20 octets.
        is_ca: basicConstraints: True, False, or None for absent.
        path_length: the number of intermediate CAs that may follow a CA, or None for no limit.
        permitted_names, excluded_names: the nameConstraints of a CA, names as in ``alternative_names`` but
            without IP addresses; absent if both are empty.
        key_usage: RFC 5280 names, ``keyCertSign``.
        extended_key_usage: RFC 5280 names, ``clientAuth``, or dotted identifiers.
        alternative_names: DNS names, IP addresses, mail addresses and URIs, distinguished by their form. A
            server's default is its common name.
        principal_names: alternative names of another kind: user principal names, written like mail addresses.
        subject_key_identifier: octets; the default is method 1 of RFC 5280, section 4.2.1.2.
        authority_key_identifier: octets; the default is the issuer's subjectKeyIdentifier.
        further_extensions: (dotted identifier, critical, DER value), written unchanged.
        signature_hash: ``sha1`` and the like, or None for the usual hash of the issuer's key.
    """

    subject: str
    role: IssuedRole
    not_before: datetime
    not_after: datetime
    serial_number: int
    is_ca: bool | Default | None = DEFAULT
    path_length: int | None = None
    permitted_names: tuple[str, ...] = ()
    excluded_names: tuple[str, ...] = ()
    key_usage: tuple[str, ...] | Default | None = DEFAULT
    extended_key_usage: tuple[str, ...] | Default | None = DEFAULT
    alternative_names: tuple[str, ...] | Default | None = DEFAULT
    principal_names: tuple[str, ...] = ()
    subject_key_identifier: bytes | Default | None = DEFAULT
    authority_key_identifier: bytes | Default | None = DEFAULT
    further_extensions: tuple[RawExtension, ...] = ()
    signature_hash: str | None = None


def parse_name(text: str) -> x509.Name:
    """Read a distinguished name that is to stand in a certificate.

    Raises:
        CertificateError: the text is no such name, or a certificate cannot hold it.
    """
    rdns = read_distinguished_name(text)
    try:
        return x509.Name(
            x509.RelativeDistinguishedName(
                x509.NameAttribute(x509.ObjectIdentifier(kind), value) for kind, value in rdn
            )
            for rdn in rdns
        )
    except (ValueError, TypeError) as error:
        message = f"This is not a name that can stand in a certificate{': ' if str(error) else ''}{error}."
        expected = "a name within the limits of RFC 5280, as in CN=alice,O=Example"
        advice = "No value is empty; CN has at most 64 characters, C has two letters."
        raise CertificateError(message, got=text, expected=expected, advice=advice) from error


def extensions_of(
    contents: Contents, public_key: PublicKey, issuer: Certificate | None
) -> Iterator[tuple[x509.ExtensionType, bool]]:
    """The extensions in the order in which they are written, each with its critical flag.

    Raises:
        CertificateError: the name of a key usage or purpose is unknown.
        ValueError: the library refuses a value.
    """
    is_ca = _or_default(contents.is_ca, contents.role == "ca")
    if is_ca is not None:
        yield x509.BasicConstraints(is_ca, contents.path_length if is_ca else None), True
    usages = _or_default(contents.key_usage, _KEY_USAGE_OF_ROLE[contents.role])
    if usages is not None:
        yield _key_usage(usages), True
    purposes = _or_default(contents.extended_key_usage, _PURPOSE_OF_ROLE[contents.role])
    if purposes == ():  # the library would write it, though RFC 5280, section 4.2.1.12, forbids it
        raise ValueError("an extended key usage names at least one purpose; leave it out for none")
    if purposes is not None:
        yield x509.ExtendedKeyUsage([_purpose(name) for name in purposes]), False
    names = _or_default(contents.alternative_names, _default_names(contents))
    if names is not None or contents.principal_names:
        principals = [_principal_name(name) for name in contents.principal_names]
        yield x509.SubjectAlternativeName([*map(_general_name, names or ()), *principals]), False
    if contents.permitted_names or contents.excluded_names:
        permitted, excluded = (
            [_general_name(name) for name in names] or None
            for names in (contents.permitted_names, contents.excluded_names)
        )
        yield x509.NameConstraints(permitted, excluded), True
    own_identifier = _or_default(contents.subject_key_identifier, key_identifier(public_key))
    if own_identifier is not None:
        yield x509.SubjectKeyIdentifier(own_identifier), False
    above = issuer.subject_key_identifier if issuer is not None else None  # self-signed: one is enough
    above = _or_default(contents.authority_key_identifier, above)
    if above is not None:
        yield x509.AuthorityKeyIdentifier(above, None, None), False
    for dotted, critical, value in contents.further_extensions:
        yield x509.UnrecognizedExtension(x509.ObjectIdentifier(dotted), value), critical


def key_identifier(public_key: PublicKey) -> bytes:
    """The short name of a key by method 1 of RFC 5280, section 4.2.1.2."""
    return x509.SubjectKeyIdentifier.from_public_key(public_key).digest


def _or_default(value: AValue | Default | None, default: AValue | None) -> AValue | None:
    """The value that replaces a default, the default, or None for absent."""
    return default if isinstance(value, Default) else value


def _default_names(contents: Contents) -> tuple[str, ...] | None:
    """A server's common name is repeated in subjectAltName, where clients look for it."""
    if contents.role != "server":
        return None
    names = parse_name(contents.subject).get_attributes_for_oid(x509.NameOID.COMMON_NAME)
    return tuple(str(name.value) for name in names) or None


def _key_usage(names: tuple[str, ...]) -> x509.KeyUsage:
    """The library's value for a list of RFC names."""
    for name in names:
        if name not in KEY_USAGES:
            expected = ", ".join(KEY_USAGES)
            advice = "Write the name as RFC 5280 spells it."
            raise CertificateError("There is no such key usage.", got=name, expected=expected, advice=advice)
    return x509.KeyUsage(**{attribute: name in names for name, attribute in KEY_USAGES.items()})


def _purpose(name: str) -> x509.ObjectIdentifier:
    """The identifier of a purpose, from its RFC name or its dotted form."""
    dotted = EXTENDED_KEY_USAGES.get(name, name)
    try:
        return x509.ObjectIdentifier(dotted)
    except ValueError as error:
        message = "There is no such extended key usage."
        expected = f"{', '.join(EXTENDED_KEY_USAGES)}, or a dotted object identifier"
        advice = "Write the name as RFC 5280 spells it."
        raise CertificateError(message, got=name, expected=expected, advice=advice) from error


def _general_name(name: str) -> x509.GeneralName:
    """A general name of the kind that the text has the form of."""
    if (address := address_of(name)) is not None:
        return x509.IPAddress(address)
    if re.match(r"[A-Za-z][A-Za-z0-9+.-]*:", name):  # no host name has a colon, no usual mail address either
        return x509.UniformResourceIdentifier(name)
    return x509.RFC822Name(name) if "@" in name else x509.DNSName(name)


def _principal_name(name: str) -> x509.GeneralName:
    """A user principal name, which is an otherName with a UTF8String."""
    return x509.OtherName(x509.ObjectIdentifier(USER_PRINCIPAL_NAME), encode(UTF8_STRING, name.encode()))
