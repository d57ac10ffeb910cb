"""The application that the client and the server of a scenario speak."""

from __future__ import annotations

from typing import TYPE_CHECKING

from simulator.actors.application import LINE, HttpApplication
from simulator.actors.telnet_session import TelnetApplication

if TYPE_CHECKING:
    from simulator.actors.application import Application
    from simulator.scenario import Scenario


def application_of(scenario: Scenario) -> Application:
    """The application that a scenario's client and server speak."""
    match scenario.network.application:
        case "http":
            return HttpApplication(scenario.network.port)
        case "telnet" | "tn3270" as name:
            application, macro = scenario.client.express_logon, scenario.client.logon_macro
            return TelnetApplication(
                scenario.client.server_name,
                screens=name == "tn3270",
                express_logon=scenario.server.express_logon,
                application=application or "",
                macro=None if application is None else (macro[0], macro[1]),
            )
        case _:
            return LINE
