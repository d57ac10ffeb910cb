"""The measured table: which program, of which version, printed which text for which cause.

The file is derived from measurements on one machine (``python -m tests.error_texts.making``). A text has a
placeholder, as ``<host>``, where the value differs from run to run.
"""

from __future__ import annotations

from functools import cache
from importlib.resources import files

import msgspec
from msgspec import Struct

from simulator.tls.wire.version import Side  # noqa: TC001 - msgspec reads the annotations while the program runs


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
        version: what was measured; empty where the texts are cited from the vendor's manual.
    """

    name: str
    side: Side
    seen: tuple[Seen, ...]
    version: str = ""


@cache
def programs() -> tuple[Program, ...]:
    """Every program in each of its roles."""
    data = files(__package__).joinpath("measured.json").read_bytes()
    return msgspec.json.decode(data, type=tuple[Program, ...])
