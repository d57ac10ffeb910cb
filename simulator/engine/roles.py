"""From a scenario and its world to the roles of client and server.

The simulation and the oracle make the roles here, so the same actors meet on the simulated link and in front
of OpenSSL.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from simulator.actors.applications import application_of
from simulator.actors.client import ClientRole
from simulator.actors.identity_header import ForgedIdentity
from simulator.actors.mapping import certificates_named
from simulator.actors.server import ServerRole
from simulator.engine.responders import addresses_for
from simulator.pki.host import read_host
from simulator.pki.key_types import POLICY_NAMES, KeyType
from simulator.scenario.keeping import unopened_file
from simulator.tls.config import GROUPS, SIGNATURE_SCHEMES, ClientConfig, ServerConfig
from simulator.tls.wire.alerts import AlertDescription
from simulator.tls.wire.registry import FURTHER_GROUPS, FURTHER_SIGNATURE_SCHEMES, NAMED_GROUPS
from simulator.tls.wire.registry import SIGNATURE_SCHEMES as SIGNATURE_SCHEME_NAMES
from simulator.tls.wire.version import Version
from simulator.trust.policy import PolicyInputs, RevocationPolicy, TrustPolicy
from simulator.trust.profiles import profile_named

if TYPE_CHECKING:
    from collections.abc import Mapping

    from simulator.engine.world import Holding, World
    from simulator.scenario import ClientSetup, Scenario, ServerSetup


def client_role(scenario: Scenario, world: World, version: Version) -> ClientRole:
    """The settings of the scenario's client, with what it holds in this world."""
    setup, held = scenario.client, world.client
    config = ClientConfig(
        version=version,
        server_name=read_host(setup.server_name).sni,
        groups=code_points(setup.groups, NAMED_GROUPS, groups_for(scenario)),
        key_shares=setup.key_shares,
        signature_schemes=code_points(setup.signature_schemes, SIGNATURE_SCHEME_NAMES, schemes_for(scenario)),
        refuses_in_clear=profile_named(setup.profile).refuses_in_clear,
        corrupts_proof=setup.corrupts_proof,
    )
    policy = TrustPolicy(
        "server",
        held.store,
        held.held,
        setup.server_name,
        setup.profile,
        policies=policy_inputs(setup),
        revocation=revocation_policy(setup, held),
    )
    # A client that is set up to send an empty chain has nothing to send.
    credentials = tuple(one for one in held.credentials if one.chain)
    application = application_of(scenario)
    if setup.forges is not None:
        application = ForgedIdentity(application, world[setup.forges].certificate)
    return ClientRole(
        setup,
        config,
        credentials,
        policy,
        application,
        addresses_for(setup, scenario, world),
        unopened_file(scenario),
        world.pin,
    )


def server_role(scenario: Scenario, world: World, version: Version) -> ServerRole:
    """The settings of the scenario's server, with what it holds in this world.

    Args:
        scenario: what is set up.
        world: its certificates.
        version: the one protocol version that the client speaks; the server's own setting may differ.
    """
    setup, held = scenario.server, world.server
    stack, server_speaks = profile_named(setup.profile), server_version(setup, version)
    config = ServerConfig(
        version=server_speaks,
        credential=held.credentials[0],
        certificate_authorities=tuple(one.subject_der for one in held.authorities),
        tickets=setup.tickets,
        groups=code_points(setup.groups, NAMED_GROUPS, groups_for(scenario)),
        signature_schemes=code_points(setup.signature_schemes, SIGNATURE_SCHEME_NAMES, schemes_for(scenario)),
        proof_first=stack.proof_first(server_speaks.value),
        bad_proof_alert=AlertDescription.from_name(stack.alerts["proof-of-possession"]),
    )
    required = setup.client_authentication in ("required", "deferred") or setup.insists_on_any
    policy = TrustPolicy(
        "client",
        held.store,
        held.held,
        profile=setup.profile,
        require_certificate=required,
        policies=policy_inputs(setup),
        revocation=revocation_policy(setup, held),
    )
    known = {name: world[name].certificate for name in certificates_named(setup)}
    responders, application = addresses_for(setup, scenario, world), application_of(scenario)
    return ServerRole(setup, config, policy, application, known, responders)


def policy_inputs(setup: ClientSetup | ServerSetup) -> PolicyInputs:
    """The inputs of a side about certificate policies."""
    accepted = setup.accepted_policies
    return PolicyInputs(
        None if accepted is None else frozenset(POLICY_NAMES.get(name, name) for name in accepted),
        setup.explicit_policy,
        setup.inhibit_policy_mapping,
        setup.inhibit_any_policy,
    )


def revocation_policy(setup: ClientSetup | ServerSetup, held: Holding) -> RevocationPolicy:
    """The rules of a side about revocation, with the lists that it holds."""
    return RevocationPolicy(
        setup.revocation, setup.revocation_scope, setup.revocation_failure == "soft", held.crls
    )


def server_version(setup: ServerSetup, requested: Version) -> Version:
    """The one TLS version that the server has.

    Args:
        setup: the server's.
        requested: the version that the run asks for, and that its client speaks.
    """
    if setup.speaks == "requested":
        return requested
    if setup.speaks == "other":
        return Version.TLS12 if requested is Version.TLS13 else Version.TLS13
    return Version(setup.speaks)


def schemes_for(scenario: Scenario) -> tuple[int, ...]:
    """The signature schemes of both sides by default: the usual ones, and those that its keys need."""
    keys = {certificate.key for certificate in scenario.certificates.values()}
    ecdsa_p521, ed448, *_ = FURTHER_SIGNATURE_SCHEMES  # no scenario makes a key for RSASSA-PSS alone
    needed = ((KeyType.P521, ecdsa_p521), (KeyType.ED448, ed448))
    return (*SIGNATURE_SCHEMES, *(code for kind, code in needed if kind in keys))


def groups_for(scenario: Scenario) -> tuple[int, ...]:
    """The groups of both sides by default; TLS 1.2 names the curves of certificates there (RFC 8422)."""
    has_p521 = any(certificate.key is KeyType.P521 for certificate in scenario.certificates.values())
    return (*GROUPS, *FURTHER_GROUPS) if has_p521 else GROUPS


def code_points(
    names: tuple[str, ...] | None, table: Mapping[int, str], default: tuple[int, ...]
) -> tuple[int, ...]:
    """The code points of some names, in their order; the default where the scenario names none."""
    by_name = {name: code for code, name in table.items()}
    return default if names is None else tuple(by_name[name] for name in names)
