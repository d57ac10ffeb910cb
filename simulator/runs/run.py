"""A run of a scenario: its setup, its trace and its outcome."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any

from simulator.engine.preparation import episodes_of
from simulator.engine.simulation import Simulation
from simulator.scenario.schedule.episodes import episode_of
from simulator.tls.wire.version import Protection
from simulator.trace.connections import connections_of
from simulator.trace.end_to_end import end_to_end
from simulator.trace.facts import Sent
from simulator.trace.latest import seen_by_client
from simulator.trace.return_code import log_line

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

    from simulator.scenario import Scenario, TlsVersion
    from simulator.security import SecurityCard
    from simulator.trace.result import Outcome
    from simulator.trace.trace import Trace
    from simulator.views.drawing.notebook import Bundle, Metadata
    from simulator.views.player.widget import Player


@dataclass(frozen=True)
class Run:
    """A scenario that was played to its end; in a notebook it shows itself on one slide.

    Attributes:
        scenario: the setup.
        tls: the version that was asked for.
        trace: the events and the outcome.
        keylog: the secrets of its connections as NSS key log lines. They are not in the trace.
    """

    scenario: Scenario
    tls: TlsVersion
    trace: Trace
    keylog: tuple[str, ...] = field(repr=False)

    @property
    def outcome(self) -> Outcome:
        """The outcome, in the terms of a scenario's expectation."""
        return self.trace.outcome

    @property
    def card(self) -> SecurityCard:
        """The security level, taken apart."""
        return self.trace.card

    @cached_property
    def connections(self) -> tuple[Run, ...]:
        """Each connection as a run of its own, in order; a scenario with one connection has this run.

        The second connection of a party in between is not there if the client was not let through.
        """
        if not self._has_several:
            return (self,)
        pairs = zip(episodes_of(self.scenario), connections_of(self.trace), strict=False)
        return tuple(
            Run(episode.scenario, self.tls, trace, keys_of(trace, self.keylog)) for episode, trace in pairs
        )

    def connection(self, number: int) -> Run:
        """One connection as a run of its own.

        Args:
            number: of the connection, from 1.

        Raises:
            ArgumentError: there is no such connection.
        """
        return episode_of(self.connections, number)

    @cached_property
    def as_expected(self) -> bool | None:
        """True if every connection comes out as expected; None if nothing is expected of any."""
        if self._has_several:
            told = [one.as_expected for one in self.connections if one.as_expected is not None]
            return (all(told) and not self._missing) if told or self._missing else None
        return None if self.scenario.expectation(self.tls) is None else not self._surprises()

    def expectation_words(self) -> str:
        """The differences from the expected outcome, in words; empty if there are none."""
        if self._has_several:
            words = [
                (number, one.expectation_words()) for number, one in enumerate(self.connections, start=1)
            ]
            words += [(number, "it was expected, and did not begin") for number in self._missing]
            return "; ".join(f"connection {number}: {text}" for number, text in words if text)
        return "; ".join(self._surprises())

    @property
    def _has_several(self) -> bool:
        """The scenario has more than one connection, or a schedule."""
        return bool(self.scenario.schedule) or self.scenario.between.ends_tls

    @property
    def _missing(self) -> list[int]:
        """The numbers of connections of which something was expected, and which did not begin."""
        rest = episodes_of(self.scenario)[len(self.connections) :]
        return [one.number for one in rest if one.scenario.expectation(self.tls) is not None]

    def _surprises(self) -> list[str]:
        """Each difference from the expectation, in words; what it leaves open is not compared."""
        expected, outcome = self.scenario.expectation(self.tls), self.outcome
        if expected is None:
            return []
        alert = outcome.alert.name if outcome.alert else None
        pairs = [
            ("level", expected.level.value, outcome.level.value),
            ("decisive check", expected.decisive_check, outcome.decisive_check),
            ("alert", expected.alert, alert),
        ]
        return [
            f"{what} {wanted} was expected, and {got or 'none'} came"
            for what, wanted, got in pairs
            if wanted is not None and wanted != got
        ]

    def but(self, changes: Mapping[str, Any] | None = None, /, **tables: Any) -> Run:
        """The counterfactual: the same run with something else in one place.

        ``run.but({"server.client_authentication": "optional"})``; arguments and errors as in
        :meth:`Scenario.but <simulator.scenario.Scenario.but>`.
        """
        return simulate(self.scenario.but(changes, **tables), tls=self.tls)

    def save(self, path: str | Path, **options: Any) -> Path:
        """Write the run to a file, in the form that the suffix names.

        Args:
            path: the file; its folder must exist.
            **options: the view and its settings, as :func:`simulator.runs.saving.save` takes them.

        Returns:
            The path.

        Raises:
            OutputError: unknown suffix, or the file cannot be written.
        """
        from simulator.runs.saving import save

        return save(self, path, **options)

    def player(self, *, beside: Run | None = None, connection: int | None = None, **options: Any) -> Player:
        """The player, for a notebook: step through the run with the mouse, the keyboard, or from Python.

        Args:
            beside: another run to show beside it.
            connection: number of the connection to show, from 1; needed where there are several.
            **options: ``detail``, ``cursor``, ``at`` and ``theme``, as
                :class:`simulator.views.player.widget.Player` takes them:
                ``at="CertificateRequest"`` opens there.

        Raises:
            PeerError: anywidget is not installed.
            OutputError: unknown detail or message, or there are several connections and none is chosen.
            ArgumentError: unknown event, theme or connection, or ``beside`` is not a run.
        """
        from simulator.views.player.widget import Player

        shown = self if connection is None else self.connection(connection)
        return Player(shown.trace, beside, **options)

    def to_dict(self) -> dict[str, Any]:
        """The document that ``clientauth run --json`` prints: plain JSON values."""
        from simulator.trace.trace import trace_to_dict

        trace = {"trace": trace_to_dict(self.trace)}
        sentence = end_to_end([one.trace for one in self.connections])
        joined = {"end_to_end": sentence} if sentence else {}
        if not self._has_several:
            return self._document() | trace | joined
        last = self.connections[-1]._document() | {
            "scenario": self.scenario.name,
            "as_expected": self.as_expected,
        }
        return last | trace | {"connections": [one._document() for one in self.connections]} | joined

    def _document(self) -> dict[str, Any]:
        """The document of one connection."""
        from simulator.trace.json import plain

        outcome = self.outcome
        return {
            "scenario": self.scenario.name,
            "tls": self.tls,
            "negotiated": outcome.negotiated,
            "as_expected": self.as_expected,
            "level": outcome.level.value,
            "refused_at": outcome.refused_at,
            "alert": plain(outcome.alert),
            "decisive_check": outcome.decisive_check,
            "judged_by": outcome.judged_by,
            "client": {**plain(outcome.client), "saw": seen_by_client(self.trace.events)},
            "server": plain(outcome.server) | self._reported(),
            "messages": self.messages(),
        }

    def _reported(self) -> dict[str, Any]:
        """The server's return code, where it has one for this refusal."""
        code = self.card.return_code
        return {} if code is None else {"return_code": code, "log": log_line(code)}

    def messages(self) -> list[dict[str, Any]]:
        """The handshake messages as sent, in order, read or not; lengths count the 4-byte header."""
        return [
            {
                "sender": event.actor,
                "name": event.fact.name,
                "length": len(event.fact.raw),
                "encrypted": event.fact.protection is not Protection.CLEAR,
            }
            for event in self.trace.events
            if isinstance(event.fact, Sent) and event.fact.protocol == "handshake"
        ]

    def __repr__(self) -> str:
        what = f"<Run of {self.scenario.name!r}, TLS {self.tls}: {self.outcome.level.value}"
        alert, client = self.outcome.alert, self.outcome.client
        why = [
            f"because of {self.outcome.decisive_check}" if self.outcome.decisive_check else "",
            f"{alert.name} from the {alert.sender}" if alert else "",
            f"at {self.outcome.refused_at}" if self.outcome.refused_at not in (None, "tls") else "",
            f"client handshake {client.handshake}, believes {client.believes.value}",
        ]
        return ", ".join([what, *filter(None, why)]) + ">"

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> tuple[Bundle, Metadata]:  # noqa: ARG002 - IPython's signature; it filters the answer itself
        """Return what a notebook shows: the run on one slide."""
        from simulator.views.drawing.notebook import exhibit
        from simulator.views.view_table import VIEWS

        return exhibit(VIEWS["sequence"].picture(self.trace, "essential"), repr(self))._repr_mimebundle_()


