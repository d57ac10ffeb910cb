"""What came before the connection came before it, whatever a scenario says of network and dates."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from simulator.actors.decisions import WAITING
from simulator.engine.enrolment import enrol
from simulator.engine.world import World, issue_world, world_of
from simulator.entropy import SeededEntropy
from simulator.pki.certificate import Certificate
from simulator.runs.run import simulate
from simulator.scenario import Scenario
from simulator.scenario.catalogue.catalogue import catalogue
from simulator.scenario.schedule.episodes import episodes
from simulator.trace.facts import Decided, Received, Sent, Step
from simulator.trace.steps import DECISION_STEPS
from tests.played import CONNECTIONS, LABELS

if TYPE_CHECKING:
    from simulator.trace.facts import Event
    from simulator.trace.trace import Trace

FROM_NOW_ON = {"certificates.alice.not_before": "0s", "certificates.server.not_before": "0s"}
A_DAY_AWAY = {"network.latency_ms": 86_400_000}
SPARE = [f"spare-{number}" for number in range(60)]

WORLDS: dict[str, dict[str, Any]] = {
    "as it is": {},
    "valid from now on": FROM_NOW_ON,
    "a very slow network": A_DAY_AWAY,
    "both": FROM_NOW_ON | A_DAY_AWAY,
    "the CA sends a bundle": A_DAY_AWAY | {"certificates.alice.delivery": "pkcs12"},
    "and is switched off then": FROM_NOW_ON | A_DAY_AWAY | {"certificates.client-ca.online": False},
    "sixty certificates more": FROM_NOW_ON
    | {"client.also_holds": SPARE, "certificates.client-ca.online": False}
    | {f"certificates.{name}": {"role": "client", "not_before": "0s"} for name in SPARE},
}


def enrolment(trace: Trace) -> list[Event]:
    """What happened before, without the setup."""
    return [event for event in trace.events[1:] if event.step is Step.ENROLMENT]


@pytest.mark.parametrize("name", WORLDS)
def test_all_of_it_happens_before_the_connection(name: str) -> None:
    """Enrolment has negative times, it is told first, and the CAs say and hear nothing after it."""
    trace = simulate(Scenario().but(WORLDS[name])).trace
    before = enrolment(trace)
    assert all(event.at < 0 for event in before)
    assert before == list(trace.events[1 : 1 + len(before)])


@pytest.mark.parametrize("name", WORLDS)
def test_one_enrolment_is_over_when_the_next_begins(name: str) -> None:
    """Nothing is sent while something else is under way, and all that was sent was read."""
    under_way = 0
    for event in enrolment(simulate(Scenario().but(WORLDS[name])).trace):
        under_way += isinstance(event.fact, Sent) - isinstance(event.fact, Received)
        assert under_way in (0, 1)
    assert under_way == 0


@pytest.mark.parametrize("name", ["and is switched off then", "sixty certificates more"])
def test_a_ca_works_until_it_is_switched_off(name: str) -> None:
    """A CA that is switched off before the connection has issued everything by then."""
    told = [
        event
        for event in enrolment(simulate(Scenario().but(WORLDS[name])).trace)
        if event.actor == "client-ca"
    ]
    assert "switched off" in told[-1].fact.text  # type: ignore[union-attr]  # the last thing is a remark


@pytest.mark.parametrize(("revoked", "told"), [("-1d", 1), ("-1s", 1), ("0s", 0), ("1d", 0)])
def test_only_what_was_revoked_before_is_told(revoked: str, told: int) -> None:
    """A revocation that comes when the connection has begun is no part of the story."""
    changes = {"certificates.alice.revoked": revoked}
    trace = simulate(catalogue["valid-certificate"].but(changes)).trace
    decisions = [event.fact.decision for event in trace.of(Decided) if isinstance(event.fact, Decided)]
    assert told == decisions.count("revoke")


def test_the_decisions_that_can_wait_are_all_but_those_of_a_ca() -> None:
    """A CA's decisions are taken before a run can stop; every other one can be taken from outside."""
    assert set(DECISION_STEPS) - {"issue", "revoke", "release", "publish"} == set(WAITING)


def test_a_ca_issues_what_the_trace_says_when_it_says_so() -> None:
    """Before enrolment nothing that is enrolled for exists; afterwards the registers have what was sent."""
    for label, (_, episode) in zip(LABELS, CONNECTIONS, strict=True):
        scenario, world = episode.scenario, world_of(episode)
        before = set(world.issued)
        happened = [(one.actor, fact) for one in enrol(world, episode) for fact in one.facts]
        issuing = [lane for lane, fact in happened if isinstance(fact, Decided) and fact.decision == "issue"]
        assert len(issuing) >= len(set(world.issued) - before), label
        for lane, fact in happened:
            if isinstance(fact, Sent) and fact.name == "Certificate":
                certificate = Certificate.parse(fact.raw)
                assert any(
                    certificate in world.authority_of(one).register.values()
                    for one in world.issued
                    if world.scenario.certificates[one].issuer == lane
                ), label
        whole = issue_world(scenario, SeededEntropy(scenario.seed)).issued
        assert {one: world[one].certificate for one in whole} == {
            one: made.certificate for one, made in whole.items()
        }, label
        assert set(world.issued) - set(whole) <= {
            *episode.revoked,
            *(one.name for one in episode.renewals),
        }, label


def test_a_revocation_is_in_the_register_of_the_ca() -> None:
    """A CA knows the serial numbers of what it took back."""
    scenario = catalogue["valid-certificate"].but({"certificates.alice.revoked": "-1d"})
    world = World(scenario, SeededEntropy(scenario.seed))
    enrol(world, *episodes(world.scenario))
    assert world.authority("client-ca").revoked == {world["alice"].certificate.serial_number}
    assert world.authority("server-ca").revoked == set()


def test_a_certificate_that_issues_another_exists_before_it() -> None:
    """Where a client holds a certificate and one that it issued, either may become valid first."""
    changes = {
        "certificates.mallory": {"role": "client", "issuer": "alice", "not_before": "-60d"},
        "client.certificate": "mallory",
        "client.also_holds": ["alice"],
    }
    trace = simulate(Scenario().but(changes)).trace
    issued = [event.actor for event in trace.of(Decided) if event.step is Step.ENROLMENT]
    assert issued == ["alice", "client-ca", "server-ca"]


def test_enrolment_is_recorded_once_for_a_scenario() -> None:
    """Two runs share the events before the connection; what follows is each run's own, and equal."""
    scenario = catalogue["valid-certificate"]
    first, second = (simulate(scenario).trace.events for _ in range(2))
    assert first == second
    shared = [one is other for one, other in zip(first, second, strict=True)]
    assert shared == [event.at < 0 for event in first]
