"""A host: a DNS name or an IP address, decided once.

What follows from that choice differs in every place: an address is compared with iPAddress entries of a
certificate and never sent as server_name (RFC 6066, section 3), a name with dNSName entries, and sent.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from ipaddress import IPv4Address, IPv6Address, ip_address

from simulator.errors import SimulatorError

LONGEST_NAME = 253  # RFC 1035, section 2.3.4: 255 octets on the wire, with the first length and the root's

_NAME = re.compile(r"(?!-)[A-Za-z0-9_-]{1,63}(\.(?!-)[A-Za-z0-9_-]{1,63})*\.?")
_ENDS_IN_NUMBER = re.compile(r"(.*\.)?([0-9]+|0[xX][0-9A-Fa-f]*)\.?", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Host:
    """A host that a client wants to reach.

    Attributes:
        text: the host as written.
        address: its address, or None for a name.
    """

    text: str
    address: IPv4Address | IPv6Address | None

    @property
    def sni(self) -> str | None:
        """The name for the extension server_name: without a dot at its end, and None for an address."""
        return None if self.address is not None else self.text.removesuffix(".")


def read_host(text: str) -> Host:
    """Read a host name, an IPv4 address, or an IPv6 address with or without brackets.

    Raises:
        SimulatorError: the text is none of these, or programs do not agree which of them it is.
    """
    address = address_of(text)
    if address is None and (problem := _problem_of_name(text)):
        expected = "a host name or an IP address, as in telnet.example.com, 192.0.2.1 or 2001:db8::1"
        raise SimulatorError(problem[0], got=repr(text), expected=expected, advice=problem[1])
    return Host(text, address)


@lru_cache
def address_of(text: str) -> IPv4Address | IPv6Address | None:
    """The IP address that a text spells in full, or None; IPv6 may stand in brackets (RFC 3986)."""
    bare = text[1:-1] if text.startswith("[") and text.endswith("]") and ":" in text else text
    try:
        return None if "%" in bare else ip_address(bare)
    except ValueError:
        return None


def _problem_of_name(text: str) -> tuple[str, str] | None:
    """The reason why a text that is no address is no host name either, and what to do, or None."""
    if "%" in text and address_of(text.strip("[]").partition("%")[0]) is not None:
        return "An address with a zone means something on one machine alone.", "Leave out the % and the zone."
    if _ENDS_IN_NUMBER.fullmatch(text):
        problem = "Some programs read this as an IPv4 address in a short, octal or hexadecimal form."
        return problem, "Write an IPv4 address as four decimal numbers without leading zeros."
    if not text.isascii():
        ascii_form = _ascii_form(text)
        written = f"Write it as {ascii_form}." if ascii_form else "Write its labels as xn--…"
        return "A name beyond ASCII is another name in DNS and in a certificate.", written
    if not _NAME.fullmatch(text) or len(text.removesuffix(".")) > LONGEST_NAME:
        form = "Labels have 1 to 63 letters, digits, '-' or '_', and the whole name 253 characters at most."
        return "This is no host name.", form
    return None


def _ascii_form(text: str) -> str | None:
    """The form that DNS has for an international name, or None where the versions of IDNA may not agree.

    Python has IDNA 2003. A name that comes back from it as it was has the same form in IDNA 2008; ``ß``,
    for which the two differ, does not come back.
    """
    try:
        encoded = text.encode("idna")
        return encoded.decode() if encoded.decode("idna") == text else None
    except UnicodeError:
        return None
