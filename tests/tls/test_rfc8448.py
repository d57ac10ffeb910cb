"""RFC 8448 sections 3 and 6, byte for byte: messages, secrets, proofs and records."""

from __future__ import annotations

import pytest
from cryptography import x509

from simulator.tls.crypto.key_exchange import X25519, KeyShare, generate_key_share
from simulator.tls.crypto.key_schedule_13 import (
    KeySchedule13,
    hkdf_expand_label,
    hkdf_extract,
    traffic_keys,
)
from simulator.tls.crypto.protection import Tls13Protector
from simulator.tls.crypto.signatures import verify
from simulator.tls.wire import extension_forms as forms
from simulator.tls.wire.annotate import annotate_handshake
from simulator.tls.wire.messages import (
    Certificate13,
    CertificateEntry,
    CertificateVerify,
    Finished,
    decode_handshake,
    encode_handshake,
    message_name,
)
from simulator.tls.wire.records import (
    CIPHERTEXT_LIMIT_13,
    HandshakeReassembler,
    RecordReader,
    RecordStyle,
    RecordWriter,
)
from simulator.tls.wire.registry import CIPHER_SUITES
from simulator.tls.wire.transcript import Transcript, certificate_verify_content
from simulator.tls.wire.version import Version
from tests.tls.rfc8448 import NAMES, Trace, trace

SUITE = CIPHER_SUITES[0x1301]


@pytest.fixture(params=NAMES)
def published(request: pytest.FixtureRequest) -> Trace:
    """Each of the two traces."""
    return trace(request.param)


def key_share(published: Trace, side: str) -> KeyShare:
    """The published ephemeral key of a side."""

    def entropy(label: str, length: int) -> bytes:
        return published.keys[f"{side}_x25519_private"]

    return generate_key_share(X25519, entropy, side)


class Replay:
    """The schedule and transcript of a trace, recomputed from the published ephemeral private keys."""

    def __init__(self, published: Trace) -> None:
        self.schedule = KeySchedule13("sha256")
        self.transcript = Transcript()
        self.hash_before: dict[tuple[str, str], bytes] = {}
        shared = key_share(published, "client").agree(key_share(published, "server").public)
        for message in published.messages:
            key = (message.sender, message.name)
            if self.transcript.hash_name:
                self.hash_before[key] = self.transcript.digest()
            self.transcript.add(message.raw)
            if message.name == "ServerHello":
                self.transcript.choose_hash("sha256")
                self.schedule.handshake(shared, self.transcript.digest())
            elif key == ("server", "Finished"):
                self.schedule.master(self.transcript.digest())
            elif key == ("client", "Finished"):
                self.schedule.resumption(self.transcript.digest())

    def verify_data(self, side: str) -> bytes:
        """The verify_data of a side's Finished."""
        secret = {
            "client": self.schedule.client_handshake_traffic_secret,
            "server": self.schedule.server_handshake_traffic_secret,
        }[side]
        return self.schedule.finished_mac(secret, self.hash_before[side, "Finished"])

    def protectors(self) -> dict[tuple[str, str], Tls13Protector]:
        """Fresh protectors by side and epoch."""
        schedule = self.schedule
        secrets = {
            ("client", "handshake"): schedule.client_handshake_traffic_secret,
            ("server", "handshake"): schedule.server_handshake_traffic_secret,
            ("client", "application"): schedule.client_application_traffic_secret,
            ("server", "application"): schedule.server_application_traffic_secret,
        }
        return {key: Tls13Protector(*traffic_keys(secret, SUITE), SUITE) for key, secret in secrets.items()}


def epoch(what: str) -> str:
    """Under which keys the records of that description are."""
    return "handshake" if what.endswith("flight") else "application"


def test_every_message_decodes_and_encodes_to_itself(published: Trace) -> None:
    """Each printed message is read as the message it is called and written back byte for byte."""
    for message in published.messages:
        decoded = decode_handshake(message.raw, Version.TLS13)
        assert message_name(message.raw) == message.name
        assert encode_handshake(decoded) == message.raw


