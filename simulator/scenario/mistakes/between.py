"""Mistakes in a scenario's party between client and server, and in the headers of a request."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from simulator.scenario.mistakes.mistake import Problem, broken_rules, unknown_certificates
from simulator.scenario.mistakes.sides import client_problems, server_problems
from simulator.scenario.whole import Between

if TYPE_CHECKING:
    from collections.abc import Iterator

    from simulator.scenario.whole import ScenarioSetup

HEADERS_NEED_HTTP = "needs a request with headers: network.application = 'http'"


def between_problems(scenario: ScenarioSetup) -> Iterator[Problem]:
    """The mistakes in the party between client and server, and in what passes it.

    Args:
        scenario: one whose other parts have no mistake.
    """
    between, lines = scenario.between, scenario.network.application != "http"
    yield from unknown_certificates(
        ("client", "forges"), filter(None, [scenario.client.forges]), scenario.certificates
    )
    for part, key in (("client", "forges"), ("server", "believes_header"), ("between", "writes_header")):
        value = getattr(getattr(scenario, part), key)
        yield from broken_rules((part,), (key, lines and value is not None, HEADERS_NEED_HTTP, value))
    if between.party is None:
        if between != Between():
            yield Problem(("between", "party"), "must be redirector or proxy where [between] has settings")
        return
    if between.passes_through:
        if between != Between(between.preset, between.party, passes_through=True):
            message = "means that TLS does not end there: leave out writes_header, server, client and expect"
            yield Problem(("between", "passes_through"), message, "true")
        return
    if scenario.schedule:
        yield Problem(("between", "party"), "has no schedule: its two connections begin by themselves")
    own = replace(scenario, server=between.server, client=between.client)
    for problem in (*server_problems(own), *client_problems(own)):
        yield replace(problem, path=("between", *problem.path))
    for part, key in (("client", "forges"), ("server", "believes_header")):
        value = getattr(getattr(between, part), key)
        message = "belongs to the client and the server; what the party writes is writes_header"
        yield from broken_rules(("between", part), (key, value is not None, message, value))
