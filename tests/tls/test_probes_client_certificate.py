"""Client certificates gone wrong: what the server answers, and what OpenSSL answers to the same bytes.

After the client-certificate scripts of tlsfuzzer, as cases of our own: the Certificate message and what is
in it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from simulator.tls.wire.extensions import Extension
from simulator.tls.wire.messages import Certificate12, Certificate13, CertificateEntry, Message
from simulator.tls.wire.version import Version
from tests.tls.changes import body, overwrite
from tests.tls.openssl import identity
from tests.tls.probes import (
    CONNECTED,
    Change,
    Machine,
    Probe,
    answered_otherwise,
    credential,
    handshake,
    openssl_answers_otherwise,
)

if TYPE_CHECKING:
    from pathlib import Path

TLS12, TLS13 = Version.TLS12, Version.TLS13
CERTIFICATE = 11
STATUS_REQUEST, SERVER_NAME, UNKNOWN = 5, 0, 0xFACE
BY_PARSER = (
    "OpenSSL's message parser decodes the certificate; here whoever judges it does, and says bad_certificate"
)
IGNORED = "OpenSSL ignores what it does not know; RFC 8446 §4.2 refuses what was not asked for"
JUDGED_FIRST = (
    "OpenSSL judges the chain before it reads the proof; the verdict of these tests accepts anything"
)


def leaf() -> bytes:
    """The client's certificate, DER."""
    return credential(identity("P-256", "client")).chain[0]


# The Certificate message ----------------------------------------------------------------------------------


def chain_of(*ders: bytes) -> Change:
    """A Certificate with these in it."""

    def change(_: Message, machine: Machine) -> tuple[Message]:
        if machine.version is TLS12:
            return (Certificate12(ders),)
        return (Certificate13(b"", tuple(CertificateEntry(der, ()) for der in ders)),)

    return change


def entry_extension(type_code: int, data: bytes) -> Change:
    """The genuine certificate with an extension beside it."""
    return lambda message, _: (
        Certificate13(b"", (CertificateEntry(message.chain[0], (Extension(type_code, data),)),)),
    )


def spoiled(place: int) -> bytes:
    """The client's certificate with a byte of its structure changed."""
    der = leaf()
    return der[:place] + bytes([der[place] ^ 0xFF]) + der[place + 1 :]


