"""Records and their protection: limits, order, padding, tampering, and how messages are laid into them."""

from __future__ import annotations

from itertools import pairwise

import pytest
from cryptography.hazmat.primitives.ciphers.aead import AESGCM, ChaCha20Poly1305
from hypothesis import given
from hypothesis import strategies as st

from simulator.errors import SimulatorError
from simulator.tls.crypto.protection import Tls12Protector, Tls13Protector
from simulator.tls.wire.alerts import AlertDescription, ProtocolViolation
from simulator.tls.wire.records import (
    CIPHERTEXT_LIMIT_12,
    CIPHERTEXT_LIMIT_13,
    PLAINTEXT_LIMIT,
    ContentType,
    HandshakeReassembler,
    Record,
    RecordReader,
    RecordStyle,
    RecordWriter,
    fragment,
    record_header,
)
from simulator.tls.wire.registry import CIPHER_SUITES, CipherSuite
from simulator.tls.wire.version import Version

SUITES = list(CIPHER_SUITES.values())
SUITES_13 = [suite for suite in SUITES if suite.version is Version.TLS13]
SUITES_12 = [suite for suite in SUITES if suite.version is Version.TLS12]
HANDSHAKE, ALERT, DATA = ContentType.HANDSHAKE, ContentType.ALERT, ContentType.APPLICATION_DATA


def protector(suite: CipherSuite) -> Tls12Protector | Tls13Protector:
    """A protector of the suite's version under a fixed key."""
    made = Tls13Protector if suite.version is Version.TLS13 else Tls12Protector
    return made(bytes(range(suite.key_length)), bytes(range(100, 100 + suite.iv_length)), suite)


def read(raw: bytes, limit: int = CIPHERTEXT_LIMIT_12) -> Record:
    """The one record that these bytes are."""
    reader = RecordReader()
    reader.limit = limit
    reader.feed(raw)
    record = reader.next_record()
    assert record is not None
    assert not reader.buffer
    return record


def alert_of(problem: pytest.ExceptionInfo[ProtocolViolation]) -> str:
    """The RFC name of the alert that answers a violation."""
    return problem.value.alert.rfc_name


def by_name(suite: CipherSuite) -> str:
    """A test's name for a suite."""
    return suite.name


@given(
    st.lists(st.tuples(st.sampled_from(list(ContentType)), st.binary(min_size=1, max_size=50))),
    st.integers(1, 9),
)
def test_records_come_out_as_they_went_in(contents: list[tuple[ContentType, bytes]], size: int) -> None:
    """However the link cuts the bytes, the same records come out, in order."""
    stream = b"".join(RecordWriter().write(kind, content) for kind, content in contents)
    reader = RecordReader()
    got = []
    for at in range(0, len(stream), size):
        reader.feed(stream[at : at + size])
        while (record := reader.next_record()) is not None:
            got.append((record.content_type, record.fragment))
    assert got == contents


@pytest.mark.parametrize(
    ("header", "alert"),
    [
        ("474554202f", "unexpected_message"),  # "GET /"
        ("0003030001", "unexpected_message"),
        ("1803030001", "unexpected_message"),  # heartbeat, which nobody negotiated
        ("1602000001", "protocol_version"),
        ("1604030001", "protocol_version"),
        ("1603034001", "record_overflow"),
        ("160303ffff", "record_overflow"),
        ("1603030000", "unexpected_message"),
        ("1503030000", "unexpected_message"),
        ("1403030000", "unexpected_message"),
    ],
)
def test_a_bad_header_is_answered_before_the_rest_arrives(header: str, alert: str) -> None:
    """Each kind of bad header has its alert, and nobody waits for the announced bytes."""
    reader = RecordReader()
    reader.feed(bytes.fromhex(header))
    with pytest.raises(ProtocolViolation) as raised:
        reader.next_record()
    assert alert_of(raised) == alert


