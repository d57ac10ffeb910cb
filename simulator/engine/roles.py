"""Who plays whom: from a scenario and its issued world to actors, the setup event and what came before.

The simulation and the oracle cast from the same functions, so the same actors meet on the simulated link and
in front of OpenSSL.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, timedelta
from functools import lru_cache
from typing import TYPE_CHECKING

from simulator.actors.client import ClientRole
from simulator.actors.server import ServerRole
from simulator.engine.certificate_facts import held_certificates
from simulator.engine.world import World, issue_world, marked_subject
from simulator.entropy import SeededEntropy
from simulator.scenario.words import write_duration
from simulator.tls.config import GROUPS, SIGNATURE_SCHEMES, ClientConfig, Credential, ServerConfig
from simulator.tls.wire.registry import NAMED_GROUPS
from simulator.tls.wire.registry import SIGNATURE_SCHEMES as SIGNATURE_SCHEME_NAMES
from simulator.tls.wire.version import Version
from simulator.trace.facts import ActorSetup, ConnectionSetup, Setup
from simulator.trust.policy import TrustPolicy
from simulator.trust.profiles import profile_named

if TYPE_CHECKING:
    from collections.abc import Mapping

    from simulator.engine.world import FurtherCertificate, Holding
    from simulator.scenario import ClientSetup, Scenario, ServerSetup, TlsVersion
    from simulator.tls.crypto.signatures import PrivateKey

KEPT_CASTS = 64


@dataclass(frozen=True, slots=True)
class Cast:
    """A world and who plays in it: what is the same in every run of a scenario.

    Attributes:
        world: what was issued from the scenario's seed.
        client, server: what each side holds and how it decides.
        setup: the first event of the trace.
    """

    world: World
    client: ClientRole
    server: ServerRole
    setup: Setup


class ThisVery:
    """A cache's key for one scenario; an equal one may list its users in another order, and so be told of."""

    __slots__ = ("scenario",)

    def __init__(self, scenario: Scenario) -> None:
        self.scenario = scenario

    def __hash__(self) -> int:
        return id(self.scenario)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, ThisVery) and self.scenario is other.scenario


def cast(scenario: Scenario, tls: TlsVersion) -> Cast:
    """Issue a scenario's world and cast its actors; for a scenario that was played before it is at hand.

    Raises:
        ScenarioError: the scenario cannot be issued.
    """
    return _cast(ThisVery(scenario), tls)


@lru_cache(maxsize=KEPT_CASTS)
def _cast(key: ThisVery, tls: TlsVersion) -> Cast:
    """Cast a scenario for the first time."""
    scenario, version = key.scenario, Version(tls)
    world = issue_world(scenario, SeededEntropy(scenario.seed))
    return Cast(
        world,
        client_role(scenario, world, version),
        server_role(scenario, world, version),
        setup_of(scenario, world, tls),
    )


def client_role(scenario: Scenario, world: World, version: Version) -> ClientRole:
    """The settings of the scenario's client, with what it holds in this world."""
    setup, held = scenario.client, world.client
    config = ClientConfig(
        version=version,
        server_name=setup.server_name,
        groups=code_points(setup.groups, NAMED_GROUPS, GROUPS),
        key_shares=setup.key_shares,
        signature_schemes=code_points(setup.signature_schemes, SIGNATURE_SCHEME_NAMES, SIGNATURE_SCHEMES),
        refuses_in_clear=profile_named(setup.profile).refuses_in_clear,
        corrupts_proof=setup.corrupts_proof,
    )
    policy = TrustPolicy(
        role="server",
        store=held.store,
        held=held.held,
        server_name=setup.server_name,
        profile=setup.profile,
    )
    own = credential_of(held)
    further = (credential_of(one) for one in held.further)
    credentials = tuple(one for one in (own, *further) if one is not None)
    return ClientRole(setup, config, credentials, policy)


def server_role(scenario: Scenario, world: World, version: Version, *, marked: bool = True) -> ServerRole:
    """The settings of the scenario's server, with what it holds in this world.

    Args:
        scenario: what is set up.
        world: its certificates.
        version: the one protocol version that the client speaks; the server's own setting may differ.
        marked: the world's subjects carry the mark of seeded keys, so the users' subjects do too.
    """
    setup, held = scenario.server, world.server
    own = credential_of(held)
    assert own is not None
    config = ServerConfig(
        version=server_version(setup, version),
        credential=own,
        certificate_authorities=tuple(one.subject_der for one in held.authorities),
        tickets=setup.tickets,
        groups=code_points(setup.groups, NAMED_GROUPS, GROUPS),
        signature_schemes=code_points(setup.signature_schemes, SIGNATURE_SCHEME_NAMES, SIGNATURE_SCHEMES),
    )
    policy = TrustPolicy(
        role="client",
        store=held.store,
        held=held.held,
        profile=setup.profile,
        require_certificate=setup.client_authentication == "required",
    )
    return ServerRole(replace(setup, users=users_of(setup, marked=marked)), config, policy)


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


def code_points(
    names: tuple[str, ...] | None, table: Mapping[int, str], default: tuple[int, ...]
) -> tuple[int, ...]:
    """The code points of some names, in their order; the default where the scenario names none."""
    by_name = {name: code for code, name in table.items()}
    return default if names is None else tuple(by_name[name] for name in names)


def users_of(setup: ServerSetup, *, marked: bool) -> dict[str, str]:
    """The server's users by the subject that their certificates carry in this world."""
    return {marked_subject(name) if marked else name: user for name, user in setup.users.items()}


