"""The string types of ASN.1, read as OpenSSL reads them (X.680, section 41; RFC 5280, section 4.1.2.4)."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from simulator.pki import der

if TYPE_CHECKING:
    from collections.abc import Mapping

    from simulator.pki.reading.misencoding import Remarks

_NAMES_OF_TYPES = {
    0x0C: "UTF8String",
    0x12: "NumericString",
    0x13: "PrintableString",
    0x14: "TeletexString",
    0x16: "IA5String",
    0x1C: "UniversalString",
    0x1E: "BMPString",
}
_ENCODINGS = {0x0C: "utf-8", 0x1C: "utf-32-be", 0x1E: "utf-16-be"}  # all others: one octet, one character
# The characters outside each type. Teletex gives octets above 127 other signs than Latin-1.
_FOREIGN: Mapping[int, re.Pattern[str]] = {
    0x12: re.compile(r"[^0-9 ]"),
    0x13: re.compile(r"[^A-Za-z0-9 '()+,\-./:=?]"),
    0x14: re.compile(r"[^\x00-\x7f]"),
    0x16: re.compile(r"[^\x00-\x7f]"),
}

_UTC_TIME, _GENERALIZED_TIME = TIME_TAGS = (0x17, 0x18)
_TIMES = {
    _UTC_TIME: (re.compile(rb"[0-9]{12}Z"), "UTCTime of the form YYMMDDHHMMSSZ"),
    _GENERALIZED_TIME: (re.compile(rb"[0-9]{14}Z"), "GeneralizedTime of the form YYYYMMDDHHMMSSZ"),
}


def read_time(tag: int, content: bytes) -> datetime:
    """Read a UTCTime or GeneralizedTime in the only form that RFC 5280 allows (section 4.1.2.5).

    Raises:
        ValueError: it is another type or another form, or there is no such date.
    """
    if tag not in _TIMES:
        raise ValueError("a date is neither UTCTime nor GeneralizedTime")
    text, (form, called) = content.decode("latin-1"), _TIMES[tag]
    if not form.fullmatch(content):
        raise ValueError(f"{text[:20]!a} is no {called}")
    if tag == _UTC_TIME:
        text = ("19" if text >= "5" else "20") + text
    month, day, hour, minute, second = (int(text[place : place + 2]) for place in range(4, 14, 2))
    try:
        return datetime(int(text[:4]), month, day, hour, minute, second, tzinfo=UTC)
    except ValueError:
        raise ValueError(f"{text} is no date of the calendar") from None


def read_string(tag: int, content: bytes, remarks: Remarks) -> str | None:
    """Read the content of a string in a name; None for the two types that are no text but stand in names.

    A character that the type does not allow is read as Latin-1, as OpenSSL does, and remarked on.

    Raises:
        ValueError: no name has a value of that type, or the octets are no text in the type's encoding.
    """
    if tag in (der.BIT_STRING, der.SEQUENCE):
        return None
    if tag not in _NAMES_OF_TYPES:
        raise ValueError(f"a value is no string (tag {tag:02x})")
    try:
        text = content.decode(_ENCODINGS.get(tag, "latin-1"))
    except UnicodeDecodeError:
        raise ValueError(f"{_NAMES_OF_TYPES[tag]} is not {_ENCODINGS[tag].upper()}") from None
    if (foreign := _FOREIGN.get(tag)) and (found := foreign.search(text)):
        remarks.add(f"has {found[0]!a} in {_NAMES_OF_TYPES[tag]}, which does not allow it")
    return text
