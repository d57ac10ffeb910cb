"""The decisions of a run: those that were taken, and those that a script takes in place of the actors."""

from __future__ import annotations

from typing import TYPE_CHECKING

from simulator.errors import DecisionError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from simulator.actors.decisions import PendingDecision, TakenBy


class DecisionLog:
    """The decisions of one run, numbered from 0 in the order in which they are taken.

    Args:
        script: choices by the number of the decision.

    Attributes:
        taken: each decision as it was pending, the choice, and who took it.
        script: choices that were or will be taken from outside, by number.
    """

    def __init__(self, script: Mapping[int, str]) -> None:
        self.taken: list[tuple[PendingDecision, str, TakenBy]] = []
        self.script = dict(script)

    def number_of(self, decision: int | str) -> int:
        """The number of a decision that was taken.

        Args:
            decision: its number, or its name (the first of that name).

        Raises:
            DecisionError: no such decision was taken.
        """
        names = [pending.name for pending, _, _ in self.taken]
        if isinstance(decision, str) and decision in names:
            return names.index(decision)
        if isinstance(decision, int) and 0 <= decision < len(names):
            return decision
        taken = " or ".join(f"{name!r} (decision {number})" for number, name in enumerate(names))
        message = "This run has not taken such a decision."
        expected = taken or "a decision that was taken; this run has taken none yet"
        advice = "Fork at one of these." if taken else "Call run() or step() first."
        raise DecisionError(message, got=decision, expected=expected, advice=advice)

    def script_with(self, number: int, choice: str) -> dict[int, str]:
        """The script of a run that is the same up to this decision, and takes another choice there.

        Raises:
            DecisionError: the choice was not on offer.
        """
        self.taken[number][0].checked(choice)
        outside = {
            place: taken for place, (_, taken, by) in enumerate(self.taken[:number]) if by == "outside"
        }
        return outside | {number: choice}

    def way_back(self) -> str:
        """The call that takes the last decision with a choice the other way."""
        for pending, taken, _ in reversed(self.taken):
            others = [option for option in pending.options if option != taken]
            if others:
                return f'fork("{pending.name}", "{others[0]}")'
        return "make the simulation again"

    def check_script(self) -> None:
        """Make sure that every choice of the script was taken.

        Raises:
            DecisionError: the run never came to one of the script's decisions.
        """
        late = [number for number in self.script if number not in range(len(self.taken))]
        if late:
            raise DecisionError(
                "The script has a choice for a decision that this run does not come to.",
                got=", ".join(f"{number}: {self.script[number]}" for number in late),
                expected=f"numbers from 0 to {len(self.taken) - 1}" if self.taken else "no script",
                advice="Decisions are counted from 0, in the order in which they are taken.",
            )
