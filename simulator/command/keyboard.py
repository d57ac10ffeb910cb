"""A terminal that is painted on and read key by key.

The terminal stays in raw mode from the first page to the last. ``click.getchar`` enters it for each key and
discards the keys that were pressed meanwhile: of two quick presses of a presenter's remote, one is lost.
"""

from __future__ import annotations

import os
import re
import sys
from contextlib import contextmanager
from select import select
from typing import TYPE_CHECKING

from simulator.command.console import write_controls

if TYPE_CHECKING:
    from collections.abc import Iterator

LOOK_S = 0.2  # the window's size is looked at so often: five times a second feels like at once
FORWARD, BACK, QUIT = "forward", "back", "quit"
TURNS = {
    **dict.fromkeys((" ", "\r", "\n", "\x1b[C", "\x1bOC", "\x1b[6~"), FORWARD),  # →, Page Down
    **dict.fromkeys(("b", "B", "\x7f", "\x08", "\x1b[D", "\x1bOD", "\x1b[5~"), BACK),  # Backspace, ←, Page Up
    **dict.fromkeys(("q", "Q", "\x03", "\x04"), QUIT),  # Ctrl-C, Ctrl-D
}
CLEAR = "\x1b[H\x1b[2J"
# An arrow key is an escape and more, up to a letter or ~ (ECMA-48 §5.4); any other key is a character.
_KEY = re.compile(r"\x1b[\[O][^@-~]*[@-~]?|.", re.DOTALL)
_HALF_A_KEY = re.compile(r"(\x1b([\[O][^@-~]*)?)?\Z")

Size = tuple[int, int]  # columns, lines


def window() -> Size:
    """The window's columns and lines; 80 and 24 if the terminal does not know."""
    size = os.get_terminal_size(sys.stdout.fileno())
    return size.columns or 80, size.lines or 24


def reads_keys() -> bool:
    """Return True if keys can be read one by one and the screen can be painted."""
    try:
        import termios  # noqa: F401 - not every system has it
    except ImportError:
        return False
    return os.environ.get("TERM", "dumb") != "dumb"


def turns_in(typed: str) -> list[str]:
    """The turns that a string of typed characters asks for; other keys are left out."""
    return [TURNS[key] for key in _KEY.findall(typed) if key in TURNS]


@contextmanager
def painted_screen() -> Iterator[Iterator[str]]:
    """Switch to the terminal's other screen and yield the typed characters.

    The terminal is given back as it was, also after an exception; :mod:`simulator.command.console` makes one
    of a request to end.
    """
    import termios
    import tty

    terminal = sys.stdin.fileno()
    before = termios.tcgetattr(terminal)
    try:
        tty.setraw(terminal, termios.TCSADRAIN)  # keys pressed while the program started count
        write_controls("\x1b[?1049h\x1b[?25l")
        yield _typed(terminal)
    finally:
        # Cleared, for the few terminals that have no other screen.
        write_controls(f"{CLEAR}\x1b[?25h\x1b[?1049l")
        termios.tcsetattr(terminal, termios.TCSAFLUSH, before)


def _typed(terminal: int) -> Iterator[str]:
    """Yield typed characters as they come, and an empty text now and then, until the terminal ends."""
    begun = ""  # of a key whose rest is still on its way, on a slow connection
    while True:
        if not select([terminal], [], [], LOOK_S)[0]:
            yield ""
            continue
        data = os.read(terminal, 1024)
        if not data:
            return
        typed = begun + data.decode("utf-8", "replace")
        half = _HALF_A_KEY.search(typed)
        begun = half[0] if half else ""
        yield typed.removesuffix(begun)
