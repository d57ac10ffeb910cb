"""The table of texts: which program, of which version, printed which text for which cause.

``measured.json`` is derived from measurements on one machine (``python -m tests.error_texts.making``), with
return codes from the manuals of z/OS. ``cited.json`` has further texts that were not measured; each names its
source. A text has a placeholder, as ``<host>``, where the value differs from run to run.
"""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING

import msgspec
from msgspec import Struct

from simulator.error_texts.normal_form import with_gaps
from simulator.tls.wire.version import Side  # noqa: TC001 - msgspec reads the annotations while the program runs

if TYPE_CHECKING:
    from collections.abc import Mapping


class Seen(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """One text of a program, with every cause for which it was seen under the same conditions.

    Attributes:
        causes: the names of the causes, with spaces between them.
        text: what was printed; empty if nothing was.
        tls: the versions, with a space between them; empty where no handshake was involved.
        alert: the alert that this side sent, as its peer read it: ``unknown_ca``; empty if none was noted.
        refused: False if the program went on nevertheless.
        note: what else was noted.
        page: what a browser showed on its page, lines joined by `` / ``.
    """

    causes: str
    text: str = ""
    tls: str = ""
    alert: str = ""
    refused: bool = True
    note: str = ""
    page: str = ""


class Program(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """A program in one role, and what it was seen to print.

    Attributes:
        name: the program, as in ``curl (OpenSSL)``.
        side: its role, ``client`` or ``server``.
        seen: its texts.
        version: what was measured; empty where the texts are cited, from a vendor's manual or a report.
    """

    name: str
    side: Side
    seen: tuple[Seen, ...]
    version: str = ""

    @property
    def cited(self) -> bool:
        """True if its texts were not measured: the note of each says where it is from."""
        return not self.version


#: A program of each stack whose texts were measured, as a server and as a client.
STACK_PROGRAMS: Mapping[Side, Mapping[str, str]] = {
    "server": {
        "openssl": "Python ssl",
        "gnutls": "gnutls-serv -r --verify-client-cert",
        "jsse": "Java SSLServerSocket",
        "go": "Go crypto/tls",
        "nginx": "nginx",
        "node": "Node tls",
    },
    "client": {
        "openssl": "curl (OpenSSL)",
        "gnutls": "gnutls-cli",
        "jsse": "Java HttpsURLConnection",
        "go": "Go crypto/tls",
        "node": "Node https",
    },
}


def printed_by(name: str, side: Side, cause: str, tls: str) -> str:
    """The text that a program prints for a cause, with ``…`` for what differs from run to run.

    Empty where it was not measured, where it printed nothing, or several texts.

    Args:
        name: the program, as the table has it.
        side: its role.
        cause: the name of a measured cause.
        tls: the version; empty where none was agreed on.

    Raises:
        KeyError: the table has no such program.
    """
    seen = [
        one
        for one in program_named(name, side).seen
        if cause in one.causes.split() and (not tls or tls in one.tls.split())
    ]
    plain = [one for one in seen if not one.note] or seen  # a note is about another setting: a renegotiation
    texts = {one.text for one in plain if one.refused}
    return with_gaps(texts.pop()) if len(texts) == 1 else ""


def program_named(name: str, side: Side) -> Program:
    """A program in one of its roles.

    Raises:
        KeyError: the table has no such program.
    """
    for program in programs():
        if (program.name, program.side) == (name, side):
            return program
    raise KeyError((name, side))


@cache
def programs() -> tuple[Program, ...]:
    """Every program in each of its roles, those of ``cited.json`` last."""
    return tuple(
        program
        for name in ("measured.json", "cited.json")
        for program in msgspec.json.decode(
            files(__package__).joinpath(name).read_bytes(), type=tuple[Program, ...]
        )
    )
