"""Reading OpenSSL: every record of real handshakes with client authentication, opened with the key log."""

from __future__ import annotations

import ssl
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest

from simulator.tls.crypto.key_schedule_12 import key_block, verify_data
from simulator.tls.crypto.key_schedule_13 import KeySchedule13, traffic_keys
from simulator.tls.crypto.protection import Tls12Protector, Tls13Protector
from simulator.tls.crypto.signatures import verify
from simulator.tls.wire.annotate import annotate_handshake
from simulator.tls.wire.messages import (
    CertificateVerify,
    ClientHello,
    Finished,
    ServerHello,
    ServerKeyExchange,
    decode_handshake,
    encode_handshake,
    message_name,
)
from simulator.tls.wire.records import (
    CIPHERTEXT_LIMIT_12,
    ContentType,
    HandshakeReassembler,
    Protector,
    Record,
    RecordReader,
)
from simulator.tls.wire.registry import CIPHER_SUITES, CipherSuite
from simulator.tls.wire.transcript import Transcript, certificate_verify_content
from simulator.tls.wire.version import Version
from tests.tls.openssl import KEY_KINDS, context, identity, record_handshake

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from tests.tls.openssl import Recording

SERVER_SUITES_12 = [
    (0xC02B, "ECDHE-ECDSA-AES128-GCM-SHA256", "P-256"),
    (0xC02C, "ECDHE-ECDSA-AES256-GCM-SHA384", "P-384"),
    (0xCCA9, "ECDHE-ECDSA-CHACHA20-POLY1305", "Ed25519"),
    (0xC02F, "ECDHE-RSA-AES128-GCM-SHA256", "RSA"),
    (0xC030, "ECDHE-RSA-AES256-GCM-SHA384", "RSA"),
    (0xCCA8, "ECDHE-RSA-CHACHA20-POLY1305", "RSA"),
]
FIRST_FLIGHT_13 = [
    "EncryptedExtensions",
    "CertificateRequest",
    "Certificate",
    "CertificateVerify",
    "Finished",
]


@dataclass(slots=True)
class Said:
    """What one side said: its handshake messages and its application data."""

    messages: list[bytes]
    data: bytes = b""

    @property
    def names(self) -> list[str]:
        """The RFC names of the messages."""
        return [message_name(raw) for raw in self.messages]

    def before_tickets(self) -> list[bytes]:
        """The messages without NewSessionTickets."""
        return [raw for raw in self.messages if message_name(raw) != "NewSessionTicket"]


def records_of(stream: bytes) -> list[Record]:
    """All records of a byte stream, which must end with one."""
    reader = RecordReader()
    reader.limit = CIPHERTEXT_LIMIT_12
    reader.feed(stream)
    records = []
    while (record := reader.next_record()) is not None:
        records.append(record)
    assert not reader.buffer
    return records


def listen(stream: bytes, version: Version, epochs: Sequence[Protector]) -> Said:
    """Read one direction. In TLS 1.2 protection changes at ChangeCipherSpec, in 1.3 around Finished."""
    said, reassembler = Said([]), HandshakeReassembler()
    following = iter(epochs)
    protector: Protector | None = None
    for record in records_of(stream):
        if record.content_type is ContentType.CHANGE_CIPHER_SPEC:
            protector = next(following) if version is Version.TLS12 else protector
            continue
        if protector is None and record.content_type is ContentType.APPLICATION_DATA:
            protector = next(following)
        content_type, plaintext = record.content_type, record.fragment
        if protector is not None:
            content_type, plaintext = protector.open(record)
        if content_type is ContentType.APPLICATION_DATA:
            said.data += plaintext
            continue
        reassembler.feed(plaintext)
        while (raw := reassembler.next_message()) is not None:
            said.messages.append(raw)
            if version is Version.TLS13 and message_name(raw) == "Finished":
                protector = next(following)
    assert not reassembler.holds_partial_message
    return said


