"""Every fact of a run that a question may claim, and claims made of these facts.

A claim maps facts to the values they should have. Playing the run decides if it holds; no answer is stored.
A number may have bounds: ``{ at_least = 100 }``. Of a run with several connections a fact tells of the last.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from simulator.errors import SimulatorError, unknown_name
from simulator.lessons.facts.values import (
    ALERT,
    CERTIFICATES,
    CHECK,
    EMPTY_MESSAGE,
    HANDSHAKE,
    LAYER,
    LEVEL,
    LEVEL_OR_NONE,
    MESSAGES,
    NO_MESSAGE,
    NONE,
    NOT_STATED,
    NUMBER,
    PROOF,
    RESULT,
    SIDE,
    SIGN,
    STANDING,
    TEXT,
    YES_NO,
    Values,
    agrees,
)
from simulator.lessons.traces import (
    checks_of,
    client_certificate,
    client_chain,
    client_leaf,
    names_of,
    proof_in,
)
from simulator.security import SecurityLevel, Standing
from simulator.tls.wire.version import Protection
from simulator.trace.connections import connections_of
from simulator.trace.facts import Received, Sent, StandingChanged
from simulator.trace.latest import last_verdict, prompts, seen_by_client
from simulator.trust.verdict import CheckOutcome
from simulator.trust.vocabulary import CheckName
from simulator.views.story.reading import gap, idle_authorities
from simulator.views.story.words import OUTCOME_WORDS, common_name

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from simulator.trace.trace import Trace

Claim = dict[str, Any]
#: The standings of a client that the server knows.
KNOWN = (Standing.AUTHENTICATED, Standing.IDENTIFIED, Standing.AUTHORISED)


def _first_failure(trace: Trace, judge: str) -> str:
    verdict = last_verdict(trace.events, judge)
    return verdict.decisive.name if verdict and verdict.decisive else NONE


def _in_servers_ledger(trace: Trace, name: CheckName) -> str:
    return next(
        (OUTCOME_WORDS[line.outcome] for line in checks_of(trace, "server") if line.name == name), NONE
    )


def _believed_at_return(trace: Trace) -> str:
    level = trace.outcome.client.believed_when_handshake_returned
    return level.value if level else NONE


def _believed_wrongly_ms(trace: Trace) -> int:
    late = gap(trace)
    return round(late.length / 1000) if late else 0


def _known_after(trace: Trace) -> str:
    """The message whose reading led the server to know who the client is."""
    for event, changed in trace.facts(StandingChanged):
        if changed.standing in KNOWN:
            while not isinstance(event.fact, Received):
                assert event.cause is not None  # a server that has read nothing knows nothing
                event = trace.events[event.cause]
            return event.fact.name
    return NONE


def _certificates_sent(trace: Trace) -> str:
    if client_certificate(trace) is None:
        return NO_MESSAGE
    return str(len(client_chain(trace)) or EMPTY_MESSAGE)


def _certificate_visible(trace: Trace) -> bool:
    message = client_certificate(trace)
    return message is not None and message.protection is Protection.CLEAR and bool(client_chain(trace))


def _extension(trace: Trace, name: str, absent: str) -> str:
    """An extension of the client's certificate in words."""
    leaf = client_leaf(trace)
    return next((one.text for one in leaf.extensions if one.name == name), absent) if leaf else NONE


def _host_names(trace: Trace) -> str:
    names = _extension(trace, "subjectAltName", NONE).split(", ")
    return ", ".join(name.removeprefix("DNS name ") for name in names if name.startswith("DNS name ")) or NONE


def _authorities_took_part(trace: Trace) -> bool:
    idle = idle_authorities(trace)
    return any(actor.role == "authority" and actor.name not in idle for actor in trace.setup.actors)


def _refused_connections(trace: Trace) -> int:
    return sum(one.outcome.level is SecurityLevel.REFUSED for one in connections_of(trace))


def _data(trace: Trace, side: str, kind: type[Sent | Received]) -> bool:
    """Return True if a side sent, or read, application data."""
    facts = (fact for event, fact in trace.facts(kind) if event.actor == side)
    return any(fact.protocol == "application_data" for fact in facts)


