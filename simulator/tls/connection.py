"""The common part of every handshake machine, in each role and version: bytes in, events and bytes out.

A :class:`Connection` reads records until its state asks for a decision, hands each message to the handler
of its name if the state's row in :mod:`simulator.tls.states` allows it, and answers a violation of the
protocol with the alert that the RFC names. Bytes of a peer never raise an exception out of it.
"""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from functools import cache
from typing import TYPE_CHECKING, ClassVar, ParamSpec

from simulator.errors import DecisionError
from simulator.tls.config import CIPHER_SUITES_OF
from simulator.tls.events import (
    AlertReceived,
    ClientVerdictWanted,
    DataReceived,
    HandshakeDone,
    MachineMoved,
    MessageReceived,
    ServerVerdictWanted,
    TlsEvent,
)
from simulator.tls.outgoing import Outgoing
from simulator.tls.proof import examine_proof
from simulator.tls.states import DECISIONS, STATE_NAMES, TERMINAL, State, StateMachine
from simulator.tls.wire.alerts import (
    AlertDescription,
    AlertLevel,
    ProtocolViolation,
    decode_error,
    unexpected_message,
)
from simulator.tls.wire.messages import Message, decode_handshake, encode_handshake, message_name
from simulator.tls.wire.records import ContentType, HandshakeReassembler, Protector, Record, RecordReader
from simulator.tls.wire.registry import NAMED_GROUPS, CipherSuite
from simulator.tls.wire.transcript import Transcript
from simulator.tls.wire.version import PEER, Protection, Version

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from simulator.entropy import Entropy
    from simulator.tls.config import ClientConfig, ServerConfig
    from simulator.tls.wire.version import Side

P = ParamSpec("P")

# Warnings, empty data, key updates and the like in a row. OpenSSL allows 5 warnings (MAX_WARN_ALERT_COUNT)
# and 32 empty records or key updates (MAX_EMPTY_RECORDS, MAX_KEY_UPDATE_MESSAGES); here one count serves all.
MOST_IDLE = 32
# Kept while a decision is pending. The longest flight that this implementation reads, two messages of
# LONG_MESSAGE_LIMIT with what surrounds them, is a quarter of it.
MOST_UNREAD_BYTES = 2**20

VERDICTS: Mapping[Side, tuple[State, type[ServerVerdictWanted | ClientVerdictWanted]]] = {
    "server": (State.WAIT_VERDICT_ON_SERVER, ServerVerdictWanted),
    "client": (State.WAIT_VERDICT_ON_CLIENT, ClientVerdictWanted),
}


@cache
def handler_of(name: str) -> str:
    """The method that handles a message: ``on_server_hello`` for ServerHello."""
    return "on" + re.sub("[A-Z]", lambda capital: f"_{capital[0].lower()}", name)


