"""A terminal key by key: what is typed, which of it turns a page, and a screen that can be painted on."""

from __future__ import annotations

import os
import signal
import sys
from contextlib import contextmanager
from select import select
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

LOOK_S = 0.2  # how often the window's size is looked at while nobody presses a key
ESCAPE_S = 0.05  # an arrow key is an escape and more, all at once
FORWARD, BACK, QUIT = "forward", "back", "quit"
TURNS = {
    **dict.fromkeys((" ", "\r", "\n", "\x1b[C", "\x1bOC", "\x1b[6~"), FORWARD),  # →, Page Down
    **dict.fromkeys(("b", "B", "\x7f", "\x08", "\x1b[D", "\x1bOD", "\x1b[5~"), BACK),  # Backspace, ←, Page Up
    **dict.fromkeys(("q", "Q", "\x03", "\x04"), QUIT),  # Ctrl-C, Ctrl-D
}
CLEAR = "\x1b[H\x1b[2J"

Size = tuple[int, int]  # columns, lines


def window() -> Size:
    """The window's columns and lines; 80 and 24 where the terminal does not know."""
    size = os.get_terminal_size(sys.stdout.fileno())
    return size.columns or 80, size.lines or 24


def reads_keys() -> bool:
    """Whether keys can be read one by one, and the screen be painted."""
    try:
        import termios  # noqa: F401 - not every system has it
    except ImportError:
        return False
    return os.environ.get("TERM", "dumb") != "dumb"


def turns_in(typed: str) -> list[str]:
    """What a string of typed characters asks for; keys that mean nothing are left out.

    Args:
        typed: as the terminal gives it: an arrow key is several characters.
    """
    asked = []
    while typed:
        key = _first_key(typed)
        typed = typed[len(key) :]
        asked += [TURNS[key]] if key in TURNS else []
    return asked


def _first_key(typed: str) -> str:
    """The first key of a string: a character, or an escape sequence up to its letter or ``~``."""
    if typed[:2] not in ("\x1b[", "\x1bO"):
        return typed[0]
    end = next((place for place in range(2, len(typed)) if "@" <= typed[place] <= "~"), len(typed) - 1)
    return typed[: end + 1]


@contextmanager
def painted_screen() -> Iterator[Iterator[str]]:
    """The terminal's other screen, and what is typed there.

    Whatever happens, the terminal is given back as it was.
    """
    import termios

    terminal = sys.stdin.fileno()
    before = termios.tcgetattr(terminal)
    single = termios.tcgetattr(terminal)
    single[0] &= ~termios.IXON  # Ctrl-S would stop the show
    single[3] &= ~(termios.ICANON | termios.ECHO | termios.ISIG)
    ended = signal.signal(signal.SIGTERM, _end)
    try:
        termios.tcsetattr(terminal, termios.TCSADRAIN, single)
        show("\x1b[?1049h\x1b[?25l")
        yield _typed(terminal)
    finally:
        show(f"{CLEAR}\x1b[?25h\x1b[?1049l")  # cleared for the few terminals that have but one screen
        termios.tcsetattr(terminal, termios.TCSAFLUSH, before)
        signal.signal(signal.SIGTERM, ended)


def _end(number: int, _: object) -> None:
    """A request to end comes as an exception, so that the terminal is given back first."""
    raise SystemExit(128 + number)


def _typed(terminal: int) -> Iterator[str]:
    """What is typed, as it comes; an empty text now and then while nothing is; ends with the terminal."""
    while True:
        if not select([terminal], [], [], LOOK_S)[0]:
            yield ""
            continue
        keys = os.read(terminal, 1024)
        if not keys:
            return
        while keys.endswith((b"\x1b", b"\x1b[", b"\x1bO")) and select([terminal], [], [], ESCAPE_S)[0]:
            more = os.read(terminal, 1024)
            if not more:
                return
            keys += more
        yield keys.decode("utf-8", "replace")


def show(text: str) -> None:
    """Write at once."""
    sys.stdout.write(text)
    sys.stdout.flush()
