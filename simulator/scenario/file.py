"""The reader of scenario files, the catalogue's and a user's: all mistakes at once, each with its line.

A file says only what differs from the good handshake; an empty file is the good handshake.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path as FilePath
from typing import TYPE_CHECKING, Any

from simulator.errors import ScenarioError
from simulator.scenario.changes import apply_table, differences
from simulator.scenario.mistakes.mistake import Problem, ScenarioProblemsError
from simulator.scenario.mistakes.scenario import scenario_problems
from simulator.scenario.scenario import Scenario
from simulator.scenario.toml_text import key_lines, line_of, parsed, read_text
from simulator.scenario.values import read_table
from simulator.visible import clean

if TYPE_CHECKING:
    from collections.abc import Mapping

    from simulator.scenario.mistakes.mistake import Path

MOST_MISTAKES = 50  # reported at once: more than fit on a screen help no reader
# Settings that are judged together: if the first cannot be read, nothing true can be said of the others.
_DEPENDENTS: Mapping[str, tuple[str, ...]] = {
    "role": ("path_length", "online", "delivery", "kept_in"),
    "not_before": ("not_after",),
    "certificate": ("sends", "withholds", "holds_key", "password", "pin"),
}


def load(path: FilePath | str) -> Scenario:
    """Read a scenario file.

    Args:
        path: a TOML file in UTF-8 of at most 256 KiB.

    Raises:
        ScenarioError: the file cannot be read, is not TOML, or describes a scenario that cannot be played.
            Every mistake has a line of its own, with the file, the line, and what is allowed.
    """
    path = FilePath(path)
    text = read_text(path, "scenario file", ScenarioError)
    return loads(text, source=str(path), name=clean(path.stem))  # a name on disk may be no text at all


def loads(text: str, *, source: str = "<text>", name: str = "unnamed") -> Scenario:
    """Read a scenario from TOML text.

    Args:
        text: the TOML document.
        source: the file's name in messages.
        name: the scenario's name if the text gives none.

    Raises:
        ScenarioError: as :func:`load`.
    """
    problems: list[Problem] = []
    table = read_table(parsed(text, source, ScenarioError), problems)
    scenario = _scenario_of(table, name)
    found = scenario_problems(scenario)
    if not problems and not found:
        return scenario
    lines = key_lines(text)
    follow = _consequences(problems, lines)
    if any(
        problem.path[:1] == ("schedule",) for problem in problems
    ):  # an entry that is not read says nothing
        found = [problem for problem in found if problem.path[:1] != ("schedule",)]
    problems += [problem for problem in found if problem.path not in follow]
    numbered = sorted(((line_of(p.path, lines) or 0, p) for p in problems), key=lambda pair: pair[0])
    if more := numbered[MOST_MISTAKES:]:
        numbered = [*numbered[:MOST_MISTAKES], (more[0][0], Problem((), f"and {len(more)} more mistakes"))]
    places = [f"{source}:{line}" if line else source for line, _ in numbered]
    raise ScenarioProblemsError([problem for _, problem in numbered], places)


def _scenario_of(table: Mapping[str, Any], name: str) -> Scenario:
    """The scenario that a file describes: the good handshake with a table of changes applied to it.

    A file that says nothing of the outcome is no test of it, so it expects nothing.
    """
    good = Scenario()
    scenario = apply_table(good, table)
    if "expect" not in table:
        scenario = replace(scenario, expect={})
    if not table:
        return scenario
    name = table.get("name", name)
    texts = {"name": name}
    if next(differences(good, scenario), None) is not None:  # the good handshake's teaching would be untrue
        texts |= {"title": name, "topic": "your scenarios", "lesson": ""}
    return replace(scenario, **{key: table.get(key, text) for key, text in texts.items()})


def _consequences(problems: list[Problem], lines: Mapping[Path, int]) -> set[Path]:
    """The places where a second mistake would only be the result of a first: the setting was left out."""
    places: set[Path] = set()
    for problem in problems:
        *outer, key = problem.path
        meant = problem.nearest or key
        if (*outer, meant) in lines:  # the right word is there too
            meant = key
        places.update((*outer, place) for place in (key, meant, *_DEPENDENTS.get(meant, ())))
    return places
