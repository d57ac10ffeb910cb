"""NEW-ENVIRON: bytes as x3270's own test has them, answers as s3270 gives them, and bad input in words."""

from __future__ import annotations

import socket
import subprocess
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulator.telnet.client import TelnetClient, Terminal
from simulator.telnet.codes import USERVAR, VAR, TelnetOption
from simulator.telnet.environment import Variable, answer_to, application_of, read_variables
from simulator.telnet.events import (
    ApplicationNamed,
    LogonTyped,
    TelnetEvent,
    TelnetReceived,
    TelnetRefused,
    TelnetSent,
)
from simulator.telnet.logon import LogonScreen
from simulator.telnet.server import TelnetServer, TelnetServerConfig
from simulator.telnet.states import TelnetState
from simulator.telnet.stream import subnegotiation
from tests.peers import program
from tests.played import EVERYTHING
from tests.telnet.sessions import EXPRESS, SERVERS, Session
from tests.telnet.terminals import PATIENCE
from tests.telnet.test_tshark import capture_of, tshark

if TYPE_CHECKING:
    from pathlib import Path

# pmattes/x3270, s3270/Test/elf.trc: what a server asks, and what s3270 answers with IBMAPPLID=12345.
DO, WILL = bytes.fromhex("fffd27"), bytes.fromhex("fffb27")
ASKS = bytes.fromhex("fffa27010349424d454c460349424d4150504c4944fff0")
ANSWERS = bytes.fromhex("fffa27000349424d454c46015945530349424d4150504c4944013132333435fff0")
# The same test without IBMAPPLID (elfDefault.trc): its value is then "None".
NONE_SET = bytes.fromhex("fffa27000349424d454c46015945530349424d4150504c4944014e6f6e65fff0")
# The contents of SEND that s3270 4.1 was asked, live; ours answers each with the same bytes.
REQUESTS = {
    "Express Logon": ASKS[3:-2],
    "nothing": b"\1",
    "all of RFC 1572": b"\1\0",
    "all others": b"\1\3",
    "both kinds": b"\1\0\3",
    "the user": b"\1\0USER",
    "a user variable of that name": b"\1\3USER",
    "a name with an ESC": b"\1\3A\2\3B",
    "a kind and a name": b"\1\0\0USER",
    "a doubled IAC": b"\1\3A\xffB",
}


def answered(asked: bytes, terminal: Terminal) -> bytes:
    """The bytes with which our client answers DO NEW-ENVIRON and a SEND."""
    client = TelnetClient(terminal)
    client.start()
    told = client.receive(DO) + client.receive(subnegotiation(TelnetOption.NEW_ENVIRON, asked))
    return b"".join(event.wire for event in told if isinstance(event, TelnetSent))


def asking() -> TelnetServer:
    """A server that has asked for the application."""
    server = TelnetServer(SERVERS["Express Logon"])
    server.start()
    server.receive(WILL)
    return server


def named(told: list[TelnetEvent]) -> list[str]:
    """The applications that a server was told."""
    return [event.application for event in told if isinstance(event, ApplicationNamed)]


def test_both_sides_say_what_x3270_has_in_its_test() -> None:
    """Our server asks in those bytes, our client answers in those, and only then comes TN3270E."""
    played = Session(TelnetClient(Terminal(application="12345")), TelnetServer(SERVERS["Express Logon"]))
    played.run()
    assert played.streams["server"][0].startswith(DO + ASKS + bytes.fromhex("fffd28"))
    assert played.streams["client"][0].startswith(WILL + ANSWERS + bytes.fromhex("fffb28"))
    assert ["12345"] == named([event for _, event in played.told])


@pytest.mark.parametrize("name", REQUESTS if EVERYTHING else ["Express Logon", "nothing", "both kinds"])
def test_s3270_answers_as_our_client_does(name: str) -> None:
    """Byte for byte, request by request: s3270 4.1, which names the two variables without a value."""
    path = program("s3270")
    expected = answered(REQUESTS[name], Terminal())
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.settimeout(PATIENCE)
        script = f"Connect(127.0.0.1:{listener.getsockname()[1]})\n".encode()
        with subprocess.Popen([path], stdin=subprocess.PIPE, stdout=subprocess.DEVNULL) as terminal:
            assert terminal.stdin is not None
            terminal.stdin.write(script)
            terminal.stdin.flush()
            connection, _ = listener.accept()
            with connection:
                connection.settimeout(PATIENCE)
                connection.sendall(DO + subnegotiation(TelnetOption.NEW_ENVIRON, REQUESTS[name]))
                got = b""
                while len(got) < len(expected):
                    got += connection.recv(4096)
            terminal.kill()
    assert expected == got


