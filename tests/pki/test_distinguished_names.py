"""Distinguished names: read in every spelling, and equal as RFC 5280, section 7.1 has it."""

from __future__ import annotations

import subprocess
import time
from contextlib import suppress
from typing import TYPE_CHECKING

import pytest
from cryptography import x509
from hypothesis import given
from hypothesis import strategies as st

from simulator.errors import CertificateError
from simulator.pki.bundles import write_pem
from simulator.pki.distinguished_name import folded, prepared
from simulator.pki.name_text import read_distinguished_name
from tests import peers
from tests.pki.samples import root
from tests.played import EVERYTHING, for_each

if TYPE_CHECKING:
    from pathlib import Path

    from simulator.pki.distinguished_name import RelativeNames

CN, OU, ORG, UID = "2.5.4.3", "2.5.4.11", "2.5.4.10", "0.9.2342.19200300.100.1.1"
ALICE: RelativeNames = (((ORG, "Example, Inc."),), ((OU, "staff"),), ((CN, "alice"),))

SPELLINGS = [
    r"CN=alice,OU=staff,O=Example\, Inc.",
    r"cn=alice,ou=staff,o=Example\2C Inc.",
    r"2.5.4.3=alice,OID.2.5.4.11=staff,organizationName=Example\, Inc.",
    r"CN=#0C05616C696365,OU=#13057374616666,O=Example\2c Inc.",
    'CN=alice, OU=staff, O="Example, Inc."',  # Java
    'O = "Example, Inc.", OU = staff, CN = alice',  # OpenSSL 3.0
    "/O=Example, Inc./OU=staff/CN=alice",  # its one-line form
    r" CN=alice ; OU=staff;O=Example\, Inc. ",  # RFC 1779
]


@pytest.mark.parametrize("text", SPELLINGS)
def test_one_name_in_every_spelling(text: str) -> None:
    """However OpenSSL, Java and RFC 4514 write it, the same name is read."""
    assert read_distinguished_name(text) == ALICE


def test_values() -> None:
    """Escapes, quotes, hexadecimal encodings and the spaces around a value are read as their form has it."""
    cases = [
        (r"CN=J\C3\B6rg", "Jörg"),
        ("CN=Jörg", "Jörg"),
        (r"/CN=J\xC3\xB6rg", "Jörg"),
        (r"CN=\ two  words\ ", " two  words "),
        (r"CN=\ ", " "),
        ("CN=  x  ", "x"),
        (r"CN=\#1", "#1"),
        (r"CN=a\\", "a\\"),
        (r'CN="a \"b\", c"', 'a "b", c'),
        ("CN=a=b", "a=b"),
        ("CN=#1E08006100C3005A263A", "aÃZ☺"),
        ("CN=#14044AF67267", "Jörg"),
        ("CN=#030200FF", "00ff"),
        ("/CN=http://x/y+z", "http://x/y+z"),
        (r"/CN=a\/b\+c", "a/b+c"),
    ]
    for text, value in cases:
        assert read_distinguished_name(text) == (((CN, value),),), text


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("alice", "cannot be read from 'alice' on"),
        ("CN=alice,", "ends with a separator"),
        ("CN=alice,foo=x", "'foo' is unknown; known are CN, SN,"),
        ("CN=alice,organisationName=x", "Did you mean 'organizationName'"),
        ("CN=alice,3.5.4=x", "'3.5.4' is unknown"),
        (r"CN=\C3", "are not UTF-8"),
        ("CN=#0C05", "not a value in DER"),
        ("CN=#zz", "not a value in DER"),
        ('CN="alice', "cannot be read"),
        ("CN=a\\", "cannot be read"),
        ("/CN", "Write /type=value parts"),
        ("C=DE, O=Example, CN=alice", "Write /C=DE/O=Example/CN=alice"),
    ],
)
def test_what_is_no_name(text: str, said: str) -> None:
    """A text that is no name, or could be two, is refused with the place and what is known."""
    with pytest.raises(CertificateError, match=r"distinguished name") as refused:
        read_distinguished_name(text)
    assert said in str(refused.value)


