"""Words of the glossary that stand in what the player says at an event."""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING, Any

from simulator.lessons.glossary import glossary

if TYPE_CHECKING:
    from collections.abc import Iterable

MOST_WORDS = 4


def words_in(texts: Iterable[str]) -> list[str]:
    """The glossary's terms that occur in the texts, each once, in the order in which they occur."""
    pattern, terms = _finder()
    matches = [match for text in texts for match in pattern.findall(text)]
    found = [match if match in glossary() else terms[match.lower()] for match in matches]
    return list(dict.fromkeys(found))[:MOST_WORDS]


def entries(terms: Iterable[str]) -> dict[str, list[Any]]:
    """What each of these terms means, and where it is defined."""
    return {term: [glossary()[term].text, glossary()[term].source] for term in terms}


@cache
def _finder() -> tuple[re.Pattern[str], dict[str, str]]:
    """One pattern for every spelling that is no everyday word, the longest first, and the term of each."""
    words = [word for word in glossary().values() if not word.everyday]
    spellings = {name.lower(): word.term for word in words for name in (word.term, *word.also)}
    longest = sorted(spellings, key=lambda name: (-len(name), name))
    alternatives = "|".join(re.escape(name) for name in longest)
    return re.compile(rf"(?<![\w-])(?:{alternatives})(?![\w-])", re.IGNORECASE), spellings
