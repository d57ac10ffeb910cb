"""The outcome of a run: a pure fold over its events.

Nothing here knows the scenario or the actors, so the outcome can be found again from the events alone.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from simulator.security import SecurityCard, SecurityLevel, Standing
from simulator.tls.wire.alerts import WARNINGS
from simulator.tls.wire.version import SIDES, Side
from simulator.trace.facts import (
    Alert,
    AlertOutcome,
    BeliefChanged,
    Checked,
    ClientOutcome,
    Decided,
    HandshakeReturned,
    Outcome,
    ServerOutcome,
    StandingChanged,
)
from simulator.trace.trace import Trace
from simulator.trust.verdict import CheckOutcome
from simulator.trust.vocabulary import CheckName

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from simulator.security import ClientProof, RefusalLayer
    from simulator.trace.facts import Event
    from simulator.trust.verdict import Verdict

# The facts that an outcome is made of. Most events of a run are none of them, so they are sorted out once.
TELLING = (Alert, BeliefChanged, Checked, Decided, HandshakeReturned, StandingChanged)
NO_REFUSAL = frozenset(warning.rfc_name for warning in WARNINGS)


def trace_of(events: Sequence[Event]) -> Trace:
    """The whole run: its events with what came out of them."""
    telling = [event for event in events if isinstance(event.fact, TELLING)]
    outcome = outcome_of(telling)
    return Trace(tuple(events), outcome, card_of(telling, outcome))


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


def level_of(events: Sequence[Event], refused_at: RefusalLayer | None) -> SecurityLevel:
    """The security level of the run.

    ``REFUSED`` if either side refused; else ``CLEARTEXT`` without TLS; else ``ENCRYPTED`` if the client did
    not verify the server; else what the server granted.
    """
    if refused_at is not None:
        return SecurityLevel.REFUSED
    if not runs_under_tls(events):
        return SecurityLevel.CLEARTEXT
    if not verified(events, "client"):
        return SecurityLevel.ENCRYPTED
    return last_standing(events).standing.worth


def refusal_layer(events: Sequence[Event]) -> RefusalLayer | None:
    """The layer that refused, or None."""
    for event in events:
        fact = event.fact
        if isinstance(fact, Decided) and fact.layer is not None:
            return fact.layer
        if isinstance(fact, Alert) and fact.direction == "sent" and fact.name not in NO_REFUSAL:
            return "tls"
        if isinstance(fact, HandshakeReturned) and fact.result == "failed":
            return "tls"
    return None


def first_alert(events: Iterable[Event]) -> AlertOutcome | None:
    """The first alert sent that is no warning, delivered or not."""
    for event in events:
        fact = event.fact
        if isinstance(fact, Alert) and fact.direction == "sent" and fact.name not in NO_REFUSAL:
            return AlertOutcome(fact.name, fact.code, _side(event.actor))
    return None


def decisive_check(events: Sequence[Event]) -> tuple[Side, str] | None:
    """The side that refused and the failed check that made it, or None.

    A check that failed and was overruled from outside did not decide anything; one that failed after it did.
    """
    for side in SIDES:
        accepted = next((event.seq for event in events if _is_acceptance(event, side)), 0)
        overruled = failed_checks(last_verdict(before(events, accepted), side))
        failed = failed_checks(last_verdict(events, side))
        deciding = [name for name in failed if name not in overruled]
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
        return ClientOutcome("failed", None, last.level, last.peer)
    return ClientOutcome("ok", last_belief(earlier).level, last.level, last.peer)


def server_of(events: Sequence[Event]) -> ServerOutcome:
    """The end of the server."""
    last, earlier = last_standing(events), before_success(events, "server")
    if earlier is None:
        return ServerOutcome("failed", None, last.standing, last.peer)
    return ServerOutcome("ok", last_standing(earlier).standing, last.standing, last.peer)


def before_success(events: Sequence[Event], side: Side) -> list[Event] | None:
    """The events before a side's handshake call returned without error, or None if it did not."""
    returned = next((event for event in events if _is_success(event, side)), None)
    return None if returned is None else before(events, returned.seq)


def last_belief(events: Iterable[Event]) -> BeliefChanged:
    """The client's belief at the end of these events; ``CLEARTEXT`` at the beginning."""
    belief = BeliefChanged(SecurityLevel.CLEARTEXT, False, None, "Nothing has been said yet.")
    for event in events:
        if isinstance(event.fact, BeliefChanged):
            belief = event.fact
    return belief


