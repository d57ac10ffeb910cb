"""A party in between: two connections that overlap, what passes between them, and what is true of both."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from simulator import catalogue, simulate
from simulator.errors import ScenarioError, TraceError
from simulator.security import SecurityLevel
from simulator.trace.connections import connections_of
from simulator.trace.end_to_end import end_to_end
from simulator.trace.facts import Received, Sent, Setup
from simulator.trace.header_read import HeaderRead
from simulator.trace.trace import Trace, trace_from_dict, trace_to_dict
from simulator.views.drawing.display import Text
from simulator.views.view_table import VIEWS

if TYPE_CHECKING:
    from simulator.tls.wire.version import TlsVersion

BOTH = pytest.mark.parametrize("tls", ["1.2", "1.3"])
BY_TELNET = ("redirector-client-side", "redirector-host-side")
SCENARIOS = [name for name, scenario in catalogue.items() if scenario.between.ends_tls]


def application_data(trace: Trace) -> list[tuple[int, str, bytes]]:
    """Who said what inside the sessions: connection, side, and words."""
    return [
        (event.connection, event.actor, fact.raw)
        for event, fact in trace.facts(Sent)
        if fact.protocol == "application_data"
    ]


def header(trace: Trace) -> HeaderRead:
    """The one header that the server read."""
    ((_, found),) = trace.facts(HeaderRead)
    return found


@BOTH
@pytest.mark.parametrize("name", SCENARIOS)
def test_two_connections_that_overlap(name: str, tls: TlsVersion) -> None:
    """As expected, sound, the second within the first; each cut out is a whole trace from its own moment."""
    run = simulate(name, tls=tls)
    assert run.as_expected is True
    assert trace_from_dict(trace_to_dict(run.trace)) == run.trace
    spans = {
        number: [event.at for event in run.trace.events if event.connection == number and event.at >= 0]
        for number in (1, 2)
    }
    assert spans[1][0] < spans[2][0] < spans[2][-1]
    assert spans[2][0] < spans[1][-1]
    for number, one in enumerate(connections_of(run.trace), start=1):
        assert [event.seq for event in one.events] == list(range(len(one.events)))
        assert next(event.at for event in one.events if event.at >= 0 and event.actor == "client") == 0
        assert trace_from_dict(trace_to_dict(one)) == one
        assert one.outcome == run.connection(number).outcome


@BOTH
@pytest.mark.parametrize("name", [name for name in SCENARIOS if name not in BY_TELNET])
def test_causes_go_from_one_connection_to_the_other(name: str, tls: TlsVersion) -> None:
    """The client's words make the second connection begin; the server's answer makes the party speak."""
    events = simulate(name, tls=tls).trace.events
    crossings = [
        (event.connection, event.fact.name)
        for event in events
        if isinstance(event.fact, Sent)
        if event.cause is not None and events[event.cause].connection != event.connection
    ]
    assert crossings == [(2, "ClientHello"), (1, "application data")]


@BOTH
@pytest.mark.parametrize("name", [*BY_TELNET, "redirector-in-between"])
def test_telnet_passes_word_by_word(name: str, tls: TlsVersion) -> None:
    """Each side hears what the other one says, word after word, and each word has its cause over there."""
    trace = simulate(catalogue[name].but({"network.application": "tn3270"}), tls=tls).trace
    said: dict[tuple[int, str], bytes] = {}
    crossings = []
    for event, fact in trace.facts(Sent):
        if fact.protocol in ("application_data", "cleartext"):
            here = event.connection, event.actor
            said[here] = said.get(here, b"") + fact.raw
            if event.cause is not None and trace.events[event.cause].connection != event.connection:
                crossings.append((event.connection, event.actor))
    assert said[1, "client"] == said[2, "client"]
    assert said[1, "server"] == said[2, "server"]
    assert set(crossings) == {(1, "server"), (2, "client")}
    assert len(crossings) == 8  # five words of the server, the screen last, and three answers


@pytest.mark.parametrize(
    ("name", "levels", "words"),
    [
        ("redirector-client-side", ["SERVER_AUTHENTICATED", "CLEARTEXT"], "redirector and the server"),
        ("redirector-host-side", ["CLEARTEXT", "CLIENT_AUTHENTICATED"], "client and the redirector"),
    ],
)
def test_what_is_in_clear_on_one_side_is_said(name: str, levels: list[str], words: str) -> None:
    """Each connection has its level, the client believes no word of the screen that it cannot know."""
    run = simulate(name)
    both = connections_of(run.trace)
    assert [one.card.level.value for one in both] == levels
    assert f"Between the {words} nothing is encrypted." in end_to_end(both)
    assert both[0].card.client_believes.value == levels[0]
    assert run.trace.card.client_identity == (None if levels[1] == "CLEARTEXT" else "CN=redirector")


def test_a_client_is_closed_when_the_server_refuses_the_party() -> None:
    """Over telnet, too: the redirector has no session to hand back, and says goodbye in the client's way."""
    scenario = catalogue["redirector-host-side"].but({"between.client.certificate": "none"})
    both = connections_of(simulate(scenario).trace)
    assert [one.card.level.value for one in both] == ["REFUSED", "REFUSED"]
    assert both[1].outcome.refused_at == "tls"
    assert both[0].outcome.client.believes is SecurityLevel.REFUSED


