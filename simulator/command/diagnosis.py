"""The verb for a connection that failed: ``errors``."""

from __future__ import annotations

import sys
from itertools import takewhile
from typing import TYPE_CHECKING

import click

from simulator.command.console import (
    note,
    read_line,
    terminal_width,
    wants_colour,
    width_option,
    write,
    write_json,
)
from simulator.command.options import colour_option, json_option

if TYPE_CHECKING:
    from simulator.tls.wire.version import Side

MOST_LINES = 100_000  # of standard input: far more than are looked at, and no stream without an end


class TextCommand(click.Command):
    """A command whose argument is a text: one that begins with a hyphen and has a space is no option."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Return the rest of the arguments."""
        texts = [
            arg for arg in args if arg.startswith("-") and " " in arg
        ]  # "- Status: …", as gnutls-cli prints
        others = [arg for arg in args if arg not in texts]
        return super().parse_args(ctx, [*others, "--", *texts] if texts and "--" not in args else args)


@click.command(cls=TextCommand)
@click.argument("text", nargs=-1)
@click.option(
    "--as",
    "side",
    type=click.Choice(["client", "server"]),
    help="The side whose program printed it. Default: both are looked at.",
)
@click.option("--all", "every", is_flag=True, help="Every possible cause in full, not only the first three.")
@json_option
@width_option
@colour_option
def errors(
    text: tuple[str, ...],
    side: Side | None,
    every: bool,
    as_json: bool,
    width: int | None,
    colour: bool | None,
) -> int:
    """Find the causes of an error text, the likeliest first.

    TEXT is what a program printed, one line of it, or part of a log; quote it. Without TEXT it is read from
    standard input. Each cause comes with what to look for on the other side. Exit status 1: unknown text.
    """
    from simulator.command.error_answers import answer_text, document
    from simulator.error_texts.lookup import look_up

    answer = look_up(" ".join(text) if text else _from_standard_input(), side)
    if not answer.normalised:
        raise click.UsageError("There is no text. Give it in quotes, or on standard input.")
    if as_json:
        write_json(document(answer))
    else:
        write(answer_text(answer, terminal_width(width), coloured=wants_colour(colour), every=every))
    return 0 if answer.matches else 1


def _from_standard_input() -> str:
    if sys.stdin is not None and sys.stdin.isatty():
        note("Paste the error text, then press Ctrl-D on a line of its own.")
    return "".join(takewhile(len, (read_line() for _ in range(MOST_LINES))))
