"""The built-in scenarios: the good handshake with one thing changed, each with its lesson.

Every scenario is a small TOML file beside this one. They are trusted and read without pydantic; tests hold
that reader against the one for users' files.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from functools import cache
from importlib.resources import files
from pathlib import Path

from simulator.errors import ScenarioError, unknown_name
from simulator.scenario import Scenario
from simulator.scenario.changes import scenario_from_table
from simulator.scenario.mistake import Problem, ScenarioProblemsError
from simulator.scenario.values import read_table

# The order in which they are best met: what works, who asks and who answers, what can be wrong on each side.
TEACHING_ORDER = (
    "valid-certificate",
    "chain-with-intermediate",
    "rsa-certificate",
    "p384-certificate",
    "ed25519-certificate",
    "server-does-not-ask",
    "unverified-certificate",
    "no-certificate-lower-level",
    "no-certificate-refused",
    "ca-list-guides-client",
    "ca-list-excludes-certificate",
    "ca-list-ignored",
    "no-common-signature-scheme",
    "untrusted-ca",
    "self-signed",
    "self-signed-trusted",
    "missing-intermediate",
    "intermediate-held-by-server",
    "certificate-expired",
    "certificate-not-yet-valid",
    "server-clock-wrong",
    "wrong-purpose",
    "any-purpose",
    "no-purpose-stated",
    "key-usage-without-signing",
    "issuer-is-not-a-ca",
    "path-too-long",
    "name-constraint-violated",
    "weak-rsa-key",
    "sha1-signature",
    "stolen-certificate",
    "corrupted-proof",
    "server-untrusted",
    "server-expired",
    "server-wrong-name",
    "server-wrong-purpose",
    "both-sides-bad",
    "server-not-checked",
    "ca-switched-off",
    "revoked-not-checked",
    "expired-ca",
    "cross-signed",
    "hello-retry",
    "version-mismatch",
)


class UnknownScenarioError(ScenarioError, KeyError):
    """There is no scenario of that name; a KeyError too, since the catalogue is a mapping."""


class Catalogue(Mapping[str, Scenario]):
    """The built-in scenarios by name, in teaching order. A file is read when it is first asked for."""

    __hash__ = object.__hash__  # it never changes; a Mapping that defines == would have none

    def __getitem__(self, name: str) -> Scenario:
        if name not in TEACHING_ORDER:
            raise _unknown(name, "a name in the catalogue; load() also takes the path of a .toml file")
        return _built_in(name)

    def __contains__(self, name: object) -> bool:
        return name in TEACHING_ORDER

    def __iter__(self) -> Iterator[str]:
        return iter(TEACHING_ORDER)

    def __len__(self) -> int:
        return len(TEACHING_ORDER)


def load(name_or_path: str | Path) -> Scenario:
    """A scenario by its catalogue name, or from a file.

    Args:
        name_or_path: a catalogue name, or a path; text is taken for a path if it ends in ``.toml`` or has a
            directory in it.

    Raises:
        ScenarioError: there is no such scenario, or the file has mistakes.
    """
    if isinstance(name_or_path, str) and name_or_path in catalogue:
        return catalogue[name_or_path]
    path = Path(name_or_path)
    if isinstance(name_or_path, str) and path.suffix != ".toml" and path.name == name_or_path:
        raise _unknown(name_or_path, "a name in the catalogue, or the path of a .toml file")
    # Only users' files need the reader that explains their mistakes.
    from simulator.scenario.file import load as load_file

    return load_file(path)


@cache
def _built_in(name: str) -> Scenario:
    text = files(__package__).joinpath(f"{name}.toml").read_text(encoding="utf-8")
    problems: list[Problem] = []
    table = read_table(tomllib.loads(text), problems)
    if problems:
        raise ScenarioProblemsError(problems, [f"{name}.toml"] * len(problems))
    return scenario_from_table(table, name)


def _unknown(name: object, expected: str) -> UnknownScenarioError:
    otherwise = "list(catalogue) has all names, and so has the command clientauth list."
    return unknown_name(
        UnknownScenarioError, "scenario", name, TEACHING_ORDER, expected=expected, otherwise=otherwise
    )


catalogue = Catalogue()
