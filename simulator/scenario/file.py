"""Scenario files: a user's TOML read with all its mistakes told at once, and scenarios written as TOML.

A file says only what differs from the good handshake; an empty one is the good handshake.
"""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path as FilePath
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, get_origin

from simulator.errors import ScenarioError
from simulator.scenario.changes import TEXT_KEYS, differences, plain_value, scenario_from_table
from simulator.scenario.lines import key_lines, line_of
from simulator.scenario.mistake import Problem, ScenarioProblemsError, written_path
from simulator.scenario.mistakes import scenario_problems
from simulator.scenario.setup import TLS_VERSIONS, CertificateSetup, Expectation, Scenario
from simulator.scenario.values import (
    KEY_PATH,
    PARTS,
    field_types,
    read_expectations,
    read_table,
    read_value,
    special_words,
    split_path,
    unknown_key,
    without_none,
)
from simulator.scenario.words import write_time

if TYPE_CHECKING:
    from collections.abc import Iterator

LARGEST_FILE_BYTES = 262_144
TOML_ADVICE = "Correct the file; it is written as TOML, see https://toml.io."
# What is judged together: without the first, nothing true can be said of the others.
_DEPENDENTS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "role": ("path_length", "online", "delivery"),
        "not_before": ("not_after",),
        "certificate": ("sends", "withholds", "holds_key"),
    }
)
_SYNTAX_PLACE = re.compile(
    r"(?P<what>.*) \(at (?:line (?P<line>\d+), column (?P<column>\d+)|end of document)\)"
)


def load(path: FilePath | str) -> Scenario:
    """Read a scenario file.

    Args:
        path: a TOML file in UTF-8 of at most 256 KiB.

    Raises:
        ScenarioError: the file cannot be read, is no TOML, or describes no scenario that can be played; every
            mistake has a line of its own, with the file, the line, and what is allowed.
    """
    path = FilePath(path)
    try:
        with path.open("rb") as file:
            content = file.read(LARGEST_FILE_BYTES + 1)
    except (OSError, ValueError) as error:  # ValueError: a NUL in the path
        reason = "it is a directory" if path.is_dir() else getattr(error, "strerror", None) or str(error)
        raise ScenarioError(
            f"The scenario file {path} cannot be read: {reason}.",
            expected="a TOML file",
            advice="Give the path of a .toml file.",
        ) from error
    if len(content) > LARGEST_FILE_BYTES:
        raise ScenarioError(
            f"{path} is too large for a scenario file.",
            got=f"more than {LARGEST_FILE_BYTES} bytes",
            expected=f"at most {LARGEST_FILE_BYTES} bytes",
            advice="Say only what differs from the good handshake.",
        )
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise ScenarioError(
            f"{path} is not text in UTF-8: byte {error.start} is 0x{content[error.start]:02x}.",
            expected="a scenario file in TOML",
            advice="Save it as UTF-8.",
        ) from error
    return loads(text, source=str(path), name=path.stem)


def loads(text: str, *, source: str = "<text>", name: str = "unnamed") -> Scenario:
    """Read a scenario from TOML text.

    Args:
        text: the TOML document.
        source: what messages call it.
        name: the scenario's name where the text gives none.

    Raises:
        ScenarioError: as :func:`load`.
    """
    # pydantic is imported for users' files only; a command on built-in scenarios does not wait for it.
    from simulator.scenario.model import check_document

    document = _parsed(text, source)
    table, faults = check_document(document)
    problems = [_fault_problem(path, kind, document) for path, kind in faults]
    if "expect" in table:
        told: list[Problem] = []
        table["expect"] = read_expectations(table["expect"], told)
        problems += [] if any(path[0] == "expect" for path, _ in faults) else told
    scenario = scenario_from_table(table, name)
    if "expect" not in table:  # a file that says nothing of the outcome is no test of it
        scenario = replace(scenario, expect=MappingProxyType({}))
    lines = key_lines(text)
    follow = _consequences(problems, lines)
    problems += [problem for problem in scenario_problems(scenario) if problem.path not in follow]
    if problems:
        numbered = sorted(((line_of(p.path, lines) or 0, p) for p in problems), key=lambda pair: pair[0])
        places = [f"{source}:{line}" if line else source for line, _ in numbered]
        raise ScenarioProblemsError([problem for _, problem in numbered], places)
    return scenario


