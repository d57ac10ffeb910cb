"""The server of TLS 1.3 (RFC 8446).

The handlers stand in the order of the handshake. The server's whole flight, its own proof included, answers
the ClientHello: it asks for a certificate before it knows whether there will be one, and the client has
finished its side before the server judges it. The flight stops once, before the CertificateRequest, for the
choice whether to ask.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from simulator.tls.connection13 import Connection13
from simulator.tls.crypto.key_exchange import generate_key_share
from simulator.tls.offer import check_hello_extensions, offered_shares, required, same_but_for_share
from simulator.tls.server_answers import TICKET_BYTES, TICKET_LIFETIME_SECONDS, ServerAnswers
from simulator.tls.states import SERVER_13, SERVER_13_PROOF_FIRST, State
from simulator.tls.wire import extension_forms as forms
from simulator.tls.wire.alerts import AlertDescription, illegal_parameter
from simulator.tls.wire.messages import (
    HELLO_RETRY_REQUEST_RANDOM,
    CertificateRequest13,
    CertificateVerify,
    ClientHello,
    EncryptedExtensions,
    Finished,
    NewSessionTicket13,
)
from simulator.tls.wire.registry import group_name
from simulator.tls.wire.transcript import certificate_verify_content
from simulator.tls.wire.version import Protection

if TYPE_CHECKING:
    from simulator.entropy import Entropy
    from simulator.tls.config import ServerConfig
    from simulator.tls.events import TlsEvent
    from simulator.tls.wire.alerts import ProtocolViolation
    from simulator.tls.wire.extensions import Extension


class ServerHandshake13(ServerAnswers, Connection13):
    """A server's TLS 1.3 connection.

    Args:
        config: its certificate and settings.
        entropy: its randoms, ephemeral keys and tickets.
    """

    machine = SERVER_13
    after_acceptance = (State.WAIT_CV, State.WAIT_FINISHED)
    after_not_asking = State.WAIT_FINISHED

    def __init__(self, config: ServerConfig, entropy: Entropy) -> None:
        super().__init__(config, entropy)
        self.first_hello: ClientHello | None = None
        self.retry_group: int | None = None
        self.scheme = 0  # of the server's own proof

    def on_client_hello(self, hello: ClientHello, raw: bytes) -> None:
        """Choose from the offer, or ask for another key share (RFC 8446 sections 4.1.1 to 4.1.4)."""
        self.hello_seen = True
        self.check_offer(hello)
        suite = self.choose_suite(hello, self.suites)
        group, share = self.choose_group(hello)
        self.scheme = self.own_scheme(required(forms.SIGNATURE_ALGORITHMS, hello))
        self.client_random = hello.random
        self.session_id = hello.legacy_session_id
        if share is None:
            self.transcript.add(raw)
            self.transcript.choose_hash(suite.hash_name)
            self.ask_again(hello, suite.code, group)
            return
        if self.first_hello is None:
            self.transcript.choose_hash(suite.hash_name)
        self.transcript.add(raw)
        own_share = generate_key_share(group, self.entropy, "server")
        secret = own_share.agree(share)
        entry = forms.KEY_SHARE_CHOICE.build(forms.KeyShareEntry(group, own_share.public))
        self.send_choices(self.entropy("server random", 32), suite.code, entry)
        self.agree(suite, group, secret)
        self.begin_flight()

    def check_offer(self, hello: ClientHello) -> None:
        """Refuse a ClientHello that this server cannot answer at all."""
        self.check_version(hello, otherwise=False, expected="TLS 1.3 in supported_versions")
        if hello.legacy_compression_methods != b"\x00":
            raise illegal_parameter(
                "A TLS 1.3 client must offer no compression and nothing else.",
                got=hello.legacy_compression_methods.hex(),
                expected="00",
            )
        check_hello_extensions(hello)
        if self.first_hello is not None and not same_but_for_share(hello, self.first_hello):
            raise illegal_parameter(
                "The second ClientHello differs from the first in more than its key share."
            )

    def choose_group(self, hello: ClientHello) -> tuple[int, bytes | None]:
        """The group, and the client's share for it, or None if the server has to ask for one."""
        groups = required(forms.SUPPORTED_GROUPS, hello)
        shares = offered_shares(hello, groups)
        if self.retry_group is not None:
            if tuple(shares) != (self.retry_group,):
                raise illegal_parameter(
                    "The second ClientHello does not bring the key share that was asked for.",
                    got=", ".join(map(group_name, shares)) or "none",
                    expected=group_name(self.retry_group),
                )
            return self.retry_group, shares[self.retry_group]
        common = self.common_groups(groups)
        with_share = [group for group in common if group in shares]
        return (with_share[0], shares[with_share[0]]) if with_share else (common[0], None)

    def ask_again(self, hello: ClientHello, suite: int, group: int) -> None:
        """Send HelloRetryRequest."""
        self.first_hello = hello
        self.retry_group = group
        self.transcript.replace_first_hello()
        self.send_choices(HELLO_RETRY_REQUEST_RANDOM, suite, forms.KEY_SHARE_RETRY.build(group))
        self.move(State.WAIT_CH_AFTER_RETRY)

    def send_choices(self, random: bytes, suite: int, key_share: Extension) -> None:
        """Send the server's choices, with its half of the key exchange or the group to try again with."""
        version = forms.SUPPORTED_VERSIONS_CHOICE.build(self.version.wire)
        self.send_server_hello(random, self.session_id, suite, (version, key_share))
        self.out.flush()
        self.send_compatibility_ccs()

    def begin_flight(self) -> None:
        """Send EncryptedExtensions under the handshake keys, then wait for the choice whether to ask."""
        self.write_under(self.schedule.server_handshake_traffic_secret, Protection.HANDSHAKE_TRAFFIC)
        self.read_under(self.schedule.client_handshake_traffic_secret, Protection.HANDSHAKE_TRAFFIC)
        self.send(EncryptedExtensions(extensions=()))
        self.want_request_choice()

    def complete_flight(self, *, asks: bool) -> None:
        """Send the CertificateRequest, if the server asks, and the server's own proof; derive the secrets."""
        if asks:
            self.send(
                CertificateRequest13(certificate_request_context=b"", extensions=self.request_extensions())
            )
        self.send_chain(self.config.credential.chain)
        self.send_proof(self.config.credential.signing_key, self.scheme)
        self.send_finished(self.schedule.server_handshake_traffic_secret)
        self.derive_application_secrets()
        self.write_under(self.schedule.server_application_traffic_secret, Protection.APPLICATION_TRAFFIC)

    def request_extensions(self) -> tuple[Extension, ...]:
        """The extensions of the CertificateRequest: the schemes, and the authorities as a hint."""
        extensions = [forms.SIGNATURE_ALGORITHMS.build(self.config.signature_schemes)]
        if self.config.certificate_authorities:
            extensions.append(forms.CERTIFICATE_AUTHORITIES.build(self.config.certificate_authorities))
        return tuple(extensions)

    def on_finished(self, message: Finished, raw: bytes) -> None:
        """Check that the client saw the same handshake, and open the session."""
        self.check_finished(message, self.schedule.client_handshake_traffic_secret)
        self.transcript.add(raw)
        self.read_under(self.schedule.client_application_traffic_secret, Protection.APPLICATION_TRAFFIC)
        for number in range(self.config.tickets):
            self.send_ticket(number)
        self.out.flush()
        self.done()

    def send_ticket(self, number: int) -> None:
        """Send a ticket (RFC 8446 section 4.6.1); it is opaque, and this server does not accept it."""
        self.send(
            NewSessionTicket13(
                ticket_lifetime=TICKET_LIFETIME_SECONDS,
                ticket_age_add=int.from_bytes(self.entropy(f"ticket {number} age_add", 4)),
                ticket_nonce=number.to_bytes(8),
                ticket=self.entropy(f"ticket {number}", TICKET_BYTES),
                extensions=(),
            ),
            in_transcript=False,
        )


