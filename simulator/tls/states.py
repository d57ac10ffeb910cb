"""The rules of the handshake as literal tables: for every state, the messages that the peer may send.

Rules that the tables obey, and that a test walks through state by message:

1. A row lists every handshake message (and, in TLS 1.2, the ChangeCipherSpec) that the peer may send in
   that state, with the states it can lead to. Any other message is answered with ``unexpected_message``.
2. A state whose row is empty reads nothing. ``START`` of a client waits for the call that starts it, the
   ``WAIT_VERDICT_…`` and ``WAIT_…_CHOICE`` states wait for a decision, and the last two have ended.
3. A decision is an *answer*. The actor that owns the machine takes it, not the machine: whom to trust,
   whether to ask for a certificate, whether to send one. It may take any time. Before the answer the machine
   neither sends nor signs nor derives anything that depends on it.
4. If a row offers two ways, earlier messages decide between them, never later ones: an empty Certificate
   needs no proof, and without a CertificateRequest there is no Certificate.
5. Any state that reads can end in ``FAILED`` (a fatal alert, either way) or ``CLOSED`` (close_notify); these
   two are not repeated in every row.

Names are those of RFC 8446 Appendix A. RFC 5246 draws no state diagram, so TLS 1.2 follows the same pattern.
In TLS 1.3 a ChangeCipherSpec means nothing (RFC 8446 section 5, appendix D.4) and moves no state; it is
dropped between the first ClientHello and the peer's Finished, and refused elsewhere.

The state diagrams in the views are drawn from these same tables.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING

from simulator.tls.wire.version import Version

if TYPE_CHECKING:
    from simulator.tls.wire.version import Side


class State(Enum):
    """A state of a handshake machine."""

    __hash__ = object.__hash__  # tables are asked at every record, and Enum's own hash is a Python function

    START = "START"  # nothing is sent or read yet

    # client
    WAIT_SH = "WAIT_SH"  # ClientHello is out
    # second ClientHello is out; no second retry (RFC 8446 §4.1.4)
    WAIT_SH_AFTER_RETRY = "WAIT_SH_AFTER_RETRY"
    WAIT_EE = "WAIT_EE"  # keys agreed, EncryptedExtensions comes first under them
    WAIT_CERT_CR = "WAIT_CERT_CR"  # the server's Certificate, or first a CertificateRequest
    WAIT_VERDICT_ON_SERVER = "WAIT_VERDICT_ON_SERVER"  # the actor judges the server's certificate
    WAIT_SKE = "WAIT_SKE"  # 1.2: ServerKeyExchange carries the server's proof
    WAIT_CR_SHD = "WAIT_CR_SHD"  # 1.2: CertificateRequest, or already ServerHelloDone
    WAIT_SHD = "WAIT_SHD"  # 1.2: asked for a certificate, ServerHelloDone is still to come
    WAIT_CERTIFICATE_CHOICE = "WAIT_CERTIFICATE_CHOICE"  # the actor sends a certificate or goes on without
    WAIT_TICKET = "WAIT_TICKET"  # 1.2: the server promised a NewSessionTicket (RFC 5077 §3.3)

    # server
    WAIT_CH_AFTER_RETRY = "WAIT_CH_AFTER_RETRY"  # HelloRetryRequest is out
    WAIT_REQUEST_CHOICE = "WAIT_REQUEST_CHOICE"  # the actor asks the client for a certificate or does not
    WAIT_VERDICT_ON_CLIENT = "WAIT_VERDICT_ON_CLIENT"  # the actor judges the client's certificate
    WAIT_CKE_CV = "WAIT_CKE_CV"  # 1.2: ClientKeyExchange, and a proof after it
    WAIT_CKE = "WAIT_CKE"  # 1.2: ClientKeyExchange, no proof to come

    # both
    WAIT_CERT = "WAIT_CERT"  # the peer's Certificate, nothing else
    WAIT_CV = "WAIT_CV"  # the peer's CertificateVerify: proof that it holds the key
    WAIT_CCS = "WAIT_CCS"  # 1.2: the peer switches its keys on
    WAIT_FINISHED = "WAIT_FINISHED"  # the peer's Finished: it saw the same handshake
    CONNECTED = "CONNECTED"  # application data may flow
    CLOSED = "CLOSED"  # close_notify was said
    FAILED = "FAILED"  # a fatal alert was sent or read


#: States in which the machine reads nothing because its actor decides, with the possible answers.
DECISIONS: Mapping[State, tuple[str, ...]] = {
    State.WAIT_VERDICT_ON_SERVER: ("accept", "refuse"),
    State.WAIT_CERTIFICATE_CHOICE: ("send", "skip"),
    State.WAIT_REQUEST_CHOICE: ("ask", "do not ask"),
    State.WAIT_VERDICT_ON_CLIENT: ("accept", "refuse"),
}

#: The names of the states, as the machine reports them; an Enum's own ``value`` is slow to ask.
STATE_NAMES = {state: state.value for state in State}

#: States in which the connection has ended.
TERMINAL = frozenset({State.CLOSED, State.FAILED})

Moves = Mapping[str, tuple[State, ...]]


@dataclass(frozen=True, slots=True)
class StateMachine:
    """The table of one role in one protocol version.

    Attributes:
        messages: state → name of a message the peer may send → states it may lead to.
        answers: waiting state → answer of the actor → states it may lead to.
    """

    role: Side
    version: Version
    messages: Mapping[State, Moves]
    answers: Mapping[State, Moves]

    @property
    def states(self) -> tuple[State, ...]:
        """The states of this machine, in the order of the story."""
        return tuple(self.messages)


S = State

CLIENT_13 = StateMachine(
    role="client",
    version=Version.TLS13,
    messages={
        S.START: {},
        S.WAIT_SH: {"ServerHello": (S.WAIT_EE,), "HelloRetryRequest": (S.WAIT_SH_AFTER_RETRY,)},
        S.WAIT_SH_AFTER_RETRY: {"ServerHello": (S.WAIT_EE,)},
        S.WAIT_EE: {"EncryptedExtensions": (S.WAIT_CERT_CR,)},
        S.WAIT_CERT_CR: {"CertificateRequest": (S.WAIT_CERT,), "Certificate": (S.WAIT_VERDICT_ON_SERVER,)},
        S.WAIT_CERT: {"Certificate": (S.WAIT_VERDICT_ON_SERVER,)},
        S.WAIT_VERDICT_ON_SERVER: {},
        S.WAIT_CV: {"CertificateVerify": (S.WAIT_FINISHED,)},
        S.WAIT_FINISHED: {"Finished": (S.WAIT_CERTIFICATE_CHOICE, S.CONNECTED)},
        S.WAIT_CERTIFICATE_CHOICE: {},
        S.CONNECTED: {"NewSessionTicket": (S.CONNECTED,), "KeyUpdate": (S.CONNECTED,)},
        S.CLOSED: {},
        S.FAILED: {},
    },
    answers={
        S.WAIT_VERDICT_ON_SERVER: {"accept": (S.WAIT_CV,), "refuse": (S.FAILED,)},
        S.WAIT_CERTIFICATE_CHOICE: {"send": (S.CONNECTED,), "skip": (S.CONNECTED,)},
    },
)

SERVER_13 = StateMachine(
    role="server",
    version=Version.TLS13,
    messages={
        S.START: {"ClientHello": (S.WAIT_REQUEST_CHOICE, S.WAIT_CH_AFTER_RETRY)},
        S.WAIT_CH_AFTER_RETRY: {"ClientHello": (S.WAIT_REQUEST_CHOICE,)},
        S.WAIT_REQUEST_CHOICE: {},
        S.WAIT_CERT: {"Certificate": (S.WAIT_VERDICT_ON_CLIENT,)},
        S.WAIT_VERDICT_ON_CLIENT: {},
        S.WAIT_CV: {"CertificateVerify": (S.WAIT_FINISHED,)},
        S.WAIT_FINISHED: {"Finished": (S.CONNECTED,)},
        S.CONNECTED: {"KeyUpdate": (S.CONNECTED,)},
        S.CLOSED: {},
        S.FAILED: {},
    },
    answers={
        S.WAIT_REQUEST_CHOICE: {"ask": (S.WAIT_CERT,), "do not ask": (S.WAIT_FINISHED,)},
        S.WAIT_VERDICT_ON_CLIENT: {"accept": (S.WAIT_CV, S.WAIT_FINISHED), "refuse": (S.FAILED,)},
    },
)

# GnuTLS reads the client's proof before it judges the certificate; a client without one is judged at once.
SERVER_13_PROOF_FIRST = StateMachine(
    role="server",
    version=Version.TLS13,
    messages={
        **SERVER_13.messages,
        S.WAIT_CERT: {"Certificate": (S.WAIT_VERDICT_ON_CLIENT, S.WAIT_CV)},
        S.WAIT_CV: {"CertificateVerify": (S.WAIT_VERDICT_ON_CLIENT,)},
    },
    answers={
        **SERVER_13.answers,
        S.WAIT_VERDICT_ON_CLIENT: {"accept": (S.WAIT_FINISHED,), "refuse": (S.FAILED,)},
    },
)

CLIENT_12 = StateMachine(
    role="client",
    version=Version.TLS12,
    messages={
        S.START: {},
        S.WAIT_SH: {"ServerHello": (S.WAIT_CERT,)},
        S.WAIT_CERT: {"Certificate": (S.WAIT_VERDICT_ON_SERVER,)},
        S.WAIT_VERDICT_ON_SERVER: {},
        S.WAIT_SKE: {"ServerKeyExchange": (S.WAIT_CR_SHD,)},
        S.WAIT_CR_SHD: {"CertificateRequest": (S.WAIT_SHD,), "ServerHelloDone": (S.WAIT_TICKET, S.WAIT_CCS)},
        S.WAIT_SHD: {"ServerHelloDone": (S.WAIT_CERTIFICATE_CHOICE,)},
        S.WAIT_CERTIFICATE_CHOICE: {},
        S.WAIT_TICKET: {"NewSessionTicket": (S.WAIT_CCS,)},
        S.WAIT_CCS: {"ChangeCipherSpec": (S.WAIT_FINISHED,)},
        S.WAIT_FINISHED: {"Finished": (S.CONNECTED,)},
        S.CONNECTED: {"HelloRequest": (S.CONNECTED,)},
        S.CLOSED: {},
        S.FAILED: {},
    },
    answers={
        S.WAIT_VERDICT_ON_SERVER: {"accept": (S.WAIT_SKE,), "refuse": (S.FAILED,)},
        S.WAIT_CERTIFICATE_CHOICE: {"send": (S.WAIT_TICKET, S.WAIT_CCS), "skip": (S.WAIT_TICKET, S.WAIT_CCS)},
    },
)

SERVER_12 = StateMachine(
    role="server",
    version=Version.TLS12,
    messages={
        S.START: {"ClientHello": (S.WAIT_REQUEST_CHOICE,)},
        S.WAIT_REQUEST_CHOICE: {},
        S.WAIT_CERT: {"Certificate": (S.WAIT_VERDICT_ON_CLIENT,)},
        S.WAIT_VERDICT_ON_CLIENT: {},
        S.WAIT_CKE_CV: {"ClientKeyExchange": (S.WAIT_CV,)},
        S.WAIT_CKE: {"ClientKeyExchange": (S.WAIT_CCS,)},
        S.WAIT_CV: {"CertificateVerify": (S.WAIT_CCS,)},
        S.WAIT_CCS: {"ChangeCipherSpec": (S.WAIT_FINISHED,)},
        S.WAIT_FINISHED: {"Finished": (S.CONNECTED,)},
        S.CONNECTED: {"ClientHello": (S.CONNECTED,)},
        S.CLOSED: {},
        S.FAILED: {},
    },
    answers={
        S.WAIT_REQUEST_CHOICE: {"ask": (S.WAIT_CERT,), "do not ask": (S.WAIT_CKE,)},
        S.WAIT_VERDICT_ON_CLIENT: {"accept": (S.WAIT_CKE_CV, S.WAIT_CKE), "refuse": (S.FAILED,)},
    },
)

MACHINES: Mapping[tuple[Side, Version], StateMachine] = {
    (machine.role, machine.version): machine for machine in (CLIENT_13, SERVER_13, CLIENT_12, SERVER_12)
}
