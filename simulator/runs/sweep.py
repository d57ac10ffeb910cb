"""Many runs: the outcome matrix, and every possible course of a scenario."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import product
from typing import TYPE_CHECKING

from simulator.engine.simulation import Simulation
from simulator.runs.many import spread
from simulator.runs.progress import counted
from simulator.runs.run import run_of, simulate
from simulator.scenario import TLS_VERSIONS
from simulator.scenario.catalogue.credentials import (
    CREDENTIALS,
    POLICIES,
    POLICIES_ABOVE,
    USERS,
    credential_scenario,
    scenario_of,
    settings,
)
from simulator.trace.compare import Cell, Matrix

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from concurrent.futures import Executor

    from simulator.runs.run import Run
    from simulator.scenario import Scenario, TlsVersion

    Script = tuple[tuple[int, str], ...]  # (number of a decision, choice from outside), in the order taken


def matrix(
    credentials: Iterable[str] = (*CREDENTIALS, *USERS),
    policies: Iterable[str] = (*POLICIES, *POLICIES_ABOVE),
    versions: Iterable[TlsVersion] = TLS_VERSIONS,
    *,
    executor: Executor | None = None,
    progress: bool | None = None,
) -> Matrix:
    """Play every credential under every policy in every version, and above TLS every user likewise.

    Args:
        credentials: the client's credentials; keys of ``CREDENTIALS`` and ``USERS`` of
            :mod:`simulator.scenario.catalogue.credentials`, or names of scenarios.
        policies: the server's client authentication policies, and ``POLICIES_ABOVE`` of that module.
        versions: protocol versions.
        executor: the executor of the runs; see :func:`~simulator.runs.many.simulate_all`.
        progress: show a bar on standard error; None shows it if that is a terminal.

    Raises:
        ScenarioError: unknown credential, policy or version; or no credential belongs to any of the policies.
    """
    rows, columns = tuple(credentials), tuple(policies)
    cells = tuple(
        (row, column, tls)
        for row, column, tls in product(rows, columns, versions)
        if (row in USERS) == (column in POLICIES_ABOVE)
    )
    if not cells and rows and columns:
        settings(rows[0], columns[0])  # raises: the two do not belong together
    played = spread(_cell, cells, executor, total=len(cells))
    return Matrix(tuple(counted(played, len(cells), "cells", show=progress)))


def _cell(cell: tuple[str, str, TlsVersion]) -> Cell:
    """Play one credential under one policy in one version."""
    credential, policy, tls = cell
    run = simulate(credential_scenario(credential, policy), tls)
    outcome = run.outcome
    return Cell(
        credential=credential,
        policy=policy,
        tls=tls,
        scenario=scenario_of(credential),
        set=tuple(f"{path}={value}" for path, value in settings(credential, policy).items()),
        level=outcome.level,
        alert=outcome.alert.name if outcome.alert else None,
        decisive_check=outcome.decisive_check,
        noticed_by=outcome.judged_by,
        client_handshake=outcome.client.handshake,
        client_believed=outcome.client.believed_when_handshake_returned,
        client_authenticated=run.card.client_authenticated,
        refused_at=outcome.refused_at,
    )


@dataclass(frozen=True, slots=True)
class Branch:
    """A possible course of a scenario.

    Attributes:
        choices: (actor, decision, choice) in the order in which they were taken.
        overruled: the numbers of the choices that no actor would have made by itself.
        run: the run with these choices.
    """

    choices: tuple[tuple[str, str, str], ...]
    overruled: tuple[int, ...]
    run: Run


def explore(
    scenario: Scenario,
    tls: TlsVersion = "1.3",
    *,
    executor: Executor | None = None,
    progress: bool | None = None,
) -> tuple[Branch, ...]:
    """Play every way a scenario can go: every choice at every decision, each way once.

    Args:
        scenario: what is set up.
        tls: the version.
        executor: the executor of the runs; see :func:`~simulator.runs.many.simulate_all`.
        progress: show a bar on standard error; None shows it if that is a terminal.

    Returns:
        The ways, first the one that the actors take by themselves; after each way those that leave it, the
        earliest decision first.
    """
    return tuple(counted(_ways(scenario, tls, executor), None, "ways", show=progress))


def _ways(scenario: Scenario, tls: TlsVersion, executor: Executor | None) -> Iterator[Branch]:
    """Play wave by wave, since a run says which other choices there are; yield in the order of a tree."""
    played: dict[Script, tuple[Branch, tuple[Script, ...]]] = {}
    wave: list[Script] = [()]
    while wave:
        ways = ((scenario, tls, script) for script in wave)
        played |= zip(wave, spread(_way, ways, executor, total=len(wave)), strict=True)
        wave = [other for script in wave for other in played[script][1]]
    waiting: list[Script] = [()]
    while waiting:
        branch, others = played[waiting.pop()]
        yield branch
        waiting += reversed(others)


def _way(way: tuple[Scenario, TlsVersion, Script]) -> tuple[Branch, tuple[Script, ...]]:
    """Play a script; the scripts with another choice at each decision after the script's last."""
    scenario, tls, script = way
    simulation = Simulation(scenario, tls, script=dict(script))
    run = run_of(simulation)
    taken = simulation.decisions
    choices = tuple((pending.actor, pending.name, choice) for pending, choice, _ in taken)
    first = script[-1][0] + 1 if script else 0
    others = tuple(
        (*script, (number, option))
        for number, (pending, chosen, _) in enumerate(taken[first:], start=first)
        for option in pending.options
        if option != chosen
    )
    return Branch(choices, tuple(number for number, _ in script), run), others
