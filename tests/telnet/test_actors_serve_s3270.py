"""A scenario's server on a socket, with our own TLS: s3270 is the client, and its screen says the level."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

from simulator import catalogue
from simulator.command.certificate_files import issue_for_real_tools, write_certificates
from simulator.scenario import Scenario
from simulator.security import SecurityLevel
from simulator.tls.wire.version import Version
from simulator.trace.facts import Alert
from simulator.trace.logon_step import LogonStep
from tests import peers
from tests.played import EVERYTHING
from tests.telnet.actor_host import ActorHost
from tests.telnet.terminals import s3270

if TYPE_CHECKING:
    from pathlib import Path


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

OPENING: dict[bool, dict[str, object]] = {
    False: {"network.application": "tn3270"},
    True: {"network.application": "tn3270", "server.port_security": "negtsecure"},
}


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
    scenario = replace(Scenario().but({**OPENING[start_tls], **changes}), clock=now)
    world = issue_for_real_tools(scenario, seeded=True)
    write_certificates(world, tmp_path / "files", seeded=True)
    folder = tmp_path / "files"
    own = [str(folder / word) if "." in word else word for word in CERTIFICATE] if shows_certificate else []
    trust = ("-cafile", str(folder / "client-trusts.pem"), "-accepthostname", "telnet.example.com")
    with ActorHost(world, version) as host:
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
    scenario = replace(catalogue["express-logon"].but(OPENING[start_tls]), clock=now)
    world = issue_for_real_tools(scenario, seeded=True)
    folder = tmp_path / "files"
    write_certificates(world, folder, seeded=True)
    own = [str(folder / word) if "." in word else word for word in CERTIFICATE]
    trust = ("-cafile", str(folder / "client-trusts.pem"), "-accepthostname", "telnet.example.com")
    # The first text fills its field, and the cursor goes to the next one by itself.
    typing = ('String(")USR.ID(")', 'String(")PSS.WD(")', "Enter()", "Ascii()")
    with ActorHost(world, Version.TLS13) as host:
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
