"""The end of a connection that a server refuses: what goes out last, and what TCP makes of it.

A side that closes while data of its peer is unread, or is still to come, loses that data, and TCP says so
with a reset (RFC 9293 section 3.6.1). On Linux an alert that arrived before the reset can still be read, but
nothing more can be written: ``tests/engine/test_closing_measured.py`` measures it with Python's ``ssl``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from simulator.trace.facts import Alert, TransportEnded
from simulator.trace.latest import is_refusal_sent

if TYPE_CHECKING:
    from collections.abc import Sequence

    from simulator.scenario.network import Closing
    from simulator.tls.wire.version import Side
    from simulator.trace.facts import Fact

FROM_SERVER = "The server closed the connection"
READ_ON = {
    "connection reset": "The {} read on: the connection had been reset.",
    "end of file": "The {} read on and came to the end of the connection.",
}
WRITE_FAILED = "The client wrote on without looking at what had arrived, and the write failed."
ENDED = {"connection reset": "was reset", "end of file": "ended without a word"}


def at_refusal(
    facts: Sequence[Fact], closing: Closing, *, unread: int
) -> tuple[Sequence[Fact], TransportEnded | None]:
    """The facts that get out, and the end of the connection behind them.

    Args:
        facts: a server's, in their order.
        closing: how it ends a connection that it refuses.
        unread: the number of records that arrived and that it has not read.

    Returns:
        The facts as they are and None, if they refuse nothing or the server reads on.
    """
    if closing == "alert":
        return facts, None
    alert = next((fact for fact in facts if isinstance(fact, Alert) and is_refusal_sent(fact)), None)
    if alert is None:
        return facts, None
    if closing == "eof":
        # As with asyncio and Node: the library leaves its alert in a buffer of the program, which drops it.
        reason = f"{FROM_SERVER} before it had sent its alert {alert.name}."
        return [fact for fact in facts if fact is not alert], _ended("end of file", reason)
    if unread:
        records = f"{unread} record{'s' if unread > 1 else ''}"
        reason = f"{FROM_SERVER} with {records} of the client unread, which TCP reports with a reset."
        return facts, _ended("connection reset", reason)
    return facts, _ended("end of file", f"{FROM_SERVER} when it had sent its alert.")


def for_late_data() -> TransportEnded:
    """The answer to data that comes when the server has closed."""
    reason = f"{FROM_SERVER} before this data of the client came, which TCP reports with a reset."
    return _ended("connection reset", reason)


def noticed(end: TransportEnded, peer: Side = "server", reason: str = "") -> TransportEnded:
    """The end as the program at the far end notices it: where it reads on, or for another reason.

    Args:
        end: as the peer sent it.
        peer: the side that ended the connection.
        reason: how it was noticed; empty for reading on.
    """
    return TransportEnded("received", peer, end.how, reason or READ_ON[end.how].format(end.peer))


def _ended(how: Literal["end of file", "connection reset"], reason: str) -> TransportEnded:
    return TransportEnded("sent", "client", how, reason)
