"""The return code by which a server of z/OS reports a refusal to its administrator.

AT-TLS writes it to the job log (message EZD1287I) and to syslogd (EZD1286I). Nothing of it goes over the
wire. Codes below 5000 are System SSL's own. The code follows from the outcome; a refusal for which no
document names the code has none.
"""

from __future__ import annotations

from collections.abc import Callable  # noqa: TC003 - a dataclass's field
from dataclasses import dataclass
from typing import TYPE_CHECKING

from simulator.trust.vocabulary import CheckName

if TYPE_CHECKING:
    from simulator.trace.result import Outcome
    from simulator.trace.setup import Reports

AT_TLS = "z/OS Communications Server: IP Diagnosis Guide, AT-TLS return codes"
SYSTEM_SSL = "z/OS Cryptographic Services System SSL Programming, SSL function return codes"


@dataclass(frozen=True, slots=True)
class ReturnCode:
    """One return code.

    Attributes:
        code: its number.
        words: what it says, as the end of a sentence.
        source: the document that names it.
        follows: finds from the outcome whether a server that refused reports it.
        reporting: the servers that report it.
        timed_out: only a server that waited in vain for the beginning of TLS reports it.
    """

    code: int
    words: str
    source: str
    follows: Callable[[Outcome], bool]
    reporting: tuple[Reports, ...] = ("at-tls-passthru", "at-tls", "at-tls-safcheck")
    timed_out: bool = False


def _refused_by(check: CheckName) -> Callable[[Outcome], bool]:
    """The server refused, and this check of the client's certificate decided."""
    return lambda outcome: (outcome.judged_by, outcome.decisive_check) == ("server", check)


def _ended_by(alert: str) -> Callable[[Outcome], bool]:
    """The server sent this alert, and no check of a certificate had failed."""
    return lambda outcome: (
        outcome.decisive_check is None
        and outcome.alert is not None
        and (outcome.alert.sender, outcome.alert.name) == ("server", alert)
    )


# The first that follows is reported. Without a certificate AT-TLS reports 5001; a program that calls System
# SSL itself gets 403, "No certificate received from partner".
RETURN_CODES = (
    ReturnCode(
        5001,
        "the client did not provide a certificate",
        AT_TLS,
        _refused_by(CheckName.CERTIFICATE_PRESENTED),
        ("at-tls", "at-tls-safcheck"),  # the document names no other ClientAuthType
    ),
    ReturnCode(
        5002,
        "the client's certificate is not defined to SAF: no user is mapped to it",
        AT_TLS,
        lambda outcome: outcome.refused_at == "identity",
        ("at-tls-safcheck",),
    ),
    ReturnCode(
        5004,
        "the client did not begin TLS in time",
        AT_TLS,
        lambda outcome: outcome.refused_at == "telnet",
        timed_out=True,
    ),
    ReturnCode(
        401,
        "the certificate is expired or not valid yet",
        SYSTEM_SSL,
        _refused_by(CheckName.VALIDITY),
    ),
    ReturnCode(402, "no cipher suite could be agreed on", SYSTEM_SSL, _ended_by("handshake_failure")),
    ReturnCode(
        412,
        "the protocol version is not supported",
        SYSTEM_SSL,
        _ended_by("protocol_version"),
    ),
)


def return_code(outcome: Outcome, reports: Reports, *, timed_out: bool = False) -> ReturnCode | None:
    """The return code of a refusal, or None.

    Args:
        outcome: what came out of the connection.
        reports: the codes by which its server reports.
        timed_out: the server waited in vain for the beginning of TLS.
    """
    possible = (one for one in RETURN_CODES if reports in one.reporting and (timed_out or not one.timed_out))
    return next((one for one in possible if one.follows(outcome)), None)


def code_words(number: int) -> str:
    """A return code and what it says: ``5001: the client did not provide a certificate``."""
    return next(f"{number}: {one.words}" for one in RETURN_CODES if one.code == number)


def log_line(number: int) -> str:
    """The line that AT-TLS writes to the job log; ``…`` stands for the event and whose connection it was."""
    return f"EZD1287I TTLS Error RC: {number} …"
