"""The beginning of TLS on a connection, or none: a question of port and client, not of a run."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from simulator.scenario.scenario import Scenario
    from simulator.scenario.setup import PortSecurity, StartsTls

#: The clients that come to TLS, by the security of the port.
COME_TO_TLS: Mapping[PortSecurity, tuple[StartsTls, ...]] = {
    "secure": ("at-once", "when-asked"),
    "negtsecure": ("when-asked",),  # one that begins at once takes the server's first word for TLS, and fails
    "any": ("at-once", "when-asked"),
    "basic": (),
    "none": (),
}


def comes_to_tls(connection: Scenario) -> bool:
    """Return True if client and server of a connection come to speak TLS."""
    return connection.client.starts_tls in COME_TO_TLS[connection.server.port_security]


def with_tls_at_once(connection: Scenario) -> Scenario:
    """The same connection where it begins with TLS, without what comes before."""
    client = replace(connection.client, starts_tls="at-once")
    return replace(connection, client=client, server=replace(connection.server, port_security="secure"))
