"""Certificates that are good but for one field: every field and every extension, damaged in every way.

They are written with the small DER writer, since no library writes such things, and signed by a good root.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import TYPE_CHECKING

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec

from simulator.pki import der
from simulator.pki.key_types import EXTENSION_OIDS
from tests.pki.samples import contents, key, root

if TYPE_CHECKING:
    from collections.abc import Iterator

    from simulator.pki.issuing import Issuer
    from simulator.pki.keys import PrivateKey

# OpenSSL judges at the machine's clock, and so are these judged.
MACHINE_NOW = datetime.now(UTC).replace(microsecond=0)
SCTS = "1.3.6.1.4.1.11129.2.4.2"
_ALGORITHM = der.sequence(der.object_identifier("1.2.840.10045.4.3.2"))
_FIELDS = ("version", "serialNumber", "signature", "issuer", "validity", "subject", "subjectPublicKeyInfo")


def octets(content: bytes) -> bytes:
    """An OCTET STRING."""
    return der.encode(der.OCTET_STRING, content)


def text(tag: int, content: bytes, kind: str = "2.5.4.3") -> bytes:
    """A distinguished name of one attribute, in any string type."""
    pair = der.sequence(der.object_identifier(kind), der.encode(tag, content))
    return der.sequence(der.encode(der.SET, pair))


def policies(*qualifiers: bytes) -> bytes:
    """A certificatePolicies of one policy with these qualifiers."""
    written = [der.sequence(*qualifiers)] if qualifiers else []
    return der.sequence(der.sequence(der.object_identifier("1.2.3.4"), *written))


# A good value of each extension.
GOOD = {
    "basicConstraints": der.sequence(),
    "keyUsage": b"\x03\x02\x07\x80",
    "extKeyUsage": der.sequence(der.object_identifier("1.3.6.1.5.5.7.3.2")),
    "subjectAltName": der.sequence(der.encode(0x82, b"a.example")),
    "subjectKeyIdentifier": octets(b"12345678"),
    "certificatePolicies": policies(),
    "cRLDistributionPoints": der.sequence(
        der.sequence(der.encode(0xA0, der.encode(0xA0, der.encode(0x86, b"http://x/c.crl"))))
    ),
    "authorityInfoAccess": der.sequence(
        der.sequence(der.object_identifier("1.3.6.1.5.5.7.48.1"), der.encode(0x86, b"http://x/"))
    ),
    "netscapeCertType": b"\x03\x02\x07\x80",
    "policyMappings": der.sequence(
        der.sequence(der.object_identifier("1.2.3.4"), der.object_identifier("1.2.3.5"))
    ),
    "policyConstraints": der.sequence(der.encode(0x80, b"\x05")),
    "inhibitAnyPolicy": b"\x02\x01\x05",
    "nameConstraints": der.sequence(der.encode(0xA0, der.sequence(der.encode(0x82, b"a.example")))),
}


@dataclass(frozen=True)
class Damaged:
    """A leaf with one damage.

    Attributes:
        name: the field and the damage.
        der: the certificate.
    """

    name: str
    der: bytes

    @property
    def field(self) -> str:
        """The field that is damaged."""
        return self.name.partition(" ")[0]


@cache
def authority() -> Issuer:
    """The good root above all of them."""
    span = timedelta(days=300)
    return root(not_before=MACHINE_NOW - span, not_after=MACHINE_NOW + span)


def damaged_leaf_key() -> PrivateKey:
    """The private key of every damaged leaf."""
    return key(label="damaged")


@cache
def _good_parts() -> dict[str, bytes]:
    """The fields of a good leaf of that root, up to the extensions."""
    span = timedelta(days=30)
    dates = {"not_before": MACHINE_NOW - span, "not_after": MACHINE_NOW + span}
    leaf = authority().issue(damaged_leaf_key(), contents("CN=alice", "client", **dates)).certificate.der
    tbs = der.children(leaf, der.read_element(leaf))[0]
    return {
        name: leaf[part.start : part.end]
        for name, part in zip(_FIELDS, der.children(leaf, tbs), strict=False)
    }


def extension(dotted: str, content: bytes, *flag: bytes) -> bytes:
    """One extension of a certificate."""
    return der.sequence(der.object_identifier(dotted), *flag, octets(content))


def good_extensions() -> dict[str, bytes]:
    """The extensions of a good leaf."""
    usual = ("basicConstraints", "keyUsage", "extKeyUsage", "subjectAltName")
    return {name: extension(EXTENSION_OIDS[name], GOOD[name]) for name in usual}


def certificate(extensions: list[bytes] | None = None, **changed: bytes) -> bytes:
    """A leaf with these fields and extensions in place of good ones, signed anew."""
    listed = list(good_extensions().values()) if extensions is None else extensions
    parts = [*(_good_parts() | changed).values(), der.encode(0xA3, der.sequence(*listed))]
    tbs = der.sequence(*parts)
    signer = authority().own.private_key
    assert isinstance(signer, ec.EllipticCurvePrivateKey)
    return der.sequence(tbs, _ALGORITHM, der.bit_string(signer.sign(tbs, ec.ECDSA(hashes.SHA256()))))


def with_extension(name: str, content: bytes, *flag: bytes) -> bytes:
    """A leaf with that extension beside the good ones, or in place of the good one of that name."""
    dotted = EXTENSION_OIDS.get(name, name)
    return certificate(list((good_extensions() | {name: extension(dotted, content, *flag)}).values()))


def damaged_extensions() -> Iterator[Damaged]:
    """Every extension with rubbish, a wrong tag, nothing, an empty list, octets behind it, and twice."""
    for name, good in GOOD.items():
        for how, content in {
            "is rubbish": b"\xff\xff\xff",
            "has a wrong tag": b"\x0c" + good[1:],
            "is empty": b"",
            "is an empty value": good[:1] + b"\x00",
            "has octets behind it": good + b"\x05\x00",
            "is NULL": b"\x05\x00",
        }.items():
            if content != good:
                yield Damaged(f"{name} {how}", with_extension(name, content))
        once = extension(EXTENSION_OIDS[name], good)
        listed = [*(good_extensions() | {name: once}).values(), once]
        yield Damaged(f"{name} is there twice", certificate(listed))
    unknown = extension("1.2.3.9", b"\x05\x00")
    yield Damaged("1.2.3.9 is there twice", certificate([*good_extensions().values(), unknown, unknown]))


def odd_extensions() -> Iterator[Damaged]:
    """Extensions that can be read, though they are not as RFC 5280 prescribes."""
    false, true = b"\x01\x01\x00", b"\x01\x01\xff"
    san = EXTENSION_OIDS["subjectAltName"]
    for name, content in {
        "basicConstraints says cA=FALSE": der.sequence(false),
        "basicConstraints limits without cA": der.sequence(b"\x02\x01\x00"),
        "basicConstraints says TRUE as 01": der.sequence(b"\x01\x01\x01"),
        "basicConstraints has a negative limit": der.sequence(true, b"\x02\x01\xff"),
        "keyUsage has no bit": b"\x03\x02\x07\x00",
        "keyUsage has no octet": b"\x03\x01\x00",
        "keyUsage ends with zeros": b"\x03\x02\x00\x80",
        "subjectAltName has an ediPartyName": der.sequence(der.encode(0xA5, der.encode(0xA1, b"\x0c\x01x"))),
        "subjectAltName has an x400Address": der.sequence(der.encode(0xA3, der.sequence())),
        "subjectAltName has an address of 5 octets": der.sequence(der.encode(0x87, b"12345")),
        "subjectAltName has Latin-1": der.sequence(der.encode(0x82, b"j\xf6rg.example")),
        "subjectAltName has tag 9": der.sequence(der.encode(0x89, b"x")),
        "certificatePolicies has a broken qualifier": policies(b"\x0c\x01x"),
        "authorityKeyIdentifier is rubbish": b"\xff",
        "authorityKeyIdentifier names half": der.sequence(der.encode(0x82, b"\x05")),
    }.items():
        yield Damaged(name, with_extension(name.partition(" ")[0], content))
    yield Damaged(f"{SCTS} is rubbish", with_extension(SCTS, b"\xff"))
    names = GOOD["subjectAltName"]
    listed = [extension(san, names, false)]
    yield Damaged("subjectAltName says that it is not critical", certificate(listed))
    yield Damaged("extensions is an empty list", certificate([]))


def odd_fields() -> Iterator[Damaged]:
    """Names, dates and numbers that are not as RFC 5280 prescribes."""
    good = _good_parts()
    for how, name in {
        "has an underscore in a PrintableString": text(0x13, b"dev_7"),
        "has Latin-1 in a TeletexString": text(0x14, b"J\xf6rg"),
        "has Latin-1 in an IA5String": text(0x16, b"j\xf6rg@x", "1.2.840.113549.1.9.1"),
        "has Latin-1 in a UTF8String": text(0x0C, b"J\xf6rg"),
        "has half a character in a BMPString": text(0x1E, b"\x00J\x00"),
        "has a NumericString with letters": text(0x12, b"x"),
        "has a number for a value": text(0x02, b"\x05"),
        "has an OCTET STRING for a value": text(0x04, b"\x05"),
        "has an empty value": text(0x0C, b""),
        "has an empty relative name": der.sequence(der.encode(der.SET)),
        "is a SET": b"\x31" + text(0x0C, b"x")[1:],
        "has values in place of pairs": der.sequence(der.encode(der.SET, b"\x0c\x01x")),
        "is empty": der.sequence(),
    }.items():
        yield Damaged(f"subject {how}", certificate(subject=name))
    end = b"\x17\x0d491231235959Z"
    for field, how, start, stop in (
        ("notBefore", "has no seconds", b"\x17\x0b2001010000Z", end),
        ("notBefore", "is a text", b"\x0c\x0d200101000000Z", end),
        ("notBefore", "is the 13th month", b"\x17\x0d201301000000Z", end),
        ("notAfter", "has an offset", b"\x17\x0d200101000000Z", b"\x17\x11491231235959+0100"),
        ("notAfter", "has a fraction", b"\x17\x0d200101000000Z", b"\x18\x1120491231235959.5Z"),
        ("notAfter", "is empty", b"\x17\x0d200101000000Z", b"\x17\x00"),
    ):
        yield Damaged(f"{field} {how}", certificate(validity=der.sequence(start, stop)))
    number = good["serialNumber"]
    yield Damaged("serialNumber is padded", certificate(serialNumber=b"\x02\x03\x00\x00\x01"))
    yield Damaged("serialNumber is empty", certificate(serialNumber=b"\x02\x00"))
    yield Damaged("serialNumber is negative", certificate(serialNumber=b"\x02\x01\x80"))
    yield Damaged("serialNumber is an OCTET STRING", certificate(serialNumber=b"\x04" + number[1:]))
    yield Damaged("version is 5", certificate(version=der.encode(0xA0, b"\x02\x01\x04")))
    yield Damaged("version is 1 and written out", certificate(version=der.encode(0xA0, b"\x02\x01\x00")))
    yield Damaged("version is no number", certificate(version=der.encode(0xA0, b"\x05\x00")))


def damaged_certificates() -> list[Damaged]:
    """All of them."""
    return [*damaged_extensions(), *odd_extensions(), *odd_fields()]
