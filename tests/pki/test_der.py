import pytest
from cryptography import x509
from hypothesis import given
from hypothesis import strategies as st

from simulator.pki import der
from simulator.pki.keys import KeyType
from simulator.pki.signing import signed_again
from tests.pki.samples import KEY_TYPES, contents, key, root


@given(st.binary(max_size=70_000))
def test_what_is_written_is_read(content: bytes) -> None:
    """A value of any length, short form or long, is found again with exactly its content."""
    written = der.sequence(content)
    found = der.read_element(b"xx" + written + b"yy", 2)
    assert found.tag == der.SEQUENCE
    assert (b"xx" + written + b"yy")[found.content : found.end] == content
    assert found.end == 2 + len(written)


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


@pytest.mark.parametrize("key_type", [one for one in KEY_TYPES if not one.value.startswith("Ed")])
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
    """NULL and BIT STRING, byte for byte."""
    assert der.encode(der.NULL) == b"\x05\x00"
    assert der.bit_string(b"\xaa") == b"\x03\x02\x00\xaa"
    assert x509.ObjectIdentifier(der.dotted(b"\x55\x1d\x0f")) == x509.OID_KEY_USAGE