class Connection(ABC):
    """One side of a connection.

    Args:
        config: its settings.
        entropy: the source of its random bytes.

    Attributes:
        machine: the table of its role and version.
        version: the protocol version it speaks.
        peer: the role of the other side.
        state: its place in the table.
        finished: the connection has ended: nothing more is sent or read.
        peer_chain: the peer's certificates, DER, leaf first; empty without one.
        keylog: NSS key log lines of the secrets so far, for Wireshark.
    """

    machine: ClassVar[StateMachine]

    def __init__(self, config: ClientConfig | ServerConfig, entropy: Entropy) -> None:
        self.version = self.machine.version
        self.peer = PEER[self.machine.role]
        self.config: ClientConfig | ServerConfig = config
        self.suites = config.cipher_suites or CIPHER_SUITES_OF[self.version]
        self.peer_chain: tuple[bytes, ...] = ()
        self.entropy = entropy
        self.state = State.START
        self.finished = False
        self.keylog: list[str] = []
        self.transcript = Transcript()
        self.reader = RecordReader()
        self.reassembler = HandshakeReassembler()
        self.told: list[TlsEvent] = []
        self.tell = self.told.append  # reports an event
        self.out = Outgoing(config.record_style, self.tell)
        self.read_protector: Protector | None = None
        self.read_protection = Protection.CLEAR
        self.client_random = b""
        self.suite: CipherSuite | None = None
        self.group = 0
        self.idle = 0
        self.unread_lost = False
        self.read_closed = False
        self.write_closed = False

    @property
    def agreed_suite(self) -> CipherSuite:
        """The cipher suite; there is one from ServerHello on."""
        assert self.suite is not None
        return self.suite

    def receive(self, data: bytes) -> list[TlsEvent]:
        """Take bytes from the peer, cut anywhere; while a decision is pending they are kept unread."""
        return self.report(self.keep, data)

    def keep(self, data: bytes) -> None:
        """Keep bytes for reading; nothing is kept after the end, and not more than the limit before it."""
        if self.finished or self.read_closed or self.unread_lost:
            return
        too_many = len(self.reader.buffer) + len(data) > MOST_UNREAD_BYTES
        if too_many and self.state in DECISIONS:
            self.unread_lost = True  # answered after the decision: until then the machine waits
        else:
            self.reader.feed(data)

    def write(self, data: bytes) -> list[TlsEvent]:
        """Send application data.

        Raises:
            DecisionError: the handshake is not complete, or close_notify was sent.
        """
        if self.state is not State.CONNECTED or self.write_closed:
            raise DecisionError(
                "Application data cannot be sent now.",
                got=f"state {self.state.value}" + (", after close()" if self.write_closed else ""),
                expected="state CONNECTED, before close()",
                advice="Write after HandshakeDone.",
            )
        return self.report(self.out.data, data)

    def close(self) -> list[TlsEvent]:
        """Send close_notify, and read on until the peer sends it too."""
        if self.write_closed or self.finished:
            return []
        return self.report(self.send_close_notify)

    def report(self, action: Callable[P, None], *args: P.args, **kwargs: P.kwargs) -> list[TlsEvent]:
        """Do something, read on as far as possible, and return the events."""
        try:
            action(*args, **kwargs)
            self.read_on()
        except ProtocolViolation as violation:
            self.fail(violation.alert, str(violation))
        told = self.told.copy()
        self.told.clear()
        return told

    def answer(
        self, state: State, answer: str, action: Callable[P, None], *args: P.args, **kwargs: P.kwargs
    ) -> list[TlsEvent]:
        """Take the decision that the machine waits for in ``state``, and read on.

        Raises:
            DecisionError: the machine is not waiting for that decision.
        """
        if self.state is not state:
            raise DecisionError(
                f'The machine is not waiting for the answer "{answer}".',
                got=f"state {self.state.value}",
                expected=state.value,
                advice="Answer after the event that asks for it.",
            )
        return self.report(action, *args, **kwargs)

    def require_scheme(self, scheme: int | None) -> int:
        """Refuse a certificate whose key cannot sign in a way the peer accepts.

        Raises:
            DecisionError: the key and the peer have no common scheme.
        """
        if scheme is None:
            raise DecisionError(
                "This certificate cannot be sent: the peer accepts no signature that its key can make.",
                got="a key without a common signature scheme",
                expected="a key that signs in a way the CertificateRequest names",
                advice="Ask signing_scheme() first, and go on without a certificate.",
            )
        return scheme

    def move(self, state: State) -> None:
        """Go to another state and report it."""
        if state is not self.state:
            self.tell(MachineMoved(STATE_NAMES[self.state], STATE_NAMES[state]))
            self.state = state
            self.finished = state in TERMINAL
            self.idle = 0

    def proceed(self, raw: bytes, state: State) -> None:
        """Add a message that was read to the transcript, and go to the next state."""
        self.transcript.add(raw)
        self.move(state)

    def done(self) -> None:
        """Complete the handshake on this side, and report it."""
        self.move(State.CONNECTED)
        self.tell(HandshakeDone(self.version, self.agreed_suite.name, NAMED_GROUPS[self.group]))

    def read_on(self) -> None:
        """Read message by message until a decision is pending, the connection has ended, or bytes run out."""
        while self.state not in DECISIONS and not self.finished and not self.read_closed:
            if self.reassembler.buffer and (raw := self.reassembler.next_message()):
                self.take_message(raw)
            elif self.reader.buffer and (record := self.reader.next_record()):
                self.take_record(record)
            elif self.unread_lost:
                raise ProtocolViolation(
                    AlertDescription.INTERNAL_ERROR,
                    "The peer sent more than can be kept while a decision is pending.",
                    expected=f"at most {MOST_UNREAD_BYTES} bytes",
                )
            else:
                return

    def take_record(self, record: Record) -> None:
        """Open a record and hand its content on."""
        content_type, content = self.open_record(record)
        if content_type is ContentType.HANDSHAKE:
            self.reassembler.feed(content)
            return
        if self.reassembler.holds_partial_message:
            raise unexpected_message(
                "Another record came between the pieces of a handshake message.",
                got=content_type.name.lower(),
                expected="the rest of the message",
            )
        self.count_idle()
        if content_type is ContentType.CHANGE_CIPHER_SPEC:
            self.take_change_cipher_spec(content)
        elif content_type is ContentType.ALERT:
            self.take_alert(content)
        else:
            self.take_data(content)

    def open_record(self, record: Record) -> tuple[ContentType, bytes]:
        """The content type and content of a record, its protection removed."""
        if self.read_protector is None:
            return record.content_type, record.fragment
        return self.read_protector.open(record)

    def count_idle(self) -> None:
        """Bound the records in a row that neither move the handshake nor carry data."""
        self.idle += 1
        if self.idle > MOST_IDLE:
            raise unexpected_message(
                "The peer sends too many records in a row that neither move the handshake nor carry data.",
                got=f"{self.idle} in a row",
                expected=f"at most {MOST_IDLE}",
            )

    def take_message(self, raw: bytes) -> None:
        """Hand a handshake message to its handler, if it may come now."""
        name = message_name(raw)
        self.count_idle()
        self.tell(MessageReceived(name, raw, self.read_protection))
        self.expect(name)
        getattr(self, handler_of(name))(decode_handshake(raw, self.version), raw)

    def expect(self, name: str) -> None:
        """Refuse a message that the state's row does not list."""
        if name not in self.machine.messages[self.state]:
            raise self.out_of_place(name, name)

    def out_of_place(self, what: str, name: str) -> ProtocolViolation:
        """The violation of a peer that sends something that the state's row does not list."""
        return unexpected_message(
            f"{what} may not come in state {self.state.value}.",
            got=name,
            expected=" or ".join(self.machine.messages[self.state]) or "nothing",
        )

    @abstractmethod
    def take_change_cipher_spec(self, content: bytes) -> None:
        """Read a ChangeCipherSpec record."""

    def take_alert(self, content: bytes) -> None:
        """Read an alert: all but a few warnings end the connection (RFC 8446 section 6)."""
        if len(content) != 2:
            raise decode_error("An alert does not have two bytes.", got=f"{len(content)} bytes")
        level, code = content
        known = AlertDescription.from_code(code)
        goodbye = known is AlertDescription.CLOSE_NOTIFY
        refuses = not goodbye and not self.is_warning(level, known)
        self.tell(AlertReceived(level, code, known, content, self.read_protection, refuses))
        if goodbye:
            self.read_closed = True
            if self.write_closed or self.state is not State.CONNECTED:
                self.move(State.CLOSED)
        elif refuses:
            self.move(State.FAILED)

    def is_warning(self, level: int, description: AlertDescription | None) -> bool:
        """Return True if the connection goes on after an alert.

        In TLS 1.3 the description decides, not the level (RFC 8446 section 6).
        """
        if self.version is Version.TLS13:
            return description is AlertDescription.USER_CANCELED
        return level == AlertLevel.WARNING and description is not None

    def take_data(self, content: bytes) -> None:
        """Read application data, which may not come before the handshake is complete."""
        if self.state is not State.CONNECTED:
            raise self.out_of_place("Application data", "application_data")
        if content:
            self.idle = 0
        self.tell(DataReceived(content, self.read_protection))

    def read_with(self, protector: Protector, protection: Protection, limit: int) -> None:
        """Read what follows under these keys.

        Raises:
            ProtocolViolation: a message is split by the change of keys (RFC 8446 section 5.1).
        """
        if self.reassembler.holds_partial_message:
            raise unexpected_message("A handshake message is split by a change of keys.")
        self.read_protector = protector
        self.read_protection = protection
        self.reader.limit = limit

    def send(self, message: Message, *, in_transcript: bool = True) -> None:
        """Queue a handshake message; it leaves with its flight."""
        raw = encode_handshake(message)
        if in_transcript:
            self.transcript.add(raw)
        self.out.queue(message_name(raw), raw)

    def send_close_notify(self) -> None:
        """Announce that nothing more will be sent."""
        self.out.alert(AlertDescription.CLOSE_NOTIFY, "nothing more will be sent")
        self.write_closed = True
        if self.read_closed or self.state is not State.CONNECTED:
            self.move(State.CLOSED)

    def fail(self, description: AlertDescription, reason: str, *, in_clear: bool = False) -> None:
        """Send an alert and end. Queued messages are dropped; after close_notify no alert is sent."""
        self.out.discard()
        if not in_clear:
            self.before_alert()
        if not self.write_closed:
            self.out.alert(description, reason, in_clear=in_clear)
        self.move(State.FAILED)

    @abstractmethod
    def before_alert(self) -> None:
        """Send what must precede an alert in this state."""

    def want_verdict(self, chain: tuple[bytes, ...], raw: bytes) -> None:
        """Wait for the verdict on the peer's certificate; nothing more is read before it.

        Raises:
            ProtocolViolation: ``decode_error`` for a server without a certificate.
        """
        if not chain and self.peer == "server":
            raise decode_error("The server's Certificate is empty.")
        self.peer_chain = chain
        waiting, question = VERDICTS[self.peer]
        self.proceed(raw, waiting)
        self.tell(question(chain))

    def check_signature(self, scheme: int, content: bytes, signature: bytes) -> None:
        """Verify the peer's proof that it holds the key of its certificate, and report the result.

        Raises:
            ProtocolViolation: the proof does not hold; arguments and alerts as in :func:`examine_proof`.
        """
        if (problem := self.problem_of_proof(scheme, content, signature)) is not None:
            raise problem

    def problem_of_proof(self, scheme: int, content: bytes, signature: bytes) -> ProtocolViolation | None:
        """Verify the peer's proof, report the result, and return the violation by one that does not hold."""
        leaf, accepted = self.peer_chain[0], self.config.signature_schemes
        checked, alert = examine_proof(self.peer, leaf, scheme, content, signature, accepted, self.version)
        self.tell(checked)
        alert = self.config.bad_proof_alert if alert is AlertDescription.DECRYPT_ERROR else alert
        fails = f"The {self.peer}'s proof of possession fails: {checked.problem}."
        return None if checked.ok else ProtocolViolation(alert, fails)

    def log_secret(self, label: str, secret: bytes) -> None:
        """Add a line to the key log."""
        self.keylog.append(f"{label} {self.client_random.hex()} {secret.hex()}")
