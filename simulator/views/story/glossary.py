"""The glossary: the words of the subject in plain sentences, from one file that everybody shares."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from difflib import get_close_matches
from functools import cache
from importlib.resources import files
from textwrap import wrap
from types import MappingProxyType
from typing import TYPE_CHECKING

from simulator.errors import SimulatorError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

SHORTEST = 3  # what is shorter stands in too many words to mean one of them
NEAR = 0.75  # how alike two spellings are, of 1; further apart they are different words
ALERT = re.compile(r"Alert (\d+):")


class UnknownWordError(SimulatorError):
    """The glossary has no such word."""


@dataclass(frozen=True, slots=True)
class Word:
    """One entry.

    Attributes:
        term: the word.
        text: what it means, in one or a few sentences.
        also: other names for the same thing.
        see: terms to look up next.
        source: where it is defined; empty for a word of ours.
        everyday: it is a word of everyday English too, so texts that hold it need not point to it.
    """

    term: str
    text: str
    also: tuple[str, ...] = ()
    see: tuple[str, ...] = ()
    source: str = ""
    everyday: bool = False


@cache
def glossary() -> Mapping[str, Word]:
    """Every entry by its term, in the order of the file: from the whole to the parts."""
    tables = tomllib.loads(files(__package__).joinpath("glossary.toml").read_text(encoding="utf-8"))
    for table in tables.values():
        table |= {key: tuple(table.get(key, ())) for key in ("also", "see")}
    return MappingProxyType({term: Word(term, **table) for term, table in tables.items()})


@cache
def names() -> Mapping[str, str]:
    """From every spelling to its term: in lower case, with and without its spaces, hyphens and the like.

    Where two entries share a spelling, it is the first one's: certificate is the thing, not the message. An
    alert is found by its number, too.
    """
    found: dict[str, str] = {}
    for spelt in (str.lower, _plain):
        for word in glossary().values():
            for name in (word.term, *word.also):
                found.setdefault(spelt(name), word.term)
    for word in glossary().values():
        if number := ALERT.match(word.text):
            found |= {number[1]: word.term, f"alert{number[1]}": word.term}
    return MappingProxyType(found)


def look_up(word: str) -> Word:
    """The entry of a word, however it is written: in capitals, with hyphens, in the plural.

    Raises:
        UnknownWordError: there is none; the error names the nearest.
    """
    written = "" if word is None else str(word).strip()
    if written in glossary():  # two terms may differ in their capitals alone: certificate, and Certificate
        return glossary()[written]
    known = names()
    plain = _plain(written)
    for spelling in (written.lower(), plain, *_other_numbers(plain)):
        if spelling in known:
            return glossary()[known[spelling]]
    near: list[str] = []
    if len(plain) >= SHORTEST:
        parts = {} if " " in written else {part: term for term in glossary() for part in term.lower().split()}
        parts |= known
        near = [parts[name] for name in get_close_matches(plain, parts, n=3, cutoff=NEAR)]
        near += [term for term in glossary() if plain in _plain(term)]
    advice = " or ".join(f"'{term}'" for term in dict.fromkeys(near[:4]))
    raise UnknownWordError(
        "The glossary has no such word.",
        got=repr(word),
        expected=None if plain else "a word, as certificate",
        advice=f"Did you mean {advice}?" if advice else "`clientauth glossary` lists all words.",
    )


def entry_text(word: Word, width: int = 80) -> str:
    """An entry as text, no line longer than ``width``."""
    lines, also, see = [word.term], ", ".join(word.also), ", ".join(word.see)
    for label, value in (("also: ", also), ("", word.text), ("see: ", see), ("source: ", word.source)):
        if value:
            below = "    " if label else "  "
            lines += wrap(f"{label}{value}", width, initial_indent="  ", subsequent_indent=below)
    return "\n".join(lines)


def index_text(width: int = 80) -> str:
    """All words, in alphabetical order, in columns."""
    terms = sorted(glossary(), key=str.lower)
    column = max(map(len, terms)) + 2
    columns = max(1, width // column)
    rows = -(-len(terms) // columns)
    lines = ["".join(f"{term:<{column}}" for term in terms[row::rows]).rstrip() for row in range(rows)]
    return "\n".join([*lines, "", f"{len(terms)} words. Look one up: clientauth glossary {terms[0]!r}"])


def _other_numbers(plain: str) -> Iterator[str]:
    """A plural's singular forms, and a singular's plural."""
    for ending, instead in (("ies", "y"), ("es", ""), ("s", ""), ("", "s")):
        if plain.endswith(ending) and len(plain) > len(ending):
            yield plain.removesuffix(ending) + instead


def _plain(word: str) -> str:
    return "".join(character for character in word.lower() if character.isalnum())