def last_standing(events: Iterable[Event]) -> StandingChanged:
    """The client's standing with the server at the end of these events."""
    standing = StandingChanged(Standing.NOTHING_YET, None, "Nothing has been said yet.", None)
    for event in events:
        if isinstance(event.fact, StandingChanged):
            standing = event.fact
    return standing


# The card ------------------------------------------------------------------------------------------------


def card_of(events: Sequence[Event], outcome: Outcome) -> SecurityCard:
    """The level taken apart."""
    knows = last_standing(events)
    return SecurityCard(
        level=outcome.level,
        encrypted=runs_under_tls(events),
        server_authenticated=verified(events, "client"),
        server_name_matched=name_matched(events),
        client_authenticated=proof_of_client(events),
        client_identity=knows.peer,
        user=knows.user,
        access_granted=any(
            isinstance(event.fact, Decided) and (event.fact.decision, event.fact.choice) == ("grant", "grant")
            for event in events
        ),
        refused_at=outcome.refused_at,
        client_believes=outcome.client.believes,
        server_knows=knows.standing,
    )


def runs_under_tls(events: Sequence[Event]) -> bool:
    """Both handshake calls returned with success."""
    return {side for side, fact in returns(events) if fact.result == "ok"} == set(SIDES)


def verified(events: Sequence[Event], judge: Side) -> bool:
    """One side found the other's certificate trusted, its proof good, and accepted it for that reason."""
    verdict = last_verdict(events, judge)
    if verdict is None or not verdict.accepted:
        return False
    outcomes = {check.name: check.outcome for check in verdict.checks}
    vouched = CheckOutcome.PASS in (
        outcomes.get(CheckName.TRUST_ANCHOR),
        outcomes.get(CheckName.DIRECTLY_TRUSTED),
    )
    return vouched and outcomes.get(CheckName.PROOF_OF_POSSESSION) is CheckOutcome.PASS


def name_matched(events: Sequence[Event]) -> bool | None:
    """True if the certificate names the host that the client asked for; None where nothing compared them."""
    verdict = last_verdict(events, "client")
    outcomes = (
        [check.outcome for check in verdict.checks if check.name == CheckName.SERVER_NAME] if verdict else []
    )
    answers = {CheckOutcome.PASS: True, CheckOutcome.FAIL: False}
    return next((answers[outcome] for outcome in outcomes if outcome in answers), None)


def proof_of_client(events: Sequence[Event]) -> ClientProof:
    """The client's identity: proved, only claimed, or neither, whatever became of the session."""
    if verified(events, "server"):
        return "yes"
    connected = any(side == "server" and fact.result == "ok" for side, fact in returns(events))
    return "claimed" if connected and holds_key(last_verdict(events, "server")) else "no"


def holds_key(verdict: Verdict | None) -> bool:
    """The judged side proved that it holds the key of the certificate it showed, trusted or not."""
    return verdict is not None and any(
        check.name == CheckName.PROOF_OF_POSSESSION and check.outcome is CheckOutcome.PASS
        for check in verdict.checks
    )


# Small readers --------------------------------------------------------------------------------------------


def before(events: Iterable[Event], seq: int) -> list[Event]:
    """The events with a smaller number, whether or not some are left out."""
    return [event for event in events if event.seq < seq]


def returns(events: Iterable[Event]) -> Iterator[tuple[Side, HandshakeReturned]]:
    """The returns of the two handshake calls, in order."""
    for event in events:
        if isinstance(event.fact, HandshakeReturned):
            yield _side(event.actor), event.fact


def last_verdict(events: Iterable[Event], judge: str) -> Verdict | None:
    """The ledger of one side at the end, or None where it judged nothing."""
    verdict = None
    for event in events:
        if event.actor == judge and isinstance(event.fact, Checked):
            verdict = event.fact.verdict
    return verdict


def _is_success(event: Event, side: Side) -> bool:
    return event.actor == side and isinstance(event.fact, HandshakeReturned) and event.fact.result == "ok"


def _is_acceptance(event: Event, side: Side) -> bool:
    return event.actor == side and isinstance(event.fact, Decided) and event.fact.choice == "accept"


def _side(actor: str) -> Side:
    return "client" if actor == "client" else "server"
