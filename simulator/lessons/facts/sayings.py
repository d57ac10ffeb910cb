"""Sentences for facts: how a value is said aloud.

Each function gives a *saying*: a function from a value to one whole sentence.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from simulator.lessons.facts.kinds import plain
from simulator.lessons.facts.readings import NONE
from simulator.security import SecurityLevel
from simulator.views.story.words import level_name

Saying = Callable[[Any], str]


def either(yes: str, no: str) -> Saying:
    """One of two sentences, for what is so or not."""
    return lambda value: yes if value else no


def filled(sentence: str, **instead: str) -> Saying:
    """A sentence with the value in the place of the braces.

    Args:
        sentence: the sentence.
        **instead: another sentence for one value, under that value with ``_`` for a space.
    """
    others = {value.replace("_", " "): told for value, told in instead.items()}
    return lambda value: others.get(str(value)) or sentence.format(plain(value))


def levelled(sentence: str, none: str = "") -> Saying:
    """A sentence with the name of a level in the place of the braces; ``none`` where there is no level."""
    return lambda value: none if value == NONE else sentence.format(level_name(SecurityLevel(value)))


def counted(sentence: str, noun: str, nothing: str) -> Saying:
    """A sentence with a number of things in the place of the braces; ``nothing`` where there are none."""

    def said_of(value: Any) -> str:
        if value == 0:
            return nothing
        return sentence.format(f"{plain(value)} {noun}" if value == 1 else f"{plain(value)} {noun}s")

    return said_of
