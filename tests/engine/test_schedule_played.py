"""A scenario with a schedule, played: each connection, what stands between them, and the whole."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from simulator import catalogue, simulate
from simulator.engine.simulation import Simulation
from simulator.errors import ArgumentError, OutputError
from simulator.scenario import TLS_VERSIONS, Scenario, TlsVersion
from simulator.security import SecurityLevel
from simulator.trace.connections import connections_of
from simulator.trace.facts import Decided, Noted, Sent
from simulator.trace.trace import trace_from_json
from simulator.views.story.lanes import run_title, under_title
from simulator.views.texts.mermaid import mermaid
from tests.played import some

if TYPE_CHECKING:
    from simulator.runs.run import Run

SCHEDULE = (
    {"connect": {}},
    {"at": "40d", "renew": "alice"},
    {"at": "41d", "set": {"server.trusts": ["server-ca"]}},
    {"at": "42d", "connect": {}},
    {"at": "43d", "set": {"server.trusts": ["client-ca"]}},
    {"at": "44d", "revoke": "alice-2"},
    {"at": "45d", "connect": {}},
)


def life(tls: TlsVersion = "1.3") -> Run:
    """A run of three connections."""
    return simulate(Scenario().but(schedule=SCHEDULE), tls)


def test_the_first_connection_is_the_scenario_without_a_schedule() -> None:
    """The same events to the byte: a schedule adds, it changes nothing before it."""
    alone = simulate("valid-certificate")
    first = life().connections[0]
    assert alone.trace.events[1:] == first.trace.events[1:]
    assert alone.keylog == first.keylog


@pytest.mark.parametrize("tls", TLS_VERSIONS)
def test_each_connection_has_its_own_level(tls: TlsVersion) -> None:
    """What the server trusts at the time of a connection decides it; a CRL that nobody asks for does not."""
    levels = [one.outcome.level for one in life(tls).connections]
    authenticated = SecurityLevel.CLIENT_AUTHENTICATED
    assert [authenticated, SecurityLevel.REFUSED, authenticated] == levels


def test_the_events_bear_the_number_of_their_connection() -> None:
    """In the whole, numbers and times rise, and virtual time 0 is the scenario's clock everywhere."""
    trace = life().trace
    assert [*range(len(trace.events))] == [event.seq for event in trace.events]
    assert sorted(event.at for event in trace.events) == [event.at for event in trace.events]
    assert [1, 2, 3] == list(dict.fromkeys(event.connection for event in trace.events))
    assert 1 == len({setup.clock for setup in trace.setups})
    assert trace == trace_from_json(trace.to_json())


def test_a_connection_cut_out_is_what_was_played() -> None:
    """Numbered from 0 and told from its own moment; its certificates are valid at the same moments."""
    run = life()
    for number, (one, cut) in enumerate(
        zip(run.connections, connections_of(run.trace), strict=True), start=1
    ):
        assert one.trace == cut == trace_from_json(cut.to_json())
        assert 0 == next(event.at for event in cut.events if event.actor == "client" and event.at >= 0)
        assert number == cut.setup.connections[0].number
    clocks = [datetime.fromisoformat(one.trace.setup.clock) for one in run.connections]
    start = datetime(2030, 3, 4, 9, tzinfo=UTC)
    assert [start, start + timedelta(days=42), start + timedelta(days=45)] == clocks


def test_a_connection_says_which_it_is_and_the_scenario_keeps_its_name() -> None:
    """Title and name are the scenario's; views add the number, which stands in the setup."""
    run = life()
    setups = [one.trace.setup for one in run.connections]
    numbers = [(one.connections[0].number, one.connections[0].count) for one in setups]
    assert [(1, 3), (2, 3), (3, 3)] == numbers
    assert {(run.scenario.name, run.scenario.title)} == {(one.scenario, one.title) for one in setups}
    assert f"{run.scenario.title} (connection 2 of 3)" == run_title(setups[1])
    assert f"scenario {run.scenario.name}, connection 2 " in under_title(run.connections[1].trace)
    alone = simulate("valid-certificate").trace
    assert run_title(alone.setup) == alone.setup.title
    assert '"count"' not in alone.to_json()


