"""A ClientHello gone wrong: what the server answers, and what OpenSSL answers to the same bytes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from msgspec.structs import replace

from simulator.tls.wire import extension_forms as forms
from simulator.tls.wire.extensions import Extension, ExtensionType
from simulator.tls.wire.messages import ClientHello, encode_handshake
from simulator.tls.wire.records import ContentType
from simulator.tls.wire.version import Version
from tests.tls.changes import body, extended, fields, raw, without
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

TLS12, TLS13 = Version.TLS12, Version.TLS13
X25519, P256 = 0x1D, 0x17
CLIENT_HELLO = 1
POINT_OFF_THE_CURVE = b"\x04" + b"\x01" * 64
FIRST_ONE = "OpenSSL looks at the first only; RFC 8446 §4.2.8 lets a server check"
NO_NULL = "OpenSSL calls a missing null compression a decode_error; RFC 8446 §4.1.2 an illegal_parameter"
SSL3 = "the handshake_failure is how OpenSSL refuses SSL 3.0 (RFC 7568), whatever else is offered"
NOT_COMPARED = "OpenSSL compares the shares only; RFC 8446 §4.1.2 says what a client may change"
LONGEST_HELLO = 131_396  # OpenSSL's CLIENT_HELLO_MAX_LENGTH
RETRY: dict[str, Any] = {"server_changes": {"groups": (P256,)}}  # the client's only share is for x25519


def doubled(type_code: int) -> Change:
    """The ClientHello with one extension twice."""
    return lambda message, _: (
        replace(
            message,
            extensions=(*message.extensions, *(e for e in message.extensions if e.type == type_code)),
        ),
    )


def only_second(change: Change) -> Change:
    """The first ClientHello as it is, the second changed."""
    seen: list[Any] = []

    def changed(message: ClientHello, machine: Machine) -> tuple[Said, ...]:
        if machine.retry_suite is None:
            seen.append(message)
            return (message,)
        return tuple(change(message, machine))

    return changed


def share(group: int, key: bytes) -> Extension:
    """A key_share of one entry."""
    return forms.KEY_SHARE_OFFER.build((forms.KeyShareEntry(group, key),))


def again(message: ClientHello, _: Machine) -> tuple[Said, ...]:
    """The ClientHello, and the same again, which the client itself forgets."""
    return message, clear_record(ContentType.HANDSHAKE, encode_handshake(message))


T = ExtensionType
PSK = forms.PRE_SHARED_KEY_OFFER.build(
    forms.OfferedPsks((forms.PskIdentity(b"ticket", 0),), (bytes(32),))
).data
KEY_SHARES = {
    "x25519 share of zeros": (share(X25519, bytes(32)), "illegal_parameter"),
    "x25519 share of order eight": (
        share(X25519, bytes.fromhex("e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800")),
        "illegal_parameter",
    ),
    "x25519 share too short": (share(X25519, b"\x09" * 31), "illegal_parameter"),
    "x25519 share too long": (share(X25519, b"\x09" * 33), "illegal_parameter"),
    "P-256 point off the curve": (share(P256, POINT_OFF_THE_CURVE), "illegal_parameter"),
    "P-256 point at infinity": (share(P256, b"\x00"), "illegal_parameter"),
    "P-256 point compressed": (share(P256, b"\x02" + b"\x6b" * 32), "illegal_parameter"),
    "P-256 point cut off": (share(P256, POINT_OFF_THE_CURVE[:-1]), "illegal_parameter"),
    "share that is empty": (raw(T.KEY_SHARE, b"\x00\x04\x00\x1d\x00\x00"), "decode_error"),
    "share longer than the extension": (
        raw(T.KEY_SHARE, b"\x00\x06\x00\x1d\x00\x20\x09\x09"),
        "decode_error",
    ),
    "list of shares longer than the extension": (
        raw(T.KEY_SHARE, b"\x00\x26\x00\x1d\x00\x20"),
        "decode_error",
    ),
    "bytes behind the shares": (
        raw(T.KEY_SHARE, b"\x00\x24\x00\x1d\x00\x20" + b"\x09" * 32 + b"\x00"),
        "decode_error",
    ),
}


def longest(compressions: bytes) -> Change:
    """The hello with every vector filled up: session id, suites, these compression methods, extensions."""

    def change(message: ClientHello, _: Machine) -> tuple[Said, ...]:
        suites = (*message.cipher_suites, *[0x0A0A] * 32_767)[:32_767]
        room = 65_535 - 4 - sum(4 + len(one.data) for one in message.extensions)
        full = replace(
            message,
            legacy_session_id=message.legacy_session_id or bytes(32),
            cipher_suites=suites,
            legacy_compression_methods=compressions,
            extensions=(*message.extensions, raw(0xFACE, bytes(room))),
        )
        assert len(full.encode()) == LONGEST_HELLO - 255 + len(compressions)
        return (full,)

    return change


OTHER_13: dict[str, tuple[Any, ...]] = {
    "no supported_groups": (without(T.SUPPORTED_GROUPS), "missing_extension"),
    "no key_share": (without(T.KEY_SHARE), "missing_extension"),
    "no signature_algorithms": (without(T.SIGNATURE_ALGORITHMS), "missing_extension"),
    "no supported_versions": (without(T.SUPPORTED_VERSIONS), "protocol_version"),
    "no extensions": (fields(extensions=()), "protocol_version"),
    "only TLS 1.2 in supported_versions": (
        extended(forms.SUPPORTED_VERSIONS_OFFER.build((0x0303,))),
        "protocol_version",
    ),
    "empty supported_versions": (
        extended(raw(T.SUPPORTED_VERSIONS, b"\x00")),
        "decode_error",
        "protocol_version",
        "OpenSSL chooses the version before it reads the list strictly",
    ),
    "compression offered": (fields(legacy_compression_methods=b"\x01\x00"), "illegal_parameter"),
    "only compression offered": (
        fields(legacy_compression_methods=b"\x01"),
        "illegal_parameter",
        "decode_error",
        NO_NULL,
    ),
    "no compression method": (body(lambda data: data[:75] + b"\x00" + data[77:]), "decode_error"),
    "key_share twice": (doubled(T.KEY_SHARE), "illegal_parameter"),
    "server_name twice": (doubled(T.SERVER_NAME), "illegal_parameter"),
    "two shares for one group": (
        lambda m, machine: extended(
            forms.KEY_SHARE_OFFER.build(
                (
                    forms.KeyShareEntry(X25519, machine.shares[X25519].public),
                    forms.KeyShareEntry(X25519, b"\x09" * 32),
                )
            )
        )(m, machine),
        "illegal_parameter",
        CONNECTED,
        FIRST_ONE,
    ),
    "share for a group that is not supported": (
        extended(forms.SUPPORTED_GROUPS.build((P256,))),
        "illegal_parameter",
    ),
    "odd supported_groups": (extended(raw(T.SUPPORTED_GROUPS, b"\x00\x03\x00\x1d\x00")), "decode_error"),
    "empty supported_groups": (extended(raw(T.SUPPORTED_GROUPS, b"\x00\x00")), "decode_error"),
    "empty signature_algorithms": (extended(raw(T.SIGNATURE_ALGORITHMS, b"\x00\x00")), "decode_error"),
    "no scheme of the server's key": (
        extended(forms.SIGNATURE_ALGORITHMS.build((0x0804,))),
        "handshake_failure",
    ),
    "no cipher suite of the server's": (fields(cipher_suites=(0x00FF, 0x1304)), "handshake_failure"),
    "no group of the server's": (
        extended(forms.SUPPORTED_GROUPS.build((0x0A0A,)), forms.KEY_SHARE_OFFER.build(())),
        "handshake_failure",
    ),
    "server_name of nothing": (extended(raw(T.SERVER_NAME)), "decode_error"),
    "server_name with an empty list": (extended(raw(T.SERVER_NAME, b"\x00\x00")), "decode_error"),
    "server_name longer than it is": (
        extended(raw(T.SERVER_NAME, b"\x00\x0f\x00\x00\x0cexample")),
        "decode_error",
    ),
    "pre_shared_key that is not last": (
        lambda m, _: (replace(m, extensions=(raw(T.PRE_SHARED_KEY, PSK), *m.extensions)),),
        "illegal_parameter",
    ),
    "pre_shared_key without modes": (
        lambda m, _: (
            replace(
                m,
                extensions=(
                    *(e for e in m.extensions if e.type != T.PSK_KEY_EXCHANGE_MODES),
                    raw(T.PRE_SHARED_KEY, PSK),
                ),
            ),
        ),
        "missing_extension",
    ),
    "pre_shared_key of nothing": (extended(raw(T.PRE_SHARED_KEY)), "decode_error"),
    "pre_shared_key that nobody knows": (extended(raw(T.PRE_SHARED_KEY, PSK)), CONNECTED),
    "an extension of CertificateRequest": (
        extended(raw(T.OID_FILTERS, b"\x00\x00")),
        "illegal_parameter",
        CONNECTED,
        "OpenSSL does not know oid_filters",
    ),
    "an extension that nobody knows": (extended(raw(0xFACE, b"hello")), CONNECTED),
    "suites, groups and versions that nobody knows": (
        lambda m, machine: extended(
            forms.SUPPORTED_GROUPS.build((0x0A0A, X25519)),
            forms.SUPPORTED_VERSIONS_OFFER.build((0x0A0A, 0x0304)),
        )(replace(m, cipher_suites=(0x0A0A, *m.cipher_suites)), machine),
        CONNECTED,
    ),
    "session id of 33 bytes": (
        body(lambda data: data[:34] + b"\x21" + bytes(33) + data[67:]),
        "decode_error",
    ),
    "hello with a byte behind it": (body(lambda data: data + b"\x00"), "decode_error"),
    "hello cut off": (body(lambda data: data[:-1]), "decode_error"),
    "hello of two bytes": (body(lambda data: data[:2]), "decode_error"),
    "odd cipher suites": (
        body(lambda data: data[:67] + b"\x00\x05\x13\x01\x13\x02\x13" + data[75:]),
        "decode_error",
    ),
    "no cipher suites": (
        body(lambda data: data[:67] + b"\x00\x00" + data[75:]),
        "decode_error",
        "illegal_parameter",
        "OpenSSL reads the list and misses its content; RFC 8446 §4.1.2 gives the vector two bytes at least",
    ),
    "hello twice": (again, "unexpected_message"),
    "hello that announces 16 megabytes": (
        lambda *_: (handshake(CLIENT_HELLO, bytes(60), 2**24 - 1),),
        "illegal_parameter",
    ),
    "legacy_version of SSL 3.0": (
        fields(legacy_version=0x0300),
        "protocol_version",
        "handshake_failure",
        SSL3,
    ),
    "hello as long as TLS 1.3 allows": (longest(compressions=b"\x00"), CONNECTED),
    "legacy_version of TLS 1.3": (fields(legacy_version=0x0304), CONNECTED),
}

SECOND: dict[str, tuple[Any, ...]] = {
    "another random": (fields(random=bytes(32)), "illegal_parameter", CONNECTED, NOT_COMPARED),
    "another session id": (fields(legacy_session_id=bytes(32)), "illegal_parameter", NO_ALERT, NOT_COMPARED),
    "other cipher suites": (fields(cipher_suites=(0x1302,)), "illegal_parameter", CONNECTED, NOT_COMPARED),
    "another server_name": (
        extended(forms.server_name("www.example.org")),
        "illegal_parameter",
        CONNECTED,
        NOT_COMPARED,
    ),
    "no server_name": (without(T.SERVER_NAME), "illegal_parameter", CONNECTED, NOT_COMPARED),
    "other schemes": (
        extended(forms.SIGNATURE_ALGORITHMS.build((0x0403,))),
        "illegal_parameter",
        CONNECTED,
        NOT_COMPARED,
    ),
    "other groups": (
        extended(forms.SUPPORTED_GROUPS.build((P256,))),
        "illegal_parameter",
        CONNECTED,
        NOT_COMPARED,
    ),
    "a cookie nobody gave": (
        extended(forms.COOKIE.build(b"cookie")),
        "illegal_parameter",
        CONNECTED,
        NOT_COMPARED,
    ),
    "the first share again": (extended(share(X25519, b"\x09" * 32)), "illegal_parameter"),
    "no share": (extended(forms.KEY_SHARE_OFFER.build(())), "illegal_parameter"),
    "no key_share": (without(T.KEY_SHARE), "missing_extension"),
    "a point off the curve": (extended(share(P256, POINT_OFF_THE_CURVE)), "illegal_parameter"),
    "two shares": (
        lambda m, machine: (
            replace(
                m,
                extensions=tuple(
                    forms.KEY_SHARE_OFFER.build(
                        (
                            forms.KeyShareEntry(P256, machine.shares[P256].public),
                            forms.KeyShareEntry(X25519, b"\x09" * 32),
                        )
                    )
                    if e.type == T.KEY_SHARE
                    else e
                    for e in m.extensions
                ),
            ),
        ),
        "illegal_parameter",
    ),
    "padding behind it": (extended(raw(T.PADDING, bytes(20))), CONNECTED),
    "a third hello": (again, "unexpected_message"),
}
HELLO_12: dict[str, tuple[Any, ...]] = {
    "hello as long as its vectors allow": (longest(compressions=bytes(range(255))), CONNECTED),
    "hello that announces more than its vectors allow": (
        lambda *_: (handshake(CLIENT_HELLO, bytes(60), LONGEST_HELLO + 1),),
        "illegal_parameter",
    ),
    "version TLS 1.1": (fields(legacy_version=0x0302), "protocol_version"),
    "version SSL 3.0": (fields(legacy_version=0x0300), "protocol_version", "handshake_failure", SSL3),
    "only TLS 1.3 in supported_versions": (
        extended(forms.SUPPORTED_VERSIONS_OFFER.build((0x0304,))),
        "protocol_version",
    ),
    "only compression offered": (
        fields(legacy_compression_methods=b"\x01"),
        "illegal_parameter",
        "decode_error",
        NO_NULL,
    ),
    "compression offered too": (fields(legacy_compression_methods=b"\x01\x00"), CONNECTED),
    "no suite of the server's": (fields(cipher_suites=(0x00FF, 0xC02F)), "handshake_failure"),
    "no group of the server's": (extended(forms.SUPPORTED_GROUPS.build((0x0A0A,))), "handshake_failure"),
    "supported_groups twice": (doubled(T.SUPPORTED_GROUPS), "illegal_parameter"),
    "empty supported_groups": (extended(raw(T.SUPPORTED_GROUPS, b"\x00\x00")), "decode_error"),
    "empty signature_algorithms": (extended(raw(T.SIGNATURE_ALGORITHMS, b"\x00\x00")), "decode_error"),
    "extended_master_secret with a byte in it": (
        extended(raw(T.EXTENDED_MASTER_SECRET, b"\x00")),
        "decode_error",
    ),
    "renegotiation_info of a renegotiation": (
        extended(forms.RENEGOTIATION_INFO.build(bytes(12))),
        "handshake_failure",
    ),
    "renegotiation_info of nothing": (extended(raw(T.RENEGOTIATION_INFO)), "decode_error"),
    "ec_point_formats of nothing": (extended(raw(T.EC_POINT_FORMATS, b"\x00")), "decode_error"),
    "ec_point_formats without uncompressed": (
        extended(raw(T.EC_POINT_FORMATS, b"\x01\x01")),
        "illegal_parameter",
        CONNECTED,
        "OpenSSL leaves out the MUST of RFC 8422 §5.1.2",
    ),
    "no extensions": (fields(extensions=()), "handshake_failure"),
    "hello with a byte behind it": (body(lambda data: data + b"\x00"), "decode_error"),
    "hello cut off": (body(lambda data: data[:-1]), "decode_error"),
    "hello twice": (again, "unexpected_message"),
    "an extension that nobody knows": (extended(raw(0xFACE, b"hello")), CONNECTED),
}
FIRST = (
    [Probe(claim, TLS13, {"ClientHello": extended(ext)}, alert) for claim, (ext, alert) in KEY_SHARES.items()]
    + [
        Probe(claim, TLS13, {"ClientHello": change}, *answers)
        for claim, (change, *answers) in OTHER_13.items()
    ]
    + [
        Probe(claim, TLS12, {"ClientHello": change}, *answers)
        for claim, (change, *answers) in HELLO_12.items()
    ]
)
AGAIN = [
    Probe(f"after a retry, {claim}", TLS13, {"ClientHello": only_second(change)}, *answers, setup=RETRY)
    for claim, (change, *answers) in SECOND.items()
]


def test_a_hello_that_cannot_be_answered() -> None:
    """A ClientHello that breaks a rule is refused by its alert; what nobody knows is passed over."""
    assert answered_otherwise(FIRST) == {}


def test_a_second_hello_changes_only_what_it_may() -> None:
    """After HelloRetryRequest the same hello has to come, with the share that was asked for."""
    assert answered_otherwise(AGAIN) == {}


def test_openssl_answers_the_same_hello(tmp_path: Path) -> None:
    """OpenSSL's server answers the same bytes with the same alert, or with the one named beside the case."""
    assert openssl_answers_otherwise(FIRST + AGAIN, tmp_path) == {}
