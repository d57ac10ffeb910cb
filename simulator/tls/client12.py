"""The client of TLS 1.2 (RFC 5246) with ECDHE key exchange (RFC 8422).

The handlers stand in the order of the handshake. Unlike TLS 1.3 the client is the first to send Finished
and the last to be done: when its handshake returns, the server has already judged its certificate.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from simulator.tls.client_answers import ClientAnswers
from simulator.tls.connection12 import Connection12
from simulator.tls.crypto.key_exchange import KeyShare, generate_key_share
from simulator.tls.crypto.peer_key import peer_public_key
from simulator.tls.crypto.signatures import RSA_SIGN, certificate_type_of, common_scheme, sign
from simulator.tls.events import MessageReceived
from simulator.tls.states import CLIENT_12, State
from simulator.tls.wire import extension_forms as forms
from simulator.tls.wire.alerts import handshake_failure, illegal_parameter, protocol_version
from simulator.tls.wire.extension_rules import check_asked, check_data, check_names, check_point_formats
from simulator.tls.wire.extensions import Extension, ExtensionPlace, ExtensionType
from simulator.tls.wire.messages import (
    Certificate12,
    CertificateRequest12,
    CertificateVerify,
    ClientKeyExchange,
    Finished,
    HelloRequest,
    NewSessionTicket12,
    ServerHello,
    ServerHelloDone,
    ServerKeyExchange,
    decode_handshake,
    message_name,
)
from simulator.tls.wire.registry import CIPHER_SUITES, group_name

if TYPE_CHECKING:
    from simulator.entropy import Entropy
    from simulator.tls.config import ClientConfig, Credential
    from simulator.tls.crypto.signatures import SigningKey


class ClientHandshake12(ClientAnswers, Connection12):
    """A client's TLS 1.2 connection.

    Args:
        config: what it offers.
        entropy: its random and ephemeral key.
    """

    machine = CLIENT_12
    after_acceptance = State.WAIT_SKE

    def __init__(self, config: ClientConfig, entropy: Entropy) -> None:
        super().__init__(config, entropy)
        self.request: CertificateRequest12 | None = None
        self.server_share: ServerKeyExchange | None = None

    def signing_scheme(self, credential: Credential) -> int | None:
        """The scheme that the key can sign with and the server accepts, or None."""
        key = credential.signing_key
        if self.request is None or certificate_type_of(key) not in self.request.certificate_types:
            return None
        return common_scheme(key, self.request.supported_signature_algorithms, self.version)

    def send_first_hello(self) -> None:
        """Send the ClientHello."""
        self.client_random = self.entropy("client random", 32)
        self.send_client_hello(b"")
        self.out.flush_opening()
        self.move(State.WAIT_SH)

    def offers(self) -> list[Extension]:
        """The extensions of the ClientHello behind the name of the server, in order."""
        return [
            forms.EC_POINT_FORMATS.build((0,)),
            forms.SUPPORTED_GROUPS.build(self.config.groups),
            forms.SESSION_TICKET.build(b""),
            forms.EXTENDED_MASTER_SECRET.build(b""),
            forms.SIGNATURE_ALGORITHMS.build(self.config.signature_schemes),
            forms.RENEGOTIATION_INFO.build(b""),
        ]

    def on_server_hello(self, hello: ServerHello, raw: bytes) -> None:
        """Take the server's choices and the extensions that it understood (RFC 5246 section 7.4.1.3)."""
        if hello.legacy_version != self.version.wire:
            raise protocol_version(
                "The server chose another version.",
                got=f"0x{hello.legacy_version:04x}",
                expected="TLS 1.2 (0x0303)",
            )
        if hello.cipher_suite not in self.suites or hello.legacy_compression_method != 0:
            raise illegal_parameter(
                "The server chose a cipher suite or compression that was not offered.",
                got=f"cipher suite 0x{hello.cipher_suite:04x}, compression {hello.legacy_compression_method}",
            )
        answers = {extension.type for extension in hello.extensions}
        for extension in hello.extensions:
            check_asked(extension, ExtensionPlace.SH, self.offered_types)
            check_data(extension, ExtensionPlace.SH)
        check_point_formats(hello.extensions)
        if forms.RENEGOTIATION_INFO.read(hello.extensions) != b"":
            raise handshake_failure(
                "The server does not speak secure renegotiation (RFC 5746).",
                expected="an empty renegotiation_info in ServerHello",
            )
        self.extended_master_secret = ExtensionType.EXTENDED_MASTER_SECRET in answers
        self.ticket_promised = ExtensionType.SESSION_TICKET in answers
        self.server_random = hello.random
        self.suite = CIPHER_SUITES[hello.cipher_suite]
        self.transcript.choose_hash(self.suite.hash_name)
        self.proceed(raw, State.WAIT_CERT)

    def on_server_key_exchange(self, message: ServerKeyExchange, raw: bytes) -> None:
        """Take the server's half of the key exchange, whose signature proves possession of its key."""
        if message.named_curve not in self.config.groups:
            raise illegal_parameter(
                "The server chose a group that was not offered.",
                got=group_name(message.named_curve),
                expected=" or ".join(map(group_name, self.config.groups)),
            )
        kind = "rsa" if certificate_type_of(peer_public_key(self.peer_chain[0])) == RSA_SIGN else "ecdsa"
        if kind != self.agreed_suite.authentication:
            raise illegal_parameter(
                "The server's certificate does not go with the cipher suite.",
                got=f"a key for {kind}",
                expected=self.agreed_suite.name,
            )
        self.check_curve()
        self.check_signature(message.algorithm, self.signed_parameters(message.params), message.signature)
        self.group = message.named_curve
        self.server_share = message
        self.proceed(raw, State.WAIT_CR_SHD)

    def on_certificate_request(self, request: CertificateRequest12, raw: bytes) -> None:
        """Keep the request for a certificate; it is answered after the server's flight."""
        check_names(request.certificate_authorities)
        self.request = request
        self.proceed(raw, State.WAIT_SHD)

    def on_server_hello_done(self, _: ServerHelloDone, raw: bytes) -> None:
        """End the server's flight; without a request the client goes on at once."""
        self.transcript.add(raw)
        if self.request is None:
            self.send_second_flight(None)
            return
        asked = self.request
        schemes, types = asked.supported_signature_algorithms, asked.certificate_types
        self.want_certificate(schemes, asked.certificate_authorities, types)

    def send_second_flight(self, credential: Credential | None) -> None:
        """Send certificate and proof if the server asked, the key exchange, and Finished."""
        assert self.server_share is not None
        if self.request is not None:
            self.send(Certificate12(credential.chain if credential else ()))
        share: KeyShare = generate_key_share(self.group, self.entropy, "client")
        premaster = share.agree(self.server_share.public)
        self.send(ClientKeyExchange(share.public))
        self.derive_keys(premaster)
        if credential is not None:
            self.send_proof(credential.signing_key, self.require_scheme(self.signing_scheme(credential)))
        self.send_finished()
        self.move(State.WAIT_TICKET if self.ticket_promised else State.WAIT_CCS)

    def send_proof(self, private_key: SigningKey, scheme: int) -> None:
        """Send CertificateVerify: in TLS 1.2 a signature over the messages themselves (RFC 5246 §7.4.8)."""
        content = self.transcript.messages
        if self.config.corrupts_proof:
            content = bytes(byte ^ 0xFF for byte in content)
        self.send(CertificateVerify(scheme, sign(private_key, scheme, content, self.entropy)))

    def on_new_session_ticket(self, _: NewSessionTicket12, raw: bytes) -> None:
        """Drop a ticket: this client does not resume (RFC 5077 section 3.3)."""
        self.proceed(raw, State.WAIT_CCS)

    def on_finished(self, message: Finished, raw: bytes) -> None:
        """Check that the server saw the same handshake, and open the session."""
        self.check_finished(message)
        self.transcript.add(raw)
        self.done()

    def take_message(self, raw: bytes) -> None:
        """Read a message; HelloRequest is ignored while a handshake runs (RFC 5246 section 7.4.1.1)."""
        if message_name(raw) == "HelloRequest" and self.state is not State.CONNECTED:
            self.count_idle()
            self.tell(MessageReceived("HelloRequest", raw, self.read_protection))
            decode_handshake(raw, self.version)
            return
        super().take_message(raw)

    def on_hello_request(self, _: HelloRequest, raw: bytes) -> None:  # noqa: ARG002 - the handlers' form
        """Decline to renegotiate."""
        self.refuse_renegotiation()
