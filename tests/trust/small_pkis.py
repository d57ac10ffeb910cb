"""Small random PKIs: chains with faults, cross-signed CAs, namesakes, and stores that hold anything."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from itertools import pairwise
from typing import TYPE_CHECKING

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519
from cryptography.hazmat.primitives.serialization import Encoding

from simulator.pki import der
from simulator.pki.certificate import Certificate
from simulator.pki.keys import KeyType
from tests.trust.worlds import DAY, HOST, NOW, key, spoiled

if TYPE_CHECKING:
    import random
    from collections.abc import Callable
    from datetime import datetime

    from simulator.pki.keys import PrivateKey
    from simulator.tls.wire.version import Side

SECOND = timedelta(seconds=1)
KEY_USAGES = {
    "certificates": x509.KeyUsage(False, False, False, False, False, True, False, False, False),
    "lists": x509.KeyUsage(False, False, False, False, False, False, True, False, False),
    "signing": x509.KeyUsage(True, False, False, False, False, False, False, False, False),
    "agreement": x509.KeyUsage(False, False, False, False, True, False, False, False, False),
    "encipherment": x509.KeyUsage(False, False, True, False, False, False, False, False, False),
    "content": x509.KeyUsage(False, True, False, False, False, False, False, False, False),
}
OTHER_KEYS = (KeyType.RSA2048, KeyType.RSA1024, KeyType.ED25519, KeyType.P384)
KNOWN_EXTENSIONS = (
    *(f"2.5.29.{number}" for number in (14, 15, 17, 19, 30, 31, 32, 35, 36, 37, 54)),
    "1.3.6.1.5.5.7.1.1",
    "2.16.840.1.113730.1.1",
)
# Nothing, NULL, empty values, zero bits, an octet too much, octets that end early.
ODD_VALUES = tuple(
    bytes.fromhex(value)
    for value in ("", "0500", "3000", "0400", "030100", "03020700", "30030101ff00", "3006", "0c0161", "3080")
)
NETSCAPE_TYPE = x509.ObjectIdentifier("2.16.840.1.113730.1.1")
UNKNOWN = x509.ObjectIdentifier("1.3.6.1.4.1.55738.666.1")
PROXY = x509.ObjectIdentifier("1.3.6.1.5.5.7.1.14")
PROXY_INFORMATION = bytes.fromhex("300c300a06082b06010505071501")


def _number(value: str) -> bytes:
    return der.encode(0x02, bytes.fromhex(value))


# SEC 2, section 2.4.2, in the form of RFC 3279, section 2.3.5.
EXPLICIT_P256 = der.sequence(
    _number("01"),
    der.sequence(
        der.object_identifier("1.2.840.10045.1.1"),
        _number("00FFFFFFFF00000001000000000000000000000000FFFFFFFFFFFFFFFFFFFFFFFF"),
    ),
    der.sequence(
        der.encode(
            der.OCTET_STRING,
            bytes.fromhex("FFFFFFFF00000001000000000000000000000000FFFFFFFFFFFFFFFFFFFFFFFC"),
        ),
        der.encode(
            der.OCTET_STRING,
            bytes.fromhex("5AC635D8AA3A93E7B3EBBD55769886BC651D06B0CC53B0F63BCE3C3E27D2604B"),
        ),
    ),
    der.encode(
        der.OCTET_STRING,
        bytes.fromhex(
            "046B17D1F2E12C4247F8BCE6E563A440F277037D812DEB33A0F4A13945D898C296"
            "4FE342E2FE1A7F9B8EE7EB4A7C0F9E162BCE33576B315ECECBB6406837BF51F5"
        ),
    ),
    _number("00FFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551"),
    _number("01"),
)


@dataclass
class Draft:
    """One certificate before it is signed. A fault changes a field."""

    subject: str
    key: PrivateKey
    is_ca: bool
    serial_number: int
    ca_flag: bool | None = None
    path_length: int | None = None
    key_usage: str | None = None
    purposes: tuple[str, ...] = ()
    netscape: int | None = None
    version_1: bool = False
    subject_key: bool = True
    authority_key: str = "key"  # key, none, other, serial, other serial
    start: timedelta = -20 * DAY
    end: timedelta = 20 * DAY
    sha1: bool = False
    explicit_curve: bool = False
    unknown: bool = False
    proxy: bool = False
    excluded: str | None = None
    permitted: str | None = None
    odd: tuple[str, bytes] | None = None  # an extension with any octets in place of a good one
    odd_critical: bool = False
    spoiled: bool = False
    algorithm_outside: str | None = None
    host: str = HOST
    alternative_name: bool = True


@dataclass(frozen=True)
class SmallPki:
    """What a peer sends, what the verifier's store holds, and what it was told.

    Attributes:
        role: whose certificate it is.
        chain: the certificates that were sent, leaf first.
        store: the trusted certificates.
        max_depth: a limit to the intermediates, or None.
    """

    role: Side
    chain: tuple[Certificate, ...]
    store: tuple[Certificate, ...]
    max_depth: int | None


def _set(**values: object) -> Callable[[Draft, random.Random], None]:
    def fault(draft: Draft, _dice: random.Random) -> None:
        for name, value in values.items():
            setattr(draft, name, value)

    return fault


def _choose(name: str, *values: object) -> Callable[[Draft, random.Random], None]:
    def fault(draft: Draft, dice: random.Random) -> None:
        setattr(draft, name, dice.choice(values))

    return fault


def _odd(draft: Draft, dice: random.Random) -> None:
    draft.odd = (dice.choice(KNOWN_EXTENSIONS), dice.choice(ODD_VALUES))
    draft.odd_critical = dice.random() < 0.3


def _another_key(draft: Draft, dice: random.Random) -> None:
    kind = dice.choice(OTHER_KEYS)
    draft.key = key(f"small {kind.value}", kind)


FAULTS = (
    _choose("ca_flag", True, False),
    _set(ca_flag=None, is_ca=False),
    _choose("path_length", 0, 1),
    _choose("key_usage", *KEY_USAGES),
    _choose(
        "purposes", ("clientAuth",), ("serverAuth",), ("any",), ("clientAuth", "serverAuth"), ("step-up",)
    ),
    _choose("netscape", 0x80, 0x40, 0x04, 0x02, 0xC4, 0),
    _set(version_1=True),
    _set(subject_key=False),
    _choose("authority_key", "none", "other", "serial", "other serial", "other issuer"),
    _choose("end", -DAY, timedelta(0), SECOND, 5 * DAY),
    _choose("start", DAY, timedelta(0), SECOND),
    _set(sha1=True),
    _set(explicit_curve=True),
    _set(unknown=True),
    _set(proxy=True),
    _set(proxy=True, alternative_name=False),
    _choose("excluded", "example.org", HOST),
    _choose("permitted", "example.org", "example.com"),
    _set(spoiled=True),
    _set(algorithm_outside="1.2.840.10045.4.3.3"),
    _set(host="www.example.org"),
    _another_key,
    _odd,
)
PURPOSES = {
    "clientAuth": "1.3.6.1.5.5.7.3.2",
    "serverAuth": "1.3.6.1.5.5.7.3.1",
    "any": "2.5.29.37.0",
    "step-up": "2.16.840.1.113730.4.1",
}


def small_pki(dice: random.Random) -> SmallPki:
    """A random PKI: up to four intermediates, up to three faults, and more certificates than are needed."""
    authorities = dice.choice((0, 1, 2, 2, 2, 3, 3, 4, 5))
    drafts = [_draft(f"CN=CA {n}", dice, n) for n in range(authorities)]
    drafts.append(_draft(f"CN={HOST}", dice, authorities, is_ca=False))
    for _ in range(dice.choice((0, 1, 1, 2, 3))):
        dice.choice(FAULTS)(dice.choice(drafts), dice)
    line = [signed(drafts[0], drafts[0], None)]
    for above, draft in pairwise(drafts):
        line.append(signed(draft, above, line[-1]))
    spare = [_spare(drafts, line, dice) for _ in range(dice.choice((0, 0, 1, 2)) if authorities else 0)]
    leaf, intermediates, root = line[-1], line[1:-1], line[0]
    sent, store = [*reversed(intermediates)], [root]
    for one in spare:
        dice.choice((sent, sent, store)).append(one)
    match dice.randrange(12):
        case 0 if sent:
            sent.remove(dice.choice(sent))
        case 1:
            store.append(dice.choice(line))
        case 2 if intermediates:
            store[0] = dice.choice(intermediates)
        case 3:
            sent.append(root)
        case 4:
            store.remove(root)
            sent.append(root)
        case 5:
            dice.shuffle(sent)
        case 6:
            dice.shuffle(store)
    max_depth = dice.choice((None, None, None, 0, 1, 2, 3))
    role: Side = dice.choice(("client", "server"))
    return SmallPki(role, (leaf, *sent), tuple(dict.fromkeys(store)), max_depth)


def _draft(subject: str, dice: random.Random, number: int, *, is_ca: bool = True) -> Draft:
    return Draft(
        subject, key(f"small {number}"), is_ca, dice.randrange(1, 1000), ca_flag=True if is_ca else None
    )


def _spare(drafts: list[Draft], line: list[Certificate], dice: random.Random) -> Certificate:
    """A further certificate of one of the CAs: renewed, cross-signed, of another key, or self-signed."""
    number = dice.randrange(len(drafts) - 1)
    one = drafts[number]
    copy = Draft(one.subject, one.key, True, dice.randrange(1000, 2000), ca_flag=True)
    dice.choice((_set(), _set(), _set(end=-DAY), _set(end=50 * DAY), _set(subject_key=False)))(copy, dice)
    match dice.randrange(4):
        case 0:  # the same CA, certified by another root
            other = Draft("CN=Other root", key("small other"), True, 5, ca_flag=True)
            return signed(copy, other, signed(other, other, None))
        case 1:  # of the same name, with another key
            copy.key = key("small namesake")
            return signed(copy, copy, None)
        case 2:
            return signed(copy, copy, None)
    above = dice.randrange(len(drafts) - 1)
    return signed(copy, drafts[above], line[above])


def signed(draft: Draft, above: Draft, issuer: Certificate | None, moment: datetime = NOW) -> Certificate:
    """Make the certificate. The issuer's key signs, whatever the issuer's certificate says.

    Args:
        draft: what is certified.
        above: the issuer, the same draft for a self-signed certificate.
        issuer: the issuer's certificate, or None for a self-signed one.
        moment: dates are relative to it.
    """
    builder = (
        x509.CertificateBuilder()
        .subject_name(x509.Name.from_rfc4514_string(draft.subject))
        .issuer_name(x509.Name.from_rfc4514_string(above.subject))
        .public_key(draft.key.public_key())
        .serial_number(draft.serial_number)
        .not_valid_before(moment + min(draft.start, draft.end))
        .not_valid_after(moment + draft.end)
    )
    for extension, critical in _extensions(draft, above, issuer):
        builder = builder.add_extension(extension, critical)
    signer = above.key
    digest = None if isinstance(signer, ed25519.Ed25519PrivateKey) else hashes.SHA256()
    made = builder.sign(signer, digest).public_bytes(Encoding.DER)
    changed = draft.version_1 or draft.explicit_curve or draft.sha1 or draft.algorithm_outside
    if changed and isinstance(signer, ec.EllipticCurvePrivateKey):
        made = _signed_again(made, draft, signer)
    certificate = Certificate.parse(made)
    return spoiled(certificate) if draft.spoiled else certificate


def _extensions(
    draft: Draft, above: Draft, issuer: Certificate | None
) -> list[tuple[x509.ExtensionType, bool]]:
    found: list[tuple[x509.ExtensionType, bool]] = []
    if draft.ca_flag is not None:
        found.append(
            (x509.BasicConstraints(draft.ca_flag, draft.path_length if draft.ca_flag else None), True)
        )
    if draft.key_usage is not None:
        found.append((KEY_USAGES[draft.key_usage], True))
    if draft.purposes:
        found.append(
            (x509.ExtendedKeyUsage([x509.ObjectIdentifier(PURPOSES[one]) for one in draft.purposes]), False)
        )
    if draft.netscape is not None:
        found.append((x509.UnrecognizedExtension(NETSCAPE_TYPE, bytes((3, 2, 0, draft.netscape))), False))
    if draft.unknown:
        found.append((x509.UnrecognizedExtension(UNKNOWN, b"\x05\x00"), True))
    if draft.proxy:
        found.append((x509.UnrecognizedExtension(PROXY, PROXY_INFORMATION), True))
    if draft.excluded or draft.permitted:
        sides = ([x509.DNSName(name)] if name else None for name in (draft.permitted, draft.excluded))
        found.append((x509.NameConstraints(*sides), True))
    if not draft.is_ca and draft.alternative_name:
        found.append((x509.SubjectAlternativeName([x509.DNSName(draft.host)]), False))
    if draft.subject_key:
        found.append((x509.SubjectKeyIdentifier.from_public_key(draft.key.public_key()), False))
    identifier = _authority_key(draft, above, issuer)
    if identifier is not None:
        found.append((identifier, False))
    if draft.odd is not None:
        dotted, value = draft.odd
        found = [one for one in found if one[0].oid.dotted_string != dotted]
        odd = x509.UnrecognizedExtension(x509.ObjectIdentifier(dotted), value)
        found.append((odd, draft.odd_critical))
    return found


def _authority_key(
    draft: Draft, above: Draft, issuer: Certificate | None
) -> x509.AuthorityKeyIdentifier | None:
    own = x509.SubjectKeyIdentifier.from_public_key(above.key.public_key()).digest
    number = draft.serial_number if issuer is None else issuer.serial_number
    name = above.subject if issuer is None else issuer.issuer
    match draft.authority_key:
        case "key":
            return x509.AuthorityKeyIdentifier(own, None, None)
        case "other":
            return x509.AuthorityKeyIdentifier(b"another key", None, None)
        case "serial" | "other serial" | "other issuer":
            if draft.authority_key == "other serial":
                number += 1
            if draft.authority_key == "other issuer":
                name = "CN=Another"
            named = x509.DirectoryName(x509.Name.from_rfc4514_string(name))
            return x509.AuthorityKeyIdentifier(None, [named], number)
    return None


def _signed_again(made: bytes, draft: Draft, signer: ec.EllipticCurvePrivateKey) -> bytes:
    """The certificate in a form that the library does not write: version 1, an explicit curve, SHA-1."""
    tbs = der.children(made, der.read_element(made))[0]
    parts = [made[part.start : part.end] for part in der.children(made, tbs)]
    digest = hashes.SHA1() if draft.sha1 else hashes.SHA256()
    named = der.sequence(der.object_identifier("1.2.840.10045.4.1" if draft.sha1 else "1.2.840.10045.4.3.2"))
    parts[2] = named
    if draft.explicit_curve and isinstance(draft.key, ec.EllipticCurvePrivateKey):
        key_info = der.read_element(parts[6])
        point = parts[6][der.children(parts[6], key_info)[1].start :]
        parts[6] = der.sequence(
            der.sequence(der.object_identifier("1.2.840.10045.2.1"), EXPLICIT_P256), point
        )
    if draft.version_1:
        parts = parts[1:7]  # without version and extensions
    signed = der.sequence(*parts)
    if draft.algorithm_outside:
        named = der.sequence(der.object_identifier(draft.algorithm_outside))
    return der.sequence(signed, named, der.bit_string(signer.sign(signed, ec.ECDSA(digest))))
