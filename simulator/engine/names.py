"""The certificates that a scenario uses, by name: held, trusted, enrolled for, and their issuers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from simulator.actors.mapping import certificates_named
from simulator.errors import ScenarioError
from simulator.scenario import ClientSetup, ServerSetup

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from simulator.scenario import CertificateSetup, Scenario


def lane_name(authority: str) -> str:
    """The lane of a CA: its scenario name, unless that is the lane of a side of the connection."""
    return f"{authority} as a CA" if authority in ("client", "server", "world") else authority


def issuing_authorities(scenario: Scenario, setup: ClientSetup | ServerSetup) -> tuple[str, ...]:
    """Names of the CAs that issued a side's certificates; a self-signed certificate has none.

    Where the other side asks about every certificate of a chain, the CAs above are among them: above what is
    held, what is sent, and what the other side has at hand.
    """
    issuers = [(name, scenario.certificates[name].issuer) for name in names_held(setup)]
    other = scenario.server if isinstance(setup, ClientSetup) else scenario.client
    if (other.revocation, other.revocation_scope) == ("ocsp", "chain"):
        at_hand = other.holds if isinstance(other, ServerSetup) else ()
        sent = (*names_held(setup), *(setup.sends or ()), *at_hand)
        issuers += [("", name) for one in sent for name in issuers_from(scenario, one)[1:]]
    return tuple(dict.fromkeys(issuer for name, issuer in issuers if issuer != name))


def authorities_of(scenario: Scenario) -> tuple[str, ...]:
    """Names of the CAs with a lane: the issuers of the client's certificates, then of the server's."""
    sides = (scenario.client, scenario.server)
    return tuple(dict.fromkeys(name for side in sides for name in issuing_authorities(scenario, side)))


def names_held(setup: ClientSetup | ServerSetup) -> tuple[str, ...]:
    """Scenario names of the certificates that a side may present, the preferred one first."""
    further = setup.also_holds if isinstance(setup, ClientSetup) else ()
    return () if setup.certificate is None else (setup.certificate, *further)


def by_role(scenario: Scenario, names: Iterable[str]) -> tuple[list[str], list[str]]:
    """Names of CAs, and of other certificates."""
    listed = tuple(dict.fromkeys(names))
    authorities = [name for name in listed if setup_of_certificate(scenario, name).role == "ca"]
    return authorities, [name for name in listed if name not in authorities]


def names_in_use(scenario: Scenario, further: Iterable[str] = ()) -> tuple[str, ...]:
    """The certificates that a scenario uses, issuers before what they issued.

    Args:
        scenario: what is set up.
        further: names of others that are wanted too.

    Raises:
        ScenarioError: a name is unknown, or issuers go in a circle.
    """
    client, server = scenario.client, scenario.server
    wanted = [name for names in by_role(scenario, client.trusts) for name in names]
    if client.certificate is not None:
        wanted += [*names_held(client), *(client.sends or ())]
    wanted += [server.certificate, *(server.sends or ())]
    wanted += [name for names in by_role(scenario, server.trusts) for name in names]
    wanted += [client.forges] if client.forges else []
    wanted += [*server.holds, *server.ca_list, *certificates_named(server), *further]
    wanted += [crl.issuer for crl in scenario.crls.values()]
    wanted += [one.signed_by for one in scenario.responders.values() if one.signed_by is not None]
    found: dict[str, None] = {}
    for name in wanted:
        found |= dict.fromkeys(reversed(issuers_from(scenario, name)))
    return tuple(found)


def issuers_from(scenario: Scenario, name: str) -> list[str]:
    """A certificate and the issuers above it, the root last.

    Raises:
        ScenarioError: a name is unknown, or the issuers go in a circle.
    """
    climbed = [name]
    while (issuer := setup_of_certificate(scenario, climbed[-1], climbed[:-1]).issuer) != climbed[-1]:
        climbed.append(issuer)
        if issuer in climbed[:-1]:
            raise ScenarioError(
                f"The issuers of certificate {issuer!r} go in a circle.",
                got=" is issued by ".join(climbed[climbed.index(issuer) :]),
                expected="a chain of issuers that ends at a certificate which names itself",
                advice="Make one of them self-signed: its issuer is its own name.",
            )
    return climbed


def setup_of_certificate(scenario: Scenario, name: str, issued: Sequence[str] = ()) -> CertificateSetup:
    """The setup of a certificate.

    Args:
        scenario: what is set up.
        name: the certificate's.
        issued: the certificates that it issued, the last one directly; for the error's words.

    Raises:
        ScenarioError: the name is unknown.
    """
    if name in scenario.certificates:
        return scenario.certificates[name]
    of_which = f", the issuer of certificate {issued[-1]!r}" if issued else ""
    message = f"The scenario has no certificate {name!r}{of_which}."
    expected = ", ".join(scenario.certificates) or "a certificate of the scenario"
    advice = "Add it under certificates, or use one of those names."
    raise ScenarioError(message, got=name, expected=expected, advice=advice)


def names_enrolled_for(scenario: Scenario, names: Iterable[str]) -> set[str]:
    """The certificates that are issued in the course of the story: those of client and server.

    A stolen certificate was issued to its rightful holder before, and one that issues others has to exist
    before what it issued.
    """
    client, certificates = scenario.client, scenario.certificates
    held = {*names_held(client), *names_held(scenario.server)}
    stolen = set() if client.holds_key else {client.certificate}
    return held - stolen - {certificates[name].issuer for name in names}
