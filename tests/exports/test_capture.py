"""Captures, read by tshark: it sees the connection that was simulated, and with the keys everything in it."""

from __future__ import annotations

import subprocess
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from typing import TYPE_CHECKING, TypeAlias

import pytest

from simulator.release import RELEASE
from simulator.runs.saving import save
from simulator.tls.wire.records import records_of
from simulator.tls.wire.version import Protection
from simulator.trace.facts import Alert, Event, Sent
from simulator.trace.trace import Trace
from simulator.views.capture.capture import capture
from simulator.views.capture.packets import internet_checksum
from simulator.views.capture.pcapng import padded
from tests.peers import program
from tests.played import RUNS, VERSIONS, for_each, run_of
from tests.views.traces import HOSTILE, hostile_trace

if TYPE_CHECKING:
    from pathlib import Path

    from simulator.scenario import TlsVersion

from tests.played import NAMES

SIDES = {"192.0.2.1": "client", "198.51.100.1": "server"}
FIELDS = (
    "tcp.stream",
    "ip.src",
    "frame.time_epoch",
    "tcp.payload",
    "tls.handshake.type",
    "tls.alert_message.desc",
    "data.data",
    "ip.checksum.status",
    "tcp.checksum.status",
    "tcp.analysis.flags",
    "_ws.malformed",
    "tcp.flags.str",
    "tcp.analysis.reused_ports",
)
GOOD_CHECKSUM = "1"


@dataclass(frozen=True)
class Row:
    """What tshark says of one packet."""

    stream: int
    sender: str
    at: str
    payload: bytes
    handshake: tuple[int, ...]
    alerts: tuple[int, ...]
    data: bytes
    checksums: tuple[str, str]
    complaints: tuple[str, str]
    flags: str


Captured: TypeAlias = "dict[tuple[str, TlsVersion, bool], list[Row]]"


def numbers(text: str) -> tuple[int, ...]:
    """A field that may occur several times in a packet."""
    return tuple(int(word) for word in text.split(",") if word)


def dissected(path: Path, key_log: Path | None = None) -> list[Row]:
    """The packets of a capture as tshark reads them, with checksums looked at and a key log beside it."""
    look_at = [] if key_log is None else ["-o", f"tls.keylog_file:{key_log}"]
    look_at += ["-o", "ip.check_checksum:TRUE", "-o", "tcp.check_checksum:TRUE"]
    wanted = [word for field in FIELDS for word in ("-e", field)]
    command = [program("tshark"), "-r", str(path), *look_at, "-T", "fields", *wanted]
    output = subprocess.run(command, capture_output=True, check=True, timeout=60).stdout.decode()
    rows = []
    for line in output.splitlines():
        field = dict(zip(FIELDS, line.split("\t"), strict=True))
        # Two runs in one file may have the same port by chance; that is no fault of either.
        analysis = "" if field["tcp.analysis.reused_ports"] else field["tcp.analysis.flags"]
        rows.append(
            Row(
                int(field["tcp.stream"]),
                SIDES[field["ip.src"]],
                field["frame.time_epoch"],
                bytes.fromhex(field["tcp.payload"]),
                numbers(field["tls.handshake.type"]),
                numbers(field["tls.alert_message.desc"]),
                bytes.fromhex(field["data.data"].replace(",", "")),
                (field["ip.checksum.status"], field["tcp.checksum.status"]),
                (analysis, field["_ws.malformed"]),
                field["tcp.flags.str"],
            )
        )
    return rows


@pytest.fixture(scope="module")
def captured(tmp_path_factory: pytest.TempPathFactory) -> Captured:
    """Every run, dissected with and without its keys: (scenario, version, with keys) → packets.

    A file for each version holds all its runs behind each other, because starting tshark takes longer than
    reading a capture.
    """
    folder = tmp_path_factory.mktemp("captures")
    found = {}
    for tls in VERSIONS:
        for with_keys in (True, False):
            runs = [run_of(name, tls) for name in NAMES]
            path = folder / f"{tls}-{with_keys}.pcapng"
            path.write_bytes(b"".join(capture(run.trace, run.keylog if with_keys else ()) for run in runs))
            rows = dissected(path)
            for stream, name in enumerate(NAMES):
                found[name, tls, with_keys] = [row for row in rows if row.stream == stream]
    return found


