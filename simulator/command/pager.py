"""Stories a screen at a time in a terminal: forward, back, and where one stands.

Pages are cut to the window, and anew when it changes, so a presenter may make the type larger at any time.
They are shown on the terminal's other screen, since going back, and a window that changes, would leave a heap
of old pages on the usual one. On leaving, the last page is written there, so that the class keeps it before
its eyes. Where keys cannot be read one by one (no ``termios``, or ``TERM=dumb``), lines with Enter do too.
"""

from __future__ import annotations

import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from simulator.command.console import WIDEST, note, printable, read_line, shows_signs, terminal_width, write
from simulator.command.keyboard import (
    BACK,
    CLEAR,
    FORWARD,
    QUIT,
    TURNS,
    painted_screen,
    reads_keys,
    show,
    turns_in,
    window,
)
from simulator.errors import OutputError
from simulator.views.drawing.cells import cells, plain, shorten
from simulator.views.story.words import clean
from simulator.views.texts.screens import screens
from simulator.views.texts.terminal import LEAST_WIDTH, SIGNS, passages, story_steps

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from simulator.command.keyboard import Size
    from simulator.trace.trace import Trace
    from simulator.views.texts.screens import Lines, Passage

LEAST_LINES = 12  # sixty columns fill a wide projector with seventeen
# What can be pressed, on any page and on the last one; in fewer words where the line is short.
KEYS = ("space on, b back, q quit", "space, b back, q quit", "space, b, q")
LAST_KEYS = ("the end: b back, q quit", "the end: b, q")
LINE_KEYS = ("Enter on, b+Enter back, q+Enter quit", "Enter, b, q")
LAST_LINE_KEYS = ("the end: b+Enter back, q+Enter quit", "the end: b, q")

AT_ONCE = "Nobody can turn pages here: input or output is no terminal. All of it follows at once."


@dataclass(frozen=True, slots=True)
class Page:
    """What is seen at once.

    Attributes:
        lines: the text.
        story: what it belongs to, for the bottom line.
        number: its number in that story, from 1; ``count`` how many there are.
        place: where in everything it begins; pages of another cut compare with it.
    """

    lines: Lines
    story: str
    number: int
    count: int
    place: tuple[float, ...]


def pages_of(story: str, steps: Iterable[Sequence[Passage]], room: int, chapter: int = 0) -> list[Page]:
    """One story as pages, a new page for each step.

    Args:
        story: its name.
        steps: what is told.
        room: the most lines of a page.
        chapter: its number among several stories.
    """
    cut = [
        (lines, (chapter, step, part / len(parts)))
        for step, parts in enumerate(screens(passages, room) for passages in steps)
        for part, lines in enumerate(parts)
    ]
    return [Page(lines, story, number, len(cut), place) for number, (lines, place) in enumerate(cut, start=1)]


def can_turn_pages() -> bool:
    """Whether somebody sits there: both input and output are a terminal."""
    return sys.stdin.isatty() and sys.stdout.isatty()


def turn_pages(layout: Layout, *, coloured: bool, ascii_only: bool = False) -> None:
    """Show pages until the reader has had enough.

    Args:
        layout: gives the pages for so many columns and so many lines of text.
        coloured: set off the bottom line.
        ascii_only: in ASCII.

    Raises:
        OutputError: the window is too small.
    """
    book = Book(layout, coloured=coloured, ascii_only=ascii_only)
    book.fit(window())
    if not book.fits:
        raise too_small(book.size)
    if reads_keys():
        _turn_by_keys(book)
    else:
        _turn_by_lines(book)


def step_through(trace: Trace, width: int | None, *, coloured: bool) -> None:
    """Tell one run a screen at a time, as wide as the window; at once where nobody can turn pages.

    Args:
        trace: what happened.
        width: the most columns; None for no such wish.
        coloured: write colours.

    Raises:
        OutputError: the window is too small.
    """
    ascii_only = not shows_signs(SIGNS)

    def layout(columns: int, lines: int) -> list[Page]:
        told = passages(trace, min(columns, width or WIDEST), coloured, ascii_only=ascii_only)
        return pages_of(clean(trace.setup.title), told, lines)

    if can_turn_pages():
        turn_pages(layout, coloured=coloured, ascii_only=ascii_only)
        return
    note(AT_ONCE)
    columns = terminal_width(width, LEAST_WIDTH)
    write("\n".join(story_steps(trace, columns, coloured, ascii_only=ascii_only)))


class Layout(Protocol):
    """What cuts pages to a window."""

    def __call__(self, columns: int, lines: int, /) -> Sequence[Page]:
        """The pages for so many columns, each of at most so many lines."""


