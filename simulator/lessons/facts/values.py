"""The values that a fact can have: which a claim may give, how two are compared, and how one is written."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, get_args

from simulator.scenario.words import ALERT_NAMES
from simulator.security import ClientProof, RefusalLayer, RefusalSeen, SecurityLevel, Standing
from simulator.trust.vocabulary import CheckName
from simulator.views.story.words import OUTCOME_WORDS, level_name

NONE = "none"  # the value of a fact that a run does not have
NO_MESSAGE = "no message"
EMPTY_MESSAGE = "an empty message"
NOT_STATED = "not stated"
BOUNDS = {"at_least": "at least", "at_most": "at most"}


@dataclass(frozen=True, slots=True)
class Values:
    """The values that a fact can have.

    Attributes:
        words: the values in words, for a table and for errors.
        type: their type.
        names: all values, if they are names; empty if any value of the type is allowed.
    """

    words: str
    type: type
    names: tuple[str, ...] = ()

    def allows(self, value: Any) -> bool:
        """Return True if a claim may give this value."""
        if self is CERTIFICATES and isinstance(value, str) and value.isdecimal():
            return True
        if self is NUMBER and isinstance(value, dict):
            return bool(value) and value.keys() <= BOUNDS.keys() and {*map(type, value.values())} == {int}
        return type(value) is self.type and (not self.names or value in self.names)

    def written(self, value: Any) -> str:
        """The value as it stands in a sentence: ``at least 3``, ``Client authenticated``."""
        if isinstance(value, dict):
            return " and ".join(f"{BOUNDS[bound]} {number}" for bound, number in value.items())
        is_level = self in (LEVEL, LEVEL_OR_NONE) and value != NONE
        return level_name(SecurityLevel(value)) if is_level else str(value)


def agrees(found: Any, claimed: Any) -> bool:
    """Return True if a found value is the claimed one, or lies within the claimed bounds."""
    if isinstance(claimed, dict):
        return bool(claimed.get("at_least", found) <= found <= claimed.get("at_most", found))
    return type(found) is type(claimed) and bool(found == claimed)


def one_of(*names: str) -> Values:
    """The values that are these names."""
    return Values(", ".join(f"`{name}`" for name in names), str, names)


YES_NO = Values("`true`, `false`", bool)
NUMBER = Values("a whole number; also `{ at_least = 1 }`, `{ at_most = 9 }`", int)
TEXT = Values(f"a text; `{NONE}` where there is none", str)
MESSAGES = Values("a text; empty where there is none", str)
LEVEL = one_of(*(level.value for level in SecurityLevel))
LEVEL_OR_NONE = Values(f"a level as above; `{NONE}` if the call failed", str, (*LEVEL.names, NONE))
ALERT = Values(f"the name of an alert, as `unknown_ca`; `{NONE}`", str, (*ALERT_NAMES, NONE))
CHECK = Values(f"the name of a check, as `validity`; `{NONE}`", str, (*CheckName, NONE))
SIDE = one_of("client", "server", NONE)
LAYER = one_of(*get_args(RefusalLayer), NONE)
HANDSHAKE = one_of("ok", "failed", "none")
SIGN = one_of(*get_args(RefusalSeen), NONE)
PROOF = one_of(*get_args(ClientProof))
STANDING = one_of(*(standing.value for standing in Standing))
RESULT = one_of(*OUTCOME_WORDS.values(), NONE)
CERTIFICATES = Values(
    f'`{NO_MESSAGE}`, `{EMPTY_MESSAGE}`, or how many, as a text: `"1"`', str, (NO_MESSAGE, EMPTY_MESSAGE)
)
