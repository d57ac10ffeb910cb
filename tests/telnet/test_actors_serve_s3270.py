"""A scenario's server on a socket, with our own TLS: s3270 is the client, and its screen says the level."""

from __future__ import annotations

import contextlib
import socket
import threading
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Self

import pytest

from simulator import catalogue
from simulator.actors.reporting import bytes_to_send
from simulator.actors.server import Server
from simulator.command.certificate_files import issue_for_real_tools, write_certificates
from simulator.engine.roles import server_role
from simulator.entropy import SeededEntropy
from simulator.scenario import Scenario
from simulator.security import SecurityLevel
from simulator.telnet.events import TelnetSent, TlsWanted
from simulator.telnet.server import TelnetServer
from simulator.tls.wire.version import Version
from simulator.trace.facts import Alert
from simulator.trace.logon_step import LogonStep
from tests import peers
from tests.played import EVERYTHING
from tests.telnet.sessions import SERVERS
from tests.telnet.terminals import PATIENCE, s3270

if TYPE_CHECKING:
    from pathlib import Path

    from simulator.engine.world import World
    from simulator.trace.facts import Fact

CERTIFICATE = ("-certfile", "client-chain.pem", "-keyfile", "client-signs-with.key")
POLICIES = [
    ({"server.client_authentication": "none"}, SecurityLevel.SERVER_AUTHENTICATED, True),
    ({"server.client_authentication": "none"}, SecurityLevel.SERVER_AUTHENTICATED, False),
    ({"server.client_authentication": "unverified"}, SecurityLevel.SERVER_AUTHENTICATED, True),
    ({"server.client_authentication": "optional"}, SecurityLevel.CLIENT_AUTHENTICATED, True),
    ({"server.client_authentication": "optional"}, SecurityLevel.SERVER_AUTHENTICATED, False),
    ({"server.client_authentication": "required"}, SecurityLevel.CLIENT_AUTHENTICATED, True),
    ({"server.client_authentication": "required"}, None, False),
    ({"server.users": {"CN=alice": "ALICE"}}, SecurityLevel.CLIENT_IDENTIFIED, True),
    ({"certificates.alice.not_after": "-1h"}, None, True),
    ({"server.minimum_level": "CLIENT_IDENTIFIED"}, SecurityLevel.REFUSED, True),
]


class ActorHost:
    """One connection of a scenario's server, in a thread.

    Args:
        world: the certificates and the scenario.
        version: the version of TLS that it speaks.
        start_tls: TLS begins by START-TLS instead of at once.

    Attributes:
        facts: what the actor reported.
    """

    def __init__(self, world: World, version: Version, *, start_tls: bool) -> None:
        scenario = world.scenario
        entropy = SeededEntropy(scenario.seed).child("server")
        self.actor = Server(server_role(scenario, world, version), entropy)
        self.now, self.start_tls = scenario.clock, start_tls
        self.facts: list[Fact] = []
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.listener.settimeout(PATIENCE)
        self.port = self.listener.getsockname()[1]
        self.thread = threading.Thread(target=self._serve, daemon=True)

    def __enter__(self) -> Self:
        self.thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.thread.join(PATIENCE)
        self.listener.close()

    def _serve(self) -> None:
        """Take one connection, until one side closes it."""
        connection, _ = self.listener.accept()
        self.listener.close()
        with connection, contextlib.suppress(ConnectionError):  # s3270 closes at once after a refusal
            connection.settimeout(PATIENCE)
            if self.start_tls:
                self._agree_on_tls(connection)
            while not self.actor.finished and (data := connection.recv(65536)):
                facts = self.actor.receive(data, self.now)
                while self.actor.pending is not None:
                    facts = facts + self.actor.decide(self.actor.pending.choice, self.now)
                self.facts += facts
                connection.sendall(bytes_to_send(facts))

    def _agree_on_tls(self, connection: socket.socket) -> None:
        """Say what comes before TLS."""
        machine = TelnetServer(SERVERS["START-TLS"])
        events = machine.start()
        while True:
            for event in events:
                if isinstance(event, TelnetSent):
                    connection.sendall(event.wire)
            if TlsWanted(b"") in events:
                return
            events = machine.receive(connection.recv(65536))


