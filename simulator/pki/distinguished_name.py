"""A distinguished name, and when two of them are the same name (RFC 5280, section 7.1).

Two encodings may be one name: letter case, the string type and extra spaces mean nothing, and within one
relative name order means nothing. So names are compared as values that RFC 4518 prepared, never as text or as
bytes.
"""

from __future__ import annotations

import re
import stringprep
from contextlib import suppress
from dataclasses import dataclass, field
from encodings.idna import ToASCII
from functools import lru_cache
from typing import TypeAlias
from unicodedata import ucd_3_2_0 as unicode  # RFC 4518 is defined on Unicode 3.2, in every Python the same

#: The relative names in the order of the encoding, the root's first: each a tuple of (dotted type, value).
RelativeNames: TypeAlias = tuple[tuple[tuple[str, str], ...], ...]

COMMON_NAME = "2.5.4.3"
DOMAIN_COMPONENT = "0.9.2342.19200300.100.1.25"

# Normalization is quadratic in a row of combining marks. X.520 lets nearly all attributes have 64 characters.
LONGEST_PREPARED = 1024
LONGEST_LABEL = 63  # RFC 1035, section 2.3.4
CACHED_CHARACTERS = 4096  # some scripts' worth; each takes some ten look-ups

# RFC 4518, section 2.2: these become a space, and those nothing.
_SPACES = re.compile(r"[\t-\r\x85\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]")
_NOTHING = re.compile(
    r"[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\xad\u034f\u06dd\u070f\u1806\u180b-\u180e\u200b-\u200f\u202a-\u202e"
    r"\u2060-\u2063\u206a-\u206f\ufe00-\ufe0f\ufeff\ufff9-\ufffc\U0001d173-\U0001d17a\U000e0001"
    r"\U000e0020-\U000e007f]"
)


@dataclass(frozen=True, slots=True)
class DistinguishedName:
    """A subject or issuer.

    Attributes:
        text: RFC 4514 string, most specific part first.
        der: its exact encoding.
        rdns: the relative names in the order of the encoding, each a tuple of (dotted attribute, value).
        folded: the relative names as they are compared (see :func:`folded`).
        common_name: its most specific common name, or None.
    """

    text: str
    der: bytes
    rdns: RelativeNames
    folded: RelativeNames = field(init=False, repr=False, compare=False)
    common_name: str | None = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "folded", folded(self.rdns))
        specific_first = (part for rdn in reversed(self.rdns) for part in rdn)
        common = next((value for kind, value in specific_first if kind == COMMON_NAME), None)
        object.__setattr__(self, "common_name", common)

    def same_as(self, other: DistinguishedName) -> bool:
        """Return True if both are one name, whatever their spelling (RFC 5280, section 7.1)."""
        return self.der == other.der or self.folded == other.folded


def folded(names: RelativeNames) -> RelativeNames:
    """The relative names as they are compared: two distinguished names are one if these are equal.

    Within a relative name the attributes are sorted, so that their order means nothing and their number does.
    """
    return tuple(tuple(sorted((kind, _prepared_as(kind, value)) for kind, value in rdn)) for rdn in names)


def prepared(value: str) -> str:
    """A string after the six steps of RFC 4518, with the case folding that RFC 5280, section 7.1 demands.

    A value with a prohibited character (section 2.4) matches nothing by the rule. Here it is returned as it
    is, so that it equals itself alone; and so is a text beyond ASCII that is longer than any name.
    """
    if value.isascii() and value.isprintable():
        return " ".join(value.lower().split())
    if len(value) > LONGEST_PREPARED:
        return value
    mapped = _NOTHING.sub("", _SPACES.sub(" ", value))
    normal = unicode.normalize("NFKC", "".join(map(_case_folded, mapped)))
    if any(map(_prohibited, normal)):
        return value
    # A space before a combining mark is the mark's base, no space between words (section 2.6.1).
    parted = "".join(
        "\n" if char == " " and not unicode.category(after).startswith("M") else char
        for char, after in zip(normal, f"{normal[1:]}.", strict=False)
    )
    return " ".join(word for word in parted.split("\n") if word)


_case_folded = lru_cache(maxsize=CACHED_CHARACTERS)(stringprep.map_table_b2)


@lru_cache(maxsize=CACHED_CHARACTERS)
def _prohibited(char: str) -> bool:
    """Return True for a character that no prepared string may have (RFC 4518, section 2.4)."""
    tables = (stringprep.in_table_a1, stringprep.in_table_c3, stringprep.in_table_c4, stringprep.in_table_c5)
    return char == "\ufffd" or stringprep.in_table_c8(char) or any(table(char) for table in tables)


def _prepared_as(kind: str, value: str) -> str:
    """A value as it is compared; a domain component is a label of the DNS (RFC 5280, section 7.3)."""
    if kind == DOMAIN_COMPONENT and not value.isascii() and len(value) <= LONGEST_LABEL:
        with suppress(UnicodeError):
            return ToASCII(value).decode().lower()
    return prepared(value)
