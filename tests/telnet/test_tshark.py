"""tshark reads what our telnet server and client say: in clear on port 23, and decrypted inside TLS."""

from __future__ import annotations

import struct
import subprocess
from typing import TYPE_CHECKING

import pytest

from simulator import simulate
from simulator.scenario import Scenario
from simulator.telnet.client import TelnetClient, Terminal
from simulator.telnet.events import TelnetSent
from simulator.telnet.server import TelnetServer
from simulator.views.capture.capture import capture
from tests.peers import program
from tests.played import EVERYTHING, VERSIONS
from tests.telnet.sessions import ANSWER, LOGON, SERVERS, Session

if TYPE_CHECKING:
    from pathlib import Path

    from simulator.scenario import TlsVersion

RAW_IP = 101  # the link type of a packet that begins with its IP header
ADDRESSES = {"client": bytes([192, 0, 2, 1]), "server": bytes([198, 51, 100, 1])}
PORTS = {"client": 40000, "server": 23}


def capture_of(session: Session) -> bytes:
    """A session in clear as a pcap file: a packet for each thing that was said."""
    file = struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 65535, RAW_IP)
    sequence = {"client": 1, "server": 1}
    for second, (side, event) in enumerate(session.told):
        if not isinstance(event, TelnetSent):
            continue
        peer = "server" if side == "client" else "client"
        numbers = PORTS[side], PORTS[peer], sequence[side], sequence[peer]
        tcp = struct.pack(">HHIIBBHHH", *numbers, 0x50, 0x18, 65535, 0, 0) + event.wire
        head = (0x45, 0, 20 + len(tcp), 0, 0, 64, 6, 0, ADDRESSES[side], ADDRESSES[peer])
        packet = struct.pack(">BBHHHBBH4s4s", *head) + tcp
        file += struct.pack("<IIII", second, 0, len(packet), len(packet)) + packet
        sequence[side] += len(event.wire)
    return file


def tshark(path: Path, *options: str) -> str:
    """The output of tshark for a capture."""
    command = [program("tshark"), "-r", str(path), *options]
    return subprocess.run(command, capture_output=True, check=True, timeout=60).stdout.decode()


@pytest.mark.parametrize("name", ["tn3270e", "tn3270"] if EVERYTHING else ["tn3270e"])
def test_tshark_reads_telnet_and_tn3270(name: str, tmp_path: Path) -> None:
    """Each negotiation, the orders of the screen, and what was typed: as another reader has them."""
    path = tmp_path / "session.pcap"
    path.write_bytes(capture_of(Session(TelnetClient(Terminal()), TelnetServer(SERVERS[name])).log_on()))
    assert "" == tshark(path, "-Y", "_ws.malformed")
    lines = [line.strip() for line in tshark(path, "-V").splitlines()]
    data = [line.removeprefix("Field Data: ") for line in lines if line.startswith("Field Data: ")]
    for words in (LOGON.client, LOGON.standing, LOGON.level, ANSWER.message, "alice", "secret"):
        assert words in data
    assert "Attention Identification: Enter key (0x7d)" in lines
    assert "Command Code: Erase/Write (0xf5)" in lines
    assert "Color: Green (0xf4)" in lines
    if name == "tn3270e":
        assert {"Do TN3270E", "Will TN3270E", "Suboption: DEVICE-TYPE (2)"} <= set(lines)
        assert "TN3270E Header (Data Type: BIND_IMAGE)" in lines
    else:
        assert {"Do Terminal Type", "Will End of Record", "Do Binary Transmission"} <= set(lines)


@pytest.mark.parametrize("tls", VERSIONS)
def test_tshark_decrypts_the_session(tls: TlsVersion, tmp_path: Path) -> None:
    """With the keys in the capture, the bytes inside TLS are those that two machines say in memory."""
    run = simulate(Scenario().but({"network.application": "tn3270"}), tls=tls)
    path = tmp_path / "run.pcapng"
    path.write_bytes(capture(run.trace, run.keylog))
    shown = tshark(path, "-q", "-z", "follow,tls,raw,0").splitlines()
    hexadecimal = [line for line in shown if line and set(line.strip()) <= set("0123456789abcdef")]
    first = (
        "server" if next(line for line in shown if line.startswith("Node 0:")).endswith(":992") else "client"
    )
    said = {"client": b"", "server": b""}
    for line in hexadecimal:  # what the other node said is indented
        second = "client" if first == "server" else "server"
        said[second if line.startswith("\t") else first] += bytes.fromhex(line)
    session = Session(TelnetClient(Terminal(start_tls=False)), TelnetServer(SERVERS["tn3270e"])).run()
    assert session.streams["client"] == [said["client"]]
    assert said["server"].startswith(session.streams["server"][0])
    assert "CLIENT_AUTHENTICATED".encode("cp037") in said["server"]
