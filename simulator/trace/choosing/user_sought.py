"""The fact that a server looked for the user of a certificate, and the rules of its table that fit."""

from __future__ import annotations

from simulator.trace.json import KindOfFact, TraceValue


class FittingRule(TraceValue, frozen=True):
    """A rule of the server's table of users that fits the client's certificate.

    Attributes:
        rule: the rule as it stands in the table.
        user: the user that it leads to.
        compares: the part of a certificate that it compares, in words: ``a mail address``.
        found: the part of this certificate that it fits: ``mail address alice@example.com``.
    """

    rule: str
    user: str
    compares: str
    found: str


class UserSought(KindOfFact, frozen=True, tag="user_sought"):
    """The server looked for the client's user in a table with more than plain subjects.

    A table of subjects alone has no such fact: at most one of its rules can fit.

    Attributes:
        user: the user found, or None.
        fitting: the rules that fit, the one that decides first.
        rules: the number of rules in the table.
        reason: why this user or none, in sentences.
    """

    user: str | None
    fitting: tuple[FittingRule, ...]
    rules: int
    reason: str
