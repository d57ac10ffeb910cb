"""The contents of a file that shows a run, a comparison or a matrix, in the form that its suffix names."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

from simulator.errors import OutputError
from simulator.trace.json import json_text
from simulator.views.drawing.pens import PICTURES, picture, unknown_form
from simulator.views.story.lanes import scenario_words
from simulator.views.view_table import view_named

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from pathlib import Path

    from simulator.trace.compare import Matrix
    from simulator.trace.trace import Trace
    from simulator.views.drawing.display import Drawing
    from simulator.views.stacks.cells import StackMatrix

TEXT_WIDTH = 100  # columns of a .txt file
MATRIX_WIDTH = 147  # the least in which every alert is named
# Forms that hold the run and no single view.
WHOLE_RUN = (".json", ".html", ".mmd", ".puml", ".pcapng", ".keys")
EXPLAINED = "bytes"  # as .html: a page about the client's two messages
RUN_SUFFIXES = (*PICTURES, ".txt", *WHOLE_RUN)
DIFF_SUFFIXES = (*PICTURES, ".txt", ".json", ".html")


def remarks_on(
    trace: Trace, paths: Iterable[Path], *, view: str = "sequence", detail: str = "messages"
) -> list[str]:
    """The sentences that the readers of these files of a run need to see what is in them."""
    forms = {path.suffix.lower() for path in paths}
    remarks: list[str] = []
    if ".pcapng" in forms:
        from simulator.views.capture.ports import port_remarks

        remarks += port_remarks(trace)
    if forms & {".png", ".pdf"}:
        from simulator.views.drawing.fonts import lost_characters

        remarks += filter(None, [lost_characters(layout(view)(trace, detail))])
    return remarks


def run_contents(
    trace: Trace,
    path: Path,
    *,
    view: str = "sequence",
    theme: str = "light",
    detail: str = "messages",
    keylog: Sequence[str] = (),
    accessible: bool = False,
) -> bytes:
    """The contents of a file with a view of a run.

    Args:
        trace: the run.
        path: its suffix names the form.
        view: which picture or text, by its name in :data:`simulator.views.view_table.VIEWS`.
        theme: ``light``, ``dark`` or ``print``; pictures only.
        detail: ``essential`` (one slide), ``overview``, ``messages``, ``everything``; pictures, pages, text.
        keylog: secrets to put into a .pcapng or .keys.
        accessible: begin a .mmd with a title and a description for screen readers, for Mermaid 10.

    Raises:
        OutputError: the suffix, view, theme or detail is unknown, the view does not fit the suffix, there is
            no client's certificate to explain, or a .keys file is asked for without secrets.
    """
    check_forms([path], RUN_SUFFIXES, view=view)
    match path.suffix.lower():
        case ".pcapng":
            from simulator.views.capture.capture import capture

            return capture(trace, keylog)
        case ".keys":
            return _key_log(keylog, path)
        case ".json":
            return trace.to_json().encode()
        case ".txt":
            named, argument = view_named(view)
            return named.text(trace, TEXT_WIDTH, detail, argument).encode()
        case ".html":
            if view == EXPLAINED:
                from simulator.views.explained.page import explained

                return explained(trace).encode()
            from simulator.views.player.page import page

            return page(trace, detail=detail).encode()
        case ".mmd":
            from simulator.views.texts.mermaid import mermaid

            return mermaid(trace, detail=detail, accessible=accessible).encode()
        case ".puml":
            from simulator.views.texts.plantuml import plantuml

            return plantuml(trace, detail=detail).encode()
        case _:
            return picture(layout(view)(trace, detail), path, theme=theme, prefix=_prefix(trace, view))


def check_forms(
    paths: Sequence[Path], suffixes: Sequence[str], *, view: str = "sequence", with_keys: bool = True
) -> None:
    """Check that each path names a known form that fits the view.

    Args:
        paths: the files that are wanted.
        suffixes: the forms there are, such as :data:`RUN_SUFFIXES`.
        view: the view that they shall hold.
        with_keys: they may hold the run's secrets.

    Raises:
        OutputError: a suffix or the view is unknown, a view is asked for in a form that holds the whole run,
            or a .keys file without keys.
    """
    view_named(view)
    for path in paths:
        suffix = path.suffix.lower()
        if suffix not in suffixes:
            raise unknown_form(path, suffixes)
        if suffix == ".keys" and not with_keys:
            raise _no_keys(path)
        if suffix in WHOLE_RUN and view != "sequence" and (suffix, view) != (".html", EXPLAINED):
            pages = f"The page of the view {EXPLAINED} has both messages: say --view {EXPLAINED} alone."
            raise OutputError(
                f"{path.name} cannot show the view {view}: {path.suffix} always holds the whole run.",
                got=f"the view {view} as {path.suffix}",
                expected=f"a view as {', '.join(PICTURES)} or .txt",
                advice=pages
                if suffix == ".html" and view.startswith(f"{EXPLAINED}:")
                else "Choose another suffix, or leave the view out.",
            )


def _key_log(keylog: Sequence[str], path: Path) -> bytes:
    """The secrets as a key log file, which Wireshark, tshark and curl call ``SSLKEYLOGFILE``."""
    if keylog:
        return "".join(f"{line}\n" for line in keylog).encode()
    raise _no_keys(path)


def _no_keys(path: Path) -> OutputError:
    """The error of a key log without keys."""
    return OutputError(
        f"{path.name} would be empty: there are no secrets to write.",
        got="a trace alone, a run without secrets, or a request without keys",
        expected="a run that agreed on keys",
        advice="Save the run and not its trace, and leave --without-keys out.",
    )


def matrix_contents(matrix: Matrix | StackMatrix, path: Path, *, theme: str = "light") -> bytes:
    """The contents of a file with the outcome matrix or that of stacks, by suffix: .svg .png .pdf .txt .json.

    Raises:
        OutputError: the suffix or theme is unknown.
    """
    from simulator.views.pictures.matrix import matrix_drawing, matrix_text
    from simulator.views.stacks.cells import StackMatrix
    from simulator.views.stacks.picture import stack_drawing
    from simulator.views.stacks.text import stack_text

    suffix = path.suffix.lower()
    if suffix == ".json":
        return json_text(matrix.to_dict()).encode()
    if isinstance(matrix, StackMatrix):
        if suffix == ".txt":
            return stack_text(matrix, MATRIX_WIDTH).encode()
        return picture(stack_drawing(matrix), path, theme=theme, prefix="matrix")
    if suffix == ".txt":
        return matrix_text(matrix, MATRIX_WIDTH).encode()
    return picture(matrix_drawing(matrix), path, theme=theme, prefix="matrix")


def diff_contents(a: Trace, b: Trace, path: Path, *, theme: str = "light", detail: str = "messages") -> bytes:
    """The contents of a file with two runs side by side, by suffix: .svg .png .pdf .html .txt .json.

    Raises:
        OutputError: the suffix, theme or detail is unknown.
    """
    match path.suffix.lower():
        case ".json":
            from simulator.views.texts.diff_text import diff_document

            return (json.dumps(diff_document(a, b), indent=1, ensure_ascii=True) + "\n").encode()
        case ".txt":
            from simulator.views.texts.diff_text import diff_text

            return diff_text(a, b, TEXT_WIDTH).encode()
        case ".html":
            from simulator.views.player.page import comparison_page

            return comparison_page(a, b, detail=detail).encode()
        case _:
            from simulator.views.pictures.diff import diff

            prefix = f"{_prefix(a, 'diff')}-{_prefix(b, 'and')}"
            drawing = diff(a, b, detail=detail)
            return picture(drawing, path, theme=theme, prefix=prefix, suffixes=DIFF_SUFFIXES)


def layout(view: str) -> Callable[[Trace, str], Drawing]:
    """The layout of a view: a trace and a detail to a drawing.

    Raises:
        OutputError: the view is unknown.
    """
    named, argument = view_named(view)
    return lambda trace, detail: named.picture(trace, detail, argument)


def _prefix(trace: Trace, view: str) -> str:
    """The beginning of the ids of a picture; different runs can be in one page."""
    words = f"{view}-{scenario_words(trace.setup)}-{trace.outcome.negotiated or trace.setup.tls}"
    return re.sub(r"[^A-Za-z0-9]+", "-", words).strip("-")
