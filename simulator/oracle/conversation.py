"""Two sides in one process: every record that one sends is handed to the other, one at a time.

Single records show where a decision fell: a side that has given up reads nothing more.
"""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING, Protocol

from simulator.tls.wire.records import records_of
from simulator.tls.wire.version import PEER

if TYPE_CHECKING:
    from simulator.tls.wire.version import Side

MOST_RECORDS = 1000  # a handshake of the catalogue takes at most some 20; this only stops an endless loop


class ConversationSide(Protocol):
    """One side of a conversation: OpenSSL or an actor of ours."""

    @property
    def finished(self) -> bool:
        """It reads nothing more."""
        ...

    def begin(self) -> bytes:
        """The first bytes: a client's ClientHello, nothing for a server."""
        ...

    def receive(self, record: bytes) -> bytes:
        """Read one record and return the answer, any number of records."""
        ...


def converse(client: ConversationSide, server: ConversationSide) -> None:
    """Let two sides talk until no record is under way.

    Records arrive in the order in which they were sent, as over a link with the same latency both ways.

    Raises:
        RuntimeError: the two do not stop; that would be a mistake in this program.
    """
    sides: dict[Side, ConversationSide] = {"client": client, "server": server}
    under_way: deque[tuple[Side, bytes]] = deque()
    under_way.extend(("client", record) for record in records_of(server.begin()))
    under_way.extend(("server", record) for record in records_of(client.begin()))
    for _ in range(MOST_RECORDS):
        if not under_way:
            return
        reader, record = under_way.popleft()
        if not sides[reader].finished:
            answer = sides[reader].receive(record)
            other = PEER[reader]
            under_way.extend((other, one) for one in records_of(answer))
    raise RuntimeError(f"More than {MOST_RECORDS} records were exchanged; the two sides do not stop.")
