"""The outcome of a run: a pure fold over its events. Its security level: ``level.py``.

Nothing here knows the scenario or the actors, so the outcome can be found again from the events alone.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from simulator.tls.wire.version import SIDES, Side
from simulator.trace.facts import (
    Alert,
    BeliefChanged,
    Checked,
    Decided,
    HandshakeReturned,
    StandingChanged,
    TransportEnded,
    UserSought,
)
from simulator.trace.header_read import HeaderRead
from simulator.trace.latest import (
    before,
    is_refusal_sent,
    last_belief,
    last_standing,
    last_verdict,
    returns,
    side_named,
)
from simulator.trace.level import level_of
from simulator.trace.result import AlertOutcome, ClientOutcome, Outcome, ServerOutcome
from simulator.trace.timer import TimerExpired
from simulator.trust.verdict import CheckOutcome

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from simulator.security import RefusalLayer
    from simulator.trace.facts import Event
    from simulator.trust.verdict import Verdict

# The facts that an outcome is made of. Most events of a run are none of them, so they are sorted out once.
TELLING = frozenset(
    {
        Alert,
        BeliefChanged,
        Checked,
        Decided,
        HandshakeReturned,
        HeaderRead,
        StandingChanged,
        TimerExpired,
        TransportEnded,
        UserSought,
    }
)


def outcome_of(events: Sequence[Event]) -> Outcome:
    """The outcome in the terms that scenarios expect and commands print."""
    refused_at = refusal_layer(events)
    decisive = decisive_check(events) if refused_at is not None else None
    return Outcome(
        level=level_of(events, refused_at),
        negotiated=next((r.negotiated for _, r in returns(events) if r.negotiated is not None), None),
        refused_at=refused_at,
        alert=first_alert(events),
        decisive_check=decisive[1] if decisive else None,
        judged_by=decisive[0] if decisive else None,
        client=client_of(events),
        server=server_of(events),
    )


def refusal_layer(events: Sequence[Event]) -> RefusalLayer | None:
    """The layer that refused, or None."""
    for event in events:
        fact = event.fact
        if type(fact) is Decided and fact.layer is not None:
            return fact.layer
        if type(fact) is HandshakeReturned and fact.result == "failed":
            return "tls"
        if type(fact) is Alert and is_refusal_sent(fact):
            return "tls"
    return None


def first_alert(events: Iterable[Event]) -> AlertOutcome | None:
    """The first alert sent that is no warning, delivered or not."""
    for event in events:
        if type(event.fact) is Alert and is_refusal_sent(event.fact):
            return AlertOutcome(event.fact.name, event.fact.code, side_named(event.actor))
    return None


def decisive_check(events: Sequence[Event]) -> tuple[Side, str] | None:
    """The side that refused and the failed check that made it, or None.

    A check that failed and was overruled from outside did not decide anything; one that failed after it did.
    A refusal that was put off decides where nothing failed after it.
    """
    for side in SIDES:
        went_on = next((event for event in events if _went_on(event, side)), None)
        known = failed_checks(last_verdict(before(events, went_on.seq if went_on else 0), side))
        failed = failed_checks(last_verdict(events, side))
        deciding = [name for name in failed if name not in known]
        if went_on is not None and not deciding and _chose(went_on, "defer"):
            deciding = known
        if deciding:
            return side, deciding[0]
    return None


def failed_checks(verdict: Verdict | None) -> list[str]:
    """The names of the checks that failed, in order."""
    checks = verdict.checks if verdict is not None else ()
    return [check.name for check in checks if check.outcome is CheckOutcome.FAIL]


def client_of(events: Sequence[Event]) -> ClientOutcome:
    """The end of the client."""
    last, earlier = last_belief(events), before_success(events, "client")
    if earlier is None:
        return ClientOutcome(_without_success(events, "client"), None, last.level, last.peer)
    return ClientOutcome("ok", last_belief(earlier).level, last.level, last.peer)


def server_of(events: Sequence[Event]) -> ServerOutcome:
    """The end of the server."""
    last, earlier = last_standing(events), before_success(events, "server")
    if earlier is None:
        return ServerOutcome(_without_success(events, "server"), None, last.standing, last.peer)
    return ServerOutcome("ok", last_standing(earlier).standing, last.standing, last.peer)


def _without_success(events: Sequence[Event], side: Side) -> Literal["failed", "none"]:
    """The result of a handshake call that did not succeed; a side that was in clear to the end made none."""
    made = side in (returned for returned, _ in returns(events)) or not is_decided_in_clear(events)
    return "failed" if made else "none"


def is_decided_in_clear(events: Sequence[Event]) -> bool:
    """Return True if the server decided on a client without TLS."""
    return any(type(event.fact) is Decided and event.fact.decision == "admit" for event in events)


def before_success(events: Sequence[Event], side: Side) -> list[Event] | None:
    """The events before a side's handshake call returned without error, or None if it did not."""
    for event in events:
        if type(event.fact) is HandshakeReturned and event.actor == side and event.fact.result == "ok":
            return before(events, event.seq)
    return None


def _went_on(event: Event, side: Side) -> bool:
    """Return True for the decision in which a side went on with the handshake, whatever it had found."""
    return event.actor == side and (_chose(event, "accept") or _chose(event, "defer"))


def _chose(event: Event, choice: str) -> bool:
    return type(event.fact) is Decided and event.fact.choice == choice
