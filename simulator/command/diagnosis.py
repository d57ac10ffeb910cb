"""The verbs for what went wrong in the field: ``errors`` and ``explain``."""

from __future__ import annotations

import sys
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import click

from simulator.command.console import (
    note,
    read_text,
    terminal_width,
    wants_colour,
    width_option,
    write,
    write_json,
)
from simulator.command.options import (
    colour_option,
    json_option,
    password_from,
    password_options,
    tls_option,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from simulator.lab.explanation import Explanation
    from simulator.pki.certificate import Certificate
    from simulator.pki.crl.revocation_list import RevocationList
    from simulator.pki.keys import PrivateKey
    from simulator.tls.wire.version import Side, TlsVersion

MOST_OF_A_LOG = 16 << 20  # bytes of standard input; a stream may have no end

DRAWN = (".svg", ".png", ".pdf", ".txt", ".html")  # the forms of the handshake that would follow
OWN_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


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

    given = " ".join(text) if text else _from_standard_input()
    if not given.strip():
        raise click.UsageError("There is no text. Give it in quotes, or on standard input.")
    answer = look_up(given, side)
    if as_json:
        write_json(document(answer))
    else:
        write(answer_text(answer, terminal_width(width), coloured=wants_colour(colour), every=every))
    return 0 if answer.matches else 1


def _from_standard_input() -> str:
    if sys.stdin is not None and sys.stdin.isatty():
        note("Paste the error text, then press Ctrl-D on a line of its own.")
    return read_text(MOST_OF_A_LOG)


def _moment(_context: click.Context, _parameter: click.Parameter, written: str | None) -> datetime:
    """The moment that is asked for, by default the machine's time; without a zone it is UTC."""
    if written is None:
        return datetime.now(UTC).replace(microsecond=0)
    try:
        moment = datetime.fromisoformat(written)
    except ValueError as error:
        raise click.BadParameter(f"{written!r} is no moment. Write it as 2026-11-29T12:00:00Z.") from error
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)


@click.command()
@click.argument("files", metavar="FILE...", nargs=-1, required=True, type=OWN_FILE)
@click.option(
    "--as",
    "role",
    type=click.Choice(["client", "server"]),
    default="client",
    show_default=True,
    help="Whose certificate it is: the other side judges it.",
)
@click.option(
    "--trust",
    metavar="FILE",
    multiple=True,
    type=OWN_FILE,
    help="Certificates that the other side trusts, in any form. May be given several times. Default: the "
    "roots among the FILEs.",
)
@click.option(
    "--crl",
    "crls",
    metavar="FILE",
    multiple=True,
    type=OWN_FILE,
    help="Revocation lists that the other side holds; it looks up the leaf. Default: it does not look.",
)
@click.option(
    "--ocsp",
    metavar="FILE",
    multiple=True,
    type=OWN_FILE,
    help="Answers of OCSP responders, as openssl ocsp -respout writes them, in place of lists.",
)
@click.option(
    "--whole-chain",
    is_flag=True,
    help="Look up the revocation of every certificate, not of the leaf alone.",
)
@click.option("--host", metavar="NAME", help="Of a server's certificate: the name by which it is reached.")
@click.option("--at", callback=_moment, metavar="TIME", help="The moment of the decision. Default: now.")
@click.option("--profile", default="openssl", show_default=True, metavar="NAME", help="Who judges.")
@click.option(
    "-o",
    "--output",
    "outputs",
    metavar="FILE",
    multiple=True,
    type=click.Path(dir_okay=False, path_type=Path),
    help="Also draw the handshake that would follow: .svg, .png, .pdf, .txt, or .html to step through.",
)
@tls_option
@click.option("--all", "every", is_flag=True, help="Every check with its sentence, not only what failed.")
@password_options
@json_option
@width_option
@colour_option
def explain(
    files: tuple[Path, ...],
    role: Side,
    trust: tuple[Path, ...],
    crls: tuple[Path, ...],
    ocsp: tuple[Path, ...],
    whole_chain: bool,
    host: str | None,
    at: datetime,
    profile: str,
    outputs: tuple[Path, ...],
    tls: TlsVersion,
    every: bool,
    password_file: str | None,
    as_json: bool,
    width: int | None,
    colour: bool | None,
) -> int:
    """Judge certificates of your own, and say what to do.

    FILEs hold a certificate, its chain and perhaps its key, in any form. Nothing is connected to, and no key
    and no password is shown or written. Exit status 1: refused.
    """
    from simulator.command.explanations import document, explanation_text
    from simulator.lab.explanation import explain as explained
    from simulator.lab.own_files import read_own_files
    from simulator.lab.revocation import revocation_policy

    _check_outputs(outputs, (*files, *trust, *crls, *ocsp))
    if host is not None and role == "client":
        raise click.UsageError("--host is about a server's certificate; add --as server, or leave it out.")
    password = cache(lambda: password_from(password_file, twice=False))
    own = read_own_files(((f"{path}", _bytes_of(path)) for path in files), password)
    trusted = _trusted(trust, password) if trust else own.roots
    lists = [one for path in crls for one in _lists(path)]
    answers = [_ocsp_answer(path) for path in ocsp]
    explanation = explained(
        own.chain,
        trusted,
        at,
        key_matches=own.key_matches,
        role=role,
        profile=profile,
        server_name=host,
        revocation=revocation_policy(lists, answers, whole_chain=whole_chain),
        answers=answers,
    )
    if as_json:
        write_json(document(own, explanation))
    else:
        coloured = wants_colour(colour)
        write(explanation_text(own, explanation, terminal_width(width), coloured=coloured, every=every))
    if outputs:
        _draw(explanation, own.key, tls, outputs)
    if not own.chain:
        return 2
    return 0 if explanation.verdict.accepted else 1


