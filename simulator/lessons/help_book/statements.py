"""The statements of the help book, and the runs that show them."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass, field
from functools import cache, cached_property
from importlib import resources
from typing import TYPE_CHECKING, Any, Literal

from simulator.lessons.commands import run_command
from simulator.lessons.facts.facts import Claim, said
from simulator.runs.run import simulate
from simulator.scenario.catalogue.catalogue import catalogue

if TYPE_CHECKING:
    from collections.abc import Mapping

    from simulator.runs.run import Run
    from simulator.scenario import Scenario, TlsVersion

Truth = Literal["true", "policy", "product"]
#: A statement's truth in words.
TRUTHS: Mapping[Truth, str] = {
    "true": "true",
    "policy": "true under this policy",
    "product": "not so in this product",
}


@dataclass(frozen=True)
class Example:
    """A run that shows a statement.

    Attributes:
        scenario: its name in the catalogue.
        holds: the facts of the run that show it.
        tls: the version.
        set: changes of the scenario, as dotted paths with values.
        connection: the number of the connection that shows it, from 1; 0 for the whole run.
    """

    scenario: str
    holds: Claim
    tls: TlsVersion = "1.3"
    set: Mapping[str, Any] = field(default_factory=dict)
    connection: int = 0

    @cached_property
    def changed(self) -> Scenario:
        """The scenario with its changes."""
        scenario = catalogue[self.scenario]
        return scenario.but(self.set) if self.set else scenario

    @cached_property
    def whole_run(self) -> Run:
        """The run with all its connections; it is played on first use."""
        return simulate(self.changed, self.tls)

    @property
    def run(self) -> Run:
        """The connection that shows it, or the whole run."""
        return self.whole_run.connection(self.connection) if self.connection else self.whole_run

    @property
    def title(self) -> str:
        """The title of the scenario, and which part of it."""
        part = f", connection {self.connection}" if self.connection else ""
        return f"{self.changed.title}{part}, TLS {self.tls}"

    @property
    def command(self) -> str:
        """The command line that plays it."""
        base = catalogue[self.scenario]
        return run_command(self.scenario, base, self.changed, self.tls, self.connection)

    @property
    def evidence(self) -> tuple[str, ...]:
        """The facts of the run that show the statement, a sentence each."""
        return tuple(said(name, value) for name, value in self.holds.items())


@dataclass(frozen=True, slots=True)
class Statement:
    """A statement of the documentation.

    Attributes:
        number: its number, as ``S1``.
        says: the statement in our words.
        truth: whether it holds always, under a policy, or not in this product.
        because: why.
        source: where it is said, and where the rule behind it stands.
        examples: the runs that show it.
    """

    number: str
    says: str
    truth: Truth
    because: str
    source: str
    examples: tuple[Example, ...]


@dataclass(frozen=True, slots=True)
class Topic:
    """Statements of other pages on one matter."""

    title: str
    words: str
    statements: tuple[Statement, ...]


@cache
def _book() -> dict[str, Any]:
    text = resources.files(__package__).joinpath("help_book.toml").read_text(encoding="utf-8")
    return tomllib.loads(text)


@cache
def starting_page() -> tuple[Statement, ...]:
    """The statements of the page that this project started from, in its order."""
    return tuple(map(_statement, _book()["statement"]))


@cache
def topics() -> tuple[Topic, ...]:
    """The statements of other pages, by topic."""
    return tuple(
        Topic(topic["title"], topic["words"], tuple(map(_statement, topic["statement"])))
        for topic in _book().get("topic", ())
    )


def left_out() -> tuple[tuple[str, str], ...]:
    """The other matters of the documentation, which are not played here, each with the reason."""
    return tuple((one["what"], one["why"]) for one in _book()["left_out"])


def _statement(table: dict[str, Any]) -> Statement:
    examples = tuple(Example(**shown) for shown in table["shown"])
    return Statement(
        table["number"], table["says"], table["truth"], table["because"], table["source"], examples
    )
