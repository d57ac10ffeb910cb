"""Options that several verbs share, and the scenario and exit status that follow from them."""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

from simulator.errors import ArgumentError, PasswordError

if TYPE_CHECKING:
    from collections.abc import Callable

    from simulator.runs.run import Run
    from simulator.scenario import Scenario

MOST_OF_A_PASSWORD = 4096  # characters; a file without line ends is no password
FOLDER = click.Path(path_type=Path, file_okay=False)

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


def _at_least_one(_context: click.Context, _parameter: click.Parameter, jobs: int | None) -> int | None:
    if jobs is not None and jobs < 1:
        raise click.BadParameter(f"{jobs} processes play nothing. Give 1 or more, or leave it out.")
    return jobs


jobs_option = click.option(
    "--jobs",
    type=int,
    callback=_at_least_one,
    metavar="N",
    help="At most N processes. Default: one for each core.",
)
json_option = click.option("--json", "as_json", is_flag=True, help="One JSON document on stdout.")
colour_option = click.option(
    "--colour/--no-colour", "--color/--no-color", default=None, help="Default: on a terminal."
)
view_option = click.option(
    "--view",
    default="sequence",
    show_default=True,
    help="sequence, timeline, trust-graph, states, ladder, life, or bytes:NAME for one message; pictures and "
    ".txt. bytes as .html explains the client's two messages.",
)
theme_option = click.option(
    "--theme", type=click.Choice(["light", "dark", "print"]), default="light", show_default=True
)
detail_option = click.option(
    "--detail",
    type=click.Choice(["essential", "overview", "messages", "everything"]),
    default="messages",
    show_default=True,
    help="How much is shown; essential is one slide.",
)


def _not_on_the_command_line(_context: click.Context, _parameter: click.Parameter, given: str | None) -> None:
    if given is not None:
        raise click.BadParameter(
            "a password on the command line can be read by every user of the machine. "
            "Give --password-file FILE, or leave both options out to be asked."
        )


def password_options(command: Callable[..., object]) -> Callable[..., object]:
    """Let a verb take a password from a file; ``--password`` is refused with the reason."""
    refused = click.option("--password", expose_value=False, hidden=True, callback=_not_on_the_command_line)
    return click.option(
        "--password-file",
        metavar="FILE",
        help="Its first line is the password of PKCS#12 and JKS files; - is standard input. "
        "Default: you are asked.",
    )(refused(command))


def password_from(file: str | None, *, twice: bool = True) -> str:
    """The password in the first line of a file, of standard input (``-``), or as a person types it.

    Args:
        file: the file, ``-``, or None to ask.
        twice: ask again to confirm, as for a new password.

    Raises:
        click.UsageError: no file is named and there is no terminal to ask at.
        PasswordError: the file cannot be read, or its first line is too long.
    """
    if file is None:
        if not sys.stdin.isatty():
            raise click.UsageError(
                "A password is needed. Give --password-file FILE, or - for standard input."
            )
        return str(
            click.prompt("Password of the files", hide_input=True, confirmation_prompt=twice, err=True)
        )
    try:
        # Windows' programs begin a UTF-8 text with a mark that is no part of the password.
        with click.open_file(file, encoding="utf-8-sig", errors="surrogateescape") as lines:
            password = str(lines.readline(MOST_OF_A_PASSWORD + 1)).rstrip("\r\n")
    except OSError as error:
        got, expected = f"{file}: {error.strerror}", "a file whose first line is the password"
        raise PasswordError(
            "The password cannot be read.", got=got, expected=expected, advice="Check its name."
        ) from error
    if len(password) > MOST_OF_A_PASSWORD:
        most = f"{MOST_OF_A_PASSWORD} characters"
        raise PasswordError(
            "The password is too long.",
            got=f"{file}: a first line of more than {most}",
            expected=f"a first line that is the password, {most} at most",
            advice="Check that it is the file with the password.",
        )
    return password


connection_option = click.option(
    "--connection",
    type=click.IntRange(min=1),
    metavar="N",
    help="Only this connection of a scenario with several.",
)


def connections_beside(a: Run, b: Run) -> tuple[Run, Run]:
    """The first connections of the same number that go different ways, or else the last of each."""
    from simulator.trace.compare import first_divergence

    pairs = list(zip(a.connections, b.connections, strict=False))
    parted = (pair for pair in pairs if first_divergence(pair[0].trace, pair[1].trace) is not None)
    return next(parted, pairs[-1])


def connection_from(run: Run, number: int | None) -> Run:
    """One connection of a run as a run of its own, or the whole.

    Raises:
        ArgumentError: there is no such connection.
    """
    return run if number is None else run.connection(number)


def connection_scenario(scenario: Scenario, number: int | None) -> Scenario:
    """The world of one connection, as a scenario of its own; its name says which of several.

    Raises:
        ArgumentError: there is no such connection, or there are several and none is chosen.
    """
    from simulator.scenario.schedule.episodes import episode_of, episodes

    every = episodes(scenario)
    if len(every) == 1:
        return episode_of(every, number or 1).scenario
    if number is None:
        raise ArgumentError(
            "The scenario has several connections.",
            got="no connection",
            expected=f"1 to {len(every)}",
            advice="Choose one with --connection.",
        )
    chosen = episode_of(every, number).scenario
    return replace(chosen, name=f"{chosen.name}, connection {number}")


def scenario_from(name: str, settings: tuple[str, ...]) -> Scenario:
    """The scenario of a name or a file, with the changes of ``--set``.

    ``scenario/changes.py`` reads each PATH=VALUE and says which changes of a scenario are allowed.
    """
    from simulator.scenario.catalogue.catalogue import load

    scenario = load(name)
    if not settings:
        return scenario
    from simulator.scenario.changes import parse_assignment

    return scenario.but(dict(parse_assignment(setting) for setting in settings))


def exit_status(run: Run) -> int:
    """0 if the run came out as its scenario expects or nothing was expected, else 1."""
    return 1 if run.as_expected is False else 0
