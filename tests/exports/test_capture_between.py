"""A party in between in a capture: two TCP streams that overlap, both decrypted with one key log."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from simulator import simulate
from tests.exports.test_capture_ocsp import rows
from tests.played import EVERYTHING, VERSIONS

if TYPE_CHECKING:
    from pathlib import Path

PARTY = "203.0.113.250"
NAMES = ["redirector-passes-through", "redirector-that-asks", "proxy-forwards-certificate"]


@pytest.mark.parametrize("tls", VERSIONS if EVERYTHING else VERSIONS[1:])
@pytest.mark.parametrize("name", NAMES if EVERYTHING else NAMES[:2])
def test_two_streams(name: str, tls: Any, tmp_path: Path) -> None:
    """Client to party and party to server, in order of time, sound, and readable to the last word."""
    found = rows(simulate(name, tls=tls), tmp_path)
    times = [float(row["frame.time_epoch"]) for row in found]
    assert times == sorted(times)
    streams: dict[str, list[dict[str, str]]] = {}
    for row in found:
        assert row["tcp.checksum.status"] == "1"
        assert (row["tcp.analysis.flags"], row["_ws.malformed"]) == ("", ""), row
        streams.setdefault(row["tcp.stream"], []).append(row)
    front, onward = streams.values()
    assert (front[0]["ip.src"], front[0]["ip.dst"]) == ("192.0.2.1", PARTY)
    assert (onward[0]["ip.src"], onward[0]["ip.dst"]) == (PARTY, "198.51.100.1")
    assert float(onward[0]["frame.time_epoch"]) < float(front[-1]["frame.time_epoch"])
    said = [
        [
            "".join(row["tcp.payload"] for row in stream if (row["ip.src"] == PARTY) == by_party)
            for stream in (front, onward)
        ]
        for by_party in (True, False)
    ]
    assert (said[0] == said[1][::-1]) == (name == "redirector-passes-through")