def keys_of(trace: Trace, keylog: Iterable[str]) -> tuple[str, ...]:
    """The lines of a key log that belong to one connection: those with its ClientHello's random."""
    hello = next((fact for _, fact in trace.facts(Sent) if fact.name == "ClientHello"), None)
    if hello is None:
        return ()
    random = hello.raw[6:38].hex()  # RFC 8446 §4.1.2: behind the message's header and legacy_version
    return tuple(line for line in keylog if line.split()[1] == random)


def simulate(scenario: Scenario | str, tls: TlsVersion = "1.3") -> Run:
    """Play a scenario to its end; the actors take their own decisions.

    Args:
        scenario: a scenario, or the name of one in the catalogue.
        tls: ``1.3`` or ``1.2``.

    Raises:
        ScenarioError: unknown scenario or version, or its certificates cannot be issued.
    """
    if isinstance(scenario, str):
        from simulator.scenario.catalogue.catalogue import catalogue

        scenario = catalogue[scenario]
    return run_of(Simulation(scenario, tls))


def run_of(simulation: Simulation) -> Run:
    """Play a simulation to its end, and return it as a run; decisions taken so far stay.

    Raises:
        DecisionError: a decision waits to be taken from outside.
    """
    simulation.run()
    return Run(simulation.scenario, simulation.tls, simulation.trace, simulation.keylog)
