"""Records gone wrong: what our machines answer, and what OpenSSL answers to the same bytes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from simulator.tls.wire.messages import (
    Message,
    encode_handshake,
)
from simulator.tls.wire.records import ContentType, record_header
from simulator.tls.wire.version import Version
from tests.tls.changes import before, instead
from tests.tls.probes import (
    CONNECTED,
    NO_ALERT,
    Change,
    Machine,
    Probe,
    Said,
    Wire,
    answered_otherwise,
    clear_record,
    handshake,
    openssl_answers_otherwise,
    record,
)

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

TLS12, TLS13 = Version.TLS12, Version.TLS13
CCS, ALERT, HANDSHAKE, DATA = ContentType
CHANGE_CIPHER_SPEC = clear_record(CCS, b"\x01")
NO_TLS = "OpenSSL hangs up on what does not look like TLS"
EMPTY = "OpenSSL passes over some empty records; RFC 8446 §5.1 and RFC 5246 §6.2.1 forbid them for handshakes"
ALERT_LENGTH = "the same refusal by another name; RFC 8446 §5.1 lets a record hold one whole alert"
MANY = 33  # one more than a machine bears


def under_keys(content_type: int, content: bytes) -> Change:
    """A record under the keys of the moment."""
    return lambda _, machine: (record(machine, content_type, content),)


def first(*said: Said) -> Change:
    """These, and then the message."""
    return before(*said)


def first_under_keys(content_type: int, content: bytes, times: int = 1) -> Change:
    """A record under the keys, so many times, and then the message."""
    return lambda message, machine: (
        *(record(machine, content_type, content) for _ in range(times)),
        message,
    )


def in_pieces(*between: Callable[[Machine], Said], at: int = 10) -> Change:
    """The message cut into two records, with something between them."""

    def change(message: Message, machine: Machine) -> tuple[Said, ...]:
        raw = encode_handshake(message)
        machine.transcript.add(raw)
        return (
            record(machine, HANDSHAKE, raw[:at]),
            *(one(machine) for one in between),
            record(machine, HANDSHAKE, raw[at:]),
        )

    return change


def sealed(change: Callable[[bytes], bytes]) -> Change:
    """The record of the message with its protected bytes changed; the length fits again."""

    def changed(message: Message, machine: Machine) -> tuple[Said, ...]:
        wire = record(machine, HANDSHAKE, encode_handshake(message)).data
        fragment = change(wire[5:])
        return (Wire(wire[:3] + len(fragment).to_bytes(2) + fragment),)

    return changed


def inner(plaintext: bytes) -> Change:
    """TLS 1.3: a record whose protected part is exactly this, content type and padding included."""

    def change(_: Message, machine: Machine) -> tuple[Said, ...]:
        machine.out.flush()
        protector = machine.out.writer.protector
        header = record_header(DATA, len(plaintext) + 16)
        return (Wire(header + protector.aead.encrypt(protector.next_nonce(), plaintext, header)),)

    return change


def same_record(raw: bytes) -> Change:
    """The message with more behind it in its record."""

    def change(message: Message, machine: Machine) -> tuple[Said, ...]:
        own = encode_handshake(message)
        machine.transcript.add(own)
        return (record(machine, HANDSHAKE, own + raw),)

    return change


def cases(version: Version, name: str, table: dict[str, tuple[Any, ...]], **more: Any) -> list[Probe]:
    """Probes that bend one message."""
    return [
        Probe(claim, version, {name: change}, *answers, **more) for claim, (change, *answers) in table.items()
    ]


HELLO: dict[str, tuple[Any, ...]] = {
    "a record of no known type": (instead(Wire(b"\x63\x03\x01\x00\x01\x00")), "unexpected_message"),
    "a heartbeat": (instead(Wire(b"\x18\x03\x01\x00\x03\x01\x40\x00")), "unexpected_message"),
    "a request of HTTP": (instead(Wire(b"GET / HTTP/1.0\r\n\r\n")), "unexpected_message", NO_ALERT, NO_TLS),
    "a record of SSL 2": (
        instead(Wire(b"\x80\x2e\x01\x03\x01\x00\x15\x00\x00\x00\x10")),
        "unexpected_message",
        NO_ALERT,
        NO_TLS,
    ),
    "record version 2.0": (
        instead(Wire(b"\x16\x02\x00\x00\x05\x01\x00\x00\x01\x00")),
        "protocol_version",
        NO_ALERT,
        NO_TLS,
    ),
    "data before the hello": (first(clear_record(DATA, b"hello")), "unexpected_message"),
    "empty data before the hello": (first(clear_record(DATA, b"")), "unexpected_message"),
    "an empty handshake record": (
        first(clear_record(HANDSHAKE, b"")),
        "unexpected_message",
        CONNECTED,
        EMPTY,
    ),
    "an empty alert": (first(clear_record(ALERT, b"")), "unexpected_message"),
    "an alert of one byte": (
        first(clear_record(ALERT, b"\x02")),
        "decode_error",
        "unexpected_message",
        ALERT_LENGTH,
    ),
    "an alert of three bytes": (
        first(clear_record(ALERT, b"\x02\x28\x00")),
        "decode_error",
        "unexpected_message",
        ALERT_LENGTH,
    ),
    "a record of 16,385 bytes": (first(clear_record(HANDSHAKE, bytes(2**14 + 1))), "record_overflow"),
    "a record that announces 65,535 bytes": (first(Wire(b"\x16\x03\x01\xff\xff")), "record_overflow"),
    "ChangeCipherSpec before the hello": (first(CHANGE_CIPHER_SPEC), "unexpected_message"),
    "a hello in two records": (in_pieces(), CONNECTED),
    "a hello whose header is cut": (in_pieces(at=2), CONNECTED),
    "an alert inside the hello": (
        in_pieces(lambda _: clear_record(ALERT, b"\x01\x5a")),
        "unexpected_message",
    ),
    "ChangeCipherSpec inside the hello": (in_pieces(lambda _: CHANGE_CIPHER_SPEC), "unexpected_message"),
    "data inside the hello": (in_pieces(lambda _: clear_record(DATA, b"x")), "unexpected_message"),
    "more behind the hello": (same_record(b"\x01\x00\x00\x20"), "unexpected_message"),
}
FLIGHT_13: dict[str, tuple[Any, ...]] = {
    "ChangeCipherSpec with another byte": (
        first(clear_record(CCS, b"\x02")),
        "unexpected_message",
        "illegal_parameter",
        "RFC 8446 §5 says unexpected_message",
    ),
    "ChangeCipherSpec of two bytes": (
        first(clear_record(CCS, b"\x01\x01")),
        "unexpected_message",
        "illegal_parameter",
        "RFC 8446 §5 says unexpected_message",
    ),
    "empty ChangeCipherSpec": (
        first(clear_record(CCS, b"")),
        "unexpected_message",
        "illegal_parameter",
        "RFC 8446 §5 says unexpected_message",
    ),
    "ChangeCipherSpec under keys": (first_under_keys(CCS, b"\x01"), "unexpected_message"),
    "ChangeCipherSpec once more": (first(CHANGE_CIPHER_SPEC), CONNECTED),
    "ChangeCipherSpec again and again": (first(*[CHANGE_CIPHER_SPEC] * MANY), "unexpected_message"),
    "Certificate in two records": (in_pieces(), CONNECTED),
    "ChangeCipherSpec inside the Certificate": (
        in_pieces(lambda _: CHANGE_CIPHER_SPEC),
        "unexpected_message",
        CONNECTED,
        "OpenSSL drops it; RFC 8446 §5.1 lets no other record come between",
    ),
    "an alert inside the Certificate": (
        in_pieces(lambda m: record(m, ALERT, b"\x01\x5a")),
        "unexpected_message",
        CONNECTED,
        "OpenSSL drops it; RFC 8446 §5.1 lets no other record come between",
    ),
    "data inside the Certificate": (in_pieces(lambda m: record(m, DATA, b"x")), "unexpected_message"),
    "data before the Certificate": (first_under_keys(DATA, b"x"), "unexpected_message"),
    "an empty handshake record under keys": (first_under_keys(HANDSHAKE, b""), "unexpected_message"),
    "an empty alert under keys": (first_under_keys(ALERT, b""), "unexpected_message"),
    "empty data under keys": (first_under_keys(DATA, b""), "unexpected_message"),
    "the Certificate in the clear": (
        lambda m, _: (clear_record(HANDSHAKE, encode_handshake(m)),),
        "unexpected_message",
    ),
    "a bit of the record turned": (
        sealed(lambda data: data[:9] + bytes([data[9] ^ 1]) + data[10:]),
        "bad_record_mac",
    ),
    "a bit of the tag turned": (sealed(lambda data: data[:-1] + bytes([data[-1] ^ 1])), "bad_record_mac"),
    "a record without its tag": (sealed(lambda data: data[:-16]), "bad_record_mac"),
    "a record of one byte": (sealed(lambda data: data[:1]), "bad_record_mac"),
    "a record of nothing": (instead(clear_record(DATA, b"")), "bad_record_mac"),
    "a record of 16,641 bytes": (instead(clear_record(DATA, bytes(2**14 + 257))), "record_overflow"),
    "16,385 bytes in a record": (inner(bytes(2**14 + 1) + b"\x16"), "record_overflow"),
    "zeros in a record": (inner(bytes(40)), "unexpected_message"),
    "nothing in a record": (
        inner(b""),
        "unexpected_message",
        "bad_record_mac",
        "OpenSSL does not open what has no room for a type; RFC 8446 §5.4 says unexpected_message",
    ),
    "no known type in a record": (inner(b"hello\x63"), "unexpected_message"),
    "user_canceled": (first_under_keys(ALERT, b"\x01\x5a"), CONNECTED),
    "user_canceled again and again": (first_under_keys(ALERT, b"\x01\x5a", MANY), "unexpected_message"),
    "no_renegotiation": (first_under_keys(ALERT, b"\x01\x64"), NO_ALERT),
    "a warning that is none": (first_under_keys(ALERT, b"\x01\x28"), NO_ALERT),
    "an alert that nobody knows": (first_under_keys(ALERT, b"\x02\xfe"), NO_ALERT),
    "two alerts in a record": (
        first_under_keys(ALERT, b"\x01\x5a\x01\x5a"),
        "decode_error",
        "unexpected_message",
        ALERT_LENGTH,
    ),
    "a fatal alert": (first_under_keys(ALERT, b"\x02\x28"), NO_ALERT),
    "close_notify": (first_under_keys(ALERT, b"\x01\x00"), NO_ALERT),
}
FLIGHT_12: dict[str, tuple[Any, ...]] = {
    "ChangeCipherSpec before the Certificate": (first(CHANGE_CIPHER_SPEC), "unexpected_message"),
    "data before the Certificate": (first(clear_record(DATA, b"x")), "unexpected_message"),
    "a warning": (first(clear_record(ALERT, b"\x01\x5a")), CONNECTED),
    "warnings again and again": (first(*[clear_record(ALERT, b"\x01\x5a")] * MANY), "unexpected_message"),
    "a fatal alert": (first(clear_record(ALERT, b"\x02\x28")), NO_ALERT),
    "Certificate in two records": (in_pieces(), CONNECTED),
    "ChangeCipherSpec inside the Certificate": (
        in_pieces(lambda _: CHANGE_CIPHER_SPEC),
        "unexpected_message",
    ),
}
CHANGE_12: dict[str, tuple[Any, ...]] = {
    "ChangeCipherSpec with another byte": (
        instead(clear_record(CCS, b"\x02")),
        "decode_error",
        "unexpected_message",
        "the same refusal by another name; RFC 5246 §7.1 has one form only",
    ),
    "ChangeCipherSpec of two bytes": (
        instead(clear_record(CCS, b"\x01\x01")),
        "decode_error",
        "unexpected_message",
        "the same refusal by another name; RFC 5246 §7.1 has one form only",
    ),
    "empty ChangeCipherSpec": (instead(clear_record(CCS, b"")), "unexpected_message"),
    "ChangeCipherSpec twice": (instead(CHANGE_CIPHER_SPEC, CHANGE_CIPHER_SPEC), "bad_record_mac"),
    "no ChangeCipherSpec": (instead(), "unexpected_message"),
    "part of a message before it": (
        instead(clear_record(HANDSHAKE, b"\x14\x00"), CHANGE_CIPHER_SPEC),
        "unexpected_message",
    ),
    "Finished in the clear after it": (
        instead(CHANGE_CIPHER_SPEC, clear_record(HANDSHAKE, handshake(20, bytes(12)))),
        "bad_record_mac",
    ),
    "data before Finished": (instead(CHANGE_CIPHER_SPEC, clear_record(DATA, bytes(40))), "bad_record_mac"),
}
FINISHED_12: dict[str, tuple[Any, ...]] = {
    "a bit of Finished's record turned": (
        sealed(lambda data: data[:9] + bytes([data[9] ^ 1]) + data[10:]),
        "bad_record_mac",
    ),
    "Finished's record without its tag": (sealed(lambda data: data[:-16]), "bad_record_mac"),
    "Finished's record of four bytes": (sealed(lambda data: data[:4]), "bad_record_mac"),
    "an empty record before Finished": (
        first_under_keys(HANDSHAKE, b""),
        "unexpected_message",
        CONNECTED,
        EMPTY,
    ),
    "data before Finished, under keys": (first_under_keys(DATA, b"x"), "unexpected_message"),
    "a record of 18,433 bytes": (instead(clear_record(HANDSHAKE, bytes(2**14 + 2049))), "record_overflow"),
    "16,385 bytes in a record": (first_under_keys(HANDSHAKE, bytes(2**14 + 1)), "record_overflow"),
}

RECORDS = (
    cases(TLS13, "ClientHello", HELLO)
    + cases(TLS12, "ClientHello", HELLO)
    + cases(TLS13, "Certificate", FLIGHT_13)
    + cases(TLS12, "Certificate", FLIGHT_12)
    + cases(TLS12, "ChangeCipherSpec", CHANGE_12)
    + cases(TLS12, "Finished", FINISHED_12)
)


def test_records_that_break_a_rule() -> None:
    """A record that is malformed, misplaced, too long or changed is refused by the alert of the RFC."""
    assert answered_otherwise(RECORDS) == {}


def test_openssl_answers_the_same_records(tmp_path: Path) -> None:
    """OpenSSL answers the same bytes with the same alert, or with the one named beside the case."""
    assert openssl_answers_otherwise(RECORDS, tmp_path) == {}