@pytest.mark.parametrize("limit", [PLAINTEXT_LIMIT, CIPHERTEXT_LIMIT_13, CIPHERTEXT_LIMIT_12])
def test_the_limit_itself_is_allowed(limit: int) -> None:
    """A record of exactly the limit is read; one byte more is a record_overflow."""
    assert len(read(record_header(DATA, limit) + bytes(limit), limit).fragment) == limit
    with pytest.raises(ProtocolViolation) as raised:
        read(record_header(DATA, limit + 1), limit)
    assert alert_of(raised) == "record_overflow"


def test_any_minor_version_and_empty_data_are_read() -> None:
    """A first ClientHello says 0x0301, and application data may be empty."""
    assert read(bytes.fromhex("16030100010a")).legacy_version == 0x0301
    assert read(bytes.fromhex("1703030000")).fragment == b""


@pytest.mark.parametrize("suite", SUITES, ids=by_name)
def test_sealed_records_open_in_order(suite: CipherSuite) -> None:
    """Twenty records of several types and sizes open to what was sealed, and look like their version's."""
    sealer, opener = protector(suite), protector(suite)
    for number in range(20):
        content_type = (HANDSHAKE, ALERT, DATA)[number % 3]
        plaintext = bytes((number,)) * (number * 7 + 1)
        record = read(sealer.seal(content_type, plaintext))
        assert record.content_type == (DATA if suite.version is Version.TLS13 else content_type)
        assert plaintext not in record.fragment or len(plaintext) < 4
        assert opener.open(record) == (content_type, plaintext)


@pytest.mark.parametrize("suite", SUITES, ids=by_name)
def test_a_full_record_is_within_the_limit(suite: CipherSuite) -> None:
    """The largest plaintext, protected, passes the reader's limit of its version and opens."""
    limit = CIPHERTEXT_LIMIT_13 if suite.version is Version.TLS13 else CIPHERTEXT_LIMIT_12
    record = read(protector(suite).seal(DATA, bytes(PLAINTEXT_LIMIT)), limit)
    assert protector(suite).open(record) == (DATA, bytes(PLAINTEXT_LIMIT))


@pytest.mark.parametrize("suite", SUITES, ids=by_name)
def test_every_changed_byte_is_noticed(suite: CipherSuite) -> None:
    """A record with any byte of its fragment changed does not open."""
    raw = protector(suite).seal(HANDSHAKE, b"hello")
    for at in range(5, len(raw)):
        changed = raw[:at] + bytes((raw[at] ^ 1,)) + raw[at + 1 :]
        with pytest.raises(ProtocolViolation) as raised:
            protector(suite).open(read(changed))
        assert alert_of(raised) == "bad_record_mac"


@pytest.mark.parametrize("suite", SUITES, ids=by_name)
def test_the_version_in_the_header_is_protected_too(suite: CipherSuite) -> None:
    """A record whose header says another version than when it was sealed does not open."""
    raw = protector(suite).seal(DATA, b"hello")
    with pytest.raises(ProtocolViolation) as raised:
        protector(suite).open(read(raw[:2] + b"\x01" + raw[3:]))
    assert alert_of(raised) == "bad_record_mac"


@pytest.mark.parametrize("suite", SUITES, ids=by_name)
def test_too_short_a_record_does_not_open(suite: CipherSuite) -> None:
    """A protected record shorter than its tag is a bad_record_mac, not an error of the program."""
    for length in range(25):
        with pytest.raises(ProtocolViolation) as raised:
            protector(suite).open(Record(DATA, 0x0303, bytes(length)))
        assert alert_of(raised) == "bad_record_mac"


@pytest.mark.parametrize("suite", SUITES, ids=by_name)
def test_replayed_dropped_and_swapped_records_do_not_open(suite: CipherSuite) -> None:
    """The sequence number is part of the protection: only the next record opens."""
    sealer = protector(suite)
    first, second = (read(sealer.seal(DATA, text)) for text in (b"first", b"second"))
    replay = protector(suite)
    replay.open(first)
    for opener, record in ((replay, first), (protector(suite), second)):
        with pytest.raises(ProtocolViolation) as raised:
            opener.open(record)
        assert alert_of(raised) == "bad_record_mac"


