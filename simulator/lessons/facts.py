"""What a run shows, as facts with names: what questions and exercises make claims about.

A claim is a table of facts with the values they should have. Whether it holds is found by playing, never by
looking an answer up.
"""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from simulator.errors import SimulatorError
from simulator.lessons.possession import proof_in
from simulator.lessons.traces import client_certificate, last_verdict, names_of, version_of
from simulator.pki.certificate import Certificate
from simulator.tls.events import Protection
from simulator.trace import Received, Sent
from simulator.trust.verdict import Outcome
from simulator.trust.vocabulary import REVOCATION
from simulator.views.player_messages import chain_of
from simulator.views.reading import gap
from simulator.views.words import OUTCOME_WORDS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from simulator.trace import Trace

NONE = "none"  # the word for what a run does not have

Claim = dict[str, Any]


def _certificates_sent(trace: Trace) -> str:
    message = client_certificate(trace)
    if message is None:
        return "no message"
    count = len(chain_of(message, version_of(trace)))
    return "an empty message" if count == 0 else f"{count}"


def _visible_certificate(trace: Trace) -> bool:
    message = client_certificate(trace)
    return message is not None and message.protection is Protection.CLEAR


def _client_leaf(trace: Trace) -> Certificate | None:
    """The certificate that the client showed; None where it showed none."""
    message = client_certificate(trace)
    chain = chain_of(message, version_of(trace)) if message else ()
    return Certificate.parse(chain[0]) if chain else None


def _self_signed(trace: Trace) -> bool:
    leaf = _client_leaf(trace)
    return leaf is not None and leaf.self_signed


def _purposes(trace: Trace) -> str:
    leaf = _client_leaf(trace)
    if leaf is None:
        return NONE
    return "not stated" if leaf.extended_key_usage is None else ", ".join(leaf.extended_key_usage)


def _scheme(trace: Trace) -> str:
    found = proof_in(trace)
    return found.scheme if found else NONE


def _bytes_signed(trace: Trace) -> int:
    found = proof_in(trace)
    return len(found.content) if found else 0


def _revocation(trace: Trace) -> str:
    verdict = last_verdict(trace, "server")
    if verdict is None:
        return NONE
    lines = [check for check in verdict.checks if check.name == REVOCATION]
    return OUTCOME_WORDS[lines[0].outcome] if lines else NONE


def _authorities_took_part(trace: Trace) -> bool:
    authorities = {actor.name for actor in trace.setup.actors if actor.role == "authority"}
    return any(event.actor in authorities and event.at >= 0 for event in trace.events)


def _data(trace: Trace, actor: str, kind: type[Sent | Received]) -> bool:
    """Whether an actor sent, or read, application data."""
    return any(
        event.actor == actor and isinstance(event.fact, kind) and event.fact.protocol == "application_data"
        for event in trace.events
    )


def _failed(trace: Trace, judge: str) -> str:
    verdict = last_verdict(trace, judge)
    return NONE if verdict is None or verdict.decisive is None else verdict.decisive.name


def _passed(trace: Trace, judge: str) -> int:
    verdict = last_verdict(trace, judge)
    return 0 if verdict is None else sum(check.outcome is Outcome.PASS for check in verdict.checks)


