"""User principal names in a subjectAltName: written, read, and what is no such name."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from cryptography import x509

from simulator.engine.certificate_facts import facts_of
from simulator.pki import der
from simulator.pki.key_types import USER_PRINCIPAL_NAME
from tests.actors.made import certificate

if TYPE_CHECKING:
    from simulator.pki.certificate import Certificate

UPN = der.object_identifier(USER_PRINCIPAL_NAME)


def with_other_name(*parts: bytes) -> Certificate:
    """A certificate whose one alternative name is an otherName with these parts."""
    names = der.sequence(der.encode(0xA0, *parts))
    return certificate("CN=alice", further_extensions=(("2.5.29.17", False, names),))


def test_it_is_written_as_the_library_reads_it() -> None:
    """The library finds an otherName of the right type, and in it a UTF8String."""
    made = certificate("CN=alice", principal_names=("j\xf6rg@corp.example",))
    names = x509.load_der_x509_certificate(made.der).extensions.get_extension_for_class(
        x509.SubjectAlternativeName
    )
    (other,) = names.value.get_values_for_type(x509.OtherName)
    assert (USER_PRINCIPAL_NAME, der.encode(der.UTF8_STRING, "j\xf6rg@corp.example".encode())) == (
        other.type_id.dotted_string,
        other.value,
    )


def test_it_is_read_and_still_counts_as_an_other_name() -> None:
    """Name constraints know it by its kind alone; a mapping and a picture know what it says."""
    made = certificate("CN=alice", alternative_names=("a.example",), principal_names=("a@b", "c@d"))
    names = made.subject_alternative_name
    assert names is not None
    assert (("a@b", "c@d"), ("otherName", "otherName"), 3) == (names.upns, names.others, len(names))
    texts = {one.name: one.text for one in facts_of(made).extensions}
    assert "DNS name a.example, UPN a@b, UPN c@d" == texts["subjectAltName"]


@pytest.mark.parametrize(
    "parts",
    [
        (),
        (UPN,),
        (UPN, der.encode(0xA0)),
        (UPN, der.encode(0xA0, b"\x0c\x05ab")),
        (UPN, der.encode(0xA0, der.encode(der.UTF8_STRING, b"\xff"))),
        (UPN, der.encode(0xA0, der.encode(0x16, b"a@b"))),
        (UPN, der.encode(0xA0, der.encode(der.UTF8_STRING, b"a@b")), UPN),
        (der.encode(der.UTF8_STRING, b"x"), der.encode(0xA0, der.encode(der.UTF8_STRING, b"a@b"))),
        (der.object_identifier("1.2.3"), der.encode(0xA0, der.encode(der.UTF8_STRING, b"a@b"))),
    ],
)
def test_what_is_no_such_name_is_an_other_name_as_before(parts: tuple[bytes, ...]) -> None:
    """Another type, another string or broken bytes: no UPN, and never an error."""
    names = with_other_name(*parts).subject_alternative_name
    assert names is not None
    assert ((), ("otherName",)) == (names.upns, names.others)
