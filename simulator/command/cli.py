"""The command ``clientauth`` and its verbs.

The work of a verb is done elsewhere and imported when the verb is used, so that ``clientauth --help`` answers
at once.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from simulator.command.comparing import check, diff, matrix
from simulator.command.console import (
    note,
    terminal_width,
    wants_colour,
    width_option,
)
from simulator.command.diagnosis import errors, explain
from simulator.command.lessons import cases, glossary, lesson, quiz, site
from simulator.command.listing import list_
from simulator.command.options import (
    FOLDER,
    colour_option,
    connection_option,
    connection_scenario,
    jobs_option,
    password_from,
    password_options,
    scenario_from,
    set_option,
)
from simulator.command.playing import export, run
from simulator.errors import nearest_names
from simulator.release import RELEASE

if TYPE_CHECKING:
    from pathlib import Path

EPILOG = """\b
Five commands to begin with:
  clientauth demo                                    one story, and the gallery in figures/
  clientauth list                                    the built-in scenarios by topic
  clientauth run no-certificate-lower-level          one of them, step by step
  clientauth run valid-certificate --set server.client_authentication=none
                                                     the same with one thing changed
  clientauth export certificate-expired story.svg    the picture for a slide

SCENARIO is a name from the list, or the path of a .toml file of your own.
Exit status: 0 as the scenario expects, 1 not, 2 bad usage or input.
This is for teaching. It is no TLS library for production."""


HELP_SETTINGS = {"help_option_names": ["-h", "--help"], "max_content_width": 100}


class Verbs(click.Group):
    """The verbs; a scenario in the place of a verb gets the command line that plays it."""

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Return the verb that the first argument names."""
        try:
            return super().resolve_command(ctx, args)
        except click.UsageError as error:
            from simulator.scenario.catalogue.catalogue import catalogue

            near = [args[0]] if args[0].endswith(".toml") else nearest_names(args[0], catalogue, 1)
            if near and near[0].startswith(args[0][:3]):  # nearer than a verb that has some letters in common
                words = f"{args[0]!r} is no command. To play a scenario: clientauth run {near[0]}"
                raise click.UsageError(words, ctx) from error
            raise


@click.group(cls=Verbs, epilog=EPILOG, context_settings=HELP_SETTINGS)
@click.version_option(RELEASE, prog_name="clientauth")
def clientauth() -> None:
    """See how a client proves who it is in TLS.

    A client asks a server for a secure connection and checks the server's certificate; the server asks for a
    certificate, judges what comes, and grants a secure session, a lower level of security, or nothing.
    """


@clientauth.command()
@click.argument("scenario")
@click.argument("directory", metavar="DIR", type=FOLDER)
@set_option
@connection_option
@click.option(
    "--seed", is_flag=True, help="The scenario's seed and clock: the same bytes every time, no secrets."
)
@click.option(
    "--form",
    "forms",
    multiple=True,
    type=click.Choice(["chain-and-key", "pkcs12", "older-pkcs12", "trust-pkcs12", "trust-jks", "all"]),
    help="A form to write beside PEM: each side's chain and key in one file; PKCS#12; PKCS#12 for older "
    "systems (3DES, SHA-1); trust stores as PKCS#12 or JKS. May be given several times.",
)
@password_options
def certificates(
    scenario: str,
    directory: Path,
    settings: tuple[str, ...],
    connection: int | None,
    seed: bool,
    forms: tuple[str, ...],
    password_file: str | None,
) -> None:
    """Write a scenario's certificates and keys for real tools.

    Keys are new, and validity is around the present moment. With --seed they are the simulation's own: every
    reader can make the same keys, so they are good for teaching only. README.md has commands for openssl,
    curl, keytool, browsers and servers.
    """
    from simulator.command.certificate_files import (
        FORMS,
        NEED_PASSWORD,
        issue_for_real_tools,
        write_certificates,
    )

    wanted = set(FORMS if "all" in forms else forms) or ({"pkcs12"} if password_file else set())
    if password_file and not wanted & NEED_PASSWORD:
        raise click.UsageError(
            "chain-and-key has no password. Leave --password-file out, or name another --form."
        )
    chosen = connection_scenario(scenario_from(scenario, settings), connection)
    password = password_from(password_file) if wanted & NEED_PASSWORD else None
    world = issue_for_real_tools(chosen, seeded=seed)
    for path in write_certificates(world, directory, forms=wanted, password=password, seeded=seed):
        note(f"{path}")


@clientauth.command()
@click.option("--figures", default="figures", show_default=True, type=FOLDER, help="Where the gallery goes.")
@click.option("--quiet", is_flag=True, help="Only write the gallery.")
@click.option("--stories", is_flag=True, help="Four stories step by step, and the outcome matrix.")
@click.option("--present", is_flag=True, help="Only the four stories, a screen at a time, in large type.")
@jobs_option
@width_option
@colour_option
def demo(
    figures: Path,
    quiet: bool,
    stories: bool,
    present: bool,
    jobs: int | None,
    width: int | None,
    colour: bool | None,
) -> int:
    """Tell one story on one screen, and write the gallery.

    It plays every scenario, tells the good handshake, and writes the gallery of pictures.
    """
    from simulator.command import demo as demonstration

    coloured = wants_colour(colour)
    if present and (quiet or stories or width):
        raise click.UsageError(
            "--present shows the four stories in 60 columns; leave --quiet, --stories and --width out."
        )
    if present:
        demonstration.present(coloured)
        return 0
    columns = terminal_width(width)
    return demonstration.give_demo(figures, columns, coloured, quiet=quiet, stories=stories, jobs=jobs)


for verb in (list_, run, export, matrix, diff, check, explain, errors, cases, glossary, quiz, site, lesson):
    clientauth.add_command(verb)
