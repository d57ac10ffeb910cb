"""The exceptions of the simulator: misuse and bad input, never the outcome of a handshake.

A handshake that fails is a result and stands in the trace. What is raised here is a mistake of the
person at the keyboard (or of the file they were given), so every message says three things: what was
got, what was expected, what to do. The facts are attributes too, for programs that want them.

In a notebook an error shows these words alone: above them would stand the frames of a library, which say
nothing to somebody who wrote one line. Plain Python shows its traceback as ever.
"""

from __future__ import annotations

import re
from textwrap import wrap

SHOWN_WIDTH = 100  # columns of an error in a notebook
LABELS = ("Got", "Expected", "What to do")


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

    def _render_traceback_(self) -> list[str]:
        """How IPython shows it, line by line: what is wrong, then each fact under its label."""
        lines = []
        for line in f"{self._kind()}: {self.message}".splitlines():
            lines += wrap(line, SHOWN_WIDTH, subsequent_indent="  ")
        for label, told in zip(LABELS, (self.got, self.expected, self.advice), strict=True):
            if told is not None and told != "":
                margin = f"  {label + ':':<{len(LABELS[-1]) + 1}} "
                below = " " * len(margin)
                lines += wrap(f"{told}", SHOWN_WIDTH, initial_indent=margin, subsequent_indent=below)
        return lines

    def _kind(self) -> str:
        """The class in plain words: ``Decision error``, ``Unknown scenario``."""
        name = type(self).__name__
        first, *more = re.findall("[A-Z][a-z]+", name) or [name]
        return " ".join([first, *map(str.lower, more if len(more) == 1 else more[:-1])])


class ArgumentError(SimulatorError):
    """A function was handed something of another kind than it takes."""


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
    """Something cannot be shown or written: no such view, detail, suffix or message, no room, no file."""


class PeerError(SimulatorError):
    """An outside program or library that a comparison needs is absent or too old."""
