"""Files of every kind that people hand to a reader of certificates, made by openssl or by this program."""

from __future__ import annotations

import base64
from functools import cache
from typing import TYPE_CHECKING

from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    pkcs12,
)
from cryptography.x509 import load_der_x509_certificate

from simulator.pki.bundles import load_certificates, load_pkcs12, load_trust_store, write_pem, write_pkcs12
from simulator.pki.der import encode, object_identifier, sequence
from simulator.pki.files.java_store import write_java_store
from simulator.pki.files.pem import pem_block
from simulator.pki.key_files import load_private_key, write_private_key
from simulator.pki.keys import KeyType, describe_key
from tests.peers import shared
from tests.pki.samples import NOW, contents, key, openssl, root, subordinate

if TYPE_CHECKING:
    from collections.abc import Callable

    from simulator.pki.issuing import Issued

PASSWORD = "pw"


@cache
def alice() -> Issued:
    """An identity with an intermediate above it."""
    middle = subordinate(root(), key(label="middle"), contents("CN=Middle", "ca"))
    return middle.issue(key(label="alice"), contents("CN=alice", "client"))


#: Files that have the same bytes each time they are made: no salt, and no signature of openssl's.
STEADY_FILES = (
    "certificates",
    "certificates UTF-16 with mark",
    "certificate base64",
    "trusted certificate",
    "PKCS#7 DER",
    "key and certificates",
    "key SEC 1 DER",
    "two identities",
    "revocation list",
    "JKS",
    "identity.p12",
    "truststore-keytool.p12",
)


@cache
def steady_file(name: str) -> bytes:
    """One of :data:`STEADY_FILES`; those with a suffix are shared inputs."""
    if name == "two identities":
        return two_identities()
    return shared(f"inputs/{name}").read_bytes() if name.endswith(".p12") else made(name)


@cache
def made(name: str) -> bytes:
    """The file of this name, made once."""
    return MADE[name]()


def certificates() -> bytes:
    """Two certificates as PEM."""
    return write_pem(alice().presented)


def _key(form: PrivateFormat, encoding: Encoding = Encoding.DER, password: str | None = None) -> bytes:
    """Alice's private key in a form of the library."""
    encryption = BestAvailableEncryption(password.encode()) if password else NoEncryption()
    return alice().private_key.private_bytes(encoding, form, encryption)


def _openssl(*arguments: str, data: bytes) -> bytes:
    """The output of an openssl command on a file."""
    done = openssl(*arguments, data=data)
    assert done.stdout, done.stderr
    return done.stdout


def to_ber(data: bytes, levels: int = 20) -> bytes:
    """DER with its outer levels rewritten as BER: lengths come last, long octet strings are in pieces."""
    out, start = b"", 0
    while start < len(data):
        tag, length, content = data[start], data[start + 1], start + 2
        if length & 0x80:
            content += length & 0x7F
            length = int.from_bytes(data[start + 2 : content], "big")
        inner = data[content : content + length]
        if tag & 0x20 and levels:
            out += bytes((tag, 0x80)) + to_ber(inner, levels - 1) + b"\0\0"
        elif tag == 4 and length > 64:
            pieces = [inner[at : at + 50] for at in range(0, length, 50)]
            out += b"\x24\x80" + b"".join(bytes((4, len(one))) + one for one in pieces) + b"\0\0"
        else:
            out += data[start : content + length]
        start = content + length
    return out


@cache
def identity() -> bytes:
    """Certificate, chain and key as PKCS#12."""
    return write_pkcs12(alice(), PASSWORD, "alice")


def only_certificates() -> bytes:
    """A PKCS#12 file of certificates, without encryption."""
    own = load_der_x509_certificate(alice().certificate.der)
    return pkcs12.serialize_key_and_certificates(None, None, None, [own], NoEncryption())


def _request() -> bytes:
    """A certification request."""
    return _openssl("req", "-new", "-key", "/dev/stdin", "-subj", "/CN=alice", data=write_private_key(key()))


