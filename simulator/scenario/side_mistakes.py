"""Mistakes in a scenario's client and server."""

from __future__ import annotations

from typing import TYPE_CHECKING

from simulator.scenario.mistake import (
    EARLIEST,
    LATEST,
    Problem,
    is_host,
    subject_problems,
    unknown_certificates,
)
from simulator.scenario.words import GROUPS
from simulator.security import SecurityLevel

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import timedelta

    from simulator.scenario.mistake import Path
    from simulator.scenario.setup import ClientSetup, ScenarioSetup, ServerSetup

MOST_TICKETS = 16  # a real server sends 1 or 2; more than these only fill the picture


def _side_problems(side: str, setup: ClientSetup | ServerSetup, scenario: ScenarioSetup) -> Iterator[Problem]:
    """Checks for both sides: an own leaf certificate, a chain that starts with it, known names."""
    certificates = scenario.certificates
    leaf = setup.certificate
    if leaf is not None:
        leaves = [name for name, certificate in certificates.items() if certificate.role != "ca"]
        if leaf in certificates and certificates[leaf].role == "ca":
            advice = "belongs to a CA; a CA's key signs certificates, not handshakes. Use one of "
            yield Problem((side, "certificate"), advice + ", ".join(leaves), repr(leaf))
        else:
            yield from unknown_certificates((side, "certificate"), (leaf,), leaves)
    if setup.sends is not None and leaf is None:
        yield Problem((side, "sends"), f"needs a certificate; the {side} has none", repr(list(setup.sends)))
    elif setup.sends is not None:
        yield from unknown_certificates((side, "sends"), setup.sends, certificates)
        if not setup.sends or setup.sends[0] != leaf:
            yield Problem(
                (side, "sends"), f"must begin with the {side}'s certificate", repr(list(setup.sends))
            )
    yield from unknown_certificates((side, "trusts"), setup.trusts, certificates)
    yield from _clock_problems((side, "clock_offset"), setup.clock_offset, scenario)
    for key in ("groups", "signature_schemes"):
        yield from _list_problems((side, key), getattr(setup, key))


def _clock_problems(path: Path, offset: timedelta, scenario: ScenarioSetup) -> Iterator[Problem]:
    """A clock counts whole seconds, in years that a certificate can name."""
    if offset.microseconds:
        yield Problem(path, "must be whole seconds", str(offset))
    elif scenario.clock.utcoffset() is not None and not (
        EARLIEST - scenario.clock <= offset <= LATEST - scenario.clock
    ):
        yield Problem(path, "must leave the clock in the years 1950 to 9999", str(offset))


def _list_problems(path: Path, names: tuple[str, ...] | None) -> Iterator[Problem]:
    """A list of preferences is not empty and names nothing twice."""
    if names == ():
        yield Problem(path, "must not be an empty list; write 'default' for all there are")
    elif len(set(names or ())) < len(names or ()):
        yield Problem(path, "names something twice", repr(list(names or ())))


def client_problems(scenario: ScenarioSetup) -> Iterator[Problem]:
    """The mistakes in the client's settings."""
    client = scenario.client
    if client.certificate is None:
        for key, usual in (("withholds", False), ("holds_key", True), ("corrupts_proof", False)):
            if getattr(client, key) is not usual:
                message = "needs a certificate; the client has none"
                yield Problem(("client", key), message, str(not usual).lower())
    yield from _also_held_problems(client, scenario)
    most = len(client.groups or GROUPS)
    if not 0 <= client.key_shares <= most:
        message = f"must be from 0 to {most}, the number of groups"
        yield Problem(("client", "key_shares"), message, str(client.key_shares))
    yield from _side_problems("client", client, scenario)
    if not is_host(client.server_name):
        message = "must be a host name, as in telnet.example.com"
        yield Problem(("client", "server_name"), message, repr(client.server_name))


def _also_held_problems(client: ClientSetup, scenario: ScenarioSetup) -> Iterator[Problem]:
    """Further certificates are leaves, different from the first and from each other."""
    path = ("client", "also_holds")
    if client.also_holds and client.certificate is None:
        message = "needs a certificate before these; the client has none"
        yield Problem(path, message, repr(list(client.also_holds)))
    leaves = [name for name, setup in scenario.certificates.items() if setup.role != "ca"]
    yield from unknown_certificates(path, client.also_holds, leaves)
    if len({client.certificate, *client.also_holds}) < 1 + len(client.also_holds):
        yield Problem(path, "names a certificate twice", repr(list(client.also_holds)))


def server_problems(scenario: ScenarioSetup) -> Iterator[Problem]:
    """The mistakes in the server's settings."""
    server = scenario.server
    if server.certificate in ("", "none") and server.certificate not in scenario.certificates:
        yield Problem(("server", "certificate"), "a TLS server needs a certificate", repr(server.certificate))
    else:
        yield from _side_problems("server", server, scenario)
    yield from unknown_certificates(("server", "holds"), server.holds, scenario.certificates)
    yield from unknown_certificates(("server", "ca_list"), server.ca_list, scenario.certificates)
    if not 0 <= server.tickets <= MOST_TICKETS:
        yield Problem(("server", "tickets"), f"must be from 0 to {MOST_TICKETS}", str(server.tickets))
    for subject, user in server.users.items():
        yield from subject_problems(("server", "users", subject), subject)
        if not user.strip() or not user.isprintable():
            yield Problem(("server", "users", subject), "must be a user's name", repr(user))
    if server.minimum_level is SecurityLevel.REFUSED:
        levels = ", ".join(level.value for level in SecurityLevel if level is not SecurityLevel.REFUSED)
        yield Problem(("server", "minimum_level"), f"must be a rung of the ladder: {levels}", "'REFUSED'")