def credential_of(held: Holding | FurtherCertificate) -> Credential | None:
    """What a side can show and sign with; None where it holds no certificate."""
    if held.private_key is None or not held.chain:
        return None
    key: PrivateKey = held.private_key
    return Credential(tuple(certificate.der for certificate in held.chain), key)


UNITS = {"d": "day", "h": "hour", "m": "minute", "s": "second"}
HEED = {True: "obeyed", False: "ignored", None: "as the profile does"}

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
        actors=lanes(scenario, world, tls),
        connections=(ConnectionSetup(number=1, client="client", server="server"),),
        certificates=held_certificates({name: one.certificate for name, one in world.issued.items()}),
    )


def issuing_authorities(world: World, holding: Holding) -> tuple[str, ...]:
    """Scenario names of the CAs that issued a side's certificates; those that are their own have none."""
    issuers = (world[name].issuer for name in holding.names)
    return tuple(dict.fromkeys(issuer.name for issuer in issuers if issuer is not None))


def lane_name(authority: str) -> str:
    """The lane of a CA: its scenario name, unless that is the lane of a side of the connection."""
    return f"{authority} as a CA" if authority in ("client", "server", "world") else authority


def authorities_of(world: World) -> tuple[str, ...]:
    """The CAs with a lane: those that issued what client or server hold, the client's first."""
    names = (*issuing_authorities(world, world.client), *issuing_authorities(world, world.server))
    return tuple(dict.fromkeys(names))


def lanes(scenario: Scenario, world: World, tls: TlsVersion) -> tuple[ActorSetup, ...]:
    """The actors from left to right: the client's CAs, client, server, the server's CA."""
    client, server = _client_lane(scenario, world), _server_lane(scenario, world, Version(tls))
    of_client = issuing_authorities(world, world.client)
    of_server = issuing_authorities(world, world.server)
    left = [_authority_lane(scenario, name) for name in of_client]
    right = [_authority_lane(scenario, name) for name in of_server if name not in of_client]
    return (*left, client, server, *right)


def _client_lane(scenario: Scenario, world: World) -> ActorSetup:
    """What is worth showing of the client."""
    setup = scenario.client
    unusual = (
        ("may also send", ", ".join(setup.also_holds), bool(setup.also_holds)),
        ("private key", "not the certificate's own", setup.certificate is not None and not setup.holds_key),
        ("when asked", "goes on without its certificate", setup.withholds),
        ("what it signs", "not this handshake", setup.corrupts_proof),
        ("list of authorities", HEED[setup.obeys_ca_list], setup.obeys_ca_list is not None),
    )
    policy = (
        ("certificate", setup.certificate or "none"),
        *((label, text) for label, text, applies in unusual if applies),
        ("verifies the server", "yes" if setup.verify_server else "no"),
        ("server name", setup.server_name),
        *_settings_of_both(setup),
        *((("key shares", str(setup.key_shares)),) if setup.key_shares != 1 else ()),
        ("profile", setup.profile),
    )
    sends = _names(world, world.client)
    return ActorSetup("client", "client", sends, setup.trusts, (), policy)


def _server_lane(scenario: Scenario, world: World, requested: Version) -> ActorSetup:
    """What is worth showing of the server."""
    setup = scenario.server
    spoken = server_version(setup, requested)
    unusual = (
        ("speaks", f"TLS {spoken.value} only", spoken is not requested),
        ("names these authorities", ", ".join(setup.ca_list), bool(setup.ca_list)),
    )
    policy = [
        ("certificate", setup.certificate),
        ("client authentication", setup.client_authentication),
        *_settings_of_both(setup),
        ("profile", setup.profile),
        *((label, text) for label, text, applies in unusual if applies),
        *((f"user {user}", subject) for subject, user in setup.users.items()),
    ]
    if setup.authorized_users is not None:
        policy.append(("may use the resource", ", ".join(setup.authorized_users) or "nobody"))
    if setup.minimum_level is not None:
        policy.append(("lowest level", setup.minimum_level.value))
    sends = _names(world, world.server)
    return ActorSetup("server", "server", sends, setup.trusts, setup.holds, tuple(policy))


def _settings_of_both(setup: ClientSetup | ServerSetup) -> tuple[tuple[str, str], ...]:
    """Clock, groups and signature schemes, where they are not what everybody has."""
    found = []
    if setup.clock_offset:
        pace = "fast" if setup.clock_offset > timedelta() else "slow"
        found.append(("clock", f"{span_in_words(abs(setup.clock_offset))} {pace}"))
    if setup.groups is not None:
        found.append(("groups", ", ".join(setup.groups)))
    if setup.signature_schemes is not None:
        found.append(("accepts signatures", ", ".join(setup.signature_schemes)))
    return tuple(found)


def span_in_words(span: timedelta) -> str:
    """A span as people say it, ``400 days``, where one unit is enough; else as a scenario file writes it."""
    written = write_duration(span)
    unit = UNITS.get(written[-1], "") if written[:-1].isdigit() else ""
    return f"{written[:-1]} {unit}{'' if written[:-1] == '1' else 's'}" if unit else written


def _authority_lane(scenario: Scenario, name: str) -> ActorSetup:
    """What is worth showing of a CA."""
    setup = scenario.certificates[name]
    policy = (("certificate", name), ("online", "yes" if setup.online else "no"))
    return ActorSetup(lane_name(name), "authority", (), (), (), policy)


def _names(world: World, holding: Holding) -> tuple[str, ...]:
    """Scenario names of the chain that a side presents."""
    return tuple(world.name_of(certificate) or certificate.subject for certificate in holding.chain)
