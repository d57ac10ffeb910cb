"""Everything that is the same in every run of a scenario, made once for each of its connections."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

from simulator.engine.enrolment import enrol
from simulator.engine.recorder import Recorder
from simulator.engine.responders import responders_of
from simulator.engine.roles import client_role, server_role
from simulator.engine.setup_event import setup_of
from simulator.engine.world import world_of
from simulator.scenario.schedule.episodes import episodes
from simulator.tls.wire.version import Version

if TYPE_CHECKING:
    from collections.abc import Mapping

    from simulator.actors.client import ClientRole
    from simulator.actors.responder import Responder
    from simulator.actors.server import ServerRole
    from simulator.engine.world import World
    from simulator.scenario import Scenario, TlsVersion
    from simulator.scenario.schedule.episodes import Episode
    from simulator.trace.facts import Event

# More than the catalogue has, each connection in two versions: played in turn, none may be forgotten before
# it comes again. The 290 preparations of today take 2 MiB.
KEPT_SCENARIOS = 256
KEPT_PREPARATIONS = 512


@dataclass(frozen=True, slots=True)
class Preparation:
    """A connection of a scenario made ready to run.

    Attributes:
        episode: the connection, and what came before it.
        world: everything that was set up and issued.
        client, server: the settings of each side, and what the world made of them.
        responders: the OCSP responders of its CAs, by lane.
        setup: the first event of the trace.
        enrolment: the events of each moment before the connection.
    """

    episode: Episode
    world: World
    client: ClientRole
    server: ServerRole
    responders: Mapping[str, Responder]
    setup: Event
    enrolment: list[list[Event]]


class ByIdentity:
    """A cache's key for one scenario; an equal one may list its users in another order."""

    __slots__ = ("scenario",)

    def __init__(self, scenario: Scenario) -> None:
        self.scenario = scenario

    def __hash__(self) -> int:
        return id(self.scenario)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, ByIdentity) and self.scenario is other.scenario


def prepare(scenario: Scenario, tls: TlsVersion, number: int = 1) -> Preparation:
    """Make a connection of a scenario ready to run; one that was played before is ready.

    Raises:
        ScenarioError: a certificate of the scenario cannot be issued.
    """
    return _prepare(ByIdentity(scenario), tls, number)


def episodes_of(scenario: Scenario) -> tuple[Episode, ...]:
    """The connections of a scenario, the same values each time."""
    return _episodes_of(ByIdentity(scenario))


@lru_cache(maxsize=KEPT_SCENARIOS)
def _episodes_of(key: ByIdentity) -> tuple[Episode, ...]:
    return episodes(key.scenario)


@lru_cache(maxsize=KEPT_PREPARATIONS)
def _prepare(key: ByIdentity, tls: TlsVersion, number: int) -> Preparation:
    every, version = episodes_of(key.scenario), Version(tls)
    episode = every[number - 1]
    scenario = episode.scenario
    world = world_of(episode)
    happenings = enrol(world, episode)
    recorder = Recorder(tls, number)
    begins = min((one.at for one in happenings), default=0)
    setup = setup_of(scenario, world, tls, number, len(every), key.scenario.between)
    begin = recorder.begin(setup, begins)
    return Preparation(
        episode,
        world,
        client_role(scenario, world, version),
        server_role(scenario, world, version),
        responders_of(scenario, world),
        begin,
        [recorder.record(one.actor, one.at, one.facts, fresh=one.fresh) for one in happenings],
    )
