"""Which values a fact can have, and how a claim's value is held against the one that was found."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, get_args

from simulator.lessons.facts.readings import EMPTY_MESSAGE, NO_MESSAGE, NONE
from simulator.scenario.words import ALERT_NAMES, CHECK_NAMES
from simulator.security import ClientStanding, RefusalLayer, SecurityLevel
from simulator.views.story.words import OUTCOME_WORDS

if TYPE_CHECKING:
    from collections.abc import Iterable

BOUNDS = {"at_least": "at least", "at_most": "at most"}
LEVELS = tuple(level.value for level in SecurityLevel)


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of value.

    Attributes:
        words: the values in words, for a table and for errors.
        type: the type that a value has.
        names: all values, where they are names; empty where any will do.
    """

    words: str
    type: type
    names: tuple[str, ...] = ()

    def allows(self, value: Any) -> bool:
        """Whether a claim may give this value."""
        if self is CERTIFICATES and isinstance(value, str) and value.isdecimal():
            return True
        if self.type is int and isinstance(value, dict):
            return (
                bool(value) and set(value) <= set(BOUNDS) and all(type(one) is int for one in value.values())
            )
        return type(value) is self.type and (not self.names or value in self.names)


def one_of(names: Iterable[str]) -> Kind:
    """A kind whose values are these names."""
    listed = tuple(names)
    return Kind(", ".join(f"`{name}`" for name in listed), str, listed)


YES_NO = Kind("`true`, `false`", bool)
NUMBER = Kind("a whole number; also `{ at_least = 1 }`, `{ at_most = 9 }`", int)
TEXT = Kind(f"a text; `{NONE}` where there is none", str)
MESSAGES = Kind("a text; empty where there is none", str)
LEVEL = one_of(LEVELS)
LEVEL_OR_NONE = Kind(f"a level as above; `{NONE}` if the call failed", str, (*LEVELS, NONE))
ALERT = Kind(f"the name of an alert, as `unknown_ca`; `{NONE}`", str, (*ALERT_NAMES, NONE))
CHECK = Kind(f"the name of a check, as `validity`; `{NONE}`", str, (*CHECK_NAMES, NONE))
SIDE = one_of(("client", "server", NONE))
LAYER = one_of((*get_args(RefusalLayer), NONE))
HANDSHAKE = one_of(("ok", "failed"))
STANDING = one_of(get_args(ClientStanding))
RESULT = one_of((*OUTCOME_WORDS.values(), NONE))
CERTIFICATES = Kind(
    f'`{NO_MESSAGE}`, `{EMPTY_MESSAGE}`, or how many, as a text: `"1"`', str, (NO_MESSAGE, EMPTY_MESSAGE)
)


def agrees(found: Any, claimed: Any) -> bool:
    """Whether a value is the one that was claimed, or lies within the bounds that were."""
    if isinstance(claimed, dict):
        return bool(claimed.get("at_least", found) <= found <= claimed.get("at_most", found))
    return type(found) is type(claimed) and bool(found == claimed)


def plain(value: Any) -> str:
    """A value as a person says it."""
    if isinstance(value, dict):
        return " and ".join(f"{BOUNDS[bound]} {number}" for bound, number in value.items())
    return {True: "yes", False: "no"}[value] if isinstance(value, bool) else str(value)