BROKEN_13 = {
    "Certificate with nothing in it": body(lambda _: b""),
    "Certificate with a byte behind it": body(lambda data: data + b"\x00"),
    "Certificate cut off": body(lambda data: data[:-1]),
    "list longer than the message": body(overwrite(1, b"\x00\xff\xff")),
    "list shorter than its entries": body(lambda data: overwrite(1, (len(data) - 5).to_bytes(3))(data)),
    "empty entry": body(lambda _: b"\x00" + b"\x00\x00\x05" + b"\x00\x00\x00" + b"\x00\x00"),
    "entry longer than the list": body(overwrite(4, b"\x00\xff\xff")),
    "entry without its extensions": body(lambda data: overwrite(1, (len(data) - 6).to_bytes(3))(data)[:-2]),
    "extensions longer than the entry": body(lambda data: data[:-2] + b"\x00\x09"),
    "Certificate in the form of TLS 1.2": lambda message, _: (
        handshake(CERTIFICATE, Certificate12(message.chain).encode()),
    ),
}
BROKEN_12 = {
    "Certificate with nothing in it": body(lambda _: b""),
    "Certificate with a byte behind it": body(lambda data: data + b"\x00"),
    "Certificate cut off": body(lambda data: data[:-1]),
    "list longer than the message": body(overwrite(0, b"\x00\xff\xff")),
    "empty entry": body(lambda _: b"\x00\x00\x03" + b"\x00\x00\x00"),
    "entry longer than the list": body(overwrite(3, b"\x00\xff\xff")),
    "Certificate in the form of TLS 1.3": lambda message, _: (
        handshake(
            CERTIFICATE,
            Certificate13(b"", tuple(CertificateEntry(der, ()) for der in message.chain)).encode(),
        ),
    ),
}
MALFORMED = [
    Probe(claim, version, {"Certificate": change}, "decode_error")
    for version, cases in ((TLS13, BROKEN_13), (TLS12, BROKEN_12))
    for claim, change in cases.items()
]
UNREADABLE = [
    Probe(claim, version, {"Certificate": chain_of(der)}, "bad_certificate", "decode_error", BY_PARSER)
    for version in (TLS13, TLS12)
    for claim, der in {
        "one byte of rubbish": b"\x00",
        "text in place of a certificate": b"-----BEGIN CERTIFICATE-----",
        "certificate cut off": leaf()[:-1],
        "certificate with a byte behind it": leaf() + b"\x00",
        "certificate whose outer tag is wrong": spoiled(0),
        "certificate whose outer length is wrong": spoiled(3),
        "SEQUENCE of nothing": b"\x30\x00",
        "SEQUENCE of endless length": b"\x30\x80\x00\x00",
        "SEQUENCE of four gigabytes": b"\x30\x84\xff\xff\xff\xff",
        "deeply nested SEQUENCEs": b"\x30\x80" * 4000,
    }.items()
]
CERTIFICATES = [
    Probe(
        "context that is not the request's",
        TLS13,
        {"Certificate": lambda message, _: (Certificate13(b"\x01", message.certificate_list),)},
        "illegal_parameter",
        "decode_error",
        "OpenSSL keeps no context and reads a foreign one as bad bytes; RFC 8446 §4.4.2 speaks of its value",
    ),
    Probe(
        "status_request nobody asked for",
        TLS13,
        {"Certificate": entry_extension(STATUS_REQUEST, b"\x01\x00\x00\x01\x00")},
        "unsupported_extension",
    ),
    Probe(
        "server_name beside a certificate",
        TLS13,
        {"Certificate": entry_extension(SERVER_NAME, b"")},
        "illegal_parameter",
    ),
    Probe(
        "unknown extension beside a certificate",
        TLS13,
        {"Certificate": entry_extension(UNKNOWN, b"")},
        "unsupported_extension",
        CONNECTED,
        IGNORED,
    ),
    Probe(
        "the same extension twice",
        TLS13,
        {
            "Certificate": lambda message, _: (
                Certificate13(
                    b"",
                    (CertificateEntry(message.chain[0], (Extension(UNKNOWN, b""), Extension(UNKNOWN, b""))),),
                ),
            )
        },
        "illegal_parameter",
        CONNECTED,
        IGNORED,
    ),
    Probe("the same certificate twice", TLS13, {"Certificate": chain_of(leaf(), leaf())}, CONNECTED),
    Probe("the same certificate twice", TLS12, {"Certificate": chain_of(leaf(), leaf())}, CONNECTED),
    Probe(
        "somebody else's certificate",
        TLS13,
        {"Certificate": chain_of(credential(identity("P-256", "server")).chain[0])},
        "decrypt_error",
        "unknown_ca",
        JUDGED_FIRST,
    ),
    Probe(
        "somebody else's certificate",
        TLS12,
        {"Certificate": chain_of(credential(identity("P-256", "server")).chain[0])},
        "decrypt_error",
        "unknown_ca",
        JUDGED_FIRST,
    ),
    Probe(
        "certificate with another kind of key",
        TLS13,
        {"Certificate": chain_of(credential(identity("RSA", "client")).chain[0])},
        "illegal_parameter",
        "unknown_ca",
        JUDGED_FIRST,
    ),
    Probe(
        "certificate with another kind of key",
        TLS12,
        {"Certificate": chain_of(credential(identity("RSA", "client")).chain[0])},
        "illegal_parameter",
        "unknown_ca",
        JUDGED_FIRST,
    ),
    Probe(
        "message longer than any server takes",
        TLS13,
        {"Certificate": lambda *_: (handshake(CERTIFICATE, bytes(100), 2**24 - 1),)},
        "illegal_parameter",
    ),
    Probe(
        "message longer than any server takes",
        TLS12,
        {"Certificate": lambda *_: (handshake(CERTIFICATE, bytes(100), 2**24 - 1),)},
        "illegal_parameter",
    ),
]


def test_a_malformed_certificate_message_is_a_decode_error() -> None:
    """A Certificate whose lengths do not fit together is a decode_error."""
    assert answered_otherwise(MALFORMED) == {}


def test_bytes_that_are_no_certificate_are_a_bad_certificate() -> None:
    """Bytes in a well-formed Certificate that no certificate can be read from are a bad_certificate."""
    assert answered_otherwise(UNREADABLE) == {}


def test_what_stands_in_a_certificate_message() -> None:
    """Contexts, extensions and certificates that do not belong there are refused by the alert of RFC 8446."""
    assert answered_otherwise(CERTIFICATES) == {}


def test_openssl_answers_the_same_certificates(tmp_path: Path) -> None:
    """OpenSSL's server answers the same bytes with the same alert, or with the one named beside the case."""
    assert openssl_answers_otherwise(MALFORMED + UNREADABLE + CERTIFICATES, tmp_path) == {}