def test_leaves_of_the_annotated_view_tile_every_message(published: Trace) -> None:
    """Every byte of every printed message stands in exactly one leaf, in order, with its value."""
    for message in published.messages:
        leaves = [field for field in annotate_handshake(message.raw, Version.TLS13) if field.is_leaf]
        assert [leaf.offset for leaf in leaves] == [
            sum(leaf.length for leaf in leaves[:index]) for index in range(len(leaves))
        ]
        assert b"".join(leaf.value for leaf in leaves) == message.raw
        assert not [leaf for leaf in leaves if "malformed" in leaf.meaning]


def test_key_shares_in_the_hellos_are_those_of_the_private_keys(published: Trace) -> None:
    """The published private keys give the public keys that stand in ClientHello and ServerHello."""
    client_hello, server_hello = (
        decode_handshake(message.raw, Version.TLS13) for message in published.messages[:2]
    )
    offered = forms.KEY_SHARE_OFFER.read(client_hello.extensions)
    chosen = forms.KEY_SHARE_CHOICE.read(server_hello.extensions)
    assert offered == (forms.KeyShareEntry(X25519, key_share(published, "client").public),)
    assert chosen == forms.KeyShareEntry(X25519, key_share(published, "server").public)


def test_transcript_hash_after_every_message(published: Trace) -> None:
    """The running hash is the printed one at every point, whenever the hash was chosen."""
    transcript = Transcript()
    transcript.choose_hash("sha256")
    for message in published.messages:
        transcript.add(message.raw)
        if message.transcript_hash_after is not None:
            assert transcript.digest() == message.transcript_hash_after


def test_secrets_of_the_schedule(published: Trace) -> None:
    """Each secret, recomputed from the ephemeral private keys and the messages, is the printed one."""
    cases = [
        "early_secret",
        "handshake_secret",
        "client_handshake_traffic_secret",
        "server_handshake_traffic_secret",
        "master_secret",
        "exporter_master_secret",
        "resumption_master_secret",
    ]
    for secret in cases:
        assert getattr(Replay(published).schedule, secret) == published.keys[secret], secret


@pytest.mark.parametrize("side", ["client", "server"])
def test_application_secrets_and_all_keys(published: Trace, side: str) -> None:
    """The application secret, and key and IV of both epochs, are the printed ones."""
    schedule = Replay(published).schedule
    handshake = getattr(schedule, f"{side}_handshake_traffic_secret")
    application = getattr(schedule, f"{side}_application_traffic_secret")
    assert application == published.keys[f"{side}_application_traffic_secret_0"]
    for label, secret in (("handshake", handshake), ("application", application)):
        expected = (published.keys[f"{side}_{label}_key"], published.keys[f"{side}_{label}_iv"])
        assert traffic_keys(secret, SUITE) == expected


def test_every_printed_step_of_the_key_schedule(published: Trace) -> None:
    """Each HKDF-Extract and HKDF-Expand-Label that the RFC spells out gives its printed result."""
    for step in published.steps:
        if step["op"] == "HKDF-Extract":
            got = hkdf_extract("sha256", bytes.fromhex(step["salt"]), bytes.fromhex(step["ikm"]))
            assert got.hex() == step["secret"]
        else:
            context = bytes.fromhex(step["context_hash"])
            label = step["label"].removeprefix("tls13 ")
            prk = bytes.fromhex(step["prk"])
            got = hkdf_expand_label("sha256", prk, label, context, step["length"])
            assert got.hex() == step["expanded"]


@pytest.mark.parametrize("side", ["client", "server"])
def test_finished_values(published: Trace, side: str) -> None:
    """The verify_data of both sides is the printed one."""
    message = next(m for m in published.messages if (m.sender, m.name) == (side, "Finished"))
    assert encode_handshake(Finished(Replay(published).verify_data(side))) == message.raw