def _revocation_list() -> bytes:
    """An empty revocation list, DER: the library of the CA room writes none."""
    algorithm = sequence(object_identifier("1.2.840.10045.4.3.2"))
    name = sequence()
    return sequence(sequence(algorithm, name, encode(0x17, b"300304090000Z")), algorithm, encode(3, b"\0"))


def _public_key() -> bytes:
    """A public key as PEM."""
    return alice().private_key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)


PEM, DER = Encoding.PEM, Encoding.DER
TRADITIONAL, PKCS8, OPENSSH = PrivateFormat.TraditionalOpenSSL, PrivateFormat.PKCS8, PrivateFormat.OpenSSH
_PKCS8_BY_OPENSSL = ("pkcs8", "-topk8", "-passout", "pass:pw")

#: Every kind of file, by a name that says what it is.
MADE: dict[str, Callable[[], bytes]] = {
    "empty": lambda: b" \n",
    "certificates": certificates,
    "certificate DER": lambda: alice().certificate.der,
    "certificates UTF-16 with mark": lambda: certificates().decode().encode("utf-16"),
    "certificates UTF-16 big-endian": lambda: certificates().decode().encode("utf-16-be"),
    "certificates UTF-16 little-endian": lambda: certificates().decode().encode("utf-16-le"),
    "certificates UTF-8 with mark": lambda: b"\xef\xbb\xbf" + certificates(),
    "certificate base64": lambda: base64.encodebytes(alice().certificate.der),
    "trusted certificate": lambda: _openssl(
        "x509", "-trustout", "-addtrust", "clientAuth", data=write_pem([alice().certificate])
    ),
    "PKCS#7": lambda: _openssl("crl2pkcs7", "-nocrl", "-certfile", "/dev/stdin", data=certificates()),
    "PKCS#7 DER": lambda: _openssl(
        "crl2pkcs7", "-nocrl", "-certfile", "/dev/stdin", "-outform", "DER", data=certificates()
    ),
    "PKCS#7 BER": lambda: to_ber(made("PKCS#7 DER"), levels=4),  # the certificates stay DER
    "PKCS#12": identity,
    "PKCS#12 BER": lambda: to_ber(identity()),
    "PKCS#12 base64": lambda: base64.encodebytes(identity()),
    "PKCS#12 without key": only_certificates,
    "PKCS#12 by openssl, without key": lambda: shared("inputs/truststore-openssl.p12").read_bytes(),
    "key": lambda: write_private_key(alice().private_key),
    "key DER": lambda: _key(PKCS8),
    "key UTF-16": lambda: write_private_key(alice().private_key).decode().encode("utf-16"),
    "key SEC 1": lambda: _key(TRADITIONAL, PEM),
    "key SEC 1 DER": lambda: _key(TRADITIONAL),
    "key PKCS#1 DER": lambda: key(KeyType.RSA2048).private_bytes(DER, TRADITIONAL, NoEncryption()),
    "key encrypted": lambda: write_private_key(alice().private_key, PASSWORD),
    "key encrypted DER": lambda: _key(PKCS8, password=PASSWORD),
    "key encrypted PBES1": lambda: _openssl(
        *_PKCS8_BY_OPENSSL, "-v1", "PBE-SHA1-3DES", data=_key(PKCS8, PEM)
    ),
    "key encrypted scrypt": lambda: _openssl(*_PKCS8_BY_OPENSSL, "-scrypt", data=_key(PKCS8, PEM)),
    "key encrypted DEK-Info": lambda: _key(TRADITIONAL, PEM, PASSWORD),
    "key and certificates": lambda: write_private_key(alice().private_key) + certificates(),
    "two keys": lambda: write_private_key(alice().private_key) + write_private_key(key(KeyType.RSA2048)),
    "OpenSSH key": lambda: _key(OPENSSH, PEM),
    "SSH public key": lambda: (
        alice().private_key.public_key().public_bytes(Encoding.OpenSSH, PublicFormat.OpenSSH)
    ),
    "PuTTY key": lambda: b"PuTTY-User-Key-File-3: ecdsa-sha2-nistp256\nEncryption: none\n",
    "request": _request,
    "request DER": lambda: _openssl("req", "-outform", "DER", data=_request()),
    "revocation list": lambda: pem_block("X509 CRL", _revocation_list()),
    "revocation list DER": _revocation_list,
    "public key": _public_key,
    "public key DER": lambda: alice().certificate.public_key_info,
    "OpenPGP key": lambda: (
        b"-----BEGIN PGP PRIVATE KEY BLOCK-----\n\nxVgE\n=abcd\n-----END PGP PRIVATE KEY BLOCK-----\n"
    ),
    "JKS": lambda: write_java_store([("root", root().own.certificate)], PASSWORD, NOW),
    "JCEKS": lambda: b"\xce\xce\xce\xce" + made("JKS")[4:],
    "BKS": lambda: b"\x00\x00\x00\x02\x00\x00\x00\x14" + bytes(40),
    "NSS database": lambda: b"SQLite format 3\x00" + bytes(40),
    "pcap": lambda: b"\xd4\xc3\xb2\xa1\x02\x00\x04\x00" + bytes(16),
    "pcapng": lambda: b"\x0a\x0d\x0d\x0a\x1c\x00\x00\x00" + bytes(20),
    "ZIP": lambda: b"PK\x03\x04" + bytes(40),
    "web page": lambda: b"\n<!DOCTYPE html>\n<title>404</title>",
    "JSON": lambda: b'{"kty": "EC"}',
    "text": lambda: b"hello\n",
    "binary": lambda: bytes(range(1, 41)),
    "other DER": lambda: b"\x30\x03\x02\x01\x05",
    "cut off DER": lambda: alice().certificate.der[:-9],
}


