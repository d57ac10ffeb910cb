"""A TLS 1.3 server's flight gone wrong: what the client answers, and OpenSSL's client to the same bytes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from msgspec.structs import replace

from simulator.tls.wire import extension_forms as forms
from simulator.tls.wire.extensions import Extension, ExtensionType
from simulator.tls.wire.messages import (
    HELLO_RETRY_REQUEST_RANDOM,
    Certificate13,
    CertificateEntry,
    CertificateRequest12,
    CertificateRequest13,
    CertificateVerify,
    EncryptedExtensions,
)
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
from tests.tls.probes import (
    CONNECTED,
    NO_ALERT,
    Change,
    Probe,
    answered_otherwise,
    handshake,
    openssl_answers_otherwise,
)

if TYPE_CHECKING:
    from pathlib import Path

TLS13 = Version.TLS13
T = ExtensionType
X25519, P256, P384, P521 = 0x1D, 0x17, 0x18, 0x19
CERTIFICATE_REQUEST = 13
UNKNOWN_PASSED = "OpenSSL passes over answers that it does not know; RFC 8446 §4.2 refuses them"
RETRY: dict[str, Any] = {"server_changes": {"groups": (P256,)}}
SCHEMES = forms.SIGNATURE_ALGORITHMS.build((0x0403,))
DOWNGRADE_TO_12 = b"DOWNGRD\x01"


def key_share(group: int, key: bytes) -> Extension:
    """A ServerHello's key_share."""
    return forms.KEY_SHARE_CHOICE.build(forms.KeyShareEntry(group, key))


def request(*extensions: Extension, context: bytes = b"") -> Change:
    """Another CertificateRequest of TLS 1.3."""
    return instead(CertificateRequest13(context, extensions))


def retry(*extensions: Extension, **changes: Any) -> Change:
    """The HelloRetryRequest with other extensions or fields."""
    return lambda message, machine: tuple(
        replace(one, **changes) for one in extended(*extensions)(message, machine)
    )


