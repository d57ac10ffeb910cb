"""The first line each side says under TLS: who is asked for, and what the session is worth.

In TLS 1.3 a client whose handshake call has returned knows nothing yet of the server's decision. It knows
when it reads the server's first application data. So the server's first line names the user and the level,
and the client reads it strictly: a line of any other form tells it nothing.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from simulator.security import SecurityLevel

MAX_LINE = 2048

_LEVELS = "|".join(level.value for level in SecurityLevel)
_SERVER_LINE = re.compile(rf"(WELCOME|REFUSED) [^\r\n]*\. Level: ({_LEVELS})\r\n")


@dataclass(frozen=True, slots=True)
class Greeting:
    """What a client learns from the server's first line."""

    refused: bool
    level: SecurityLevel


def client_line(server_name: str) -> bytes:
    """The client's first line: whom it wants to talk to."""
    return f"HELLO {one_line(server_name)}\r\n".encode()


def welcome_line(user: str, standing: str, level: SecurityLevel) -> bytes:
    """The server's first line where it opens the session.

    Args:
        user: the user, or what the client is called without one.
        standing: what the server knows about the client, in words.
        level: what the session is worth.
    """
    return f"WELCOME {one_line(user)} ({one_line(standing)}). Level: {level.value}\r\n".encode()


def refusal_line(user: str, standing: str, reason: str) -> bytes:
    """The server's first line where it closes the session after a handshake that went well."""
    text = f"REFUSED {one_line(user)} ({one_line(standing)}): {one_line(reason).rstrip('.')}"
    return f"{text}. Level: {SecurityLevel.REFUSED.value}\r\n".encode()


def read_server_line(data: bytes) -> Greeting | None:
    """Read the server's first line; None where it is not a whole line of exactly that form."""
    if len(data) > MAX_LINE:
        return None
    try:
        match = _SERVER_LINE.fullmatch(data.decode())
    except UnicodeDecodeError:
        return None
    if match is None:
        return None
    refused, level = match.group(1) == "REFUSED", SecurityLevel(match.group(2))
    return Greeting(refused, level) if refused == (level is SecurityLevel.REFUSED) else None


def one_line(text: str) -> str:
    r"""The text with every control character and line break written as ``\\0D``, as RFC 4514 does."""
    return "".join(c if c.isprintable() else "".join(f"\\{b:02X}" for b in c.encode()) for c in text)
