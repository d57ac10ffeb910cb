"""Common misconceptions of client authentication, and the truth: one file for quiz and lesson plan."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from types import MappingProxyType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True, slots=True)
class Misconception:
    """A common wrong belief.

    Attributes:
        number: ``M1`` and so on.
        belief: the belief, in the words of a person who holds it.
        truth: the truth, in a few plain sentences.
    """

    number: str
    belief: str
    truth: str


@cache
def misconceptions() -> Mapping[str, Misconception]:
    """All misconceptions by number."""
    tables = tomllib.loads(files(__package__).joinpath("misconceptions.toml").read_text(encoding="utf-8"))
    return MappingProxyType({number: Misconception(number, **table) for number, table in tables.items()})
