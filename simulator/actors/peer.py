"""What client and server have in common: a handshake machine, a belief, and a decision to wait for.

Subclasses say what to decide and what to believe; nothing here knows which side it is.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Literal

from simulator.actors.effects import (
    Believed,
    DecisionTaken,
    HandshakeEnded,
    PendingDecision,
    check_choice,
    reason_of,
)
from simulator.errors import CertificateError
from simulator.pki.certificate import Certificate
from simulator.security import SecurityLevel
from simulator.tls.events import (
    AlertReceived,
    AlertSent,
    CertificateChoiceWanted,
    ClientVerdictWanted,
    HandshakeDone,
    ProofChecked,
    ServerVerdictWanted,
    TlsEvent,
)
from simulator.tls.states import State
from simulator.tls.wire.alerts import WARNINGS, AlertDescription
from simulator.tls.wire.version import Version

if TYPE_CHECKING:
    from collections.abc import Iterable

    from simulator.actors.effects import Effect, TakenBy
    from simulator.security import RefusalLayer
    from simulator.tls.connection import Endpoint as Machine

NOTHING_KNOWN = Believed(SecurityLevel.CLEARTEXT, False, None, "Nothing has been said yet.")
RECORD_HEADER = 5
CONTENT_TYPES = range(20, 24)
LONGEST_FRAGMENT = 2**14 + 2048  # TLS 1.2 ciphertext, the longer of the two versions

Question = ServerVerdictWanted | CertificateChoiceWanted | ClientVerdictWanted | ProofChecked

KEYS_AGREED = "The keys are agreed, so what follows is encrypted. With whom, is not yet known."


class Endpoint(ABC):
    """One side of a connection; drive it with ``receive`` and, while ``pending`` is set, ``decide``.

    Args:
        name: ``client`` or ``server``.
        version: the one protocol version it speaks.

    Attributes:
        pending: the decision it waits for; None while it reads.
        belief: what it believes about the session; before anything is known, ``CLEARTEXT``.
    """

    machine: Machine

    def __init__(self, name: str, version: Version) -> None:
        self.name = name
        self.version = version
        self.pending: PendingDecision | None = None
        self._unread = b""
        self._now = datetime.min.replace(tzinfo=UTC)  # the time of the last call
        self.belief = NOTHING_KNOWN
        self.said_goodbye = False
        self.returned = False
        self._agreed: str | None = None
        self._just_connected = False

    @property
    def finished(self) -> bool:
        """It will neither say nor read anything more."""
        return self.machine.finished

    def receive(self, data: bytes, now: datetime) -> list[Effect]:
        """Take bytes that came from the peer, and read them record by record.

        While a decision is pending nothing is read: what comes then waits until it is taken, and after a
        refusal is never read.

        Args:
            data: any number of bytes; a socket may cut the stream anywhere.
            now: the time at this side, with a time zone.
        """
        self._now = now
        self._unread += data
        return self._read_on()

    def disconnected(self) -> list[Effect]:
        """The transport ended; without a close_notify before it, that is the end of the session too."""
        if self.finished:
            return []
        effects = self._believe(
            SecurityLevel.REFUSED, f"The connection ended without a word: {self.name} never learned why."
        )
        return effects + self._ended("failed")

    def decide(self, choice: str, now: datetime, taken_by: TakenBy = "actor") -> list[Effect]:
        """Take the pending decision and go on with what had been read.

        Args:
            choice: one of the options of ``pending``.
            now: the time at this side.
            taken_by: ``outside`` where a person decides in the actor's place.

        Raises:
            DecisionError: nothing is pending, or the choice is not on offer.
        """
        self._now = now
        pending = check_choice(self.pending, choice)
        self.pending = None
        taken = DecisionTaken(
            pending.name,
            choice,
            pending.options,
            reason_of(pending, choice, taken_by),
            taken_by,
            self._layer(pending.name, choice),
        )
        return [taken, *self._carry_out(taken), *self._read_on()]

    @abstractmethod
    def _answer(self, question: Question) -> list[Effect]:
        """Take up a question of the machine: judge, and wait for the decision."""

    def _notice(self, event: Effect) -> list[Effect]:  # noqa: ARG002 - the name is the subclass's to use
        """Add what this side makes of an event, which itself stands before it; by default nothing."""
        return []

    @abstractmethod
    def _carry_out(self, taken: DecisionTaken) -> list[Effect]:
        """Do what was decided."""

    @abstractmethod
    def _layer(self, decision: str, choice: str) -> RefusalLayer | None:
        """The layer that this choice refuses at; None where it refuses nothing."""

    @abstractmethod
    def _connected(self) -> Believed:
        """What this side believes when its handshake call returns."""

    @abstractmethod
    def _after_connecting(self) -> list[Effect]:
        """What this side does first once its handshake call has returned."""

    @abstractmethod
    def _goodbye_heard(self) -> list[Effect]:
        """What this side makes of the peer's close_notify."""

    def _read_on(self) -> list[Effect]:
        """Read record by record until a decision is pending, all is over, or no whole record is left."""
        effects: list[Effect] = []
        while self.pending is None and not self.finished and (size := next_record_size(self._unread)):
            record, self._unread = self._unread[:size], self._unread[size:]
            effects += self._settle(self._hear(record))
        if self.finished:
            self._unread = b""
        return effects

    def _hear(self, record: bytes) -> list[TlsEvent]:
        """What the machine makes of one record."""
        return self.machine.receive(record)

    def _settle(self, events: Iterable[TlsEvent]) -> list[Effect]:
        """Make effects of a machine's events, then do what follows once all of them are out."""
        effects = [effect for event in events for effect in self._observe(event)]
        if self._just_connected:
            self._just_connected = False
            effects += self._after_connecting()
        return effects

    def _observe(self, event: TlsEvent) -> list[Effect]:
        """One event of the machine, with what this side makes of it."""
        if isinstance(event, HandshakeDone):
            return self._handshake_done(event)
        if isinstance(
            event, ServerVerdictWanted | CertificateChoiceWanted | ClientVerdictWanted | ProofChecked
        ):
            return self._answer(event)
        effects: list[Effect] = [event]
        if isinstance(event, AlertSent | AlertReceived):
            effects += self._alert(event)
        return effects + self._notice(event)

    def _hello_agreed(self) -> list[Effect]:
        """A ServerHello went out or was found good: the version stands, and in TLS 1.3 encryption begins."""
        self._agreed = self.version.value
        if self.version is Version.TLS13:
            return self._believe(SecurityLevel.ENCRYPTED, KEYS_AGREED)
        return []

    def _alert(self, event: AlertSent | AlertReceived) -> list[Effect]:
        """An alert that refuses ends the session for the side that sends it and for the side that reads it.

        Which of those it reads do is the machine's to say: some are warnings, and the connection goes on.
        """
        if isinstance(event, AlertReceived) and event.description is AlertDescription.CLOSE_NOTIFY:
            return self._goodbye_heard()
        if not (event.refuses if isinstance(event, AlertReceived) else event.description not in WARNINGS):
            return []
        name = event.description.rfc_name if event.description else f"number {event.raw[1]}"
        if isinstance(event, AlertSent):
            reason = f"The {self.name} refused: {event.reason}"
        else:
            reason = f"The {self.name} read the alert {name}: the other side refused."
        return self._believe(SecurityLevel.REFUSED, reason) + self._ended("failed")

    def _handshake_done(self, event: HandshakeDone) -> list[Effect]:
        """The handshake call returns with success."""
        self._just_connected = True
        self._agreed = event.version.value
        belief = self._connected()
        effects = self._believe(
            belief.level, belief.reason, assumed=belief.assumed, peer=belief.peer, user=belief.user
        )
        return effects + self._ended("ok", event.cipher_suite, event.group)

    def _ended(
        self, result: Literal["ok", "failed"], cipher_suite: str | None = None, group: str | None = None
    ) -> list[Effect]:
        """The handshake call returns; it does so once."""
        if self.returned:
            return []
        self.returned = True
        return [HandshakeEnded(result, self._agreed, cipher_suite, group)]

    def _believe(
        self,
        level: SecurityLevel,
        reason: str,
        *,
        assumed: bool = False,
        peer: str | None = None,
        user: str | None = None,
    ) -> list[Effect]:
        """Believe something, and say so only where it is something new."""
        belief = Believed(level, assumed, peer, reason, user)
        before = self.belief
        if (level, assumed, peer, user) == (before.level, before.assumed, before.peer, before.user):
            return []
        self.belief = belief
        return [belief]

    def _wait_for(self, name: str, options: tuple[str, ...], choice: str, reason: str) -> None:
        """Wait for a decision."""
        self.pending = PendingDecision(self.name, name, options, choice, reason)

    def _say(self, line: bytes) -> list[Effect]:
        """Send a line of application data."""
        return self._settle(self.machine.write(line))

    def _say_goodbye(self) -> list[Effect]:
        """Send close_notify, once."""
        if self.said_goodbye or self.machine.state is State.FAILED:
            return []
        self.said_goodbye = True
        return self._settle(self.machine.close())


def next_record_size(stream: bytes) -> int:
    """How many bytes to read next: those of a whole record, or 0 while it is not there yet.

    What cannot be a record is read at once and whole, so that the machine can refuse it.
    """
    if stream and (stream[0] not in CONTENT_TYPES or stream[1:2] not in (b"", b"\x03")):
        return len(stream)
    if len(stream) < RECORD_HEADER:
        return 0
    length = int.from_bytes(stream[3:RECORD_HEADER])
    if length > LONGEST_FRAGMENT:
        return len(stream)
    return RECORD_HEADER + length if len(stream) >= RECORD_HEADER + length else 0


def subject_of(chain: tuple[bytes, ...]) -> str | None:
    """RFC 4514 subject of the leaf; None without a certificate, or where it cannot be read."""
    try:
        return Certificate.parse(chain[0]).subject if chain else None
    except CertificateError:
        return None
