"""What came last: verdict, belief, standing; the returns of the handshake calls; the refusal as seen."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar

from simulator.security import SecurityLevel, Standing
from simulator.tls.wire.alerts import WARNINGS
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
    from collections.abc import Iterable, Iterator

    from simulator.security import RefusalSeen
    from simulator.tls.wire.version import Side
    from simulator.trace.facts import Event
    from simulator.trust.verdict import Verdict


def last_belief(events: Iterable[Event]) -> BeliefChanged:
    """The client's belief at the end of these events; ``CLEARTEXT`` at the beginning."""
    return _last(events, BeliefChanged(SecurityLevel.CLEARTEXT, False, None, "Nothing has been said yet."))


def last_standing(events: Iterable[Event]) -> StandingChanged:
    """The client's standing with the server at the end of these events."""
    return _last(events, StandingChanged(Standing.NOTHING_YET, None, "Nothing has been said yet.", None))


def last_user_sought(events: Iterable[Event]) -> UserSought:
    """The server's last look for a user; one without rules where it did not look."""
    return _last(events, UserSought(None, (), 0, ""))


def last_header_read(events: Iterable[Event]) -> HeaderRead:
    """The last header in which the server read who the client is; one without a name where there is none."""
    return _last(events, HeaderRead("", None, None, None, ""))


def _last(events: Iterable[Event], first: AFact) -> AFact:
    """The last fact of the kind of ``first``, which stands before them all."""
    found: list[Any] = [event.fact for event in events if type(event.fact) is type(first)]
    return found[-1] if found else first


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


def last_verdict(events: Iterable[Event], judge: str) -> Verdict | None:
    """The ledger of one side at the end, or None where it judged nothing."""
    facts = (event.fact for event in events if event.actor == judge)
    return [None, *(fact.verdict for fact in facts if type(fact) is Checked)][-1]


def seen_by_client(events: Iterable[Event]) -> RefusalSeen | None:
    """The sign by which the client learned that the server refused it on the layer of TLS, or None."""
    for event in events:
        fact = event.fact
        if event.actor != "client" or not isinstance(fact, Alert | TransportEnded):
            continue
        if isinstance(fact, TransportEnded):
            return fact.how
        if fact.direction == "received" and fact.name not in NO_REFUSAL:
            return "alert"
    return None
