"""Captures on ports that Wireshark takes for another protocol, and the names and addresses of the hosts."""

from __future__ import annotations

import subprocess
from collections import defaultdict
from functools import cache
from typing import TYPE_CHECKING

import pytest
from click.testing import CliRunner

from simulator import catalogue, simulate
from simulator.command.cli import clientauth
from simulator.scenario.file import load
from simulator.views.capture.capture import KEYS_INSIDE, KEYS_LEFT_OUT, capture
from simulator.views.capture.ports import FOREIGN_PORTS, port_remark
from tests.peers import program, shared
from tests.played import EVERYTHING

if TYPE_CHECKING:
    from pathlib import Path

    from simulator.runs.run import Run

GOOD = catalogue["valid-certificate"]
WELL_KNOWN = (21, 23, 25, 80, 110, 179, 389, 443, 636, 992, 993, 1883, 3306, 5060, 5061, 5432, 8443, 8883)
MEASURED_WITH = "4.0."


@cache
def run_on(port: int) -> Run:
    """The good handshake at this port."""
    return simulate(GOOD.but({"network.port": port, "network.latency_ms": 1}))


def shown(folder: Path, ports: tuple[int, ...], *options: str) -> dict[int, set[str]]:
    """Port → the protocols above TCP that tshark finds in the packets that carry bytes."""
    path = folder / "ports.pcapng"
    path.write_bytes(b"".join(capture(run_on(port).trace) for port in ports))
    fields = [word for name in ("tcp.srcport", "tcp.dstport", "frame.protocols") for word in ("-e", name)]
    order = [program("tshark"), "-r", str(path), *options, "-Y", "tcp.len > 0", "-T", "fields", *fields]
    output = subprocess.run(order, capture_output=True, check=True, text=True, timeout=300).stdout
    found: dict[int, set[str]] = defaultdict(set)
    for line in output.splitlines():
        source, target, protocols = line.split("\t")
        port = next(number for number in (int(source), int(target)) if number in ports)
        found[port] |= {protocols.partition(":tcp")[2]}
    return found


def is_tls(protocols: set[str]) -> bool:
    """Return True if every packet was taken for TLS."""
    return all(":tls" in one for one in protocols)


def version_of_tshark() -> str:
    """The version of tshark, as in ``4.0.17``."""
    first = subprocess.run(
        [program("tshark"), "--version"], capture_output=True, check=True, text=True
    ).stdout
    return first.split()[2]


def ports_of_tshark() -> tuple[int, ...]:
    """Every TCP port that a dissector of this tshark has for its own."""
    order = [program("tshark"), "-G", "decodes"]
    output = subprocess.run(order, capture_output=True, check=True, text=True).stdout
    rows = (line.split("\t") for line in output.splitlines())
    return tuple(sorted({int(number) for table, number, *_ in rows if table == "tcp.port"} - {0}))


def test_well_known_ports_are_as_tshark_has_them(tmp_path: Path) -> None:
    """Where tshark shows no TLS the table has the port, and the option of the remark mends it."""
    seen = shown(tmp_path, WELL_KNOWN)
    assert {port for port, protocols in seen.items() if not is_tls(protocols)} == {
        port for port in WELL_KNOWN if port in FOREIGN_PORTS
    }
    remarks = [remark for port in WELL_KNOWN if (remark := port_remark(port)) is not None]
    options = [
        word for remark in remarks for word in ("-d", remark.partition("tshark -d ")[2].split(", or")[0])
    ]
    assert all(map(is_tls, shown(tmp_path, WELL_KNOWN, *options).values()))


@pytest.mark.skipif(not EVERYTHING, reason="six hundred runs")
def test_every_port_is_as_tshark_has_it(tmp_path: Path) -> None:
    """The table is exactly the ports on which the tshark it was measured with shows no TLS."""
    if not version_of_tshark().startswith(MEASURED_WITH):
        pytest.skip(f"the table is Wireshark {MEASURED_WITH}x's")
    seen = shown(tmp_path, ports_of_tshark())
    assert {port for port, protocols in seen.items() if not is_tls(protocols)} == set(FOREIGN_PORTS)


