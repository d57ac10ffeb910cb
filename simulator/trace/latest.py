"""The latest verdict, belief and standing; the returns of the handshake calls; the refusal as seen."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from simulator.security import SecurityLevel, Standing
from simulator.tls.wire.alerts import WARNINGS
from simulator.trace.choosing.certificate_sought import CertificateSought
from simulator.trace.facts import (
    Alert,
    BeliefChanged,
    Checked,
    HandshakeReturned,
    StandingChanged,
    TransportEnded,
    UserSought,
)
from simulator.trace.header_read import HeaderRead

AFact = TypeVar("AFact")
NO_REFUSAL = frozenset(warning.rfc_name for warning in WARNINGS)

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from simulator.security import RefusalSeen
    from simulator.tls.wire.version import Side
    from simulator.trace.facts import Event
    from simulator.trust.verdict import Verdict


def last_belief(events: Sequence[Event]) -> BeliefChanged:
    """The client's belief at the end of these events; ``CLEARTEXT`` at the beginning."""
    return _last(events, BeliefChanged(SecurityLevel.CLEARTEXT, False, None, "Nothing has been said yet."))


def last_standing(events: Sequence[Event]) -> StandingChanged:
    """The client's standing with the server at the end of these events."""
    return _last(events, StandingChanged(Standing.NOTHING_YET, None, "Nothing has been said yet.", None))


def last_user_sought(events: Sequence[Event]) -> UserSought:
    """The server's last look for a user; one without rules where it did not look."""
    return _last(events, UserSought(None, (), 0, ""))


def last_header_read(events: Sequence[Event]) -> HeaderRead:
    """The last header in which the server read who the client is; one without a name where there is none."""
    return _last(events, HeaderRead("", None, None, None, ""))


def prompts(events: Iterable[Event]) -> int:
    """The number of times that a client has asked its user for a certificate since it was started."""
    return max((event.fact.prompts for event in events if type(event.fact) is CertificateSought), default=0)


def _last(events: Sequence[Event], first: AFact) -> AFact:
    """The last fact of the kind of ``first``, which stands before them all."""
    kind = type(first)
    for event in reversed(events):
        if type(event.fact) is kind:
            return event.fact
    return first


def is_refusal_sent(alert: Alert) -> bool:
    """Return True for an alert that is sent, and that refuses: a warning or a goodbye does not."""
    return alert.direction == "sent" and alert.name not in NO_REFUSAL


def side_named(actor: str) -> Side:
    """The side that an actor of a connection is."""
    return "client" if actor == "client" else "server"


def before(events: Iterable[Event], seq: int) -> list[Event]:
    """The events with a smaller number, whether or not some are left out."""
    return [event for event in events if event.seq < seq]


def returns(events: Iterable[Event]) -> Iterator[tuple[Side, HandshakeReturned]]:
    """The returns of the two handshake calls, in order."""
    for event in events:
        if type(event.fact) is HandshakeReturned:
            yield side_named(event.actor), event.fact


def last_verdict(events: Sequence[Event], judge: str) -> Verdict | None:
    """The ledger of one side at the end, or None where it judged nothing."""
    for event in reversed(events):
        if type(event.fact) is Checked and event.actor == judge:
            return event.fact.verdict
    return None


def seen_by_client(events: Iterable[Event]) -> RefusalSeen | None:
    """The sign by which the client learned that the server refused it, below the application, or None."""
    for event in events:
        fact = event.fact
        if event.actor != "client" or not isinstance(fact, Alert | TransportEnded):
            continue
        if isinstance(fact, TransportEnded):
            return fact.how if fact.direction == "received" else None
        if fact.direction == "received" and fact.name not in NO_REFUSAL:
            return "alert"
    return None
