"""The kinds of facts, and the event that carries one.

Every view, every document and every actor speaks in these values, and only in these.
"""

from __future__ import annotations

from enum import Enum
from typing import Literal

# msgspec reads the annotations of these types while the program runs, so the names must be there.
from simulator.security import RefusalLayer, SecurityLevel, Standing  # noqa: TC001 - see above
from simulator.tls.wire.version import Protection  # noqa: TC001 - see above
from simulator.trace.choosing.certificate_sought import CertificateSought
from simulator.trace.choosing.user_sought import FittingRule as FittingRule
from simulator.trace.choosing.user_sought import UserSought as UserSought
from simulator.trace.header_read import HeaderRead
from simulator.trace.json import HexBytes, KindOfFact, TraceValue
from simulator.trace.logon_step import LogonStep
from simulator.trace.setup import ActorSetup, ConnectionSetup, HeldCertificate, HeldCrl  # noqa: TC001 - see above
from simulator.trace.timer import TimerExpired
from simulator.trust.verdict import Verdict  # noqa: TC001 - see above

# 1 had no certificate facts, no connections and no event's connection; 2 had a level as the server's belief.
SCHEMA_VERSION = 3

ContentProtocol = Literal[
    "enrolment", "ocsp", "cleartext", "handshake", "change_cipher_spec", "alert", "application_data"
]


class Step(Enum):
    """The step of the story an event belongs to. A tag, not a sequence: a step may return."""

    ENROLMENT = "ENROLMENT"
    REQUEST = "REQUEST"
    SERVER_CHECK = "SERVER_CHECK"
    CERTIFICATE_REQUEST = "CERTIFICATE_REQUEST"
    SEND_OR_SKIP = "SEND_OR_SKIP"
    TRUST_DECISION = "TRUST_DECISION"
    SESSION = "SESSION"

    @property
    def short_title(self) -> str:
        """Its name in two or three words, the same wherever the step is shown."""
        return self.band.value.replace("_", " ").capitalize()

    @property
    def title(self) -> str:
        """A heading that begins with this name and says more."""
        return self.short_title + _STEP_TITLES[self.band]

    def numbered(self, number: int, gap: str = " ") -> str:
        """The title after its number; 0 is for what comes before the connection, which has none."""
        return f"{number}{gap}{self.title}" if number else self.title

    @property
    def band(self) -> Step:
        """The step with which this one is shown: the server asks in the midst of what the client checks."""
        return Step.SERVER_CHECK if self is Step.CERTIFICATE_REQUEST else self


_STEP_TITLES = {
    Step.ENROLMENT: ", before the connection",
    Step.REQUEST: ": the client asks for a secure connection",
    Step.SERVER_CHECK: ", in which the server may ask for a certificate",
    Step.SEND_OR_SKIP: ": the client sends a certificate or goes on without",
    Step.TRUST_DECISION: ": the server decides",
    Step.SESSION: ": what it is worth",
}


class Setup(KindOfFact, frozen=True, tag="setup", omit_defaults=True):
    """The world before the first message.

    Attributes:
        scenario: the scenario's name; ``title`` and ``lesson`` its teaching text.
        tls: the version asked for: ``1.2`` or ``1.3``.
        seed: the seed of every random byte.
        clock: ISO 8601 UTC time at which virtual time is 0.
        port: the server's TCP port.
        latency: one-way delay of the network in microseconds.
        actors: lanes in drawing order, left to right.
        connections: who connects to whom.
        certificates: every certificate of the world, those never sent included.
        crls: every revocation list of the world; a file leaves it out where there is none.
    """

    scenario: str
    title: str
    lesson: str
    tls: str
    seed: str
    clock: str
    port: int
    latency: int
    actors: tuple[ActorSetup, ...]
    connections: tuple[ConnectionSetup, ...]
    certificates: tuple[HeldCertificate, ...]
    crls: tuple[HeldCrl, ...] = ()

    def described(self, der: bytes) -> HeldCertificate | None:
        """The certificate with these bytes, or None: the setup does not describe what a live peer shows."""
        return next((held for held in self.certificates if held.der == der), None)

    @property
    def party_between(self) -> str:
        """The party that plays a side of this connection and one of another; empty where there is none."""
        return next((actor.party for actor in self.actors if actor.party), "")


