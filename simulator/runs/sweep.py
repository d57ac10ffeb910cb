"""Many runs: the outcome matrix, and every way a scenario can go."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from simulator.engine.simulation import Simulation
from simulator.runs.run import run_of, simulate
from simulator.scenario import TLS_VERSIONS
from simulator.scenario.catalogue.credentials import CREDENTIALS, POLICIES, credential_scenario, settings
from simulator.trace.compare import Cell, Matrix

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from simulator.runs.run import Run
    from simulator.scenario import ClientAuthentication, Scenario, TlsVersion


def matrix(
    credentials: Iterable[str] = tuple(CREDENTIALS),
    policies: Iterable[ClientAuthentication] = POLICIES,
    versions: Iterable[TlsVersion] = TLS_VERSIONS,
) -> Matrix:
    """Play every credential under every policy in every version.

    Args:
        credentials: what the client comes with; keys of
            :data:`~simulator.scenario.catalogue.credentials.CREDENTIALS`.
        policies: client authentication policies of the server.
        versions: protocol versions.

    Raises:
        ScenarioError: a credential, policy or version is unknown.
    """
    columns, layers = tuple(policies), tuple(versions)
    return Matrix(
        tuple(
            play_cell(credential, policy, tls)
            for credential in credentials
            for policy in columns
            for tls in layers
        )
    )


def play_cell(credential: str, policy: ClientAuthentication, tls: TlsVersion) -> Cell:
    """Play one credential under one policy in one version."""
    run = simulate(credential_scenario(credential, policy), tls)
    outcome = run.outcome
    return Cell(
        credential=credential,
        policy=policy,
        tls=tls,
        scenario=CREDENTIALS[credential],
        set=tuple(f"{path}={value}" for path, value in settings(credential, policy).items()),
        level=outcome.level,
        alert=outcome.alert.name if outcome.alert else None,
        decisive_check=outcome.decisive_check,
        noticed_by=outcome.judged_by,
        client_handshake=outcome.client.handshake,
        client_believed=outcome.client.believed_when_handshake_returned,
        client_authenticated=run.card.client_authenticated,
    )


@dataclass(frozen=True, slots=True)
class Branch:
    """One way a scenario can go.

    Attributes:
        choices: (actor, decision, choice) in the order in which they were taken.
        overruled: the numbers of the choices that no actor would have made by itself.
        run: what came of them.
    """

    choices: tuple[tuple[str, str, str], ...]
    overruled: tuple[int, ...]
    run: Run


def explore(scenario: Scenario, tls: TlsVersion = "1.3") -> tuple[Branch, ...]:
    """Every way a scenario can go: every choice at every decision, each way once.

    The first is the one that the actors take by themselves.
    """
    return tuple(_follow(scenario, tls, {}))


def _follow(scenario: Scenario, tls: TlsVersion, script: Mapping[int, str]) -> Iterator[Branch]:
    """The run of a script, then every other choice at each decision that comes after the script's last."""
    simulation = Simulation(scenario, tls, script=script)
    run = run_of(simulation)
    taken = simulation.decisions
    choices = tuple((pending.actor, pending.name, choice) for pending, choice, _ in taken)
    yield Branch(choices, tuple(script), run)
    for number in range(max(script, default=-1) + 1, len(taken)):
        pending, chosen, _ = taken[number]
        for option in pending.options:
            if option != chosen:
                yield from _follow(scenario, tls, {**script, number: option})
