"""The command ``clientauth``: verbs and printing, no logic.

What a verb does is done elsewhere and imported when the verb is used, so that ``clientauth --help`` answers
at once.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import click

from simulator.command.console import (
    listing,
    note,
    run_command,
    terminal_width,
    wants_colour,
    width_option,
    write,
    write_json,
)
from simulator.command.lessons import cases, glossary, quiz
from simulator.release import RELEASE

if TYPE_CHECKING:
    from simulator.runs.run import Run
    from simulator.scenario import Scenario, TlsVersion

EPILOG = """\b
Five commands to begin with:
  clientauth demo                                    the whole story, and the gallery in figures/
  clientauth list                                    the built-in scenarios
  clientauth run no-certificate-lower-level          one of them, told step by step
  clientauth run valid-certificate --set server.client_authentication=none
                                                     the same with one thing changed
  clientauth export certificate-expired story.svg    the picture for a slide

SCENARIO is a name from the list, or the path of a .toml file of your own.
Exit status: 0 as the scenario expects, 1 not, 2 bad usage or input.
This is for teaching. It is no TLS library for production."""


HELP_SETTINGS = {"help_option_names": ["-h", "--help"], "max_content_width": 100}


@click.group(epilog=EPILOG, context_settings=HELP_SETTINGS)
@click.version_option(RELEASE, prog_name="clientauth")
def clientauth() -> None:
    """See how a client proves who it is in TLS.

    A client asks a server for a secure connection and checks the server's certificate; the server asks for a
    certificate, judges what comes, and grants a secure session, a lower level of security, or nothing.
    """


def main() -> None:
    """Run the command and leave with its exit status."""
    sys.exit(run_command(clientauth))


# What several verbs take -----------------------------------------------------------------------------------

tls_option = click.option(
    "--tls", type=click.Choice(["1.2", "1.3"]), default="1.3", show_default=True, help="Protocol version."
)
set_option = click.option(
    "--set",
    "settings",
    multiple=True,
    metavar="PATH=VALUE",
    help="Change one thing: server.client_authentication=optional. May be given several times.",
)
json_option = click.option("--json", "as_json", is_flag=True, help="One JSON document on stdout.")
colour_option = click.option(
    "--colour/--no-colour", "--color/--no-color", default=None, help="Default: on a terminal."
)
view_option = click.option(
    "--view",
    default="sequence",
    show_default=True,
    help="sequence, timeline, trust-graph, states, ladder, or bytes:NAME for one message; pictures and .txt.",
)
theme_option = click.option(
    "--theme", type=click.Choice(["light", "dark", "print"]), default="light", show_default=True
)
detail_option = click.option(
    "--detail",
    type=click.Choice(["overview", "messages", "everything"]),
    default="messages",
    show_default=True,
    help="How much is shown.",
)


def scenario_from(name: str, settings: tuple[str, ...]) -> Scenario:
    """The scenario of that name or file, with what ``--set`` changes."""
    from simulator.scenario.catalogue.catalogue import load

    scenario = load(name)
    if not settings:
        return scenario
    from simulator.scenario.changes import parse_assignment

    return scenario.but(dict(parse_assignment(setting) for setting in settings))


def exit_status(run: Run) -> int:
    """0 where the run came out as its scenario expects, or nothing was expected."""
    return 1 if run.as_expected is False else 0


# The verbs -------------------------------------------------------------------------------------------------


@clientauth.command("list")
@json_option
@colour_option
def list_(as_json: bool, colour: bool | None) -> None:
    """The built-in scenarios."""
    from simulator.scenario.catalogue.catalogue import catalogue

    if as_json:
        write_json([{"name": s.name, "title": s.title, "topic": s.topic} for s in catalogue.values()])
    else:
        write(listing(catalogue, coloured=wants_colour(colour, sys.stdout)))


@clientauth.command()
@click.argument("scenario")
@tls_option
@set_option
@click.option(
    "--step", is_flag=True, help="A screen at a time: space goes on, b back, q quits. About ten in all."
)
@json_option
@width_option
@colour_option
def run(
    scenario: str,
    tls: TlsVersion,
    settings: tuple[str, ...],
    step: bool,
    as_json: bool,
    width: int | None,
    colour: bool | None,
) -> int:
    """Play a scenario and tell what happened, step by step."""
    from simulator.runs.run import simulate

    if step and as_json:
        raise click.UsageError("--step tells the story and --json gives a document; choose one of them.")
    result = simulate(scenario_from(scenario, settings), tls=tls)
    if as_json:
        write_json(result.to_dict())
        return exit_status(result)
    coloured = wants_colour(colour, sys.stdout)
    if step:
        from simulator.command.pager import step_through

        step_through(result.trace, width, coloured=coloured)
    else:
        from simulator.views.texts.terminal import LEAST_WIDTH, story

        write(story(result.trace, terminal_width(width, LEAST_WIDTH), colour=coloured))
    if result.as_expected is False:
        note(f"Not as the scenario expects: {result.expectation_words()}")
    return exit_status(result)


@clientauth.command()
@click.argument("scenario")
@click.argument("files", nargs=-1, metavar="[FILE...]", type=click.Path(path_type=Path))
@tls_option
@set_option
@view_option
@theme_option
@detail_option
@click.option(
    "--without-keys", is_flag=True, help="A .pcapng without the key log: what an eavesdropper sees."
)
@click.option(
    "--frames",
    "frames_directory",
    metavar="DIR",
    type=click.Path(path_type=Path, file_okay=False),
    help="Also one picture for each step, for slides.",
)
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
    without_keys: bool,
    frames_directory: Path | None,
    frames_as: Literal["svg", "png"],
) -> int:
    """Write a run to files, each in the form that its suffix names.

    .svg .png .pdf are pictures of one view and .txt is its text. These hold the whole run: .html the player,
    a page to step through; .json the trace; .mmd Mermaid and .puml PlantUML; .pcapng a capture for Wireshark
    with the connection's keys inside.
    """
    if not files and frames_directory is None:
        raise click.UsageError("Name a FILE, or a folder with --frames.")
    from simulator.views.export import RUN_SUFFIXES, check_forms

    check_forms(files, RUN_SUFFIXES, view=view)
    from simulator.runs.run import simulate

    result = simulate(scenario_from(scenario, settings), tls=tls)
    for path in files:
        result.save(path, view=view, theme=theme, detail=detail, with_keys=not without_keys)
        note(f"{path}")
    if frames_directory is not None:
        from simulator.views.pictures.slides import save_frames

        for path in save_frames(result, frames_directory, form=frames_as, theme=theme, detail=detail):
            note(f"{path}")
    return exit_status(result)


@clientauth.command()
@click.argument("files", nargs=-1, metavar="[FILE...]", type=click.Path(path_type=Path))
@json_option
@width_option
@colour_option
@theme_option
def matrix(
    files: tuple[Path, ...], as_json: bool, width: int | None, colour: bool | None, theme: str
) -> None:
    """Play every credential under every policy: which level, which alert, who noticed."""
    from simulator.runs.sweep import matrix as outcome_matrix
    from simulator.views.drawing.pens import MATRIX_SUFFIXES
    from simulator.views.export import check_forms, save_matrix

    check_forms(files, MATRIX_SUFFIXES)
    result = outcome_matrix()
    for path in files:
        save_matrix(result, path, theme=theme)
        note(f"{path}")
    if as_json:
        write_json(result.to_dict())
    elif not files:
        from simulator.views.pictures.matrix import matrix_text

        write(matrix_text(result, terminal_width(width), colour=wants_colour(colour, sys.stdout)))


@clientauth.command()
@click.argument("scenario_a")
@click.argument("scenario_b")
@click.argument("files", nargs=-1, metavar="[FILE...]", type=click.Path(path_type=Path))
@tls_option
@click.option("--tls-a", type=click.Choice(["1.2", "1.3"]), help="Protocol version of the first alone.")
@click.option("--tls-b", type=click.Choice(["1.2", "1.3"]), help="Protocol version of the second alone.")
@set_option
@click.option("--set-a", multiple=True, metavar="PATH=VALUE", help="Change one thing in the first alone.")
@click.option("--set-b", multiple=True, metavar="PATH=VALUE", help="Change one thing in the second alone.")
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
    as_json: bool,
    width: int | None,
    colour: bool | None,
    theme: str,
    detail: str,
) -> None:
    """Two runs side by side: the first divergence, and what follows from it.

    The same scenario twice with --tls-a 1.2 shows the versions beside each other; with --set-b, a run beside
    its counterfactual.
    """
    from simulator.runs.run import simulate
    from simulator.views.export import DIFF_SUFFIXES, check_forms, save_diff

    check_forms(files, DIFF_SUFFIXES)
    a = simulate(scenario_from(scenario_a, (*settings, *set_a)), tls=tls_a or tls)
    b = simulate(scenario_from(scenario_b, (*settings, *set_b)), tls=tls_b or tls)
    for path in files:
        save_diff(a, b, path, theme=theme, detail=detail)
        note(f"{path}")
    from simulator.views.texts.diff_text import diff_document, diff_text

    if as_json:
        write_json(diff_document(a.trace, b.trace))
    elif not files:
        write(diff_text(a.trace, b.trace, terminal_width(width), colour=wants_colour(colour, sys.stdout)))


@clientauth.command()
@click.argument("scenarios", nargs=-1, metavar="[SCENARIO...]")
@click.option("--all", "all_", is_flag=True, help="Every scenario of the list, in TLS 1.2 and 1.3.")
@json_option
def check(scenarios: tuple[str, ...], all_: bool, as_json: bool) -> int:
    """Play scenarios through OpenSSL too: do we agree?"""
    if all_ == bool(scenarios):
        raise click.UsageError("Name scenarios, or say --all.")
    from simulator.oracle import check_all
    from simulator.scenario.catalogue.catalogue import catalogue, load

    chosen = list(catalogue.values()) if all_ else [load(name) for name in scenarios]
    report = check_all(chosen)
    if as_json:
        write_json(report.to_dict())
    else:
        write(report.text())
    return 0 if report.agrees else 1


@clientauth.command()
@click.argument("scenario")
@click.argument("directory", metavar="DIR", type=click.Path(path_type=Path, file_okay=False))
@set_option
@click.option(
    "--seed", is_flag=True, help="The scenario's seed and clock: the same bytes every time, no secrets."
)
@click.option("--password", help="Also write PKCS#12 files under this password.")
def certificates(
    scenario: str, directory: Path, settings: tuple[str, ...], seed: bool, password: str | None
) -> None:
    """Write a scenario's certificates and keys, for use with real tools.

    They are made afresh, with validity around the present moment. With --seed they are the simulation's own:
    anybody can make the same keys, so they are good for nothing but teaching.
    """
    from simulator.command.certificate_files import issue_for_real_tools, write_certificates

    world = issue_for_real_tools(scenario_from(scenario, settings), seeded=seed)
    for path in write_certificates(world, directory, password=password):
        note(f"{path}")


@clientauth.command()
@click.option(
    "--figures",
    "directory",
    default="figures",
    show_default=True,
    type=click.Path(path_type=Path, file_okay=False),
    help="Where the gallery goes.",
)
@click.option("--quiet", is_flag=True, help="Only write the gallery.")
@click.option("--present", is_flag=True, help="Only tell the four, a screen at a time, for large type.")
@width_option
@colour_option
def demo(directory: Path, quiet: bool, present: bool, width: int | None, colour: bool | None) -> int:
    """The whole story: every scenario, four of them told, the outcome matrix, and the gallery of pictures."""
    from simulator.command import demo as demonstration

    coloured = wants_colour(colour, sys.stdout)
    if present and (quiet or width):
        raise click.UsageError("--present only tells the four, in 60 columns; leave --quiet and --width out.")
    if present:
        demonstration.present(coloured)
        return 0
    return demonstration.give_demo(directory, terminal_width(width), coloured, quiet=quiet)


clientauth.add_command(cases)
clientauth.add_command(glossary)
clientauth.add_command(quiz)
