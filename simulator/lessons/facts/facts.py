"""What a run shows, as facts with names: what questions and exercises make claims about.

A claim is a table of facts with the values they should have. Whether it holds is found by playing, never by
looking an answer up. Of a number a claim may also say ``{ at_least = 100 }`` or ``{ at_most = 50 }``.
"""

from __future__ import annotations

from difflib import get_close_matches
from typing import TYPE_CHECKING, Any

from simulator.errors import SimulatorError
from simulator.lessons.facts.fact_table import FACTS
from simulator.lessons.facts.kinds import agrees, plain
from simulator.lessons.facts.readings import NONE

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from simulator.trace.trace import Trace

__all__ = ["FACTS", "NONE", "Claim", "check_claim", "fact", "holds", "plain", "said", "shortfalls"]

Claim = dict[str, Any]


def fact(trace: Trace, name: str) -> Any:
    """The value of a fact in a run.

    Raises:
        SimulatorError: there is no fact of that name.
    """
    _known(name)
    return FACTS[name].read(trace)


def holds(claim: Claim, trace: Trace) -> bool:
    """Whether everything that is claimed is so in this run."""
    return all(agrees(fact(trace, name), value) for name, value in claim.items())


def shortfalls(claim: Claim, trace: Trace) -> Iterator[str]:
    """What is claimed and is not so, in sentences: what the run shows, and what it should show."""
    for name, value in claim.items():
        found = fact(trace, name)
        if not agrees(found, value):
            yield f"{said(name, found)} What is wanted: {said(name, value)}"


def said(name: str, value: Any) -> str:
    """A fact and its value as one sentence."""
    return FACTS[name].say(value)


def check_claim(claim: Mapping[str, Any]) -> None:
    """See that a claim speaks of facts that exist, with values that they can have.

    Raises:
        SimulatorError: it does not.
    """
    for name, value in claim.items():
        _known(name)
        kind = FACTS[name].kind
        if not kind.allows(value):
            raise SimulatorError(
                f"The fact {name} cannot have this value.", got=repr(value), expected=kind.words
            )


def _known(name: str) -> None:
    if name not in FACTS:
        near = get_close_matches(str(name), FACTS, n=3, cutoff=0.5)
        raise SimulatorError(
            "There is no such fact.", got=repr(name), expected=" or ".join(near) or ", ".join(FACTS)
        )
