"""The command and its terminal: width, colour, text, JSON, errors and exit status."""

from __future__ import annotations

import json
import os
import shutil
import sys
from contextlib import contextmanager
from time import perf_counter
from typing import TYPE_CHECKING

import click

from simulator.errors import SimulatorError

if TYPE_CHECKING:
    from collections.abc import Iterator

width_option = click.option("--width", type=click.IntRange(min=60), help="Columns; default: the terminal's.")

WIDEST = 140  # a longer line is hard to follow with the eye
NARROWEST = 80  # the width of a terminal that does not tell


def terminal_width(width: int | None, narrowest: int = NARROWEST) -> int:
    """The columns to write: as asked, else the terminal's, between ``narrowest`` and 140."""
    if width is not None:
        return width
    return max(narrowest, min(WIDEST, shutil.get_terminal_size((NARROWEST, 24)).columns))


def wants_colour(colour: bool | None) -> bool:
    """Return True if colours are asked for, or by default on a terminal without NO_COLOR."""
    if colour is not None:
        return colour
    return sys.stdout.isatty() and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"


def printable(text: str) -> str:
    """The text with escapes for the characters that the terminal's encoding lacks."""
    encoding = getattr(sys.stdout, "encoding", None) or "utf-8"
    return text.encode(encoding, "backslashreplace").decode(encoding)


def write(text: str, end: str = "\n") -> None:
    """Print a text at once; it may hold anything a certificate can hold."""
    click.echo(printable(text + end), nl=False, color=True)


def read_line() -> str:
    """A line from standard input with its end, or an empty text after the last line.

    Bytes that are no text become replacement characters: a slip at the keyboard ends nothing.
    """
    stream = getattr(sys.stdin, "buffer", None)
    if stream is None:
        return sys.stdin.readline()
    line: bytes = stream.readline()
    return line.decode(getattr(sys.stdin, "encoding", None) or "utf-8", "replace")


def write_json(document: object) -> None:
    """Print one JSON document and nothing else."""
    click.echo(json.dumps(document, indent=2, ensure_ascii=True))


def note(text: str) -> None:
    """Print a remark on standard error, where it does not disturb a pipe."""
    click.echo(printable(text), err=True)


@contextmanager
def timed(what: str, *, quiet: bool = False) -> Iterator[None]:
    """Say on standard error how long something took.

    Args:
        what: the thing done, in the past tense.
        quiet: say nothing.
    """
    start = perf_counter()
    yield
    if not quiet:
        note(f"{what} in {perf_counter() - start:.1f} s.")


def run_command(command: click.Command) -> int:
    """Run the command line and return its exit status; a user's mistake is reported in words.

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
        # The reader has gone (``clientauth … | head``). Python would report the pipe once more on exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    return status if isinstance(status, int) else 0
