"""One world that can be played: its description, and what can be done with it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from simulator.scenario.changes import changed_scenario
from simulator.scenario.whole import ScenarioSetup

if TYPE_CHECKING:
    from collections.abc import Mapping

    from simulator.scenario.setup import Expectation
    from simulator.tls.wire.version import TlsVersion


class Scenario(ScenarioSetup):
    """One world, complete: ``Scenario()`` is the good handshake.

    Two scenarios are equal when every setting is. A scenario is checked where it is read or changed
    (:func:`simulator.scenario.mistakes.scenario_problems`), not here. The settings are those of
    :class:`simulator.scenario.setup.ScenarioSetup`.
    """

    __slots__ = ()

    def __repr__(self) -> str:
        """Name and title in a line; a whole world would fill a screen."""
        return f"<Scenario {self.name!r}: {self.title}>"

    def expectation(self, version: TlsVersion) -> Expectation | None:
        """The expected outcome in this TLS version, or None; with a schedule that of its last connection."""
        connections = [entry.expect for entry in self.schedule if entry.connect is not None]
        return (connections[-1] if connections else self.expect).get(version)

    def but(self, changes: Mapping[str, Any] | None = None, /, **tables: Any) -> Scenario:
        """The same scenario with something changed: the counterfactual.

        ``scenario.but(server={"client_authentication": "optional"}, client={"certificate": None})`` uses
        tables, ``scenario.but({"server.client_authentication": "optional"})`` dotted paths. Values are
        written as in Python or as in a scenario file (``"-1h"``, ``"none"``).

        Args:
            changes: dotted paths (or nested tables) with their new values.
            **tables: the same, by the scenario's own fields.

        Returns:
            A scenario whose name says what was changed, and whose title says that something was. Its lesson
            is empty, since the old one describes another world, and it expects nothing unless ``expect`` is
            among the changes. A change that changes nothing returns an equal scenario.

        Raises:
            ScenarioError: a setting is unknown or has the wrong type, or the result cannot be played.
        """
        return changed_scenario(self, changes or {}, tables)
