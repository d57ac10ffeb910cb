"""The comparison of a simulated run with what OpenSSL does.

A difference is a defect, or it was chosen: then it is in :data:`simulator.oracle.accepted.ACCEPTED`, by name
and with its reason.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from itertools import product
from typing import TYPE_CHECKING

from simulator.engine.preparation import episodes_of
from simulator.engine.simulation import Simulation
from simulator.oracle.accepted import accepted_for
from simulator.oracle.extensions import WITH_EXTENSIONS
from simulator.oracle.observed import HandshakeLog
from simulator.oracle.playing import JudgedAt, NotInOpensslError, NotPlayableError, clocks, play
from simulator.oracle.report import CheckReport, CheckRow, Difference
from simulator.runs.many import spread
from simulator.runs.progress import counted
from simulator.trace.facts import Checked

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from concurrent.futures import Executor

    from simulator.oracle.observed import Played, SentAlert, SentMessage
    from simulator.scenario import Scenario, TlsVersion
    from simulator.tls.wire.version import Side
    from simulator.trace.trace import HasTrace, Trace


def check(scenario: Scenario, tls: TlsVersion, run: HasTrace | None = None) -> CheckRow:
    """Compare what the simulation says of a scenario with what OpenSSL does: all of :data:`COMPARED`.

    Three things are not compared. The cipher suite: OpenSSL prefers AES-256 and the simulation AES-128, and
    no scenario speaks of it. The bytes of keys, signatures and tickets: OpenSSL draws them at random. How the
    server's program closes: both sides talk in memory, so an alert that ``network.close = "eof"`` leaves in a
    buffer is compared, too. What is otherwise in extensions is listed in
    :data:`~simulator.oracle.extensions.ACCEPTED_EXTENSIONS`.

    Args:
        scenario: what is set up.
        tls: the protocol version.
        run: the simulated run, or None to simulate it now.

    Raises:
        PeerError: this Python does not allow what the comparison needs.
        ScenarioError: the scenario cannot be issued.
    """
    if scenario.network.close == "eof":
        scenario, run = replace(scenario, network=replace(scenario.network, close="alert")), None
    trace = _simulated(scenario, tls) if run is None else run.trace
    moments = judged_at(trace, scenario)
    try:
        theirs = play(scenario, tls, moments)
    except NotPlayableError as error:
        in_openssl = not isinstance(error, NotInOpensslError)
        return CheckRow(scenario.name, tls, None, not_played=str(error), in_openssl=in_openssl)
    differences = differences_between(observed(trace, tls), theirs)
    differing = [one.what for one in differences]
    accepted = accepted_for(scenario, tls, moments, differing) if differences else None
    left_out = [ABOVE_TLS] * _looks_for_users(scenario)
    left_out += [BEFORE_TLS] * (scenario.client.starts_tls != "at-once")
    return CheckRow(scenario.name, tls, theirs.mode, differences, accepted, not_compared=" ".join(left_out))


BEFORE_TLS = "START-TLS is telnet's and comes before TLS, where OpenSSL has no part."
ABOVE_TLS = "User and permission are decided above TLS, where OpenSSL has no part; both runs use our table."


def _looks_for_users(scenario: Scenario) -> bool:
    """Return True if the server decides on users, which is no question of TLS."""
    server = scenario.server
    return bool(server.users_in_use) or server.authorized_users is not None


def check_all(
    scenarios: Iterable[Scenario],
    versions: Iterable[TlsVersion] = ("1.2", "1.3"),
    *,
    executor: Executor | None = None,
    progress: bool | None = False,
) -> CheckReport:
    """Compare several scenarios in several versions (errors as for :func:`check`).

    Args:
        scenarios: what is set up; of one with a schedule every connection is compared.
        versions: the protocol versions.
        executor: the executor of the comparisons; see :func:`~simulator.runs.many.simulate_all`.
        progress: show a bar on standard error; None shows it if that is a terminal.
    """
    connections = [named for scenario in scenarios for named in _connections(scenario)]
    pairs = tuple(product(connections, versions))
    rows = spread(_row, pairs, executor, total=len(pairs))
    return CheckReport(tuple(counted(rows, len(pairs), "comparisons", show=progress)))


def _connections(scenario: Scenario) -> Iterator[tuple[str, Scenario]]:
    """Each connection with its name in a report."""
    every = episodes_of(scenario)
    for episode in every:
        which = f", connection {episode.number}" if len(every) > 1 else ""
        yield scenario.name + which, episode.scenario


def _row(pair: tuple[tuple[str, Scenario], TlsVersion]) -> CheckRow:
    (name, scenario), tls = pair
    return replace(check(scenario, tls), scenario=name)


def differences_between(ours: Played, theirs: Played) -> tuple[Difference, ...]:
    """All that is compared and differs between two plays of one scenario."""
    both = ((what, words(ours), words(theirs)) for what, words in COMPARED.items())
    return tuple(
        Difference(what, simulated, openssl) for what, simulated, openssl in both if simulated != openssl
    )


def observed(trace: Trace, tls: TlsVersion) -> Played:
    """A simulated run in the terms in which OpenSSL's is observed.

    Args:
        trace: the run.
        tls: the version that was asked for.
    """
    log = HandshakeLog()
    sides: dict[str, Side] = {"client": "client", "server": "server"}
    for event in trace.events:
        if event.actor in sides:  # the authority is no side of the conversation
            log.note(sides[event.actor], event.fact)
    client, server = trace.outcome.client, trace.outcome.server
    return log.played(trace.setup.scenario, tls, "simulated", client.peer, server.peer)


def judged_at(trace: Trace, scenario: Scenario) -> JudgedAt:
    """The moment at which each side of a simulated run judged the other, by its own clock, or its beginning.

    Args:
        trace: the run.
        scenario: what was set up.
    """
    start = clocks(scenario)
    waited = {"client": timedelta(), "server": timedelta()}
    for event in reversed(trace.events):  # the first judgement counts; a proof completes it later
        if isinstance(event.fact, Checked):
            waited[event.actor] = timedelta(microseconds=event.at)
    return JudgedAt(start.client + waited["client"], start.server + waited["server"])


def _simulated(scenario: Scenario, tls: TlsVersion) -> Trace:
    simulation = Simulation(scenario, tls)
    simulation.run()
    return simulation.trace


def _messages_in_words(messages: tuple[SentMessage, ...]) -> str:
    """``client ClientHello, server {Finished}``: braces for what is encrypted, as in RFC 8446."""
    return ", ".join(
        f"{one.sender} {{{one.name}}}" if one.encrypted else f"{one.sender} {one.name}" for one in messages
    )


def _extensions_of(name: str) -> Callable[[Played], str]:
    """The extensions of every message of that name, in words."""

    def words(played: Played) -> str:
        sent = [extensions for message, extensions in played.extensions if message == name]
        return "; then ".join(", ".join(extensions) or "none" for extensions in sent) or "not sent"

    return words


def _alert_in_words(alert: SentAlert | None) -> str:
    return "none" if alert is None else f"{alert.name} ({alert.code}) from the {alert.sender}"


def _alert_protection(alert: SentAlert | None) -> str:
    if alert is None:
        return "no alert"
    return "encrypted" if alert.encrypted else "in the clear"


#: What is compared: each aspect of a play, in words.
COMPARED: dict[str, Callable[[Played], str]] = {
    "messages": lambda played: _messages_in_words(played.messages),
    "alert": lambda played: _alert_in_words(played.alert),
    "alert protection": lambda played: _alert_protection(played.alert),
    "decided after": lambda played: played.decided_after or "no refusal",
    "reason": lambda played: played.reason or "no refusal",
    "version": lambda played: played.agreed.version or "none",
    "group": lambda played: played.agreed.group or "none",
    "signature schemes": lambda played: ", ".join(played.agreed.signatures) or "none",
    **{f"extensions of {name}": _extensions_of(name) for name in WITH_EXTENSIONS},
    "client handshake": lambda played: played.client.handshake,
    "server handshake": lambda played: played.server.handshake,
    "client's peer": lambda played: played.client.peer or "none",
    "server's peer": lambda played: played.server.peer or "none",
    "data read by client": lambda played: played.client.data,
    "data read by server": lambda played: played.server.data,
}
