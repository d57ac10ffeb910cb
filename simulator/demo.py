"""The demonstration: what ``clientauth demo`` shows, in the order in which a class would see it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

from simulator.catalogue import catalogue
from simulator.console import note, page_through, wait_for_key, write
from simulator.errors import OutputError
from simulator.gallery import GALLERY, gallery_files
from simulator.pki.files import write_public_file
from simulator.run import simulate
from simulator.sweep import matrix as outcome_matrix
from simulator.views.matrix import matrix_text
from simulator.views.terminal import story, story_steps

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

    from simulator.run import Run
    from simulator.scenario import TlsVersion

VERSIONS: tuple[TlsVersion, ...] = ("1.3", "1.2")
LARGE_TYPE_WIDTH = 60  # columns that can be read from the last row

# The good handshake, and three that each show something it cannot.
STORIES: tuple[tuple[str, TlsVersion, str], ...] = (
    ("valid-certificate", "1.3", "The good handshake"),
    ("no-certificate-lower-level", "1.3", "The same client goes on without a certificate"),
    ("certificate-expired", "1.3", "A refusal that the client learns of late"),
    ("stolen-certificate", "1.2", "A certificate is no proof: the key is"),
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
    """Every scenario in every version, each with certificates issued for it."""
    runs = []
    columns = (TextColumn("{task.description:<30}"), BarColumn(), MofNCompleteColumn())
    with Progress(*columns, console=Console(stderr=True), disable=not show, transient=True) as progress:
        task = progress.add_task("", total=len(catalogue) * len(VERSIONS))
        for name, scenario in catalogue.items():
            for tls in VERSIONS:
                progress.update(task, description=f"{name} {tls}")
                runs.append(simulate(scenario, tls=tls))
                progress.advance(task)
    return runs


def present(coloured: bool, turn: Callable[[], bool]) -> None:
    """Tell the same four runs to a class: a screen for each step, few columns, so that the type can be large.

    Args:
        coloured: write colours.
        turn: waits for the presenter and clears the screen; False ends.
    """
    page_through(screens(coloured), turn)


def screens(coloured: bool) -> Iterator[str]:
    """What is presented, a screen at a time."""
    yield f"Make the type larger until this line just fits.\n\n{'━' * LARGE_TYPE_WIDTH}\n"
    for number, (name, tls, title) in enumerate(STORIES, start=1):
        opening = heading(f"{number} of {len(STORIES)}: {title}", LARGE_TYPE_WIDTH, coloured)
        trace = simulate(catalogue[name], tls=tls).trace
        for piece in story_steps(trace, LARGE_TYPE_WIDTH, colour=coloured, detail="overview"):
            yield opening + piece
            opening = ""


def turn_page() -> bool:
    """Wait for a key, then clear the screen; False where the presenter has had enough."""
    if not wait_for_key():
        return False
    click.clear()
    return True


def tell_stories(width: int, coloured: bool) -> None:
    """Tell the chosen runs step by step."""
    for number, (name, tls, title) in enumerate(STORIES, start=1):
        write(heading(f"{number} of {len(STORIES)}: {title}", width, coloured))
        write(story(simulate(catalogue[name], tls=tls).trace, width, colour=coloured))


def heading(text: str, width: int, coloured: bool) -> str:
    """A line over a part of the demonstration."""
    line = f"━━ {text} " + "━" * max(0, width - len(text) - 4)
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
