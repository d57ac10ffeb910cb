"""Every port of a scenario's server, each beginning of s3270, with TN3270E and without: as in the simulation.

The server is the actor of the simulation on a socket. What s3270 reads on its screen is the level that the
simulation comes to with the same settings, and what both say is the same to the byte, in clear and under TLS.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from itertools import product
from typing import TYPE_CHECKING

import pytest
from msgspec import structs

from simulator.command.certificate_files import issue_for_real_tools, write_certificates
from simulator.runs.run import simulate
from simulator.scenario import Scenario
from simulator.security import SecurityLevel
from simulator.telnet.client import TelnetClient
from simulator.telnet.events import TelnetSent
from simulator.tls.wire.version import Version
from simulator.trace.facts import Alert, Received, Sent, TransportEnded
from simulator.trace.timer import TimerExpired
from tests import peers
from tests.played import EVERYTHING
from tests.telnet.actor_host import ActorHost
from tests.telnet.sessions import OLD
from tests.telnet.terminals import s3270

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from simulator.trace.facts import Fact

    Case = tuple[str, str, bool, bool, str]

#: Its prefix of the host and its options, by the word of ``client.starts_tls``.
BEGINNINGS = {"at-once": ("L:", ()), "when-asked": ("", ()), "never": ("", ("-clear", "startTls"))}
PORTS = ("secure", "negtsecure", "any", "basic", "none")
READ = ("Wait(5,InputField)", "Ascii()")
#: Port, beginning, TN3270E, certificate, policy.
ALL: list[Case] = list(product(PORTS, BEGINNINGS, (True, False), (True, False), ("required", "optional")))
FEW: list[Case] = [
    ("secure", "at-once", False, True, "required"),
    ("secure", "when-asked", True, True, "required"),
    ("negtsecure", "when-asked", True, False, "optional"),
    ("negtsecure", "when-asked", False, False, "required"),
    ("negtsecure", "never", True, True, "required"),
    ("any", "never", True, True, "required"),
    ("basic", "when-asked", False, True, "required"),
    ("basic", "at-once", True, True, "required"),
]
# Telnet does not know the version of TLS around it, so where everything is played, one case of three has 1.2.
PLAYED = [
    (*case, Version.TLS12 if EVERYTHING and place % 3 == 0 else Version.TLS13)
    for place, case in enumerate(ALL if EVERYTHING else FEW)
]


def passed(facts: Iterable[Fact], kind: type[Sent] | type[Received]) -> dict[str, bytes]:
    """What a server sent or read: the telnet bytes in clear, and those inside TLS."""
    found = {"cleartext": b"", "application_data": b""}
    for fact in facts:
        if type(fact) is kind and fact.protocol in found:
            found[fact.protocol] += fact.raw
    return found


def answers_of_an_old_terminal(heard: bytes) -> bytes:
    """What our terminal without TN3270E says to this."""
    client = TelnetClient(structs.replace(OLD, start_tls=False))
    events = client.start() + client.receive(heard)
    return b"".join(event.wire for event in events if isinstance(event, TelnetSent))


@pytest.mark.parametrize(("port", "begins", "e", "certificate", "policy", "version"), PLAYED)
def test_s3270_sees_what_the_simulation_shows(
    port: str, begins: str, e: bool, certificate: bool, policy: str, version: Version, tmp_path: Path
) -> None:
    """The level on the screen or the lack of one, the timers, and every byte of telnet of both sides."""
    path = peers.program("s3270")
    settings = {
        "network.application": "tn3270",
        "server.port_security": port,
        "server.handshake_timeout": "1s",
        "server.client_authentication": policy,
        "client.starts_tls": begins,
        **({} if certificate else {"client.certificate": "none"}),
    }
    now = datetime.now(UTC).replace(microsecond=0)  # s3270 judges at the machine's clock
    scenario = replace(Scenario().but(settings), clock=now)
    expected = simulate(scenario, tls=version.value).trace
    world = issue_for_real_tools(scenario, seeded=True)
    folder = tmp_path / "files"
    write_certificates(world, folder, seeded=True)
    prefix, options = BEGINNINGS[begins]
    own = ("-certfile", "client-chain.pem", "-keyfile", "client-signs-with.key") if certificate else ()
    files = [str(folder / word) if "." in word else word for word in own]
    trust = ("-cafile", str(folder / "client-trusts.pem"), "-accepthostname", "telnet.example.com")
    refused = expected.card.level is SecurityLevel.REFUSED
    with ActorHost(world, version) as host:
        connect = f"Connect({prefix}{'' if e else 'N:'}127.0.0.1:{host.port})"
        script = (connect, *(() if refused else READ), "Quit()")
        said = s3270(path, *options, "-set", "reconnect=false", *trust, *files, script=script)

    shown = [line.split()[-1] for line in said.splitlines() if "Level......:" in line]
    assert shown == ([] if refused else [expected.card.level.value])
    timers = [fact.awaited for fact in host.facts if isinstance(fact, TimerExpired)]
    assert timers == [fact.awaited for _, fact in expected.facts(TimerExpired)]
    assert host.actor.belief.standing is expected.outcome.server.standing
    ours = [event.fact for event in expected.events if event.actor == "server" and event.at >= 0]
    for kind in (Sent, Received):
        if e:
            assert passed(host.facts, kind) == passed(ours, kind)
    if not (e or refused):
        heard, answered = passed(host.facts, Sent), passed(host.facts, Received)
        inside = "cleartext" if expected.card.level is SecurityLevel.CLEARTEXT else "application_data"
        assert answered[inside] == answers_of_an_old_terminal(heard[inside])
    if refused and expected.outcome.refused_at == "telnet":
        assert any(isinstance(fact, TransportEnded) for fact in host.facts)
        assert not any(isinstance(fact, Alert) for fact in host.facts)
