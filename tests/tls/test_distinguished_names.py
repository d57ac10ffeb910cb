"""Distinguished names as text: read without a crypto library, to the same words as with one."""

from __future__ import annotations

import pytest
from cryptography import x509
from cryptography.x509.name import _ASN1Type
from cryptography.x509.oid import NameOID
from hypothesis import given
from hypothesis import strategies as st

from simulator.tls.wire.distinguished_names import name_text, request_subject
from tests.played import RUNS, for_each, run_of

KINDS = (
    NameOID.COMMON_NAME,
    NameOID.ORGANIZATION_NAME,
    NameOID.ORGANIZATIONAL_UNIT_NAME,
    NameOID.LOCALITY_NAME,
    NameOID.STATE_OR_PROVINCE_NAME,
    NameOID.STREET_ADDRESS,
    NameOID.DOMAIN_COMPONENT,
    NameOID.USER_ID,
    NameOID.EMAIL_ADDRESS,
    NameOID.SERIAL_NUMBER,
    x509.ObjectIdentifier("2.999.1234567890"),
    x509.ObjectIdentifier("1.3.6.1.4.1.311.21.1"),
)
texts = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=20) | st.sampled_from(
    ("#", "#a", " ", "  ", " a ", "a,b", 'a"b', "a+b;<c>\\", "\0", "a\nb", "é漢字", " \n", "= x")
)
attributes = st.builds(
    lambda kind, text, type_: x509.NameAttribute(kind, text, type_, _validate=False),
    st.sampled_from(KINDS),
    texts,
    st.just(_ASN1Type.UTF8String),
)
names = st.lists(attributes, max_size=4).map(x509.Name)


@given(names)
def test_a_name_reads_as_the_library_writes_it(name: x509.Name) -> None:
    """The text of a name is the library's, whatever stands in it."""
    assert name_text(name.public_bytes()) == name.rfc4514_string()


def test_the_usual_names_of_authorities() -> None:
    """A name as OpenSSL writes it, with a country, a mail address and a string of two octets a character."""
    name = x509.Name(
        [
            x509.NameAttribute(NameOID.COUNTRY_NAME, "DE"),
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, "Öffentlich", _ASN1Type.BMPString),
            x509.NameAttribute(NameOID.EMAIL_ADDRESS, "ca@example.com"),
        ]
    )
    expected = "1.2.840.113549.1.9.1=ca@example.com,O=Öffentlich,C=DE"
    assert (name_text(name.public_bytes()), name.rfc4514_string()) == (expected, expected)
    assert name_text(x509.Name([]).public_bytes()) == ""


def test_a_part_of_two_values() -> None:
    """A relative name of two values joins them with a plus sign, in the order of their bytes."""
    parts = [x509.NameAttribute(NameOID.COMMON_NAME, "a"), x509.NameAttribute(NameOID.ORGANIZATION_NAME, "b")]
    name = x509.Name([x509.RelativeDistinguishedName(parts), x509.RelativeDistinguishedName(parts[:1])])
    assert name_text(name.public_bytes()) == name.rfc4514_string() == "CN=a,CN=a+O=b"


@given(st.binary(max_size=60))
def test_what_is_no_name_is_shown_as_bytes(data: bytes) -> None:
    """Whatever a peer calls a name, reading it ends with a text."""
    assert isinstance(name_text(data), str)
    request_subject(data)


@pytest.mark.parametrize("data", [b"", b"\x30", b"\x30\x02\x31", b"\x30\x00\x00", b"\x30\x03\x31\x01\xff"])
def test_a_broken_name_is_shown_as_bytes(data: bytes) -> None:
    """Bytes that are not one whole name are shown in hexadecimal."""
    assert name_text(data) == f"#{data.hex()}"


@for_each("name, tls", RUNS)
def test_every_name_of_a_run(name: str, tls: str) -> None:
    """The names in the certificates of a run read as its setup says, and a request names its certificate."""
    trace = run_of(name, tls).trace
    facts = [held.facts for held in trace.setup.certificates if held.facts]
    assert [one.subject for one in facts] == [name_text(one.subject_der) for one in facts]
    requests = [
        event.fact.raw for event in trace.events if getattr(event.fact, "name", "") == "CertificationRequest"
    ]
    known = {one.subject_der for one in facts}
    assert {request_subject(raw) for raw in requests} <= known
