"""An OpenSSL object as one side of a conversation: ``ssl`` over two memory BIOs, no socket.

On top of TLS it behaves as our actors do: each side writes one line as soon as its handshake call returns,
and the client says goodbye when it has read the server's.
"""

from __future__ import annotations

import ssl
from contextlib import suppress
from typing import TYPE_CHECKING

from simulator.actors.application import LINE, Application
from simulator.oracle.native import set_message_callback
from simulator.oracle.observed import openssl_observer
from simulator.oracle.reasons import reason_of_error
from simulator.pki.certificate import leaf_of
from simulator.pki.host import read_host
from simulator.security import SecurityLevel

if TYPE_CHECKING:
    from collections.abc import Callable

    from simulator.actors.grant import Grant
    from simulator.oracle.observed import HandshakeLog
    from simulator.pki.certificate import Certificate
    from simulator.scenario import TlsVersion
    from simulator.tls.wire.version import Side

    GrantOf = Callable[
        [Certificate | None, bytes], Grant
    ]  # of the client's certificate, or None, and its words

READ_SIZE = 1 << 16  # more than any record holds, so one call reads all that is there


class OpensslSide:
    """One OpenSSL object.

    Args:
        context: its settings.
        tls: the one version it speaks.
        log: records its messages, the data it reads and what its handshake call returned.
        server_name: the host that a client asks for and compares, or None for a server.
    """

    side: Side

    def __init__(
        self, context: ssl.SSLContext, tls: TlsVersion, log: HandshakeLog, server_name: str | None = None
    ) -> None:
        self.finished = False  # True after an error or the goodbyes
        self._log = log
        self._negotiated = 0  # bytes that the application said by itself
        self._incoming, self._outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
        set_message_callback(context, openssl_observer(self.side, tls, log))
        is_server = self.side == "server"
        self._tls = context.wrap_bio(self._incoming, self._outgoing, is_server, server_name)

    @property
    def peer(self) -> str | None:
        """RFC 4514 subject of the peer's certificate, or None without one or after a failure."""
        return None if self.peer_certificate is None else self.peer_certificate.subject

    @property
    def peer_certificate(self) -> Certificate | None:
        """The peer's certificate, or None without one or after a failure."""
        try:
            leaf = self._tls.getpeercert(binary_form=True)
        except ValueError:  # "handshake not done yet", also after a failure
            return None
        return leaf_of((leaf,)) if leaf else None

    def begin(self) -> bytes:
        """A client's ClientHello; nothing for a server."""
        self._go_on()
        return self._outgoing.read()

    def receive(self, record: bytes) -> bytes:
        """Read one record and return the answer."""
        self._incoming.write(record)
        self._go_on()
        return self._outgoing.read()

    def _connected(self) -> None:
        """The application's turn when the handshake call has returned."""

    def _heard(self) -> None:
        """The application's turn when it has read something."""

    def _say(self, words: bytes) -> None:
        """Send application data, if there is any: OpenSSL would send an empty record."""
        if words:
            self._tls.write(words)

    def _negotiate(self, application: Application) -> None:
        """Say what the application says by itself once it has heard what was read."""
        words = application.says(self.side, self._log.data[self.side])[self._negotiated :]
        self._negotiated += len(words)
        self._say(words)

    def _go_on(self) -> None:
        """Let OpenSSL work until it has to read."""
        try:
            if self.side not in self._log.returned:
                self._tls.do_handshake()
                self._log.returned[self.side] = "ok"
                self._connected()
            while data := self._tls.read(READ_SIZE):
                self._log.data[self.side] += data
                self._heard()
            self._say_goodbye()  # nothing read and no error: the peer's close_notify
            self.finished = True
        except ssl.SSLWantReadError:
            pass
        except ssl.SSLZeroReturnError:  # the peer's goodbye answers this side's
            self.finished = True
        except ssl.SSLError as error:
            self._log.returned.setdefault(self.side, "failed")
            self._log.reasons[self.side] = reason_of_error(error)
            self.finished = True

    def _say_goodbye(self) -> None:
        """Send close_notify; OpenSSL does so once."""
        with suppress(ssl.SSLWantReadError):  # it is sent; the peer's is not here yet
            self._tls.unwrap()


class OpensslClient(OpensslSide):
    """OpenSSL as the client."""

    side = "client"

    def __init__(
        self,
        context: ssl.SSLContext,
        tls: TlsVersion,
        log: HandshakeLog,
        server_name: str,
        application: Application = LINE,
    ) -> None:
        host = read_host(server_name)
        super().__init__(context, tls, log, server_name if host.address is None else str(host.address))
        self._server_name = server_name
        self._application = application

    def _connected(self) -> None:
        self._say(self._application.opening(self._server_name))

    def _heard(self) -> None:
        self._negotiate(self._application)
        answer = self._application.read(self._log.data[self.side])
        if answer is not None and answer.level not in (None, SecurityLevel.REFUSED):
            self._say_goodbye()


class OpensslServer(OpensslSide):
    """OpenSSL as the server.

    Args:
        context: its settings.
        tls: the one version it speaks.
        log: records its messages.
        grant: maps the client's certificate, or None, and what it said to what the application grants.
    """

    side = "server"

    def __init__(
        self,
        context: ssl.SSLContext,
        tls: TlsVersion,
        log: HandshakeLog,
        grant: GrantOf,
        application: Application = LINE,
    ) -> None:
        super().__init__(context, tls, log)
        self._grant = grant
        self._application = application
        self._answered = False

    def _connected(self) -> None:
        self._heard()

    def _heard(self) -> None:
        if not self._answered:
            self._negotiate(self._application)
        said = self._log.data[self.side]
        if self._answered or not self._application.may_answer(said):
            return
        self._answered = True
        grant = self._grant(self.peer_certificate, said)
        self._say(self._application.answer(said, grant, grant.objection))
        if grant.refused:
            self._say_goodbye()
