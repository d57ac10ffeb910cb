"""A TLS 1.2 server's flight gone wrong: what the client answers, and OpenSSL's client to the same bytes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from msgspec.structs import replace

from simulator.entropy import SeededEntropy
from simulator.tls.crypto.signatures import sign
from simulator.tls.wire import extension_forms as forms
from simulator.tls.wire.extensions import ExtensionType
from simulator.tls.wire.messages import (
    HELLO_RETRY_REQUEST_RANDOM,
    Certificate12,
    CertificateRequest12,
    HelloRequest,
    ServerHelloDone,
    ServerKeyExchange,
    encode_handshake,
    server_ecdh_params,
)
from simulator.tls.wire.records import ContentType
from simulator.tls.wire.version import Version
from tests.tls.changes import (
    before,
    body,
    both,
    doubled,
    extended,
    fields,
    finished_value,
    flight_probes,
    flip,
    genuine,
    instead,
    overwrite,
    raw,
    twice,
    without,
)
from tests.tls.openssl import identity
from tests.tls.probes import (
    CONNECTED,
    NO_ALERT,
    Change,
    Machine,
    Probe,
    Said,
    answered_otherwise,
    clear_record,
    handshake,
    openssl_answers_otherwise,
)

if TYPE_CHECKING:
    from pathlib import Path

TLS12 = Version.TLS12
T = ExtensionType
P521 = 0x19
CERTIFICATE_REQUEST = 13
UNKNOWN_PASSED = "OpenSSL passes over answers that it does not know; RFC 8446 §4.2 refuses them"
HELLO_REQUEST = clear_record(ContentType.HANDSHAKE, encode_handshake(HelloRequest()))


def signed_share(public: bytes) -> Change:
    """A ServerKeyExchange of TLS 1.2 with this public key, signed as it should be."""

    def change(message: ServerKeyExchange, machine: Machine) -> tuple[Said, ...]:
        content = machine.signed_parameters(server_ecdh_params(message.named_curve, public))
        key = identity("P-256", "server").private_key
        signature = sign(key, message.algorithm, content, SeededEntropy("shares"))
        return (replace(message, public=public, signature=signature),)

    return change


SERVER_HELLO_12: dict[str, tuple[Any, ...]] = {
    "version TLS 1.1": (fields(legacy_version=0x0302), "protocol_version"),
    "version TLS 1.3": (fields(legacy_version=0x0304), "protocol_version"),
    "version SSL 3.0": (fields(legacy_version=0x0300), "protocol_version"),
    "TLS 1.3 in supported_versions": (
        extended(forms.SUPPORTED_VERSIONS_CHOICE.build(0x0304)),
        "unsupported_extension",
    ),
    "compression": (fields(legacy_compression_method=1), "illegal_parameter"),
    "a suite that was not offered": (fields(cipher_suite=0xC013), "illegal_parameter"),
    "a suite of TLS 1.3": (fields(cipher_suite=0x1301), "illegal_parameter"),
    "no renegotiation_info": (without(T.RENEGOTIATION_INFO), "handshake_failure"),
    "renegotiation_info of a renegotiation": (
        extended(forms.RENEGOTIATION_INFO.build(bytes(12))),
        "handshake_failure",
        "illegal_parameter",
        "RFC 5746 §3.4 says handshake_failure",
    ),
    "renegotiation_info of nothing": (extended(raw(T.RENEGOTIATION_INFO)), "decode_error"),
    "extended_master_secret with a byte in it": (
        extended(raw(T.EXTENDED_MASTER_SECRET, b"\x00")),
        "decode_error",
        CONNECTED,
        "OpenSSL does not look into it; RFC 7627 §5.1 says it is empty",
    ),
    "ec_point_formats without uncompressed": (
        extended(forms.EC_POINT_FORMATS.build((1,))),
        "illegal_parameter",
        CONNECTED,
        "OpenSSL checks it for static ECDH only (RFC 8422 §5.2)",
    ),
    "an extension that was not offered": (
        extended(raw(T.APPLICATION_LAYER_PROTOCOL_NEGOTIATION, b"\x00\x03\x02h2")),
        "unsupported_extension",
    ),
    "an extension that nobody knows": (
        extended(raw(0xFACE)),
        "unsupported_extension",
        CONNECTED,
        UNKNOWN_PASSED,
    ),
    "an extension twice": (doubled, "illegal_parameter"),
    "the random of HelloRetryRequest": (
        fields(random=HELLO_RETRY_REQUEST_RANDOM),
        "unexpected_message",
        "decrypt_error",
        "OpenSSL offered TLS 1.2 only and reads a random, which the key exchange does not sign",
    ),
    "hello with a byte behind it": (body(lambda data: data + b"\x00"), "decode_error"),
    "hello cut off": (body(lambda data: data[:-1]), "decode_error"),
    "ServerHello twice": (twice, "unexpected_message"),
}
KEY_EXCHANGES: dict[str, tuple[Any, ...]] = {
    "a curve of its own": (body(overwrite(0, b"\x01")), "illegal_parameter"),
    "a group that was not offered": (fields(named_curve=P521), "illegal_parameter"),
    "a signature with a bit turned": (
        lambda m, _: (replace(m, signature=flip(9)(m.signature)),),
        "decrypt_error",
    ),
    "another public key": (fields(public=b"\x09" + bytes(31)), "decrypt_error"),
    "a scheme that nobody knows": (fields(algorithm=0xFEFE), "illegal_parameter"),
    "a scheme of another key": (fields(algorithm=0x0804), "illegal_parameter"),
    "an empty signature": (fields(signature=b""), "decrypt_error"),
    "a byte behind it": (body(lambda data: data + b"\x00"), "decode_error"),
    "it is cut off": (body(lambda data: data[:-1]), "decode_error"),
    "it is left out": (instead(), "unexpected_message"),
    "it comes twice": (twice, "unexpected_message"),
    "a key of zeros, truly signed": (signed_share(bytes(32)), "illegal_parameter"),
    "a key too short, truly signed": (signed_share(b"\x09" * 31), "illegal_parameter"),
}
REQUESTS_12: dict[str, tuple[Any, ...]] = {
    "no types": (
        instead(handshake(CERTIFICATE_REQUEST, b"\x00\x00\x02\x04\x03\x00\x00")),
        "decode_error",
        CONNECTED,
        "OpenSSL has no use for the types; RFC 5246 §7.4.4 asks for one",
    ),
    "no schemes": (
        instead(handshake(CERTIFICATE_REQUEST, b"\x01\x40\x00\x00\x00\x00")),
        "decode_error",
        "internal_error",
        "the same refusal, by another name",
    ),
    "odd schemes": (
        instead(handshake(CERTIFICATE_REQUEST, b"\x01\x40\x00\x03\x04\x03\x08\x00\x00")),
        "decode_error",
        "internal_error",
        "the same refusal, by another name",
    ),
    "no list of authorities": (
        instead(handshake(CERTIFICATE_REQUEST, b"\x01\x40\x00\x02\x04\x03")),
        "decode_error",
    ),
    "an empty authority": (
        instead(handshake(CERTIFICATE_REQUEST, b"\x01\x40\x00\x02\x04\x03\x00\x02\x00\x00")),
        "decode_error",
    ),
    "an authority that is no name": (
        instead(CertificateRequest12((64,), (0x0403,), (b"rubbish",))),
        "decode_error",
    ),
    "types that nobody knows": (instead(CertificateRequest12((99, 64), (0x0403,), ())), CONNECTED),
    "a byte behind it": (body(lambda data: data + b"\x00"), "decode_error"),
    "it comes twice": (twice, "unexpected_message"),
    "it comes behind ServerHelloDone": (
        both(instead(ServerHelloDone()), genuine),
        "unexpected_message",
        NO_ALERT,
        "the bent server fails at the flight that OpenSSL sends before it reads on",
    ),
    "HelloRequest before it": (before(HELLO_REQUEST), CONNECTED),
}
OTHERS_12: dict[tuple[str, str], tuple[Any, ...]] = {
    ("Certificate", "no certificate"): (instead(Certificate12(())), "decode_error"),
    ("Certificate", "Certificate left out"): (instead(), "unexpected_message"),
    ("Certificate", "Certificate twice"): (twice, "unexpected_message"),
    ("ServerHelloDone", "ServerHelloDone with a byte in it"): (
        body(lambda _: b"\x00"),
        "decode_error",
        "illegal_parameter",
        "the same refusal, by another name",
    ),
    ("NewSessionTicket", "no ticket where one was promised"): (instead(), "unexpected_message"),
    ("NewSessionTicket", "two tickets"): (twice, "unexpected_message"),
    ("NewSessionTicket", "a ticket cut off"): (body(lambda data: data[:-1]), "decode_error"),
    ("Finished", "a Finished with a bit turned"): (finished_value(flip(-1)), "decrypt_error"),
    ("Finished", "a Finished cut off"): (finished_value(lambda mac: mac[:-1]), "decode_error"),
    ("Finished", "a Finished of zeros"): (finished_value(lambda mac: bytes(len(mac))), "decrypt_error"),
}

FLIGHT = (
    flight_probes(TLS12, "ServerHello", SERVER_HELLO_12)
    + flight_probes(TLS12, "ServerKeyExchange", KEY_EXCHANGES)
    + flight_probes(TLS12, "CertificateRequest", REQUESTS_12)
    + [
        Probe(claim, TLS12, {name: change}, *answers, bent="server")
        for (name, claim), (change, *answers) in OTHERS_12.items()
    ]
)


def test_a_flight_of_tls12_that_breaks_a_rule() -> None:
    """The client of TLS 1.2 refuses, by the alert of its RFC, whatever a server may not say."""
    assert answered_otherwise(FLIGHT) == {}


def test_openssl_answers_the_same_flight(tmp_path: Path) -> None:
    """OpenSSL's client answers the same bytes with the same alert, or with the one named beside the case."""
    assert openssl_answers_otherwise(FLIGHT, tmp_path) == {}
