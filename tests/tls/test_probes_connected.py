"""What may not come on a connection that stands: our machines' answer, and OpenSSL's to the same bytes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from simulator.tls.wire.messages import (
    Certificate13,
    HelloRequest,
    KeyUpdate,
    encode_handshake,
)
from simulator.tls.wire.records import ContentType
from simulator.tls.wire.version import Version
from tests.tls.probes import (
    CONNECTED,
    NO_ALERT,
    Machine,
    Probe,
    answered_otherwise,
    clear_record,
    handshake,
    openssl_answers_otherwise,
    record,
    say,
)

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

TLS12, TLS13 = Version.TLS12, Version.TLS13
CCS, ALERT, HANDSHAKE, DATA = ContentType
CHANGE_CIPHER_SPEC = clear_record(CCS, b"\x01")
NO_LIMIT = "OpenSSL 3.0 sets no limit; BoringSSL's is 32, too"
MANY = 33  # one more than a machine bears


def says(*raws: bytes) -> Callable[[Machine], None]:
    """Handshake messages after the handshake, in a record of their own."""

    def speak(machine: Machine) -> None:
        say(machine, [record(machine, HANDSHAKE, b"".join(raws))])

    return speak


def sends(content_type: int, content: bytes, times: int = 1) -> Callable[[Machine], None]:
    """Records after the handshake."""

    def speak(machine: Machine) -> None:
        for _ in range(times):
            say(machine, [record(machine, content_type, content)])

    return speak


def updates(times: int, request: int = 0) -> Callable[[Machine], None]:
    """New keys, so many times."""

    def speak(machine: Machine) -> None:
        for _ in range(times):
            machine.send(KeyUpdate(request), in_transcript=False)
            machine.write_under(
                machine.schedule.next_traffic_secret(machine.write_secret), machine.out.protection
            )

    return speak


def renegotiates(machine: Machine) -> None:
    """The first ClientHello once more."""
    says(machine.transcript.raw_messages[0])(machine)


UPDATE = encode_handshake(KeyUpdate(0))
AFTER_13: dict[str, tuple[Any, ...]] = {
    "new keys": (updates(1), CONNECTED),
    "new keys, and asked for the same": (updates(1, 1), CONNECTED),
    "new keys again and again": (updates(MANY), "unexpected_message", CONNECTED, NO_LIMIT),
    "new keys asked for again and again": (
        updates(MANY, 1),
        "unexpected_message",
        NO_ALERT,
        "OpenSSL answers every one, until the bent machine has enough",
    ),
    "KeyUpdate of another value": (says(handshake(24, b"\x02")), "illegal_parameter"),
    "empty KeyUpdate": (says(handshake(24, b"")), "decode_error"),
    "KeyUpdate of two bytes": (
        says(handshake(24, b"\x00\x00")),
        "decode_error",
        "illegal_parameter",
        "the same refusal, by another name",
    ),
    "KeyUpdate with more in its record": (says(UPDATE, UPDATE), "unexpected_message"),
    "data inside a KeyUpdate": (
        lambda m: say(m, [record(m, HANDSHAKE, UPDATE[:2]), record(m, DATA, b"x")]),
        "unexpected_message",
    ),
    "a second hello": (renegotiates, "unexpected_message"),
    "HelloRequest": (says(handshake(0, b"")), "unexpected_message"),
    "Certificate nobody asked for": (says(encode_handshake(Certificate13(b"", ()))), "unexpected_message"),
    "ChangeCipherSpec": (lambda m: say(m, [CHANGE_CIPHER_SPEC]), "unexpected_message"),
    "an alert in the clear": (lambda m: say(m, [clear_record(ALERT, b"\x02\x28")]), "unexpected_message"),
    "empty data": (sends(DATA, b""), CONNECTED),
    "empty data again and again": (sends(DATA, b"", MANY), "unexpected_message"),
    "a record of another time": (lambda m: say(m, [record(m, DATA, b"x")] * 2), "bad_record_mac"),
}
AFTER_12: dict[str, tuple[Any, ...]] = {
    "a second hello": (renegotiates, "no_renegotiation"),
    "Finished": (says(handshake(20, bytes(12))), "unexpected_message"),
    "ChangeCipherSpec": (sends(CCS, b"\x01"), "unexpected_message"),
    "a fatal alert in the clear": (lambda m: say(m, [clear_record(ALERT, b"\x02\x28")]), "bad_record_mac"),
    "empty data again and again": (sends(DATA, b"", MANY), "unexpected_message"),
    "a record of another time": (lambda m: say(m, [record(m, DATA, b"x")] * 2), "bad_record_mac"),
}
SERVER_13: dict[str, tuple[Any, ...]] = {
    "a ticket cut off": (says(handshake(4, bytes(12))), "decode_error"),
    "a ticket with a known extension out of place": (
        says(handshake(4, bytes(8) + b"\x00" + b"\x00\x01t" + b"\x00\x06" + b"\x00\x33\x00\x02\x00\x17")),
        "illegal_parameter",
    ),
    "a ticket with an extension that nobody knows": (
        says(handshake(4, bytes(8) + b"\x00" + b"\x00\x01t" + b"\x00\x04" + b"\xfa\xce\x00\x00")),
        CONNECTED,
    ),
    "ticket after ticket": (
        sends(HANDSHAKE, handshake(4, bytes(8) + b"\x00\x00\x01t\x00\x00"), MANY),
        "unexpected_message",
        CONNECTED,
        NO_LIMIT,
    ),
    "a request for a certificate nobody agreed to": (
        says(handshake(13, b"\x01\x01\x00\x08\x00\x0d\x00\x04\x00\x02\x04\x03")),
        "unexpected_message",
    ),
    "new keys again and again": (updates(MANY), "unexpected_message", CONNECTED, NO_LIMIT),
    "HelloRequest": (says(handshake(0, b"")), "unexpected_message"),
}
SERVER_12: dict[str, tuple[Any, ...]] = {
    "HelloRequest": (
        says(encode_handshake(HelloRequest())),
        "no_renegotiation",
        "handshake_failure",
        "OpenSSL tries, and fails when the bent server declines its hello",
    ),
    "HelloRequest with a byte in it": (
        says(handshake(0, b"\x00")),
        "decode_error",
        "illegal_parameter",
        "the same refusal, by another name",
    ),
}


def later(version: Version, table: dict[str, tuple[Any, ...]], **more: Any) -> list[Probe]:
    """Probes of a connection that stands."""
    return [
        Probe(f"when connected, {claim}", version, {}, *answers, afterwards=speak, **more)
        for claim, (speak, *answers) in table.items()
    ]


NO_TICKETS: dict[str, Any] = {"server_changes": {"tickets": 0}}
AFTERWARDS = (
    later(TLS13, AFTER_13)
    + later(TLS12, AFTER_12)
    + later(TLS13, SERVER_13, bent="server", setup=NO_TICKETS)
    + later(TLS12, SERVER_12, bent="server")
)


def test_what_comes_when_all_is_said() -> None:
    """On a connection that stands only data, alerts, tickets and new keys may come, and not without end."""
    assert answered_otherwise(AFTERWARDS) == {}


def test_openssl_answers_the_same_afterwards(tmp_path: Path) -> None:
    """OpenSSL answers the same bytes with the same alert, or with the one named beside the case."""
    assert openssl_answers_otherwise(AFTERWARDS, tmp_path) == {}
