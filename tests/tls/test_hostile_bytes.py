"""Whatever a peer sends, a machine answers: it does not raise, does not swell, and is not deceived."""

from __future__ import annotations

import random
import tracemalloc
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from simulator.tls.connection import MOST_UNREAD_BYTES
from simulator.tls.events import AlertSent
from simulator.tls.states import DECISIONS, MACHINES, State
from simulator.tls.wire.messages import Certificate13, CertificateEntry, encode_handshake
from simulator.tls.wire.records import MAX_FRAGMENT, ContentType, record_header
from simulator.tls.wire.version import Version
from tests.attack import PLAYS, Attack
from tests.hostile import problem_of, random_attack
from tests.played import EVERYTHING, some
from tests.tampering import Tampered, genuine_stream
from tests.tls.machines import Pair, record_for

if TYPE_CHECKING:
    from simulator.tls.events import TlsEvent
    from simulator.tls.wire.version import Side

STRIDE = 5 if EVERYTHING else 11  # every so many bytes of a stream; make fuzz goes everywhere
WIRE_KINDS = ("stream", "message", "records")
MEGABYTE = 2**20
STREAMS = [
    (version, play, role)
    for version in ("1.3", "1.2")
    for play in PLAYS
    for role in ("client", "server")
    if version == "1.3" or play != "retry"
]


def at(version: Version, role: Side, state: State) -> Pair:
    """A pair one of whose machines stands in that state."""
    pair = Pair(version)
    while pair.machine(role).state is not state:
        assert pair.step()
    return pair


@pytest.mark.parametrize(("version", "play", "role"), some(STREAMS, 2))
def test_no_byte_can_be_changed_unnoticed(version: str, play: str, role: Side) -> None:
    """A bit turned anywhere on the way ends in an alert or a stall, or changes nothing that anybody reads."""
    stream = genuine_stream(version, play, role)
    for place in range(len(play) % STRIDE, len(stream), STRIDE):
        turned = bytes([stream[place] ^ 1 << place % 8]).hex()
        attack = Attack("stream", version, play, role, "", ((place, 1, turned),))
        assert problem_of(attack) is None, attack


@pytest.mark.parametrize(("version", "play", "role"), STREAMS)
def test_a_stream_that_breaks_off_connects_nobody_wrongly(version: str, play: str, role: Side) -> None:
    """Bytes that stop coming, at any of many places, leave both sides with what they know to be true."""
    stream = genuine_stream(version, play, role)
    for place in range(0, len(stream), 29):
        attack = Attack("stream", version, play, role, "", ((place, len(stream), ""),))
        assert problem_of(attack) is None, attack


@pytest.mark.parametrize("seed", some(range(6), 2))
def test_random_attacks(seed: int) -> None:
    """Streams, messages and records changed at random deceive nobody, and nothing raises."""
    dice = random.Random(seed)
    for _ in range(400):
        attack = random_attack(dice)
        if attack.kind in WIRE_KINDS:
            assert problem_of(attack) is None, attack


@settings(max_examples=200 if EVERYTHING else 100, deadline=None)
@given(
    st.sampled_from(sorted(MACHINES, key=str)),
    st.integers(0, 25),
    st.lists(st.binary(max_size=200), max_size=4),
)
def test_rubbish_in_any_state(machine: tuple[Side, Version], steps: int, pieces: list[bytes]) -> None:
    """Any bytes, in any state, in any pieces, are refused or waited for; nothing raises."""
    role, version = machine
    pair = Pair(version)
    for _ in range(steps):
        pair.step()
    subject = pair.machine(role)
    before = subject.state
    for piece in pieces:
        subject.receive(piece)
    assert subject.state in (before, State.FAILED)


@settings(max_examples=200 if EVERYTHING else 100, deadline=None)
@given(
    st.sampled_from(sorted(MACHINES, key=str)),
    st.integers(0, 25),
    st.sampled_from(list(ContentType)),
    st.binary(min_size=1, max_size=100),
)
def test_rubbish_under_keys(
    machine: tuple[Side, Version], steps: int, kind: ContentType, content: bytes
) -> None:
    """Any content in a record that opens, in any state, is answered as the state says; nothing raises."""
    role, version = machine
    pair = Pair(version)
    for _ in range(steps):
        pair.step()
    subject = pair.machine(role)
    before = subject.state
    subject.receive(record_for(subject, kind, content))
    allowed = {before, State.FAILED, State.CLOSED}
    if kind is ContentType.CHANGE_CIPHER_SPEC:
        allowed |= {State.WAIT_FINISHED}
    assert subject.state in allowed


class InPieces(Tampered):
    """Two honest machines whose bytes arrive in pieces of a size."""

    def __init__(self, version: str, play: str, size: int) -> None:
        super().__init__(Attack("message", version, play, "client", "", ()))
        self.size = size

    def take(self, role: Side, events: list[TlsEvent]) -> None:
        """Note what a machine reported; what it sends is cut."""
        before = len(self.on_the_way)
        super().take(role, events)
        self.on_the_way[before:] = [
            (to, wire[start : start + self.size])
            for to, wire in self.on_the_way[before:]
            for start in range(0, len(wire), self.size)
        ]


@settings(max_examples=40 if EVERYTHING else 15, deadline=None)
@given(st.sampled_from(STREAMS), st.integers(1, 700))
def test_pieces_do_not_matter(stream: tuple[str, str, Side], size: int) -> None:
    """The same bytes in other pieces give the same handshake."""
    version, play, _ = stream
    pair = InPieces(version, play, size)
    pair.steps()
    assert pair.was_connected("client")
    assert pair.was_connected("server")
    assert pair.received("client") == pair.received("server") != b""


