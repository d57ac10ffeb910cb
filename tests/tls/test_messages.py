"""Handshake messages of both versions: forms, bounds, names, and no surprise on any bytes."""

from __future__ import annotations

import hashlib

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from simulator.errors import SimulatorError
from simulator.tls.wire import extension_forms as forms
from simulator.tls.wire.alerts import AlertDescription, ProtocolViolation
from simulator.tls.wire.annotate import annotate_handshake
from simulator.tls.wire.extensions import (
    FORMS,
    EmptyBlock,
    Extension,
    ExtensionForm,
    ExtensionPlace,
    ExtensionType,
    extension_name,
    find_extension,
)
from simulator.tls.wire.messages import (
    HELLO_RETRY_REQUEST_RANDOM,
    Certificate12,
    Certificate13,
    CertificateEntry,
    CertificateRequest12,
    CertificateRequest13,
    CertificateVerify,
    ClientHello,
    ClientKeyExchange,
    EncryptedExtensions,
    Finished,
    HelloRequest,
    KeyUpdate,
    Message,
    NewSessionTicket12,
    NewSessionTicket13,
    ServerHello,
    ServerHelloDone,
    ServerKeyExchange,
    decode_handshake,
    encode_handshake,
    message_name,
)
from simulator.tls.wire.registry import cipher_suite_name, group_name, signature_scheme_name
from simulator.tls.wire.version import Version

TLS12, TLS13 = Version.TLS12, Version.TLS13
GREASE = Extension(0x3A3A, b"\x00")
UNKNOWN = Extension(0xABCD, b"\x01\x02\x03")
RANDOM = bytes(range(32))
HELLO_EXTENSIONS = (
    GREASE,
    forms.server_name("server.example"),
    forms.SUPPORTED_VERSIONS_OFFER.build((0x7A7A, 0x0304, 0x0303)),
    forms.SUPPORTED_GROUPS.build((0x001D, 0x0017)),
    forms.SIGNATURE_ALGORITHMS.build((0x0403, 0x0804)),
    forms.SIGNATURE_ALGORITHMS_CERT.build((0x0403,)),
    forms.EC_POINT_FORMATS.build((0,)),
    forms.EXTENDED_MASTER_SECRET.build(b""),
    forms.RENEGOTIATION_INFO.build(b""),
    forms.SESSION_TICKET.build(b""),
    forms.POST_HANDSHAKE_AUTH.build(b""),
    forms.RECORD_SIZE_LIMIT.build(16385),
    forms.PSK_KEY_EXCHANGE_MODES.build((1,)),
    forms.APPLICATION_LAYER_PROTOCOL_NEGOTIATION.build((b"tn3270",)),
    forms.STATUS_REQUEST.build(forms.StatusRequest(1, b"", b"")),
    forms.CERTIFICATE_AUTHORITIES.build((b"0\x00",)),
    forms.COOKIE.build(b"remember"),
    forms.KEY_SHARE_OFFER.build((forms.KeyShareEntry(0x001D, bytes(32)),)),
    UNKNOWN,
)
HELLO = ClientHello(0x0303, RANDOM, RANDOM, (0x0A0A, 0x1301, 0x00FF), b"\x00", HELLO_EXTENSIONS)
RETRY = ServerHello(
    0x0303,
    HELLO_RETRY_REQUEST_RANDOM,
    b"",
    0x1301,
    0,
    (
        forms.SUPPORTED_VERSIONS_CHOICE.build(0x0304),
        forms.KEY_SHARE_RETRY.build(0x0017),
        forms.COOKIE.build(b"x"),
    ),
)
SERVER_HELLO = ServerHello(
    0x0303,
    RANDOM,
    bytes(32),
    0x1301,
    0,
    (
        forms.SUPPORTED_VERSIONS_CHOICE.build(0x0304),
        forms.KEY_SHARE_CHOICE.build(forms.KeyShareEntry(0x001D, bytes(32))),
    ),
)
ENTRY = CertificateEntry(
    b"0\x03\x02\x01\x05", (forms.CERTIFICATE_STATUS.build(forms.OcspResponse(1, b"0\x03")), UNKNOWN)
)

