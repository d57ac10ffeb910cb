"""Speaking to OpenSSL: a client put together by hand from the wire layer, in every suite and group."""

from __future__ import annotations

import ssl
from typing import TYPE_CHECKING

import pytest
from cryptography.hazmat.primitives.serialization import Encoding

from simulator.entropy import SeededEntropy
from simulator.tls.config import SIGNATURE_SCHEMES
from simulator.tls.crypto.key_exchange import SECP256R1, X25519, generate_key_share
from simulator.tls.crypto.key_schedule_12 import extended_master_secret, key_block, master_secret, verify_data
from simulator.tls.crypto.key_schedule_13 import KeySchedule13, traffic_keys
from simulator.tls.crypto.protection import Tls12Protector, Tls13Protector
from simulator.tls.crypto.signatures import common_scheme, sign, verify
from simulator.tls.wire import extension_forms as forms
from simulator.tls.wire.messages import (
    Certificate12,
    Certificate13,
    CertificateEntry,
    CertificateRequest13,
    CertificateVerify,
    ClientHello,
    ClientKeyExchange,
    Finished,
    Message,
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
    RecordReader,
    RecordStyle,
    RecordWriter,
)
from simulator.tls.wire.registry import CIPHER_SUITES, CipherSuite
from simulator.tls.wire.transcript import Transcript, certificate_verify_content
from simulator.tls.wire.version import Version
from tests.tls.openssl import OpensslSide, context, identity

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.tls.openssl import Identity

ENTROPY = SeededEntropy("by hand")
RANDOM = ENTROPY("client random", 32)
CHANGE_CIPHER_SPEC = bytes.fromhex("140303000101")
SUITES_13 = [suite for suite in CIPHER_SUITES.values() if suite.version is Version.TLS13]
SUITES_12 = [suite for suite in CIPHER_SUITES.values() if suite.version is Version.TLS12]
STYLES = [RecordStyle(), RecordStyle(coalesce=True), RecordStyle(coalesce=True, max_fragment=50)]


class ByHand:
    """A client of the wire layer: sends messages, reads the server's, keeps the transcript."""

    def __init__(self, server: OpensslSide, version: Version, style: RecordStyle) -> None:
        self.server = server
        self.version = version
        self.reader, self.reassembler, self.writer = (
            RecordReader(),
            HandshakeReassembler(),
            RecordWriter(style),
        )
        self.reader.limit = CIPHERTEXT_LIMIT_12
        self.opener: Protector | None = None
        self.transcript = Transcript()

    def send(self, *messages: Message, before: bytes = b"") -> None:
        """Send messages, behind records that are already made, and feed what comes back to the reader."""
        raws = [encode_handshake(message) for message in messages]
        for raw in raws:
            self.transcript.add(raw)
        self.reader.feed(self.server.step(before + b"".join(self.writer.write_messages(raws))))

    def read(self, *, counts: bool = True) -> tuple[str, Message]:
        """The next message and its name; added to the transcript if it counts."""
        while (raw := self.reassembler.next_message()) is None:
            record = self.reader.next_record()
            assert record is not None, "OpenSSL said nothing more"
            if record.content_type is ContentType.CHANGE_CIPHER_SPEC:
                continue
            content = record.content_type, record.fragment
            if self.opener is not None:
                content = self.opener.open(record)
            assert content[0] is ContentType.HANDSHAKE, content
            self.reassembler.feed(content[1])
        if counts:
            self.transcript.add(raw)
        return message_name(raw), decode_handshake(raw, self.version)


