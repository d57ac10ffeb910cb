"""The command line that plays the same run."""

from __future__ import annotations

from shlex import quote
from typing import TYPE_CHECKING

from simulator.scenario.changes import differences, plain_value
from simulator.scenario.mistakes.mistake import written_path
from simulator.scenario.writer import toml

if TYPE_CHECKING:
    from simulator.scenario import Scenario, TlsVersion


def run_command(name: str, base: Scenario, played: Scenario, tls: TlsVersion, connection: int = 0) -> str:
    """The command line that plays a scenario with its changes.

    Args:
        name: the name of ``base`` in the catalogue, or the path of its file.
        base: the scenario without changes.
        played: the scenario that was played.
        tls: the version.
        connection: the number of the connection to show, from 1; 0 for the whole run.
    """
    words = ["clientauth run", quote(name)]
    for path, value in differences(base, played):
        plain = plain_value(path, value)
        written = plain if isinstance(plain, str) else toml(plain)
        words.append(f"--set {quote(f'{written_path(path)}={written}')}")
    if connection:
        words.append(f"--connection {connection}")
    return " ".join([*words, "--tls", tls])