@pytest.mark.parametrize("suite", SUITES_12, ids=by_name)
def test_tls12_records_follow_their_rfc(suite: CipherSuite) -> None:
    """AES-GCM sends its sequence number as explicit nonce (RFC 5288), ChaCha20 sends none (RFC 7905)."""
    key, iv = bytes(range(suite.key_length)), bytes(range(100, 100 + suite.iv_length))
    sealer = protector(suite)
    sealer.seal(DATA, b"the first")
    fragment_ = read(sealer.seal(HANDSHAKE, b"hello")).fragment
    number = (1).to_bytes(8)
    additional = number + bytes.fromhex("1603030005")
    if suite.aead == "AES-GCM":
        expected = number + AESGCM(key).encrypt(iv + number, b"hello", additional)
    else:
        nonce = bytes(a ^ b for a, b in zip(iv, bytes(4) + number, strict=True))
        expected = ChaCha20Poly1305(key).encrypt(nonce, b"hello", additional)
    assert fragment_ == expected


@pytest.mark.parametrize("suite", SUITES_13, ids=by_name)
def test_tls13_padding_is_stripped(suite: CipherSuite) -> None:
    """Padding makes the record longer and leaves content and type alone, even content that ends in zeros."""
    plain, padded = protector(suite), protector(suite)
    assert isinstance(padded, Tls13Protector)
    raw = padded.seal(HANDSHAKE, b"hello\x00", padding_length=16)
    assert len(raw) == len(plain.seal(HANDSHAKE, b"hello\x00")) + 16
    assert protector(suite).open(read(raw)) == (HANDSHAKE, b"hello\x00")


@pytest.mark.parametrize(
    ("content_type", "plaintext", "padding", "alert"),
    [
        (0, b"", 0, "unexpected_message"),  # nothing but zeros inside
        (0, b"\x00" * 30, 9, "unexpected_message"),
        (99, b"hello", 0, "unexpected_message"),
        (20, b"\x01", 0, "unexpected_message"),  # ChangeCipherSpec is never protected
        (22, b"", 0, "unexpected_message"),
        (21, b"", 4, "unexpected_message"),
        (23, b"a" * 2**14, 1, "record_overflow"),
    ],
)
def test_tls13_inner_plaintext_rules(content_type: int, plaintext: bytes, padding: int, alert: str) -> None:
    """What is found inside is checked as RFC 8446 section 5.4 says."""
    sealer = protector(SUITES_13[0])
    assert isinstance(sealer, Tls13Protector)
    record = read(sealer.seal(content_type, plaintext, padding))
    with pytest.raises(ProtocolViolation) as raised:
        protector(SUITES_13[0]).open(record)
    assert alert_of(raised) == alert


def test_tls13_empty_application_data_is_allowed() -> None:
    """Empty application data hides how much is said, and opens."""
    suite = SUITES_13[0]
    assert protector(suite).open(read(protector(suite).seal(DATA, b""))) == (DATA, b"")


def test_tls13_refuses_a_record_in_the_clear() -> None:
    """Where protection is in force, a plaintext handshake record is an unexpected_message."""
    with pytest.raises(ProtocolViolation) as raised:
        protector(SUITES_13[0]).open(read(bytes.fromhex("160303000114")))
    assert alert_of(raised) == "unexpected_message"


@pytest.mark.parametrize("suite", SUITES_12, ids=by_name)
def test_tls12_limits_inside(suite: CipherSuite) -> None:
    """One byte too many inside is a record_overflow, an empty alert an unexpected_message."""
    too_long = Record(DATA, 0x0303, protector(suite).seal(DATA, bytes(PLAINTEXT_LIMIT + 1))[5:])
    for record, alert in (
        (too_long, "record_overflow"),
        (read(protector(suite).seal(ALERT, b"")), "unexpected_message"),
    ):
        with pytest.raises(ProtocolViolation) as raised:
            protector(suite).open(record)
        assert alert_of(raised) == alert


