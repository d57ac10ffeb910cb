"""What an actor answers with: effects to carry out and record, and the decision it waits for.

An actor takes bytes and the time and returns a list of effects, in the order in which they happened. Whoever
drives it (the simulation with a recorder, or the oracle before OpenSSL) sends :func:`bytes_to_send` of them.
An actor that has to decide sets ``pending`` and reads nothing more until ``decide`` was called, so that what
a refusal makes unnecessary is never read.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from simulator.errors import DecisionError
from simulator.tls.events import (
    AlertReceived,
    AlertSent,
    DataReceived,
    DataSent,
    MessageReceived,
    MessageSent,
    StateChanged,
)

if TYPE_CHECKING:
    from collections.abc import Iterable

    from simulator.security import RefusalLayer, SecurityLevel
    from simulator.trust.verdict import Verdict

TakenBy = Literal["actor", "outside"]

#: Every decision by its name. The first two are a CA's, which nobody waits for.
DECISIONS = (
    "issue",
    "revoke",
    "accept-server",
    "request-certificate",
    "send-certificate",
    "accept-client",
    "grant",
)
#: Those that can wait for somebody else.
WAITING = DECISIONS[2:]


@dataclass(frozen=True, slots=True)
class PendingDecision:
    """A decision that an actor waits for.

    Attributes:
        actor: who waits.
        name: ``accept-server``, ``request-certificate``, ``send-certificate``, ``accept-client``, ``grant``.
        options: the choices on offer.
        choice: what the actor itself would choose.
        reason: why it would, in one sentence.
    """

    actor: str
    name: str
    options: tuple[str, ...]
    choice: str
    reason: str


@dataclass(frozen=True, slots=True)
class Judged:
    """A trust decision was made, or a proof of possession completed it."""

    verdict: Verdict


@dataclass(frozen=True, slots=True)
class DecisionTaken:
    """A decision was taken, by the actor or in its place.

    Attributes:
        layer: the layer that a refusal falls on; None where nothing was refused.
    """

    name: str
    choice: str
    options: tuple[str, ...]
    reason: str
    taken_by: TakenBy
    layer: RefusalLayer | None = None


@dataclass(frozen=True, slots=True)
class Believed:
    """What the actor's own observations now allow it to believe about the session.

    Attributes:
        assumed: True while nothing it read confirms the belief.
        peer: RFC 4514 subject of the peer it believes to talk to; None where it has none.
        user: the user that the peer's certificate is mapped to; None without one.
        reason: the observation, in one sentence.
    """

    level: SecurityLevel
    assumed: bool
    peer: str | None
    reason: str
    user: str | None = None


@dataclass(frozen=True, slots=True)
class HandshakeEnded:
    """The handshake call of an API would return here; the last three are None where nothing was agreed."""

    result: Literal["ok", "failed"]
    negotiated: str | None
    cipher_suite: str | None
    group: str | None


@dataclass(frozen=True, slots=True)
class Posted:
    """Something of the enrolment left this actor; ``raw`` is empty where it is secret."""

    to: str
    name: str
    raw: bytes


@dataclass(frozen=True, slots=True)
class Collected:
    """Something of the enrolment reached this actor."""

    sender: str
    name: str
    raw: bytes


@dataclass(frozen=True, slots=True)
class Remarked:
    """A fact of the world that no message carries."""

    text: str


Effect = (
    MessageSent
    | MessageReceived
    | AlertSent
    | AlertReceived
    | StateChanged
    | DataSent
    | DataReceived
    | Judged
    | DecisionTaken
    | Believed
    | HandshakeEnded
    | Posted
    | Collected
    | Remarked
)


def bytes_to_send(effects: Iterable[Effect]) -> bytes:
    """The bytes that these effects put on the wire, in order."""
    return b"".join(e.wire for e in effects if isinstance(e, MessageSent | AlertSent | DataSent))


def check_names(names: Collection[str]) -> None:
    """Refuse names of decisions that cannot wait for anybody.

    Raises:
        DecisionError: one of them is no such decision's, or they are no names at all.
    """
    named = names if isinstance(names, Collection) else (names,)
    unknown = [name for name in named if name not in WAITING]
    if unknown:
        raise DecisionError(
            "No decision of this name can wait.",
            got=", ".join(map(repr, unknown)),
            expected=", ".join(WAITING),
            advice="Name the decisions that shall wait, or say True for all.",
        )


def check_choice(pending: PendingDecision | None, choice: str) -> PendingDecision:
    """The decision that is pending, if ``choice`` is on offer in it.

    Raises:
        DecisionError: nothing is pending, or the choice is not on offer.
    """
    if pending is None:
        raise DecisionError(
            "Nobody waits for a decision.",
            got=choice,
            expected="a pending decision",
            advice="Go on until one is pending; it tells its options.",
        )
    if choice not in pending.options:
        raise DecisionError(
            f"This choice is not on offer in the decision {pending.name} of the {pending.actor}.",
            got=choice,
            expected=" or ".join(pending.options),
            advice="Choose one of the options.",
        )
    return pending


def reason_of(pending: PendingDecision, choice: str, taken_by: TakenBy) -> str:
    """The reason that stands beside a decision, true also where somebody else took it."""
    if taken_by == "actor":
        return pending.reason
    if choice == pending.choice:
        return f"Decided from outside, as the {pending.actor} would have decided: {pending.reason}"
    would = f"The {pending.actor} itself would have chosen {pending.choice!r}"
    return f"Decided from outside. {would}: {pending.reason}"
