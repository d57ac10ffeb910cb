"""What the simulation says against what OpenSSL did, row by row.

Where the two differ it is a defect, or a difference that was chosen: then it stands in
:data:`simulator.oracle.accepted.ACCEPTED`, by name and with its reason, and nowhere else.
"""

from __future__ import annotations

import ssl
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, Protocol

from simulator.oracle.accepted import accepted_for
from simulator.oracle.playing import NotPlayableError, play
from simulator.oracle.reading import judged_at, observed
from simulator.simulation import Simulation

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from simulator.oracle.accepted import Accepted
    from simulator.oracle.observed import Mode, Played, SentAlert, SentMessage
    from simulator.scenario import Scenario, TlsVersion
    from simulator.trace import Trace

Standing = Literal["agrees", "differs", "accepted", "not played"]


class HasTrace(Protocol):
    """A :class:`~simulator.run.Run`, or a simulation that has ended."""

    @property
    def trace(self) -> Trace:
        """What happened."""
        ...


@dataclass(frozen=True, slots=True)
class Difference:
    """One thing that the two do differently, each told in words; ``what`` is a key of :data:`COMPARED`."""

    what: str
    simulated: str
    openssl: str


@dataclass(frozen=True, slots=True)
class Row:
    """The comparison of one scenario in one TLS version.

    Attributes:
        scenario: its name.
        tls: the version.
        mode: who played: ``both``, ``openssl-server`` or ``openssl-client``; None where nobody could.
        differences: what differs, accepted or not.
        accepted: the line of the table that accepts the differences; None without one.
        not_played: why OpenSSL could not play it; empty where it did.
    """

    scenario: str
    tls: TlsVersion
    mode: Mode | None
    differences: tuple[Difference, ...] = ()
    accepted: Accepted | None = None
    not_played: str = ""

    @property
    def standing(self) -> Standing:
        """What became of it."""
        if self.not_played:
            return "not played"
        if not self.differences:
            return "agrees"
        return "accepted" if self.accepted else "differs"

    def to_dict(self) -> dict[str, object]:
        """The row as it stands in the command's document."""
        row: dict[str, object] = {"scenario": self.scenario, "tls": self.tls, "mode": self.mode}
        if self.not_played:
            row["reason"] = self.not_played
        if self.differences:
            row["differences"] = [
                {"what": one.what, "simulated": one.simulated, "openssl": one.openssl}
                for one in self.differences
            ]
        if self.accepted:
            row |= {"accepted_as": self.accepted.name, "reason": self.accepted.reason}
        return row


@dataclass(frozen=True, slots=True)
class CheckReport:
    """All rows, and with which OpenSSL they were made."""

    rows: tuple[Row, ...]
    openssl: str = ssl.OPENSSL_VERSION

    def of(self, standing: Standing) -> tuple[Row, ...]:
        """The rows of one standing."""
        return tuple(row for row in self.rows if row.standing == standing)

    @property
    def clean(self) -> bool:
        """Everything was played, and nothing differs that was not accepted."""
        return not self.of("differs") and not self.of("not played")

    def to_dict(self) -> dict[str, object]:
        """The command's document; the four counts add up to ``total``."""
        return {
            "total": len(self.rows),
            "agree": len(self.of("agrees")),
            "differences": [row.to_dict() for row in self.of("differs")],
            "accepted_differences": [row.to_dict() for row in self.of("accepted")],
            "not_played": [row.to_dict() for row in self.of("not played")],
            "rows": [row.to_dict() | {"standing": row.standing} for row in self.rows],
            "openssl": self.openssl,
        }


def check(scenario: Scenario, tls: TlsVersion, run: HasTrace | None = None) -> Row:
    """Compare what the simulation says of a scenario with what OpenSSL does.

    Args:
        scenario: what is set up.
        tls: the protocol version.
        run: the simulated run, where there is one already.

    Raises:
        PeerError: this Python does not allow what the comparison needs.
        ScenarioError: the scenario cannot be issued.
    """
    trace = _simulated(scenario, tls) if run is None else run.trace
    moments = judged_at(trace, scenario.clock)
    try:
        theirs = play(scenario, tls, moments)
    except NotPlayableError as error:
        return Row(scenario.name, tls, None, not_played=str(error))
    differences = differences_between(observed(trace, tls), theirs)
    accepted = accepted_for(scenario, tls, moments) if differences else None
    return Row(scenario.name, tls, theirs.mode, differences, accepted)


def check_all(scenarios: Iterable[Scenario], versions: Iterable[TlsVersion] = ("1.2", "1.3")) -> CheckReport:
    """Compare several scenarios in several versions (errors as for :func:`check`)."""
    both = tuple(versions)
    return CheckReport(tuple(check(scenario, tls) for scenario in scenarios for tls in both))


def differences_between(ours: Played, theirs: Played) -> tuple[Difference, ...]:
    """Everything that is compared and is not the same in two plays of one scenario."""
    told = ((what, tell(ours), tell(theirs)) for what, tell in COMPARED.items())
    return tuple(
        Difference(what, simulated, openssl) for what, simulated, openssl in told if simulated != openssl
    )


def _simulated(scenario: Scenario, tls: TlsVersion) -> Trace:
    simulation = Simulation(scenario, tls)
    simulation.run()
    return simulation.trace


def _messages_in_words(messages: tuple[SentMessage, ...]) -> str:
    """``client ClientHello, server {Finished}``: braces for what is encrypted, as in RFC 8446."""
    return ", ".join(
        f"{one.sender} {{{one.name}}}" if one.encrypted else f"{one.sender} {one.name}" for one in messages
    )


def _alert_in_words(alert: SentAlert | None) -> str:
    return "none" if alert is None else f"{alert.name} ({alert.code}) from the {alert.sender}"


def _alert_protection(alert: SentAlert | None) -> str:
    if alert is None:
        return "no alert"
    return "encrypted" if alert.encrypted else "in the clear"


#: What is compared, each told in words from a play.
COMPARED: dict[str, Callable[[Played], str]] = {
    "messages": lambda played: _messages_in_words(played.messages),
    "alert": lambda played: _alert_in_words(played.alert),
    "alert protection": lambda played: _alert_protection(played.alert),
    "decided after": lambda played: played.decided_after or "no refusal",
    "client handshake": lambda played: played.client.handshake,
    "server handshake": lambda played: played.server.handshake,
    "client's peer": lambda played: played.client.peer or "none",
    "server's peer": lambda played: played.server.peer or "none",
    "data read by client": lambda played: played.client.data,
    "data read by server": lambda played: played.server.data,
}
