"""Runs, comparisons and matrices as files: whole or not at all, in a folder that exists."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from simulator.errors import OutputError
from simulator.runs.files import check_writable, has_mark, write_files, write_folder, write_public_file
from simulator.trace.trace import Trace
from simulator.views.export import diff_contents, matrix_contents, run_contents
from simulator.views.pictures.slides import frame_contents

WITH_KEYS = (".pcapng", ".keys")  # forms that hold the connection's secrets
FRAME_NAME = re.compile(r"[0-9]{2}-[a-z-]+\.(svg|png)")

if TYPE_CHECKING:
    from collections.abc import Sequence

    from simulator.trace.compare import Matrix
    from simulator.trace.trace import HasTrace
    from simulator.views.stacks.cells import StackMatrix


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
    options = {"view": view, "theme": theme, "detail": detail}
    save_all(run, [Path(path)], **options, with_keys=with_keys, accessible=accessible)
    return Path(path)


def save_all(run: HasTrace | Trace, paths: Sequence[Path], *, with_keys: bool = True, **options: Any) -> None:
    """Write a run to several files: all of them, or none.

    Args:
        run: a run, or its trace.
        paths: where to, as for :func:`save`.
        with_keys: as for :func:`save`.
        **options: ``view``, ``theme``, ``detail`` and ``accessible``, as for :func:`save`.

    Raises:
        OutputError: as :func:`save`, or a file is named twice.
    """
    check_writable(paths)
    trace, keys = _trace(run), getattr(run, "keylog", ()) if with_keys else ()
    public: dict[Path, bytes] = {}
    private: dict[Path, bytes] = {}
    for path in paths:
        keylog = keys if path.suffix.lower() in WITH_KEYS else ()
        # A file with keys inside is a secret itself.
        (private if keylog else public)[path] = run_contents(trace, path, keylog=keylog, **options)
    write_files(public, private)


def save_matrix(matrix: Matrix | StackMatrix, path: Path | str, *, theme: str = "light") -> Path:
    """Write the outcome matrix, or that of stacks, to a file, by suffix: .svg .png .pdf .txt .json.

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

    Frames that it wrote there before are replaced, all of them; other files stay.

    Args:
        run: a run, or its trace.
        directory: where to.
        form: ``svg`` or ``png``.
        theme: ``light``, ``dark`` or ``print``.

    Returns:
        The files in the order of the story.

    Raises:
        OutputError: the theme is unknown, the files cannot be written, or others are in their place.
    """
    directory = Path(directory)
    trace = _trace(run)
    if earlier := [path for path in frames_in(directory) if path.suffix != f".{form}"]:
        raise OutputError(
            f"The folder {directory} has frames of another form.",
            got=earlier[0].name,
            expected="a new folder, or one with frames of this form, which are replaced",
            advice="Choose another folder, or remove these frames first.",
        )
    files = frame_contents(trace, form=form, theme=theme)
    return write_folder(directory, files.items(), is_frame, frames_in(directory))


def frames_in(directory: Path) -> list[Path]:
    """The frames that :func:`save_frames` wrote into a folder; empty where there is no folder."""
    return [path for path in sorted(directory.iterdir()) if is_frame(path)] if directory.is_dir() else []


def is_frame(path: Path) -> bool:
    """Return True for a frame of this program, by its name and beginning; other programs write another."""
    marks = {".svg": f'aria-labelledby="{path.stem}-title', ".png": "iTXtTitle"}
    return FRAME_NAME.fullmatch(path.name) is not None and has_mark(path, marks[path.suffix])


def _trace(run: HasTrace | Trace) -> Trace:
    return run if isinstance(run, Trace) else run.trace