VALUES = st.text(st.characters(codec="utf-8", exclude_categories=["Cs"]), min_size=1, max_size=12)
ATTRIBUTES = st.tuples(st.sampled_from([CN, OU, ORG, UID, "1.2.3.4"]), VALUES)
NAMES = st.lists(
    st.lists(ATTRIBUTES, min_size=1, max_size=3, unique_by=lambda one: one[0]), min_size=1, max_size=4
)


@given(NAMES)
def test_reading_undoes_what_another_library_writes(names: list[list[tuple[str, str]]]) -> None:
    """The RFC 4514 text that pyca writes is read as the name; order within a relative name means nothing."""
    library = x509.Name(
        x509.RelativeDistinguishedName(
            x509.NameAttribute(x509.ObjectIdentifier(kind), value, _validate=False) for kind, value in rdn
        )
        for rdn in names
    )
    plain = tuple(map(tuple, names))
    assert read_distinguished_name(library.rfc4514_string()) == plain
    shuffled = tuple(tuple(sorted(rdn, reverse=True)) for rdn in plain)
    assert folded(shuffled) == folded(plain)


@given(st.text(max_size=60))
def test_any_text_is_read_or_refused_in_words(text: str) -> None:
    """No text makes the reader raise anything but its own error."""
    with suppress(CertificateError):
        read_distinguished_name(text)


@given(VALUES)
def test_preparation_is_idempotent_and_forgets_case_and_spaces(value: str) -> None:
    """A prepared value is prepared; letter case and further spaces change nothing."""
    once = prepared(value)
    assert prepared(once) == once
    if value.isascii():
        assert prepared(f"  {value.swapcase()} ".replace(" ", "   ")) == once


@pytest.mark.parametrize("kind", [CN, "0.9.2342.19200300.100.1.25"])
def test_a_text_longer_than_any_name_is_not_prepared(kind: str) -> None:
    """What is quadratic to prepare has a bound: 40,000 combining marks equal themselves alone, at no cost."""
    marks = "\u0f73\u0f72" * 20_000
    began = time.process_time()
    assert folded((((kind, marks),),)) == (((kind, marks),),)
    assert time.process_time() - began < 0.5


SAME = [
    # RFC 4518: case folding, mapping, spaces, compatibility forms
    ("CN=Alice  Smith", "CN=alice smith"),
    ("CN=STRASSE", "CN=straße"),
    ("CN=JÖRG", "CN=jo\u0308rg"),
    ("CN=al\u00adice", "CN=alice"),
    ("CN=a\u00a0b", "CN=a b"),
    ("CN=ＡＬＩＣＥ", "CN=alice"),
    ("CN=ﬁsh", "CN=FISH"),
    ("CN=#0C05616C696365", "CN=#1305414C494345"),
    ("CN=#1E0A0061006C006900630065", "CN=alice"),
    ("UID=a1+CN=alice,O=Example", "CN=alice+UID=a1,O=Example"),
    ("DC=Example,DC=COM", "dc=example,dc=com"),
    ("DC=müller,DC=example", "DC=xn--mller-kva,DC=example"),
    ("emailAddress=Alice@Example.COM", "E=alice@example.com"),
    ("CN=\U0001f600", "CN=\U0001f600"),  # newer than Unicode 3.2: equal to itself alone
]
OTHER = [
    ("CN=alice", "CN=alicia"),
    ("CN=alice", "OU=alice"),
    ("CN=alice,O=x", "O=x,CN=alice"),
    ("CN=alice+O=x", "CN=alice,O=x"),
    ("CN=alice", "CN=alice,O=x"),
    ("CN=a b", "CN=ab"),
    ("CN=a \u0308b", "CN=a\u0308b"),  # a space that bears a mark counts
    ("CN=müller", "CN=xn--mller-kva"),  # a label of the DNS in domainComponent alone
    ("CN=\U0001f600", "CN=\U0001f601"),
]


@for_each("one, other", SAME)
def test_the_same_name(one: str, other: str) -> None:
    """Two spellings that RFC 5280, section 7.1 has for one name fold to one value."""
    assert folded(read_distinguished_name(one)) == folded(read_distinguished_name(other))


@pytest.mark.parametrize(("one", "other"), OTHER)
def test_another_name(one: str, other: str) -> None:
    """Names that differ in more than the spelling stay apart."""
    assert folded(read_distinguished_name(one)) != folded(read_distinguished_name(other))