def message(kind: int, length: int) -> bytes:
    """A handshake message with that much body."""
    return bytes((kind,)) + length.to_bytes(3) + bytes((kind,)) * length


MESSAGES = st.lists(st.tuples(st.integers(0, 255), st.integers(0, 60)), min_size=1, max_size=6)


@given(MESSAGES, st.booleans(), st.integers(1, 80))
def test_messages_survive_every_layout(
    kinds: list[tuple[int, int]], coalesce: bool, size: int
) -> None:  # drawn by Hypothesis
    """Whatever the record style, the other side reads the same messages, and no record is too long."""
    messages = [message(kind, length) for kind, length in kinds]
    wires = RecordWriter(RecordStyle(coalesce, size)).write_messages(messages)
    assert len(wires) == len(messages)
    reader, reassembler = RecordReader(), HandshakeReassembler()
    reader.feed(b"".join(wires))
    lengths, got = [], []
    while (record := reader.next_record()) is not None:
        lengths.append(len(record.fragment))
        reassembler.feed(record.fragment)
        while (raw := reassembler.next_message()) is not None:
            got.append(raw)
    assert got == messages
    assert max(lengths) <= size
    if coalesce:
        assert set(lengths[:-1]) <= {size}


def test_where_coalesced_messages_put_their_records() -> None:
    """A record belongs to the message that has its last byte; a message that shares one has none."""
    messages = [message(1, 4), message(2, 4), message(3, 14)]  # 8, 8 and 18 bytes
    writer = RecordWriter(RecordStyle(coalesce=True, max_fragment=20))
    assert [len(wire) for wire in writer.write_messages(messages)] == [0, 0, 5 + 20 + 5 + 14]
    whole = RecordWriter(RecordStyle(coalesce=True))
    assert [len(wire) for wire in whole.write_messages(messages)] == [0, 0, 5 + 34]
    apart = RecordWriter()
    assert [len(wire) for wire in apart.write_messages(messages)] == [13, 13, 23]
    assert whole.write_messages([]) == []


def test_fragments() -> None:
    """Pieces have the asked size, empty content is one empty piece, impossible sizes are misuse."""
    assert fragment(b"abcdefg", 3) == [b"abc", b"def", b"g"]
    assert fragment(b"") == [b""]
    assert [len(piece) for piece in fragment(bytes(2**14 + 1))] == [2**14, 1]
    for size in (0, -1, 2**14 + 1):
        with pytest.raises(SimulatorError):
            fragment(b"abc", size)


def test_reassembler_limits() -> None:
    """An empty fragment and a message announced too long are refused; long chains are not."""
    with pytest.raises(ProtocolViolation) as raised:
        HandshakeReassembler().feed(b"")
    assert alert_of(raised) == "unexpected_message"
    for kind, longest in ((1, 131_396), (2, 2**16), (11, 2**17), (13, 2**17)):
        whole = message(kind, longest)
        fits = HandshakeReassembler()
        fits.feed(whole)
        assert fits.next_message() == whole
        too_long = HandshakeReassembler()
        too_long.feed(bytes((kind,)) + (longest + 1).to_bytes(3))
        with pytest.raises(ProtocolViolation) as raised:
            too_long.next_message()
        assert raised.value.alert is AlertDescription.ILLEGAL_PARAMETER


def test_reassembler_knows_a_partial_message() -> None:
    """Between two messages nothing is held; in the middle of one, however little, something is."""
    raw = message(1, 3) + message(2, 3)
    ends = (0, 7, 14)
    for start, end in pairwise(ends):
        reassembler = HandshakeReassembler()
        for at in range(start, end):
            assert reassembler.holds_partial_message == (at > start)
            assert reassembler.next_message() is None
            reassembler.feed(raw[at : at + 1])
        assert reassembler.next_message() == raw[start:end]
        assert not reassembler.holds_partial_message
