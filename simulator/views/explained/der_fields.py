"""The parts of a certificate and of an ECDSA signature, byte by byte, named as their structures name them.

Sources: RFC 5280 section 4.1 (certificates) and 4.2 (extensions), RFC 3279 section 2.2.3 (ECDSA signatures),
ITU-T X.690 (DER).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from simulator.tls.wire.codec import Field, FieldNotes, MalformedError, bytes_follow

if TYPE_CHECKING:
    from collections.abc import Sequence

BOOLEAN, INTEGER, BIT_STRING, OCTET_STRING, NULL, OBJECT_IDENTIFIER, UTC_TIME, GENERALIZED_TIME = (
    0x01,
    0x02,
    0x03,
    0x04,
    0x05,
    0x06,
    0x17,
    0x18,
)
TYPES = {
    BOOLEAN: "BOOLEAN",
    INTEGER: "INTEGER",
    BIT_STRING: "BIT STRING",
    OCTET_STRING: "OCTET STRING",
    NULL: "NULL",
    OBJECT_IDENTIFIER: "OBJECT IDENTIFIER",
    0x0C: "UTF8String",
    0x13: "PrintableString",
    0x14: "T61String",
    0x16: "IA5String",
    UTC_TIME: "UTCTime",
    GENERALIZED_TIME: "GeneralizedTime",
    0x1E: "BMPString",
    0x30: "SEQUENCE",
    0x31: "SET",
}
CONSTRUCTED, CONTEXT = 0x20, 0x80
OBJECTS = {
    "1.2.840.10045.2.1": "id-ecPublicKey",
    "1.2.840.10045.3.1.7": "the curve P-256",
    "1.3.132.0.34": "the curve P-384",
    "1.3.132.0.35": "the curve P-521",
    "1.2.840.10045.4.3.2": "ecdsa-with-SHA256",
    "1.2.840.10045.4.3.3": "ecdsa-with-SHA384",
    "1.2.840.10045.4.3.4": "ecdsa-with-SHA512",
    "1.2.840.113549.1.1.1": "rsaEncryption",
    "1.2.840.113549.1.1.5": "sha1WithRSAEncryption",
    "1.2.840.113549.1.1.10": "id-RSASSA-PSS",
    "1.2.840.113549.1.1.11": "sha256WithRSAEncryption",
    "1.2.840.113549.1.1.12": "sha384WithRSAEncryption",
    "1.2.840.113549.1.1.13": "sha512WithRSAEncryption",
    "1.3.101.112": "Ed25519",
    "1.3.101.113": "Ed448",
    "2.5.4.3": "commonName",
    "2.5.4.5": "serialNumber",
    "2.5.4.6": "countryName",
    "2.5.4.7": "localityName",
    "2.5.4.8": "stateOrProvinceName",
    "2.5.4.10": "organizationName",
    "2.5.4.11": "organizationalUnitName",
    "2.5.29.14": "subjectKeyIdentifier",
    "2.5.29.15": "keyUsage",
    "2.5.29.17": "subjectAltName",
    "2.5.29.19": "basicConstraints",
    "2.5.29.30": "nameConstraints",
    "2.5.29.31": "cRLDistributionPoints",
    "2.5.29.32": "certificatePolicies",
    "2.5.29.35": "authorityKeyIdentifier",
    "2.5.29.37": "extKeyUsage",
    "1.3.6.1.5.5.7.1.1": "authorityInfoAccess",
    "1.3.6.1.5.5.7.3.1": "serverAuth",
    "1.3.6.1.5.5.7.3.2": "clientAuth",
}
KEY_USAGES = (
    "digitalSignature",
    "nonRepudiation",
    "keyEncipherment",
    "dataEncipherment",
    "keyAgreement",
    "keyCertSign",
    "cRLSign",
    "encipherOnly",
    "decipherOnly",
)


@dataclass(frozen=True, slots=True)
class Shape:
    """A named value of a DER structure.

    Attributes:
        name: as the RFC's ASN.1 module calls it.
        parts: the values inside, in order; those with a tag are optional.
        each: the value inside that repeats, in place of parts.
        tag: the identifier octet without which it is absent; None for any.
        holds_value: an OCTET STRING whose contents are DER again, as the identifier before it says.
    """

    name: str
    parts: tuple[Shape, ...] = ()
    each: Shape | None = None
    tag: int | None = None
    holds_value: bool = False


def _algorithm(name: str) -> Shape:
    return Shape(name, (Shape("algorithm"), Shape("parameters")))


def _name(name: str) -> Shape:
    attribute = Shape("AttributeTypeAndValue", (Shape("type"), Shape("value")))
    return Shape(name, each=Shape("RelativeDistinguishedName", each=attribute))


_EXTENSION = Shape(
    "Extension",
    (Shape("extnID"), Shape("critical", tag=BOOLEAN), Shape("extnValue", holds_value=True)),
)
_TO_BE_SIGNED = Shape(
    "tbsCertificate",
    (
        Shape("version", (Shape("Version"),), tag=0xA0),
        Shape("serialNumber"),
        _algorithm("signature"),
        _name("issuer"),
        Shape("validity", (Shape("notBefore"), Shape("notAfter"))),
        _name("subject"),
        Shape("subjectPublicKeyInfo", (_algorithm("algorithm"), Shape("subjectPublicKey"))),
        Shape("issuerUniqueID", tag=0x81),
        Shape("subjectUniqueID", tag=0x82),
        Shape("extensions", (Shape("Extensions", each=_EXTENSION),), tag=0xA3),
    ),
)
CERTIFICATE = Shape("Certificate", (_TO_BE_SIGNED, _algorithm("signatureAlgorithm"), Shape("signatureValue")))
ECDSA_SIGNATURE = Shape("ECDSA-Sig-Value", (Shape("r"), Shape("s")))
# Extensions whose contents are named here; those of others are shown as they are.
_VALUES = {
    "2.5.29.14": Shape("KeyIdentifier"),
    "2.5.29.15": Shape("KeyUsage"),
    "2.5.29.17": Shape("GeneralNames", each=Shape("GeneralName")),
    "2.5.29.19": Shape(
        "BasicConstraints", (Shape("cA", tag=BOOLEAN), Shape("pathLenConstraint", tag=INTEGER))
    ),
    "2.5.29.35": Shape("AuthorityKeyIdentifier", (Shape("keyIdentifier", tag=0x80),)),
    "2.5.29.37": Shape("ExtKeyUsageSyntax", each=Shape("KeyPurposeId")),
}


def der_fields(field: Field, element: Shape) -> tuple[Field, ...]:
    """A field that holds DER, followed by its parts; the field alone if it does not have this structure."""
    notes = FieldNotes(b"\0" * field.offset + field.value)
    try:
        end = _describe(notes, element, field.offset, field.offset + field.length, field.depth + 1)
    except (MalformedError, IndexError):
        end = 0
    if end != field.offset + field.length:
        return (field,)
    whole = Field(field.name, field.offset, field.length, field.value, field.meaning, field.depth, False)
    return (whole, *notes.fields)


def _describe(notes: FieldNotes, element: Shape, at: int, end: int, depth: int) -> int:
    """Note one value, its header apart from its contents, and return its end."""
    start, stop = _extent(notes.data, at, end)
    whole = notes.branch(element.name, at, depth, "")
    tag = notes.data[at]
    notes.leaf("tag and length", at, start, depth + 1, f"{_type(tag)}: {bytes_follow(stop - start)}")
    if element.each is not None:
        while start < stop:
            start = _describe(notes, element.each, start, stop, depth + 1)
    elif element.parts:
        start = _parts(notes, element.parts, start, stop, depth + 1)
    elif start < stop:
        start = _contents(notes, tag, element.name, start, stop, depth + 1)
    if start != stop:
        raise MalformedError("bytes that belong to no part")
    return notes.close(whole, stop)


def _parts(notes: FieldNotes, parts: Sequence[Shape], at: int, end: int, depth: int) -> int:
    identifier = ""
    for part in parts:
        if at == end or (part.tag is not None and notes.data[at] != part.tag):
            continue
        start, stop = _extent(notes.data, at, end)
        inside = _VALUES.get(identifier) if part.holds_value else None
        part = Shape(part.name, (inside,)) if inside is not None else part
        if notes.data[at] == OBJECT_IDENTIFIER:
            identifier = dotted(notes.data[start:stop])
        at = _describe(notes, part, at, end, depth)
    return at


def _extent(data: bytes, at: int, end: int) -> tuple[int, int]:
    """The start and the end of the contents of the value at a place."""
    length, start = data[at + 1], at + 2
    if length & 0x80:
        start += length & 0x7F
        length = int.from_bytes(data[at + 2 : start])
    if start + length > end:
        raise MalformedError("a value that is longer than what holds it")
    return start, start + length


def _type(tag: int) -> str:
    return TYPES.get(tag) or (f"[{tag & 0x1F}]" if tag & CONTEXT else f"type {tag:#04x}")


def _contents(notes: FieldNotes, tag: int, name: str, at: int, end: int, depth: int) -> int:
    """Note the contents of a value without parts; the first byte of a BIT STRING counts unused bits."""
    if tag == BIT_STRING:
        unused = notes.data[at]
        at = notes.leaf("unused bits", at, at + 1, depth, f"{unused} of the last byte")
    return notes.leaf("contents", at, end, depth, _meaning(tag, name, notes.data[at:end]))


def _meaning(tag: int, name: str, contents: bytes) -> str:
    """Contents in words; empty where the bytes are all there is to say, as of a key."""
    if tag == OBJECT_IDENTIFIER:
        number = dotted(contents)
        return f"{number}: {OBJECTS[number]}" if number in OBJECTS else number
    if tag == BOOLEAN:
        return "true" if any(contents) else "false"
    if tag == INTEGER and name == "Version":
        return f"{contents[-1]}: version {contents[-1] + 1}"
    if tag == INTEGER and len(contents) <= 4:
        return str(int.from_bytes(contents, signed=True))
    if name == "KeyUsage":
        bits = "".join(f"{byte:08b}" for byte in contents)
        return ", ".join(usage for usage, bit in zip(KEY_USAGES, bits, strict=False) if bit == "1")
    if name == "GeneralName" and tag == CONTEXT | 7:
        return f"the address {'.'.join(map(str, contents))}" if len(contents) == 4 else ""
    if tag in (UTC_TIME, GENERALIZED_TIME):
        return _time(contents.decode("ascii", "replace"))
    text = contents.decode("utf-8", "replace")
    is_text = tag in (0x0C, 0x13, 0x16) or (name == "GeneralName" and tag in (0x81, 0x82, 0x86))
    return f"“{text}”" if is_text else ""


def _time(text: str) -> str:
    """A time as people write it. Two digits of a year from 50 on are of the 20th century (RFC 5280)."""
    if len(text) == len("YYMMDDHHMMSSZ"):
        text = ("19" if text[:2] >= "50" else "20") + text
    return f"{text[:4]}-{text[4:6]}-{text[6:8]} {text[8:10]}:{text[10:12]}:{text[12:14]} UTC"


def dotted(contents: bytes) -> str:
    """An object identifier's contents with dots between its numbers."""
    numbers, number = [], 0
    for byte in contents:
        number = number << 7 | byte & 0x7F
        if not byte & 0x80:
            numbers.append(number)
            number = 0
    first = min(numbers[0] // 40, 2) if numbers else 0
    return ".".join(map(str, (first, numbers[0] - 40 * first, *numbers[1:]))) if numbers else ""