# Every fact: how it is read from a trace, and how it is said with its value in the place of the braces.
FACTS: Mapping[str, tuple[Callable[[Trace], Any], str]] = MappingProxyType(
    {
        "level": (lambda t: t.outcome.level.value, "the security level is {}"),
        "alert": (lambda t: t.outcome.alert.name if t.outcome.alert else NONE, "alert: {}"),
        "alert_from": (
            lambda t: t.outcome.alert.sender if t.outcome.alert else NONE,
            "the alert comes from: {}",
        ),
        "decisive_check": (lambda t: t.outcome.decisive_check or NONE, "decisive check: {}"),
        "judged_by": (lambda t: t.outcome.judged_by or NONE, "whose check failed: {}"),
        "server_failed_at": (lambda t: _failed(t, "server"), "the server's ledger fails at: {}"),
        "client_failed_at": (lambda t: _failed(t, "client"), "the client's ledger fails at: {}"),
        "server_checks_passed": (lambda t: _passed(t, "server"), "checks passed in the server's ledger: {}"),
        "refused_at": (lambda t: t.outcome.refused_at or NONE, "layer of the refusal: {}"),
        "client_handshake": (lambda t: t.outcome.client.handshake, "the client's handshake call: {}"),
        "server_handshake": (lambda t: t.outcome.server.handshake, "the server's handshake call: {}"),
        "client_believed": (
            lambda t: (
                t.outcome.client.believed_when_handshake_returned.value
                if t.outcome.client.believed_when_handshake_returned
                else NONE
            ),
            "what the client believed when its handshake call returned: {}",
        ),
        "client_believes": (
            lambda t: t.outcome.client.believes.value,
            "what the client believes at the end: {}",
        ),
        "server_knows": (lambda t: t.outcome.server.believes.value, "what the server knows at the end: {}"),
        "late_refusal": (lambda t: gap(t) is not None, "the client took a refused session for open: {}"),
        "server_authenticated": (lambda t: t.card.server_authenticated, "the client verified the server: {}"),
        "client_authenticated": (lambda t: t.card.client_authenticated, "the client is authenticated: {}"),
        "access_granted": (lambda t: t.card.access_granted, "the server opened the session: {}"),
        "identity": (lambda t: t.card.client_identity or NONE, "the client's identity: {}"),
        "user": (lambda t: t.card.user or NONE, "mapped to user: {}"),
        "asked": (
            lambda t: "CertificateRequest" in names_of(t, "server"),
            "the server asked for a certificate: {}",
        ),
        "certificates_sent": (_certificates_sent, "certificates in the client's Certificate message: {}"),
        "certificate_visible": (
            _visible_certificate,
            "an eavesdropper can read the client's certificate: {}",
        ),
        "client_proved": (
            lambda t: "CertificateVerify" in names_of(t, "client"),
            "the client sent CertificateVerify: {}",
        ),
        "self_signed": (_self_signed, "the client's certificate is self-signed: {}"),
        "purposes": (_purposes, "purposes in the client's certificate: {}"),
        "proof_scheme": (_scheme, "signature scheme of the client's proof: {}"),
        "bytes_signed": (_bytes_signed, "bytes that the client signs: {}"),
        "hello_count": (lambda t: names_of(t, "client").count("ClientHello"), "ClientHello messages: {}"),
        "client_sent_data": (lambda t: _data(t, "client", Sent), "the client sent application data: {}"),
        "server_read_data": (lambda t: _data(t, "server", Received), "the server read application data: {}"),
        "client_read_data": (lambda t: _data(t, "client", Received), "the client read application data: {}"),
        "authorities_took_part": (_authorities_took_part, "a CA took part in the connection: {}"),
        "revocation": (_revocation, "revocation in the server's ledger: {}"),
        "client_messages": (lambda t: ", ".join(names_of(t, "client")), "the client sent: {}"),
        "server_messages": (lambda t: ", ".join(names_of(t, "server")), "the server sent: {}"),
    }
)


def fact(trace: Trace, name: str) -> Any:
    """The value of a fact in a run.

    Raises:
        SimulatorError: there is no fact of that name.
    """
    if name not in FACTS:
        raise SimulatorError("There is no such fact.", got=name, expected=", ".join(FACTS))
    return FACTS[name][0](trace)


def holds(claim: Claim, trace: Trace) -> bool:
    """Whether everything that is claimed is so in this run."""
    return all(fact(trace, name) == value for name, value in claim.items())


def shortfalls(claim: Claim, trace: Trace) -> Iterator[str]:
    """What is claimed and is not so, in words."""
    for name, value in claim.items():
        found = fact(trace, name)
        if found != value:
            yield f"{said(name, found)}; wanted: {plain(value)}"


def said(name: str, value: Any) -> str:
    """A fact and its value in words."""
    return FACTS[name][1].format(plain(value))


def plain(value: Any) -> str:
    """A value as a person says it."""
    return {True: "yes", False: "no"}.get(value, str(value)) if isinstance(value, bool) else str(value)
