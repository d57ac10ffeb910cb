"""The declarative codec: every kind of field, its bounds, and its annotation."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulator.errors import SimulatorError
from simulator.tls.wire.alerts import AlertDescription, ProtocolViolation
from simulator.tls.wire.codec import Field, FieldKind, FieldNotes, decode_whole
from simulator.tls.wire.extension_forms import KeyShareEntry
from simulator.tls.wire.kinds import Fixed, Opaque, Rest, Uint, Vector

UINT16S = Vector(2, Uint(2), 2, 8, "number")

READABLE: list[tuple[FieldKind[object], str, object]] = [
    (Uint(1), "ff", 255),
    (Uint(2), "0102", 0x0102),
    (Uint(3), "010203", 0x010203),
    (Uint(4), "01020304", 0x01020304),
    (Fixed(3), "616263", b"abc"),
    (Rest(0, 3), "", b""),
    (Rest(0, 3), "616263", b"abc"),
    (Opaque(1, 0, 3), "00", b""),
    (Opaque(1, 0, 3), "03616263", b"abc"),
    (Opaque(2, 1, 3), "000161", b"a"),
    (Opaque(3, 1, 3), "00000161", b"a"),
    (UINT16S, "000401020304", (0x0102, 0x0304)),
    (Vector(1, Uint(1), 1, 3, "number"), "020708", (7, 8)),
    (Vector(1, Uint(3), 0, 9, "number"), "06000001000002", (1, 2)),
    (Vector(1, Opaque(1, 1, 2), 0, 9, "name"), "050161026263", (b"a", b"bc")),
    (KeyShareEntry.KIND, "001d0002aabb", KeyShareEntry(0x001D, b"\xaa\xbb")),
]

MALFORMED: list[tuple[FieldKind[object], str, str]] = [
    (Uint(2), "01", "cut off"),
    (Uint(2), "010203", "followed by another byte"),
    (Fixed(3), "6162", "cut off"),
    (Rest(1, 3), "", "too short"),
    (Rest(1, 3), "61626364", "too long"),
    (Opaque(2, 0, 3), "00", "length cut off"),
    (Opaque(1, 0, 3), "036162", "content cut off"),
    (Opaque(1, 0, 3), "0461626364", "longer than allowed"),
    (Opaque(1, 1, 3), "00", "shorter than allowed"),
    (UINT16S, "0000", "too few elements"),
    (UINT16S, "0003010203", "half an element"),
    (UINT16S, "000a01020304050607080900", "too many elements"),
    (Vector(1, Uint(3), 0, 9, "number"), "0400000100", "half an element of three bytes"),
    (Vector(1, Opaque(1, 1, 2), 0, 9, "name"), "0200016162", "an element that passes the end"),
    (KeyShareEntry.KIND, "001d0000", "an empty field in a structure"),
]


@pytest.mark.parametrize(("kind", "text", "value"), READABLE)
def test_reads_and_writes_the_same(kind: FieldKind[object], text: str, value: object) -> None:
    """Each kind reads its bytes as the value and writes the value as those bytes."""
    assert decode_whole(kind, bytes.fromhex(text), "it") == value
    assert kind.write(value).hex() == text


@pytest.mark.parametrize(("kind", "text", "why"), MALFORMED)
def test_malformed_is_a_decode_error(kind: FieldKind[object], text: str, why: str) -> None:
    """Each way to be malformed is answered with decode_error."""
    with pytest.raises(ProtocolViolation) as raised:
        decode_whole(kind, bytes.fromhex(text), "it")
    assert raised.value.alert is AlertDescription.DECODE_ERROR


@pytest.mark.parametrize(("kind", "text", "value"), READABLE)
def test_no_cut_is_read_as_something_else(kind: FieldKind[object], text: str, value: object) -> None:
    """A value cut off anywhere is a decode_error, unless what is left is a shorter Rest."""
    raw = bytes.fromhex(text)
    for length in range(len(raw) if not isinstance(kind, Rest) else 0):
        with pytest.raises(ProtocolViolation):
            decode_whole(kind, raw[:length], "it")


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        (Uint(1), 256),
        (Uint(2), -1),
        (Fixed(3), b"ab"),
        (Rest(1, 3), b""),
        (Opaque(1, 1, 3), b""),
        (Opaque(1, 1, 3), b"abcd"),
        (UINT16S, ()),
        (UINT16S, (1, 2, 3, 4, 5)),
        (UINT16S, (65536,)),
    ],
)
def test_values_that_do_not_fit_are_misuse(kind: FieldKind[object], value: object) -> None:
    """Writing what could not be read back is refused before it reaches a wire."""
    with pytest.raises(SimulatorError) as raised:
        kind.write(value)
    assert not isinstance(raised.value, ProtocolViolation)


def test_a_value_outside_the_allowed_ones_is_an_illegal_parameter() -> None:
    """A number that has the right form and no meaning is answered with illegal_parameter."""
    with pytest.raises(ProtocolViolation) as raised:
        decode_whole(Uint(1, allowed=frozenset({0, 1})), b"\x02", "it")
    assert raised.value.alert is AlertDescription.ILLEGAL_PARAMETER


def test_the_error_names_the_place() -> None:
    """The sentence of a decode_error says in which field of which element it went wrong."""
    kind = Vector(1, KeyShareEntry.KIND, 0, 255, "KeyShareEntry")
    with pytest.raises(ProtocolViolation, match=r"shares\.KeyShareEntry 1\.key_exchange is malformed"):
        decode_whole(kind, bytes.fromhex("09001d0001aa00170000"), "shares")


def test_annotation_of_a_structure() -> None:
    """A structure is described as its fields, each with offset, length, bytes, meaning and depth."""
    notes = FieldNotes(bytes.fromhex("001d0002aabb"))
    assert KeyShareEntry.KIND.describe(notes, "entry", 0, 6, 0, "a share") == 6
    key = bytes.fromhex("aabb")
    assert notes.fields == [
        Field("entry", 0, 6, notes.data, "a share", 0, is_leaf=False),
        Field("group", 0, 2, b"\x00\x1d", "x25519", 1, is_leaf=True),
        Field("key_exchange", 2, 4, b"\x00\x02" + key, "the ephemeral public key", 1, is_leaf=False),
        Field("length", 2, 2, b"\x00\x02", "2 bytes follow", 2, is_leaf=True),
        Field("key_exchange", 4, 2, key, "the ephemeral public key", 2, is_leaf=True),
    ]


@given(st.sampled_from([kind for kind, _, _ in READABLE]), st.binary(max_size=40))
def test_any_bytes_give_a_value_or_a_violation(kind: FieldKind[object], raw: bytes) -> None:
    """Whatever the bytes, a kind gives a value that writes them again, or a ProtocolViolation."""
    try:
        value = decode_whole(kind, raw, "it")
    except ProtocolViolation:
        return
    assert kind.write(value) == raw
