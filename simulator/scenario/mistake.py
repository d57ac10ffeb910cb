"""One mistake in a scenario, and the error that tells all of them at once."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from simulator.errors import CertificateError, ScenarioError
from simulator.scenario.words import nearest_word

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

# RFC 5280 §4.1.2.5 counts from 1950 (UTCTime) to 9999 (GeneralizedTime).
EARLIEST, LATEST = datetime(1950, 1, 1, tzinfo=UTC), datetime(9999, 12, 31, tzinfo=UTC)

_HOST = re.compile(r"(?!-)[A-Za-z0-9_-]{1,63}(\.(?!-)[A-Za-z0-9_-]{1,63})*\.?")


@dataclass(frozen=True, slots=True)
class Problem:
    """One mistake, and where it is.

    Attributes:
        path: the keys that lead to it, outermost first.
        message: what is wrong, and what is allowed in its place.
        got: what was found, as the user wrote it; empty where that says nothing.
        nearest: the right word nearest to it; None where none is near.
    """

    path: tuple[str, ...]
    message: str
    got: str = ""
    nearest: str | None = None

    def __str__(self) -> str:
        return self.text()

    def text(self, place: str = "") -> str:
        """The mistake in one line.

        Args:
            place: what stands in front: ``file.toml:8``; empty for nothing.
        """
        parts = [part for part in (place, written_path(self.path)) if part]
        line = ": ".join([*parts, self.message])
        line += f" (got {self.got})." if self.got else "."
        return f"{line} Did you mean '{self.nearest}'?" if self.nearest else line


class ScenarioProblemsError(ScenarioError):
    """A scenario has mistakes: all of them at once, one to a line.

    Args:
        problems: the mistakes.
        places: for each of them what its line begins with; empty for nothing.
    """

    def __init__(self, problems: Sequence[Problem], places: Sequence[str] = ()) -> None:
        self.problems = tuple(problems)
        self.places = tuple(places) or ("",) * len(self.problems)
        lines = [problem.text(place) for problem, place in zip(self.problems, self.places, strict=True)]
        super().__init__("\n".join(lines))


def written_path(path: Iterable[str]) -> str:
    """A key path as TOML writes it: ``server.users."CN=alice"``."""
    return ".".join(key if re.fullmatch(r"[A-Za-z0-9_-]+", key) else f'"{key}"' for key in path)


def not_one_of(path: tuple[str, ...], got: object, allowed: Iterable[str], what: str = "one of") -> Problem:
    """The problem of a word that is not in a list; names the list and the nearest of it."""
    words = tuple(allowed)
    listed = ", ".join(words) if words else "nothing: there is none"
    message = f"must be {what} {listed}"
    return Problem(path, message, repr(got), nearest_word(got, words) if isinstance(got, str) else None)


def is_host(text: str) -> bool:
    """The text has the form of a host name."""
    return _HOST.fullmatch(text) is not None and len(text) <= 253


def subject_problems(path: tuple[str, ...], subject: str) -> Iterator[Problem]:
    """What is wrong with a subject."""
    # Here, not above: it needs the library, and the built-in scenarios are read without.
    from simulator.pki.contents import parse_name

    try:
        empty = not list(parse_name(subject))
    except CertificateError:
        empty = True
    if empty or not subject.isprintable():
        yield Problem(path, "must be an RFC 4514 name, as in CN=alice", repr(subject))


def unknown_names(
    path: tuple[str, ...],
    names: Iterable[str],
    known: Iterable[str],
    what: str = "the name of a certificate, one of",
) -> Iterator[Problem]:
    """The names that do not exist."""
    words = tuple(known)
    return (not_one_of(path, name, words, what) for name in names if name not in words)
