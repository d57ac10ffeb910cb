"""Connections that begin in clear: every port against every client, what each says, waits for and decides."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from simulator.engine.simulation import Simulation
from simulator.runs.run import simulate
from simulator.scenario import Scenario
from simulator.scenario.opening import comes_to_tls
from simulator.security import SecurityLevel, Standing
from simulator.trace.facts import Alert, BeliefChanged, Decided, Noted, Received, Sent, Step, TransportEnded
from simulator.trace.timer import TimerExpired
from simulator.trace.trace import Trace
from tests.played import EVERYTHING, VERSIONS

if TYPE_CHECKING:
    from simulator.scenario import TlsVersion
    from simulator.scenario.setup import PortSecurity, StartsTls

SECOND = 1_000_000
GOOD, CLEAR, REFUSED = (
    SecurityLevel.CLIENT_AUTHENTICATED,
    SecurityLevel.CLEARTEXT,
    SecurityLevel.REFUSED,
)
#: Port and client → level, the layer that refuses, the results of both handshake calls, seconds it takes.
OUTCOMES: dict[tuple[PortSecurity, StartsTls], tuple[SecurityLevel, str | None, str, str, int]] = {
    ("secure", "at-once"): (GOOD, None, "ok", "ok", 0),
    ("secure", "when-asked"): (GOOD, None, "ok", "ok", 5),
    ("secure", "never"): (REFUSED, "telnet", "none", "none", 5),
    ("negtsecure", "at-once"): (REFUSED, "telnet", "failed", "none", 5),
    ("negtsecure", "when-asked"): (GOOD, None, "ok", "ok", 0),
    ("negtsecure", "never"): (REFUSED, "telnet", "none", "none", 0),
    ("any", "at-once"): (GOOD, None, "ok", "ok", 0),
    ("any", "when-asked"): (GOOD, None, "ok", "ok", 5),
    ("any", "never"): (CLEAR, None, "none", "none", 5),
    ("basic", "at-once"): (REFUSED, "telnet", "failed", "none", 5),
    ("basic", "when-asked"): (CLEAR, None, "none", "none", 0),
    ("basic", "never"): (CLEAR, None, "none", "none", 0),
    ("none", "at-once"): (REFUSED, "tcp", "failed", "none", 0),
    ("none", "when-asked"): (REFUSED, "tcp", "none", "none", 0),
    ("none", "never"): (REFUSED, "tcp", "none", "none", 0),
}


def opened(port: PortSecurity, client: StartsTls, **changes: Any) -> Scenario:
    """A terminal that begins in this way at a port of this kind."""
    settings = {"network.application": "tn3270", "server.port_security": port, "client.starts_tls": client}
    return Scenario().but({**settings, **{key.replace("__", "."): value for key, value in changes.items()}})


def said(trace: Trace) -> list[tuple[str, str, bytes]]:
    """What passes in clear: sender, name and bytes."""
    return [
        (event.actor, one.name, one.raw) for event, one in trace.facts(Sent) if one.protocol == "cleartext"
    ]


def choices(trace: Trace) -> list[tuple[str, str]]:
    """The decisions of the connection, in order."""
    return [(one.decision, one.choice) for event, one in trace.facts(Decided) if event.at >= 0]


@pytest.mark.parametrize("tls", VERSIONS if EVERYTHING else VERSIONS[1:])
@pytest.mark.parametrize(("port", "client"), OUTCOMES)
def test_every_port_meets_every_client(port: PortSecurity, client: StartsTls, tls: TlsVersion) -> None:
    """Level, layer of a refusal, results of both handshake calls and time are as the table has them."""
    scenario = opened(port, client)
    run = simulate(scenario, tls=tls)
    level, layer, of_client, of_server, seconds = OUTCOMES[port, client]
    outcome = run.trace.outcome

    assert (outcome.level, outcome.refused_at) == (level, layer)
    assert (outcome.client.handshake, outcome.server.handshake) == (of_client, of_server)
    assert run.trace.events[-1].at // SECOND == seconds
    assert outcome.client.believes is level
    assert comes_to_tls(scenario) is (outcome.server.handshake == "ok")
    assert run.card.encrypted is (level is GOOD)
    assert Trace.from_json(run.trace.to_json()) == run.trace
    assert simulate(scenario, tls=tls).trace.to_json() == run.trace.to_json()


def test_start_tls_is_agreed_byte_for_byte() -> None:
    """The messages are those that s3270 and a server exchange; the next byte is the ClientHello's."""
    trace = simulate("starttls").trace
    assert said(trace) == [
        ("server", "DO START-TLS", bytes.fromhex("fffd2e")),
        ("client", "WILL START-TLS, START-TLS FOLLOWS", bytes.fromhex("fffb2e fffa2e01fff0")),
        ("server", "START-TLS FOLLOWS", bytes.fromhex("fffa2e01fff0")),
    ]
    sent = [(event, one) for event, one in trace.facts(Sent) if event.at >= 0]
    assert sent[3][1].name == "ClientHello"
    assert {event.step for event, _ in sent[:4]} == {Step.REQUEST}
    assert choices(trace)[0] == ("start-tls", "agree")


