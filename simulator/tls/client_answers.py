"""The part of a client's machine that is the same in every version: the actor's answers."""

from __future__ import annotations

from abc import abstractmethod
from typing import TYPE_CHECKING, ClassVar

from simulator.tls.connection import Connection
from simulator.tls.events import CertificateChoiceWanted
from simulator.tls.states import State
from simulator.tls.wire.alerts import AlertDescription, ProtocolViolation
from simulator.tls.wire.extension_forms import server_name
from simulator.tls.wire.messages import ClientHello
from simulator.tls.wire.version import Version

if TYPE_CHECKING:
    from simulator.tls.config import ClientConfig, Credential
    from simulator.tls.events import TlsEvent
    from simulator.tls.wire.extensions import Extension

LONGEST_BLOCK = 2**16 - 1  # the extensions of a message have a length of two bytes
EXTENSION_HEADER = 4  # the type of an extension, and the length of its data


class ClientAnswers(Connection):
    """A client's machine without its messages; a version adds them.

    Attributes:
        config: what it offers.
        after_acceptance: the state after the server's certificate was accepted.
        offered_types: the types of the extensions in the ClientHello that was sent last.
    """

    config: ClientConfig
    after_acceptance: ClassVar[State]
    offered_types: set[int]

    def start(self) -> list[TlsEvent]:
        """Send the ClientHello."""
        return self.answer(State.START, "start", self.send_first_hello)

    def accept_server(self) -> list[TlsEvent]:
        """Accept the server's certificate, and go on to its proof."""
        return self.answer(State.WAIT_VERDICT_ON_SERVER, "accept", self.move, self.after_acceptance)

    def refuse_server(self, alert: AlertDescription, reason: str) -> list[TlsEvent]:
        """Refuse the server's certificate with an alert."""
        in_clear = self.config.refuses_in_clear
        return self.answer(
            State.WAIT_VERDICT_ON_SERVER, "refuse", self.fail, alert, reason, in_clear=in_clear
        )

    def send_certificate(self, credential: Credential | None) -> list[TlsEvent]:
        """Answer the server's request.

        Args:
            credential: the chain and key to send, or None to send an empty Certificate.

        Raises:
            DecisionError: the server did not ask, or the key cannot sign in a way it accepts
                (see :meth:`signing_scheme`).
        """
        if credential is not None:
            self.require_scheme(self.signing_scheme(credential))
        answer = "send" if credential else "skip"
        return self.answer(State.WAIT_CERTIFICATE_CHOICE, answer, self.send_second_flight, credential)

    def want_certificate(
        self, schemes: tuple[int, ...], authorities: tuple[bytes, ...], types: tuple[int, ...] = ()
    ) -> None:
        """Wait for the choice whether to send a certificate; arguments as in the event."""
        self.move(State.WAIT_CERTIFICATE_CHOICE)
        self.tell(CertificateChoiceWanted(schemes, authorities, types))

    def send_client_hello(self, session_id: bytes) -> None:
        """Queue the ClientHello; in TLS 1.3 it claims to be one of TLS 1.2 (RFC 8446 section 4.1.2)."""
        name = self.config.server_name
        named = () if name is None else (server_name(name),)
        extensions = (*named, *self.offers())
        self.check_room(extensions)
        self.offered_types = {extension.type for extension in extensions}
        self.send(
            ClientHello(
                legacy_version=Version.TLS12.wire,
                random=self.client_random,
                legacy_session_id=session_id,
                cipher_suites=self.suites,
                legacy_compression_methods=b"\x00",
                extensions=extensions,
            )
        )

    def check_room(self, extensions: tuple[Extension, ...]) -> None:
        """Give up where the extensions are longer than their block may be: a server's cookie is what can be.

        Raises:
            ProtocolViolation: ``internal_error``, as OpenSSL sends.
        """
        length = sum([EXTENSION_HEADER + len(extension.data) for extension in extensions])
        if length > LONGEST_BLOCK:
            raise ProtocolViolation(
                AlertDescription.INTERNAL_ERROR,
                "The ClientHello has no room for the cookie that the server wants back.",
                got=f"{length} bytes of extensions",
                expected=f"at most {LONGEST_BLOCK}",
            )

    @abstractmethod
    def offers(self) -> list[Extension]:
        """The extensions of the ClientHello behind the name of the server, in order."""

    @abstractmethod
    def signing_scheme(self, credential: Credential) -> int | None:
        """The scheme that the key can sign with and the server accepts, or None."""

    @abstractmethod
    def send_first_hello(self) -> None:
        """Send the first ClientHello."""

    @abstractmethod
    def send_second_flight(self, credential: Credential | None) -> None:
        """Send the client's flight: certificate and proof if the server asked, key exchange, Finished."""
