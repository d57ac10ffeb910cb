"""Mistakes in the settings of OCSP responders."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import TYPE_CHECKING

from simulator.scenario.mistakes.mistake import (
    Problem,
    broken_rules,
    not_one_of,
    offset_problems,
    unknown_certificates,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from simulator.scenario.setup import ClientSetup, ServerSetup
    from simulator.scenario.whole import ScenarioSetup

MOST_SECONDS = 3600  # of delay and patience: no handshake waits longer, and no reader of a picture either
_ADDRESS = re.compile(r"http://[A-Za-z0-9.-]{1,253}(?::([0-9]{1,5}))?(/[!-~]{0,500})?")


def responders_problems(scenario: ScenarioSetup) -> Iterator[Problem]:
    """The mistakes in the settings of a scenario's responders."""
    authorities = [name for name, one in scenario.certificates.items() if one.role == "ca"]
    for name, setup in scenario.responders.items():
        path = ("responders", name)
        if name not in authorities:
            yield not_one_of(path, name, authorities, "the name of a CA, one of")
        if setup.signed_by is not None:
            yield from unknown_certificates((*path, "signed_by"), [setup.signed_by], scenario.certificates)
        until, address = setup.next_update, setup.address
        yield from offset_problems((*path, "this_update"), setup.this_update, scenario.clock)
        if until is not None:
            yield from offset_problems((*path, "next_update"), until, scenario.clock)
        wanted = "must be an address as in http://ocsp.example/ca"
        too_early = until is not None and until < setup.this_update
        yield from broken_rules(
            path,
            ("address", address is not None and not _is_address(address), wanted, address),
            ("next_update", too_early, "must not be before this_update", until),
            *_span_rules("delay", setup.delay),
        )


def _is_address(text: str) -> bool:
    """Return True for an address of a responder: HTTP, a host, and perhaps a port and a path."""
    match = _ADDRESS.fullmatch(text)
    return match is not None and (match[1] is None or 0 < int(match[1]) < 65536)


def patience_problems(side: str, setup: ClientSetup | ServerSetup) -> Iterator[Problem]:
    """The mistakes in the time that a side waits for a responder."""
    yield from broken_rules((side,), *_span_rules("ocsp_timeout", setup.ocsp_timeout))


def _span_rules(key: str, span: timedelta) -> list[tuple[str, bool, str, timedelta]]:
    wrong = not timedelta() <= span <= timedelta(seconds=MOST_SECONDS)
    return [(key, wrong, f"must be from 0s to {MOST_SECONDS}s", span)]
