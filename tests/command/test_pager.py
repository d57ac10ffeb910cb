"""Stories a screen at a time: how they are cut, which keys turn them, and the terminal they are shown in."""

from __future__ import annotations

import os
import re
import signal
import termios
from functools import cache, partial
from itertools import product
from time import sleep
from types import SimpleNamespace
from typing import TYPE_CHECKING

import pytest

from simulator.command.console import WIDEST
from simulator.command.demo import STORIES, pages, steps_of
from simulator.command.keyboard import BACK, FORWARD, QUIT, turns_in
from simulator.command.pager import KEYS, LAST_KEYS, LEAST_LINES, Book, Page, pages_of, turn_pages
from simulator.errors import OutputError
from simulator.scenario.catalogue.catalogue import BASICS, catalogue
from simulator.views.drawing.cells import cells
from simulator.views.texts.screens import Passage, screens
from simulator.views.texts.terminal import passages, story
from tests.played import NAMES, RUNS, run_of
from tests.processes import clientauth
from tests.screen import OTHER_SCREEN, USUAL_SCREEN, Screen

if TYPE_CHECKING:
    from pathlib import Path

SIZES = ((60, LEAST_LINES), (60, 17), (60, 24), (80, 24), (120, 40))


@cache
def told(scenario: str, tls: str, columns: int) -> list[list[Passage]]:
    """The passages of a run's steps in so many columns, laid out once in this process."""
    return list(passages(run_of(scenario, tls).trace, columns))


def cut(scenario: str, tls: str, columns: int, room: int) -> list[Page]:
    """A run as ``run --step`` shows it."""
    return pages_of(catalogue[scenario].title, told(scenario, tls, columns), room)


# How they are cut ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("scenario", "tls"), RUNS)
def test_every_page_fits_its_window(scenario: str, tls: str) -> None:
    """No page is higher or wider than the window, is empty, or begins or ends with a blank line."""
    for columns, lines in SIZES:
        for page in cut(scenario, tls, columns, lines - 1):
            assert 0 < len(page.lines) < lines
            assert max(map(cells, page.lines)) <= columns
            assert page.lines[0].strip()
            assert page.lines[-1].strip()


def _goes_on(line: str) -> bool:
    """The line is the title of a step that goes on from the page before."""
    return line.startswith("─── ") and "continued" in line


@pytest.mark.parametrize(("scenario", "tls"), RUNS)
def test_nothing_is_lost_between_pages(scenario: str, tls: str) -> None:
    """The pages in a row are the story: only titles, marked as continued, and lanes' names are repeated."""
    lanes = {passage.again[-1] for step in told(scenario, tls, 60) for passage in step if passage.again}
    whole = story(run_of(scenario, tls).trace, 60).splitlines()
    expected = [line for line in whole if line not in lanes and line.strip()]
    for room in (LEAST_LINES - 1, 16, 23):
        shown = [line for page in cut(scenario, tls, 60, room) for line in page.lines]
        assert expected == [
            line for line in shown if not _goes_on(line) and line not in lanes and line.strip()
        ]


def test_a_step_that_goes_on_says_so() -> None:
    """A page between lanes begins with the title of its step and with the names of two actors."""
    titles = {"Client", "Server", "Client CA", "Server CA"}
    for columns, lines in SIZES:
        for page in cut("certificate-expired", "1.3", columns, lines - 1):
            if any("│" in line for line in page.lines):
                assert page.lines[0].startswith("─── "), (columns, lines, page.number)
                assert set(re.split(r"  +", page.lines[1].strip())) < titles, (columns, lines, page.number)


def test_what_belongs_together_is_not_parted() -> None:
    """A passage that fits on a screen stands on one; one that does not is parted between its paragraphs."""
    small = Passage((("a", "b"), ("c",)), ("T",), ("T, continued",))
    large = Passage((("1", "2", "3"), ("4", "5", "6")), (), ("T, continued",))
    assert [("T", "a", "b", "c"), ("T, continued", "a", "b", "c")] == screens([small, small], 5)
    assert [
        ("T", "a", "b", "c"),
        ("T, continued", "1", "2", "3"),
        ("T, continued", "4", "5", "6"),
    ] == screens([small, large], 5)


