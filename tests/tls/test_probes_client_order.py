"""A client that says things at the wrong moment, or a Finished that does not fit: what the server answers.

After the client-certificate scripts of tlsfuzzer, as cases of our own. OpenSSL is given the same bytes.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from simulator.tls.wire.messages import Certificate12, Certificate13, encode_handshake
from simulator.tls.wire.records import ContentType, RecordStyle
from simulator.tls.wire.version import Version
from tests.tls.changes import (
    before,
    body,
    both,
    finished_now,
    finished_value,
    flip,
    genuine,
    instead,
    proof_now,
    twice,
)
from tests.tls.probes import Probe, Wire, answered_otherwise, handshake, openssl_answers_otherwise, record

if TYPE_CHECKING:
    from pathlib import Path

TLS12, TLS13 = Version.TLS12, Version.TLS13
CLIENT_KEY_EXCHANGE = 16
CHANGE_CIPHER_SPEC = Wire(b"\x14\x03\x03\x00\x01\x01")
NOT_ASKED: dict[str, Any] = {"asks": False}
SKIPS: dict[str, Any] = {"sends": False}
COALESCED: dict[str, Any] = {"client_changes": {"record_style": RecordStyle(coalesce=True)}}
OTHER_MESSAGES = {
    "ClientHello": 1,
    "ServerHello": 2,
    "EncryptedExtensions": 8,
    "CertificateRequest": 13,
    "ServerHelloDone": 14,
    "KeyUpdate": 24,
    "message_hash": 254,
    "a message of no known type": 99,
}

ORDER_13 = [
    Probe(
        "certificate without being asked",
        TLS13,
        {"Finished": both(instead(Certificate13(b"", ())), genuine)},
        "unexpected_message",
        setup=NOT_ASKED,
    ),
    Probe(
        "proof without being asked",
        TLS13,
        {"Finished": both(proof_now, finished_now)},
        "unexpected_message",
        setup=NOT_ASKED,
    ),
    Probe(
        "proof after an empty Certificate",
        TLS13,
        {"Finished": both(proof_now, finished_now)},
        "unexpected_message",
        setup=SKIPS,
    ),
    Probe(
        "no proof after a certificate",
        TLS13,
        {"CertificateVerify": instead(), "Finished": finished_now},
        "unexpected_message",
    ),
    Probe(
        "no Certificate after being asked",
        TLS13,
        {"Certificate": instead(), "CertificateVerify": instead(), "Finished": finished_now},
        "unexpected_message",
    ),
    Probe(
        "proof in place of the Certificate",
        TLS13,
        {"Certificate": instead(), "CertificateVerify": proof_now, "Finished": finished_now},
        "unexpected_message",
    ),
    Probe(
        "Finished before the Certificate",
        TLS13,
        {"Certificate": both(finished_now, genuine)},
        "unexpected_message",
    ),
    Probe("second Certificate", TLS13, {"Certificate": twice}, "unexpected_message"),
    Probe(
        "empty Certificate after the first",
        TLS13,
        {"CertificateVerify": before(Certificate13(b"", ()))},
        "unexpected_message",
    ),
    Probe("second proof", TLS13, {"CertificateVerify": twice}, "unexpected_message"),
    Probe(
        "second Finished in the same record",
        TLS13,
        {"Finished": twice},
        "unexpected_message",
        setup=COALESCED,
    ),
    Probe("second Finished under the old keys", TLS13, {"Finished": twice}, "bad_record_mac"),
    Probe(
        "Finished with a bit turned",
        TLS13,
        {"Finished": finished_value(flip(0))},
        "decrypt_error",
    ),
    Probe(
        "Finished of zeros", TLS13, {"Finished": finished_value(lambda mac: bytes(len(mac)))}, "decrypt_error"
    ),
    Probe("Finished cut off", TLS13, {"Finished": finished_value(lambda mac: mac[:-1])}, "decode_error"),
    Probe(
        "Finished with a byte behind it",
        TLS13,
        {"Finished": finished_value(lambda mac: mac + b"\x00")},
        "decode_error",
    ),
    Probe("empty Finished", TLS13, {"Finished": finished_value(lambda _: b"")}, "decode_error"),
    Probe(
        "data in place of the second flight",
        TLS13,
        {"Certificate": instead(), "CertificateVerify": instead(), "Finished": instead()},
        "bad_record_mac",
        afterwards=lambda machine: machine.out.data(b"x"),
    ),
    *(
        Probe(
            f"{name} in place of the Certificate",
            TLS13,
            {"Certificate": instead(handshake(code, b"\x00\x00"))},
            "unexpected_message",
        )
        for name, code in OTHER_MESSAGES.items()
    ),
]
ORDER_12 = [
    Probe(
        "certificate without being asked",
        TLS12,
        {"ClientKeyExchange": before(Certificate12(()))},
        "unexpected_message",
        setup=NOT_ASKED,
    ),
    Probe(
        "proof without being asked",
        TLS12,
        {"ChangeCipherSpec": both(proof_now, instead(CHANGE_CIPHER_SPEC))},
        "unexpected_message",
        setup=NOT_ASKED,
    ),
    Probe(
        "proof after an empty Certificate",
        TLS12,
        {"ChangeCipherSpec": both(proof_now, instead(CHANGE_CIPHER_SPEC))},
        "unexpected_message",
        setup=SKIPS,
    ),
    Probe("no proof after a certificate", TLS12, {"CertificateVerify": instead()}, "unexpected_message"),
    Probe(
        "no Certificate after being asked",
        TLS12,
        {"Certificate": instead(), "CertificateVerify": instead()},
        "unexpected_message",
    ),
    Probe("second Certificate", TLS12, {"Certificate": twice}, "unexpected_message"),
    Probe("second ClientKeyExchange", TLS12, {"ClientKeyExchange": twice}, "unexpected_message"),
    Probe("second proof", TLS12, {"CertificateVerify": twice}, "unexpected_message"),
    Probe(
        "proof before the key exchange",
        TLS12,
        {"ClientKeyExchange": both(proof_now, genuine)},
        "unexpected_message",
    ),
    Probe("no ClientKeyExchange", TLS12, {"ClientKeyExchange": instead()}, "unexpected_message"),
    Probe(
        "Finished in the clear",
        TLS12,
        {
            "ChangeCipherSpec": lambda _, m: (
                record(m, ContentType.HANDSHAKE, encode_handshake(finished_now(None, m)[0])),
            )
        },
        "unexpected_message",
    ),
    Probe(
        "Finished with a bit turned",
        TLS12,
        {"Finished": finished_value(flip(0))},
        "decrypt_error",
    ),
    Probe("Finished cut off", TLS12, {"Finished": finished_value(lambda mac: mac[:-1])}, "decode_error"),
    Probe(
        "Finished with a byte behind it",
        TLS12,
        {"Finished": finished_value(lambda mac: mac + b"\x00")},
        "decode_error",
    ),
    Probe("empty Finished", TLS12, {"Finished": finished_value(lambda _: b"")}, "decode_error"),
    Probe(
        "empty key exchange",
        TLS12,
        {"ClientKeyExchange": instead(handshake(CLIENT_KEY_EXCHANGE, b""))},
        "decode_error",
        "handshake_failure",
        "OpenSSL takes an empty one for fixed ECDH, where the key is in the certificate (RFC 4492)",
    ),
    Probe(
        "key exchange of zeros",
        TLS12,
        {"ClientKeyExchange": instead(handshake(CLIENT_KEY_EXCHANGE, b"\x20" + bytes(32)))},
        "illegal_parameter",
    ),
    Probe(
        "key exchange cut off",
        TLS12,
        {"ClientKeyExchange": instead(handshake(CLIENT_KEY_EXCHANGE, b"\x1f" + b"\x09" * 31))},
        "illegal_parameter",
    ),
    Probe(
        "key exchange with a byte behind it",
        TLS12,
        {"ClientKeyExchange": body(lambda data: data + b"\x00")},
        "decode_error",
    ),
    Probe(
        "point off the curve",
        TLS12,
        {"ClientKeyExchange": instead(handshake(CLIENT_KEY_EXCHANGE, b"\x41\x04" + b"\x01" * 64))},
        "illegal_parameter",
        setup={"client_changes": {"groups": (0x17,)}},
    ),
    *(
        Probe(
            f"{name} in place of the Certificate",
            TLS12,
            {"Certificate": instead(handshake(code, b"\x00\x00"))},
            "unexpected_message",
        )
        for name, code in OTHER_MESSAGES.items()
    ),
]


def test_what_comes_at_the_wrong_moment() -> None:
    """What a state's row does not list is an unexpected_message; a Finished must fit to the byte."""
    assert answered_otherwise(ORDER_13 + ORDER_12) == {}


def test_openssl_answers_the_same_order(tmp_path: Path) -> None:
    """OpenSSL's server answers the same bytes with the same alert, or with the one named beside the case."""
    assert openssl_answers_otherwise(ORDER_13 + ORDER_12, tmp_path) == {}