@pytest.mark.parametrize("start_tls", [False, True])
@pytest.mark.parametrize("version", list(Version))
@pytest.mark.parametrize(("changes", "level", "shows_certificate"), POLICIES if EVERYTHING else POLICIES[5:8])
def test_s3270_reads_its_level(
    changes: dict[str, object],
    level: SecurityLevel | None,
    shows_certificate: bool,
    version: Version,
    start_tls: bool,
    tmp_path: Path,
) -> None:
    """Under each policy the terminal gets the screen that the simulation shows, or none if TLS refuses it."""
    path = peers.program("s3270")
    now = datetime.now(UTC).replace(microsecond=0)  # s3270 judges at the machine's clock
    scenario = replace(Scenario().but({"network.application": "tn3270", **changes}), clock=now)
    world = issue_for_real_tools(scenario, seeded=True)
    write_certificates(world, tmp_path / "files", seeded=True)
    folder = tmp_path / "files"
    own = [str(folder / word) if "." in word else word for word in CERTIFICATE] if shows_certificate else []
    trust = ("-cafile", str(folder / "client-trusts.pem"), "-accepthostname", "telnet.example.com")
    with ActorHost(world, version, start_tls=start_tls) as host:
        connect = f"Connect({'' if start_tls else 'L:'}127.0.0.1:{host.port})"
        wait = "Wait(1,Output)" if level is SecurityLevel.REFUSED else "Wait(5,InputField)"
        said = s3270(path, *trust, *own, script=(connect, *((wait, "Ascii()") if level else ()), "Quit()"))
    assert (level is None) is any(isinstance(fact, Alert) and fact.level == "fatal" for fact in host.facts)
    shown = [line.split()[-1] for line in said.splitlines() if "Level......:" in line]
    assert shown == ([level.value] if level else [])


@pytest.mark.parametrize("start_tls", [False, True] if EVERYTHING else [False])
def test_s3270_types_the_placeholders(start_tls: bool, tmp_path: Path) -> None:
    """One that names an application is logged on; 4.1 names none, and reads the placeholder on its screen."""
    path = peers.program("s3270")
    now = datetime.now(UTC).replace(microsecond=0)
    world = issue_for_real_tools(replace(catalogue["express-logon"], clock=now), seeded=True)
    folder = tmp_path / "files"
    write_certificates(world, folder, seeded=True)
    own = [str(folder / word) if "." in word else word for word in CERTIFICATE]
    trust = ("-cafile", str(folder / "client-trusts.pem"), "-accepthostname", "telnet.example.com")
    # The first text fills its field, and the cursor goes to the next one by itself.
    typing = ('String(")USR.ID(")', 'String(")PSS.WD(")', "Enter()", "Ascii()")
    with ActorHost(world, Version.TLS13, start_tls=start_tls) as host:
        connect = f"Connect({'' if start_tls else 'L:'}127.0.0.1:{host.port})"
        script = (connect, "Wait(5,InputField)", "Ascii()", *typing, "Quit()")
        said = s3270(path, *trust, *own, script=script, application="TSOPROD")
    assert "Type your user ID and your password." in said
    steps = [fact.what for fact in host.facts if isinstance(fact, LogonStep)]
    if "application named" in steps:  # 4.6pre1, built from its sources
        assert ["application named", "PassTicket issued", "placeholders replaced", "PassTicket used"] == steps
        assert "ALICE IS LOGGED ON TO TSOPROD" in said
        assert "Level......: CLIENT_IDENTIFIED" in said
    else:
        assert ["no application", "placeholders left", "logon refused"] == steps
        assert "INVALID USERID, )USR.ID(" in said
        assert "Level......: REFUSED" in said