def test_screens_are_filled_evenly() -> None:
    """Where a step needs two screens, they are as high as each other."""
    step = [Passage(((str(number),),)) for number in range(10)]
    assert [5, 5] == [len(lines) for lines in screens(step, 9)]


# Which page is open ----------------------------------------------------------------------------------------


def a_book(columns: int = 80, lines: int = 24) -> Book:
    """The book of one run."""
    book = Book(partial(cut, "certificate-expired", "1.3"))
    book.fit((columns, lines))
    return book


def test_pages_are_turned_on_and_back() -> None:
    """On and back is where one was; before the first page is nothing; on after the last one leaves."""
    book = a_book()
    assert book.turn(BACK)
    assert 1 == book.page.number
    assert book.turn(FORWARD)
    assert book.turn(FORWARD)
    assert book.turn(BACK)
    assert 2 == book.page.number
    while book.page.number < book.page.count:
        assert book.turn(FORWARD)
    assert not book.turn(FORWARD)
    assert not book.turn(QUIT)


def test_in_a_window_that_is_too_small_nothing_is_turned() -> None:
    """Keys pressed blindly neither turn pages nor end the show; leaving does."""
    book = a_book()
    book.turn(FORWARD)
    book.fit((20, 5))
    assert all(book.turn(key) for key in [FORWARD, BACK] * 30)
    assert 1 == book.open
    assert not book.turn(QUIT)


def test_another_window_shows_the_same_place() -> None:
    """When the window changes, the step that was open still is; too small and back loses nothing."""
    for number in range(len(a_book().pages)):
        book = a_book()
        book.open = number
        step = book.page.place[:2]
        for size in ((80, 12), (60, 17), (40, 5), (120, 60)):
            assert book.fit(size)
            assert not book.fit(size)
        assert step == book.page.place[:2]


def test_the_bottom_line_fits() -> None:
    """The bottom line has a counter, the story's name (or its beginning) and the keys, and fits."""
    longest = max(BASICS, key=lambda name: len(catalogue[name].title))
    for name, size in product(dict.fromkeys((*NAMES, longest)), SIZES):
        book = Book(partial(cut, name, "1.3"))
        book.fit(size)
        for number, page in enumerate(book.pages):
            book.open = number
            bottom = book.bottom(KEYS, LAST_KEYS)
            assert cells(bottom) < size[0], (name, size)
            assert bottom.startswith(f"{number + 1}/{page.count} · {page.story[:20]}")
            assert bottom.endswith(("b back, q quit", "b, q", "space, b, q"))
    assert "space on, b back, q quit" in a_book().bottom(KEYS, LAST_KEYS)


def test_the_titles_of_the_demonstration_are_shown_whole() -> None:
    """In sixty columns no name at the bottom of a presented page is shortened, nor the keys."""
    book = Book(partial(pages, steps_of(coloured=False), "━"))
    book.fit((60, 24))
    for number, page in enumerate(book.pages):
        book.open = number
        assert page.story in book.bottom(KEYS, LAST_KEYS)
    assert [one.short for one in STORIES] == list(dict.fromkeys(page.story for page in book.pages))[1:]


ASKED = {
    " ": [FORWARD],
    "\r": [FORWARD],
    "\n": [FORWARD],
    "\x1b[C": [FORWARD],
    "\x1bOC": [FORWARD],
    "\x1b[6~": [FORWARD],
    "b": [BACK],
    "\x7f": [BACK],
    "\x08": [BACK],
    "\x1b[D": [BACK],
    "\x1b[5~": [BACK],
    "q": [QUIT],
    "\x03": [QUIT],
    "\x04": [QUIT],
    "x": [],
    "\x1b": [],
    "\x1b[A": [],
    "\x1b[1;5C": [],
    "\x1b[": [],
    "é": [],
    "  b\x1b[Dq": [FORWARD, FORWARD, BACK, BACK, QUIT],
}


def test_keys() -> None:
    """Space, Enter, → and Page Down turn on; b, ←, Backspace, Page Up back; q, Ctrl-C, Ctrl-D leave."""
    assert {typed: turns_in(typed) for typed in ASKED} == ASKED