def _consequences(problems: list[Problem], lines: Mapping[tuple[str, ...], int]) -> set[tuple[str, ...]]:
    """Where a second mistake would be told that is only the result of a first: the setting was left out."""
    places: set[tuple[str, ...]] = set()
    for problem in problems:
        *outer, key = problem.path
        meant = problem.nearest or key
        if (*outer, meant) in lines:  # the right word stands there too
            meant = key
        places.update((*outer, place) for place in (key, meant, *_DEPENDENTS.get(meant, ())))
    return places


def _parsed(text: str, source: str) -> dict[str, Any]:
    try:
        return tomllib.loads(text)
    except RecursionError as error:
        raise ScenarioError(
            f"{source}: brackets are nested too deeply for a scenario file.",
            expected="tables and lists, a few levels deep",
            advice="Look for a bracket that was meant to close.",
        ) from error
    except ValueError as error:  # TOMLDecodeError is one; so is a number with thousands of digits
        match = _SYNTAX_PLACE.fullmatch(str(error))
        if match is None:
            raise ScenarioError(f"{source}: this is not TOML: {error}.", advice=TOML_ADVICE) from error
        last = text.count("\n") + 1
        line, column = (
            (match["line"], match["column"]) if match["line"] else (last, len(text.split("\n")[-1]) + 1)
        )
        raise ScenarioError(
            f"{source}:{line}:{column}: this is not TOML: {match['what']}.", advice=TOML_ADVICE
        ) from error


def setting_type(path: tuple[str, ...]) -> Any:
    """The type of the setting at a path; the class of a part for a table; None where there is none."""
    if len(path) == 1 and path[0] != "expect":
        return PARTS.get(path[0]) or field_types(Scenario).get(path[0])
    if path[0] in PARTS:
        kind, inner = PARTS[path[0]], path[1:]
    elif path[0] == "certificates":
        kind, inner = CertificateSetup, path[2:]
    elif path[0] == "expect":
        kind, inner = Expectation, path[2:] if path[1:2] and path[1] in TLS_VERSIONS else path[1:]
    else:
        return None
    if not inner:
        return kind
    return field_types(kind).get(inner[0])


def _fault_problem(path: tuple[str, ...], kind: str, document: Mapping[str, Any]) -> Problem:
    """The mistake at a path in the words that every reader of scenarios uses."""
    got: Any = document
    for key in path:
        got = got.get(key) if isinstance(got, Mapping) else None
    if kind == "extra_forbidden":
        outer = setting_type(path[:-1]) if len(path) > 1 else Scenario
        allowed = dict(field_types(outer))
        if outer is Expectation and len(path) == 2:
            allowed |= dict.fromkeys(TLS_VERSIONS)
        return unknown_key(path, got, allowed)
    hint = setting_type(path)
    if isinstance(hint, type) and hint in (*PARTS.values(), CertificateSetup, Expectation):
        return Problem(path, f"is a table; set one of {', '.join(field_types(hint))}", repr(got))
    if path == ("certificates",):
        return Problem(path, "must hold a table for each certificate, as in [certificates.alice]", repr(got))
    if get_origin(hint) is Mapping and isinstance(got, int | float | list | dict | date) and len(path) == 3:
        return Problem(path, "must be text", repr(got))
    problem = read_value(path[-1], hint, got, path)
    return problem if isinstance(problem, Problem) else Problem(path, kind.replace("_", " "), repr(got))


