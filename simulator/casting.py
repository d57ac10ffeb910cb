"""Who plays whom: from a scenario and its issued world to actors, the setup event and what came before.

The simulation and the lab cast from the same functions, so the same actors meet on the simulated link and
on a socket.
"""

from __future__ import annotations

from datetime import UTC
from typing import TYPE_CHECKING

from simulator.actors.client import ClientRole
from simulator.actors.server import ServerRole
from simulator.tls.config import Credential
from simulator.trace import ActorSetup, HeldCertificate, Setup
from simulator.trust.policy import TrustPolicy
from simulator.world import marked_subject

if TYPE_CHECKING:
    from simulator.scenario import Scenario, ServerSetup, TlsVersion
    from simulator.tls.config import PrivateKey
    from simulator.tls.events import Version
    from simulator.world import Holding, World


def client_role(scenario: Scenario, world: World, version: Version) -> ClientRole:
    """What the scenario's client holds and how it decides."""
    setup = scenario.client
    policy = TrustPolicy(
        role="server",
        store=world.client.store,
        held=world.client.held,
        server_name=setup.server_name,
        profile=setup.profile,
    )
    return ClientRole(
        version=version,
        server_name=setup.server_name,
        credential=credential_of(world.client),
        withholds=setup.withholds,
        policy=policy if setup.verify_server else None,
        profile=setup.profile,
    )


def server_role(scenario: Scenario, world: World, version: Version, *, marked: bool = True) -> ServerRole:
    """What the scenario's server holds and how it decides.

    Args:
        scenario: what is set up.
        world: its certificates.
        version: the one protocol version.
        marked: the world's subjects carry the mark of seeded keys, so the users' subjects do too.
    """
    setup = scenario.server
    credential = credential_of(world.server)
    assert credential is not None
    return ServerRole(
        version=version,
        credential=credential,
        client_authentication=setup.client_authentication,
        policy=TrustPolicy(
            role="client",
            store=world.server.store,
            held=world.server.held,
            profile=setup.profile,
            require_certificate=setup.client_authentication == "required",
        ),
        certificate_authorities=tuple(one.subject_der for one in world.server.authorities),
        tickets=setup.tickets,
        users=users_of(setup, marked=marked),
        authorized_users=setup.authorized_users,
        minimum_level=setup.minimum_level,
    )


def users_of(setup: ServerSetup, *, marked: bool) -> dict[str, str]:
    """The server's users by the subject that their certificates carry in this world."""
    return {marked_subject(name) if marked else name: user for name, user in setup.users.items()}


def credential_of(holding: Holding) -> Credential | None:
    """What a side can show and sign with; None where it holds no certificate."""
    if holding.private_key is None or not holding.chain:
        return None
    key: PrivateKey = holding.private_key
    return Credential(tuple(certificate.der for certificate in holding.chain), key)


# The setup event ---------------------------------------------------------------------------------------


def setup_of(scenario: Scenario, world: World, tls: TlsVersion) -> Setup:
    """The world as it stands before the first message."""
    return Setup(
        scenario=scenario.name,
        title=scenario.title,
        lesson=scenario.lesson,
        tls=tls,
        seed=scenario.seed,
        clock=scenario.clock.astimezone(UTC).isoformat().replace("+00:00", "Z"),
        port=scenario.network.port,
        latency=round(scenario.network.latency_ms * 1000),
        actors=lanes(scenario, world),
        certificates=tuple(HeldCertificate(name, one.certificate.der) for name, one in world.issued.items()),
    )


def issuing_authority(world: World, holding: Holding) -> str | None:
    """Scenario name of the CA that issued a side's certificate; None without one, or where it is its own."""
    if holding.name is None:
        return None
    issuer = world[holding.name].issuer
    return None if issuer is None else issuer.name


def lane_name(authority: str) -> str:
    """The lane of a CA: its scenario name, unless that is the lane of a side of the connection."""
    return f"{authority} as a CA" if authority in ("client", "server", "world") else authority


def authorities_of(world: World) -> tuple[str, ...]:
    """The CAs with a lane: those that issued what client or server hold, the client's first."""
    names = (issuing_authority(world, world.client), issuing_authority(world, world.server))
    return tuple(dict.fromkeys(name for name in names if name is not None))


def lanes(scenario: Scenario, world: World) -> tuple[ActorSetup, ...]:
    """The actors from left to right: the client's CA, client, server, the server's CA."""
    client, server = _client_lane(scenario, world), _server_lane(scenario, world)
    of_client = issuing_authority(world, world.client)
    of_server = issuing_authority(world, world.server)
    left = [] if of_client is None else [_authority_lane(scenario, of_client)]
    right = [] if of_server in (None, of_client) else [_authority_lane(scenario, str(of_server))]
    return (*left, client, server, *right)


def _client_lane(scenario: Scenario, world: World) -> ActorSetup:
    """What is worth showing of the client."""
    setup = scenario.client
    policy = [
        ("certificate", setup.certificate or "none"),
        ("verifies the server", "yes" if setup.verify_server else "no"),
        ("server name", setup.server_name),
        ("profile", setup.profile),
    ]
    if setup.certificate is not None and not setup.holds_key:
        policy.insert(1, ("private key", "not the certificate's own"))
    if setup.withholds:
        policy.insert(1, ("when asked", "goes on without its certificate"))
    sends = _names(world, world.client)
    return ActorSetup("client", "client", sends, setup.trusts, (), tuple(policy))


def _server_lane(scenario: Scenario, world: World) -> ActorSetup:
    """What is worth showing of the server."""
    setup = scenario.server
    policy = [
        ("certificate", setup.certificate),
        ("client authentication", setup.client_authentication),
        ("profile", setup.profile),
    ]
    if setup.ca_list:
        policy.append(("names these authorities", ", ".join(setup.ca_list)))
    policy += [(f"user {user}", subject) for subject, user in setup.users.items()]
    if setup.authorized_users is not None:
        policy.append(("may use the resource", ", ".join(setup.authorized_users) or "nobody"))
    if setup.minimum_level is not None:
        policy.append(("lowest level", setup.minimum_level.value))
    sends = _names(world, world.server)
    return ActorSetup("server", "server", sends, setup.trusts, setup.holds, tuple(policy))


def _authority_lane(scenario: Scenario, name: str) -> ActorSetup:
    """What is worth showing of a CA."""
    setup = scenario.certificates[name]
    policy = (("certificate", name), ("online", "yes" if setup.online else "no"))
    return ActorSetup(lane_name(name), "authority", (), (), (), policy)


def _names(world: World, holding: Holding) -> tuple[str, ...]:
    """Scenario names of the chain that a side presents."""
    return tuple(world.name_of(certificate) or certificate.subject for certificate in holding.chain)
