"""Runs, comparisons and matrices as files: whole or not at all, in a folder that exists."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Literal

from simulator.runs.files import make_folder, write_private_file, write_public_file
from simulator.trace.trace import Trace
from simulator.views.export import diff_contents, matrix_contents, run_contents
from simulator.views.pictures.slides import frame_contents

if TYPE_CHECKING:
    from simulator.trace.compare import Matrix
    from simulator.trace.trace import HasTrace


def save(
    run: HasTrace | Trace,
    path: Path | str,
    *,
    view: str = "sequence",
    theme: str = "light",
    detail: str = "messages",
    with_keys: bool = True,
    accessible: bool = False,
) -> Path:
    """Write a view of a run to a file, by suffix: .svg .png .pdf .html .txt .json .mmd .puml .pcapng .keys.

    Args:
        run: a run, or its trace.
        path: where to; the folder must exist.
        view: which picture or text, by its name in :data:`simulator.views.view_table.VIEWS`.
        theme: ``light``, ``dark`` or ``print``; pictures only.
        detail: ``essential`` (one slide), ``overview``, ``messages``, ``everything``; pictures, pages, text.
        with_keys: put the run's key log into a .pcapng. It, or a .keys, may then be read by its owner alone.
        accessible: begin a .mmd with a title and a description for screen readers, for Mermaid 10.

    Returns:
        The path written.

    Raises:
        OutputError: the suffix, view, theme or detail is unknown, there are no secrets for a .keys, the view
            does not fit the suffix, or the file cannot be written.
    """
    path = Path(path)
    keylog = getattr(run, "keylog", ()) if with_keys and path.suffix.lower() in (".pcapng", ".keys") else ()
    options = {"view": view, "theme": theme, "detail": detail}
    contents = run_contents(_trace(run), path, **options, keylog=keylog, accessible=accessible)
    # A file with keys inside is a secret itself.
    write = write_private_file if keylog else write_public_file
    write(path, contents)
    return path


def save_matrix(matrix: Matrix, path: Path | str, *, theme: str = "light") -> Path:
    """Write the outcome matrix to a file, by suffix: .svg .png .pdf .txt .json.

    Raises:
        OutputError: the suffix or theme is unknown, or the file cannot be written.
    """
    path = Path(path)
    write_public_file(path, matrix_contents(matrix, path, theme=theme))
    return path


def save_diff(
    a: HasTrace | Trace,
    b: HasTrace | Trace,
    path: Path | str,
    *,
    theme: str = "light",
    detail: str = "messages",
) -> Path:
    """Write two runs side by side to a file, by suffix: .svg .png .pdf .html .txt .json.

    Raises:
        OutputError: the suffix, theme or detail is unknown, or the file cannot be written.
    """
    path = Path(path)
    write_public_file(path, diff_contents(_trace(a), _trace(b), path, theme=theme, detail=detail))
    return path


def save_frames(
    run: HasTrace | Trace,
    directory: Path | str,
    *,
    form: Literal["svg", "png"] = "svg",
    theme: str = "light",
) -> list[Path]:
    """Write the slide of a run as it fills, a file for each step, into a folder, which is made if missing.

    Args:
        run: a run, or its trace.
        directory: where to.
        form: ``svg`` or ``png``.
        theme: ``light``, ``dark`` or ``print``.

    Returns:
        The files in the order of the story.

    Raises:
        OutputError: the theme is unknown, or the files cannot be written.
    """
    directory = Path(directory)
    files = {
        directory / name: data for name, data in frame_contents(_trace(run), form=form, theme=theme).items()
    }
    make_folder(directory)
    for path, data in files.items():
        write_public_file(path, data)
    return list(files)


def _trace(run: HasTrace | Trace) -> Trace:
    return run if isinstance(run, Trace) else run.trace
