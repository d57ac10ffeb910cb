"""Many runs: one scenario after another, in this process or on any executor, in the order asked for.

An executor is one of :mod:`concurrent.futures`, threads or processes, or one that speaks the same language:
``Client.get_executor()`` of Dask spreads the runs over a cluster. The results are the same bytes whatever
plays them, because a run depends on its scenario, its version and nothing else.
"""

from __future__ import annotations

import os
import signal
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sized
from concurrent.futures import BrokenExecutor
from contextlib import contextmanager
from itertools import islice
from typing import TYPE_CHECKING, Literal, TypeVar, overload

from simulator.errors import ArgumentError, SimulatorError, unknown_name
from simulator.runs.progress import counted
from simulator.runs.run import simulate

if TYPE_CHECKING:
    from concurrent.futures import Executor, Future

    from simulator.runs.run import Run
    from simulator.scenario import Scenario, TlsVersion
    from simulator.trace.result import Outcome

Job = TypeVar("Job")
Result = TypeVar("Result")

BATCH = 128  # runs of one task: about half a second; Dask's scheduler spends a millisecond on each task
LEAST_TASKS = 16  # few runs are cut into so many tasks, so that every core of a common machine gets some
UNDER_WAY = 128  # tasks submitted and not yet read: a minute's work for a hundred cores, and bounded memory
# Windows waits for no more at once, and ProcessPoolExecutor refuses a larger number there.
MOST_PROCESSES = 61


@overload
def simulate_all(
    scenarios: Iterable[Scenario | str],
    tls: TlsVersion | Iterable[TlsVersion] = ...,
    executor: Executor | None = ...,
    keep: Literal["outcome"] = ...,
    *,
    progress: bool | None = ...,
) -> Iterator[Outcome]: ...


@overload
def simulate_all(
    scenarios: Iterable[Scenario | str],
    tls: TlsVersion | Iterable[TlsVersion] = ...,
    executor: Executor | None = ...,
    keep: Literal["run"] = ...,
    *,
    progress: bool | None = ...,
) -> Iterator[Run]: ...


def simulate_all(
    scenarios: Iterable[Scenario | str],
    tls: TlsVersion | Iterable[TlsVersion] = "1.3",
    executor: Executor | None = None,
    keep: Literal["outcome", "run"] = "outcome",
    *,
    progress: bool | None = None,
) -> Iterator[Outcome] | Iterator[Run]:
    """Play many scenarios, each in one version or in several.

    Args:
        scenarios: scenarios, or names of the catalogue. A long supply is read as it is played.
        tls: a version, or several: then each scenario is played in all of them, one after the other.
        executor: plays the runs; None plays them here, one by one.
        keep: ``outcome`` yields the outcome of each run, some hundred bytes; ``run`` yields the whole runs,
            some 25 KiB each.
        progress: show a bar on standard error; None shows it if that is a terminal.

    Returns:
        The results in the order asked for, each as soon as it and those before it are ready.

    Raises:
        ArgumentError: ``keep`` is something else.
        ScenarioError: an unknown scenario or version, or a scenario that cannot be issued; raised at its
            place in the order.
        SimulatorError: the executor broke down, as a pool of processes does when one of them is killed.
    """
    if keep not in ("outcome", "run"):
        raise unknown_name(ArgumentError, "kind of result to keep", keep, ("outcome", "run"))
    versions: tuple[TlsVersion, ...] = (tls,) if isinstance(tls, str) else tuple(tls)
    total = len(scenarios) * len(versions) if isinstance(scenarios, Sized) else None
    jobs = ((scenario, version) for scenario in scenarios for version in versions)
    if keep == "outcome":
        return counted(spread(_outcome, jobs, executor, total=total), total, "runs", show=progress)
    return counted(spread(_run, jobs, executor, total=total), total, "runs", show=progress)


def _run(job: tuple[Scenario | str, TlsVersion]) -> Run:
    return simulate(*job)


def _outcome(job: tuple[Scenario | str, TlsVersion]) -> Outcome:
    return simulate(*job).outcome


def spread(
    function: Callable[[Job], Result],
    jobs: Iterable[Job],
    executor: Executor | None,
    *,
    total: int | None = None,
) -> Iterator[Result]:
    """Call a function for every job, on an executor, and yield the results in the order of the jobs.

    Args:
        function: a function of a module, so that other processes can find it.
        jobs: its arguments; they are read as work proceeds.
        executor: the executor; None calls the function here.
        total: the number of jobs, if it is known: few jobs are cut into smaller tasks.

    Raises:
        SimulatorError: the executor broke down.
        Exception: any exception of the function, at the place of its job.
    """
    if executor is None:
        yield from map(function, jobs)
        return
    supply = iter(jobs)
    size = BATCH if total is None else min(BATCH, max(1, total // LEAST_TASKS))
    batches = iter(lambda: tuple(islice(supply, size)), ())
    under_way: deque[Future[list[Result]]] = deque()
    try:
        for batch in islice(batches, UNDER_WAY):
            under_way.append(executor.submit(_all_of, function, batch))
        while under_way:
            yield from _result(under_way.popleft())
            for batch in islice(batches, 1):
                under_way.append(executor.submit(_all_of, function, batch))
    finally:
        for future in under_way:  # the reader stopped early, or a job failed
            future.cancel()


@contextmanager
def processes(jobs: int | None = None) -> Iterator[Executor | None]:
    """A pool of processes on this machine, or None if one process is all there would be.

    Args:
        jobs: the most processes; None for as many as there are cores. More than that gain nothing.
    """
    count = min(jobs or cores(), cores(), MOST_PROCESSES)
    if count == 1:
        yield None
        return
    from concurrent.futures import ProcessPoolExecutor  # here: not every Python can start processes

    with ProcessPoolExecutor(count, initializer=_begin_work) as pool:
        try:
            yield pool
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)  # else the tasks in the queue would still be done
            raise


def _begin_work() -> None:
    """Set up a process of the pool.

    Ctrl-C reaches every process of a terminal; the first one ends the others, in one way and without noise.
    What it does itself when it is asked to end is not for them.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    if hangup := getattr(signal, "SIGHUP", None):  # not on Windows
        signal.signal(hangup, signal.SIG_DFL)


def cores() -> int:
    """The cores that this process may use; a container may have fewer than the machine."""
    affinity = getattr(os, "sched_getaffinity", None)  # not on every system
    return len(affinity(0)) if affinity else os.cpu_count() or 1


def _all_of(function: Callable[[Job], Result], batch: tuple[Job, ...]) -> list[Result]:
    """Do a task: the jobs of a batch, in order."""
    return [function(job) for job in batch]


def _result(future: Future[list[Result]]) -> list[Result]:
    try:
        return future.result()
    except BrokenExecutor as error:
        raise SimulatorError(
            "The executor broke down before all runs were played.",
            got=str(error) or type(error).__name__,
            expected="an executor whose workers live until the last run",
            advice="Play them again with a new executor; Dask by itself plays again what a lost worker had.",
        ) from error