def test_the_story_between_two_connections_is_told_once() -> None:
    """The renewal and the setting before the second connection, the revocation before the third."""
    first, second, third = (one.trace for one in life().connections)
    told = {one.name for _, one in second.facts(Sent) if one.protocol == "enrolment"}
    assert {"CertificationRequest", "Certificate"} == told
    notes = [note.text for _, note in second.facts(Noted)]
    assert "From now on the server trusts server-ca." in notes
    decided = [[one.decision for _, one in trace.facts(Decided)] for trace in (first, second, third)]
    assert ["revoke" in one for one in decided] == [False, False, True]
    assert 2 == decided[0].count("issue")
    assert (1, 0) == (decided[1].count("issue"), decided[2].count("issue"))


def test_a_renewed_certificate_is_sent_from_then_on() -> None:
    """Another key and serial number; the certificates of before keep their bytes."""
    first, second, _ = (one.trace.setup for one in life().connections)
    ders = [{held.name: held.der for held in setup.certificates} for setup in (first, second)]
    assert ders[0]["client-ca"] == ders[1]["client-ca"]
    assert "alice-2" in ders[1]
    assert ("alice",) == next(actor.sends for actor in first.actors if actor.name == "client")
    assert ("alice-2",) == next(actor.sends for actor in second.actors if actor.name == "client")


def test_stepping_playing_and_forking_go_across_connections() -> None:
    """Decisions are numbered through; a fork in a later connection replays what came before."""
    run = life()
    stepped = Simulation(run.scenario, "1.3")
    count = 1  # the setup is there before the first step
    while not stepped.finished:
        count += len(stepped.step())
    assert run.trace == stepped.trace
    assert len(run.trace.events) == count
    assert run.keylog == stepped.keylog
    names = [pending.name for pending, _, _ in stepped.decisions]
    assert 3 == names.count("request-certificate")
    last = len(names) - 1 - names[::-1].index("request-certificate")
    fork = stepped.fork(last, "do not ask")
    fork.run()
    before, after = connections_of(run.trace), connections_of(fork.trace)
    assert before[:2] == after[:2]
    assert SecurityLevel.SERVER_AUTHENTICATED is after[2].outcome.level


def test_a_decision_waits_in_a_later_connection() -> None:
    """``interactive`` stops there, and ``decide`` goes on to the end of all."""
    simulation = Simulation(life().scenario, interactive="send-certificate")
    simulation.run()
    levels = []
    for choice in ("send", "skip", "skip"):
        simulation.decide(choice)
        simulation.run()
    levels = [one.outcome.level for one in connections_of(simulation.trace)]
    assert [SecurityLevel.CLIENT_AUTHENTICATED, SecurityLevel.REFUSED, SecurityLevel.REFUSED] == levels


def test_the_document_has_every_connection() -> None:
    """The keys of the last one at the top, the others under ``connections``, the whole trace once."""
    document = life().to_dict()
    assert 3 == len(document["connections"])
    alone = simulate("valid-certificate").to_dict()
    assert {*alone, "connections"} == set(document)
    for key in set(alone) - {"scenario", "as_expected", "trace"}:
        assert document["connections"][-1][key] == document[key]
    assert all({*alone} - {"trace"} == set(one) for one in document["connections"])


def test_each_connection_has_its_own_expectation() -> None:
    """The run is as expected if every connection is."""
    refused, granted = {"level": "REFUSED"}, {"level": "CLIENT_AUTHENTICATED"}
    for expected, result in ((refused, True), (granted, False)):
        schedule = [dict(entry) for entry in SCHEDULE]
        schedule[3]["expect"] = expected
        run = simulate(Scenario().but(schedule=schedule))
        assert result is run.as_expected
        assert ("connection 2" in run.expectation_words()) is not result


def test_what_shows_one_connection_says_how_to_choose_it() -> None:
    """Nothing is drawn of the wrong connection without a word."""
    run = life()
    with pytest.raises(OutputError, match="--connection 3"):
        mermaid(run.trace)
    with pytest.raises(ArgumentError, match="no such connection"):
        run.connection(4)
    assert "sequenceDiagram" in mermaid(run.connection(2).trace)


@pytest.mark.parametrize("name", some([name for name, one in catalogue.items() if one.schedule], 6))
def test_runs_of_one_scenario_do_not_meet(name: str) -> None:
    """Runs of a scenario share registers and lists: another run leaves no mark in them."""
    alone = simulate(name).trace.to_json()
    watched = Simulation(catalogue[name])
    other = Simulation(catalogue[name], interactive=True)
    while not (watched.finished and other.finished):
        watched.step()
        if other.pending is None:
            other.step()
        else:
            other.decide(other.pending.options[-1])
    assert watched.trace.to_json() == alone
    assert simulate(name).trace.to_json() == alone
    assert trace_from_json(other.trace.to_json()) == other.trace
