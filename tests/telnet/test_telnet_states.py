"""Every state of both machines against every happening there is, and the stories that pass through them."""

from __future__ import annotations

from functools import cache
from itertools import product
from typing import TYPE_CHECKING

import pytest

from simulator.errors import DecisionError
from simulator.telnet.client import PLAIN_TERMINAL, TelnetClient, Terminal
from simulator.telnet.codes import VERBS, Command, RejectReason, TelnetOption, Tn3270eFunction
from simulator.telnet.events import (
    LogonTyped,
    ScreenShown,
    ScreenWanted,
    TelnetMoved,
    TelnetRefused,
    TlsWanted,
)
from simulator.telnet.logon import level_on
from simulator.telnet.server import TelnetServer, TelnetServerConfig
from simulator.telnet.states import (
    AT_ANY_TIME,
    CLIENT,
    READ_OVER,
    SERVER,
    TELNET_ENDED,
    TELNET_WAITS,
    TelnetState,
)
from simulator.telnet.stream import negotiation, record, subnegotiation
from simulator.telnet.tn3270e import Tn3270eMessage
from tests.played import for_each
from tests.telnet.sessions import ANSWER, DECLINING, EXPRESS, OLD, SERVERS, Session

if TYPE_CHECKING:
    from collections.abc import Mapping

    from simulator.telnet.machine import TelnetMachine
    from simulator.telnet.states import TelnetMoves

TERMINALS = {
    "s3270": Terminal(),
    "s3270 without E": OLD,
    "s3270 declining": DECLINING,
    "plain": PLAIN_TERMINAL,
    "with a macro": EXPRESS,
}
MODES = {
    ("tn3270e", "s3270"): "tn3270e",
    ("tn3270e without BIND", "s3270"): "tn3270e",
    ("tn3270", "s3270"): "3270",
    ("START-TLS", "s3270"): "tn3270e",
    ("START-TLS, tn3270", "s3270"): "3270",
    ("START-TLS offered", "s3270"): "tn3270e",
    ("plain", "s3270"): "nvt",
    ("tn3270e", "s3270 without E"): "3270",
    ("tn3270e", "plain"): "nvt",
    ("START-TLS offered", "s3270 declining"): "tn3270e",
    ("Express Logon", "with a macro"): "tn3270e",
    ("Express Logon", "s3270"): "tn3270e",
    ("Express Logon", "s3270 without E"): "3270",
    ("Express Logon", "plain"): "nvt",
    ("START-TLS, Express Logon", "with a macro"): "tn3270e",
}


def session(server: str, terminal: str, size: int | None = None) -> Session:
    """A session that is not run yet."""
    return Session(TelnetClient(TERMINALS[terminal]), TelnetServer(SERVERS[server]), size)


@cache
def happenings() -> dict[str, bytes]:
    """One genuine form of every happening, as it is sent."""
    found = {
        f"{verb.name} {option.name.replace('_', '-')}": negotiation(verb, option)
        for verb, option in product(VERBS, TelnetOption)
    }
    functions = (Tn3270eFunction.BIND_IMAGE, Tn3270eFunction.RESPONSES, Tn3270eFunction.SYSREQ)
    for message in (
        Tn3270eMessage("SEND DEVICE-TYPE"),
        Tn3270eMessage("DEVICE-TYPE REQUEST", "IBM-3278-2"),
        Tn3270eMessage("DEVICE-TYPE IS", "IBM-3278-2", "LU1"),
        Tn3270eMessage("DEVICE-TYPE REJECT", reason=RejectReason.INV_NAME),
        Tn3270eMessage("FUNCTIONS REQUEST", functions=functions),
        Tn3270eMessage("FUNCTIONS IS", functions=functions),
    ):
        found[message.name] = subnegotiation(TelnetOption.TN3270E, message.encode())
    found["START-TLS FOLLOWS"] = subnegotiation(TelnetOption.START_TLS, b"\1")
    found["TERMINAL-TYPE SEND"] = subnegotiation(TelnetOption.TERMINAL_TYPE, b"\1")
    found["TERMINAL-TYPE IS"] = subnegotiation(TelnetOption.TERMINAL_TYPE, b"\0IBM-3279-2")
    found["NEW-ENVIRON SEND"] = subnegotiation(TelnetOption.NEW_ENVIRON, b"\1")
    found["NEW-ENVIRON IS"] = subnegotiation(TelnetOption.NEW_ENVIRON, b"\0\3IBMELF\1YES")
    found["NEW-ENVIRON INFO"] = subnegotiation(TelnetOption.NEW_ENVIRON, b"\2\0USER\1alice")
    found["text"] = b"hello"
    found["record"] = record(b"\0\0\0\0\0\xf5\xc3")
    return found


