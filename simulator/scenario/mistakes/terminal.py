"""Mistakes in the logon of a terminal at a host."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from simulator.scenario.mistakes.mistake import broken_rules

if TYPE_CHECKING:
    from collections.abc import Iterator

    from simulator.scenario.mistakes.mistake import Problem
    from simulator.scenario.whole import ScenarioSetup

# The fields of the logon screen, and of RACF: user IDs, PassTickets and names of applications have up to 8.
LONGEST = 8
_APPLICATION_ID = re.compile(f"[A-Z0-9@#$+]{{1,{LONGEST}}}")
_TYPED = re.compile(f"[ -~]{{1,{LONGEST}}}")
_NEEDS_SCREENS = "needs a terminal with screens: network.application = 'tn3270'"


def logon_problems(scenario: ScenarioSetup) -> Iterator[Problem]:
    """The mistakes in what a macro types, and in Express Logon."""
    client, server = scenario.client, scenario.server
    screens = scenario.network.application == "tn3270"
    named, typed = client.express_logon, client.logon_macro
    is_id = "must be the ID of an application: 1 to 8 of A to Z, 0 to 9, @, #, $ and +"
    unknown = [one for one in server.passticket_applications or () if _APPLICATION_ID.fullmatch(one) is None]
    two = len(typed) == 2 and all(map(_TYPED.fullmatch, typed))
    long = [user for user in server.users_in_use.values() if len(user) > LONGEST]
    yield from broken_rules(
        ("client",),
        ("express_logon", named is not None and not screens, _NEEDS_SCREENS, named),
        ("express_logon", named is not None and _APPLICATION_ID.fullmatch(named) is None, is_id, named),
        ("logon_macro", not two, "must be two texts of 1 to 8 printable characters", list(typed)),
    )
    yield from broken_rules(
        ("server",),
        ("express_logon", server.express_logon and not screens, _NEEDS_SCREENS, "true"),
        ("passticket_applications", bool(unknown), is_id, ", ".join(unknown)),
        (
            "users",
            server.express_logon and bool(long),
            "must lead to users of at most 8 characters",
            long[:1],
        ),
    )
