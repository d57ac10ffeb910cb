"""How a mistake is shown: in a notebook its words alone, in plain Python a traceback as ever."""

from __future__ import annotations

import copy
import importlib
import pickle
import re
import subprocess
import sys
from concurrent.futures import ProcessPoolExecutor
from typing import Any

import nbformat
import pytest
from IPython.core.interactiveshell import InteractiveShell
from nbclient import NotebookClient
from traitlets.config import Config

import simulator.errors as errors
from simulator.errors import (
    ArgumentError,
    OutputError,
    SimulatorError,
    did_you_mean,
    joined,
    nearest_names,
    unknown_name,
)
from simulator.scenario.file import loads
from simulator.scenario.mistakes.mistake import Problem, ScenarioProblemsError
from tests.peers import ROOT

WRONG = 'from simulator.lessons import card\ncard("valid-certificate")'
SHOWN = """\
Argument error: This is not a run.
  Got:        'valid-certificate', a text
  Expected:   a run, or a simulation that has ended
  What to do: Write simulate("valid-certificate"): that plays it."""


def test_a_cell_shows_the_words_alone(capsys: pytest.CaptureFixture[str]) -> None:
    """IPython shows heading, got, expected and what to do, and no frame of anybody's."""
    shell = InteractiveShell(config=Config({"HistoryManager": {"enabled": False}}))
    result = shell.run_cell(WRONG)
    assert isinstance(result.error_in_exec, ArgumentError)
    said = capsys.readouterr()
    assert SHOWN == (said.out + said.err).strip()


@pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::ResourceWarning")
def test_a_kernel_sends_the_words_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    """What a real kernel sends to the page are the same lines."""
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    notebook: Any = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(WRONG)])
    NotebookClient(notebook, timeout=120, kernel_name="python3", allow_errors=True).execute()
    (output,) = notebook.cells[0].outputs
    assert ("error", "ArgumentError") == (output.output_type, output.ename)
    assert SHOWN == "\n".join(output.traceback)


def test_plain_python_keeps_its_traceback() -> None:
    """Outside of a notebook the traceback is Python's own, with the error's sentence at the end."""
    run = subprocess.run(
        [sys.executable, "-c", WRONG], cwd=ROOT, capture_output=True, text=True, timeout=60, check=False
    )
    assert 1 == run.returncode
    assert run.stderr.startswith("Traceback (most recent call last):")
    assert run.stderr.strip().endswith('Write simulate("valid-certificate"): that plays it.')


def test_every_kind_has_a_heading() -> None:
    """The class stands before its message in plain words, and no line is wide."""
    for kind in vars(errors).values():
        if isinstance(kind, type) and issubclass(kind, SimulatorError):
            shown = kind(
                "This is wrong.", got="x" * 30 + " y" * 80, advice="Do otherwise."
            )._render_traceback_()
            assert shown[0].endswith(" error: This is wrong.")
            assert max(map(len, shown)) <= errors.SHOWN_WIDTH
            assert not any("Expected" in line for line in shown)


def test_all_mistakes_of_a_scenario_have_their_lines() -> None:
    """An error of several mistakes shows each of them from the beginning of a line."""
    problems = [Problem(("server",), "is wrong"), Problem(("client",), "is wrong too")]
    assert [
        "Scenario problems: server: is wrong.",
        "client: is wrong too.",
    ] == ScenarioProblemsError(problems)._render_traceback_()


DETAILS = ("overview", "messages", "everything")


@pytest.mark.parametrize(
    ("name", "near"),
    [
        ("overvew", ["overview"]),
        ("MESSAGES", ["messages"]),
        ("every", ["everything"]),
        ("thing", ["everything"]),
        ("xyz", []),
        ("", []),
        (None, []),
        (5, []),
    ],
)
def test_the_nearest_names_are_near_or_none(name: object, near: list[str]) -> None:
    """A slip, another letter case, a beginning and a part are understood; anything else is not."""
    assert near == nearest_names(name, DETAILS)


def test_an_unknown_name_is_answered_with_what_is_known() -> None:
    """The error names the kind, what was found, what is allowed, and the name that was probably meant."""
    slip = unknown_name(OutputError, "detail", "mesages", DETAILS, otherwise="Read the page.")
    assert isinstance(slip, OutputError)
    assert (
        "Unknown detail. Got: 'mesages'. Expected: overview, messages or everything. Did you mean 'messages'?"
    ) == str(slip)
    assert (
        "Read the page."
        == unknown_name(OutputError, "detail", "x", DETAILS, otherwise="Read the page.").advice
    )
    assert "a word" == unknown_name(OutputError, "detail", "x", DETAILS, expected="a word").expected


def test_a_list_reads_as_english() -> None:
    """One word, two words and three; at most as many suggestions as are wanted."""
    assert ["", "a", "a or b", "a, b and c"] == [
        joined([]),
        joined(["a"]),
        joined(["a", "b"]),
        joined(["a", "b", "c"], "and"),
    ]
    assert "Did you mean 'server' or 'serve'?" == did_you_mean("servr", ["serve", "client", "server"])
    assert "Did you mean 'server'?" == did_you_mean("servr", ["serve", "client", "server"], most=1)


def every_kind() -> list[type[SimulatorError]]:
    """Every exception of the package, whichever room it is in."""
    package = ROOT / "simulator"
    for path in package.rglob("*.py"):
        if re.search(r"^class \w+\(\w*Error\)", path.read_text(encoding="utf-8"), re.MULTILINE):
            importlib.import_module(".".join(path.relative_to(ROOT).with_suffix("").parts))
    kinds, found = [SimulatorError], []
    while kinds:
        kind = kinds.pop()
        found.append(kind)
        kinds += kind.__subclasses__()
    return [kind for kind in found if kind.__module__.startswith("simulator.")]


def test_every_exception_travels_between_processes() -> None:
    """A pickled and a copied exception is of its class, with every fact and the same words."""
    kinds = every_kind()
    assert {ScenarioProblemsError, OutputError, ArgumentError} < set(kinds)
    for kind in kinds:
        error = kind.__new__(kind)
        SimulatorError.__init__(error, "It is wrong.", got=[1], expected="2", advice="Mend it.")
        error.extra = ("a fact",)  # type: ignore[attr-defined]  # as classes have some of their own
        for again in (pickle.loads(pickle.dumps(error)), copy.copy(error)):
            assert (kind, str(error), vars(error)) == (type(again), str(again), vars(again))


def test_an_error_of_many_mistakes_travels_from_a_process() -> None:
    """A pool of processes hands on the error that a worker raised, whose class takes other arguments."""
    with (
        ProcessPoolExecutor(1) as pool,
        pytest.raises(ScenarioProblemsError, match="client_authentification"),
    ):
        pool.submit(loads, "[server]\nclient_authentification = 1").result(timeout=60)


def test_an_error_shows_hostile_text_as_escapes() -> None:
    """The words of an error can be printed wherever they came from, in a notebook too."""
    error = OutputError("No\x1b[2J.", got="\x1b]0;x\x07", expected="a\u202eb", advice="c\rd")
    assert str(error).isprintable()
    assert all(line.isprintable() for line in error._render_traceback_())
