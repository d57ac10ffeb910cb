"""One sentence for each happening, without its full stop: what the player, a comparison and a timeline say.

A sentence stands alone, so it names its subject: *The client reads ServerHello*, *Client CA issues the
certificate*.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from simulator.trace.choosing.certificate_sought import CertificateSought
from simulator.trace.facts import (
    Alert,
    BeliefChanged,
    Checked,
    Decided,
    HandshakeReturned,
    Noted,
    Received,
    Sent,
    Setup,
    StandingChanged,
    StateChanged,
    TransportEnded,
    Unanswered,
    UserSought,
)
from simulator.trace.header_read import HeaderRead
from simulator.trace.logon_step import LogonStep
from simulator.trace.timer import TimerExpired
from simulator.trust.verdict import CheckOutcome
from simulator.trust.vocabulary import CheckName
from simulator.views.story.lanes import NAMELESS, Names
from simulator.views.story.reading import message_name, sent_name
from simulator.views.story.words import clean, level_name, question

if TYPE_CHECKING:
    from simulator.trace.facts import Event
    from simulator.trust.verdict import Verdict

#: Decision and choice → what the actor does then.
DOES = {
    ("issue", "issue"): "issues the certificate",
    ("revoke", "revoke"): "revokes the certificate",
    ("release", "release"): "ends the revocation of the certificate",
    ("publish", "publish"): "publishes a revocation list",
    ("accept-server", "accept"): "accepts the server's certificate",
    ("accept-server", "refuse"): "refuses the server's certificate",
    ("request-certificate", "ask"): "asks the client for a certificate",
    ("request-certificate", "do not ask"): "does not ask the client for a certificate",
    ("send-certificate", "send"): "sends its certificate",
    ("send-certificate", "skip"): "goes on without a certificate",
    ("connect", "stay away"): "does not connect",
    ("start-tls", "agree"): "agrees to START-TLS",
    ("start-tls", "decline"): "declines START-TLS",
    ("admit", "admit"): "admits a client without TLS",
    ("admit", "refuse"): "refuses a client without TLS",
    ("accept-client", "accept"): "lets the client's Certificate message pass",
    ("accept-client", "refuse"): "refuses the client",
    ("accept-client", "defer"): "finishes the handshake, and refuses above TLS",
    ("grant", "grant"): "opens the session",
    ("grant", "refuse"): "closes the session",
}


_ON_HOLDER = {"refuse": "refuses", "defer": "goes on with"}


def on_holder(side: str, peer: str, choice: str) -> str:
    """The decision of a side on the holder of a certificate, by its choice."""
    return f"The {side} {_ON_HOLDER.get(choice, 'accepts')} this {peer}"


def refusing_holder(decided: str) -> str:
    """The same decision as a refusal."""
    return decided.replace("accepts", "refuses").replace("goes on with", "refuses")


def headline(event: Event, names: Names = NAMELESS) -> str:
    """The event in one sentence; without ``names`` a CA is called by its lane."""
    fact, who = event.fact, names.subject(event.actor)
    match fact:
        case Setup():
            return "The set-up"
        case Sent():
            return f"{who} sends {sent_name(fact)}"
        case Received():
            return f"{who} reads {message_name(fact.name)}"
        case Alert():
            verb = "sends" if fact.direction == "sent" else "reads"
            return f"{who} {verb} the alert {clean(fact.name)}"
        case TransportEnded(direction="sent"):
            reset = fact.how == "connection reset"
            return f"{who}'s TCP resets the connection" if reset else f"{who} closes the connection"
        case TransportEnded():
            return f"{who} sees: {fact.how}"
        case Checked():
            return f"{who} {_judgement(fact.verdict)}"
        case Decided():
            return decided(fact, who)
        case StateChanged():
            return f"{who} goes from {clean(fact.before)} to {clean(fact.after)}"
        case HandshakeReturned():
            return f"{who}'s {returned(fact)}"
        case BeliefChanged():
            return f"{who} {'assumes' if fact.assumed else 'believes'}: {level_name(fact.level)}"
        case StandingChanged():
            return f"{who} knows: {level_name(fact.standing)}"
        case UserSought(user=user):
            return f"{who} maps the certificate to {f'the user {clean(user)}' if user else 'no user'}"
        case CertificateSought(chosen=chosen):
            return (
                f"{who} looks for a certificate and finds {names.shown(chosen) if chosen else 'none to send'}"
            )
        case Unanswered():
            return f"{who} has no answer about {names.shown(fact.certificate)} from an OCSP responder"
        case HeaderRead(names=name):
            return f"{who} reads {f'the name {names.shown(name)}' if name else 'no name'} in a header"
        case Noted() | LogonStep() | TimerExpired():
            return names.shown(fact.text).partition(". ")[0].removesuffix(".")


def decided(fact: Decided, who: str) -> str:
    """A decision as what its actor does; as question and answer where the decision is unknown."""
    does = DOES.get((fact.decision, fact.choice))
    return f"{who} {does}" if does else f"{question(fact.decision)} {clean(fact.choice).capitalize()}"


def returned(fact: HandshakeReturned) -> str:
    """The return of a handshake call, for words beside its lane."""
    return f"handshake call returns {'without error' if fact.result == 'ok' else 'with an error'}"


def _judgement(verdict: Verdict) -> str:
    decisive = verdict.decisive
    outcomes = {check.outcome for check in verdict.checks if check.name == CheckName.PROOF_OF_POSSESSION}
    came_first = verdict.proof_came_first and not (
        decisive and decisive.name == CheckName.PROOF_OF_POSSESSION
    )
    if not came_first and outcomes & {CheckOutcome.PASS, CheckOutcome.FAIL}:  # it completes the rest
        held = decisive is None or decisive.name != CheckName.PROOF_OF_POSSESSION
        return f"checks the {verdict.role}'s proof: it {'holds' if held else 'does not hold'}"
    if decisive and decisive.name == CheckName.CERTIFICATE_PRESENTED:
        return "finds no certificate, and requires one"
    if decisive:
        return f"checks the {verdict.role}'s certificate: {clean(decisive.name)} fails"
    if verdict.peer is None:
        return "finds no certificate to check"
    if not any(check.outcome is CheckOutcome.PASS for check in verdict.checks):
        return f"does not judge the {verdict.role}'s certificate"
    return f"checks the {verdict.role}'s certificate: no check fails"