class Sent(KindOfFact, frozen=True, tag="sent", omit_defaults=True):
    """A message left an actor.

    Attributes:
        to: the actor it goes to.
        protocol: which record content type; ``enrolment`` for what passes between actor and CA before the
            connection, ``ocsp`` for questions to its responder and their answers, and ``cleartext`` for
            bytes of the connection that are in no record of TLS.
        name: the RFC's message name; for enrolment ``CertificationRequest``, ``Certificate`` or ``PKCS#12``.
        raw: the plaintext: handshake messages with their 4-byte header, alerts two bytes. Empty for a
            PKCS#12, whose bytes are secret.
        protection: whose keys protect it on the wire.
        wire: the records this message completed; concatenated in order they are the byte stream. For
            ``ocsp`` the HTTP message around it.
        words: what an OCSP message says, in words; a file leaves it out where it is empty.
    """

    to: str
    protocol: ContentProtocol
    name: str
    raw: HexBytes
    protection: Protection
    wire: HexBytes
    words: str = ""

    @property
    def is_empty_certificate(self) -> bool:
        """True for a client's empty Certificate: nothing but lengths, all of them zero."""
        certificate = self.protocol == "handshake" and self.name == "Certificate"
        return certificate and self.raw != b"" and not any(self.raw[4:])


class Received(KindOfFact, frozen=True, tag="received"):
    """A message was read by an actor; the event's ``cause`` is the event of its sending."""

    sender: str
    protocol: ContentProtocol
    name: str
    raw: HexBytes
    protection: Protection


class Alert(KindOfFact, frozen=True, tag="alert"):
    """An alert was sent or received.

    Attributes:
        direction: ``sent`` or ``received``; peer: the other side.
        name: RFC name, or ``unknown``; code: its number; level: ``warning`` or ``fatal``.
        reason: why it was sent, in plain words; empty on receipt.
    """

    direction: Literal["sent", "received"]
    peer: str
    name: str
    code: int
    level: Literal["warning", "fatal"]
    raw: HexBytes
    protection: Protection
    wire: HexBytes
    reason: str

    @property
    def protocol(self) -> ContentProtocol:
        """The record content type of every alert."""
        return "alert"


class TransportEnded(KindOfFact, frozen=True, tag="transport_ended"):
    """TCP ended the connection: a side closed it, or a program at the far end noticed that.

    Attributes:
        direction: ``sent`` by the side that closed; ``received`` by the program that noticed.
        peer: the other side.
        how: ``end of file`` (a segment with FIN) or ``connection reset`` (one with RST).
        reason: why it was sent, or how it was noticed.
    """

    direction: Literal["sent", "received"]
    peer: str
    how: Literal["end of file", "connection reset"]
    reason: str

    @property
    def raw(self) -> bytes:
        """The name of the TCP segment, which tells it from the messages that are under way."""
        return b"RST" if self.how == "connection reset" else b"FIN"


class Checked(KindOfFact, frozen=True, tag="checked"):
    """A trust decision's ledger. It comes twice when a proof of possession completes it later."""

    verdict: Verdict


class Decided(KindOfFact, frozen=True, tag="decided"):
    """An actor took a decision.

    Attributes:
        decision: ``issue``, ``revoke``, ``release``, ``publish``, ``connect``, ``start-tls``, ``admit``,
            ``accept-server``, ``request-certificate``, ``send-certificate``, ``accept-client`` or ``grant``.
        choice: the option taken; options: all that were open.
        reason: why, in one sentence.
        taken_by: ``actor``, or ``outside`` where a person decided in its place.
        layer: the layer that refused, or None.
    """

    decision: str
    choice: str
    options: tuple[str, ...]
    reason: str
    taken_by: Literal["actor", "outside"]
    layer: RefusalLayer | None


