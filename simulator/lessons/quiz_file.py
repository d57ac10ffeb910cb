"""Questions from a file: how it is read, and what is said where it is not as it should be.

One bad question does not spoil the others: each is read when it is asked for.
"""

from __future__ import annotations

import tomllib
from difflib import get_close_matches
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from simulator.catalogue import catalogue
from simulator.errors import SimulatorError
from simulator.lessons.facts import check_claim
from simulator.lessons.misconceptions import misconceptions
from simulator.lessons.question import LETTERS, Option, Question, QuestionError, where

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

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
        tables = tomllib.loads(path.read_text(encoding="utf-8"))
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
        QuestionError: something in it is missing, unknown or of the wrong kind.
    """
    place = where(file, name)
    if not isinstance(table, dict):
        raise QuestionError(
            f"{place}: this is no table.",
            got=repr(table),
            expected=f"a table with {', '.join(OF_A_QUESTION)}",
        )
    _only(place, table, OF_A_QUESTION)
    options = _value(place, table, "options", list)
    if not 2 <= len(options) <= len(LETTERS):
        raise QuestionError(
            f"{place}: the number of options is wrong.", got=len(options), expected=f"2 to {len(LETTERS)}"
        )
    tls = table.get("tls", "1.3")
    if tls not in ("1.2", "1.3"):
        raise QuestionError(f"{place}: tls is no version.", got=repr(tls), expected='"1.2" or "1.3"')
    return Question(
        name,
        _value(place, table, "ask", str),
        tuple(
            _option(f"{place}, option {letter}", one) for letter, one in zip(LETTERS, options, strict=False)
        ),
        _scenario(place, _value(place, table, "scenario", str), file),
        cast("TlsVersion", tls),
        _value(place, table, "set", dict, missing={}),
        file,
    )


def _option(place: str, table: Any) -> Option:
    if not isinstance(table, dict):
        raise QuestionError(
            f"{place}: this is no table.", got=repr(table), expected='{ text = "…", holds = { … } }'
        )
    _only(place, table, OF_AN_OPTION)
    text, claim = _value(place, table, "text", str), _value(place, table, "holds", dict)
    try:
        check_claim(claim)
    except SimulatorError as error:
        raise QuestionError(f"{place}, holds: {error}") from error
    believed = _value(place, table, "misconception", str, missing="")
    if believed and believed not in misconceptions():
        raise QuestionError(
            f"{place}: there is no such misconception.",
            got=repr(believed),
            expected=f"{next(iter(misconceptions()))} to {list(misconceptions())[-1]}",
        )
    return Option(text, claim, believed, _value(place, table, "why", str, missing=""))


def _value(place: str, table: Mapping[str, Any], key: str, kind: type, *, missing: Any = None) -> Any:
    """A value of a table; it has to be there and not empty, unless something stands in for it."""
    if key not in table and missing is not None:
        return missing
    if key not in table:
        raise QuestionError(f"{place}: {key} is missing.", expected=f"{key} = {KIND_WORDS[kind]}")
    value = table[key]
    if not isinstance(value, kind) or not value:
        raise QuestionError(
            f"{place}: {key} is not what it should be.",
            got=repr(value),
            expected=f"{KIND_WORDS[kind]}, not empty",
        )
    return value


def _only(place: str, table: Mapping[str, Any], known: Collection[str]) -> None:
    for key in table:
        if key not in known:
            near = get_close_matches(key, known, n=1)
            raise QuestionError(
                f"{place}: this is no setting of it.",
                got=key,
                expected=", ".join(known),
                advice=f"Did you mean {near[0]}?" if near else "",
            )


def _scenario(place: str, name: str, file: str) -> str:
    """A scenario's name, or the path of its file, which is looked for beside the file of questions."""
    if name in catalogue:
        return name
    path = Path(file).parent / name
    if name.endswith(".toml") and path.is_file():
        return str(path)
    near = get_close_matches(name.lower(), catalogue, n=3, cutoff=0.5)
    raise QuestionError(
        f"{place}: there is no such scenario.",
        got=repr(name),
        expected=" or ".join(near) or "a name from `clientauth list`, or a .toml file beside the questions",
    )
