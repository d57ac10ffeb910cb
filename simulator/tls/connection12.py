"""The common part of both sides of TLS 1.2: the master secret, the change of keys, the proof, Finished."""

from __future__ import annotations

from typing import TYPE_CHECKING

from simulator.tls.connection import Connection
from simulator.tls.crypto.key_schedule_12 import (
    KeyBlock,
    extended_master_secret,
    key_block,
    master_secret,
    verify_data,
)
from simulator.tls.crypto.peer_key import peer_public_key
from simulator.tls.crypto.protection import Tls12Protector
from simulator.tls.crypto.signatures import curve_of
from simulator.tls.events import MessageReceived
from simulator.tls.outgoing import CHANGE_CIPHER_SPEC
from simulator.tls.proof import compare_finished
from simulator.tls.states import State
from simulator.tls.wire.alerts import AlertDescription, decode_error, illegal_parameter
from simulator.tls.wire.messages import Certificate12, Finished
from simulator.tls.wire.records import CIPHERTEXT_LIMIT_12
from simulator.tls.wire.registry import group_name
from simulator.tls.wire.version import Protection, Side

if TYPE_CHECKING:
    from simulator.entropy import Entropy
    from simulator.tls.config import ClientConfig, ServerConfig


class Connection12(Connection):
    """One side of a TLS 1.2 connection (arguments as :class:`~simulator.tls.connection.Connection`)."""

    keys: KeyBlock

    def __init__(self, config: ClientConfig | ServerConfig, entropy: Entropy) -> None:
        super().__init__(config, entropy)
        self.server_random = b""
        self.extended_master_secret = False
        self.ticket_promised = False
        self.master = b""

    def derive_keys(self, premaster: bytes) -> None:
        """Derive all keys, once ClientKeyExchange is in the transcript.

        With the extended master secret (RFC 7627) they are bound to the whole handshake so far, the
        certificates included; without it to the two randoms only.
        """
        suite = self.agreed_suite
        if self.extended_master_secret:
            self.master = extended_master_secret(suite.hash_name, premaster, self.transcript.digest())
        else:
            self.master = master_secret(suite.hash_name, premaster, self.client_random, self.server_random)
        self.keys = key_block(suite, self.master, self.client_random, self.server_random)
        self.log_secret("CLIENT_RANDOM", self.master)

    def protector(self, sender: Side) -> Tls12Protector:
        """The record protection of one direction, by its sender."""
        if sender == "client":
            return Tls12Protector(self.keys.client_write_key, self.keys.client_write_iv, self.agreed_suite)
        return Tls12Protector(self.keys.server_write_key, self.keys.server_write_iv, self.agreed_suite)

    def take_change_cipher_spec(self, content: bytes) -> None:
        """Read the next record under the agreed keys (RFC 5246 section 7.1)."""
        self.tell(MessageReceived("ChangeCipherSpec", content, self.read_protection))
        self.expect("ChangeCipherSpec")
        if content != CHANGE_CIPHER_SPEC:
            raise decode_error("A ChangeCipherSpec is not the byte 1.", got=content.hex(), expected="01")
        self.read_with(self.protector(self.peer), Protection.CONNECTION, CIPHERTEXT_LIMIT_12)
        self.move(State.WAIT_FINISHED)

    def on_certificate(self, message: Certificate12, raw: bytes) -> None:
        """Take the peer's certificate, or a client's none; the actor judges it before more is read."""
        self.want_verdict(message.chain, raw)

    def signed_parameters(self, params: bytes) -> bytes:
        """The bytes that the server signs in ServerKeyExchange (RFC 8422 section 5.4)."""
        return self.client_random + self.server_random + params

    def check_curve(self) -> None:
        """Refuse a key on a curve that this side does not support: its groups hold for certificates as well.

        TLS 1.2 has one list for key exchange and signatures (RFC 8422 section 5.1.1); TLS 1.3 has two.

        Raises:
            ProtocolViolation: ``illegal_parameter``.
        """
        curve = curve_of(peer_public_key(self.peer_chain[0]))
        groups = tuple(map(group_name, self.config.groups))
        if curve and curve not in groups:
            raise illegal_parameter(
                f"The key in the {self.peer}'s certificate lies on a curve that this side does not support.",
                got=curve,
                expected=" or ".join(groups),
            )

    def send_finished(self) -> None:
        """Switch the keys on and send Finished, the first message under them."""
        self.out.change_cipher_spec()
        self.out.protect(self.protector(self.machine.role), Protection.CONNECTION)
        self.send(Finished(self.finished_value(self.machine.role)))
        self.out.flush()

    def check_finished(self, message: Finished) -> None:
        """Verify the peer's Finished.

        Raises:
            ProtocolViolation: as :func:`compare_finished`.
        """
        compare_finished(self.peer, message.verify_data, self.finished_value(self.peer))

    def finished_value(self, sender: Side) -> bytes:
        """The verify_data of a Finished at this moment (RFC 5246 section 7.4.9)."""
        return verify_data(self.agreed_suite.hash_name, self.master, sender, self.transcript.digest())

    def before_alert(self) -> None:
        """Nothing precedes an alert in TLS 1.2."""

    def refuse_renegotiation(self) -> None:
        """Decline with a warning, and go on as before (RFC 5246 sections 7.2.2 and 7.4.1.1)."""
        if not self.write_closed:
            self.out.alert(AlertDescription.NO_RENEGOTIATION, "this implementation does not renegotiate")
