"""The verbs that play many runs: on one core or several, with a bar and the time on standard error."""

from __future__ import annotations

import concurrent.futures
from typing import TYPE_CHECKING

import pytest
from click.testing import CliRunner

from simulator.command.cli import clientauth
from simulator.runs import many
from simulator.scenario.catalogue import catalogue
from tests.screen import Screen

if TYPE_CHECKING:
    from pathlib import Path

FEW = ("valid-certificate", "server-clock-wrong")
VERBS = {"matrix": (), "check": FEW, "demo": ("--quiet", "--figures", "figures")}


@pytest.fixture
def few_scenarios(monkeypatch: pytest.MonkeyPatch) -> None:
    """A catalogue of few scenarios."""
    monkeypatch.setattr(catalogue, "catalogue", {name: catalogue.catalogue[name] for name in FEW})


@pytest.mark.filterwarnings("ignore:.*fork.*:DeprecationWarning")
@pytest.mark.parametrize("verb", VERBS)
def test_the_number_of_processes_makes_no_difference(
    verb: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The same text and the same files from one process and from two."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(many, "cores", lambda: 2)
    seen = []
    for jobs in ("1", "2"):
        done = CliRunner().invoke(clientauth, [verb, *VERBS[verb], "--jobs", jobs], catch_exceptions=False)
        assert done.stdout
        seen.append((done.exit_code, done.stdout, {path: path.read_bytes() for path in tmp_path.glob("*/*")}))
    assert seen[0] == seen[1]


@pytest.mark.filterwarnings("ignore:.*fork.*:DeprecationWarning")
def test_as_many_processes_as_are_asked_for_and_no_more_than_cores(monkeypatch: pytest.MonkeyPatch) -> None:
    """All cores unless fewer are asked for; one process is this one."""
    started: list[int] = []
    pool = concurrent.futures.ProcessPoolExecutor
    monkeypatch.setattr(
        concurrent.futures, "ProcessPoolExecutor", lambda n, **how: started.append(n) or pool(n, **how)
    )
    monkeypatch.setattr(many, "cores", lambda: 3)
    for jobs in (None, 2, 999, 1):
        with many.processes(jobs) as executor:
            assert (executor is None) == (jobs == 1)
    assert started == [3, 2, 3]


@pytest.mark.parametrize("jobs", ["0", "-2", "two", "1.5", ""])
@pytest.mark.parametrize("verb", ["matrix", "check", "demo"])
def test_no_number_of_processes_is_told_in_words(verb: str, jobs: str) -> None:
    """Zero, a negative number and what is no number end with status 2 and name option and value."""
    done = CliRunner().invoke(clientauth, [verb, "--jobs", jobs])
    assert done.exit_code == 2
    assert "--jobs" in done.stderr
    assert jobs in done.stderr
    assert done.stdout == ""


def test_on_a_terminal_a_bar_grows_and_the_time_is_told() -> None:
    """While the matrix is played a bar counts its cells; then the time stands there, and the matrix."""
    cells = 10 * 5 * 2 + 3 * 3 * 2  # credentials, policies and versions in TLS; users and policies above it
    with Screen(100, 60, "matrix", "--no-colour") as screen:
        screen.wait("cells", f"{cells}/{cells}", "Every cell was played in", "client has")


@pytest.mark.parametrize("verb", ["matrix", "check"])
def test_a_document_comes_without_bar_and_time(verb: str, request: pytest.FixtureRequest) -> None:
    """With ``--json`` nothing stands on standard error; else the time does, and no bar in a pipe."""
    if verb == "check":
        request.getfixturevalue("few_scenarios")
    arguments = [verb, *(["--all"] if verb == "check" else [])]
    assert CliRunner().invoke(clientauth, [*arguments, "--json", "--jobs", "1"]).stderr == ""
    told = CliRunner().invoke(clientauth, [*arguments, "--jobs", "1"]).stderr
    assert told.endswith(" s.\n")
    assert told.count("\n") == 1
