"""Whatever a peer sends, a telnet machine answers or ends in words: it does not raise and does not swell."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from simulator.telnet.client import TelnetClient, Terminal
from simulator.telnet.codes import DataType, TelnetOption
from simulator.telnet.events import TelnetReceived, TelnetRefused, TelnetSent
from simulator.telnet.server import TelnetServer
from simulator.telnet.states import TelnetState
from simulator.telnet.stream import (
    MOST_RECORD,
    MOST_SUBNEGOTIATION,
    TelnetReader,
    TelnetViolation,
    negotiation,
    subnegotiation,
)
from simulator.telnet.tn3270e import RecordHeader, Tn3270eMessage, bind_image, read_header, read_tn3270e
from tests.played import EVERYTHING
from tests.telnet.sessions import LOGON, SERVERS, Session
from tests.telnet.test_telnet_states import happenings, step

# Bytes as a careless or hostile peer would mix them: every command, the options, and genuine happenings.
PIECES = st.one_of(
    st.binary(max_size=8),
    st.sampled_from(sorted(happenings().values())),
    st.builds(negotiation, st.sampled_from(range(251, 255)), st.sampled_from(TelnetOption)),
    st.builds(subnegotiation, st.sampled_from(TelnetOption), st.binary(max_size=12)),
)


def machines() -> list[TelnetServer | TelnetClient]:
    """Both machines at their beginning, and in the midst of a session in each mode."""
    found: list[TelnetServer | TelnetClient] = []
    for name in SERVERS:
        for steps in (0, 6, 100):
            played = Session(TelnetClient(Terminal()), TelnetServer(SERVERS[name]))
            count = 0
            while count < steps and step(played):
                count += 1
                if played.server.state is TelnetState.WAIT_SCREEN and steps == 100:
                    played.do("server", played.server.show, LOGON)
                    played.run()
                    break
            found += [played.client, played.server]
    return [machine for machine in found if machine.state is not TelnetState.WAIT_TLS]


@settings(max_examples=50 if EVERYTHING else 10)
@given(st.lists(PIECES, max_size=12))
def test_no_bytes_raise(pieces: list[bytes]) -> None:
    """In every mode, both machines take any bytes, and end only in words."""
    for machine in machines():
        for piece in pieces:
            if machine.state is TelnetState.WAIT_TLS:
                break
            told = machine.receive(piece)
            refused = [event.reason for event in told if isinstance(event, TelnetRefused)]
            assert bool(refused) <= (machine.state is TelnetState.REFUSED)
            assert all(refused)
        assert len(machine.reader.buffer) <= MOST_RECORD
        assert len(machine.data) <= MOST_RECORD


@given(st.lists(PIECES, max_size=8), st.integers(1, 7))
def test_a_cut_changes_nothing(pieces: list[bytes], size: int) -> None:
    """Items are the same however the stream is cut, and their raw bytes are the stream."""
    stream = b"".join(pieces)
    whole, cut = TelnetReader(), TelnetReader()
    whole.feed(stream)
    found: list[list[tuple[str, bytes]]] = []
    for reader, parts in (
        (whole, [b""]),
        (cut, [stream[at : at + size] for at in range(0, len(stream), size)]),
    ):
        items: list[tuple[str, bytes]] = []
        try:
            for part in parts:
                reader.feed(part)
                while item := reader.next_item():
                    kind = type(item).__name__
                    if items and items[-1][0] == kind == "DataItem":
                        items[-1] = (kind, items[-1][1] + item.raw)
                    else:
                        items.append((kind, item.raw))
        except TelnetViolation:
            items.append(("violation", b""))
        found.append(items)
    assert found[0] == found[1]
    assert stream.startswith(b"".join(raw for _, raw in found[0]))


def test_malformed_bytes_are_refused_in_words() -> None:
    """Each mistake ends the connection with its own sentence, and nothing is read behind it."""
    cases = [
        ("ff01", "no command"),
        ("fff0", "no command"),
        ("fffafff0", "names no option"),
        ("fffa28fffb", "a command inside"),
        ("fffb28fffa280909fff0", "TN3270E subnegotiation is malformed"),
        ("fffb28fffa280207fff0", "TN3270E subnegotiation is malformed"),
        ("fffb28fffa2802074142014200fff0", "TN3270E subnegotiation is malformed"),
        ("fffb28fffa28030700 00fff0", "TN3270E subnegotiation is malformed"),
        ("fffb28fffa28020605ff99fff0", "a command inside"),
        ("fffc28fffb18fffa1802fff0", "subnegotiation of TERMINAL-TYPE is malformed"),
        ("fffc28fffb18fffa1800fff0", "terminal's name is malformed"),
        ("fffc28fffb18fffa18004120fff0", "terminal's name is malformed"),
        ("fffb28fffa280304fff0", "at the wrong time"),
        ("fffb2800ffef", "A record comes outside"),
    ]
    for wire, words in cases:
        server = TelnetServer(SERVERS["tn3270e"])
        server.start()
        told = server.receive(bytes.fromhex(wire) + b"\xff\xfd\x00")
        refused = [event for event in told if isinstance(event, TelnetRefused)]
        assert len(refused) == 1, wire
        assert words in refused[0].reason, wire
        assert TelnetState.REFUSED is server.state, wire
        assert [] == server.receive(b"more"), wire


@pytest.mark.parametrize(
    ("wire", "words"),
    [
        (b"\xff\xfa\x18" + b"x" * (MOST_SUBNEGOTIATION + 1), "subnegotiation is too long"),
        (b"\xff\xfb\x28" + b"x" * (MOST_RECORD + 1), "record is too long"),
        (b"\xff\xfb\x28" + subnegotiation(40, b"\2\7IBM-3287-1") * 20, "without end"),
    ],
)
def test_what_is_kept_is_bounded(wire: bytes, words: str) -> None:
    """A peer that sends on and on is refused at a limit that the sentence names."""
    server = TelnetServer(SERVERS["tn3270e"])
    server.start()
    told = server.receive(wire)
    refused = [event.reason for event in told if isinstance(event, TelnetRefused)]
    assert words in refused[0]
    assert "at most" in refused[0]


def test_an_option_that_is_not_wanted_now_is_refused() -> None:
    """A WILL for which the server has no use, or no more, gets DONT: none is agreed to and then ignored."""
    for config, verbs in (("tn3270e", "fffb2e"), ("tn3270", "fffb28")):
        server = TelnetServer(SERVERS[config])
        server.start()
        told = server.receive(bytes.fromhex(verbs))
        assert [bytes.fromhex(verbs.replace("fb", "fe"))] == [
            e.wire for e in told if isinstance(e, TelnetSent)
        ]
    server = TelnetServer(SERVERS["tn3270e"])
    server.start()
    server.receive(bytes.fromhex("fffc28"))
    late = server.receive(bytes.fromhex("fffb28"))
    assert [bytes.fromhex("fffe28")] == [event.wire for event in late if isinstance(event, TelnetSent)]


def test_a_client_agrees_on_tls_in_the_midst_of_a_session() -> None:
    """START-TLS after the screen: what came before counts no more, and the session begins again."""
    played = Session(TelnetClient(Terminal()), TelnetServer(SERVERS["tn3270e"])).log_on()
    told = played.client.receive(bytes.fromhex("fffd2e"))
    assert bytes.fromhex("fffb2efffa2e01fff0") == b"".join(e.wire for e in told if isinstance(e, TelnetSent))
    assert TelnetState.WAIT_FOLLOWS is played.client.state
    played.client.receive(bytes.fromhex("fffa2e01fff0"))
    played.client.tls_ready()
    assert TelnetState.NEGOTIATING is played.client.state
    assert bytes.fromhex("fffc2e") == played.client.receive(bytes.fromhex("fffd2e"))[-1].wire


def test_unknown_subnegotiations_mean_nothing() -> None:
    """RFC 855: an option that is not in effect has no subnegotiation."""
    server = TelnetServer(SERVERS["tn3270e"])
    server.start()
    told = server.receive(subnegotiation(200, b"hello\xff"))
    assert [TelnetReceived("SB 200, 6 bytes", subnegotiation(200, b"hello\xff"))] == told


def test_messages_of_tn3270e_come_back() -> None:
    """Each message, written and read, is the same; a header and a BIND have their measured bytes."""
    for name, wire in happenings().items():
        if wire[:3] == b"\xff\xfa\x28":
            message = read_tn3270e(wire[3:-2])
            assert name == message.name
            assert wire == subnegotiation(TelnetOption.TN3270E, message.encode())
    header = RecordHeader(DataType.RESPONSE, 0, 0, 5)
    assert (header, b"\0") == read_header(bytes.fromhex("020000000500"))
    measured = "31010303b1903080008785858507000200000000185018507f00000000"
    assert bytes.fromhex(measured) == bind_image(24, 80)
    assert "DEVICE-TYPE REJECT" == Tn3270eMessage("DEVICE-TYPE REJECT").name
