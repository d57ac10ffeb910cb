"""Text from outside: what would be obeyed or hidden is an escape, what shapes letters stays."""

from __future__ import annotations

import pytest

from simulator.errors import ScenarioError
from simulator.scenario.file import loads
from simulator.views.drawing.cells import cells
from simulator.visible import clean, clean_lines, is_visible

SHAPED = (
    "\u06af\u0648\u0627\u0647\u06cc\u200c\u0646\u0627\u0645\u0647",  # a Persian word of two parts
    "\U0001f469\u200d\U0001f3eb",  # a teacher: two signs of emoji that are one
    "\U0001f469\U0001f3fd\u200d\U0001f4bb",  # the same with a skin tone
    "\u2764\ufe0f\u200d\U0001f525",  # with a variation selector
    "\u0915\u094d\u200d\u0937",  # two Devanagari letters that stay apart
)
HIDDEN = (
    "ali\u200dce",
    "ali\u200cce",
    "\u200dalice",
    "alice\u200c",
    "a\u200d\U0001f3eb",
    "a\u2060b",
    "a\u202eb",
)


@pytest.mark.parametrize("text", SHAPED)
def test_a_joiner_that_shapes_its_neighbours_stays(text: str) -> None:
    """Words and signs that need a joiner keep it, and a title may hold them."""
    assert text == clean(text)
    assert text == loads(f'title = "{text}"').title


@pytest.mark.parametrize("text", HIDDEN)
def test_a_character_that_only_hides_is_an_escape(text: str) -> None:
    """Two names never look the same because of a character that cannot be seen, and no title has one."""
    assert "\\u" in clean(text)
    assert not is_visible(text)
    with pytest.raises(ScenarioError, match="printable"):
        loads(f'title = "{text}"')


def test_lines_stay_lines() -> None:
    """A line feed stays in a text of several lines, and is an escape in a text of one."""
    assert "a\nb\\u000d" == clean_lines("a\nb\r")
    assert "a\\u000ab" == clean("a\nb")


def test_a_joiner_takes_no_column() -> None:
    """The width of a word is that of its letters."""
    assert len(SHAPED[0]) - 1 == cells(SHAPED[0])
