"""The common part of both sides of TLS 1.3: the keys, the proof, Finished, and middlebox compatibility."""

from __future__ import annotations

from typing import TYPE_CHECKING

from simulator.tls.connection import Connection
from simulator.tls.crypto.key_schedule_13 import KeySchedule13, traffic_keys
from simulator.tls.crypto.protection import Tls13Protector
from simulator.tls.crypto.signatures import sign
from simulator.tls.events import MessageReceived
from simulator.tls.outgoing import CHANGE_CIPHER_SPEC
from simulator.tls.proof import compare_finished
from simulator.tls.states import State
from simulator.tls.wire.alerts import illegal_parameter, unexpected_message
from simulator.tls.wire.extension_rules import check_answers
from simulator.tls.wire.extensions import ExtensionPlace
from simulator.tls.wire.messages import (
    Certificate13,
    CertificateEntry,
    CertificateVerify,
    Finished,
    KeyUpdate,
)
from simulator.tls.wire.records import CIPHERTEXT_LIMIT_13, ContentType, Record
from simulator.tls.wire.transcript import certificate_verify_content
from simulator.tls.wire.version import Protection

if TYPE_CHECKING:
    from simulator.entropy import Entropy
    from simulator.tls.config import ClientConfig, ServerConfig
    from simulator.tls.crypto.signatures import SigningKey
    from simulator.tls.wire.registry import CipherSuite


