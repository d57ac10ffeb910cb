"""Every fact that a claim can speak of: what it is, which values it can have, how it is read and said."""

from __future__ import annotations

from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from simulator.lessons.facts import kinds, readings
from simulator.lessons.facts.readings import NONE, NOT_STATED
from simulator.lessons.facts.sayings import counted, either, filled, levelled
from simulator.lessons.traces import names_of
from simulator.trace.facts import Received, Sent
from simulator.trust.vocabulary import CheckName
from simulator.views.story.reading import gap

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from simulator.lessons.facts.kinds import Kind
    from simulator.lessons.facts.sayings import Saying
    from simulator.trace.trace import Trace

NO_ALERT = "No alert refused anything."
NO_CHECK = "No failed check led to a refusal."
NO_CERTIFICATE = "The client showed no certificate."
NO_PROOF = "The client sent no proof."
NO_ERROR = "The client never took a refused session for open."


@dataclass(frozen=True, slots=True)
class Fact:
    """Something that can be asked of every run.

    Attributes:
        what: what it is, for a table.
        kind: which values it can have.
        read: finds its value in a trace.
        say: a sentence that says it with its value.
    """

    what: str
    kind: Kind
    read: Callable[[Trace], Any]
    say: Saying


# Every fact by its name, in the order of the story's questions: what came of it, who said no, who knew what,
# who proved what, what was sent.
FACTS: Mapping[str, Fact] = MappingProxyType(
    {
        "level": Fact(
            "the security level at the end",
            kinds.LEVEL,
            lambda t: t.outcome.level.value,
            levelled("The security level is {}."),
        ),
        "access_granted": Fact(
            "the server opened the session",
            kinds.YES_NO,
            lambda t: t.card.access_granted,
            either("The server opened the session.", "The server did not open the session."),
        ),
        "refused_at": Fact(
            "the layer that refused",
            kinds.LAYER,
            lambda t: t.outcome.refused_at or NONE,
            filled(
                "The refusal came from the layer {}.",
                none="Nobody refused.",
                tls="The refusal came from TLS.",
                identity="The refusal came after TLS: no user belongs to the client.",
                application="The refusal came after TLS, from the application.",
            ),
        ),
        "alert": Fact(
            "the first alert that refuses",
            kinds.ALERT,
            readings.alert_name,
            filled("The alert is {}.", none=NO_ALERT),
        ),
        "alert_from": Fact(
            "who sent that alert",
            kinds.SIDE,
            readings.alert_sender,
            filled("The {} sent the alert.", none=NO_ALERT),
        ),
        "decisive_check": Fact(
            "the failed check that led to the refusal",
            kinds.CHECK,
            lambda t: t.outcome.decisive_check or NONE,
            filled("The check that decided is {}.", none=NO_CHECK),
        ),
        "judged_by": Fact(
            "the side whose check that was",
            kinds.SIDE,
            lambda t: t.outcome.judged_by or NONE,
            filled("It was the {} whose check failed.", none=NO_CHECK),
        ),
        "server_failed_at": Fact(
            "the first check that failed in the server's ledger",
            kinds.CHECK,
            lambda t: readings.first_failure(t, "server"),
            filled("The first check that failed at the server is {}.", none="No check failed at the server."),
        ),
        "client_failed_at": Fact(
            "the first check that failed in the client's ledger",
            kinds.CHECK,
            lambda t: readings.first_failure(t, "client"),
            filled("The first check that failed at the client is {}.", none="No check failed at the client."),
        ),
        "server_checks_passed": Fact(
            "how many checks passed in the server's ledger",
            kinds.NUMBER,
            lambda t: readings.checks_passed(t, "server"),
            counted("In the server's ledger {} passed.", "check", "In the server's ledger no check passed."),
        ),
        "revocation": Fact(
            "what the server's ledger says of revocation",
            kinds.RESULT,
            lambda t: readings.check_outcome(t, CheckName.REVOCATION),
            filled("The server's ledger says of revocation: {}.", none="The server judged nobody."),
        ),
        "client_name_check": Fact(
            "what the server's ledger says of comparing the client's host name",
            kinds.RESULT,
            lambda t: readings.check_outcome(t, CheckName.SERVER_NAME),
            filled("The server's check of a host name: {}.", none="The server judged nobody."),
        ),
        "client_handshake": Fact(
            "how the client's handshake call ended",
            kinds.HANDSHAKE,
            lambda t: t.outcome.client.handshake,
            filled(
                "The client's handshake call failed.",
                ok="The client's handshake call returned without an error.",
            ),
        ),
        "server_handshake": Fact(
            "how the server's handshake call ended",
            kinds.HANDSHAKE,
            lambda t: t.outcome.server.handshake,
            filled(
                "The server's handshake call failed.",
                ok="The server's handshake call returned without an error.",
            ),
        ),
        "client_believed": Fact(
            "what the client took the level for when its handshake call returned",
            kinds.LEVEL_OR_NONE,
            readings.believed_at_return,
            levelled(
                "When its handshake call returned, the client took the level for {}.",
                none="The client's handshake call failed.",
            ),
        ),
        "client_believes": Fact(
            "what the client takes the level for at the end",
            kinds.LEVEL,
            lambda t: t.outcome.client.believes.value,
            levelled("At the end the client takes the level for {}."),
        ),
        "server_knows": Fact(
            "what the server knows the level to be at the end",
            kinds.LEVEL,
            lambda t: t.outcome.server.believes.value,
            levelled("At the end the server knows that the level is {}."),
        ),
        "late_refusal": Fact(
            "the client took a refused session for open",
            kinds.YES_NO,
            lambda t: gap(t) is not None,
            either("For a while the client took a refused session for open.", NO_ERROR),
        ),
        "believed_wrongly_ms": Fact(
            "for how many milliseconds it did so",
            kinds.NUMBER,
            readings.believed_wrongly_ms,
            filled("The client's error lasted {} ms.", **{"0": NO_ERROR}),
        ),
        "server_authenticated": Fact(
            "the client verified the server",
            kinds.YES_NO,
            lambda t: t.card.server_authenticated,
            either("The client verified the server.", "The client did not verify the server."),
        ),
        "client_authenticated": Fact(
            "the client is authenticated",
            kinds.STANDING,
            lambda t: t.card.client_authenticated,
            filled(
                "The client is not authenticated.",
                yes="The client is authenticated.",
                claimed="The client's identity is only claimed.",
            ),
        ),
        "identity": Fact(
            "the name that the server knows the client by",
            kinds.TEXT,
            lambda t: t.card.client_identity or NONE,
            filled(
                "The server knows the client by the name {}.", none="The server knows no name of the client."
            ),
        ),
        "user": Fact(
            "the user that the certificate is mapped to",
            kinds.TEXT,
            lambda t: t.card.user or NONE,
            filled("The certificate is mapped to the user {}.", none="The client is mapped to no user."),
        ),
        "asked": Fact(
            "the server asked for a certificate",
            kinds.YES_NO,
            lambda t: "CertificateRequest" in names_of(t, "server"),
            either("The server asked for a certificate.", "The server did not ask for a certificate."),
        ),
        "certificates_sent": Fact(
            "what the client's Certificate message held",
            kinds.CERTIFICATES,
            readings.certificates_sent,
            filled(
                "In the client's Certificate message there are {} certificates.",
                no_message="The client sent no Certificate message.",
                an_empty_message="The client sent an empty Certificate message.",
                **{"1": "In the client's Certificate message there is 1 certificate."},
            ),
        ),
        "certificate_visible": Fact(
            "the client's certificate was sent in the clear",
            kinds.YES_NO,
            readings.certificate_visible,
            either(
                "An eavesdropper could read the client's certificate: it was sent in the clear.",
                "An eavesdropper could read no certificate of the client.",
            ),
        ),
        "self_signed": Fact(
            "the certificate that the client showed is self-signed",
            kinds.YES_NO,
            readings.self_signed,
            either(
                "The client's certificate is self-signed.", "The client showed no self-signed certificate."
            ),
        ),
        "purposes": Fact(
            f"what the client's certificate is for: `{NOT_STATED}` without an extended key usage",
            kinds.TEXT,
            readings.purposes,
            filled(
                "The client's certificate is for {}.",
                none=NO_CERTIFICATE,
                not_stated="The client's certificate states no purpose.",
            ),
        ),
        "host_names": Fact(
            "the hosts that the client's certificate names",
            kinds.TEXT,
            readings.host_names,
            filled(
                "The client's certificate names the host {}.",
                none="The client showed no host name in a certificate.",
            ),
        ),
        "client_proved": Fact(
            "the client sent CertificateVerify",
            kinds.YES_NO,
            lambda t: "CertificateVerify" in names_of(t, "client"),
            either("The client sent CertificateVerify.", "The client sent no CertificateVerify."),
        ),
        "proof_scheme": Fact(
            "the signature scheme of the client's proof",
            kinds.TEXT,
            readings.proof_scheme,
            filled("The signature scheme of the client's proof is {}.", none=NO_PROOF),
        ),
        "bytes_signed": Fact(
            "how many bytes the client signed",
            kinds.NUMBER,
            readings.bytes_signed,
            counted("The client signed {}.", "byte", NO_PROOF),
        ),
        "hello_count": Fact(
            "how many ClientHello messages there were",
            kinds.NUMBER,
            lambda t: names_of(t, "client").count("ClientHello"),
            counted("The client sent {}.", "ClientHello message", "The client sent no ClientHello message."),
        ),
        "client_sent_data": Fact(
            "the client sent application data",
            kinds.YES_NO,
            lambda t: readings.data(t, "client", Sent),
            either("The client sent application data.", "The client sent no application data."),
        ),
        "server_read_data": Fact(
            "the server read application data",
            kinds.YES_NO,
            lambda t: readings.data(t, "server", Received),
            either("The server read application data.", "The server read no application data."),
        ),
        "client_read_data": Fact(
            "the client read application data",
            kinds.YES_NO,
            lambda t: readings.data(t, "client", Received),
            either("The client read application data.", "The client read no application data."),
        ),
        "authorities_took_part": Fact(
            "a CA took part in the connection",
            kinds.YES_NO,
            readings.authorities_took_part,
            either("A CA took part in the connection.", "No CA took part in the connection."),
        ),
        "client_messages": Fact(
            "the client's handshake messages, in order, with commas",
            kinds.MESSAGES,
            lambda t: ", ".join(names_of(t, "client")),
            lambda value: f"The client sent {value}." if value else "The client sent no handshake message.",
        ),
        "server_messages": Fact(
            "the server's handshake messages, in order, with commas",
            kinds.MESSAGES,
            lambda t: ", ".join(names_of(t, "server")),
            lambda value: f"The server sent {value}." if value else "The server sent no handshake message.",
        ),
    }
)
