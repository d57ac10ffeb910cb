"""What is wrong with a scenario's client and server."""

from __future__ import annotations

from typing import TYPE_CHECKING

from simulator.scenario.mistake import (
    EARLIEST,
    LATEST,
    Problem,
    is_host,
    not_one_of,
    subject_problems,
    unknown_names,
)
from simulator.scenario.words import GROUPS, PROFILES, SIGNATURE_SCHEMES
from simulator.security import SecurityLevel

if TYPE_CHECKING:
    from collections.abc import Iterator

    from simulator.scenario.setup import ClientSetup, Scenario, ServerSetup

MOST_TICKETS = 16


def _side_problems(side: str, setup: ClientSetup | ServerSetup, scenario: Scenario) -> Iterator[Problem]:
    """What is asked of both sides: a leaf of one's own, a chain that begins with it, names that exist."""
    certificates = scenario.certificates
    leaf = setup.certificate
    if leaf is not None:
        leaves = [name for name, certificate in certificates.items() if certificate.role != "ca"]
        if leaf in certificates and certificates[leaf].role == "ca":
            advice = "belongs to a CA; a CA's key signs certificates, not handshakes. Use one of "
            yield Problem((side, "certificate"), advice + ", ".join(leaves), repr(leaf))
        else:
            yield from unknown_names((side, "certificate"), (leaf,), leaves)
    if setup.sends is not None and leaf is None:
        yield Problem((side, "sends"), f"needs a certificate; the {side} has none", repr(list(setup.sends)))
    elif setup.sends is not None:
        yield from unknown_names((side, "sends"), setup.sends, certificates)
        if not setup.sends or setup.sends[0] != leaf:
            yield Problem(
                (side, "sends"), f"must begin with the {side}'s certificate", repr(list(setup.sends))
            )
    yield from unknown_names((side, "trusts"), setup.trusts, certificates)
    if setup.profile not in PROFILES:
        yield not_one_of((side, "profile"), setup.profile, PROFILES)
    yield from _clock_problems(side, setup, scenario)
    yield from _listed_problems((side, "groups"), setup.groups, GROUPS)
    yield from _listed_problems((side, "signature_schemes"), setup.signature_schemes, SIGNATURE_SCHEMES)


def _clock_problems(side: str, setup: ClientSetup | ServerSetup, scenario: Scenario) -> Iterator[Problem]:
    """A clock shows whole seconds, and years that a certificate can name."""
    offset, path = setup.clock_offset, (side, "clock_offset")
    if offset.microseconds:
        yield Problem(path, "must be whole seconds", str(offset))
    elif scenario.clock.utcoffset() is not None and not (
        EARLIEST - scenario.clock <= offset <= LATEST - scenario.clock
    ):
        yield Problem(path, "must leave the clock in the years 1950 to 9999", str(offset))


def _listed_problems(
    path: tuple[str, ...], names: tuple[str, ...] | None, known: tuple[str, ...]
) -> Iterator[Problem]:
    """A list of names from a table: all of them known, none twice, and not empty."""
    if names is None:
        return
    yield from unknown_names(path, names, known, "one of")
    if not names:
        yield Problem(path, "must not be an empty list; write 'default' for all there are")
    elif len(set(names)) < len(names):
        yield Problem(path, "names something twice", repr(list(names)))


def client_problems(scenario: Scenario) -> Iterator[Problem]:
    """What is wrong with the client."""
    client = scenario.client
    if client.certificate is None:
        if client.withholds:
            yield Problem(("client", "withholds"), "needs a certificate; the client has none", "true")
        if not client.holds_key:
            yield Problem(("client", "holds_key"), "needs a certificate; the client has none", "false")
        if client.corrupts_proof:
            yield Problem(("client", "corrupts_proof"), "needs a certificate; the client has none", "true")
    yield from _also_held_problems(client, scenario)
    if not 0 <= client.key_shares <= len(client.groups or GROUPS):
        most = len(client.groups or GROUPS)
        message = f"must be from 0 to {most}, the number of groups"
        yield Problem(("client", "key_shares"), message, str(client.key_shares))
    yield from _side_problems("client", client, scenario)
    if not is_host(client.server_name):
        message = "must be a host name, as in telnet.example.com"
        yield Problem(("client", "server_name"), message, repr(client.server_name))


def _also_held_problems(client: ClientSetup, scenario: Scenario) -> Iterator[Problem]:
    """Further certificates are leaves, and others than the first."""
    path = ("client", "also_holds")
    if client.also_holds and client.certificate is None:
        message = "needs a certificate before these; the client has none"
        yield Problem(path, message, repr(list(client.also_holds)))
    leaves = [name for name, setup in scenario.certificates.items() if setup.role != "ca"]
    yield from unknown_names(path, client.also_holds, leaves)
    if len({client.certificate, *client.also_holds}) < 1 + len(client.also_holds):
        yield Problem(path, "names a certificate twice", repr(list(client.also_holds)))


def server_problems(scenario: Scenario) -> Iterator[Problem]:
    """What is wrong with the server."""
    server = scenario.server
    if server.certificate in ("", "none") and server.certificate not in scenario.certificates:
        yield Problem(("server", "certificate"), "a TLS server needs a certificate", repr(server.certificate))
    else:
        yield from _side_problems("server", server, scenario)
    yield from unknown_names(("server", "holds"), server.holds, scenario.certificates)
    yield from unknown_names(("server", "ca_list"), server.ca_list, scenario.certificates)
    if not 0 <= server.tickets <= MOST_TICKETS:
        yield Problem(("server", "tickets"), f"must be from 0 to {MOST_TICKETS}", str(server.tickets))
    for subject, user in server.users.items():
        yield from subject_problems(("server", "users", subject), subject)
        if not user.strip() or not user.isprintable():
            yield Problem(("server", "users", subject), "must be a user's name", repr(user))
    if server.minimum_level is SecurityLevel.REFUSED:
        levels = ", ".join(level.value for level in SecurityLevel if level is not SecurityLevel.REFUSED)
        yield Problem(("server", "minimum_level"), f"must be a rung of the ladder: {levels}", "'REFUSED'")
