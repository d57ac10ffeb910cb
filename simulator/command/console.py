"""The command and its terminal: width, colour, text, JSON, errors and exit status."""

from __future__ import annotations

import codecs
import io
import json
import os
import re
import shutil
import signal
import sys
from contextlib import contextmanager
from time import perf_counter
from typing import IO, TYPE_CHECKING, Any

import click

from simulator.command.streams import watched_streams
from simulator.errors import OutputError, SimulatorError
from simulator.visible import clean_lines

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

MOST_COLUMNS = 2000  # more than the smallest type gives on a screen of 7,680 pixels
width_option = click.option(
    "--width", type=click.IntRange(60, MOST_COLUMNS), help="Columns; default: the terminal's."
)

WIDEST = 140  # a longer line is hard to follow with the eye
NARROWEST = 80  # the width of a terminal that does not tell
# The codes with which this program colours text: `paint` of views/drawing/cells.py, and click.style.
_COLOURS = re.compile(r"\x1b\[(?:0|1|2|32|35|36|1;31|1;34)m")


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
    """The text with likes in ASCII, or escapes, for the characters that the terminal's encoding lacks."""
    encoding = getattr(sys.stdout, "encoding", None) or "utf-8"
    return text.encode(encoding, "clientauth-likes").decode(encoding)


def _likes(error: UnicodeError) -> tuple[str, int]:
    """The handler of encoding errors behind :func:`printable`."""
    from simulator.views.drawing.cells import plain  # here, not above: most terminals lack nothing

    assert isinstance(error, UnicodeEncodeError)
    return plain(error.object[error.start : error.end]), error.end


codecs.register_error("clientauth-likes", _likes)


def for_terminal(text: str) -> str:
    """The text as it may reach a terminal: cleaned, but for line feeds and this program's own colours."""
    own = _COLOURS.findall(text)
    cleaned = map(clean_lines, _COLOURS.split(text))
    return printable("".join(piece for pair in zip(cleaned, [*own, ""], strict=True) for piece in pair))


def write(text: str, end: str = "\n") -> None:
    """Print a text at once; it may hold anything a certificate or a file can hold."""
    click.echo(for_terminal(text) + end, nl=False, color=True)


def write_controls(codes: str) -> None:
    """Send codes that paint a screen; the texts among them have gone through :func:`for_terminal`."""
    click.echo(codes, nl=False, color=True)


def read_line() -> str:
    """A line from standard input with its end, or an empty text after the last line.

    Bytes that are no text become replacement characters: a slip at the keyboard ends nothing.
    """
    return _from_standard_input(lambda stream: stream.readline())


def read_text(most: int) -> str:
    """Standard input to its end, or its first ``most`` bytes, read as :func:`read_line` reads a line."""
    return _from_standard_input(lambda stream: stream.read(most))


def _from_standard_input(read: Callable[[IO[Any]], Any]) -> str:
    if sys.stdin is None:  # the program was started without one
        return ""
    stream = getattr(sys.stdin, "buffer", None)
    if stream is None:
        return str(read(sys.stdin))
    data: bytes = read(stream)
    return data.decode(getattr(sys.stdin, "encoding", None) or "utf-8", "replace")


def write_json(document: object) -> None:
    """Print one JSON document and nothing else."""
    click.echo(json.dumps(document, indent=2, ensure_ascii=True))


def note(text: str) -> None:
    """Print a remark on standard error, where it does not disturb a pipe."""
    click.echo(printable(clean_lines(text)), err=True)


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
        0 as expected, 1 not as expected, 2 bad usage, input or output, 130 interrupted.

    Raises:
        SystemExit: the program was asked to end by SIGTERM or SIGHUP.
    """
    try:
        with ended_by_exception(), watched_streams():
            return _status_of(command)
    except OutputError as error:
        note(f"clientauth: {error}")
        return 2


def _status_of(command: click.Command) -> int:
    """Run the command line; every mistake becomes words and a status."""
    try:
        status = command.main(standalone_mode=False)
    except (click.exceptions.Abort, KeyboardInterrupt):
        note("Stopped.")
        return 130
    except click.exceptions.Exit as exit_:
        return exit_.exit_code
    except click.ClickException as error:
        words = io.StringIO()
        error.show(words)
        note(words.getvalue().removesuffix("\n"))
        return 2
    except SimulatorError as error:
        note(f"clientauth: {error}")
        return 2
    return status if isinstance(status, int) else 0


@contextmanager
def ended_by_exception() -> Iterator[None]:
    """Let SIGTERM and SIGHUP end the program as Ctrl-C does: files are tidied, the terminal is given back.

    A signal that is ignored stays so, as ``nohup`` asks.
    """
    numbers = [getattr(signal, name, None) for name in ("SIGTERM", "SIGHUP")]  # Windows has no SIGHUP
    ours = [number for number in numbers if number and signal.getsignal(number) is signal.SIG_DFL]
    for number in ours:
        signal.signal(number, _end)
    try:
        yield
    finally:
        for number in ours:
            signal.signal(number, signal.SIG_DFL)


def _end(number: int, _: object) -> None:
    raise SystemExit(128 + number)
