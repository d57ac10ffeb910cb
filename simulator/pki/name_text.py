"""Distinguished names as people write them, and as other programs print them.

======================================  ============================================  ==================
Written by                              Example                                       Stands first
======================================  ============================================  ==================
RFC 4514, ``openssl -nameopt RFC2253``  ``CN=alice,OU=staff,O=Example``               the most specific
Java                                    ``CN=alice, OU=staff, O="Example, Inc."``     the most specific
OpenSSL 3.0                             ``O = Example, OU = staff, CN = alice``       the root's
OpenSSL's one-line form, ``-subj``      ``/O=Example/OU=staff/CN=alice``              the root's
======================================  ============================================  ==================

OpenSSL from 3.2 on writes the root's first, and otherwise as Java does. A name that only that order can
explain is refused, since it would silently be another name.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TypeAlias

from simulator.errors import CertificateError, did_you_mean
from simulator.pki.der import read_element
from simulator.pki.distinguished_name import DOMAIN_COMPONENT, RelativeNames
from simulator.pki.reading.misencoding import Remarks
from simulator.pki.reading.strings import read_string

_COUNTRY, _LEAVES = "2.5.4.6", ("2.5.4.3", "0.9.2342.19200300.100.1.1", "1.2.840.113549.1.9.1")

# Names of attribute types, without regard to letter case (RFC 4512, section 1.4): those of RFC 4514 and 4519,
# and further ones of OpenSSL, Java and Windows. SN is surname in RFC 4519 and in OpenSSL.
_NAMES = {
    "2.5.4.3": "CN commonName",
    "2.5.4.4": "SN surname",
    "2.5.4.5": "serialNumber",
    "2.5.4.6": "C countryName",
    "2.5.4.7": "L localityName",
    "2.5.4.8": "ST stateOrProvinceName S",
    "2.5.4.9": "STREET streetAddress",
    "2.5.4.10": "O organizationName",
    "2.5.4.11": "OU organizationalUnitName",
    "2.5.4.12": "title T",
    "2.5.4.13": "description",
    "2.5.4.15": "businessCategory",
    "2.5.4.17": "postalCode",
    "2.5.4.41": "name",
    "2.5.4.42": "GN givenName G",
    "2.5.4.43": "initials",
    "2.5.4.44": "generationQualifier generation",
    "2.5.4.46": "dnQualifier DNQ",
    "2.5.4.65": "pseudonym",
    "2.5.4.97": "organizationIdentifier",
    "0.9.2342.19200300.100.1.1": "UID userId",
    DOMAIN_COMPONENT: "DC domainComponent",
    "1.2.840.113549.1.9.1": "emailAddress E",
    "1.2.840.113549.1.9.2": "unstructuredName",
    "1.3.6.1.4.1.311.60.2.1.1": "jurisdictionL",
    "1.3.6.1.4.1.311.60.2.1.2": "jurisdictionST",
    "1.3.6.1.4.1.311.60.2.1.3": "jurisdictionC",
}
_KINDS = {name.casefold(): dotted for dotted, names in _NAMES.items() for name in names.split()}
_ALL_NAMES = [name for names in _NAMES.values() for name in names.split()]
_FIRST_NAMES = [names.split()[0] for names in _NAMES.values()]

_TYPE = r"[A-Za-z][A-Za-z0-9.-]*|[0-9]+(?:\.[0-9]+)+"
# One attribute with the sign behind it: a value is quoted (RFC 1779), in hexadecimal, or text with escapes.
_ATTRIBUTE = re.compile(rf' *({_TYPE}) *= *+("(?:[^"\\]|\\.)*+" *+|(?:[^\\,+;"]|\\.)*+)([,;+]|$)', re.DOTALL)
# A sign that no type follows belongs to the value, as in a URI.
_SLASHED = re.compile(rf"([/+])({_TYPE})=((?:[^\\/+]|\\.|[/+](?!(?:{_TYPE})=))*+)", re.DOTALL)
_ESCAPED = re.compile(r"((?:\\[0-9A-Fa-f]{2})+)|\\(.)|([^\\]+)", re.DOTALL)
_SLASH_ESCAPED = re.compile(r"((?:\\x[0-9A-Fa-f]{2})+)|\\(.)|([^\\]+)", re.DOTALL)

Written: TypeAlias = Iterator[tuple[bool, str, str]]  # begins a relative name, type, value as written


def read_distinguished_name(text: str) -> RelativeNames:
    """Read a distinguished name in any of the forms above.

    Returns:
        Its relative names in the order of an encoding, the root's first; none for an empty text.

    Raises:
        CertificateError: the text is no such name.
    """
    slashed = text.startswith("/")
    rdns: list[list[tuple[str, str]]] = []
    for begins, kind, value in _slashed(text) if slashed else _separated(text):
        if begins:
            rdns.append([])
        rdns[-1].append((_dotted(kind, text), _slash_value(value) if slashed else _value(value, text)))
    root_first = slashed or re.match(rf" *({_TYPE}) +=", text) is not None
    if not root_first and ", " in text and _begins_at_root(rdns):
        spelling = "/" + "/".join(part.strip() for part in text.split(", "))
        problem = (
            "The name can be read in two ways: OpenSSL from 3.2 on writes the country first, RFC 4514 last."
        )
        raise _unreadable(text, problem, f"Write {spelling} if the country is at the root.")
    return tuple(tuple(rdn) for rdn in (rdns if root_first else reversed(rdns)))


def _begins_at_root(rdns: list[list[tuple[str, str]]]) -> bool:
    """Return True if the first part written is a country, or a domain, and the last a person's or host's."""
    first, last = rdns[0][0][0], rdns[-1][0][0]
    return len(rdns) > 1 and first in (_COUNTRY, DOMAIN_COMPONENT) and last in _LEAVES


def _separated(text: str) -> Written:
    """The attributes of a name whose relative names are separated by commas or semicolons."""
    position, begins = 0, True
    while text.strip() and position <= len(text):
        match = _ATTRIBUTE.match(text, position)
        if match is None:
            at = text[position : position + 40].strip()
            problem = f"The name cannot be read from {at!r} on." if at else "The name ends with a separator."
            raise _unreadable(text, problem, "Write type=value pairs with commas.")
        kind, value, sign = match.groups()
        yield begins, kind, value
        begins = sign != "+"
        if not sign:
            return
        position = match.end()


def _slashed(text: str) -> Written:
    """The attributes of a name in OpenSSL's one-line form."""
    position = 0
    while position < len(text):
        match = _SLASHED.match(text, position)
        if match is None:
            problem = f"The name cannot be read from {text[position : position + 40]!r} on."
            raise _unreadable(text, problem, "Write /type=value parts.")
        sign, kind, value = match.groups()
        yield sign == "/" or position == 0, kind, value
        position = match.end()