MESSAGES: list[tuple[Version, Message, str]] = [
    (
        TLS13,
        ClientHello(0x0303, RANDOM, RANDOM, (0x0A0A, 0x1301, 0x00FF), b"\x00", HELLO_EXTENSIONS),
        "ClientHello",
    ),
    (TLS12, ClientHello(0x0303, RANDOM, b"", (0xC02B,), b"\x00", ()), "ClientHello"),
    (TLS12, ClientHello(0x0303, RANDOM, b"", (0xC02B,), b"\x01\x00", EmptyBlock()), "ClientHello"),
    (TLS13, SERVER_HELLO, "ServerHello"),
    (TLS13, RETRY, "HelloRetryRequest"),
    (TLS12, ServerHello(0x0303, RANDOM, b"", 0xC02B, 0, ()), "ServerHello"),
    (TLS13, EncryptedExtensions((forms.SERVER_NAME_USED.build(b""),)), "EncryptedExtensions"),
    (TLS13, EncryptedExtensions(()), "EncryptedExtensions"),
    (
        TLS13,
        CertificateRequest13(b"", (forms.SIGNATURE_ALGORITHMS.build((0x0403,)), forms.OID_FILTERS.build(()))),
        "CertificateRequest",
    ),
    (TLS12, CertificateRequest12((1, 64, 200), (0x0403, 0x0401), (b"0\x00",)), "CertificateRequest"),
    (TLS12, CertificateRequest12((64,), (0x0403,), ()), "CertificateRequest"),
    (TLS13, Certificate13(b"", ()), "Certificate"),
    (TLS13, Certificate13(b"context", (ENTRY, ENTRY)), "Certificate"),
    (TLS12, Certificate12(()), "Certificate"),
    (TLS12, Certificate12((b"0\x00", b"0\x01\x02")), "Certificate"),
    (TLS12, CertificateVerify(0x0403, b"signature"), "CertificateVerify"),
    (TLS13, CertificateVerify(0x0807, bytes(64)), "CertificateVerify"),
    (TLS12, ServerKeyExchange(3, 0x0017, b"\x04" + bytes(64), 0x0403, b"signature"), "ServerKeyExchange"),
    (TLS12, ClientKeyExchange(bytes(32)), "ClientKeyExchange"),
    (TLS12, ServerHelloDone(), "ServerHelloDone"),
    (TLS12, HelloRequest(), "HelloRequest"),
    (TLS12, Finished(bytes(12)), "Finished"),
    (TLS13, Finished(bytes(48)), "Finished"),
    (
        TLS13,
        NewSessionTicket13(7200, 5, b"\x00", b"ticket", (forms.EARLY_DATA_LIMIT.build(1),)),
        "NewSessionTicket",
    ),
    (TLS12, NewSessionTicket12(7200, b""), "NewSessionTicket"),
    (TLS13, KeyUpdate(1), "KeyUpdate"),
]
CASES = [(f"{one[0].value} {one[2]} {index}", one) for index, one in enumerate(MESSAGES)]


def leaves_tile(raw: bytes, version: Version) -> bool:
    """The leaves of the annotated view cover every byte once, in order."""
    end = 0
    for field in annotate_handshake(raw, version):
        assert field.value == raw[field.offset : field.offset + field.length]
        if field.is_leaf:
            if field.offset != end:
                return False
            end += field.length
    return end == len(raw)


def outcome(raw: bytes, version: Version) -> str:
    """What decoding comes to: the same bytes again (``itself``), others, or the alert's name."""
    try:
        decoded = decode_handshake(raw, version)
    except ProtocolViolation as violation:
        return violation.alert.rfc_name
    return "itself" if encode_handshake(decoded) == raw else "other bytes"


def test_every_message_round_trips() -> None:
    """A message is read back as itself, the bytes are written back as themselves, and it has its name."""
    for case, (version, message, name) in CASES:
        raw = encode_handshake(message)
        decoded = decode_handshake(raw, version)
        assert decoded == message, case
        assert encode_handshake(decoded) == raw, case
        assert message_name(raw) == name, case


def test_annotation_tiles_every_message() -> None:
    """The annotated view of each message is complete, begins with its name, and finds nothing malformed."""
    for case, (version, message, name) in CASES:
        raw = encode_handshake(message)
        fields = annotate_handshake(raw, version)
        assert leaves_tile(raw, version), case
        assert fields[0].name == name, case
        assert [field for field in fields if "malformed" in field.meaning] == [], case


def test_no_cut_message_is_accepted() -> None:
    """A message cut off anywhere, its header made to fit, is a decode_error or another whole message."""
    for case, (version, message, _) in CASES:
        raw = encode_handshake(message)
        for length in range(len(raw)):
            assert outcome(raw[:length], version) == "decode_error", (case, length)
            assert leaves_tile(raw[:length], version), (case, length)
            if length >= 4:
                cut = raw[:1] + (length - 4).to_bytes(3) + raw[4:length]
                assert outcome(cut, version) in {"itself", "decode_error"}, (case, length)


def test_bytes_behind_a_message_are_a_decode_error() -> None:
    """One byte more than the message has, counted in its header, is not overlooked."""
    for case, (version, message, _) in CASES:
        body = message.encode() + b"\x00"
        raw = bytes((message.TYPE,)) + len(body).to_bytes(3) + body
        # The length of a Finished is the machine's to judge.
        expected = "itself" if isinstance(message, Finished) else "decode_error"
        assert outcome(raw, version) == expected, case


