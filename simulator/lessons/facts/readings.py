"""What a claim can speak of, read out of a trace: one small question to a run for each function."""

from __future__ import annotations

from typing import TYPE_CHECKING

from simulator.lessons.classroom.possession import proof_in
from simulator.lessons.traces import client_certificate, last_verdict
from simulator.pki.certificate import Certificate
from simulator.tls.wire.version import Protection
from simulator.trust.verdict import CheckOutcome
from simulator.views.player.messages import chain_of
from simulator.views.story.reading import gap, version_of
from simulator.views.story.words import OUTCOME_WORDS

if TYPE_CHECKING:
    from simulator.trace.facts import Received, Sent
    from simulator.trace.trace import Trace

NONE = "none"  # the word for what a run does not have
NO_MESSAGE = "no message"
EMPTY_MESSAGE = "an empty message"
NOT_STATED = "not stated"


def alert_name(trace: Trace) -> str:
    """The first alert that refuses."""
    return trace.outcome.alert.name if trace.outcome.alert else NONE


def alert_sender(trace: Trace) -> str:
    """Who sent it."""
    return trace.outcome.alert.sender if trace.outcome.alert else NONE


def believed_at_return(trace: Trace) -> str:
    """The level that the client believed in when its handshake call returned without an error."""
    level = trace.outcome.client.believed_when_handshake_returned
    return level.value if level else NONE


def believed_wrongly_ms(trace: Trace) -> int:
    """For how many milliseconds the client took a session for open that the server refuses."""
    late = gap(trace)
    return round(late.length / 1000) if late else 0


def certificates_sent(trace: Trace) -> str:
    """How many certificates stand in the client's Certificate message."""
    message = client_certificate(trace)
    if message is None:
        return NO_MESSAGE
    count = len(chain_of(message, version_of(trace)))
    return EMPTY_MESSAGE if count == 0 else f"{count}"


def certificate_visible(trace: Trace) -> bool:
    """Whether the client's certificate was sent in the clear."""
    message = client_certificate(trace)
    in_the_clear = message is not None and message.protection is Protection.CLEAR
    return in_the_clear and client_leaf(trace) is not None


def client_leaf(trace: Trace) -> Certificate | None:
    """The certificate that the client showed; None where it showed none."""
    message = client_certificate(trace)
    chain = chain_of(message, version_of(trace)) if message else ()
    return Certificate.parse(chain[0]) if chain else None


def self_signed(trace: Trace) -> bool:
    """Whether the client showed a self-signed certificate."""
    leaf = client_leaf(trace)
    return leaf is not None and leaf.self_signed


def purposes(trace: Trace) -> str:
    """What the extended key usage of the client's certificate names."""
    leaf = client_leaf(trace)
    if leaf is None:
        return NONE
    return NOT_STATED if leaf.extended_key_usage is None else ", ".join(leaf.extended_key_usage)


def host_names(trace: Trace) -> str:
    """The hosts that the client's certificate names."""
    leaf = client_leaf(trace)
    if leaf is None or leaf.subject_alternative_name is None:
        return NONE
    return ", ".join(leaf.subject_alternative_name.dns_names) or NONE


def proof_scheme(trace: Trace) -> str:
    """The signature scheme of the client's proof."""
    found = proof_in(trace)
    return found.scheme if found else NONE


def bytes_signed(trace: Trace) -> int:
    """How many bytes the client signed for its proof."""
    found = proof_in(trace)
    return len(found.content) if found else 0


def check_outcome(trace: Trace, name: str) -> str:
    """What became of one check in the server's ledger."""
    verdict = last_verdict(trace, "server")
    lines = [check for check in verdict.checks if check.name == name] if verdict else []
    return OUTCOME_WORDS[lines[0].outcome] if lines else NONE


def first_failure(trace: Trace, judge: str) -> str:
    """The first check that failed in a side's ledger."""
    verdict = last_verdict(trace, judge)
    return NONE if verdict is None or verdict.decisive is None else verdict.decisive.name


def checks_passed(trace: Trace, judge: str) -> int:
    """How many checks passed in a side's ledger."""
    verdict = last_verdict(trace, judge)
    return 0 if verdict is None else sum(check.outcome is CheckOutcome.PASS for check in verdict.checks)


def authorities_took_part(trace: Trace) -> bool:
    """Whether a CA did anything once the connection had begun."""
    authorities = {actor.name for actor in trace.setup.actors if actor.role == "authority"}
    return any(event.actor in authorities and event.at >= 0 for event in trace.events)


def data(trace: Trace, actor: str, kind: type[Sent | Received]) -> bool:
    """Whether an actor sent, or read, application data."""
    return any(
        event.actor == actor and isinstance(event.fact, kind) and event.fact.protocol == "application_data"
        for event in trace.events
    )
