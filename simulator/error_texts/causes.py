"""The causes of a refused certificate: each cause in words, and where an error text misleads."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from shlex import quote
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True, slots=True)
class Cause:
    """One cause of a failed connection.

    Attributes:
        name: its name in the measured table.
        words: what is wrong, in one sentence.
        remedy: what to do, in one sentence.
        at_server: what to look for on the server, if the text is the client's; empty if nothing helps there.
        at_client: what to look for on the client, if the text is the server's; empty if nothing helps there.
        check: the check of the ledger that finds it, or empty.
        scenario: the built-in scenario that plays it, or empty.
        settings: what to change in the scenario.
    """

    name: str
    words: str
    remedy: str
    at_server: str = ""
    at_client: str = ""
    check: str = ""
    scenario: str = ""
    settings: tuple[str, ...] = ()

    @property
    def command(self) -> str:
        """The command line that plays it, or empty."""
        settings = "".join(f" --set {quote(setting)}" for setting in self.settings)
        return f"clientauth run {self.scenario}{settings}" if self.scenario else ""


@dataclass(frozen=True, slots=True)
class Caution:
    """A warning about texts that mislead.

    Attributes:
        words: what to know about them.
        contains: pieces of a text in its normal form; a text with one of them is meant.
        lines: whole lines of such a text, where the words alone could be anything.
    """

    words: str
    contains: tuple[str, ...] = ()
    lines: tuple[str, ...] = ()

    def concerns(self, normalised: str) -> bool:
        """Return True if a text in its normal form is meant."""
        lines = normalised.split("\n")
        return any(piece in normalised for piece in self.contains) or any(
            line in lines for line in self.lines
        )


@cache
def causes() -> Mapping[str, Cause]:
    """Every cause by its name, the commonest first."""
    return MappingProxyType({name: Cause(name, **table) for name, table in _tables("causes.toml").items()})


@cache
def cautions() -> tuple[Caution, ...]:
    """Every warning."""
    return tuple(Caution(**table) for table in _tables("misleading.toml")["text"])


def _tables(name: str) -> dict[str, Any]:
    """The tables of a file; their lists become tuples."""
    tables: dict[str, Any] = _frozen(
        tomllib.loads(files(__package__).joinpath(name).read_text(encoding="utf-8"))
    )
    return tables


def _frozen(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _frozen(inner) for key, inner in value.items()}
    return tuple(map(_frozen, value)) if isinstance(value, list) else value
