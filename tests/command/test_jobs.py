"""The verbs that play many runs: on one core or several, with a bar and the time on standard error."""

from __future__ import annotations

import concurrent.futures
from itertools import product
from typing import TYPE_CHECKING

import pytest
from click.testing import CliRunner

from simulator.command import demo, gallery
from simulator.command.cli import clientauth
from simulator.command.gallery import pictures
from simulator.runs import many, sweep
from simulator.scenario.catalogue import catalogue
from tests.screen import Screen

if TYPE_CHECKING:
    from pathlib import Path

FEW = ("valid-certificate", "server-clock-wrong")
VERBS = {"matrix": (), "check": FEW, "demo": ("--figures", "figures")}


def few(verb: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A verb has few scenarios to compare, few pictures to draw, or few credentials in its matrix."""
    chosen, whole = pictures()[::6], sweep.matrix
    monkeypatch.setattr(demo, "BASICS", FEW)
    monkeypatch.setattr(gallery, "pictures", lambda: chosen)
    monkeypatch.setattr(sweep, "matrix", lambda _, **how: whole(("valid", "stolen", "other-user"), **how))
    if verb == "check":
        monkeypatch.setattr(catalogue, "catalogue", {name: catalogue.catalogue[name] for name in FEW})


@pytest.mark.filterwarnings("ignore:.*fork.*:DeprecationWarning")
@pytest.mark.parametrize("verb", VERBS)
def test_the_number_of_processes_makes_no_difference(
    verb: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The same text and the same files from one process and from two; few of them show it."""
    few(verb, monkeypatch)
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


def test_no_number_of_processes_is_told_in_words() -> None:
    """Zero, a negative number and what is no number end with status 2 and name option and value."""
    for verb, jobs in product(VERBS, ("0", "-2", "two", "1.5", "")):
        done = CliRunner().invoke(clientauth, [verb, "--jobs", jobs])
        assert (done.exit_code, done.stdout) == (2, ""), (verb, jobs)
        assert "--jobs" in done.stderr, (verb, jobs)
        assert jobs in done.stderr, (verb, jobs)


def test_on_a_terminal_a_bar_grows_and_the_time_is_told() -> None:
    """While a matrix of few credentials is played a bar counts its cells; then the time and it are shown."""
    cells = 1 * 5 * 2 + 1 * 3 * 2  # credentials, policies and versions in TLS; users and policies above it
    few_credentials = (
        "from simulator.__main__ import main; from simulator.runs import sweep; whole = sweep.matrix\n"
        "sweep.matrix = lambda _, **how: whole(('valid', 'other-user'), **how); main()"
    )
    with Screen(100, 60, "matrix", "--no-colour", code=few_credentials) as screen:
        screen.wait("cells", f"{cells}/{cells}", "Every cell was played in", "client has")


@pytest.mark.parametrize("verb", ["matrix", "check"])
def test_a_document_comes_without_bar_and_time(verb: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """With ``--json`` nothing stands on standard error; else the time does, and no bar in a pipe."""
    few(verb, monkeypatch)
    arguments = [verb, *(["--all"] if verb == "check" else [])]
    assert CliRunner().invoke(clientauth, [*arguments, "--json", "--jobs", "1"]).stderr == ""
    told = CliRunner().invoke(clientauth, [*arguments, "--jobs", "1"]).stderr
    assert told.endswith(" s.\n")
    assert told.count("\n") == 1
