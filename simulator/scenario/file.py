"""The reader of scenario files, the catalogue's and a user's: all mistakes at once, each with its line.

A file says only what differs from the good handshake; an empty file is the good handshake.
"""

from __future__ import annotations

import re
import tomllib
from dataclasses import replace
from pathlib import Path as FilePath
from typing import TYPE_CHECKING, Any

from simulator.errors import ScenarioError
from simulator.scenario.changes import apply_table, differences
from simulator.scenario.lines import key_lines, line_of
from simulator.scenario.mistake import KEY, Problem, ScenarioProblemsError
from simulator.scenario.mistakes import scenario_problems
from simulator.scenario.scenario import Scenario
from simulator.scenario.values import read_table
from simulator.visible import clean

if TYPE_CHECKING:
    from collections.abc import Mapping

    from simulator.scenario.mistake import Path

LARGEST_FILE_BYTES = 262_144  # 250 times the longest of the catalogue; the worst such file is read in 2 s
MOST_MISTAKES = 50  # reported at once: more than fit on a screen help no reader
DEEPEST_KEY = 32  # a scenario has 4 levels; tomllib takes memory by the square of a key's levels
TOML_ADVICE = "Correct the file; it is written as TOML, see https://toml.io."
# Settings that are judged together: if the first cannot be read, nothing true can be said of the others.
_DEPENDENTS: Mapping[str, tuple[str, ...]] = {
    "role": ("path_length", "online", "delivery"),
    "not_before": ("not_after",),
    "certificate": ("sends", "withholds", "holds_key"),
}
_DEEP_KEY = rf"(?<![A-Za-z0-9_-])(?:{KEY}[ \t]*\.[ \t]*){{{DEEPEST_KEY}}}"
_SYNTAX_PLACE = r"(?P<what>.*) \(at (?:line (?P<line>\d+), column (?P<column>\d+)|end of document)\)"


def load(path: FilePath | str) -> Scenario:
    """Read a scenario file.

    Args:
        path: a TOML file in UTF-8 of at most 256 KiB.

    Raises:
        ScenarioError: the file cannot be read, is not TOML, or describes a scenario that cannot be played.
            Every mistake has a line of its own, with the file, the line, and what is allowed.
    """
    path = FilePath(path)
    try:
        with path.open("rb") as file:
            content = file.read(LARGEST_FILE_BYTES + 1)
    except (OSError, ValueError) as error:  # ValueError: a NUL in the path
        reason = "it is a directory" if path.is_dir() else getattr(error, "strerror", None) or str(error)
        message = f"The scenario file {path} cannot be read: {reason}."
        advice = "Give the path of a .toml file."
        raise ScenarioError(message, expected="a TOML file", advice=advice) from error
    if len(content) > LARGEST_FILE_BYTES:
        message = f"{path} is too large for a scenario file."
        got = f"more than {LARGEST_FILE_BYTES} bytes"
        advice = "Say only what differs from the good handshake."
        raise ScenarioError(message, got=got, expected=f"at most {LARGEST_FILE_BYTES} bytes", advice=advice)
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        message = f"{path} is not text in UTF-8: byte {error.start} is 0x{content[error.start]:02x}."
        advice = "Save it as UTF-8."
        raise ScenarioError(message, expected="a scenario file in TOML", advice=advice) from error
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
    table = read_table(_parsed(text, source), problems)
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


def _parsed(text: str, source: str) -> dict[str, Any]:
    too_deep = ScenarioError(
        f"{source}: keys or brackets are nested too deeply for a scenario file.",
        expected="tables and lists, a few levels deep",
        advice="Look for a bracket that was meant to close.",
    )
    if re.search(_DEEP_KEY, text):
        raise too_deep
    try:
        return tomllib.loads(text)
    except RecursionError as error:
        raise too_deep from error
    except ValueError as error:  # TOMLDecodeError is one; so is a number with thousands of digits
        match = re.fullmatch(_SYNTAX_PLACE, str(error))
        if match is None:
            raise ScenarioError(f"{source}: this is not TOML: {error}.", advice=TOML_ADVICE) from error
        last = text.count("\n") + 1
        line, column = (
            (match["line"], match["column"]) if match["line"] else (last, len(text.split("\n")[-1]) + 1)
        )
        raise ScenarioError(
            f"{source}:{line}:{column}: this is not TOML: {match['what']}.", advice=TOML_ADVICE
        ) from error