def server_hello(recording: Recording) -> ServerHello:
    """The ServerHello of a recording, which is always in the clear."""
    for record in records_of(recording.server_bytes):
        if message_name(record.fragment) == "ServerHello":
            reassembler = HandshakeReassembler()
            reassembler.feed(record.fragment)
            hello = decode_handshake(reassembler.next_message() or b"", Version.TLS12)
            assert isinstance(hello, ServerHello)
            return hello
    pytest.fail("OpenSSL sent no ServerHello")


def check_every_message(said: Said, version: Version) -> None:
    """Each message decodes, encodes to itself, and is tiled by its annotated view."""
    for raw in said.messages:
        assert encode_handshake(decode_handshake(raw, version)) == raw
        fields = annotate_handshake(raw, version)
        assert b"".join(part.value for part in fields if part.is_leaf) == raw
        assert [part for part in fields if "malformed" in part.meaning] == []


def handshake_13(tmp_path: Path, client_kind: str, server_kind: str, curve: str | None) -> Recording:
    """Record a TLS 1.3 handshake with client authentication; another curve provokes a HelloRetryRequest."""
    client, server = identity(client_kind, "client"), identity(server_kind, "server")
    server_context = context("server", ssl.TLSVersion.TLSv1_3, server, client, tmp_path)
    if curve is not None:
        server_context.set_ecdh_curve(curve)
    client_context = context("client", ssl.TLSVersion.TLSv1_3, client, server, tmp_path)
    return record_handshake(client_context, server_context, tmp_path)


def listen_13(recording: Recording, suite: CipherSuite) -> tuple[Said, Said]:
    """Both sides of a TLS 1.3 recording, opened with its key log."""

    def side(name: str, stream: bytes) -> Said:
        labels = (f"{name}_HANDSHAKE_TRAFFIC_SECRET", f"{name}_TRAFFIC_SECRET_0")
        keys = [traffic_keys(recording.key_log[label], suite) for label in labels]
        return listen(stream, Version.TLS13, [Tls13Protector(key, iv, suite) for key, iv in keys])

    return side("CLIENT", recording.client_bytes), side("SERVER", recording.server_bytes)


@pytest.mark.parametrize("curve", [None, "prime256v1"], ids=["", "HelloRetryRequest"])
@pytest.mark.parametrize(
    ("client_kind", "server_kind"), list(zip(KEY_KINDS, reversed(KEY_KINDS), strict=True))
)
def test_tls13_handshake_of_openssl(
    tmp_path: Path, client_kind: str, server_kind: str, curve: str | None
) -> None:
    """All records open, all messages round-trip, and both signatures and both Finished are recomputed."""
    recording = handshake_13(tmp_path, client_kind, server_kind, curve)
    suite = CIPHER_SUITES[server_hello(recording).cipher_suite]
    client, server = listen_13(recording, suite)
    check_every_message(client, Version.TLS13)
    check_every_message(server, Version.TLS13)
    hellos = ["HelloRetryRequest", "ServerHello"] if curve else ["ServerHello"]
    assert server.names == [*hellos, *FIRST_FLIGHT_13, "NewSessionTicket", "NewSessionTicket"]
    assert client.names == ["ClientHello"] * len(hellos) + ["Certificate", "CertificateVerify", "Finished"]
    assert (client.data, server.data) == (b"hello", b"welcome")
    publics = {
        "client": identity(client_kind, "client").certificate.public_key(),
        "server": identity(server_kind, "server").certificate.public_key(),
    }
    transcript, schedule = Transcript(), KeySchedule13(suite.hash_name)
    for sender, raw in in_order_13(client, server):
        message = decode_handshake(raw, Version.TLS13)
        if message_name(raw) == "HelloRetryRequest":
            transcript.choose_hash(suite.hash_name)
            transcript.replace_first_hello()
        elif isinstance(message, CertificateVerify):
            content = certificate_verify_content(transcript.digest(), sender)
            scheme, signature = message.algorithm, message.signature
            assert verify(publics[sender], scheme, content, signature, Version.TLS13) is None
        elif isinstance(message, Finished):
            secret = recording.key_log[f"{sender.upper()}_HANDSHAKE_TRAFFIC_SECRET"]
            assert message.verify_data == schedule.finished_mac(secret, transcript.digest())
        transcript.add(raw)
        if message_name(raw) == "ServerHello":
            transcript.choose_hash(suite.hash_name)


