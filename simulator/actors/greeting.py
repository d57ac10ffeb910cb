"""The first line of each side under TLS: the host that is asked for, and the level of the session.

In TLS 1.3 a client whose handshake call has returned knows nothing yet of the server's decision. It knows
when it reads the server's first application data. So the server's first line names the user and the level,
and the client reads it strictly: a line of any other form tells it nothing.
"""

from __future__ import annotations

import re

from simulator.security import SecurityLevel

MAX_LINE = 2048  # a certificate's subject twice, and the words around it; a longer line is no greeting

_LEVELS = "|".join(level.value for level in SecurityLevel)
_SERVER_LINE = re.compile(rf"(WELCOME|REFUSED) [^\r\n]*\. Level: ({_LEVELS})\r\n")


def client_line(server_name: str) -> bytes:
    """The client's first line: the host it wants to talk to."""
    return f"HELLO {one_line(server_name)}\r\n".encode()


def welcome_line(user: str, standing: str, level: SecurityLevel) -> bytes:
    """The server's first line if it opens the session.

    Args:
        user: the user, or another form of address for a client that is none.
        standing: the server's knowledge of the client, in words.
        level: the level of the session.
    """
    return f"WELCOME {one_line(user)} ({one_line(standing)}). Level: {level.value}\r\n".encode()


def refusal_line(user: str, standing: str, reason: str) -> bytes:
    """The server's first line if it closes the session after a handshake that succeeded."""
    text = f"REFUSED {one_line(user)} ({one_line(standing)}): {one_line(reason).rstrip('.')}"
    return f"{text}. Level: {SecurityLevel.REFUSED.value}\r\n".encode()


def read_server_line(data: bytes) -> SecurityLevel | None:
    """Read the level in the server's first line, or None if it is not a whole line of exactly that form."""
    if len(data) > MAX_LINE:
        return None
    try:
        match = _SERVER_LINE.fullmatch(data.decode())
    except UnicodeDecodeError:
        return None
    if match is None:
        return None
    refused, level = match.group(1) == "REFUSED", SecurityLevel(match.group(2))
    return level if refused == (level is SecurityLevel.REFUSED) else None


def one_line(text: str) -> str:
    r"""The text with every control character and line break written as ``\\0D``, as RFC 4514 does."""
    if text.isprintable():
        return text
    return "".join(c if c.isprintable() else "".join(f"\\{b:02X}" for b in c.encode()) for c in text)
