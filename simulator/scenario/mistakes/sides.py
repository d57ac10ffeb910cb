"""Mistakes in a scenario's client and server."""

from __future__ import annotations

from typing import TYPE_CHECKING

from simulator.pki.der import is_object_identifier
from simulator.pki.key_types import EXTENDED_KEY_USAGES
from simulator.scenario.keeping import fetched_file, secret_problems
from simulator.scenario.mistakes.mistake import (
    Problem,
    broken_rules,
    host_problems,
    not_one_of,
    offset_problems,
    unknown_certificates,
)
from simulator.scenario.mistakes.policies import side_policy_problems
from simulator.scenario.mistakes.responders import patience_problems
from simulator.scenario.mistakes.revocation import unknown_lists
from simulator.scenario.user_rules import users_problems
from simulator.security import SecurityLevel
from simulator.tls.wire.registry import SPOKEN_GROUPS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from simulator.scenario.setup import ClientSetup, ServerSetup
    from simulator.scenario.whole import ScenarioSetup

FETCHES_A_FILE = (
    "needs a certificate whose key is in a file: delivery 'pkcs12' or kept_in 'file' or 'protected-file'"
)
MOST_TICKETS = 16  # a real server sends 1 or 2; more than these only fill the picture


def client_problems(scenario: ScenarioSetup) -> Iterator[Problem]:
    """The mistakes in the client's settings."""
    client = scenario.client
    bare, held = client.certificate is None, client.also_holds
    most, shares = len(client.groups or SPOKEN_GROUPS), client.key_shares
    missing, twice = "needs a certificate; the client has none", "names a certificate twice"
    yield from _side_problems("client", client, scenario)
    yield from unknown_certificates(("client", "also_holds"), held, _leaves(scenario))
    yield from broken_rules(
        ("client",),
        ("withholds", bare and client.withholds, missing, "true"),
        ("holds_key", bare and not client.holds_key, missing, "false"),
        ("corrupts_proof", bare and client.corrupts_proof, missing, "true"),
        ("also_holds", bare and bool(held), missing, list(held)),
        ("also_holds", len({client.certificate, *held}) <= len(held), twice, list(held)),
        ("picks", bare and client.picks is not None, missing, client.picks),
        (
            "fetches",
            client.fetches is not None and not fetched_file(scenario),
            FETCHES_A_FILE,
            client.fetches,
        ),
        ("key_shares", not 0 <= shares <= most, f"must be from 0 to {most}, the number of groups", shares),
    )
    for usage in client.wanted_extended_key_usage:
        if usage not in EXTENDED_KEY_USAGES and not is_object_identifier(usage):
            key = ("client", "wanted_extended_key_usage")
            yield not_one_of(key, usage, EXTENDED_KEY_USAGES, "a dotted object identifier or one of")
    yield from host_problems(("client", "server_name"), client.server_name)
    yield from secret_problems(scenario)


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
    for key in ("users", "loaded_users"):
        yield from users_problems(("server", key), getattr(server, key) or {}, scenario.certificates)
    if server.minimum_level is SecurityLevel.REFUSED:
        levels = ", ".join(level.value for level in SecurityLevel if level is not SecurityLevel.REFUSED)
        yield Problem(("server", "minimum_level"), f"must be a rung of the ladder: {levels}", "'REFUSED'")


def _side_problems(side: str, setup: ClientSetup | ServerSetup, scenario: ScenarioSetup) -> Iterator[Problem]:
    """Checks for both sides: an own leaf certificate, a chain that starts with it, known names."""
    certificates, leaves = scenario.certificates, _leaves(scenario)
    leaf, chain = setup.certificate, setup.sends
    if leaf in certificates and leaf not in leaves:
        advice = "belongs to a CA; a CA's key signs certificates, not handshakes. Use one of "
        yield Problem((side, "certificate"), advice + ", ".join(leaves), repr(leaf))
    elif leaf is not None:
        yield from unknown_certificates((side, "certificate"), (leaf,), leaves)
    if chain is not None and leaf is None:
        yield Problem((side, "sends"), f"needs a certificate; the {side} has none", repr(list(chain)))
    elif chain is not None:
        yield from unknown_certificates((side, "sends"), chain, certificates)
        if chain[:1] != (leaf,):
            message = f"must begin with the {side}'s certificate"
            yield Problem((side, "sends"), message, repr(list(chain)))
    yield from unknown_certificates((side, "trusts"), setup.trusts, certificates)
    yield from side_policy_problems(side, setup)
    yield from unknown_lists(side, setup.crls, scenario)
    yield from patience_problems(side, setup)
    yield from offset_problems((side, "clock_offset"), setup.clock_offset, scenario.clock)
    for key in ("groups", "signature_schemes"):
        names = getattr(setup, key)
        if names == ():
            yield Problem((side, key), "must not be an empty list; write 'default' for all there are")
        elif names and len(set(names)) < len(names):
            yield Problem((side, key), "names something twice", repr(list(names)))


def _leaves(scenario: ScenarioSetup) -> list[str]:
    return [name for name, certificate in scenario.certificates.items() if certificate.role != "ca"]