@pytest.mark.parametrize(
    ("wire", "application"),
    [
        (ANSWERS, "12345"),
        (NONE_SET, "None"),
        (answered(ASKS[3:-2], Terminal())[3:], ""),  # both named, neither with a value
        (b"\xff\xfc\x27", ""),  # WONT, after all
        (subnegotiation(39, b"\0"), ""),
        (subnegotiation(39, b"\0\3IBMELF\1NO\3IBMAPPLID\1TSO"), ""),
        (subnegotiation(39, b"\0\0IBMELF\1YES\0IBMAPPLID\1TSO"), ""),  # no user variables
    ],
)
def test_the_server_reads_the_application(wire: bytes, application: str) -> None:
    """Only a client that says YES names an application, and each goes on to TN3270E."""
    server = asking()
    assert [application] == named(server.receive(wire))
    assert TelnetState.WAIT_TN3270E is server.state


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"\0zz", "malformed"),
        (b"\0\3A\1B\1C", "malformed"),
        (b"\0\3A\2", "malformed"),
        (b"\0\3IBMELF\1YES\3IBMAPPLID\1NINECHARS", "at most 8"),
        (b"\0\3IBMELF\1YES\3IBMAPPLID\1T O", "An application ID is malformed"),
        (b"\0\3IBMELF\1YES\3IBMAPPLID\1" + "é".encode("latin-1"), "An application ID is malformed"),
        (b"\1\3IBMELF", "at the wrong time"),
        (b"\3", "malformed"),
    ],
)
def test_a_malformed_answer_ends_the_connection_in_words(content: bytes, words: str) -> None:
    """What has not the form of RFC 1572, or is no application, is refused by its own sentence."""
    told = asking().receive(subnegotiation(TelnetOption.NEW_ENVIRON, content))
    refused = [event.reason for event in told if isinstance(event, TelnetRefused)]
    assert len(refused) == 1
    assert words in refused[0]
    assert [] == named(told)


def test_a_request_with_a_value_is_refused_by_the_terminal() -> None:
    """A SEND that says a value is none; s3270 4.1 would repeat it."""
    client = TelnetClient(Terminal())
    client.start()
    told = client.receive(DO) + client.receive(subnegotiation(TelnetOption.NEW_ENVIRON, b"\1\3A\1B"))
    assert "gives it a value" in next(one.reason for one in told if isinstance(one, TelnetRefused))


SCREEN = LogonScreen("host.example", "", "", "")
VARIABLES = st.builds(
    Variable,
    st.sampled_from((VAR, USERVAR)),
    st.text(st.characters(max_codepoint=255), min_size=1),
    st.none() | st.text(st.characters(max_codepoint=255)),
)


@given(st.lists(VARIABLES, unique_by=lambda one: one.key))
def test_names_and_values_survive_the_wire(variables: list[Variable]) -> None:
    """Any character in a name or a value is read as it was written, ESC or not."""
    content = answer_to(variables, tuple(variables))
    assert tuple(variables) == read_variables(content[1:])


def test_one_who_says_yes_without_an_application_names_none() -> None:
    """IBMELF alone is not enough."""
    assert "" == application_of((Variable(USERVAR, "IBMELF", "YES"),))


@pytest.mark.parametrize("name", ["Express Logon", "START-TLS, Express Logon"])
@pytest.mark.parametrize("size", [None, 1])
def test_a_macro_types_once_on_the_first_screen_with_two_fields(name: str, size: int | None) -> None:
    """What it types stands in the server's two fields, and a second screen gets nothing."""
    terminal = Terminal(application="TSOPROD", macro=(")USR.ID(", ")PSS.WD("))
    played = Session(TelnetClient(terminal), TelnetServer(SERVERS[name]), size).run()
    played.do("server", played.server.show, SCREEN)
    played.run()
    assert [LogonTyped(")USR.ID(", ")PSS.WD(")] == played.of("server", LogonTyped)
    played.do("server", played.server.show, SCREEN)
    played.run()
    assert 1 == len(played.of("server", LogonTyped))


def test_a_macro_waits_for_room() -> None:
    """Text that is longer than the fields is not typed, and raises nothing."""
    terminal = Terminal(macro=("NINECHARS", ")PSS.WD("))
    played = Session(TelnetClient(terminal), TelnetServer(TelnetServerConfig())).run()
    played.do("server", played.server.show, SCREEN)
    played.run()
    assert [] == played.of("server", LogonTyped)


def test_tshark_reads_the_option(tmp_path: Path) -> None:
    """Another reader finds the option and both subnegotiations; it shows their contents as bytes."""
    path = tmp_path / "session.pcap"
    session = Session(TelnetClient(EXPRESS), TelnetServer(SERVERS["Express Logon"])).log_on()
    path.write_bytes(capture_of(session))
    assert "" == tshark(path, "-Y", "_ws.malformed")
    lines = [line.strip() for line in tshark(path, "-V").splitlines()]
    assert {"Do New Environment Option", "Will New Environment Option"} <= set(lines)
    answer = b"\0\3IBMELF\1YES\3IBMAPPLID\1TSOPROD"
    assert {f"Option data: {content.hex()}" for content in (ASKS[3:-2], answer)} <= set(lines)
    words = [event.words for event in session.of("server", TelnetReceived)]  # type: ignore[attr-defined]
    assert "NEW-ENVIRON IS USERVAR IBMELF YES USERVAR IBMAPPLID TSOPROD" in words
