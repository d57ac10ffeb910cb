"""``clientauth list``: topics, one topic, a search, and everything."""

from __future__ import annotations

import json

import pytest
from click.testing import CliRunner, Result

from simulator.command.cli import clientauth
from simulator.command.listing import first_names
from simulator.errors import ArgumentError
from simulator.scenario.catalogue.catalogue import catalogue

TOPICS = dict.fromkeys(scenario.topic for scenario in catalogue.values())


def listed(*arguments: str) -> Result:
    """Run ``clientauth list`` in this process."""
    return CliRunner().invoke(clientauth, ["list", *arguments], standalone_mode=False)


def names_in(document: str) -> list[str]:
    """The names in a document of ``list --json``."""
    return [row["name"] for row in json.loads(document)]


@pytest.mark.parametrize("columns", [80, 120])
def test_topics_come_first_with_their_counts_and_fit(columns: int) -> None:
    """Every topic has a heading with its number of scenarios and a line that begins with its first one."""
    lines = listed("--width", str(columns)).output.splitlines()
    assert max(map(len, lines)) <= columns
    for topic in TOPICS:
        names = [name for name, scenario in catalogue.items() if scenario.topic == topic]
        place = lines.index(f"{topic[0].upper()}{topic[1:]} ({len(names)})")
        assert lines[place + 1].startswith(f"  {names[0]}")
    assert any(line.startswith(f"{len(catalogue)} scenarios of {len(TOPICS)} topics") for line in lines)


def test_a_wider_terminal_shows_more_names() -> None:
    """As many names are shown as there is room for, and the rest is counted."""
    names = ["first-name", "second-name", "third-name"]
    shown = [first_names(names, columns) for columns in (60, 34, 12)]
    assert ["first-name, second-name, third-name", "first-name, second-name and 1 more"] == shown[:2]
    assert "first-name and 2 more" == shown[2]


@pytest.mark.parametrize("wanted", ["the CA", "ca", "THE CA"])
def test_a_topic_is_found_by_name_or_word(wanted: str) -> None:
    """Capitals do not matter, and a whole word goes before a part of one: certificate has "ca" in it too."""
    expected = [name for name, scenario in catalogue.items() if scenario.topic == "the CA"]
    assert expected == names_in(listed(*wanted.split(), "--json").output)


def test_an_unknown_topic_is_answered_with_the_nearest() -> None:
    """A misspelt topic gets the right one."""
    result = listed("the mesages")
    assert isinstance(result.exception, ArgumentError)
    assert "Did you mean 'the messages'?" in str(result.exception)


def test_a_search_looks_into_name_title_and_lesson() -> None:
    """Every word has to be there, in capitals or not; what is found is what a reader would find."""
    found = names_in(listed("--search", "SHA-1 key", "--json").output)
    texts = {name: f"{name} {one.title} {one.lesson}".lower() for name, one in catalogue.items()}
    assert [name for name, text in texts.items() if "sha-1" in text and "key" in text] == found
    for word in ("hello-retry", "switched off", "nobody"):  # of a name, of a title, of no scenario's
        expected = [name for name, text in texts.items() if all(part in text for part in word.split())]
        assert expected == names_in(listed("--search", word, "--json").output)


def test_a_search_within_a_topic() -> None:
    """A topic and a search together narrow the list."""
    found = names_in(listed("messages", "--search", "version", "--json").output)
    assert found
    assert {catalogue[name].topic for name in found} == {"the messages"}


def test_a_search_that_finds_nothing_says_so() -> None:
    """The status is 1 and the words say what was looked for."""
    result = listed("--search", "zebra")
    assert 1 == result.return_value
    assert "No scenario speaks of 'zebra'." in result.output


@pytest.mark.parametrize(
    ("arguments", "words"),
    [(("--search", " "), "Nothing to search for"), (("--all", "--search", "x"), "--all lists everything")],
)
def test_what_cannot_be_searched_is_refused(arguments: tuple[str, ...], words: str) -> None:
    """A search for nothing, and one of everything, are mistakes in words."""
    result = listed(*arguments)
    assert words in str(result.exception)
