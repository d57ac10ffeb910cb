"""The words that all views share: cleaned data, sizes, times, levels, decisions.

Text that comes from certificates, names and traces is data. It passes through :func:`clean` before it is
shown anywhere, so that it can neither move the cursor, nor reverse the line, nor hide.
"""

from __future__ import annotations

import re
from datetime import datetime
from typing import TYPE_CHECKING

from simulator.security import SecurityLevel, Standing
from simulator.tls.wire.version import Protection
from simulator.trace.return_code import code_words
from simulator.trust.verdict import CheckOutcome
from simulator.visible import clean as clean

if TYPE_CHECKING:
    from collections.abc import Callable

    from simulator.security import SecurityCard

    Say = Callable[[str], str]  # cleans a text, and may write names otherwise


_QUESTIONS = {
    "issue": "Does the CA issue the certificate?",
    "release": "Does the CA end the revocation?",
    "publish": "Does the CA publish a revocation list?",
    "connect": "Does the client connect?",
    "start-tls": "Does the client agree to START-TLS?",
    "admit": "Does the server admit a client without TLS?",
    "accept-server": "Does the client accept the server's certificate?",
    "request-certificate": "Does the server ask the client for a certificate?",
    "send-certificate": "Does the client send a certificate?",
    "accept-client": "Does the server accept the client's Certificate message?",
    "grant": "What does the server grant?",
}

OUTCOME_WORDS = {
    CheckOutcome.PASS: "passed",
    CheckOutcome.FAIL: "failed",
    CheckOutcome.NOT_EVALUATED: "not evaluated",
    CheckOutcome.NOT_REACHED: "not reached",
}

OUTCOME_MARKS = {
    CheckOutcome.PASS: "✓",
    CheckOutcome.FAIL: "✗",
    CheckOutcome.NOT_EVALUATED: "–",
    CheckOutcome.NOT_REACHED: "·",
}

PROTECTION_WORDS = {
    Protection.CLEAR: "in the clear",
    Protection.HANDSHAKE_TRAFFIC: "handshake keys",
    Protection.APPLICATION_TRAFFIC: "application keys",
    Protection.CONNECTION: "connection keys",
}

MONTHS = (
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
)  # fmt: skip - strftime would follow the machine's language

ASSUMED = "Assumed: nothing that it has read says so."

_REFUSALS = frozenset({"refuse", "refused", "deny", "close"})


def size(count: int) -> str:
    """``1 byte``, ``1,234 bytes``."""
    return "1 byte" if count == 1 else f"{count:,} bytes"


def duration(microseconds: int) -> str:
    """A length of time in its most readable unit."""
    for unit, name in ((86_400_000_000, "day"), (3_600_000_000, "hour"), (60_000_000, "minute")):
        if microseconds >= unit:
            count = microseconds / unit
            number = f"{count:.1f}".removesuffix(".0")
            return f"{number} {name}" if number == "1" else f"{number} {name}s"
    if microseconds >= 1_000_000:
        return f"{microseconds / 1_000_000:.2f}".rstrip("0").rstrip(".") + " s"
    return f"{microseconds / 1000:.1f}".removesuffix(".0") + " ms"


def moment(at: int) -> str:
    """A virtual time: ``41.2 ms``, or ``30 days before``."""
    return f"{duration(-at)} before" if at < 0 else duration(at)


def plural(count: int, noun: str) -> str:
    """``1 message``, ``2 messages``."""
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"


def level_name(held: SecurityLevel | Standing) -> str:
    """A level or a standing as a person writes it: ``Client authenticated``, ``Not asked``."""
    return str(held.value).replace("_", " ").capitalize()


def level_sentence(level: SecurityLevel) -> str:
    """The worth of a session of that level, as a sentence."""
    return f"{level.plain_words[0].upper()}{level.plain_words[1:]}."


def question(decision: str) -> str:
    """The question that a decision answers."""
    return _QUESTIONS.get(decision, clean(decision).replace("-", " ").capitalize() + "?")


def refuses(choice: str) -> bool:
    """Return True if the choice says no to the peer."""
    return choice in _REFUSALS


def common_name(subject: str) -> str:
    """The common name in an RFC 4514 name, unescaped; the whole name where it has none."""
    attributes = re.findall(r"(?:^|[,+])\s*([^=,+]+)=((?:[^\\,+]|\\.)*)", subject, re.DOTALL)
    named = (value for kind, value in attributes if kind.upper() == "CN")
    return re.sub(r"\\(.)", r"\1", next(named, subject))


def protected(protection: Protection) -> str:
    """The protection of a message, inside a sentence."""
    words = PROTECTION_WORDS[protection]
    return words if protection is Protection.CLEAR else f"protected with the {words}"


def card_facts(card: SecurityCard, say: Say | None = None) -> tuple[tuple[str, str], ...]:
    """The card as (question, answer) pairs in words; ``say`` writes the name of the client."""
    say = say or clean
    yes = {True: "yes", False: "no", None: "not compared"}
    proof = {"yes": "yes", "no": "no", "claimed": "only claimed, not verified"}[card.client_authenticated]
    by_rule = f", by {clean(card.mapped_by)}" if card.mapped_by else ""
    refused = card.level is SecurityLevel.REFUSED
    session = not refused or card.refused_at not in ("tcp", "telnet", "tls", None)
    nobody = "none: no connection was made" if refused else "not refused"
    return (
        ("Encrypted", yes[card.encrypted] if session else "no session"),
        ("Server authenticated", yes[card.server_authenticated]),
        ("Server name matched", yes[card.server_name_matched]),
        ("Client authenticated", proof),
        ("Client identity", say(card.client_identity) if card.client_identity else "none"),
        ("Mapped to user", clean(card.user) + by_rule if card.user else "none"),
        *_header_facts(card, say),
        ("Access granted", yes[card.access_granted]),
        ("Refused at layer", card.refused_at or nobody),
        *([("Client saw", card.client_saw)] if card.client_saw else []),
        *([("AT-TLS return code", code_words(card.return_code))] if card.return_code else []),
        ("Client believes", level_name(card.client_believes)),
        ("Server knows", level_name(card.server_knows)),
    )


def _header_facts(card: SecurityCard, say: Say) -> tuple[tuple[str, str], ...]:
    """The name that a header told; nothing where none did."""
    if card.header_names is None:
        return ()
    user = f", the user {clean(card.header_user)}" if card.header_user else ""
    return (("Named by a header", f"{say(card.header_names)}{user}; not proved to this server"),)


def date_words(clock: str) -> str:
    """``7 February 2031, 09:00 UTC`` for an ISO 8601 time in UTC."""
    moment = datetime.fromisoformat(clock)
    return f"{moment.day} {MONTHS[moment.month - 1]} {moment.year}, {moment:%H:%M} UTC"