def extensions(version: Version, group: int, *, extended: bool = True) -> tuple[forms.Extension, ...]:
    """What the hand-made ClientHello says."""
    # In TLS 1.2 the groups also say which curves a certificate may have, so P-256 is always among them.
    groups = (group,) if version is Version.TLS13 or group == SECP256R1 else (group, SECP256R1)
    common = (
        forms.server_name("server.example"),
        forms.SUPPORTED_GROUPS.build(groups),
        forms.SIGNATURE_ALGORITHMS.build(SIGNATURE_SCHEMES),
    )
    if version is Version.TLS12:
        last = (forms.EXTENDED_MASTER_SECRET.build(b""),) if extended else ()
        return (*common, forms.EC_POINT_FORMATS.build((0,)), forms.RENEGOTIATION_INFO.build(b""), *last)
    share = generate_key_share(group, ENTROPY, "client")
    return (
        *common,
        forms.SUPPORTED_VERSIONS_OFFER.build((version.wire,)),
        forms.KEY_SHARE_OFFER.build((forms.KeyShareEntry(group, share.public),)),
    )


def server_side(version: ssl.TLSVersion, server: Identity, client: Identity, folder: Path) -> OpensslSide:
    """An OpenSSL server that requires this client's certificate."""
    return OpensslSide(context("server", version, server, client, folder), is_server=True)


def by_name(suite: CipherSuite) -> str:
    """A test's name for a suite."""
    return suite.name


def talk(hand: ByHand, seal: Callable[[int, bytes], bytes]) -> None:
    """The handshake is over for OpenSSL too: it knows the client, and data flows both ways."""
    hand.server.incoming.write(seal(ContentType.APPLICATION_DATA, b"hello"))
    assert hand.server.tls.read(10) == b"hello"
    hand.server.tls.write(b"welcome")
    hand.reader.feed(hand.server.outgoing.read())
    while (record := hand.reader.next_record()) is not None:
        assert hand.opener is not None
        last = hand.opener.open(record)
    assert last == (ContentType.APPLICATION_DATA, b"welcome")


@pytest.mark.parametrize("style", STYLES, ids=["apart", "coalesced", "small records"])
@pytest.mark.parametrize("group", [X25519, SECP256R1], ids=["x25519", "secp256r1"])
@pytest.mark.parametrize("suite", SUITES_13, ids=by_name)
@pytest.mark.parametrize("kind", ["P-256", "RSA"])
def test_tls13_by_hand(tmp_path: Path, kind: str, suite: CipherSuite, group: int, style: RecordStyle) -> None:
    """OpenSSL accepts a client made of our messages, proofs and records, and we accept the server."""
    own, peer = identity(kind, "client"), identity(kind, "server")
    hand = ByHand(server_side(ssl.TLSVersion.TLSv1_3, peer, own, tmp_path), Version.TLS13, style)
    hand.send(ClientHello(0x0303, RANDOM, b"", (suite.code,), b"\x00", extensions(Version.TLS13, group)))
    _, hello = hand.read()
    assert isinstance(hello, ServerHello)
    entry = forms.KEY_SHARE_CHOICE.read(hello.extensions)
    assert entry is not None
    hand.transcript.choose_hash(suite.hash_name)
    schedule = KeySchedule13(suite.hash_name)
    shared = generate_key_share(group, ENTROPY, "client").agree(entry.key_exchange)
    schedule.handshake(shared, hand.transcript.digest())
    hand.opener = Tls13Protector(*traffic_keys(schedule.server_handshake_traffic_secret, suite), suite)
    accepted: tuple[int, ...] = ()
    name = ""
    while name != "Finished":
        before = hand.transcript.digest()
        name, message = hand.read()
        if isinstance(message, CertificateRequest13):
            accepted = forms.SIGNATURE_ALGORITHMS.read(message.extensions) or ()
        elif isinstance(message, CertificateVerify):
            content = certificate_verify_content(before, "server")
            public = peer.certificate.public_key()
            assert verify(public, message.algorithm, content, message.signature, Version.TLS13) is None
        elif isinstance(message, Finished):
            expected = schedule.finished_mac(schedule.server_handshake_traffic_secret, before)
            assert message.verify_data == expected
    schedule.master(hand.transcript.digest())
    hand.writer.protector = Tls13Protector(
        *traffic_keys(schedule.client_handshake_traffic_secret, suite), suite
    )
    certificate = Certificate13(b"", (CertificateEntry(der(own), ()),))
    flight: list[Message] = [certificate]
    transcript = Transcript()
    transcript.raw_messages = [*hand.transcript.raw_messages, encode_handshake(certificate)]
    transcript.choose_hash(suite.hash_name)
    scheme = common_scheme(own.private_key, accepted, Version.TLS13)
    assert scheme is not None
    content = certificate_verify_content(transcript.digest(), "client")
    flight.append(CertificateVerify(scheme, sign(own.private_key, scheme, content, ENTROPY)))
    transcript.add(encode_handshake(flight[-1]))
    mac = schedule.finished_mac(schedule.client_handshake_traffic_secret, transcript.digest())
    flight.append(Finished(mac))
    hand.send(*flight)
    hand.opener = Tls13Protector(*traffic_keys(schedule.server_application_traffic_secret, suite), suite)
    assert [hand.read(counts=False)[0] for _ in range(2)] == ["NewSessionTicket"] * 2
    application = Tls13Protector(*traffic_keys(schedule.client_application_traffic_secret, suite), suite)
    talk(hand, application.seal)
    assert hand.server.tls.getpeercert(binary_form=True) == der(own)


