"""Stories a screen at a time in a terminal: forward, back, and the reader's place in the story.

Pages are cut to the window, and anew when it changes, so a presenter may make the type larger at any time.
They are painted on the terminal's other screen: going back would leave a heap of old pages on the usual one.
On leaving, the last page is written there, so that the class still sees it. Where keys cannot be read one by
one (no ``termios``, or ``TERM=dumb``), lines with Enter turn pages too. A pager such as ``less`` knows no
steps: it would cut a story in the middle of a message.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from simulator.command.console import (
    WIDEST,
    for_terminal,
    note,
    printable,
    read_line,
    terminal_width,
    write,
    write_controls,
)
from simulator.command.keyboard import (
    BACK,
    CLEAR,
    FORWARD,
    QUIT,
    TURNS,
    painted_screen,
    reads_keys,
    turns_in,
    window,
)
from simulator.errors import OutputError
from simulator.views.drawing.cells import cells, plain, shorten
from simulator.views.story.lanes import run_title
from simulator.views.texts.screens import screens
from simulator.views.texts.terminal import LEAST_WIDTH, SIGNS, passages, stories

if TYPE_CHECKING:
    from collections.abc import Iterable

    from simulator.command.keyboard import Size
    from simulator.trace.trace import Trace
    from simulator.views.texts.screens import Lines, Passage

LEAST_LINES = 12  # sixty columns fill a wide projector with seventeen
# The keys in the bottom line, on any page and on the last; shorter where the line is short.
KEYS = ("space on, b back, q quit", "space, b back, q quit", "space, b, q")
LAST_KEYS = ("the end: b back, q quit", "the end: b, q")
LINE_KEYS = ("Enter on, b+Enter back, q+Enter quit", "Enter, b, q")
LAST_LINE_KEYS = ("the end: b+Enter back, q+Enter quit", "the end: b, q")

AT_ONCE = "Pages cannot be turned: input or output is no terminal. All of it follows at once."


@dataclass(frozen=True, slots=True)
class Page:
    """The text that is seen at once.

    Attributes:
        lines: the text.
        story: the name of its story, for the bottom line.
        number: its number in that story, from 1.
        count: the number of pages of that story.
        place: its beginning in the whole show; pages of another cut compare with it.
    """

    lines: Lines
    story: str
    number: int
    count: int
    place: tuple[float, ...]


# Cuts a show into pages for so many columns, each of at most so many lines.
Layout = Callable[[int, int], Sequence[Page]]


def pages_of(story: str, steps: Iterable[Sequence[Passage]], room: int, chapter: int = 0) -> list[Page]:
    """One story as pages, a new page for each step.

    Args:
        story: its name.
        steps: the passages of each step.
        room: the most lines of a page.
        chapter: its number among several stories.
    """
    cut = [
        (lines, (chapter, step, part / len(parts)))
        for step, parts in enumerate(screens(passages, room) for passages in steps)
        for part, lines in enumerate(parts)
    ]
    return [Page(lines, story, number, len(cut), place) for number, (lines, place) in enumerate(cut, start=1)]


def ascii_terminal() -> bool:
    """Return True if the terminal's encoding lacks signs that the story is drawn with."""
    return printable(SIGNS) != SIGNS


def step_through(traces: Sequence[Trace], width: int | None, *, coloured: bool) -> None:
    """Show one run a screen at a time, as wide as the window.

    Args:
        traces: its connections.
        width: the most columns, or None.
        coloured: write colours.

    Raises:
        OutputError: the window is too small.
    """
    ascii_only = ascii_terminal()

    def layout(columns: int, lines: int) -> list[Page]:
        columns = min(columns, width or WIDEST)
        return [
            page
            for chapter, trace in enumerate(traces)
            for page in pages_of(
                run_title(trace.setup),
                passages(trace, columns, coloured, ascii_only=ascii_only),
                lines,
                chapter,
            )
        ]

    def whole() -> str:
        columns = terminal_width(width, LEAST_WIDTH)
        return stories(traces, columns, coloured, ascii_only=ascii_only).removesuffix("\n")

    turn_pages(layout, whole, coloured=coloured, ascii_only=ascii_only)