@cache
def on_the_wire(trace: Trace) -> tuple[Event, ...]:
    """What client and server sent each other, read or not."""
    return tuple(
        event
        for event in trace.of(Sent, Alert)
        if (isinstance(event.fact, Alert) and event.fact.direction == "sent")
        or (isinstance(event.fact, Sent) and event.fact.protocol != "enrolment")
    )


def said(trace: Trace) -> list[tuple[str, str, int]]:
    """Handshake messages by type and alerts by code, in the order of their sending."""
    messages = []
    for event in on_the_wire(trace):
        if isinstance(event.fact, Alert):
            messages.append((event.actor, "alert", event.fact.code))
        elif isinstance(event.fact, Sent) and event.fact.protocol == "handshake":
            messages.append((event.actor, "handshake", event.fact.raw[0]))
    return messages


def seen(rows: list[Row]) -> list[tuple[str, str, int]]:
    """The same as tshark saw it."""
    messages = []
    for row in rows:
        messages += [(row.sender, "handshake", kind) for kind in row.handshake]
        messages += [(row.sender, "alert", code) for code in row.alerts]
    return messages


@for_each("name, tls", RUNS)
def test_tshark_reads_every_message_and_alert_with_the_keys(
    name: str, tls: TlsVersion, captured: Captured
) -> None:
    """With the key log inside, tshark's list of handshake messages and alerts is the trace's, in order."""
    assert seen(captured[name, tls, True]) == said(run_of(name, tls).trace)


@for_each("name, tls", RUNS)
def test_tshark_decrypts_the_application_data(name: str, tls: TlsVersion, captured: Captured) -> None:
    """What the session carried stands in the capture as each side sent it."""
    trace = run_of(name, tls).trace
    facts = [(event.actor, event.fact) for event in on_the_wire(trace)]
    sent = [
        (actor, fact.raw)
        for actor, fact in facts
        if isinstance(fact, Sent) and fact.protocol == "application_data"
    ]
    assert [(row.sender, row.data) for row in captured[name, tls, True] if row.data] == sent


@for_each("name", NAMES)
def test_without_keys_tls13_hides_all_after_server_hello(name: str, captured: Captured) -> None:
    """Without keys tshark shows no handshake message of TLS 1.3 but the hellos, and no application data."""
    rows = captured[name, "1.3", False]
    trace = run_of(name, "1.3").trace
    clear = [event for event in on_the_wire(trace) if event.fact.protection is Protection.CLEAR]
    assert seen(rows) == said(Trace(tuple(clear), trace.outcome, trace.card))
    if trace.outcome.negotiated == "1.3":
        assert {kind for row in rows for kind in row.handshake} <= {1, 2}
    assert [row.data for row in rows if row.data] == []


@for_each("name", NAMES)
def test_without_keys_tls12_hides_what_follows_change_cipher_spec(name: str, captured: Captured) -> None:
    """In TLS 1.2 an eavesdropper reads the certificates, and nothing that was sent under connection keys."""
    rows = captured[name, "1.2", False]
    trace = run_of(name, "1.2").trace
    clear = [event for event in on_the_wire(trace) if event.fact.protection is Protection.CLEAR]
    assert seen(rows) == said(Trace(tuple(clear), trace.outcome, trace.card))
    assert [row.data for row in rows if row.data] == []


@for_each("name, tls", RUNS)
def test_the_connection_is_whole_and_sound(name: str, tls: TlsVersion, captured: Captured) -> None:
    """Each side's stream is the trace's records; checksums are good; TCP opens, closes, repeats nothing."""
    trace, rows = run_of(name, tls).trace, captured[name, tls, True]
    for side in SIDES.values():
        stream = b"".join(row.payload for row in rows if row.sender == side)
        assert stream == b"".join(e.fact.wire for e in on_the_wire(trace) if e.actor == side)
    assert {row.checksums for row in rows} == {(GOOD_CHECKSUM, GOOD_CHECKSUM)}
    assert {row.complaints for row in rows} == {("", "")}
    letters = [row.flags.strip("·") for row in rows if not row.payload]
    assert letters == ["S", "A··S", "A", "A···F", "A···F", "A"]


