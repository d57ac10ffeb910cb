"""Questions from a file: how it is read, and what is said where it is not as it should be.

One bad question does not spoil the others: each is read when it is asked for. All of its mistakes are told at
once.
"""

from __future__ import annotations

import tomllib
from difflib import get_close_matches
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from simulator.errors import SimulatorError
from simulator.lessons.facts.facts import check_claim
from simulator.lessons.quiz.misconceptions import misconceptions
from simulator.lessons.quiz.question import LETTERS, Option, Question, QuestionError, where
from simulator.scenario.catalogue.catalogue import catalogue

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from simulator.scenario import TlsVersion

OF_A_QUESTION = ("ask", "scenario", "tls", "set", "options")
OF_AN_OPTION = ("text", "holds", "misconception", "why")
KIND_WORDS: Mapping[type, str] = {
    str: "a text",
    dict: 'a table, as { level = "REFUSED" }',
    list: "a list of tables",
}


def tables_in(file: str | Path) -> dict[str, Any]:
    """The questions of a file as their tables, by name.

    Raises:
        QuestionError: the file cannot be read, is no TOML, or holds no question.
    """
    path = Path(file)
    try:
        tables = tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except OSError as error:
        raise QuestionError(
            "The file of questions cannot be read.",
            got=f"{path}: {error.strerror or error}",
            expected="a .toml file as docs/teaching.md describes it",
        ) from error
    except UnicodeDecodeError as error:
        raise QuestionError(f"{path}: this is not text in UTF-8.", advice="Save it as UTF-8.") from error
    except tomllib.TOMLDecodeError as error:
        raise QuestionError(f"{path}: this is not TOML.", got=error, advice="Mend that place.") from error
    if not tables:
        raise QuestionError(
            f"{path}: there is no question in it.", expected="a table for each question, as [late-start]"
        )
    return tables


def question_from(name: str, table: Any, file: str = "") -> Question:
    """A question as its table in a file says it.

    Raises:
        QuestionError: something in it is missing, unknown or of the wrong kind. Where it has several
            mistakes it is a :class:`QuestionProblemsError`, which tells all of them.
    """
    place = where(file, name)
    if not isinstance(table, dict):
        raise QuestionError(
            f"{place}: this is no table.",
            got=repr(table),
            expected=f"a table with {', '.join(OF_A_QUESTION)}",
        )
    mistakes: list[QuestionError] = []
    read = _Reader(place, table, OF_A_QUESTION, mistakes)
    question = Question(
        name,
        read.value("ask", str),
        _options(read),
        _scenario(read, file),
        _version(read),
        read.value("set", dict, missing={}),
        file,
    )
    if mistakes:
        raise mistakes[0] if len(mistakes) == 1 else QuestionProblemsError(mistakes)
    return question


class QuestionProblemsError(QuestionError):
    """A question has several mistakes: all of them at once, one to a line.

    Args:
        mistakes: each as an error of its own.
    """

    def __init__(self, mistakes: Sequence[QuestionError]) -> None:
        self.mistakes = tuple(mistakes)
        super().__init__("\n".join(map(str, self.mistakes)))


class _Reader:
    """A table that is read key by key. What is wrong with it is collected, and an empty value stands in."""

    def __init__(
        self, place: str, table: Mapping[str, Any], known: Collection[str], mistakes: list[QuestionError]
    ) -> None:
        self.place, self.table, self.mistakes = place, table, mistakes
        self.meant: set[str] = set()  # what was misspelt is not told to be missing, too
        for key in table:
            if key not in known:
                near = get_close_matches(key, known, n=1)
                self.meant.update(near)
                self.wrong(
                    "this is no setting of it.",
                    got=key,
                    expected=", ".join(known),
                    advice=f"Did you mean {near[0]}?" if near else "",
                )

    def wrong(self, message: str, **facts: Any) -> None:
        """Note a mistake."""
        self.mistakes.append(QuestionError(f"{self.place}: {message}", **facts))

    def value(self, key: str, kind: type, *, missing: Any = None) -> Any:
        """A value of the table; it has to be there and not empty, unless something stands in for it."""
        if key not in self.table:
            if missing is None and key not in self.meant:
                self.wrong(f"{key} is missing.", expected=f"{key} = {KIND_WORDS[kind]}")
            return kind() if missing is None else missing
        value = self.table[key]
        if isinstance(value, kind) and value:
            return value
        self.wrong(
            f"{key} is not what it should be.", got=repr(value), expected=f"{KIND_WORDS[kind]}, not empty"
        )
        return kind()


def _options(read: _Reader) -> tuple[Option, ...]:
    found = read.value("options", list)
    if found and not 2 <= len(found) <= len(LETTERS):
        read.wrong("the number of options is wrong.", got=len(found), expected=f"2 to {len(LETTERS)}")
    lettered = zip(LETTERS, found, strict=False)
    return tuple(_option(f"{read.place}, option {letter}", one, read.mistakes) for letter, one in lettered)


def _option(place: str, table: Any, mistakes: list[QuestionError]) -> Option:
    if not isinstance(table, dict):
        mistakes.append(
            QuestionError(
                f"{place}: this is no table.", got=repr(table), expected='{ text = "…", holds = { … } }'
            )
        )
        return Option("", {})
    read = _Reader(place, table, OF_AN_OPTION, mistakes)
    text, claim = read.value("text", str), read.value("holds", dict)
    for name, value in claim.items():
        try:
            check_claim({name: value})
        except SimulatorError as error:
            mistakes.append(QuestionError(f"{place}, holds: {error}"))
    believed = read.value("misconception", str, missing="")
    if believed and believed not in misconceptions():
        read.wrong(
            "there is no such misconception.",
            got=repr(believed),
            expected=f"{next(iter(misconceptions()))} to {list(misconceptions())[-1]}",
        )
    return Option(text, claim, believed, read.value("why", str, missing=""))


def _version(read: _Reader) -> TlsVersion:
    tls = read.table.get("tls", "1.3")
    if tls not in ("1.2", "1.3"):
        read.wrong("tls is no version.", got=repr(tls), expected='"1.2" or "1.3"')
    return cast("TlsVersion", tls)


def _scenario(read: _Reader, file: str) -> str:
    """A scenario's name, or the path of its file, which is looked for beside the file of questions."""
    name: str = read.value("scenario", str)
    if not name or name in catalogue:
        return name
    path = Path(file).parent / name
    if name.endswith(".toml") and path.is_file():
        return str(path)
    near = get_close_matches(name.lower(), catalogue, n=3, cutoff=0.5)
    read.wrong(
        "there is no such scenario.",
        got=repr(name),
        expected=" or ".join(near) or "a name from `clientauth list`, or a .toml file beside the questions",
    )
    return name
