"""The answers of other stacks to a chain: accepted or refused, the alert, and what their programs print."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from simulator.error_texts.of_verdict import cause_of_check
from simulator.error_texts.table import STACK_PROGRAMS, printed_by
from simulator.tls.wire.version import PEER
from simulator.trust.profiles import PROFILES

if TYPE_CHECKING:
    from collections.abc import Mapping

    from simulator.trust.profile import ClientRefusal
    from simulator.trust.verdict import Verdict

# What a server does in place of an alert.
OTHERWISE: Mapping[ClientRefusal, str] = {
    "alert": "",
    "page": "page 400 after the handshake",
    "close": "closed after the handshake, without an alert",
}


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
    refusal = PROFILES[name].refusal_of_client(decisive.name) if judge == "server" else "alert"
    otherwise = OTHERWISE[refusal]
    cause, program = cause_of_check(decisive, verdict.role), STACK_PROGRAMS[judge].get(name, "")
    text = printed_by(program, judge, cause, "1.3") if cause and program else ""
    return StackAnswer(name, False, decisive.name, None if otherwise else verdict.alert, otherwise, text)