SERVER_HELLO_13: dict[str, tuple[Any, ...]] = {
    "no supported_versions": (without(T.SUPPORTED_VERSIONS), "protocol_version"),
    "downgrade to TLS 1.2, with its mark": (
        lambda m, _: (replace(m, random=m.random[:24] + DOWNGRADE_TO_12, extensions=()),),
        "protocol_version",
    ),
    "version TLS 1.2 in supported_versions": (
        extended(forms.SUPPORTED_VERSIONS_CHOICE.build(0x0303)),
        "illegal_parameter",
    ),
    "a version that does not exist": (
        extended(forms.SUPPORTED_VERSIONS_CHOICE.build(0x0305)),
        "illegal_parameter",
    ),
    "supported_versions with a byte behind it": (
        extended(raw(T.SUPPORTED_VERSIONS, b"\x03\x04\x00")),
        "decode_error",
    ),
    "legacy_version TLS 1.3": (fields(legacy_version=0x0304), CONNECTED),
    "legacy_version TLS 1.0": (fields(legacy_version=0x0301), CONNECTED),
    "legacy_version SSL 3.0": (fields(legacy_version=0x0300), "protocol_version"),
    "another session id": (fields(legacy_session_id_echo=bytes(32)), "illegal_parameter"),
    "no session id": (fields(legacy_session_id_echo=b""), "illegal_parameter"),
    "compression": (fields(legacy_compression_method=1), "illegal_parameter"),
    "a suite that was not offered": (fields(cipher_suite=0x1304), "illegal_parameter"),
    "a suite of TLS 1.2": (fields(cipher_suite=0xC02B), "illegal_parameter"),
    "no key_share": (without(T.KEY_SHARE), "missing_extension"),
    "share of a group that was not offered": (
        extended(key_share(P521, b"\x04" + b"\x01" * 132)),
        "illegal_parameter",
    ),
    "share of a group that had none": (
        extended(key_share(P256, b"\x04" + b"\x01" * 64)),
        "illegal_parameter",
    ),
    "share of zeros": (extended(key_share(X25519, bytes(32))), "illegal_parameter"),
    "share too short": (extended(key_share(X25519, b"\x09" * 31)), "illegal_parameter"),
    "share with a byte behind it": (
        extended(raw(T.KEY_SHARE, b"\x00\x1d\x00\x20" + b"\x09" * 33)),
        "decode_error",
    ),
    "empty key_share": (extended(raw(T.KEY_SHARE)), "decode_error"),
    "the form of key_share of a retry": (
        extended(raw(T.KEY_SHARE, b"\x00\x17")),
        "decode_error",
        "illegal_parameter",
        "OpenSSL looks at the group before it misses the key",
    ),
    "an extension twice": (doubled, "illegal_parameter"),
    "pre_shared_key": (extended(raw(T.PRE_SHARED_KEY, b"\x00\x00")), "unsupported_extension"),
    "an extension of EncryptedExtensions": (extended(raw(T.SERVER_NAME)), "illegal_parameter"),
    "a cookie": (extended(forms.COOKIE.build(b"cookie")), "illegal_parameter"),
    "an extension that nobody knows": (
        extended(raw(0xFACE)),
        "unsupported_extension",
        CONNECTED,
        UNKNOWN_PASSED,
    ),
    "no extensions": (fields(extensions=()), "protocol_version"),
    "hello with a byte behind it": (body(lambda data: data + b"\x00"), "decode_error"),
    "hello cut off": (body(lambda data: data[:-1]), "decode_error"),
    "hello of two bytes": (body(lambda data: data[:2]), "decode_error"),
    "ServerHello twice": (twice, "unexpected_message"),
}
RETRIES: dict[str, tuple[Any, ...]] = {
    "a group that was not offered": (
        retry(forms.KEY_SHARE_RETRY.build(P521)),
        "illegal_parameter",
        NO_ALERT,
        "OpenSSL has P-521 and offers it again, which the bent server refuses",
    ),
    "the group that has a share": (retry(forms.KEY_SHARE_RETRY.build(X25519)), "illegal_parameter"),
    "nothing asked for": (without(T.KEY_SHARE), "illegal_parameter"),
    "a suite that was not offered": (retry(cipher_suite=0x1304), "illegal_parameter"),
    "another session id": (retry(legacy_session_id_echo=b""), "illegal_parameter"),
    "compression": (retry(legacy_compression_method=1), "illegal_parameter"),
    "no supported_versions": (
        without(T.SUPPORTED_VERSIONS),
        "protocol_version",
        CONNECTED,
        "the fixed random is enough for OpenSSL; RFC 8446 §4.1.4 asks for the extension",
    ),
    "a cookie that no hello has room for": (
        retry(forms.COOKIE.build(bytes(65_379))),
        "internal_error",
    ),
    "an empty cookie": (
        retry(raw(T.COOKIE, b"\x00\x00")),
        "decode_error",
        CONNECTED,
        "OpenSSL takes an empty cookie; RFC 8446 §4.2.2 gives it one byte at least",
    ),
    "an extension that nobody knows": (
        retry(raw(0xFACE)),
        "unsupported_extension",
        CONNECTED,
        UNKNOWN_PASSED,
    ),
    "an extension of EncryptedExtensions": (retry(raw(T.SERVER_NAME)), "illegal_parameter"),
    "the form of key_share of ServerHello": (retry(key_share(P256, b"\x04" + b"\x01" * 64)), "decode_error"),
    "HelloRetryRequest twice": (twice, "unexpected_message"),
}
AFTER_RETRY: dict[str, tuple[Any, ...]] = {
    "another suite": (
        lambda m, _: (replace(m, cipher_suite=0x1302 if m.cipher_suite == 0x1301 else 0x1301),),
        "illegal_parameter",
    ),
    "a second HelloRetryRequest": (
        lambda m, _: (
            replace(
                m,
                random=HELLO_RETRY_REQUEST_RANDOM,
                extensions=(m.extensions[0], forms.KEY_SHARE_RETRY.build(X25519)),
            ),
        ),
        "unexpected_message",
    ),
    "the share of the first hello": (extended(key_share(X25519, b"\x09" * 32)), "illegal_parameter"),
    "a point off the curve": (extended(key_share(P256, b"\x04" + b"\x01" * 64)), "illegal_parameter"),
    "a point compressed": (extended(key_share(P256, b"\x02" + b"\x6b" * 32)), "illegal_parameter"),
}
ENCRYPTED: dict[str, tuple[Any, ...]] = {
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
    "an extension of ServerHello": (extended(raw(T.SUPPORTED_VERSIONS, b"\x03\x04")), "illegal_parameter"),
    "an extension of ClientHello": (extended(SCHEMES), "illegal_parameter"),
    "server_name": (extended(raw(T.SERVER_NAME)), CONNECTED),
    "server_name with a name": (extended(raw(T.SERVER_NAME, b"\x00")), "decode_error"),
    "supported_groups": (extended(forms.SUPPORTED_GROUPS.build((P384,))), CONNECTED),
    "empty supported_groups": (
        extended(raw(T.SUPPORTED_GROUPS, b"\x00\x00")),
        "decode_error",
        CONNECTED,
        "OpenSSL does not read what it has no use for",
    ),
    "early_data": (extended(raw(T.EARLY_DATA)), "unsupported_extension"),
    "an extension twice": (
        lambda *_: (EncryptedExtensions((raw(T.SERVER_NAME), raw(T.SERVER_NAME))),),
        "illegal_parameter",
    ),
    "no length": (body(lambda _: b""), "decode_error"),
    "a byte behind it": (body(lambda data: data + b"\x00"), "decode_error"),
    "EncryptedExtensions left out": (instead(), "unexpected_message"),
    "EncryptedExtensions twice": (twice, "unexpected_message"),
}
REQUESTS: dict[str, tuple[Any, ...]] = {
    "no extensions": (
        instead(handshake(CERTIFICATE_REQUEST, b"\x00\x00\x00")),
        "decode_error",
        "missing_extension",
        "OpenSSL misses the extension; RFC 8446 §4.3.2 gives the block two bytes at least",
    ),
    "no signature_algorithms": (
        request(forms.CERTIFICATE_AUTHORITIES.build((b"\x30\x00",))),
        "missing_extension",
    ),
    "empty signature_algorithms": (request(raw(T.SIGNATURE_ALGORITHMS, b"\x00\x00")), "decode_error"),
    "odd signature_algorithms": (
        request(raw(T.SIGNATURE_ALGORITHMS, b"\x00\x03\x04\x03\x08")),
        "decode_error",
    ),
    "signature_algorithms longer than it is": (
        request(raw(T.SIGNATURE_ALGORITHMS, b"\x00\x08\x04\x03")),
        "decode_error",
    ),
    "signature_algorithms twice": (request(SCHEMES, SCHEMES), "illegal_parameter"),
    "a context": (
        request(SCHEMES, context=b"\x01"),
        "illegal_parameter",
        NO_ALERT,
        "OpenSSL answers with the same context, which the bent server refuses",
    ),
    "an empty list of authorities": (
        request(SCHEMES, raw(T.CERTIFICATE_AUTHORITIES, b"\x00\x00")),
        "decode_error",
        CONNECTED,
        "OpenSSL takes an empty list; RFC 8446 §4.2.4 gives it three bytes at least",
    ),
    "an empty authority": (
        request(SCHEMES, raw(T.CERTIFICATE_AUTHORITIES, b"\x00\x03\x00\x00\x00")),
        "decode_error",
    ),
    "authorities longer than the list": (
        request(SCHEMES, raw(T.CERTIFICATE_AUTHORITIES, b"\x00\x04\x00\x09\x30\x00")),
        "decode_error",
    ),
    "an authority that is no name": (
        request(SCHEMES, forms.CERTIFICATE_AUTHORITIES.build((b"rubbish",))),
        "decode_error",
    ),
    "an authority with a byte behind it": (
        request(SCHEMES, forms.CERTIFICATE_AUTHORITIES.build((b"\x30\x00\x00",))),
        "decode_error",
    ),
    "an authority that names nobody": (
        request(SCHEMES, forms.CERTIFICATE_AUTHORITIES.build((b"\x30\x00",))),
        CONNECTED,
    ),
    "an extension of ServerHello": (request(SCHEMES, raw(T.KEY_SHARE, b"\x00\x17")), "illegal_parameter"),
    "an extension that nobody knows": (request(SCHEMES, raw(0xFACE)), CONNECTED),
    "signature_algorithms_cert": (
        request(SCHEMES, forms.SIGNATURE_ALGORITHMS_CERT.build((0x0403,))),
        CONNECTED,
    ),
    "schemes that nobody knows": (request(forms.SIGNATURE_ALGORITHMS.build((0xFEFE, 0x0403))), CONNECTED),
    "a byte behind it": (body(lambda data: data + b"\x00"), "decode_error"),
    "the form of TLS 1.2": (
        instead(handshake(CERTIFICATE_REQUEST, CertificateRequest12((64,), (0x0403,), ()).encode())),
        "decode_error",
    ),
    "CertificateRequest twice": (twice, "unexpected_message"),
}
SERVER_CERTIFICATES: dict[str, tuple[Any, ...]] = {
    "no certificate": (instead(Certificate13(b"", ())), "decode_error"),
    "a context": (
        fields(certificate_request_context=b"\x01"),
        "illegal_parameter",
        "decode_error",
        "OpenSSL reads a context as bad bytes; RFC 8446 §4.4.2 speaks of its value",
    ),
    "an extension nobody asked for": (
        lambda m, _: (
            Certificate13(
                b"", (CertificateEntry(m.chain[0], (raw(T.STATUS_REQUEST, b"\x01\x00\x00\x01\x00"),)),)
            ),
        ),
        "unsupported_extension",
    ),
    "an extension of ClientHello": (
        lambda m, _: (Certificate13(b"", (CertificateEntry(m.chain[0], (SCHEMES,)),)),),
        "illegal_parameter",
    ),
    "an empty entry": (
        body(lambda _: b"\x00\x00\x00\x05\x00\x00\x00\x00\x00"),
        "decode_error",
        "bad_certificate",
        "OpenSSL asks the parser of certificates; RFC 8446 §4.4.2 gives cert_data one byte at least",
    ),
    "a byte behind it": (body(lambda data: data + b"\x00"), "decode_error"),
    "a list longer than the message": (body(overwrite(1, b"\x00\xff\xff")), "decode_error"),
    "Certificate twice": (twice, "unexpected_message"),
    "the request behind it": (both(genuine, request(SCHEMES)), "unexpected_message"),
    "Certificate left out": (instead(), "unexpected_message"),
}
PROOFS: dict[str, tuple[Any, ...]] = {
    "a signature with a bit turned": (
        lambda m, _: (CertificateVerify(m.algorithm, flip(9)(m.signature)),),
        "decrypt_error",
    ),
    "an empty signature": (lambda m, _: (CertificateVerify(m.algorithm, b""),), "decrypt_error"),
    "a scheme that nobody knows": (
        lambda m, _: (CertificateVerify(0xFEFE, m.signature),),
        "illegal_parameter",
    ),
    "a scheme of another key": (lambda m, _: (CertificateVerify(0x0804, m.signature),), "illegal_parameter"),
    "PKCS#1 v1.5 in TLS 1.3": (lambda m, _: (CertificateVerify(0x0401, m.signature),), "illegal_parameter"),
    "a signature longer than the message": (body(overwrite(2, b"\xff\xff")), "decode_error"),
    "no proof": (instead(), "unexpected_message"),
    "two proofs": (twice, "unexpected_message"),
}
FINISHED: dict[str, tuple[Any, ...]] = {
    "a Finished with a bit turned": (finished_value(flip(-1)), "decrypt_error"),
    "a Finished cut off": (finished_value(lambda mac: mac[:-1]), "decode_error"),
    "a Finished with a byte behind it": (finished_value(lambda mac: mac + b"\x00"), "decode_error"),
    "a request before Finished": (before(CertificateRequest13(b"", (SCHEMES,))), "unexpected_message"),
}

FLIGHT = (
    flight_probes(TLS13, "ServerHello", SERVER_HELLO_13)
    + flight_probes(TLS13, "HelloRetryRequest", RETRIES, setup=RETRY)
    + [
        Probe(f"after a retry: {claim}", TLS13, {"ServerHello": change}, *answers, bent="server", setup=RETRY)
        for claim, (change, *answers) in AFTER_RETRY.items()
    ]
    + flight_probes(TLS13, "EncryptedExtensions", ENCRYPTED)
    + flight_probes(TLS13, "CertificateRequest", REQUESTS)
    + flight_probes(TLS13, "Certificate", SERVER_CERTIFICATES)
    + flight_probes(TLS13, "CertificateVerify", PROOFS)
    + flight_probes(TLS13, "Finished", FINISHED)
)


def test_a_flight_of_tls13_that_breaks_a_rule() -> None:
    """The client of TLS 1.3 refuses, by the alert of RFC 8446, whatever a server may not say."""
    assert answered_otherwise(FLIGHT) == {}


def test_openssl_answers_the_same_flight(tmp_path: Path) -> None:
    """OpenSSL's client answers the same bytes with the same alert, or with the one named beside the case."""
    assert openssl_answers_otherwise(FLIGHT, tmp_path) == {}