@for_each("server, terminal", MODES)
@for_each("size", [None, 1])
def test_each_pair_reaches_its_mode_and_reads_what_is_typed(
    server: str, terminal: str, size: int | None
) -> None:
    """The screen names the level, the server reads user and password, and the answer is shown."""
    played = session(server, terminal, size).log_on()
    wanted = played.of("server", ScreenWanted)
    assert MODES[server, terminal] == wanted[0].mode  # type: ignore[attr-defined]
    assert [LogonTyped("alice", "secret")] == played.of("server", LogonTyped)
    shown = [event.screen for event in played.of("client", ScreenShown)]  # type: ignore[attr-defined]
    assert "CLIENT_IDENTIFIED" in [level_on(screen) for screen in shown]
    assert ANSWER.message in str(shown[-1])
    assert [] == played.of("server", TelnetRefused) + played.of("client", TelnetRefused)


@for_each("server, terminal", MODES)
def test_the_password_is_on_no_screen(server: str, terminal: str) -> None:
    """Neither a field that is not displayed nor an echo shows the password."""
    played = session(server, terminal).log_on()
    assert not any("secret" in repr(event) for event in played.of("client", ScreenShown))


def test_start_tls_comes_before_all_else() -> None:
    """In clear nothing but START-TLS is said, and nothing of it is kept."""
    played = session("START-TLS", "s3270").log_on()
    clear = bytes.fromhex("fffb2efffa2e01fff0")
    assert clear == played.streams["client"][0]
    assert bytes.fromhex("fffd2efffa2e01fff0") == played.streams["server"][0]
    assert [TlsWanted(b"")] * 2 == played.of("server", TlsWanted) + played.of("client", TlsWanted)


def test_bytes_before_tls_are_never_read_as_protected() -> None:
    """A command behind the agreement, in clear, is handed to TLS; none is taken before TLS is ready."""
    server = TelnetServer(SERVERS["START-TLS"])
    server.start()
    smuggled = happenings()["WONT TN3270E"]
    told = server.receive(bytes.fromhex("fffb2efffa2e01fff0") + smuggled)
    assert TlsWanted(smuggled) in told
    with pytest.raises(DecisionError, match="TLS's"):
        server.receive(smuggled)
    server.tls_ready()
    assert TelnetState.WAIT_TN3270E is server.state


def test_a_client_that_declines_start_tls_is_refused_where_tls_is_required() -> None:
    """With ``required`` the server ends the connection in words; with ``offered`` it goes on in clear."""
    played = session("START-TLS", "s3270 declining").run()
    assert [TelnetRefused("The client declines START-TLS, and this server requires TLS.")] == played.of(
        "server", TelnetRefused
    )
    assert TelnetState.REFUSED is played.server.state


def at_every_state(role: str) -> dict[TelnetState, tuple[str, str, int]]:
    """For each state that a machine reaches: a pair of names, and the number of steps that lead there."""
    found: dict[TelnetState, tuple[str, str, int]] = {}
    for server, terminal in MODES:
        played = session(server, terminal)
        count = 0
        while True:
            state = played.machines[role].state
            if played.under_way or state not in TELNET_WAITS:
                found.setdefault(state, (server, terminal, count))
            if not step(played):
                break
            count += 1
    return found


def step(played: Session) -> bool:
    """Deliver one piece, or take the one decision that is due; False at the end."""
    if played.under_way:
        side, piece = played.under_way.popleft()
        played.do(side, played.machines[side].receive, piece)
    elif played.client.state is played.server.state is TelnetState.WAIT_TLS:
        for side, machine in played.machines.items():
            played.do(side, machine.tls_ready)
    elif played.server.state is TelnetState.WAIT_SCREEN:
        played.do("server", played.server.show, ANSWER)
    else:
        return False
    return True