def comment_of(path: Path) -> str:
    """The comment of a capture file, as capinfos shows it."""
    order = [program("capinfos"), "-k", str(path)]
    return subprocess.run(order, capture_output=True, check=True, text=True).stdout


def test_a_foreign_port_is_told_in_the_comment_and_when_written(tmp_path: Path) -> None:
    """The remark stands in the file and on standard error; a port that Wireshark knows needs none."""
    path = tmp_path / "x.pcapng"
    scenario = str(shared("inputs/capture-port-23.toml"))
    result = CliRunner().invoke(clientauth, ["export", scenario, str(path)])
    assert result.exit_code == 0
    assert "Wireshark takes port 23 for telnet. To see TLS: tshark -d tcp.port==23,tls" in result.stderr
    assert port_remark(23) in comment_of(path)
    result = CliRunner().invoke(clientauth, ["export", scenario, str(tmp_path / "x.svg")])
    assert "Wireshark" not in result.stderr
    result = CliRunner().invoke(clientauth, ["export", "valid-certificate", str(path)])
    assert "Wireshark" not in result.stderr + comment_of(path)


def test_a_capture_says_whether_it_has_keys(tmp_path: Path) -> None:
    """A file that every reader can decrypt says so, and one without keys says what it shows."""
    run, path = run_on(992), tmp_path / "x.pcapng"
    for keylog, said, other in ((run.keylog, KEYS_INSIDE, KEYS_LEFT_OUT), ((), KEYS_LEFT_OUT, KEYS_INSIDE)):
        path.write_bytes(capture(run.trace, keylog))
        assert said in comment_of(path)
        assert other not in comment_of(path)


@pytest.mark.parametrize(
    ("host", "names", "address"),
    [
        ("telnet.example.com", ("client", "telnet.example.com"), "198.51.100.1"),
        ("telnet.example.com.", ("client", "telnet.example.com"), "198.51.100.1"),
        ("192.0.2.1", ("client", "server"), "192.0.2.1"),
        ("203.0.113.9", ("client", "server"), "203.0.113.9"),
        ("[2001:db8::c]", ("client", "server"), "2001:db8::c"),
    ],
)
def test_hosts_bear_their_names_and_addresses(
    host: str, names: tuple[str, str], address: str, tmp_path: Path
) -> None:
    """Wireshark names both hosts, and a server that is asked for by address has that one."""
    path = tmp_path / "x.pcapng"
    path.write_bytes(capture(simulate(GOOD.but({"client.server_name": host})).trace))
    version = "ipv6" if ":" in address else "ip"
    fields = ["-T", "fields", *(f"-e{version}.{name}" for name in ("src_host", "dst_host", "dst"))]
    checks = ["-e", "tcp.checksum.status", "-o", "tcp.check_checksum:TRUE"]
    order = [program("tshark"), "-N", "n", "-r", str(path), *fields, *checks]
    output = subprocess.run(order, capture_output=True, check=True, text=True).stdout
    assert output.splitlines()[0].split("\t") == [*names, address, "1"]


def test_names_and_addresses_from_outside_are_captured(tmp_path: Path) -> None:
    """A server reached by IPv6 is captured over IPv6, and tshark decrypts what was said."""
    run, path = simulate(load(shared("inputs/ipv6-address.toml"))), tmp_path / "x.pcapng"
    path.write_bytes(capture(run.trace, run.keylog))
    order = [program("tshark"), "-r", str(path), "-Y", "data.data", "-T", "fields", "-e", "data.data"]
    said = subprocess.run(order, capture_output=True, check=True, text=True).stdout.split()
    assert bytes.fromhex(said[0]) == b"HELLO 2001:db8::1\r\n"
