"""Questions to OCSP responders in captures: tshark sees HTTP and OCSP in a TCP stream of their own."""

from __future__ import annotations

import subprocess
from typing import TYPE_CHECKING, Any

import pytest

from simulator.runs.run import simulate
from simulator.scenario import Scenario
from simulator.trace.facts import Sent
from simulator.views.capture.capture import capture
from tests.peers import program
from tests.played import EVERYTHING, VERSIONS

if TYPE_CHECKING:
    from pathlib import Path

FIELDS = (
    *("tcp.stream", "ip.src", "ip.dst", "tcp.dstport", "tcp.flags.str", "tcp.payload", "_ws.col.Protocol"),
    *("ocsp.responseStatus", "ocsp.certStatus", "ip.checksum.status", "tcp.checksum.status"),
    *("tcp.analysis.flags", "_ws.malformed", "frame.time_epoch"),
)


ASKS = {"server.revocation": "ocsp"}
# What is changed → how many streams there are.
CASES: list[tuple[dict[str, Any], int]] = [
    (ASKS, 2),
    ({**ASKS, "client.revocation": "ocsp"}, 3),
    (
        {
            **ASKS,
            "responders.client-ca.delay": "12s",
            "server.revocation_failure": "soft",
        },
        2,
    ),
    ({**ASKS, "responders.client-ca.answers": "nothing"}, 2),
    ({**ASKS, "responders.client-ca.answers": "http-error"}, 2),
    ({**ASKS, "responders.client-ca.reachable": False}, 1),
    (
        {**ASKS, "client.server_name": "2001:db8::1", "client.verify_server": False},
        2,
    ),
]


def rows(run: Any, folder: Path) -> list[dict[str, str]]:
    """What tshark says of each packet of a run's capture."""
    file = folder / "run.pcapng"
    file.write_bytes(capture(run.trace, run.keylog))
    fields = [part for field in FIELDS for part in ("-e", field)]
    checked = ("-o", "ip.check_checksum:TRUE", "-o", "tcp.check_checksum:TRUE")
    command = [program("tshark"), "-r", str(file), "-T", "fields", "-E", "separator=|", *checked, *fields]
    done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=60)
    return [dict(zip(FIELDS, text.split("|"), strict=True)) for text in done.stdout.splitlines()]


@pytest.mark.parametrize("tls", VERSIONS if EVERYTHING else VERSIONS[1:])
def test_a_question_is_a_stream_of_its_own(tls: Any, tmp_path: Path) -> None:
    """Beside the TLS stream there is one with the request and the answer, which says revoked."""
    run = simulate("revoked-by-ocsp", tls=tls)
    found = rows(run, tmp_path)
    assert {row["tcp.stream"] for row in found} == {"0", "1"}
    question = [row for row in found if row["tcp.stream"] == "1"]
    request, answer = (row for row in question if row["tcp.payload"])
    sent = [one for _, one in run.trace.facts(Sent) if one.protocol == "ocsp"]
    assert [bytes.fromhex(row["tcp.payload"]) for row in (request, answer)] == [one.wire for one in sent]
    assert (request["ip.src"], request["ip.dst"], request["tcp.dstport"]) == (
        "198.51.100.1",
        "203.0.113.1",
        "80",
    )
    assert {request["_ws.col.Protocol"], answer["_ws.col.Protocol"]} == {"OCSP"}
    assert (answer["ocsp.responseStatus"], answer["ocsp.certStatus"]) == ("0", "1")  # successful, revoked
    tls_packets = {
        row["_ws.col.Protocol"] for row in found if row["tcp.stream"] == "0" and row["tcp.payload"]
    }
    assert all(protocol.startswith("TLSv1") for protocol in tls_packets)


@pytest.mark.parametrize(("changes", "streams"), CASES if EVERYTHING else CASES[1:3])
def test_every_stream_is_sound(changes: dict[str, Any], streams: int, tmp_path: Path) -> None:
    """Packets are in order of time, with good checksums and numbers; a refused connection has no stream."""
    found = rows(simulate(Scenario().but(changes)), tmp_path)
    assert len({row["tcp.stream"] for row in found}) == streams
    times = [float(row["frame.time_epoch"]) for row in found]
    assert times == sorted(times)
    for row in found:
        assert row["tcp.checksum.status"] == "1"
        assert (row["tcp.analysis.flags"], row["_ws.malformed"]) == ("", ""), row
    for stream in {row["tcp.stream"] for row in found}:
        flags = [row["tcp.flags.str"] for row in found if row["tcp.stream"] == stream]
        assert sum("S" in one for one in flags) == 2
        assert sum("F" in one for one in flags) == 2


def test_a_responder_on_another_port_and_by_name(tmp_path: Path) -> None:
    """The stream goes to the port of the responder's address, whose host has that name in the file."""
    changes = {"server.revocation": "ocsp", "responders.client-ca.address": "http://status.example:8080/q"}
    run = simulate(Scenario().but(changes))
    (question, _) = [row for row in rows(run, tmp_path) if row["tcp.stream"] == "1" and row["tcp.payload"]]
    assert question["tcp.dstport"] == "8080"
    assert bytes.fromhex(question["tcp.payload"]).startswith(
        b"POST /q HTTP/1.1\r\nHost: status.example:8080\r\n"
    )
    assert b"status.example" in capture(run.trace)
