"""Probes: a peer that keeps to the protocol but for one thing, and what it is answered.

One machine is *bent*: where it would say a message it says something else, or nothing, or more. Its own
transcript and keys follow what it really said, so that the one thing is all that is wrong. The same bent
machine then speaks to OpenSSL, and the two answers are compared.
"""

from __future__ import annotations

import ssl
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import TYPE_CHECKING, Any

from cryptography.hazmat.primitives.serialization import Encoding

from simulator.entropy import SeededEntropy
from simulator.tls.config import ClientConfig, Credential, ServerConfig
from simulator.tls.events import (
    AlertReceived,
    AlertSent,
    CertificateChoiceWanted,
    ClientVerdictWanted,
    DataSent,
    HandshakeDone,
    MessageSent,
    RequestChoiceWanted,
    ServerVerdictWanted,
)
from simulator.tls.handshake import client_handshake, server_handshake
from simulator.tls.states import State
from simulator.tls.wire.messages import Message, encode_handshake, message_name
from simulator.tls.wire.records import ContentType, record_header
from simulator.tls.wire.version import Version
from tests.tls.machines import CLIENT_CREDENTIAL, Pair
from tests.tls.openssl import OpensslSide, context, identity

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from simulator.tls.wire.version import Side
    from tests.tls.openssl import Identity

MOST_ROUNDS = 30
MEASURED_WITH = (3, 0)
#: What an earlier release of that line was measured to answer otherwise: by its patch, then by case and side
#: that bends. OpenSSL 3.0.22, which the cases speak of, answers these as they say.
EARLIER: Mapping[int, Mapping[tuple[str, Side], str]] = {
    19: {
        ("1.2 when connected, a fatal alert in the clear", "client"): "internal_error",
        ("1.2 ChangeCipherSpec twice", "client"): "internal_error",
        ("1.2 Finished in the clear after it", "client"): "internal_error",
        ("1.2 Finished's record of four bytes", "client"): "internal_error",
        ("1.2 ec_point_formats without uncompressed", "client"): "handshake_failure",
        ("1.2 ServerHello: ec_point_formats without uncompressed", "server"): "illegal_parameter",
    }
}
VERSIONS = {Version.TLS12: ssl.TLSVersion.TLSv1_2, Version.TLS13: ssl.TLSVersion.TLSv1_3}
CONNECTED = "connected"  # an answer that is no alert: the handshake went through
NO_ALERT = "no alert"  # nor a session: it waits for more, or says what the bent machine cannot read

Machine = Any  # a client or server machine of either version, whose parts a probe reaches into


@dataclass(frozen=True, slots=True)
class Wire:
    """Bytes that a bent machine sends as they are, not as a message of its handshake."""

    data: bytes


Said = Message | bytes | Wire  # a message, the bytes of one, or bytes for the wire
Change = Callable[[Any, Machine], Sequence[Said]]


@dataclass(frozen=True, slots=True)
class Probe:
    """One thing that a peer does wrong.

    Attributes:
        claim: what it does, in a few words; the name of the case.
        version: which TLS.
        bends: what is said in place of the message of that name.
        alert: the answer: an alert's RFC name, or :data:`CONNECTED` or :data:`NO_ALERT`.
        openssl: OpenSSL's answer where it is another one; more than one where its releases differ.
        why: the reason for the difference.
        bent: which side does it.
        setup: the arguments of the pair.
        afterwards: done by the bent machine once it is connected.
        client_key, server_key: kinds of key of the two certificates.
    """

    claim: str
    version: Version
    bends: Mapping[str, Change]
    alert: str
    openssl: str | tuple[str, ...] = ""
    why: str = ""
    bent: Side = "client"
    setup: Mapping[str, Any] = field(default_factory=dict)
    afterwards: Callable[[Machine], None] | None = None
    client_key: str = "P-256"
    server_key: str = "P-256"

    @property
    def tested(self) -> Side:
        """The side that has to answer."""
        return "server" if self.bent == "client" else "client"

    @property
    def answers_of_openssl(self) -> tuple[str, ...]:
        """What OpenSSL may answer."""
        if isinstance(self.openssl, tuple):
            return self.openssl
        return (self.openssl or self.alert,)

    def __str__(self) -> str:
        return f"{self.version.value} {self.claim}"


def bend(machine: Machine, name: str, change: Change) -> None:
    """Let a machine say something else in place of its message of that name."""
    genuine = machine.send

    def send(message: Message, *, in_transcript: bool = True) -> None:
        if message_name(encode_handshake(message)) == name:
            say(machine, change(message, machine), in_transcript=in_transcript)
        else:
            genuine(message, in_transcript=in_transcript)

    def change_cipher_spec() -> None:
        say(machine, change(None, machine))

    if name == "ChangeCipherSpec":
        machine.out.change_cipher_spec = change_cipher_spec
    else:
        machine.send = send