@dataclass(frozen=True, slots=True)
class Fact:
    """A fact of a run.

    Attributes:
        meaning: what it means, for a table.
        values: the values that it can have.
        read: reads its value from a trace.
        sentence: a sentence with the value in place of the braces, if it has any.
        instead: other sentences, by the value that they are for.
        of_all: it tells of all connections of a run, and not of the last one.
    """

    meaning: str
    values: Values
    read: Callable[[Trace], Any]
    sentence: str
    instead: Mapping[Any, str] = field(default_factory=dict)
    of_all: bool = False

    def said(self, value: Any) -> str:
        """The fact with this value, or with these bounds, as one sentence."""
        bounds = isinstance(value, dict)
        sentence = self.sentence if bounds else self.instead.get(value, self.sentence)
        return sentence.format(self.values.written(value))


_NO_ALERT = "No alert refused anything."
_NO_CHECK = "No failed check led to a refusal."
_NO_PROOF = "The client sent no proof."
_NO_ERROR = "The client never took a refused session for open."

# In the order of the story's questions: what came out, which side refused, what each side knew, what was
# proved, what was sent. A table to read as one; the formatter would make it twice as long.
# fmt: off
FACTS: Mapping[str, Fact] = MappingProxyType({
    "level": Fact(
        "the security level at the end", LEVEL, lambda t: t.outcome.level.value,
        "The security level is {}."),
    "access_granted": Fact(
        "the server opened the session", YES_NO, lambda t: t.card.access_granted,
        "The server opened the session.", {False: "The server did not open the session."}),
    "refused_at": Fact(
        "the layer that refused", LAYER, lambda t: t.outcome.refused_at or NONE,
        "The refusal came from the layer {}.", {
            NONE: "Neither side refused.",
            "tls": "The refusal came from TLS.",
            "identity": "The refusal came after TLS: no user belongs to the client.",
            "application": "The refusal came after TLS, from the application."}),
    "alert": Fact(
        "the first alert that refuses", ALERT, lambda t: t.outcome.alert.name if t.outcome.alert else NONE,
        "The alert is {}.", {NONE: _NO_ALERT}),
    "alert_from": Fact(
        "the sender of that alert", SIDE, lambda t: t.outcome.alert.sender if t.outcome.alert else NONE,
        "The {} sent the alert.", {NONE: _NO_ALERT}),
    "client_saw": Fact(
        "the sign by which the client learned that the server refused it in TLS", SIGN,
        lambda t: seen_by_client(t.events) or NONE,
        "The client learned of the refusal by {}.", {
            "alert": "The client read the server's alert.",
            "connection reset": "The client saw a connection reset, and read no alert.",
            "end of file": "The client came to the end of the connection, and read no alert.",
            NONE: "The client learned of no refusal by the server in TLS."}),
    "decisive_check": Fact(
        "the failed check that led to the refusal", CHECK, lambda t: t.outcome.decisive_check or NONE,
        "The check that decided is {}.", {NONE: _NO_CHECK}),
    "return_code": Fact(
        "the return code that a server of AT-TLS reports", TEXT,
        lambda t: str(t.card.return_code or NONE),
        "The server reports return code {}.", {NONE: "The server reports no return code."}),
    "judged_by": Fact(
        "the side that made this check", SIDE, lambda t: t.outcome.judged_by or NONE,
        "It was the {} whose check failed.", {NONE: _NO_CHECK}),
    "server_failed_at": Fact(
        "the first failed check in the server's ledger", CHECK, lambda t: _first_failure(t, "server"),
        "The first check that failed at the server is {}.", {NONE: "No check failed at the server."}),
    "client_failed_at": Fact(
        "the first failed check in the client's ledger", CHECK, lambda t: _first_failure(t, "client"),
        "The first check that failed at the client is {}.", {NONE: "No check failed at the client."}),
    "server_checks_passed": Fact(
        "the number of passed checks in the server's ledger", NUMBER,
        lambda t: sum(check.outcome is CheckOutcome.PASS for check in checks_of(t, "server")),
        "In the server's ledger {} checks passed.", {
            0: "In the server's ledger no check passed.",
            1: "In the server's ledger 1 check passed."}),
    "revocation": Fact(
        "the outcome of the revocation check in the server's ledger", RESULT,
        lambda t: _in_servers_ledger(t, CheckName.REVOCATION),
        "The server's ledger says of revocation: {}.", {NONE: "The server judged no certificate."}),
    "client_name_check": Fact(
        "the outcome of comparing the client's host name in the server's ledger", RESULT,
        lambda t: _in_servers_ledger(t, CheckName.SERVER_NAME),
        "The server's check of a host name: {}.", {NONE: "The server judged no certificate."}),
    "client_handshake": Fact(
        "the result of the client's handshake call", HANDSHAKE, lambda t: t.outcome.client.handshake,
        "The client's handshake call failed.", {
            "ok": "The client's handshake call returned without an error.",
            "none": "The client made no handshake call: TLS never began."}),
    "server_handshake": Fact(
        "the result of the server's handshake call", HANDSHAKE, lambda t: t.outcome.server.handshake,
        "The server's handshake call failed.", {
            "ok": "The server's handshake call returned without an error.",
            "none": "The server made no handshake call: TLS never began."}),
    "client_believed": Fact(
        "the level that the client believed in when its handshake call returned", LEVEL_OR_NONE,
        _believed_at_return, "When its handshake call returned, the client took the level for {}.",
        {NONE: "The client's handshake call failed, or it made none."}),
    "client_believes": Fact(
        "the level that the client believes in at the end", LEVEL, lambda t: t.outcome.client.believes.value,
        "At the end the client takes the level for {}."),
    "server_knows": Fact(
        "what the server knows of the client at the end", STANDING,
        lambda t: t.outcome.server.standing.value, "At the end the server knows of the client: {}."),
    "known_after": Fact(
        "the message after which the server knew who the client is", TEXT, _known_after,
        "The server knew who the client is when it had read {}.", {
            NONE: "The server never knew who the client is."}),
    "late_refusal": Fact(
        "the client took a refused session for open", YES_NO, lambda t: gap(t) is not None,
        "For a while the client took a refused session for open.", {False: _NO_ERROR}),
    "believed_wrongly_ms": Fact(
        "the time for which it did so, in milliseconds", NUMBER, _believed_wrongly_ms,
        "The client's error lasted {} ms.", {0: _NO_ERROR}),
    "server_authenticated": Fact(
        "the client verified the server", YES_NO, lambda t: t.card.server_authenticated,
        "The client verified the server.", {False: "The client did not verify the server."}),
    "client_authenticated": Fact(
        "the client is authenticated", PROOF, lambda t: t.card.client_authenticated,
        "The client is not authenticated.", {
            "yes": "The client is authenticated.", "claimed": "The client's identity is only claimed."}),
    "identity": Fact(
        "the name that the server knows the client by", TEXT, lambda t: t.card.client_identity or NONE,
        "The server knows the client by the name {}.", {NONE: "The server knows no name of the client."}),
    "user": Fact(
        "the user that the certificate is mapped to", TEXT, lambda t: t.card.user or NONE,
        "The certificate is mapped to the user {}.", {NONE: "The client is mapped to no user."}),
    "user_asked": Fact(
        "how often the client has asked its user, since it was started", NUMBER, lambda t: prompts(t.events),
        "The client has asked its user {} times.", {
            0: "The client has not asked its user.", 1: "The client has asked its user once."}),
    "asked": Fact(
        "the server asked for a certificate", YES_NO,
        lambda t: "CertificateRequest" in names_of(t, "server"),
        "The server asked for a certificate.", {False: "The server did not ask for a certificate."}),
    "certificates_sent": Fact(
        "the contents of the client's Certificate message", CERTIFICATES, _certificates_sent,
        "In the client's Certificate message there are {} certificates.", {
            NO_MESSAGE: "The client sent no Certificate message.",
            EMPTY_MESSAGE: "The client sent an empty Certificate message.",
            "1": "In the client's Certificate message there is 1 certificate."}),
    "certificate_visible": Fact(
        "the client's certificate was sent in the clear", YES_NO, _certificate_visible,
        "An eavesdropper could read the client's certificate: it was sent in the clear.",
        {False: "An eavesdropper could read no certificate of the client."}),
    "self_signed": Fact(
        "the certificate that the client showed is self-signed", YES_NO,
        lambda t: (leaf := client_leaf(t)) is not None and leaf.self_signed,
        "The client's certificate is self-signed.",
        {False: "The client showed no self-signed certificate."}),
    "issued_by": Fact(
        "the name of the CA that issued the certificate that the client showed", TEXT,
        lambda t: common_name(leaf.issuer) if (leaf := client_leaf(t)) else NONE,
        "The client's certificate was issued by {}.", {NONE: "The client showed no certificate."}),
    "purposes": Fact(
        f"the purposes in the client's certificate: `{NOT_STATED}` without an extended key usage", TEXT,
        lambda t: _extension(t, "extKeyUsage", NOT_STATED),
        "The client's certificate is for {}.", {
            NONE: "The client showed no certificate.",
            NOT_STATED: "The client's certificate states no purpose."}),
    "host_names": Fact(
        "the hosts that the client's certificate names", TEXT, _host_names,
        "The client's certificate names the host {}.",
        {NONE: "The client showed no host name in a certificate."}),
    "client_proved": Fact(
        "the client sent CertificateVerify", YES_NO, lambda t: "CertificateVerify" in names_of(t, "client"),
        "The client sent CertificateVerify.", {False: "The client sent no CertificateVerify."}),
    "proof_scheme": Fact(
        "the signature scheme of the client's proof", TEXT,
        lambda t: proof.scheme if (proof := proof_in(t)) else NONE,
        "The signature scheme of the client's proof is {}.", {NONE: _NO_PROOF}),
    "bytes_signed": Fact(
        "the number of bytes that the client signed", NUMBER,
        lambda t: len(proof.content) if (proof := proof_in(t)) else 0,
        "The client signed {} bytes.", {0: _NO_PROOF, 1: "The client signed 1 byte."}),
    "hello_count": Fact(
        "the number of ClientHello messages", NUMBER, lambda t: names_of(t, "client").count("ClientHello"),
        "The client sent {} ClientHello messages.", {
            0: "The client sent no ClientHello message.", 1: "The client sent 1 ClientHello message."}),
    "client_sent_data": Fact(
        "the client sent application data", YES_NO, lambda t: _data(t, "client", Sent),
        "The client sent application data.", {False: "The client sent no application data."}),
    "server_read_data": Fact(
        "the server read application data", YES_NO, lambda t: _data(t, "server", Received),
        "The server read application data.", {False: "The server read no application data."}),
    "client_read_data": Fact(
        "the client read application data", YES_NO, lambda t: _data(t, "client", Received),
        "The client read application data.", {False: "The client read no application data."}),
    "authorities_took_part": Fact(
        "a CA took part in the connection", YES_NO, _authorities_took_part,
        "A CA took part in the connection.", {False: "No CA took part in the connection."}),
    "client_messages": Fact(
        "the client's handshake messages, in order, with commas", MESSAGES,
        lambda t: ", ".join(names_of(t, "client")),
        "The client sent {}.", {"": "The client sent no handshake message."}),
    "server_messages": Fact(
        "the server's handshake messages, in order, with commas", MESSAGES,
        lambda t: ", ".join(names_of(t, "server")),
        "The server sent {}.", {"": "The server sent no handshake message."}),
    "connections": Fact(
        "the number of connections", NUMBER, lambda t: len(t.setups),
        "The number of connections is {}.", of_all=True),
    "refused_connections": Fact(
        "the number of connections that were refused", NUMBER, _refused_connections,
        "The number of refused connections is {}.", {
            0: "No connection was refused."}, of_all=True),
})
# fmt: on


