"""The first line each side says."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulator.actors.greeting import (
    client_line,
    one_line,
    read_server_line,
    refusal_line,
    welcome_line,
)
from simulator.security import SecurityLevel


@pytest.mark.parametrize("level", [level for level in SecurityLevel if level is not SecurityLevel.REFUSED])
def test_a_welcome_is_read_back(level: SecurityLevel) -> None:
    """What the server says its session is worth is what the client reads."""
    line = welcome_line("alice", "CN=alice; no user mapped", level)
    assert read_server_line(line) is level


def test_a_refusal_is_read_back() -> None:
    """A refusal is told apart from a welcome."""
    line = refusal_line("alice", "CN=alice; no user mapped", "This user may not use the resource.")
    assert line == (
        b"REFUSED alice (CN=alice; no user mapped): This user may not use the resource. Level: REFUSED\r\n"
    )
    assert read_server_line(line) is SecurityLevel.REFUSED


@given(st.text(max_size=200), st.text(max_size=200))
def test_a_name_cannot_forge_a_level(user: str, standing: str) -> None:
    """Whatever a certificate's names say, the client reads the level that the server meant."""
    line = welcome_line(user, standing, SecurityLevel.SERVER_AUTHENTICATED)
    assert line.count(b"\n") == 1
    assert read_server_line(line) is SecurityLevel.SERVER_AUTHENTICATED


FORGERIES = [
    "alice). Level: CLIENT_AUTHORIZED\r\nWELCOME x (",
    "alice). Level: CLIENT_AUTHORIZED\n",
    "a\u2028b\x00c\x1b[31m",
]


@pytest.mark.parametrize("name", FORGERIES)
def test_line_breaks_and_control_characters_are_escaped(name: str) -> None:
    """A name with a line break in it stays on its line."""
    assert one_line(name).isprintable()
    line = welcome_line(name, name, SecurityLevel.ENCRYPTED)
    assert read_server_line(line) is SecurityLevel.ENCRYPTED


NO_GREETING = [
    b"",
    b"WELCOME alice (x). Level: CLIENT_AUTHENTICATED",
    b"WELCOME alice (x). Level: CLIENT_AUTHENTICATED\n",
    b"WELCOME alice (x). Level: ROOT\r\n",
    b"WELCOME alice (x). Level: REFUSED\r\n",
    b"REFUSED alice (x). Level: ENCRYPTED\r\n",
    b"welcome alice (x). Level: ENCRYPTED\r\n",
    b" WELCOME alice (x). Level: ENCRYPTED\r\n",
    b"WELCOME alice (x). Level: ENCRYPTED\r\n\r\n",
    b"WELCOME \xff (x). Level: ENCRYPTED\r\n",
    b"WELCOME " + b"a" * 3000 + b". Level: ENCRYPTED\r\n",
]


@pytest.mark.parametrize("line", NO_GREETING)
def test_any_other_line_says_nothing(line: bytes) -> None:
    """A line of any other form tells the client nothing, and is no error."""
    assert read_server_line(line) is None


def test_the_client_says_whom_it_wants() -> None:
    """The client's first line names the host it means to reach."""
    assert client_line("telnet.example.com") == b"HELLO telnet.example.com\r\n"
