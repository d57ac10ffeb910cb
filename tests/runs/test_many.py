"""Many runs: whatever plays them, the same results in the same order."""

from __future__ import annotations

import copy
import multiprocessing
import os
import pickle
import signal
from concurrent.futures import Executor, ProcessPoolExecutor, ThreadPoolExecutor
from contextlib import contextmanager
from typing import TYPE_CHECKING

import pytest

from simulator import catalogue, explore, matrix, simulate, simulate_all
from simulator.errors import ArgumentError, OutputError, ScenarioError, SimulatorError, unknown_name
from simulator.runs.many import spread
from simulator.scenario.mistakes.mistake import Problem, ScenarioProblemsError
from tests.peers import absent
from tests.played import EVERYTHING, NAMES, RUNS, VERSIONS, for_each, run_of, some

if TYPE_CHECKING:
    from collections.abc import Iterator

EXECUTORS = ("threads", "fork", *(("spawn", "dask") if EVERYTHING else ()))


@contextmanager
def executor_named(name: str) -> Iterator[Executor]:
    """An executor with two workers."""
    if name == "threads":
        with ThreadPoolExecutor(2) as pool:
            yield pool
    elif name == "dask":
        with cluster() as client:
            yield client.get_executor()
    else:
        with ProcessPoolExecutor(2, mp_context=multiprocessing.get_context(name)) as pool:
            yield pool


@contextmanager
def cluster() -> Iterator[object]:
    """A Dask cluster of two worker processes on this machine."""
    try:
        from distributed import Client, LocalCluster
    except ImportError:
        absent("the Python package distributed (the extra cluster)")
    options = {"n_workers": 2, "threads_per_worker": 1, "processes": True, "dashboard_address": None}
    with LocalCluster(host="127.0.0.1", **options) as workers, Client(workers) as client:
        yield client


@for_each("name, tls", RUNS)
def test_a_run_can_travel(name: str, tls: str) -> None:
    """A run and its scenario are equal after pickling and after a deep copy, the trace to the last byte."""
    run = run_of(name, tls)
    for other in (pickle.loads(pickle.dumps(run)), copy.deepcopy(run)):
        assert run == other
        assert run.trace.to_json() == other.trace.to_json()
        assert hash(run.scenario) == hash(other.scenario)


@pytest.mark.filterwarnings("ignore:.*fork.*:DeprecationWarning")
@pytest.mark.parametrize("name", EXECUTORS)
def test_every_executor_gives_the_same_bytes(name: str) -> None:
    """Whole runs, outcomes, the matrix and all ways are those that this process gives, in the same order."""
    names = some(NAMES, 3)
    here = [run_of(each, tls).trace.to_json() for each in names for tls in VERSIONS]
    ways = explore(catalogue["valid-certificate"])
    cells = matrix(["valid", "expired", "none"])
    with executor_named(name) as executor:
        there = simulate_all(names, tls=VERSIONS, executor=executor, keep="run")
        assert here == [run.trace.to_json() for run in there]
        outcomes = list(simulate_all(names, tls=VERSIONS, executor=executor))
        assert [run_of(each, tls).outcome for each in names for tls in VERSIONS] == outcomes
        assert cells == matrix(["valid", "expired", "none"], executor=executor)
        assert ways == explore(catalogue["valid-certificate"], executor=executor)
        many = range(-1_000, 0)  # so many that they are handed out in batches
        for total in (len(many), None):
            assert list(map(abs, many)) == list(spread(abs, many, executor, total=total))


@pytest.mark.skipif(not EVERYTHING, reason="A cluster is started by make test-all.")
def test_a_killed_worker_loses_nothing() -> None:
    """A worker process of the cluster is killed in the middle, and every run still comes, in order."""
    many = ["valid-certificate", "certificate-expired"] * 1_500
    expected = [simulate("valid-certificate").outcome, simulate("certificate-expired").outcome] * 1_500
    with cluster() as client:
        victims = list(client.run(os.getpid).values())  # type: ignore[attr-defined]
        results = simulate_all(many, executor=client.get_executor())  # type: ignore[attr-defined]
        got = [next(results)]
        os.kill(victims[0], signal.SIGKILL)
        got += results
    assert expected == got


def _kill_this_process(_: int) -> None:
    os.kill(os.getpid(), signal.SIGKILL)


@pytest.mark.filterwarnings("ignore:.*fork.*:DeprecationWarning")
def test_a_broken_pool_is_reported() -> None:
    """A pool whose process was killed ends in words that say what to do, not in a foreign exception."""
    context = multiprocessing.get_context("fork")
    with (
        ProcessPoolExecutor(1, mp_context=context) as pool,
        pytest.raises(SimulatorError, match=r"broke down.*new executor"),
    ):
        list(spread(_kill_this_process, [0], pool))


def test_a_long_supply_is_read_as_it_is_played() -> None:
    """No more scenarios are taken from the supply than are under way."""
    taken = 0

    def supply() -> Iterator[str]:
        nonlocal taken
        while True:
            taken += 1
            yield "valid-certificate"

    results = simulate_all(supply())
    assert [next(results) for _ in range(3)] == [simulate("valid-certificate").outcome] * 3
    assert taken == 3


def test_a_mistake_comes_at_its_place() -> None:
    """What is wrong with one scenario is raised where its result would come, with or without an executor."""
    for executor in (None, ThreadPoolExecutor(2)):
        results = simulate_all(["valid-certificate", "no-such-scenario"], executor=executor)
        assert next(results) == simulate("valid-certificate").outcome
        with pytest.raises(ScenarioError, match="no-such-scenario"):
            next(results)


def test_what_to_keep_is_checked() -> None:
    """Another word than outcome and run is refused."""
    with pytest.raises(ArgumentError, match="outcome"):
        simulate_all(["valid-certificate"], keep="all")  # type: ignore[call-overload]


@pytest.mark.parametrize(
    "error",
    [
        OutputError("No room.", got=3, expected=4, advice="Make room."),
        unknown_name(ScenarioError, "scenario", "vald", ["valid"]),
        ScenarioProblemsError([Problem(("client",), "is wrong", "3")], ["file.toml:3"]),
    ],
    ids=lambda error: type(error).__name__,
)
def test_an_error_can_travel(error: SimulatorError) -> None:
    """An error that comes back from another process has its words and its facts."""
    other = pickle.loads(pickle.dumps(error))
    assert (type(error), str(error), vars(error)) == (type(other), str(other), vars(other))


def test_progress_is_shown_where_it_is_asked_for(capsys: pytest.CaptureFixture[str]) -> None:
    """A bar on standard error; none by default where that is no terminal, and never on standard output."""
    list(simulate_all(NAMES[:3]))
    assert capsys.readouterr().err == ""
    list(simulate_all(NAMES[:3], progress=True))
    shown = capsys.readouterr()
    assert "runs" in shown.err
    assert shown.out == ""
