"""Telnet and TN3270 inside the session: negotiation, logon screen, and what the client learns from it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from simulator import simulate
from simulator.actors.application import Answer
from simulator.actors.applications import application_of
from simulator.actors.grant import grant_of
from simulator.actors.telnet_session import NO_TELNET, TelnetApplication
from simulator.scenario import Scenario, ServerSetup, TlsVersion
from simulator.security import SecurityLevel, Standing
from simulator.telnet.reading import phrases_of, screen_in
from simulator.tls.wire.version import Version
from simulator.trace.facts import BeliefChanged, Decided, Sent
from simulator.trace.soundness import must_be_sound
from simulator.views.drawing.svg import svg
from simulator.views.pictures.sequence import sequence
from simulator.views.texts.terminal import story
from tests.actors.test_peers import bytewise, pair, talk
from tests.played import VERSIONS

if TYPE_CHECKING:
    from collections.abc import Mapping

GRANT = grant_of(Standing.ANONYMOUS, None, ServerSetup())
SPOKEN = ("telnet", "tn3270")
APPLICATIONS = pytest.mark.parametrize("spoken", SPOKEN)
NEGOTIATED = [
    "server: DO TN3270E",
    "client: WILL TN3270E",
    "server: SEND DEVICE-TYPE",
    "client: DEVICE-TYPE REQUEST IBM-3278-4-E",
    "server: DEVICE-TYPE IS IBM-3278-4-E CONNECT LU000001",
    "client: FUNCTIONS REQUEST BIND-IMAGE RESPONSES SYSREQ",
    "server: FUNCTIONS IS BIND-IMAGE RESPONSES SYSREQ",
    "server: BIND-IMAGE",
]


def speaking(spoken: str, changes: Mapping[str, object] | None = None) -> Scenario:
    """The good handshake with that application, and further changes."""
    return Scenario().but({"network.application": spoken, **(changes or {})})


def said(scenario: Scenario, tls: TlsVersion) -> list[tuple[str, bytes]]:
    """The application data of a run, with its sender."""
    return [
        (event.actor, fact.raw)
        for event, fact in simulate(scenario, tls=tls).trace.facts(Sent)
        if fact.protocol == "application_data"
    ]


def negotiated(application: TelnetApplication) -> tuple[bytes, bytes]:
    """What client and server say by themselves, to the end."""
    client = server = b""
    while True:
        before = client, server
        server = application.says("server", client)
        client = application.says("client", server)
        if before == (client, server):
            return client, server


@pytest.mark.parametrize("tls", VERSIONS)
def test_a_run_negotiates_and_shows_the_screen(tls: TlsVersion) -> None:
    """TN3270E is negotiated message by message, and the last message is the screen."""
    spoken = said(speaking("tn3270"), tls)
    assert NEGOTIATED == [f"{actor}: {words}" for actor, data in spoken for words in phrases_of(data)]
    screen = screen_in(spoken[-1][1])
    assert screen is not None
    assert "Client.....: alice" in str(screen)
    assert "Level......: CLIENT_AUTHENTICATED" in str(screen)
    assert "User     ===>" in str(screen)


@APPLICATIONS
@pytest.mark.parametrize("tls", VERSIONS)
def test_the_client_believes_what_the_screen_says(spoken: str, tls: TlsVersion) -> None:
    """Its belief is assumed until the screen; the server decides before it negotiates, in the same step."""
    run = simulate(speaking(spoken), tls=tls)
    must_be_sound(run.trace.events)
    beliefs = [fact for _, fact in run.trace.facts(BeliefChanged)]
    assert beliefs[-2].assumed
    assert (SecurityLevel.CLIENT_AUTHENTICATED, False) == (beliefs[-1].level, beliefs[-1].assumed)
    first = next(e.seq for e, f in run.trace.facts(Sent) if f.protocol == "application_data")
    granted = next(e.seq for e, f in run.trace.facts(Decided) if f.decision == "grant")
    assert granted < first


@APPLICATIONS
@pytest.mark.parametrize("tls", VERSIONS)
def test_a_refusal_is_a_screen_without_fields(spoken: str, tls: TlsVersion) -> None:
    """The server that refuses after TLS says so on the screen, with its reason, and asks for nothing."""
    scenario = speaking(spoken, {"server.minimum_level": "CLIENT_IDENTIFIED"})
    run = simulate(scenario, tls=tls)
    assert SecurityLevel.REFUSED is run.card.level
    assert SecurityLevel.REFUSED is run.card.client_believes
    screen = str(screen_in(next(data for _, data in reversed(said(scenario, tls)) if screen_in(data))))
    assert "Level......: REFUSED" in screen
    assert "known users only, and the client is mapped to none." in " ".join(screen.split())
    assert "===>" not in screen
    assert "login:" not in screen


@APPLICATIONS
@pytest.mark.parametrize("version", list(Version))
def test_actors_speak_telnet_in_any_pieces(spoken: str, version: Version) -> None:
    """However a socket cuts the stream, the client learns its level and both say goodbye."""
    client, server = pair(version, speaking(spoken))
    talk(client, server, bytewise)
    assert client.belief.level is SecurityLevel.CLIENT_AUTHENTICATED
    assert not client.belief.assumed
    assert client.finished
    assert server.finished


@APPLICATIONS
@pytest.mark.parametrize(("objection", "level"), [(None, "SERVER_AUTHENTICATED"), ("No.", "REFUSED")])
def test_what_is_said_only_grows(spoken: str, objection: str | None, level: str) -> None:
    """An application without state says the same again and more; no level is read before it is there."""
    application = TelnetApplication("a.example", screens=spoken == "tn3270")
    client, server = negotiated(application)
    for end in range(len(client) + 1):
        assert server.startswith(application.says("server", client[:end]))
    assert application.may_answer(client)
    answer = application.answer(client, GRANT, objection)
    whole = server + answer
    for end in range(len(whole) + 1):
        assert (
            application.says("client", whole[:end]) == client[: len(application.says("client", whole[:end]))]
        )
        assert application.read(whole[:end]) in (None, Answer(SecurityLevel(level)))
    assert Answer(SecurityLevel(level)) == application.read(whole)
    assert application.read(server) is None


def test_other_bytes_are_no_telnet() -> None:
    """Bytes that break the protocol are answered in words, on either side."""
    application = TelnetApplication("a.example", screens=True)
    assert application.may_answer(b"\xff\x01")
    assert NO_TELNET == application.answer(b"\xff\x01", GRANT, None)
    assert Answer(None) == application.read(b"\xff\x01")
    assert application.read(NO_TELNET) is None


def test_a_name_cannot_pose_as_a_level() -> None:
    """A client's name that goes on in the next row says nothing, whatever its words."""
    application = TelnetApplication("a.example", screens=True)
    client, server = negotiated(application)
    for spaces in range(80):
        name = "x" * spaces + " Level......: CLIENT_AUTHORIZED"
        grant = grant_of(Standing.ANONYMOUS, None, ServerSetup())
        object.__setattr__(grant, "name", name)
        shown = application.answer(client, grant, None)
        assert Answer(SecurityLevel.SERVER_AUTHENTICATED) == application.read(server + shown)


def test_the_setting_chooses_the_terminal() -> None:
    """``telnet`` is plain, ``tn3270`` has screens; the heading names the host."""
    host = "telnet.example.com"
    assert TelnetApplication(host, screens=False) == application_of(speaking("telnet"))
    assert TelnetApplication(host, screens=True) == application_of(speaking("tn3270"))


@APPLICATIONS
@pytest.mark.parametrize("tls", VERSIONS)
def test_the_story_shows_the_screen(spoken: str, tls: TlsVersion) -> None:
    """The terminal story has the rows of the screen, and the text for a slide names the client."""
    trace = simulate(speaking(spoken), tls=tls).trace
    told = story(trace)
    assert "Level......: CLIENT_AUTHENTICATED" in told
    assert "“Logon to telnet.example.com" in told
    assert ("DO TN3270E" in told) is (spoken == "tn3270")
    picture = re.sub("<[^>]+>", " ", svg(sequence(trace)))
    assert "Level......: CLIENT_AUTHENTICATED" in picture
    assert "“Client: alice”" in story(trace, detail="essential")