class Connection13(Connection):
    """One side of a TLS 1.3 connection (arguments as :class:`~simulator.tls.connection.Connection`)."""

    schedule: KeySchedule13

    def __init__(self, config: ClientConfig | ServerConfig, entropy: Entropy) -> None:
        super().__init__(config, entropy)
        self.session_id = b""
        self.hello_seen = False
        self.compatibility_ccs_sent = False
        self.opened_a_record = False
        self.read_secret = b""
        self.write_secret = b""

    def agree(self, suite: CipherSuite, group: int, shared_secret: bytes) -> None:
        """Derive the handshake traffic secrets, once both halves of the key exchange are known."""
        self.suite = suite
        self.group = group
        self.schedule = KeySchedule13(suite.hash_name)
        self.schedule.handshake(shared_secret, self.transcript.digest())
        self.log_secret("CLIENT_HANDSHAKE_TRAFFIC_SECRET", self.schedule.client_handshake_traffic_secret)
        self.log_secret("SERVER_HANDSHAKE_TRAFFIC_SECRET", self.schedule.server_handshake_traffic_secret)

    def derive_application_secrets(self) -> None:
        """Derive the session's secrets at the server's Finished, before the client has identified itself."""
        self.schedule.master(self.transcript.digest())
        self.log_secret("CLIENT_TRAFFIC_SECRET_0", self.schedule.client_application_traffic_secret)
        self.log_secret("SERVER_TRAFFIC_SECRET_0", self.schedule.server_application_traffic_secret)
        self.log_secret("EXPORTER_SECRET", self.schedule.exporter_master_secret)

    def protector(self, secret: bytes) -> Tls13Protector:
        """Record protection under a traffic secret."""
        return Tls13Protector(*traffic_keys(secret, self.agreed_suite), self.agreed_suite)

    def read_under(self, secret: bytes, protection: Protection) -> None:
        """Read what follows under a traffic secret."""
        self.read_with(self.protector(secret), protection, CIPHERTEXT_LIMIT_13)
        self.read_secret = secret

    def write_under(self, secret: bytes, protection: Protection) -> None:
        """Send what follows under a traffic secret."""
        self.out.protect(self.protector(secret), protection)
        self.write_secret = secret

    def on_key_update(self, message: KeyUpdate, _: bytes) -> None:
        """Read on under the peer's new keys, and update the own ones if it asks (RFC 8446 section 4.6.3)."""
        self.read_under(self.schedule.next_traffic_secret(self.read_secret), self.read_protection)
        if message.request_update and not self.write_closed:
            self.send(KeyUpdate(request_update=0), in_transcript=False)
            self.write_under(self.schedule.next_traffic_secret(self.write_secret), self.out.protection)

    def open_record(self, record: Record) -> tuple[ContentType, bytes]:
        """Open a record; a ChangeCipherSpec, and a client's first alert, may come in the clear."""
        if record.content_type is ContentType.CHANGE_CIPHER_SPEC:
            return record.content_type, record.fragment
        tolerant = self.machine.role == "server" and not self.opened_a_record
        if tolerant and record.content_type is ContentType.ALERT:
            # A client that cannot go on may not have keys yet, and some refuse in the clear even with keys.
            # A server has them as soon as the client does, so a client takes no such alert.
            return record.content_type, record.fragment
        opened = super().open_record(record)
        self.opened_a_record = self.read_protector is not None
        return opened

    def take_change_cipher_spec(self, content: bytes) -> None:
        """Drop a ChangeCipherSpec where RFC 8446 section 5 allows one, else refuse it."""
        if content != CHANGE_CIPHER_SPEC or not self.hello_seen or self.state is State.CONNECTED:
            raise unexpected_message(
                "A ChangeCipherSpec came that cannot be ignored.",
                got=f"{content.hex()} in state {self.state.value}",
                expected="01, between the first ClientHello and the peer's Finished",
            )
        self.tell(MessageReceived("ChangeCipherSpec", content, Protection.CLEAR))

    def send_compatibility_ccs(self) -> None:
        """Send ChangeCipherSpec once, for middleboxes that expect TLS 1.2 (RFC 8446 appendix D.4)."""
        if self.session_id and not self.compatibility_ccs_sent:
            self.compatibility_ccs_sent = True
            self.out.change_cipher_spec()

    def before_alert(self) -> None:
        """Send the ChangeCipherSpec that precedes the first protected record."""
        if self.out.protection is Protection.HANDSHAKE_TRAFFIC:
            self.send_compatibility_ccs()

    def send_chain(self, chain: tuple[bytes, ...]) -> None:
        """Send a Certificate, empty for a side without one."""
        self.send(Certificate13(b"", tuple(CertificateEntry(der, ()) for der in chain)))

    def on_certificate(self, message: Certificate13, raw: bytes) -> None:
        """Take the peer's certificate, or a client's none; the actor judges it before more is read.

        Raises:
            ProtocolViolation: ``illegal_parameter``, ``unsupported_extension`` or ``decode_error``.
        """
        if message.certificate_request_context:
            raise illegal_parameter(
                "The certificate_request_context of a Certificate is not the one of the request.",
                got=message.certificate_request_context.hex(),
                expected="empty in the main handshake",
            )
        for entry in message.certificate_list:
            check_answers(entry.extensions, ExtensionPlace.CT, asked=())
        self.want_verdict(message.chain, raw)

    def send_proof(self, private_key: SigningKey, scheme: int, *, corrupt: bool = False) -> None:
        """Send CertificateVerify: a signature that proves possession of the private key.

        Args:
            private_key: signs the transcript so far.
            scheme: code point of the signature scheme.
            corrupt: sign a transcript that is not the one of this handshake.
        """
        digest = self.transcript.digest()
        if corrupt:
            digest = bytes(byte ^ 0xFF for byte in digest)
        content = certificate_verify_content(digest, self.machine.role)
        self.send(CertificateVerify(scheme, sign(private_key, scheme, content, self.entropy)))

    def on_certificate_verify(self, message: CertificateVerify, raw: bytes) -> None:
        """Verify the peer's CertificateVerify under the key of its certificate (RFC 8446 section 4.4.3).

        Raises:
            ProtocolViolation: ``illegal_parameter`` for a scheme that was not offered, ``decrypt_error`` for
                a signature that does not hold.
        """
        content = certificate_verify_content(self.transcript.digest(), self.peer)
        self.check_signature(message.algorithm, content, message.signature)
        self.proceed(raw, State.WAIT_FINISHED)

    def send_finished(self, handshake_secret: bytes) -> None:
        """Send Finished, a MAC over the whole handshake so far (RFC 8446 section 4.4.4)."""
        self.send(Finished(self.schedule.finished_mac(handshake_secret, self.transcript.digest())))

    def check_finished(self, message: Finished, handshake_secret: bytes) -> None:
        """Verify the peer's Finished.

        Raises:
            ProtocolViolation: as :func:`compare_finished`.
        """
        expected = self.schedule.finished_mac(handshake_secret, self.transcript.digest())
        compare_finished(self.peer, message.verify_data, expected)
