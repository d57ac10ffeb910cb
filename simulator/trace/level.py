"""The security level of a session, and the card that takes it apart: both are found from the events.

The server's own grant (``actors/grant.py``) is not the level: the server cannot know whether the client
verified it. The level is what an observer of both sides would grant.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from simulator.security import SecurityCard, SecurityLevel
from simulator.tls.wire.version import SIDES
from simulator.trace.facts import Decided, TransportEnded
from simulator.trace.latest import (
    last_belief,
    last_header_read,
    last_standing,
    last_user_sought,
    last_verdict,
    returns,
    seen_by_client,
)
from simulator.trace.return_code import return_code
from simulator.trace.timer import BEGINNING_OF_TLS, TimerExpired
from simulator.trust.verdict import CheckOutcome
from simulator.trust.vocabulary import CheckName

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from simulator.security import ClientProof, RefusalLayer
    from simulator.tls.wire.version import Side
    from simulator.trace.facts import Event, Setup
    from simulator.trace.result import Outcome
    from simulator.trust.verdict import Verdict


def level_of(events: Sequence[Event], refused_at: RefusalLayer | None) -> SecurityLevel:
    """The security level of the run.

    ``REFUSED`` if either side refused, or there was no connection; else ``CLEARTEXT`` without TLS; else
    ``ENCRYPTED`` if the client did not verify the server; else what the server granted.
    """
    if refused_at is not None or made_no_connection(events):
        return SecurityLevel.REFUSED
    if not runs_under_tls(events):
        return SecurityLevel.CLEARTEXT
    if not verified(events, "client"):
        return SecurityLevel.ENCRYPTED
    return last_standing(events).standing.worth


def made_no_connection(events: Sequence[Event]) -> bool:
    """The client knows that there is no session, and neither side ever made its handshake call."""
    return last_belief(events).level is SecurityLevel.REFUSED and not any(returns(events))


def card_of(events: Sequence[Event], outcome: Outcome, setup: Setup) -> SecurityCard:
    """The level taken apart."""
    knows, sought, read = last_standing(events), last_user_sought(events), last_header_read(events)
    kinds = {type(event.fact) for event in events}
    above = outcome.refused_at in ("identity", "application")  # there the server's words say it
    seen = seen_by_client(events) if TransportEnded in kinds and not above else None
    waited = waited_for_tls(events)
    codes = {one.name: return_code(outcome, one.reports, timed_out=waited) for one in setup.actors}
    reported = codes.get("server")
    return SecurityCard(
        level=outcome.level,
        encrypted=runs_under_tls(events),
        server_authenticated=verified(events, "client"),
        server_name_matched=name_matched(events),
        client_authenticated=proof_of_client(events),
        client_identity=knows.peer,
        user=knows.user,
        access_granted=has_granted(events),
        refused_at=outcome.refused_at,
        client_believes=outcome.client.believes,
        server_knows=knows.standing,
        mapped_by=sought.fitting[0].rule if sought.fitting and knows.user is not None else None,
        client_saw=seen,
        return_code=reported.code if reported else None,
        header_names=read.names,
        header_user=read.user,
    )


def has_granted(events: Sequence[Event]) -> bool:
    """The server decided to open the session."""
    decisions = [event.fact for event in events if type(event.fact) is Decided]
    return any((one.decision, one.choice) == ("grant", "grant") for one in decisions)


def waited_for_tls(events: Sequence[Event]) -> bool:
    """The server waited in vain for the beginning of TLS."""
    awaited = (event.fact.awaited for event in events if type(event.fact) is TimerExpired)
    return BEGINNING_OF_TLS in awaited


def runs_under_tls(events: Sequence[Event]) -> bool:
    """Both handshake calls returned with success."""
    return {side for side, fact in returns(events) if fact.result == "ok"} == set(SIDES)


def verified(events: Sequence[Event], judge: Side) -> bool:
    """One side found the other's certificate trusted, its proof good, and accepted it for that reason."""
    verdict = last_verdict(events, judge)
    if verdict is None or not verdict.accepted:
        return False
    outcomes = outcomes_of(verdict)
    anchors = map(outcomes.get, (CheckName.TRUST_ANCHOR, CheckName.DIRECTLY_TRUSTED))
    return CheckOutcome.PASS in anchors and holds_key(outcomes)


def name_matched(events: Sequence[Event]) -> bool | None:
    """True if the certificate names the host that the client asked for; None where nothing compared them."""
    outcome = outcomes_of(last_verdict(events, "client")).get(CheckName.SERVER_NAME)
    return outcome is CheckOutcome.PASS if outcome in (CheckOutcome.PASS, CheckOutcome.FAIL) else None


def proof_of_client(events: Sequence[Event]) -> ClientProof:
    """The client's identity: proved, only claimed, or neither, whatever became of the session."""
    if verified(events, "server"):
        return "yes"
    connected = any(side == "server" and fact.result == "ok" for side, fact in returns(events))
    return "claimed" if connected and holds_key(outcomes_of(last_verdict(events, "server"))) else "no"


def holds_key(outcomes: Mapping[str, CheckOutcome]) -> bool:
    """The judged side proved that it holds the key of the certificate it showed, trusted or not."""
    return outcomes.get(CheckName.PROOF_OF_POSSESSION) is CheckOutcome.PASS


def outcomes_of(verdict: Verdict | None) -> dict[str, CheckOutcome]:
    """The outcome of each check that a ledger has once, by its name; empty without a ledger."""
    return {check.name: check.outcome for check in verdict.checks} if verdict is not None else {}
