"""Everything that is the same in every run of a scenario, made once."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

from simulator.engine.enrolment import enrol
from simulator.engine.recorder import Recorder
from simulator.engine.roles import client_role, server_role
from simulator.engine.setup_event import setup_of
from simulator.engine.world import World
from simulator.entropy import SeededEntropy
from simulator.tls.wire.version import Version

if TYPE_CHECKING:
    from simulator.actors.client import ClientRole
    from simulator.actors.server import ServerRole
    from simulator.scenario import Scenario, TlsVersion
    from simulator.trace.facts import Event

KEPT_PREPARATIONS = 64  # more than the built-in scenarios, each of which is played in two versions by turns


@dataclass(frozen=True, slots=True)
class Preparation:
    """A scenario made ready to run.

    Attributes:
        world: everything that was set up and issued.
        client, server: the settings of each side, and what the world made of them.
        setup: the first event of the trace.
        enrolment: the events of each moment before the connection.
    """

    world: World
    client: ClientRole
    server: ServerRole
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


def prepare(scenario: Scenario, tls: TlsVersion) -> Preparation:
    """Make a scenario ready to run; a scenario that was played before is ready.

    Raises:
        ScenarioError: a certificate of the scenario cannot be issued.
    """
    return _prepare(ByIdentity(scenario), tls)


@lru_cache(maxsize=KEPT_PREPARATIONS)
def _prepare(key: ByIdentity, tls: TlsVersion) -> Preparation:
    scenario, version = key.scenario, Version(tls)
    world = World(scenario, SeededEntropy(scenario.seed))
    happenings = enrol(world)
    recorder = Recorder(tls)
    setup = recorder.begin(setup_of(scenario, world, tls), min((one.at for one in happenings), default=0))
    return Preparation(
        world,
        client_role(scenario, world, version),
        server_role(scenario, world, version),
        setup,
        [recorder.record(one.actor, one.at, one.facts, fresh=one.fresh) for one in happenings],
    )