def test_inside_tls_nothing_differs_from_tls_at_once() -> None:
    """Behind START-TLS both sides send what they send at a port where TLS begins at once: the same bytes."""
    plain, agreed = (
        [(e.actor, one.raw) for e, one in simulate(name).trace.facts(Sent) if one.protocol != "cleartext"]
        for name in ("secure-port", "starttls")
    )
    assert plain == agreed


def test_a_silent_client_is_asked_when_the_timer_has_expired() -> None:
    """The server's timer runs from the moment it has the connection; what it does then is caused by it."""
    trace = simulate("secure-port-silent-client").trace
    (event, expired) = next(iter(trace.facts(TimerExpired)))
    assert (event.actor, event.at, expired.waited) == ("server", 20_000 + 5 * SECOND, 5 * SECOND)
    assert expired.awaited == "the beginning of TLS"
    asked = next(event for event, one in trace.facts(Sent) if one.name == "DO START-TLS")
    assert (asked.cause, asked.at) == (event.seq, event.at)


@pytest.mark.parametrize("port", ["negtsecure", "basic"])
def test_a_server_gives_a_client_up_that_speaks_tls_where_it_hears_telnet(port: PortSecurity) -> None:
    """Each waits for the other: for a record of TLS, of which three bytes are none, and for telnet."""
    trace = simulate(opened(port, "at-once")).trace
    assert [one.waited for _, one in trace.facts(TimerExpired)] == [5 * SECOND]
    assert choices(trace)[-1] == ("admit", "refuse")
    assert any("no telnet: it begins with 16 03 01" in one.text for _, one in trace.facts(Noted))
    assert not any(one.protocol == "cleartext" for _, one in trace.facts(Received))
    assert not list(trace.facts(Alert))
    assert trace.card.client_saw == "end of file"


def test_the_timeout_is_the_servers() -> None:
    """Another setting, another moment; a client that answers in time is not given up."""
    quick = simulate(opened("any", "never", server__handshake_timeout="2s")).trace
    assert [one.waited for _, one in quick.facts(TimerExpired)] == [2 * SECOND]
    slow = simulate(opened("basic", "never", network__latency_ms=2400.0)).trace
    assert (slow.outcome.level, list(slow.facts(TimerExpired))) == (CLEAR, [])
    too_slow = simulate(opened("basic", "never", network__latency_ms=2600.0)).trace
    assert (too_slow.outcome.level, too_slow.outcome.refused_at) == (REFUSED, "telnet")


