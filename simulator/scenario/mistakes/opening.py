"""Mistakes in how a connection begins: START-TLS needs telnet."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from simulator.scenario.mistakes.mistake import broken_rules, written_path
from simulator.scenario.setup import USUAL_HANDSHAKE_TIMEOUT

if TYPE_CHECKING:
    from collections.abc import Iterator

    from simulator.scenario.mistakes.mistake import Path, Problem
    from simulator.scenario.setup import ClientSetup, ServerSetup
    from simulator.scenario.whole import ScenarioSetup

LONGEST_TIMEOUT = timedelta(hours=1)  # as long as the longest wait for a responder
BY_TELNET = (
    "network.application = 'telnet' or 'tn3270': without telnet a connection begins with TLS "
    "(secure and at-once), or has none (basic and never)"
)
NEEDS_TELNET = f"needs {BY_TELNET}"
USUAL_START = "at-once"
#: What goes without telnet: nobody waits for the other side, and nothing is negotiated.
WITHOUT_TELNET = {"secure": "at-once", "basic": "never"}


def opening_problems(scenario: ScenarioSetup) -> Iterator[Problem]:
    """The mistakes in how each connection of a scenario begins."""
    between = scenario.between
    ends: list[tuple[tuple[Path, ClientSetup], tuple[Path, ServerSetup]]] = []
    if between.ends_tls:
        ends.append(((("client",), scenario.client), (("between", "server"), between.server)))
        ends.append(((("between", "client"), between.client), (("server",), scenario.server)))
    else:
        ends.append(((("client",), scenario.client), (("server",), scenario.server)))
    telnet = scenario.network.application in ("telnet", "tn3270")
    for (client_path, client), (server_path, server) in ends:
        timeout, security, starts = server.handshake_timeout, server.port_security, client.starts_tls
        wrong = not timedelta() < timeout <= LONGEST_TIMEOUT
        yield from broken_rules(
            server_path,
            ("handshake_timeout", wrong, "must be longer than 0s, and 3600s at most", timeout),
            (
                "handshake_timeout",
                not telnet and timeout != USUAL_HANDSHAKE_TIMEOUT,
                "needs network.application = 'telnet' or 'tn3270', where a client may be silent at first",
                timeout,
            ),
            ("port_security", not telnet and security not in WITHOUT_TELNET, NEEDS_TELNET, security),
        )
        if not telnet and security in WITHOUT_TELNET:
            fit = WITHOUT_TELNET[security]
            # A client that says nothing begins at once: then the port's word is the one that was written.
            silent = starts == USUAL_START and starts != fit
            beside = f"needs {written_path((*client_path, 'starts_tls'))} = '{fit}', or {BY_TELNET}"
            yield from broken_rules(server_path, ("port_security", silent, beside, security))
            unfit = starts not in (fit, USUAL_START)
            yield from broken_rules(client_path, ("starts_tls", unfit, NEEDS_TELNET, starts))
