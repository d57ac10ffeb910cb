"""Servers that refuse above TLS, on loopback: nginx and Node, beside what the simulation says."""

from __future__ import annotations

import socket
import subprocess
import time
from contextlib import closing, contextmanager, suppress
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

from simulator.actors.client import Client
from simulator.command.certificate_files import issue_for_real_tools, write_certificates
from simulator.engine.roles import client_role
from simulator.entropy import SeededEntropy
from simulator.oracle.acting import ActorSide
from simulator.oracle.observed import HandshakeLog
from simulator.runs.run import simulate
from simulator.scenario import TLS_VERSIONS, TlsVersion
from simulator.scenario.catalogue.catalogue import catalogue
from simulator.security import SecurityLevel
from simulator.tls.wire.version import Version
from simulator.trace.facts import BeliefChanged, Received
from tests.peers import program

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from simulator.engine.world import World
    from simulator.runs.run import Run

# A scenario for each thing that a client can come with: nothing, a bad certificate, a bad proof, a good one.
NAMES = ("deferred-no-certificate", "deferred-bad-certificate", "stolen-certificate", "valid-certificate")
CHANGES = {"server.client_authentication": "deferred", "network.application": "http", "network.port": 443}
NGINX = """\
daemon off; master_process off; pid {0}/pid; error_log {0}/log info;
events {{ worker_connections 16; }}
http {{
  access_log off;
  client_body_temp_path {0}/a; proxy_temp_path {0}/b; fastcgi_temp_path {0}/c;
  uwsgi_temp_path {0}/d; scgi_temp_path {0}/e;
  server {{
    listen 127.0.0.1:{1} ssl; ssl_protocols TLSv1.2 TLSv1.3;
    ssl_certificate {2}/server-chain.pem; ssl_certificate_key {2}/server-signs-with.key;
    ssl_client_certificate {2}/server-trusts.pem; ssl_verify_client on;
    return 200 "$ssl_client_s_dn";
  }}
}}
"""
NODE = """\
const fs = require("fs"), tls = require("tls");
for (let place = 1; place < process.argv.length; place += 2) {
  const read = (name) => fs.readFileSync(`${process.argv[place]}/${name}`);
  tls.createServer({
    cert: read("server-chain.pem"), key: read("server-signs-with.key"), ca: read("server-trusts.pem"),
    requestCert: true, rejectUnauthorized: true,
  }, (connection) => connection.end("welcome")).listen(Number(process.argv[place + 1]), "127.0.0.1");
}
"""


@pytest.fixture(scope="module")
def held(tmp_path_factory: pytest.TempPathFactory) -> dict[str, tuple[World, Path]]:
    """A world of today for each name, and its certificates in a folder."""
    found = {}
    for name in NAMES:
        world = issue_for_real_tools(catalogue[name].but(CHANGES), seeded=False)
        write_certificates(world, folder := tmp_path_factory.mktemp(name))
        found[name] = world, folder
    return found


@contextmanager
def listening(command: list[str], ports: Iterable[int]) -> Iterator[None]:
    """A server while it runs, once it can be reached at its ports."""
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        for port in ports:
            for _ in range(200):
                with suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
                    break
                time.sleep(0.05)
        yield
    finally:
        process.terminate()
        process.wait(10)


def free_port() -> int:
    """A port that nobody listens on."""
    with closing(socket.create_server(("127.0.0.1", 0))) as listener:
        return int(listener.getsockname()[1])


def met(world: World, tls: TlsVersion, port: int) -> tuple[Client, HandshakeLog]:
    """Our client, when its connection to a server has ended, and what it sent and read."""
    role, log = client_role(world.scenario, world, Version(tls)), HandshakeLog()
    actor = Client(role, SeededEntropy("loopback"))
    side = ActorSide(actor, log, datetime.now(UTC))
    with socket.create_connection(("127.0.0.1", port), 10) as link:
        link.sendall(side.begin())
        with suppress(ConnectionError):
            while not actor.finished and (data := link.recv(65536)):
                link.sendall(side.receive(data))
    for fact in actor.disconnected():
        log.note("client", fact)
    return actor, log


@pytest.mark.parametrize("tls", TLS_VERSIONS)
@pytest.mark.parametrize("name", NAMES)
def test_our_client_is_refused_by_nginx_as_by_our_server(
    held: dict[str, tuple[World, Path]], name: str, tls: TlsVersion, tmp_path: Path
) -> None:
    """Messages, alert, page and belief are those of the simulation; only the page's last line is nginx's."""
    world, folder = held[name]
    port, settings = free_port(), tmp_path / "nginx.conf"
    settings.write_text(NGINX.format(tmp_path, port, folder), encoding="utf-8")
    with listening([program("nginx"), "-p", str(tmp_path), "-c", str(settings)], [port]):
        client, log = met(world, tls, port)
    run = simulate(world.scenario, tls)
    assert log.returned["client"] == run.outcome.client.handshake
    if world.scenario.name.startswith("valid-certificate"):
        assert log.data["client"].startswith(b"HTTP/1.1 200 OK\r\n")
        assert (client.belief.level, client.belief.assumed) == (SecurityLevel.CLIENT_AUTHENTICATED, True)
        return
    believed = [fact for _, fact in run.trace.facts(BeliefChanged)]
    assert client.belief.reason == believed[-1].reason
    assert client.belief.level is SecurityLevel.REFUSED
    assert without_signature(log.data["client"]) == without_signature(read_in(run))


@pytest.fixture(scope="module")
def node(held: dict[str, tuple[World, Path]]) -> Iterator[dict[str, int]]:
    """The port at which Node serves each world."""
    ports = {name: free_port() for name in NAMES}
    served = [word for name in NAMES for word in (str(held[name][1]), str(ports[name]))]
    with listening([program("node"), "-e", NODE, *served], ports.values()):
        yield ports


@pytest.mark.parametrize("tls", TLS_VERSIONS)
@pytest.mark.parametrize("name", NAMES)
def test_node_drops_a_bad_certificate_as_a_server_that_closes_before_its_alert(
    held: dict[str, tuple[World, Path]], node: dict[str, int], name: str, tls: TlsVersion
) -> None:
    """A missing certificate and a bad proof get an alert, a bad certificate the end of the connection."""
    world, _ = held[name]
    client, log = met(world, tls, node[name])
    dropped = world.scenario.name.startswith("deferred-bad-certificate")
    changes = {"server.client_authentication": "required", "network.close": "eof" if dropped else "alert"}
    run = simulate(world.scenario.but(changes), tls)
    assert log.returned["client"] == run.outcome.client.handshake
    if world.scenario.name.startswith("valid-certificate"):
        assert log.data["client"] == b"welcome"
        return
    believed = [fact for _, fact in run.trace.facts(BeliefChanged)]
    assert client.belief.level is believed[-1].level is SecurityLevel.REFUSED
    assert dropped != ("read the alert" in client.belief.reason)
    if not dropped:
        assert client.belief.reason == believed[-1].reason


def read_in(run: Run) -> bytes:
    """The application data that the client of a run read."""
    facts = (fact for event, fact in run.trace.facts(Received) if event.actor == "client")
    return b"".join(fact.raw for fact in facts if fact.protocol == "application_data")


def without_signature(answer: bytes) -> list[bytes]:
    """The status and the page of an answer, without the line in which nginx names itself."""
    head, _, page = answer.partition(b"\r\n\r\n")
    kept = [line for line in page.split(b"\r\n") if b"<hr><center>nginx" not in line]
    return [head.partition(b"\r\n")[0], *kept]