def _dotted(kind: str, text: str) -> str:
    """The dotted form of an attribute type that is written as a name, as ``OID.2.5.4.3``, or dotted."""
    word = kind.casefold().removeprefix("oid.")
    if word in _KINDS:
        return _KINDS[word]
    if re.fullmatch(r"[0-2](\.(0|[1-9][0-9]{0,38}))+", word):  # an arc has 128 bits at most (X.667)
        return word
    known = f"known are {', '.join(_FIRST_NAMES)} and dotted object identifiers"
    problem = f"The attribute type {kind!r} is unknown; {known}."
    raise _unreadable(text, problem, did_you_mean(kind, _ALL_NAMES))


def _value(written: str, text: str) -> str:
    """The value of a text in quotes, in hexadecimal, or with escapes (RFC 4514, section 2.4)."""
    if written.startswith('"'):
        return _unescaped(written.rstrip(" ")[1:-1], _ESCAPED, text)
    stripped = written.rstrip(" ")
    if stripped.startswith("#"):
        return _value_of_der(stripped[1:], text)
    if len(stripped) - len(stripped.rstrip("\\")) & 1:  # the space behind a backslash is part of the value
        stripped += written[len(stripped)]
    return _unescaped(stripped, _ESCAPED, text)


def _slash_value(written: str) -> str:
    r"""The value of a part of the one-line form, where octets are written as ``\xC3``."""
    return _unescaped(written, _SLASH_ESCAPED, written)


def _unescaped(written: str, escapes: re.Pattern[str], text: str) -> str:
    """A value with its escapes replaced; octets in hexadecimal are UTF-8."""
    try:
        return "".join(
            bytes.fromhex(re.sub(r"\\x?", "", octets)).decode() if octets else escaped or plain
            for octets, escaped, plain in escapes.findall(written)
        )
    except UnicodeDecodeError:
        problem = f"The escaped octets in {written!r} are not UTF-8."
        raise _unreadable(text, problem, r"Write a character as its UTF-8 octets, as in J\C3\B6rg.") from None


def _value_of_der(digits: str, text: str) -> str:
    """The value that ``#`` and hexadecimal digits encode: text, or the content of a type that is no text."""
    try:
        der = bytes.fromhex(digits)
        element = read_element(der)
        content = der[element.content : element.end]
        value = read_string(element.tag, content, Remarks())
        whole = element.end == len(der)
    except ValueError:
        whole = False
    if not whole:
        advice = "Behind # comes the DER of one value, as in CN=#0C05616C696365."
        raise _unreadable(text, f"'#{digits[:40]}' is not a value in DER that a name can have.", advice)
    return content.hex() if value is None else value


def _unreadable(text: str, problem: str, advice: str) -> CertificateError:
    """The one error of this module."""
    expected = "a distinguished name, as in CN=alice,O=Example"
    return CertificateError(problem, got=text, expected=expected, advice=advice)
