"""The server of TLS 1.2 (RFC 5246) with ECDHE key exchange (RFC 8422).

The handlers stand in the order of the handshake. The client's certificate travels in the clear, and the
server has judged it before it sends its own Finished.
"""

from __future__ import annotations

from simulator.tls.connection12 import Connection12
from simulator.tls.crypto.key_exchange import KeyShare, generate_key_share
from simulator.tls.crypto.signatures import ECDSA_SIGN, RSA_SIGN, SCHEMES, certificate_type_of, curve_of, sign
from simulator.tls.server_answers import TICKET_BYTES, TICKET_LIFETIME_SECONDS, ServerAnswers
from simulator.tls.states import SERVER_12, State
from simulator.tls.wire import extension_forms as forms
from simulator.tls.wire.alerts import handshake_failure, illegal_parameter
from simulator.tls.wire.extension_rules import check_data, check_point_formats
from simulator.tls.wire.extensions import Extension, ExtensionPlace, ExtensionType
from simulator.tls.wire.messages import (
    Certificate12,
    CertificateRequest12,
    CertificateVerify,
    ClientHello,
    ClientKeyExchange,
    Finished,
    NewSessionTicket12,
    ServerHelloDone,
    ServerKeyExchange,
    server_ecdh_params,
)
from simulator.tls.wire.registry import CIPHER_SUITES, group_name

RENEGOTIATION_SCSV = 0x00FF
NAMED_CURVE = 3  # ECCurveType, the only one that RFC 8422 leaves


class ServerHandshake12(ServerAnswers, Connection12):
    """A server's TLS 1.2 connection.

    Args:
        config: its certificate and settings.
        entropy: its random, ephemeral key and ticket.
    """

    machine = SERVER_12
    after_acceptance = (State.WAIT_CKE_CV, State.WAIT_CKE)
    after_not_asking = State.WAIT_CKE
    share: KeyShare

    def on_client_hello(self, hello: ClientHello, raw: bytes) -> None:
        """Choose from what the client offers."""
        if self.state is State.CONNECTED:
            self.refuse_renegotiation()
            return
        self.check_offer(hello)
        self.suite = self.choose_suite(hello, self.usable_suites(hello))
        # A client that names no group leaves the choice to the server (RFC 8422 section 4).
        self.group = self.common_groups(forms.SUPPORTED_GROUPS.read(hello.extensions))[0]
        scheme = self.own_scheme(forms.SIGNATURE_ALGORITHMS.read(hello.extensions) or ())
        self.client_random = hello.random
        self.server_random = self.entropy("server random", 32)
        answers = self.answers(hello)
        self.transcript.choose_hash(self.suite.hash_name)
        self.transcript.add(raw)
        self.send_server_hello(self.server_random, b"", self.suite.code, answers)
        self.begin_flight(scheme)

    def check_offer(self, hello: ClientHello) -> None:
        """Refuse a ClientHello that this server cannot answer at all."""
        self.check_version(hello, otherwise=hello.legacy_version >= self.version.wire, expected="TLS 1.2")
        if 0 not in hello.legacy_compression_methods:
            raise illegal_parameter("The client does not offer to go without compression.")
        for extension in hello.extensions:
            check_data(extension, ExtensionPlace.CH)
        check_point_formats(hello.extensions)
        if forms.RENEGOTIATION_INFO.read(hello.extensions) not in (None, b""):
            raise handshake_failure(
                "renegotiation_info is not empty in a first handshake (RFC 5746 section 3.6)."
            )

    def usable_suites(self, hello: ClientHello) -> list[int]:
        """The suites that go with the server's key, if the client can read a key on its curve."""
        own_key = self.config.credential.signing_key
        groups, curve = forms.SUPPORTED_GROUPS.read(hello.extensions), curve_of(own_key)
        if groups is not None and curve and curve not in map(group_name, groups):
            return []
        wanted = "rsa" if certificate_type_of(own_key) == RSA_SIGN else "ecdsa"
        return [code for code in self.suites if CIPHER_SUITES[code].authentication == wanted]

    def answers(self, hello: ClientHello) -> tuple[Extension, ...]:
        """The extensions of ServerHello: only what the client offered."""
        offered = {extension.type for extension in hello.extensions}
        self.extended_master_secret = ExtensionType.EXTENDED_MASTER_SECRET in offered
        self.ticket_promised = ExtensionType.SESSION_TICKET in offered and self.config.tickets > 0
        answers = []
        if ExtensionType.RENEGOTIATION_INFO in offered or RENEGOTIATION_SCSV in hello.cipher_suites:
            answers.append(forms.RENEGOTIATION_INFO.build(b""))
        if ExtensionType.EC_POINT_FORMATS in offered:
            answers.append(forms.EC_POINT_FORMATS.build((0,)))
        if self.ticket_promised:
            answers.append(forms.SESSION_TICKET.build(b""))
        if self.extended_master_secret:
            answers.append(forms.EXTENDED_MASTER_SECRET.build(b""))
        return tuple(answers)

    def begin_flight(self, scheme: int) -> None:
        """Send Certificate and ServerKeyExchange in the clear, then wait for the choice whether to ask."""
        credential = self.config.credential
        self.send(Certificate12(credential.chain))
        self.share = generate_key_share(self.group, self.entropy, "server")
        content = self.signed_parameters(server_ecdh_params(self.group, self.share.public))
        signature = sign(credential.signing_key, scheme, content, self.entropy)
        self.send(ServerKeyExchange(NAMED_CURVE, self.group, self.share.public, scheme, signature))
        self.want_request_choice()

    def complete_flight(self, *, asks: bool) -> None:
        """Send the CertificateRequest, if the server asks, and ServerHelloDone."""
        if asks:
            self.send(
                CertificateRequest12(
                    certificate_types=certificate_types(self.config.signature_schemes),
                    supported_signature_algorithms=self.config.signature_schemes,
                    certificate_authorities=self.config.certificate_authorities,
                )
            )
        self.send(ServerHelloDone())
        self.out.flush()

    def on_client_key_exchange(self, message: ClientKeyExchange, raw: bytes) -> None:
        """Take the client's half of the key exchange, and derive all keys."""
        premaster = self.share.agree(message.public)
        self.transcript.add(raw)
        self.derive_keys(premaster)
        self.move(State.WAIT_CV if self.peer_chain else State.WAIT_CCS)

    def on_certificate_verify(self, message: CertificateVerify, raw: bytes) -> None:
        """Check the client's proof, a signature over the messages themselves (RFC 5246 section 7.4.8)."""
        self.check_curve()
        self.check_signature(message.algorithm, self.transcript.messages, message.signature)
        self.proceed(raw, State.WAIT_CCS)

    def on_finished(self, message: Finished, raw: bytes) -> None:
        """Check that the client saw the same handshake, and open the session."""
        self.check_finished(message)
        self.transcript.add(raw)
        if self.ticket_promised:
            self.send(NewSessionTicket12(TICKET_LIFETIME_SECONDS, self.entropy("ticket", TICKET_BYTES)))
        self.send_finished()
        self.done()


def certificate_types(schemes: tuple[int, ...]) -> tuple[int, ...]:
    """The kinds of key whose proof a server with these schemes can verify (RFC 5246 section 7.4.4)."""
    families = {SCHEMES[code].family for code in schemes if code in SCHEMES}
    found = (RSA_SIGN,) if families & {"rsa_pss_rsae", "rsa_pss_pss", "rsa_pkcs1"} else ()
    return (*found, ECDSA_SIGN) if families & {"ecdsa", "ed25519", "ed448"} else found