def parse_assignment(text: str) -> tuple[str, Any]:
    """Read one ``--set``: ``server.client_authentication=optional``.

    Args:
        text: a dotted path, ``=``, and a value as in a scenario file, or the bare word. A list may be
            written ``client-ca,other-ca``.

    Returns:
        The path and the typed value, as :meth:`Scenario.but` takes them.

    Raises:
        ScenarioError: there is no such setting, or it cannot have this value.
    """
    match = KEY_PATH.match(text)
    if match is None or text[match.end() : match.end() + 1] != "=":
        message = "must be a path, '=' and a value, as in server.client_authentication=optional"
        raise ScenarioProblemsError([Problem((), message, repr(text))], ["--set"])
    path = split_path(match[0])
    problems: list[Problem] = []
    if path[0] == "expect":
        problems.append(Problem(path, "cannot be set: what is expected belongs to a scenario file"))
    value: Any = _assigned_value(path, text[match.end() + 1 :].strip())
    table: Any = value
    for key in reversed(path):
        table = {key: table}
    read: Any = read_table(table, problems)
    if problems:
        raise ScenarioProblemsError(problems, ["--set"] * len(problems))
    for key in path:
        read = read[key]
    return written_path(path), read


def _assigned_value(path: tuple[str, ...], written: str) -> Any:
    """A value from the command line: as TOML where it is that, else the bare words."""
    try:
        parsed = tomllib.loads(f"value = {written}")
        value = parsed["value"] if len(parsed) == 1 else written
    except (ValueError, RecursionError):
        value = written
    hint = setting_type(path)
    wanted = without_none(hint)
    if get_origin(wanted) is tuple and not isinstance(value, list):
        if written in special_words(path[-1], hint):
            return written
        inside = written.removeprefix("[").removesuffix("]")
        return [word.strip().strip("\"'") for word in inside.split(",") if word.strip()]
    if wanted in (bool, int, float, datetime) or isinstance(value, str | list | dict):
        return value
    return written  # a text that looks like a number: seed=2


def dump(scenario: Scenario) -> str:
    """Write a scenario as TOML: its text, what differs from the good handshake, and what it expects.

    Reading the text again gives an equal scenario.
    """
    tables: dict[tuple[str, ...], list[str]] = {(): []}
    for key in TEXT_KEYS:
        tables[()].append(f"{key} = {_toml(getattr(scenario, key))}")
    for path, value in differences(Scenario(), scenario):
        line = f"{written_path(path[-1:])} = {_toml(plain_value(path, value))}"
        tables.setdefault(path[:-1], []).append(line)
    if not scenario.expect:
        tables[()].append("expect = {}")
    for path, line in _expectation_lines(scenario):
        tables.setdefault(path, []).append(line)
    blocks = ["\n".join([f"[{written_path(path)}]"] * bool(path) + lines) for path, lines in tables.items()]
    return "\n\n".join(blocks) + "\n"


def _expectation_lines(scenario: Scenario) -> Iterator[tuple[tuple[str, ...], str]]:
    """The lines of ``[expect]``: what both versions share first, then what each has of its own."""
    keys = tuple(field_types(Expectation))
    written = {
        version: {key: plain_value((key,), getattr(expectation, key)) for key in keys}
        for version, expectation in scenario.expect.items()
    }
    shared: dict[str, Any] = {}
    if len(written) == len(TLS_VERSIONS):
        first, *others = written.values()
        shared = {key: first[key] for key in keys if all(other[key] == first[key] for other in others)}
    for key, value in shared.items():
        if value != "none":
            yield ("expect",), f"{key} = {_toml(value)}"
    for version in sorted(written):
        for key, value in written[version].items():
            if key not in shared and value != "none":
                yield ("expect", version), f"{key} = {_toml(value)}"


def _toml(value: Any) -> str:
    if isinstance(value, datetime):
        return write_time(value)
    if isinstance(value, list):
        return f"[{', '.join(_toml(item) for item in value)}]"
    if isinstance(value, dict):
        return "{" + ", ".join(f"{_toml(key)} = {_toml(item)}" for key, item in value.items()) + "}"
    if isinstance(value, str):
        return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007F")
    return json.dumps(value)


def json_schema() -> dict[str, Any]:
    """The JSON Schema of a scenario file, for editors."""
    from simulator.scenario.model import json_schema as schema

    return schema()
