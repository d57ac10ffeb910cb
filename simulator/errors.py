"""The exceptions of the simulator: misuse and bad input, never the outcome of a handshake.

A handshake that fails is a result and stands in the trace. What is raised here is a mistake of the
person at the keyboard (or of the file they were given), so every message says three things: what was
got, what was expected, what to do. The facts are attributes too, for programs that want them.
"""

from __future__ import annotations


class SimulatorError(Exception):
    """Base of everything this package raises on purpose.

    Args:
        message: one sentence that says what is wrong.
        got: what was found, as the user wrote it.
        expected: what is allowed in its place.
        advice: what to do now.
    """

    def __init__(
        self, message: str, *, got: object = None, expected: object = None, advice: str = ""
    ) -> None:
        self.message = message
        self.got = got
        self.expected = expected
        self.advice = advice
        super().__init__(message)

    def __str__(self) -> str:
        text = self.message
        if self.got is not None:
            text += f" Got: {self.got}."
        if self.expected is not None:
            text += f" Expected: {self.expected}."
        if self.advice:
            text += f" {self.advice}"
        return text


class ScenarioError(SimulatorError):
    """A scenario is unknown, misspelt, of the wrong type or impossible."""


class CertificateError(SimulatorError):
    """A certificate, key or bundle cannot be read or cannot be issued as asked."""


class PasswordError(CertificateError):
    """A password is missing, wrong, or given where none is needed."""


class DecisionError(SimulatorError):
    """A decision was taken that nobody is waiting for, or with a choice that is not on offer."""


class TraceError(SimulatorError):
    """A stored trace cannot be read."""


class OutputError(SimulatorError):
    """A file cannot be written, or its suffix is not one that can be drawn."""


class PeerError(SimulatorError):
    """An outside program or library that a comparison needs is absent or too old."""
