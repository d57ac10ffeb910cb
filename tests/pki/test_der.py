from datetime import UTC, datetime, timedelta, timezone

import pytest
from cryptography import x509
from hypothesis import given
from hypothesis import strategies as st

from simulator.pki import der
from simulator.pki.keys import KeyType
from simulator.pki.signing import signed_again
from tests.pki.samples import contents, key, root


@given(st.binary(max_size=70_000))
def test_what_is_written_is_read(content: bytes) -> None:
    """A value of any length, short form or long, is found again with exactly its content."""
    written = der.sequence(content)
    found = der.read_element(b"xx" + written + b"yy", 2)
    assert found.tag == der.SEQUENCE
    assert (b"xx" + written + b"yy")[found.content : found.end] == content
    assert found.end == 2 + len(written)


@given(st.integers(min_value=-(2**200), max_value=2**200) | st.sampled_from([-129, -128, -1, 0, 127, 128]))
def test_integers_are_shortest_twos_complement(number: int) -> None:
    """An INTEGER reads back as the number, and its first nine bits are not all equal (X.690, 8.3.2)."""
    content = der.integer(number)[2:]
    assert int.from_bytes(content, "big", signed=True) == number
    assert len(content) == 1 or int.from_bytes(content[:2], "big") >> 7 not in (0, 0b111111111)


@given(
    st.tuples(st.integers(0, 2), st.integers(0, 39)),
    st.lists(st.integers(0, 2**40), max_size=8),
)
def test_object_identifiers_come_back(top: tuple[int, int], rest: list[int]) -> None:
    """The dotted form survives writing and reading."""
    dotted = ".".join(map(str, (*top, *rest)))
    written = der.object_identifier(dotted)
    assert der.dotted(written[2:]) == dotted


def test_the_second_arc_below_two_may_be_large() -> None:
    """2.999 is one arc of 1079 on the wire (X.690, section 8.19.5)."""
    assert der.object_identifier("2.999.3") == bytes.fromhex("0603883703")
    assert der.dotted(bytes.fromhex("883703")) == "2.999.3"


@pytest.mark.parametrize(
    ("moment", "written"),
    [
        (datetime(2049, 12, 31, 23, 59, 59, tzinfo=UTC), b"\x17\x0d491231235959Z"),
        (datetime(2050, 1, 1, tzinfo=UTC), b"\x18\x0f20500101000000Z"),
        (datetime(2030, 1, 1, 1, tzinfo=timezone(timedelta(hours=2))), b"\x17\x0d291231230000Z"),
    ],
)
def test_times_change_their_form_in_2050(moment: datetime, written: bytes) -> None:
    """UTCTime until 2049 and GeneralizedTime from 2050, always in UTC."""
    assert der.time(moment) == written


@pytest.mark.parametrize("key_type", [one for one in KeyType if one is not KeyType.ED25519])
def test_the_writer_puts_a_certificate_together_as_the_library_does(key_type: KeyType) -> None:
    """Signing again with the hash that was used gives the library's own bytes, down to the signature."""
    authority = root(key_type)
    leaf = authority.issue(key(), contents("CN=leaf", "client")).certificate
    assert signed_again(leaf.der, authority.own.private_key, str(leaf.signature_hash)) == leaf.der


@pytest.mark.parametrize(
    "data", [b"", b"\x30", b"\x30\x05\x00", b"\x30\x80", b"\x30\x85\x00\x00\x00\x00\x01", b"\x30\x82\x01"]
)
def test_broken_bytes_are_a_value_error(data: bytes) -> None:
    """Truncation, and lengths that DER does not have, are said to be so."""
    with pytest.raises(ValueError, match=r"the bytes end|DER does not allow"):
        der.read_element(data)


def test_a_child_may_not_leave_its_parent() -> None:
    """A value that runs over the end of what holds it is found."""
    data = b"\x30\x03\x04\x04\x00\x00\x00\x00"
    with pytest.raises(ValueError, match="runs over"):
        der.children(data, der.read_element(data))


def test_the_small_values_are_as_x690_has_them() -> None:
    """BOOLEAN, NULL, BIT STRING and explicit tags, byte for byte."""
    assert der.boolean(True) == b"\x01\x01\xff"
    assert der.boolean(False) == b"\x01\x01\x00"
    assert der.encode(der.NULL) == b"\x05\x00"
    assert der.bit_string(b"\xaa") == b"\x03\x02\x00\xaa"
    assert der.explicit(3, der.sequence()) == b"\xa3\x02\x30\x00"
    assert x509.ObjectIdentifier(der.dotted(b"\x55\x1d\x0f")) == x509.OID_KEY_USAGE
