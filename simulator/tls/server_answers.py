"""The part of a server's machine that is the same in every version: the actor's answers, and the choices."""

from __future__ import annotations

from abc import abstractmethod
from typing import TYPE_CHECKING, ClassVar

from simulator.tls.connection import Connection
from simulator.tls.crypto.signatures import common_scheme
from simulator.tls.events import RequestChoiceWanted
from simulator.tls.states import State
from simulator.tls.wire.alerts import AlertDescription, handshake_failure, protocol_version
from simulator.tls.wire.extension_forms import SUPPORTED_VERSIONS_OFFER
from simulator.tls.wire.messages import ServerHello, check_not_sslv3
from simulator.tls.wire.registry import CIPHER_SUITES, group_name, version_name
from simulator.tls.wire.version import Version

if TYPE_CHECKING:
    from collections.abc import Sequence

    from simulator.tls.config import ServerConfig
    from simulator.tls.events import TlsEvent
    from simulator.tls.wire.extensions import Extension
    from simulator.tls.wire.messages import ClientHello
    from simulator.tls.wire.registry import CipherSuite

TICKET_LIFETIME_SECONDS = 7200  # OpenSSL's lifetime too; RFC 8446 section 4.6.1 allows up to a week
TICKET_BYTES = 32  # opaque: nothing stands behind a ticket, because this server resumes no session
MOST_NAMED = 20  # code points that an error quotes: enough for every stack's list, too few for a flood


class ServerAnswers(Connection):
    """A server's machine without its messages; a version adds them.

    Args:
        config: its certificate and settings.
        entropy: the source of its random bytes, ephemeral keys and tickets.

    Attributes:
        after_acceptance: the states after a certificate was accepted, and after its absence was.
        after_not_asking: the state after the flight if the client is not asked.
    """

    config: ServerConfig
    after_acceptance: ClassVar[tuple[State, State]]
    after_not_asking: ClassVar[State]

    def ask_client(self) -> list[TlsEvent]:
        """Ask the client for a certificate, and complete the flight."""
        return self.answer(State.WAIT_REQUEST_CHOICE, "ask", self.complete, asks=True)

    def do_not_ask(self) -> list[TlsEvent]:
        """Complete the flight without a CertificateRequest."""
        return self.answer(State.WAIT_REQUEST_CHOICE, "do not ask", self.complete, asks=False)

    def accept_client(self) -> list[TlsEvent]:
        """Go on with the client's certificate, to its proof, or without a certificate."""
        with_certificate, without = self.after_acceptance
        after = with_certificate if self.peer_chain else without
        return self.answer(State.WAIT_VERDICT_ON_CLIENT, "accept", self.move, after)

    def refuse_client(self, alert: AlertDescription, reason: str) -> list[TlsEvent]:
        """Refuse the client's certificate, or its absence, with an alert."""
        return self.answer(State.WAIT_VERDICT_ON_CLIENT, "refuse", self.fail, alert, reason)

    def want_request_choice(self) -> None:
        """Send what precedes the CertificateRequest, and wait for the choice whether to ask."""
        self.out.pause()
        self.move(State.WAIT_REQUEST_CHOICE)
        self.tell(RequestChoiceWanted())

    def complete(self, *, asks: bool) -> None:
        """Send the rest of the flight, and wait for the client's."""
        self.complete_flight(asks=asks)
        self.move(State.WAIT_CERT if asks else self.after_not_asking)

    @abstractmethod
    def complete_flight(self, *, asks: bool) -> None:
        """Send the CertificateRequest, if the server asks, and what follows it."""

    def send_server_hello(
        self, random: bytes, session_id: bytes, suite: int, extensions: tuple[Extension, ...]
    ) -> None:
        """Queue the ServerHello; in TLS 1.3 it claims to be one of TLS 1.2 (RFC 8446 section 4.1.3)."""
        self.send(
            ServerHello(
                legacy_version=Version.TLS12.wire,
                random=random,
                legacy_session_id_echo=session_id,
                cipher_suite=suite,
                legacy_compression_method=0,
                extensions=extensions,
            )
        )

    def check_version(self, hello: ClientHello, *, otherwise: bool, expected: str) -> None:
        """Refuse a client that does not offer this server's version.

        Args:
            hello: its offer.
            otherwise: without supported_versions the hello offers this version.
            expected: the right offer, for the message.

        Raises:
            ProtocolViolation: ``protocol_version``.
        """
        check_not_sslv3(hello.legacy_version)
        versions = SUPPORTED_VERSIONS_OFFER.read(hello.extensions)
        if not (otherwise if versions is None else self.version.wire in versions):
            raise protocol_version(
                f"The client does not speak TLS {self.version.value}.",
                got=", ".join(map(version_name, versions or (hello.legacy_version,))),
                expected=expected,
            )

    def choose_suite(self, hello: ClientHello, usable: Sequence[int]) -> CipherSuite:
        """The first usable suite that the client offers.

        Raises:
            ProtocolViolation: ``handshake_failure``.
        """
        for code in usable:
            if code in hello.cipher_suites:
                return CIPHER_SUITES[code]
        raise handshake_failure(
            "There is no common cipher suite for the server's certificate.",
            got=", ".join(f"0x{suite:04x}" for suite in hello.cipher_suites[:MOST_NAMED]),
            expected="one of " + ", ".join(CIPHER_SUITES[code].name for code in usable) if usable else None,
        )

    def common_groups(self, offered: tuple[int, ...] | None) -> list[int]:
        """The server's groups that the client offers, in the server's order; all if the client names none.

        Raises:
            ProtocolViolation: ``handshake_failure`` if there is none.
        """
        common = [group for group in self.config.groups if offered is None or group in offered]
        if common:
            return common
        raise handshake_failure(
            "There is no common group for the key exchange.",
            got=", ".join(map(group_name, (offered or ())[:MOST_NAMED])),
            expected="one of " + ", ".join(map(group_name, self.config.groups)),
        )

    def own_scheme(self, offered: tuple[int, ...]) -> int:
        """The scheme of the server's own proof.

        Raises:
            ProtocolViolation: ``handshake_failure`` if the client can verify none that the key can make.
        """
        scheme = common_scheme(self.config.credential.signing_key, offered, self.version)
        if scheme is None:
            raise handshake_failure("The client cannot verify any signature that the server's key can make.")
        return scheme