class StateChanged(KindOfFact, frozen=True, tag="state_changed"):
    """An actor's state machine moved."""

    before: str
    after: str


class HandshakeReturned(KindOfFact, frozen=True, tag="handshake_returned"):
    """The moment at which the handshake call of an API would return on this side."""

    result: Literal["ok", "failed"]
    negotiated: str | None
    cipher_suite: str | None
    group: str | None


class BeliefChanged(KindOfFact, frozen=True, tag="belief_changed"):
    """The client's belief about the session, as far as its own observations allow.

    Attributes:
        level: the level it believes in.
        assumed: True while nothing it read confirms the belief.
        peer: RFC 4514 subject of the server it believes to talk to, or None.
        reason: the observation, in one sentence.
    """

    level: SecurityLevel
    assumed: bool
    peer: str | None
    reason: str

    @property
    def held(self) -> SecurityLevel:
        """The level, by the name that it shares with a standing."""
        return self.level


class StandingChanged(KindOfFact, frozen=True, tag="standing_changed"):
    """The client's standing with the server, as far as the server's own observations allow.

    Attributes:
        standing: what the server knows of the client.
        peer: RFC 4514 subject of the client's certificate, claimed or proved, or None.
        reason: the observation, in one sentence.
        user: the user that the client's certificate is mapped to, or None.
    """

    standing: Standing
    peer: str | None
    reason: str
    user: str | None

    @property
    def held(self) -> Standing:
        """The standing, by the name that it shares with a level."""
        return self.standing


class Noted(KindOfFact, frozen=True, tag="noted"):
    """A fact of the world that no message carries: a key was made, a CA was switched off."""

    text: str


class Unanswered(KindOfFact, frozen=True, tag="unanswered"):
    """A side gave up a question to an OCSP responder, and goes on judging without an answer.

    Attributes:
        certificate: RFC 4514 subject of the certificate that it asked about.
        address: the responder's address, or empty if the side knows of none.
        reason: why there is no answer, as the end of a sentence: ``the connection was refused``.
    """

    certificate: str
    address: str
    reason: str


Fact = (
    Setup
    | Sent
    | Received
    | Alert
    | TransportEnded
    | Checked
    | Decided
    | StateChanged
    | HandshakeReturned
    | BeliefChanged
    | StandingChanged
    | UserSought
    | CertificateSought
    | HeaderRead
    | LogonStep
    | Noted
    | TimerExpired
    | Unanswered
)


class Event(TraceValue, frozen=True):
    """One thing that happened.

    Attributes:
        seq: its number, from 0, without gaps.
        at: virtual time in microseconds since the scenario's clock; negative before the connection.
        connection: number of the connection it belongs to. What comes before the first belongs to the first.
        actor: whose event it is: ``client``, ``server``, a CA's name, or ``world`` for the setup.
        step: the step of the story it belongs to.
        cause: ``seq`` of the event that made it happen, or None for a beginning.
        fact: what happened.
    """

    seq: int
    at: int
    connection: int
    actor: str
    step: Step
    cause: int | None
    fact: Fact

    def __repr__(self) -> str:
        """In a line: without the bytes, which would fill a screen."""
        return f"<Event {self.seq} at {self.at} µs, {self.actor}: {_gist(self.fact)}>"


def _gist(fact: Fact) -> str:
    """The kind of a fact, and the word that distinguishes it from others of its kind."""
    kind = type(fact).__name__
    match fact:
        case Sent(name=word) | Received(name=word) | StateChanged(after=word):
            return f"{kind} {word}"
        case Alert(name=word, direction=direction):
            return f"{kind} {direction} {word}"
        case TransportEnded(how=word, direction=direction):
            return f"{kind} {direction} {word}"
        case Decided(decision=decision, choice=choice):
            return f"{kind} {decision}: {choice}"
        case HandshakeReturned(result=result):
            return f"{kind} {result}"
        case BeliefChanged() | StandingChanged():
            return f"{kind} {fact.held.value}"
        case _:
            return kind
