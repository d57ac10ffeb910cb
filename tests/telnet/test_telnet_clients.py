"""Plain telnet clients that other people wrote, at our server."""

from __future__ import annotations

import contextlib
import os
import pty
import select
import subprocess
import time

import pytest

from simulator.telnet.client import PLAIN_TERMINAL, TelnetClient
from simulator.telnet.events import LogonTyped, ScreenWanted
from simulator.telnet.server import TelnetServer
from tests import peers
from tests.telnet.sessions import ANSWER, LOGON, SERVERS, Session
from tests.telnet.terminals import PATIENCE, LoopbackServer


def talk(command: list[str], answers: list[tuple[str, str]]) -> str:
    """Run a program at a terminal of its own, and type each answer when its prompt is there.

    Args:
        command: the program and its arguments.
        answers: prompts, and what is typed at them.
    """
    ours, its = pty.openpty()
    environment = {**os.environ, "TERM": "xterm"}
    process = subprocess.Popen(command, stdin=its, stdout=its, stderr=its, env=environment)
    os.close(its)
    said, typed = "", 0
    end = time.monotonic() + PATIENCE
    try:
        while time.monotonic() < end and select.select([ours], [], [], PATIENCE)[0]:
            said += os.read(ours, 65536).decode(errors="replace")
            while typed < len(answers) and answers[typed][0] in said:
                os.write(ours, answers[typed][1].encode())
                typed += 1
            if typed == len(answers) and ANSWER.message in said:
                break
    except OSError:
        pass  # the program has ended
    finally:
        process.kill()
        process.wait()
        with contextlib.suppress(OSError):
            os.close(ours)
    return said


@pytest.mark.parametrize("server", ["tn3270e", "plain"])
@pytest.mark.parametrize("name", ["inetutils-telnet", "telnet-ssl"])
def test_a_telnet_client_logs_on(name: str, server: str) -> None:
    """It is no 3270 and gets text; the server reads what is typed and hides the password."""
    path = peers.program(name)
    with LoopbackServer(SERVERS[server]) as host:
        said = talk([path, "127.0.0.1", str(host.port)], [("login: ", "alice\r"), ("Password: ", "secret\r")])
    assert f"Level......: {LOGON.level}" in said
    assert "login: alice" in said
    assert "secret" not in said
    assert ANSWER.message in said
    assert LogonTyped("alice", "secret") in host.told
    modes = [event.mode for event in host.told if isinstance(event, ScreenWanted)]
    assert ["nvt"] == modes
    mine = Session(TelnetClient(PLAIN_TERMINAL), TelnetServer(SERVERS[server])).log_on().streams
    # One of the two calls its terminal XTERM, the other xterm.
    assert mine["client"][0].lower() == host.streams["client"][0].lower()