def in_order_13(client: Said, server: Said) -> list[tuple[str, bytes]]:
    """The messages of a TLS 1.3 handshake as the transcript has them."""
    hellos = server.names.index("ServerHello") + 1
    order = []
    for asked, answered in zip(client.messages[:hellos], server.messages[:hellos], strict=True):
        order += [("client", asked), ("server", answered)]
    order += [("server", raw) for raw in server.before_tickets()[hellos:]]
    return order + [("client", raw) for raw in client.messages[hellos:]]


@pytest.mark.parametrize("client_kind", KEY_KINDS)
@pytest.mark.parametrize(("code", "name", "server_kind"), SERVER_SUITES_12)
def test_tls12_handshake_of_openssl(
    tmp_path: Path, code: int, name: str, server_kind: str, client_kind: str
) -> None:
    """All records open, all messages round-trip, and both signatures and both Finished are recomputed."""
    own = {"client": identity(client_kind, "client"), "server": identity(server_kind, "server")}
    server_context = context("server", ssl.TLSVersion.TLSv1_2, own["server"], own["client"], tmp_path)
    client_context = context("client", ssl.TLSVersion.TLSv1_2, own["client"], own["server"], tmp_path)
    client_context.set_ciphers(name)
    recording = record_handshake(client_context, server_context, tmp_path)
    suite, hello = CIPHER_SUITES[code], server_hello(recording)
    assert hello.cipher_suite == code
    client_hello = decode_handshake(records_of(recording.client_bytes)[0].fragment, Version.TLS12)
    assert isinstance(client_hello, ClientHello)
    master = recording.key_log["CLIENT_RANDOM"]
    keys = key_block(suite, master, client_hello.random, hello.random)
    from_client = Tls12Protector(keys.client_write_key, keys.client_write_iv, suite)
    from_server = Tls12Protector(keys.server_write_key, keys.server_write_iv, suite)
    client = listen(recording.client_bytes, Version.TLS12, [from_client])
    server = listen(recording.server_bytes, Version.TLS12, [from_server])
    check_every_message(client, Version.TLS12)
    check_every_message(server, Version.TLS12)
    assert client.names == [
        "ClientHello",
        "Certificate",
        "ClientKeyExchange",
        "CertificateVerify",
        "Finished",
    ]
    first_flight = [
        "ServerHello",
        "Certificate",
        "ServerKeyExchange",
        "CertificateRequest",
        "ServerHelloDone",
    ]
    assert server.names == [*first_flight, "NewSessionTicket", "Finished"]
    assert (client.data, server.data) == (b"hello", b"welcome")
    randoms = client_hello.random + hello.random
    transcript = Transcript()
    transcript.choose_hash(suite.hash_name)
    order = [("client", client.messages[0]), *(("server", raw) for raw in server.messages[:5])]
    order += [("client", raw) for raw in client.messages[1:]]
    order += [("server", raw) for raw in server.messages[5:]]
    for sender, raw in order:
        message = decode_handshake(raw, Version.TLS12)
        public = own[sender].certificate.public_key()
        if isinstance(message, ServerKeyExchange):
            content = randoms + message.params
            assert verify(public, message.algorithm, content, message.signature, Version.TLS12) is None
        elif isinstance(message, CertificateVerify):
            content = transcript.messages
            assert verify(public, message.algorithm, content, message.signature, Version.TLS12) is None
        elif isinstance(message, Finished):
            expected = verify_data(suite.hash_name, master, sender, transcript.digest())
            assert message.verify_data == expected
        transcript.add(raw)
