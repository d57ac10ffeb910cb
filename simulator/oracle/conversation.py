"""Two sides in one memory: every record that one puts out is handed to the other, one at a time.

With single records it shows where a decision fell: what the deciding side had not read when it gave up, it
never reads.
"""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from simulator.trace.facts import Side

RECORD_HEADER_LENGTH = 5
MOST_RECORDS = 1000


class Party(Protocol):
    """One side of a conversation, whoever plays it."""

    @property
    def finished(self) -> bool:
        """It reads nothing more."""
        ...

    def begin(self) -> bytes:
        """What it says before anything came: a client its ClientHello, a server nothing."""
        ...

    def receive(self, record: bytes) -> bytes:
        """Read one record and give what it answers, any number of records."""
        ...


def converse(client: Party, server: Party) -> None:
    """Let two sides talk until nothing is under way.

    Records arrive in the order in which they were sent, as over a path that takes the same time both ways.

    Raises:
        RuntimeError: they do not come to an end; that would be a mistake in this program.
    """
    parties: dict[Side, Party] = {"client": client, "server": server}
    under_way: deque[tuple[Side, bytes]] = deque()
    under_way.extend(("client", record) for record in split_records(server.begin()))
    under_way.extend(("server", record) for record in split_records(client.begin()))
    for _ in range(MOST_RECORDS):
        if not under_way:
            return
        reader, record = under_way.popleft()
        if not parties[reader].finished:
            answer = parties[reader].receive(record)
            other: Side = "server" if reader == "client" else "client"
            under_way.extend((other, one) for one in split_records(answer))
    raise RuntimeError(f"More than {MOST_RECORDS} records were exchanged; the two sides do not stop.")


def split_records(data: bytes) -> list[bytes]:
    """The records in some bytes; both sides put out whole records only."""
    records = []
    while data:
        end = RECORD_HEADER_LENGTH + int.from_bytes(data[3:RECORD_HEADER_LENGTH])
        records.append(data[:end])
        data = data[end:]
    return records
