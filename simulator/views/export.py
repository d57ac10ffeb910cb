"""A run as a file: which view, in the form that the file's suffix asks for.

A file is written whole or not at all, into a folder that exists.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from simulator.errors import OutputError
from simulator.pki.files import write_private_file, write_public_file
from simulator.trace.trace import HasTrace, Trace
from simulator.views.drawing.display import Drawing
from simulator.views.drawing.pens import PICTURES, _unknown_form, picture
from simulator.views.view_table import view_named

if TYPE_CHECKING:
    from simulator.trace.compare import Matrix

TEXT_WIDTH = 100  # columns of a .txt file
MATRIX_WIDTH = 126  # the least in which every alert is named
WHOLE_RUN = (".json", ".html", ".mmd", ".puml", ".pcapng")  # forms that hold the run and no single view
RUN_SUFFIXES = (*PICTURES, ".txt", *WHOLE_RUN)
DIFF_SUFFIXES = (*PICTURES, ".txt", ".json", ".html")

Layout = Callable[[Trace, str], Drawing]


def save(
    run: HasTrace | Trace,
    path: Path | str,
    *,
    view: str = "sequence",
    theme: str = "light",
    detail: str = "messages",
    with_keys: bool = True,
) -> Path:
    """Write a view of a run to a file, by suffix: .svg .png .pdf .html .txt .json .mmd .puml .pcapng.

    Args:
        run: a run, or its trace.
        path: where to; the folder must exist.
        view: which picture or text, by its name in :data:`simulator.views.view_table.VIEWS`.
        theme: ``light``, ``dark`` or ``print``; pictures only.
        detail: ``overview``, ``messages`` or ``everything``; pictures, pages and text.
        with_keys: put the run's key log into a .pcapng, which only its owner may then read.

    Returns:
        The path written.

    Raises:
        OutputError: there is no such suffix, view, theme or detail, the view does not fit the suffix, or the
            file cannot be written.
    """
    path = Path(path)
    trace = run if isinstance(run, Trace) else run.trace
    _check_view(path, view)
    if path.suffix.lower() == ".pcapng":
        return _save_capture(path, trace, getattr(run, "keylog", ()) if with_keys else ())
    write_public_file(path, _contents(trace, path, view, theme, detail))
    return path


def check_forms(paths: Sequence[Path], suffixes: Sequence[str], *, view: str = "sequence") -> None:
    """Find out before anything is written whether each path names a form that is known and fits the view.

    Args:
        paths: the files that are wanted.
        suffixes: the forms there are, such as :data:`RUN_SUFFIXES`.
        view: which view they shall hold.

    Raises:
        OutputError: a suffix is unknown, or a view is asked for in a form that holds the whole run.
    """
    for path in paths:
        if path.suffix.lower() not in suffixes:
            raise _unknown_form(path, suffixes)
        _check_view(path, view)


def _check_view(path: Path, view: str) -> None:
    if path.suffix.lower() in WHOLE_RUN and view != "sequence":
        raise OutputError(
            f"{path.name} cannot hold one view: {path.suffix} is always the whole run.",
            got=f"the view {view} as {path.suffix}",
            expected=f"a view as {', '.join(PICTURES)} or .txt",
            advice="Choose another suffix, or leave the view out.",
        )


def save_matrix(matrix: Matrix, path: Path | str, *, theme: str = "light") -> Path:
    """Write the outcome matrix to a file, by suffix: .svg .png .pdf .txt .json.

    Raises:
        OutputError: there is no such suffix or theme, or the file cannot be written.
    """
    from simulator.views.pictures.matrix import matrix_drawing, matrix_text

    path = Path(path)
    match path.suffix.lower():
        case ".json":
            contents = (json.dumps(matrix.to_dict(), indent=1, ensure_ascii=False) + "\n").encode()
        case ".txt":
            contents = matrix_text(matrix, MATRIX_WIDTH).encode()
        case _:
            contents = picture(matrix_drawing(matrix), path, theme=theme, prefix="matrix")
    write_public_file(path, contents)
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
        OutputError: there is no such suffix, theme or detail, or the file cannot be written.
    """
    from simulator.views.pictures.diff import diff
    from simulator.views.texts.diff_text import diff_document, diff_text

    path = Path(path)
    one, other = (run if isinstance(run, Trace) else run.trace for run in (a, b))
    match path.suffix.lower():
        case ".json":
            document = diff_document(one, other)
            contents = (json.dumps(document, indent=1, ensure_ascii=True) + "\n").encode()
        case ".txt":
            contents = diff_text(one, other, TEXT_WIDTH).encode()
        case ".html":
            from simulator.views.player.page import comparison_page

            contents = comparison_page(one, other, detail=detail).encode()
        case _:
            prefix = f"{_prefix(one, 'diff')}-{_prefix(other, 'and')}"
            drawing = diff(one, other, detail=detail)
            contents = picture(drawing, path, theme=theme, prefix=prefix, suffixes=DIFF_SUFFIXES)
    write_public_file(path, contents)
    return path


def _save_capture(path: Path, trace: Trace, keylog: Sequence[str]) -> Path:
    """Write a capture; with secrets inside it is a secret itself."""
    from simulator.views.capture.capture import capture

    write = write_private_file if keylog else write_public_file
    write(path, capture(trace, keylog))
    return path


def _contents(trace: Trace, path: Path, view: str, theme: str, detail: str) -> bytes:
    """The bytes of the file; everything that can be wrong with the request shows before one is written."""
    kind = path.suffix.lower()
    if kind == ".json":
        from simulator.trace.trace import trace_to_json

        return trace_to_json(trace).encode()
    if kind == ".txt":
        named, argument = view_named(view)
        return named.text(trace, TEXT_WIDTH, detail, argument).encode()
    if kind == ".html":
        from simulator.views.player.page import page

        return page(trace, detail=detail).encode()
    if kind == ".mmd":
        from simulator.views.texts.mermaid import mermaid

        return mermaid(trace, detail=detail).encode()
    if kind == ".puml":
        from simulator.views.texts.plantuml import plantuml

        return plantuml(trace, detail=detail).encode()
    drawing = layout(view)(trace, detail)
    return picture(drawing, path, theme=theme, prefix=_prefix(trace, view), suffixes=RUN_SUFFIXES)


def layout(view: str) -> Layout:
    """The layout of that name.

    Raises:
        OutputError: there is no such view.
    """
    named, argument = view_named(view)
    return lambda trace, detail: named.picture(trace, detail, argument)


def _prefix(trace: Trace, view: str) -> str:
    """What the ids of a picture begin with; different runs can stand in one page."""
    words = f"{view}-{trace.setup.scenario}-{trace.outcome.negotiated or trace.setup.tls}"
    return re.sub(r"[^A-Za-z0-9]+", "-", words).strip("-")
