"""What a Python client sees of a refusal on loopback, beside what the simulation says."""

from __future__ import annotations

import select
import socket
import ssl
import sys
import threading
from contextlib import closing, suppress
from typing import TYPE_CHECKING, Any

import pytest

from simulator.command.certificate_files import issue_for_real_tools, write_certificates
from simulator.scenario.catalogue.catalogue import catalogue
from tests.engine.test_closing import SEEN

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from simulator.scenario import TlsVersion

linux = pytest.mark.skipif(sys.platform != "linux", reason="how TCP treats what had arrived before a reset")


class Refuser:
    """A TLS server on loopback that refuses one client and closes as told.

    Args:
        folder: certificates and keys, as the command ``certificates`` writes them.
        tls: the version.
        close: ``alert``, ``reset`` or ``eof``, as a scenario has them.
    """

    def __init__(self, folder: Path, tls: TlsVersion, close: str) -> None:
        self.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self.context.load_cert_chain(folder / "server-chain.pem", folder / "server-signs-with.key")
        self.context.load_verify_locations(folder / "server-trusts.pem")
        self.context.verify_mode = ssl.CERT_REQUIRED
        self.context.maximum_version = self.context.minimum_version = VERSIONS[tls]
        self.close = close
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.go = threading.Event()  # the client has written its first words
        self.closed = threading.Event()
        self.thread = threading.Thread(target=self._serve, daemon=True)
        self.thread.start()

    def _serve(self) -> None:
        connection, _ = self.listener.accept()
        connection.settimeout(10)
        incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
        session = self.context.wrap_bio(incoming, outgoing, server_side=True)
        answered = False
        while True:
            try:
                session.do_handshake()
            except ssl.SSLWantReadError:
                if flight := outgoing.read():
                    connection.sendall(flight)
                    answered = True
                    self.go.wait(10)  # then the client's answer and its first words have arrived
                leaves_some = answered and self.close != "eof"
                incoming.write(connection.recv(200 if leaves_some else 65536))
            except ssl.SSLError:
                break
        if self.close != "eof":
            connection.sendall(outgoing.read())  # the alert
        else:  # the alert stays in memory, and nothing of the client's is left unread
            connection.settimeout(0.1)  # long enough for what the client wrote to arrive
            with suppress(TimeoutError):
                while connection.recv(65536):
                    pass
        if self.close == "alert":
            connection.shutdown(socket.SHUT_WR)
            self.closed.set()
            while connection.recv(65536):
                pass
        connection.close()
        self.closed.set()


VERSIONS = {"1.2": ssl.TLSVersion.TLSv1_2, "1.3": ssl.TLSVersion.TLSv1_3}


@pytest.fixture(scope="module")
def held(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Certificates for real tools: the client's has expired."""
    folder = tmp_path_factory.mktemp("held")
    write_certificates(issue_for_real_tools(catalogue["certificate-expired"], seeded=False), folder)
    return folder


def sign(action: Callable[[], Any]) -> str:
    """What an action of a Python client shows: ``ok``, or the sign of a refusal."""
    try:
        action()
    except ssl.SSLError as error:
        text = str(error)
        if "ALERT_CERTIFICATE_EXPIRED" in text:
            return "alert"
        assert "EOF" in text, text
        return (
            "write failed"
            if "EOF occurred in violation" in text and "UNEXPECTED" not in text
            else "end of file"
        )
    except ConnectionError:
        return "connection reset"
    return "ok"


def seen_by_python(folder: Path, tls: TlsVersion, close: str, habit: str) -> tuple[str, str]:
    """What Python's ssl sees as the client: the sign that ends it, and what it could still read then."""
    server = Refuser(folder, tls, close)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.load_verify_locations(folder / "client-trusts.pem")
    context.load_cert_chain(folder / "client-chain.pem", folder / "client-signs-with.key")
    context.maximum_version = context.minimum_version = VERSIONS[tls]
    link = socket.create_connection(server.listener.getsockname(), 10)
    session = context.wrap_socket(
        link,
        server_hostname="telnet.example.com",
        do_handshake_on_connect=False,
        suppress_ragged_eofs=False,
    )
    with closing(server.listener), closing(session):
        if tls == "1.2":
            server.go.set()
        found = sign(session.do_handshake)
        if found == "ok":
            assert sign(lambda: session.sendall(b"HELLO telnet.")) == "ok"
            server.go.set()
            if habit == "eager":
                ended = select.poll()
                ended.register(session, select.POLLHUP if close == "reset" else select.POLLIN)
                assert ended.poll(10_000)
                found = sign(lambda: session.sendall(b"example.com\r\n"))
        if found == "ok":
            found = sign(lambda: session.recv(100))
        left = sign(lambda: session.recv(100)) if found == "write failed" else ""
        server.closed.wait(10)
    server.thread.join(10)
    return found, left


@linux
@pytest.mark.parametrize(("close", "habit"), [pair for pair in SEEN if pair[1] != "looking"])
def test_python_sees_the_same_on_loopback(close: str, habit: str, held: Path) -> None:
    """Python's ssl as the client sees what ours sees, in both versions.

    After a failed write the alert is still there for a program that would read on.
    """
    for tls, seen in (("1.3", SEEN[close, habit]), ("1.2", SEEN[close, "looking"])):
        found, left = seen_by_python(held, tls, close, habit)
        if seen == "connection reset":
            assert ("write failed", "alert") == (found, left)
        else:
            assert (seen, "") == (found, left)