def test_published_signatures_verify_and_no_others(published: Trace) -> None:
    """Every CertificateVerify holds over the recomputed content, and not over the other side's."""
    replay = Replay(published)
    for side, (scheme, signature) in published.signatures.items():
        key = x509.load_der_x509_certificate(published.certificates[side]).public_key()
        transcript_hash = replay.hash_before[side, "CertificateVerify"]
        content = certificate_verify_content(transcript_hash, side)
        other = certificate_verify_content(transcript_hash, "server" if side == "client" else "client")
        wrong = "the signature does not verify under the key of the certificate"
        assert verify(key, scheme, content, signature, Version.TLS13) is None
        assert verify(key, scheme, other, signature, Version.TLS13) == wrong


def test_every_protected_record_opens_to_the_printed_plaintext(published: Trace) -> None:
    """Records, fed one byte at a time, open in order to the printed content type and plaintext."""
    protectors = Replay(published).protectors()
    readers = {side: RecordReader() for side in ("client", "server")}
    for entry in published.records:
        reader = readers[entry.sender]
        reader.limit = CIPHERTEXT_LIMIT_13
        for byte in entry.raw[:-1]:
            reader.feed(bytes((byte,)))
            assert reader.next_record() is None
        reader.feed(entry.raw[-1:])
        record = reader.next_record()
        assert record is not None
        assert record.raw == entry.raw
        if entry.plaintext is not None:
            opened = protectors[entry.sender, epoch(entry.what)].open(record)
            assert opened == (entry.inner_content_type, entry.plaintext)


def rebuilt_messages(published: Trace, side: str, record: int) -> list[bytes]:
    """The messages of a record from their parts: certificate, the RFC's signature, our own Finished."""
    replay = Replay(published)
    messages = []
    for message in published.messages:
        if (message.sender, message.record) != (side, record):
            continue
        decoded = decode_handshake(message.raw, Version.TLS13)
        if isinstance(decoded, Certificate13):
            decoded = Certificate13(b"", (CertificateEntry(published.certificates[side], ()),))
        elif isinstance(decoded, CertificateVerify):
            decoded = CertificateVerify(*published.signatures[side])
        elif isinstance(decoded, Finished):
            decoded = Finished(replay.verify_data(side))
        messages.append(encode_handshake(decoded))
    return messages


def test_every_record_is_written_again_byte_for_byte(published: Trace) -> None:
    """Hellos, flights coalesced into one record, tickets, data and alerts come out as printed."""
    protectors = Replay(published).protectors()
    for number, entry in enumerate(published.records):
        writer = RecordWriter(RecordStyle(coalesce=True))
        messages = rebuilt_messages(published, entry.sender, number)
        if entry.plaintext is None:
            writer.legacy_version = 0x0301 if entry.what == "ClientHello" else 0x0303
        else:
            writer.protector = protectors[entry.sender, epoch(entry.what)]
        if messages:
            wires = writer.write_messages(messages)
            assert wires == [b""] * (len(messages) - 1) + [entry.raw]
        else:
            assert writer.write(entry.inner_content_type, entry.plaintext or b"") == entry.raw


def test_flights_come_apart_into_their_messages(published: Trace) -> None:
    """The plaintext of each flight, cut anywhere, is put together into the printed messages."""
    for number, entry in enumerate(published.records):
        if entry.plaintext is None or entry.inner_content_type != 22:
            continue
        expected = [message.raw for message in published.messages if message.record == number]
        for size in (1, 7, 100, len(entry.plaintext)):
            reassembler = HandshakeReassembler()
            got = []
            for at in range(0, len(entry.plaintext), size):
                reassembler.feed(entry.plaintext[at : at + size])
                while (raw := reassembler.next_message()) is not None:
                    got.append(raw)
            assert got == expected
            assert not reassembler.holds_partial_message