@pytest.mark.parametrize("extended", [True, False], ids=["extended master secret", "plain master secret"])
@pytest.mark.parametrize("group", [X25519, SECP256R1], ids=["x25519", "secp256r1"])
@pytest.mark.parametrize("suite", SUITES_12, ids=by_name)
def test_tls12_by_hand(tmp_path: Path, suite: CipherSuite, group: int, *, extended: bool) -> None:
    """OpenSSL accepts a client made of our messages, proofs and records, and we accept the server."""
    own = identity("Ed25519" if suite.authentication == "rsa" else "RSA", "client")
    peer = identity("RSA" if suite.authentication == "rsa" else "P-256", "server")
    server = server_side(ssl.TLSVersion.TLSv1_2, peer, own, tmp_path)
    hand = ByHand(server, Version.TLS12, RecordStyle())
    hello_extensions = extensions(Version.TLS12, group, extended=extended)
    hand.send(ClientHello(0x0303, RANDOM, b"", (suite.code,), b"\x00", hello_extensions))
    _, hello = hand.read()
    assert isinstance(hello, ServerHello)
    hand.transcript.choose_hash(suite.hash_name)
    assert (forms.EXTENDED_MASTER_SECRET.read(hello.extensions) == b"") is extended
    name, shared = "", b""
    share = generate_key_share(group, ENTROPY, "client")
    while name != "ServerHelloDone":
        name, message = hand.read()
        if isinstance(message, ServerKeyExchange):
            content = RANDOM + hello.random + message.params
            public = peer.certificate.public_key()
            assert verify(public, message.algorithm, content, message.signature, Version.TLS12) is None
            shared = share.agree(message.public)
    hand.send(Certificate12((der(own),)), ClientKeyExchange(share.public))
    master = (
        extended_master_secret(suite.hash_name, shared, hand.transcript.digest())
        if extended
        else master_secret(suite.hash_name, shared, RANDOM, hello.random)
    )
    scheme = common_scheme(own.private_key, SIGNATURE_SCHEMES, Version.TLS12)
    assert scheme is not None
    hand.send(CertificateVerify(scheme, sign(own.private_key, scheme, hand.transcript.messages, ENTROPY)))
    keys = key_block(suite, master, RANDOM, hello.random)
    hand.writer.protector = Tls12Protector(keys.client_write_key, keys.client_write_iv, suite)
    hand.opener = Tls12Protector(keys.server_write_key, keys.server_write_iv, suite)
    mac = verify_data(suite.hash_name, master, "client", hand.transcript.digest())
    hand.send(Finished(mac), before=CHANGE_CIPHER_SPEC)
    expected = verify_data(suite.hash_name, master, "server", hand.transcript.digest())
    assert hand.read() == ("Finished", Finished(expected))
    talk(hand, hand.writer.protector.seal)
    assert server.tls.getpeercert(binary_form=True) == der(own)


def der(owner: Identity) -> bytes:
    """The certificate in DER."""
    return owner.certificate.public_bytes(Encoding.DER)