def say(machine: Machine, said: Sequence[Said], *, in_transcript: bool = True) -> None:
    """Let a machine say these things: messages wait for their flight, other bytes go out at once."""
    for one in said:
        if isinstance(one, Wire):
            machine.out.flush()
            machine.tell(MessageSent("Wire", b"", machine.out.protection, one.data))
            continue
        raw = one if isinstance(one, bytes) else encode_handshake(one)
        if in_transcript:
            machine.transcript.add(raw)
        machine.out.queue(message_name(raw), raw)


def record(machine: Machine, content_type: ContentType, content: bytes) -> Wire:
    """A record under the machine's keys of this moment; what is queued leaves before it is made."""
    machine.out.flush()
    return Wire(machine.out.writer.record(content_type, content))


def clear_record(content_type: int, content: bytes) -> Wire:
    """A record without protection."""
    return Wire(record_header(content_type, len(content)) + content)


def handshake(type_code: int, body: bytes, length: int | None = None) -> bytes:
    """A handshake message put together by hand; ``length`` is the one it claims."""
    claimed = len(body) if length is None else length
    return bytes((type_code,)) + claimed.to_bytes(3) + body


@dataclass
class Table(Pair):
    """A pair with certificates of choice, one of its machines bent."""

    client_credential: Credential = CLIENT_CREDENTIAL

    def choose(self) -> list[Any]:
        """The client's answer to a request."""
        return self.client.send_certificate(self.client_credential if self.sends else None)


def credential(who: Identity) -> Credential:
    """An identity as our machines hold it."""
    return Credential((who.certificate.public_bytes(Encoding.DER),), who.private_key)


def table_for(probe: Probe) -> Table:
    """The pair of a probe, bent as it says."""
    setup = dict(probe.setup)
    server_changes = {
        "credential": credential(identity(probe.server_key, "server")),
        **setup.pop("server_changes", {}),
    }
    table = Table(
        probe.version,
        server_changes=server_changes,
        client_credential=credential(identity(probe.client_key, "client")),
        **setup,
    )
    for name, change in probe.bends.items():
        bend(table.machine(probe.bent), name, change)
    return table


def our_answer(probe: Probe) -> str:
    """What our machine answers: the one alert it sends, after which it has failed, or how it goes on."""
    table = table_for(probe)
    table.steps()
    bent, tested = table.machine(probe.bent), table.machine(probe.tested)
    if probe.afterwards is not None and bent.state is State.CONNECTED:
        table.take(probe.bent, bent.report(lambda: probe.afterwards(bent)))  # type: ignore[misc]
        table.steps()
    alerts = [name for role, name in table.alerts() if role == probe.tested]
    if tested.state is State.FAILED:
        assert len(alerts) <= 1
        assert tested.close() == []
    elif tested.state is State.CONNECTED and not alerts:
        return CONNECTED
    return alerts[0] if alerts else NO_ALERT


@cache
def openssl_context(
    side: Side, version: Version, own: Identity, peer: Identity, asks: bool, p256_alone: bool, folder: Path
) -> ssl.SSLContext:
    """OpenSSL's side of a probe, made once for those that are alike."""
    trusted = peer if asks or side == "client" else None
    made = context(side, VERSIONS[version], own, trusted, folder)
    if side == "server":
        if p256_alone:
            made.set_ecdh_curve("prime256v1")
        # An absent certificate is forgiven, as the verdicts of the pair forgive everything.
        made.verify_mode = ssl.CERT_OPTIONAL if asks else ssl.CERT_NONE
    return made


