"""Decisions that wait: an actor names its options and its own choice, and reads nothing until it is taken.

An actor that has to decide sets ``pending`` and stops reading until ``decide`` is called, so that what a
refusal makes unnecessary is never read.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Literal

from simulator.errors import DecisionError
from simulator.trace.facts import Step
from simulator.trace.steps import DECISION_STEPS

TakenBy = Literal["actor", "outside"]

#: The decisions that can be taken from outside. A CA's happen at enrolment, before a run can be stopped.
WAITING = tuple(name for name, step in DECISION_STEPS.items() if step is not Step.ENROLMENT)


@dataclass(frozen=True, slots=True)
class PendingDecision:
    """A decision that an actor waits for.

    Attributes:
        actor: the actor that waits.
        name: ``connect``, ``accept-server``, ``request-certificate``, ``send-certificate``,
            ``accept-client``, ``grant``.
        options: the choices on offer.
        choice: the actor's own choice.
        reason: the reason for it, in one sentence.
        closed: why nobody may choose otherwise, as a sentence; empty where a person may.
    """

    actor: str
    name: str
    options: tuple[str, ...]
    choice: str
    reason: str
    closed: str = ""

    def checked(self, choice: str) -> str:
        """The choice, if it is on offer.

        Raises:
            DecisionError: it is not.
        """
        if choice in self.options:
            return choice
        message = f"This choice is not on offer in the decision {self.name} of the {self.actor}."
        advice = self.closed or "Choose one of the options."
        raise DecisionError(message, got=choice, expected=" or ".join(self.options), advice=advice)

    def reason_for(self, choice: str, taken_by: TakenBy) -> str:
        """The reason recorded with the decision, true also where it was taken from outside."""
        if taken_by == "actor":
            return self.reason
        if choice == self.choice:
            return f"Decided from outside, as the {self.actor} would have decided: {self.reason}"
        would = f"The {self.actor} itself would have chosen {self.choice!r}"
        return f"Decided from outside. {would}: {self.reason}"


def check_names(names: Collection[str]) -> None:
    """Refuse names of decisions that cannot wait.

    Raises:
        DecisionError: one of the names is not in :data:`WAITING`, or they are not names.
    """
    named = names if isinstance(names, Collection) else (names,)
    unknown = [name for name in named if name not in WAITING]
    if unknown:
        got = ", ".join(map(repr, unknown))
        expected = ", ".join(WAITING)
        advice = "Name the decisions that shall wait, or say True for all."
        raise DecisionError("No decision of this name can wait.", got=got, expected=expected, advice=advice)
