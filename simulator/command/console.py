"""How the command talks to its terminal: width, colour, errors and JSON."""

from __future__ import annotations

import json
import os
import shutil
import sys
from typing import TYPE_CHECKING, TextIO

import click

from simulator.errors import SimulatorError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from simulator.scenario import Scenario

width_option = click.option("--width", type=click.IntRange(min=60), help="Columns; default: the terminal's.")

WIDEST = 140  # beyond this a line is hard to follow with the eye
NARROWEST = 80


def terminal_width(width: int | None, narrowest: int = NARROWEST) -> int:
    """How many columns to write: as asked, else the terminal's, between ``narrowest`` and 140."""
    if width is not None:
        return width
    return max(narrowest, min(WIDEST, shutil.get_terminal_size((NARROWEST, 24)).columns))


def wants_colour(colour: bool | None, stream: TextIO) -> bool:
    """Whether to write colours: as asked, else on a terminal that does not say NO_COLOR."""
    if colour is not None:
        return colour
    return stream.isatty() and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"


def shows_signs(signs: str) -> bool:
    """Whether the terminal's encoding has all of these signs."""
    return printable(signs) == signs


def printable(text: str) -> str:
    """The text as the terminal's encoding can show it; what it cannot is written as an escape."""
    encoding = getattr(sys.stdout, "encoding", None) or "utf-8"
    return text.encode(encoding, "backslashreplace").decode(encoding)


def write(text: str) -> None:
    """Print a text that may hold anything a certificate can hold."""
    click.echo(printable(text), color=True)


def read_line() -> str:
    """A line from standard input with its end, empty after the last; bytes that are no text are marked."""
    stream = getattr(sys.stdin, "buffer", None)
    if stream is None:
        return sys.stdin.readline()
    line: bytes = stream.readline()
    return line.decode(getattr(sys.stdin, "encoding", None) or "utf-8", "replace")


def write_json(document: object) -> None:
    """Print one JSON document and nothing else."""
    click.echo(json.dumps(document, indent=2, ensure_ascii=True))


def note(text: str) -> None:
    """Say something beside the output, where it does not disturb a pipe."""
    click.echo(printable(text), err=True)


def listing(scenarios: Mapping[str, Scenario], *, coloured: bool) -> str:
    """The scenarios by topic, each with its title, in their own order."""
    widest = max(map(len, scenarios))
    lines: list[str] = []
    topic = ""
    for name, scenario in scenarios.items():
        if scenario.topic != topic:
            topic = scenario.topic
            title = topic[:1].upper() + topic[1:]
            lines += ["", click.style(title, bold=True) if coloured else title]
        lines.append(f"  {name:<{widest}}  {scenario.title}")
    lines += ["", f"{len(scenarios)} scenarios. Play one: clientauth run {next(iter(scenarios))}"]
    return "\n".join(lines[1:])


def run_command(command: click.Command) -> int:
    """Run the command line and give its exit status; what is the user's mistake is told in words.

    Returns:
        0 as expected, 1 not as expected, 2 bad usage or input, 130 interrupted.
    """
    try:
        status = command.main(standalone_mode=False)
    except click.exceptions.Abort:
        note("Stopped.")
        return 130
    except click.exceptions.Exit as exit_:
        return exit_.exit_code
    except click.ClickException as error:
        error.show()
        return 2
    except SimulatorError as error:
        note(f"clientauth: {error}")
        return 2
    except BrokenPipeError:
        # The reader has gone (``clientauth … | head``); nothing more can be said to it.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    return status if isinstance(status, int) else 0
