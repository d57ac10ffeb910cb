"""The verbs that play one scenario: ``run`` and ``export``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Literal

import click

from simulator.command.console import note, terminal_width, wants_colour, width_option, write, write_json
from simulator.command.options import (
    FOLDER,
    colour_option,
    connection_from,
    connection_option,
    detail_option,
    exit_status,
    json_option,
    scenario_from,
    set_option,
    theme_option,
    tls_option,
    view_option,
)

if TYPE_CHECKING:
    from simulator.scenario import TlsVersion


@click.command()
@click.argument("scenario")
@tls_option
@set_option
@click.option(
    "--step", is_flag=True, help="A screen at a time: space goes on, b back, q quits. About ten in all."
)
@connection_option
@json_option
@width_option
@colour_option
def run(
    scenario: str,
    tls: TlsVersion,
    settings: tuple[str, ...],
    step: bool,
    connection: int | None,
    as_json: bool,
    width: int | None,
    colour: bool | None,
) -> int:
    """Play a scenario and show what happened, step by step."""
    from simulator.runs.run import simulate

    if step and as_json:
        raise click.UsageError("--step shows the story and --json a document; choose one of them.")
    result = connection_from(simulate(scenario_from(scenario, settings), tls=tls), connection)
    if as_json:
        write_json(result.to_dict())
        return exit_status(result)
    from simulator.command.pager import ascii_terminal, step_through

    coloured = wants_colour(colour)
    traces = [one.trace for one in result.connections]
    if step:
        step_through(traces, width, coloured=coloured)
    else:
        from simulator.views.texts.terminal import LEAST_WIDTH, stories

        columns = terminal_width(width, LEAST_WIDTH)
        write(stories(traces, columns, colour=coloured, ascii_only=ascii_terminal()))
    if result.as_expected is False:
        note(f"Not as the scenario expects: {result.expectation_words()}")
    return exit_status(result)


@click.command()
@click.argument("scenario")
@click.argument("files", nargs=-1, metavar="[FILE...]", type=click.Path(path_type=Path))
@tls_option
@set_option
@view_option
@theme_option
@detail_option
@connection_option
@click.option(
    "--without-keys", is_flag=True, help="A .pcapng without the key log: what an eavesdropper sees."
)
@click.option(
    "--accessible",
    is_flag=True,
    help="A .mmd begins with a title and a description for screen readers; needs Mermaid 10.",
)
@click.option("--frames", metavar="DIR", type=FOLDER, help="Also the slide as it fills, step by step.")
@click.option(
    "--frames-as", type=click.Choice(["svg", "png"]), default="svg", show_default=True, help="Their form."
)
def export(
    scenario: str,
    files: tuple[Path, ...],
    tls: TlsVersion,
    settings: tuple[str, ...],
    view: str,
    theme: str,
    detail: str,
    connection: int | None,
    without_keys: bool,
    accessible: bool,
    frames: Path | None,
    frames_as: Literal["svg", "png"],
) -> int:
    """Write a run to files: pictures, a page, texts, a capture.

    The suffix of a file names its form. .svg .png .pdf are pictures of one view and .txt is its text. These
    hold the whole run: .html the player, a page to step through; .json the trace; .mmd Mermaid and .puml
    PlantUML; .pcapng a capture for Wireshark with the connection's keys inside; .keys these keys alone, as a
    key log file.
    """
    if not files and frames is None:
        raise click.UsageError("Name a FILE, or a folder with --frames.")
    from simulator.runs.files import check_folder, check_writable
    from simulator.runs.saving import is_frame, save_all, save_frames
    from simulator.views.export import RUN_SUFFIXES, check_forms, remarks_on

    check_forms(files, RUN_SUFFIXES, view=view, with_keys=not without_keys)
    check_writable(files)
    if frames is not None:
        check_folder(frames, (), is_frame)
    from simulator.runs.run import simulate

    result = connection_from(simulate(scenario_from(scenario, settings), tls=tls), connection)
    with_keys = not without_keys
    save_all(result, files, view=view, theme=theme, detail=detail, with_keys=with_keys, accessible=accessible)
    written = [*files, *(save_frames(result, frames, form=frames_as, theme=theme) if frames else ())]
    for path in written:
        note(f"{path}")
    for remark in remarks_on(result.trace, written, view=view, detail=detail):
        note(remark)
    return exit_status(result)
