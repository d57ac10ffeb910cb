"""Express Logon: the telnet server asks for user and PassTicket, puts them in place, and the host reads them.

All of it follows from the server's settings, the certificate's user and what the terminal did, so it is found
anew from these whenever it is asked for. The telnet server asks for it itself here, as z/OS does (two
tiers). With three tiers a telnet server in the middle asks a Digital Certificate Access Server over TLS, port
8990, and shows it a certificate of its own; the answer is the same. Which refusal follows from which cause is
not documented; here it follows from what the host reads.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from simulator.telnet.express_logon import PASSWORD_PLACEHOLDER, USER_PLACEHOLDER
from simulator.trace.logon_step import LogonStep

if TYPE_CHECKING:
    from simulator.actors.application import Logon
    from simulator.actors.grant import Grant
    from simulator.scenario import ServerSetup
    from simulator.trace.logon_step import LogonStepName

# The words of the screens (HCL ZIE for Web, "Certificate Express Logon problem determination").
NO_SUCH_USER = {"tso": "INVALID USERID, {user}", "vm": "{user} NOT IN CP DIRECTORY"}
NO_SUCH_PASSWORD = "PASSWORD NOT AUTHORIZED"
BAD_TICKETS = {
    "used-before": "The PassTicket was used before",
    "expired": "The PassTicket has expired",
}


@dataclass(frozen=True, slots=True)
class HostRead:
    """The user and the password as the host reads them.

    Attributes:
        user: the user that it reads.
        has_ticket: the password is the PassTicket.
        left: why the telnet server did not replace both placeholders, in a sentence; empty if it did.
    """

    user: str
    has_ticket: bool
    left: str


def logon_steps(setup: ServerSetup, user: str | None, logon: Logon) -> tuple[LogonStep, ...]:
    """The steps so far; with more of the logon the same again, and more.

    Args:
        setup: the server's settings.
        user: the user that the client's certificate is mapped to, or None.
        logon: what the terminal named and typed.
    """
    named = logon.application or ""

    def step(what: LogonStepName, text: str) -> LogonStep:
        return LogonStep(what, named, user, text)

    steps = []
    if named:
        steps.append(step("application named", f"The terminal names the application of its macro: {named}."))
    elif logon.application is not None:
        text = "The terminal names no application, so the telnet server does not ask for a PassTicket."
        steps.append(step("no application", text))
    if named:
        lacking = _lacking(setup, user, named)
        if lacking:
            steps.append(step("no PassTicket", f"No PassTicket is issued. {lacking}."))
        elif setup.passticket == "used-before":
            text = f"The telnet server has kept {user}'s last PassTicket for {named} and asks for no new one."
            steps.append(step("PassTicket kept", text))
        else:
            text = (
                f"The PassTicket service answers with the user {user} and a PassTicket for {named}. "
                "A PassTicket is a password for one user, one application and one logon."
            )
            steps.append(step("PassTicket issued", text))
    if logon.typed is None:
        return tuple(steps)
    read = _read(setup, user, logon)
    if read.left:
        steps.append(step("placeholders left", read.left))
    else:
        text = (
            f"The telnet server puts {user} in place of {USER_PLACEHOLDER} and the PassTicket in place of "
            f"{PASSWORD_PLACEHOLDER}. The terminal sees neither of them."
        )
        steps.append(step("placeholders replaced", text))
    refusal = _refusal(setup, user, read)
    if refusal is None:
        text = (
            f"The host takes the PassTicket: {user} is logged on. "
            "No password was typed, and the terminal sent none."
        )
        steps.append(step("PassTicket used", text))
    else:
        steps.append(step("logon refused", f"The host refuses: {refusal[0]}. {refusal[1]}."))
    return tuple(steps)


def logged_on(grant: Grant, setup: ServerSetup, logon: Logon | None) -> Grant:
    """The grant of the telnet server, and what the host makes of the logon.

    Args:
        grant: the grant by the certificate. One that is refused stays refused.
        setup: the server's settings.
        logon: what the terminal named and typed; None for no logon.
    """
    if logon is None or logon.typed is None or grant.refused:
        return grant
    refusal = _refusal(setup, grant.user, _read(setup, grant.user, logon))
    if refusal is not None:
        reason = f"The host refuses the logon: {refusal[0]}. {refusal[1]}."
        return replace(grant, refused=True, refusal_layer="application", reason=reason, shown=refusal[0])
    shown = f"{grant.user} IS LOGGED ON TO {logon.application}"
    reason = f"A PassTicket logged {grant.user} on, without a password. {grant.reason}"
    return replace(grant, reason=reason, shown=shown)


def _lacking(setup: ServerSetup, user: str | None, application: str) -> str:
    """The reason why there is no PassTicket, or empty."""
    if setup.passticket_service == "unreachable":
        return "No PassTicket service is reachable"
    if user is None:
        return "The client is mapped to no user"
    if setup.passticket_applications is not None and application not in setup.passticket_applications:
        return f"The application {application} is unknown"
    return ""


def _read(setup: ServerSetup, user: str | None, logon: Logon) -> HostRead:
    """Replace the placeholders, if there is something to replace them by."""
    assert logon.typed is not None
    typed_user, typed_password = logon.typed
    if not setup.express_logon:
        left = "The telnet server does not know Express Logon, and leaves what was typed as it is."
    elif not logon.application or user is None or _lacking(setup, user, logon.application):
        left = "The telnet server has nothing to put in place of what was typed, and leaves it as it is."
    else:
        wanted = ((USER_PLACEHOLDER, typed_user), (PASSWORD_PLACEHOLDER, typed_password))
        missing = [placeholder for placeholder, typed in wanted if placeholder not in typed]
        left = f"The telnet server finds no {' and no '.join(missing)} in what was typed." if missing else ""
        replaced = typed_user.replace(USER_PLACEHOLDER, user)
        return HostRead(replaced, typed_password == PASSWORD_PLACEHOLDER, left)
    return HostRead(typed_user, False, left)


def _refusal(setup: ServerSetup, user: str | None, read: HostRead) -> tuple[str, str] | None:
    """The host's words on the screen and the reason behind them, or None: it opens the session."""
    if read.user not in {user, *setup.users_in_use.values()}:
        shown = NO_SUCH_USER[setup.logon_host].format(user=read.user or "(none)")
        still = "A placeholder was not replaced" if USER_PLACEHOLDER in read.user else ""
        return shown, still or "The host knows no such user"
    if not read.has_ticket or read.user != user:
        return NO_SUCH_PASSWORD, "The password is no PassTicket"
    if setup.passticket != "new":
        return NO_SUCH_PASSWORD, BAD_TICKETS[setup.passticket]
    return None
