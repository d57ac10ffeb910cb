"""What people see of a refusal: the error texts of real programs on both sides, as they were measured.

The side that refuses is shown with programs that use OpenSSL, and only where the trust decision followed
OpenSSL: others give other reasons. What the refused side prints follows from the alert that it read.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from simulator.error_texts.normal_form import with_gaps
from simulator.error_texts.table import Program, programs
from simulator.tls.wire.version import PEER, SIDES, Side
from simulator.trace.facts import Alert
from simulator.trace.latest import last_verdict, side_named

if TYPE_CHECKING:
    from collections.abc import Iterator

    from simulator.trace.trace import Trace
    from simulator.trust.verdict import Verdict

# A telnet client, a widely used tool, one without OpenSSL; and what makes a telnet server one with TLS.
REFUSED: dict[Side, tuple[str, ...]] = {
    "client": ("telnet-ssl", "curl (OpenSSL)", "Java HttpsURLConnection"),
    "server": ("stunnel",),
}
REFUSING: dict[Side, tuple[str, ...]] = {"client": ("telnet-ssl", "curl (OpenSSL)"), "server": ("stunnel",)}

# The cause by the field that decided: of a client's certificate, and of a server's.
_BY_FIELD = {
    "certificate_list": ("no-certificate", ""),
    "issuer": ("untrusted-ca", "server-untrusted-ca"),
    "notAfter": ("certificate-expired", "server-expired"),
    "notBefore": ("certificate-not-yet-valid", "server-not-yet-valid"),
    "extKeyUsage": ("wrong-purpose", "server-wrong-purpose"),
    "keyUsage": ("wrong-purpose", "server-wrong-purpose"),
    "subjectPublicKeyInfo": ("weak-rsa-key", ""),
    "CertificateVerify": ("stolen-certificate", ""),
    "revokedCertificates": ("revoked", ""),
    "nextUpdate": ("crl-stale", ""),
    "CRL": ("crl-missing", ""),
    "subjectAltName": ("", "server-wrong-name"),
}
# What the refused side prints depends on the alert: a cause for which an OpenSSL peer sends it.
_BY_ALERT: dict[Side, dict[str, str]] = {
    "client": {
        "handshake_failure": "no-certificate",
        "certificate_required": "no-certificate",
        "unknown_ca": "untrusted-ca",
        "certificate_expired": "certificate-expired",
        "bad_certificate": "certificate-not-yet-valid",
        "unsupported_certificate": "wrong-purpose",
        "certificate_revoked": "revoked",
        "protocol_version": "version-mismatch",
    },
    "server": {
        "unknown_ca": "server-untrusted-ca",
        "certificate_expired": "server-expired",
        "bad_certificate": "server-wrong-name",
        "unsupported_certificate": "server-wrong-purpose",
    },
}


class ShownError(NamedTuple):
    """What one program prints.

    Attributes:
        side: its side.
        program: the program with its version.
        text: what it prints; ``…`` stands for what differs from run to run.
    """

    side: Side
    program: str
    text: str


def shown_errors(trace: Trace) -> list[ShownError]:
    """The error texts of real programs for a refusal by TLS, the client's first; empty for any other end."""
    outcome = trace.outcome
    if outcome.refused_at != "tls" or outcome.alert is None:
        return []
    refusing = outcome.alert.sender
    refused = PEER[refusing]
    causes: dict[Side, str] = {refusing: _cause_at_judge(trace, refusing)}
    if _has_read(trace, refused, outcome.alert.name):
        causes[refused] = _BY_ALERT[refused].get(outcome.alert.name, "")
    return [
        error
        for side in SIDES
        for name in (REFUSING if side == refusing else REFUSED)[side]
        for error in _printed(side, name, causes.get(side, ""), outcome.negotiated or "")
    ]


def _cause_at_judge(trace: Trace, judge: Side) -> str:
    """The measured cause of the log of the side that refuses, or an empty text."""
    verdict = last_verdict(trace.events, judge)
    if verdict is None or verdict.decisive is None:
        alert = trace.outcome.alert
        return "version-mismatch" if alert and alert.name == "protocol_version" and judge == "server" else ""
    if verdict.profile != "openssl" or verdict.decisive.depth:  # a fault of a CA was not measured
        return ""
    if _is_self_signed(verdict):
        return "self-signed" if verdict.role == "client" else "server-self-signed"
    of_client, of_server = _BY_FIELD.get(verdict.decisive.field, ("", ""))
    return of_client if verdict.role == "client" else of_server


def _is_self_signed(verdict: Verdict) -> bool:
    decisive = verdict.decisive
    return decisive is not None and decisive.field == "issuer" and decisive.value == verdict.peer


def _has_read(trace: Trace, side: Side, name: str) -> bool:
    return any(
        fact.direction == "received" and fact.name == name and side_named(event.actor) == side
        for event, fact in trace.facts(Alert)
    )


def _printed(side: Side, name: str, cause: str, tls: str) -> Iterator[ShownError]:
    """What a program prints for a cause, where it was measured to print one text and no other."""
    program = next(one for one in programs() if (one.name, one.side) == (name, side))
    seen = [
        one for one in program.seen if cause in one.causes.split() and (not tls or tls in one.tls.split())
    ]
    plain = [one for one in seen if not one.note] or seen  # a note is about another setting: a renegotiation
    texts = {one.text for one in plain if one.refused}
    if len(texts) == 1 and (text := texts.pop()):
        yield ShownError(side, _label(program), with_gaps(text))


def _label(program: Program) -> str:
    """The program's name without its library, and its version."""
    name = program.name.partition(" (")[0]
    version = program.version.partition(",")[0]
    return f"{name}, {version}" if " " in version else f"{name} {version}"