def test_absent_and_empty_extension_blocks_are_both_none_and_stay_apart() -> None:
    """A TLS 1.2 hello without a block and one with an empty block both have no extensions."""
    absent = ServerHello(0x0303, RANDOM, b"", 0xC02B, 0, ())
    empty = ServerHello(0x0303, RANDOM, b"", 0xC02B, 0, EmptyBlock())
    assert empty.encode() == absent.encode() + b"\x00\x00"
    assert absent.extensions == empty.extensions


@pytest.mark.parametrize("code", [ExtensionType.KEY_SHARE, 0x3A3A])
def test_a_repeated_extension_is_an_illegal_parameter(code: int) -> None:
    """No extension may stand twice in a block, known or not (RFC 8446 section 4.2)."""
    raw = encode_handshake(EncryptedExtensions((Extension(code, b""), Extension(code, b""))))
    with pytest.raises(ProtocolViolation) as raised:
        decode_handshake(raw, TLS13)
    assert raised.value.alert is AlertDescription.ILLEGAL_PARAMETER


@pytest.mark.parametrize(
    ("raw", "version"),
    [
        ("0c000000", TLS13),  # ServerKeyExchange
        ("0e000000", TLS13),  # ServerHelloDone
        ("080000020000", TLS12),  # EncryptedExtensions
        ("1800000100", TLS12),  # KeyUpdate
        ("fe000000", TLS13),  # message_hash, which is only for transcripts
        ("63000000", TLS12),  # no message at all
    ],
)
def test_messages_of_the_other_version_are_unexpected(raw: str, version: Version) -> None:
    """A type that the version does not have is answered with unexpected_message, and can be looked at."""
    with pytest.raises(ProtocolViolation) as raised:
        decode_handshake(bytes.fromhex(raw), version)
    assert raised.value.alert is AlertDescription.UNEXPECTED_MESSAGE
    assert leaves_tile(bytes.fromhex(raw), version)


@pytest.mark.parametrize(
    "message", [KeyUpdate(0).encode(), ServerKeyExchange(3, 23, b"\x04", 0x0403, b"").encode()]
)
def test_forbidden_values_are_illegal_parameters(message: bytes) -> None:
    """A KeyUpdate beyond 1 and a curve that is not named are answered with illegal_parameter."""
    message_type = 24 if len(message) == 1 else 12
    body = b"\x02" + message[1:]
    with pytest.raises(ProtocolViolation) as raised:
        decode_handshake(
            bytes((message_type,)) + len(body).to_bytes(3) + body, TLS13 if message_type == 24 else TLS12
        )
    assert raised.value.alert is AlertDescription.ILLEGAL_PARAMETER


def test_hello_retry_request_is_known_by_its_random() -> None:
    """The fixed random is SHA-256 of the name, and makes a ServerHello a HelloRetryRequest."""
    assert hashlib.sha256(b"HelloRetryRequest").digest() == HELLO_RETRY_REQUEST_RANDOM
    assert (RETRY.is_hello_retry_request, SERVER_HELLO.is_hello_retry_request) == (True, False)


def test_names_of_what_is_no_known_message() -> None:
    """Anything that begins a message has a name to print."""
    assert message_name(b"") == "empty message"
    assert message_name(b"\x63\x00") == "unknown message (99)"


def test_extensions_keep_order_and_bytes() -> None:
    """Known, unknown and GREASE extensions come back in order; forms find theirs among them."""
    hello = ClientHello(0x0303, RANDOM, b"", (0x1301,), b"\x00", HELLO_EXTENSIONS)
    decoded = ClientHello.decode(hello.encode())
    assert decoded.extensions == HELLO_EXTENSIONS
    assert forms.SUPPORTED_VERSIONS_OFFER.read(decoded.extensions) == (0x7A7A, 0x0304, 0x0303)
    assert forms.SERVER_NAME.read(decoded.extensions) == (forms.ServerName(0, b"server.example"),)
    assert forms.OID_FILTERS.read(decoded.extensions) is None
    assert find_extension(decoded.extensions, 0xABCD) == UNKNOWN
    assert find_extension(decoded.extensions, 0xABCE) is None


def test_malformed_extension_data_is_a_decode_error_when_read_and_marked_when_shown() -> None:
    """A known extension with bad data passes as bytes, fails when asked, and is shown as malformed."""
    bad = Extension(ExtensionType.SUPPORTED_GROUPS, b"\x00\x03\x00\x17\x00")
    raw = encode_handshake(EncryptedExtensions((bad,)))
    assert decode_handshake(raw, TLS13) == EncryptedExtensions((bad,))
    with pytest.raises(ProtocolViolation) as raised:
        forms.SUPPORTED_GROUPS.read((bad,))
    assert raised.value.alert is AlertDescription.DECODE_ERROR
    marked = [field for field in annotate_handshake(raw, TLS13) if field.meaning == "malformed"]
    assert [field.value for field in marked] == [bad.data]
    assert leaves_tile(raw, TLS13)