def outside_its_row(machine: TelnetMachine, name: str) -> TelnetState:
    """The state after a happening that the row of the state does not have."""
    wire = happenings()[name]
    options = machine.options
    if wire[1] == Command.SB:
        counts = options.is_own(wire[2]) or options.is_of_peer(wire[2])
    else:
        counts = name == "record" and machine.reads_records
    return TelnetState.REFUSED if counts else machine.state


@pytest.mark.parametrize(("role", "moves"), [("server", SERVER), ("client", CLIENT)])
def test_every_state_obeys_its_row(role: str, moves: Mapping[TelnetState, TelnetMoves]) -> None:
    """Whatever comes in whatever state: the machine moves as the row, or else the rules, say."""
    reached = at_every_state(role)
    reading = set(moves) - {TelnetState.START} - TELNET_ENDED - TELNET_WAITS
    assert reading <= set(reached)
    for state, (server, terminal, count) in reached.items():
        for name, wire in happenings().items() if state in reading else ():
            played = session(server, terminal)
            for _ in range(count):
                step(played)
            machine = played.machines[role]
            assert state is machine.state
            if name in moves[state]:
                allowed = {state, *moves[state][name]}
                # The samples of these two fit one mode and one list of functions, and no others.
                allowed |= {TelnetState.REFUSED} if name in ("record", "FUNCTIONS IS") else set()
            elif name in (AT_ANY_TIME if role == "client" else READ_OVER):
                allowed = {state}
            elif name == "record" and "text" in moves[state]:  # before it is complete, it is text
                allowed = {state, *moves[state]["text"]}
            else:
                allowed = {outside_its_row(machine, name)}
            told = machine.receive(wire)
            assert machine.state in allowed, (state, name)
            refusals = [event for event in told if isinstance(event, TelnetRefused)]
            assert (machine.state is TelnetState.REFUSED) is bool(refusals and refusals[0].reason)


def test_the_tables_name_states_and_happenings_that_exist() -> None:
    """Every row leads to states of its own table, and every name in it is a happening."""
    for moves in (SERVER, CLIENT):
        for row in moves.values():
            assert set(row) <= set(happenings())
            assert {state for states in row.values() for state in states} <= set(moves)
    assert set(happenings()) >= AT_ANY_TIME | READ_OVER


def test_every_move_of_a_story_is_in_the_table() -> None:
    """A machine moves only as a row says, or where an actor answers."""
    decided = {"START", *(state.value for state in TELNET_WAITS)}
    for server, terminal in MODES:
        for side, moves in (("server", SERVER), ("client", CLIENT)):
            ways = {
                (before.value, after.value)
                for before, row in moves.items()
                for to in row.values()
                for after in to
            }
            for event in session(server, terminal).log_on().of(side, TelnetMoved):
                assert isinstance(event, TelnetMoved)
                typed = event.after == "WAIT_SCREEN" and event.before.startswith("IN_")
                assert (event.before, event.after) in ways or event.before in decided or typed


@pytest.mark.parametrize(
    ("config", "terminal", "mode"),
    [
        (TelnetServerConfig(), Terminal(device="IBM-3287-1"), "3270"),  # rejected: back to TN3270
        (TelnetServerConfig(), Terminal(resource="LU000009"), "3270"),
        (TelnetServerConfig(), Terminal(resource="LU000001"), "tn3270e"),
        (TelnetServerConfig(functions=(Tn3270eFunction.SYSREQ,)), Terminal(), "tn3270e"),
        (TelnetServerConfig(), Terminal("IBM-3278-2", device=""), "3270"),
    ],
)
def test_a_device_is_rejected_or_given(config: TelnetServerConfig, terminal: Terminal, mode: str) -> None:
    """A device or LU that the server does not have is rejected by its reason; fewer functions are agreed."""
    played = Session(TelnetClient(terminal), TelnetServer(config)).log_on()
    assert mode == played.server.mode
    assert [LogonTyped("alice", "secret")] == played.of("server", LogonTyped)


def test_decisions_are_taken_only_when_they_are_due() -> None:
    """A call that the state does not allow is a mistake of the caller, in words."""
    server, client = TelnetServer(SERVERS["tn3270e"]), TelnetClient(Terminal())
    server.start()
    with pytest.raises(DecisionError, match="WAIT_TN3270E"):
        server.show(ANSWER)
    with pytest.raises(DecisionError, match="IN_TN3270E or IN_3270"):
        client.log_on("alice", "secret")
    with pytest.raises(DecisionError, match="WAIT_TLS"):
        client.tls_ready()
