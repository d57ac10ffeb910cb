"""``clientauth list``: the topics of the catalogue, one topic, or the scenarios that speak of something."""

from __future__ import annotations

from dataclasses import asdict
from itertools import groupby
from textwrap import wrap
from typing import TYPE_CHECKING

import click

from simulator.command.console import terminal_width, wants_colour, width_option, write, write_json
from simulator.command.options import colour_option, json_option
from simulator.errors import ArgumentError, unknown_name

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from simulator.scenario import Scenario
    from simulator.scenario.presets.table import Preset


@click.command("list")
@click.argument("topic", nargs=-1)
@click.option("--search", metavar="WORD", help="Scenarios whose name, title or lesson has these words.")
@click.option("--all", "all_", is_flag=True, help="Every scenario with its title.")
@click.option(
    "--presets", "presets_", is_flag=True, help="Servers of other products, for --set server.preset=."
)
@json_option
@width_option
@colour_option
def list_(
    topic: tuple[str, ...],
    search: str | None,
    all_: bool,
    presets_: bool,
    as_json: bool,
    width: int | None,
    colour: bool | None,
) -> int:
    """List the built-in scenarios by topic.

    With TOPIC, or a word of it: those of that topic with their titles.
    """
    from simulator.scenario.catalogue.catalogue import catalogue

    if all_ and (topic or search is not None):
        raise click.UsageError("--all lists everything; leave TOPIC and --search out, or leave --all out.")
    if presets_ and (topic or search is not None or all_):
        raise click.UsageError("--presets lists no scenarios; leave TOPIC, --search and --all out.")
    if presets_:
        return _list_presets(terminal_width(width), as_json=as_json, coloured=wants_colour(colour))
    chosen = list(catalogue.values())
    if topic:
        chosen = of_topic(" ".join(topic), chosen)
    if search is not None:
        chosen = speaking_of(search, chosen)
    coloured = wants_colour(colour)
    if as_json:
        write_json([{"name": s.name, "title": s.title, "topic": s.topic} for s in chosen])
    elif not chosen:
        where = f"of the topic {' '.join(topic)!r} " if topic else ""
        write(f"No scenario {where}speaks of {search!r}. The topics: clientauth list")
    elif all_ or topic or search is not None:
        write(titles(chosen, coloured=coloured))
    else:
        write(topics(chosen, terminal_width(width), coloured=coloured))
    return 0 if chosen else 1


def _list_presets(columns: int, *, as_json: bool, coloured: bool) -> int:
    """Write the presets, each with the settings that it stands for."""
    from simulator.scenario.presets.table import presets

    if as_json:
        write_json([asdict(one) | {"setting": f"{one.part}.preset"} for one in presets().values()])
    else:
        write(preset_lines(list(presets().values()), columns, coloured=coloured))
    return 0


def preset_lines(every: Sequence[Preset], columns: int, *, coloured: bool) -> str:
    """The presets by the part that they are for: name, product, what it does, settings and source."""
    from simulator.scenario.writer import toml

    lines: list[str] = []
    for part, group in groupby(every, key=lambda one: one.part):
        lines += [_heading(f"{part}.preset", coloured), ""]
        for one in group:
            sets = ", ".join(f"{key} = {toml(value)}" for key, value in one.sets.items())
            lines.append(f"  {one.name}")
            for words in (f"{one.title}: {one.words}.", f"Sets: {sets}.", f"Source: {one.source}."):
                lines += wrap(words, columns, initial_indent="    ", subsequent_indent="      ")
            lines.append("")
    count, first = len(every), every[0]
    lines.append(f"{count} presets. What you set beside one wins.")
    lines.append(f"Use one: clientauth run valid-certificate --set {first.part}.preset={first.name}")
    return "\n".join(lines)


def of_topic(wanted: str, scenarios: Iterable[Scenario]) -> list[Scenario]:
    """The scenarios of the topics with this name, or with these words in theirs, or with parts of words.

    Raises:
        ArgumentError: no topic has them.
    """
    among, word = list(scenarios), wanted.casefold()
    names = list(dict.fromkeys(scenario.topic for scenario in among))
    exact = [name for name in names if name.casefold() == word]
    worded = [name for name in names if f" {word} " in f" {name.casefold()} "]
    meant = exact or worded or [name for name in names if word in name.casefold()]
    if not meant:
        otherwise = "clientauth list shows all topics; --search looks into names, titles and lessons."
        raise unknown_name(ArgumentError, "topic", wanted, names, otherwise=otherwise)
    return [scenario for scenario in among if scenario.topic in meant]


def speaking_of(words: str, scenarios: Iterable[Scenario]) -> list[Scenario]:
    """The scenarios in whose name, title or lesson each of these words is found, in capitals or not."""
    wanted = words.casefold().split()
    if not wanted:
        expected, advice = "a word", "clientauth list --all shows every scenario."
        raise ArgumentError("Nothing to search for.", got=repr(words), expected=expected, advice=advice)
    return [
        scenario
        for scenario in scenarios
        if all(word in f"{scenario.name}\n{scenario.title}\n{scenario.lesson}".casefold() for word in wanted)
    ]


def topics(scenarios: Sequence[Scenario], columns: int, *, coloured: bool) -> str:
    """Each topic with its number of scenarios, and as many of their names as a line has room for."""
    groups = by_topic(scenarios)
    lines: list[str] = []
    for topic, names in ((topic, [one.name for one in group]) for topic, group in groups):
        lines += [f"{_heading(topic, coloured)} ({len(names)})", f"  {first_names(names, columns - 2)}", ""]
    longest = max((topic for topic, _ in groups), key=len)
    return "\n".join(
        [
            *lines,
            f"{len(scenarios)} scenarios of {len(groups)} topics, in the order in which to teach them.",
            f'One topic with its titles: clientauth list "{longest}".',
            "All: clientauth list --all. About a word: clientauth list --search expired.",
            f"Play one: clientauth run {scenarios[0].name}",
        ]
    )


def first_names(names: Sequence[str], columns: int) -> str:
    """As many names as there is room for, and the number of those left out."""
    for shown in range(len(names), 1, -1):
        left = len(names) - shown
        line = ", ".join(names[:shown]) + (f" and {left} more" if left else "")
        if len(line) <= columns:
            return line
    return names[0] if len(names) == 1 else f"{names[0]} and {len(names) - 1} more"


def titles(scenarios: Sequence[Scenario], *, coloured: bool) -> str:
    """The scenarios by topic, each with its title."""
    widest = max(len(scenario.name) for scenario in scenarios)
    lines: list[str] = []
    for topic, group in by_topic(scenarios):
        lines += [_heading(topic, coloured), *(f"  {one.name:<{widest}}  {one.title}" for one in group), ""]
    count = f"{len(scenarios)} scenario{'s' if len(scenarios) > 1 else ''}"
    return "\n".join([*lines, f"{count}. Play one: clientauth run {scenarios[0].name}"])


def by_topic(scenarios: Iterable[Scenario]) -> list[tuple[str, list[Scenario]]]:
    """Each topic with its scenarios, in teaching order."""
    # Teaching order keeps a topic together; a test of the catalogue holds it to that.
    return [(topic, list(group)) for topic, group in groupby(scenarios, key=lambda one: one.topic)]


def _heading(topic: str, coloured: bool) -> str:
    title = topic[:1].upper() + topic[1:]
    return click.style(title, bold=True) if coloured else title