PRINTED = [
    "CN=alice",
    r"CN=Smith\, Alice,OU=R+O=a\=b\+c,C=DE",
    r"CN=Jörg \"J\" Müller",
    r"CN=\ lead\ ,O=\#hash",
    "UID=a1+CN=alice,DC=example,DC=com",
    "emailAddress=a@example.com,CN=http://x/y,serialNumber=7,GN=Al,SN=Ice,title=Dr",
]


@pytest.mark.parametrize("text", PRINTED)
def test_names_as_openssl_prints_them(text: str, tmp_path: Path) -> None:
    """The forms that OpenSSL prints a certificate's subject in are all read as that subject."""
    made = root(subject=text).own.certificate
    pem = tmp_path / "one.pem"
    pem.write_bytes(write_pem([made]))
    for form in ("RFC2253", "RFC2253,utf8,-esc_msb", "oneline", "compat"):
        order = [peers.program("openssl"), "x509", "-in", str(pem), "-noout", "-subject", "-nameopt", form]
        printed = subprocess.run(order, capture_output=True, check=True, text=True).stdout
        shown = printed.removeprefix("subject=").removeprefix(" ").removesuffix("\n")
        several = any(len(rdn) > 1 for rdn in made.subject_name.rdns)
        if form == "compat" and several:
            continue  # that form shows one relative name with two attributes as two
        assert folded(read_distinguished_name(shown)) == made.subject_name.folded, shown


@pytest.mark.skipif(not EVERYTHING, reason="keytool takes a second")
def test_names_as_keytool_prints_them(tmp_path: Path) -> None:
    """The subject as Java prints it is read as that subject."""
    made = root(subject=PRINTED[2]).own.certificate
    pem = tmp_path / "one.pem"
    pem.write_bytes(write_pem([made]))
    order = [peers.program("keytool"), "-printcert", "-file", str(pem)]
    printed = subprocess.run(order, capture_output=True, check=True, text=True).stdout
    shown = next(line for line in printed.splitlines() if line.startswith("Owner: ")).removeprefix("Owner: ")
    assert folded(read_distinguished_name(shown)) == made.subject_name.folded


def openssl_hash(text: str, tmp_path: Path) -> str:
    """OpenSSL's hash of a name, which is one of its canonical form (X509_NAME_hash)."""
    pem = tmp_path / "hashed.pem"
    pem.write_bytes(write_pem([root(subject=text).own.certificate]))
    order = [peers.program("openssl"), "x509", "-in", str(pem), "-noout", "-subject_hash"]
    return subprocess.run(order, capture_output=True, check=True, text=True).stdout.strip()


ASCII_PAIRS = [
    ("CN=alice,O=Example", "CN=ALICE,O=example"),
    ("CN=Alice  Smith", "CN=alice smith"),
    (r"CN=\ alice\ ", "CN=alice"),
    ("CN=alice+UID=a1", "UID=A1+CN=Alice"),
    ("DC=Example,DC=COM", "DC=example,DC=com"),
    ("emailAddress=A@X.COM,CN=a", "emailAddress=a@x.com,CN=a"),
    ("CN=alice", "CN=alicia"),
    ("CN=alice,O=x", "O=x,CN=alice"),
    ("CN=alice+O=x", "CN=alice,O=x"),
    ("CN=a b", "CN=ab"),
]


@pytest.mark.parametrize(("one", "other"), ASCII_PAIRS)
def test_openssl_holds_the_same_ascii_names_for_one(one: str, other: str, tmp_path: Path) -> None:
    """For names in ASCII, OpenSSL's canonical forms are equal exactly where the folded names are."""
    ours = folded(read_distinguished_name(one)) == folded(read_distinguished_name(other))
    assert (openssl_hash(one, tmp_path) == openssl_hash(other, tmp_path)) is ours


@pytest.mark.parametrize(("one", "other"), [("CN=JÖRG", "CN=jörg"), ("CN=straße", "CN=STRASSE")])
def test_openssl_folds_ascii_alone(one: str, other: str, tmp_path: Path) -> None:
    """A measured difference: OpenSSL knows no letter case beyond ASCII, RFC 5280 does."""
    assert folded(read_distinguished_name(one)) == folded(read_distinguished_name(other))
    assert openssl_hash(one, tmp_path) != openssl_hash(other, tmp_path)
