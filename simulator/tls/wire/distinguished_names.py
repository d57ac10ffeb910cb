"""Distinguished names in DER, as TLS carries them, in the text form of RFC 4514.

A CertificateRequest names CAs of which a trace may know nothing more, so these bytes are read here, without
a crypto library.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator

BMP_STRING = 0x1E  # UTF-16; the other string types of RFC 5280 are UTF-8 or a part of it
# Content octets of the object identifiers that RFC 4514, section 3, has short names for.
SHORT_NAMES = {
    bytes.fromhex("550403"): "CN",
    bytes.fromhex("550406"): "C",
    bytes.fromhex("550407"): "L",
    bytes.fromhex("550408"): "ST",
    bytes.fromhex("550409"): "STREET",
    bytes.fromhex("55040a"): "O",
    bytes.fromhex("55040b"): "OU",
    bytes.fromhex("0992268993f22c640119"): "DC",
    bytes.fromhex("0992268993f22c640101"): "UID",
}


class _Value(NamedTuple):
    """One DER value: its tag, its content octets, and all its octets."""

    tag: int
    content: bytes
    whole: bytes


def name_text(name: bytes) -> str:
    """A name as an RFC 4514 string; ``#`` and hexadecimal where it cannot be read."""
    try:
        (groups,) = _contents(name)
        parts = ["+".join(map(_attribute, _contents(group))) for group in _contents(groups)]
    except (ValueError, IndexError):
        return f"#{name.hex()}"
    return ",".join(reversed(parts))


def request_subject(request: bytes) -> bytes | None:
    """The subject of a certification request (RFC 2986, section 4.1), or None where it cannot be read."""
    try:
        (body,) = _contents(request)
        information = _contents(body)[0]
        subject = list(_values(information))[1]  # after the version
    except (ValueError, IndexError):
        return None
    return subject.whole


def _attribute(data: bytes) -> str:
    """One type and value: ``CN=alice``."""
    identifier, value = _values(data)
    text = value.content.decode("utf-16-be" if value.tag == BMP_STRING else "utf-8")
    text = re.sub(r'([\\"+,;<>]|^#|^ (?=.))', r"\\\1", text, flags=re.DOTALL).replace("\0", r"\00")
    if text.endswith(" "):
        text = f"{text[:-1]}\\ "
    return f"{SHORT_NAMES.get(identifier.content) or _dotted(identifier.content)}={text}"


def _dotted(identifier: bytes) -> str:
    """The dotted form of an object identifier from its content octets (ITU-T X.690, section 8.19)."""
    arcs = [0]
    for octet in identifier:
        arcs[-1] = arcs[-1] << 7 | octet & 0x7F
        if not octet & 0x80:
            arcs.append(0)
    first = min(arcs[0] // 40, 2)
    return ".".join(map(str, (first, arcs[0] - 40 * first, *arcs[1:-1])))


def _values(data: bytes) -> Iterator[_Value]:
    """The values that stand one behind the other."""
    start = 0
    while start < len(data):
        length, content = data[start + 1], start + 2
        if length & 0x80:
            content += length & 0x7F
            length = int.from_bytes(data[start + 2 : content])
        end = content + length
        if end > len(data):
            raise ValueError("the bytes end before the value does")
        yield _Value(data[start], data[content:end], data[start:end])
        start = end


def _contents(data: bytes) -> list[bytes]:
    return [value.content for value in _values(data)]
