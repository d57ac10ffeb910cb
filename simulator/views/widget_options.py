"""What a player in a notebook is told by its reader, and mistakes in it, told in words."""

from __future__ import annotations

from typing import Any, Protocol

import traitlets

from simulator.errors import ArgumentError
from simulator.trace import Trace

THEMES = ("", "light", "dark")


class HasTrace(Protocol):
    """What can be shown: a run."""

    @property
    def trace(self) -> Trace:
        """What happened."""


class Place(traitlets.Int[int, int]):
    """The number of an event. What is no number is told as a mistake of the reader, in words."""

    def validate(self, obj: Any, value: Any) -> int:  # noqa: ARG002 - the signature of traitlets
        """The value, if it is a whole number."""
        if isinstance(value, int) and not isinstance(value, bool):
            return value
        raise ArgumentError(
            "The place in a run is a number.",
            got=repr(value),
            expected="the seq of an event, from 0",
            advice="To open at a message by its name, say at='CertificateVerify'.",
        )


class Theme(traitlets.Unicode[str, str]):
    """Light, dark, or as the notebook around it."""

    def validate(self, obj: Any, value: Any) -> str:  # noqa: ARG002 - the signature of traitlets
        """The value, if it is a theme."""
        if isinstance(value, str) and value in THEMES:
            return value
        raise ArgumentError(
            "The player has no such theme.",
            got=repr(value),
            expected="light or dark",
            advice="Leave it out to have it as the notebook around it.",
        )


def trace_beside(run: HasTrace | Trace) -> Trace:
    """The trace of what is to be shown beside."""
    trace = run if isinstance(run, Trace) else getattr(run, "trace", None)
    if isinstance(trace, Trace):
        return trace
    raise ArgumentError(
        "Only a run can be shown beside another.",
        got=repr(run),
        expected="a run or its trace",
        advice="simulate('valid-certificate') gives one.",
    )
