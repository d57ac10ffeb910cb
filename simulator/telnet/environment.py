"""The variables of NEW-ENVIRON: what a server asks for, and what a client names (RFC 1572).

With Express Logon a client names the application that its macro logs on to, in two user variables: ``IBMELF``
with ``YES``, and ``IBMAPPLID``. The bytes are those of x3270's own test (pmattes/x3270,
``s3270/Test/elf.trc``); s3270 4.6pre1 answers so, and 4.1 names both without a value.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from msgspec import Struct

from simulator.telnet.codes import ESC, IS, SEND, USERVAR, VALUE, VAR
from simulator.telnet.stream import TelnetViolation

if TYPE_CHECKING:
    from collections.abc import Iterable

EXPRESS_LOGON, APPLICATION_ID = "IBMELF", "IBMAPPLID"
LONGEST_APPLICATION_ID = 8  # a VTAM application name, and the name of a RACF profile for tickets

_KINDS = {VAR: "VAR", USERVAR: "USERVAR"}
_SPECIAL = bytes([VAR, VALUE, ESC, USERVAR])  # inside a name or a value, each of them stands behind an ESC
_TEXT = rb"((?:\x02.|[^\x00-\x03])*)"
_VARIABLE = re.compile(rb"([\x00\x03])%b(?:(\x01)%b)?" % (_TEXT, _TEXT), re.DOTALL)


class Variable(Struct, frozen=True):
    """A variable of the client's environment.

    Attributes:
        kind: ``VAR`` for one that RFC 1572 knows, ``USERVAR`` for any other.
        name: its name; empty in a request for all variables of that kind.
        value: its value, or None: not asked for by its value, or not defined.
    """

    kind: int
    name: str
    value: str | None = None

    def __str__(self) -> str:
        return " ".join(filter(None, (_KINDS[self.kind], self.name, self.value)))

    @property
    def key(self) -> tuple[int, str]:
        """Its kind and its name."""
        return self.kind, self.name


#: The request of a server that offers Express Logon.
ASKED = (Variable(USERVAR, EXPRESS_LOGON), Variable(USERVAR, APPLICATION_ID))


def express_logon(application: str) -> tuple[Variable, ...]:
    """The variables of a client whose macro logs on to this application; none for an empty one."""
    if not application:
        return ()
    return Variable(USERVAR, EXPRESS_LOGON, "YES"), Variable(USERVAR, APPLICATION_ID, application)


def write_request(variables: Iterable[Variable]) -> bytes:
    """The content of a SEND for some variables."""
    return bytes([SEND]) + b"".join(map(_encode, variables))


def answer_to(asked: Iterable[Variable], known: tuple[Variable, ...]) -> bytes:
    """The content of an IS: each variable that was asked for, without a value where there is none.

    A request for a kind alone, or for nothing, brings all variables of it that there are.
    """
    values = {one.key: one for one in known}
    found: list[Variable] = []
    for wanted in tuple(asked) or (Variable(VAR, ""), Variable(USERVAR, "")):
        if wanted.name:
            found.append(values.get(wanted.key, wanted))
        else:
            found += [one for one in known if one.kind == wanted.kind]
    return bytes([IS]) + b"".join(map(_encode, found))


def read_variables(content: bytes) -> tuple[Variable, ...]:
    """Read the variables behind a SEND, an IS or an INFO.

    Raises:
        TelnetViolation: they have not the form of RFC 1572 section 2.
    """
    found = []
    position = 0
    while position < len(content):
        item = _VARIABLE.match(content, position)
        if item is None:
            raise TelnetViolation(
                "The variables of a NEW-ENVIRON subnegotiation are malformed.",
                got=content[position : position + 40].hex(" "),
                expected="VAR or USERVAR with a name, and VALUE with a value where there is one",
            )
        value = None if item[3] is None else _decode(item[4])
        found.append(Variable(item[1][0], _decode(item[2]), value))
        position = item.end()
    return tuple(found)


def application_of(variables: Iterable[Variable]) -> str:
    """The application that a client names for Express Logon, or empty: it names none.

    Raises:
        TelnetViolation: the name is none that an application can have.
    """
    values = {one.key: one.value for one in variables}
    if (values.get((USERVAR, EXPRESS_LOGON)) or "").upper() != "YES":
        return ""
    name = values.get((USERVAR, APPLICATION_ID)) or ""
    if re.fullmatch(f"[!-~]{{0,{LONGEST_APPLICATION_ID}}}", name) is None:
        raise TelnetViolation(
            "An application ID is malformed.",
            got=repr(name[:40]),
            expected=f"at most {LONGEST_APPLICATION_ID} printable characters",
        )
    return name


def _encode(variable: Variable) -> bytes:
    """A variable as it is sent."""
    wire = bytes([variable.kind]) + _escaped(variable.name)
    return wire if variable.value is None else wire + bytes([VALUE]) + _escaped(variable.value)


def _escaped(text: str) -> bytes:
    """Text with an ESC before each byte that has a meaning of its own."""
    return b"".join(
        bytes([ESC, code]) if code in _SPECIAL else bytes([code])
        for code in text.encode("latin-1", "replace")
    )


def _decode(escaped: bytes) -> str:
    """The text of a name or a value."""
    return re.sub(rb"\x02(.)", rb"\1", escaped, flags=re.DOTALL).decode("latin-1")