class ServerHandshake13ProofFirst(ServerHandshake13):
    """A server that reads the client's proof before the certificate is judged, as GnuTLS does.

    A proof that does not hold is no violation yet: what is wrong with the certificate may decide first.
    """

    machine = SERVER_13_PROOF_FIRST
    after_acceptance = (State.WAIT_FINISHED, State.WAIT_FINISHED)

    def __init__(self, config: ServerConfig, entropy: Entropy) -> None:
        super().__init__(config, entropy)
        self.bad_proof: ProtocolViolation | None = None

    def want_verdict(self, chain: tuple[bytes, ...], raw: bytes) -> None:
        """Read on after a certificate; wait for the verdict on none."""
        if not chain:
            super().want_verdict(chain, raw)
            return
        self.peer_chain = chain
        self.proceed(raw, State.WAIT_CV)

    def on_certificate_verify(self, message: CertificateVerify, raw: bytes) -> None:
        """Verify the proof, and wait for the verdict on it and on the certificate.

        Raises:
            ProtocolViolation: ``illegal_parameter`` for a scheme that was not offered.
        """
        content = certificate_verify_content(self.transcript.digest(), self.peer)
        self.bad_proof = self.problem_of_proof(message.algorithm, content, message.signature)
        if self.bad_proof is not None and self.bad_proof.alert is AlertDescription.ILLEGAL_PARAMETER:
            raise self.bad_proof
        super().want_verdict(self.peer_chain, raw)

    def accept_client(self) -> list[TlsEvent]:
        """Go on to the client's Finished; nobody can accept a proof that does not hold."""
        if self.bad_proof is None:
            return super().accept_client()
        return self.refuse_client(self.bad_proof.alert, str(self.bad_proof))
