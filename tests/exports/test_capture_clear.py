"""Connections that begin in clear in captures: tshark sees telnet, then TLS, in one TCP stream."""

from __future__ import annotations

import subprocess
from typing import TYPE_CHECKING

from simulator.runs.run import simulate
from simulator.trace.facts import Sent
from simulator.views.capture.capture import capture
from simulator.views.capture.ports import port_remarks
from tests.peers import program
from tests.played import run_of

if TYPE_CHECKING:
    from pathlib import Path

    from simulator.runs.run import Run

FIELDS = ("tcp.stream", "_ws.col.Protocol", "tls.handshake.type")
TELNET = ("-d", "tcp.port==992,telnet")


def rows(run: Run, folder: Path, *options: str) -> list[dict[str, str]]:
    """What tshark says of each packet of a run's capture."""
    file = folder / "run.pcapng"
    file.write_bytes(capture(run.trace, run.keylog))
    fields = [part for field in ("_ws.malformed", *FIELDS) for part in ("-e", field)]
    command = [program("tshark"), "-r", str(file), "-T", "fields", "-E", "separator=|", *options, *fields]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr
    found = [
        dict(zip(("_ws.malformed", *FIELDS), line.split("|"), strict=True))
        for line in done.stdout.splitlines()
    ]
    assert not any(row["_ws.malformed"] for row in found)
    assert {row["tcp.stream"] for row in found} == {"0"}
    return found


def protocols(found: list[dict[str, str]]) -> list[str]:
    """The protocols in their order, without TCP's own segments, each once."""
    names = [row["_ws.col.Protocol"] for row in found if row["_ws.col.Protocol"] != "TCP"]
    return [name for name, before in zip(names, ["", *names], strict=False) if name != before]


def test_telnet_and_tls_are_one_stream(tmp_path: Path) -> None:
    """Wireshark's telnet dissector hands over to TLS where START-TLS says so, and the keys decrypt it."""
    run = run_of("starttls", "1.3")
    found = rows(run, tmp_path, *TELNET)
    told = protocols(found)
    assert told[:3] == ["TELNET", "TLSv1", "TLSv1.3"]
    assert "TN3270" in told  # inside TLS it reads telnet again: the screen, decrypted
    types = [number for row in found for number in row["tls.handshake.type"].split(",") if number]
    handshake = [one.raw[0] for _, one in run.trace.facts(Sent) if one.protocol == "handshake"]
    assert sorted(map(int, types)) == sorted(handshake)  # the encrypted ones, too


def test_without_a_word_wireshark_sees_tls_and_no_telnet(tmp_path: Path) -> None:
    """On another port than 23 telnet is bytes to it; the file says how to see it."""
    run = run_of("starttls", "1.2")
    assert protocols(rows(run, tmp_path)) == ["TLSv1", "TLSv1.2"]
    assert port_remarks(run.trace)[0].startswith("The connection begins with telnet in clear.")
    assert port_remarks(run_of("clear-port", "1.3").trace) == []  # on port 23 it sees telnet by itself


def test_a_session_in_clear_can_be_read_by_anyone(tmp_path: Path) -> None:
    """There is no TLS and there are no keys: tshark shows the negotiation and the screen."""
    run = run_of("clear-port", "1.3")
    assert protocols(rows(run, tmp_path)) == ["TELNET", "TN3270"]
    assert run.keylog == ()


def test_a_port_that_takes_no_connections_is_seen_to_close(tmp_path: Path) -> None:
    """TCP opens and closes, and nothing of the client's is sent where it waits for the server."""
    run = simulate(run_of("clear-port", "1.3").scenario.but({"server.port_security": "none"}))
    assert protocols(rows(run, tmp_path)) == []
