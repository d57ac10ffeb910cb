"""The path of a run through the state machines, in words."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from simulator.tls.states import DECISIONS, TERMINAL, State, StateMachine
from simulator.tls.wire.version import SIDES
from simulator.trace.facts import Alert, Decided, Received, Sent, StateChanged
from simulator.views.drawing.cells import hanging
from simulator.views.story.lanes import opening, run_title, under_title
from simulator.views.story.reading import machine_of
from simulator.views.story.words import clean, moment

if TYPE_CHECKING:
    from collections.abc import Iterator

    from simulator.tls.wire.version import Side
    from simulator.trace.facts import Event
    from simulator.trace.trace import Trace


def description(trace: Trace) -> str:
    """Both paths in sentences, for people who cannot see the picture."""
    sentences = [opening(trace)]
    for side in SIDES:
        path = path_of(trace, side)
        way = [path[0][1][0].value, *(states[1].value for _, states in path)] if path else ["START"]
        sentences.append(f"The {side} goes through {', '.join(way)}.")
    return " ".join(sentences)


def why(trace: Trace, event: Event, end: State) -> str:
    """The cause of a move in a word or two."""
    return clean(OVER.get(end) or reason_of(trace, event)) or "its own first word"


def states_text(trace: Trace, width: int = 80) -> str:
    """Both machines as text: every state, its moves, and the numbered path of this run.

    Args:
        trace: the run whose path is shown.
        width: columns; no line is longer. 40 is the least.
    """
    width = max(width, 40)
    lines = [f"{run_title(trace.setup)}: states and moves", clean(under_title(trace)), ""]
    for side in SIDES:
        lines += [*_way(trace, side), "", *_table(trace, side), ""]
    split = ((line[: len(line) - len(line.lstrip())], line.strip()) for line in lines)
    wrapped = [part for indent, words in split for part in hanging(indent, words, width, 4)]
    return "\n".join(part.rstrip() for part in wrapped).rstrip("\n") + "\n"


def _way(trace: Trace, side: Side) -> Iterator[str]:
    yield f"The path of the {side}"
    for number, (event, (start, end)) in enumerate(path_of(trace, side), start=1):
        yield f"  {number:>2}  {moment(event.at):>9}  {start.value} → {end.value}  ({why(trace, event, end)})"


def _table(trace: Trace, side: Side) -> Iterator[str]:
    machine = machine_of(trace, side)
    moves = moves_of(machine, trace, side)
    yield f"All moves of the {side}'s machine"
    for state in order_of(machine):
        waits = f"  ◆ waits for the {side}'s decision" if state in DECISIONS else ""
        yield f"  {state.value}{waits}"
        for move in moves:
            if move.start is state:
                numbers = ", ".join(str(number) for number, _ in move.taken)
                taken = f"  [{numbers}]" if numbers else ""
                yield f"      {' or '.join(map(clean, move.messages))} → {move.end.value}{taken}"


#: What leads to the two ends where the table does not say so.
OVER = {State.FAILED: "fatal alert", State.CLOSED: "close_notify"}


#: The decisions for which a machine waits in a state of its own.
ANSWERED = frozenset({"accept-server", "request-certificate", "accept-client", "send-certificate"})


@dataclass(frozen=True, slots=True)
class Move:
    """One way from a state to another, with everything that leads along it.

    Attributes:
        start, end: the states.
        messages: names of the messages of the peer that lead along it, or answers of the actor.
        taken: numbers of the steps of this run that went along it, from 1; with the ``seq`` of each.
    """

    start: State
    end: State
    messages: tuple[str, ...]
    taken: tuple[tuple[int, int], ...] = ()


def machine_graph(machine: StateMachine) -> Any:
    """The table of a machine as a ``networkx.MultiDiGraph``: an edge for each message and each answer.

    Edges have ``message``, or the answer in its place. The first message of a client, which no message of the
    server causes, is the edge ``sends ClientHello`` out of ``START``.
    """
    import networkx as nx

    graph: Any = nx.MultiDiGraph()
    graph.add_nodes_from(machine.states)
    if machine.role == "client":
        graph.add_edge(State.START, State.WAIT_SH, message="sends ClientHello")
    for start, moves in (*machine.messages.items(), *machine.answers.items()):
        for message, ends in moves.items():
            graph.add_edges_from((start, end, {"message": message}) for end in ends)
    return graph


def order_of(machine: StateMachine) -> tuple[State, ...]:
    """The states from the top down: no move goes up, the two ends last."""
    import networkx as nx

    graph: Any = nx.DiGraph(machine_graph(machine))
    graph.remove_edges_from(list(nx.selfloop_edges(graph)))
    graph.remove_nodes_from(TERMINAL)
    story = list(machine.states)
    return tuple(nx.lexicographical_topological_sort(graph, key=story.index))


def moves_of(machine: StateMachine, trace: Trace, side: Side) -> tuple[Move, ...]:
    """Every move of the table, and those of the run that it does not list: to FAILED and CLOSED."""
    merged: dict[tuple[State, State], list[str]] = {}
    for start, end, data in machine_graph(machine).edges(data=True):
        merged.setdefault((start, end), []).append(data["message"])
    taken: dict[tuple[State, State], list[tuple[int, int]]] = {}
    for number, (event, way) in enumerate(path_of(trace, side), start=1):
        taken.setdefault(way, []).append((number, event.seq))
        if way not in merged:
            merged[way] = [OVER.get(way[1]) or reason_of(trace, event)]
        elif way[0] in DECISIONS and len(merged[way]) > 1:
            choice = reason_of(trace, event)
            others = [answer for answer in merged[way] if answer != choice]
            merged[way] = [f"{choice}, not {' or '.join(others)}"]
    return tuple(
        Move(*way, messages=tuple(dict.fromkeys(words)), taken=tuple(taken.get(way, ())))
        for way, words in merged.items()
    )


def path_of(trace: Trace, side: Side) -> list[tuple[Event, tuple[State, State]]]:
    """The moves of one side in this run, in order; unknown states are left out."""
    known = State.__members__
    return [
        (event, (known[fact.before], known[fact.after]))
        for event, fact in trace.facts(StateChanged)
        if event.actor == side and fact.before in known and fact.after in known
    ]


def reason_of(trace: Trace, event: Event) -> str:
    """The cause of a move: the message that was read, or the choice that was taken."""
    cause = trace.events[event.cause] if event.cause is not None else None
    if cause is None:
        return ""
    match cause.fact:
        case Received(name=name) | Sent(name=name) | Alert(name=name):
            return name
        case Decided(decision=decision, choice=choice) if decision in ANSWERED:
            return choice
        case _:
            return reason_of(trace, cause)
