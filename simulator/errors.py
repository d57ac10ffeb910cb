"""The exceptions of the simulator: misuse and bad input, never the outcome of a handshake.

A handshake that fails is a result and is in the trace. An exception reports a mistake in a call, a command or
a file, so every message has the same parts: what was found, what is allowed, what to do. These facts are
attributes too, for programs.

A notebook shows these words alone: the frames of a library's traceback would not help a learner who wrote one
line. Plain Python shows its traceback as usual.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, TypeVar

from simulator.visible import clean, clean_lines

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

SHOWN_WIDTH = 100  # columns of an error in a notebook
LABELS = ("Got", "Expected", "What to do")
NEAR = 0.6  # difflib's own default: one slip in a short word is near, another word is not


class SimulatorError(Exception):
    """Base of everything this package raises on purpose.

    Args:
        message: one sentence that says what is wrong.
        got: what was found, as the user wrote it.
        expected: what is allowed instead.
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
        return clean_lines(text)

    def __reduce__(self) -> tuple[object, ...]:
        """Travel to another process with every fact, whatever arguments the class itself takes."""
        return _rebuilt, (type(self), self.args, self.__dict__)

    def _render_traceback_(self) -> list[str]:
        """Return the lines that IPython shows: what is wrong, then each fact beside its label."""
        from textwrap import wrap  # here, not above: only a notebook needs it

        lines = []
        kind = self._kind()
        heading = self.message if self.message.startswith(kind) else f"{kind}: {self.message}"
        for line in clean_lines(heading).splitlines():
            lines += wrap(line, SHOWN_WIDTH, subsequent_indent="  ")
        for label, fact in zip(LABELS, (self.got, self.expected, self.advice), strict=True):
            if fact is not None and fact != "":
                margin = f"  {label + ':':<{len(LABELS[-1]) + 1}} "
                below = " " * len(margin)
                lines += wrap(clean(f"{fact}"), SHOWN_WIDTH, initial_indent=margin, subsequent_indent=below)
        return lines

    def _kind(self) -> str:
        """The class in plain words: ``Decision error``, ``Unknown scenario``."""
        name = type(self).__name__
        first, *more = re.findall("[A-Z][a-z]+", name) or [name]
        return " ".join([first, *map(str.lower, more if len(more) == 1 else more[:-1])])


def _rebuilt(
    kind: type[SimulatorError], args: tuple[object, ...], facts: dict[str, object]
) -> SimulatorError:
    """The error that :meth:`SimulatorError.__reduce__` took apart."""
    error = kind.__new__(kind, *args)
    error.args = args
    error.__dict__.update(facts)
    return error


class ArgumentError(SimulatorError):
    """An argument has the wrong type."""


class ScenarioError(SimulatorError):
    """A scenario is unknown, misspelt, of the wrong type or impossible."""


class CertificateError(SimulatorError):
    """A certificate, key or bundle cannot be read or cannot be issued as asked."""


class PasswordError(CertificateError):
    """A password is missing, wrong, or given where none is needed."""


class DecisionError(SimulatorError):
    """A decision was taken when none was pending, or with a choice that is not offered."""


class InterruptionError(SimulatorError):
    """A simulation was interrupted in the midst of a step and cannot go on."""


class TraceError(SimulatorError):
    """A stored trace cannot be read."""


class OutputError(SimulatorError):
    """Something cannot be shown or written: unknown view, detail, suffix or message, no room, no file."""


class PeerError(SimulatorError):
    """A program or library that a comparison needs is missing or too old."""


AnError = TypeVar("AnError", bound=SimulatorError)


def unknown_name(
    error: type[AnError],
    kind: str,
    name: object,
    known: Iterable[str],
    *,
    expected: str = "",
    otherwise: str = "",
) -> AnError:
    """The error of a name that is not in a list, with the names that were probably meant.

    Args:
        error: its class.
        kind: what the name should name, as in ``scenario``.
        name: what was found.
        known: the names that exist.
        expected: what is allowed; by default all the names. Say it in words where they are many.
        otherwise: the advice where no name is near; by default to choose among what is allowed.
    """
    known = tuple(known)
    return error(
        f"Unknown {kind}.",
        got=repr(name),
        expected=expected or joined(known),
        advice=did_you_mean(name, known) or otherwise or "Choose one of these.",
    )


def did_you_mean(name: object, known: Iterable[str], *, most: int = 3) -> str:
    """The question that offers the nearest names, or an empty text where none is near."""
    near = [repr(word) for word in nearest_names(name, known, most)]
    return f"Did you mean {joined(near)}?" if near else ""


def nearest_names(name: object, known: Iterable[str], most: int = 3) -> list[str]:
    """The known names that a user who wrote ``name`` probably meant, the likeliest first.

    Letter case does not matter. First comes the name that alone begins with it, then names like it, then
    names that contain it.
    """
    from difflib import get_close_matches  # here, not above: only a mistake needs it, every start pays for it

    word = name.casefold() if isinstance(name, str) else ""
    choices = {choice.casefold(): choice for choice in known}
    if not word:
        return []
    begun = [choice for choice in choices if choice.startswith(word)]
    containing = [choice for choice in choices if word in choice] if len(word) > 2 else []  # "ca" is in many
    alone = begun if len(begun) == 1 else []
    found = dict.fromkeys([*alone, *get_close_matches(word, choices, most, NEAR), *containing])
    return [choices[choice] for choice in found][:most]


def joined(words: Sequence[str], last: str = "or") -> str:
    """The words as an English list: ``a, b or c``."""
    return f" {last} ".join([", ".join(words[:-1]), words[-1]] if len(words) > 1 else words)