def turn_pages(layout: Layout, whole: Callable[[], str], *, coloured: bool, ascii_only: bool = False) -> None:
    """Show pages until the reader leaves; all at once where input or output is no terminal.

    Args:
        layout: cuts the show to a window.
        whole: the whole show as one text.
        coloured: set off the bottom line.
        ascii_only: write the bottom line in ASCII.

    Raises:
        OutputError: the window is too small.
    """
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        note(AT_ONCE)
        write(whole())
        return
    book = Book(layout, coloured=coloured, ascii_only=ascii_only)
    book.fit(window())
    if not book.fits:
        raise OutputError(
            "The window is too small for a story a screen at a time.",
            got=f"{book.size[0]} columns and {book.size[1]} lines",
            expected=f"at least {LEAST_WIDTH} columns and {LEAST_LINES} lines",
            advice="Make the window larger or its type smaller, and start again.",
        )
    if reads_keys():
        _turn_by_keys(book)
    else:
        _turn_by_lines(book)


class Book:
    """The pages, the one that is open, and the picture of it."""

    def __init__(self, layout: Layout, *, coloured: bool = False, ascii_only: bool = False) -> None:
        self.layout, self.coloured, self.ascii_only = layout, coloured, ascii_only
        self.size: Size = (0, 0)
        self.pages: Sequence[Page] = ()
        self.open = 0

    @property
    def fits(self) -> bool:
        """Return True if the window is large enough."""
        return self.size[0] >= LEAST_WIDTH and self.size[1] >= LEAST_LINES

    @property
    def page(self) -> Page:
        """The page that is open."""
        return self.pages[self.open]

    def fit(self, size: Size) -> bool:
        """Cut the pages to a window and stay at the same place; return True if the window has changed."""
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
        """Turn a page; return False if the reader leaves, as turning on after the last page does.

        In a window that is too small for a page only leaving counts: there is nothing to turn.
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
        """The bottom line: page number, story and keys."""
        page, is_last = self.page, self.open + 1 == len(self.pages)
        front = f"{page.number}/{page.count} · "
        room = self.size[0] - 1 - cells(front) - cells(" · ")
        *long, short = last_keys if is_last else keys
        shown = next((words for words in long if cells(page.story) + cells(words) <= room), short)
        line = f"{front}{shorten(page.story, room - cells(shown))} · {shown}"
        return plain(line) if self.ascii_only else line

    def picture(self) -> str:
        """The whole screen, each line at its place, so that nothing depends on how a terminal wraps."""
        lines = self.page.lines if self.fits else self.too_small()
        painted = [f"\x1b[{row};1H{for_terminal(line)}" for row, line in enumerate(lines, start=1)]
        if self.fits:
            bottom = for_terminal(self.bottom(KEYS, LAST_KEYS))
            bottom = f"\x1b[7m{bottom:<{self.size[0] - 1}}\x1b[0m" if self.coloured else bottom
            painted.append(f"\x1b[{self.size[1]};1H{bottom}")
        return CLEAR + "".join(painted)

    def text(self) -> str:
        """The open page as plain lines."""
        return "".join(f"{line}\n" for line in self.page.lines)

    def too_small(self) -> Lines:
        """The lines for a window that has become too small; they fit into a small one."""
        return (
            "The window is too small.",
            f"It has {self.size[0]} × {self.size[1]};",
            f"{LEAST_WIDTH} × {LEAST_LINES} are needed.",
            "Make the type smaller.",
        )


def _turn_by_keys(book: Book) -> None:
    """Turn at each key, and look at the window's size now and then."""
    try:
        with painted_screen() as typed:
            write_controls(book.picture())
            for keys in typed:
                turned = [book.turn(asked) for asked in turns_in(keys)]
                if not all(turned):
                    return
                if book.fit(window()) or turned:
                    write_controls(book.picture())
    finally:
        write(book.text(), end="")


def _turn_by_lines(book: Book) -> None:
    """Write page under page, and turn at each line with Enter."""
    try:
        while True:
            bottom = book.bottom(LINE_KEYS, LAST_LINE_KEYS)
            shown = f"{book.text()}{bottom}" if book.fits else " ".join(book.too_small())
            write(shown, end=" ")
            line = read_line()
            asked = TURNS.get(line.strip()[:1], FORWARD) if line else QUIT
            if not book.turn(asked):
                return
            book.fit(window())
    except KeyboardInterrupt:
        write("")