# In a terminal ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("columns", "lines"), [(60, 24), (80, 24), (120, 40)])
def test_a_run_is_read_from_the_first_page_to_the_last(columns: int, lines: int) -> None:
    """Every page stands inside the window; the last one stays; the terminal is as before."""
    expected = cut("certificate-expired", "1.3", min(columns, WIDEST), lines - 1)
    with Screen(columns, lines, "run", "certificate-expired", "--step", "--no-colour") as screen:
        screen.wait(f"1/{len(expected)} · The client's cert")
        for page in expected:
            seen = screen.picture()
            assert list(page.lines) == [seen[row] for row in range(1, len(page.lines) + 1)]
            assert seen[lines].startswith(f"{page.number}/{page.count} · The client's cert")
            assert set(seen) <= set(range(1, lines + 1))
            if page is not expected[-1]:
                screen.press(" ", f"{page.number + 1}/{page.count} · The client's cert")
        assert 0 == screen.end(" ")
        left = screen.said.rpartition(USUAL_SCREEN)[2]
        assert list(expected[-1].lines) == left.replace("\r", "").splitlines()
        assert screen.before == termios.tcgetattr(screen.terminal)


def test_back_in_a_terminal() -> None:
    """Each of the keys that go back does."""
    with Screen(80, 24, "run", "valid-certificate", "--step") as screen:
        screen.wait("1/")
        for key in ("b", "\x1b[D", "\x7f"):
            screen.press("\x1b[C", "2/")
            screen.press(key, "1/")
        assert 0 == screen.end("q")


def test_keys_that_come_at_once_all_count() -> None:
    """Two presses of a remote in one moment turn two pages, and so does an arrow key that comes in halves."""
    with Screen(80, 24, "run", "valid-certificate", "--step") as screen:
        screen.wait("1/")
        screen.press("\x1b[C\x1b[C", "3/")
        screen.press("b", "2/")
        os.write(screen.terminal, b"\x1b[")
        sleep(0.1)
        screen.press("C", "3/")
        assert 0 == screen.end("q")


def test_an_error_gives_the_terminal_back() -> None:
    """A command that fails between two pages leaves the terminal as it was, and shows its traceback there."""
    failing = (
        "from simulator.command import pager; from simulator.__main__ import main\n"
        "pager.Book.turn = lambda book, what: 1 / 0; main()"
    )
    with Screen(80, 24, "run", "valid-certificate", "--step", code=failing) as screen:
        screen.wait("q quit")
        assert 1 == screen.end(" ")
        assert "ZeroDivisionError" in screen.said.rpartition(USUAL_SCREEN)[2]
        assert screen.before == termios.tcgetattr(screen.terminal)


def test_a_stop_of_the_output_stops_nothing() -> None:
    """Ctrl-S, which a terminal takes for a wish to wait, is a key like any other here."""
    with Screen(80, 24, "run", "valid-certificate", "--step") as screen:
        screen.wait("1/")
        screen.press("\x13\x1b[C", "2/")
        assert 0 == screen.end("q")


@pytest.mark.parametrize("key", ["q", "\x03", "\x04"], ids=["q", "Ctrl-C", "Ctrl-D"])
@pytest.mark.parametrize("term", ["xterm", "dumb"])
def test_leaving_leaves_nothing_behind(key: str, term: str) -> None:
    """q, Ctrl-C and Ctrl-D leave at once, without a traceback, and the terminal is as it was."""
    with Screen(80, 24, "run", "valid-certificate", "--step", TERM=term) as screen:
        screen.wait("quit")
        screen.rest()
        assert 0 == screen.end(key + "\n" * (term == "dumb" and key == "q"))
        assert "Traceback" not in screen.said
        assert screen.said.count(OTHER_SCREEN) == screen.said.count(USUAL_SCREEN) == (term == "xterm")
        assert screen.before == termios.tcgetattr(screen.terminal)


def test_a_request_to_end_gives_the_terminal_back() -> None:
    """A command that is ended from outside leaves the terminal as it was too."""
    with Screen(80, 24, "run", "valid-certificate", "--step") as screen:
        screen.wait("q quit")
        screen.process.send_signal(signal.SIGTERM)
        assert 128 + signal.SIGTERM == screen.ended()
        assert USUAL_SCREEN in screen.said
        assert "\x1b[?25h" in screen.said.rpartition(OTHER_SCREEN)[2]
        assert screen.before == termios.tcgetattr(screen.terminal)


