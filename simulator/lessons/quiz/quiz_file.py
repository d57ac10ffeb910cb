"""Questions from a file: reading them, and reporting what is wrong with one.

Each question is read when it is asked, so a wrong one does not spoil the others. All of its mistakes are
reported at once.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from simulator.errors import SimulatorError, did_you_mean, nearest_names
from simulator.lessons.facts.facts import check_claim
from simulator.lessons.quiz.misconceptions import misconceptions
from simulator.lessons.quiz.question import LETTERS, Option, Question, QuestionError, where
from simulator.scenario import TLS_VERSIONS
from simulator.scenario.catalogue.catalogue import catalogue
from simulator.scenario.toml_text import parsed, read_text

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence


@dataclass(frozen=True, slots=True)
class Setting:
    """A setting of a question or of an option.

    Attributes:
        type: the type of its value, which must not be empty.
        words: the value in words, for errors.
        default: its value if it is missing; None if it must be there.
        names: all values, if only these are allowed.
    """

    type: type
    words: str
    default: Any = None
    names: tuple[str, ...] = ()

    def allows(self, value: Any) -> bool:
        """Return True if the setting can have this value."""
        if isinstance(value, bool) or (isinstance(value, int) and value < 1):  # True is an int for Python
            return False
        return isinstance(value, self.type) and bool(value) and (not self.names or value in self.names)


TABLE = 'a table, as { level = "REFUSED" }, not empty'
OF_A_QUESTION = {
    "title": Setting(str, "a text, not empty", ""),
    "ask": Setting(str, "a text, not empty"),
    "scenario": Setting(str, "a text, not empty"),
    "tls": Setting(str, '"1.2" or "1.3"', "1.3", TLS_VERSIONS),
    "connection": Setting(int, "the number of a connection, from 1", 0),
    "set": Setting(dict, TABLE, {}),
    "options": Setting(list, "a list of tables, not empty"),
}
OF_AN_OPTION = {
    "text": Setting(str, "a text, not empty"),
    "holds": Setting(dict, TABLE),
    "misconception": Setting(str, "a text, not empty", ""),
    "why": Setting(str, "a text, not empty", ""),
}


class QuestionProblemsError(QuestionError):
    """A question has several mistakes: all of them at once, one to a line.

    Args:
        mistakes: each as an error of its own.
    """

    def __init__(self, mistakes: Sequence[QuestionError]) -> None:
        self.mistakes = tuple(mistakes)
        super().__init__("\n".join(map(str, self.mistakes)))


class Mistakes(list[QuestionError]):
    """The mistakes of a question, in the order in which they were found."""

    def note(self, place: str, message: str, **details: Any) -> None:
        """Add a mistake at a place, with the details of a :class:`SimulatorError`."""
        self.append(QuestionError(f"{place}: {message}", **details))


def tables_in(file: str | Path) -> dict[str, Any]:
    """The questions of a file as their tables, by name.

    Raises:
        QuestionError: the file cannot be read, is not TOML, or has no question.
    """
    path = Path(file)
    tables = parsed(read_text(path, "file of questions", QuestionError), str(path), QuestionError)
    if not tables:
        raise QuestionError(
            f"{path}: there is no question in it.", expected="a table for each question, as [late-start]"
        )
    return tables


def question_from(name: str, table: Any, file: str = "") -> Question:
    """A question, read from its table in a file.

    Raises:
        QuestionError: a setting is missing, unknown or has a wrong value. Several mistakes are reported
            together, by a :class:`QuestionProblemsError`.
    """
    place = where(file, name)
    mistakes = Mistakes()
    read = _settings(place, table, OF_A_QUESTION, mistakes)
    options = read["options"]
    if options and not 2 <= len(options) <= len(LETTERS):
        mistakes.note(place, "wrong number of options.", got=len(options), expected=f"2 to {len(LETTERS)}")
    lettered = zip(LETTERS, options, strict=False)
    found = tuple(_option(f"{place}, option {letter}", one, mistakes) for letter, one in lettered)
    scenario = _scenario(place, read["scenario"], file, mistakes)
    if mistakes:
        raise mistakes[0] if len(mistakes) == 1 else QuestionProblemsError(mistakes)
    return Question(
        name,
        read["ask"],
        found,
        scenario,
        read["tls"],
        read["set"],
        file,
        read["title"],
        read["connection"],
    )


def _settings(place: str, table: Any, known: Mapping[str, Setting], mistakes: Mistakes) -> dict[str, Any]:
    """The value of every setting; an empty or default one in place of a wrong one, whose mistake is noted."""
    if not isinstance(table, dict):
        expected = f"a table with {', '.join(known)}"
        mistakes.note(place, "this is not a table.", got=repr(table), expected=expected)
        return {key: setting.type() for key, setting in known.items()}
    misspelt: set[str] = set()  # a misspelt setting is not reported as missing, too
    for key in (key for key in table if key not in known):
        misspelt.update(nearest_names(key, known, 1))
        advice = did_you_mean(key, known, most=1)
        mistakes.note(place, "unknown setting.", got=key, expected=", ".join(known), advice=advice)
    found = {}
    for key, setting in known.items():
        value = table.get(key, setting.default)
        found[key] = value
        if key in table and not setting.allows(value):
            mistakes.note(place, f"{key} cannot have this value.", got=repr(value), expected=setting.words)
        elif value is None and key not in misspelt:
            mistakes.note(place, f"{key} is missing.", expected=f"{key} = {setting.words}")
        if not isinstance(value, setting.type):
            found[key] = setting.type()
    return found


def _option(place: str, table: Any, mistakes: Mistakes) -> Option:
    read = _settings(place, table, OF_AN_OPTION, mistakes)
    for name, value in read["holds"].items():
        try:
            check_claim({name: value})
        except SimulatorError as error:
            mistakes.note(f"{place}, holds", str(error))
    believed = read["misconception"]
    if believed and believed not in misconceptions():
        first, *_, last = misconceptions()
        mistakes.note(place, "unknown misconception.", got=repr(believed), expected=f"{first} to {last}")
    return Option(read["text"], read["holds"], believed, read["why"])


def _scenario(place: str, name: str, file: str, mistakes: Mistakes) -> str:
    """The scenario's name, or the path of its file beside the file of questions."""
    path = Path(file).parent / name
    if name.endswith(".toml") and path.is_file():
        return str(path)
    if name and name not in catalogue:
        expected = "a name from `clientauth list`, or a .toml file beside the questions"
        advice = did_you_mean(name, catalogue)
        mistakes.note(place, "unknown scenario.", got=repr(name), expected=expected, advice=advice)
    return name
