"""Every state of every machine, against every message there is."""

from __future__ import annotations

from functools import cache

import pytest

from simulator.tls.events import AlertSent, MachineMoved, MessageReceived, MessageSent
from simulator.tls.states import DECISIONS, MACHINES, TERMINAL, State, StateMachine
from simulator.tls.wire.alerts import AlertDescription
from simulator.tls.wire.messages import (
    HelloRequest,
    KeyUpdate,
    Message,
    NewSessionTicket12,
    encode_handshake,
    message_name,
)
from simulator.tls.wire.records import ContentType
from simulator.tls.wire.version import Side, Version
from tests.played import EVERYTHING
from tests.tls.machines import Pair, record_for

SECP256R1_ONLY = {"server_changes": {"groups": (0x0017,)}}
PLAYS: dict[str, dict[str, object]] = {
    "asked and sent": {},
    "asked and skipped": {"sends": False},
    "not asked": {"asks": False},
    "no tickets": {"server_changes": {"tickets": 0}},
    "no tickets, skipped": {"sends": False, "server_changes": {"tickets": 0}},
    "no tickets, not asked": {"asks": False, "server_changes": {"tickets": 0}},
    "another group": SECP256R1_ONLY,
    "another group, not asked": {"asks": False, **SECP256R1_ONLY},
}
CASES = [(role, version, play) for role, version in MACHINES for play in PLAYS]


def play(version: Version, name: str) -> Pair:
    """A pair set up for one of the plays."""
    return Pair(version, **PLAYS[name])  # type: ignore[arg-type]  # the table names the arguments


@cache
def samples(version: Version) -> dict[str, bytes]:
    """One genuine message of every name that the version knows."""
    found: dict[str, bytes] = {}
    for name in PLAYS:
        pair = play(version, name)
        pair.steps()
        for _, event in pair.told:
            if isinstance(event, MessageSent) and event.name != "ChangeCipherSpec":
                found.setdefault(event.name, event.raw)
    extra: list[Message] = (
        [KeyUpdate(0)] if version is Version.TLS13 else [HelloRequest(), NewSessionTicket12(1, b"t")]
    )
    for message in extra:
        raw = encode_handshake(message)
        found.setdefault(message_name(raw), raw)
    return found


@cache
def at_every_step(role: Side, version: Version, name: str) -> dict[State, int]:
    """For each state the machine passes, after how many steps it stands in it first."""
    pair = play(version, name)
    reached = {pair.machine(role).state: 0}
    count = 0
    while pair.step():
        count += 1
        reached.setdefault(pair.machine(role).state, count)
    return reached


def after(steps: int, version: Version, name: str) -> Pair:
    """A pair that has gone that many steps."""
    pair = play(version, name)
    for _ in range(steps):
        pair.step()
    return pair


def wanted_states(machine: StateMachine) -> set[State]:
    """The states a machine stands in before all is over."""
    return set(machine.states) - TERMINAL


@pytest.mark.parametrize("machine", MACHINES.values(), ids=lambda m: f"{m.role} {m.version.value}")
def test_every_state_is_reached(machine: StateMachine) -> None:
    """The plays together bring the machine into every state of its table."""
    reached = {state for name in PLAYS for state in at_every_step(machine.role, machine.version, name)}
    passed = {
        State(after_)
        for name in PLAYS
        for pair in [play(machine.version, name)]
        if pair.steps()
        for _, after_ in pair.moves(machine.role)
    }
    assert wanted_states(machine) == (reached | passed) - TERMINAL


@pytest.mark.parametrize("machine", MACHINES.values(), ids=lambda m: f"{m.role} {m.version.value}")
def test_tables_say_what_happens(machine: StateMachine) -> None:
    """Every move of a genuine handshake stands in the table, and every move of the table happens."""
    seen: set[tuple[State, str, State]] = set()
    for name in PLAYS:
        pair = play(machine.version, name)
        pair.steps()
        state, last = State.START, ""
        for role, event in pair.told:
            if role != machine.role:
                continue
            if isinstance(event, MessageReceived):
                last = event.name
                if event.name in machine.messages[state]:
                    seen.add((state, last, state))  # replaced below where the message moves the machine
            elif isinstance(event, MachineMoved):
                before, state = State(event.before), State(event.after)
                seen.discard((before, last, before))
                if before in machine.answers:
                    seen.add((before, "answer", state))
                elif before is not State.START or machine.role == "server":
                    seen.add((before, last, state))
    table = {
        (state, message, next_state)
        for state, row in machine.messages.items()
        for message, next_states in row.items()
        for next_state in next_states
    } | {
        (state, "answer", next_state)
        for state, row in machine.answers.items()
        for answer, next_states in row.items()
        for next_state in next_states
        if answer != "refuse"
    }
    after_the_handshake = {
        (State.CONNECTED, message, State.CONNECTED)
        for message in ("KeyUpdate", "HelloRequest", "ClientHello", "NewSessionTicket")
    }
    assert table - after_the_handshake == seen - after_the_handshake