#: Every reader, with the number of certificates or the type of key that it finds.
READERS: dict[str, Callable[[bytes, str | None], int | str]] = {
    "load_certificates": lambda data, _: len(load_certificates(data)),
    "load_private_key": lambda data, password: describe_key(load_private_key(data, password).public_key()),
    "load_pkcs12": lambda data, password: len(load_pkcs12(data, password).presented),
    "load_trust_store": lambda data, password: len(load_trust_store(data, password)),
}


def two_identities() -> bytes:
    """A PKCS#12 file with two keys and their certificates, as keytool keeps them, without encryption."""
    bob = root().issue(key(label="bob"), contents("CN=bob", "client"))
    bags = b"".join(
        _bag("1", one.private_key.private_bytes(DER, PKCS8, NoEncryption()), name)
        + _bag("3", _certificate_bag(one.certificate.der), name)
        for name, one in (("alice", alice()), ("bob", bob))
    )
    return sequence(encode(2, b"\3"), _plain_data(sequence(_plain_data(sequence(bags)))))


def _bag(kind: str, content: bytes, name: str) -> bytes:
    """A bag of PKCS#12 with a friendly name."""
    friendly = encode(0x31, encode(0x1E, name.encode("utf-16-be")))
    attribute = sequence(object_identifier("1.2.840.113549.1.9.20"), friendly)
    identifier = object_identifier(f"1.2.840.113549.1.12.10.1.{kind}")
    return sequence(identifier, encode(0xA0, content), encode(0x31, attribute))


def _certificate_bag(der: bytes) -> bytes:
    """A certificate as a bag holds it."""
    return sequence(object_identifier("1.2.840.113549.1.9.22.1"), encode(0xA0, encode(4, der)))


def _plain_data(content: bytes) -> bytes:
    """A ContentInfo of plain data."""
    return sequence(object_identifier("1.2.840.113549.1.7.1"), encode(0xA0, encode(4, content)))