def _ocsp_answer(path: Path) -> bytes:
    """The answer of an OCSP responder in a file.

    Raises:
        CertificateError: it holds something else; the message says what.
    """
    from simulator.pki.files.kinds import file_facts
    from simulator.pki.files.outlines import FileKind
    from simulator.pki.files.wrong_file import Wanted, wrong_file

    facts = file_facts(_bytes_of(path))
    with naming(path):
        if facts.kind is not FileKind.OCSP_RESPONSE:
            raise wrong_file(Wanted.OCSP_ANSWER, facts)
    return facts.data


def _lists(path: Path) -> tuple[RevocationList, ...]:
    """The revocation lists in a file.

    Raises:
        CertificateError: it holds none.
    """
    from simulator.pki.crl.files import load_revocation_lists

    with naming(path):
        return load_revocation_lists(_bytes_of(path))


@contextmanager
def naming(path: Path) -> Iterator[None]:
    """Name the file in an error about what is in it: of several files the reader has to know which.

    Raises:
        CertificateError: the same, with the name.
    """
    from simulator.errors import CertificateError

    try:
        yield
    except CertificateError as error:
        if not f"{error.got}".startswith(f"{path}"):
            error.got = f"{path}: {error.got}"
        raise


def _check_outputs(outputs: tuple[Path, ...], read: tuple[Path, ...]) -> None:
    """Check the files before anything is asked or judged.

    Args:
        outputs: the files to write.
        read: the user's own files; a picture in place of a private key would be the end of that key.

    Raises:
        OutputError: a suffix is unknown, a file cannot be written there, or it is one of those to read.
    """
    from simulator.errors import OutputError
    from simulator.runs.files import check_writable
    from simulator.views.export import check_forms

    check_forms(outputs, DRAWN)
    check_writable(outputs)
    for output in outputs:
        if output.exists() and any(output.samefile(path) for path in read):
            expected, advice = "a file that is not read", "Choose another name for the picture."
            message = f"The file {output} is not overwritten: it is one of the files to explain."
            raise OutputError(message, got=f"{output}", expected=expected, advice=advice)


def _draw(
    explanation: Explanation, key: PrivateKey | None, tls: TlsVersion, outputs: tuple[Path, ...]
) -> None:
    """Draw the handshake that would follow, and say what in it is the user's."""
    from simulator.lab.handshake import handshake_of
    from simulator.runs.saving import save_all

    trace = handshake_of(explanation, key, tls)
    save_all(trace, outputs, detail="essential")
    for path in outputs:
        note(f"{path}")
    note(trace.setup.lesson)


def _bytes_of(path: Path) -> bytes:
    """The bytes of a file.

    Raises:
        CertificateError: it cannot be read.
    """
    from simulator.errors import CertificateError
    from simulator.pki.files.pem import MOST_BYTES

    try:
        with path.open("rb") as file:
            return file.read(MOST_BYTES + 1)  # one more than is taken, so that a longer file is reported
    except OSError as error:
        got, advice = f"{path}: {error.strerror}", "Check who may read it."
        raise CertificateError("The file cannot be read.", got=got, advice=advice) from error


def _trusted(paths: tuple[Path, ...], password: Callable[[], str]) -> tuple[Certificate, ...]:
    from simulator.pki.bundles import load_trust_store
    from simulator.pki.files.kinds import file_facts

    trusted: list[Certificate] = []
    for path in paths:
        with naming(path):
            data = _bytes_of(path)
            facts = file_facts(data)
            trusted += load_trust_store(data, password() if facts.encrypted or facts.hidden else None)
    return tuple(trusted)