@pytest.mark.parametrize(
    ("role", "version", "name"), CASES, ids=lambda value: str(getattr(value, "value", value))
)
def test_every_state_meets_every_message(role: Side, version: Version, name: str) -> None:
    """In each state each message moves the machine as its table says, or is refused by a named alert.

    Where not everything is played, a state that an earlier play has led to meets one message of three.
    """
    machine = MACHINES[role, version]
    place = list(PLAYS).index(name)
    known = {state for earlier in list(PLAYS)[:place] for state in at_every_step(role, version, earlier)}
    for state, steps in at_every_step(role, version, name).items():
        if state in TERMINAL:
            continue
        every = list(samples(version).items())
        for message, raw in every if EVERYTHING or state not in known else every[place % 3 :: 3]:
            pair = after(steps, version, name)
            subject = pair.machine(role)
            assert subject.state is state
            events = subject.receive(record_for(subject, ContentType.HANDSHAKE, raw))
            where = f"{message} in {state.value}"
            alerts = [event.description for event in events if isinstance(event, AlertSent)]
            if state in DECISIONS:
                assert events == [], where
                assert subject.state is state, where
            elif message == "HelloRequest" and (role, version) == ("client", Version.TLS12):
                assert subject.state is state, where
            elif message not in machine.messages[state]:
                assert alerts == [AlertDescription.UNEXPECTED_MESSAGE], where
                assert subject.state is State.FAILED, where
            elif alerts and AlertDescription.NO_RENEGOTIATION not in alerts:
                assert subject.state is State.FAILED, (
                    where
                )  # the right name at the right time, of another session
            else:
                assert subject.state in machine.messages[state][message], where


@pytest.mark.parametrize(("role", "version"), MACHINES, ids=lambda value: str(getattr(value, "value", value)))
@pytest.mark.parametrize("content_type", list(ContentType), ids=lambda kind: kind.name.lower())
def test_every_state_meets_every_content_type(
    role: Side, version: Version, content_type: ContentType
) -> None:
    """A record of any content type, in any state, is read, ignored by rule, or refused by an alert."""
    contents = {
        ContentType.CHANGE_CIPHER_SPEC: b"\x01",
        ContentType.ALERT: b"\x02\x28",
        ContentType.HANDSHAKE: b"\xff\x00\x00\x00",
        ContentType.APPLICATION_DATA: b"hello",
    }
    for state, steps in at_every_step(role, version, "asked and sent").items():
        pair = after(steps, version, "asked and sent")
        subject = pair.machine(role)
        clear = version is Version.TLS13 and content_type is ContentType.CHANGE_CIPHER_SPEC
        record = (
            b"\x14\x03\x03\x00\x01\x01"
            if clear
            else record_for(subject, content_type, contents[content_type])
        )
        events = subject.receive(record)
        alerts = [event.description for event in events if isinstance(event, AlertSent)]
        if state in DECISIONS:
            assert events == []
        elif content_type is ContentType.ALERT:
            assert subject.state is State.FAILED
            assert not alerts
        elif content_type is ContentType.HANDSHAKE or (
            content_type is ContentType.APPLICATION_DATA and state is not State.CONNECTED
        ):
            assert alerts == [AlertDescription.UNEXPECTED_MESSAGE]
        elif content_type is ContentType.CHANGE_CIPHER_SPEC and version is Version.TLS12:
            expected = [] if state is State.WAIT_CCS else [AlertDescription.UNEXPECTED_MESSAGE]
            assert expected == alerts
        elif content_type is ContentType.CHANGE_CIPHER_SPEC:
            ignored = state not in (State.START, State.CONNECTED)
            assert ([] if ignored else [AlertDescription.UNEXPECTED_MESSAGE]) == alerts
            assert (state if ignored else State.FAILED) is subject.state
        else:
            assert subject.state is State.CONNECTED
            assert not alerts


def test_nothing_is_read_after_the_end() -> None:
    """A machine that refused its peer reads nothing more, whatever comes."""
    pair = after(1, Version.TLS13, "asked and sent")
    pair.server.receive(b"GET / HTTP/1.0\r\n\r\n")
    assert State.FAILED is pair.server.state
    assert pair.server.receive(pair.on_the_way[0][1]) == []
    assert pair.server.close() == []
