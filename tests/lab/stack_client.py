"""A client that shows a server any certificates with any key, and says how the server answered."""

from __future__ import annotations

from typing import TYPE_CHECKING

from simulator.entropy import SeededEntropy
from simulator.tls.config import ClientConfig, Credential
from simulator.tls.events import (
    AlertReceived,
    CertificateChoiceWanted,
    DataReceived,
    HandshakeDone,
    MessageReceived,
    ServerVerdictWanted,
)
from simulator.tls.handshake import client_handshake
from simulator.tls.wire.version import Version

if TYPE_CHECKING:
    import socket
    from collections.abc import Callable

    from simulator.tls.events import TlsEvent
    from simulator.tls.wire.version import TlsVersion

    Connect = Callable[[], socket.socket]

PATIENCE_SECONDS = 10.0
TRIES = 3
SILENCE = "silence"
REQUEST = b"GET / HTTP/1.0\r\n\r\n"


class Answer:
    """The answer of a server: ``said`` is an alert, the first line of a page, or the way it ended."""

    def __init__(self) -> None:
        self.returned = False  # the handshake call had returned
        self.welcome = False  # the server has read all of the handshake, and taken the certificate in TLS
        self.said = ""


def ask(connect: Connect, credential: Credential | None, tls: TlsVersion) -> Answer:
    """Connect, show the certificate if asked, and read until the server has answered.

    No server here answers with silence: on a busy machine one may not have begun yet, so it is asked again.
    """
    for _ in range(TRIES):
        answer = _asked_once(connect, credential, tls)
        if answer.said != SILENCE:
            break
    return answer


def _asked_once(connect: Connect, credential: Credential | None, tls: TlsVersion) -> Answer:
    answer = Answer()
    machine = client_handshake(ClientConfig(Version(tls)), SeededEntropy("client of a peer"))

    def react(events: list[TlsEvent]) -> bytes:
        out = b""
        for event in events:
            out += getattr(event, "wire", b"")
            match event:
                case ServerVerdictWanted():
                    out += react(machine.accept_server())
                case CertificateChoiceWanted():
                    out += react(machine.send_certificate(credential))
                case HandshakeDone():
                    answer.returned = True
                    answer.welcome = answer.welcome or tls == "1.2"
                case MessageReceived(name="NewSessionTicket"):
                    answer.welcome = True
                case AlertReceived(description=alert, refuses=True) if alert is not None:
                    answer.said = answer.said or alert.rfc_name
                case DataReceived(data=data):
                    answer.said = answer.said or data.partition(b"\r\n")[0].decode()
        return out

    with connect() as connection:
        try:
            connection.sendall(react(machine.start()))
            asked = False
            while not answer.said and not machine.finished:
                if answer.welcome and answer.returned and not asked:
                    asked = True
                    connection.sendall(react(machine.write(REQUEST)))
                elif answer.returned and not asked:
                    # A refusal arrives first, or else the server waits for the request.
                    connection.settimeout(0.15)
                try:
                    data = connection.recv(1 << 16)
                except TimeoutError:
                    if asked or not answer.returned:
                        answer.said = SILENCE
                        break
                    asked = True
                    connection.settimeout(PATIENCE_SECONDS)
                    connection.sendall(react(machine.write(REQUEST)))
                    continue
                if not data:
                    answer.said = answer.said or "closed"
                    break
                connection.sendall(react(machine.receive(data)))
        except ConnectionError:
            answer.said = answer.said or "reset"
    return answer
