"""The fact that a logon at a host went one step on: what the telnet server and the host did with it."""

from __future__ import annotations

from typing import Literal

from simulator.trace.json import KindOfFact

LogonStepName = Literal[
    "application named",
    "no application",
    "PassTicket issued",
    "PassTicket kept",
    "no PassTicket",
    "placeholders replaced",
    "placeholders left",
    "PassTicket used",
    "logon refused",
]


class LogonStep(KindOfFact, frozen=True, tag="logon_step"):
    """A step of a logon by Express Logon. A PassTicket is a password, so it stands in no trace.

    Attributes:
        what: the step.
        application: the ID of the application that the terminal named; empty if it named none.
        user: the user that the certificate is mapped to, or None.
        text: what happened, and why, in sentences.
    """

    what: LogonStepName
    application: str
    user: str | None
    text: str