def test_what_is_said_passes_unchanged() -> None:
    """A redirector hands on the client's words and the server's answer, byte by byte."""
    said = application_data(simulate("redirector-that-asks").trace)
    assert [(number, side) for number, side, _ in said] == [
        (1, "client"),
        (2, "client"),
        (2, "server"),
        (1, "server"),
    ]
    assert said[0][2] == said[1][2]
    assert said[2][2] == said[3][2]


@BOTH
def test_a_redirector_that_passes_through(tls: TlsVersion) -> None:
    """One connection of TLS, slower by the second way; its messages are those without the redirector."""
    passed = simulate("redirector-passes-through", tls=tls)
    direct = simulate("valid-certificate", tls=tls)
    assert passed.as_expected is True
    assert passed.messages() == direct.messages()
    assert passed.outcome == direct.outcome
    assert (passed.trace.setup.latency, direct.trace.setup.latency) == (40_000, 20_000)
    assert [actor.role for actor in passed.trace.setup.actors][1:4] == ["client", "redirector", "server"]
    assert "share one connection of TLS" in passed.to_dict()["end_to_end"]


@BOTH
def test_a_redirector_hides_the_client(tls: TlsVersion) -> None:
    """Whether it asks or not: the server's handshake shows nothing of alice, and her level stays in front."""
    for name, known in (("redirector-in-between", None), ("redirector-that-asks", "CN=alice")):
        front, onward = simulate(name, tls=tls).connections
        assert front.outcome.server.peer == known
        assert onward.outcome.server.peer is None
        leaf = next(one.der for one in front.trace.setup.certificates if one.name == "alice")
        assert not any(
            leaf in event.fact.raw for event in onward.trace.events if isinstance(event.fact, Sent)
        )


@BOTH
def test_a_proxy_names_its_client(tls: TlsVersion) -> None:
    """The header has alice's certificate; the server's level is what the proxy proved, which is nothing."""
    run = simulate("proxy-forwards-certificate", tls=tls)
    read = header(run.trace)
    assert (read.names, read.user, read.told_by) == ("CN=alice", "ALICE", None)
    assert run.card.header_user == "ALICE"
    assert run.card.user is None
    assert run.outcome.level.value == "SERVER_AUTHENTICATED"
    assert application_data(run.trace)[-1][2].split(b"\r\n\r\n")[1].startswith(b"WELCOME ALICE (CN=alice by")


# Measured with nginx 1.22: with proxy_set_header the client's own headers are gone, without a certificate
# too; where it was forgotten they arrive, and alice's are nowhere.
@BOTH
@pytest.mark.parametrize(
    ("writes", "certificate", "arrives"),
    [
        ("nginx", "none", None),
        ("nginx", "alice", "CN=alice"),
        ("none", "none", "CN=root"),
        ("none", "alice", "CN=root"),
    ],
)
def test_a_forged_header(tls: TlsVersion, writes: str, certificate: str, arrives: str | None) -> None:
    """A proxy that writes the header overwrites the forged one; one that does not lets it pass."""
    spoofed = catalogue["proxy-header-spoofed"]
    changes = {"between.writes_header": writes, "client.certificate": certificate}
    assert header(simulate(spoofed.but(changes), tls=tls).trace).names == arrives


@BOTH
def test_the_proxy_removes_a_forged_certificate(tls: TlsVersion) -> None:
    """RFC 9440, section 4: Client-Cert of a client that showed none is removed."""
    scenario = catalogue["proxy-header-spoofed"].but(
        {"between.writes_header": "client-cert", "server.believes_header": "client-cert"}
    )
    said = application_data(simulate(scenario, tls=tls).trace)
    assert b"Client-Cert: " in said[0][2]
    assert b"Client-Cert" not in said[1][2]


@BOTH
def test_two_tiers(tls: TlsVersion) -> None:
    """The server opens to the proxy alone, and hears of alice from it, whatever alice herself writes."""
    scenario = catalogue["two-tiers-of-trust"]
    read = header(simulate(scenario, tls=tls).trace)
    assert (read.names, read.user, read.told_by) == ("CN=alice", "ALICE", "CN=proxy")
    without = simulate(scenario.but({"between.client.certificate": "none"}), tls=tls)
    assert [one.outcome.level.value for one in without.connections] == ["CLIENT_AUTHENTICATED", "REFUSED"]
    assert without.connections[0].outcome.client.believes.value == "REFUSED"
    assert not any(without.trace.facts(HeaderRead))


