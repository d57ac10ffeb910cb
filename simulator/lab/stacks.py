"""What other stacks do with a chain: accept or refuse it, with which alert, and what their programs print."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from simulator.error_texts.of_verdict import cause_of_check
from simulator.error_texts.table import printed_by
from simulator.tls.wire.version import PEER
from simulator.trust.vocabulary import CheckName

if TYPE_CHECKING:
    from collections.abc import Mapping

    from simulator.tls.wire.version import Side
    from simulator.trust.verdict import Verdict

# A program of each stack whose texts were measured, as a server and as a client.
PROGRAMS: Mapping[Side, Mapping[str, str]] = {
    "server": {
        "openssl": "openssl s_server -Verify 1 -verify_return_error",
        "gnutls": "gnutls-serv -r --verify-client-cert",
        "jsse": "Java SSLServerSocket",
        "go": "Go net/http",
        "nginx": "nginx",
        "node": "Node tls",
    },
    "client": {
        "openssl": "curl (OpenSSL)",
        "gnutls": "gnutls-cli",
        "jsse": "Java HttpsURLConnection",
        "go": "Go net/http",
        "node": "Node https",
    },
}
# Servers that finish the handshake before they refuse a certificate: what follows then, in place of an alert.
DEFERRING = {"nginx": "page 400 after the handshake", "node": "closed after the handshake, without an alert"}


class StackAnswer(NamedTuple):
    """The answer of a stack to a chain.

    Attributes:
        profile: its profile.
        accepted: it accepts.
        check: the check that decides, or empty.
        alert: the alert that it sends, or None.
        otherwise: what it does in place of an alert; empty if it sends one or accepts.
        text: what its program prints; ``…`` for what differs; empty if no text was measured.
    """

    profile: str
    accepted: bool
    check: str
    alert: str | None
    otherwise: str
    text: str


def stack_answers(verdicts: Mapping[str, Verdict]) -> tuple[StackAnswer, ...]:
    """The answer of every profile, in the same order.

    Args:
        verdicts: by profile.
    """
    return tuple(_answer(name, verdict) for name, verdict in verdicts.items())


def _answer(name: str, verdict: Verdict) -> StackAnswer:
    decisive, judge = verdict.decisive, PEER[verdict.role]
    if decisive is None:
        return StackAnswer(name, True, "", None, "", "")
    in_tls = judge == "client" or decisive.name in (CheckName.PROOF_OF_POSSESSION, CheckName.READABLE)
    otherwise = "" if in_tls else DEFERRING.get(name, "")
    cause, program = cause_of_check(decisive, verdict.role), PROGRAMS[judge].get(name, "")
    text = printed_by(program, judge, cause, "1.3") if cause and program else ""
    return StackAnswer(name, False, decisive.name, None if otherwise else verdict.alert, otherwise, text)
