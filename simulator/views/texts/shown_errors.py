"""The error texts of a refusal: what real programs on both sides print, as it was measured.

The side that refuses is shown with programs that use OpenSSL, and only where the trust decision followed
OpenSSL: others give other reasons. What the refused side prints follows from the alert that it read.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from simulator.error_texts.of_verdict import cause_of
from simulator.error_texts.table import Program, printed_by, program_named
from simulator.tls.wire.version import PEER, SIDES, Side
from simulator.trace.facts import Alert, Decided
from simulator.trace.latest import last_verdict, side_named
from simulator.trace.return_code import log_line

if TYPE_CHECKING:
    from collections.abc import Iterator

    from simulator.trace.trace import Trace

# A telnet client, a widely used tool, one without OpenSSL; and what makes a telnet server one with TLS.
REFUSED: dict[Side, tuple[str, ...]] = {
    "client": ("telnet-ssl", "curl (OpenSSL)", "Java HttpsURLConnection"),
    "server": ("stunnel",),
}
REFUSING: dict[Side, tuple[str, ...]] = {"client": ("telnet-ssl", "curl (OpenSSL)"), "server": ("stunnel",)}

# The program that refuses in HTTP what it found in the handshake: its page, and its log.
WITH_PAGE: dict[Side, str] = {"client": "any HTTP client of nginx (page)", "server": "nginx"}
HTTP = ("application", "HTTP")  # the setting of a server

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
    """The text that one program prints.

    Attributes:
        side: its side.
        program: the program with its version.
        text: what it prints; ``…`` stands for what differs from run to run.
    """

    side: Side
    program: str
    text: str


def shown_errors(trace: Trace) -> list[ShownError]:
    """The error texts of real programs for a refusal, the client's first; empty for any other end.

    Those for a certificate that is refused, in TLS or by a page, were measured; the line of a server that
    reports by return codes is cited.
    """
    outcome, code = trace.outcome, trace.card.return_code
    reported = [] if code is None else [ShownError("server", "z/OS AT-TLS (cited)", log_line(code))]
    if _refuses_with_page(trace):
        judged = last_verdict(trace.events, "server")
        return _with_page(cause_of(judged) if judged else "", outcome.negotiated or "")
    if outcome.refused_at != "tls" or outcome.alert is None:
        return reported
    refusing, alert = outcome.alert.sender, outcome.alert.name
    verdict = last_verdict(trace.events, refusing)
    if verdict is not None and verdict.decisive is not None:
        # The last check that failed made the refusal: one before it was put off.
        cause = cause_of(verdict) if verdict.decisive.name == outcome.decisive_check else ""
    else:
        cause = "version-mismatch" if (refusing, alert) == ("server", "protocol_version") else ""
    read = _has_read(trace, PEER[refusing], alert)
    found = errors_for(refusing, cause, alert if read else "", outcome.negotiated or "")
    if any(actor.reports for actor in trace.setup.actors):  # its log has none of the measured texts
        found = [one for one in found if one.side == "client"]
    return found + reported


def _refuses_with_page(trace: Trace) -> bool:
    """Return True if the server put its refusal off and then made it in HTTP."""
    deferred = any(fact.choice == "defer" for _, fact in trace.facts(Decided))
    in_http = any(setting == HTTP for actor in trace.setup.actors for setting in actor.policy)
    return trace.outcome.refused_at == "application" and deferred and in_http


def _with_page(cause: str, tls: str) -> list[ShownError]:
    """The page that nginx shows for a cause, and what it writes into its log."""
    return [error for side in SIDES for error in _printed(side, WITH_PAGE[side], cause, tls)]


def errors_for(refusing: Side, cause: str, alert: str, tls: str) -> list[ShownError]:
    """The error texts for a cause, the client's first.

    Args:
        refusing: the side that refuses.
        cause: the measured cause that its log shows, or empty.
        alert: the alert that the other side reads, or empty.
        tls: the version; empty where none was agreed on.
    """
    refused = PEER[refusing]
    causes: dict[Side, str] = {refusing: cause, refused: _BY_ALERT[refused].get(alert, "")}
    return [
        error
        for side in SIDES
        for name in (REFUSING if side == refusing else REFUSED)[side]
        for error in _printed(side, name, causes[side], tls)
    ]


def _has_read(trace: Trace, side: Side, name: str) -> bool:
    return any(
        fact.direction == "received" and fact.name == name and side_named(event.actor) == side
        for event, fact in trace.facts(Alert)
    )


def _printed(side: Side, name: str, cause: str, tls: str) -> Iterator[ShownError]:
    """The text that a program prints for a cause, where it was measured to print one text and no other."""
    if text := printed_by(name, side, cause, tls):
        yield ShownError(side, _label(program_named(name, side)), text)


def _label(program: Program) -> str:
    """The program's name without its library, and its version."""
    name = program.name.partition(" (")[0]
    version = program.version.partition(",")[0]
    return f"{name}, {version}" if " " in version else f"{name} {version}"
