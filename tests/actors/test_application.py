"""The conversation inside the session: a line each, or one GET and one answer."""

from __future__ import annotations

import io
from http.client import HTTPResponse
from http.server import BaseHTTPRequestHandler
from typing import TYPE_CHECKING, Any

import pytest

from simulator import simulate
from simulator.actors.application import LINE, MAX_HEAD, Answer, Application, HttpApplication
from simulator.actors.applications import application_of
from simulator.actors.grant import grant_of
from simulator.scenario import Network, Scenario, ServerSetup
from simulator.security import SecurityLevel, Standing
from simulator.tls.wire.version import Version
from simulator.trace.facts import Decided, Received, Sent
from tests.actors.test_peers import bytewise, pair, talk
from tests.played import RUNS, VERSIONS, for_each, run_of

if TYPE_CHECKING:
    from simulator.scenario import TlsVersion

HTTP = HttpApplication(992)
GRANT = grant_of(Standing.ANONYMOUS, None, ServerSetup())
REFUSAL = "The server opens this session to known users only."
APPLICATIONS = pytest.mark.parametrize("application", [LINE, HTTP], ids=["line", "http"])


class FakeSocket:
    """A socket that has some bytes to read."""

    def __init__(self, data: bytes) -> None:
        self.data = data

    def makefile(self, *_: Any) -> io.BytesIO:
        """The bytes as a file."""
        return io.BytesIO(self.data)


class Request(BaseHTTPRequestHandler):
    """Python's own reader of a request, without a connection."""

    def __init__(self, data: bytes) -> None:
        self.rfile = io.BytesIO(data)
        self.raw_requestline = self.rfile.readline()
        self.parsed = self.parse_request()


@pytest.mark.parametrize(
    ("port", "host", "named"),
    [
        (992, "telnet.example.com", "telnet.example.com:992"),
        (443, "telnet.example.com", "telnet.example.com"),
        (443, "192.0.2.1", "192.0.2.1"),
        (8443, "2001:db8::1", "[2001:db8::1]:8443"),
        (8443, "[2001:db8::1]", "[2001:db8::1]:8443"),
    ],
)
def test_python_reads_the_request(port: int, host: str, named: str) -> None:
    """The request is one that Python's http.server takes, and names host and port as RFC 9110 has it."""
    request = Request(HttpApplication(port).opening(host))
    assert request.parsed is True
    assert (request.command, request.path, request.headers["Host"]) == ("GET", "/", named)


@pytest.mark.parametrize(("objection", "status"), [(None, 200), (REFUSAL, 403)])
def test_python_reads_the_answer(objection: str | None, status: int) -> None:
    """The answer is one that Python's http.client takes; its page is the line of the other application."""
    said = HTTP.answer(HTTP.opening("a.example"), GRANT, objection)
    response = HTTPResponse(FakeSocket(said))  # type: ignore[arg-type]  # all that it asks of a socket
    response.begin()
    assert (response.status, response.read()) == (status, LINE.answer(b"", GRANT, objection))


@APPLICATIONS
@pytest.mark.parametrize(("objection", "level"), [(None, "SERVER_AUTHENTICATED"), (REFUSAL, "REFUSED")])
def test_an_answer_is_read_when_it_is_whole(
    application: Application, objection: str | None, level: str
) -> None:
    """Cut anywhere, the answer says nothing before its end, and its level then."""
    said = application.answer(application.opening("a.example"), GRANT, objection)
    assert {application.read(said[:end]) for end in range(len(said))} == {None}
    assert application.read(said) == application.read(said + b"more") == Answer(SecurityLevel(level))


@pytest.mark.parametrize(
    "said",
    [
        HTTP.answer(HTTP.opening("a.example"), GRANT, None).replace(b"200 OK", b"403 Forbidden"),
        HTTP.answer(HTTP.opening("a.example"), GRANT, REFUSAL).replace(b"403 Forbidden", b"200 OK"),
        HTTP.answer(b"\x03\x00\x00\x0b\r\n\r\n", GRANT, None),
        b"HTTP/1.1 200 OK\r\nContent-Length: 999999\r\n\r\n",
        b"HTTP/1.1 200 OK\r\n\r\nWELCOME guest (no certificate). Level: SERVER_AUTHENTICATED\r\n",
        b"WELCOME guest (no certificate). Level: SERVER_AUTHENTICATED\r\n\r\n",
        bytes(MAX_HEAD + 1),
    ],
)
def test_an_answer_of_another_form_says_no_level(said: bytes) -> None:
    """Status and level have to fit, and a page has a length; anything else tells the client nothing."""
    assert HTTP.read(said) == Answer(None)


def test_a_server_of_http_waits_for_the_request_and_no_longer() -> None:
    """It answers a whole request, and more bytes than any request has."""
    request = HTTP.opening("a.example")
    assert [HTTP.may_answer(request[:end]) for end in range(len(request))] == [False] * len(request)
    assert HTTP.may_answer(request)
    assert not HTTP.may_answer(b"x" * MAX_HEAD)
    assert HTTP.may_answer(b"x" * (MAX_HEAD + 1))
    assert HTTP.answer(b"x" * (MAX_HEAD + 1), GRANT, None).startswith(b"HTTP/1.1 400 Bad Request\r\n")


@pytest.mark.parametrize("version", list(Version))
def test_actors_speak_http_in_any_pieces(version: Version) -> None:
    """The server decides on the session when it has read the request, and the client learns its level."""
    client, server = pair(version, Scenario().but({"network.application": "http"}))
    done = talk(client, server, bytewise)
    told = [fact for fact in done["server"] if isinstance(fact, Received | Decided)]
    names = [fact.name if isinstance(fact, Received) else fact.decision for fact in told]
    assert names.index("application data") + 1 == names.index("grant")
    assert client.belief.level is SecurityLevel.CLIENT_AUTHENTICATED
    assert client.finished
    assert server.finished
    (answer,) = [f.raw for f in done["server"] if isinstance(f, Sent) and f.protocol == "application_data"]
    assert answer.startswith(b"HTTP/1.1 200 OK\r\n")


@for_each("application", ["http", "telnet", "tn3270"])
@for_each("name, tls", RUNS)
def test_every_story_ends_alike(name: str, tls: TlsVersion, application: str) -> None:
    """Whatever is spoken inside, level, decisive check and alert of a run are the same."""
    line = run_of(name, tls)
    other = simulate(line.scenario.but({"network.application": application}), tls=tls)
    assert other.outcome == line.outcome
    assert other.card == line.card


@pytest.mark.parametrize("tls", VERSIONS)
def test_a_refusal_by_the_application_is_403(tls: TlsVersion) -> None:
    """A session that the server closes after the handshake is answered with 403, and the client knows why."""
    scenario = Scenario().but({"network.application": "http", "server.minimum_level": "CLIENT_IDENTIFIED"})
    run = simulate(scenario, tls=tls)
    assert run.card.level is SecurityLevel.REFUSED
    (page,) = [
        fact.raw
        for event, fact in run.trace.facts(Sent)
        if event.actor == "server" and fact.protocol == "application_data"
    ]
    assert page.startswith(b"HTTP/1.1 403 Forbidden\r\n")


def test_the_setting_chooses() -> None:
    """The line is the default."""
    assert application_of(Scenario()) is LINE
    assert application_of(Scenario(network=Network(port=443, application="http"))) == HttpApplication(443)