def test_a_session_in_clear_says_so_on_the_screen() -> None:
    """Standing, level and belief are those of a connection in clear, whatever the policy demands."""
    run = simulate("starttls-declined-in-clear")
    assert run.scenario.server.client_authentication == "required"
    assert choices(run.trace) == [("start-tls", "decline"), ("admit", "admit"), ("grant", "grant")]
    assert run.card.server_knows is Standing.IN_CLEAR
    assert run.card.access_granted
    beliefs = [one.level for _, one in run.trace.facts(BeliefChanged)]
    assert set(beliefs) == {CLEAR}
    ends = [(event.actor, one.direction) for event, one in run.trace.facts(TransportEnded)]
    assert ends == [("client", "sent"), ("server", "received")]
    assert (run.card.client_saw, run.card.client_authenticated) == (None, "no")
    assert run.keylog == ()


@pytest.mark.parametrize(
    ("rule", "layer"),
    [
        ({"server__minimum_level": "ENCRYPTED"}, "application"),
        ({"server__authorized_users": ["ALICE"], "server__users": {"CN=alice": "ALICE"}}, "identity"),
    ],
)
def test_a_lowest_level_closes_a_session_in_clear(rule: dict[str, Any], layer: str) -> None:
    """The server's rules on levels and users hold in clear, and the screen gives the reason."""
    trace = simulate(opened("basic", "never", **rule)).trace
    assert (trace.outcome.level, trace.outcome.refused_at) == (REFUSED, layer)
    assert trace.outcome.client.believes is REFUSED
    assert trace.card.client_saw is None  # a screen, and no alert: the refusal is the application's


def test_both_decisions_can_be_taken_from_outside() -> None:
    """A person may let the client agree, or the server admit whom its port is not for."""
    agreed = Simulation(opened("negtsecure", "never"), script={0: "agree"})
    agreed.run()
    assert agreed.trace.outcome.level is GOOD
    declined = Simulation(opened("negtsecure", "when-asked"), interactive=["start-tls", "admit"])
    declined.run()
    declined.decide("decline")
    declined.run()
    assert declined.pending is not None
    assert (declined.pending.name, declined.pending.choice) == ("admit", "refuse")
    declined.decide("admit")
    declined.run()
    assert declined.trace.outcome.level is CLEAR
    refused = declined.fork("admit", "refuse")
    refused.run()
    assert refused.trace.outcome.refused_at == "telnet"


@pytest.mark.parametrize("application", ["line", "http"])
def test_without_telnet_a_clear_port_just_has_no_tls(application: str) -> None:
    """Client and server speak at once, and the level is CLEARTEXT."""
    trace = simulate(opened("basic", "never", network__application=application)).trace
    assert (trace.outcome.level, trace.outcome.client.believes) == (CLEAR, CLEAR)
    assert {one.protocol for event, one in trace.facts(Sent) if event.at >= 0} == {"cleartext"}


def test_telnet_without_screens_can_be_in_clear() -> None:
    """Plain telnet says the level in its text."""
    trace = simulate(opened("basic", "when-asked", network__application="telnet")).trace
    assert trace.outcome.level is CLEAR
    assert any(b"Level......: CLEARTEXT" in raw for _, _, raw in said(trace))


def test_a_client_that_cannot_open_its_file_meets_no_server() -> None:
    """It does not connect, so the server of a negotiating port has nobody to ask."""
    world = {"certificates.alice.kept_in": "protected-file", "client.password": "wrong"}
    trace = simulate(opened("negtsecure", "when-asked").but(world)).trace
    assert not said(trace)
    assert trace.outcome.refused_at is None


@pytest.mark.parametrize("tls", VERSIONS)
def test_the_timer_of_start_tls_ends_with_the_answer(tls: TlsVersion) -> None:
    """A client that agreed in time may then take longer over its handshake: TLS has no such timer."""
    patient = {"network__thinking_ms": 400.0, "server__handshake_timeout": timedelta(seconds=0.5)}
    run = simulate(opened("negtsecure", "when-asked", **patient), tls=tls)
    assert GOOD is run.trace.outcome.level
    assert not list(run.trace.facts(TimerExpired))