@for_each("name, tls", RUNS)
def test_packets_bear_the_virtual_time(name: str, tls: TlsVersion, captured: Captured) -> None:
    """Every record is seen at the scenario's clock plus the moment of its sending, to the microsecond."""
    trace = run_of(name, tls).trace
    clock = datetime.fromisoformat(trace.setup.clock)
    expected = [
        (clock + timedelta(microseconds=event.at)).timestamp()
        for event in on_the_wire(trace)
        for _ in records_of(event.fact.wire)
    ]
    assert [round(float(row.at), 6) for row in captured[name, tls, True] if row.payload] == expected


@for_each("name, tls", RUNS)
def test_a_segment_is_a_record(name: str, tls: TlsVersion, captured: Captured) -> None:
    """No segment holds more or less than one record: a list of packets is a list of records."""
    payloads = [row.payload for row in captured[name, tls, True] if row.payload]
    assert [int.from_bytes(payload[3:5]) + 5 for payload in payloads] == [len(p) for p in payloads]


@pytest.mark.parametrize("tls", VERSIONS)
def test_one_capture_alone_decrypts(tls: TlsVersion, tmp_path: Path) -> None:
    """A file as a user exports it needs nothing beside it."""
    run = run_of("certificate-expired", tls)
    path = save(run, tmp_path / "run.pcapng")
    assert seen(dissected(path)) == said(run.trace)


@pytest.mark.parametrize("tls", VERSIONS)
def test_a_key_log_beside_the_capture_decrypts_it(tls: TlsVersion, tmp_path: Path) -> None:
    """A capture without keys and the key log as a file of its own show as much as a capture with keys."""
    run = run_of("certificate-expired", tls)
    path = save(run, tmp_path / "run.pcapng", with_keys=False)
    assert seen(dissected(path)) != said(run.trace)
    assert seen(dissected(path, save(run, tmp_path / "run.keys"))) == said(run.trace)


def test_a_file_with_keys_is_its_owners_alone(tmp_path: Path) -> None:
    """With keys the file has mode 0600 and holds the key log; without, it holds none of the secrets."""
    run = run_of("valid-certificate", "1.3")
    private, public = tmp_path / "private.pcapng", tmp_path / "public.pcapng"
    save(run, private)
    save(run, public, with_keys=False)
    secrets = [line.split()[-1].encode() for line in run.keylog]
    assert oct(private.stat().st_mode & 0o777) == "0o600"
    assert [secret for secret in secrets if secret not in private.read_bytes()] == []
    assert [secret for secret in secrets if secret in public.read_bytes()] == []
    assert public.stat().st_mode & 0o044


def test_comments_without_keys_do_not_tell_what_is_hidden() -> None:
    """A capture without keys does not name the messages that an eavesdropper cannot see."""
    run = run_of("certificate-expired", "1.3")
    hidden = {e.fact.name for e in on_the_wire(run.trace) if e.fact.protection is not Protection.CLEAR}
    told = {name for name in hidden if f"{name} (".encode() in capture(run.trace)}
    assert told == set()
    assert {name for name in hidden if f"{name} (".encode() in capture(run.trace, run.keylog)} == hidden


def test_a_capture_names_its_run() -> None:
    """Scenario, version, seed and release stand in the file's own comment."""
    run = run_of("certificate-expired", "1.2")
    words = [f"scenario {run.scenario.name}", "TLS 1.2", f"seed {run.trace.setup.seed}", f"release {RELEASE}"]
    assert [word for word in words if word.encode() not in capture(run.trace)] == []


def test_hostile_text_makes_no_bad_capture(tmp_path: Path) -> None:
    """Whatever names and messages are called, tshark reads the file to its end."""
    path = tmp_path / "hostile.pcapng"
    path.write_bytes(b"".join(capture(hostile_trace(kind)) for kind in HOSTILE))
    every = dissected(path)
    for stream, kind in enumerate(HOSTILE):
        rows = [row for row in every if row.stream == stream]
        assert b"".join(row.payload for row in rows if row.sender == "client")[:1] == b"\x16", kind
        assert rows[-1].flags.strip("·") == "A", kind


def test_checksum_of_the_rfc() -> None:
    """The example of RFC 1071 section 3: the sum ddf2, complemented."""
    assert internet_checksum(bytes.fromhex("0001f203f4f5f6f7")) == 0xFFFF - 0xDDF2


def test_padding_goes_to_the_next_multiple_of_four() -> None:
    """Blocks are counted in words of 32 bits."""
    assert [len(padded(b"x" * length)) for length in range(6)] == [0, 4, 4, 4, 4, 8]
