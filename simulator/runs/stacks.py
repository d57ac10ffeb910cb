"""The matrix of stacks: what a client shows, judged by every stack profile, each cell a run of its own.

A stack refuses as its program does: with an alert; nginx with a page, when the handshake is finished; Node by
dropping the connection. For which checks these send an alert all the same, their profiles say.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from simulator.error_texts.of_verdict import cause_of_check
from simulator.error_texts.table import STACK_PROGRAMS, printed_by
from simulator.errors import ScenarioError
from simulator.runs.many import spread
from simulator.runs.progress import counted
from simulator.runs.run import simulate
from simulator.scenario import TLS_VERSIONS, Scenario
from simulator.scenario.catalogue.catalogue import catalogue
from simulator.scenario.catalogue.shown import FAULTS, PURPOSES, ClientShown, shown_named
from simulator.trace.latest import last_belief, last_verdict
from simulator.trust.profiles import PROFILES
from simulator.views.stacks.cells import StackCell, StackMatrix

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from concurrent.futures import Executor

    from simulator.runs.run import Run
    from simulator.scenario import TlsVersion

    Job = tuple[str, Scenario, Mapping[str, object], str, TlsVersion]

#: The stacks and the standard. ``strict`` and ``webpki`` are rules for CAs, which no server program has.
STACKS = tuple(name for name in PROFILES if name not in ("strict", "webpki"))
_WITH_PAGE = {"server.client_authentication": "deferred", "network.application": "http"}
_DROPS = {"network.close": "eof"}
BY_PURPOSE, BY_FAULT, OF_SCENARIO = "By purpose", "By fault", "Scenarios"


def stack_matrix(
    rows: Iterable[str | Scenario] | None = None,
    *,
    executor: Executor | None = None,
    progress: bool | None = None,
) -> StackMatrix:
    """Show every stack what a client shows, in both versions.

    Args:
        rows: names of rows of :mod:`simulator.scenario.catalogue.shown`, names of scenarios, or scenarios;
            None for every row of that module.
        executor: the executor of the runs; see :func:`~simulator.runs.many.simulate_all`.
        progress: show a bar on standard error; None shows it if that is a terminal.

    Raises:
        ScenarioError: unknown row, or a scenario of several connections.
    """
    parts: dict[str, dict[str, str]] = {}
    jobs: list[Job] = []
    for row in rows if rows is not None else (*PURPOSES, *FAULTS):
        name, scenario, shown = _row(row)
        part = BY_PURPOSE if name in PURPOSES else BY_FAULT if name in FAULTS else OF_SCENARIO
        parts.setdefault(part, {})[name] = shown.words
        jobs += [(name, scenario, shown.set, stack, tls) for stack in STACKS for tls in TLS_VERSIONS]
    played = counted(spread(_cell, jobs, executor, total=len(jobs)), len(jobs), "cells", show=progress)
    stacks = {stack: PROFILES[stack].description for stack in STACKS}
    return StackMatrix(tuple(played), parts, stacks)


def _row(row: str | Scenario) -> tuple[str, Scenario, ClientShown]:
    """The name of a row, the scenario that is played in it, and what its client shows."""
    shown = shown_named(row) if isinstance(row, str) else ClientShown(row.title or row.name, row.name)
    scenario = catalogue[shown.scenario] if isinstance(row, str) else row
    if scenario.schedule:
        raise ScenarioError(
            "A row of the matrix of stacks is one connection.",
            got=f"{scenario.name!r}, which has several",
            expected="a scenario without a schedule",
            advice="Play it with clientauth run, and set server.profile.",
        )
    return row if isinstance(row, str) else row.name, scenario, shown


def _cell(job: Job) -> StackCell:
    """Play one client before one stack."""
    name, scenario, shown, stack, tls = job
    changes = {**shown, "server.profile": stack}
    profile = PROFILES[stack]
    paged = profile.refuses_clients_by == "page"
    changes |= _WITH_PAGE if paged else {"server.client_authentication": "required"}
    run = simulate(scenario.but(changes), tls)
    if (check := run.outcome.decisive_check) and profile.refusal_of_client(check) == "close":
        changes |= _DROPS
        run = simulate(scenario.but(changes), tls)
    outcome = run.outcome
    refused = outcome.refused_at is not None
    late = "after" if outcome.client.handshake == "ok" else "in"
    dropped = run.card.client_saw is not None
    return StackCell(
        credential=name,
        stack=stack,
        tls=tls,
        scenario=scenario.name,
        set=tuple(f"{path}={_written(value)}" for path, value in changes.items()),
        accepted=not refused,
        alert=outcome.alert.name if outcome.alert and not dropped else None,
        level=outcome.level,
        decisive_check=outcome.decisive_check,
        client_learns=f"{late} its handshake call" if refused else None,  # type: ignore[arg-type]
        client_sees=_sees(run) if refused else "",
        server_says=_says(run, stack, tls) if refused else "",
    )


def _written(value: object) -> str:
    """A value as ``--set`` takes it."""
    return value if isinstance(value, str) else json.dumps(value)


def _sees(run: Run) -> str:
    """The part of its refusal that reaches a client."""
    if run.card.client_saw is not None:
        return "no alert: the connection ends"
    if run.outcome.alert is not None:
        return run.outcome.alert.name
    return last_belief(run.trace.events).reason.partition("The server said: ")[2].rstrip(".")


def _says(run: Run, stack: str, tls: TlsVersion) -> str:
    """The text that a stack's program writes into its log, or empty if none was measured."""
    verdict = last_verdict(run.trace.events, "server")
    checks = verdict.checks if verdict is not None else ()
    failed = [
        check
        for check in checks
        if check.name == run.outcome.decisive_check and check.outcome.value == "fail"
    ]
    if stack not in STACK_PROGRAMS["server"] or not failed:
        return ""
    return printed_by(STACK_PROGRAMS["server"][stack], "server", cause_of_check(failed[0], "client"), tls)