def test_extensions_are_remembered_by_their_bytes_and_malformed_ones_refused_each_time() -> None:
    """What was built or read before is the same value again; what was refused before is refused again."""
    offer = forms.SUPPORTED_GROUPS.build((0x001D, 0x0017))
    assert forms.SUPPORTED_GROUPS.build((0x001D, 0x0017)) is offer
    assert forms.SUPPORTED_GROUPS.read((offer,)) is forms.SUPPORTED_GROUPS.read((offer,))
    for _ in range(2):
        with pytest.raises(ProtocolViolation, match="supported_groups"):
            forms.SUPPORTED_GROUPS.read((Extension(10, b"\x00\x03\x00\x1d\x00"),))


def test_the_view_says_what_an_extension_means_in_its_message() -> None:
    """The same extension is explained by the message it stands in, HelloRetryRequest included."""
    explained = {}
    for message in (HELLO, SERVER_HELLO, RETRY):
        raw = encode_handshake(message)
        fields = annotate_handshake(raw, TLS13)
        explained[message_name(raw)] = next(f.meaning for f in fields if f.name == "key_share")
    assert explained == {
        "ClientHello": "the client's half of the key exchange, for each group it guesses",
        "ServerHello": "the server's half of the key exchange",
        "HelloRetryRequest": "the group the client is to try again with",
    }


def test_a_host_name_that_is_not_ascii_is_misuse() -> None:
    """server_name wants the ASCII form and says so."""
    with pytest.raises(SimulatorError, match="xn--"):
        forms.server_name("bücher.example")


def test_names_of_code_points() -> None:
    """Known code points have their registry names, GREASE is called so, and others keep their number."""
    assert cipher_suite_name(0x1301) == "TLS_AES_128_GCM_SHA256"
    assert cipher_suite_name(0x00FF) == "TLS_EMPTY_RENEGOTIATION_INFO_SCSV"
    assert group_name(0x001D) == "x25519"
    assert group_name(0x2A2A) == "GREASE (0x2a2a), to be ignored"
    assert signature_scheme_name(0x0804) == "rsa_pss_rsae_sha256"
    assert signature_scheme_name(0xFFFE) == "unknown (0xfffe)"
    assert extension_name(65281) == "renegotiation_info"


VERSIONS = st.sampled_from(list(Version))
TYPES = sorted({message.TYPE for _, message, _ in MESSAGES})


@given(VERSIONS, st.one_of(st.sampled_from(TYPES), st.integers(0, 255)), st.binary(max_size=120))
@example(TLS13, 2, b"")
def test_any_body_gives_a_message_or_a_violation(version: Version, kind: int, body: bytes) -> None:
    """Whatever the bytes, decoding gives a message that writes them again, or a ProtocolViolation."""
    raw = bytes((kind,)) + len(body).to_bytes(3) + body
    assert outcome(raw, version) in {"itself", "decode_error", "illegal_parameter", "unexpected_message"}
    assert leaves_tile(raw, version)


@given(st.data())
@settings(max_examples=300)
def test_any_mutated_message_gives_a_message_or_a_violation(data: st.DataObject) -> None:
    """Real messages with some bytes changed, cut out or put in behave the same; every view still tiles."""
    version, message, _ = data.draw(st.sampled_from(MESSAGES))
    raw = bytearray(encode_handshake(message))
    for _ in range(data.draw(st.integers(1, 4))):
        at = data.draw(st.integers(0, len(raw) - 1))
        length = data.draw(st.integers(0, min(3, len(raw) - at)))
        raw[at : at + length] = data.draw(st.binary(max_size=3))
        if not raw:
            break
    if data.draw(st.booleans()) and len(raw) >= 4:
        raw[1:4] = (len(raw) - 4).to_bytes(3)
    mutated = bytes(raw)
    assert outcome(mutated, version) in {"itself", "decode_error", "illegal_parameter", "unexpected_message"}
    assert leaves_tile(mutated, version)


@given(st.sampled_from(sorted(FORMS, key=lambda key: (key[0].value, key[1]))), st.binary(max_size=60))
def test_any_extension_data_gives_a_value_or_a_violation(key: tuple[ExtensionPlace, int], raw: bytes) -> None:
    """Whatever the bytes, a form gives a value that writes them again, or a ProtocolViolation."""
    for form in FORMS[key]:
        assert isinstance(form, ExtensionForm)
        extension = Extension(key[1], raw)
        try:
            value = form.read((extension,))
        except ProtocolViolation:
            continue
        assert form.build(value) == extension
