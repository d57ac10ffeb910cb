"""All profiles by name: those of standards (``standards.py``) and those of stacks (``stacks.py``)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from simulator.errors import ScenarioError, unknown_name
from simulator.trust.stacks import STACKS
from simulator.trust.standards import RFC5280, STRICT, WEBPKI

if TYPE_CHECKING:
    from collections.abc import Mapping

    from simulator.trust.profile import Profile

PROFILES: Mapping[str, Profile] = {
    profile.name: profile for profile in (STACKS[0], RFC5280, STRICT, WEBPKI, *STACKS[1:])
}


def profile_named(name: str) -> Profile:
    """The profile of that name.

    Raises:
        ScenarioError: the name is not known.
    """
    if name not in PROFILES:
        raise unknown_name(ScenarioError, "stack profile", name, PROFILES)
    return PROFILES[name]
