"""The state diagrams show the tables that the machines obey, and the way a run went."""

from __future__ import annotations

from simulator.tls.states import DECISIONS, MACHINES, TERMINAL, State
from simulator.tls.wire.version import Version
from simulator.trace.facts import StateChanged
from simulator.views.drawing.display import Box, Polygon, Text
from simulator.views.pictures.states import states
from simulator.views.story.state_words import machine_graph, moves_of, order_of, path_of
from tests.played import RUNS, for_each
from tests.views.traces import trace_of

SIDES = ("client", "server")


@for_each("machine", MACHINES.values())
def test_the_graph_has_exactly_the_moves_of_the_table(machine: object) -> None:
    """Every message and answer of a table is an edge; the one edge more is the client's first word."""
    table = machine  # one of MACHINES
    expected = {
        (start, end, message)
        for moves in (table.messages, table.answers)  # type: ignore[attr-defined]  # a StateMachine
        for start, row in moves.items()
        for message, ends in row.items()
        for end in ends
    }
    edges = {(start, end, message) for start, end, message in machine_graph(table).edges(data="message")}  # type: ignore[arg-type]
    first = {(State.START, State.WAIT_SH, "sends ClientHello")} if table.role == "client" else set()  # type: ignore[attr-defined]
    assert expected | first == edges


@for_each("machine", MACHINES.values())
def test_no_move_goes_up(machine: object) -> None:
    """States stand so that every move goes down the page, or stays."""
    order = order_of(machine)  # type: ignore[arg-type]  # a StateMachine
    ends = [(one, other) for one, other in machine_graph(machine).edges() if other not in TERMINAL]  # type: ignore[arg-type]
    assert [] == [(one, other) for one, other in ends if order.index(other) < order.index(one)]


@for_each("name, tls", RUNS)
def test_the_way_of_the_run_is_numbered_in_order(name: str, tls: str) -> None:
    """The numbers on the moves are the state changes of the trace, each with its event."""
    trace = trace_of(name, tls)
    for side in SIDES:
        machine = MACHINES[side, Version(trace.outcome.negotiated or tls)]  # type: ignore[index]  # two sides
        taken = sorted(number for move in moves_of(machine, trace, side) for number in move.taken)  # type: ignore[arg-type]
        expected = [event for event in trace.of(StateChanged) if event.actor == side]
        assert [(place, event.seq) for place, event in enumerate(expected, start=1)] == taken
        ways = [(start.value, end.value) for _, (start, end) in path_of(trace, side)]  # type: ignore[arg-type]
        facts = [event.fact for event in expected]
        assert [(f.before, f.after) for f in facts if isinstance(f, StateChanged)] == ways


@for_each("name, tls", RUNS)
def test_every_state_stands_in_the_picture_with_its_numbers(name: str, tls: str) -> None:
    """Both machines are there whole, and every step of the run has its number in a circle."""
    trace = trace_of(name, tls)
    items = states(trace).items
    words = [item.text for item in items if isinstance(item, Text) and item.style.startswith("state.name")]
    version = Version(trace.outcome.negotiated or tls)
    machines = [MACHINES[side, version] for side in SIDES]  # type: ignore[index]  # the two sides
    assert sorted(state.value for machine in machines for state in machine.states) == sorted(words)
    circles = [item.seq for item in items if isinstance(item, Box) and item.style == "number"]
    assert sorted(event.seq for event in trace.of(StateChanged)) == sorted(circles)


@for_each("tls", ["1.2", "1.3"])
def test_states_that_wait_for_their_actor_have_a_second_frame(tls: str) -> None:
    """Exactly the states of DECISIONS are framed twice and wear a diamond."""
    items = states(trace_of("valid-certificate", tls)).items
    frames = [item for item in items if isinstance(item, Box) and item.style.startswith("state.wait")]
    diamonds = [item for item in items if isinstance(item, Polygon) and item.style == "decision.diamond"]
    machines = [MACHINES[side, Version(tls)] for side in SIDES]  # type: ignore[index]  # the two sides
    waiting = [state for machine in machines for state in machine.states if state in DECISIONS]
    assert len(waiting) == len(frames) == len(diamonds) == 4


def test_an_overview_has_only_where_the_run_was() -> None:
    """The short form leaves out states in which this run never stood."""
    items = states(trace_of("certificate-expired", "1.3"), detail="overview").items
    words = {item.text for item in items if isinstance(item, Text) and item.style.startswith("state.name")}
    assert "WAIT_SH_AFTER_RETRY" not in words
    assert {"START", "WAIT_VERDICT_ON_CLIENT", "FAILED"} <= words
