"""The demonstration, ``clientauth demo``, in the order in which a class sees it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import partial
from itertools import product
from typing import TYPE_CHECKING

import click

from simulator.command.console import note, timed, write
from simulator.command.gallery import MARKS, PICTURE_MARK, gallery_files, pictures
from simulator.command.pager import Page, ascii_terminal, pages_of, turn_pages
from simulator.runs.files import check_folder, has_mark, write_folder
from simulator.runs.many import processes, spread
from simulator.runs.progress import counted
from simulator.runs.run import simulate
from simulator.runs.sweep import matrix as outcome_matrix
from simulator.scenario.catalogue.catalogue import BASICS
from simulator.views.pictures.matrix import matrix_text
from simulator.views.texts.screens import Passage
from simulator.views.texts.terminal import LEAST_WIDTH, passages, story

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from concurrent.futures import Executor
    from pathlib import Path

    from simulator.scenario import TlsVersion

VERSIONS: tuple[TlsVersion, ...] = ("1.3", "1.2")
LARGE_TYPE_WIDTH = LEAST_WIDTH  # columns that can be read from the last row

HELP = (
    "Space or Enter goes on, b goes back, q quits.",
    "The arrow keys turn too, and so does a presenter's remote.",
    "The type and the window may be changed at any time.",
)


@dataclass(frozen=True, slots=True)
class DemoRun:
    """A run that the demonstration shows step by step.

    Attributes:
        scenario: the scenario's name.
        tls: the version.
        title: the sentence above it.
        short: the same in so few words that they fit in the bottom line of a screen.
    """

    scenario: str
    tls: TlsVersion
    title: str
    short: str


# The good handshake, and three that each show something it cannot.
STORIES = (
    DemoRun("valid-certificate", "1.3", "The good handshake", "The good handshake"),
    DemoRun(
        "no-certificate-lower-level",
        "1.3",
        "The same client goes on without a certificate",
        "Without a certificate",
    ),
    DemoRun("certificate-expired", "1.3", "A refusal that the client learns of late", "A refusal heard late"),
    DemoRun("stolen-certificate", "1.3", "A certificate is no proof: the key is", "A stolen certificate"),
)


def give_demo(
    directory: Path,
    width: int,
    coloured: bool,
    *,
    quiet: bool = False,
    stories: bool = False,
    jobs: int | None = None,
) -> int:
    """Play the catalogue, tell one story on one screen, and write the gallery.

    Args:
        directory: the folder of the pictures; made if it does not exist.
        width: columns of the terminal.
        coloured: write colours.
        quiet: only write the gallery.
        stories: tell four stories step by step and print the outcome matrix, in place of the one story.
        jobs: the most processes; None for one for each core.

    Returns:
        The exit status: 0 if every run came out as its scenario expects, else 1.

    Raises:
        OutputError: the gallery cannot be written there.
    """
    check_gallery(directory)
    bar = False if quiet else None  # None: on a terminal
    with timed("The demonstration was played and drawn", quiet=quiet), processes(jobs) as executor:
        runs = tuple(product(BASICS, VERSIONS))
        if not quiet:
            note(f"Playing {len(runs)} runs and drawing {len(pictures())} pictures: some ten seconds.")
        played = spread(_surprise, runs, executor, total=len(runs))
        unexpected = [words for words in counted(played, len(runs), "runs", show=bar) if words]
        if not quiet:
            as_expected = len(runs) - len(unexpected)
            write(f"{len(runs)} runs of {len(BASICS)} scenarios, {as_expected} as expected.\n")
        if stories:
            tell_stories(width, coloured)
            write(heading("Every credential under every policy", width, coloured))
            write(matrix_text(outcome_matrix(executor=executor), width, colour=coloured))
        elif not quiet:
            trace = simulate(STORIES[0].scenario).trace
            write(story(trace, width, detail="essential", ascii_only=ascii_terminal()))
        for words in unexpected:
            note(f"Not as expected: {words}")
        write_gallery(directory, executor, progress=bar)
    write(f"{len(pictures())} pictures, each with a sentence. Open in a browser: {directory / 'index.html'}")
    if not (quiet or stories):
        write("More: clientauth demo --stories (four stories), clientauth list (all scenarios).")
    return 1 if unexpected else 0


def _surprise(job: tuple[str, TlsVersion]) -> str:
    """Play a scenario of the catalogue; the run in a line if it did not come out as expected, else empty."""
    run = simulate(*job)
    return str(run) if run.as_expected is False else ""


def present(coloured: bool) -> None:
    """Show the same four runs to a class: a screen at a time, in few columns, so that the type can be large.

    Args:
        coloured: write colours.

    Raises:
        OutputError: the window is too small.
    """
    ascii_only = ascii_terminal()
    steps = steps_of(coloured=coloured, ascii_only=ascii_only)

    def whole() -> str:
        return "\n".join(line for run in steps for step in run for passage in step for line in passage.lines)

    layout = partial(pages, steps, "=" if ascii_only else "━")
    turn_pages(layout, whole, coloured=coloured, ascii_only=ascii_only)


def pages(steps: Sequence[Sequence[Sequence[Passage]]], sign: str, columns: int, lines: int) -> list[Page]:  # noqa: ARG001 - the stories are told in 60 columns, however many there are
    """The show in pages: first a ruler for the size of the type, then the stories.

    Args:
        steps: the passages of each step of each story.
        sign: the character of the ruler.
        columns: columns of the window.
        lines: the most lines of a page.
    """
    ruler = ("Make the type larger until this line just fits.", "", sign * LARGE_TYPE_WIDTH, "", *HELP)
    opening = Page(ruler, "How large the type can be", 1, 1, (-1,))
    stories = enumerate(zip(STORIES, steps, strict=True))
    cut = (pages_of(run.short, shown, lines, chapter) for chapter, (run, shown) in stories)
    return [opening, *(page for story_pages in cut for page in story_pages)]


def steps_of(*, coloured: bool, ascii_only: bool = False) -> list[list[list[Passage]]]:
    """The passages of each step of each story, its title before the first."""
    every = []
    for title, run in _titled():
        line = heading(title, LARGE_TYPE_WIDTH, coloured, "=" if ascii_only else "━").strip("\n")
        trace = simulate(run.scenario, tls=run.tls).trace
        first, *others = passages(trace, LARGE_TYPE_WIDTH, coloured, ascii_only=ascii_only, detail="overview")
        every.append([[Passage(((line, ""),)), *first], *others])
    return every


def tell_stories(width: int, coloured: bool) -> None:
    """Show the chosen runs step by step."""
    for title, run in _titled():
        write(heading(title, width, coloured))
        trace = simulate(run.scenario, tls=run.tls).trace
        write(story(trace, width, colour=coloured, ascii_only=ascii_terminal()))


def _titled() -> Iterator[tuple[str, DemoRun]]:
    for number, run in enumerate(STORIES, start=1):
        yield f"{number} of {len(STORIES)}: {run.title}", run


def heading(text: str, width: int, coloured: bool, sign: str = "━") -> str:
    """A line over a part of the demonstration."""
    line = f"{sign * 2} {text} " + sign * max(0, width - len(text) - 4)
    return "\n" + (click.style(line, bold=True) if coloured else line) + "\n"


def write_gallery(
    directory: Path, executor: Executor | None = None, *, progress: bool | None = False
) -> None:
    """Write the chosen pictures; arguments as for :func:`~simulator.command.gallery.gallery_files`.

    Raises:
        OutputError: the folder cannot be made, a file cannot be written, or one of others is in its place.
    """
    files = gallery_files(executor, progress=progress)
    write_folder(directory, files, in_gallery(directory), earlier_pictures(directory))


def check_gallery(directory: Path) -> None:
    """Check that the gallery can be written, before what takes long.

    Raises:
        OutputError: it cannot, or the folder has files of others in its place.
    """
    names = [*(picture.file_name for picture in pictures()), "README.md", "index.html"]
    check_folder(directory, names, in_gallery(directory))


def in_gallery(directory: Path) -> Callable[[Path], bool]:
    """Return an ``is_ours`` for a folder: True for the pages and pictures of a gallery written before."""
    ours = {path.name for path in earlier_pictures(directory)}
    return lambda path: path.name in ours or has_mark(path, MARKS.get(path.name, "\0"))


def earlier_pictures(directory: Path) -> list[Path]:
    """The pictures of the gallery that was written into this folder before."""
    index = directory / "index.html"
    if not has_mark(index, MARKS[index.name]):
        return []
    named = re.findall('<img src="([a-z0-9.A-Z-]+)"', index.read_text(encoding="utf-8", errors="replace"))
    return [directory / name for name in named if has_mark(directory / name, PICTURE_MARK)]
