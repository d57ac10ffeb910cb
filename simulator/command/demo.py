"""The demonstration: what ``clientauth demo`` shows, in the order in which a class would see it."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

import click

from simulator.command.console import note, shows_signs, write
from simulator.command.gallery import GALLERY, gallery_files
from simulator.command.pager import AT_ONCE, Page, can_turn_pages, pages_of, turn_pages
from simulator.errors import OutputError
from simulator.pki.files import write_public_file
from simulator.runs.run import simulate
from simulator.runs.sweep import matrix as outcome_matrix
from simulator.scenario.catalogue.catalogue import catalogue
from simulator.views.pictures.matrix import matrix_text
from simulator.views.texts.screens import Passage
from simulator.views.texts.terminal import LEAST_WIDTH, SIGNS, passages, story

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from simulator.runs.run import Run
    from simulator.scenario import Scenario, TlsVersion

VERSIONS: tuple[TlsVersion, ...] = ("1.3", "1.2")
LARGE_TYPE_WIDTH = LEAST_WIDTH  # columns that can be read from the last row

HELP = (
    "Space or Enter goes on, b goes back, q quits.",
    "The arrow keys turn too, and so does a presenter's remote.",
    "The type and the window may be changed at any time.",
)


@dataclass(frozen=True, slots=True)
class Told:
    """A run that the demonstration tells.

    Attributes:
        scenario: the scenario's name.
        tls: the version.
        title: the sentence above it.
        short: the same in so few words that they fit at the bottom of a screen.
    """

    scenario: str
    tls: TlsVersion
    title: str
    short: str


# The good handshake, and three that each show something it cannot.
STORIES = (
    Told("valid-certificate", "1.3", "The good handshake", "The good handshake"),
    Told(
        "no-certificate-lower-level",
        "1.3",
        "The same client goes on without a certificate",
        "Without a certificate",
    ),
    Told("certificate-expired", "1.3", "A refusal that the client learns of late", "A refusal heard late"),
    Told(
        "stolen-certificate", "1.2", "A certificate is no proof: the key is (TLS 1.2)", "A stolen certificate"
    ),
)


def give_demo(directory: Path, width: int, coloured: bool, *, quiet: bool = False) -> int:
    """Play the catalogue, tell four runs, print the outcome matrix and write the gallery.

    Args:
        directory: where the pictures go; made if need be.
        width: columns of the terminal.
        coloured: write colours.
        quiet: only write the gallery.

    Returns:
        The exit status: 0 where every run came out as its scenario expects, else 1.

    Raises:
        OutputError: the gallery cannot be written.
    """
    runs = play_catalogue(show=not quiet)
    unexpected = [run for run in runs if run.as_expected is False]
    if not quiet:
        write(f"{len(runs)} runs of {len(catalogue)} scenarios, {len(runs) - len(unexpected)} as expected.\n")
        tell_stories(width, coloured)
        write(heading("Every credential under every policy", width, coloured))
        write(matrix_text(outcome_matrix(), width, colour=coloured))
    for run in unexpected:
        note(f"Not as expected: {run}")
    write_gallery(directory)
    write(f"The gallery: {len(GALLERY)} pictures in {directory}. Open them in a browser.")
    return 1 if unexpected else 0


def play_catalogue(*, show: bool) -> Sequence[Run]:
    """Play every scenario in every version, each with certificates issued for it.

    Args:
        show: draw a progress bar on a terminal, beside the output.
    """
    every = [(scenario, tls) for scenario in catalogue.values() for tls in VERSIONS]
    if not (show and sys.stderr.isatty()):
        return [simulate(scenario, tls=tls) for scenario, tls in every]
    with click.progressbar(every, file=sys.stderr, show_pos=True, item_show_func=_run_name) as bar:
        return [simulate(scenario, tls=tls) for scenario, tls in bar]


def _run_name(run: tuple[Scenario, TlsVersion] | None) -> str:
    return f"{run[0].name} {run[1]}" if run else ""


def present(coloured: bool) -> None:
    """Tell the same four runs to a class: a screen at a time, few columns, so that the type can be large.

    Where nobody can turn pages, because input or output is no terminal, they are told at once.

    Args:
        coloured: write colours.

    Raises:
        OutputError: the window is too small.
    """
    ascii_only = not shows_signs(SIGNS)
    sign = "=" if ascii_only else "━"
    steps = steps_of(coloured=coloured, ascii_only=ascii_only)
    if can_turn_pages():
        turn_pages(partial(pages, steps, sign), coloured=coloured, ascii_only=ascii_only)
        return
    note(AT_ONCE)
    for passage in (passage for told in steps for step in told for passage in step):
        write("\n".join(passage.lines))


def pages(steps: Sequence[Sequence[Sequence[Passage]]], sign: str, columns: int, lines: int) -> list[Page]:  # noqa: ARG001 - the stories are told in 60 columns, however many there are
    """What is presented, in pages of at most so many lines: how large the type can be, and the stories.

    Args:
        steps: the passages of each step of each story.
        sign: what a line is drawn of.
        columns: of the window.
        lines: of a page.
    """
    ruler = ("Make the type larger until this line just fits.", "", sign * LARGE_TYPE_WIDTH, "", *HELP)
    opening = Page(ruler, "How large the type can be", 1, 1, (-1,))
    told = zip(STORIES, steps, strict=True)
    return [
        opening,
        *(
            page
            for chapter, (one, story_steps) in enumerate(told)
            for page in pages_of(one.short, story_steps, lines, chapter)
        ),
    ]


def steps_of(*, coloured: bool, ascii_only: bool = False) -> list[list[list[Passage]]]:
    """The passages of each step of each story."""
    return [list(_told(number, coloured=coloured, ascii_only=ascii_only)) for number in range(len(STORIES))]


def _told(number: int, *, coloured: bool, ascii_only: bool) -> Iterator[list[Passage]]:
    """One of the stories step by step, its title before its setting."""
    one = STORIES[number]
    trace = simulate(catalogue[one.scenario], tls=one.tls).trace
    title = f"{number + 1} of {len(STORIES)}: {one.title}"
    line = heading(title, LARGE_TYPE_WIDTH, coloured, "=" if ascii_only else "━").strip("\n")
    opening = [Passage(((line, ""),))]
    for step in passages(trace, LARGE_TYPE_WIDTH, coloured, ascii_only=ascii_only, detail="overview"):
        yield opening + step
        opening = []


def tell_stories(width: int, coloured: bool) -> None:
    """Tell the chosen runs step by step."""
    for number, one in enumerate(STORIES, start=1):
        write(heading(f"{number} of {len(STORIES)}: {one.title}", width, coloured))
        write(story(simulate(catalogue[one.scenario], tls=one.tls).trace, width, colour=coloured))


def heading(text: str, width: int, coloured: bool, sign: str = "━") -> str:
    """A line over a part of the demonstration."""
    line = f"{sign * 2} {text} " + sign * max(0, width - len(text) - 4)
    return "\n" + (click.style(line, bold=True) if coloured else line) + "\n"


def write_gallery(directory: Path) -> None:
    """Write the chosen pictures.

    Raises:
        OutputError: the folder cannot be made, or a file cannot be written.
    """
    try:
        directory.mkdir(exist_ok=True)
    except OSError as error:
        raise OutputError(
            "The folder of the gallery cannot be made.",
            got=f"{directory}: {error.strerror}",
            expected="a folder that exists, or a new name in one",
            advice="Make the folder around it first, or name another.",
        ) from None
    for name, text in gallery_files():
        write_public_file(directory / name, text.encode("utf-8"))