def fact(trace: Trace, name: str) -> Any:
    """The value of a fact in a run.

    Raises:
        SimulatorError: unknown fact.
    """
    found = _known(name)
    return found.read(trace if found.of_all else connections_of(trace)[-1])


def said(name: str, value: Any) -> str:
    """A fact and its value as one sentence."""
    return FACTS[name].said(value)


def holds(claim: Claim, trace: Trace) -> bool:
    """Return True if the run shows everything that is claimed."""
    return all(agrees(fact(trace, name), value) for name, value in claim.items())


def shortfalls(claim: Claim, trace: Trace) -> Iterator[str]:
    """For each claimed fact that the run does not show, sentences: the value it has, and the wanted one."""
    for name, value in claim.items():
        found = fact(trace, name)
        if not agrees(found, value):
            yield f"{said(name, found)} What is wanted: {said(name, value)}"


def check_claim(claim: Claim) -> None:
    """Check that every fact of a claim exists and can have the claimed value.

    Raises:
        SimulatorError: unknown fact, or a value that it cannot have.
    """
    for name, value in claim.items():
        values = _known(name).values
        if not values.allows(value):
            raise SimulatorError(
                f"The fact {name} cannot have this value.", got=repr(value), expected=values.words
            )


def _known(name: str) -> Fact:
    if name not in FACTS:
        expected, otherwise = "a fact in the table of docs/quiz.md", f"Facts: {', '.join(FACTS)}."
        raise unknown_name(SimulatorError, "fact", name, FACTS, expected=expected, otherwise=otherwise)
    return FACTS[name]