class Book:
    """The pages, which of them is open, and how it is put before the reader."""

    def __init__(
        self,
        layout: Layout,
        *,
        coloured: bool = False,
        ascii_only: bool = False,
    ) -> None:
        self.layout, self.coloured, self.ascii_only = layout, coloured, ascii_only
        self.size: Size = (0, 0)
        self.pages: Sequence[Page] = ()
        self.open = 0

    @property
    def fits(self) -> bool:
        """Whether the window is large enough."""
        return self.size[0] >= LEAST_WIDTH and self.size[1] >= LEAST_LINES

    @property
    def page(self) -> Page:
        """The page that is open."""
        return self.pages[self.open]

    def fit(self, size: Size) -> bool:
        """Cut the pages to a window and stay at the same place; whether anything has changed."""
        if size == self.size:
            return False
        place = self.page.place if self.pages else ()
        self.size = size
        if self.fits:
            self.pages = self.layout(size[0], size[1] - 1)
            before = [number for number, page in enumerate(self.pages) if page.place <= place]
            self.open = before[-1] if before else 0
        return True

    def turn(self, what: str) -> bool:
        """Turn a page; False where the reader leaves, which turning on after the last page does too.

        In a window that is too small for a page there is nothing to turn, and only leaving counts.
        """
        if not self.fits:
            return what != QUIT
        if what == BACK:
            self.open = max(0, self.open - 1)
        elif what == FORWARD and self.open + 1 < len(self.pages):
            self.open += 1
        else:
            return False
        return True

    def bottom(self, keys: Sequence[str], last_keys: Sequence[str]) -> str:
        """The line that says where one stands and what can be pressed."""
        page, is_last = self.page, self.open + 1 == len(self.pages)
        front = f"{page.number}/{page.count} · "
        room = self.size[0] - 1 - cells(front) - cells(" · ")
        *long, short = last_keys if is_last else keys
        told = next((words for words in long if cells(page.story) + cells(words) <= room), short)
        line = f"{front}{shorten(page.story, room - cells(told))} · {told}"
        return plain(line) if self.ascii_only else line

    def picture(self) -> str:
        """The whole screen, each line at its place, so that nothing depends on how a terminal wraps."""
        lines = self.page.lines if self.fits else told_too_small(self.size)
        drawn = [f"\x1b[{row};1H{printable(line)}" for row, line in enumerate(lines, start=1)]
        if self.fits:
            bottom = self.bottom(KEYS, LAST_KEYS)
            bottom = f"\x1b[7m{bottom:<{self.size[0] - 1}}\x1b[0m" if self.coloured else bottom
            drawn.append(f"\x1b[{self.size[1]};1H{bottom}")
        return CLEAR + "".join(drawn)

    def text(self) -> str:
        """The open page as plain lines."""
        return "".join(f"{printable(line)}\n" for line in self.page.lines)


def told_too_small(size: Size) -> Lines:
    """What stands in a window that has become too small, in lines that fit into a small one."""
    return (
        "The window is too small.",
        f"It has {size[0]} × {size[1]};",
        f"{LEAST_WIDTH} × {LEAST_LINES} are needed.",
        "Make the type smaller.",
    )


def too_small(size: Size) -> OutputError:
    """The error of a window in which nothing can be shown."""
    return OutputError(
        "The window is too small for a story a screen at a time.",
        got=f"{size[0]} columns and {size[1]} lines",
        expected=f"at least {LEAST_WIDTH} columns and {LEAST_LINES} lines",
        advice="Make the window larger or its type smaller, and start again.",
    )


def _turn_by_keys(book: Book) -> None:
    """Each key turns at once; the window's size is looked at now and then."""
    try:
        with painted_screen() as typed:
            show(book.picture())
            for keys in typed:
                turned = [book.turn(asked) for asked in turns_in(keys)]
                if not all(turned):
                    return
                if book.fit(window()) or turned:
                    show(book.picture())
    finally:
        show(book.text())


def _turn_by_lines(book: Book) -> None:
    """Page under page; a line with Enter turns."""
    try:
        while True:
            bottom = book.bottom(LINE_KEYS, LAST_LINE_KEYS)
            told = f"{book.text()}{bottom}" if book.fits else " ".join(told_too_small(book.size))
            show(f"{told} ")
            line = read_line()
            asked = TURNS.get(line.strip()[:1], FORWARD) if line else QUIT
            if not book.turn(asked):
                return
            book.fit(window())
    except KeyboardInterrupt:
        show("\n")