def test_the_window_may_change() -> None:
    """Larger type cuts the pages anew; too small a window says so, and goes on when it is large again."""
    with Screen(80, 40, "run", "valid-certificate", "--step", "--no-colour") as screen:
        screen.wait("q quit")
        for columns, lines in ((60, 17), (100, 30), (60, LEAST_LINES)):
            screen.resize(columns, lines)
            screen.wait(f"\x1b[{lines};1H1/")
            assert max(screen.picture()) == lines
            assert max(map(cells, screen.picture().values())) <= columns
        screen.resize(50, 10)
        screen.wait("too small")
        assert max(map(cells, screen.picture().values())) < 50
        screen.resize(80, 24)
        screen.wait("q quit")
        assert 0 == screen.end("q")


def test_without_single_keys_lines_do_it() -> None:
    """Where the terminal can only print, Enter goes on, b back, q leaves, and no control code is sent."""
    with Screen(80, 24, "run", "valid-certificate", "--step", TERM="dumb") as screen:
        screen.wait("1/")
        screen.press("\n", "2/")
        screen.press("b\n", "1/")
        assert 0 == screen.end("q\n")
        assert "\x1b" not in screen.said


@pytest.mark.parametrize("arguments", [("run", "valid-certificate", "--step"), ("demo", "--present")])
def test_a_window_that_is_too_small_is_told(arguments: tuple[str, ...]) -> None:
    """Below sixty columns or twelve lines nothing is begun: what was got, expected, and what to do."""
    for columns, lines in ((59, 24), (80, LEAST_LINES - 1)):
        with Screen(columns, lines, *arguments) as screen:
            assert 2 == screen.ended()
            said = "".join(screen.said.split())
            for words in (f"{columns}columnsand{lines}lines", "atleast60columnsand12lines", "typesmaller"):
                assert words in said


def test_the_class_is_presented_to() -> None:
    """``demo --present`` begins with the width that its type may take, and says its keys; q leaves."""
    with Screen(60, 24, "demo", "--present", "--no-colour") as screen:
        screen.wait("q quit")
        assert "━" * 60 in screen.picture().values()
        screen.press(" ", "1/")
        assert screen.picture()[1].startswith("━━ 1 of 4: The good handshake ")
        assert 0 == screen.end("q")


def test_a_terminal_without_the_signs_is_told_in_ascii() -> None:
    """Where the terminal cannot show the signs, pages and bottom line are ASCII and keep their widths."""
    for arguments in (("run", "valid-certificate", "--step"), ("demo", "--present")):
        with Screen(60, 24, *arguments, PYTHONIOENCODING="ascii") as screen:
            screen.wait("1/")
            assert max(map(len, screen.picture().values())) <= 60
            screen.press(" ", "q")
            assert screen.picture()
            assert 0 == screen.end("q")
            assert screen.said.isascii()
            assert "\\u" not in screen.said


@pytest.mark.parametrize("arguments", [("run", "valid-certificate", "--step"), ("demo", "--present")])
def test_without_a_terminal_all_comes_at_once(arguments: tuple[str, ...], tmp_path: Path) -> None:
    """Where nobody can turn pages everything is printed, without codes, and a line beside it says why."""
    told = clientauth(*arguments, cwd=tmp_path)
    assert 0 == told.returncode
    assert "What the session is worth" in told.stdout
    assert "\x1b" not in told.stdout
    assert "no terminal. All of it follows at once." in told.stderr


def test_what_is_wrong_with_a_window_are_attributes(monkeypatch: pytest.MonkeyPatch) -> None:
    """The error of a small window has got, expected and advice."""
    monkeypatch.setattr("simulator.command.pager.window", lambda: (40, 20))
    for stream in ("stdin", "stdout"):
        monkeypatch.setattr(f"sys.{stream}", SimpleNamespace(isatty=lambda: True))
    with pytest.raises(OutputError) as raised:
        turn_pages(partial(cut, "valid-certificate", "1.3"), str, coloured=False)
    assert "40 columns and 20 lines" == raised.value.got
    assert raised.value.expected
    assert raised.value.advice