class Opposite:
    """A bent machine of ours on one side, OpenSSL on the other.

    Args:
        probe: what our side does.
        folder: for OpenSSL's key files.
    """

    def __init__(self, probe: Probe, folder: Path) -> None:
        self.probe = probe
        client, server = identity(probe.client_key, "client"), identity(probe.server_key, "server")
        self.asks = probe.setup.get("asks", True)
        own, peer = (server, client) if probe.tested == "server" else (client, server)
        p256_alone = probe.setup.get("server_changes", {}).get("groups") == (0x0017,)
        made = openssl_context(probe.tested, probe.version, own, peer, self.asks, p256_alone, folder)
        self.side = OpensslSide(made, probe.tested == "server")
        self.machine = self.make(credential(server))
        self.credential = credential(client) if probe.setup.get("sends", True) else None
        self.alerts: list[str] = []
        self.established = False
        for name, change in probe.bends.items():
            bend(self.machine, name, change)

    def make(self, server: Credential) -> Machine:
        """The machine that is to be bent."""
        entropy = SeededEntropy("probes")
        if self.probe.bent == "client":
            changes = {"server_name": "telnet.example.com", **self.probe.setup.get("client_changes", {})}
            return client_handshake(ClientConfig(self.probe.version, **changes), entropy)
        changes = {"credential": server, **self.probe.setup.get("server_changes", {})}
        return server_handshake(ServerConfig(self.probe.version, **changes), entropy)

    def wires(self, events: list[Any]) -> bytes:
        """What the machine sends, its questions answered on the way."""
        sent = b""
        for event in events:
            if isinstance(event, MessageSent | AlertSent | DataSent):
                sent += event.wire
            elif isinstance(event, AlertReceived):
                self.alerts.append(event.description.rfc_name if event.description else str(event.code))
            elif isinstance(event, ServerVerdictWanted):
                sent += self.wires(self.machine.accept_server())
            elif isinstance(event, RequestChoiceWanted):
                sent += self.wires(self.machine.ask_client() if self.asks else self.machine.do_not_ask())
            elif isinstance(event, ClientVerdictWanted):
                sent += self.wires(self.machine.accept_client())
            elif isinstance(event, CertificateChoiceWanted):
                sent += self.wires(self.machine.send_certificate(self.credential))
            elif isinstance(event, HandshakeDone) and self.writes_on():
                sent += self.wires(self.machine.write(b"x"))
        return sent

    def writes_on(self) -> bool:
        """The machine is connected, and nothing else is to come of it: it sends a byte."""
        return self.machine.state is State.CONNECTED and self.probe.afterwards is None

    def openssl(self, received: bytes) -> bytes:
        """Give OpenSSL bytes and take what it sends, whatever it thinks of them."""
        self.side.incoming.write(received)
        try:
            if not self.established:
                self.side.tls.do_handshake()
                self.established = True
            self.side.tls.read(1)
        except ssl.SSLWantReadError:
            pass
        except ssl.SSLError:  # what it thinks of them it says with its alert
            self.established = False
        return self.side.outgoing.read()

    def talk(self, to_openssl: bytes) -> None:
        """Go back and forth until both fall silent."""
        for _ in range(MOST_ROUNDS):
            answer = self.openssl(to_openssl)
            if not to_openssl and not answer:
                return
            self.scan(answer)
            to_openssl = self.wires(self.machine.receive(answer))

    def scan(self, answer: bytes) -> None:
        """Note an alert in the clear, which a machine that has failed itself no longer reads."""
        if len(answer) >= 7 and answer[-7] == ContentType.ALERT and self.machine.finished:
            self.wires([AlertReceived(answer[-2], answer[-1], None, b"", None)])  # type: ignore[arg-type]

    def answer(self) -> str:
        """What OpenSSL answers to the probe."""
        self.talk(self.wires(self.machine.start()) if self.probe.bent == "client" else b"")
        if self.probe.afterwards is not None and self.machine.state is State.CONNECTED:
            self.talk(self.wires(self.machine.report(lambda: self.probe.afterwards(self.machine))))
        if self.alerts:
            return self.alerts[0]
        return CONNECTED if self.established else NO_ALERT


def openssl_answer(probe: Probe, folder: Path) -> str:
    """What OpenSSL answers to the same probe."""
    return Opposite(probe, folder).answer()


def answered_otherwise(probes: Iterable[Probe]) -> dict[tuple[str, Side], str]:
    """Our machine's answers that are not those of the probes, by claim and side that bends."""
    answers = {(str(probe), probe.bent): (probe, our_answer(probe)) for probe in probes}
    return {case: answer for case, (probe, answer) in answers.items() if answer != probe.alert}


def openssl_answers_otherwise(probes: Iterable[Probe], folder: Path) -> dict[tuple[str, Side], str]:
    """OpenSSL's answers that are not what the probes say of it, by claim and side that bends.

    The alerts were measured with OpenSSL 3.0, patch by patch where they differ; of another release only this
    is asked: to refuse, or not.
    """
    *line, _, patch, _ = ssl.OPENSSL_VERSION_INFO
    earlier = EARLIER.get(patch, {})
    found = {}
    for probe in probes:
        case, answer = (str(probe), probe.bent), openssl_answer(probe, folder)
        if tuple(line) == MEASURED_WITH:
            as_said = answer in ((earlier[case],) if case in earlier else probe.answers_of_openssl)
        else:
            as_said = (CONNECTED in probe.answers_of_openssl) == (answer == CONNECTED)
        if not as_said:
            found[case] = answer
    return found