# Memory ---------------------------------------------------------------------------------------------------


def peak_of(pair: Pair, role: Side, record: bytes, times: int) -> int:
    """The most memory, in bytes, that a machine takes beside what it had while it is given a record again."""
    subject = pair.machine(role)
    tracemalloc.start()
    try:
        for _ in range(times):
            subject.receive(record)
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize("version", list(Version), ids=lambda version: version.value)
@pytest.mark.parametrize("state", [State.FAILED, State.CLOSED], ids=lambda state: state.value)
def test_nothing_is_kept_after_the_end(version: Version, state: State) -> None:
    """Megabytes that come after the end are dropped."""
    pair = at(version, "server", State.CONNECTED)
    subject = pair.server
    if state is State.CLOSED:
        subject.close()
        subject.receive(record_for(subject, ContentType.ALERT, b"\x01\x00"))
    else:
        subject.receive(b"\x63\x03\x03\x00\x01\x00")
    assert state is subject.state
    kept = len(subject.reader.buffer)
    assert peak_of(pair, "server", bytes(MAX_FRAGMENT), 400) < MEGABYTE
    assert kept == len(subject.reader.buffer)


@pytest.mark.parametrize(
    ("role", "version", "state"),
    [
        (role, version, state)
        for role, version in MACHINES
        for state in MACHINES[role, version].states
        if state in DECISIONS
    ],
    ids=lambda value: str(getattr(value, "value", value)),
)
def test_a_slow_decision_does_not_swell(role: Side, version: Version, state: State) -> None:
    """While a decision is awaited unread bytes are kept up to a limit, and the decision can be taken."""
    pair = at(version, role, state)
    subject = pair.machine(role)
    record = record_header(ContentType.APPLICATION_DATA, MAX_FRAGMENT) + bytes(MAX_FRAGMENT)
    assert peak_of(pair, role, record, 400) < 3 * MEGABYTE
    assert state is subject.state
    assert len(subject.reader.buffer) <= MOST_UNREAD_BYTES
    pair.step()
    assert state is not subject.state


def test_unread_bytes_that_were_lost_are_not_passed_over() -> None:
    """A peer that sent more than was kept is told so after the decision, when all that was kept is read."""
    pair = at(Version.TLS12, "client", State.WAIT_CERTIFICATE_CHOICE)
    warning = record_header(ContentType.ALERT, 2) + b"\x01\x5a"
    pair.client.receive(warning * 3)
    pair.client.receive(bytes(MOST_UNREAD_BYTES))
    events = pair.client.send_certificate(None)
    alerts = [event.description.rfc_name for event in events if isinstance(event, AlertSent)]
    assert ["internal_error"] == alerts
    assert State.FAILED is pair.client.state


@pytest.mark.parametrize("announced", [2**14, 2**16, 2**17, 2**17 + 1, 2**24 - 1])
@pytest.mark.parametrize("version", list(Version), ids=lambda version: version.value)
def test_an_announced_length_takes_no_memory(version: Version, announced: int) -> None:
    """A message that announces much takes as much memory as has come of it, and none beyond the limit."""
    pair = at(version, "server", State.WAIT_CERT)
    subject = pair.server
    head = record_for(subject, ContentType.HANDSHAKE, b"\x0b" + announced.to_bytes(3) + bytes(10))
    assert peak_of(pair, "server", head, 1) < MEGABYTE // 2
    assert (State.FAILED if announced > 2**17 else State.WAIT_CERT) is subject.state


def test_a_message_grows_to_its_limit_and_no_further() -> None:
    """Fragment after fragment of the longest Certificate is kept until it is whole, and then let go."""
    pair = at(Version.TLS13, "server", State.WAIT_CERT)
    entries = tuple(CertificateEntry(b"\x30", ()) for _ in range(21800))
    raw = encode_handshake(Certificate13(b"", entries))
    assert 2**17 - 300 < len(raw) < 2**17
    tracemalloc.start()
    for start in range(0, len(raw), MAX_FRAGMENT):
        piece = record_for(pair.server, ContentType.HANDSHAKE, raw[start : start + MAX_FRAGMENT])
        pair.server.receive(piece)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert State.WAIT_VERDICT_ON_CLIENT is pair.server.state
    assert bytearray() == pair.server.reassembler.buffer
    assert peak < 12 * MEGABYTE  # 21,800 entries as values, once


@pytest.mark.parametrize(
    "body",
    [
        b"\x00\xff\xff\xff",
        b"\xff" + bytes(30),
        b"\x00\x00\xff\xff" + bytes(100),
        b"\x00\x00\x00\x05\xff\xff\xff\x00\x00",
    ],
    ids=["list of 16 MB", "context of 255 bytes", "list of 64 kB", "entry of 16 MB"],
)
def test_lengths_that_lie_take_no_memory(body: bytes) -> None:
    """A length inside a message that promises more than there is costs nothing and is a decode_error."""
    pair = at(Version.TLS13, "server", State.WAIT_CERT)
    raw = b"\x0b" + len(body).to_bytes(3) + body
    record = record_for(pair.server, ContentType.HANDSHAKE, raw)
    assert peak_of(pair, "server", record, 1) < MEGABYTE // 4
    assert State.FAILED is pair.server.state
