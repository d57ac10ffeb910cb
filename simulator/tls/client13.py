"""The client of TLS 1.3 (RFC 8446).

The handlers stand in the order of the handshake. The table of :mod:`simulator.tls.states` decides which
message may come when; the actor decides whom to trust and whether to send a certificate, while the machine
waits.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from simulator.tls.client_answers import ClientAnswers
from simulator.tls.connection13 import Connection13
from simulator.tls.crypto.key_exchange import KeyShare, generate_key_share
from simulator.tls.crypto.signatures import common_scheme
from simulator.tls.states import CLIENT_13, State
from simulator.tls.wire import extension_forms as forms
from simulator.tls.wire.alerts import (
    AlertDescription,
    ProtocolViolation,
    illegal_parameter,
    missing_extension,
)
from simulator.tls.wire.extension_rules import check_answers, check_names, check_offers
from simulator.tls.wire.extensions import Extension, ExtensionPlace, ExtensionType
from simulator.tls.wire.messages import check_not_sslv3
from simulator.tls.wire.registry import CIPHER_SUITES, group_name
from simulator.tls.wire.version import Protection

if TYPE_CHECKING:
    from simulator.entropy import Entropy
    from simulator.tls.config import ClientConfig, Credential
    from simulator.tls.wire.messages import (
        CertificateRequest13,
        EncryptedExtensions,
        Finished,
        NewSessionTicket13,
        ServerHello,
    )


class ClientHandshake13(ClientAnswers, Connection13):
    """A client's TLS 1.3 connection.

    Args:
        config: what it offers.
        entropy: its randoms and ephemeral keys.
    """

    machine = CLIENT_13
    after_acceptance = State.WAIT_CV

    def __init__(self, config: ClientConfig, entropy: Entropy) -> None:
        super().__init__(config, entropy)
        self.shares: dict[int, KeyShare] = {}
        self.cookie: bytes | None = None
        self.retry_suite: int | None = None
        self.request: CertificateRequest13 | None = None

    def signing_scheme(self, credential: Credential) -> int | None:
        """The scheme that the key can sign with and the server accepts, or None."""
        if self.request is None:
            return None
        accepted = forms.SIGNATURE_ALGORITHMS.read(self.request.extensions) or ()
        return common_scheme(credential.signing_key, accepted, self.version)

    def send_first_hello(self) -> None:
        """Send the first ClientHello, with a new random and new key shares."""
        self.hello_seen = True
        self.client_random = self.entropy("client random", 32)
        self.session_id = self.entropy("legacy session id", 32)
        self.offer_shares(self.config.groups[: self.config.key_shares])
        self.send_client_hello(self.session_id)
        self.out.flush_opening()
        self.move(State.WAIT_SH)

    def offer_shares(self, groups: tuple[int, ...]) -> None:
        """Make an ephemeral key for each of these groups."""
        self.shares = {group: generate_key_share(group, self.entropy, "client") for group in groups}

    def offers(self) -> list[Extension]:
        """The extensions of the ClientHello behind the name of the server, in order."""
        offers = [
            forms.SUPPORTED_GROUPS.build(self.config.groups),
            forms.SIGNATURE_ALGORITHMS.build(self.config.signature_schemes),
            forms.SUPPORTED_VERSIONS_OFFER.build((self.version.wire,)),
            forms.PSK_KEY_EXCHANGE_MODES.build((1,)),
            forms.KEY_SHARE_OFFER.build(
                tuple(forms.KeyShareEntry(group, share.public) for group, share in self.shares.items())
            ),
        ]
        if self.cookie is not None:
            offers.append(forms.COOKIE.build(self.cookie))
        return offers

    def on_hello_retry_request(self, retry: ServerHello, raw: bytes) -> None:
        """Send the same hello with another key share or a cookie (RFC 8446 section 4.1.4)."""
        self.check_hello(retry, ExtensionPlace.HRR)
        group = forms.KEY_SHARE_RETRY.read(retry.extensions)
        self.cookie = forms.COOKIE.read(retry.extensions)
        if group is None and self.cookie is None:
            raise illegal_parameter("HelloRetryRequest would change nothing.")
        if group is not None:
            if group not in self.config.groups or group in self.shares:
                raise illegal_parameter(
                    "HelloRetryRequest asks for a key share of the wrong group.",
                    got=group_name(group),
                    expected="a group that was offered and has no share yet",
                )
            self.offer_shares((group,))
        self.retry_suite = retry.cipher_suite
        self.transcript.choose_hash(CIPHER_SUITES[retry.cipher_suite].hash_name)
        self.transcript.replace_first_hello()
        self.transcript.add(raw)
        self.send_compatibility_ccs()
        self.send_client_hello(self.session_id)
        self.out.flush()
        self.move(State.WAIT_SH_AFTER_RETRY)

    def on_server_hello(self, hello: ServerHello, raw: bytes) -> None:
        """Complete the key exchange; what follows is encrypted (RFC 8446 section 4.1.3)."""
        self.check_hello(hello, ExtensionPlace.SH)
        if self.retry_suite not in (None, hello.cipher_suite):
            raise illegal_parameter("The cipher suite changed after HelloRetryRequest.")
        entry = forms.KEY_SHARE_CHOICE.read(hello.extensions)
        if entry is None:
            raise missing_extension("ServerHello has no key_share.")
        share = self.shares.get(entry.group)
        if share is None:
            raise illegal_parameter(
                "ServerHello answers a key share that was not sent.",
                got=group_name(entry.group),
                expected=" or ".join(map(group_name, self.shares)),
            )
        self.transcript.choose_hash(CIPHER_SUITES[hello.cipher_suite].hash_name)
        self.transcript.add(raw)
        self.agree(CIPHER_SUITES[hello.cipher_suite], entry.group, share.agree(entry.key_exchange))
        self.read_under(self.schedule.server_handshake_traffic_secret, Protection.HANDSHAKE_TRAFFIC)
        self.write_under(self.schedule.client_handshake_traffic_secret, Protection.HANDSHAKE_TRAFFIC)
        self.move(State.WAIT_EE)

    def check_hello(self, hello: ServerHello, place: ExtensionPlace) -> None:
        """Refuse a ServerHello that does not answer the offer."""
        check_not_sslv3(hello.legacy_version)
        version = forms.SUPPORTED_VERSIONS_CHOICE.read(hello.extensions)
        if version != self.version.wire:
            # RFC 8446 section 4.2.1: a server chooses an old version without the extension, never with it.
            answers_offer = version is None
            raise ProtocolViolation(
                AlertDescription.PROTOCOL_VERSION if answers_offer else AlertDescription.ILLEGAL_PARAMETER,
                "The server chose another version.",
                got=f"0x{version or hello.legacy_version:04x}",
                expected="TLS 1.3 (0x0304)",
            )
        problem = None
        if hello.legacy_session_id_echo != self.session_id:
            problem = "legacy_session_id_echo is not what the client sent"
        elif hello.legacy_compression_method != 0:
            problem = "a compression method was chosen"
        elif hello.cipher_suite not in self.suites:
            problem = f"cipher suite 0x{hello.cipher_suite:04x} was not offered"
        if problem:
            raise illegal_parameter(f"ServerHello: {problem}.")
        # A cookie answers nothing: a server gives one of its own accord (RFC 8446 section 4.2.2).
        check_answers(hello.extensions, place, self.offered_types | {ExtensionType.COOKIE})

    def on_encrypted_extensions(self, message: EncryptedExtensions, raw: bytes) -> None:
        """Check that the extensions answer offered ones only (RFC 8446 section 4.3.1)."""
        check_answers(message.extensions, ExtensionPlace.EE, self.offered_types)
        self.proceed(raw, State.WAIT_CERT_CR)

    def on_certificate_request(self, request: CertificateRequest13, raw: bytes) -> None:
        """Keep the request for a certificate; it is answered after the server's flight."""
        if request.certificate_request_context:
            raise illegal_parameter("certificate_request_context is not empty in the main handshake.")
        check_offers(request.extensions, ExtensionPlace.CR)
        check_names(forms.CERTIFICATE_AUTHORITIES.read(request.extensions) or ())
        if forms.SIGNATURE_ALGORITHMS.read(request.extensions) is None:
            raise missing_extension("CertificateRequest has no signature_algorithms.")
        self.request = request
        self.proceed(raw, State.WAIT_CERT)

    def on_finished(self, message: Finished, raw: bytes) -> None:
        """Check that the server saw the same handshake, and answer it."""
        self.check_finished(message, self.schedule.server_handshake_traffic_secret)
        self.transcript.add(raw)
        self.derive_application_secrets()
        self.read_under(self.schedule.server_application_traffic_secret, Protection.APPLICATION_TRAFFIC)
        if self.request is None:
            self.send_second_flight(None)
            return
        authorities = forms.CERTIFICATE_AUTHORITIES.read(self.request.extensions) or ()
        schemes = forms.SIGNATURE_ALGORITHMS.read(self.request.extensions) or ()
        self.want_certificate(schemes, authorities)

    def send_second_flight(self, credential: Credential | None) -> None:
        """Send certificate and proof if the server asked, and Finished."""
        self.send_compatibility_ccs()
        if self.request is not None:
            self.send_chain(credential.chain if credential else ())
            if credential is not None:
                scheme = self.require_scheme(self.signing_scheme(credential))
                self.send_proof(credential.signing_key, scheme, corrupt=self.config.corrupts_proof)
        self.send_finished(self.schedule.client_handshake_traffic_secret)
        self.out.flush()
        self.write_under(self.schedule.client_application_traffic_secret, Protection.APPLICATION_TRAFFIC)
        self.done()

    def on_new_session_ticket(self, message: NewSessionTicket13, _: bytes) -> None:
        """Drop a ticket: this client does not resume (RFC 8446 section 4.6.1)."""
        check_offers(message.extensions, ExtensionPlace.NST)