@BOTH
def test_a_client_that_is_not_let_through(tls: TlsVersion) -> None:
    """Then there is no second connection, and an expectation of one is not met."""
    scenario = catalogue["two-tiers-of-trust"]
    refused = scenario.but({"client.certificate": "none", "expect": {"level": "CLIENT_AUTHORIZED"}})
    run = simulate(refused, tls=tls)
    assert [setup.connections[0].number for setup in run.trace.setups] == [1]
    assert run.as_expected is False
    assert "connection 2: it was expected" in run.expectation_words()
    assert "never called the server" in run.to_dict()["end_to_end"]


def test_end_to_end_in_words() -> None:
    """The sentence that no connection says by itself."""
    words = {name: simulate(name).to_dict()["end_to_end"] for name in SCENARIOS}
    assert words["redirector-in-between"].endswith("nothing, and neither does the redirector.")
    assert "that this is CN=alice, was proved to the redirector alone" in words["redirector-that-asks"]
    assert "for the user ROOT. The client proved this name to no one" in words["proxy-header-spoofed"]
    assert "to the proxy, which proved no identity" in words["proxy-forwards-certificate"]
    assert "which proved to be CN=proxy" in words["two-tiers-of-trust"]


@pytest.mark.parametrize("number", [1, 2])
def test_one_connection_of_two_says_nothing_of_the_other(number: int) -> None:
    """Of a run in which the server was called, neither connection alone says that it was not."""
    run = simulate("redirector-in-between").connection(number)
    assert end_to_end([run.trace]) == ""
    view = VIEWS["sequence"]
    assert "never called" not in view.text(run.trace, 80, "messages")
    drawn = [one.text for one in view.picture(run.trace, "essential").items if isinstance(one, Text)]
    assert drawn
    assert not any("never called" in words for words in drawn)


@pytest.mark.parametrize("writing_ms", [90, 100, 110, 130, 5000])
def test_a_client_that_is_answered_before_it_has_said_everything(writing_ms: int) -> None:
    """It says goodbye, and after that no more, whenever the rest of its words is due."""
    changes = {
        "client.writing_ms": writing_ms,
        "between.party": "redirector",
        "between.passes_through": True,
    }
    run = simulate(catalogue["valid-certificate"].but(changes))
    assert run.card.level is SecurityLevel.CLIENT_AUTHENTICATED
    assert Trace.from_json(run.trace.to_json()) == run.trace


def test_a_cause_in_a_connection_that_is_not_joined() -> None:
    """Only a party in between joins two connections: without it the trace is not sound."""
    document = trace_to_dict(simulate("redirector-in-between").trace)
    for event in document["events"]:
        if event["fact"]["kind"] == "setup":
            for actor in event["fact"]["actors"]:
                actor.pop("party", None)
    with pytest.raises(TraceError):
        trace_from_dict(document)


def test_messages_are_read_on_their_own_connection() -> None:
    """What is read was sent on the same connection, though both have a client and a server."""
    events = simulate("two-tiers-of-trust").trace.events
    for event in events:
        if isinstance(event.fact, Received) and event.cause is not None:
            assert events[event.cause].connection == event.connection
    parties = [one.fact.party_between for one in events if isinstance(one.fact, Setup)]
    assert parties == ["proxy", "proxy"]


def test_decisions_of_both_connections_can_be_taken_from_outside() -> None:
    """A fork at a decision of the second connection changes that one alone."""
    from simulator import Simulation

    simulation = Simulation(catalogue["two-tiers-of-trust"])
    simulation.run()
    names = [(pending.actor, pending.name) for pending, _, _ in simulation.decisions]
    place = len(names) - 1 - names[::-1].index(("server", "accept-client"))
    other = simulation.fork(place, "refuse")
    other.run()
    outcomes = [one.outcome for one in connections_of(other.trace)]
    assert outcomes[1].refused_at == "tls"
    assert outcomes[0].refused_at is None


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"between.party": "none"}, "redirector or proxy"),
        ({"network.application": "tn3270"}, "needs a request with headers"),
        ({"network.application": "line"}, "needs a request with headers"),
        ({"between.server.certificate": "nobody"}, "the name of a certificate"),
        ({"between.client.forges": "alice"}, "what the party writes is writes_header"),
        ({"client.forges": "nobody"}, "the name of a certificate"),
        ({"between.kind": "proxy"}, "there is no such setting here"),
        ({"between.passes_through": True}, "means that TLS does not end there"),
    ],
)
def test_mistakes(changes: dict[str, str], words: str) -> None:
    """Each mistake is named with its place and a remedy."""
    with pytest.raises(ScenarioError, match=words):
        catalogue["two-tiers-of-trust"].but(changes)


def test_no_schedule_beside_a_party_in_between() -> None:
    """Its connections begin by themselves."""
    with pytest.raises(ScenarioError, match="its two connections begin by themselves"):
        catalogue["redirector-in-between"].but({"schedule": [{"at": "0s", "connect": {}}], "expect": {}})
