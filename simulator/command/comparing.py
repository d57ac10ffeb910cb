"""The verbs that set runs side by side: ``matrix``, ``diff`` and ``check``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from simulator.command.console import (
    note,
    terminal_width,
    timed,
    wants_colour,
    width_option,
    write,
    write_json,
)
from simulator.command.options import (
    colour_option,
    connection_from,
    connections_beside,
    detail_option,
    jobs_option,
    json_option,
    scenario_from,
    set_option,
    theme_option,
    tls_option,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from simulator.scenario import TlsVersion
    from simulator.trace.compare import Matrix
    from simulator.views.stacks.cells import StackMatrix


@click.command()
@click.argument("files", nargs=-1, metavar="[SCENARIO] [FILE...]", type=click.Path(path_type=Path))
@click.option(
    "--stacks",
    is_flag=True,
    help="Certificates before programs: OpenSSL, GnuTLS, Java, Go and more; or those of a SCENARIO.",
)
@click.option(
    "--also",
    multiple=True,
    metavar="SCENARIO",
    help="One more row: a scenario of the catalogue, such as revoked-by-crl beside revoked.",
)
@jobs_option
@json_option
@width_option
@colour_option
@theme_option
def matrix(
    files: tuple[Path, ...],
    stacks: bool,
    also: tuple[str, ...],
    jobs: int | None,
    as_json: bool,
    width: int | None,
    colour: bool | None,
    theme: str,
) -> None:
    """Play every credential under every policy.

    A cell of the matrix says which level came out, which alert was sent, and who noticed.

    With --stacks the server insists on a good certificate, and the columns are the programs that judge it.
    With a SCENARIO, a name or a .toml file, they judge its client alone, and each cell is told in full.
    """
    if stacks:
        _stacks(files, also, jobs, as_json=as_json, width=width, colour=colour, theme=theme)
        return
    from simulator.runs.files import check_writable
    from simulator.runs.many import processes
    from simulator.runs.sweep import matrix as outcome_matrix
    from simulator.scenario.catalogue.credentials import CREDENTIALS, USERS
    from simulator.views.drawing.pens import MATRIX_SUFFIXES
    from simulator.views.export import check_forms

    if any(path.suffix.lower() in ("", ".toml") for path in files):
        raise click.UsageError("A SCENARIO goes with --stacks. For one more row of this matrix say --also.")
    check_forms(files, MATRIX_SUFFIXES)
    check_writable(files)
    with timed("Every cell was played", quiet=as_json), processes(jobs) as executor:
        rows = dict.fromkeys((*CREDENTIALS, *also, *USERS))
        result = outcome_matrix(rows, executor=executor, progress=False if as_json else None)
    _give(result, files, as_json=as_json, theme=theme)
    if not (as_json or files):
        from simulator.views.pictures.matrix import matrix_text

        write(matrix_text(result, terminal_width(width), colour=wants_colour(colour)))


def _give(result: Matrix | StackMatrix, files: Sequence[Path], *, as_json: bool, theme: str) -> None:
    """Write a matrix to the files that are wanted, and as a document if it is wanted as one."""
    from simulator.runs.saving import save_matrix

    for path in files:
        save_matrix(result, path, theme=theme)
        note(f"{path}")
    if as_json:
        write_json(result.to_dict())


def _stacks(
    named: tuple[Path, ...],
    also: tuple[str, ...],
    jobs: int | None,
    *,
    as_json: bool,
    width: int | None,
    colour: bool | None,
    theme: str,
) -> None:
    """Show every stack what the clients of these scenarios show, or of every row."""
    from simulator.runs.files import check_writable
    from simulator.runs.many import processes
    from simulator.runs.stacks import stack_matrix
    from simulator.scenario.catalogue.catalogue import load
    from simulator.scenario.catalogue.shown import FAULTS, PURPOSES
    from simulator.views.drawing.pens import MATRIX_SUFFIXES
    from simulator.views.export import check_forms

    scenarios = [path for path in named if path.suffix.lower() in ("", ".toml")]
    files = [path for path in named if path not in scenarios]
    check_forms(files, MATRIX_SUFFIXES)
    check_writable(files)
    rows = [load(str(path)) if path.suffix else str(path) for path in scenarios] or [*PURPOSES, *FAULTS]
    # No process is started for one scenario: its cells are played sooner than it starts.
    many = jobs if len(rows) > 1 else jobs or 1
    with timed("Every cell was played", quiet=as_json), processes(many) as executor:
        result = stack_matrix([*rows, *also], executor=executor, progress=False if as_json else None)
    _give(result, files, as_json=as_json, theme=theme)
    if not (as_json or files):
        from simulator.views.stacks.text import stack_text

        write(stack_text(result, terminal_width(width), colour=wants_colour(colour)))


@click.command()
@click.argument("scenario_a")
@click.argument("scenario_b")
@click.argument("files", nargs=-1, metavar="[FILE...]", type=click.Path(path_type=Path))
@tls_option
@click.option("--tls-a", type=click.Choice(["1.2", "1.3"]), help="Protocol version of the first alone.")
@click.option("--tls-b", type=click.Choice(["1.2", "1.3"]), help="Protocol version of the second alone.")
@set_option
@click.option("--set-a", multiple=True, metavar="PATH=VALUE", help="Change one thing in the first alone.")
@click.option("--set-b", multiple=True, metavar="PATH=VALUE", help="Change one thing in the second alone.")
@click.option("--connection-a", type=click.IntRange(min=1), metavar="N", help="This connection of the first.")
@click.option(
    "--connection-b", type=click.IntRange(min=1), metavar="N", help="This connection of the second."
)
@json_option
@width_option
@colour_option
@theme_option
@detail_option
def diff(
    scenario_a: str,
    scenario_b: str,
    files: tuple[Path, ...],
    tls: TlsVersion,
    tls_a: TlsVersion | None,
    tls_b: TlsVersion | None,
    settings: tuple[str, ...],
    set_a: tuple[str, ...],
    set_b: tuple[str, ...],
    connection_a: int | None,
    connection_b: int | None,
    as_json: bool,
    width: int | None,
    colour: bool | None,
    theme: str,
    detail: str,
) -> None:
    """Show two runs side by side.

    The first divergence is marked, and what follows from it.

    The same scenario twice with --tls-a 1.2 shows the versions beside each other; with --set-b, a run beside
    its counterfactual. Of several connections it shows the first in which they part.
    """
    from simulator.runs.files import check_writable
    from simulator.runs.run import simulate
    from simulator.runs.saving import save_diff
    from simulator.views.export import DIFF_SUFFIXES, check_forms

    check_forms(files, DIFF_SUFFIXES)
    check_writable(files)
    a = simulate(scenario_from(scenario_a, (*settings, *set_a)), tls=tls_a or tls)
    b = simulate(scenario_from(scenario_b, (*settings, *set_b)), tls=tls_b or tls)
    if connection_a is None and connection_b is None:
        a, b = connections_beside(a, b)
    else:
        a, b = connection_from(a, connection_a), connection_from(b, connection_b)
    for path in files:
        save_diff(a, b, path, theme=theme, detail=detail)
        note(f"{path}")
    if any(path.suffix.lower() in (".png", ".pdf") for path in files):
        from simulator.views.drawing.fonts import lost_characters
        from simulator.views.pictures.diff import diff as diff_drawing

        if lost := lost_characters(diff_drawing(a.trace, b.trace, detail=detail)):
            note(lost)
    from simulator.views.texts.diff_text import diff_document, diff_text

    if as_json:
        write_json(diff_document(a.trace, b.trace))
    elif not files:
        from simulator.command.pager import ascii_terminal

        columns, coloured = terminal_width(width), wants_colour(colour)
        write(diff_text(a.trace, b.trace, columns, colour=coloured, ascii_only=ascii_terminal()))


@click.command()
@click.argument("scenarios", nargs=-1, metavar="[SCENARIO...]")
@click.option("--all", "all_", is_flag=True, help="Every scenario of the list, in TLS 1.2 and 1.3.")
@set_option
@jobs_option
@json_option
def check(
    scenarios: tuple[str, ...], all_: bool, settings: tuple[str, ...], jobs: int | None, as_json: bool
) -> int:
    """Play scenarios through OpenSSL too: do we agree?

    Compared are messages, their extensions, alerts, what was agreed and what each side learned.
    """
    if all_ == bool(scenarios):
        raise click.UsageError("Name scenarios, or say --all.")
    from simulator.oracle import check_all
    from simulator.runs.many import processes
    from simulator.scenario.catalogue.catalogue import catalogue

    chosen = [scenario_from(name, settings) for name in (catalogue if all_ else scenarios)]
    quiet = as_json or not all_
    # Unless asked for, no process is started for a few scenarios: they are played sooner than it starts.
    with (
        timed("Every scenario was compared", quiet=quiet),
        processes(jobs if all_ else jobs or 1) as executor,
    ):
        report = check_all(chosen, executor=executor, progress=False if quiet else None)
    if as_json:
        write_json(report.to_dict())
    else:
        write(report.text())
    return 0 if report.agrees else 1
